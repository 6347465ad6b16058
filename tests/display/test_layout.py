"""Properties that every layout has, and how few crossings the benchmark's graphs are drawn with."""

import itertools
import os
import random
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import (
    SCALAR,
    SMALL,
    crossings,
    expression,
    overlapping_boxes,
    random_graphs,
    residual_net,
    sane,
    scalar_mlp,
)

from nbgrad.display import Layout, layout
from nbgrad.display.arrange.ordering import Columns
from nbgrad.display.arrange.rerouting import random_path, reroute


# ---- properties
@settings(max_examples=80)
@given(random_graphs(), st.sampled_from(["LR", "TB"]))
def test_any_graph_has_a_sane_layout_with_edges_that_run_forwards(drawn, direction):
    graph, sizes = drawn
    result = layout(graph, sizes, direction)
    sane(graph, sizes, result, direction)
    along = 0 if direction == "LR" else 1
    for u, v in graph.edges():
        distance = result.positions[v][along] - result.positions[u][along]
        assert distance >= (sizes[u][along] + sizes[v][along]) / 2 + 40


@settings(max_examples=60)
@given(random_graphs(acyclic=False), st.sampled_from(["LR", "TB"]))
def test_cycles_and_loops_have_a_sane_layout(drawn, direction):
    graph, sizes = drawn
    sane(graph, sizes, layout(graph, sizes, direction), direction)


@settings(max_examples=30)
@given(random_graphs(acyclic=False))
def test_the_same_graph_gets_the_same_layout(drawn):
    graph, sizes = drawn
    assert layout(graph, sizes) == layout(graph.copy(), dict(reversed(sizes.items())))


@settings(max_examples=30)
@given(random_graphs())
def test_parallel_edges_are_separate_curves(drawn):
    graph, sizes = drawn
    result = layout(graph, sizes)
    for u, v in dict.fromkeys(graph.edges()):
        curves = [result.curves[u, v, key] for key in graph[u][v]]
        arrivals = sorted(curve[-1][1] for curve in curves)
        assert all(b - a >= 0.8 for a, b in itertools.pairwise(arrivals))


def test_the_same_shape_is_arranged_once(monkeypatch):
    graph = expression(30, seed=8)
    named = nx.relabel_nodes(graph, {node: f"n{node}" for node in graph})
    first = layout(graph, dict.fromkeys(graph, SMALL))
    monkeypatch.setattr("nbgrad.display.arrange._arranged", None)  # whoever calls it fails
    again = layout(named, dict.fromkeys(named, SMALL))
    assert list(again.positions.values()) == list(first.positions.values())
    with pytest.raises(TypeError):
        layout(graph, dict.fromkeys(graph, SCALAR))


