"""Corners of the elementwise operations that their samples do not reach: ties, zeros, infinities, odd operands."""

import math

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.nn import functional as F
from nbgrad.ops import REGISTRY, elementwise

check = ng.check_gradients
inf, nan = math.inf, math.nan


def slope(function, *args):
    return ng.grad(function, argnums=tuple(range(len(args))))(*args)


def nth_derivative(function, n):
    return nth_derivative(ng.grad(function), n - 1) if n else function


# ---- ties and corners
def test_equal_operands_of_maximum_share_the_gradient():
    for function in (np.maximum, np.minimum, np.fmax, np.fmin):
        assert slope(function, 2.0, 2.0) == (0.5, 0.5)
    assert slope(np.maximum, 3.0, 2.0) == slope(np.fmax, 3.0, 2.0) == (1.0, 0.0)
    assert slope(np.minimum, 3.0, 2.0) == slope(np.fmin, 3.0, 2.0) == (0.0, 1.0)


def test_fmax_and_fmin_hand_the_gradient_to_the_number_beside_a_nan():
    for function in (np.fmax, np.fmin):
        assert function(ng.tensor(nan), 2.0).data == 2.0
        assert slope(function, nan, 2.0) == (0.0, 1.0)
        assert slope(function, 2.0, nan) == (1.0, 0.0)


@pytest.mark.parametrize("function", [F.relu, abs, lambda x: x.relu(), lambda x: x.abs(), np.fabs])
def test_the_subgradient_at_the_corner_is_zero(function):
    assert ng.grad(function)(0.0) == 0.0


def test_the_left_slope_at_the_corner_of_the_leaky_ones():
    assert ng.grad(lambda x: F.leaky_relu(x, negative_slope=0.2))(0.0) == 0.2
    assert ng.grad(lambda x: F.elu(x, alpha=0.5))(0.0) == 0.5


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_the_angle_of_points_very_near_and_very_far(scale):
    with np.errstate(all="raise"):
        np.testing.assert_allclose(slope(np.arctan2, 3 * scale, 4 * scale), np.array([4, -3]) / 25 / scale, rtol=1e-15)
        np.testing.assert_allclose(slope(np.hypot, 3 * scale, 4 * scale), [0.6, 0.8], rtol=1e-15)


def test_no_angle_and_no_length_at_the_origin():
    assert slope(np.arctan2, 0.0, 0.0) == (0.0, 0.0)
    assert slope(np.hypot, 0.0, 0.0) == (0.0, 0.0)
    for function in (np.arctan2, np.hypot):
        assert np.all(ng.hessian(lambda p, f=function: f(p[0], p[1]))(np.zeros(2)) == 0)


@pytest.mark.parametrize(
    ("low", "high", "at", "expected"),
    [(0.0, 1.0, 0.5, (1, 0, 0)), (0.0, 1.0, -3.0, (0, 1, 0)), (0.0, 1.0, 3.0, (0, 0, 1)), (0.0, 1.0, 0.0, (1, 0, 0)),
     (0.0, 1.0, 1.0, (1, 0, 0)), (1.0, 0.0, 0.5, (0, 0, 1)), (1.0, 0.0, -3.0, (0, 0, 1)), (1.0, 0.0, 3.0, (0, 0, 1))],
)  # fmt: skip
def test_clipping_hands_the_gradient_to_what_it_gives(low, high, at, expected):
    """Bounds the wrong way round give the upper one everywhere, as in NumPy."""
    assert slope(np.clip, at, low, high) == expected
    assert np.clip(ng.tensor(at), low, high).data == np.clip(at, low, high)


def test_the_ways_to_clip():
    data = np.array([[-2.0, 0.5, 3.0], [0.1, -0.1, 1.0]])
    high = np.array([0.2, 0.4, 2.0])
    for call in (
        lambda x: np.clip(x, 0, 1),
        lambda x: np.clip(x, None, 1),
        lambda x: np.clip(x, 0, None),
        lambda x: np.clip(x, a_min=0, a_max=high),
        lambda x: np.clip(x, a_max=high, a_min=None),
        lambda x: x.clip(0, 1),
        lambda x: x.clip(min=0),
        lambda x: x.clip(max=high),
    ):
        expected = call(data)
        x = ng.tensor(data, requires_grad=True)
        y = call(x)
        np.testing.assert_array_equal(y.data, expected)
        y.sum().backward()
        np.testing.assert_array_equal(x.grad, expected == data)


