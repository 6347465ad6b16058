"""The payload of the player from plain graphs and steps: phases, frames, facts, drawn slots; all of it JSON."""

import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from graphs import matrix_graph, scalar_graph, square_graph

from nbgrad.display import Step
from nbgrad.display.player import Trace, Update, Written, payload_of
from nbgrad.display.player.trace import slot

KEYS = {
    "version", "language", "title", "text", "svg", "phases", "frames", "start", "nodes", "edges", "paths", "quiz",
    "orders", "code", "groups", "ghosts", "words",
}  # fmt: skip
FRAME_KEYS = {
    "phase", "caption", "active", "edges", "label", "label_at", "target", "slot", "fragment", "math",
    "equation", "number", "sentence", "spoken", "line", "fold", "arrival", "moment",
}  # fmt: skip


def trace_of(make, **more):
    graph, steps = make()
    return Trace(graph, steps, **more)


def said(frame):
    return "".join(token["text"] for token in frame["equation"])


def frames_in(payload, phase):
    return [frame for frame in payload["frames"] if frame["phase"] == phase]


@pytest.mark.parametrize("make", [scalar_graph, square_graph, matrix_graph])
def test_the_payload_is_json_with_the_agreed_keys(make):
    payload = payload_of(trace_of(make))
    assert set(payload) == KEYS
    assert payload["version"] == 2
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload
    assert all(set(frame) == FRAME_KEYS for frame in payload["frames"])


@pytest.mark.parametrize("make", [scalar_graph, square_graph, matrix_graph])
def test_phases_are_contiguous_and_it_starts_at_the_backward_pass(make):
    payload = payload_of(trace_of(make))
    first = 0
    for phase in payload["phases"]:
        assert phase["first"] == first
        frames = payload["frames"][first : first + phase["count"]]
        assert {frame["phase"] for frame in frames} == {phase["key"]}
        first += phase["count"]
    assert first == len(payload["frames"])
    assert payload["frames"][payload["start"]]["phase"] == "backward"
    assert payload["frames"][payload["start"] - 1]["phase"] == "forward"


@pytest.mark.parametrize("make", [scalar_graph, square_graph, matrix_graph])
def test_every_frame_fits_the_drawing(make):
    payload = payload_of(trace_of(make))
    drawing = ET.fromstring(payload["svg"])
    attributes = ("data-node", "data-edge", "data-value", "data-gradient")
    known = {name: {piece.get(name) for piece in drawing.iter()} - {None} for name in attributes}
    assert known["data-value"] == known["data-node"] == set(payload["nodes"])
    assert known["data-edge"] == set(payload["edges"])
    for frame in payload["frames"]:
        assert str(frame["active"]) in known["data-node"]
        assert set(frame["edges"]) <= known["data-edge"]
        assert str(frame["target"]) in known[f"data-{frame['slot']}"]
        ET.fromstring(f"<g>{frame['fragment']}</g>")


def test_the_drawing_before_the_forward_pass_has_no_numbers_in_its_operations():
    payload = payload_of(trace_of(scalar_graph))
    texts = {}
    for node in ET.fromstring(payload["svg"]).iter():
        if node.get("data-value"):
            texts[node.get("data-value")] = "".join(node.itertext())
    kinds = {node: facts["kind"] for node, facts in payload["nodes"].items()}
    assert all((texts[node] == "—") == (kinds[node] == "operation") for node in kinds)


def test_the_forward_pass_fills_in_one_value_each_in_creation_order():
    written = {4: Written(f"{slot(0)} · {slot(1)}"), 6: Written(f"σ({slot(0)})")}
    payload = payload_of(trace_of(scalar_graph, written=written))
    frames = frames_in(payload, "forward")
    assert [frame["target"] for frame in frames] == [4, 5, 6, 7]
    assert said(frames[0]) == "k·x = 0.5 × 2 = 1"
    assert said(frames[2]) == "ŷ = σ(z) = σ(1.1) = 0.75"
    assert said(frames[1]).startswith("z = add(k·x, b)")
    assert frames[2]["edges"] == ["5-6-0"]
    assert frames[2]["spoken"].endswith(" ŷ: 0.75.")


def test_a_negative_operand_gets_parentheses_where_it_follows_a_sign():
    graph, steps = square_graph()
    graph.nodes[0]["value"], graph.nodes[1]["value"] = -3.0, 9.0
    payload = payload_of(Trace(graph, steps, written={1: Written(f"{slot(0)} · {slot(1)}")}))
    assert said(frames_in(payload, "forward")[0]) == "y = x · x = −3 × (−3) = 9"


