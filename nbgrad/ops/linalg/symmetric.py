"""Decompositions of symmetric matrices: Cholesky, eigenvalues and eigenvectors.

Where a decomposition has several results, each is an operation of its own, so that only what needs it pays for it.

A decomposition of a *symmetric* matrix reads one triangle in NumPy. Here the matrix is replaced by ``(A + Aᵀ) / 2``
first. For a symmetric matrix that changes nothing in the result; in the gradient, an element and its mirror image
share, so it is symmetric as well, and a step along it leaves the matrix symmetric.
"""

from typing import Any, NamedTuple

import numpy as np

from ...core.errors import NotPositiveDefiniteError, ShapeError, UndeterminedVectorsError
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ...core.tensor import plain
from ...core.tracing import decided
from ..samples import case, symmetric
from .solving import inv


def symmetrised(a):
    """``(a + aᵀ) / 2``; its own derivative, too, when applied to a gradient.

    Raises:
        ShapeError: the matrices are not square.
    """
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ShapeError("a symmetric matrix is square, as high as it is wide")
    return (a + a.mT) / 2


def over_gaps(values):
    """The matrix of ``1 / (values[j] − values[i])``, with zeros on the diagonal."""
    eye = np.eye(values.shape[-1], dtype=values.dtype)
    return (1 - eye) / (values[..., None, :] - values[..., :, None] + eye)


def tolerance(values):
    """Below this, a difference between ``values`` is rounding."""
    return np.finfo(values.dtype).eps * values.shape[-1] * np.max(np.abs(values), axis=-1, keepdims=True, initial=0)


def require_distinct(values, kind):
    """Vectors that belong to equal values have no derivative.

    Raises:
        UndeterminedVectorsError: two of the values, along the last axis, are equal.
    """
    values = plain(values)
    close = np.abs(np.diff(values)) <= tolerance(values)
    if decided(close.any(), otherwise=False):
        value = values[..., :-1][close][0]
        raise UndeterminedVectorsError(
            f"two {kind} values are equal ({value:.6g}), so any rotation of their vectors would do as well and the "
            f"vectors have no derivative; a function of the {kind} values alone has a gradient"
        )


# ---- Cholesky


@operation(
    symbol="chol", latex=r"\mathrm{{chol}}\,{a}", source="np.linalg.cholesky({a}{keywords})",
    formulas=["sym({y}⁻ᵀ · Φ({y}ᵀ · {g}) · {y}⁻¹)"], numpy=np.linalg.cholesky, batched=True,
    samples=[symmetric(3, 3, low=1, high=3)],
    cases=[case(symmetric(2, 3, 3, low=1, high=3)), case(symmetric(3, 3, low=1, high=3), upper=True)],
    note="Φ keeps the lower triangle and half of the diagonal; sym shares between an element and its mirror image.",
)  # fmt: skip
def cholesky(a, *, upper=False):
    """The lower triangular ``L`` with ``L Lᵀ = a`` for each symmetric, positive definite matrix (..., n, n).

    The rule is that of S. P. Smith, "Differentiation of the Cholesky algorithm" (1995), in the matrix form of
    I. Murray, "Differentiation of the Cholesky decomposition" (2016). Both triangles of ``a`` are read, see the top of
    this module.

    Args:
        upper: give ``Lᵀ`` instead.

    Raises:
        NotPositiveDefiniteError: an eigenvalue is not positive.
        ShapeError: the matrices are not square.

    >>> cholesky(np.array([[4.0, 2.0], [2.0, 10.0]]))
    array([[2., 0.],
           [1., 3.]])
    """
    a = symmetrised(a)
    try:
        lower = np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        raise NotPositiveDefiniteError(
            f"its smallest eigenvalue is {np.linalg.eigvalsh(a).min():.3g}, but all must be positive; adding a little "
            "to the diagonal helps where rounding is to blame"
        ) from None
    return lower.mT if upper else lower


