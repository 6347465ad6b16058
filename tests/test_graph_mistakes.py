"""Mistakes in the graph face: each error names what it is about, and nothing has changed."""

import numpy as np
import pytest
from graph_models import Network, Scalars

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.graph import (
    MSE,
    Linear,
    Loss,
    Placeholder,
    Sigmoid,
    backward,
    forward,
    forward_and_backward,
    optimize,
    run_one_epoch,
    topological_sort_feed_dict,
)


@pytest.fixture
def model():
    m = Scalars()
    run_one_epoch(m.nodes)
    return m


@pytest.fixture
def unchanged(model):
    """Fails when a mistake has changed a value or a gradient of the model."""
    before = [(node.value, dict(node.gradients)) for node in model.parts]
    yield
    assert [(node.value, dict(node.gradients)) for node in model.parts] == before


@pytest.mark.usefixtures("unchanged")
def test_a_missing_feed(model):
    with pytest.raises(
        errors.MissingFeedError, match=r"no value was fed for k, b; add to feed_dict: k: \.\.\., b: \.\.\."
    ) as caught:
        topological_sort_feed_dict({model.x: 1.0, model.y: 5.0})
    assert str(caught.value).startswith("no value")
    assert isinstance(caught.value, KeyError)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("feed", "words"),
    [
        (lambda m: [m.x], r"list.*dictionary"),
        (lambda m: {m.z: 1.0}, "z cannot be fed"),
        (lambda m: {"x": 1.0}, "'x' cannot be fed"),
    ],
)
def test_feeding_what_is_no_placeholder(model, feed, words):
    with pytest.raises(errors.FeedError, match=words):
        topological_sort_feed_dict(feed(model), model.loss)


@pytest.mark.usefixtures("unchanged")
def test_nan_in_the_feed(model):
    bad = np.ones((4, 2))
    bad[2, 1] = np.nan
    with pytest.raises(errors.NonFiniteError, match=r"x, of shape \(4, 2\), holds 1 NaN.*\(2, 1\)"):
        topological_sort_feed_dict({**model.feed, model.k: 9.0, model.x: bad}, model.loss)
    with pytest.raises(errors.NonFiniteError, match="k"):
        model.k.value = float("inf")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("value", ["text", None, 1j, [[1.0], [1.0, 2.0]]], ids=repr)
def test_feeding_what_is_no_number(model, value):
    with pytest.raises(errors.UnsupportedDataError):
        model.x.value = value
    with pytest.raises(errors.UnsupportedDataError):
        topological_sort_feed_dict({**model.feed, model.k: 9.0, model.x: value}, model.loss)


def test_shapes_that_do_not_fit():
    m = Network()
    forward_and_backward(m.nodes)
    before = [node.value for node in m.nodes]
    m.W1.value = np.ones((2, 4))
    with pytest.raises(errors.ShapeError, match=r"Linear.* X of shape \(5, 3\), W1 of shape \(2, 4\), b1"):
        forward(m.nodes)
    m.W1.value, m.X.value = m.values[2], np.ones((6, 3))
    with pytest.raises(errors.ShapeError, match=r"cost cannot.* y of shape \(5, 1\), out of shape \(6, 1\)"):
        forward(m.nodes)
    for node, value in zip(m.nodes, before, strict=True):
        if node not in m.placeholders:
            assert node.value is value


def test_running_too_early():
    x, y = Placeholder(name="x"), Placeholder(name="y")
    z = Sigmoid(x, name="z")
    loss = Loss(y, z, name="loss")
    with pytest.raises(errors.NotComputedError, match="x has no value yet"):
        forward([x, y, z, loss])
    nodes = topological_sort_feed_dict({x: 1.0, y: 1.0}, loss)
    with pytest.raises(errors.NotComputedError, match=r"z has no value.*forward before backward"):
        backward(nodes)
    with pytest.raises(errors.NotComputedError, match="z, an input of loss"):
        forward([x, y, loss])
    with pytest.raises(errors.NotComputedError, match="x has no gradient yet"):
        optimize([x], 0.1)
    run_one_epoch(nodes)
    x.value = 5.0
    with pytest.raises(errors.NotComputedError, match="present inputs"):
        backward(nodes)
    with ng.no_grad():
        forward(nodes)
    with pytest.raises(errors.NotComputedError, match="z"):
        backward(nodes)


