"""Corners of the reductions that their samples do not reach: axes, ties, zeros, equal numbers, odd options."""

import math

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.nn import functional as F

rng = np.random.default_rng(11)
check = ng.check_gradients


def gradient(function, x):
    return ng.grad(lambda x: function(x).sum())(np.asarray(x, float))


# ---- axes
AXES = [None, 0, 1, -1, (0, 2), (-1, 0), (0, 1, 2), (1,)]
REDUCTIONS = ["sum", "mean", "prod", "var", "std", "max", "min", "median", "ptp", "amax", "amin"]


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions_over_any_axes(name, axis, keepdims):
    x = (rng.permutation(24).reshape(2, 3, 4) + 1) / 12
    f = getattr(np, name)
    expected = f(x, axis=axis, keepdims=keepdims)
    weights = rng.uniform(0.5, 1.5, np.shape(expected))
    t = ng.tensor(x, requires_grad=True)
    np.testing.assert_allclose(f(t, axis=axis, keepdims=keepdims).data, expected, rtol=1e-15)
    if name not in ("ptp", "amax", "amin"):
        np.testing.assert_allclose(getattr(t, name)(axis=axis, keepdims=keepdims).data, expected, rtol=1e-15)
    check(lambda x: (f(x, axis=axis, keepdims=keepdims) * weights).sum(), x)
    if axis is not None:
        np.testing.assert_allclose(f(t, axis).data, f(x, axis), rtol=1e-15)


@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
def test_the_sum_of_exponentials_over_any_axes(axis, keepdims):
    x = rng.normal(size=(2, 3, 4))
    expected = np.log(np.exp(x).sum(axis=axis, keepdims=keepdims))
    weights = rng.uniform(0.5, 1.5, np.shape(expected))
    np.testing.assert_allclose(F.logsumexp(x, axis=axis, keepdims=keepdims), expected, rtol=1e-14)
    check(lambda x: (F.logsumexp(x, axis=axis, keepdims=keepdims) * weights).sum(), x)


@pytest.mark.parametrize("axis", [3, -4, (0, 0), (0, 3)], ids=str)
def test_axes_that_are_not_there(axis):
    x = ng.tensor(np.ones((2, 3, 4)), requires_grad=True)
    for function in (np.sum, np.mean, np.max, np.var, np.prod, F.logsumexp):
        with pytest.raises(errors.ShapeError):
            function(x, axis=axis)


@pytest.mark.parametrize("function", [np.cumsum, np.cumprod])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, -2])
def test_scans_along_any_axis(function, axis):
    x = rng.uniform(0.5, 1.5, (3, 4))
    expected = function(x, axis=axis)
    weights = rng.uniform(0.5, 1.5, expected.shape)
    np.testing.assert_array_equal(function(ng.tensor(x), axis).data, expected)
    check(lambda x: (function(x, axis=axis) * weights).sum(), x)
    check(lambda x: (getattr(x, function.__name__)(axis) * weights).sum(), x)


def test_reductions_of_a_single_number():
    for function in (np.sum, np.mean, np.prod, np.max, np.median, np.cumsum, np.cumprod, F.logsumexp, np.linalg.norm):
        assert ng.grad(lambda x, f=function: f(x * 1.0).sum())(3.0) == 1.0, function
    for function in (np.var, np.std, np.ptp):
        assert ng.grad(function)(3.0) == 0.0


def test_whole_numbers_and_truth_values():
    counts = ng.tensor([[1, 2, 3], [5, 5, 6]])
    for name in ["sum", "mean", "prod", "var", "max", "median", "cumsum", "cumprod", "ptp"]:
        ours, numpys = getattr(np, name)(counts), getattr(np, name)(counts.data)
        np.testing.assert_array_equal(ours.data, numpys)
        assert ours.dtype == numpys.dtype
    assert np.sum(ng.tensor([True, False, True])).data == 2
    assert np.mean(ng.tensor([True, False])).data == 0.5


