"""grad, value_and_grad, hessian and check_gradients."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.core.tensor import Tensor


def test_takes_and_gives_plain_numbers():
    value, slope = ng.value_and_grad(lambda x: x * x)(3)
    assert (type(value), type(slope)) == (np.float64, np.float64)
    assert (value, slope) == (9.0, 6.0)
    slopes = ng.grad(lambda x: (x * x).sum())([1.0, 2.0])
    assert type(slopes) is np.ndarray
    np.testing.assert_array_equal(slopes, [2.0, 4.0])


def test_derivatives_of_any_order():
    f = np.sin
    expected = [np.sin(0.3), np.cos(0.3), -np.sin(0.3), -np.cos(0.3), np.sin(0.3), np.cos(0.3)]
    for value in expected:
        assert float(f(0.3)) == pytest.approx(value, rel=1e-14)
        f = ng.grad(f)


def test_an_inner_derivative_never_mistakes_an_outer_variable_for_its_own():
    assert ng.grad(lambda x: x * ng.grad(lambda y: x + y)(1.0))(1.0) == 1.0  # d/dx (x * 1)
    assert ng.grad(lambda x: x * ng.grad(lambda y: x * y)(2.0))(3.0) == 6.0  # d/dx x²
    assert ng.grad(lambda x: ng.grad(lambda y: x * y * y)(x))(3.0) == 12.0  # d/dx 2 x x
    assert ng.grad(lambda x: ng.grad(lambda x: x**3)(x) * x)(2.0) == 36.0  # d/dx 3x³


def test_the_outer_variable_may_be_the_inner_argument_and_be_closed_over():
    def outer(x):
        return ng.grad(lambda y: (y - x) ** 2 * y)(x)  # 2(y-x)y + (y-x)² at y = x, yet its slope in x is not 0

    # inner(y, x) = 2(y-x)y + (y-x)²; total derivative along y = x: ∂y + ∂x = (2y) + (-2y) = 0
    assert ng.grad(outer)(3.0) == 0.0


def test_several_arguments():
    f = lambda x, y, *, k: (x * y * k).sum()  # noqa: E731
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    np.testing.assert_array_equal(ng.grad(f)(x, y, k=2), 2 * y)
    np.testing.assert_array_equal(ng.grad(f, 1)(x, y, k=2), 2 * x)
    both = ng.grad(f, (1, 0))(x, y, k=2)
    assert type(both) is tuple
    np.testing.assert_array_equal(both, [2 * x, 2 * y])


def test_what_is_not_used_has_slope_zero():
    assert ng.grad(lambda x, y: x, 1)(1.0, 2.0) == 0.0
    np.testing.assert_array_equal(ng.grad(lambda x: 5.0)(np.ones(2)), [0, 0])
    np.testing.assert_array_equal(ng.hessian(lambda x: x.sum())(np.ones(2)), np.zeros((2, 2)))


def test_inside_no_grad_a_gradient_is_still_a_gradient():
    """no_grad is about the caller's own graph, not about what a function of functions does within itself."""
    with ng.no_grad():
        assert ng.grad(lambda x: x * x)(3.0) == 6.0
        np.testing.assert_array_equal(ng.hessian(lambda x: (x * x).sum())(np.ones(2)), 2 * np.eye(2))
        x = ng.tensor(1.0, requires_grad=True)
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad


def test_no_grad_inside_the_function_cuts():
    def f(x):
        with ng.no_grad():
            c = x * x
        return c * x

    assert ng.grad(f)(3.0) == 9.0


def test_an_error_in_the_function_leaves_no_trace():
    def f(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        ng.grad(f)(1.0)
    assert type(ng.grad(lambda x: x * x)(1.0)) is np.float64


def test_a_leaf_of_the_users_own_can_take_part():
    x = ng.tensor(2.0, requires_grad=True)
    slope = ng.grad(lambda t: t**3)(x)
    assert isinstance(slope, Tensor)
    slope.backward()
    assert x.grad == 12.0


def test_the_users_arrays_are_left_alone():
    x = np.array([1.0, 2.0])
    value, slope = ng.value_and_grad(lambda x: (x * x).sum())(x)
    np.testing.assert_array_equal(x, [1.0, 2.0])
    one = np.array([3.0])
    value, slope = ng.value_and_grad(lambda x: x)(one)
    value += 1
    slope += 1
    np.testing.assert_array_equal(one, [3.0])


def rosenbrock(p):
    return (100 * (p[1:] - p[:-1] ** 2) ** 2 + (1 - p[:-1]) ** 2).sum()


def wavy(m):
    return lambda x: m.sum(m.tanh(x) * m.exp(-x * x)) ** 2 + m.sum(m.sin(x[0] * x[1]))


def test_hessians_are_those_of_autograd():
    x = np.random.default_rng(5).normal(size=5)
    np.testing.assert_allclose(ng.hessian(rosenbrock)(x), autograd.hessian(rosenbrock)(x), rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(ng.hessian(wavy(np))(x), autograd.hessian(wavy(anp))(x), rtol=1e-10, atol=1e-12)
    assert ng.hessian(lambda x: x**3)(2.0) == 12.0
    X = x[:4].reshape(2, 2)
    f = lambda m: lambda X: m.sum(m.matmul(X, m.matmul(X, X)))  # noqa: E731
    np.testing.assert_allclose(ng.hessian(f(np))(X), autograd.hessian(f(anp))(X), rtol=1e-10)


def test_a_hessian_can_be_differentiated():
    def f(x):
        return (x**4).sum()

    third = ng.grad(lambda x: np.sum(ng.hessian(f)(x)))(np.array([1.0, 2.0]))
    np.testing.assert_allclose(third, [24.0, 48.0], rtol=1e-12)


@pytest.mark.parametrize("call", [lambda f, x: ng.grad(f)(x), lambda f, x: ng.value_and_grad(f)(x)])
def test_several_numbers_have_no_gradient(call):
    def doubled(x):
        return x * 2

    with pytest.raises(errors.NotScalarError, match=r"doubled.*\(3,\).*sum"):
        call(doubled, np.ones(3))


def test_truth_values_have_no_derivative():
    with pytest.raises(errors.IntegerGradientError, match="bool"):
        ng.grad(lambda x: x)(True)


def test_check_gradients_names_what_differs():
    from nbgrad.core.op import REGISTRY, operation

    @operation(symbol="w", latex="{x}", source="{x}", formulas=["1"])
    def wrong(x):
        return x * x

    wrong.rule(lambda g, y, x: g * x)
    try:
        with pytest.raises(AssertionError, match=r"argument 0, element \(1,\).*4.*2"):
            ng.check_gradients(lambda x: wrong(x).sum(), np.array([0.0, 2.0]))
    finally:
        del REGISTRY["wrong"]
