"""From ranks to columns: a long edge becomes a chain of waypoints, one in each column that it passes.

The vertices of the columns are whole numbers: 0..count-1 are the nodes, waypoints follow.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from .ordering import Columns, Orders
from .ranks import Edge


@dataclass
class Grid:
    """A connected graph cut into columns."""

    count: int  # nodes; vertices from here on are waypoints
    columns: Columns
    column_of: list[int]  # by vertex
    index_of: list[int]  # by vertex: its place in columns.members[column]
    chains: dict[Edge, list[int]]  # edge -> its vertices from source to target
    strands: list[int]  # by vertex: how many parallel edges a waypoint carries (1 for nodes)
    before: list[list[tuple[int, int]]]  # by vertex: (neighbour in the column before, weight)
    after: list[list[tuple[int, int]]]  # by vertex: (neighbour in the column after, weight)


def cut_into_columns(weights: dict[Edge, int], rank: list[int]) -> Grid:
    """Place nodes and waypoints in the columns of their ranks.

    >>> grid = cut_into_columns({(0, 1): 1, (1, 2): 1, (0, 2): 2}, [0, 1, 2])
    >>> grid.chains[0, 2], grid.columns.members
    ([0, 3, 2], [[0], [1, 3], [2]])
    """
    count = len(rank)
    column_of, strands, chains = list(rank), [1] * count, {}
    for (u, v), weight in weights.items():
        waypoints = range(len(column_of), len(column_of) + rank[v] - rank[u] - 1)
        column_of.extend(range(rank[u] + 1, rank[v]))
        strands.extend([weight] * len(waypoints))
        chains[u, v] = [u, *waypoints, v]
    members: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    index_of = []
    for vertex, column in enumerate(column_of):
        index_of.append(len(members[column]))
        members[column].append(vertex)
    joins = [np.zeros((len(a), len(b))) for a, b in itertools.pairwise(members)]
    before: list[list[tuple[int, int]]] = [[] for _ in column_of]
    after: list[list[tuple[int, int]]] = [[] for _ in column_of]
    for edge, chain in chains.items():
        for a, b in itertools.pairwise(chain):
            joins[column_of[a]][index_of[a], index_of[b]] = weights[edge]
            before[b].append((a, weights[edge]))
            after[a].append((b, weights[edge]))
    return Grid(count, Columns(members, joins), column_of, index_of, chains, strands, before, after)


def reading_order(grid: Grid, backwards: bool = False) -> Orders:
    """The order in which a reader meets the vertices, from each result back through its operands, first to last.

    For a tree this order has no crossing at all. `backwards` takes results and operands last to first.
    """
    step = 1 if backwards else -1
    orders: list[list[int]] = [[] for _ in grid.columns.members]
    seen = [False] * len(grid.column_of)
    waiting = [v for v in range(grid.count) if not grid.after[v]][::step]
    while waiting:
        vertex = waiting.pop()
        if seen[vertex]:
            continue
        seen[vertex] = True
        orders[grid.column_of[vertex]].append(grid.index_of[vertex])
        waiting.extend([operand for operand, _ in grid.before[vertex]][::step])
    return [np.array(order) for order in orders]