def _cholesky_rule(g, y, a, upper=False):
    lower, g = (y.mT, g.mT) if upper else (y, g)
    n = a.shape[-1]
    half = np.tri(n, dtype=a.dtype) - np.eye(n, dtype=a.dtype) / 2
    inverse = inv(lower)
    return symmetrised(inverse.mT @ (half * (lower.mT @ g)) @ inverse)


cholesky.rule(_cholesky_rule)

# ---- eigenvalues and eigenvectors of symmetric matrices


@operation(
    symbol="λ", latex=r"\lambda({a})", source="np.linalg.eigvalsh({a}{keywords})", formulas=["V · diag({g}) · Vᵀ"],
    numpy=np.linalg.eigvalsh, batched=True, samples=[symmetric(3, 3)],
    cases=[case(symmetric(2, 3, 3)), case(symmetric(1, 1)), case(UPLO="U")],
    note="An eigenvalue's slope is its eigenvector, times itself transposed.",
)  # fmt: skip
def eigvalsh(a, *, UPLO="L"):
    """The eigenvalues of each symmetric matrix (..., n, n), in ascending order.

    ``UPLO`` says which triangle LAPACK works on; both have been made equal before, see the top of this module.

    The rule is ``dλ = vᵀ dA v`` (Giles 2008, 3.1). Where eigenvalues are equal, each alone has a corner there; what
    treats them alike (their sum, say) has a gradient, and the rule gives it.

    Raises:
        ShapeError: the matrices are not square.

    >>> eigvalsh(np.array([[2.0, 1.0], [1.0, 2.0]]))
    array([1., 3.])
    """
    return np.linalg.eigvalsh(symmetrised(a), UPLO)


def _eigvalsh_rule(g, y, a, UPLO="L"):
    vectors = eigenvectors(a)
    return symmetrised(vectors * g[..., None, :] @ vectors.mT)


eigvalsh.rule(_eigvalsh_rule)


@operation(
    symbol="V", latex=r"V({a})", source="np.linalg.eigh({a}{keywords}).eigenvectors",
    formulas=["sym({y} · (F ∘ ({y}ᵀ · {g})) · {y}ᵀ),  Fᵢⱼ = 1/(λⱼ − λᵢ)"], batched=True, samples=[symmetric(3, 3)],
    cases=[case(symmetric(2, 3, 3)), case(symmetric(1, 1)), case(UPLO="U")],
    note="Eigenvectors turn towards each other, the more the closer their eigenvalues are.",
)  # fmt: skip
def eigenvectors(a, *, UPLO="L"):
    """The eigenvectors of each symmetric matrix (..., n, n), as columns in the order of :func:`eigvalsh`.

    The rule is that of Giles (2008), 3.1. The sign of an eigenvector is arbitrary, and NumPy's choice is kept; what
    does not depend on it is safe to differentiate.

    Raises:
        UndeterminedVectorsError: when its gradient is asked for and two eigenvalues are equal.
        ShapeError: the matrices are not square.

    >>> np.abs(eigenvectors(np.array([[2.0, 0.0], [0.0, 1.0]])))
    array([[0., 1.],
           [1., 0.]])
    """
    return np.linalg.eigh(symmetrised(a), UPLO)[1]


def _eigenvectors_rule(g, y, a, UPLO="L"):
    values = eigvalsh(a)
    require_distinct(values, "eigen")
    return symmetrised(y @ (over_gaps(values) * (y.mT @ g)) @ y.mT)


eigenvectors.rule(_eigenvectors_rule)


class EighResult(NamedTuple):
    """What ``np.linalg.eigh`` gives."""

    eigenvalues: Any
    eigenvectors: Any


def eigh(a, UPLO="L"):
    """Eigenvalues and eigenvectors of each symmetric matrix; see :func:`eigvalsh` and :func:`eigenvectors`.

    >>> [part.shape for part in eigh(np.eye(3))]
    [(3,), (3, 3)]
    """
    triangle = {} if UPLO == "L" else {"UPLO": UPLO}
    return EighResult(eigvalsh(a, **triangle), eigenvectors(a, **triangle))


NUMPY[np.linalg.eigh] = eigh
