"""Behind the player: leaves are edited on a copy of the graph, old numbers stay as ghosts, nothing else moves."""

import json

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.notebook.edits import EditError
from nbgrad.notebook.pictures import picture_of
from nbgrad.ops.neural.dropping import dropout
from nbgrad.seeing.session import Session

F = ng.nn.functional


class Net:
    """A small network, its loss and what is behind its player."""

    def __init__(self, session=True):
        rng = np.random.default_rng(0)
        self.X = ng.tensor(rng.standard_normal((4, 3)), name="X")
        self.W = ng.tensor(rng.standard_normal((3, 2)), requires_grad=True, name="W")
        self.b = ng.tensor(np.zeros(2), requires_grad=True, name="b")
        self.loss = loss_of(self.X, self.W, self.b)
        self.picture = picture_of(self.loss)
        self.session = Session(self.picture) if session else None
        self.ids = {vertex.label: vertex.id for vertex in self.picture.vertices if vertex.op is None}

    def edit(self, name, data, id_=1):
        return self.session.answer({"kind": "edit", "id": id_, "node": str(self.ids[name]), "data": data})


def loss_of(X, W, b):
    h = np.tanh(X @ W + b)
    return (h * h).mean()


def gradient_in(session, node):
    return next(step.total for step in reversed(session._trace.steps) if step.target == node)


@pytest.fixture
def net():
    return Net()


def test_an_edit_gives_the_values_and_gradients_of_the_new_numbers(net):
    new = np.arange(6.0).reshape(3, 2) / 7
    payload = net.edit("W", new.reshape(-1).tolist())
    W = ng.tensor(new, requires_grad=True, name="W")
    b = ng.tensor(np.zeros(2), requires_grad=True, name="b")
    loss = loss_of(net.X, W, b)
    loss.backward()
    np.testing.assert_array_equal(gradient_in(net.session, net.ids["W"]), W.grad)
    np.testing.assert_array_equal(gradient_in(net.session, net.ids["b"]), b.grad)
    root = str(net.picture.vertices[-1].id)
    assert float(payload["nodes"][root]["value"]) == pytest.approx(float(loss.data), rel=1e-2)
    assert payload["nodes"][str(net.ids["W"])]["editable"]["data"] == pytest.approx(new.reshape(-1).tolist())


def test_what_was_there_before_stays_as_a_ghost_and_everything_keeps_its_place(net):
    before = net.session.payload()
    assert before["ghosts"] is None
    after = net.edit("b", [0.5, -0.5])
    changed = {str(v.id) for v in net.picture.vertices if v.op is not None} - {str(product_of(net))}
    assert set(after["ghosts"]["values"]) == changed | {str(net.ids["b"])}
    assert str(net.ids["W"]) in after["ghosts"]["gradients"]
    assert str(net.ids["X"]) not in after["ghosts"]["values"]
    places = [[frame["label_at"] for frame in one["frames"]] for one in (before, after)]
    assert places[0] == places[1]
    assert [phase["count"] for phase in after["phases"]] == [phase["count"] for phase in before["phases"]]
    assert json.loads(json.dumps(after, allow_nan=False)) == after


def product_of(net):
    """X @ W, which does not depend on b."""
    return next(v.id for v in net.picture.vertices if v.op is not None and v.op.name == "matmul")


def test_nothing_of_the_user_changes(net):
    kept = {name: getattr(net, name).data.copy() for name in ("X", "W", "b")}
    generator = np.random.get_state()[1].copy()
    net.edit("W", [1.0] * 6)
    net.edit("b", [2.0, 3.0])
    for name, data in kept.items():
        np.testing.assert_array_equal(getattr(net, name).data, data)
        assert getattr(net, name).grad is None
    np.testing.assert_array_equal(np.random.get_state()[1], generator)
    np.testing.assert_array_equal(net.loss.data, loss_of(net.X, net.W, net.b).data)


def test_edits_add_up_and_a_reset_ends_them(net):
    before = net.session.payload()
    net.edit("b", [1.0, 1.0])
    both = net.edit("W", [0.5] * 6)
    assert both["nodes"][str(net.ids["b"])]["editable"]["data"] == [1.0, 1.0]
    assert net.session.answer({"kind": "reset", "id": 2}) == before


