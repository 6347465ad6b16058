"""Collapsed groups: what becomes of nodes, edges and the steps of the backward pass."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbgrad.display import AttributeValueError, Step, compared, normalise, to_svg, to_text, validate
from nbgrad.display.heat import heat_of
from nbgrad.display.levels import collapse, default_closed, steps_between, visible


def chain(*groups):
    """0 -> 1 -> 2 ..., each node in the group given."""
    graph = nx.MultiDiGraph()
    for node, group in enumerate(groups):
        graph.add_node(node, group=group, kind="operation" if node else "parameter", value=float(node), shape=())
        if node:
            graph.add_edge(node - 1, node)
    return graph


def test_a_group_is_a_path_of_names():
    assert normalise(chain("a", None, ("a", "b"), ["c"])).nodes(data="group")[0] == ("a",)
    assert [path for _, path in normalise(chain("a", None, ("a", "b"), ["c"])).nodes(data="group")] == [
        ("a",), (), ("a", "b"), ("c",),
    ]  # fmt: skip
    with pytest.raises(AttributeValueError, match="names from the outermost"):
        validate(chain(3.5))
    assert normalise(chain(3)).nodes(data="group")[0] == ("3",)  # as other programs number their clusters


def test_a_collapsed_group_stands_in_the_place_of_its_last_member_and_shows_what_leaves_it():
    graph, shown = collapse(chain("", "layer", "layer", ""), [("layer",)])
    assert list(graph) == [0, 2, 3]
    assert shown == {0: 0, 1: 2, 2: 2, 3: 3}
    facts = graph.nodes[2]
    assert (facts["kind"], facts["name"], facts["members"], facts["operations"], facts["value"]) == (
        "group", "layer", 2, 2, 2.0,
    )  # fmt: skip
    assert list(graph.edges) == [(0, 2, 0), (2, 3, 0)]


def test_parameters_are_counted_by_their_numbers():
    graph = chain("g", "g", "g")
    graph.nodes[0].update(value=np.zeros((3, 4)), shape=(3, 4))
    assert collapse(graph, ["g"])[0].nodes[2]["parameters"] == 12


def test_two_results_are_not_shown_as_one():
    graph = chain("g", "g", "g")
    graph.add_node(3)
    graph.add_edge(1, 3)
    assert collapse(graph, ["g"])[0].nodes[2]["value"] is None
    assert collapse(graph, ["g"])[0].nodes[2]["bare"]


def test_the_outermost_closed_group_counts():
    graph, _ = collapse(chain(("a", "b"), ("a", "b"), ("a",)), [("a", "b"), ("a",)])
    assert [(node, facts["name"]) for node, facts in graph.nodes(data=True)] == [(2, "a")]
    graph, _ = collapse(chain(("a", "b"), ("a", "b"), ("a",)), [("a", "b")])
    assert graph.nodes(data="group")[1] == ("a",)


def test_a_group_that_is_left_and_entered_again_stays_open_but_its_parts_close():
    graph = chain(("g", "p"), ("g", "p"), "", ("g", "q"), ("g", "q"))
    collapsed, shown = collapse(graph, ["g"])
    assert shown == {0: 1, 1: 1, 2: 2, 3: 4, 4: 4}
    assert [collapsed.nodes[node]["name"] for node in collapsed] == ["p", None, "q"]


def test_two_groups_that_need_each_other_stay_open():
    graph = nx.MultiDiGraph([(0, 2), (3, 1)])
    graph.add_nodes_from([0, 1], group="a")
    graph.add_nodes_from([2, 3], group="b")
    assert collapse(graph, ["a", "b"])[1] == {0: 0, 1: 1, 2: 2, 3: 3}
    assert collapse(graph, ["a"])[1] == {0: 1, 1: 1, 2: 2, 3: 3}


def test_several_edges_into_a_group_become_one_and_those_to_an_operation_stay():
    graph = nx.MultiDiGraph([(0, 1), (0, 1), (0, 2), (1, 2), (2, 3), (2, 3)])
    graph.add_nodes_from([1, 2], group="g")
    collapsed, _ = collapse(graph, ["g"])
    assert list(collapsed.edges(keys=True, data="position")) == [(0, 2, 0, 0), (2, 3, 0, 0), (2, 3, 1, 1)]


def scalar_steps(graph, slopes):
    """The steps of a graph of numbers whose edges have these slopes, by the chain rule."""
    root = max(graph)
    gradient = {root: 1.0}
    steps = [Step(None, root, None, 1.0, 1.0, 1.0)]
    arriving = {node: graph.out_degree(node) for node in graph}
    index = dict.fromkeys(graph, 0)
    for v in sorted(graph, reverse=True):
        for u, _, key in graph.in_edges(v, keys=True):
            contribution = gradient[v] * slopes[u, v, key]
            gradient[u] = gradient.get(u, 0.0) + contribution
            index[u] += 1
            place = index[u], arriving[u]
            steps.append(Step(v, u, (u, v, key), gradient[v], contribution, gradient[u], *place, slopes[u, v, key]))
    return steps, gradient


@st.composite
def grouped_graphs(draw):
    """A random graph of numbers in which everything leads to the last node, in random groups."""
    count = draw(st.integers(2, 14))
    names = st.sampled_from([(), ("a",), ("b",), ("a", "c"), ("b", "d"), ("a", "e")])
    graph = nx.MultiDiGraph()
    for node in range(count):
        graph.add_node(node, group=draw(names), value=1.0, shape=())
    for node in range(count - 1):
        for user in draw(st.lists(st.integers(node + 1, count - 1), min_size=1, max_size=3)):
            graph.add_edge(node, user)
    closed = draw(st.lists(st.sampled_from([("a",), ("b",), ("a", "c"), ("b", "d")]), unique=True))
    slopes = {edge: draw(st.sampled_from([-2.0, 0.5, 1.0, 3.0])) for edge in graph.edges}
    return graph, closed, slopes


@given(grouped_graphs())
def test_whatever_is_collapsed_the_graph_has_no_circle_and_the_gradients_are_the_same(drawn):
    graph, closed, slopes = drawn
    collapsed, shown = collapse(graph, closed)
    assert nx.is_directed_acyclic_graph(collapsed)
    assert sorted(set(shown.values())) == sorted(collapsed)
    assert sum(facts["members"] for _, facts in collapsed.nodes(data=True)) == len(graph)
    stood_for = [edge for *_, old in collapsed.edges(data="stands_for") for edge in old]
    assert sorted(stood_for) == sorted(edge for edge in graph.edges if shown[edge[0]] != shown[edge[1]])
    validate(collapsed)

    steps, gradient = scalar_steps(graph, slopes)
    seen = steps_between(steps, collapsed, shown)
    assert sorted(step.edge for step in seen[1:]) == sorted(collapsed.edges)
    last = {}
    for step in seen:
        assert step.edge is None or step.edge[:2] == (step.target, step.source)
        last[step.target] = step
    for node in collapsed:
        if collapsed.nodes[node]["kind"] != "group" and node in last:
            assert last[node].total == gradient[node]
            assert last[node].index == last[node].count


@given(grouped_graphs())
def test_what_is_counted_beforehand_is_what_is_seen(drawn):
    graph, closed, _ = drawn
    collapsed, _ = collapse(graph, closed)
    assert visible(normalise(graph), closed) <= len(collapsed), "a group that cannot be closed shows more"


def test_by_default_only_large_graphs_are_collapsed():
    assert default_closed(chain(*["g"] * 150)) == []
    assert default_closed(chain(*["g"] * 151)) == [("g",)]
    assert default_closed(chain(*["g"] * 100, *["h"] * 51)) == [("g",), ("h",)]


def test_a_sole_group_is_opened_by_default():
    inside = [("net", f"layer {i // 40}") for i in range(160)]
    assert default_closed(chain(*inside)) == [("net", f"layer {i}") for i in range(4)]
    assert default_closed(chain(*inside), depth=0) == [("net",)]
    assert default_closed(chain(*inside), depth=2) == []


# ---- comparisons and heat
def leading_to_zero(number):
    """0 -> 1 -> 2 -> 3; only node 0 has another value, and 1 and 2 are in a group with it."""
    graph = chain("blk", "blk", "blk", None)
    graph.nodes[0].update(value=number, name="W")
    return normalise(graph)


def test_a_change_inside_a_collapsed_group_is_told():
    graph, _ = collapse(compared(leading_to_zero(1.0), leading_to_zero(5.0)), ["blk"])
    change = graph.nodes[2]["change"]
    assert (change.changed, change.inside) == ((), ("W",))
    assert to_text(graph).endswith("Changed:\n  blk: changed inside: W")
    assert 'class="ng-changed"' in to_svg(graph)


def test_a_collapsed_group_shows_its_result_before_and_after():
    before, after = leading_to_zero(1.0), leading_to_zero(1.0)
    after.nodes[2]["value"] = np.array(7.0)
    graph, _ = collapse(compared(before, after), ["blk"])
    assert "  blk: value 2 → 7; changed inside: operation 2" in to_text(graph)
    assert ">2 → 7<" in to_svg(graph)


def test_a_comparison_without_changes_stays_one():
    graph, _ = collapse(compared(leading_to_zero(1.0), leading_to_zero(1.0)), ["blk"])
    assert graph.nodes[2]["change"] is None
    assert to_text(graph).endswith("Nothing has changed.")
    assert "change" not in to_text(collapse(leading_to_zero(1.0), ["blk"])[0])


def test_a_group_with_several_results_is_as_hot_as_these():
    graph = chain("blk", "blk", None, None)
    graph.add_edge(0, 3)
    for node, number in ((0, 3.0), (1, 4.0)):
        graph.nodes[node]["gradient"] = number
    collapsed, _ = collapse(graph, ["blk"])
    assert collapsed.nodes[1]["gradient"] is None
    assert heat_of(collapsed).sizes[1] == pytest.approx(np.sqrt(12.5))


def test_a_group_of_a_single_node_is_counted_as_one():
    graph = nx.MultiDiGraph([(0, 1)])
    graph.add_node(1, group="layer")
    seen = collapse(graph, ["layer"])[0]
    assert "group of 1 node (" in to_text(seen)
    assert ">1 node<" in to_svg(seen)
