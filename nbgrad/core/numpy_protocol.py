"""NumPy's functions on tensors: which of them lead to an operation, and what is said of the others.

NumPy asks the tensor before it computes anything (``__array_ufunc__``, ``__array_function__``), so ``np.sum(x)``
arrives here. A function with a rule becomes a node of the graph; one whose derivative is zero wherever it exists gives
a plain array; any other is an error, since a plain array would cut the graph without a word.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import UnsupportedFunctionError
from .methods import method
from .tensor import plain

NUMPY: dict[Any, Callable] = {}  # NumPy's function -> our operation, filled by the declarations
WITHOUT_GRADIENT = {  # NumPy's functions whose derivative is zero wherever it exists: they give plain arrays
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.isnan, np.isinf, np.isfinite, np.logical_and, np.logical_or, np.logical_not,
    np.floor, np.ceil, np.rint, np.sign, np.signbit,
    np.argmax, np.argmin, np.argsort, np.all, np.any, np.allclose, np.isclose, np.array_equal,
    np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like, np.full_like,
    np.result_type, np.count_nonzero, np.nonzero, np.array2string, np.array_repr, np.array_str,
}  # fmt: skip


def array_ufunc(self: Any, ufunc: np.ufunc, how: str, *operands: Any, **static: Any) -> Any:
    """What NumPy calls when a ufunc (``np.add``, ``np.exp``, ...) meets a tensor."""
    if how == "__call__" and ufunc in NUMPY and not static:
        return NUMPY[ufunc](*operands)
    if how == "__call__" and ufunc in WITHOUT_GRADIENT:
        return ufunc(*map(plain, operands), **static)
    spelled = ufunc.__name__ if how == "__call__" else f"{ufunc.__name__}.{how}"
    raise unsupported(spelled, static)


def array_function(self: Any, function: Callable, types: Any, operands: tuple, static: dict) -> Any:
    """What NumPy calls when any other of its functions (``np.sum``, ``np.stack``, ...) meets a tensor."""
    if function in NUMPY:
        options = _without_rule(NUMPY[function], static) if static else ()
        if any(static[key] is not None for key in options):
            raise unsupported(function.__name__, {key: static[key] for key in options})
        return NUMPY[function](*operands, **{key: static[key] for key in static if key not in options})
    if function in WITHOUT_GRADIENT:
        return function(*map(plain, operands), **{key: plain(value) for key, value in static.items()})
    raise unsupported(function.__name__, static)


method("__array_ufunc__", array_ufunc)
method("__array_function__", array_function)


def _without_rule(rule: Any, static: dict) -> list[str]:
    """Those of NumPy's options (``out=``, ``dtype=``, ...) that ``rule`` does not know."""
    known = rule.keywords if hasattr(rule, "keywords") else inspect.signature(rule).parameters
    return [key for key in static if key not in known]


INSTEAD = {  # NumPy's functions that are easily written with those that have a rule
    "clip": "np.minimum(np.maximum(x, low), high)",
    "var": "np.mean((x - np.mean(x)) ** 2)",
    "std": "np.sqrt(np.mean((x - np.mean(x)) ** 2))",
    "norm": "np.sqrt(np.sum(x * x))",
    "outer": "x[:, None] * y",
    "einsum": "x @ y, or x * y and np.sum",
    "tensordot": "x @ y",
    "tan": "np.sin(x) / np.cos(x)",
    "log2": "np.log(x) / np.log(2)",
    "log10": "np.log(x) / np.log(10)",
    "reciprocal": "1 / x",
    "average": "np.mean(x)",
}


def unsupported(spelled: str, static: dict) -> UnsupportedFunctionError:
    """The error for a NumPy function without a rule, naming what has one and comes nearest."""
    from difflib import get_close_matches

    known = sorted({function.__name__ for function in NUMPY})
    options = f" with {', '.join(f'{key}=' for key in static)}" if static else ""
    near = get_close_matches(spelled.split(".")[0], known, n=1)
    if spelled in INSTEAD:
        hint = f"; write {INSTEAD[spelled]} instead"
    elif spelled in known:
        hint = f"; np.{spelled} without it has one"
    else:
        hint = f"; the nearest that has one is np.{near[0]}" if near else ""
    return UnsupportedFunctionError(
        f"np.{spelled}{options} has no gradient rule here, and a plain array would cut the graph without a word"
        f"{hint}. If no gradient is wanted, write np.{spelled}(x.numpy())"
    )
