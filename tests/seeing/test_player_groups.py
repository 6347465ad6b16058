"""Groups in the player, opened and closed by the kernel: pass, paths and lines run along what is seen."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import numbers
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session


def network():
    x = ng.tensor(np.linspace(-1, 1, 6).reshape(2, 3), name="x")
    W = ng.tensor(np.linspace(-0.5, 0.5, 6).reshape(3, 2), requires_grad=True, name="W")
    V = ng.tensor([[0.5], [-0.25]], requires_grad=True, name="V")
    with ng.group("first"):
        h = np.tanh(x @ W)
    with ng.group("second"):
        out = h @ V
        loss = (out * out).sum()
    return loss


@pytest.fixture
def session():
    return Session(picture_of(network()))


def toggle(session, path):
    return session.answer({"kind": "toggle", "id": 1, "path": path})


def names(payload):
    return {facts["name"]: facts for facts in payload["nodes"].values()}


def test_the_page_is_told_of_the_groups(session):
    groups = session.payload()["groups"]
    assert [group["path"] for group in groups] == ["first", "second"]
    assert all(group["open"] and group["node"] is None for group in groups)


def test_closing_and_opening_again_gives_the_same(session):
    before = session.payload()
    closed = toggle(session, "first")
    assert closed != before
    assert toggle(session, "first") == before


def test_a_closed_group_is_one_box(session):
    payload = toggle(session, "first")
    [first, second] = payload["groups"]
    assert (first["open"], second["open"]) == (False, True)
    box = payload["nodes"][str(first["node"])]
    assert (box["name"], box["kind"]) == ("first", "group")
    assert box["sentence"].startswith(f"first is a group of {first['members']} nodes")
    assert "W" not in names(payload)
    assert box["editable"] is None
    assert f'data-node="{first["node"]}"' in payload["svg"]


def test_every_phase_fits_the_drawing(session):
    for path in ("first", "second"):
        payload = toggle(session, path)
        drawing = ET.fromstring(payload["svg"])
        attributes = ("data-node", "data-edge", "data-value", "data-gradient")
        known = {name: {piece.get(name) for piece in drawing.iter()} - {None} for name in attributes}
        assert known["data-node"] == set(payload["nodes"])
        assert known["data-edge"] == set(payload["edges"])
        for frame in payload["frames"]:
            assert str(frame["active"]) in known["data-node"]
            assert set(frame["edges"]) <= known["data-edge"]
            assert frame["target"] is None or str(frame["target"]) in known[f"data-{frame['slot']}"]
        for route in payload["paths"]:
            assert str(route["node"]) in known["data-node"]
            for shown in route["shown"]:
                assert set(shown["edges"]) <= known["data-edge"]
                assert {str(node) for node in shown["nodes"]} <= known["data-node"]
        for order in payload["orders"]:
            assert {step["edge"] for step in order["steps"]} - {None} <= known["data-edge"]
            assert {str(step["node"]) for step in order["steps"]} <= known["data-node"]
        for line in payload["code"]:
            assert {str(node) for node in line["nodes"]} <= known["data-node"]
        assert json.loads(json.dumps(payload, allow_nan=False)) == payload


def test_a_closed_group_has_its_value_and_hands_the_gradient_on(session):
    whole = session.payload()
    payload = toggle(session, "first")
    [h] = [facts for facts in whole["nodes"].values() if facts["op"] == "tanh"]
    assert names(payload)["first"]["value"] == h["value"]
    assert names(payload)["first"]["gradient"] == h["gradient"]
    assert names(payload)["V"]["gradient"] == names(whole)["V"]["gradient"]


def test_paths_of_a_hidden_leaf_begin_at_its_group(session):
    whole = {path["name"]: path for path in session.payload()["paths"]}
    payload = toggle(session, "first")
    [path] = [path for path in payload["paths"] if path["name"] == "W"]
    assert path["inside"] == payload["nodes"][str(path["node"])]["name"] == "first"
    assert (path["count"], path["sum"]) == (whole["W"]["count"], whole["W"]["sum"])
    for shown, before in zip(path["shown"], whole["W"]["shown"], strict=True):
        assert shown["nodes"][-1] == path["node"]
        assert (shown["names"], shown["equation"]) == (before["names"], before["equation"])
    assert next(path for path in payload["paths"] if path["name"] == "V")["inside"] == ""


def test_what_is_edited_stays_edited_while_groups_open_and_close(session):
    leaf = next(node for node, facts in session.payload()["nodes"].items() if facts["name"] == "W")
    edited = session.answer({"kind": "edit", "id": 1, "node": leaf, "data": [1.0] * 6})
    closed = toggle(session, "first")
    assert closed["ghosts"]["values"]
    assert set(closed["ghosts"]["values"]) <= set(closed["nodes"])
    assert toggle(session, "first") == edited


def test_an_unknown_group_is_told(session):
    before = session.payload()
    with pytest.raises(KeyError, match="no group 'third'"):
        toggle(session, "third")
    assert session.payload() == before


def test_depth_closes_groups_from_the_start():
    player = ng.animate(network(), depth=0)
    assert [group["open"] for group in player.payload["groups"]] == [False, False]
    with pytest.raises(ng.display.OptionError, match="depth"):
        ng.animate(network(), depth=-1)


def forked():
    """A result used twice within a group: the other orders go wrong there, and nowhere else."""
    w, x = (ng.tensor(value, requires_grad=name == "w", name=name) for value, name in ((0.5, "w"), (2.0, "x")))
    with ng.group("block"):
        z = w * x
        y = np.tanh(z) * z + z
    return (y - 3.0) ** 2


def test_other_orders_are_wrong_in_closed_groups_too():
    opened, closed = (ng.animate(forked(), **depth).payload for depth in ({}, {"depth": 0}))
    for before, order in zip(opened["orders"], closed["orders"], strict=True):
        told = [[{**leaf, "node": 0, "inside": ""} for leaf in each["final"]] for each in (before, order)]
        assert told[0] == told[1]
        assert (before["sentence"], before["alike"]) == (order["sentence"], order["alike"])
        assert [leaf["inside"] for leaf in order["final"]] == ["block"]
        assert (before["hidden"], order["hidden"]) == (0, len(before["steps"]) - len(order["steps"]))
        assert order["hidden"] > 0
    assert [order["final"][0]["right"] for order in closed["orders"]] == [True, False, False]
    assert [order["alike"] for order in closed["orders"]] == [True, False, False]


def test_paths_through_a_closed_group_are_told_apart_and_multiply_to_what_is_said():
    [path] = [path for path in ng.animate(forked(), depth=0).payload["paths"] if path["name"] == "w"]
    assert len({shown["names"] for shown in path["shown"]}) == len(path["shown"]) == path["count"] == 3
    for shown in path["shown"]:
        factors, _, product = "".join(part["text"] for part in shown["equation"]).rpartition(" = ")
        multiplied = np.prod([float(factor.strip("()").replace("−", "-")) for factor in factors.split(" × ")])
        assert multiplied == pytest.approx(float(product.replace("−", "-")), rel=0.005)


def test_a_closed_group_with_two_results_is_called_by_each():
    a, b = (ng.tensor(value, requires_grad=True, name=name) for value, name in ((1.0, "a"), (2.0, "b")))
    with ng.group("two"):
        p = a * a
        q = b * 2
        p.name, q.name = "p", "q"
    loss = p * q
    loss.name = "loss"
    payload = ng.animate(loss, depth=0).payload
    told = [
        "".join(part["text"] for part in frame["equation"]).partition(" = ")[::2]
        for frame in payload["frames"]
        if frame["phase"] != "update"
    ]
    assert told.pop(0) == ("p, q", "two = 1, 4")
    assert [left.rpartition("/")[2] for left, _ in told[2:]] == ["∂p", "∂q"]
    assert [right.rpartition(" = ")[2] for _, right in told[2:]] == ["4", "1"]
    assert told[0][1] == "p · q = 1 × 4 = 4"
    assert not any("two" in part for pair in told for part in pair)
    assert [(edge["from"], edge["product"]) for edge in payload["edges"].values()] == [("p", "4"), ("q", "1")]


def scalar(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def told(payload):
    """The equations of the backward pass, and the totals that are spoken."""
    frames = [frame for frame in payload["frames"] if frame["phase"] == "backward"]
    texts = ["".join(part["text"] for part in frame["equation"]) for frame in frames]
    return list(zip(texts, (frame["spoken"].rpartition("now: ")[2] for frame in frames), strict=True))


def test_what_arrives_within_a_closed_group_is_not_forgotten():
    a, b = scalar(2.0, "a"), scalar(3.0, "b")
    with ng.group("g"):
        p = a * b
        q = p + a
        p.name, q.name = "p", "q"
    loss = q * q + p
    loss.name = "loss"
    [said] = [each for each in told(ng.animate(loss, depth=0).payload) if "∂loss/∂p " in each[0]]
    assert said == ("a part of ∂loss/∂p = ∂loss/∂loss · 1 = 1 × 1 = 1", "1.")  # 17 with what comes by q


def added_units():
    x, total = scalar(0.5, "x"), 0
    for i in range(12):
        with ng.group(f"unit {i}"):
            unit = np.tanh(scalar(0.1 * (i + 1), f"w{i}") * x)
        total = total + unit
    return total


def layers_in_a_row():
    h = scalar(0.9, "x")
    for i in range(12):
        w = scalar(1.1, f"w{i}")
        with ng.group(f"layer {i}"):
            h = np.tanh(h * w)
    return h


@pytest.mark.parametrize("made", [added_units, layers_in_a_row])
def test_a_folded_row_that_is_used_twice_gets_two_gradients(made):
    y = made()
    loss = y * y
    loss.name = "loss"
    payload = ng.animate(loss, depth=0).payload
    value = numbers.number(float(y.data))
    doubled = numbers.number(2 * float(y.data))
    parts = [each for each in told(payload) if "∂loss/∂loss ·" in each[0]]
    assert [part[0].startswith("a part of") for part in parts] == [True, False]
    assert [part[1] for part in parts] == [f"{value}.", f"{doubled}."]
    assert parts[1][0].endswith(f" = {doubled}")
    forward = "".join(
        part["text"] for part in [f for f in payload["frames"] if f["phase"] == "forward"][-1]["equation"]
    )
    assert f" = {value} × {value} = " in forward


def test_equal_groups_beside_each_other_hand_back_their_sum():
    x = ng.tensor([0.5, 0.2, 0.1], requires_grad=True, name="x")
    heads = []
    for i in range(12):
        w = ng.tensor([0.1 * i, 0.2, 0.3], requires_grad=True, name=f"w{i}")
        with ng.group(f"head {i}"):
            heads.append(np.tanh(x * w))
    payload = ng.animate((np.stack(heads) ** 2).sum(), depth=0).payload
    [edge] = [edge for edge in payload["edges"].values() if (edge["from"], edge["to"]) == ("x", "head")]
    assert edge["upstream"] == "12 gradients, one at each group"  # one's own would be beside the sum of all
    x.grad = None
    (np.stack(heads) ** 2).sum().backward()
    largest = int(np.argmax(np.abs(x.grad)))
    assert edge["check"]["agrees"]
    assert edge["check"]["element"] == f"[{largest}]"
    assert float(edge["check"]["differences"].replace("−", "-")) == pytest.approx(x.grad[largest], rel=1e-5)
    assert edge["local"].startswith("Σ ")
    frame = payload["frames"][edge["frame"]]
    assert frame["sentence"].endswith("What all 12 groups in the box hand back to x is added up.")
    [head] = [node for node in payload["nodes"].values() if node["name"] == "head"]
    said = "head stands for 12 equal groups beside each other, 36 nodes in all; the gradient is that of one of them."
    assert head["sentence"].startswith(said)


def test_a_group_that_is_given_nothing_computes_by_itself():
    payload = ng.animate(layers_in_a_row(), depth=0).payload
    first = payload["frames"][0]
    assert "".join(part["text"] for part in first["equation"]).startswith("layer 0 ")
    assert first["sentence"] == "The 4 nodes in layer 0 compute it."


def blocks_with_parts_of_one_name():
    """Two groups, each with one of the same name within it; the second one's gives two results."""
    a, b = scalar(2.0, "a"), scalar(0.5, "b")
    with ng.group("one"):
        p = a * b
        with ng.group("inner"):
            q = np.tanh(p * a)
    with ng.group("two"):
        r = q - b
        with ng.group("inner"):
            s = np.exp(r * b)
            t = s * r
    s.name, t.name = "s", "t"
    loss = s * t + q
    loss.name = "loss"
    return loss


