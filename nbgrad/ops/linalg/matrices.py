"""Parts of matrices (diagonals, triangles), transposes and powers."""

import operator

import numpy as np

from ...core.errors import ShapeError
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ...core.tensor import Tensor, plain
from ..indexing import put
from ..samples import case, normal
from ..shape import swapaxes
from .contractions import remaining
from .products import matmul
from .solving import inv


def matrix_transpose(x):
    """The last two axes exchanged.

    >>> matrix_transpose(np.zeros((5, 2, 3))).shape
    (5, 3, 2)
    """
    return swapaxes(x, axis1=-1, axis2=-2)


NUMPY[np.matrix_transpose] = NUMPY[np.linalg.matrix_transpose] = matrix_transpose


def _matrices_to(matrices, axis1, axis2):
    """The last two axes back at ``axis1`` and ``axis2``."""
    return np.moveaxis(matrices, (-2, -1), (axis1, axis2))


@operation(
    symbol="tr", latex=r"\mathrm{{tr}}\,{x}", source="np.trace({x}{keywords})",
    formulas=["{g} on the diagonal, else 0"], methods=["trace"], numpy=np.trace, takes_complex=True,
    samples=[normal(3, 3)],
    cases=[case(normal(3, 4), offset=1), case(normal(3, 2), offset=-1), case(normal(2, 3, 4), axis1=2, axis2=0),
           case(normal(2, 3, 4, 2), axis1=-1, axis2=1, offset=-1), case(normal(2, 2), offset=5)],
    note="Only the elements on the diagonal receive the gradient, and each of them the whole of it.",
)  # fmt: skip
def trace(x, *, offset=0, axis1=0, axis2=1):
    """The sum of a diagonal. The result has the other axes.

    Args:
        offset: which diagonal: above the main one if positive, below if negative.
        axis1, axis2: the axes of the rows and of the columns.

    Raises:
        ShapeError: ``x`` has fewer than two axes, or not these two.

    >>> float(trace(np.array([[1.0, 2.0], [3.0, 4.0]])))
    5.0
    """
    return np.trace(x, offset, axis1, axis2)


def _trace_rule(g, y, x, offset=0, axis1=0, axis2=1):
    chosen = np.eye(x.shape[axis1], x.shape[axis2], offset, dtype=x.dtype)
    return _matrices_to(g[..., None, None] * chosen, axis1, axis2)


trace.rule(_trace_rule)


@operation(
    symbol="diagonal", latex=r"{x}_{{i i}}", source="np.diagonal({x}{keywords})",
    formulas=["{g} on the diagonal, else 0"], methods=["diagonal"], numpy=np.diagonal, takes_complex=True,
    samples=[normal(3, 3)],
    cases=[case(normal(3, 4), offset=1), case(normal(3, 2), offset=-1), case(normal(2, 3, 4), axis1=2, axis2=0),
           case(normal(2, 3, 4, 2), axis1=-1, axis2=1, offset=-1), case(normal(2, 2), offset=5)],
    note="Only the elements on the diagonal receive a gradient.",
)  # fmt: skip
def diagonal(x, *, offset=0, axis1=0, axis2=1):
    """The elements of a diagonal, along a new last axis; arguments as :func:`trace`.

    Raises:
        ShapeError: ``x`` has fewer than two axes, or not these two.

    >>> diagonal(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([1., 4.])
    """
    return np.diagonal(x, offset, axis1, axis2)


def _on_diagonal(g, shape, offset, axis1, axis2):
    """Zeros of ``shape`` with ``g`` on a diagonal."""
    axis1, axis2 = axis1 % len(shape), axis2 % len(shape)
    rest = [shape[i] for i in remaining((axis1, axis2), len(shape))]
    i = np.arange(g.shape[-1])
    index = (..., i + max(-offset, 0), i + max(offset, 0))
    return _matrices_to(put(g, index=index, shape=(*rest, shape[axis1], shape[axis2])), axis1, axis2)


diagonal.rule(lambda g, y, x, offset=0, axis1=0, axis2=1: _on_diagonal(g, x.shape, offset, axis1, axis2))

