"""Graphs to be laid out, and what is measured on a layout."""

import itertools
import random

import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

SCALAR, MATRIX, SMALL = (138.0, 66.0), (150.0, 112.0), (60.0, 26.0)


# ---- graphs
@st.composite
def random_graphs(draw, acyclic=True):
    """A directed multigraph of up to 14 nodes, parallel edges included, with a size for each node."""
    count = draw(st.integers(1, 14))
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    pairs = draw(st.lists(ends, max_size=24))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(count))
    for u, v in pairs:
        if acyclic and u != v:
            graph.add_edge(min(u, v), max(u, v))
        elif not acyclic:
            graph.add_edge(u, v)
    sizes = {node: draw(st.sampled_from([SCALAR, MATRIX, SMALL])) for node in graph}
    return graph, sizes


def expression(count, seed=0):
    """A random expression: each operation takes one or two operands, mostly recent ones, some of them again."""
    dice = random.Random(seed)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(max(2, count // 4)))
    unused = list(graph)
    while len(graph) < count:
        operands = set()
        for _ in range(1 if dice.random() < 0.3 else 2):
            if unused and dice.random() < 0.75:
                operands.add(unused[max(0, len(unused) - 1 - int(dice.expovariate(1 / 6)))])
            else:
                operands.add(max(0, len(graph) - 1 - int(dice.expovariate(1 / 15))))
        node = len(graph)
        graph.add_node(node)
        for operand in sorted(operands):
            graph.add_edge(operand, node)
            if operand in unused:
                unused.remove(operand)
        unused.append(node)
    return graph


def scalar_mlp(*widths):
    """One sample through a perceptron of scalars: a node for each value."""
    graph = nx.MultiDiGraph()

    def node(*operands):
        new = len(graph)
        graph.add_node(new)
        graph.add_edges_from((operand, new) for operand in operands)
        return new

    layers = [
        ([[node() for _ in range(before)] for _ in range(after)], [node() for _ in range(after)])
        for before, after in itertools.pairwise(widths)
    ]
    values = [node() for _ in range(widths[0])]
    for depth, (weights, biases) in enumerate(layers):
        results = []
        for row, total in zip(weights, biases, strict=True):
            for weight, value in zip(row, values, strict=True):
                total = node(total, node(weight, value))
            results.append(node(total) if depth < len(layers) - 1 else total)
        values = results
    node(node(values[0], node()))
    return graph


def residual_net(depth):
    """Blocks of a matrix product, a bias, an activation, and a way round them."""
    graph = nx.MultiDiGraph()
    h = 0
    graph.add_node(h)
    for _ in range(depth):
        w, b, product, total, active, out = range(len(graph), len(graph) + 6)
        edges = [(w, product), (h, product), (product, total), (b, total), (total, active), (active, out), (h, out)]
        graph.add_edges_from(edges)
        h = out
    return graph


# ---- measures
def samples(route, per_piece=12):
    return np.vstack([np.linspace(a, b, per_piece) for a, b in itertools.pairwise(route)])


def overlapping_boxes(result, sizes):
    return [
        (a, b)
        for a, b in itertools.combinations(result.positions, 2)
        if all(
            abs(result.positions[a][k] - result.positions[b][k]) < (sizes[a][k] + sizes[b][k]) / 2 - 0.2 for k in (0, 1)
        )
    ]


def edges_through_boxes(result, sizes):
    found = []
    for (u, v, key), route in result.routes.items():
        points = samples(route)
        for node, centre in result.positions.items():
            if node not in (u, v) and (abs(points - centre) < np.array(sizes[node]) / 2 - 0.2).all(axis=1).any():
                found.append((u, v, key, node))
    return found


def crossings(routes):
    """Pairs of line pieces of different edges that cross properly."""
    pieces = [(k, *piece) for k, route in enumerate(routes.values()) for piece in itertools.pairwise(route)]
    owner = np.array([piece[0] for piece in pieces])
    start, stop = (np.array([piece[side] for piece in pieces], float) for side in (1, 2))

    def side_of(p, q, r):
        return (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (r[..., 0] - p[..., 0])

    total = 0
    for i in range(len(pieces)):
        a, b, c, d = start[i], stop[i], start[i + 1 :], stop[i + 1 :]
        hit = (side_of(a, b, c) * side_of(a, b, d) < -1e-9) & (side_of(c, d, a) * side_of(c, d, b) < -1e-9)
        total += int((hit & (owner[i + 1 :] != owner[i])).sum())
    return total


def everything(result):
    return [result.width, result.height, *result.positions.values()] + [
        point for points in [*result.routes.values(), *result.curves.values()] for point in points
    ]


def sane(graph, sizes, result, direction="LR"):
    """What must hold for any graph whatever."""
    assert list(result.positions) == list(graph)
    assert list(result.curves) == list(result.routes) == list(graph.edges(keys=True))
    assert overlapping_boxes(result, sizes) == []
    assert edges_through_boxes(result, sizes) == []
    points = [(x, y) for x, y in everything(result)[2:]]
    for x, y in points:
        assert 0 <= x <= result.width + 0.1
        assert 0 <= y <= result.height + 0.1
        assert (round(x, 1), round(y, 1)) == (x, y)
    for node, (x, y) in result.positions.items():
        assert x - sizes[node][0] / 2 >= -0.1
        assert y - sizes[node][1] / 2 >= -0.1
    for (u, v, _), curve in result.curves.items():
        assert len(curve) % 3 == 1
        along = 0 if direction == "LR" else 1
        forwards = u == v or result.positions[u][along] < result.positions[v][along]
        joins_boxes(result.positions, sizes, (u, v) if forwards else (v, u), curve if forwards else curve[::-1], along)


def joins_boxes(positions, sizes, ends, curve, along):
    across = 1 - along
    source, target = ends
    leaves, arrives = curve[0], curve[-1]
    assert leaves[along] == pytest.approx(positions[source][along] + sizes[source][along] / 2, abs=0.11)
    assert leaves[across] == pytest.approx(positions[source][across], abs=0.11)
    assert arrives[along] == pytest.approx(positions[target][along] - sizes[target][along] / 2, abs=0.11)
    assert abs(arrives[across] - positions[target][across]) <= 12.1
