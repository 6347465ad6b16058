"""Joining arrays, and splitting them."""

import numpy as np

from ..core.errors import ShapeError
from ..core.numpy_protocol import NUMPY
from ..core.op import operation
from ..core.tensor import plain
from .indexing import along, axis_of, take
from .samples import case, normal
from .shape import atleast_1d, atleast_2d, atleast_3d, ravel, reshape


def slab(ndim, axis, part):
    """The index that is ``part`` along ``axis`` and takes all else, whatever axes a batch has in front.

    >>> slab(3, 1, 0)
    (Ellipsis, 0, slice(None, None, None))
    """
    return (..., part) + (slice(None),) * (ndim - 1 - axis % ndim)


# ---- joining


@operation(
    symbol="concat", latex=r"\left[{arrays}\right]", source="np.concatenate([{arrays}]{keywords})",
    formulas=["the part of {g} that came from there"], batched=True, takes_complex=True,
    samples=[normal(2, 3), normal(1, 3), normal(2, 3)],
    cases=[case(normal(2, 3), normal(2, 0), normal(2, 1), axis=-1), case(normal(2, 2, 3), normal(2, 1, 3), axis=1)],
    note="Each of the joined arrays gets its own part of the gradient back.",
)  # fmt: skip
def concatenate(*arrays, axis=0):
    """The arrays one after the other along an axis that they have.

    Raises:
        ShapeError: their shapes differ along another axis.

    >>> concatenate(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])).tolist()
    [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    """
    return np.concatenate(arrays, axis)


def _part(i, g, y, arrays, axis):
    start = sum(array.shape[axis] for array in arrays[:i])
    return g[slab(y.ndim, axis, slice(start, start + arrays[i].shape[axis]))]


concatenate.rule_for_each(lambda i, g, y, *arrays, axis=0: _part(i, g, y, arrays, axis))


