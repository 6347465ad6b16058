"""How high each vertex stands: edges as straight as they can be, and no two neighbours closer than they may be.

The order in each column is given. Column by column, with the neighbours standing still, the heights of shortest
edges are an isotonic regression: shift every vertex up by the room its predecessors need, and "keep your distance"
becomes "never decrease", which pooling adjacent violators solves exactly. A pool stands at the weighted median of
what its members want, because medians make an edge exactly level where they can, and means never do. Long edges
pull hardest, so they are the straightest. In between, whole paths of level edges move to shorten what is left.
Source of the method: R. Barlow, D. Bartholomew, J. Bremner, H. Brunk, "Statistical Inference under Order
Restrictions", Wiley, 1972, section 1.2.
"""

import itertools
from collections.abc import Sequence

from .columns import Grid

Neighbours = list[list[tuple[int, float, float]]]  # (neighbour, how much it pulls, how far below it is level)
Points = list[tuple[float, float]]  # (where a neighbour would like the vertex, how much)

NODE_GAP = 24.0  # clear distance between two boxes of a column
WAYPOINT_GAP = 14.0  # ... between a passing edge and a box, or between two passing edges
STRAND_GAP = 16.0  # ... between parallel edges

PULL_INSIDE = 8.0  # between two waypoints of one long edge
PULL_RESULT = 2.0  # between operations, and at the ends of long edges
PULL_LEAF = 0.9  # towards a leaf, which moves easily
PULL_LEAVES = 1.8  # ... and towards all leaves of one operation: they do not bend the way of the operations
PULL_PORT = 0.1  # towards a group's border, where an edge may stand at any height
SLIGHTLY_MORE = 1.001  # an operand wins over an equally strong consumer, so that a path bends once, not twice
TURNS = 8  # sweeps over the columns, to and fro
LEVEL = 0.05  # an edge that climbs less is level: nobody sees it


def heights(
    grid: Grid, order: Sequence[Sequence[int]], size: Sequence[float], ports: Sequence[int] = ()
) -> list[float]:
    """Centre of each vertex across the columns; `order` lists each column's vertices from the top, `size` their
    extents. The top of the highest vertex is at 0. ports: the vertices that stand for the border of a group."""
    neighbours = _neighbours(grid, ports)
    offsets = [_offsets(grid, column, size) for column in order]
    y = [0.0] * len(size)
    for column, offset in zip(order, offsets, strict=True):
        for vertex, shift in zip(column, offset, strict=True):
            y[vertex] = shift - offset[-1] / 2
    count = len(order)
    for turn in range(TURNS):
        for r in range(count) if turn % 2 == 0 else range(count - 1, -1, -1):
            wanted = [
                [(y[other] + below - shift, pull) for other, pull, below in neighbours[vertex]] or [(0.0, 1.0)]
                for vertex, shift in zip(order[r], offsets[r], strict=True)
            ]
            for vertex, shift, height in zip(order[r], offsets[r], isotonic(wanted), strict=True):
                y[vertex] = height + shift
        if turn % 2:
            _straighten(y, neighbours, order, offsets)
    top = min(height - size[vertex] / 2 for vertex, height in enumerate(y))
    return [height - top for height in y]


def isotonic(wanted: Sequence[Points]) -> list[float]:
    """Values that never decrease and lie as near as possible to the wanted points, by pooling adjacent violators.

    >>> isotonic([[(5.0, 1.0)], [(3.0, 1.0)], [(9.0, 1.0)]])
    [4.0, 4.0, 9.0]
    >>> isotonic([[(5.0, 3.0)], [(3.0, 1.0)], [(9.0, 1.0)]])
    [5.0, 5.0, 9.0]
    """
    blocks: list[tuple[float, int, Points]] = []  # (value, members, points)
    for points in wanted:
        value, members = median(points), 1
        while blocks and blocks[-1][0] > value:
            _, more, others = blocks.pop()
            points, members = others + points, more + members
            value = median(points)
        blocks.append((value, members, points))
    return [value for value, members, _ in blocks for _ in range(members)]


