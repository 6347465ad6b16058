"""Gradient clipping."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import optim
from nbgrad.core import errors


def with_gradient(gradient, name=None):
    p = ng.tensor(np.zeros_like(gradient), requires_grad=True, name=name)
    p.grad = gradient
    return p


def test_all_gradients_are_one_vector():
    params = [with_gradient(np.array([[3.0], [0.0]])), with_gradient(np.float64(4.0)), ng.tensor(1.0, True)]
    assert optim.clip_grad_norm(params, 1.0) == 5.0
    np.testing.assert_allclose(params[0].grad, [[0.6], [0.0]], rtol=1e-15)
    np.testing.assert_allclose(params[1].grad, 0.8, rtol=1e-15)
    assert params[2].grad is None
    np.testing.assert_allclose(optim.clip_grad_norm(params, 1.0), 1.0, rtol=1e-15)


def test_short_gradients_stay_as_they_are():
    gradient = np.array([3.0, 4.0])
    p = with_gradient(gradient)
    assert optim.clip_grad_norm([p], 5.0) == 5.0
    assert p.grad is gradient


def test_clipping_makes_new_arrays():
    gradient = np.array([3.0, 4.0])
    for clip in (optim.clip_grad_norm, optim.clip_grad_value):
        clip([with_gradient(gradient)], 0.1)
    np.testing.assert_array_equal(gradient, [3.0, 4.0])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes_are_kept_and_squares_do_not_overflow(dtype):
    huge = np.sqrt(np.finfo(dtype).max) * dtype(8)
    p = with_gradient(np.array([3 * huge, 4 * huge], dtype))
    with np.errstate(all="raise"):
        np.testing.assert_allclose(optim.clip_grad_norm([p], 1.0), 5 * float(huge), rtol=1e-3)
    assert p.grad.dtype == dtype
    np.testing.assert_allclose(p.grad, [0.6, 0.8], rtol=1e-3)


def test_nothing_to_clip():
    assert optim.clip_grad_norm([], 1.0) == 0.0
    assert optim.clip_grad_norm([ng.tensor(1.0, True)], 1.0) == 0.0
    assert optim.clip_grad_norm([with_gradient(np.zeros(3)), with_gradient(np.zeros((2, 0)))], 1.0) == 0.0


def test_a_single_tensor_and_a_generator():
    p = with_gradient(np.array([3.0, 4.0]))
    assert optim.clip_grad_norm(p, 10.0) == 5.0
    assert optim.clip_grad_norm((q for q in [p]), 1.0) == 5.0
    np.testing.assert_allclose(p.grad, [0.6, 0.8])


def test_by_value():
    p = with_gradient(np.array([-3.0, 0.5, 4.0]))
    np.testing.assert_allclose(optim.clip_grad_value([p], 2.0), np.sqrt(25.25), rtol=1e-15)
    assert p.grad.tolist() == [-2.0, 0.5, 2.0]


@pytest.mark.parametrize("clip", [optim.clip_grad_norm, optim.clip_grad_value])
def test_what_is_refused(clip):
    p, q = with_gradient(np.array([3.0])), with_gradient(np.array([1.0, np.inf]), name="W")
    with pytest.raises(errors.NonFiniteError, match=r"parameter 1 \(W\)"):
        clip([p, q], 1.0)
    assert p.grad.tolist() == [3.0]
    for limit in (0, -1.0, float("nan"), "all", None):
        with pytest.raises(errors.HyperparameterError, match="must be a positive number"):
            clip([p], limit)