def test_the_mean_of_many_half_precision_numbers():
    x = np.full(70_000, 2.0, np.float16)
    assert np.mean(ng.tensor(x)).data == 2.0
    assert np.mean(ng.tensor(x)).dtype == np.float16


# ---- ties
def test_equal_largest_elements_share_the_gradient():
    x = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    np.testing.assert_array_equal(gradient(np.max, x), [[0, 0.5, 0.5], [0, 0, 0]])
    rows = gradient(lambda x: x.max(axis=1), x)
    np.testing.assert_allclose(rows, [[0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]], rtol=1e-15)
    np.testing.assert_array_equal(gradient(np.min, -x), [[0, 0.5, 0.5], [0, 0, 0]])


def test_equal_elements_keep_their_order_in_sort():
    x = np.array([2.0, 1.0, 2.0, 1.0])
    weights = np.array([1.0, 10.0, 100.0, 1000.0])
    np.testing.assert_array_equal(gradient(lambda x: np.sort(x) * weights, x), [100, 1, 1000, 10])
    np.testing.assert_array_equal(ng.tensor(x).argsort(), [1, 3, 0, 2])


def test_of_equal_elements_one_is_the_median():
    np.testing.assert_array_equal(gradient(np.median, [2.0, 2.0, 2.0]), [0, 1, 0])
    np.testing.assert_array_equal(gradient(np.median, [2.0, 1.0, 2.0, 3.0]), [0.5, 0, 0.5, 0])


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_sorting_along_any_axis(axis):
    x = rng.normal(size=(3, 4))
    expected = np.sort(x, axis=axis)
    weights = rng.normal(size=expected.shape)
    np.testing.assert_array_equal(np.sort(ng.tensor(x), axis=axis, kind="stable").data, expected)
    check(lambda x: (np.sort(x, axis=axis) * weights).sum(), x)


# ---- zeros in products
@pytest.mark.parametrize("zeros", [[], [0], [2], [3], [1, 3], [0, 1, 2, 3]], ids=str)
def test_products_with_zeros(zeros):
    x = np.array([2.0, -3.0, 0.5, 1.5])
    x[zeros] = 0
    others = [np.prod(np.delete(x, i)) for i in range(4)]
    np.testing.assert_allclose(gradient(np.prod, x), others, rtol=1e-15)
    curvature = [[0 if i == j else np.prod(np.delete(x, [i, j])) for j in range(4)] for i in range(4)]
    np.testing.assert_allclose(ng.hessian(np.prod)(x), curvature, rtol=1e-14)
    running = [[np.prod(np.delete(x[: k + 1], i)) if i <= k else 0 for i in range(4)] for k in range(4)]
    np.testing.assert_allclose(ng.jacobian(np.cumprod)(x), running, rtol=1e-14)
    weights = np.array([1.0, 10.0, 100.0, 1000.0])
    total = np.zeros((4, 4))
    for k in range(4):
        for i in range(k + 1):
            for j in range(k + 1):
                total[i, j] += 0 if i == j else weights[k] * np.prod(np.delete(x[: k + 1], [i, j]))
    np.testing.assert_allclose(ng.hessian(lambda x: (np.cumprod(x) * weights).sum())(x), total, rtol=1e-14)


def test_a_zero_in_one_of_several_products():
    x = rng.uniform(0.5, 1.5, (2, 3, 4))
    x[0, 1, 2] = x[1, 0, 0] = 0
    for axis in AXES:
        weights = rng.uniform(0.5, 1.5, np.shape(np.prod(x, axis)))
        check(lambda x, axis=axis, w=weights: (np.prod(x, axis) * w).sum(), x)


# ---- equal numbers, and nothing
def test_the_standard_deviation_of_equal_numbers_has_the_gradient_zero():
    x = np.full(4, 0.5)
    np.testing.assert_array_equal(ng.grad(np.std)(x), 0)
    np.testing.assert_array_equal(ng.hessian(np.std)(x), 0)
    rows = np.array([[1.0, 1.0], [1.0, 3.0]])
    np.testing.assert_array_equal(gradient(lambda x: x.std(axis=1), rows), [[0, 0], [-0.5, 0.5]])


