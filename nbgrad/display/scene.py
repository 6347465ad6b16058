"""From graph to geometry: what stands where, before it is written as SVG.

What a box holds and how large it is was planned before, see ``plans``; here it gets its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from nbgrad.display import enclosures
from nbgrad.display.arrange import layout
from nbgrad.display.enclosures import Enclosure
from nbgrad.display.look import DEFAULT, Look
from nbgrad.display.plans import (
    LINE,
    NONE,
    NOTE_HEIGHT,
    PICTURE,
    ROUND_BADGE,
    STACK,
    SYMBOL_ROOM,
    TABLE,
    TOP_BADGE,
    Plan,
    form_of,
    outer_size,
    plan,
    text_inset,
)
from nbgrad.display.rounding import remainders

__all__ = [
    "LINE",
    "MARGIN",
    "NONE",
    "PICTURE",
    "SYMBOL_ROOM",
    "TABLE",
    "TOO_MANY",
    "Badge",
    "Edge",
    "Node",
    "Scene",
    "build",
    "form_of",
]

TOO_MANY = 1500  # more nodes than this are not drawn
MARGIN = 16


@dataclass(frozen=True, slots=True)
class Badge:
    """An operation's symbol on the side of its box: centre, size and what it says."""

    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """A box with what it says. x, y: upper left corner; value_at and gradient_at: where these two are
    drawn; rounding: a gradient no greater than this is what rounding left of zero."""

    id: int
    kind: str
    x: float
    y: float
    width: float
    height: float
    name: str
    label: str
    shape: str
    text_x: float
    text_y: float
    form: str
    shows_gradient: bool
    picture_height: float
    value_at: tuple[float, float]
    gradient_at: tuple[float, float]
    badge: Badge | None
    gradient_name: str = ""
    cell_width: float = 0.0
    note: str = ""
    sheets: int = 0
    rounding: float = 0.0


@dataclass(frozen=True, slots=True)
class Edge:
    """A cubic curve from input u to operation v. points: P0, C1, C2, P1, ...; route: the same curve
    sampled."""

    u: int
    v: int
    key: int
    points: list[tuple[float, float]]
    route: list[tuple[float, float]]

    @property
    def id(self) -> str:
        return f"{self.u}-{self.v}-{self.key}"


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything with its place. height is that of the drawing; the legend, where there is one, stands below it.
    groups: the frames of open groups, outer ones first."""

    graph: nx.MultiDiGraph
    nodes: dict[int, Node]
    edges: dict[tuple[int, int, int], Edge]
    width: float
    height: float
    look: Look = DEFAULT
    groups: tuple[Enclosure, ...] = ()


def build(graph: nx.MultiDiGraph, direction: str = "LR", spacing: float = 1.0, look: Look | None = None) -> Scene:
    """Return the scene of a normalised graph of at most TOO_MANY nodes. direction: "LR" or "TB", unless a look says
    it; spacing: by how much the room between columns (or rows) is multiplied."""
    look = look or Look(direction=direction)
    direction = look.direction
    plans = {node: plan(graph, node, look) for node in graph}
    sizes = {node: outer_size(box, direction) for node, box in plans.items()}
    paths = {node: path for node, path in graph.nodes(data="group") if path}
    placed = layout(graph, sizes, direction=direction, spacing=spacing, groups=paths)
    dx, dy = _shift(placed, sizes)
    nodes = {}
    zero = remainders(graph) if look.values != "forward" else {}
    for node in graph:
        (x, y), (width, height) = placed.positions[node], sizes[node]
        corner = (x + dx - width / 2, y + dy - height / 2)
        box = _node(node, graph.nodes[node]["kind"], plans[node], corner, direction)
        nodes[node] = replace(box, rounding=zero[node]) if node in zero else box
    edges = {}
    for u, v, key in graph.edges(keys=True):
        points = _moved(placed.curves[u, v, key], dx, dy)
        edges[u, v, key] = Edge(u, v, key, points, _moved(placed.routes[u, v, key], dx, dy))
    ends = [_corner(node) for node in nodes.values()]
    ends += [point for edge in edges.values() for point in edge.route]
    groups = enclosures.placed(placed.groups, dx, dy, [edge.route for edge in edges.values()])
    ends += [(group.x + group.width, group.y + group.height) for group in groups]
    width = max((x for x, _ in ends), default=120 - MARGIN) + MARGIN
    height = max((y for _, y in ends), default=48 - MARGIN) + MARGIN
    return Scene(graph, nodes, edges, round(width, 1), round(height, 1), look, groups)


def _shift(placed: Any, sizes: dict[int, tuple[float, float]]) -> tuple[float, float]:
    """Return the move that leaves MARGIN free on the left and above."""
    lefts = [x - sizes[node][0] / 2 for node, (x, _) in placed.positions.items()]
    tops = [y - sizes[node][1] / 2 for node, (_, y) in placed.positions.items()]
    lefts += [left for left, *_ in placed.groups.values()]
    tops += [top for _, top, *_ in placed.groups.values()]
    for route in placed.routes.values():
        lefts += [x for x, _ in route]
        tops += [y for _, y in route]
    return MARGIN - min(lefts, default=0), MARGIN - min(tops, default=0)


def _corner(node: Node) -> tuple[float, float]:
    """Return the lower right corner of a box, or of the last sheet behind it."""
    behind = STACK * node.sheets
    return node.x + node.width + behind, node.y + node.height + behind


def _moved(points: list[tuple[float, float]], dx: float, dy: float) -> list[tuple[float, float]]:
    return [(round(x + dx, 1), round(y + dy, 1)) for x, y in points]


def _node(id_: int, kind: str, box: Plan, corner: tuple[float, float], direction: str) -> Node:
    x, y = corner
    badge = None
    text_y = 0.0
    if box.badge_width:
        if direction == "LR":
            x += box.badge_width / 2
            at = (x, y + box.height / 2)
        else:
            y += ROUND_BADGE
            at = (x + box.width / 2, y)
            text_y = TOP_BADGE
        badge = Badge(round(at[0], 1), round(at[1], 1), box.badge_width, 2 * ROUND_BADGE, box.symbol)
    x, y = round(x, 1), round(y, 1)
    text_x = round(x + text_inset(box.badge_width, direction), 1)
    text_y = round(y + text_y, 1)
    value_at, gradient_at = _slots(box, text_x, text_y)
    return Node(
        id=id_,
        kind=kind,
        x=x,
        y=y,
        width=box.width,
        height=box.height,
        name=box.name,
        label=box.label,
        shape=box.shape,
        text_x=text_x,
        text_y=text_y,
        form=box.form,
        shows_gradient=box.shows_gradient,
        picture_height=box.picture_height,
        value_at=value_at,
        gradient_at=gradient_at,
        badge=badge,
        gradient_name=box.gradient_name,
        cell_width=box.cell_width,
        note=box.note,
        sheets=box.sheets,
    )


def _slots(box: Plan, x: float, y: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where value and gradient are drawn: thumbnails side by side, tables and lines one below the other."""
    y += NOTE_HEIGHT if box.note else 0
    if box.form == PICTURE:
        return (x, round(y + 33, 1)), (round(x + box.pitch, 1), round(y + 33, 1))
    if box.form == TABLE:
        return (x, round(y + 34, 1)), (x, round(y + 34 + box.pitch, 1))
    first = 41 if box.name or box.label else 21
    return (x, round(y + first, 1)), (x, round(y + 58, 1))
