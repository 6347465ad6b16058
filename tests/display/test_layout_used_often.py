"""A value that is used hundreds of times: its edges run together, and arranging them does not take long."""

import time

import networkx as nx
import pytest
from layouts import sane

from nbgrad.display import layout
from nbgrad.display.arrange.columns import cut_into_columns
from nbgrad.display.arrange.ranks import MANY_USES, ranks


def chain(times):
    """Each node is computed from the one before and from node 0."""
    graph = nx.MultiDiGraph()
    for node in range(1, times + 1):
        graph.add_edge(node - 1, node, position=0)
        graph.add_edge(0, node, position=1)
    return graph


def sum_of_products(times):
    """Node 0 times a leaf, again and again, added up."""
    graph = nx.MultiDiGraph([(0, 2), (1, 2)])
    total = 2
    for _ in range(times - 1):
        leaf, product = len(graph), len(graph) + 1
        graph.add_edges_from([(0, product), (leaf, product), (total, product + 1), (product, product + 1)])
        total = product + 1
    return graph


def laid_out(graph, direction="LR"):
    sizes = dict.fromkeys(graph, (60.0, 26.0))
    return sizes, layout(graph, sizes, direction)


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("make", [chain, sum_of_products])
def test_its_layout_is_sane(make, direction):
    graph = make(MANY_USES + 8)
    sizes, result = laid_out(graph, direction)
    sane(graph, sizes, result, direction)


def test_its_edges_share_their_waypoints():
    links = {(0, 0, node, 0): 1 for node in range(1, 101)} | {(node, 0, node + 1, 0): 1 for node in range(1, 100)}
    grid = cut_into_columns(links, range(101))
    assert len(grid.column_of) - grid.count == 99  # not 99 + 98 + ... + 1
    assert grid.chains[0, 0, 100, 0][:-2] == grid.chains[0, 0, 99, 0][:-1]
    few = {link: 1 for link in links if link[0] or link[2] <= 30}
    grid = cut_into_columns(few, range(101))
    assert len(grid.column_of) - grid.count == sum(range(30))


def test_what_is_computed_from_it_stands_beside_its_own_use():
    graph = sum_of_products(MANY_USES + 8)
    rank = ranks(len(graph), {(u, v): 1 for u, v, _ in graph.edges})
    ways = [rank[v] - rank[u] for u, v, _ in graph.edges if u != 0]
    assert set(ways) == {1}


@pytest.mark.parametrize("make", [chain, sum_of_products])
def test_250_uses_are_arranged_at_once(make):
    graph = make(250)
    start = time.process_time()
    laid_out(graph)
    assert time.process_time() - start < 2
