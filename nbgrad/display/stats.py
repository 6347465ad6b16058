"""What is said of many numbers at once: least, mean and greatest, and how many are NaN or infinite.

Very large arrays are not read as a whole, for a picture may not keep anybody waiting: they are judged by a sample,
which says that it is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

EXACT = 5_000_000  # elements up to which an array is read as a whole, in some 20 ms
DRAWN = 200_000  # elements up to which a picture is made of all of them
NOISE = 64  # times the precision of numbers: so small a part of the greatest may be what rounding has left of zero
TOLD = 1e-3  # a part that three digits tell is never called noise: the precision of float16 is as coarse as that
SIDE = 256  # rows and columns of the sample of a larger one


@dataclass(frozen=True, slots=True)
class Statistics:
    """count: elements that were looked at. sampled: True where these are not all.

    low, mean, high: of the finite ones, None where there are none; of a complex array those of its absolute values.
    """

    count: int
    sampled: bool
    low: float | None
    mean: float | None
    high: float | None
    nans: int
    infinite: int


def statistics(array: np.ndarray) -> Statistics:
    """Return what there is to say of an array of numbers, in some 20 ms at most, whatever its size.

    >>> found = statistics(np.array([1.0, 2, 3, np.nan]))
    >>> found.low, found.mean, found.high, found.nans, found.infinite
    (1.0, 2.0, 3.0, 1, 0)
    >>> statistics(np.array([0.1, 0.2, -0.3])).mean
    0.0
    """
    some = seen(array)
    real = magnitudes(some)
    low = mean = high = None
    finite = real if real.size and isfinite(real.min()) and isfinite(real.max()) else real[np.isfinite(real)]
    if finite.size:
        low, mean, high = float(finite.min()), mean_of(finite), float(finite.max())
        if abs(mean) <= noise(array.dtype) * max(-low, high):
            mean = 0.0
    nans = int(np.isnan(real).sum()) if finite.size < real.size else 0
    infinite = real.size - finite.size - nans
    return Statistics(real.size, some.size < array.size, low, mean, high, nans, infinite)


def mean_of(array: np.ndarray) -> float:
    """Return the mean of real numbers, whose sum may be too large to be a number.

    >>> mean_of(np.array([1.5e308, 1.5e308])), mean_of(np.array([1.0, np.inf]))
    (1.5e+308, inf)
    """
    with np.errstate(all="ignore"):
        mean = float(array.mean())
        return mean if isfinite(mean) else float((array / array.size).sum())


def noise(dtype: np.dtype) -> float:
    """Return what part of the greatest of some numbers may be what rounding has left of zero: a mean, a gradient.

    >>> noise(np.dtype("float64")) < 1e-13 < noise(np.dtype("float32")) < 1e-5, noise(np.dtype(int))
    (True, 0.0)
    >>> noise(np.dtype("float16"))
    0.001
    """
    return min(NOISE * float(np.finfo(dtype).eps), TOLD) if dtype.kind in "fc" else 0.0


def magnitudes(array: np.ndarray) -> np.ndarray:
    """Return an array's numbers as floats, those of a complex one as absolute values.

    >>> magnitudes(np.array([3 + 4j])), magnitudes(np.array([-1]))
    (array([5.]), array([-1.]))
    """
    if array.dtype.kind != "c":
        return array.astype(float, copy=False)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.abs(array).astype(float, copy=False)


def seen(array: np.ndarray) -> np.ndarray:
    """Return what is read of an array when something is said of its numbers: all of it, or a sample of a huge one.

    >>> seen(np.zeros((1000, 1000))).size, seen(np.broadcast_to(0.0, (10_000, 10_000))).size
    (1000000, 65536)
    """
    return array if array.size <= EXACT else sampled(array)


def sampled(array: np.ndarray) -> np.ndarray:
    """Return the array as a matrix of rows and columns: all of it, or rows and columns at equal distances.

    A vector is one row; axes after the first are flattened into columns. Nothing is copied that is not returned.

    >>> sampled(np.zeros(3)).shape, sampled(np.zeros((2, 3, 4))).shape
    ((1, 3), (2, 12))
    >>> sampled(np.broadcast_to(0.0, (10_000, 10_000))).shape
    (256, 256)
    """
    rows, columns = plane(array.shape)
    if array.size <= DRAWN:
        return array.reshape(rows, columns)
    most = max(SIDE, SIDE * SIDE // min(rows, columns))
    row = _spread(rows, most if rows > columns else SIDE)
    column = _spread(columns, most if columns > rows else SIDE)
    if array.ndim == 1:
        return array[column].reshape(1, -1)
    places = np.unravel_index(column, array.shape[1:])
    return array[(row[:, None], *(place[None, :] for place in places))]


def _spread(length: int, most: int) -> np.ndarray:
    """Return at most so many places from 0 to length, at equal distances."""
    count = min(length, most)
    return np.arange(count) * length // count


def plane(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the rows and columns by which an array of this shape is drawn.

    >>> plane(()), plane((3,)), plane((16, 1)), plane((2, 3, 4))
    ((1, 1), (1, 3), (16, 1), (2, 12))
    """
    rows = shape[0] if len(shape) > 1 else 1
    columns = 1
    for length in shape[1:] if len(shape) > 1 else shape:
        columns *= length
    return rows, columns
