"""Frames of groups: they hold their members, and only these, whatever the graph."""

import itertools
import os
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import MATRIX, SCALAR, crossings, random_graphs, residual_net, samples, sane

from nbgrad.display import layout

PADDING, HEADER = 14.0, 26.0
DIRECTIONS = st.sampled_from(["LR", "TB"])
PATHS = [(), ("a",), ("b",), ("a", "c"), ("a", "d"), ("b", "c"), ("a", "c", "e")]


@st.composite
def grouped_graphs(draw, acyclic=True):
    """A random graph without loops, sizes, and for most nodes a path of nested groups.

    Neighbours in the order of creation often belong together, so that many groups can be framed.
    """
    graph, sizes = draw(random_graphs(acyclic))
    graph.remove_edges_from(list(nx.selfloop_edges(graph, keys=True)))
    groups = {}
    path = ()
    for node in graph:
        if draw(st.booleans()):
            path = draw(st.sampled_from(PATHS))
        groups[node] = path
    return graph, sizes, groups


# ---- measures: rectangles are (left, top, right, bottom)
def box(result, sizes, node):
    (x, y), (width, height) = result.positions[node], sizes[node]
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def frames(result):
    return {path: (x, y, x + width, y + height) for path, (x, y, width, height) in result.groups.items()}


def apart(a, b):
    return a[2] <= b[0] + 0.2 or b[2] <= a[0] + 0.2 or a[3] <= b[1] + 0.2 or b[3] <= a[1] + 0.2


def around(outer, inner):
    """Whether there is the room of the padding, and that of the header above."""
    room = (inner[0] - outer[0], inner[1] - outer[1], outer[2] - inner[2], outer[3] - inner[3])
    return all(found >= least - 0.2 for found, least in zip(room, (PADDING, HEADER, PADDING, PADDING), strict=True))


def belongs(groups, node, path):
    return groups.get(node, ())[: len(path)] == path


def frames_hold_their_members(result, sizes, groups):
    framed = frames(result)
    for path, frame in framed.items():
        for node in result.positions:
            own = box(result, sizes, node)
            assert around(frame, own) if belongs(groups, node, path) else apart(frame, own), (path, node)
    for (path, frame), (other, inner) in itertools.permutations(framed.items(), 2):
        if other[: len(path)] == path:
            assert around(frame, inner), (path, other)
        elif path[: len(other)] != other:
            assert apart(frame, inner), (path, other)


def routes_respect_frames(result, groups):
    """No edge runs through a frame in which it has no end, and none leaves a frame that holds both its ends."""
    for (u, v, _), route in result.routes.items():
        x, y = samples(route).T
        for path, (left, top, right, bottom) in frames(result).items():
            ends = belongs(groups, u, path) + belongs(groups, v, path)
            if ends == 0:
                assert not ((left + 0.2 < x) & (x < right - 0.2) & (top + 0.2 < y) & (y < bottom - 0.2)).any()
            elif ends == 2:
                assert ((left - 0.2 < x) & (x < right + 0.2) & (top - 0.2 < y) & (y < bottom + 0.2)).all()


def edges_climb_gently(result, direction):
    """Every piece of a curve that is not level is at least as long as the room made for it: so no route is broken
    where one drawing's part of it meets the next one's."""
    along = 0 if direction == "LR" else 1
    for curve in result.curves.values():
        for start, stop in zip(curve[:-3:3], curve[3::3], strict=True):
            if abs(start[1 - along] - stop[1 - along]) > 0.1:
                assert abs(start[along] - stop[along]) >= 39.8


def is_closed(graph, members):
    """Whether no path of edges leaves the members and comes back."""
    after = set().union(*(nx.descendants(graph, node) for node in members)) - set(members)
    return not any(nx.descendants(graph, node) & set(members) for node in after)


# ---- properties
@settings(max_examples=150)
@given(grouped_graphs(), DIRECTIONS)
def test_frames_hold_exactly_their_members_and_nothing_runs_through(drawn, direction):
    graph, sizes, groups = drawn
    result = layout(graph, sizes, direction, groups=groups)
    sane(graph, sizes, result, direction)
    frames_hold_their_members(result, sizes, groups)
    routes_respect_frames(result, groups)
    edges_climb_gently(result, direction)
    for left, top, right, bottom in frames(result).values():
        assert min(left, top) >= -0.1
        assert right <= result.width + 0.1
        assert bottom <= result.height + 0.1


@settings(max_examples=60)
@given(grouped_graphs(acyclic=False), DIRECTIONS)
def test_groups_in_graphs_with_cycles(drawn, direction):
    graph, sizes, groups = drawn
    result = layout(graph, sizes, direction, groups=groups)
    sane(graph, sizes, result, direction)
    frames_hold_their_members(result, sizes, groups)
    routes_respect_frames(result, groups)


