"""Differences of neighbours, and the derivative and integral of a function given by its values."""

import numpy as np

from ..core.errors import ShapeError
from ..core.numpy_protocol import NUMPY
from ..core.op import operation
from ..core.tensor import Tensor
from .indexing import along
from .joining import joined
from .samples import case, normal
from .shape import ravel


@operation(
    symbol="Δ", latex=r"\Delta {x}", source="np.diff({x}{keywords})", formulas=["−Δ {g}, with zeros beyond its ends"],
    takes_complex=True, samples=[normal(3, 5)],
    cases=[
        case(axis=0), case(n=2), case(n=0), case(n=2, axis=-2), case(normal(1), n=1), case(normal(2, 0), axis=0),
    ],
    note="As the right one of a pair an element was added, and as the left one it was taken off.",
)  # fmt: skip
def diff(x, *, n=1, axis=-1):
    """The differences of neighbours along ``axis``, taken ``n`` times. The axis becomes ``n`` shorter.

    Raises:
        ShapeError: ``n`` is negative, or there is no such axis.

    >>> diff(np.array([1.0, 4.0, 9.0])).tolist(), diff(np.array([1.0, 4.0, 9.0]), n=2).tolist()
    ([3.0, 5.0], [2.0])
    """
    return np.diff(x, n, axis)


def _diff_back(g, x, n, axis):
    """The sum of ``g[i] * (x[i+1] - x[i])`` is that of ``-(g[i] - g[i-1]) * x[i]``, with zeros beyond the ends of g."""
    n = min(n, x.shape[axis])  # beyond that nothing is left to take differences of
    widths = [(n, n) if i == axis % x.ndim else (0, 0) for i in range(x.ndim)]
    return (-1) ** n * np.diff(np.pad(g, widths), n, axis)


diff.rule(lambda g, y, x, n=1, axis=-1: _diff_back(g, x, n, axis))


def _diff(a, n=1, axis=-1, prepend=None, append=None):
    """``np.diff``, with what is joined on before and behind."""
    pieces = [
        piece if np.ndim(piece) else _slice_of(piece, a, axis) for piece in (prepend, append) if piece is not None
    ]
    if pieces:
        pieces.insert(1 if prepend is not None else 0, a)
        a = joined(pieces, axis)
    return diff(a, n=n, axis=axis)


def _slice_of(number, a, axis):
    return np.broadcast_to(number, tuple(1 if i == axis % a.ndim else n for i, n in enumerate(a.shape)))


def ediff1d(ary, to_end=None, to_begin=None):
    """The differences of neighbours in the flattened array, with ``to_begin`` before and ``to_end`` behind them.

    >>> ediff1d(np.array([1.0, 4.0, 9.0]), to_begin=0.0).tolist()
    [0.0, 3.0, 5.0]
    """
    pieces = [ravel(x) if np.ndim(x) else np.reshape(x, 1) for x in (to_begin, to_end) if x is not None]
    pieces.insert(1 if to_begin is not None else 0, diff(ravel(ary)))
    return joined(pieces)


# ---- the derivative of a function given by its values


def gradient(f, *varargs, axis=None, edge_order=1):
    """``np.gradient``: central differences inside, one-sided ones at both ends; of several axes a tuple.

    For points at distances ``a`` (to the left) and ``b`` (to the right) the slope of the parabola through three points
    is ``(a² r - b² l + (b² - a²) m) / (a b (a + b))`` with the values ``l``, ``m``, ``r`` (Fornberg, 1988).

    Args:
        varargs: the distance of neighbours, or the coordinates of the points, once or for each axis; tensors too.

    Raises:
        ShapeError: there are fewer points than the formula needs, or the spacing does not fit.

    >>> gradient(np.array([0.0, 1.0, 4.0, 9.0])).tolist()
    [1.0, 2.0, 4.0, 5.0]
    """
    f = _as_float(f)
    axes = range(f.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    spacings = [_as_float(h) for h in varargs] or [1.0]
    if len(spacings) == 1 and np.ndim(spacings[0]) == 0:
        spacings = spacings * len(axes)
    if len(spacings) != len(axes):
        raise ShapeError(f"np.gradient along {len(axes)} axes needs one spacing, or one for each, not {len(spacings)}")
    slopes = [_slope_along(f, h, a % f.ndim, edge_order) for h, a in zip(spacings, axes, strict=True)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _as_float(values):
    """``values`` as floating numbers: differences of unsigned whole numbers would not go below 0, but start again."""
    values = values if isinstance(values, Tensor) else np.asarray(values)
    return values if np.issubdtype(values.dtype, np.inexact) else values.astype(float)


def _slope_along(f, spacing, axis, edge_order):
    count = f.shape[axis]
    if count < edge_order + 1:
        raise ShapeError(
            f"np.gradient needs at least {edge_order + 1} points along axis {axis}, where an array of shape {f.shape} "
            f"has {count}"
        )
    if np.ndim(spacing) and len(spacing) != count:
        raise ShapeError(f"np.gradient was given {len(spacing)} points for axis {axis}, which has {count} values")
    steps = np.diff(spacing) if np.ndim(spacing) else np.broadcast_to(spacing, (count - 1,))
    steps = steps.astype(f.dtype).reshape((-1,) + (1,) * (f.ndim - 1 - axis))

    def at(start, stop):
        return f[along(axis, f.ndim, slice(start, stop))]

    first, last = (
        (at(1, 2) - at(0, 1)) / steps[:1],
        (at(-1, None) - at(-2, -1)) / steps[-1:],
    )
    pieces = [first, last]
    if count > 2:
        a, b = steps[:-1], steps[1:]
        left, middle, right = at(0, -2), at(1, -1), at(2, None)
        inside = (a**2 * right - b**2 * left + (b**2 - a**2) * middle) / (a * b * (a + b))
        pieces = [first, inside, last]
        if edge_order == 2:  # the slope of the same parabola at its end: twice the secant's minus that in the middle
            pieces[0] = 2 * first - inside[along(axis, f.ndim, slice(0, 1))]
            pieces[2] = 2 * last - inside[along(axis, f.ndim, slice(-1, None))]
    return joined(pieces, axis)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    """The integral along ``axis`` by the trapezoidal rule: each step times the mean of the values at its ends.

    Args:
        x: where the values were taken, (n,) or of the shape of ``y``; ``None``: at equal distances ``dx``.

    >>> float(trapezoid(np.array([1.0, 2.0, 3.0]), dx=2.0))
    8.0
    """
    y = np.moveaxis(y, axis, -1)
    steps = dx if x is None else np.diff(x if np.ndim(x) == 1 else np.moveaxis(x, axis, -1))
    return (steps * (y[..., 1:] + y[..., :-1]) / 2).sum(axis=-1)


NUMPY[np.diff], NUMPY[np.ediff1d], NUMPY[np.gradient], NUMPY[np.trapezoid] = _diff, ediff1d, gradient, trapezoid
