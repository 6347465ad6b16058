"""Operations that give the same numbers another shape, another order of axes, or copies."""

import numpy as np

from ..core.errors import ShapeError
from ..core.methods import method
from ..core.numpy_protocol import NUMPY, unsupported
from ..core.op import identity, operation
from ..core.tensor import Tensor
from .samples import case, normal


def before(g, y):
    """The lengths of the axes that ``g`` has in front of those of ``y``: none, or one for a batch of cotangents.

    >>> before(np.ones((7, 2, 3)), np.ones((2, 3)))
    (7,)
    """
    return g.shape[: g.ndim - y.ndim]


# ---- reshape


@operation(
    symbol="reshape", latex=r"\mathrm{{reshape}}({x})", source="{x}.reshape({shape})", batched=True, takes_complex=True,
    formulas=["{g} in the shape of {x}"], samples=[normal(3, 4)],
    cases=[case(shape=(2, -1)), case(normal(), shape=(1, 1)), case(normal(0, 3), shape=(3, 0))],
    note="The numbers are the same, so the gradient is only put back into the old shape.",
)  # fmt: skip
def reshape(x, *, shape=-1):
    """The same numbers in another shape; -1 stands for whatever length is left.

    Raises:
        ShapeError: the shape has room for more or for fewer numbers.

    >>> reshape(np.arange(6.0), shape=(2, -1)).tolist()
    [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    """
    return np.reshape(x, shape)


reshape.rule(lambda g, y, x, shape=-1: g.reshape(before(g, y) + x.shape))


def _shape_from(lengths):
    return lengths[0] if len(lengths) == 1 and isinstance(lengths[0], tuple | list) else lengths


def _reshape(x: Tensor, *shape, order="C"):
    """The same numbers in another shape; -1 stands for whatever length is left.

    Args:
        order: how the numbers are counted, ``"C"``: the last axis first, ``"F"``: the first axis first.
    """
    return _in_order(x, tuple(_shape_from(shape)), order)


def _in_order(x, shape, order="C", copy=None):
    """``np.reshape``. Counting the first axis first is counting the last first of the transposed array."""
    if order not in ("C", "F"):
        raise unsupported(np.reshape, {"order": order})
    if order == "C":
        return reshape(x, shape=shape)
    turned = tuple(reversed(shape)) if isinstance(shape, tuple | list) else shape
    return transpose(reshape(transpose(x), shape=turned))


