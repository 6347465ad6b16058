"""Equal parallel groups folded into one: what is folded, what is not, and that nothing gets lost."""

import random
import re

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbgrad.display import Look, Step, compared, normalise, to_svg, to_text, validate
from nbgrad.display.heat import heat_of
from nbgrad.display.levels import View, collapse, fold, steps_between
from nbgrad.display.levels.folding import common_name


def heads(count, op=lambda i: "tanh", users=lambda i: "joined"):
    """x -> count groups of two operations -> joined."""
    graph = nx.MultiDiGraph()
    graph.add_node("x", kind="data", value=np.ones(2))
    for i in range(count):
        graph.add_node(f"a{i}", op="exp", shape=(2,), group=f"head ({i + 1})" if i else "head")
        graph.add_node(f"b{i}", op=op(i), shape=(2,), group=f"head ({i + 1})" if i else "head")
        graph.add_edges_from([("x", f"a{i}"), (f"a{i}", f"b{i}")])
    for i in range(count):
        graph.add_edge(f"b{i}", users(i))
    return normalise(graph)


def closed(graph):
    return View(graph, frozenset(path for _, path in graph.nodes(data="group") if path))


def names(graph):
    return [facts["name"] for _, facts in graph.nodes(data=True)]


def test_three_equal_groups_become_one_that_counts_them():
    graph = closed(heads(3)).graph
    assert names(graph) == ["x", "head", "joined"]
    facts = graph.nodes[6]
    assert (facts["count"], facts["members"], facts["operations"], facts["value"]) == (3, 6, 6, None)
    assert [edge[:2] for edge in graph.edges] == [(0, 6), (6, 7)]
    assert "head × 3  group of 6 nodes (x)" in to_text(graph)


def test_two_are_still_read_one_by_one():
    assert names(closed(heads(2)).graph) == ["x", "head", "head (2)", "joined"]


def test_other_operations_in_another_order_or_shape_are_not_equal():
    assert len(closed(heads(4, op=lambda i: "tanh" if i else "sin")).graph) == 4
    graph = heads(3)
    graph.nodes[1]["shape"] = (3,)
    assert names(closed(graph).graph) == ["x", "head", "head (2)", "head (3)", "joined"]


def test_what_stands_in_different_groups_is_not_beside_each_other():
    graph = heads(4)
    for node in graph:
        if graph.nodes[node]["group"]:
            graph.nodes[node]["group"] = (f"part {node % 4 // 2}", *graph.nodes[node]["group"])
    inner = frozenset(path for _, path in graph.nodes(data="group") if path)
    assert all(facts["count"] == 1 for _, facts in View(graph, inner).graph.nodes(data=True))


def test_single_nodes_at_folded_groups_are_folded_too():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(heads(3).nodes(data=True))
    graph.add_edges_from(heads(3).edges)
    for i in range(3):
        graph.add_node(20 + i, op="slice", shape=(2,), name=f"part{i}")
        graph.add_edge(0, 20 + i)
        graph.add_edge(20 + i, 1 + 2 * i)
    folded = closed(normalise(graph)).graph
    assert sorted(names(folded)) == ["head", "joined", "part", "x"]


def test_a_group_opened_among_folded_ones_stands_alone():
    view = closed(heads(5)).toggled("head (2)")
    assert names(view.graph) == ["x", "a1", "b1", "head", "joined"]
    assert view.graph.nodes[view.shown[1]]["count"] == 4
    assert closed(heads(5)).toggled("head").toggled("head").closed == closed(heads(5)).closed


def test_what_flows_back_out_of_copies_adds_up_and_each_copy_has_its_own():
    graph = heads(3)
    steps = [Step(None, 7, None, 1.0, 1.0, 1.0)]
    for i in (2, 1, 0):
        a, b = 1 + 2 * i, 2 + 2 * i
        steps.append(Step(7, b, (b, 7, 0), 1.0, float(i + 1), float(i + 1)))
        steps.append(Step(b, a, (a, b, 0), 1.0, 2.0, 2.0))
        steps.append(Step(a, 0, (0, a, 0), 2.0, 10.0**i, 0.0, 3 - i, 3))
    view = closed(graph)
    seen = view.steps(steps)
    assert [(step.source, step.target, step.contribution) for step in seen] == [
        (None, 7, 1.0),
        (7, 6, 3.0),
        (6, 0, 111.0),
    ]
    assert (seen[-1].index, seen[-1].count) == (1, 1)


