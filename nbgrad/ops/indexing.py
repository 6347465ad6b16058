"""Taking elements out of an array, and putting them back."""

import numpy as np

from ..core.errors import ShapeError
from ..core.methods import method
from ..core.numpy_protocol import NUMPY
from ..core.op import operation, record
from ..core.tensor import Tensor, plain, recording
from ..core.tracing import call, taken, zeros
from .samples import case, normal
from .shape import ravel

BASIC = frozenset({int, slice, type(None), type(...), np.int64})


def plain_index(index):
    """``index`` with the numbers of tensors in their place.

    >>> import nbgrad as ng
    >>> plain_index((ng.tensor([0, 2]), slice(1)))
    (array([0, 2]), slice(None, 1, None))
    """
    return tuple(map(plain, index)) if type(index) is tuple else plain(index)


def is_basic(index) -> bool:
    """Whether ``index`` consists of integers, slices, ``None`` and ``...``: then it takes no element twice."""
    return BASIC.issuperset(map(type, index)) if type(index) is tuple else type(index) in BASIC


def is_mask(index) -> bool:
    """Whether ``index`` is one array of truth values: it takes no element twice either."""
    return isinstance(index, np.ndarray) and index.dtype == bool


def positions(index, shape):
    """Where the elements that ``index`` takes from an array of ``shape`` lie, counted along the flattened array.

    >>> positions((slice(None), 1), (2, 3)).tolist()
    [1, 4]
    """
    return taken(np.arange(int(np.prod(shape, dtype=int))).reshape(shape), index)


def behind_batch(index, shape):
    """The index that does the same behind one more axis in front. NumPy sorts the axes of separated index arrays to
    the front, so they are replaced by one array for each axis."""
    if is_basic(index):
        return (slice(None), *index) if type(index) is tuple else (slice(None), index)
    return (slice(None), *np.unravel_index(positions(plain_index(index), shape), shape))


# ---- x[index]


@operation(
    symbol="[ ]", latex=r"{x}_{{[{index}]}}", source="{x}[{index}]", batched=True, takes_complex=True,
    formulas=["{g} at the elements that were taken, else 0"], samples=[normal(3, 4)],
    cases=[
        case(index=(slice(1, None), slice(None, None, -2))), case(index=(..., None, 1)), case(index=[0, 2, 2]),
        case(index=([0, 2], [1, 1])), case(normal(2, 3, 4), index=(0, slice(None), [1, 1, 3])), case(index=[]),
        case(index=[True, False, True]), case(normal(), index=()), case(normal(0, 3), index=slice(1, 2)),
    ],
    note="Only the elements that were taken receive a gradient.",
)  # fmt: skip
def getitem(x, *, index=0):
    """``x[index]`` with any index that NumPy takes. An element that is taken twice receives both gradients.

    Raises:
        IndexError: an index lies outside, or there are more of them than axes.

    >>> import nbgrad as ng
    >>> ng.grad(lambda x: x[[0, 2, 2]].sum())(np.array([5.0, 6.0, 7.0])).tolist()
    [1.0, 0.0, 2.0]
    """
    return taken(x, plain_index(index))


@operation(
    symbol="put", latex=r"0_{{[{index}]}} \leftarrow {x}", batched=True, takes_complex=True,
    source="y = np.zeros({shape}); np.add.at(y, {index}, {x})",
    formulas=["{g} at those places"],
    cases=[
        case(normal(4), index=1, shape=(2, 4)), case(normal(2, 3), index=([0, 0], slice(1, 4)), shape=(2, 4)),
        case(normal(), index=(1, 2), shape=(2, 4)), case(normal(2), index=(0, [1, 1]), shape=(2, 3)),
    ],
    note="It undoes an index: the numbers lie at their places among zeros, and so do their gradients.",
)  # fmt: skip
def put(x, *, index, shape):
    """Zeros of ``shape`` with ``x`` added at ``index``; where an index is repeated, its elements add up.

    Raises:
        IndexError: an index lies outside ``shape``.
        ShapeError: ``x`` does not fit the places.

    >>> put(np.array([1.0, 2.0, 4.0]), index=[0, 2, 2], shape=(4,)).tolist()
    [1.0, 0.0, 6.0, 0.0]
    """
    out = zeros(shape, like=x)
    if is_basic(index) or is_mask(index := plain_index(index)):  # no place twice: the quick way
        out[index] = x
    else:
        places = positions(index, shape)
        np.add.at(out.reshape(-1), places.reshape(-1), np.broadcast_to(x, places.shape).reshape(-1))
    return out if shape else out[()]


