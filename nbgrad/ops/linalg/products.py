"""Products of matrices and vectors."""

import numpy as np

from ...core.errors import ShapeError
from ...core.methods import method
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ..samples import case, normal
from .contractions import tensordot


def times(a, b):
    """``a @ b`` of two matrices. An array's own ``dot`` is a microsecond quicker, but would take a tensor apart."""
    return a.dot(b) if type(a) is np.ndarray is type(b) else a @ b


def for_left(g, a, b):
    """The contribution of ``a @ b`` to ``a``, for matrices, stacks of matrices and vectors."""
    if a.ndim == b.ndim == g.ndim == 2:
        return times(g, b.T)
    if b.ndim == 1:
        return g[..., None] * b  # each row of a met the same vector
    if a.ndim == 1:
        return (b @ g[..., None])[..., 0]
    return g @ b.mT


def for_right(g, a, b):
    """The contribution of ``a @ b`` to ``b``."""
    if a.ndim == b.ndim == g.ndim == 2:
        return times(a.T, g)
    if a.ndim == 1:
        return a[:, None] * g[..., None, :] if b.ndim > 1 else a * g[..., None]
    if b.ndim == g.ndim == 1 and a.ndim == 2:
        return times(a.T, g)
    if b.ndim == 1:
        return (a * g[..., None]).sum(axis=tuple(range(-a.ndim, -1)))
    if b.ndim == 2 and g.ndim == a.ndim:  # every row of the stack met the same matrix: as one tall matrix, sum included
        return times(a.reshape(-1, a.shape[-1]).T, g.reshape(-1, g.shape[-1]))
    return a.mT @ g


@operation(
    symbol="@", latex=r"{a}\,{b}", source="{a} @ {b}", formulas=["{g} · {b}ᵀ", "{a}ᵀ · {g}"], operator="matmul",
    numpy=(np.matmul, np.linalg.matmul), batched=True, takes_complex=True, samples=[normal(4, 3), normal(3, 2)],
    cases=[
        case(normal(3), normal(3)), case(normal(4, 3), normal(3)), case(normal(3), normal(3, 2)),
        case(normal(2, 4, 3), normal(3, 2)), case(normal(2, 1, 2, 3), normal(3, 3, 2)),
        case(normal(2, 4, 3), normal(3)),
        case(normal(3), normal(2, 3, 2)), case(normal(2, 0), normal(0, 3)),
    ],
    note="In a matrix product each factor's gradient is multiplied by the other factor, transposed.",
)  # fmt: skip
def matmul(a, b):
    """The matrix product, with NumPy's rules for vectors and stacks of matrices.

    A vector on the left is a row and on the right a column, and its axis is gone from the result. Axes in front of
    the last two are broadcast.

    Raises:
        ShapeError: the last axis of ``a`` is not as long as the last but one (or only one) of ``b``, or one of them is
            a single number.

    >>> import nbgrad as ng
    >>> A = ng.tensor(np.eye(2), requires_grad=True)
    >>> (A @ np.array([3.0, 5.0])).sum().backward()
    >>> A.grad
    array([[3., 5.],
           [3., 5.]])
    """
    if type(a) is np.ndarray is type(b) and a.ndim == 2 == b.ndim:
        return a.dot(b)  # the same product, a microsecond sooner
    if number_of_axes(a) == 0 or number_of_axes(b) == 0:
        raise ShapeError("@ multiplies matrices and vectors; by a single number, everything is multiplied with *")
    return np.matmul(a, b)


matmul.rule(lambda g, y, a, b: for_left(g, a, b), lambda g, y, a, b: for_right(g, a, b))


def number_of_axes(x):
    """``np.ndim``, without its detour for what knows the answer itself."""
    return x.ndim if hasattr(x, "ndim") else np.ndim(x)


def dot(a, b):
    """``np.dot``: the product with a number, of vectors and of matrices.

    Where there are more than two axes, the last of ``a`` is summed with the last but one of ``b``, each with each: the
    result has shape ``a.shape[:-1] + b.shape[:-2] + b.shape[-1:]``. Unlike ``@``, which multiplies matching pairs.

    Raises:
        ShapeError: these two axes are not equally long.

    >>> dot(np.ones((2, 5, 3)), np.ones((4, 3, 6))).shape
    (2, 5, 4, 6)
    """
    m, n = number_of_axes(a), number_of_axes(b)
    if m == 0 or n == 0:
        return np.multiply(a, b)
    if m > 2 or n > 2:
        return tensordot(a, b, axes=((m - 1,), (max(n - 2, 0),)))
    return a @ b