@pytest.mark.parametrize(
    ("several", "one"),
    [
        (["head", "head (2)"], "head"), (["layers.0", "layers.11"], "layers"), (["0 Linear", "1 Linear"], "Linear"),
        (["a", "b"], "a, …"), (["q₀", "q₁"], "q"), (["1", "2"], "1, …"), ([None, None], None), (["W[0]", "W[1]"], "W"),
    ],
)  # fmt: skip
def test_what_several_are_called_together(several, one):
    assert common_name(several) == one


def layers(integer, choice):
    """Layers of groups of one or two nodes, each fed by random nodes before. integer, choice: as those of random."""
    graph = nx.MultiDiGraph()
    graph.add_node(0, shape=(), value=1.0)
    for number in range(integer(3, 10)):
        before = list(graph)
        for _ in range(integer(1, 2)):
            node = len(graph)
            graph.add_node(node, op=choice(["sin", "exp"]), shape=(), group=f"g{number}")
            graph.add_edge(choice(before), node)
    graph.add_edges_from((node, len(graph)) for node in list(graph) if not graph.out_degree(node))
    return normalise(graph)


@st.composite
def layered(draw):
    return layers(lambda *ends: draw(st.integers(*ends)), lambda among: draw(st.sampled_from(among)))


@given(layered())
def test_folding_makes_no_circle_and_loses_no_node_and_no_way(graph):
    check_ways(graph)


def check_ways(graph):
    view = closed(graph)
    folded, shown = view.graph, view.shown
    validate(folded)
    assert nx.is_directed_acyclic_graph(folded)
    assert sum(facts["members"] for _, facts in folded.nodes(data=True)) == len(graph)
    whole = nx.transitive_closure(nx.DiGraph(folded))
    for u, v in graph.edges():
        assert shown[u] == shown[v] or whole.has_edge(shown[u], shown[v])
    told = [edge for _, _, given in folded.edges(data=True) for edge in given["stands_for"] + given.get("others", ())]
    hidden = [edge for edge in collapsed_edges(graph) if shown[edge[0]] == shown[edge[1]]]
    assert all(folded.nodes[shown[u]]["row"] for u, _, _ in hidden)
    assert sorted(told + hidden) == sorted(edge for edge in collapsed_edges(graph))


def test_what_was_folded_before_rows_are_is_not_lost():
    """Twins beside each other, which become one, and a row of which one is a part."""
    for seed in range(1080, 1100):
        dice = random.Random(seed)
        check_ways(layers(dice.randint, dice.choice))


def collapsed_edges(graph):
    collapsed, _ = collapse(graph, [path for _, path in graph.nodes(data="group") if path])
    return [edge for *_, old in collapsed.edges(data="stands_for") for edge in old]


def test_nothing_to_fold_leaves_all_as_it_was():
    graph = heads(2)
    collapsed = collapse(graph, ["head"])
    folded = fold(graph, *collapsed)
    assert folded[0] is collapsed[0]
    assert folded[1] == collapsed[1]
    assert steps_between([], *folded) == []


# ---- heat and comparisons
def run(numbers):
    """The heads with gradients, one number for each head."""
    graph = nx.MultiDiGraph(heads(len(numbers)))
    graph.graph.clear()
    for i, number in enumerate(numbers):
        graph.nodes[2 + 2 * i].update(value=np.full(2, number), gradient=np.full(2, number))
    return normalise(graph)