@pytest.mark.parametrize("name", ["var", "std"])
def test_degrees_of_freedom(name):
    x = rng.normal(size=(3, 5))
    f = getattr(np, name)
    for options in ({"ddof": 1}, {"axis": 1, "ddof": 2}, {"axis": (0, 1), "ddof": 1, "keepdims": True}):
        np.testing.assert_array_equal(f(ng.tensor(x), **options).data, f(x, **options))
        check(lambda x, o=options: f(x, **o).sum(), x)
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"), np.errstate(invalid="ignore"):
        assert np.isnan(ng.grad(lambda x: f(x, ddof=1).sum())(np.array([3.0]))).all()


def test_of_no_numbers_there_is_no_largest():
    with pytest.raises(errors.ShapeError, match="zero-size"):
        np.max(ng.tensor(np.zeros((0, 3)), requires_grad=True))
    assert gradient(np.sum, np.zeros((0, 3))).shape == (0, 3)
    assert gradient(np.prod, np.zeros((0, 3))).shape == (0, 3)


def test_infinite_logarithms_in_a_sum():
    inf = math.inf
    assert F.logsumexp(np.array([-inf, -inf])) == -inf
    np.testing.assert_array_equal(gradient(F.logsumexp, [-inf, -inf]), [0, 0])
    np.testing.assert_array_equal(gradient(F.logsumexp, [-inf, 2.0]), [0, 1])
    nothing = np.ones((3, 0))
    np.testing.assert_array_equal(F.logsumexp(nothing, axis=1), [-inf] * 3)
    assert gradient(lambda x: F.logsumexp(x, axis=1), nothing).shape == (3, 0)
    assert ng.jvp(lambda x: F.logsumexp(x, axis=1), (nothing,), (nothing,))[1].tolist() == [0, 0, 0]
    np.testing.assert_allclose(gradient(F.logsumexp, [1e4, 1e4]), [0.5, 0.5], rtol=1e-12)  # y is rounded at 1e4
    assert F.logsumexp(np.array([1.0, inf])) == inf


# ---- norms
VECTOR_NORMS = [None, 2, 1, 3, 2.5, 0.5, np.inf, -np.inf, -1]


@pytest.mark.parametrize("ord", VECTOR_NORMS)
@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"axis": -1, "keepdims": True}], ids=str)
def test_norms_of_vectors(ord, options):
    x = (rng.permutation(12) - 5.75).reshape(3, 4) / 4
    x = x if "axis" in options else x.ravel()
    expected = np.linalg.norm(x, ord, **options)
    weights = rng.uniform(0.5, 1.5, np.shape(expected))
    np.testing.assert_allclose(np.linalg.norm(ng.tensor(x), ord, **options).data, expected, rtol=1e-14)
    np.testing.assert_allclose(ng.tensor(x).norm(ord, **options).data, expected, rtol=1e-14)
    check(lambda x: (np.linalg.norm(x, ord, **options) * weights).sum(), x)
    np.testing.assert_allclose(np.linalg.vector_norm(ng.tensor(x), ord=ord, **options).data, expected, rtol=1e-14)


