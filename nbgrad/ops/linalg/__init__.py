"""Linear algebra: products, contractions, parts of matrices, equations, decompositions.

A matrix is what the last two axes of an array span; axes before them make it a stack of matrices, as in NumPy, and
every operation here that NumPy applies to stacks takes them. The names are NumPy's.
"""

from .contractions import inner, kron, tensordot
from .indices import einsum
from .matrices import diag, diagonal, matrix_power, matrix_transpose, trace, tril, triu
from .orthogonal import QRResult, qr, qr_q, qr_r
from .products import cross, dot, for_left, for_right, matmul, matvec, multi_dot, outer, vdot, vecdot, vecmat
from .singular import SVDResult, svd, svd_u, svd_vh, svdvals
from .solving import SlogdetResult, det, inv, logabsdet, pinv, slogdet, solve
from .symmetric import EighResult, cholesky, eigenvectors, eigh, eigvalsh

__all__ = [
    "EighResult",
    "QRResult",
    "SVDResult",
    "SlogdetResult",
    "cholesky",
    "cross",
    "det",
    "diag",
    "diagonal",
    "dot",
    "eigenvectors",
    "eigh",
    "eigvalsh",
    "einsum",
    "for_left",
    "for_right",
    "inner",
    "inv",
    "kron",
    "logabsdet",
    "matmul",
    "matrix_power",
    "matrix_transpose",
    "matvec",
    "multi_dot",
    "outer",
    "pinv",
    "qr",
    "qr_q",
    "qr_r",
    "slogdet",
    "solve",
    "svd",
    "svd_u",
    "svd_vh",
    "svdvals",
    "tensordot",
    "trace",
    "tril",
    "triu",
    "vdot",
    "vecdot",
    "vecmat",
]
