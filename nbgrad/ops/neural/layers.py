"""The layers that hold weights for vectors: linear, and the embedding of words and other kinds of things."""

import math

import numpy as np

from ...core.errors import HyperparameterError, IndexKindError, IndexRangeError, ShapeError
from ...core.op import operation
from ...core.tensor import plain
from ...core.tracing import call, decided
from ..indexing import put
from ..samples import case, normal, whole

ARRAY = np.ndarray

# ---- linear


@operation(
    symbol="@+", latex=r"{x}\,{W} + {b}", source="{x} @ {W} + {b}",
    formulas=["{g} · {W}ᵀ", "{x}ᵀ · {g}", "{g} summed over the rows"],
    scalar_formulas=["{W}", "{x}", "1"], samples=[normal(5, 3), normal(3, 2), normal(2)],
    cases=[
        case(normal(3), normal(3, 2), normal(2)), case(normal(2, 4, 3), normal(3, 2), normal(1)),
        case(normal(0, 3), normal(3, 2), normal(2)), case(normal(4, 3), normal(3), normal()),
    ],
    note="A linear layer sends back what arrived, weighted by its weights.",
)  # fmt: skip
def linear(x, W, b=None):
    """``x @ W + b``: a linear layer, also called dense or fully connected.

    Shapes: ``x`` (..., inputs), weights (inputs, outputs), biases (outputs,) or none; the result is (..., outputs). For
    scalars it is ``x * W + b``.

    Raises:
        ShapeError: the last axis of ``x`` is not as long as the first of ``W``, or ``b`` has another length.

    >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([0.5])).tolist()
    [[11.5]]
    """
    product = x.dot(W) if type(x) is ARRAY else np.dot(x, W)
    if b is None:
        return product
    if type(b) is type(W) is ARRAY and W.ndim == 2 and b.shape == W.shape[1:] and b.dtype is product.dtype:
        product += b  # by far the commonest; the product is ours and new, so it can be added to in place
        return product
    if axes(W) > 2 or (axes(b) and b.shape not in (product.shape[-1:], (1, *product.shape[-1:]), (1,))):
        raise ShapeError(
            "the weights of a linear layer have shape (inputs, outputs) and its biases (outputs,), but here the "
            f"weights have shape {np.shape(W)} and the biases {np.shape(b)}"
        )
    return product + b


def axes(x):
    """The number of axes; 0 for a plain number. Faster than ``np.ndim``, which this is called too often for."""
    return getattr(x, "ndim", 0)


def _linear_to_x(g, y, x, W, b=None):
    if axes(W) == 2 and x.ndim:
        return g.dot(W.T) if type(g) is type(W) is ARRAY else g @ W.T  # dot is quicker, but it is for arrays only
    return g[..., None] * W if axes(W) and x.ndim else g * W


def _linear_to_W(g, y, x, W, b=None):
    if W.ndim == 2 and axes(x):
        if x.ndim != 2:  # each vector of x met the same weights
            rows = math.prod(x.shape[:-1])
            x, g = x.reshape(rows, x.shape[-1]), g.reshape(rows, W.shape[1])
        return x.T.dot(g) if type(g) is type(x) is ARRAY else x.T @ g
    return x * g[..., None] if W.ndim and axes(x) else g * x


linear.rule(_linear_to_x, _linear_to_W, lambda g, y, x, W, b=None: g)  # over the rows the reverse pass sums

# ---- embedding


def checked_indices(indices, count, meaning):
    """``indices`` as an array of whole numbers from 0 to ``count`` - 1.

    Raises:
        IndexKindError: they are no whole numbers.
        IndexRangeError: one of them lies outside.
    """
    indices = call(np.asarray, indices)
    if indices.dtype.kind not in "iu":
        raise IndexKindError(
            f"{meaning} must be whole numbers from 0 to {count - 1}, but here they are {indices.dtype}; if the numbers "
            "are right, write .astype(int)"
        )
    if indices.size and (
        decided(np.minimum.reduce(indices, None) < 0, otherwise=False)
        or decided(np.maximum.reduce(indices, None) >= count, otherwise=False)
    ):
        wrong = tuple(int(i) for i in np.argwhere((indices < 0) | (indices >= count))[0])
        place = f" at {wrong[0] if len(wrong) == 1 else wrong}" if wrong else ""
        hint = "; counting begins at 0" if indices[wrong] == count else ""
        raise IndexRangeError(
            f"{meaning} must lie between 0 and {count - 1}, but {int(indices[wrong])} was found{place}{hint}"
        )
    return indices


@operation(
    symbol="row", latex=r"{weight}_{{{indices}}}", source="{weight}[{indices}]",
    formulas=["0", "{g} added to the rows that were taken"],
    samples=[whole(5, 2, 4), normal(5, 3)], cases=[case(whole(5), normal(5, 3)), case(whole(5, 0), normal(5, 3))],
    note="Only the rows that were looked up receive a gradient; a row that was looked up twice receives both.",
)  # fmt: skip
def embedding(indices, weight):
    """The rows of ``weight`` (count, features) at ``indices``, any array of whole numbers: (..., features).

    Rows that are taken several times add up their gradients.

    Raises:
        IndexKindError: the indices are no whole numbers.
        IndexRangeError: an index is negative or not less than the number of rows.
        ShapeError: ``weight`` is no matrix.

    >>> embedding(np.array([1, 0, 1]), np.array([[0.1, 0.2], [0.3, 0.4]])).tolist()
    [[0.3, 0.4], [0.1, 0.2], [0.3, 0.4]]
    """
    if weight.ndim != 2:
        raise ShapeError(f"the weights of an embedding have shape (count, features), not {weight.shape}")
    return weight[checked_indices(indices, len(weight), "the indices of an embedding")]


embedding.rule(None, lambda g, y, indices, weight: put(g, index=call(np.asarray, plain(indices)), shape=weight.shape))


def one_hot(indices, classes=None):
    """Rows of zeros with a 1 at each index: (...,) whole numbers become (..., classes). It has no gradient.

    Args:
        indices: whole numbers, any shape.
        classes: how many there are; by default as many as the largest index needs.

    Raises:
        IndexKindError: the indices are no whole numbers.
        IndexRangeError: an index is negative or not less than ``classes``.
        HyperparameterError: ``classes`` is not given and there is no index to count by.

    >>> one_hot([0, 2], 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    indices = call(np.asarray, plain(indices))
    if classes is None:
        if not indices.size:
            raise HyperparameterError("one_hot of no indices cannot tell how many classes there are; pass classes=")
        classes = int(indices.max()) + 1 if indices.dtype.kind in "iu" else 0
    indices = checked_indices(indices, classes, "the indices of one_hot")
    return (indices[..., None] == np.arange(classes)).astype(float)
