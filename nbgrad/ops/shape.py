"""Operations that rearrange numbers without changing them."""

import numpy as np

from ..core.methods import method
from ..core.numpy_protocol import NUMPY
from ..core.op import operation
from ..core.tensor import Tensor
from .samples import case, normal


@operation(
    symbol="reshape", latex=r"\mathrm{{reshape}}({x})", source="{x}.reshape({shape})",
    formulas=["{g} in the shape of {x}"], samples=[normal(3, 4)],
    note="The numbers are the same, so the gradient is only put back into the old shape.",
)  # fmt: skip
def reshape(x, *, shape=-1):
    """The same numbers in another shape; -1 stands for whatever length is left."""
    return np.reshape(x, shape)


reshape.rule(lambda g, y, x, shape=-1: g.reshape(x.shape))


def _shape_from(lengths):
    return lengths[0] if len(lengths) == 1 and isinstance(lengths[0], tuple | list) else lengths


method("reshape", lambda x, *shape: reshape(x, shape=tuple(_shape_from(shape))))
method("ravel", lambda x: reshape(x, shape=-1))
method("flatten", lambda x: reshape(x, shape=-1))
NUMPY[np.reshape] = lambda x, shape=-1: reshape(x, shape=shape)
NUMPY[np.ravel] = lambda x: reshape(x, shape=-1)


@operation(
    symbol="T", latex=r"{x}^\top", source="{x}.T", formulas=["({g})ᵀ"], numpy=np.transpose, samples=[normal(3, 4)],
    note="The gradient is transposed back.",
)  # fmt: skip
def transpose(x, *, axes=None):
    """The axes in the order ``axes``; reversed by default."""
    return np.transpose(x, axes)


def _back(axes, ndim):
    """The order of axes that undoes ``axes``."""
    return None if axes is None else tuple(int(i) for i in np.argsort([axis % ndim for axis in axes]))


transpose.rule(lambda g, y, x, axes=None: np.transpose(g, _back(axes, x.ndim)))
method("transpose", lambda x, *axes: transpose(x, axes=tuple(_shape_from(axes)) if axes else None))
method("T", property(lambda x: transpose(x)))  # type: ignore[arg-type]


@operation(
    symbol="⇄", latex=r"\mathrm{{swapaxes}}({x})", source="np.swapaxes({x}, {axis1}, {axis2})", formulas=["({g})ᵀ"],
    methods=["swapaxes"], numpy=np.swapaxes, samples=[normal(3, 4)],
)  # fmt: skip
def swapaxes(x, *, axis1=-1, axis2=-2):
    """Two axes exchanged."""
    return np.swapaxes(x, axis1, axis2)


swapaxes.rule(lambda g, y, x, axis1=-1, axis2=-2: np.swapaxes(g, axis1, axis2))
method("mT", property(lambda x: swapaxes(x)))  # type: ignore[arg-type]


@operation(
    symbol="copy", latex=r"\mathrm{{broadcast}}({x})", source="np.broadcast_to({x}, {shape})",
    formulas=["{g} summed over the copies"], numpy=np.broadcast_to, cases=[case(normal(3, 1), shape=(2, 3, 4))],
    note="What was copied adds up.",
)  # fmt: skip
def broadcast_to(x, *, shape):
    """Copies of ``x`` in the larger ``shape``."""
    return np.broadcast_to(x, shape)


broadcast_to.rule(lambda g, y, x, shape: g)  # the reverse pass sums over the copies


def squeeze(x: Tensor, axis=None) -> Tensor:
    """``x`` without its axes of length 1 (or without ``axis``)."""
    return reshape(x, shape=np.squeeze(np.empty(x.shape), axis).shape)


def expand_dims(x: Tensor, axis) -> Tensor:
    """``x`` with a new axis of length 1."""
    return reshape(x, shape=np.expand_dims(np.empty(x.shape), axis).shape)


method("squeeze", squeeze)
NUMPY[np.squeeze], NUMPY[np.expand_dims] = squeeze, expand_dims
