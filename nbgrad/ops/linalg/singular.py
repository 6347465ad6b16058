"""The singular value decomposition. Each of its three results is an operation of its own."""

from typing import Any, NamedTuple

import numpy as np

from ...core.errors import UndeterminedVectorsError
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ...core.tensor import plain
from ...core.tracing import decided
from ..samples import case, well_conditioned
from .symmetric import over_gaps, require_distinct, tolerance


@operation(
    symbol="s", latex=r"s({a})", source="np.linalg.svd({a}, compute_uv=False)", formulas=["U · diag({g}) · Vᵀ"],
    numpy=np.linalg.svdvals, batched=True, samples=[well_conditioned(3, 3)],
    cases=[case(well_conditioned(2, 3)), case(well_conditioned(2, 3, 2))],
    note="A singular value's slope is its left singular vector times its right one.",
)  # fmt: skip
def svdvals(a):
    """The singular values of each matrix (..., m, n), in descending order: min(m, n) of them.

    The rule is ``ds = uᵀ dA v`` (Giles 2008, 3.2). Equal singular values, and zero, where one has a corner as ``|x|``
    has, are treated as by :func:`eigvalsh`: the rule gives a subgradient.

    Raises:
        ShapeError: ``a`` has fewer than two axes.

    >>> svdvals(np.array([[3.0, 0.0], [0.0, -4.0]]))
    array([4., 3.])
    """
    return np.linalg.svd(a, compute_uv=False)


def _svdvals_rule(g, y, a):
    return svd_u(a) * g[..., None, :] @ svd_vh(a)


svdvals.rule(_svdvals_rule)

SINGULAR_VECTORS = [
    case(well_conditioned(3, 2)), case(well_conditioned(2, 3)), case(well_conditioned(2, 3, 2)),
]  # fmt: skip


@operation(
    symbol="U", latex=r"U({a})", source="np.linalg.svd({a}, full_matrices={full_matrices}).U",
    formulas=["{y}·(W + Wᵀ)·{y}ᵀ·{a} + (I − {y}·{y}ᵀ)·{g}·S⁻²·{y}ᵀ·{a},  W = F ∘ ({y}ᵀ·{g}),  Fᵢⱼ = 1/(sⱼ² − sᵢ²)"],
    batched=True, samples=[well_conditioned(3, 3)], cases=[*SINGULAR_VECTORS, case(full_matrices=True)],
    note="Singular vectors turn towards each other, the more the closer their singular values are.",
)  # fmt: skip
def svd_u(a, *, full_matrices=False):
    """The left singular vectors of each matrix (..., m, n) as columns: min(m, n) of them, or m if ``full_matrices``.

    The rule is that of J. Townsend, "Differentiating the singular value decomposition" (2016), with ``S Vᵀ`` written
    as ``Uᵀ A``, so that it depends on no choice of signs but its own.

    Raises:
        UndeterminedVectorsError: when its gradient is asked for, and two singular values are equal, or m > n and one is
            zero, or ``full_matrices`` has added columns.

    >>> np.abs(svd_u(np.array([[0.0, 2.0], [1.0, 0.0]])))
    array([[1., 0.],
           [0., 1.]])
    """
    return np.linalg.svd(a, full_matrices=full_matrices)[0]


def _svd_u_rule(g, y, a, full_matrices=False):
    values = svdvals(a)
    _require_determined(a.shape, y.shape, plain(values))
    squares, projected = values * values, y.mT @ a
    turns = over_gaps(squares) * (y.mT @ g)
    within = y @ ((turns + turns.mT) @ projected)
    if a.shape[-2] <= a.shape[-1]:
        return within
    outside = g - y @ (y.mT @ g)  # what points out of the space that the columns of y span
    return within + outside / squares[..., None, :] @ projected


def _require_determined(shape, vectors, values):
    if vectors[-1] > values.shape[-1]:
        raise UndeterminedVectorsError(
            f"full_matrices=True completed the singular vectors of a matrix of shape {shape} from {values.shape[-1]} "
            f"to {vectors[-1]}, and what completes a basis has no derivative; write full_matrices=False"
        )
    require_distinct(values, "singular")
    if vectors[-2] > vectors[-1] and decided((values <= tolerance(values)).any(), otherwise=False):
        raise UndeterminedVectorsError(
            f"a singular value of the matrix of shape {shape} is zero, so its vector may point anywhere outside the "
            "space of the others and has no derivative"
        )


svd_u.rule(_svd_u_rule)


@operation(
    symbol="Vᵀ", latex=r"V^\top({a})", source="np.linalg.svd({a}, full_matrices={full_matrices}).Vh",
    formulas=["from {g}ᵀ as for U, of {a}ᵀ, transposed"], batched=True, samples=[well_conditioned(3, 3)],
    cases=[*SINGULAR_VECTORS, case(full_matrices=True)],
    note="Singular vectors turn towards each other, the more the closer their singular values are.",
)  # fmt: skip
def svd_vh(a, *, full_matrices=False):
    """The right singular vectors of each matrix (..., m, n) as rows: min(m, n) of them, or n if ``full_matrices``.

    They are the left singular vectors of ``aᵀ``, so the rule is that of :func:`svd_u`, as are the errors.

    >>> np.abs(svd_vh(np.array([[0.0, 2.0], [1.0, 0.0]])))
    array([[0., 1.],
           [1., 0.]])
    """
    return np.linalg.svd(a, full_matrices=full_matrices)[2]


svd_vh.rule(lambda g, y, a, full_matrices=False: _svd_u_rule(g.mT, y.mT, a.mT).mT)


class SVDResult(NamedTuple):
    """What ``np.linalg.svd`` gives."""

    U: Any
    S: Any
    Vh: Any


def svd(a, full_matrices=True, compute_uv=True):
    """The singular value decomposition ``a = U @ diag(S) @ Vh``; see :func:`svd_u`, :func:`svdvals`, :func:`svd_vh`.

    With ``full_matrices``, as NumPy has it, the longer of U and Vh is completed to a square matrix, and then has no
    gradient; the other results do.

    >>> [part.shape for part in svd(np.ones((3, 2)), full_matrices=False)]
    [(3, 2), (2,), (2, 2)]
    """
    if not compute_uv:
        return svdvals(a)
    rows, columns = plain(a).shape[-2:]
    completed = {"full_matrices": True}
    u = svd_u(a, **(completed if full_matrices and rows > columns else {}))
    vh = svd_vh(a, **(completed if full_matrices and columns > rows else {}))
    return SVDResult(u, svdvals(a), vh)


NUMPY[np.linalg.svd] = svd
