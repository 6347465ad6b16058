"""vjp, jvp, jacobian, hessian, hvp: against each other, against HIPS autograd, nested, and with containers."""

import math
from collections import namedtuple

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors, jacobians
from nbgrad.core.tensor import Tensor

rng = np.random.default_rng(5)
A = rng.normal(size=(4, 3))
Line = namedtuple("Line", ["slope", "offset"])


def curve(x, np=np):
    return np.tanh(A @ x) * np.sum(x)


def test_a_jacobian_is_that_of_autograd_in_either_mode():
    x = rng.normal(size=3)
    expected = autograd.jacobian(lambda x: curve(x, anp))(x)
    for mode in ("auto", "forward", "reverse"):
        np.testing.assert_allclose(ng.jacobian(curve, mode=mode)(x), expected, rtol=1e-12)


def test_the_cheaper_mode_is_taken(monkeypatch):
    taken = []
    for name in ("_rows", "_columns"):
        original = getattr(jacobians, name)
        monkeypatch.setattr(jacobians, name, lambda *a, o=original, n=name: taken.append(n) or o(*a))
    ng.jacobian(lambda x: x * np.ones(5))(2.0)
    ng.jacobian(lambda x: x.sum())(np.ones(5))
    assert taken == ["_columns", "_rows"]


def test_the_shape_is_that_of_the_result_then_that_of_the_argument():
    x, y = rng.normal(size=2), rng.normal(size=(2, 3, 4))
    for mode in ("forward", "reverse"):
        dx, dy = ng.jacobian(lambda x, y: np.sum(x[:, None, None] * y, axis=2), (0, 1), mode)(x, y)
        assert (dx.shape, dy.shape) == ((2, 3, 2), (2, 3, 2, 3, 4))
        np.testing.assert_allclose(dx[0, :, 0], y[0].sum(axis=1), rtol=1e-14)
        np.testing.assert_allclose(dy[1, 2, 1, 2], np.full(4, x[1]), rtol=1e-14)


def test_a_large_jacobian_is_computed_in_parts(monkeypatch):
    x = rng.normal(size=(5, 4))
    expected = ng.jacobian(lambda x: np.sin(x).T)(x)
    monkeypatch.setattr(jacobians, "LARGEST_BATCH", 70)
    monkeypatch.setattr(jacobians, "FEW", 3)
    for mode in ("forward", "reverse"):
        np.testing.assert_array_equal(ng.jacobian(lambda x: np.sin(x).T, mode=mode)(x), expected)


def test_jacobians_nest():
    x = rng.normal(size=3)
    expected = autograd.jacobian(autograd.jacobian(lambda x: curve(x, anp)))(x)
    for outer in ("forward", "reverse"):
        for inner in ("forward", "reverse"):
            received = ng.jacobian(ng.jacobian(curve, mode=inner), mode=outer)(x)
            np.testing.assert_allclose(received, expected, rtol=1e-10, atol=1e-12)


def test_forward_and_reverse_derivatives_nest_in_every_order():
    def forward(f):
        return lambda x: ng.jvp(f, (x,), (1.0,))[1]

    for first in (forward, ng.grad):
        for second in (forward, ng.grad):
            for third in (forward, ng.grad):
                received = third(second(first(lambda x: np.sin(2 * x) * x)))(0.3)
                expected = -12 * np.sin(0.6) - 8 * 0.3 * np.cos(0.6)
                assert float(received) == pytest.approx(expected, rel=1e-12)


def test_an_inner_forward_derivative_never_mistakes_an_outer_variable_for_its_own():
    slope = lambda f: lambda x: ng.jvp(f, (x,), (1.0,))[1]  # noqa: E731
    assert slope(lambda x: x * slope(lambda y: x + y)(1.0))(1.0) == 1.0
    assert slope(lambda x: x * slope(lambda y: x * y)(2.0))(3.0) == 6.0


