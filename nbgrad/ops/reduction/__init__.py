"""Operations that reduce an array, or some of its axes, to fewer numbers; and those that run along an axis."""

from .extremes import all, any, argmax, argmin, max, min, ptp
from .norms import norm, vector_norm
from .scans import argsort, cumprod, cumsum, sort
from .statistics import logsumexp, median, std, var
from .sums import average, mean, prod, sum

__all__ = [
    "all", "any", "argmax", "argmin", "argsort", "average", "cumprod", "cumsum", "logsumexp", "max", "mean", "median",
    "min", "norm", "prod", "ptp", "sort", "std", "sum", "var", "vector_norm",
]  # fmt: skip
