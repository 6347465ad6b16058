"""From the steps of a backward pass to the frames that are played: one place, one equation, one number
each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import agreeing, formula, measure, messages, numbers, schema, theme
from nbgrad.display.arrange.ranks import MANY_USES
from nbgrad.display.attributes import as_array, as_numbers
from nbgrad.display.formula import Token
from nbgrad.display.scene import TOO_MANY, Edge, Node, Scene, build
from nbgrad.display.schema import Step
from nbgrad.display.sentences import sentence
from nbgrad.display.svg import gradient_fragment

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
LABEL_SIZE = theme.LABEL_SIZE + 1  # that of the player, which writes labels larger than the still pictures do
AIR = 5.0  # px between a label and the middle of an edge: its flow is drawn broader, with round ends
NEAREST = 4.0  # px between the places of an edge that a label is held against
HEIGHTS = (-13, 22, -20, 29, -28, 37)  # px from an edge to the base line of its label
GAPS = (7, 14)  # px from an edge to the side of its label
FOREIGN = 0.5  # how bad it is that a label stands nearer to another edge: better than on one
ON_ITS_OWN = 0.4  # how bad it is that it stands on its own edge, whose middle it hides
CLOSE = 24.0  # px from an edge at which one sees what belongs to it
FAR = 0.2  # how bad each px more is
NEARER = 1.0  # px that one sees
SHARES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)  # of an edge's length, where a label may stand
MANY_EDGES = 500  # of a drawing; where there are more, labels stand at the middle of their edges


@dataclass(frozen=True, slots=True)
class Frame:
    """What a player shows at one step.

    caption: the operation's name. active: id of the node whose rule runs. edge: "u-v-key" or None. label:
    what floats at ``label_at`` beside that edge. target: id of the node whose gradient slot gets the SVG
    fragment ``gradient``. equation: tokens. sentence: what the step means.
    """

    caption: str
    active: int | None
    edge: str | None
    label: str
    label_at: tuple[float, float]
    target: int
    gradient: str
    equation: tuple[Token, ...]
    sentence: str


def frames(graph: Any, steps: Iterable[Step], direction: str = "LR") -> list[Frame]:
    """Return one frame for each step; none for a graph that is too large to be drawn.

    Raises the errors of ``schema.normalise`` and ``schema.check_steps``.

    >>> graph = nx.MultiDiGraph([(0, 1)])
    >>> steps = [Step(None, 1, None, 1.0, 1.0, 1.0), Step(1, 0, (0, 1, 0), 1.0, 3.0, 3.0, local=3.0)]
    >>> [frame.caption for frame in frames(graph, steps)]
    ['start', 'operation 1']
    """
    graph = schema.normalise(graph)
    if len(graph) > TOO_MANY:
        return []
    return frames_of(build(graph, direction), steps)


def frames_of(scene: Scene, steps: Iterable[Step]) -> list[Frame]:
    """Return the frames of a scene that is already laid out."""
    checked = schema.check_steps(scene.graph, steps)
    root = root_of(checked)
    formula.mark_weighted(scene.graph, checked)
    places = _Places(scene)
    return [_frame(scene, step, root, before, places) for step, before in schema.with_before(checked)]


def root_of(steps: list[Step]) -> int:
    """Return the node that the pass starts from: the first step's target. 0 where there are no steps."""
    return steps[0].target if steps else 0


def with_gradients(graph: nx.MultiDiGraph, steps: Iterable[Step]) -> nx.MultiDiGraph:
    """Return a copy of a normalised graph in which every target has the total of its last step, and nothing else."""
    final = graph.copy()
    final.graph.pop(schema.UNPASSED, None)
    for node in final:
        final.nodes[node]["gradient"] = None
    for step in steps:
        if final.nodes[step.target]["kind"] in schema.DIFFERENTIATED:
            is_lost = step.lost is not None
            final.nodes[step.target]["gradient"] = None if is_lost else as_array(step.total)
            final.nodes[step.target]["gone"] = is_lost
    return final


