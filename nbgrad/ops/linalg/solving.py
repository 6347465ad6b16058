"""Systems of linear equations: inverses, solutions, determinants.

The rules are those of M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), and of K. B. Petersen and M. S. Pedersen, "The Matrix Cookbook" (2012).
"""

from typing import Any, NamedTuple

import numpy as np

from ...core.errors import SingularMatrixError, UnsupportedFunctionError
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ...core.tensor import plain
from ...core.tracing import decided
from ..samples import case, normal, well_conditioned


def singular(a, error):
    """What to raise when NumPy raised ``error``: if it is that ``a`` is singular, why; else the error itself."""
    if "Singular" not in str(error):
        return error
    a = np.asarray(a)
    for index in np.ndindex(a.shape[:-2]):
        rank = int(np.linalg.matrix_rank(a[index]))
        if rank < a.shape[-1]:
            break
    which = f"matrix {', '.join(map(str, index))} of the stack" if index else "the matrix"
    return SingularMatrixError(
        f"{which} has {a.shape[-1]} columns, but only {rank} of them independent of each other, so it has no inverse; "
        "np.linalg.pinv gives the nearest thing to one"
    )


@operation(
    symbol="⁻¹", latex="{a}^{{-1}}", source="np.linalg.inv({a})", formulas=["−{y}ᵀ · {g} · {y}ᵀ"],
    numpy=np.linalg.inv, batched=True, takes_complex=True, samples=[well_conditioned(3, 3)],
    cases=[case(well_conditioned(2, 1, 3, 3)), case(well_conditioned(1, 1))],
    note="As 1/x has the slope −1/x², so the inverse: its transpose stands on both sides, with a minus.",
)  # fmt: skip
def inv(a):
    """The inverse of each matrix (..., n, n). From ``A A⁻¹ = I`` follows ``d(A⁻¹) = −A⁻¹ dA A⁻¹`` (Giles 2008, 2.2.3).

    Raises:
        SingularMatrixError: a matrix has no inverse.
        ShapeError: the matrices are not square.

    >>> inv(np.array([[2.0, 0.0], [0.0, 4.0]]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError as error:
        raise singular(a, error) from None


inv.rule(lambda g, y, a: -(y.mT @ g @ y.mT))


@operation(
    symbol="A⁻¹b", latex="{a}^{{-1}}{b}", source="np.linalg.solve({a}, {b})",
    formulas=["−({a}⁻ᵀ · {g}) · {y}ᵀ", "{a}⁻ᵀ · {g}"], numpy=np.linalg.solve, batched=True, takes_complex=True,
    samples=[well_conditioned(3, 3), normal(3, 2)],
    cases=[
        case(well_conditioned(3, 3), normal(3)), case(well_conditioned(2, 3, 3), normal(3)),
        case(well_conditioned(2, 3, 3), normal(2, 3, 1)), case(well_conditioned(3, 3), normal(2, 3, 2)),
        case(well_conditioned(2, 1, 2, 2), normal(3, 2, 2)),
    ],
    note="The gradient goes back through the transposed system of equations.",
)  # fmt: skip
def solve(a, b):
    """The ``x`` with ``a @ x = b``. The right-hand side is a vector only if it has one axis (as in NumPy 2).

    The rule solves the transposed system for the gradient, and never computes an inverse (Giles 2008, 2.3.1).

    Raises:
        SingularMatrixError: a matrix has no inverse, so there is no single solution.
        ShapeError: the matrices are not square, or ``b`` has not as many rows as they have.

    >>> solve(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([2.0, 2.0]))
    array([1. , 0.5])
    """
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError as error:
        raise singular(a, error) from None


def _solve_to_a(g, y, a, b):
    if b.ndim == 1:
        return -(_solve_to_b(g, y, a, b)[..., None] * y[..., None, :])
    return -(solve(a.mT, g) @ y.mT)


def _solve_to_b(g, y, a, b):
    return solve(a.mT, g[..., None])[..., 0] if b.ndim == 1 else solve(a.mT, g)


solve.rule(_solve_to_a, _solve_to_b)


@operation(
    symbol="det", latex=r"\det {a}", source="np.linalg.det({a})", formulas=["{g} · the cofactors of {a}"],
    numpy=np.linalg.det, batched=True, takes_complex=True, samples=[well_conditioned(3, 3)],
    cases=[case(well_conditioned(2, 3, 3)), case(normal(1, 1)), case(normal(2, 2))],
    note="How much an element counts for the determinant is its cofactor.",
)  # fmt: skip
def det(a):
    """The determinant of each matrix (..., n, n).

    Its derivative is the matrix of cofactors (Jacobi's formula; Matrix Cookbook, 46), which exists for singular
    matrices too; see :func:`cofactors`.

    Raises:
        ShapeError: the matrices are not square.

    >>> import nbgrad as ng
    >>> ng.grad(np.linalg.det)(np.array([[1.0, 2.0], [2.0, 4.0]]))  # singular
    array([[ 4., -2.],
           [-2.,  1.]])
    """
    return np.linalg.det(a)


def cofactors(a, determinant):
    """The cofactors of ``a``: the determinants that are left when a row and a column go, with signs like a chessboard.

    Where ``a`` has an inverse they are ``det(a) a⁻ᵀ``. Near a singular matrix that would be zero times infinity: there
    they are computed one by one, which takes n² determinants.
    """
    numbers, n = plain(a), a.shape[-1]
    limit = 1 / np.sqrt(np.finfo(numbers.dtype).eps)  # at which half of the digits are lost
    if numbers.size == 0 or decided(np.all(np.linalg.cond(numbers, 1) < limit), otherwise=False):
        return determinant[..., None, None] * inv(a).mT
    others = np.array([[j for j in range(n) if j != i] for i in range(n)], dtype=int)
    minors = det(a[..., others[:, None, :, None], others[None, :, None, :]])
    i = np.arange(n)
    return minors * (1 - 2 * (np.add.outer(i, i) % 2)).astype(numbers.dtype)


det.rule(lambda g, y, a: g[..., None, None] * cofactors(a, y))


@operation(
    symbol="ln|det|", latex=r"\ln\left|\det {a}\right|", source="np.linalg.slogdet({a}).logabsdet",
    formulas=["{g} · {a}⁻ᵀ"], batched=True, samples=[well_conditioned(3, 3)],
    cases=[case(well_conditioned(2, 3, 3)), case(normal(2, 2))],
    note="The logarithm of a determinant has the transposed inverse for its gradient.",
)  # fmt: skip
def logabsdet(a):
    """The natural logarithm of the determinant's size, which does not overflow as the determinant would.

    Its derivative is ``a⁻ᵀ`` (Matrix Cookbook, 57); at a singular matrix, where it is −∞, asking for it is an error.

    Raises:
        SingularMatrixError: when its gradient is asked for at a singular matrix.
        ShapeError: the matrices are not square.

    >>> float(logabsdet(np.eye(3)))
    0.0
    """
    return np.linalg.slogdet(a)[1]


def _logabsdet_rule(g, y, a):
    if decided(np.isneginf(plain(y)).any(), otherwise=False):
        raise SingularMatrixError(
            f"the determinant of the matrix of shape {a.shape} is 0, where its logarithm is −∞ and has no gradient; "
            "adding a little to the diagonal moves it away from there"
        )
    return g[..., None, None] * inv(a).mT


logabsdet.rule(_logabsdet_rule)


class SlogdetResult(NamedTuple):
    """What ``np.linalg.slogdet`` gives: the sign, a plain array since no small change moves it, and the logarithm."""

    sign: Any
    logabsdet: Any


def slogdet(a):
    """The sign of the determinant of each matrix and the logarithm of its size.

    >>> sign, logarithm = slogdet(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> float(sign), float(logarithm)
    (-1.0, 0.0)
    """
    logarithm = logabsdet(a)
    return SlogdetResult(np.linalg.slogdet(plain(a))[0], logarithm)


NUMPY[np.linalg.slogdet] = slogdet


@operation(
    symbol="⁺", latex="{a}^{{+}}", source="np.linalg.pinv({a}{keywords})",
    formulas=["−{y}ᵀ·{g}·{y}ᵀ + (I − {a}·{y})·{g}ᵀ·{y}·{y}ᵀ + {y}ᵀ·{y}·{g}ᵀ·(I − {y}·{a})"],
    numpy=np.linalg.pinv, batched=True, samples=[well_conditioned(3, 2)],
    cases=[case(well_conditioned(2, 3)), case(well_conditioned(3, 3), rcond=1e-10), case(well_conditioned(2, 2, 3))],
    note="As for an inverse, and two terms more for what the matrix cannot reach and for what it forgets.",
)  # fmt: skip
def pinv(a, *, rcond=None):
    """The Moore-Penrose pseudoinverse of each matrix (..., m, n), of shape (..., n, m).

    The rule (G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems
    whose variables separate", 1973) holds where a small change leaves the rank as it is, in particular for every matrix
    of full rank. Elsewhere the pseudoinverse jumps, and the rule gives the slope along changes that keep the rank.

    Args:
        rcond: singular values up to this share of the largest count as zero.

    Raises:
        ShapeError: ``a`` has fewer than two axes.
        UnsupportedFunctionError: a gradient is asked for where ``rcond`` takes a singular value for zero that is not:
            the result is not the pseudoinverse of ``a`` then, but of another matrix of lower rank.

    >>> pinv(np.array([[3.0], [4.0]])).round(2)
    array([[0.12, 0.16]])
    """
    return np.linalg.pinv(a, rcond=rcond)


def _refuse_dropped(a, rcond):
    """Raise an error if ``rcond`` drops singular values of ``a`` that are more than rounding errors."""
    values = np.linalg.svd(a, compute_uv=False)
    largest = values.max(axis=-1, keepdims=True, initial=0.0)
    rounding = max(a.shape[-2:]) * np.finfo(a.dtype).eps
    dropped = (values <= np.asarray(rcond)[..., None] * largest) & (values > rounding * largest)
    if decided(dropped.any(), otherwise=False):
        raise UnsupportedFunctionError(
            f"np.linalg.pinv of a matrix of shape {a.shape} with rcond={rcond} takes {np.count_nonzero(dropped)} "
            "singular values for zero that are not, and has no gradient rule there; choose a smaller rcond, or add a "
            "little to the diagonal: np.linalg.inv(A.T @ A + 1e-6 * np.eye(n)) @ A.T"
        )


def _pinv_rule(g, y, a, rcond=None):
    if rcond is not None:
        _refuse_dropped(plain(a), rcond)
    rows, columns = (np.eye(n, dtype=a.dtype) for n in a.shape[-2:])
    unreached = (rows - a @ y) @ g.mT @ (y @ y.mT)
    forgotten = (y.mT @ y) @ g.mT @ (columns - y @ a)
    return unreached + forgotten - y.mT @ g @ y.mT


pinv.rule(_pinv_rule)
