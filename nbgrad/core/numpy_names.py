"""NumPy's functions that are no operations: those whose derivative is zero, and what to write instead of the others."""

from collections.abc import Callable

import numpy as np


def named(names: str) -> frozenset[Callable]:
    """NumPy's functions of these names; a name that this version of NumPy does not have is left out."""
    return frozenset(getattr(np, name) for name in names.split() if hasattr(np, name))


# Functions whose derivative is zero wherever it exists: truth values, whole numbers, positions, shapes, and text.
# They give plain arrays.
WITHOUT_GRADIENT = named("""
    equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not logical_xor
    isnan isinf isfinite isnat isneginf isposinf isclose allclose array_equal array_equiv
    iscomplex isreal iscomplexobj isrealobj isin signbit all any count_nonzero
    bitwise_and bitwise_or bitwise_xor invert left_shift right_shift bitwise_count gcd lcm
    floor ceil rint trunc fix round around sign heaviside floor_divide spacing
    argmax argmin nanargmax nanargmin argsort argpartition lexsort searchsorted digitize bincount
    nonzero flatnonzero argwhere unravel_index ravel_multi_index packbits unpackbits unique_counts unique_inverse
    shape ndim size result_type min_scalar_type can_cast common_type shares_memory may_share_memory
    zeros_like ones_like empty_like full_like diag_indices_from tril_indices_from triu_indices_from ix_
    histogram histogram2d histogramdd histogram_bin_edges einsum_path
    array2string array_repr array_str save savez savez_compressed savetxt
""") | {np.linalg.matrix_rank}

# Among them, those with an operand that does move the result: its place among the arguments, and its name.
MOVED_BY = {
    np.bincount: (1, "weights"),
    np.histogram: (4, "weights"),
    np.histogram2d: (5, "weights"),
    np.histogramdd: (4, "weights"),
    np.heaviside: (1, "x2"),
    np.full_like: (1, "fill_value"),
}

# Functions that write into their first argument.
WRITES = named("copyto fill_diagonal place put put_along_axis putmask")

# What to write for a function without a rule. A function that gets one needs no change here: the rule goes first.
INSTEAD = {
    "apply_along_axis": "the function on the whole array, with axis=",
    "apply_over_axes": "the function on the whole array, with axis= as a tuple",
    "average": "np.mean(x), or np.sum(w * x) / np.sum(w)",
    "bincount": "np.stack([w[i == k].sum() for k in range(n)])",
    "choose": "np.where(condition, a, b)",
    "convolve": "np.sum of shifted slices times their weights, or F.conv1d",
    "correlate": "np.sum of shifted slices times their weights, or F.conv1d",
    "copysign": "np.abs(x) * np.sign(y)",
    "cov": "d @ d.T / (n - 1) with d = x - x.mean(axis=1, keepdims=True)",
    "divmod": "x // y and x % y",
    "eigvalsh": "np.linalg.eigh(x)[0]",
    "fabs": "np.abs(x)",
    "float_power": "x ** y",
    "full_like": "np.broadcast_to(value, x.shape)",
    "geomspace": "np.exp(np.log(a) + (np.log(b) - np.log(a)) * t) with t = np.linspace(0, 1, n)",
    "heaviside": "np.where(x == 0, value, np.heaviside(x, 0))",
    "histogram": "w[(a <= x) & (x < b)].sum() for each bin from a to b",
    "histogram2d": "the sum of the weights that fall into each bin",
    "histogramdd": "the sum of the weights that fall into each bin",
    "interp": "a + (b - a) * t of the two neighbours a and b, found by np.searchsorted",
    "ldexp": "x * 2.0**n",
    "linspace": "a + (b - a) * t with t = np.linspace(0, 1, n)",
    "logspace": "10 ** (a + (b - a) * t) with t = np.linspace(0, 1, n)",
    "lstsq": "np.linalg.solve(A.T @ A, A.T @ b)",
    "matrix_power": "A @ A @ ...",
    "multi_dot": "A @ B @ C",
    "partition": "np.sort(x)",
    "percentile": "np.sort(x) and an index, or np.median(x)",
    "piecewise": "np.where(condition, a, b)",
    "polyval": "Horner's scheme: y = 0.0, then y = y * x + p for each p in turn",
    "ptp": "np.max(x) - np.min(x)",
    "quantile": "np.sort(x) and an index, or np.median(x)",
    "resize": "np.tile and np.reshape",
    "select": "np.where(condition, a, b), one within the other",
    "unique": "np.sort(x)",
    "vander": "np.stack([x**k for k in range(n)], axis=-1)",
}
