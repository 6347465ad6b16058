"""From ranks to columns: a long edge becomes a chain of waypoints, one in each column that it passes.

Edges of one value that is used very often share their waypoints: they run together and part one by one.

The vertices of the columns are whole numbers: 0..count-1 are the nodes, waypoints follow. An edge joins a pin of one
node with a pin of another. A box of its own has one pin in the middle of each side; a group that was laid out
before has more, at the heights where values pass its border.
"""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .ordering import Columns, Orders, Pins
from .ranks import MANY_USES

Link = tuple[int, int, int, int]  # source, the source's exit, target, the target's entry
Heights = Sequence[float]  # of the pins of one side, from the middle of the side, top to bottom

MIDDLE: Heights = (0.0,)


@dataclass
class Grid:
    """A graph cut into columns."""

    count: int  # nodes; vertices from here on are waypoints
    columns: Columns
    column_of: list[int]  # by vertex
    chains: dict[Link, list[int]]  # link -> its vertices from source to target
    strands: list[int]  # by vertex: how many parallel edges a waypoint carries (1 for nodes)
    before: list[list[tuple[int, float]]]  # by vertex: neighbour in the column before, and how far below ...
    after: list[list[tuple[int, float]]]  # ... or in the column after: and how far above it a level edge ends
    exits: list[Heights]  # by node
    entries: list[Heights]


def cut_into_columns(
    links: Mapping[Link, int],
    rank: Sequence[int],
    exits: Sequence[Heights] | None = None,
    entries: Sequence[Heights] | None = None,
) -> Grid:
    """Place nodes and waypoints in the columns of their ranks. `links` gives the number of parallel edges.

    >>> grid = cut_into_columns({(0, 0, 1, 0): 1, (1, 0, 2, 0): 1, (0, 0, 2, 0): 2}, [0, 1, 2])
    >>> grid.chains[0, 0, 2, 0], grid.columns.members
    ([0, 3, 2], [[0], [1, 3], [2]])
    """
    count = len(rank)
    exits, entries = list(exits or [MIDDLE] * count), list(entries or [MIDDLE] * count)
    column_of, strands, chains = list(rank), [1] * count, {}

    def waypoints_between(start: int, stop: int, weight: int) -> range:
        """New waypoints in the columns from `start` to before `stop`."""
        made = range(len(column_of), len(column_of) + stop - start)
        column_of.extend(range(start, stop))
        strands.extend([weight] * len(made))
        return made

    trunks = {
        (u, i): waypoints_between(rank[u] + 1, stop, weight) for (u, i), (stop, weight) in _shared(links, rank).items()
    }
    for (u, i, v, j), weight in links.items():
        trunk = trunks.get((u, i))
        between = waypoints_between(rank[u] + 1, rank[v], weight) if trunk is None else trunk[: rank[v] - rank[u] - 1]
        chains[u, i, v, j] = [u, *between, v]
    members: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    for vertex, column in enumerate(column_of):
        members[column].append(vertex)
    first_exit, exit_pins, exit_counts = _numbered(members, exits)
    first_entry, entry_pins, entry_counts = _numbered(members, entries)
    joins = [np.zeros(shape) for shape in zip(exit_counts[:-1], entry_counts[1:], strict=True)]
    before: list[list[tuple[int, float]]] = [[] for _ in column_of]
    after: list[list[tuple[int, float]]] = [[] for _ in column_of]

    def join(a: int, b: int, leaving: int, arriving: int, weight: int) -> None:
        joins[column_of[a]][first_exit[a] + leaving, first_entry[b] + arriving] = weight
        drop = (exits[a][leaving] if a < count else 0.0) - (entries[b][arriving] if b < count else 0.0)
        before[b].append((a, drop))
        after[a].append((b, drop))

    for (u, i), trunk in trunks.items():
        for a, b in itertools.pairwise([u, *trunk]):
            join(a, b, i if a == u else 0, 0, strands[b])
    for (u, i, v, j), chain in chains.items():
        own = chain[-2:] if (u, i) in trunks else chain  # what it shares has been joined
        for a, b in itertools.pairwise(own):
            join(a, b, i if a == u else 0, j if b == v else 0, links[u, i, v, j])
    columns = Columns(members, joins, exit_pins, entry_pins)
    return Grid(count, columns, column_of, chains, strands, before, after, exits, entries)


def _shared(links: Mapping[Link, int], rank: Sequence[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """The pins whose edges run together: for each the last column that they share a waypoint before, and how many
    parallel edges the waypoints have room for.

    A value that is used hundreds of times along a chain would otherwise have a line to each use, side by side through
    all the columns: a thick band in which no eye can follow one, and whose arranging takes as many times as long.
    """
    uses = Counter((u, i) for u, i, _, _ in links)
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for (u, i, v, _), weight in links.items():
        if uses[u, i] > MANY_USES:
            stop, most = found.get((u, i), (0, 1))
            found[u, i] = max(stop, rank[v]), max(most, weight)
    return found


def _numbered(members: list[list[int]], pins: list[Heights]) -> tuple[list[int], list[Pins | None], list[int]]:
    """The pins of one side of each column, numbered from the top: the number of each vertex's first, the numbers by
    member (None: one each), and how many there are."""
    first = [0] * sum(len(column) for column in members)
    numbers: list[Pins | None] = []
    counts = []
    for column in members:
        count, own = 0, []
        for vertex in column:
            first[vertex] = count
            count += len(pins[vertex]) if vertex < len(pins) else 1
            own.append(np.arange(first[vertex], count))
        single = count == len(column) and all(len(numbers_) == 1 for numbers_ in own)
        numbers.append(None if single else own)
        counts.append(count)
    return first, numbers, counts


def reading_order(grid: Grid, backwards: bool = False) -> Orders:
    """The order in which a reader meets the vertices, from each result back through its operands, first to last.

    For a tree this order has no crossing at all. `backwards` takes results and operands last to first.
    """
    step = 1 if backwards else -1
    index_of = {vertex: index for column in grid.columns.members for index, vertex in enumerate(column)}
    orders: list[list[int]] = [[] for _ in grid.columns.members]
    seen = [False] * len(grid.column_of)
    waiting = [v for v in range(grid.count) if not grid.after[v]][::step]
    while waiting:
        vertex = waiting.pop()
        if seen[vertex]:
            continue
        seen[vertex] = True
        orders[grid.column_of[vertex]].append(index_of[vertex])
        waiting.extend([operand for operand, _ in grid.before[vertex]][::step])
    return [np.array(order) for order in orders]