def test_arrivals_are_told_one_after_the_other():
    first, second = frames_in(payload_of(trace_of(square_graph)), "backward")[1:]
    assert first["arrival"] == {
        "index": 1,
        "count": 2,
        "before": "",
        "new": "3",
        "total": "3",
        "sign": "=",
        "pieces": None,
    }
    assert second["arrival"] == {
        "index": 2,
        "count": 2,
        "before": "3",
        "new": "3",
        "total": "6",
        "sign": "=",
        "pieces": None,
    }


def test_broadcasting_undone_is_seen():
    graph, steps = matrix_graph()
    last = steps[-1]
    raw = np.asarray(steps[-3].total)
    steps[-1] = Step(last.source, last.target, last.edge, last.upstream, raw.sum(axis=0), raw.sum(axis=0), fold=raw)
    fold = payload_of(Trace(graph, steps))["frames"][-1]["fold"]
    assert (fold["axes"], fold["before"], fold["after"]) == ([0], "16×10", "10")
    assert "16 copies along axis 0" in fold["said"]
    ET.fromstring(f"<g>{fold['fragment']}</g>")


def test_the_update_moves_each_parameter_against_its_gradient():
    graph, steps = square_graph()
    moved = Update(0, 3.0, 6.0, 2.4, 0.1, "")
    payload = payload_of(Trace(graph, steps, updates=[moved]))
    [frame] = frames_in(payload, "update")
    assert said(frame) == "x ← x − 0.1 · ∂y/∂x = 3 − 0.1 × 6 = 2.4"
    assert (frame["slot"], frame["target"], frame["edges"]) == ("value", 0, [])
    assert "made smaller" in frame["sentence"]
    assert "2.4" in frame["fragment"]


def test_an_edge_without_a_gradient_says_so():
    edges = payload_of(trace_of(scalar_graph))["edges"]
    assert edges["1-4-0"]["frame"] is None
    assert "Nothing flows back" in edges["1-4-0"]["sentence"]
    assert (edges["5-6-0"]["upstream"], edges["5-6-0"]["local"], edges["5-6-0"]["product"]) == (
        "−0.29748", "0.18737", "−0.0557",  # with fewer digits a pocket calculator would show −0.0555
    )  # fmt: skip


def test_lines_of_code_come_in_their_own_order():
    graph, steps = square_graph()
    graph.nodes[0]["code"] = ("In [10]", 1, "x = 3")
    graph.nodes[1]["code"] = ("In [9]", 4, "y = x * x")
    payload = payload_of(Trace(graph, steps))
    assert [(line["where"], line["nodes"]) for line in payload["code"]] == [("In [9]", [1]), ("In [10]", [0])]
    assert payload["nodes"]["1"]["code"] == 0
    assert payload["frames"][-1]["line"] == 0


@pytest.mark.parametrize("name", ["<b>x</b>", 'a"b&c', "🎲" * 50, "\u202ename"])
def test_names_with_markup_stay_text(name):
    graph, steps = square_graph()
    graph.nodes[0]["name"] = name
    payload = payload_of(Trace(graph, steps))
    ET.fromstring(payload["svg"])
    assert "<b>" not in payload["svg"]


def test_no_steps_and_no_nodes():
    import networkx as nx

    payload = payload_of(Trace(nx.MultiDiGraph(), []))
    assert (payload["phases"], payload["frames"], payload["start"]) == ([], [], 0)


def test_statistics_count_what_is_no_number():
    graph, steps = matrix_graph()
    graph.nodes[0]["value"][0, :2] = np.nan, np.inf
    stats = dict(payload_of(Trace(graph, steps))["nodes"]["0"]["stats"])
    assert (stats["NaN"], stats["Inf"]) == ("1", "1")


def test_the_forward_picture_is_the_still_one_at_the_end():
    """After the last forward frame every value slot shows what the still picture shows."""
    from nbgrad.display import to_svg

    graph, steps = scalar_graph()
    payload = payload_of(Trace(graph, steps))
    still = ET.fromstring(to_svg(graph))
    drawn = [re.sub("{.*?}", "", "".join(g.itertext())) for g in still.iter() if g.get("class") == "ng-values"]
    last = {
        frame["target"]: "".join(ET.fromstring(frame["fragment"]).itertext()) for frame in frames_in(payload, "forward")
    }
    assert set(last.values()) <= set(drawn)