def test_groups_of_one_name_in_different_groups_open_again():
    session = Session(picture_of(blocks_with_parts_of_one_name()))
    for path in ("one / inner", "two / inner"):
        toggle(session, path)
    inner = [group for group in session.payload()["groups"] if group["path"].endswith("/ inner")]
    assert [group["open"] for group in inner] == [False, False]
    nodes = session.payload()["nodes"]
    assert [nodes[str(group["node"])]["kind"] for group in inner] == ["group", "group"]
    payload = toggle(session, inner[1]["path"])
    assert {group["path"]: group["open"] for group in payload["groups"]} == {
        "one": True, "one / inner": False, "two": True, "two / inner": True
    }  # fmt: skip


def test_a_group_with_several_results_has_a_forward_step_and_no_numbers_of_its_own():
    payload = ng.animate(blocks_with_parts_of_one_name(), depth=1).payload
    (box,) = (facts for facts in payload["nodes"].values() if facts["results"])
    assert (box["name"], box["results"], box["gradient"]) == ("two / inner", ["s", "t"], None)
    assert "hands on s, t: each has a value and a gradient of its own" in box["sentence"]
    (frame,) = (frame for frame in payload["frames"] if "compute s, t from" in frame["sentence"])
    assert (frame["phase"], frame["target"]) == ("forward", None)
    assert "s: " in frame["spoken"]
    assert "t: " in frame["spoken"]


