"""Pictures in single numbers: what is hard to unfold, what its parts are called, and two runs beside each other."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import DifferentGraphsError, messages
from nbgrad.graph import Linear, Loss, Placeholder, Sigmoid, forward_and_backward, topological_sort_feed_dict
from nbgrad.nn import functional as F
from nbgrad.notebook.pictures import picture_of
from nbgrad.notebook.scalars import ScalarPicture, unfolded


def leaf(value, name=None):
    return ng.tensor(value, requires_grad=True, name=name)


def names(drawing):
    return [facts["name"] for _, facts in drawing.graph.nodes(data=True)]


def groups(drawing):
    return {facts["name"]: facts["group"] for _, facts in drawing.graph.nodes(data=True)}


# ---- what is hard to unfold
def test_a_loss_of_two_single_numbers():
    p, t = leaf(1.0, "p"), leaf(3.0, "t")
    loss = F.mse_loss(p, t)
    loss.name = "loss"
    loss.backward()
    drawing = ng.draw(loss, level="scalar")
    facts = {facts["name"]: facts for _, facts in drawing.graph.nodes(data=True)}
    assert [facts["op"] for facts in facts.values()] == [None, None, "subtract", "square"]
    assert (facts["loss"]["value"], facts["p"]["gradient"], facts["t"]["gradient"]) == (4.0, -4.0, 4.0)


def test_a_network_of_the_graph_face_with_single_numbers():
    x, y, k, b = (Placeholder(name=name) for name in "xykb")
    loss = Loss(y, Sigmoid(Linear(x, k, b)))
    forward_and_backward(topological_sort_feed_dict({x: 2.0, y: 0.9, k: 0.25, b: 0.1}))
    drawing = ng.draw(loss, level="scalar")
    assert "multiply(x, k)" in drawing.text
    assert "<svg" in drawing.svg


EMPTY = {
    "sum": lambda x: x.sum(),
    "times": lambda x: x * 2.0,
    "matmul": lambda x: x.T @ x,
    "leaf": lambda x: x,
    "mse": lambda x: F.mse_loss(x, np.zeros((0, 2)), reduction="sum"),
}


@pytest.mark.parametrize("case", EMPTY)
def test_an_empty_array_has_no_numbers_and_is_drawn_whole(case):
    y = EMPTY[case](leaf(np.zeros((0, 2)), "x"))
    assert ng.draw(y, level="scalar").text == ng.draw(y).text
    assert "0×2" in ng.draw(y, level="scalar").svg


def test_what_came_of_an_empty_array_is_a_plain_number():
    total = leaf(np.zeros((0, 2)), "x").sum() + leaf(3.0, "w")
    drawing = ng.draw(total, level="scalar")
    assert "add(0, w)" in drawing.text
    assert drawing.graph.nodes[len(drawing.graph) - 1]["value"] == 3.0


def test_integers_alone_are_drawn_whole():
    y = ng.tensor([1, 2], name="n") + 1
    assert ng.draw(y, level="scalar").text == ng.draw(y).text


def test_numbers_changed_in_place_are_computed_again_and_that_is_said():
    x = leaf([1.0, 2.0], "x")
    y = (x * x).sum()
    said = messages.say("computed_otherwise")
    assert said not in ng.draw(y, level="scalar").text
    x.data[0] = 5.0
    drawing = ng.draw(y, level="scalar")
    assert 29.0 in [facts["value"] for _, facts in drawing.graph.nodes(data=True)]
    assert said in drawing.text
    assert said in drawing.svg
    assert said in ng.animate(y, level="scalar").payload["text"]
    assert said not in ng.draw(y).text


# ---- what the parts are called
def test_an_element_of_an_expression_is_called_as_python_spells_it():
    A, B = leaf(np.ones((2, 2)), "A"), leaf(np.ones((2, 2)), "B")
    found = names(ng.draw(A @ B, level="scalar"))
    assert "(A@B)[1, 0]" in found
    assert "A[1, 0]" in found
    assert not any(name.startswith("A@B") for name in found)


def test_unnamed_numbers_do_not_share_a_name():
    found = names(ng.draw(F.mse_loss(leaf(1.0), leaf(2.0)), level="scalar"))
    assert len(set(found)) == len(found)
    a, b = leaf(1.0, "v₁"), leaf(2.0)
    assert names(ng.draw((a + b) * 3.0))[:2] == ["v₁", "v₂"]


def test_what_all_elements_come_of_is_in_the_frame_of_the_array():
    e = F.softmax(leaf([1.0, 2.0, 3.0], "x"))
    e.name = "e"
    found = groups(ng.draw(e, level="scalar"))
    assert {path for name, path in found.items() if not name.startswith("x")} == {("e",)}


def test_what_leads_to_one_element_alone_has_a_frame_of_its_own():
    C = leaf(np.ones((2, 3)), "A") @ leaf(np.ones((3, 1)), "B")
    C.name = "C"
    assert groups(ng.draw(C, level="scalar"))["C[1, 0]"] == ("C", "[1, 0]")


# ---- two runs
def run(scale):
    W = leaf(np.eye(2) * scale, "W")
    loss = (ng.tensor(np.ones((3, 2)), name="x") @ W).sum()
    loss.backward()
    return loss


@pytest.mark.parametrize("earlier", [lambda loss: loss, lambda loss: ng.draw(loss, level="scalar")])
def test_two_runs_are_compared_number_by_number(earlier):
    text = ng.draw(run(2.0), compare=earlier(run(1.0)), level="scalar").text
    assert "W[0, 0]: value 1 → 2" in text
    assert "W[0, 1]: " not in text


def test_an_earlier_drawing_of_arrays_is_told_how_to_be_compared():
    with pytest.raises(DifferentGraphsError, match=r'was drawn with level="scalar", too\.$'):
        ng.draw(run(2.0), compare=ng.draw(run(1.0)), level="scalar")


def test_where_all_are_single_numbers_any_earlier_drawing_will_do():
    def square(number):
        x = leaf(number, "x")
        return x * x

    assert "x: value 3 → 4" in ng.draw(square(4.0), compare=ng.draw(square(3.0)), level="scalar").text


def test_unfolding_what_can_be_unfolded_gives_single_numbers():
    assert isinstance(unfolded(leaf([1.0]).sum()), ScalarPicture)
    assert type(unfolded(leaf(np.zeros(0)).sum())) is type(picture_of(leaf(1.0)))