def _frame(scene: Scene, step: Step, root: int, before: Any, places: _Places) -> Frame:
    graph = scene.graph
    edge = None if step.edge is None else scene.edges[step.edge]
    is_lost = step.lost is not None
    label = "" if is_lost else _label(step.local)
    total, gone = (None, messages.say("gone")) if is_lost else (step.total, "")
    node = scene.nodes[step.target]
    return Frame(
        caption=_caption(graph, step),
        active=root if step.source is None else step.source,
        edge=None if edge is None else edge.id,
        label=label,
        label_at=(0.0, 0.0) if edge is None else places.beside(edge, label),
        target=step.target,
        gradient=gradient_fragment(node, total, scene.look.palette, scene.look.digits, spelled=gone)
        if node.shows_gradient
        else "",
        equation=tuple(formula.equation(graph, step, root, before)),
        sentence=sentence(graph, step, root),
    )


def _caption(graph: nx.MultiDiGraph, step: Step) -> str:
    if step.source is None:
        return messages.say("start")
    name = graph.nodes[step.source]["op"] or schema.label(graph, step.source)
    name = messages.operation(name)
    if step.count < 2:
        return name
    if step.index == 1:
        return f"{name} · {messages.say('first_to_arrive', count=step.count)}"
    return f"{name} · {messages.say('adds_up', index=step.index, count=step.count)}"


def _label(local: Any) -> str:
    """Return "× local", for an elementwise one its range, "" where it is not known."""
    array = as_numbers(local)
    if array is None or not array.size:
        return ""
    if numbers.is_single(array):
        return f"× {agreeing.written(numbers.only(array))}"
    real = array.astype(float)
    finite = real[np.isfinite(real)]
    ends = dict.fromkeys(numbers.number(end) for end in ((finite.min(), finite.max()) if finite.size else ()))
    others = [" … ".join(ends)] * bool(ends) + ["∞"] * bool(np.isinf(real).any()) + ["NaN"] * bool(np.isnan(real).any())
    return f"× {', '.join(others)}"


class _Places:
    """Where the labels of edges can stand without covering a box, nor an edge if that can be helped."""

    def __init__(self, scene: Scene) -> None:
        self.width = scene.width
        self.is_many = len(scene.edges) > MANY_EDGES
        self.shares = SHARES[:1] if self.is_many else SHARES
        self.order = {id_: place for place, id_ in enumerate(scene.nodes)}
        self.boxes = np.array([_outline(node) for node in scene.nodes.values()], dtype=float).reshape(-1, 4)
        routes = [point for line in _lines(scene.edges.values()) for point in _closely(line)]
        points = np.array(routes, dtype=float).reshape(-1, 2)
        # From left to right, so that the few that are near a label are found without looking at all of them.
        self.points = points[np.argsort(points[:, 0], kind="stable")]

    def beside(self, edge: Edge, label: str) -> tuple[float, float]:
        """Return the middle of the label's base line: near the middle of the edge, where it covers least."""
        half = measure.width(label, LABEL_SIZE) / 2
        own = np.array(_closely(edge.route))
        best = (float("inf"), 0.0, 0.0)
        for x, y in self._near(edge, half):
            at = min(max(x, half + 2), max(self.width - half - 2, half + 2)), max(y, 12.0)
            box = at[0] - half, at[1] - 10, at[0] + half, at[1] + 3
            price = self._covered(box)
            if price < best[0]:
                price += self._misread(box, own)
            if price < best[0]:
                best = (price, round(float(at[0]), 1), round(float(at[1]), 1))
            if price == 0:
                return best[1:]
        for x, y in (_along(edge.route, share) for share in self.shares):
            box = x - half, y - 6, x + half, y + 7
            price = max(self._covered(box) - self._points_in(box, own), 0) + ON_ITS_OWN
            if price < best[0]:
                best = (price, round(float(x), 1), round(float(y) + 4, 1))
        return best[1:]

    def _misread(self, label: Box, own: np.ndarray) -> float:
        """Return how easily a label that stands free is taken for that of another edge."""
        distance = _nearest(label, own)
        return FOREIGN * self._is_foreign(label, distance) + FAR * max(distance - CLOSE, 0.0)

    def _near(self, edge: Edge, half: float) -> Iterator[tuple[float, float]]:
        """Places for a label of that half width, the best first: over or under the edge, beside it, past its boxes."""
        for share in self.shares:
            x, y = _along(edge.route, share)
            yield from ((x, y + offset) for offset in HEIGHTS)
            yield from ((x + sign * (half + gap), y + 4) for gap in GAPS for sign in (1, -1))
        ends = self.boxes[[self.order[edge.u], self.order[edge.v]]]
        for share in self.shares:
            x, _ = _along(edge.route, share)
            yield from ((x, ends[:, 1].min() - 6), (x, ends[:, 3].max() + 14))

    def _is_foreign(self, label: Box, distance: float) -> bool:
        """Tell whether a label stands nearer to another edge than to its own, which is at this distance."""
        if self.is_many:
            return False
        x = self.points[:, 0]
        around = self.points[x.searchsorted(label[0] - distance) : x.searchsorted(label[2] + distance, "right")]
        return _nearest(label, around) < distance - NEARER

    def _covered(self, label: Box) -> float:
        """Return the area of boxes that a label would cover, in px², plus one for each point of an edge."""
        left, top, right, bottom = label
        wide = np.minimum(right, self.boxes[:, 2]) - np.maximum(left, self.boxes[:, 0])
        high = np.minimum(bottom, self.boxes[:, 3]) - np.maximum(top, self.boxes[:, 1])
        x = self.points[:, 0]
        near = self.points[x.searchsorted(left - AIR, "right") : x.searchsorted(right + AIR)]
        return float((wide.clip(0) * high.clip(0)).sum()) + self._points_in(label, near)

    def _points_in(self, label: Box, points: np.ndarray) -> int:
        """Return how many of these points a label covers, with the air around it."""
        left, top, right, bottom = label
        x, y = points.T
        return int(np.count_nonzero((left - AIR < x) & (x < right + AIR) & (top - AIR < y) & (y < bottom + AIR)))