def ravel(x: Tensor, order="C") -> Tensor:
    """All numbers along one axis, as many as there are.

    >>> ravel(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    return _in_order(x, -1, order)


def shape_after(function, shape, *how):
    """The shape that a NumPy function gives to an array of this shape.

    Raises:
        ShapeError: the function refuses it.

    >>> shape_after(np.expand_dims, (2, 3), 0)
    (1, 2, 3)
    """
    try:
        return function(np.broadcast_to(0, shape), *how).shape
    except ValueError as error:
        raise ShapeError(f"np.{function.__name__}: {error}") from None


def squeeze(x: Tensor, axis=None) -> Tensor:
    """``x`` without its axes of length 1 (or without ``axis``, one or several of them).

    Raises:
        ShapeError: ``axis`` is longer than 1.

    >>> squeeze(np.ones((1, 3, 1))).shape, squeeze(np.ones((1, 3, 1)), axis=0).shape
    ((3,), (3, 1))
    """
    return reshape(x, shape=shape_after(np.squeeze, x.shape, axis))


def expand_dims(x: Tensor, axis) -> Tensor:
    """``x`` with a new axis of length 1, or several, which stand at ``axis`` in the result.

    >>> expand_dims(np.ones(3), 0).shape, expand_dims(np.ones(3), (0, 2)).shape
    ((1, 3), (1, 3, 1))
    """
    return reshape(x, shape=shape_after(np.expand_dims, np.shape(x), axis))


def atleast_1d(*arrays):
    """Each array with at least one axis; of several arrays a tuple.

    >>> atleast_1d(3.0).shape, atleast_1d(np.ones((2, 3))).shape
    ((1,), (2, 3))
    """
    return _at_least(np.atleast_1d, arrays)


def atleast_2d(*arrays):
    """Each array with at least two axes, a vector as a row; of several arrays a tuple.

    >>> [x.shape for x in atleast_2d(3.0, np.ones(4))]
    [(1, 1), (1, 4)]
    """
    return _at_least(np.atleast_2d, arrays)


def atleast_3d(*arrays):
    """Each array with at least three axes, new ones on both sides of a vector's and behind a matrix's.

    >>> [x.shape for x in atleast_3d(3.0, np.ones(4), np.ones((4, 5)))]
    [(1, 1, 1), (1, 4, 1), (4, 5, 1)]
    """
    return _at_least(np.atleast_3d, arrays)


def _at_least(function, arrays):
    fitted = tuple(reshape(x, shape=shape_after(function, np.shape(x))) for x in arrays)
    return fitted if len(fitted) != 1 else fitted[0]


method("reshape", _reshape)
method("ravel", ravel)
method("flatten", ravel)
method("squeeze", squeeze)
NUMPY[np.reshape] = lambda x, shape=-1, order="C", copy=None: _in_order(x, shape, order)
NUMPY[np.ravel], NUMPY[np.squeeze], NUMPY[np.expand_dims] = ravel, squeeze, expand_dims
NUMPY[np.atleast_1d], NUMPY[np.atleast_2d], NUMPY[np.atleast_3d] = atleast_1d, atleast_2d, atleast_3d

# ---- the order of the axes


@operation(
    symbol="T", latex=r"{x}^\top", source="np.transpose({x}{keywords})", formulas=["({g})ᵀ"], numpy=np.transpose,
    batched=True, takes_complex=True, samples=[normal(3, 4)],
    cases=[case(normal(2, 3, 4), axes=(2, 0, 1)), case(normal(2, 3, 4), axes=(0, -1, 1)), case(normal())],
    note="The gradient is transposed back.",
)  # fmt: skip
def transpose(x, *, axes=None):
    """The axes in the order ``axes``; reversed by default.

    Raises:
        ShapeError: ``axes`` does not name each axis once.

    >>> transpose(np.zeros((2, 3, 4))).shape, transpose(np.zeros((2, 3, 4)), axes=(1, 2, 0)).shape
    ((4, 3, 2), (3, 4, 2))
    """
    return np.transpose(x, axes)


def _transposed_back(g, y, x, axes):
    """``g`` with its axes in the order that undoes ``axes``; an axis that a batch has in front stays there."""
    if axes is None and g.ndim == y.ndim:
        return np.transpose(g)
    order = range(y.ndim - 1, -1, -1) if axes is None else [axis % y.ndim for axis in axes]
    extra = g.ndim - y.ndim
    return np.transpose(g, (*range(extra), *(extra + int(i) for i in np.argsort(order))))


transpose.rule(lambda g, y, x, axes=None: _transposed_back(g, y, x, axes))


@operation(
    symbol="⇄", latex=r"\mathrm{{swapaxes}}({x})", source="np.swapaxes({x}, {axis1}, {axis2})", formulas=["({g})ᵀ"],
    methods=["swapaxes"], numpy=np.swapaxes, batched=True, takes_complex=True, samples=[normal(3, 4)],
    cases=[case(normal(2, 3, 4), axis1=0, axis2=-1)], note="The two axes are exchanged back.",
)  # fmt: skip
def swapaxes(x, *, axis1=-1, axis2=-2):
    """Two axes exchanged, by default the last two.

    Raises:
        ShapeError: there is no such axis.

    >>> swapaxes(np.zeros((2, 3, 4)), axis1=0, axis2=2).shape
    (4, 3, 2)
    """
    return np.swapaxes(x, axis1, axis2)


def _swapped_back(g, y, axis1, axis2):
    return np.swapaxes(g, axis1 % y.ndim - y.ndim, axis2 % y.ndim - y.ndim)  # from the end, where no batch is


swapaxes.rule(lambda g, y, x, axis1=-1, axis2=-2: _swapped_back(g, y, axis1, axis2))


def _transpose(x: Tensor, *axes):
    """The axes in the order ``axes``; reversed by default."""
    return transpose(x, axes=tuple(_shape_from(axes)) if axes and axes != (None,) else None)


def moveaxis(x: Tensor, source, destination) -> Tensor:
    """The axes ``source`` moved to ``destination``, the others left in their order.

    Raises:
        ShapeError: there is no such axis.

    >>> moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    return transpose(x, axes=_axes_after(np.moveaxis, x, source, destination))