def test_the_gradient_of_an_earlier_value_moves_nothing():
    m = Network()
    forward_and_backward(m.nodes)
    m.b1.value = np.ones((5, 1))
    with pytest.raises(errors.NotComputedError, match="b1 has no gradient yet"):
        optimize([m.W1, m.b1], 0.1)
    np.testing.assert_array_equal(m.W1.value, m.values[2])


def test_backward_from_several_numbers():
    m = Network()
    forward(m.nodes)
    with pytest.raises(errors.NotScalarError, match=r"out has shape \(5, 1\).*must be a loss"):
        backward(m.nodes[:-1])


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("rate", [0, -0.1, float("nan"), float("inf"), "fast"])
def test_learning_rates(model, rate):
    with pytest.raises(errors.LearningRateError, match="positive number"):
        optimize(model.nodes, rate)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.filterwarnings("ignore:overflow")
def test_a_step_to_infinity_is_not_taken(model):
    model.k.gradients[model.k] = np.float64(1e300)
    with pytest.raises(errors.NonFiniteError, match=r"k of shape .*smaller learning rate than 1e\+300"):
        optimize(model.nodes, 1e300)
    model.k.gradients[model.k] = model.z.gradients[model.k]


def test_inputs_are_nodes():
    with pytest.raises(errors.FeedError, match=r"input 2 of Linear is a float, not a node.*Placeholder\(\)"):
        Linear(Placeholder(), 3.0, Placeholder())
    with pytest.raises(errors.NameTypeError):
        Placeholder(name=3)


def test_a_cell_run_again_in_a_notebook_leaves_no_ambiguity():
    """IPython keeps what cells showed in `_`, `_5` and `Out`; these are not the user's variables."""
    x, y = Placeholder(name="x"), Placeholder(name="y")
    namespace = {"loss": MSE(y, x), "_": MSE(y, x)}
    namespace["_5"] = namespace["_"]
    exec("nodes = topological_sort_feed_dict({x: 1.0, y: 2.0})", namespace | globals() | {"x": x, "y": y}, found := {})
    assert found["nodes"][-1] is namespace["loss"]


def test_feeding_again_takes_back_what_was_computed():
    m = Network()
    forward_and_backward(m.nodes)
    topological_sort_feed_dict(dict(zip(m.placeholders, m.values, strict=True)), m.cost)
    assert m.cost.value is None
    assert not m.W1.gradients
    with pytest.raises(errors.NotComputedError):
        optimize([m.W1], 0.1)


def test_what_cannot_be_fed_names_the_placeholder():
    x, y = Placeholder(name="x"), Placeholder(name="price")
    with pytest.raises(errors.UnsupportedDataError, match="price cannot be fed"):
        topological_sort_feed_dict({x: 1.0, y: "text"}, MSE(y, x))
    with pytest.raises(errors.FeedError, match="root is a node, not int"):
        topological_sort_feed_dict({x: 1.0}, 3)


def test_biases_of_another_shape_are_blamed():
    x, W, b = Placeholder(name="x"), Placeholder(name="W"), Placeholder(name="b")
    layer = Linear(x, W, b)
    nodes = topological_sort_feed_dict({x: np.ones((4, 3)), W: np.ones((3, 2)), b: np.ones(3)}, layer)
    with pytest.raises(errors.ShapeError, match=r"biases \(3,\)"):
        forward(nodes)


@pytest.mark.parametrize("run", [forward, backward, optimize])
def test_only_lists_of_nodes_can_be_run(run):
    loss = Network().cost
    for wrong, words in ((loss, "cost is one node"), ([3], "holds 3"), ([], "empty")):
        with pytest.raises(errors.NodesError, match=words):
            run(wrong)
