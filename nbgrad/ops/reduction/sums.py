"""Sums, means and products."""

from typing import Any

import numpy as np

from ...core.errors import ShapeError
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ...core.tensor import plain
from ...core.tracing import Tracer, decided
from ..samples import between, case, normal, positive, with_zeros
from .spreading import back_in_place, count, in_a_row, kept, spread


@operation(
    symbol="Σ", latex=r"\sum {x}", source="np.sum({x}{keywords})", formulas=["{g} copied to every element"],
    methods=["sum"], numpy=np.sum, batched=True, takes_complex=True, samples=[normal(3, 4)],
    cases=[case(axis=0), case(axis=(0, -1), keepdims=True), case(normal(2, 3, 4), axis=(0, 2)), case(normal()),
           case(normal(0, 3), axis=0)],
    note="Every term of a sum receives the whole gradient.",
)  # fmt: skip
def sum(x, *, axis=None, keepdims=False):
    """The sum over ``axis`` (an integer, a tuple, or ``None`` for all).

    >>> sum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0).tolist()
    [4.0, 6.0]
    """
    return np.add.reduce(x, axis=axis, keepdims=keepdims)


sum.rule(lambda g, y, x, axis=None, keepdims=False: spread(g, x, axis, keepdims))


@operation(
    symbol="mean", latex=r"\overline{{{x}}}", source="np.mean({x}{keywords})",
    formulas=["{g} / n, copied to every element"], methods=["mean"], numpy=np.mean, batched=True, takes_complex=True,
    samples=[normal(3, 4)],
    cases=[case(axis=0), case(axis=(0, 1), keepdims=True), case(normal(2, 3, 4), axis=-2), case(normal())],
    note="Each of the n numbers receives an n-th of the gradient.",
)  # fmt: skip
def mean(x, *, axis=None, keepdims=False):
    """The mean over ``axis`` (an integer, a tuple, or ``None`` for all).

    >>> import nbgrad as ng
    >>> ng.grad(np.mean)(np.array([1.0, 2.0, 3.0, 6.0])).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if isinstance(x, Tracer) or x.itemsize == 2:  # of float16, NumPy's own mean adds up in float32: sums overflow soon
        return np.mean(x, axis=axis, keepdims=keepdims)
    return np.add.reduce(x, axis=axis, keepdims=keepdims) / count(x, axis)  # several times quicker than np.mean


mean.rule(lambda g, y, x, axis=None, keepdims=False: spread(g / count(x, axis), x, axis, keepdims))


def average(x: Any, axis: Any = None, weights: Any = None, keepdims: bool = False) -> Any:
    """The mean with ``weights``: the sum of ``weights * x`` over the sum of the weights.

    Args:
        weights: of the shape of ``x``, or one for each place along ``axis``; ``None``: all equal.

    Raises:
        ShapeError: the weights have another shape.

    >>> float(average(np.array([1.0, 4.0]), weights=np.array([2.0, 1.0])))
    2.0
    """
    if weights is None:
        return mean(x, axis=axis, keepdims=keepdims)
    if np.shape(weights) == np.shape(x):
        return sum(x * weights, axis=axis, keepdims=keepdims) / sum(weights, axis=axis, keepdims=keepdims)
    if not isinstance(axis, int) or np.shape(weights) != (np.shape(x)[axis],):
        raise ShapeError(
            f"the weights have shape {np.shape(weights)}, but must have the shape {np.shape(x)} of what they weigh, or "
            f"be one for each place along an axis: np.average(x, axis=0, weights=w) with w of shape {np.shape(x)[:1]}"
        )
    along = np.reshape(weights, tuple(-1 if i == axis % np.ndim(x) else 1 for i in range(np.ndim(x))))
    return sum(x * along, axis=axis, keepdims=keepdims) / sum(weights)


NUMPY[np.average] = average


@operation(
    symbol="Π", latex=r"\prod {x}", source="np.prod({x}{keywords})", formulas=["{g} times the product of the others"],
    methods=["prod"], numpy=np.prod, batched=True, takes_complex=True, samples=[between(-2.0, 2.0, 3, 4)],
    cases=[case(axis=-1), case(positive(2, 3, 2), axis=(0, 2), keepdims=True), case(normal()),
           case(with_zeros(1, 5)), case(with_zeros(2, 5)), case(with_zeros(1, 2, 4), axis=1),
           case(normal(0, 2), axis=0)],
    note="Each factor's gradient is scaled by the product of all the others.",
)  # fmt: skip
def prod(x, *, axis=None, keepdims=False):
    """The product over ``axis`` (an integer, a tuple, or ``None`` for all); its gradient is right at zeros too.

    >>> import nbgrad as ng
    >>> ng.grad(np.prod)(np.array([2.0, 0.0, 3.0]))
    array([0., 6., 0.])
    """
    return np.multiply.reduce(x, axis=axis, keepdims=keepdims)


def _product_of_others(y, x, axis, keepdims):
    """For each element the product of those that it is multiplied with."""
    if not x.size or decided(np.all(plain(x)), otherwise=False):
        return kept(y, x, axis, keepdims) / x
    row = in_a_row(x, axis)  # division would give 0/0: multiply what stands before each element with what is behind
    backwards = row[..., ::-1]
    return back_in_place(_product_before(row) * _product_before(backwards)[..., ::-1], x, axis)


def _product_before(row):
    one = np.ones((*row.shape[:-1], 1), row.dtype)
    return np.cumprod(np.concatenate([one, row[..., :-1]], axis=-1), axis=-1)


prod.rule(
    lambda g, y, x, axis=None, keepdims=False: kept(g, x, axis, keepdims) * _product_of_others(y, x, axis, keepdims)
)