def rollaxis(x: Tensor, axis, start=0) -> Tensor:
    """``axis`` rolled back until it lies before ``start``.

    Raises:
        ShapeError: there is no such axis.

    >>> rollaxis(np.zeros((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    return transpose(x, axes=_axes_after(np.rollaxis, x, axis, start))


def _axes_after(function, x, *how):
    """The order of axes that ``function`` leads to: each axis is told by its length: 0, 1, 2, ..."""
    return shape_after(function, tuple(range(np.ndim(x))), *how)


method("transpose", _transpose)
method("T", property(lambda x: transpose(x)))  # type: ignore[arg-type]
method("mT", property(lambda x: swapaxes(x)))  # type: ignore[arg-type]
NUMPY[np.moveaxis], NUMPY[np.rollaxis] = moveaxis, rollaxis

# ---- copies


@operation(
    symbol="copy", latex=r"\mathrm{{broadcast}}({x})", source="np.broadcast_to({x}, {shape})", batched=True,
    formulas=["{g} summed over the copies"], numpy=np.broadcast_to, takes_complex=True,
    cases=[case(normal(3, 1), shape=(2, 3, 4)), case(normal(), shape=(2,)), case(normal(1), shape=(0, 3))],
    note="What was copied adds up.",
)  # fmt: skip
def broadcast_to(x, *, shape):
    """Copies of ``x`` in the larger ``shape``.

    Raises:
        ShapeError: ``x`` does not fit: an axis of another length than 1 would have to change it.

    >>> broadcast_to(np.array([[1.0], [2.0]]), shape=(2, 3)).tolist()
    [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]
    """
    return np.broadcast_to(x, shape)


broadcast_to.rule(lambda g, y, x, shape: g)  # the reverse pass sums over the copies


def broadcast_arrays(*arrays):
    """The arrays, each copied to the shape that all of them have together.

    Raises:
        ShapeError: there is no such shape.

    >>> [x.shape for x in broadcast_arrays(np.ones((2, 1)), np.ones(3))]
    [(2, 3), (2, 3)]
    """
    try:
        shape = np.broadcast_shapes(*map(np.shape, arrays))
    except ValueError as error:
        raise ShapeError(f"np.broadcast_arrays: {error}") from None
    return tuple(broadcast_to(x, shape=shape) for x in arrays)


def meshgrid(*axes, copy=True, sparse=False, indexing="xy"):
    """For each of several coordinates the array of its values at every point of the grid; see ``np.meshgrid``.

    >>> [x.tolist() for x in meshgrid(np.array([1.0, 2.0]), np.array([5.0, 6.0]))]
    [[[1.0, 2.0], [1.0, 2.0]], [[5.0, 5.0], [6.0, 6.0]]]
    """
    plan = np.meshgrid(*(np.arange(np.size(x)) for x in axes), sparse=sparse, indexing=indexing)
    alone = np.meshgrid(*(np.arange(np.size(x)) for x in axes), sparse=True, indexing=indexing)
    columns = [reshape(x, shape=single.shape) for x, single in zip(axes, alone, strict=True)]
    return tuple(x if sparse else broadcast_to(x, shape=whole.shape) for x, whole in zip(columns, plan, strict=True))


NUMPY[np.broadcast_arrays], NUMPY[np.meshgrid] = broadcast_arrays, meshgrid
NUMPY[np.copy] = identity