method("dot", dot)
NUMPY[np.dot] = dot


@operation(
    symbol="⊗", latex=r"{a}\,{b}^\top", source="np.outer({a}, {b})", formulas=["{g} · {b}", "{g}ᵀ · {a}"],
    numpy=(np.outer, np.linalg.outer), takes_complex=True, samples=[normal(3), normal(4)],
    cases=[case(normal(2, 2), normal(3)), case(normal(), normal(2)), case(normal(0), normal(2))],
    note="Each number of one vector meets all of the other; its gradient is the sum over what it met.",
)  # fmt: skip
def outer(a, b):
    """The outer product ``a bᵀ`` of two vectors; arrays of other shapes are flattened first, as in NumPy.

    >>> outer(np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0]))
    array([[ 3.,  4.,  5.],
           [ 6.,  8., 10.]])
    """
    return np.outer(a, b)


outer.rule(
    lambda g, y, a, b: (g @ np.ravel(b)).reshape(a.shape),
    lambda g, y, a, b: (np.ravel(a) @ g).reshape(b.shape),
)


@operation(
    symbol="⟨,⟩", latex=r"\langle {a}, {b} \rangle", source="np.vdot({a}, {b})", formulas=["{b}", "{a}"], numpy=np.vdot,
    samples=[normal(4), normal(4)], cases=[case(normal(2, 3), normal(3, 2)), case(normal(), normal())],
    note="In a product of vectors, each receives the other, scaled by the gradient.",
)  # fmt: skip
def vdot(a, b):
    """The sum of the products of the elements of two arrays of the same size, both flattened first.

    Raises:
        ShapeError: they have different sizes.

    >>> float(vdot(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    11.0
    """
    return np.vdot(a, b)


vdot.rule(lambda g, y, a, b: g * np.reshape(b, a.shape), lambda g, y, a, b: g * np.reshape(a, b.shape))


def from_the_end(axis, ndim):
    """An axis counted from the end. Broadcasting adds axes in front only, so this count survives it."""
    return axis if axis < 0 else axis - ndim


def _for_vectors(g, own, other, axis):
    """The contribution of :func:`vecdot` to ``own``: the vectors of ``other``, scaled by their products' gradients."""
    return np.moveaxis(g[..., None] * np.moveaxis(other, axis, -1), -1, from_the_end(axis, own.ndim))


@operation(
    symbol="·", latex=r"\sum_i {a}_i\,{b}_i", source="np.vecdot({a}, {b}{keywords})",
    formulas=["{g} · {b}", "{g} · {a}"], numpy=(np.vecdot, np.linalg.vecdot), samples=[normal(2, 3), normal(3)],
    cases=[case(normal(3, 2), normal(4, 3, 2), axis=-2), case(normal(3, 2), normal(3, 2), axis=0)],
    note="In a product of vectors, each receives the other, scaled by the gradient.",
)  # fmt: skip
def vecdot(a, b, *, axis=-1):
    """The products of vectors that lie along ``axis`` of two arrays; the other axes are broadcast.

    Raises:
        ShapeError: the vectors are not equally long, or the other axes do not fit together.

    >>> vecdot(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 10.0]))
    array([21., 43.])
    """
    return np.vecdot(a, b, axis=axis)  # type: ignore[call-overload]  # its stub lacks axis=


vecdot.rule(
    lambda g, y, a, b, axis=-1: _for_vectors(g, a, b, axis),
    lambda g, y, a, b, axis=-1: _for_vectors(g, b, a, axis),
)


def matvec(a, x):
    """``np.matvec``: the products of matrices (..., m, n) and vectors (..., n).

    Raises:
        ShapeError: the vectors are not as long as the matrices are wide.

    >>> matvec(np.ones((5, 2, 3)), np.ones(3)).shape
    (5, 2)
    """
    return matmul(a, np.expand_dims(x, -1))[..., 0]


def vecmat(x, a):
    """``np.vecmat``: the products of vectors (..., m) and matrices (..., m, n).

    Raises:
        ShapeError: the vectors are not as long as the matrices are high.

    >>> vecmat(np.ones(2), np.ones((5, 2, 3))).shape
    (5, 3)
    """
    return matmul(np.expand_dims(x, -2), a)[..., 0, :]


