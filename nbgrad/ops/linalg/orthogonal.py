"""The QR decomposition: orthonormal columns times an upper triangle. Each of the two is an operation of its own."""

from typing import Any, NamedTuple

import numpy as np

from ...core.errors import UndeterminedVectorsError, UnsupportedFunctionError
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ...core.tensor import plain
from ...core.tracing import decided
from ..samples import case, well_conditioned
from .solving import solve
from .symmetric import tolerance


def mirrored(x):
    """The lower triangle of each matrix, copied to the upper one as well."""
    return np.tril(x) + np.tril(x, -1).mT


def over_triangle(x, r, a):
    """``x r⁻ᵀ``, for the triangular ``r`` of a decomposition of ``a``.

    Raises:
        UndeterminedVectorsError: ``r`` has a zero on its diagonal.
    """
    diagonal = np.abs(np.diagonal(plain(r), axis1=-2, axis2=-1))
    if decided((diagonal <= tolerance(diagonal)).any(), otherwise=False):
        raise UndeterminedVectorsError(
            f"the first {r.shape[-1]} columns of the matrix of shape {a.shape} depend on each other, so its QR "
            "decomposition is not unique and has no derivative"
        )
    return solve(r, x.mT).mT


@operation(
    symbol="Q", latex=r"Q({a})", source="np.linalg.qr({a}).Q",
    formulas=["({g} + {y} · mirrored(−{g}ᵀ · {y})) · R⁻ᵀ"], batched=True, samples=[well_conditioned(3, 3)],
    cases=[case(well_conditioned(3, 2)), case(well_conditioned(2, 3)), case(well_conditioned(2, 3, 2))],
    note="mirrored copies the lower triangle to the upper one: Q can only turn.",
)  # fmt: skip
def qr_q(a):
    """The orthonormal columns of ``a = Q R`` for each matrix (..., m, n): min(m, n) of them.

    The rule is that of S. F. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra functions" (2010),
    as written by M. Seeger and others, "Auto-differentiating linear algebra" (2017). If there are more columns than
    rows, Q depends on the first m alone.

    Raises:
        UndeterminedVectorsError: when its gradient is asked for and the first min(m, n) columns depend on each other.

    >>> np.abs(qr_q(np.array([[3.0, 0.0], [4.0, 5.0]])))
    array([[0.6, 0.8],
           [0.8, 0.6]])
    """
    return np.linalg.qr(a)[0]


def _qr_q_rule(g, y, a):
    k = y.shape[-1]
    r = np.triu(y.mT @ a[..., :k])
    first = over_triangle(g - y @ mirrored(g.mT @ y), r, a)
    return first if a.shape[-1] == k else _beside(first, np.zeros_like(plain(a[..., k:])))


def _beside(left, right):
    """Two matrices (or stacks of them, or one and a stack) side by side."""
    stack = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    return np.concatenate([np.broadcast_to(x, stack + x.shape[-2:]) for x in (left, right)], axis=-1)


qr_q.rule(_qr_q_rule)


@operation(
    symbol="R", latex=r"R({a})", source="np.linalg.qr({a}).R",
    formulas=["Q · mirrored({y} · {g}ᵀ) · {y}⁻ᵀ"], batched=True, samples=[well_conditioned(3, 3)],
    cases=[case(well_conditioned(3, 2)), case(well_conditioned(2, 3)), case(well_conditioned(2, 3, 2))],
    note="mirrored copies the lower triangle to the upper one.",
)  # fmt: skip
def qr_r(a):
    """The upper triangle of ``a = Q R`` for each matrix (..., m, n), of shape (..., min(m, n), n).

    The rule is that of :func:`qr_q`. If there are more columns than rows, those beyond the m-th are ``Qᵀ`` times the
    columns of ``a`` (D. A. O. Roberts and L. R. Roberts, "QR and LQ decomposition matrix backpropagation algorithms
    for square, wide, and deep matrices", 2020).

    Raises:
        UndeterminedVectorsError: as :func:`qr_q`.

    >>> np.abs(qr_r(np.array([[3.0, 0.0], [4.0, 5.0]])))
    array([[5., 4.],
           [0., 3.]])
    """
    return np.linalg.qr(a)[1]


def _qr_r_rule(g, y, a):
    k = y.shape[-2]
    q, square, kept = qr_q(a), y[..., :k], np.triu(g[..., :k])
    if a.shape[-1] == k:
        return over_triangle(q @ mirrored(square @ kept.mT), square, a)
    rest, g_rest = y[..., k:], g[..., k:]
    through_q = rest @ g_rest.mT
    first = over_triangle(q @ (through_q + mirrored(square @ kept.mT - through_q.mT)), square, a)
    return _beside(first, q @ g_rest)


qr_r.rule(_qr_r_rule)


class QRResult(NamedTuple):
    """What ``np.linalg.qr`` gives."""

    Q: Any
    R: Any


def qr(a, mode="reduced"):
    """The QR decomposition; see :func:`qr_q` and :func:`qr_r`.

    Args:
        mode: ``"reduced"``, or ``"r"`` for R alone.

    Raises:
        UnsupportedFunctionError: another mode. ``"complete"`` would add columns to Q that the matrix leaves open.

    >>> [part.shape for part in qr(np.ones((3, 2)))]
    [(3, 2), (2, 2)]
    """
    if mode == "r":
        return qr_r(a)
    rows, columns = plain(a).shape[-2:]
    if mode == "reduced" or (mode == "complete" and rows <= columns):
        return QRResult(qr_q(a), qr_r(a))
    raise UnsupportedFunctionError(
        f"np.linalg.qr with mode={mode!r} has no gradient rule here: what completes a basis has no derivative, and the "
        "other modes are no decomposition that can be multiplied; write mode='reduced'"
    )


NUMPY[np.linalg.qr] = qr