def test_changes_are_taken_back_one_by_one(net):
    before = net.session.payload()
    first = net.edit("b", [1.0, 1.0])
    net.edit("W", [0.5] * 6)
    undo = {"kind": "undo", "id": 1}
    assert net.session.answer(undo) == first
    assert net.session.answer(undo) == before
    with pytest.raises(EditError, match="no change to be taken back"):
        net.session.answer(undo)
    assert net.edit("b", [1.0, 1.0]) == first
    assert net.session.answer({"kind": "reset", "id": 2}) == before
    assert net.session.answer(undo) == first, "a reset can be taken back, too"


def test_what_belongs_to_one_drag_is_one_change(net):
    before = net.session.payload()
    net.edit("b", [1.0, 1.0])
    message = {"kind": "edit", "id": 1, "node": net.ids["b"], "data": [2.0, 1.0], "joins": True}
    net.session.answer(message)
    assert net.session.answer({"kind": "undo", "id": 2}) == before


def test_an_edit_back_to_the_old_numbers_leaves_no_ghost_behind(net):
    payload = net.edit("b", [0.0, 0.0])
    assert payload["ghosts"] == {"values": {}, "gradients": {}}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([1.0], "b needs as many numbers as it has, 2; given: 1"),
        ([1.0, 2.0, 3.0], "b needs as many numbers as it has, 2; given: 3"),
        ([1.0, "two"], r"two is not a number, so b\[1\] cannot be that"),
        ([1.0, None], "None is not a number"),
        ([1.0, True], "True is not a number"),
        ([1.0, [2.0]], "is not a number"),
        (["−2,5", 1.0], r"b\[0\] cannot be that; with a point it is one: −2\.5"),
        (["1,000,000", 1.0], "is not a number"),
        ("12", "numbers of b are needed as a list"),
        (None, "numbers of b are needed as a list"),
        ({"0": 1}, "numbers of b are needed as a list"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_and_nothing_changes(net, data, said):
    before = net.session.payload()
    with pytest.raises(EditError, match=said):
        net.edit("b", data)
    assert net.session.payload() == before


def test_typed_numbers_are_read(net):
    payload = net.edit("b", ["−0.5", " 2e-1 "])
    assert payload["nodes"][str(net.ids["b"])]["editable"]["data"] == [-0.5, 0.2]


@pytest.mark.filterwarnings("error")
def test_nan_and_infinity_may_be_tried_and_are_seen_to_spread(net):
    payload = net.edit("b", ["nan", "inf"])
    root = str(net.picture.vertices[-1].id)
    assert payload["nodes"][root]["value"] == "NaN"
    assert json.dumps(payload, allow_nan=False)


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "edit", "id": 1, "node": "99", "data": [1.0]},
        {"kind": "edit", "id": 1, "data": [1.0]},
        {"kind": "edit", "id": 1, "node": None},
    ],
)
def test_what_cannot_be_done_is_said(net, message):
    with pytest.raises(EditError, match="no leaf here"):
        net.session.answer(message)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"kind": "delete", "id": 1}, "asked for delete, which is not known"),
        ({}, "which is not known"),
        ({"kind": "toggle", "path": None}, "did not say which group"),
        ({"kind": "toggle"}, "did not say which group"),
    ],
)
def test_what_is_not_known_is_not_done(net, message, said):
    with pytest.raises(EditError, match=said):
        net.session.answer(message)


def test_a_result_is_no_leaf(net):
    node = str(net.picture.vertices[-1].id)
    with pytest.raises(EditError, match="no leaf here"):
        net.session.answer({"kind": "edit", "id": 1, "node": node, "data": [1.0]})


def test_whole_numbers_stay_whole():
    i = ng.tensor([1, 2], name="i")
    x = ng.tensor([1.0, 2.0], requires_grad=True, name="x")
    loss = (i * x).sum()
    session, picture = Session(picture_of(loss)), picture_of(loss)
    node = next(v.id for v in picture.vertices if v.label == "i")
    session.answer({"kind": "edit", "node": str(node), "data": [3, "4"]})
    assert session._trace.graph.nodes[node]["value"].tolist() == [3, 4]
    with pytest.raises(EditError, match=r"1\.5 is not a whole number, and i\[0\]"):
        session.answer({"kind": "edit", "node": str(node), "data": [1.5, 2]})
    with pytest.raises(EditError, match=r"1e30 is too large for i\[1\]: its dtype is int64"):
        session.answer({"kind": "edit", "node": str(node), "data": [1, "1e30"]})


