"""The drawn edges: cubic curves from box to box, which cross only where the orders make them cross.

Between two columns every edge is the same S, stretched to its two heights, over the same stretch of paper: two such
curves meet at most once, and only when their ends change order. Through a column an edge runs level, in the room
that its waypoint holds free. So no curve can enter a box that is not its own.
"""

import itertools
from collections.abc import Mapping, Sequence

from .columns import Grid, Link
from .coordinates import LEVEL, STRAND_GAP

Point = tuple[float, float]
SAMPLES = 11  # straight pieces that stand for one S; odd, so that no sample falls on the middle, where S-curves cross
BLENDS = [  # shares of the four control points in each sample of a cubic Bezier curve
    ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    for t in (step / SAMPLES for step in range(1, SAMPLES + 1))
]
LOOP = 16.0  # how far a loop stands off its box


def column_edges(
    grid: Grid, y: Sequence[float], width: Sequence[float], spacing: float, beside: Mapping[int, float]
) -> list[tuple[float, float]]:
    """(left, right) of each column; where edges climb far, the room before the column is wider,
    in steps, so that small differences do not show. All that room is multiplied by ``spacing``.

    beside: the columns between which and the column before a group's border stands, and its distance from the boxes.
    Edges climb outside of it, and only ports are there, so they do with half the room."""
    spans: list[tuple[float, float]] = []
    left = 0.0
    for r, column in enumerate(grid.columns.members):
        if r:
            climb = max((abs(y[a] + drop - y[b]) for b in column for a, drop in grid.before[b]), default=0.0)
            room = spacing * min(80.0 + 20.0 * (climb // 120.0), 140.0)
            if r in beside:
                level = climb < LEVEL and grid.columns.joins[r - 1].max() <= 1  # parallel edges part here
                room = beside[r] + (0.0 if level else room / 2)
            left = spans[-1][1] + room
        spans.append((left, left + max(width[v] for v in column)))
    return spans


def arrivals(grid: Grid, y: Sequence[float], links: Mapping[Link, int]) -> dict[Link, list[float]]:
    """How far from its pin on the target's side each strand of a link arrives: 0 for all, except where parallel
    edges arrive, which need places of their own."""
    found: dict[Link, list[float]] = {}
    arriving: dict[tuple[int, int], list[Link]] = {}
    for link in grid.chains:
        arriving.setdefault(link[2:], []).append(link)
    for group in arriving.values():
        total = sum(links[link] for link in group)
        if total == len(group):
            found.update({link: [0.0] for link in group})
            continue
        places = spread(total, min(STRAND_GAP, 24.0 / (total - 1)))
        for link in sorted(group, key=lambda link: (y[grid.chains[link][-2]], link)):
            found[link], places = places[: links[link]], places[links[link] :]
    return found


def spread(count: int, distance: float) -> list[float]:
    """So many places at that distance from each other, around 0.

    >>> spread(3, 10.0)
    [-10.0, 0.0, 10.0]
    """
    return [(k - (count - 1) / 2) * distance for k in range(count)]


def stations(
    grid: Grid,
    link: Link,
    shift: float,
    arrival: float,
    y: Sequence[float],
    sides: Sequence[tuple[float, float]],
    spans: Sequence[tuple[float, float]],
) -> list[Point]:
    """Points of one strand in pairs: where it leaves a vertex, where it reaches the next one's column, and so on.
    Of a level piece through several columns only the two ends.

    sides: left and right of each box; the strand leaves the source on the right and reaches the target on the left.
    shift: how far below the waypoints it passes; arrival: how far below its pin it ends.
    """
    source, exit_, target, entry = link

    def span(vertex: int) -> tuple[float, float]:
        return spans[grid.column_of[vertex]]

    height = y[source] + grid.exits[source][exit_]
    points = [(sides[source][1], height), (span(source)[1], height)]
    for vertex in grid.chains[link][1:-1]:
        (left, right), height = span(vertex), y[vertex] + shift
        if points[-2][1] == points[-1][1] == height:  # level, all along a column: its two ends are enough
            points[-1] = (right, height)
        else:
            points += [(left, height), (right, height)]
    height = y[target] + grid.entries[target][entry] + arrival
    return [*points, (span(target)[0], height), (sides[target][0], height)]


def curve(points: Sequence[Point]) -> list[Point]:
    """Cubic Bezier control points P0, C1, C2, P1, C3, ... through the points: level pieces and S-shaped ones.

    >>> curve([(0.0, 5.0), (10.0, 5.0), (30.0, 9.0)])
    [(0.0, 5.0), (3.3, 5.0), (6.7, 5.0), (10.0, 5.0), (20.0, 5.0), (20.0, 9.0), (30.0, 9.0)]
    """
    points = [(round(x, 1), round(y, 1)) for x, y in points]
    kept = [points[0]]
    for here, following in zip(points[1:], [*points[2:], None], strict=True):
        if here == kept[-1] or (following is not None and kept[-1][1] == here[1] == following[1]):
            continue
        kept.append(here)
    controls = kept[:1]
    for (x0, y0), (x1, y1) in itertools.pairwise(kept):
        if y0 == y1:
            controls += [(round(x0 + (x1 - x0) / 3, 1), y0), (round(x0 + (x1 - x0) * 2 / 3, 1), y1), (x1, y1)]
        else:
            middle = round((x0 + x1) / 2, 1)
            controls += [(middle, y0), (middle, y1), (x1, y1)]
    return controls


def loop(x: float, y: float, width: float, height: float, number: int) -> list[Point]:
    """Control points of a node's own edge: out of the right side, over the top and in at the left, round corners."""
    reach = LOOP * (number + 1)
    right, left, top = x + width / 2, x - width / 2, y - height / 2 - reach
    corners = [(right + reach, y), (right + reach, top), (left - reach, top), (left - reach, y)]
    bends = [
        [(right, y), (right + reach, y - reach)],
        [(right + reach, top + reach), (right, top)],
        [(left, top), (left - reach, top + reach)],
        [(left - reach, y - reach), (left, y)],
    ]
    controls = [(right, y)]
    for (start, stop), corner in zip(bends, corners, strict=True):
        if start != controls[-1]:
            controls += [controls[-1], start, start]
        controls += [corner, corner, stop]
    return [(round(a, 1), round(b, 1)) for a, b in controls]


def sampled(controls: Sequence[Point]) -> list[Point]:
    """The curve as a polyline; level pieces keep their two ends only.

    >>> sampled([(0.0, 5.0), (3.3, 5.0), (6.7, 5.0), (10.0, 5.0)])
    [(0.0, 5.0), (10.0, 5.0)]
    """
    points = [controls[0]]
    for k in range(0, len(controls) - 1, 3):
        p, q, r, s = controls[k : k + 4]
        if p[1] == q[1] == r[1] == s[1]:
            points.append(s)
            continue
        for a, b, c, d in BLENDS:
            x, y = a * p[0] + b * q[0] + c * r[0] + d * s[0], a * p[1] + b * q[1] + c * r[1] + d * s[1]
            points.append((round(x, 1), round(y, 1)))
    return points