def median(points: Points) -> float:
    """Weighted median of (value, weight) points; the middle when two values are equally good.

    >>> median([(1.0, 1.0), (4.0, 2.0)]), median([(1.0, 1.0), (4.0, 1.0)])
    (4.0, 2.5)
    """
    if len(points) == 1:
        return points[0][0]
    points = sorted(points)
    half = 0.0
    for _, weight in points:
        half += weight / 2
    reached = 0.0
    for place, (value, weight) in enumerate(points):
        reached += weight
        if reached > half + 1e-9:
            return value
        if reached > half - 1e-9:
            return (value + points[place + 1][0]) / 2
    return points[-1][0]


def _straighten(
    y: list[float], neighbours: Neighbours, order: Sequence[Sequence[int]], offsets: Sequence[Sequence[float]]
) -> None:
    """Shift each path of level edges as a whole to where its other edges are shortest, as far as there is room.

    Column by column, a path across many columns cannot move: every vertex of it is held by the next.
    """
    place = {vertex: (r, k) for r, column in enumerate(order) for k, vertex in enumerate(column)}
    for group in _level_groups(y, neighbours):
        inside = dict.fromkeys(group)
        pulls: Points = []
        up, down = -float("inf"), float("inf")
        for vertex in group:
            pulls += [
                (y[other] + below - y[vertex], pull) for other, pull, below in neighbours[vertex] if other not in inside
            ]
            r, k = place[vertex]
            column, offset = order[r], offsets[r]
            if k and column[k - 1] not in inside:
                up = max(up, y[column[k - 1]] - y[vertex] + offset[k] - offset[k - 1])
            if k + 1 < len(column) and column[k + 1] not in inside:
                down = min(down, y[column[k + 1]] - y[vertex] - offset[k + 1] + offset[k])
        if pulls:
            shift = min(max(median(pulls), min(up, 0.0)), max(down, 0.0))
            for vertex in group:
                y[vertex] += shift


def _level_groups(y: Sequence[float], neighbours: Neighbours) -> list[list[int]]:
    """Vertices joined by level edges, group by group."""
    seen = [False] * len(y)
    groups = []
    for start in range(len(y)):
        if seen[start]:
            continue
        seen[start] = True
        group = [start]
        for vertex in group:
            for other, _, below in neighbours[vertex]:
                if not seen[other] and abs(y[other] + below - y[vertex]) < LEVEL:
                    seen[other] = True
                    group.append(other)
        groups.append(group)
    return groups


def _neighbours(grid: Grid, ports: Sequence[int]) -> Neighbours:
    """What pulls at each vertex."""

    def pull(a: int, b: int) -> float:
        if a in ports or b in ports:
            return PULL_PORT
        inside = (a >= grid.count) + (b >= grid.count)
        if inside:
            return PULL_INSIDE if inside == 2 else PULL_RESULT
        return PULL_RESULT if grid.before[a] else min(PULL_LEAF, PULL_LEAVES / leaves[b])

    leaves = [sum(not grid.before[a] for a, _ in grid.before[vertex]) for vertex in range(len(grid.column_of))]
    return [
        [(a, pull(a, vertex) * SLIGHTLY_MORE, drop) for a, drop in grid.before[vertex]]
        + [(b, pull(vertex, b), -drop) for b, drop in grid.after[vertex]]
        for vertex in range(len(grid.column_of))
    ]


def _offsets(grid: Grid, column: Sequence[int], size: Sequence[float]) -> list[float]:
    """How far below the column's first vertex each vertex stands when all stand as close as they may."""
    offsets = [0.0]
    for a, b in itertools.pairwise(column):
        boxes = max(a, b) < grid.count and size[a] > 0 and size[b] > 0
        gap = NODE_GAP if boxes else WAYPOINT_GAP
        offsets.append(offsets[-1] + (size[a] + size[b]) / 2 + gap)
    return offsets
