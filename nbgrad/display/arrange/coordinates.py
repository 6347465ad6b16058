"""How high each vertex stands: edges as straight as they can be, and no two neighbours closer than they may be.

The order in each column is given. Column by column, with the neighbours standing still, the best heights are
an isotonic regression: shift every vertex up by the room its predecessors need, and "keep your distance" becomes
"never decrease", which pooling adjacent violators solves exactly, for squares (block = weighted mean) as well as
for distances (block = weighted median). Squares first, to find the shape; distances last, because they make an
edge exactly straight where they can. Long edges pull hardest, so they are the straightest.
Source of the method: R. Barlow, D. Bartholomew, J. Bremner, H. Brunk, "Statistical Inference under Order
Restrictions", Wiley, 1972, section 1.2.
"""

import itertools
from collections.abc import Callable, Sequence

from .columns import Grid

Points = list[tuple[float, float]]  # (where a neighbour would like the vertex, how much)
Centre = Callable[[Points], float]

NODE_GAP = 24.0  # clear distance between two boxes of a column
WAYPOINT_GAP = 14.0  # ... between a passing edge and a box, or between two passing edges
STRAND_GAP = 10.0  # ... between parallel edges

PULL_INSIDE = 8.0  # between two waypoints of one long edge
PULL_RESULT = 2.0  # between operations, and at the ends of long edges
PULL_LEAF = 1.0  # towards a leaf, which moves easily
SLIGHTLY_MORE = 1.001  # an operand wins over an equally strong consumer, so that a path bends once, not twice


def heights(grid: Grid, order: Sequence[Sequence[int]], size: Sequence[float]) -> list[float]:
    """Centre of each vertex across the columns; `order` lists each column's vertices from the top, `size` their
    extents. The top of the highest vertex is at 0."""
    neighbours = _neighbours(grid)
    offsets = [_offsets(grid, column, size) for column in order]
    y = [0.0] * len(size)
    for column, offset in zip(order, offsets, strict=True):
        for vertex, shift in zip(column, offset, strict=True):
            y[vertex] = shift - offset[-1] / 2
    count = len(order)
    for turn, centre in enumerate([mean] * 6 + [median] * 6):
        for r in range(count) if turn % 2 == 0 else range(count - 1, -1, -1):
            wanted = [
                [(y[other] - shift, pull) for other, pull in neighbours[vertex]] or [(0.0, 1.0)]
                for vertex, shift in zip(order[r], offsets[r], strict=True)
            ]
            for vertex, shift, height in zip(order[r], offsets[r], isotonic(wanted, centre), strict=True):
                y[vertex] = height + shift
    top = min(height - size[vertex] / 2 for vertex, height in enumerate(y))
    return [height - top for height in y]


def isotonic(wanted: Sequence[Points], centre: Centre) -> list[float]:
    """Values that never decrease and lie as near as possible to the wanted points, by pooling adjacent violators.

    >>> isotonic([[(5.0, 1.0)], [(3.0, 1.0)], [(9.0, 1.0)]], mean)
    [4.0, 4.0, 9.0]
    >>> isotonic([[(5.0, 3.0)], [(3.0, 1.0)], [(9.0, 1.0)]], median)
    [5.0, 5.0, 9.0]
    """
    blocks: list[tuple[float, int, Points]] = []  # (value, members, points)
    for points in wanted:
        value, members = centre(points), 1
        while blocks and blocks[-1][0] > value:
            _, more, others = blocks.pop()
            points, members = others + points, more + members
            value = centre(points)
        blocks.append((value, members, points))
    return [value for value, members, _ in blocks for _ in range(members)]


def mean(points: Points) -> float:
    """Weighted mean of (value, weight) points.

    >>> mean([(1.0, 1.0), (4.0, 2.0)])
    3.0
    """
    return sum(value * weight for value, weight in points) / sum(weight for _, weight in points)


def median(points: Points) -> float:
    """Weighted median of (value, weight) points; the middle when two values are equally good.

    >>> median([(1.0, 1.0), (4.0, 2.0)]), median([(1.0, 1.0), (4.0, 1.0)])
    (4.0, 2.5)
    """
    points = sorted(points)
    half = sum(weight for _, weight in points) / 2
    reached = 0.0
    for place, (value, weight) in enumerate(points):
        reached += weight
        if reached > half + 1e-9:
            return value
        if reached > half - 1e-9:
            return (value + points[place + 1][0]) / 2
    return points[-1][0]


def _neighbours(grid: Grid) -> list[list[tuple[int, float]]]:
    """(neighbour, pull) of each vertex."""

    def pull(a: int, b: int) -> float:
        inside = (a >= grid.count) + (b >= grid.count)
        if inside:
            return PULL_INSIDE if inside == 2 else PULL_RESULT
        return PULL_RESULT if grid.before[a] else PULL_LEAF

    return [
        [(a, pull(a, vertex) * SLIGHTLY_MORE) for a, _ in grid.before[vertex]]
        + [(b, pull(vertex, b)) for b, _ in grid.after[vertex]]
        for vertex in range(len(grid.column_of))
    ]


def _offsets(grid: Grid, column: Sequence[int], size: Sequence[float]) -> list[float]:
    """How far below the column's first vertex each vertex stands when all stand as close as they may."""
    offsets = [0.0]
    for a, b in itertools.pairwise(column):
        gap = NODE_GAP if max(a, b) < grid.count else WAYPOINT_GAP
        offsets.append(offsets[-1] + (size[a] + size[b]) / 2 + gap)
    return offsets
