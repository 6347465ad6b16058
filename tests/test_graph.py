"""The graph face: define the graph, sort it, run it, move what is trainable."""

import copy
import os
import pickle
import subprocess
import sys
import textwrap
import weakref

import numpy as np
import pytest
from graph_models import Network, Scalars, sigmoid

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.graph import (
    MSE,
    Add,
    Linear,
    Loss,
    Multiply,
    Placeholder,
    ReLU,
    Sigmoid,
    Tanh,
    backward,
    forward,
    forward_and_backward,
    optimize,
    run_one_epoch,
    topological_sort_feed_dict,
)


# ---- order
def test_sorted_from_the_loss_in_creation_order():
    m = Scalars()
    assert topological_sort_feed_dict(m.feed) == m.nodes == m.parts
    assert topological_sort_feed_dict(m.feed, m.a) == [m.x, m.k, m.b, m.z, m.a]
    assert topological_sort_feed_dict(m.feed, m.a, m.loss) == m.parts


def test_an_input_made_later_still_comes_first():
    x, y = Placeholder(), Placeholder()
    total = Add(x, x)
    later = Placeholder()
    total.inputs = (x, later)
    loss = Loss(y, total)
    assert topological_sort_feed_dict({x: 1, y: 1, later: 1}, loss) == [x, y, later, total, loss]


def test_the_order_is_the_same_under_every_hash_seed():
    code = """
        from nbgrad.graph import *
        hidden = [Placeholder(name=f"p{i}") for i in range(40)]
        sums = [Add(hidden[i], hidden[-1 - i], name=f"s{i}") for i in range(40)]
        top = sums[0]
        for s in reversed(sums):
            top = Add(top, s)
        y = Placeholder(name="y")
        loss = Loss(y, top, name="loss")
        print([n.label for n in topological_sort_feed_dict({**{p: 1.0 for p in reversed(hidden)}, y: 0.0})])
        try:
            topological_sort_feed_dict({p: 1.0 for p in hidden[::-1]}, loss)
        except Exception as error:
            print(error)
        del loss
        try:
            topological_sort_feed_dict({p: 1.0 for p in hidden[::-1]})
        except Exception as error:
            print(error)
    """
    outputs = set()
    for seed in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        outputs.add(done.stdout)
    [output] = outputs
    assert "no loss" in output


def test_long_graphs_need_no_recursion():
    x, y = Placeholder(), Placeholder()
    node = x
    for _ in range(20_000):
        node = Add(node, x)
    nodes = topological_sort_feed_dict({x: 1.0, y: 0.0}, Loss(y, node))
    run_one_epoch(nodes)
    assert node.value == 20_001
    assert x.gradients[x] == 2 * 20_001.0 * 20_001


def test_a_cycle_is_named():
    m = Scalars()
    before = [node.value for node in m.parts]
    m.z.inputs = (m.a, m.k, m.b)
    with pytest.raises(errors.CycleError, match=r"lead back to themselves.*: z, a$"):
        topological_sort_feed_dict({**m.feed, m.k: 7.0}, m.loss)
    m.z.inputs = (m.z, m.k, m.b)
    with pytest.raises(errors.CycleError):
        topological_sort_feed_dict(m.feed, m.loss)
    assert [node.value for node in m.parts] == before


# ---- which loss
def test_several_losses_are_named():
    x, y = Placeholder(name="x"), Placeholder(name="y")
    model = [MSE(y, x, name="first"), MSE(x, y, name="second")]
    with pytest.raises(
        errors.AmbiguousLossError, match=r"first.*second.*topological_sort_feed_dict\(feed_dict, second\)"
    ):
        topological_sort_feed_dict({x: 1.0, y: 2.0})
    assert x.value is None
    assert topological_sort_feed_dict({x: 1.0, y: 2.0}, model[0]) == [x, y, model[0]]


def test_no_loss_at_all():
    x = Placeholder(name="lonely")
    with pytest.raises(errors.AmbiguousLossError, match=r"lonely.*lead to no loss"):
        topological_sort_feed_dict({x: 1.0})


def test_other_peoples_losses_do_not_count():
    one, other = Scalars(), Scalars()
    assert topological_sort_feed_dict(one.feed)[-1] is one.loss
    assert topological_sort_feed_dict(other.feed)[-1] is other.loss


