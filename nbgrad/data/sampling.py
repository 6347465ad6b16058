"""Drawing batches."""

import operator
from typing import Any

import numpy as np

from nbgrad.data.errors import SampleSizeError, UnequalLengthsError


def resample(X: Any, y: Any, n_samples: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n_samples` rows of X and y with replacement: each draw may take any row, also one taken before.

    X has shape (rows, ...) and y (rows, ...); row i of one belongs to row i of the other. Returns two new
    arrays of the same dtypes, (n_samples, ...) each. All randomness comes from `rng`
    (`np.random.default_rng(seed)`), so the same seed draws the same rows. `n_samples` may be larger than the
    number of rows.

    Raises UnequalLengthsError when X and y differ in their number of rows, SampleSizeError when there are
    none or `n_samples` is below 1, TypeError when `n_samples` is not a whole number or `rng` is not a
    Generator.

    >>> X, y = np.array([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]]), np.array([0, 10, 20])
    >>> X_batch, y_batch = resample(X, y, n_samples=4, rng=np.random.default_rng(0))
    >>> y_batch
    array([20, 10, 10,  0])
    >>> X_batch[:, 0]
    array([2., 1., 1., 0.])
    """
    X, y = np.asarray(X), np.asarray(y)
    rows = _check(X, y, n_samples, rng)
    chosen = rng.integers(0, rows, size=n_samples)
    return X[chosen], y[chosen]


def _check(X: np.ndarray, y: np.ndarray, n_samples: int, rng: object) -> int:
    """The number of rows to draw from, once it is known that drawing can work."""
    for name, array in (("X", X), ("y", y)):
        if array.ndim == 0:
            raise UnequalLengthsError(f"{name} is a single number; pass an array with one row per example.")
    if len(X) != len(y):
        raise UnequalLengthsError(
            f"X has {len(X)} rows (shape {X.shape}) and y has {len(y)} (shape {y.shape}), so it is not known "
            "which belong together. Pass as many targets as there are rows."
        )
    if len(X) == 0:
        raise SampleSizeError(f"X has no rows (shape {X.shape}), so nothing can be drawn from it.")
    try:
        operator.index(n_samples)
    except TypeError:
        raise TypeError(f"n_samples must be a whole number, not {n_samples!r}.") from None
    if n_samples < 1:
        raise SampleSizeError(f"n_samples is {n_samples}; a sample has at least 1 row.")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a random generator, not {rng!r}. Make one once with np.random.default_rng(seed) "
            "and pass it to every call: a new one at each call would draw the same rows each time."
        )
    return len(X)
