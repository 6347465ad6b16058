"""Equations, determinants and decompositions: NumPy's many ways of calling, corners, errors."""

import autograd.numpy as anp
import numpy as np
import pytest
from agreement import agrees, check, leaf
from autograd import grad as peer_grad

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.ops.samples import symmetric, well_conditioned

rng = np.random.default_rng(5)

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


def test_a_pseudoinverse_that_drops_singular_values_has_no_gradient():
    A = np.diag([2.0, 0.5])
    np.testing.assert_array_equal(np.linalg.pinv(leaf(A), rcond=0.5).data, np.diag([0.5, 0.0]))
    with pytest.raises(errors.UnsupportedFunctionError, match=r"\(2, 2\) with rcond=0.5 takes 1 singular values"):
        np.linalg.pinv(leaf(A), rcond=0.5).sum().backward()
    with pytest.raises(errors.UnsupportedFunctionError, match="takes 1 singular"):
        np.linalg.pinv(leaf(np.stack([A, np.eye(2)])), rcond=np.array([0.5, 0.1])).sum().backward()
    x = leaf(np.diag([2.0, 0.0]))  # what is zero in truth may be dropped
    np.linalg.pinv(x, rcond=0.5)[0, 0].backward()
    np.testing.assert_array_equal(x.grad, np.diag([-0.25, 0.0]))


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
