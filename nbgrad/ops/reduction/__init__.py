"""Operations that reduce an array, or some of its axes, to fewer numbers; and those that run along an axis.

``axis`` is an integer, a tuple of integers, or ``None`` for all of them; negative ones count from the end. With
``keepdims=True`` the reduced axes stay, with length 1, so that the result lines up with the operand. The dtype is that
which NumPy gives: float32 stays float32. An axis that is not there is a ``ShapeError``.

>>> import nbgrad as ng
>>> import numpy as np
>>> x = ng.tensor([[1.0, 5.0], [7.0, 3.0]], requires_grad=True)
>>> y = x.max(axis=1, keepdims=True)
>>> y.tolist()
[[5.0], [7.0]]
>>> y.sum().backward()
>>> x.grad.tolist()
[[0.0, 1.0], [1.0, 0.0]]
"""

from .extremes import all, any, argmax, argmin, max, min, ptp
from .norms import norm, vector_norm
from .scans import argsort, cumprod, cumsum, sort
from .statistics import logsumexp, median, std, var
from .sums import average, mean, prod, sum

__all__ = [
    "all", "any", "argmax", "argmin", "argsort", "average", "cumprod", "cumsum", "logsumexp", "max", "mean", "median",
    "min", "norm", "prod", "ptp", "sort", "std", "sum", "var", "vector_norm",
]  # fmt: skip
