"""A gradient compared with what it is by definition: how far the result moves when the input moves a little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .tensor import plain
from .transforms import grad


def check_gradients(f: Callable, *args: Any, eps: float = 1e-6, rtol: float = 1e-5, atol: float = 1e-7) -> None:
    """Compare the gradient of ``f`` with central finite differences ``(f(x + eps) - f(x - eps)) / (2 eps)``.

    Args:
        f: a function of arrays that gives one number.
        args: the arguments, each differentiated with respect to.

    Raises:
        AssertionError: names the argument and the element, with the gradient expected and received.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> ng.check_gradients(lambda x: (x * np.tanh(x)).sum(), np.array([0.5, -1.0]))
    """
    received = grad(f, argnums=tuple(range(len(args))))(*args)
    for number, (argument, slope) in enumerate(zip(args, received, strict=True)):
        base = np.array(plain(argument), dtype=float)
        for index in np.ndindex(base.shape):
            ends = []
            for sign in (1, -1):
                moved = base.copy()
                moved[index] += sign * eps
                fed = [moved[()] if i == number else a for i, a in enumerate(args)]
                ends.append(float(plain(f(*fed))))
            expected = (ends[0] - ends[1]) / (2 * eps)
            got = float(np.asarray(slope)[index])
            if not np.isclose(got, expected, rtol=rtol, atol=atol):
                raise AssertionError(
                    f"argument {number}, element {index}: finite differences give {expected:.6g}, "
                    f"the gradient rules give {got:.6g}"
                )
