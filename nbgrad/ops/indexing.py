"""Taking elements out of an array, joining arrays, and the operations that undo both."""

import numpy as np

from ..core.errors import ShapeError
from ..core.methods import method
from ..core.numpy_protocol import NUMPY
from ..core.op import operation
from ..core.tensor import Tensor, plain
from .samples import normal


def _plain_index(index):
    return tuple(plain(i) for i in index) if isinstance(index, tuple) else plain(index)


@operation(
    symbol="[ ]", latex=r"{x}_{{[\,]}}", source="{x}[{index}]",
    formulas=["{g} at the elements that were taken, else 0"], samples=[normal(3, 4)],
    note="Only the elements that were taken receive a gradient.",
)  # fmt: skip
def getitem(x, *, index=0):
    """``x[index]`` with any index that NumPy takes."""
    return x[_plain_index(index)]


@operation(
    symbol="put", latex=r"\mathrm{{put}}({x})", source="nothing[{index}] += {x}", formulas=["{g} at those places"],
    samples=[normal(4)],
)  # fmt: skip
def put(x, *, index=0, shape=None):
    """Zeros of ``shape`` with ``x`` added at ``index``; where an index is repeated, its elements add up."""
    out = np.zeros((2, *np.shape(x)) if shape is None else shape, dtype=x.dtype)
    np.add.at(out, _plain_index(index), x)
    return out if out.ndim else out[()]


getitem.rule(lambda g, y, x, index=0: put(g, index=index, shape=x.shape))
put.rule(lambda g, y, x, index=0, shape=None: getitem(g, index=index))


def _getitem(x: Tensor, index) -> Tensor:
    return getitem(x, index=index)


method("__getitem__", _getitem)


def stack(tensors, axis=0):
    """Arrays of one shape, laid side by side along a new axis.

    Raises:
        ShapeError: their shapes differ.
    """
    return concatenate([np.expand_dims(x, axis) for x in tensors], axis)


def concatenate(tensors, axis=0):
    """Arrays joined along an axis that they have (``None``: all flattened), as a sum of each put into its place.

    Raises:
        ShapeError: their shapes differ along another axis.
    """
    if axis is None:
        tensors, axis = [np.ravel(x) for x in tensors], 0
    shapes = [np.shape(plain(x)) for x in tensors]
    try:
        joined = np.concatenate([np.broadcast_to(0.0, shape) for shape in shapes], axis).shape
    except ValueError as error:
        listed = ", ".join(map(str, shapes)) or "none"
        raise ShapeError(f"arrays of shapes {listed} cannot be joined along axis {axis}: {error}") from None
    result, start = None, 0
    for x, shape in zip(tensors, shapes, strict=True):
        index = (slice(None),) * (axis % len(joined)) + (slice(start, start + shape[axis]),)
        piece = put(x, index=index, shape=joined)
        result = piece if result is None else result + piece
        start += shape[axis]
    return result


NUMPY[np.stack], NUMPY[np.concatenate] = stack, concatenate
