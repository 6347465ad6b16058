"""Linear algebra beyond the samples of its declarations: NumPy's many ways of calling, corners, errors."""

import zlib

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad as peer_grad

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.core.tensor import Tensor
from nbgrad.ops import REGISTRY, linalg
from nbgrad.ops.linalg.indices import spelled_out
from nbgrad.ops.samples import symmetric, well_conditioned

rng = np.random.default_rng(5)
check = ng.check_gradients

DECLARED = [op for op in REGISTRY.values() if op.forward.__module__.startswith(linalg.__name__)]
CASES = [pytest.param(op, case, id=f"{op.name}-{i}") for op in DECLARED for i, case in enumerate(op.cases)]


def leaf(value):
    return ng.tensor(value, requires_grad=True)


def weighted(function, *args):
    """A function that gives one number: the elements of all results, each with its own weight."""
    shapes = [np.shape(y) for y in results(function(*args))]
    weights = [np.random.default_rng(3).uniform(0.5, 1.5, shape)[()] for shape in shapes]
    return lambda *moved: sum((y * w).sum() for y, w in zip(results(function(*moved)), weights, strict=True))


def results(value):
    return value if isinstance(value, tuple) else (value,)


def agrees(function, *args, **options):
    """On tensors the same values as on arrays, and gradients that agree with finite differences."""
    expected, received = function(*args), function(*map(leaf, args))
    for e, r in zip(results(expected), results(received), strict=True):
        assert isinstance(r, Tensor)
        assert (r.dtype, r.shape) == (e.dtype, np.shape(e))
        np.testing.assert_allclose(r.data, e, rtol=1e-13, atol=1e-13)
    check(weighted(function, *args), *args, **options)


# ---- every rule, from its declaration


@pytest.mark.parametrize(("op", "case"), CASES)
def test_a_batch_of_gradients_is_treated_as_each_alone(op, case):
    """A rule that says so takes gradients with one more axis in front, and all are linear in them."""
    draw = np.random.default_rng(zlib.crc32(op.name.encode()))
    args = [sample(draw) for sample in case.samples]
    y = op.forward(*args, **case.static)
    g = rng.normal(size=(3, *np.shape(y)))
    for i in range(len(args)):
        rule = op.rules[i]
        alone = [rule(one[()] if one.ndim == 0 else one, y, *args, **case.static) for one in g]
        together = rule(2 * g[0] - g[1], y, *args, **case.static)
        np.testing.assert_allclose(together, 2 * alone[0] - alone[1], rtol=1e-8, atol=1e-10)
        if op.batched:
            shape = (3, *np.shape(args[i]))
            summed = ng.core.backward.undo_broadcasting(rule(g, y, *args, **case.static), shape[1:], batched=True)
            each = [ng.core.backward.undo_broadcasting(c, shape[1:]) for c in alone]
            np.testing.assert_allclose(summed, each, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("op", "case"), CASES)
def test_forward_mode_agrees_with_finite_differences(op, case):
    draw = np.random.default_rng(zlib.crc32(op.name.encode()))
    args = [sample(draw) for sample in case.samples]
    directions = [rng.normal(size=np.shape(a))[()] for a in args]
    step = 1e-6
    ends = [
        op.forward(*[a + s * step * d for a, d in zip(args, directions, strict=True)], **case.static) for s in (1, -1)
    ]
    _, received = ng.jvp(lambda *moved: op(*moved, **case.static), tuple(args), tuple(directions))
    np.testing.assert_allclose(received, (ends[0] - ends[1]) / (2 * step), rtol=1e-6, atol=1e-7)