def _lines(edges: Iterable[Edge]) -> list[list[Point]]:
    """Return the polylines on which edges run. Of those of a value that is used very often, which run together, each
    straight piece is given once, and of level ones that begin at one point the longest."""
    edges = list(edges)
    uses = Counter(edge.u for edge in edges)
    lines, shared = [], dict[tuple[Point, Point | None], Point]()
    for edge in edges:
        if uses[edge.u] <= MANY_USES:
            lines.append(edge.route)
            continue
        for a, b in pairwise(edge.route):
            piece = a, (None if a[1] == b[1] else b)
            shared[piece] = max(shared.get(piece, b), b)
    return lines + [[a, b] for (a, _), b in shared.items()]


def _closely(route: list[Point]) -> list[Point]:
    """Return a polyline's points with more in between, so that no label slips through."""
    points = [route[0]]
    for (ax, ay), (bx, by) in pairwise(route):
        pieces = int(np.hypot(bx - ax, by - ay) // NEAREST) + 1
        shares = [piece / pieces for piece in range(1, pieces + 1)]
        points += [(ax + share * (bx - ax), ay + share * (by - ay)) for share in shares]
    return points


def _outline(node: Node) -> Box:
    """Return the sides of a box with its badge."""
    left, top = node.x, node.y
    if node.badge:
        left = min(left, node.badge.x - node.badge.width / 2)
        top = min(top, node.badge.y - node.badge.height / 2)
    return left, top, node.x + node.width, node.y + node.height


def _nearest(label: Box, points: np.ndarray) -> float:
    """Return how near the nearest of these points is to a label; infinity where there are none."""
    if not len(points):
        return float("inf")
    left, top, right, bottom = label
    x, y = points.T
    apart = np.hypot(np.maximum(left - x, x - right).clip(0), np.maximum(top - y, y - bottom).clip(0))
    return float(apart.min())


def _along(route: list[Point], share: float) -> tuple[float, float]:
    """Return the point at this share of a polyline's length."""
    lengths = [np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(route)]
    left = share * sum(lengths)
    for (a, b), length in zip(pairwise(route), lengths, strict=True):
        if left <= length and length > 0:
            part = left / length
            return float(a[0] + (b[0] - a[0]) * part), float(a[1] + (b[1] - a[1]) * part)
        left -= length
    return route[-1]