@pytest.mark.parametrize("ord", [1, -1, np.inf, -np.inf, 2, -2, "nuc", "fro"])
@pytest.mark.parametrize("axis", [None, (0, 1), (1, 0), (2, 0), (-1, -2)], ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
def test_norms_of_matrices(ord, axis, keepdims):
    x = (rng.permutation(24) - 11.75).reshape(2, 3, 4) / 4
    x = x[0] if axis is None else x
    expected = np.linalg.norm(x, ord, axis, keepdims)
    weights = rng.uniform(0.5, 1.5, np.shape(expected))
    np.testing.assert_allclose(np.linalg.norm(ng.tensor(x), ord, axis, keepdims).data, expected, rtol=1e-13)
    check(lambda x: (np.linalg.norm(x, ord, axis, keepdims) * weights).sum(), x)


def test_the_length_of_all_elements():
    x = rng.normal(size=(2, 3, 4))
    for array in (x, x[0]):
        np.testing.assert_allclose(np.linalg.norm(ng.tensor(array)).data, np.linalg.norm(array), rtol=1e-15)
        check(np.linalg.norm, array)
    np.testing.assert_allclose(np.linalg.matrix_norm(ng.tensor(x)).data, np.linalg.matrix_norm(x), rtol=1e-15)


@pytest.mark.parametrize("ord", [None, 2, 1, 3, 1.5, np.inf, 0])
def test_the_gradient_of_a_length_at_zero_is_zero(ord):
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(ng.grad(lambda x: np.linalg.norm(x, ord))(np.zeros(3)), 0)
        np.testing.assert_array_equal(ng.hessian(lambda x: np.linalg.norm(x, ord))(np.zeros(3)), 0)


def test_how_many_are_not_zero_has_no_slope():
    x = ng.tensor([0.0, 2.0, 3.0], requires_grad=True)
    count = np.linalg.norm(x, 0)
    assert count.data == 2
    count.backward()
    np.testing.assert_array_equal(x.grad, 0)


def test_equally_large_elements_share_the_gradient_of_the_largest():
    np.testing.assert_array_equal(
        ng.grad(lambda x: np.linalg.norm(x, np.inf))(np.array([-2.0, 2.0, 1.0])), [-0.5, 0.5, 0]
    )


def test_a_norm_that_matrices_do_not_have():
    with pytest.raises(errors.OptionError, match="3"):
        np.linalg.norm(ng.tensor(np.eye(2)), 3)


# ---- averages
def test_weighted_averages():
    x, w, column = rng.normal(size=(3, 4)), rng.uniform(0.5, 1.5, (3, 4)), rng.uniform(0.5, 1.5, 3)
    for options in (
        {},
        {"axis": 1},
        {"weights": w},
        {"axis": 0, "weights": w},
        {"axis": 0, "weights": column},
        {"axis": -2, "weights": column, "keepdims": True},
    ):
        np.testing.assert_allclose(np.average(ng.tensor(x), **options).data, np.average(x, **options), rtol=1e-14)
        check(lambda x, o=options: (np.average(x, **o) ** 2).sum(), x)
    check(lambda x, w: (np.average(x, axis=0, weights=w) ** 2).sum(), x, column)
    with pytest.raises(errors.ShapeError, match=r"\(4,\)"):
        np.average(ng.tensor(x), axis=0, weights=w[0])


# ---- without gradient
def test_where_the_extremes_are_and_whether():
    x = ng.tensor([[1.0, 0.0, 3.0], [3.0, 3.0, 2.0]], requires_grad=True)
    for name in ("argmax", "argmin", "any", "all", "argsort"):
        for axis in (None, 0, -1):
            ours, numpys = getattr(x, name)(axis=axis), getattr(np, name)(x.data, axis=axis)
            assert not isinstance(ours, ng.Tensor)
            np.testing.assert_array_equal(ours, numpys)


# ---- many cotangents at once
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
def test_jacobians_in_one_pass_are_those_by_rows(axis, keepdims):
    x = (rng.permutation(24).reshape(2, 3, 4) - 11.5) / 12
    for f in (np.sum, np.mean, np.prod, np.var, np.std, np.max, np.median, F.logsumexp):
        found = ng.jacobian(lambda x, f=f: f(x, axis=axis, keepdims=keepdims), mode="reverse")(x)
        shape = np.shape(f(x, axis=axis, keepdims=keepdims))
        for index in np.ndindex(shape):
            row = ng.grad(lambda x, f=f, i=index: f(x, axis=axis, keepdims=keepdims)[i])(x)
            np.testing.assert_allclose(found[index], row, rtol=1e-14, atol=1e-15)