# ---- products
SHAPES = [
    ((3,), (3,)), ((3,), (3, 2)), ((4, 3), (3,)), ((3,), (5, 3, 2)), ((5, 4, 3), (3,)), ((5, 4, 3), (3, 2)),
    ((4, 3), (5, 3, 2)), ((5, 4, 3), (5, 3, 2)), ((1, 4, 3), (5, 3, 2)), ((2, 1, 4, 3), (5, 3, 2)),
    ((2, 1, 4, 3), (1, 5, 3, 2)), ((2, 5, 4, 3), (3,)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((0, 2, 3), (3, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), SHAPES, ids=str)
def test_matmul_broadcasts_stacks_as_numpy(first, second):
    agrees(lambda a, b: a @ b, rng.normal(size=first), rng.normal(size=second))
    jacobian = ng.jacobian(lambda a: a @ np.ones(second))(np.ones(first))
    assert jacobian.shape == (np.ones(first) @ np.ones(second)).shape + first


def test_matmul_of_arrays_and_tensors_in_any_order():
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    for product in (leaf(a) @ b, a @ leaf(b), np.matmul(a, leaf(b)), np.linalg.matmul(leaf(a), b), np.dot(a, leaf(b))):
        assert product.op.name == "matmul"
        np.testing.assert_allclose(product.data, a @ b, rtol=1e-15)


@pytest.mark.parametrize(
    ("first", "second"),
    [((), (3,)), ((2, 3), ()), ((3,), (3,)), ((2, 3), (3, 2)), ((2, 4, 3), (3,)), ((3,), (2, 3, 2)),
     ((2, 4, 3), (5, 3, 2)), ((4, 3), (2, 3, 2)), ((2, 2, 3), (3, 4))],
    ids=str,
)  # fmt: skip
def test_dot_is_that_of_numpy(first, second):
    a, b = rng.normal(size=first)[()], rng.normal(size=second)[()]
    agrees(np.dot, a, b)
    np.testing.assert_allclose(leaf(a).dot(b).data, np.dot(a, b), rtol=1e-14)


def test_dot_with_plain_numbers_and_lists():
    np.testing.assert_array_equal(np.dot(leaf([1.0, 2.0]), 3).data, [3.0, 6.0])
    assert np.dot(leaf([1.0, 2.0]), [3, 4]).item() == 11


@pytest.mark.parametrize("function", [np.inner, np.outer, np.vdot, np.kron, np.linalg.outer, np.vecdot, np.cross])
def test_products_of_two_vectors(function):
    agrees(function, rng.normal(size=3), rng.normal(size=3))


@pytest.mark.parametrize(("first", "second"), [((2, 3), (3,)), ((3,), (4, 3)), ((2, 1, 3), (4, 3))], ids=str)
def test_cross_and_vecdot_broadcast(first, second):
    agrees(np.cross, rng.normal(size=first), rng.normal(size=second))
    agrees(np.linalg.cross, rng.normal(size=first), rng.normal(size=second))
    agrees(np.linalg.vecdot, rng.normal(size=first), rng.normal(size=second))


@pytest.mark.parametrize("axes", [(0, 0, 0), (0, -1, 1), (1, 0, -1), (-2, 1, 0)], ids=str)
def test_cross_along_any_axes(axes):
    first, second = (rng.normal(size=np.insert([2], axis % 2, 3)) for axis in axes[:2])
    agrees(lambda a, b: np.cross(a, b, *axes), first, second)


@pytest.mark.skipif(not hasattr(np, "matvec"), reason="matvec and vecmat came with NumPy 2.2")
def test_products_of_stacks_of_matrices_and_stacks_of_vectors():
    agrees(np.matvec, rng.normal(size=(4, 2, 3)), rng.normal(size=(4, 3)))
    agrees(np.vecmat, rng.normal(size=(5, 1, 2)), rng.normal(size=(4, 2, 3)))


@pytest.mark.parametrize("axes", [0, 1, 2, (0, 0), (-1, 0), ([0], [1]), ([0, 2], [1, 0]), ((1, 2), (2, 1))], ids=str)
def test_tensordot_over_any_axes(axes):
    agrees(lambda a, b: np.tensordot(a, b, axes), rng.normal(size=(2, 2, 2)), rng.normal(size=(2, 2, 2)))


def test_multi_dot_of_many():
    shapes = [(2, 5), (5, 1), (1, 4), (4, 3), (3,)]
    agrees(lambda *m: np.linalg.multi_dot(m), *[rng.normal(size=shape) for shape in shapes])
    agrees(lambda *m: np.linalg.multi_dot(m), *[rng.normal(size=shape) for shape in [(3,), (3, 2), (2,)]])


# ---- einsum
SUBSCRIPTS = [
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ba", (2, 3)), ("aB", (2, 3)), ("i,i", (3,), (3,)),
    ("i,j", (3,), (2,)), ("ii", (3, 3)), ("ii->i", (3, 3)), ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ij->i", (2, 3)),
    ("iii->", (2, 2, 2)), ("iji->j", (2, 3, 2)), ("iijj->ij", (2, 2, 3, 3)), ("iijj->j", (2, 2, 3, 3)),
    ("ii,jj", (2, 2), (3, 3)), ("ii,i,ij->j", (3, 3), (3,), (3, 2)), ("ij,ij->ij", (2, 3), (2, 3)),
    ("ij,k->", (2, 3), (2,)), ("ij,kl->jl", (2, 3), (3, 2)), (" i j , j k -> k i ", (2, 3), (3, 4)), ("...", (2, 3)),
    ("...->", ()), ("...ij,...jk->...ik", (2, 2, 3), (3, 2)), ("...ij,...jk", (4, 1, 2, 3), (2, 3, 2)),
    ("i...,i...", (3, 2), (3, 4, 2)), ("...i->...", (2, 3)), ("i...->...i", (2, 3, 4)), ("...ii->...i", (2, 3, 3)),
    ("...,...->...", (2, 1), (3,)), ("ij,jk->ik", (2, 1), (3, 4)), ("ij,ij->ij", (1, 3), (2, 1)),
    ("ij,j->i", (2, 3), (1,)), ("ij,ji->", (1, 3), (3, 2)), ("ii,i->i", (1, 1), (3,)),
    ("bhqd,bhkd->bhqk", (1, 2, 3, 2), (1, 2, 2, 2)), ("a,b,c,d->dcba", (2,), (1,), (2,), (3,)),
    ("ij,jk", (2, 0), (0, 3)), ("ij->i", (2, 0)), (",ij", (), (2, 2)), ("", ()),
]  # fmt: skip


@pytest.mark.parametrize(("subscripts", "shapes"), [(s, shapes) for s, *shapes in SUBSCRIPTS], ids=str)
def test_einsum_with_any_subscripts(subscripts, shapes):
    args = [rng.normal(size=shape)[()] for shape in shapes]
    agrees(lambda *a: np.einsum(subscripts, *a), *args)
    agrees(lambda *a: np.einsum(subscripts, *a, optimize=True), *args)
    operands, result = spelled_out(subscripts, tuple(map(np.ndim, args)))
    explicit = f"{','.join(operands)}->{result}"
    np.testing.assert_allclose(np.einsum(explicit, *args), np.einsum(subscripts, *args), rtol=1e-14)


def test_einsum_called_with_lists_of_indices():
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    for lists in ([[0, 1], [1, 2], [2, 0]], [[0, 1], [1, 2]], [[30, 2], [2, 27]], [[1, 0], [0, 2], [..., 1]]):
        agrees(lambda a, b, lists=lists: np.einsum(a, lists[0], b, lists[1], *lists[2:]), a, b)
    agrees(lambda a: np.einsum(a, [..., 0], [0, ...]), rng.normal(size=(2, 3, 4)))
    agrees(lambda a: np.einsum(a, [0, 0]), rng.normal(size=(3, 3)))


def test_einsum_of_one_tensor_among_arrays_and_of_one_twice():
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    check(lambda b: np.einsum("ij,jk->ik", a, b).sum(), b)
    check(lambda a: np.einsum("ij,ik->jk", a, a)[0, 1], a)
    check(lambda a: np.einsum("ij,kj,kl,il->", a, a, a, a), a)


def test_einsum_with_paths_of_its_own():
    args = [rng.normal(size=shape) for shape in [(2, 3), (3, 4), (4, 2)]]
    path = ["einsum_path", (0, 1), (0, 1)]
    for optimize in (True, False, "greedy", "optimal", path):
        agrees(lambda *a, o=optimize: np.einsum("ij,jk,kl->il", *a, optimize=o), *args)


def test_second_derivatives_of_einsum():
    A = rng.normal(size=(3, 3))
    np.testing.assert_allclose(ng.hessian(lambda x: np.einsum("i,ij,j", x, A, x))(np.ones(3)), A + A.T, rtol=1e-12)
    cubes = ng.hessian(lambda x: np.einsum("ii,jj,ij->", x, x, x))(A)
    assert cubes.shape == (3, 3, 3, 3)
    np.testing.assert_allclose(cubes, cubes.transpose(2, 3, 0, 1), rtol=1e-12)


@pytest.mark.parametrize(
    ("subscripts", "shapes", "words"),
    [
        ("ij,jk", [(2, 3), (4, 2)], "index j has length 3 in operand 1 and 4 in operand 2"),
        ("i,i,i", [(1,), (3,), (2,)], "index i has length 3 in operand 2 and 2 in operand 3"),
        ("ijk", [(2, 3)], "operand 1 has 2 axes, but its subscripts name 3"),
        ("ij,jk", [(2, 3)], "einsum.*'ij,jk'"),
        ("ij->ik", [(2, 3)], "einsum.*'ij->ik'"),
    ],
)
def test_subscripts_that_do_not_fit(subscripts, shapes, words):
    with pytest.raises(errors.ShapeError, match=words):
        np.einsum(subscripts, *[leaf(np.ones(shape)) for shape in shapes])


# ---- parts of matrices


@pytest.mark.parametrize("offset", [-5, -1, 0, 2])
@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (0, -1), (-2, -3), (2, 1)], ids=str)
def test_diagonals_and_traces_along_any_axes(offset, axes):
    x = rng.normal(size=(2, 3, 4))
    agrees(lambda x: np.diagonal(x, offset, *axes), x)
    agrees(lambda x: np.trace(x, offset=offset, axis1=axes[0], axis2=axes[1]), x)
    agrees(lambda x: np.linalg.diagonal(x, offset=offset), x)
    agrees(lambda x: np.linalg.trace(x, offset=offset), x)
    np.testing.assert_array_equal(leaf(x).diagonal(offset, *axes).data, x.diagonal(offset, *axes))
    np.testing.assert_array_equal(leaf(x).trace(offset, *axes).data, x.trace(offset, *axes))