@settings(max_examples=80)
@given(random_graphs(), st.data())
def test_a_group_alone_is_framed_unless_a_path_leaves_it_and_comes_back(drawn, data):
    graph, sizes = drawn
    members = data.draw(st.lists(st.sampled_from(list(graph)), min_size=1, unique=True))
    result = layout(graph, sizes, groups=dict.fromkeys(members, ("g",)))
    graph.remove_edges_from(list(nx.selfloop_edges(graph, keys=True)))
    assert (("g",) in result.groups) == is_closed(graph, members)


@settings(max_examples=40)
@given(grouped_graphs())
def test_the_same_groups_give_the_same_layout(drawn):
    graph, sizes, groups = drawn
    assert layout(graph, sizes, groups=groups) == layout(graph.copy(), sizes, groups=dict(reversed(groups.items())))


@settings(max_examples=30)
@given(random_graphs())
def test_without_groups_nothing_changes(drawn):
    graph, sizes = drawn
    plain = layout(graph, sizes)
    assert plain == layout(graph, sizes, groups={}) == layout(graph, sizes, groups=dict.fromkeys(graph, ()))
    assert plain.groups == {}


def test_hash_seed_does_not_matter_for_groups():
    program = (
        "import networkx as nx, random\n"
        "from nbgrad.display import layout\n"
        "dice = random.Random(5)\n"
        "names = [f'node{k}' for k in range(40)]\n"
        "graph = nx.MultiDiGraph()\n"
        "graph.add_nodes_from(names)\n"
        "for k in range(1, 40):\n"
        "    graph.add_edges_from((names[dice.randrange(max(0, k - 9), k)], names[k]) for _ in range(2))\n"
        "groups = {name: (f'layer {k // 10}', f'part {k // 5}') for k, name in enumerate(names)}\n"
        "for direction in ('LR', 'TB'):\n"
        "    print(layout(graph, {name: (138, 66) for name in names}, direction, groups=groups))\n"
    )
    prints = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert prints[0] == prints[1]
    assert "('layer 3', 'part 7')" in prints[0]


# ---- particular graphs
def perceptron(layers):
    """x through layers of a product, a sum and an activation; every layer is a group."""
    graph, groups = nx.MultiDiGraph(), {}
    h = "x"
    graph.add_node(h)
    for k in range(1, layers + 1):
        names = [f"{name}{k}" for name in ("W", "b", "product", "sum", "tanh")]
        weight, bias, product, total, active = names
        graph.add_edges_from([(h, product), (weight, product), (product, total), (bias, total), (total, active)])
        groups.update(dict.fromkeys(names, (f"layer {k}",)))
        h = active
    return graph, groups


def test_layers_stand_in_a_row_and_look_alike():
    graph, groups = perceptron(4)
    result = layout(graph, dict.fromkeys(graph, SCALAR), groups=groups)
    assert list(result.groups) == [("layer 1",), ("layer 2",), ("layer 3",), ("layer 4",)]
    lefts, tops, widths, heights = zip(*result.groups.values(), strict=True)
    assert len({*tops}) == len({*widths}) == len({*heights}) == 1
    assert all(a + width < b for (a, b), width in zip(itertools.pairwise(lefts), widths, strict=False))
    levels = {result.positions[f"{name}{k}"][1] for name in ("product", "sum", "tanh") for k in range(1, 5)}
    assert levels == {result.positions["x"][1]}  # the way of the values is one straight line


def layer_chain(layers, leaves):
    """Operations one after the other, each with leaves of its own, which lie in its group with it."""
    graph, groups = nx.MultiDiGraph(), {}
    graph.add_node("x")
    last = "x"
    for layer in range(layers):
        for leaf in range(leaves):
            graph.add_edge((layer, leaf), (layer, "linear"), position=leaf + 1)
        graph.add_edge(last, (layer, "linear"), position=0)
        graph.add_edge((layer, "linear"), (layer, "tanh"))
        groups |= dict.fromkeys([*((layer, leaf) for leaf in range(leaves)), (layer, "linear")], (f"{layer}", "linear"))
        groups[layer, "tanh"] = (f"{layer}",)
        last = (layer, "tanh")
    return graph, groups


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("leaves", [1, 2, 3, 4])
def test_a_chain_of_layers_is_straight(leaves, direction):
    graph, groups = layer_chain(5, leaves)
    result = layout(graph, dict.fromkeys(graph, MATRIX), direction, groups=groups)
    across = 1 if direction == "LR" else 0
    chain = ["x", *((layer, op) for layer in range(5) for op in ("linear", "tanh"))]
    assert len({result.positions[node][across] for node in chain}) == 1


def test_a_frame_fits_tightly():
    graph = nx.MultiDiGraph([("x", "y"), ("y", "z")])
    result = layout(graph, dict.fromkeys(graph, SCALAR), groups={"y": ("g",)})
    left, top, right, bottom = box(result, dict.fromkeys(graph, SCALAR), "y")
    assert result.groups["g",] == (left - 14, top - 26, right - left + 28, bottom - top + 40)


