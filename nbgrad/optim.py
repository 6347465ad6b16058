"""Optimisers: how parameters move once their gradients are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .core.errors import LearningRateError, NoGradientError
from .core.names import name_of
from .core.tensor import Tensor


def checked_rate(rate: Any) -> float:
    """``rate`` as a number.

    Raises:
        LearningRateError: it is not positive and finite.
    """
    try:
        number = float(rate)
    except (TypeError, ValueError):
        number = float("nan")
    if not (np.isfinite(number) and number > 0):
        raise LearningRateError(f"the learning rate is {rate!r}, but must be a positive number, for example 0.01")
    return number


class SGD:
    """Stochastic gradient descent: ``p <- p - lr * gradient`` (Robbins and Monro 1951, Ann. Math. Stat. 22, 400-407).

    Args:
        params: leaves that require a gradient; of any shape.
        lr: the learning rate, positive; ``optimizer.lr`` may be changed at any time.

    Raises:
        NoGradientError: something among ``params`` does not require a gradient.
        LearningRateError: ``lr`` is not positive and finite.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> optimizer = ng.optim.SGD([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    2.4
    """

    def __init__(self, params: Iterable[Tensor], lr: float):
        self.params = list(params)
        for i, p in enumerate(self.params):
            if not isinstance(p, Tensor) or not p.requires_grad or p.op is not None:
                raise NoGradientError(
                    f"parameter {i} ({name_of(p) or type(p).__name__}) is not a leaf that requires a gradient; "
                    "create it as ng.tensor(..., requires_grad=True)"
                )
        self.lr = checked_rate(lr)

    def __repr__(self) -> str:
        return f"SGD({len(self.params)} parameters, lr={float(self.lr):g})"

    def zero_grad(self) -> None:
        """Forget the gradients, so that the next backward pass begins anew."""
        for p in self.params:
            p.grad = None

    def step(self) -> None:
        """Move each parameter against its gradient; one without a gradient stays where it is."""
        lr = float(self.lr)  # a plain number, so that float32 parameters stay float32
        for p in self.params:
            if p.grad is not None:
                p.data = p.data - lr * p.grad  # a new array: a graph made before keeps the numbers it was made with