if hasattr(np, "matvec"):  # NumPy 2.2
    NUMPY[np.matvec], NUMPY[np.vecmat] = matvec, vecmat


@operation(
    symbol="×", latex=r"{a} \times {b}", source="np.cross({a}, {b}{keywords})", formulas=["{b} × {g}", "{g} × {a}"],
    numpy=(np.cross, np.linalg.cross), takes_complex=True, samples=[normal(2, 3), normal(3)],
    cases=[case(normal(3), normal(3)), case(normal(3, 2), normal(4, 1, 3), axisa=0, axisc=1),
           case(normal(3, 2), normal(3, 2), axis=0)],
    note="The cross product turns like a wheel: a × b, b × g, g × a.",
)  # fmt: skip
def cross(a, b, *, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The cross product of vectors of three numbers, which lie along ``axisa`` and ``axisb``.

    Args:
        axisc: where the vectors of the result lie. ``axis`` stands for all three; the other axes are broadcast.

    Raises:
        ShapeError: the vectors have not three numbers. (Of two, NumPy has deprecated it:
            ``a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]`` says what is meant.)

    >>> cross(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))
    array([0., 0., 1.])
    """
    axisa, axisb, axisc = _axes_of_vectors(axisa, axisb, axisc, axis)
    lengths = np.shape(a)[axisa], np.shape(b)[axisb]
    if lengths != (3, 3):
        raise ShapeError(
            f"a cross product takes vectors of three numbers, but these have {lengths[0]} and {lengths[1]} "
            f"(axis {axisa} of the first, axis {axisb} of the second)"
        )
    return np.cross(a, b, axisa=axisa, axisb=axisb, axisc=axisc)


def _axes_of_vectors(axisa, axisb, axisc, axis):
    return (axisa, axisb, axisc) if axis is None else (axis, axis, axis)


def _cross_to_a(g, y, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    axisa, axisb, axisc = _axes_of_vectors(axisa, axisb, axisc, axis)
    return cross(b, g, axisa=axisb, axisb=axisc, axisc=from_the_end(axisa, a.ndim))


def _cross_to_b(g, y, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    axisa, axisb, axisc = _axes_of_vectors(axisa, axisb, axisc, axis)
    return cross(g, a, axisa=axisc, axisb=axisa, axisc=from_the_end(axisb, b.ndim))


cross.rule(_cross_to_a, _cross_to_b)


@operation(
    symbol="@…@", latex=r"\mathrm{{multi\_dot}}({arrays})", source="np.linalg.multi_dot([{arrays}])",
    formulas=["(what stands before)ᵀ · {g} · (what stands behind)ᵀ"], takes_complex=True,
    samples=[normal(3, 2), normal(2, 4), normal(4, 2)],
    cases=[case(normal(3), normal(3, 2), normal(2)), case(normal(2, 3), normal(3))],
    note="Each matrix receives the gradient between the transposes of those before it and those behind it.",
)  # fmt: skip
def multi_dot(*arrays):
    """The product of two or more matrices in the cheapest order; the first and the last may be vectors.

    Raises:
        ShapeError: fewer than two, other axes than two, or neighbours that do not fit.

    >>> multi_dot(np.ones((2, 3)), np.ones((3, 4)), np.ones(4))
    array([12., 12.])
    """
    try:
        return np.linalg.multi_dot(arrays)
    except ValueError as error:
        raise ShapeError(f"in a chain of matrices each has as many columns as the next has rows; {error}") from None


def _between(i, g, y, *arrays):
    """``(what stands before)ᵀ g (what stands behind)ᵀ``, with vectors as a matrix of one row or one column."""
    first, last = arrays[0], arrays[-1]
    matrices = [first[None] if first.ndim == 1 else first, *arrays[1:-1], last[:, None] if last.ndim == 1 else last]
    g = np.reshape(g, (matrices[0].shape[0], matrices[-1].shape[1]))
    before, behind = [x.T for x in matrices[:i][::-1]], [x.T for x in matrices[i + 1 :][::-1]]
    return multi_dot(*before, g, *behind).reshape(arrays[i].shape)


multi_dot.rule_for_each(_between)
NUMPY[np.linalg.multi_dot] = lambda arrays: multi_dot(*arrays)