def put_back(g, y, x, index=0):
    """The gradient at the elements that were taken, zeros at the others."""
    shape = x.shape
    if g.ndim != y.ndim:
        index, shape = behind_batch(index, shape), (g.shape[0], *shape)
    return put(g, index=index, shape=shape) if isinstance(g, Tensor) else put.forward(g, index=index, shape=shape)


def take_again(g, y, x, index, shape):
    """The gradient at the places where numbers were put."""
    return taken(g, plain_index(index) if g.ndim == y.ndim else behind_batch(index, shape))


getitem.rule(put_back)
put.rule(take_again)


def _getitem(x: Tensor, index) -> Tensor:
    """``x[index]`` with any index that NumPy takes: :func:`getitem`, with its loops unrolled."""
    if not is_basic(index):
        index = plain_index(index)
        value = taken(x.data, index)
    else:
        value = x.data[index]
    if x.requires_grad and recording.get():
        return record(getitem, value, (x,), (x.data,), {"index": index})
    return Tensor(value)


method("__getitem__", _getitem)

# ---- take and its kin


def along(axis, ndim, index):
    """The index that is ``index`` along one axis and takes all of the others.

    >>> np.arange(6.0).reshape(2, 3)[along(-1, 2, 0)].tolist()
    [0.0, 3.0]
    """
    return (slice(None),) * (axis % ndim) + (index,)


def axis_of(x, axis):
    """``axis``, counted from the front.

    Raises:
        ShapeError: ``x`` has no such axis.

    >>> axis_of(np.ones((2, 3)), -1)
    1
    """
    ndim = np.ndim(x)
    if not -ndim <= axis < ndim:
        raise ShapeError(f"an array of shape {np.shape(x)} has no axis {axis}")
    return axis % ndim


def _within(indices, length, mode):
    """Indices beyond the end brought back, as the ``mode`` of ``np.take`` says."""
    indices = call(np.asarray, plain(indices))
    if mode == "wrap":
        return indices % length
    return np.clip(indices, 0, length - 1) if mode == "clip" else indices


@operation(
    symbol="take", latex=r"{x}_{{{indices}}}", source="np.take({x}{keywords})", methods=["take"], numpy=np.take,
    formulas=["{g} at the elements that were taken, else 0"], takes_complex=True,
    cases=[
        case(normal(3, 4), indices=[1, -1, 1], axis=1), case(normal(3, 4), indices=[[0, 11], [5, 5]]),
        case(normal(3, 4), indices=[3, -5], axis=0, mode="wrap"), case(normal(3, 4), indices=2, axis=-1),
        case(normal(3, 4), indices=[3, -5], axis=0, mode="clip"), case(normal(0, 2), indices=[1], axis=1),
    ],
    note="Only what was taken receives a gradient; what was taken twice, twice.",
)  # fmt: skip
def take(x, *, indices, axis=None, mode="raise"):
    """The elements ``indices`` along ``axis`` (``None``: of the flattened array). ``mode`` is that of ``np.take``.

    Shapes: the axis is replaced by those of ``indices``: (a, n, b) with indices (i, j) becomes (a, i, j, b).

    Raises:
        IndexError: an index lies outside, with ``mode="raise"``.

    >>> take(np.array([[1.0, 2.0], [3.0, 4.0]]), indices=[1, 1, 0], axis=1).tolist()
    [[2.0, 2.0, 1.0], [4.0, 4.0, 3.0]]
    """
    return np.take(x, plain(indices), axis=axis, mode=mode)