# ---- powers
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 0.0, 1.0, 2.0, np.float64(1.0), np.array(2.0)])
@pytest.mark.parametrize("base", [0.0, -1.5])
def test_powers_of_zero_and_of_negative_numbers(base, exponent):
    n = float(exponent)
    assert ng.grad(lambda x: x**exponent)(base) == (n * base ** (n - 1) if n else 0.0)
    second = n * (n - 1) * base ** (n - 2) if n not in (0, 1) else 0.0
    assert ng.grad(ng.grad(lambda x: x**exponent))(base) == second


def test_a_tensor_as_exponent():
    check(lambda a, b: a**b, 1.7, -0.6)
    check(lambda b: 2**b, 0.3)
    assert ng.grad(lambda b: True**b)(2.0) == 0.0
    assert ng.grad(lambda x: x**True)(2.0) == 1.0
    assert ng.grad(lambda x: x**False)(2.0) == 0.0
    assert ng.grad(lambda x: x**True)(np.float32(2.0)).dtype == np.float32
    assert ng.grad(lambda b: (-2.0) ** b)(2.0) == 0.0  # ln(-2) has no value: taken as 0, never NaN


def test_float_power_computes_in_double_precision():
    x = ng.tensor(np.array([2.0, 4.0], np.float32), requires_grad=True)
    y = np.float_power(x, -1)
    assert y.dtype == np.float64
    y.sum().backward()
    assert x.grad.dtype == np.float32
    np.testing.assert_array_equal(x.grad, [-1 / 4, -1 / 16])
    assert np.float_power(ng.tensor(2), -1).data == 0.5


def test_cube_roots_of_negative_numbers():
    assert math.isclose(ng.grad(np.cbrt)(-8.0), 1 / 12)


# ---- remainders and roundings
@pytest.mark.parametrize("a", [-5.25, 5.25])
@pytest.mark.parametrize("b", [-2.0, 2.0])
def test_remainders_of_every_sign(a, b):
    for ours, theirs in [(np.remainder, np.remainder), (lambda a, b: a % b, np.remainder), (np.fmod, np.fmod)]:
        assert ours(ng.tensor(a), b).data == theirs(a, b)
        assert ours(a, ng.tensor(b)).data == theirs(a, b)
        check(ours, a, b)
    for whole, rest in (divmod(ng.tensor(a), b), divmod(a, ng.tensor(b)), np.divmod(ng.tensor(a), b)):
        assert (whole, rest.data) == divmod(a, b)