def test_hash_seed_does_not_matter():
    program = (
        "import networkx as nx, random\n"
        "from nbgrad.display import layout\n"
        "dice = random.Random(3)\n"
        "graph = nx.MultiDiGraph()\n"
        "names = [f'node{k}' for k in range(40)]\n"
        "graph.add_nodes_from(names)\n"
        "for k in range(1, 40):\n"
        "    graph.add_edges_from((names[dice.randrange(k)], names[k]) for _ in range(2))\n"
        "print(layout(graph, {name: (138, 66) for name in names}))\n"
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
    assert "node39" in prints[0]


# ---- the benchmark's graphs: ceilings are what Graphviz dot draws
CEILINGS = {
    "expression-10": (lambda: expression(10), 2),
    "expression-30": (lambda: expression(30), 5),
    "expression-100": (lambda: expression(100), 16),
    "mlp-3-4-4-1": (lambda: scalar_mlp(3, 4, 4, 1), 40),
    "residual-8": (lambda: residual_net(8), 0),
}


@pytest.mark.parametrize("name", CEILINGS)
def test_no_more_crossings_than_dot(name):
    make, ceiling = CEILINGS[name]
    graph = make()
    sizes = dict.fromkeys(graph, SMALL)
    result = layout(graph, sizes)
    sane(graph, sizes, result)
    assert crossings(result.routes) <= ceiling


def test_a_tree_has_no_crossing():
    graph = nx.MultiDiGraph((child, (child - 1) // 2) for child in range(1, 63))
    result = layout(graph, dict.fromkeys(graph, SCALAR))
    assert crossings(result.routes) == 0


def random_columns(dice):
    """Three or four columns of one to four vertices, with random edges between neighbouring ones."""
    widths = [dice.randint(1, 4) for _ in range(dice.randint(3, 4))]
    joins = [
        np.array([[float(dice.choice([0, 1, 1, 2])) for _ in range(after)] for _ in range(before)])
        for before, after in itertools.pairwise(widths)
    ]
    return Columns([list(range(width)) for width in widths], joins)


@pytest.mark.parametrize("seed", range(40))
def test_a_rerouted_path_is_the_best_of_all_ways(seed):
    dice = random.Random(seed)
    columns = random_columns(dice)
    orders = [np.array(dice.sample(members, len(members))) for members in columns.members]
    first, path = random_path(columns, dice.randrange(len(orders)), dice)
    routed = reroute(columns, orders, first, path, dice)
    places = [range(len(orders[first + k])) for k in range(len(path))]
    counts = []
    for way in itertools.product(*places):
        tried = list(orders)
        for k, place in enumerate(way):
            rest = [vertex for vertex in orders[first + k] if vertex != path[k]]
            tried[first + k] = np.array([*rest[:place], path[k], *rest[place:]])
        counts.append(columns.crossings(tried))
    assert columns.crossings(routed) == min(counts)


@pytest.mark.parametrize("seed", range(20))
def test_crossings_between_columns_are_counted_pair_by_pair(seed):
    dice = random.Random(seed)
    columns = random_columns(dice)
    orders = [np.array(dice.sample(members, len(members))) for members in columns.members]
    count = 0
    for r, join in enumerate(columns.joins):
        rows, cells = list(orders[r]), list(orders[r + 1])
        edges = [(rows.index(a), cells.index(b), join[a, b]) for a in rows for b in cells if join[a, b]]
        for (a, b, u), (c, d, w) in itertools.combinations(edges, 2):
            count += int(u * w) if (a - c) * (b - d) < 0 else 0
    assert columns.crossings(orders) == count


# ---- particular graphs
def sketch():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(["k", "x", "mul", "b", "add", "sigmoid", "y", "loss"])
    edges = ["k mul", "x mul", "mul add", "b add", "add sigmoid", "sigmoid loss", "y loss"]
    graph.add_edges_from(edge.split() for edge in edges)
    return graph


def test_a_neuron_is_drawn_calmly():
    graph = sketch()
    at = layout(graph, dict.fromkeys(graph, SCALAR)).positions
    assert at["k"][0] == at["x"][0] < at["mul"][0]
    assert at["k"][1] < at["mul"][1] < at["x"][1]
    assert at["mul"][1] == at["add"][1] == at["sigmoid"][1] == at["loss"][1]  # operations on one level
    assert at["b"][0] == at["mul"][0]  # leaves stand beside what they are added to
    assert at["y"][0] == at["sigmoid"][0]


def test_leaves_do_not_bend_the_way_of_the_operations():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from("XWbhzaVcHZAydsm")  # the graph of a network with one hidden layer
    for edges, position in (("Xh hz za aH HZ ZA Ad ds sm", 0), ("Wh bz VH cZ yd ds", 1)):
        graph.add_edges_from(edges.split(), position=position)
    sizes = {node: (138.0, 125.0) if node == "X" else (152.7, 156.0) for node in graph} | {"h": (180.2, 156.0)}
    sizes |= {"c": (146.0, 67.0), "m": (146.0, 98.0), "y": (128.5, 125.0)}
    result = layout(graph, sizes, "TB")
    assert len({result.positions[node][0] for node in "hzaHZAdsm"}) == 1


def test_top_to_bottom_is_left_to_right_turned():
    graph = sketch()
    sizes = {node: (100.0 + 3 * k, 60.0) for k, node in enumerate(graph)}
    down = layout(graph, sizes, "TB")
    across = layout(graph, {node: size[::-1] for node, size in sizes.items()}, "LR")
    assert down.positions == {node: (y, x) for node, (x, y) in across.positions.items()}
    assert (down.width, down.height) == (across.height, across.width)


def test_a_square_has_two_strands():
    graph = nx.MultiDiGraph([("x", "y"), ("x", "y")])
    result = layout(graph, dict.fromkeys(graph, SCALAR))
    first, second = (result.curves["x", "y", key] for key in (0, 1))
    assert first[0] == second[0]
    assert second[-1][1] - first[-1][1] == pytest.approx(16)


def test_argument_positions_go_before_the_order_of_edges():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(["a", "b", "y"])
    graph.add_edge("a", "y", position=1)
    graph.add_edge("b", "y", position=0)
    result = layout(graph, dict.fromkeys(graph, SCALAR))
    assert result.positions["b"][1] < result.positions["a"][1]
    assert list(result.curves) == [("a", "y", 0), ("b", "y", 0)]


def test_no_node_and_one_node():
    assert layout(nx.MultiDiGraph(), {}) == Layout()
    alone = nx.MultiDiGraph()
    alone.add_node("x")
    assert layout(alone, {"x": SCALAR}) == Layout({"x": (69.0, 33.0)}, {}, {}, 138.0, 66.0)


def test_unconnected_nodes_share_the_paper():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(30))
    result = layout(graph, dict.fromkeys(graph, SCALAR))
    assert overlapping_boxes(result, dict.fromkeys(graph, SCALAR)) == []
    assert result.width < 3 * result.height
    assert result.height < 3 * result.width


def test_a_simple_digraph_has_keys_of_zero():
    graph = nx.DiGraph([("x", "y")])
    assert list(layout(graph, dict.fromkeys(graph, SMALL)).routes) == [("x", "y", 0)]


def test_an_unknown_direction_says_what_is_known():
    with pytest.raises(ValueError, match=r"'LR' .* or 'TB'"):
        layout(sketch(), dict.fromkeys(sketch(), SMALL), "RL")


def test_a_long_chain_does_not_recurse():
    graph = nx.MultiDiGraph(itertools.pairwise(range(1500)))
    result = layout(graph, dict.fromkeys(graph, SMALL))
    assert len({y for _, y in result.positions.values()}) == 1
