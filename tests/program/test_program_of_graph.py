"""A define-then-run graph as a program: the same numbers as forward, backward and optimize, and nothing lost."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.graph import (
    MSE,
    Linear,
    Loss,
    Multiply,
    Placeholder,
    Sigmoid,
    compile,
    forward_and_backward,
    optimize,
    run_one_epoch,
    topological_sort_feed_dict,
)


def network():
    """The network of 13, 10 and 1 units: its placeholders by name, the feed, and the loss."""
    rng = np.random.default_rng(0)
    values = {
        "X": rng.normal(size=(16, 13)), "y": rng.normal(size=(16, 1)), "W1": rng.normal(size=(13, 10)),
        "b1": np.zeros(10), "W2": rng.normal(size=(10, 1)), "b2": np.zeros(1),
    }  # fmt: skip
    nodes = {name: Placeholder(name=name, is_trainable=name[0] in "Wb" or None) for name in values}
    hidden = Sigmoid(Linear(nodes["X"], nodes["W1"], nodes["b1"], name="z"), name="hidden")
    loss = MSE(nodes["y"], Linear(hidden, nodes["W2"], nodes["b2"], name="out"), name="loss")
    return nodes, {nodes[name]: value for name, value in values.items()}, loss


def test_a_step_is_forward_backward_and_optimize():
    nodes, feed, loss = network()
    order = topological_sort_feed_dict(feed)
    losses = []
    for _ in range(5):
        run_one_epoch(order)
        losses.append(loss.value)
        optimize(order, 0.05)
    moved = {name: node.value for name, node in nodes.items()}
    step = compile(topological_sort_feed_dict(feed), learning_rate=0.05)
    np.testing.assert_allclose([step() for _ in range(5)], losses, rtol=1e-12)
    for name, node in nodes.items():
        np.testing.assert_allclose(node.value, moved[name], rtol=1e-12)


def test_without_a_learning_rate_it_leaves_the_gradients():
    nodes, feed, loss = network()
    order = topological_sort_feed_dict(feed)
    run = compile(order)
    value = run()
    found = {name: node.gradients[node] for name, node in nodes.items()}
    forward_and_backward(order)
    np.testing.assert_allclose(value, loss.value, rtol=1e-12)
    for name, node in nodes.items():
        np.testing.assert_allclose(found[name], node.gradients[node], rtol=1e-12)


def test_the_text_has_the_names_of_the_nodes():
    _, feed, _ = network()
    step = compile(topological_sort_feed_dict(feed), learning_rate=0.1)
    lines = step.source.splitlines()
    assert lines[3] == "def step(X, y, W1, b1, W2, b2, learning_rate):"
    assert [line.split(" = ")[0].strip() for line in lines if " = " in line] == [
        "z", "hidden", "out", "loss", "d_out", "d_hidden", "d_W2", "d_b2", "d_z", "d_W1", "d_b1", "W1", "b1", "W2",
        "b2",
    ]  # fmt: skip


def test_the_learning_rate_and_the_feed_may_change():
    x, y, k = Placeholder(name="x"), Placeholder(name="y"), Placeholder(name="k", is_trainable=True)
    loss = Loss(y, Multiply(x, k))
    step = compile(topological_sort_feed_dict({x: 2.0, y: 6.0, k: 0.0}), learning_rate=0.1)
    assert step() == pytest.approx(36.0)
    step.learning_rate = 0.25
    assert step({x: 1.0, y: 3.4}) == pytest.approx(1.0)
    assert k.value == pytest.approx(2.4 + 0.25 * 2.0)
    assert loss.value is None, "the nodes between keep what they had"


def test_another_batch_size_is_recorded_anew():
    nodes, feed, _ = network()
    run = compile(topological_sort_feed_dict(feed))
    X, y = feed[nodes["X"]], feed[nodes["y"]]
    assert run({nodes["X"]: X[:4], nodes["y"]: y[:4]}) != run({nodes["X"]: X, nodes["y"]: y})


def test_a_step_too_far_moves_nothing():
    x, y, k = Placeholder(name="x"), Placeholder(name="y"), Placeholder(name="k", is_trainable=True)
    loss = Loss(y, Multiply(x, k))
    step = compile(topological_sort_feed_dict({x: 1e200, y: 0.0, k: 1.0}), learning_rate=1.0)
    with np.errstate(over="ignore"), pytest.raises(ng.errors.NonFiniteError, match="k of shape"):
        step()
    assert k.value == 1.0
    assert loss.value is None


def test_what_cannot_be_compiled():
    x, y, k = Placeholder(name="x"), Placeholder(name="y"), Placeholder(name="k")
    loss = Loss(y, Multiply(x, k))
    order = topological_sort_feed_dict({x: 2.0, y: 6.0, k: 0.0})
    with pytest.raises(ng.errors.NodesError, match="is_trainable=True"):
        compile(order, learning_rate=0.1)
    with pytest.raises(ng.errors.LearningRateError):
        compile(order, learning_rate=-1.0)
    with pytest.raises(ng.errors.NodesError):
        compile([])
    fresh = Placeholder(name="fresh", is_trainable=True)
    with pytest.raises(ng.errors.NotComputedError, match="fresh has no value"):
        compile([fresh, loss], learning_rate=0.1)
