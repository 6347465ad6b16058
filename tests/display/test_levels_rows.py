"""Equal groups one after the other, folded into one: what is folded, what is not, and that what is said stays true."""

import networkx as nx
import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn
from nbgrad.display import Look, compared, normalise, numbers, to_svg, to_text, validate
from nbgrad.display.heat import heat_of
from nbgrad.display.levels import View, closed_at
from nbgrad.display.levels.collapsing import LONGEST, columns


def row(count, op=lambda i: "tanh", weights=False, extra=(), group=lambda i: f"layer {i + 1}"):
    """x -> count groups of two operations -> loss. weights: outside of their groups; extra: edges besides."""
    graph = nx.MultiDiGraph()
    graph.add_node("x", kind="data", shape=(2,))
    for i in range(count):
        if weights:
            graph.add_node(f"w{i}", kind="parameter", shape=(2,), value=np.full(2, float(i)))
        before = f"b{i - 1}" if i else "x"
        for node, kind in ((f"a{i}", "mul"), (f"b{i}", op(i))):
            graph.add_node(node, op=kind, shape=(2,), group=group(i), value=np.full(2, i + 0.5))
        graph.add_edges_from([(before, f"a{i}"), *[(f"w{i}", f"a{i}")] * weights, (f"a{i}", f"b{i}")])
    graph.add_node("loss", op="sum", shape=())
    graph.add_edge(f"b{count - 1}", "loss")
    graph.add_edges_from(extra)
    return normalise(graph)


def closed(graph):
    return View(graph, frozenset(path for _, path in graph.nodes(data="group") if path))


def names(graph):
    return [facts["name"] for _, facts in graph.nodes(data=True)]


def counts(graph):
    return [facts["count"] for _, facts in graph.nodes(data=True) if facts["kind"] == "group"]


def test_equal_groups_in_a_row_become_one_that_says_which_they_are():
    graph = closed(row(12)).graph
    validate(graph)
    assert names(graph) == ["x", "layer", "loss"]
    facts = graph.nodes[24]
    assert (facts["count"], facts["members"], facts["operations"]) == (12, 24, 24)
    assert facts["row"] == tuple(f"layer {i + 1}" for i in range(12))
    table = to_text(graph)
    assert "layer × 12 in a row  group of 24 nodes (x)" in table
    assert "layer × 12 in a row: layer 1 to layer 12, each computed from the one before." in table
    assert table.endswith("The numbers are those of layer 12.")
    svg = to_svg(graph)
    assert ">layer × 12 in a row</text>" in svg
    assert "layer 1 to layer 12, each computed from the one before" in svg


def test_its_numbers_are_those_of_the_last():
    graph = closed(row(4)).graph
    assert graph.nodes[8]["value"].tolist() == [3.5, 3.5]
    assert graph.nodes[8]["shape"] == (2,)


def test_two_are_still_read_one_by_one():
    assert names(closed(row(2)).graph) == ["x", "layer 1", "layer 2", "loss"]


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (row(7, op=lambda i: "tanh" if i != 3 else "sin"), [3, 1, 3]),
        (row(6, group=lambda i: ("net", f"layer {i}") if i < 3 else ("other", f"layer {i}")), [3, 3]),
        (row(3, group=lambda i: ("encoder", "decoder", "head")[i]), [1, 1, 1]),
        (row(7, extra=[("b3", "loss")]), [4, 3]),  # what leaves a row leaves at its end
        (row(6, extra=[("b0", "a2")]), [1, 1, 1, 3]),  # a way around one of them
        (row(6, extra=[("x", f"a{i}") for i in range(2, 6)]), [1, 1, 4]),
        (row(5, extra=[("a4", "loss")]), [4, 1]),
    ],
)
def test_what_enters_or_leaves_otherwise_stays_apart(graph, expected):
    found = closed(graph).graph
    validate(found)
    assert counts(found) == expected


def test_what_all_of_a_row_take_may_enter():
    graph = closed(row(4, extra=[("mask", f"a{i}") for i in range(4)])).graph
    assert sorted(names(graph)) == ["layer", "loss", "mask", "x"]
    (mask,) = (node for node, name in graph.nodes(data="name") if name == "mask")
    assert [len(given["stands_for"]) for *_, given in graph.out_edges(mask, data=True)] == [4]