def crossing_points(route, along, border, reach):
    """The distinct places across, at which a route is while it is at most so far behind the border."""
    points = samples(route, per_piece=40)
    behind = (points[:, along] - border) * np.sign(reach)
    return {round(float(place), 1) for place in points[(behind >= 0) & (behind <= abs(reach)), 1 - along]}


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_edges_cross_the_frame_and_its_header_at_right_angles(direction):
    graph = nx.MultiDiGraph([("x", "a"), ("x", "b"), ("x", "c"), ("a", "y"), ("b", "y"), ("c", "z"), ("a", "z")])
    result = layout(graph, dict.fromkeys(graph, MATRIX), direction, groups=dict.fromkeys("abc", ("g",)))
    along = 0 if direction == "LR" else 1
    start, length = result.groups["g",][along], result.groups["g",][along + 2]
    for (u, _, _), route in result.routes.items():
        border, reach = (start, HEADER if along else PADDING) if u == "x" else (start + length, -PADDING)
        assert len(crossing_points(route, along, border, reach)) == 1


def test_a_value_enters_a_frame_at_one_place():
    graph = nx.MultiDiGraph([("x", "a"), ("x", "b"), ("x", "c"), ("a", "d"), ("b", "d"), ("c", "d")])
    groups = dict.fromkeys("abcd", ("outer", "inner"))
    result = layout(graph, dict.fromkeys(graph, SCALAR), groups=groups)
    border = result.groups["outer",][0]
    places = set().union(*(crossing_points(result.routes["x", name, 0], 0, border, PADDING) for name in "abc"))
    assert len(places) == 1


def test_edges_to_one_operation_of_a_group_need_not_cross():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from("abcde")
    graph.add_edges_from([("a", "b"), ("a", "d"), ("c", "e"), ("d", "e")])  # d ends above c, which was there first
    groups = {**dict.fromkeys("abcd", ("left",)), "e": ("right",)}
    result = layout(graph, dict.fromkeys(graph, SCALAR), groups=groups)
    assert result.positions["d"][1] < result.positions["c"][1]
    assert crossings(result.routes) == 0


def test_parallel_edges_part_before_the_frame():
    graph = nx.MultiDiGraph([("x", "y"), ("x", "y")])
    result = layout(graph, dict.fromkeys(graph, SCALAR), groups={"y": ("square",)})
    edges_climb_gently(result, "LR")
    assert [curve[-1][1] - result.positions["y"][1] for curve in result.curves.values()] == pytest.approx([-8, 8])


def test_a_layer_used_twice_gets_no_frame_but_what_it_holds_does():
    graph = nx.MultiDiGraph([("x", "h"), ("w", "h"), ("h", "t"), ("t", "g"), ("g", "h2"), ("w", "h2"), ("h2", "t2")])
    groups = {"w": ("layer",), "h": ("layer", "first"), "t": ("layer", "first"), "h2": ("layer", "second")}
    groups["t2"] = ("layer", "second")
    result = layout(graph, dict.fromkeys(graph, SCALAR), groups=groups)
    assert list(result.groups) == [("layer", "first"), ("layer", "second")]
    sane(graph, dict.fromkeys(graph, SCALAR), result)


def test_two_groups_that_need_each_other_cannot_both_be_framed():
    graph = nx.MultiDiGraph([("a1", "b2"), ("b1", "a2")])
    groups = {"a1": ("a",), "a2": ("a",), "b1": ("b",), "b2": ("b",)}
    result = layout(graph, dict.fromkeys(graph, SCALAR), groups=groups)
    assert list(result.groups) == [("a",)]  # each alone could be; the one created first is


def test_groups_cost_few_crossings():
    graph = residual_net(8)
    groups = {node: (f"block {(node - 1) // 6}",) for node in graph if node}
    result = layout(graph, dict.fromkeys(graph, SCALAR), groups=groups)
    assert len(result.groups) == 8
    assert crossings(result.routes) == 0


def test_a_string_is_a_group_of_its_own():
    graph = nx.MultiDiGraph([("x", "y")])
    sizes = dict.fromkeys(graph, SCALAR)
    assert layout(graph, sizes, groups={"y": "layer"}) == layout(graph, sizes, groups={"y": ("layer",)})


def test_a_layout_found_again_cannot_be_spoilt():
    graph, groups = perceptron(2)
    sizes = dict.fromkeys(graph, SCALAR)
    first = layout(graph, sizes, groups=groups)
    first.groups.clear()
    first.positions.clear()
    for points in first.curves.values():
        points.clear()
    again = layout(graph, sizes, groups=groups)
    assert len(again.groups) == 2
    assert all(again.curves.values())
    assert list(again.positions) == list(graph)