def test_a_folded_box_is_as_hot_as_the_gradients_of_its_copies():
    view = closed(run([3.0, 4.0, 0.0, 0.0]))
    assert heat_of(view.graph).sizes == {8: 2.5}
    assert "least 0 at head × 4, greatest 4 at head × 4." in to_text(view.graph, Look(heat=True))
    assert heat_of(view.graph).each == {8: (3.0, 4.0, 0.0, 0.0)}
    unsound = closed(run([1.0, np.nan, 1.0])).graph
    assert np.isnan(heat_of(unsound).sizes[6])
    grounds = re.findall('class="ng-heat" fill="(.*?)"', to_svg(unsound, look=Look(heat=True)))
    assert grounds[0] == grounds[2] != grounds[1], "it is the second copy that has NaN"
    assert heat_of(closed(heads(3)).graph).sizes == {}


def test_a_folded_box_says_which_of_its_copies_have_changed():
    graph = closed(compared(run([1.0, 2.0, 3.0]), run([1.0, 5.0, 3.0]))).graph
    assert graph.nodes[6]["change"].inside == ("head (2)",)
    assert "head × 3: changed inside: head (2)" in to_text(graph)
    svg = to_svg(graph)
    assert svg.count('class="ng-changed"') == 2, "one in the picture and one in the legend"
    assert "changed inside: head (2)</title>" in svg


def test_what_has_not_changed_is_not_said_to_have_changed():
    graph = closed(compared(run([1.0, 2.0, 3.0]), run([1.0, 2.0, 3.0]))).graph
    assert graph.nodes[6]["change"] is None
    assert to_text(graph).endswith("Nothing has changed.")


def test_folded_boxes_are_called_alike_everywhere():
    view = closed(heads(4)).toggled("head (2)")
    assert view.graph.nodes[view.shown[8]]["count"] == 3
    table = to_text(view.graph)
    assert "\nhead × 3  " in table
    assert "operation(head × 3, b1)" in table


# ---- what would be lost
def branches(*titles, through=1, joined=True):
    """x -> for each title a group of two, then so many single operations -> one node, or one for each branch."""
    graph = nx.MultiDiGraph()
    graph.add_node("x", kind="data", value=np.ones(2))
    for i, title in enumerate(titles):
        way = ["x", f"a{i}", f"b{i}", *(f"c{i}{step}" for step in range(through)), "joined" if joined else f"end{i}"]
        for node in way[1:]:
            graph.add_node(node, op="exp", shape=(2,), **({"group": title} if node[0] in "ab" else {}))
        nx.add_path(graph, way)
    return normalise(graph)


def test_groups_that_lead_to_different_nodes_stay_apart():
    found = names(closed(branches("Linear", "Linear (2)", "Linear (3)", through=2)).graph)
    assert {"Linear", "Linear (2)", "Linear (3)"} < set(found)
    assert "Linear" in names(closed(branches(*["q 1", "q 2", "q 3", "Linear"], through=0)).graph)


def test_groups_whose_users_fold_as_well_are_folded():
    graph = closed(branches("Linear", "Linear (2)", "Linear (3)")).graph
    assert sorted(facts["count"] for _, facts in graph.nodes(data=True)) == [1, 1, 3, 3]
    two = nx.MultiDiGraph()
    for i in range(3):
        for layer, nodes in (("first", "ab"), ("second", "cd")):
            for node in nodes:
                two.add_node(f"{node}{i}", op="exp", shape=(2,), group=f"{layer} {i}")
        nx.add_path(two, ["x", *(f"{node}{i}" for node in "abcd"), "joined"])
    assert set(names(closed(normalise(two)).graph)) == {"x", "first", "second", "joined"}


def test_groups_with_names_of_their_own_stay_apart():
    assert set(names(closed(branches("query", "key", "value", through=0)).graph)) == {
        "x", "query", "key", "value", "joined",
    }  # fmt: skip


def test_of_groups_used_in_two_ways_those_used_alike_are_folded():
    graph = closed(heads(7, users=lambda i: "joined" if i < 4 else "other")).graph
    assert sorted(facts["count"] for _, facts in graph.nodes(data=True) if facts["kind"] == "group") == [3, 4]
