"""A drawing, a graph and a player show the numbers of the moment when they were made, whatever changes later."""

import json

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.graph import MSE, Placeholder, forward_and_backward, topological_sort_feed_dict
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session


def leaf(value, name):
    return ng.tensor(np.array(value), requires_grad=True, name=name)


class Run:
    """loss = sum((x W^T + b) · c), with a view (W^T), a data tensor and an array of NumPy's."""

    def __init__(self):
        self.W, self.b = leaf([[1.0, 2.0], [3.0, 4.0]], "W"), leaf([1.0, 1.0], "b")
        self.x, self.c = ng.tensor([[1.0, 2.0]], name="x"), np.array([2.0, 3.0])
        self.loss = self.again()

    def again(self):
        with ng.group("layer"):
            h = self.x @ self.W.T + self.b
        loss = (h * self.c).sum()
        loss.backward()
        return loss


def by_hand(run):
    run.W.data -= 0.1 * run.W.grad


def elements(run):
    run.W.data[...] = 7.0


def by_out(run):
    np.subtract(run.W.data, run.W.grad, out=run.W.data)


def gradients(run):
    run.W.grad += 5.0
    run.b.grad *= 0.0


def data(run):
    run.x.data[:] = 100.0
    run.c[0] = -5.0


CHANGES = [by_hand, elements, by_out, gradients, data]


def shown(drawing, folder):
    graph = drawing.graph
    numbers = [[str(graph.nodes[n].get(key)) for n in graph] for key in ("value", "gradient", "passed")]
    file = drawing.save(folder / "drawing.svg").read_text()
    return drawing.svg, drawing.text, drawing.to_dot(), drawing.to_mermaid(), file, numbers


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "options", [{}, {"values": "numbers"}, {"heat": True}, {"level": "scalar"}, {"level": "module"}], ids=str
)
def test_a_drawing_does_not_change(change, options, tmp_path):
    run = Run()
    drawing = ng.draw(run.loss, **options)
    before = shown(drawing, tmp_path)
    change(run)
    assert shown(drawing, tmp_path) == before
    assert drawing.look(theme="light").svg == before[0]


def test_several_results_with_a_gradient_that_is_an_array():
    w = leaf([1.0, 2.0], "w")
    y = w * 3.0
    y.backward(np.array([1.0, 1.0]))
    drawing = ng.draw([y, w * w])
    before = drawing.svg, drawing.text
    y.grad += 1.0
    w.grad += 1.0
    assert (drawing.svg, drawing.text) == before


@pytest.mark.parametrize("change", [by_hand, elements, by_out])
@pytest.mark.parametrize("level", [None, "scalar"])
def test_a_comparison_sees_what_was_changed_in_place(change, level):
    run = Run()
    before = ng.draw(run.loss, level=level)
    change(run)
    run.W.grad = run.b.grad = None
    text = ng.draw(run.again(), compare=before, level=level).text
    name = "W" if level is None else "W[0, 0]"
    assert f"\n  {name}: value " in text


def test_a_comparison_sees_that_a_gradient_was_added_to():
    run = Run()
    before = ng.draw(run.loss)
    with pytest.warns(match="was called on this result before"):
        run.loss.backward()
    assert "W: gradient min 2, mean 3.75, max 6 → min 4, mean 7.5, max 12" in ng.draw(run.loss, compare=before).text


def test_an_earlier_networkx_graph_is_compared_as_it_was():
    run = Run()
    before = ng.to_networkx(run.loss)
    by_hand(run)
    run.W.grad = run.b.grad = None
    assert "\n  W: value " in ng.draw(run.again(), compare=before).text


def test_what_an_operation_has_made_is_not_copied():
    run = Run()
    picture = picture_of(run.loss)
    made = [v for v in picture.vertices if v.op is not None and v.op.name in ("matmul", "add", "multiply")]
    assert len(made) == 3
    assert all(vertex.value is vertex.thing.data for vertex in made)


def test_the_graph_face_too():
    x, w = Placeholder("x"), Placeholder("w", is_trainable=True)
    loss = MSE(w, x)
    order = topological_sort_feed_dict({x: np.array([[1.0, 2.0]]), w: np.array([[3.0, 5.0]])})
    forward_and_backward(order)
    drawing = ng.draw(loss)
    before = drawing.text, drawing.svg
    w.tensor.data -= 0.1 * w.gradients[w]
    w.gradients[w][...] = 0.0
    assert (drawing.text, drawing.svg) == before
    forward_and_backward(order)
    text = ng.draw(loss, compare=drawing).text
    assert "w: value min 3, mean 4, max 5 → min 2.8, mean 3.75, max 4.7" in text


def node(payload, name):
    return int(next(id_ for id_, facts in payload["nodes"].items() if facts["name"] == name))


@pytest.mark.parametrize("change", CHANGES)
def test_a_player_does_not_change_when_its_groups_open(change):
    run = Run()
    session = Session(picture_of(run.loss))
    before = json.dumps(session.payload())
    change(run)
    session.answer({"kind": "toggle", "path": "layer"})
    assert json.dumps(session.answer({"kind": "toggle", "path": "layer"})) == before


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("name", "numbers"), [("b", [5.0, 6.0]), ("W", [1.0, 0.0, 2.0, 5.0]), ("x", [4.0, 4.0])])
def test_an_edit_after_a_change_gives_what_it_would_have_given_before(change, name, numbers):
    run = Run()
    session = Session(picture_of(run.loss))
    edit = {"kind": "edit", "node": node(session.payload(), name), "data": numbers}
    expected = session.answer(edit)
    session.answer({"kind": "reset"})
    change(run)
    found = session.answer(edit)
    assert [f["equation"] for f in found["frames"]] == [f["equation"] for f in expected["frames"]]
    facts = ("value", "gradient", "locals", "editable")
    for id_ in expected["nodes"]:
        assert [found["nodes"][id_][key] for key in facts] == [expected["nodes"][id_][key] for key in facts]
    assert found["svg"] == expected["svg"]


def test_a_player_keeps_the_gradient_that_it_began_with():
    w, seed = leaf([1.0, 2.0], "w"), np.array([1.0, 10.0])
    player = ng.animate(w * w, seed)
    seed[:] = 0.0
    assert (
        player._answer({"kind": "edit", "node": 0, "data": [1.0, 2.0]})["nodes"]["0"]["gradient"]
        == "min 2, mean 21, max 40"
    )
