"""Hooks, results that keep their gradient, and gradients that can be differentiated again."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors


def leaf(value):
    return ng.tensor(value, requires_grad=True)


def test_a_hook_sees_the_whole_gradient_once():
    x = leaf(3.0)
    y = x * x
    seen = []
    y.register_hook(lambda g: seen.append(float(g)))
    x.register_hook(lambda g: seen.append(float(g)))
    (y + 2 * y).backward()
    assert seen == [3.0, 18.0]
    assert x.grad == 18.0


def test_a_hook_replaces_the_gradient_and_can_be_removed():
    x = leaf([1.0, 2.0])
    y = x * x
    remove = y.register_hook(lambda g: np.clip(g, -1, 1))
    (10 * y).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    remove()
    remove.remove()  # as PyTorch spells it; twice does no harm
    x.zero_grad()
    (10 * y).sum().backward()
    np.testing.assert_array_equal(x.grad, [20.0, 40.0])


def test_hooks_of_a_leaf_change_what_it_is_handed():
    x = leaf(3.0)
    x.register_hook(lambda g: g / 2)
    x.register_hook(lambda g: g + 1)
    (x * x).backward()
    assert x.grad == 4.0
    assert type(x.grad) is np.float64


def test_a_hook_that_gives_another_shape_is_named():
    x = ng.tensor([1.0, 2.0], requires_grad=True, name="x")
    x.register_hook(lambda g: g.sum())
    with pytest.raises(errors.ShapeError, match=r"a hook of x gave a gradient of shape \(\) for one of shape \(2,\)"):
        (x * x).sum().backward()
    assert x.grad is None


def test_a_result_can_keep_its_gradient():
    x = leaf(3.0)
    y = (x * x).retain_grad()
    z = 5 * y
    z.backward()
    assert (y.grad, x.grad) == (5.0, 30.0)
    assert ng.grad(lambda x: (x * x).retain_grad() * 2)(3.0) == 12.0


def test_create_graph_gives_gradients_that_can_be_differentiated():
    x = leaf(2.0)
    (x**3).backward(create_graph=True)
    slope = x.grad
    assert slope.item() == 12.0
    x.zero_grad()  # opens the circle
    slope.backward()
    assert x.grad == 12.0  # 6 x


def test_a_gradient_to_begin_with_can_be_given_with_create_graph():
    x = leaf([1.0, 2.0])
    (x**2).backward(gradient=np.array([1.0, 10.0]), create_graph=True)
    slope = x.grad
    x.zero_grad()
    slope.sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 20.0])


def test_a_hook_that_changes_its_gradient_in_place_changes_no_other():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])

    def grow(g):
        g *= 10

    x.register_hook(grow)
    (x + w).sum().backward()
    np.testing.assert_array_equal(w.grad, [1.0, 1.0])


def test_the_gradient_to_begin_with_may_be_differentiated_too():
    x, v = leaf([1.0, 2.0]), leaf([1.0, 1.0])
    (x**2).backward(v, create_graph=True)
    slope = x.grad
    x.zero_grad()
    slope.sum().backward()
    np.testing.assert_array_equal(v.grad, [2.0, 4.0])


def test_a_complex_gradient_of_a_real_result_is_refused():
    with pytest.raises(errors.ComplexGradientError, match="pass its real part"):
        (leaf([1.0, 2.0]) * 2).backward(np.array([1.0, 1j]))