def test_running_a_cell_again_leaves_nothing_behind():
    """The placeholders live on in an earlier cell; the model is made anew, and the old list of nodes still exists."""
    x, y = Placeholder(), Placeholder()
    k, b = Placeholder(is_trainable=True), Placeholder(is_trainable=True)
    nodes = None
    for _ in range(3):
        loss = Loss(y, Sigmoid(Linear(x, k, b)))
        nodes = topological_sort_feed_dict({x: 2.0, y: 0.9, k: 0.25, b: 0.1})
        assert nodes[-1] is loss
        assert len(nodes) == 7
        run_one_epoch(nodes)


@pytest.mark.usefixtures("without_collector")
def test_a_graph_goes_when_its_root_goes():
    x, y = Placeholder(), Placeholder()

    def build_and_run():
        node = Sigmoid(Linear(x, x, x))
        loss = Loss(y, node)
        run_one_epoch(topological_sort_feed_dict({x: 1.0, y: 2.0}))
        return [weakref.ref(node), weakref.ref(loss)]

    assert all(ref() is None for ref in build_and_run())
    survivor = MSE(y, x)
    assert topological_sort_feed_dict({x: 1.0, y: 2.0}) == [x, y, survivor]


# ---- values and gradients
def test_values_and_gradients_as_by_hand():
    m = Scalars()
    forward(m.nodes)
    backward(m.nodes)
    a = sigmoid(0.25 * 2 + 0.1)
    da = 2 * (a - 0.9)
    dz = da * a * (1 - a)
    assert m.loss.value == pytest.approx((0.9 - a) ** 2, rel=1e-14)
    for node, source, expected in [
        (m.loss, m.loss, 1.0), (m.loss, m.a, da), (m.loss, m.y, -da), (m.a, m.a, da), (m.a, m.z, dz), (m.z, m.z, dz),
        (m.z, m.k, dz * 2), (m.z, m.x, dz * 0.25), (m.z, m.b, dz), (m.k, m.k, dz * 2), (m.b, m.b, dz), (m.y, m.y, -da),
    ]:  # fmt: skip
        assert node.gradients[source] == pytest.approx(expected, rel=1e-12)


def test_gradients_are_those_of_the_eager_face():
    m = Network()
    forward_and_backward(m.nodes)
    tensors = [ng.tensor(v, requires_grad=True) for v in m.values]
    X, y, W1, b1, W2, b2 = tensors
    F = ng.nn.functional
    F.mse_loss(y, F.linear(F.sigmoid(F.linear(X, W1, b1)), W2, b2)).backward()
    for node, t in zip(m.placeholders, tensors, strict=True):
        np.testing.assert_array_equal(node.gradients[node], t.grad)


def test_two_outputs():
    m = Network(outputs=2)
    forward_and_backward(m.nodes)
    X, y, W1, b1, W2, b2 = m.values
    out = sigmoid(X @ W1 + b1) @ W2 + b2
    assert m.cost.value == pytest.approx(np.mean((out - y) ** 2), rel=1e-13)
    np.testing.assert_allclose(m.b2.gradients[m.b2], (2 * (out - y) / out.size).sum(axis=0), rtol=1e-12)


def test_a_target_without_its_last_axis():
    m = Network()
    m.y.value = m.values[1].ravel()
    forward_and_backward(m.nodes)
    assert m.cost.value == pytest.approx(np.mean((m.out.value - m.values[1]) ** 2), rel=1e-13)
    assert m.out.gradients[m.out].shape == (5, 1)


def test_a_node_used_twice_adds_up():
    k, y = Placeholder(), Placeholder()
    z = Linear(k, k, k)
    loss = Loss(y, z)
    run_one_epoch(topological_sort_feed_dict({k: 3.0, y: 0.0}, loss))
    assert k.gradients[k] == 2 * 12.0 * 7  # d (k² + k)² = 2 (k² + k) (2k + 1)
    assert z.gradients[k] == k.gradients[k]


@pytest.mark.parametrize(
    ("make", "value", "slope"),
    [
        (lambda x: Tanh(x), np.tanh(0.5), 1 - np.tanh(0.5) ** 2),
        (lambda x: ReLU(x), 0.5, 1.0),
        (lambda x: Add(x, x), 1.0, 2.0),
        (lambda x: Multiply(x, x), 0.25, 1.0),
        (lambda x: Sigmoid(x), sigmoid(0.5), sigmoid(0.5) * (1 - sigmoid(0.5))),
    ],
)
def test_each_kind_of_node(make, value, slope):
    x = Placeholder()
    node = make(x)
    run_one_epoch(topological_sort_feed_dict({x: 0.5}, node))
    assert node.value == pytest.approx(value, rel=1e-14)
    assert x.gradients[x] == pytest.approx(slope, rel=1e-14)