def test_a_cotangent_can_be_pulled_back_several_times_and_differentiated():
    x = rng.normal(size=3)
    value, pull = ng.vjp(curve, x)
    np.testing.assert_allclose(value, curve(x), rtol=1e-15)
    J = ng.jacobian(curve)(x)
    for _ in range(2):
        v = rng.normal(size=4)
        np.testing.assert_allclose(pull(v)[0], v @ J, rtol=1e-12)
    double = ng.jacobian(lambda v: ng.vjp(curve, x)[1](v)[0])(np.ones(4))
    np.testing.assert_allclose(double, J.T, rtol=1e-12)


def test_a_directional_derivative_is_the_jacobian_times_the_direction():
    x, t = rng.normal(size=3), rng.normal(size=3)
    value, moved = ng.jvp(curve, (x,), (t,))
    np.testing.assert_allclose(moved, ng.jacobian(curve)(x) @ t, rtol=1e-12)
    assert (type(value), type(moved)) == (np.ndarray, np.ndarray)


def test_what_does_not_move_has_tangent_zero():
    _, moved = ng.jvp(lambda x: np.ones(2), (1.0,), (1.0,))
    np.testing.assert_array_equal(moved, np.zeros(2))
    np.testing.assert_array_equal(ng.jacobian(lambda x: np.ones(2), mode="forward")(1.0), np.zeros(2))
    np.testing.assert_array_equal(ng.jacobian(lambda x: np.ones(2), mode="reverse")(np.ones(3)), np.zeros((2, 3)))


def rosenbrock(p, np=np):
    return np.sum(100.0 * (p[1:] - p[:-1] ** 2) ** 2 + (1 - p[:-1]) ** 2)


def test_a_hessian_is_that_of_autograd_and_gives_the_products_with_it():
    x, v = rng.normal(size=6), rng.normal(size=6)
    H = ng.hessian(rosenbrock)(x)
    np.testing.assert_allclose(H, autograd.hessian(lambda p: rosenbrock(p, anp))(x), rtol=1e-12)
    np.testing.assert_allclose(ng.hvp(rosenbrock)(x, v), H @ v, rtol=1e-11)


def test_products_with_a_hessian_of_a_large_argument_never_build_it():
    x = rng.normal(size=200_000)
    np.testing.assert_allclose(ng.hvp(lambda x: (x**4).sum())(x, np.ones_like(x)), 12 * x**2, rtol=1e-12)


# ---- containers
def loss(parameters, x):
    (W, b), line = parameters["layer"], parameters["line"]
    return np.sum(np.tanh(W @ x + b)) * line.slope + line.offset**2


PARAMETERS = {"layer": [rng.normal(size=(2, 3)), rng.normal(size=2)], "line": Line(1.5, -0.5), "nothing": None}


def test_gradients_come_in_the_containers_of_the_arguments():
    x = rng.normal(size=3)
    value, slope = ng.value_and_grad(loss)(PARAMETERS, x)
    assert (type(slope), type(slope["layer"]), type(slope["line"]), slope["nothing"]) == (dict, list, Line, None)
    W, b = PARAMETERS["layer"]
    inner = np.tanh(W @ x + b)
    assert float(value) == pytest.approx(inner.sum() * 1.5 + 0.25)
    np.testing.assert_allclose(slope["layer"][0], 1.5 * np.outer(1 - inner**2, x), rtol=1e-12)
    assert (float(slope["line"].slope), float(slope["line"].offset)) == pytest.approx((inner.sum(), -1.0))