NUMPY[np.linalg.trace] = lambda x, offset=0: trace(x, offset=offset, axis1=-2, axis2=-1)
NUMPY[np.linalg.diagonal] = lambda x, offset=0: diagonal(x, offset=offset, axis1=-2, axis2=-1)


@operation(
    symbol="diag", latex=r"\mathrm{{diag}}({x})", source="np.diag({x}{keywords})",
    formulas=["{g} at the diagonal's elements"], numpy=np.diag, takes_complex=True, samples=[normal(3)],
    cases=[case(k=2), case(k=-1), case(normal(3, 3)), case(normal(3, 4), k=1), case(normal(3, 2), k=-2),
           case(normal(0))],
    note="Whether a diagonal is taken out or put in, the gradient goes the other way.",
)  # fmt: skip
def diag(x, *, k=0):
    """A square matrix with the vector ``x`` on its diagonal ``k``; or, of a matrix ``x``, its diagonal ``k``.

    Raises:
        ShapeError: ``x`` has neither one axis nor two.

    >>> diag(np.array([1.0, 2.0]))
    array([[1., 0.],
           [0., 2.]])
    """
    return np.diag(x, k)


diag.rule(
    lambda g, y, x, k=0: diagonal(g, offset=k) if x.ndim == 1 else _on_diagonal(g, x.shape, k, 0, 1),
)
NUMPY[np.diagflat] = lambda v, k=0: diag(np.ravel(v), k=k)


@operation(
    symbol="◣", latex=r"\mathrm{{tril}}({x})", source="np.tril({x}{keywords})",
    formulas=["{g} in the lower triangle, else 0"], numpy=np.tril, batched=True, takes_complex=True,
    samples=[normal(3, 3)], cases=[case(k=-1), case(normal(2, 3, 4), k=1), case(normal(3))],
    note="Only the elements that were kept receive a gradient.",
)  # fmt: skip
def tril(x, *, k=0):
    """The lower triangle of each matrix, up to diagonal ``k``, and zeros above. (A vector stands for each row.)

    >>> tril(np.ones((2, 2)))
    array([[1., 0.],
           [1., 1.]])
    """
    return np.tril(x, k)


tril.rule(lambda g, y, x, k=0: tril(g, k=k))


@operation(
    symbol="◥", latex=r"\mathrm{{triu}}({x})", source="np.triu({x}{keywords})",
    formulas=["{g} in the upper triangle, else 0"], numpy=np.triu, batched=True, takes_complex=True,
    samples=[normal(3, 3)], cases=[case(k=1), case(normal(2, 3, 4), k=-1), case(normal(3))],
    note="Only the elements that were kept receive a gradient.",
)  # fmt: skip
def triu(x, *, k=0):
    """The upper triangle of each matrix, from diagonal ``k``, and zeros below. (A vector stands for each row.)

    >>> triu(np.ones((2, 2)))
    array([[1., 1.],
           [0., 1.]])
    """
    return np.triu(x, k)


triu.rule(lambda g, y, x, k=0: triu(g, k=k))


def matrix_power(a, n):
    """``a @ a @ ...``, ``n`` times, by repeated squaring; the inverse's powers if ``n`` is negative.

    Raises:
        ShapeError: the matrices are not square. TypeError: ``n`` is no whole number.

    >>> matrix_power(np.array([[1.0, 1.0], [0.0, 1.0]]), 5)
    array([[1., 5.],
           [0., 1.]])
    """
    n, shape = operator.index(n), np.shape(plain(a))
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ShapeError(f"a power takes square matrices, as high as they are wide, but the shape is {shape}")
    if n == 0:  # the identity, whatever a is
        ones = np.linalg.matrix_power(plain(a), 0)
        return Tensor(ones) if isinstance(a, Tensor) else ones
    square, result, n = a if n > 0 else inv(a), None, abs(n)
    while True:  # the binary digits of n say which of a, a², a⁴, a⁸, ... to multiply
        if n % 2:
            result = square if result is None else matmul(result, square)
        n //= 2
        if n == 0:
            return result
        square = matmul(square, square)


NUMPY[np.linalg.matrix_power] = matrix_power