@operation(
    symbol="stack", latex=r"\mathrm{{stack}}\left[{arrays}\right]", source="np.stack([{arrays}]{keywords})",
    formulas=["the part of {g} that came from there"], batched=True, takes_complex=True,
    samples=[normal(2, 3), normal(2, 3), normal(2, 3)],
    cases=[case(axis=1), case(axis=-1), case(normal(), normal()), case(normal(0), normal(0), axis=1)],
    note="Each of the stacked arrays gets its own part of the gradient back.",
)  # fmt: skip
def stack(*arrays, axis=0):
    """Arrays of one shape, laid side by side along a new axis.

    Raises:
        ShapeError: their shapes differ.

    >>> stack(np.array([1.0, 2.0]), np.array([3.0, 4.0]), axis=1).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    return np.stack(arrays, axis)


stack.rule_for_each(lambda i, g, y, *arrays, axis=0: g[slab(y.ndim, axis, i)])


def joined(arrays, axis=0):
    """``np.concatenate``: arrays joined along an axis that they have (``None``: all flattened).

    Raises:
        ShapeError: their shapes differ along another axis.

    >>> joined([np.ones((2, 2)), np.ones(3)], axis=None).shape
    (7,)
    """
    return concatenate(*map(ravel, arrays)) if axis is None else concatenate(*arrays, axis=axis)


def stacked(arrays, axis=0):
    """``np.stack``: arrays of one shape, laid side by side along a new axis.

    Raises:
        ShapeError: their shapes differ.

    >>> stacked([np.ones(3), np.zeros(3)]).shape
    (2, 3)
    """
    return stack(*arrays, axis=axis)


def vstack(tup):
    """Arrays above one another; vectors count as rows.

    Raises:
        ShapeError: their shapes differ along another axis.

    >>> vstack([np.ones(3), np.ones((2, 3))]).shape
    (3, 3)
    """
    return joined([atleast_2d(x) for x in tup])


def hstack(tup):
    """Arrays side by side; vectors one after the other.

    Raises:
        ShapeError: their shapes differ along another axis.

    >>> hstack([np.ones((2, 1)), np.ones((2, 3))]).shape, hstack([np.ones(1), np.ones(3)]).shape
    ((2, 4), (4,))
    """
    arrays = [atleast_1d(x) for x in tup]
    return joined(arrays, axis=0 if arrays[0].ndim == 1 else 1)


def dstack(tup):
    """Arrays behind one another, along a third axis.

    Raises:
        ShapeError: their shapes differ along another axis.

    >>> dstack([np.ones((2, 3)), np.ones((2, 3))]).shape
    (2, 3, 2)
    """
    return joined([atleast_3d(x) for x in tup], axis=2)


def column_stack(tup):
    """Arrays side by side; vectors count as columns.

    Raises:
        ShapeError: their shapes differ along another axis.

    >>> column_stack([np.ones(2), np.ones((2, 3))]).shape
    (2, 4)
    """
    return joined([x if np.ndim(x) > 1 else reshape(x, shape=(-1, 1)) for x in tup], axis=1)


def append(arr, values, axis=None):
    """``values`` joined on at the end of ``arr``.

    Raises:
        ShapeError: along another axis than ``axis`` (``None``: both are flattened) their shapes differ.

    >>> append(np.array([1.0, 2.0]), 3.0).tolist()
    [1.0, 2.0, 3.0]
    """
    return joined([arr, values], axis)


def block(arrays):
    """An array put together from nested lists of blocks, the innermost lists along the last axis; see ``np.block``.

    >>> block([[np.ones((1, 1)), np.zeros((1, 2))], [np.zeros((2, 1)), np.eye(2)]]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    depth, lowest = _depth_and_axes(arrays)
    return _block(arrays, depth, max(depth, lowest))


def _depth_and_axes(arrays):
    """How deep the lists are nested, and the most axes that a block has."""
    if not isinstance(arrays, list):
        return 0, np.ndim(arrays)
    inner = [_depth_and_axes(x) for x in arrays]
    return 1 + max(depth for depth, _ in inner), max(axes for _, axes in inner)


def _block(arrays, depth, ndim):
    if depth:
        return joined([_block(x, depth - 1, ndim) for x in arrays], axis=-depth)
    return reshape(arrays, shape=(*(1,) * (ndim - np.ndim(arrays)), *np.shape(arrays)))


def insert(arr, obj, values, axis=None):
    """``arr`` with ``values`` inserted before the places ``obj`` along ``axis``; see ``np.insert``.

    The places are those in ``arr``, in any order: the first of ``values`` goes to the first of them.

    Raises:
        ShapeError: there is no such axis.

    >>> insert(np.array([1.0, 2.0, 3.0]), 1, 9.0).tolist()
    [1.0, 9.0, 2.0, 3.0]
    """
    if axis is None:
        arr, axis = ravel(arr), 0
    axis = axis_of(arr, axis)
    length = arr.shape[axis]
    places = np.arange(length)[obj] if isinstance(obj, slice) else np.asarray(plain(obj))
    places = places if places.size else places.astype(int)  # an empty list says no dtype
    if places.size == 1:  # several values may go to the one place
        values = reshape(values, shape=(*(1,) * (arr.ndim - np.ndim(values)), *np.shape(values)))
        values = np.moveaxis(values, 0, axis) if places.ndim == 0 else values
        places = np.full(np.shape(values)[axis], places.item())
    count = np.insert(np.arange(length), places, 0).size - length
    order = np.insert(np.arange(length), places, length + np.arange(count))  # where in `arr` and `values`, joined
    room = (*arr.shape[:axis], count, *arr.shape[axis + 1 :])
    return take(joined([arr, np.broadcast_to(values, room)], axis), indices=order, axis=axis)


# ---- splitting


def array_split(ary, indices_or_sections, axis=0):
    """Parts of ``ary`` along ``axis``: so many, nearly equally long, or cut at these places. A list of views.

    >>> [part.tolist() for part in array_split(np.arange(5.0), 2)]
    [[0.0, 1.0, 2.0], [3.0, 4.0]]
    """
    return _cut(np.array_split, ary, indices_or_sections, axis)


def split(ary, indices_or_sections, axis=0):
    """Parts of ``ary`` along ``axis``: so many, equally long, or cut at these places. A list of views.

    Raises:
        ShapeError: it cannot be split into so many parts of equal length.

    >>> [part.tolist() for part in split(np.arange(5.0), [1, 3])]
    [[0.0], [1.0, 2.0], [3.0, 4.0]]
    """
    return _cut(np.split, ary, indices_or_sections, axis)


def _cut(function, ary, places, axis):
    length = ary.shape[axis_of(ary, axis)]
    try:
        parts = function(np.arange(length), plain(places))
    except ValueError as error:
        raise ShapeError(
            f"an array of shape {ary.shape} cannot be split into {places} equal parts along axis {axis}: {error}; "
            "np.array_split takes parts of nearly equal length"
        ) from None
    spans = [slice(int(part[0]), int(part[-1]) + 1) if part.size else slice(0, 0) for part in parts]
    return [ary[along(axis, ary.ndim, span)] for span in spans]


def hsplit(ary, indices_or_sections):
    """Parts side by side; a vector's one after the other.

    >>> [part.shape for part in hsplit(np.ones((2, 4)), 2)]
    [(2, 2), (2, 2)]
    """
    return split(ary, indices_or_sections, axis=1 if ary.ndim > 1 else 0)


def vsplit(ary, indices_or_sections):
    """Parts above one another.

    >>> [part.shape for part in vsplit(np.ones((2, 4)), 2)]
    [(1, 4), (1, 4)]
    """
    return split(ary, indices_or_sections, axis=0)


def dsplit(ary, indices_or_sections):
    """Parts along the third axis.

    >>> [part.shape for part in dsplit(np.ones((2, 3, 4)), 2)]
    [(2, 3, 2), (2, 3, 2)]
    """
    return split(ary, indices_or_sections, axis=2)


def unstack(x, axis=0):
    """The slices of ``x`` along ``axis``, which goes: what ``np.stack`` has joined, as a tuple.

    Raises:
        ShapeError: there is no such axis.

    >>> [row.tolist() for row in unstack(np.array([[1.0, 2.0], [3.0, 4.0]]))]
    [[1.0, 2.0], [3.0, 4.0]]
    """
    return tuple(x[along(axis, x.ndim, i)] for i in range(x.shape[axis_of(x, axis)]))


NUMPY[np.concatenate], NUMPY[np.stack] = joined, stacked
for function in (vstack, hstack, dstack, column_stack, append, block, insert, array_split, split, hsplit, vsplit,
                 dsplit, unstack):  # fmt: skip
    if hasattr(np, function.__name__):  # an older NumPy has no unstack
        NUMPY[getattr(np, function.__name__)] = function
