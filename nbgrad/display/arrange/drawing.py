"""One drawing: boxes and links laid out by themselves, with the upper left corner at (0, 0).

A group's drawing has ports beside it, on the left for each value that enters and on the right for each that leaves.
In the drawing around it the group is one box whose pins are at the heights of these ports, so routes meet there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .columns import MIDDLE, Grid, Heights, Link, cut_into_columns, reading_order
from .coordinates import STRAND_GAP, heights
from .ordering import best_orders
from .polish import polished
from .ranks import Edge, ranks
from .routes import Point, arrivals, column_edges, spread, stations
from .untwisting import Twins, untwisted

ROUNDS = 4  # sweeps over the whole drawing, from each start


class Box(NamedTuple):
    """What stands in a drawing. width, height: the room that it takes; reach: the width between the sides where
    edges leave and arrive; exits, entries: heights of its pins on these sides, from the middle; is_group: whether
    it is a drawing itself; twins: its entries that lead to the same place in that drawing."""

    width: float
    height: float
    reach: float
    exits: Heights = MIDDLE
    entries: Heights = MIDDLE
    is_group: bool = False
    twins: Twins = ()


class Padding(NamedTuple):
    """Room between a group's frame and what stands in it."""

    left: float
    right: float
    top: float
    bottom: float


PORT = Box(0.0, 0.0, 0.0)


@dataclass
class Drawing:
    """Where everything of one drawing stands, in pixels.

    centres: of each box. strands: the stations of each parallel edge of a link. becomes: for each link given the one
    drawn, which may have another entry among twins. extent: width and height. frame: left, top, right and bottom of
    the border, with the padding.
    """

    centres: list[Point]
    strands: dict[Link, list[list[Point]]]
    becomes: dict[Link, Link]
    extent: Point
    frame: tuple[float, float, float, float]


def drawn(
    boxes: Sequence[Box],
    links: Mapping[Link, int],
    spacing: float,
    entering: int = 0,
    leaving: int = 0,
    padding: Padding | None = None,
) -> Drawing:
    """Lay out boxes and links; the last boxes are the ports, those of entering values first.

    padding: that of a group's frame; None for what stands in no frame.
    """
    framed, padding = padding is not None, padding or Padding(0.0, 0.0, 0.0, 0.0)
    inner = len(boxes) - entering - leaving
    rank = _ranks(inner, links, entering, leaving)
    exits, entries = [box.exits for box in boxes], [box.entries for box in boxes]
    grid = cut_into_columns(links, rank, exits, entries)
    order = _ordered(grid)
    becomes = untwisted(grid, order, links, [box.twins for box in boxes])
    if any(link != other for link, other in becomes.items()):
        links = {becomes[link]: weight for link, weight in links.items()}
        grid = cut_into_columns(links, rank, exits, entries)  # the same vertices, in the same order of links
    waypoints = grid.strands[len(boxes) :]
    across = [box.height for box in boxes] + [(count - 1) * STRAND_GAP for count in waypoints]
    along = [box.width for box in boxes] + [0.0] * len(waypoints)
    y = [round(height + padding.top, 1) for height in heights(grid, order, across, range(inner, len(boxes)))]
    first, last = min(rank[:inner]), max(rank[:inner])  # ports stand before the first column and after the last
    beside = {first: padding.left} if entering else {}
    if leaving:
        beside[last + 1] = padding.right
    spans = column_edges(grid, y, along, spacing, beside)
    if not entering:
        spans = [(a + padding.left, b + padding.left) for a, b in spans]
    spans = [(round(a, 1), round(b, 1)) for a, b in spans]
    x = _middles(boxes, grid, spans)
    left, right = spans[first][0] - padding.left, spans[last][1] + padding.right
    spans[first] = (left, spans[first][1])  # edges cross the frame, and its header, at right angles
    spans[last] = (spans[last][0], right)
    width = max(right, spans[-1][1])
    bottom = max(y[k] + across[k] / 2 for k in range(len(across))) + padding.bottom
    if framed:
        width, bottom = _even(width), _even(bottom)
    sides = [(middle - box.reach / 2, middle + box.reach / 2) for middle, box in zip(x, boxes, strict=True)]
    strands = _strands(grid, links, y, sides, spans)
    centres = [(round(middle, 1), height) for middle, height in zip(x, y, strict=False)]  # waypoints have none
    return Drawing(centres, strands, becomes, (width, bottom), (left, 0.0, right, bottom))


def _even(length: float) -> float:
    """The next length whose half has one decimal at most, so that a middle is not rounded."""
    return -(-round(length * 10, 3) // 2) / 5


def _ranks(inner: int, links: Mapping[Link, int], entering: int, leaving: int) -> list[int]:
    """The column of each box; ports stand in columns of their own before and after all others."""
    weights: dict[Edge, int] = {}
    for (u, _, v, _), weight in links.items():
        if max(u, v) < inner:
            weights[u, v] = weights.get((u, v), 0) + weight
    start = 1 if entering else 0
    rank = [column + start for column in ranks(inner, weights)]
    return rank + [0] * entering + [max(rank) + 1] * leaving


def _middles(boxes: Sequence[Box], grid: Grid, spans: Sequence[Point]) -> list[float]:
    """Where in its column each box stands: in the middle, but beside a group, which is wide, near what uses it, or
    near what it uses where it has no user."""
    wide = {grid.column_of[k]: None for k, box in enumerate(boxes) if box.is_group}
    middles = []
    for k, box in enumerate(boxes):
        left, right = spans[grid.column_of[k]]
        middle = (left + right) / 2
        if grid.column_of[k] in wide and not grid.before[k]:
            middle = right - box.width / 2
        elif grid.column_of[k] in wide and not grid.after[k]:
            middle = left + box.width / 2
        middles.append(middle)
    return middles


def _strands(
    grid: Grid, links: Mapping[Link, int], y: Sequence[float], sides: Sequence[Point], spans: Sequence[Point]
) -> dict[Link, list[list[Point]]]:
    return {
        link: [
            stations(grid, link, shift, place, y, sides, spans)
            for shift, place in zip(spread(len(places), STRAND_GAP), places, strict=True)
        ]
        for link, places in arrivals(grid, y, links).items()
    }


def _ordered(grid: Grid) -> list[list[int]]:
    """The vertices of each column, top to bottom."""
    starts = [reading_order(grid), reading_order(grid, backwards=True)]
    widths = [len(members) for members in grid.columns.members]
    room = sum(width * width for width in widths) / len(widths)  # in wide columns a move takes long and helps little
    rounds = max(2, min(ROUNDS, int(50_000 / room)))
    moves = min(80 + 3 * len(widths), int(400_000 / room))
    orders = polished(grid.columns, best_orders(grid.columns, starts, rounds), moves)
    return [[members[k] for k in order] for members, order in zip(grid.columns.members, orders, strict=True)]