def test_what_moves_in_jumps_gives_plain_arrays():
    x = ng.tensor([-1.5, 2.25], requires_grad=True)
    data = x.data
    for got, expected in [
        (x // 1, data // 1),
        (5.0 // x, 5.0 // data),
        (data // x, data // data),
        (np.floor_divide(x, 2), data // 2),
        (np.sign(x), np.sign(data)),
        (x.round(1), data.round(1)),
        (round(x, 1), data.round(1)),
        (round(x), data.round()),
        (np.round(x, 1), data.round(1)),
        (np.floor(x), np.floor(data)),
        (np.trunc(x), np.trunc(data)),
        (x > 0, data > 0),
    ]:
        assert isinstance(got, np.ndarray)
        np.testing.assert_array_equal(got, expected)
    (x - x // 1).sum().backward()  # and they may stand beside tensors
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


# ---- large numbers and infinities
def test_large_numbers_do_not_overflow():
    x = np.array([-1e4, 0.0, 1e4])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for function, value, gradient in [
            (F.sigmoid, [0, 0.5, 1], [0, 0.25, 0]),
            (F.log_sigmoid, [-1e4, -np.log(2), 0], [1, 0.5, 0]),
            (F.softplus, [0, np.log(2), 1e4], [0, 0.5, 1]),
            (F.silu, [0, 0, 1e4], [0, 0.5, 1]),
            (F.gelu, [0, 0, 1e4], [0, 0.5, 1]),
            (lambda x: F.gelu(x, approximate="tanh"), [0, 0, 1e4], [0, 0.5, 1]),
            (F.elu, [-1, 0, 1e4], [0, 1, 1]),
            (F.erf, [-1, 0, 1], [0, 2 / np.sqrt(np.pi), 0]),
            (np.tanh, [-1, 0, 1], [0, 1, 0]),
            (lambda x: np.logaddexp(x, 0.0), [0, np.log(2), 1e4], [0, 0.5, 1]),
            (lambda x: np.logaddexp2(0.0, x), [0, 1, 1e4], [0, 0.5, 1]),
        ]:
            y, g = ng.value_and_grad(lambda x, f=function: (f(x) * np.array([1, 2, 4])).sum())(x)
            np.testing.assert_allclose(y, np.array([1, 2, 4]) @ value, rtol=1e-15)
            np.testing.assert_allclose(g, np.array([1, 2, 4]) * gradient, rtol=1e-15, atol=0)
            assert np.isfinite(ng.hessian(lambda x, f=function: f(x).sum())(x)).all()


@pytest.mark.parametrize("function", [np.logaddexp, np.logaddexp2])
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [(inf, 1.0, (1, 0)), (-inf, 1.0, (0, 1)), (-inf, -inf, (0.5, 0.5)), (inf, inf, (0.5, 0.5)), (1.0, 1.0, (0.5, 0.5))],
)
def test_parts_of_infinite_sums(function, a, b, expected):
    assert slope(function, a, b) == expected


def test_curvature_of_logaddexp_where_both_are_equal():
    np.testing.assert_allclose(
        ng.hessian(lambda p: np.logaddexp(p[0], p[1]))(np.zeros(2)), [[0.25, -0.25], [-0.25, 0.25]]
    )


# ---- special functions
def test_sinc_and_its_derivatives_at_zero():
    """sinc(x) = 1 − (πx)²/3! + (πx)⁴/5! − …"""
    for n, expected in enumerate([1, 0, -(math.pi**2) / 3, 0, math.pi**4 / 5]):
        np.testing.assert_allclose(nth_derivative(np.sinc, n)(0.0), expected, rtol=1e-14)


def test_the_slope_of_sinc_near_zero_and_where_its_formula_changes():
    with np.errstate(all="raise"):
        for x in [1e-9, -1e-5, 1e-3, 0.1, 1 / math.pi - 1e-9, 1 / math.pi + 1e-9, 0.7]:
            t = math.pi * x
            exact = math.fsum((-1) ** k * 2 * k * t ** (2 * k - 1) / math.factorial(2 * k + 1) for k in range(1, 25))
            np.testing.assert_allclose(ng.grad(np.sinc)(x), math.pi * exact, rtol=2e-15)
            check(ng.grad(np.sinc), x)


def test_erf_is_that_of_the_c_library():
    x = np.concatenate([np.linspace(-7, 7, 101), [1e-300, -inf, inf]]).reshape(2, -1)
    np.testing.assert_array_equal(F.erf(x), [[math.erf(v) for v in row] for row in x])
    assert math.isnan(F.erf(nan))
    assert type(F.erf(np.float64(0.5))) is np.float64
    assert F.erf(np.array([1, 2])).dtype == float


def test_gelu_and_its_approximation():
    """Values to six digits, by numerical integration of the normal density (Simpson's rule)."""
    t = np.linspace(-12.0, 1.0, 4001)
    density = np.exp(-t * t / 2) / np.sqrt(2 * np.pi)
    simpson = (t[1] - t[0]) / 3 * (density[0] + 4 * density[1:-1:2].sum() + 2 * density[2:-1:2].sum() + density[-1])
    np.testing.assert_allclose(F.gelu(1.0), simpson, rtol=1e-12)
    x = np.linspace(-5, 5, 101)
    difference = np.abs(F.gelu(x) - F.gelu(x, approximate="tanh"))
    assert 1e-5 < difference.max() < 5e-4
    with pytest.raises(errors.OptionError, match="'cubic'"):
        F.gelu(ng.tensor(x), approximate="cubic")


def test_nan_to_num_lets_no_gradient_through_where_there_was_no_number():
    x = ng.tensor([nan, 1.0, inf, -inf], requires_grad=True)
    y = np.nan_to_num(x, nan=5.0, posinf=6.0, neginf=7.0)
    np.testing.assert_array_equal(y.data, [5, 1, 6, 7])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 1, 0, 0])


def test_copysign():
    a, b = np.array([1.0, -2.0, 3.0, -4.0]), np.array([1.0, 1.0, -1.0, -1.0])
    np.testing.assert_array_equal(ng.grad(lambda a: np.copysign(a, b).sum())(a), [1, -1, -1, 1])


# ---- where
def test_where_keeps_the_branch_not_taken_out():
    """The square root's slope at 0 is infinite; where 0 is replaced, it must not leak in as NaN."""
    x = np.array([0.0, 4.0])
    safe = ng.grad(lambda x: np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0).sum())(x)
    np.testing.assert_array_equal(safe, [0.0, 0.25])


def test_where_with_the_condition_alone_gives_indices():
    x = ng.tensor([0.0, 2.0, 3.0])
    [indices] = np.where(x)
    np.testing.assert_array_equal(indices, [1, 2])


# ---- whole numbers, dtypes and complex numbers
WITH_A_NUMPY_NAME = [
    op
    for op in REGISTRY.values()
    if op.name in elementwise.__all__ and isinstance(getattr(np, op.name, None), np.ufunc)
]


def test_each_ufunc_leads_to_the_operation_of_its_name():
    assert len(WITH_A_NUMPY_NAME) > 40
    for op in WITH_A_NUMPY_NAME:
        operands = [ng.tensor(sample(np.random.default_rng(0)), requires_grad=True) for sample in op.cases[0].samples]
        assert getattr(np, op.name)(*operands).op is op


@pytest.mark.parametrize("op", WITH_A_NUMPY_NAME, ids=lambda op: op.name)
def test_whole_numbers_are_computed_with_as_numpy_does(op):
    data = [np.array([1, 1, 1]), np.array([2, 1, 3])][: len(op.operands)]
    with np.errstate(divide="ignore"):  # arctanh(1) is infinite
        expected = getattr(np, op.name)(*data) if op.name != "reciprocal" else 1 / data[0]
        y = op(*[ng.tensor(x) for x in data])
    assert y.dtype == expected.dtype
    np.testing.assert_allclose(y.data, expected, rtol=1e-15)


HOLOMORPHIC = [op for op in REGISTRY.values() if op.name in elementwise.__all__ and op.takes_complex and all(op.rules)]


@pytest.mark.parametrize("op", HOLOMORPHIC, ids=lambda op: op.name)
def test_rules_said_to_be_holomorphic_hold_for_complex_numbers(op):
    """Difference quotients in two directions of the plane: a holomorphic function has the same slope in both."""
    rng = np.random.default_rng(5)
    operands = [rng.uniform(0.3, 0.9, 4) + 1j * rng.uniform(0.2, 0.8, 4) for _ in op.operands]
    for position, rule in enumerate(op.rules):
        received = rule(1.0, op.forward(*operands), *operands)
        for direction in (1e-6, 1e-6j):
            ends = []
            for sign in (1, -1):
                moved = list(operands)
                moved[position] = operands[position] + sign * direction
                ends.append(op.forward(*moved))
            np.testing.assert_allclose(received, (ends[0] - ends[1]) / (2 * direction), rtol=1e-8, atol=1e-8)


def test_a_reciprocal_of_a_whole_number_is_a_fraction():
    assert np.reciprocal(ng.tensor(4)).data == 0.25