@pytest.mark.parametrize("k", [-4, -1, 0, 1, 3])
@pytest.mark.parametrize("function", [np.diag, np.diagflat, np.tril, np.triu])
def test_diagonals_and_triangles_at_any_offset(function, k):
    for shape in [(3,), (3, 3), (2, 3), (3, 2)]:
        agrees(lambda x: function(x, k), rng.normal(size=shape))
        agrees(lambda x: function(x, k=k), rng.normal(size=shape))


def test_transposing_the_last_two_axes():
    agrees(np.matrix_transpose, rng.normal(size=(2, 3, 4)))
    agrees(np.linalg.matrix_transpose, rng.normal(size=(3, 4)))


@pytest.mark.parametrize("n", [-3, -1, 1, 2, 3, 7])
def test_powers_of_matrices(n):
    agrees(lambda x: np.linalg.matrix_power(x, n), well_conditioned(2, 3, 3)(rng), rtol=1e-5)
    power = leaf(np.eye(2)) if n == 1 else np.linalg.matrix_power(leaf(np.eye(2)), n)
    assert len(ng.backward_steps(power.sum())) <= 6  # by squaring, not one by one


def test_the_power_zero_is_the_identity_and_has_no_slope():
    x = np.array([[np.inf, 1.0], [2.0, 3.0]])
    np.testing.assert_array_equal(np.linalg.matrix_power(leaf(x), 0).data, np.eye(2))
    np.testing.assert_array_equal(ng.grad(lambda x: np.linalg.matrix_power(x, 0).sum())(x), np.zeros((2, 2)))


