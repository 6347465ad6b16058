"""From graph to geometry: what stands where, before it is written as SVG.

A node's box holds its name and shape in the first row, then either two lines of numbers (scalars, and arrays
of one element) or two thumbnails side by side. The operation's badge sits on the side where the edges
arrive; the space that it needs outside the box belongs to the size that the layout gets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx

from nbgrad.display import measure, numbers, schema, theme, thumbnail
from nbgrad.display.arrange import layout
from nbgrad.display.look import DEFAULT, Look

TOO_MANY = 1500  # more nodes than this are not drawn
MARGIN = 16
INSET = 14  # px between a box's side and its text
NAME_ROOM = 170  # px that a name may take before it is shortened
SHAPE_ROOM = 90
SYMBOL_ROOM = 84
ROUND_BADGE = 17  # radius
LOWEST_PICTURE = 18  # px: "not yet" has to fit into the place of a row's thumbnail
PITCH = 64  # px from the value's thumbnail to the gradient's
LEAST_WIDTH = 146  # of a box with numbers or two thumbnails: most boxes are equally wide, which looks calm
LEAST_DATA_WIDTH = 110  # of a box with one thumbnail
GRADIENT_NAME_HEIGHT = 17  # px by which the name of its gradient makes a box higher
TOP_BADGE = 14  # px by which a badge on top pushes the text down
NUMBER_HEIGHT = 32  # of an unnamed number's box
NUMBER_WIDTH = 44  # at least

LINE, PICTURE, NONE = "line", "picture", "none"  # forms of showing a value or a gradient


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
    drawn."""

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
    """Everything with its place. height is that of the drawing; the legend, where there is one, stands below
    it."""

    graph: nx.MultiDiGraph
    nodes: dict[int, Node]
    edges: dict[tuple[int, int, int], Edge]
    width: float
    height: float
    look: Look = DEFAULT


@dataclass(frozen=True, slots=True)
class _Plan:
    """A box before it has a place."""

    width: float
    height: float
    name: str
    label: str
    shape: str
    form: str
    shows_gradient: bool
    picture_height: float
    symbol: str
    badge_width: float
    gradient_name: str = ""


def form_of(facts: dict[str, Any]) -> str:
    """Return how a node shows its numbers: LINE, PICTURE, or NONE where only the structure is known.

    >>> import numpy as np
    >>> form_of({"bare": False, "shape": (1, 1)}), form_of({"bare": False, "shape": (2, 3)})
    ('line', 'picture')
    """
    if facts["bare"]:
        return NONE
    size = 1
    for length in facts["shape"] or ():
        size *= length
    return LINE if size == 1 else PICTURE


def build(graph: nx.MultiDiGraph, direction: str = "LR", spacing: float = 1.0, look: Look | None = None) -> Scene:
    """Return the scene of a normalised graph of at most TOO_MANY nodes. direction: "LR" or "TB", unless a look says
    it; spacing: by how much the room between columns (or rows) is multiplied."""
    look = look or Look(direction=direction)
    direction = look.direction
    plans = {node: _plan(graph, node, direction) for node in graph}
    sizes = {node: _outer_size(plan, direction) for node, plan in plans.items()}
    placed = layout(graph, sizes, direction=direction, spacing=spacing)
    dx, dy = _shift(placed, sizes)
    nodes = {}
    for node in graph:
        (x, y), (width, height) = placed.positions[node], sizes[node]
        corner = (x + dx - width / 2, y + dy - height / 2)
        nodes[node] = _node(node, graph.nodes[node]["kind"], plans[node], corner, direction)
    edges = {}
    for u, v, key in graph.edges(keys=True):
        points = _moved(placed.curves[u, v, key], dx, dy)
        edges[u, v, key] = Edge(u, v, key, points, _moved(placed.routes[u, v, key], dx, dy))
    ends = [(node.x + node.width, node.y + node.height) for node in nodes.values()]
    ends += [point for edge in edges.values() for point in edge.route]
    width = max((x for x, _ in ends), default=120 - MARGIN) + MARGIN
    height = max((y for _, y in ends), default=48 - MARGIN) + MARGIN
    return Scene(graph, nodes, edges, round(width, 1), round(height, 1), look)


