"""Pictures in single numbers: what is lit in them by its array, and what they say after a step of the parameters."""

import re

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import OptionError, messages
from nbgrad.graph import MSE, Placeholder, forward_and_backward, topological_sort_feed_dict


# ---- what is highlighted
def product():
    W = ng.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="W")
    x = np.array([[1.0, 2.0]])
    y = x @ W
    y.name = "y"
    loss = y.sum()
    loss.name = "loss"
    return W, x, y, loss


def lit_in(drawing):
    line = next(line for line in drawing.text.splitlines() if line.startswith("Highlighted: "))
    assert "No way" not in drawing.text
    return re.findall(r"[^\s,.\[]+(?:\[[^]]*\])?", line.removeprefix("Highlighted: "))


ALL = ["W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]"]


def test_an_array_or_its_name_lights_all_of_its_numbers():
    W, x, y, loss = product()
    for asked in (W, "W", [W], ["W"]):
        assert lit_in(ng.draw(loss, level="scalar", highlight=asked)) == ALL
    for asked in (y, "y"):
        assert lit_in(ng.draw(loss, level="scalar", highlight=asked)) == ["y[0, 0]", "y[0, 1]"]
    found = lit_in(ng.draw(loss, level="scalar", highlight=x))
    assert len(found) == 2
    assert {*ALL, "loss", "y[0, 0]"} <= set(lit_in(ng.draw(loss, level="scalar", highlight=[W, loss])))
    assert lit_in(ng.draw(loss, level="scalar").look(highlight=W)) == ALL
    assert lit_in(ng.draw(loss, level="scalar", depth=0, highlight="W")) == ["W"]


def test_one_number_is_lit_with_and_without_a_blank():
    _, _, _, loss = product()
    for asked in ("W[0,1]", "W[0, 1]", " W[0,1]"):
        assert lit_in(ng.draw(loss, level="scalar", highlight=asked)) == ["W[0, 1]"]
    with pytest.raises(OptionError, match="no such node"):
        ng.draw(loss, level="scalar", highlight="W[0, 7]")


def test_an_array_that_was_only_rearranged_lights_the_numbers_that_it_shares():
    W, _, _, _ = product()
    column = W[:, 0]
    column.name = "column"
    loss = (column * 2.0).sum() + W.sum()
    for asked in (column, "column"):
        assert lit_in(ng.draw(loss, level="scalar", highlight=asked)) == ["W[0, 0]", "W[1, 0]"]


def test_a_node_of_the_graph_face_lights_its_numbers():
    X, w = Placeholder("X"), Placeholder("w", is_trainable=True)
    loss = MSE(w, X)
    forward_and_backward(topological_sort_feed_dict({X: np.array([[1.0, 2.0]]), w: np.array([[3.0, 5.0]])}))
    assert lit_in(ng.draw(loss, level="scalar", highlight=w)) == ["w[0, 0]", "w[0, 1]"]


# ---- after a step
def test_a_parameter_that_has_moved_is_shown_and_marked_as_at_the_level_of_tensors():
    W, _, _, loss = product()
    loss.backward()
    W.data = W.data - np.array([[0.0, 0.0], [0.5, 0.5]])
    graph, arrays = ng.draw(loss, level="scalar").graph, ng.draw(loss).graph
    found = {facts["name"]: facts for _, facts in graph.nodes(data=True)}
    assert [found[name]["value"] for name in ALL] == [1.0, 2.0, 2.5, 3.5]
    assert [found[name]["stale"] for name in ALL] == [None, None, "changed", "changed"]
    assert arrays.nodes[0]["stale"] == "changed"
    assert found["y[0, 0]"]["value"] == 7.0, "it was computed before"
    assert [found[name]["gradient"] for name in ALL] == [1.0, 1.0, 2.0, 2.0]


def test_a_player_in_single_numbers_says_that_a_parameter_has_moved():
    W, _, _, loss = product()
    W.data = W.data - np.array([[0.0, 0.0], [0.5, 0.5]])
    text = ng.animate(loss, level="scalar").payload["text"]
    assert messages.say("moved_since", name="W[1, 0]", value="2.5") in text
    assert "= 2 × 3 = 6" in text


def test_a_mean_of_one_number_keeps_its_name_and_data_have_no_paths():
    X = ng.tensor([[1.0, 2.0]], name="X")
    W = ng.tensor([[0.2], [0.5]], requires_grad=True, name="W")
    loss = np.mean((np.tanh(X @ W) - 0.3) ** 2)
    loss.name = "loss"
    payload = ng.animate(loss, level="scalar").payload
    assert payload["title"] == "loss"
    assert [path["name"] for path in payload["paths"]] == ["W[0, 0]", "W[1, 0]"]