def test_the_place_of_what_enters_counts():
    before = nx.MultiDiGraph()
    before.add_node("x", shape=())
    for i in range(4):
        inputs = ["m", f"b{i - 1}" if i else "x"]
        for place, u in enumerate(inputs if i != 1 else inputs[::-1]):
            before.add_edge(u, f"a{i}", position=place)
        before.nodes[f"a{i}"].update(op="sub", shape=(), group=f"step {i}")
        before.add_node(f"b{i}", op="tanh", shape=(), group=f"step {i}")
        before.add_edge(f"a{i}", f"b{i}")
    before.nodes["m"]["shape"] = ()
    assert set(counts(closed(normalise(before)).graph)) == {1}


def test_parameters_outside_are_folded_with_their_groups():
    graph = closed(row(4, weights=True)).graph
    assert sorted((facts["name"], facts["count"]) for _, facts in graph.nodes(data=True)) == [
        ("layer", 4), ("loss", 1), ("w", 4), ("x", 1),
    ]  # fmt: skip
    (weights,) = (facts for _, facts in graph.nodes(data=True) if facts["name"] == "w")
    assert (weights["value"], weights["bare"]) == (None, True), "each has numbers of its own"


def test_of_other_parameters_the_shapes_count():
    graph = row(4, weights=True)
    (node,) = (node for node, name in graph.nodes(data="name") if name == "w0")
    graph.nodes[node]["shape"] = (1,)
    assert counts(closed(graph).graph) == [1, 3]


def test_one_opened_in_a_row_divides_it():
    view = closed(row(9)).toggled("layer 4")
    assert counts(view.graph) == [3, 5]
    assert {"a3", "b3"} < set(names(view.graph))
    assert closed(row(9)).toggled("layer 4").toggled("layer 4").closed == closed(row(9)).closed
    assert {group["node"] for group in closed(row(9)).groups} == {18}


def layers(count=5):
    """The loss of a network of equal layers, and the network, which names them as long as it is there."""
    rng = np.random.default_rng(0)
    doubled = 2 * ng.tensor(rng.normal(size=(3, 4)), requires_grad=True, name="x")
    net = nn.Sequential(*[nn.Linear(4, 4, rng=rng) for _ in range(count)])
    return (net(doubled) ** 2).mean(), net


def row_of(graph):
    """The node that stands for a row."""
    return next(node for node, row in graph.nodes(data="row") if row)


def test_the_gradient_of_a_row_is_that_of_its_end():
    loss, _net = layers()
    graph = ng.draw(loss, level="module").graph
    assert graph.nodes[row_of(graph)]["gradient"] is None
    loss.backward()
    graph = ng.draw(loss, level="module").graph
    facts = graph.nodes[row_of(graph)]
    np.testing.assert_allclose(facts["gradient"], 2 * facts["value"] / facts["value"].size)


def test_the_player_goes_back_through_a_row_in_one_step():
    loss, _net = layers()
    payload = ng.animate(loss, level="module").payload
    (node,) = (node for node, facts in payload["nodes"].items() if "stands for" in facts["sentence"])
    assert payload["nodes"][node]["sentence"].startswith(
        "Linear stands for 0 Linear to 4 Linear, each computed from the one before: 15 nodes"
    )
    (edge,) = (edge for edge, facts in payload["edges"].items() if facts["to"] == "Linear")
    assert payload["frames"][payload["edges"][edge]["frame"]]["edges"] == [edge]
    loss.backward()
    whole = ng.to_networkx(loss)
    (gradient,) = (facts["gradient"] for _, facts in whole.nodes(data=True) if facts["op"] == "multiply")
    assert payload["nodes"][edge.partition("-")[0]]["gradient"] == numbers.summary(np.asarray(gradient))


def test_heat_is_that_of_the_gradient_where_the_row_ends():
    loss, _net = layers()
    loss.backward()
    graph = ng.draw(loss, level="module").graph
    box = row_of(graph)
    np.testing.assert_allclose(heat_of(graph).sizes[box], np.sqrt(np.mean(graph.nodes[box]["gradient"] ** 2)))
    assert "in a row" in to_text(graph, Look(heat=True))


