"""Products of matrices and vectors."""

import numpy as np

from ..core.errors import UnsupportedFunctionError
from ..core.methods import method
from ..core.numpy_protocol import NUMPY
from ..core.op import operation
from ..core.tensor import plain
from .samples import normal


def for_left(g, a, b):
    """The contribution of ``a @ b`` to ``a``, for matrices, stacks of matrices and vectors."""
    if b.ndim == 1:
        return g[..., None] * b  # each row of a met the same vector
    if a.ndim == 1:
        product = b @ g[..., None]
        return product[..., 0]
    return g @ np.swapaxes(b, -1, -2)


def for_right(g, a, b):
    """The contribution of ``a @ b`` to ``b``."""
    if a.ndim == 1:
        return a[:, None] * g[..., None, :] if b.ndim > 1 else a * g
    if b.ndim == 1:
        columns = a * g[..., None]
        return columns.sum(axis=tuple(range(a.ndim - 1)))
    return np.swapaxes(a, -1, -2) @ g


@operation(
    symbol="@", latex=r"{a}\,{b}", source="{a} @ {b}", formulas=["{g} · {b}ᵀ", "{a}ᵀ · {g}"], operator="matmul",
    numpy=np.matmul, samples=[normal(4, 3), normal(3, 2)],
    note="In a matrix product each factor's gradient is multiplied by the other factor, transposed.",
)  # fmt: skip
def matmul(a, b):
    """The matrix product, with NumPy's rules for vectors and stacks of matrices."""
    return a @ b


matmul.rule(lambda g, y, a, b: for_left(g, a, b), lambda g, y, a, b: for_right(g, a, b))


def dot(a, b):
    """``np.dot``: the matrix product of vectors and matrices, or the product with a single number.

    Raises:
        UnsupportedFunctionError: more than two axes, where ``np.dot`` and ``@`` mean different things.
    """
    axes = np.ndim(plain(a)), np.ndim(plain(b))
    if 0 in axes:
        return a * b
    if max(axes) > 2:
        raise UnsupportedFunctionError(
            f"np.dot of shapes {np.shape(plain(a))} and {np.shape(plain(b))} has no gradient rule here: of stacks of "
            "matrices it multiplies each with each; the matching pairs are multiplied by a @ b"
        )
    return matmul(a, b)


method("dot", dot)
NUMPY[np.dot] = dot