def test_gradients_share_no_memory():
    x, y, t = Placeholder(), Placeholder(), Placeholder()
    total = Add(x, y)
    again = Add(total, x)
    loss = MSE(t, again)
    run_one_epoch(topological_sort_feed_dict({x: np.ones(3), y: np.ones(3), t: np.zeros(3)}, loss))
    arrays = [g for node in (x, y, t, total, again, loss) for g in node.gradients.values() if np.ndim(g)]
    assert len(arrays) == 3 + 3 + 3 + 2
    for i, one in enumerate(arrays):
        one += 0  # writable
        assert not any(np.shares_memory(one, other) for other in arrays[i + 1 :])


def test_gradients_do_not_add_up_over_epochs():
    m = Scalars()
    run_one_epoch(m.nodes)
    first = m.k.gradients[m.k]
    kept = m.z.gradients
    run_one_epoch(m.nodes)
    assert m.k.gradients[m.k] == first
    assert kept[m.k] == first
    assert kept is not m.z.gradients


def test_what_was_fed_is_the_nodes_own():
    X = np.ones((2, 2))
    x = Placeholder()
    x.value = X
    X[:] = np.nan
    np.testing.assert_array_equal(x.value, np.ones((2, 2)))
    x.value = [1, 2]
    assert x.value.dtype == np.float64
    x.value = np.ones(2, np.float32)
    assert x.value.dtype == np.float32


def test_feeding_again_and_predicting():
    m = Network()
    forward_and_backward(m.nodes)
    m.X.value = np.zeros((7, 3))
    forward(m.nodes[:-1])
    assert m.out.value.shape == (7, 1)
    _, _, _, b1, W2, b2 = m.values
    np.testing.assert_allclose(m.out.value, np.tile(sigmoid(b1) @ W2 + b2, (7, 1)), rtol=1e-13)


# ---- moving
def test_given_the_graph_optimize_moves_what_is_trainable():
    m = Scalars()
    run_one_epoch(m.nodes)
    slopes = m.k.gradients[m.k], m.b.gradients[m.b]
    optimize(m.nodes, learning_rate=0.5)
    assert (m.x.value, m.y.value) == (2.0, 0.9)
    assert (m.k.value, m.b.value) == (0.25 - 0.5 * slopes[0], 0.1 - 0.5 * slopes[1])


def test_given_placeholders_optimize_moves_exactly_those():
    m = Network()  # is_trainable left out everywhere
    forward_and_backward(m.nodes)
    optimize(m.nodes, 0.1)
    for node, value in zip(m.placeholders, m.values, strict=True):
        np.testing.assert_array_equal(node.value, value)
    optimize([m.W1, m.b2], 0.1)
    for node, value in zip(m.placeholders, m.values, strict=True):
        moved = node in (m.W1, m.b2)
        expected = value - 0.1 * node.gradients[node] if moved else value
        np.testing.assert_array_equal(node.value, expected)


def test_what_says_it_is_not_trainable_is_not_moved():
    m = Scalars()
    m.b.is_trainable = False
    run_one_epoch(m.nodes)
    with pytest.raises(errors.NotTrainableError, match="b says is_trainable=False"):
        optimize([m.k, m.b], 0.1)
    assert (m.k.value, m.b.value) == (0.25, 0.1)
    optimize(m.nodes, 0.1)
    assert m.k.value != 0.25
    assert m.b.value == 0.1


def test_learning_converges():
    m = Scalars()
    history = []
    for _ in range(1000):
        run_one_epoch(m.nodes)
        history.append(float(m.loss.value))
        optimize(m.nodes, learning_rate=0.1)
    assert history == sorted(history, reverse=True)
    assert abs(m.a.value - 0.9) < 0.05


# ---- copies and texts
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copied_graph_is_a_graph_of_its_own(duplicate):
    model = Scalars()
    run_one_epoch(model.nodes)
    twin = duplicate(model.nodes)
    assert not set(twin) & set(model.nodes)
    assert [node.label for node in twin] == [node.label for node in model.nodes]
    run_one_epoch(twin)
    assert twin[-1].value == model.loss.value
    optimize(twin, 0.1)
    assert model.k.value == 0.25
    both = Add(model.loss, twin[-1])
    feed = {**model.feed, **dict(zip(twin[:4], model.feed.values(), strict=True))}
    nodes = topological_sort_feed_dict(feed, both)
    assert len(nodes) == 15
    run_one_epoch(nodes)
    assert both.value == 2 * model.loss.value


def test_texts():
    model = Scalars()
    assert repr(model.z) == "<Linear z of x, k, b>"
    assert repr(Sigmoid(model.z)) == "<Sigmoid of z>"
    assert repr(model.x) == "<Placeholder x>"
