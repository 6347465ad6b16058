"""Slices of data in pictures: the array is shown once, by its name, and its parts as parts of it."""

import sys

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.notebook.pictures import picture_of
from nbgrad.notebook.slices import index_in, spelled
from nbgrad.seeing.session import Session


@pytest.fixture
def variables(monkeypatch):
    """Makes things variables of the notebook."""

    def named(**things):
        for name, thing in things.items():
            monkeypatch.setattr(sys.modules["__main__"], name, thing, raising=False)

    return named


def by_name(drawing):
    return {facts["name"]: node for node, facts in drawing.graph.nodes(data=True)}


@pytest.mark.parametrize("layer", [ng.nn.RNN, ng.nn.LSTM])
@pytest.mark.parametrize("wrap", [np.asarray, ng.tensor])
def test_the_steps_of_a_sequence_are_slices_of_it(layer, wrap, variables):
    X = wrap(np.random.default_rng(0).normal(size=(2, 3, 2)))
    variables(X=X)
    states, _ = layer(2, 3, rng=0)(X)
    loss = (states**2).sum()
    drawing = ng.draw(loss, level="tensor", highlight=[X, loss])
    names = by_name(drawing)
    assert list(drawing.graph.successors(names["X"])) == [names[f"X[:, {t}]"] for t in range(3)]
    assert "h₀" in names
    assert ("c₀" in names) == (layer is ng.nn.LSTM)
    lit = drawing.text.rpartition("Highlighted: ")[2]
    assert lit.startswith("X, X[:, 0], ")


def test_a_sequence_stands_outside_of_the_group_of_its_steps(variables):
    X = np.ones((4, 2))
    variables(X=X)
    _, last = ng.nn.RNN(2, 3, rng=0)(X)
    graph = ng.draw((last**2).sum(), level="module").graph
    steps = [node for node, facts in graph.nodes(data=True) if facts["count"] == 4]
    assert len(steps) == 1, "the steps are alike, so they are one box"
    assert "X" in [graph.nodes[u]["name"] for u in graph.predecessors(steps[0])]


def test_an_array_without_a_name_is_found_by_itself():
    Y = ng.tensor(np.ones((3, 2)))
    w = ng.tensor([1.0, 2.0], requires_grad=True, name="w")
    y = (Y[0] * w).sum() + (Y[2] * w).sum()
    drawing = ng.draw(y, highlight=[Y, y])
    names = by_name(drawing)
    assert {"v₁", "v₁[0]", "v₁[2]"} <= set(names)
    assert "Highlighted: v₁, " in drawing.text
    scalars = ng.draw(y, level="scalar", highlight=[Y, y])
    assert "v₁[2, 1]" in by_name(scalars)


def test_a_single_slice_is_data_of_its_own_and_is_found_by_its_array():
    X = np.ones((10, 2))
    w = ng.tensor([1.0, 2.0], requires_grad=True, name="w")
    y = (X[:4] * w).sum()
    drawing = ng.draw(y, highlight=[X, y])
    data = [facts for _, facts in drawing.graph.nodes(data=True) if facts["kind"] == "data"]
    assert [facts["shape"] for facts in data] == [(4, 2)]


def test_what_a_variable_names_keeps_its_name(variables):
    table = np.arange(12.0).reshape(4, 3)
    x, target = table[:, :2], table[:, 2]
    variables(table=table, x=x, target=target)
    w = ng.tensor([1.0, 2.0], requires_grad=True, name="w")
    names = by_name(ng.draw(((x @ w - target) ** 2).sum()))
    assert {"x", "target"} <= set(names)
    assert "table" not in names


def test_an_edit_of_a_sequence_reaches_its_steps(variables):
    X = np.ones((3, 2))
    variables(X=X)
    _, last = ng.nn.RNN(2, 1, rng=0)(X)
    loss = (last**2).sum()
    picture = picture_of(loss)
    session = Session(picture)
    names = {vertex.label: vertex.id for vertex in picture.vertices}
    before = session.payload()["nodes"]
    assert before[str(names["X"])]["editable"] is not None
    assert before[str(names["X[1]"])]["editable"] is None, "it has the numbers that X has"
    after = session.answer({"kind": "edit", "node": names["X"], "data": [5.0] * 6})["nodes"]
    assert after[str(names["X[1]"])]["value"] == "min 5, mean 5, max 5"


@pytest.mark.parametrize(
    ("index", "written"),
    [
        ((0,), "[0]"),
        ((slice(None), 2), "[:, 2]"),
        ((1, slice(1, 3)), "[1, 1:]"),
        ((slice(0, 1),), "[:1]"),
        ((slice(None), slice(None), slice(None, None, 2)), "[:, :, ::2]"),
        ((1, 2, slice(0, 3)), "[1, 2, :3]"),
    ],
)
@pytest.mark.parametrize("order", "CF")
def test_an_index_is_read_off_from_where_a_slice_lies(index, written, order):
    whole = np.asarray(np.arange(24.0).reshape(2, 3, 4), order=order)
    found = index_in(whole, whole[index])
    assert spelled(found) == written
    assert np.shares_memory(whole[found], whole[index])
    assert np.array_equal(whole[found], whole[index])


def test_what_is_no_slice_has_no_index():
    whole = np.arange(24.0).reshape(2, 3, 4)
    for other in (whole[::-1], whole[:, ::-1], whole.copy()[0], whole.T[1:], whole.view(np.int64)[0]):
        assert index_in(whole, other) is None
