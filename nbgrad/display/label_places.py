"""Where the factors stand that float beside edges, "× 0.187"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from nbgrad.display import measure, theme
from nbgrad.display.arrange.ranks import MANY_USES
from nbgrad.display.routes import Point, along, closely
from nbgrad.display.scene import Edge, Node, Scene

Box = tuple[float, float, float, float]  # left, top, right, bottom
LABEL_SIZE = theme.LABEL_SIZE + 1  # that of the player, which writes labels larger than the still pictures do
AIR = 5.0  # px between a label and the middle of an edge: its flow is drawn broader, with round ends
HEIGHTS = (-13, 22, -20, 29, -28, 37)  # px from an edge to the base line of its label
GAPS = (7, 14)  # px from an edge to the side of its label
FOREIGN = 0.5  # how bad it is that a label stands nearer to another edge: better than on one
ON_ITS_OWN = 0.4  # how bad it is that it stands on its own edge, whose middle it hides
CLOSE = 24.0  # px from an edge at which one sees what belongs to it
FAR = 0.2  # how bad each px more is
NEARER = 1.0  # px that one sees
SHARES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)  # of an edge's length, where a label may stand
MANY_EDGES = 500  # of a drawing; where there are more, labels stand at the middle of their edges


class LabelPlaces:
    """Where the labels of edges can stand without covering a box, nor an edge if that can be helped."""

    def __init__(self, scene: Scene) -> None:
        self.width = scene.width
        self.is_many = len(scene.edges) > MANY_EDGES
        self.shares = SHARES[:1] if self.is_many else SHARES
        self.order = {id_: place for place, id_ in enumerate(scene.nodes)}
        self.boxes = np.array([_outline(node) for node in scene.nodes.values()], dtype=float).reshape(-1, 4)
        points = np.concatenate([np.empty((0, 2)), *map(closely, _lines(scene.edges.values()))])
        # From left to right, so that the few that are near a label are found without looking at all of them.
        self.points = points[np.argsort(points[:, 0], kind="stable")]

    def beside(self, edge: Edge, label: str) -> tuple[float, float]:
        """Return the middle of the label's base line: near the middle of the edge, where it covers least."""
        half = measure.width(label, LABEL_SIZE) / 2
        own = closely(edge.route)
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
        for x, y in (along(edge.route, share) for share in self.shares):
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
            x, y = along(edge.route, share)
            yield from ((x, y + offset) for offset in HEIGHTS)
            yield from ((x + sign * (half + gap), y + 4) for gap in GAPS for sign in (1, -1))
        ends = self.boxes[[self.order[edge.u], self.order[edge.v]]]
        for share in self.shares:
            x, _ = along(edge.route, share)
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