def _plan(graph: nx.MultiDiGraph, node: int, direction: str) -> _Plan:
    facts = graph.nodes[node]
    form = form_of(facts)
    if _is_bare_number(facts, form):
        return _number_plan(facts["value"])
    symbol = measure.fit(facts["symbol"] or "", theme.SYMBOL_SIZE, SYMBOL_ROOM) if _is_operation(facts) else ""
    badge_width = _badge_width(symbol)
    name = measure.fit(facts["name"] or "", theme.NAME_SIZE, NAME_ROOM)
    called_else = "constant" if facts["kind"] == "constant" else schema.label(graph, node)
    label = measure.fit(called_else, theme.LABEL_SIZE, NAME_ROOM)
    shape = measure.fit(numbers.shape(facts["shape"]), theme.SHAPE_SIZE, SHAPE_ROOM)
    shows_gradient = form != NONE and facts["kind"] in ("operation", "parameter")
    inset = _text_inset(badge_width, direction)
    called = measure.width(name, theme.NAME_SIZE) if name else measure.width(label, theme.LABEL_SIZE)
    first_row = called + 14 + measure.width(shape, theme.SHAPE_SIZE)
    gradient_name = measure.fit(facts["gradient_name"] or "", theme.NUMBER_SIZE, NAME_ROOM) if form == NONE else ""
    body = max(_body_width(form, shows_gradient), measure.width(gradient_name, theme.NUMBER_SIZE))
    width = inset + max(first_row, body) + 10
    width = max(width, _least(form, shows_gradient), badge_width + 20 if direction == "TB" else 0)
    picture_height = max(thumbnail.extent(facts["shape"])[1], LOWEST_PICTURE) if form == PICTURE else 0.0
    height = {LINE: 67 if shows_gradient else 50, PICTURE: 58 + picture_height, NONE: 42}[form]
    height += GRADIENT_NAME_HEIGHT if gradient_name else 0
    height += TOP_BADGE if badge_width and direction == "TB" else 0
    return _Plan(
        round(width, 1),
        round(height, 1),
        name,
        label,
        shape,
        form,
        shows_gradient,
        round(picture_height, 1),
        symbol,
        badge_width,
        gradient_name,
    )


def _is_bare_number(facts: dict[str, Any], form: str) -> bool:
    return form == LINE and facts["kind"] == "constant" and not facts["name"] and facts["value"] is not None


def _number_plan(value: Any) -> _Plan:
    """An unnamed number written into a formula says all there is to say by itself."""
    wide = measure.width(numbers.number(numbers.only(value)), theme.NUMBER_SIZE) + 2 * INSET
    return _Plan(round(max(wide, NUMBER_WIDTH), 1), NUMBER_HEIGHT, "", "", "", LINE, False, 0.0, "", 0.0)


def _least(form: str, shows_gradient: bool) -> float:
    if form == NONE:
        return 0
    return LEAST_WIDTH if form == LINE or shows_gradient else LEAST_DATA_WIDTH


def _is_operation(facts: dict[str, Any]) -> bool:
    return facts["kind"] == "operation"


def _badge_width(symbol: str) -> float:
    if not symbol:
        return 0.0
    wanted = measure.width(symbol, theme.SYMBOL_SIZE) + 10
    return 2.0 * ROUND_BADGE if wanted <= 2 * ROUND_BADGE + 4 else round(wanted + 6, 1)


def _text_inset(badge_width: float, direction: str) -> float:
    return badge_width / 2 + 13 if badge_width and direction == "LR" else INSET


def _body_width(form: str, shows_gradient: bool) -> float:
    if form == NONE:
        return 40
    if form == PICTURE:
        gradient_label = measure.width("gradient", theme.LABEL_SIZE)
        return PITCH + gradient_label if shows_gradient else thumbnail.SIZE
    # Wide enough for any number, so that a gradient that arrives later still fits.
    return measure.width("∂ −1.23e−300", theme.NUMBER_SIZE)


def _outer_size(plan: _Plan, direction: str) -> tuple[float, float]:
    if not plan.badge_width:
        return plan.width, plan.height
    if direction == "LR":
        return round(plan.width + plan.badge_width / 2, 1), plan.height
    return plan.width, plan.height + ROUND_BADGE


def _shift(placed: Any, sizes: dict[int, tuple[float, float]]) -> tuple[float, float]:
    """Return the move that leaves MARGIN free on the left and above."""
    lefts = [x - sizes[node][0] / 2 for node, (x, _) in placed.positions.items()]
    tops = [y - sizes[node][1] / 2 for node, (_, y) in placed.positions.items()]
    for route in placed.routes.values():
        lefts += [x for x, _ in route]
        tops += [y for _, y in route]
    return MARGIN - min(lefts, default=0), MARGIN - min(tops, default=0)


def _moved(points: list[tuple[float, float]], dx: float, dy: float) -> list[tuple[float, float]]:
    return [(round(x + dx, 1), round(y + dy, 1)) for x, y in points]


def _node(id_: int, kind: str, plan: _Plan, corner: tuple[float, float], direction: str) -> Node:
    x, y = corner
    badge = None
    text_y = 0.0
    if plan.badge_width:
        if direction == "LR":
            x += plan.badge_width / 2
            at = (x, y + plan.height / 2)
        else:
            y += ROUND_BADGE
            at = (x + plan.width / 2, y)
            text_y = TOP_BADGE
        badge = Badge(round(at[0], 1), round(at[1], 1), plan.badge_width, 2 * ROUND_BADGE, plan.symbol)
    x, y = round(x, 1), round(y, 1)
    text_x = round(x + _text_inset(plan.badge_width, direction), 1)
    text_y = round(y + text_y, 1)
    if plan.form == PICTURE:
        value_at = (text_x, text_y + 33)
        gradient_at = (round(text_x + PITCH, 1), text_y + 33)
    else:
        first = 41 if plan.name or plan.label else 21
        value_at, gradient_at = (text_x, text_y + first), (text_x, text_y + 58)
    return Node(
        id_,
        kind,
        x,
        y,
        plan.width,
        plan.height,
        plan.name,
        plan.label,
        plan.shape,
        text_x,
        text_y,
        plan.form,
        plan.shows_gradient,
        plan.picture_height,
        value_at,
        gradient_at,
        badge,
        plan.gradient_name,
    )
