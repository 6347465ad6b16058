"""What rounding has left of a gradient that cancels is not drawn as a gradient; a gradient that is small is."""

import re

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn
from nbgrad.display import schema, theme
from nbgrad.display.boxes import gradient_fragment
from nbgrad.display.heat import heat_of
from nbgrad.display.rounding import remainders
from nbgrad.display.scene import build
from nbgrad.nn import functional as F

SAID = "as good as zero"


def softmax_by_hand(scale=1.0):
    s = ng.tensor(np.random.default_rng(0).normal(size=(6, 4)), requires_grad=True, name="s")
    top = s.max(axis=1, keepdims=True)
    z = s - top
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(6), [0, 1, 2, 3, 0, 1]]).mean() * scale
    loss.backward()
    return loss, top


def marked(graph):
    graph = schema.normalise(graph)
    return [schema.label(graph, node) for node in remainders(graph)]


def test_the_maximum_of_a_softmax_has_a_gradient_that_is_as_good_as_zero():
    for scale in (1.0, 1e-20):
        loss, _ = softmax_by_hand(scale)
        assert marked(ng.to_networkx(loss)) == ["max(s)"]
    lines = [line for line in ng.draw(loss).text.splitlines() if SAID in line]
    assert len(lines) == 1
    assert "max(s, axis=1" in lines[0] or "max(s)" in lines[0]


def test_its_picture_has_no_colour_and_says_why():
    loss, _ = softmax_by_hand()
    svg = ng.draw(loss)._repr_mimebundle_()["image/svg+xml"]
    assert svg.count(">≈ 0<") == 1
    assert svg.count(SAID) >= 1
    gradient = re.search(r'data-gradient="1".*?≈ 0', svg, re.DOTALL)[0]
    assert set(re.findall(r'<path fill="(#\w+)"', gradient)) == {theme.shade(0)}


def test_a_gradient_that_vanishes_over_many_slopes_is_none():
    x = h = ng.tensor(np.full((2, 2), 0.5), requires_grad=True, name="x")
    for _ in range(60):
        h = np.tanh(h * 0.2) + 0.0
    h.sum().backward()
    assert np.abs(x.grad).max() < 1e-30
    assert marked(ng.to_networkx(h.sum())) == []


def test_gradients_that_do_not_cancel_are_none_and_exact_zeros_need_no_word():
    x = ng.tensor(np.ones((3, 2)), requires_grad=True, name="x")
    b = ng.tensor(np.ones(2), requires_grad=True, name="b")
    y = (x + b).sum()
    y.backward()
    assert marked(ng.to_networkx(y)) == []
    u = ng.tensor(np.ones(2), requires_grad=True, name="u")
    zero = (u - u).sum()
    zero.backward()
    assert marked(ng.to_networkx(zero)) == []


def test_what_has_not_cancelled_yet_keeps_its_colours():
    graph = schema.normalise(ng.to_networkx(softmax_by_hand()[0]))
    scene = build(graph)
    (node,) = remainders(graph)
    assert "±0.5" in gradient_fragment(scene.nodes[node], np.full((6, 1), 0.5))
    assert "≈ 0" in gradient_fragment(scene.nodes[node], np.full((6, 1), 1e-17))


def attended():
    """An attention by layers, in which the bias of the keys moves all scores of a row alike."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(5, 3))
    query, key, value = (nn.Linear(3, 3, rng=rng) for _ in range(3))
    weights = F.softmax(query(x) @ key(x).T)
    return ((weights @ value(x)) ** 2).sum(), key


def normalised():
    rng = np.random.default_rng(1)
    layer, norm = nn.Linear(3, 4, rng=rng), nn.BatchNorm(4)
    return (np.tanh(norm(layer(rng.normal(size=(6, 3))))) ** 2).sum(), layer


@pytest.mark.parametrize("made", [attended, normalised])
def test_a_bias_that_makes_no_difference_has_a_gradient_that_is_as_good_as_zero(made):
    loss, layer = made()
    loss.backward()
    graph = schema.normalise(ng.to_networkx(loss))
    noise = [node for node in remainders(graph) if graph.nodes[node]["kind"] == "parameter"]
    assert [np.array_equal(graph.nodes[node]["gradient"], layer.bias.grad) for node in noise] == [True]
    assert 0 < np.abs(layer.bias.grad).max() < 1e-14 < 1e-3 < np.abs(layer.weight.grad).max()
    assert heat_of(graph).ends[0] > 1e-6


def test_a_bias_that_moves_what_comes_of_it_keeps_its_gradient():
    layer = nn.Linear(3, 4)
    loss = (layer(np.ones((2, 3))) ** 2).sum() * 1e-20
    loss.backward()
    assert marked(ng.to_networkx(loss)) == []
