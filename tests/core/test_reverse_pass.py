"""The reverse pass: broadcasting undone, contributions added up, memory let go, chains of any length."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import nbgrad as ng
from nbgrad.core.backward import creation_order
from nbgrad.core.broadcasting import undo_broadcasting
from nbgrad.nn import functional as F


def leaf(value, name=None):
    return ng.tensor(value, requires_grad=True, name=name)


# ---- broadcasting
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4))
@settings(max_examples=300, derandomize=True)
def test_undoing_broadcasting_is_the_adjoint_of_broadcasting(shapes):
    """<g, broadcast(x)> = <undo(g), x> for all g and x: that is what makes it the right sum."""
    small, result = shapes.input_shapes[0], shapes.result_shape
    rng = np.random.default_rng(0)
    g, x = rng.normal(size=result), rng.normal(size=small)
    undone = undo_broadcasting(g, small)
    assert undone.shape == small
    np.testing.assert_allclose((undone * x).sum(), (g * np.broadcast_to(x, result)).sum(), rtol=1e-10, atol=1e-10)


@given(mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3))
@settings(max_examples=100, derandomize=True)
def test_gradients_have_the_shapes_of_what_was_broadcast(shapes):
    rng = np.random.default_rng(0)
    a, b, c = [leaf(rng.normal(size=shape)) for shape in shapes.input_shapes]
    (a * b + c / (2 + a)).sum().backward()
    assert [x.grad.shape for x in (a, b, c)] == list(shapes.input_shapes)


# ---- adding up
def test_a_tensor_used_twice_adds_both_paths():
    x = leaf(3.0)
    (x * x * x + x).backward()
    assert x.grad == 28.0


def test_gradients_add_up_over_calls_until_cleared():
    x = leaf([1.0, 2.0])
    for k in (1, 2, 3):
        (x * x).sum().backward()
        np.testing.assert_array_equal(x.grad, k * 2 * x.data)
    x.zero_grad()
    assert x.grad is None


@pytest.mark.filterwarnings("ignore::nbgrad.core.errors.BackwardTwiceWarning")
def test_the_same_graph_can_be_walked_twice():
    x = leaf(2.0)
    y = x**3
    y.backward()
    y.backward()
    assert x.grad == 24.0


def test_a_leaf_is_its_own_gradient():
    x = leaf(5.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0


def test_what_needs_no_gradient_gets_none():
    x, data, unused = leaf(2.0), ng.tensor(3.0), leaf(1.0)
    (x * data).backward()
    assert data.grad is None
    assert unused.grad is None


def test_watching_changes_nothing():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    steps = ng.backward_steps(y)
    assert x.grad is None
    assert y.grad is None
    assert [step.node.op.name for step in steps] == ["sum", "multiply"]
    assert steps[1].positions == (0, 1)


def test_the_order_is_that_of_creation():
    a = leaf(1.0)
    b = a + 1
    c = a * 2
    d = c + b  # c before b in the operands, b before c in time
    assert creation_order([d]) == [b, c, d]  # of results; leaves pass nothing on
    assert [step.node for step in ng.backward_steps(d)] == [d, c, b]


def test_a_seed_weights_the_elements():
    x = leaf([1.0, 2.0, 3.0])
    (x * x).backward([1.0, 10.0, 100.0])
    np.testing.assert_array_equal(x.grad, [2, 40, 600])


def test_one_element_of_any_shape_counts_as_one_number():
    x = leaf([[3.0]])
    (x * x).backward()
    np.testing.assert_array_equal(x.grad, [[6.0]])


def test_the_gradient_of_a_float32_leaf_is_float32_even_among_float64():
    x = leaf(np.ones(3, np.float32))
    (x * np.arange(3.0)).sum().backward()
    assert x.grad.dtype == np.float32


# ---- what users are handed is theirs
MAKES_TWO = {
    "add": lambda a, b: (a + b).sum(),
    "sum": lambda a, b: a.sum() + b.sum(),
    "mean": lambda a, b: (a + b).mean(),
    "reshape": lambda a, b: (a.reshape(4) + b.reshape(4)).sum(),
    "transpose": lambda a, b: (a.T + b.T).sum(),
    "linear": lambda a, b: F.linear(np.eye(2), a, b[0]).sum(),
    "broadcast": lambda a, b: (np.broadcast_to(a, (2, 2)) + b).sum(),
    "getitem": lambda a, b: (a[:] + b[:]).sum(),
    "where": lambda a, b: np.where(True, a + b, 0.0).sum(),
    "once": lambda a, b: (a + b) @ np.ones(2) @ np.ones(2),
    "identity": lambda a, b: (1 * a + 1 * b).sum(),
}


@pytest.mark.parametrize("function", MAKES_TWO.values(), ids=MAKES_TWO)
def test_gradients_share_no_memory(function):
    a, b = leaf(np.ones((2, 2))), leaf(np.ones((2, 2)))
    y = function(a, b)
    y.backward()
    arrays = {"a.grad": a.grad, "b.grad": b.grad, "a": a.data, "b": b.data, "y": np.asarray(y.data)}
    names = list(arrays)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            assert not np.shares_memory(arrays[one], arrays[other]), (one, other)
    expected = b.grad.copy()
    a.grad += 100  # writable, and nobody else's
    np.testing.assert_array_equal(b.grad, expected)
    x, y = ng.grad(function, argnums=(0, 1))(np.ones((2, 2)), np.ones((2, 2)))
    assert not np.shares_memory(x, y)
    x += 1


def test_the_seed_stays_the_users_own():
    x = leaf(np.ones(3))
    seed = np.ones(3)
    y = x * 1.0
    y.backward(seed)
    x.backward(seed)
    for array in (x.grad, y.grad):
        assert not np.shares_memory(array, seed)


# ---- size
def test_a_graph_of_many_paths_is_walked_once():
    """2**200 paths lead from the root to the leaf, through 200 nodes."""
    x = leaf(1.0)
    y = x
    for _ in range(200):
        y = y + y
    y.backward()
    assert x.grad == 2.0**200


@pytest.mark.parametrize("gradient", ["a", [[1.0], [2.0, 3.0]], object()])
def test_a_gradient_that_is_no_numbers_is_refused(gradient):
    x = ng.tensor([1.0, 2.0], requires_grad=True, name="x")
    with pytest.raises(ng.errors.UnsupportedDataError, match="must be numbers in the shape of"):
        (x * x).backward(gradient)
