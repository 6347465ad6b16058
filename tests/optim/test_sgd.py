"""Gradient descent as an object."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors


def test_a_step_goes_against_the_gradient():
    W, b = ng.tensor([1.0, 2.0], requires_grad=True), ng.tensor(3.0, requires_grad=True)
    optimizer = ng.optim.SGD([W, b], lr=0.1)
    ((W * W).sum() + 5 * b).backward()
    optimizer.step()
    np.testing.assert_allclose(W.data, [0.8, 1.6], rtol=1e-15)
    assert b.item() == 2.5
    optimizer.zero_grad()
    assert W.grad is None
    assert b.grad is None


def test_what_has_no_gradient_stays():
    x, y = ng.tensor(1.0, requires_grad=True), ng.tensor(2.0, requires_grad=True)
    optimizer = ng.optim.SGD([x, y], lr=0.1)
    (x * 3).backward()
    optimizer.step()
    assert (x.item(), y.item()) == (1.0 - 0.1 * 3, 2.0)


def test_any_iterable_of_parameters():
    x = ng.tensor(1.0, requires_grad=True)
    optimizer = ng.optim.SGD((p for p in [x]), lr=1.0)
    (x * 2).backward()
    optimizer.step()
    assert x.item() == -1.0


def test_the_rate_can_be_changed():
    x = ng.tensor(1.0, requires_grad=True)
    optimizer = ng.optim.SGD([x], lr=0.1)
    optimizer.lr = 0.5
    (x * 1).backward()
    optimizer.step()
    assert x.item() == 0.5


def test_float32_parameters_stay_float32():
    x = ng.tensor(np.ones(2, np.float32), requires_grad=True)
    optimizer = ng.optim.SGD([x], lr=0.1)
    (x * np.ones(2)).sum().backward()  # float64 data
    optimizer.step()
    assert x.dtype == np.float32


def test_a_step_makes_new_arrays():
    """A graph made before the step still holds the numbers that it was made with."""
    x = ng.tensor([2.0], requires_grad=True)
    optimizer = ng.optim.SGD([x], lr=0.1)
    y = (x * x).sum()
    y.backward()
    before = x.data
    optimizer.step()
    np.testing.assert_array_equal(before, [2.0])
    x.grad = None
    y.backward()
    np.testing.assert_array_equal(x.grad, [4.0])


def test_linear_regression_as_by_hand():
    rng = np.random.default_rng(0)
    X = rng.normal(size=50)
    y = 3 * X - 1 + 0.1 * rng.normal(size=50)
    k, b = ng.tensor(0.0, requires_grad=True), ng.tensor(0.0, requires_grad=True)
    optimizer = ng.optim.SGD([k, b], lr=0.1)
    hand_k = hand_b = 0.0
    for _ in range(100):
        optimizer.zero_grad()
        ((k * X + b - y) ** 2).mean().backward()
        optimizer.step()
        error = hand_k * X + hand_b - y
        hand_k, hand_b = hand_k - 0.1 * np.mean(2 * error * X), hand_b - 0.1 * np.mean(2 * error)
    np.testing.assert_allclose([k.item(), b.item()], [hand_k, hand_b], rtol=1e-12)
    assert abs(k.item() - 3) < 0.1


def test_no_parameters_at_all_are_an_error_and_so_is_what_is_none():
    with pytest.raises(errors.NoParametersError, match="a generator, that may have been used up"):
        ng.optim.SGD((p for p in []), lr=0.1)
    with pytest.raises(errors.NoGradientError):
        ng.optim.SGD([None], lr=0.1)