def test_every_transform_takes_and_gives_containers():
    x = rng.normal(size=3)
    tangent = {"layer": [np.ones((2, 3)), np.zeros(2)], "line": Line(0.0, 1.0), "nothing": None}
    slope = ng.grad(loss)(PARAMETERS, x)
    _, moved = ng.jvp(lambda p: loss(p, x), (PARAMETERS,), (tangent,))
    assert float(moved) == pytest.approx(slope["layer"][0].sum() + slope["line"].offset)
    H = ng.hessian(loss)(PARAMETERS, x)
    assert H["layer"][0]["layer"][1].shape == (2, 3, 2)
    assert float(H["line"].offset["line"].offset) == 2.0
    product = ng.hvp(loss)(PARAMETERS, tangent, x)
    assert float(product["line"].offset) == 2.0
    both = ng.jacobian(lambda p: {"double": 2 * p[0], "square": p[1] ** 2})((3.0, np.array([1.0, 2.0])))
    assert float(both["double"][0]) == 2.0
    np.testing.assert_array_equal(both["square"][1], np.diag([2.0, 4.0]))
    value, pull = ng.vjp(lambda p: [p["a"] * p["b"], p["a"]], {"a": 2.0, "b": 5.0})
    assert [float(v) for v in value] == [10.0, 2.0]
    assert pull([1.0, 10.0]) == ({"a": 15.0, "b": 2.0},)


def test_something_else_can_be_handed_through():
    (value, aux), slope = ng.value_and_grad(lambda x: (x * x, {"cube": x**3, "note": "odd"}), has_aux=True)(2.0)
    assert (float(value), float(slope), float(aux["cube"]), aux["note"]) == (4.0, 4.0, 8.0, "odd")
    assert not isinstance(aux["cube"], Tensor)
    assert ng.grad(lambda x: (x * x, 7), has_aux=True)(2.0) == (4.0, 7)


# ---- mistakes
def test_mistakes_are_named():
    with pytest.raises(errors.ArgumentError, match=r"argnums says 2, but .* 2 positional arguments"):
        ng.grad(lambda x, y: x, 2)(1.0, 2.0)
    with pytest.raises(errors.ArgumentError, match="mode is 'auto', 'forward' or 'reverse', not 'backward'"):
        ng.jacobian(curve, mode="backward")
    with pytest.raises(errors.ShapeError, match=r"tangent 0 has shape \(2,\), but its primal has shape \(3,\)"):
        ng.jvp(curve, (np.ones(3),), (np.ones(2),))
    with pytest.raises(errors.ShapeError, match=r"cotangent 0 has shape \(3,\), but the value has shape \(4,\)"):
        ng.vjp(curve, np.ones(3))[1](np.ones(3))
    with pytest.raises(errors.ArgumentError, match="a tuple of 1 is expected"):
        ng.jvp(curve, (np.ones(3),), (np.ones(3), np.ones(3)))
    with pytest.raises(errors.NotScalarError, match="jacobian"):
        ng.hessian(curve)(np.ones(3))


def test_names_and_docstrings_stay():
    assert ng.grad(rosenbrock).__name__ == "rosenbrock"


def test_a_batch_as_long_as_the_argument_is_not_taken_for_it():
    """A cotangent of one number for each of 5 results, and an argument of 5 numbers: the same shape, other axes."""
    x = np.arange(1.0, 6.0)
    spread_again = ng.jacobian(lambda x: np.sum(x) * np.arange(5.0), mode="reverse")(x)
    np.testing.assert_array_equal(spread_again, np.outer(np.arange(5.0), np.ones(5)))
    averaged = ng.jacobian(lambda x: x * x.mean(), mode="reverse")(x)
    np.testing.assert_allclose(averaged, np.eye(5) * 3.0 + np.outer(x, np.full(5, 0.2)), rtol=1e-14)


# ---- what is given belongs together with what it is given for
def test_dictionaries_are_matched_by_their_keys():
    _, pull = ng.vjp(lambda x: {"a": x, "b": 2 * x}, 3.0)
    assert pull({"b": 1.0, "a": 10.0}) == (12.0,)
    assert ng.jvp(lambda p: p["a"] + 10 * p["b"], ({"a": 1.0, "b": 2.0},), ({"b": 1.0, "a": 0.0},))[1] == 10.0
    product = ng.hvp(lambda p: p["a"] ** 2 + p["b"] ** 3)({"a": 1.0, "b": 2.0}, {"b": 1.0, "a": 0.0})
    assert product == {"a": 0.0, "b": 12.0}


