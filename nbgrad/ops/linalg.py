"""Products of matrices and vectors."""

import numpy as np

from ..core.op import operation
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
    methods=["dot"], numpy=[np.matmul, np.dot], samples=[normal(4, 3), normal(3, 2)],
    note="In a matrix product each factor's gradient is multiplied by the other factor, transposed.",
)  # fmt: skip
def matmul(a, b):
    """The matrix product, with NumPy's rules for vectors and stacks of matrices."""
    return a @ b


matmul.rule(lambda g, y, a, b: for_left(g, a, b), lambda g, y, a, b: for_right(g, a, b))