def _taken_back(g, x, indices, axis, mode):
    shape = (x.size,) if axis is None or not x.ndim else x.shape  # of a number, NumPy takes as of one element
    axis = axis or 0
    index = along(axis, len(shape), _within(indices, shape[axis], mode))
    return put(g, index=index, shape=shape).reshape(x.shape)


take.rule(lambda g, y, x, indices, axis=None, mode="raise": _taken_back(g, x, indices, axis, mode))


@operation(
    symbol="take", latex=r"{x}_{{i,\,{indices}_{{i j}}}}",
    source="np.take_along_axis({x}, np.array({indices}), axis={axis})", numpy=np.take_along_axis,
    formulas=["{g} at the elements that were taken, else 0"], takes_complex=True,
    cases=[
        case(normal(2, 3), indices=[[0, 2, 2, 1], [1, 1, 1, 1]], axis=1), case(normal(2, 3), indices=[[2]], axis=-1),
        case(normal(2, 3), indices=[[1, 0, 1]], axis=0), case(normal(2, 3), indices=[5, 0, 0], axis=None),
    ],
    note="Only what was taken receives a gradient; what was taken twice, twice.",
)  # fmt: skip
def take_along_axis(x, *, indices, axis=-1):
    """For each position on the other axes, the elements that ``indices`` names there, as from ``np.argsort``.

    Shapes: the result has that of ``indices``, which has those of ``x`` but along ``axis``.

    Raises:
        IndexError: an index lies outside.
        ShapeError: ``indices`` has another number of axes.

    >>> take_along_axis(np.array([[7.0, 5.0], [6.0, 8.0]]), indices=[[1, 0], [0, 1]]).tolist()
    [[5.0, 7.0], [6.0, 8.0]]
    """
    return np.take_along_axis(x, call(np.asarray, plain(indices)), axis)


def _taken_along_back(g, x, indices, axis):
    shape = (x.size,) if axis is None else x.shape
    axis = (axis or 0) % len(shape)
    grid = list(np.ix_(*map(np.arange, shape)))
    grid[axis] = call(np.asarray, plain(indices))
    return put(g, index=tuple(grid), shape=shape).reshape(x.shape)


take_along_axis.rule(lambda g, y, x, indices, axis=-1: _taken_along_back(g, x, indices, axis))


def compress(condition, a, axis=None):
    """The slices along ``axis`` at which ``condition`` holds.

    >>> compress([True, False, True], np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 3.0]
    """
    return take(a, indices=np.flatnonzero(np.asarray(plain(condition))), axis=axis)


def extract(condition, arr):
    """The elements at which ``condition`` holds, along one axis.

    >>> x = np.array([[1.0, 5.0], [7.0, 3.0]])
    >>> extract(x > 2, x).tolist()
    [5.0, 7.0, 3.0]
    """
    return take(ravel(arr), indices=np.flatnonzero(plain(condition)))


def delete(arr, obj, axis=None):
    """``arr`` without the elements ``obj`` along ``axis`` (``None``: of the flattened array).

    Raises:
        ShapeError: there is no such axis.

    >>> delete(np.array([1.0, 2.0, 3.0]), 1).tolist()
    [1.0, 3.0]
    """
    kept = np.delete(np.arange(np.size(arr) if axis is None else np.shape(arr)[axis_of(arr, axis)]), plain(obj))
    return take(arr, indices=kept, axis=axis)


NUMPY[np.compress], NUMPY[np.extract], NUMPY[np.delete] = compress, extract, delete
method("compress", lambda x, condition, axis=None: compress(condition, x, axis))
method("nonzero", lambda x: np.nonzero(x.data))