# ---- equations


def test_right_hand_sides_as_numpy_2_treats_them():
    """Only one axis makes a vector; (2, 3) beside two matrices 3 by 3 is no pair of vectors."""
    stack = well_conditioned(2, 3, 3)(rng)
    for shape in [(3,), (3, 1), (3, 2), (2, 3, 2), (1, 3, 2), (4, 1, 3, 1)]:
        agrees(np.linalg.solve, stack, rng.normal(size=shape))
    with pytest.raises(errors.ShapeError, match="solve"):
        np.linalg.solve(leaf(stack), np.ones((2, 3)))


def test_inverse_and_solution_agree():
    A, b = well_conditioned(3, 3)(rng), rng.normal(size=(3, 2))
    by_inverse = ng.hessian(lambda A: (np.linalg.inv(A) @ b).sum())(A)
    by_solving = ng.hessian(lambda A: np.linalg.solve(A, b).sum())(A)
    np.testing.assert_allclose(by_solving, by_inverse, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_a_determinant_has_its_gradient_at_any_rank(rank):
    A = well_conditioned(3, rank)(rng) @ well_conditioned(rank, 3)(rng) if rank else np.zeros((3, 3))
    agrees(np.linalg.det, A)
    slopes = ng.hessian(np.linalg.det)(A)
    step = 1e-5
    for i, j in np.ndindex(3, 3):
        moved = [ng.grad(np.linalg.det)(A + sign * step * np.outer(np.eye(3)[i], np.eye(3)[j])) for sign in (1, -1)]
        np.testing.assert_allclose(slopes[i, j], (moved[0] - moved[1]) / (2 * step), atol=1e-8)


def test_a_determinant_nearly_singular_loses_no_digits():
    A = np.array([[1.0, 2.0], [3.0, 6.0 + 1e-13]])
    np.testing.assert_allclose(ng.grad(np.linalg.det)(A), [[6, -3], [-2, 1]], rtol=1e-12)
    both = np.stack([A, np.eye(2)])
    found = ng.grad(lambda x: np.linalg.det(x).sum())(both)
    np.testing.assert_allclose(found, [[[6, -3], [-2, 1]], np.eye(2)], rtol=1e-12)


def test_a_determinant_with_third_derivatives_at_the_identity():
    third = ng.grad(ng.grad(ng.grad(lambda t: np.linalg.det(np.eye(3) * t))))(1.0)
    np.testing.assert_allclose(third, 6.0, rtol=1e-12)  # det(t I) = t³


def test_sign_and_logarithm_of_a_determinant():
    A = np.array([[[0.0, 2.0], [1.0, 0.0]], [[3.0, 0.0], [0.0, 1.0]]])
    result = np.linalg.slogdet(leaf(A))
    np.testing.assert_array_equal(result.sign, [-1.0, 1.0])
    np.testing.assert_allclose(result.logabsdet.data, np.log([2.0, 3.0]), rtol=1e-15)
    assert (result[0] is result.sign, len(result)) == (True, 2)
    check(lambda A: np.linalg.slogdet(A).logabsdet.sum(), A)


def test_large_determinants_overflow_in_det_but_not_in_slogdet():
    A = np.eye(400) * 10.0
    np.testing.assert_allclose(ng.grad(lambda A: np.linalg.slogdet(A)[1])(A), np.eye(400) / 10, rtol=1e-12)


def test_singular_matrices_are_named():
    A = np.stack([np.eye(2), np.ones((2, 2))])
    for call in (np.linalg.inv, lambda a: np.linalg.solve(a, np.ones(2))):
        with pytest.raises(errors.SingularMatrixError, match=r"matrix 1 of the stack has 2 columns, but only 1"):
            call(leaf(A))
        with pytest.raises(np.linalg.LinAlgError, match="the matrix has 2 columns, but only 0"):
            call(leaf(np.zeros((2, 2))))
    with pytest.raises(errors.SingularMatrixError, match="−∞"):
        ng.grad(lambda x: np.linalg.slogdet(x)[1])(np.ones((2, 2)))


@pytest.mark.parametrize("function", [np.linalg.inv, np.linalg.det, np.linalg.cholesky, np.linalg.eigh,
                                      np.linalg.eigvalsh, lambda a: np.linalg.matrix_power(a, 2)])  # fmt: skip
def test_matrices_must_be_square(function):
    for shape in [(2, 3), (3,), (4, 2, 3)]:
        with pytest.raises(errors.ShapeError, match=r"square|two-dimensional|dimension"):
            function(leaf(np.ones(shape)))


def test_pseudoinverses_of_any_full_rank():
    for shape in [(3, 2), (2, 3), (2, 2), (2, 3, 2)]:
        agrees(np.linalg.pinv, well_conditioned(*shape)(rng))
    A = well_conditioned(3, 3)(rng)
    received = ng.grad(lambda a: np.linalg.pinv(a).sum())(A)
    np.testing.assert_allclose(received, ng.grad(lambda a: np.linalg.inv(a).sum())(A), rtol=1e-10)


# ---- decompositions


def of_symmetric(function):
    """NumPy reads one triangle, our operations both: so that the two can be compared, both get a symmetric matrix."""
    return lambda a: function((a + a.mT) / 2)


def test_where_numpy_reads_one_triangle_both_are_read():
    A = rng.normal(size=(3, 3)) + 5 * np.eye(3)
    for name in ("cholesky", "eigvalsh"):
        function = getattr(np.linalg, name)
        np.testing.assert_allclose(function(leaf(A)).data, function((A + A.T) / 2), rtol=1e-14)


def test_decompositions_give_named_results():
    A = symmetric(2, 3, 3)(rng)
    for function in (np.linalg.eigh, lambda a: np.linalg.eigh(a, "U"), lambda a: np.linalg.eigvalsh(a, UPLO="U")):
        agrees(of_symmetric(function), A)
    B = well_conditioned(3, 2)(rng)
    agrees(lambda a: np.linalg.svd(a, full_matrices=False), B)
    agrees(lambda a: np.linalg.svd(a, False), B.T)
    agrees(lambda a: np.linalg.svd(a), well_conditioned(3, 3)(rng))  # of a square matrix nothing is completed
    agrees(lambda a: np.linalg.svd(a, compute_uv=False), B)
    agrees(np.linalg.svdvals, B)
    for matrix in (B, B.T, B.T @ B):
        agrees(np.linalg.qr, matrix)
        agrees(lambda a: np.linalg.qr(a, mode="r"), matrix)
    x = leaf(A)
    values, vectors = np.linalg.eigh(x)
    assert np.linalg.eigh(x)._fields == ("eigenvalues", "eigenvectors")
    assert np.linalg.svd(x)._fields == ("U", "S", "Vh")
    assert np.linalg.qr(x)._fields == ("Q", "R")
    np.testing.assert_allclose((vectors * values[..., None, :] @ vectors.mT).data, A, atol=1e-14)


def test_decompositions_put_together_give_the_matrix_back_and_so_does_the_gradient():
    """A product of the parts is the identity function, in its gradient too: each part's share adds up to it."""
    G = rng.normal(size=(4, 3))
    for shape in [(4, 3), (3, 4), (3, 3)]:
        A, G = well_conditioned(*shape)(rng), rng.normal(size=shape)

        def by_svd(a, G=G):
            u, s, vh = np.linalg.svd(a, full_matrices=False)
            return (((u * s) @ vh) * G).sum()

        def by_qr(a, G=G):
            q, r = np.linalg.qr(a)
            return ((q @ r) * G).sum()

        np.testing.assert_allclose(ng.grad(by_svd)(A), G, atol=1e-12)
        np.testing.assert_allclose(ng.grad(by_qr)(A), G, atol=1e-12)

    def by_eigh(a):
        values, vectors = np.linalg.eigh(a)
        return (((vectors * values) @ vectors.T) * G).sum()

    def by_cholesky(a):
        lower = np.linalg.cholesky(a)
        return ((lower @ lower.T) * G).sum()

    S = symmetric(3, 3, low=1, high=3)(rng)
    np.testing.assert_allclose(ng.grad(by_eigh)(S), (G + G.T) / 2, atol=1e-12)
    np.testing.assert_allclose(ng.grad(by_cholesky)(S), (G + G.T) / 2, atol=1e-12)


@pytest.mark.parametrize(
    "part",
    [
        lambda a, np_: np_.linalg.cholesky(a),
        lambda a, np_: np_.linalg.eigh(a)[0],
        lambda a, np_: np_.linalg.eigh(a)[1] ** 2,  # the sign of a vector is arbitrary
    ],
    ids=["cholesky", "eigenvalues", "eigenvectors"],
)
def test_symmetric_input_has_a_symmetric_gradient(part):
    """HIPS autograd's is the same for Cholesky and the eigenvalues; of vectors it gives one that is not symmetric."""
    S = symmetric(3, 3, low=1, high=3)(rng)
    weights = rng.normal(size=part(S, np).shape)
    received = ng.grad(lambda a: (part(a, np) * weights).sum())(S)
    expected = peer_grad(lambda a: anp.sum(part(a, anp) * weights))(S)
    np.testing.assert_array_equal(received, received.T)
    np.testing.assert_allclose(received, (expected + expected.T) / 2, rtol=1e-10, atol=1e-12)


def test_equal_eigenvalues():
    """The values together have a gradient, the vectors have none."""
    A = np.diag([1.0, 1.0, 2.0])
    np.testing.assert_allclose(ng.grad(lambda a: np.linalg.eigvalsh(a).sum())(A), np.eye(3), atol=1e-15)
    np.testing.assert_allclose(ng.grad(lambda a: np.linalg.svdvals(a).sum())(A), np.eye(3), atol=1e-15)
    with pytest.raises(errors.UndeterminedVectorsError, match=r"two eigen values are equal \(1\)"):
        ng.grad(lambda a: np.linalg.eigh(a).eigenvectors[0, 0])(A)
    for part in ("U", "Vh"):
        with pytest.raises(errors.UndeterminedVectorsError, match=r"two singular values are equal \(1\)"):
            ng.grad(lambda a, part=part: getattr(np.linalg.svd(a), part)[0, 0])(A)
    stack = np.stack([np.diag([1.0, 2.0]), np.eye(2)])
    with pytest.raises(errors.UndeterminedVectorsError):
        ng.grad(lambda a: np.linalg.eigh(a).eigenvectors.sum())(stack)


def test_singular_vectors_that_complete_a_basis_have_no_gradient():
    A = well_conditioned(3, 2)(rng)
    u, s, vh = np.linalg.svd(leaf(A))
    assert (u.shape, s.shape, vh.shape) == ((3, 3), (2,), (2, 2))
    agrees(lambda a: np.linalg.svd(a)[1:], A)
    agrees(lambda a: np.linalg.svd(a)[:2], A.T)
    with pytest.raises(errors.UndeterminedVectorsError, match="full_matrices=False"):
        u.sum().backward()
    with pytest.raises(errors.UndeterminedVectorsError, match="full_matrices=False"):
        np.linalg.svd(leaf(A.T)).Vh.sum().backward()


def test_a_singular_value_of_zero():
    """In a tall matrix its left vector may point anywhere outside; in a square one only one direction is left."""
    tall = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    with pytest.raises(errors.UndeterminedVectorsError, match="zero"):
        ng.grad(lambda a: np.linalg.svd(a, False).U.sum())(tall)
    square = np.array([[1.0, 2.0], [2.0, 4.0]])
    found = ng.grad(lambda a: (np.linalg.svd(a).U[:, 0] ** 2 * [1.0, 3.0]).sum())(square)
    assert np.isfinite(found).all()
    check(lambda a: (np.linalg.svd(a).U[:, 0] ** 2 * [1.0, 3.0]).sum(), square)


def test_dependent_columns_have_no_unique_qr():
    for part in ("Q", "R"):
        with pytest.raises(errors.UndeterminedVectorsError, match="first 2 columns"):
            ng.grad(lambda a, part=part: getattr(np.linalg.qr(a), part).sum())(np.ones((3, 2)))
    with pytest.raises(errors.UnsupportedFunctionError, match="mode='reduced'"):
        np.linalg.qr(leaf(np.ones((3, 2))), mode="complete")
    assert np.linalg.qr(leaf(np.eye(2)), mode="complete").Q.shape == (2, 2)


def test_matrices_that_are_not_positive_definite():
    with pytest.raises(errors.NotPositiveDefiniteError, match="smallest eigenvalue is -1"):
        np.linalg.cholesky(leaf([[1.0, 2.0], [2.0, 1.0]]))
    agrees(of_symmetric(lambda a: np.linalg.cholesky(a, upper=True)), symmetric(2, 2, low=1, high=2)(rng))


def test_empty_matrices():
    for function in (np.linalg.inv, np.linalg.det, np.linalg.cholesky, np.linalg.eigvalsh, np.trace):
        value, slope = ng.value_and_grad(lambda x, f=function: f(x).sum())(np.zeros((0, 0)))
        assert value == function(np.zeros((0, 0))).sum()
        assert slope.shape == (0, 0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: np.tensordot(x, np.ones((4, 3)), axes=1), "axis 1 of the first and axis 0 of the second.*3 and 4"),
        (lambda x: np.inner(x, np.ones(2)), "last axes.*3 and 2"),
        (lambda x: np.cross(x, np.ones(2)), "three numbers.*3 and 2"),
        (lambda x: np.linalg.multi_dot([x, np.ones((2, 2)), np.ones(2)]), "chain of matrices"),
        (lambda x: x @ np.ones((2, 3)), r"The last axis of .* \(3\).*x\.T|transposing"),
        (lambda x: np.dot(x, np.ones((2, 2, 2))), "3 and 2"),
    ],
)
def test_shapes_that_do_not_fit_are_explained(call, words):
    x = leaf(np.ones((2, 3)))
    with pytest.raises(errors.ShapeError, match=words):
        call(x)