def test_a_number_in_the_formula_can_be_edited():
    x = ng.tensor(2.0, requires_grad=True, name="x")
    session = Session(picture_of(x * 3.0))
    constant = next(node for node, facts in session.payload()["nodes"].items() if facts["kind"] == "constant")
    session.answer({"kind": "edit", "node": constant, "data": [-4.0]})
    assert gradient_in(session, 0) == -4.0


def test_an_operation_that_refuses_the_numbers_says_why():
    A = ng.tensor([[2.0, 0.0], [0.0, 2.0]], requires_grad=True, name="A")
    b = ng.tensor([1.0, 2.0], name="b")
    loss = np.linalg.solve(A, b).sum()
    session = Session(picture_of(loss))
    with pytest.raises(EditError, match="With these numbers solve cannot be computed"):
        session.answer({"kind": "edit", "node": "0", "data": [0.0, 0.0, 0.0, 0.0]})
    assert session.payload()["ghosts"] is None


def test_dropout_leaves_out_the_same_again():
    x = ng.tensor(np.ones(8), requires_grad=True, name="x")
    loss = dropout(x, 0.5, seed=np.random.default_rng(1)).sum()
    session = Session(picture_of(loss))
    before = gradient_in(session, 0)
    session.answer({"kind": "edit", "node": "0", "data": [2.0] * 8})
    np.testing.assert_array_equal(gradient_in(session, 0), before)


def test_a_leaf_of_many_numbers_cannot_be_edited():
    x = ng.tensor(np.ones(65), requires_grad=True, name="x")
    session = Session(picture_of((x * x).sum()))
    assert session.payload()["nodes"]["0"]["editable"] is None
    with pytest.raises(EditError):
        session.answer({"kind": "edit", "node": "0", "data": [1.0] * 65})


def test_a_network_of_the_graph_face_can_be_edited_too():
    x, y = ng.graph.Placeholder(name="x"), ng.graph.Placeholder(name="y")
    W = ng.graph.Placeholder(name="W", is_trainable=True)
    b = ng.graph.Placeholder(name="b", is_trainable=True)
    loss = ng.graph.MSE(y, ng.graph.Linear(x, W, b))
    feed = {x: np.ones((2, 1)), y: np.zeros((2, 1)), W: np.ones((1, 1)), b: np.zeros(1)}
    order = ng.graph.topological_sort_feed_dict(feed)
    ng.graph.forward_and_backward(order)
    picture = picture_of(loss)
    session = Session(picture)
    node = next(v.id for v in picture.vertices if v.label == "W")
    session.answer({"kind": "edit", "node": str(node), "data": [3.0]})
    assert float(session._trace.graph.nodes[picture.vertices[-1].id]["value"]) == 9.0
    assert gradient_in(session, node).tolist() == [[6.0]]


# ---- the step of the parameters
def test_an_optimisers_step_is_shown_and_not_taken():
    x = ng.tensor(3.0, requires_grad=True, name="x")
    optimizer = ng.optim.Adam([x], lr=0.5)
    memory = json.dumps(optimizer.state_dict(), default=str)
    session = Session(picture_of(x * x), optimizer=optimizer)
    [update] = session._trace.updates
    assert float(update.after) == pytest.approx(2.5, abs=1e-6)
    session.answer({"kind": "edit", "node": "0", "data": [-1.0]})
    [update] = session._trace.updates
    assert float(update.after) == pytest.approx(-0.5, abs=1e-6)
    assert float(x.data) == 3.0
    assert json.dumps(optimizer.state_dict(), default=str) == memory


def test_the_learning_rate_is_that_of_the_step():
    x = ng.tensor(3.0, requires_grad=True, name="x")
    [update] = Session(picture_of(x * x), learning_rate=0.01)._trace.updates
    assert float(update.after) == pytest.approx(2.94)


def test_infinities_stay_while_another_element_is_edited():
    V = ng.tensor([1.0, np.inf, -np.inf, np.nan], requires_grad=True, name="V")
    session = Session(picture_of(np.tanh(V[:3]).sum() + V[3] * 0))
    node = next(node for node, facts in session.payload()["nodes"].items() if facts["name"] == "V")
    sent = [0.0, *session.payload()["nodes"][node]["editable"]["data"][1:]]
    assert sent == [0.0, "Infinity", "-Infinity", "NaN"]
    assert json.loads(json.dumps(session.answer({"kind": "edit", "node": int(node), "data": sent}), allow_nan=False))
    value = session.payload()["nodes"][node]
    assert value["editable"]["data"] == sent
    assert {label: count for label, count in value["stats"] if label in ("NaN", "Inf")} == {"NaN": "1", "Inf": "2"}