def test_the_update_of_parameters_in_a_closed_group_leaves_its_box_alone():
    frames = [f for f in ng.animate(forked(), depth=0).payload["frames"] if f["phase"] == "update"]
    assert [(frame["target"], frame["number"]) for frame in frames] == [(None, "")]
    assert "move: w" in frames[0]["sentence"]


def test_what_goes_wrong_within_a_closed_group_is_told_where_it_happens():
    orders = {order["key"]: order for order in ng.animate(forked(), depth=0).payload["orders"]}
    said = {key: [step["early"] for step in order["steps"] if step["early"]] for key, order in orders.items()}
    assert said == {
        "sorted": [],
        "depth_first": ["Within block a gradient is handed on before all of it has arrived."],
        "overwrite": ["Within block a number goes wrong."],
    }


def test_a_row_of_groups_says_all_that_goes_in():
    x, total = scalar(0.7, "x"), None
    for step in range(6):
        with ng.group(f"unit {step}"):
            part = np.tanh(x * scalar(0.3 * step + 0.1, f"w{step}"))
        total = part if total is None else total + part
    payload = ng.animate(total * 1.0, depth=0).payload
    (row,) = (facts for facts in payload["nodes"].values() if " stands for " in facts["sentence"])
    (frame,) = (
        f for f in payload["frames"] if f["phase"] == "forward" and f"in {row['name']} compute" in f["sentence"]
    )
    assert frame["sentence"].endswith("compute it from x, unit 0.")


@pytest.mark.parametrize("make", [blocks_with_parts_of_one_name])
def test_gradients_that_go_into_closed_groups_are_checked_by_small_moves(make):
    edges = ng.animate(make(), depth=0).payload["edges"].values()
    assert edges
    for edge in edges:
        assert edge["check"]["agrees"]
        assert float(edge["check"]["differences"].replace("−", "-")) == pytest.approx(
            float(edge["product"].replace("−", "-")), rel=0.01
        )