def test_other_containers_are_refused():
    p = {"a": 1.0, "b": 2.0}
    with pytest.raises(errors.ArgumentError, match=r"a dictionary with the keys 'a', 'b' is expected.*'x', 'y'"):
        ng.jvp(lambda p: p["a"] * p["b"], (p,), ({"x": 1.0, "y": 2.0},))
    with pytest.raises(errors.ArgumentError, match="tangents must come in the same containers"):
        ng.jvp(lambda p, q: p[0] * p[1] * q, ((1.0, 2.0), 3.0), (1.0, (2.0, 3.0)))
    with pytest.raises(errors.ArgumentError, match="a list of 2 is expected"):
        ng.vjp(lambda x: [x, x], 1.0)[1]([1.0, 2.0, 3.0])


def test_an_argument_is_differentiated_once():
    with pytest.raises(errors.ArgumentError, match="names argument 1 twice"):
        ng.grad(lambda a, b: a * b, argnums=(1, -1))(2.0, 5.0)
    assert ng.grad(lambda a, b: a * b, argnums=np.int64(1))(2.0, 5.0) == 2.0


def test_a_derivative_depends_on_the_tensors_that_the_function_closes_over():
    """As when a network's own slope is part of its loss."""
    w = ng.tensor(2.0, requires_grad=True)
    slope = ng.grad(lambda x: w * x**2)(3.0)
    (w * 0 + slope).backward()
    assert w.grad == 6.0
    w.zero_grad()
    ng.jvp(lambda x, w: w * x**2, (3.0, 2.0), (1.0, 0.0))  # nothing of the caller's in here: plain
    ng.hessian(lambda x: w * x**3)(1.5).backward()
    assert w.grad == 9.0
    with ng.no_grad():
        assert type(ng.grad(lambda x: w * x**2)(3.0)) is np.float64


def test_results_are_the_callers_own():
    given = np.array([1.0, 2.0])
    _, pull = ng.vjp(lambda x, y: x + y, np.ones(2), np.ones(2))
    a, b = pull(given)
    a *= 10
    np.testing.assert_array_equal((given, b), ([1.0, 2.0], [1.0, 2.0]))
    _, moved = ng.jvp(lambda x: x, (np.ones(2),), (given,))
    assert not np.shares_memory(moved, given)


def test_derivatives_have_the_dtype_of_what_they_are_taken_by():
    x, data = np.ones(2, np.float32), np.array([2.0, 3.0])
    f = lambda x: (x * x * data).sum()  # noqa: E731
    for derivative in (ng.grad(f), ng.jacobian(f), ng.hessian(f)):
        assert derivative(x).dtype == np.float32
    assert ng.vjp(f, x)[1](1.0)[0].dtype == np.float32


def test_what_is_given_wrongly_is_said():
    with pytest.raises(errors.NotScalarError, match=r"gives a tuple.*has_aux=True"):
        ng.grad(lambda x: (x * x, x))(3.0)
    with pytest.raises(errors.ArgumentError, match="passed by position"):
        ng.grad(lambda x: x)(x=2.0)
    with pytest.raises(errors.ArgumentError, match=r"write ng\.jvp\(f, \(x,\), \(t,\)\)"):
        ng.jvp(lambda x: x, 3.0, 1.0)


def test_handing_through_needs_a_pair():
    with pytest.raises(errors.ArgumentError, match="has_aux=True the function gives a pair"):
        ng.value_and_grad(lambda x: x**2, has_aux=True)(3.0)
    with pytest.raises(errors.ComplexGradientError, match=r"a \+ 1j \* b"):
        ng.grad(lambda x: x)(1j)


@pytest.mark.parametrize("cut", [float, math.sin])
def test_a_gradient_is_not_lost_in_a_conversion(cut):
    with pytest.raises(errors.UnsupportedFunctionError, match=r"the gradient would stop there.*x\.item"):
        ng.grad(lambda x: x * cut(x))(3.0)
    assert ng.grad(lambda x: x * x.item())(3.0) == 3.0  # said so