def test_a_row_says_which_of_its_groups_have_changed():
    earlier, later = row(4), nx.MultiDiGraph(row(4))
    later.graph.clear()
    later.nodes[3]["value"] = np.zeros(2)
    graph = closed(compared(earlier, normalise(later))).graph
    assert graph.nodes[8]["change"].inside == ("layer 2",)
    assert graph.nodes[8]["change"].changed == ()
    later.nodes[8]["value"] = np.zeros(2)
    graph = closed(compared(earlier, normalise(later))).graph
    assert graph.nodes[8]["change"].changed == ("value",)


def test_a_problem_in_the_middle_is_not_hidden():
    graph = row(5)
    graph.nodes[5]["problem"] = "NaN"
    assert "NaN arises here" in to_text(closed(graph).graph)


def test_groups_beside_each_other_are_folded_before_rows():
    graph = nx.MultiDiGraph()
    for branch in range(3):
        way = ["x", *(f"{node}{branch}{i}" for i in range(3) for node in "ab"), "joined"]
        for node in way[1:-1]:
            graph.add_node(node, op="exp", shape=(), group=f"part {branch} {node[2]}")
        nx.add_path(graph, way)
    found = closed(normalise(graph)).graph
    validate(found)
    assert sorted(counts(found)) == [3, 3, 3]
    assert nx.is_directed_acyclic_graph(found)


# ---- closed by themselves
def test_a_long_network_is_closed_and_folded_by_itself():
    graph = row(25, weights=True)
    whole = frozenset(closed_at(graph))
    assert len(whole) == 25
    assert names(View(graph, whole).graph) == ["x", "w", "layer", "loss"]
    assert closed_at(row(11)) == frozenset(), "23 columns"
    assert len(closed_at(row(12))) == 12
    assert closed_at(row(25), level="tensor") == closed_at(row(25), depth=1) == frozenset()


def test_what_closed_groups_would_not_shorten_stays_open():
    graph = nx.MultiDiGraph(row(40))
    graph.graph.clear()
    for node in graph:
        if node > 5:
            graph.nodes[node]["group"] = ()
    assert columns(normalise(graph)) > LONGEST
    assert closed_at(normalise(graph)) == frozenset()


def test_long_groups_that_do_not_repeat_are_closed_where_the_picture_still_shows_its_parts():
    def parts(count):
        return row(30, group=lambda i: ("net", f"part {'abcdefghijklmnopqrst'[i * count // 30]}"))

    assert columns(parts(10)) > LONGEST
    assert len(closed_at(parts(10))) == 10
    assert columns(View(parts(10), closed_at(parts(10))).graph) == 12
    assert closed_at(parts(2)) == frozenset(), "two boxes would hide all of it"
    nested = row(30, group=lambda i: (f"half {'ab'[i // 15]}", f"part {'abcdefgh'[i * 8 // 30]}"))
    assert {len(path) for path in closed_at(nested)} == {2}


def test_long_groups_that_do_not_repeat_stay_open_where_too_few_or_too_many_are_left():
    graph = row(30, group=lambda i: "left" if i < 15 else "right")
    assert columns(graph) > LONGEST
    assert closed_at(graph) == frozenset()
    assert closed_at(row(30, group=lambda i: "abcdefghijklmnopqrstuvwxyzäöüß"[i])) == frozenset()


def test_groups_that_repeat_in_turn_are_closed():
    graph = normalise(row(30, group=lambda i: f"{('left', 'right')[i % 2]} {i}"))
    folded = View(graph, closed_at(graph)).graph
    [(name, count)] = [(facts["name"], facts["count"]) for _, facts in folded.nodes(data=True) if facts["row"]]
    assert (name, count) in (("left, right", 15), ("right, left", 15))


def test_what_a_group_begins_with_is_a_column_of_its_own():
    graph = nx.MultiDiGraph(row(3, weights=True))
    assert columns(normalise(graph)) == 8
    graph.graph.clear()
    for i, node in enumerate(node for node, name in list(graph.nodes(data="name")) if name.startswith("w")):
        graph.nodes[node]["group"] = f"layer {i + 1}"
    assert columns(normalise(graph)) == 11


def test_a_group_that_is_left_and_entered_again_has_a_length_too():
    graph = nx.MultiDiGraph([("x", "a"), ("a", "b"), ("b", "c"), ("w", "c")])
    graph.add_nodes_from("awc", group="torn")
    assert columns(normalise(graph)) == 5
