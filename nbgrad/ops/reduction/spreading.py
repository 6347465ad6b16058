"""What the rules of reductions share: to bring what belongs to a result back to the elements that it came from.

The gradient may have one more axis in front, for many cotangents at once; all that is said here of axes of ``x`` is
then true of the axes behind it.
"""

import math
from typing import Any

import numpy as np

from ...core.errors import ShapeError
from ...core.tensor import Tensor
from ...core.tracing import Tracer

RECORDED = (Tensor, Tracer)  # what remembers how it was computed, and must not be written into


def axes_of(x: Any, axis: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """The axes that ``axis`` means, counted from the front.

    >>> axes_of(np.ones((2, 3, 4)), (0, -1))
    (0, 2)
    """
    if axis is None or not x.ndim:  # NumPy's reductions let axis=0 of a single number pass
        return tuple(range(x.ndim))
    return tuple(a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,)))


def count(x: Any, axis: int | tuple[int, ...] | None) -> int:
    """How many elements of ``x`` go into one result.

    Raises:
        ShapeError: ``x`` is a single number, which has no axis.
    """
    if axis is None:
        return x.size
    if not x.ndim and axis != ():
        raise ShapeError(f"a single number has no axis {axis}; leave the axis out")
    return math.prod(x.shape[a] for a in axes_of(x, axis))


def kept(g: Any, x: Any, axis: int | tuple[int, ...] | None, keepdims: bool) -> Any:
    """``g`` with an axis of length 1 for each that was reduced, so that it lines up with ``x``.

    >>> kept(np.ones((2, 4)), np.ones((2, 3, 4)), 1, False).shape
    (2, 1, 4)
    """
    if keepdims or not g.ndim:
        return g
    reduced = axes_of(x, axis)
    front = g.shape[: g.ndim - (x.ndim - len(reduced))]
    return g.reshape(front + tuple(1 if i in reduced else n for i, n in enumerate(x.shape)))


def spread(g: Any, x: Any, axis: int | tuple[int, ...] | None, keepdims: bool) -> Any:
    """A copy of ``g`` for each element of ``x`` that went into the result."""
    shape = x.shape
    if g.ndim:
        g = kept(g, x, axis, keepdims)
        shape = g.shape[: g.ndim - x.ndim] + shape
    if isinstance(g, RECORDED):
        return np.broadcast_to(g, shape)  # type: ignore[arg-type]
    if not shape:
        return g
    copies = np.empty(shape, g.dtype)  # a view by np.broadcast_to would take three times as long for a small array
    copies[...] = g
    return copies


def shares(chosen: np.ndarray, axis: int | tuple[int, ...] | None, dtype: np.dtype) -> Any:
    """Equal parts of 1 for the elements that were chosen, for each result.

    >>> shares(np.array([True, False, True]), None, np.dtype(float)).tolist()
    [0.5, 0.0, 0.5]
    """
    return chosen / np.add.reduce(chosen, axis=axis, keepdims=True, dtype=dtype)


def in_a_row(x: Any, axis: int | tuple[int, ...] | None) -> Any:
    """``x`` with the reduced axes laid out one after the other along a last axis.

    >>> in_a_row(np.ones((2, 3, 4)), (0, -1)).shape
    (3, 8)
    """
    reduced = axes_of(x, axis)
    rest = tuple(i for i in range(x.ndim) if i not in reduced)
    return np.transpose(x, rest + reduced).reshape((*[x.shape[i] for i in rest], count(x, reduced)))


def back_in_place(rows: Any, x: Any, axis: int | tuple[int, ...] | None) -> Any:
    """What was laid out by :func:`in_a_row`, in the shape of ``x`` again."""
    reduced = axes_of(x, axis)
    order = tuple(i for i in range(x.ndim) if i not in reduced) + reduced
    back = tuple(order.index(i) for i in range(x.ndim))
    return np.transpose(rows.reshape(tuple(x.shape[i] for i in order)), back)
