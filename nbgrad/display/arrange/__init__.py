"""Where everything of a graph stands: boxes in columns by rank, edges as cubic curves between them.

The steps, each in its own file and each usable alone:

    ranks        which column: least total edge length
    columns      long edges cut into waypoints, one a column
    ordering     who stands above whom: few crossings
    polish       fewer still: larger moves, among them the best way of a whole path (rerouting)
    coordinates  how high: straight edges, no overlaps
    routes       the curves
    packing      several unconnected pieces side by side

This is the layered drawing of Sugiyama, Tagawa and Toda (1981); it needs NumPy and networkx and no other program.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from .columns import Grid, cut_into_columns, reading_order
from .coordinates import STRAND_GAP, heights
from .ordering import best_orders
from .packing import connected_pieces, shelves
from .polish import polished
from .ranks import Edge, ranks, without_cycles
from .routes import LOOP, Point, column_edges, curve, loop, ports, sampled, spread, stations

__all__ = ["Layout", "layout"]

ROUNDS = 12  # sweeps over the whole drawing, from each start
EdgeKey = tuple[Hashable, Hashable, Hashable]


@dataclass
class Layout:
    """A laid-out graph, in pixels from the top left corner; every number is rounded to 0.1.

    positions: centre of each node's box.
    curves: control points P0, C1, C2, P1, C3, C4, P2, ... of each edge's cubic Bezier curve, source to target.
    routes: the same curves as polylines.
    width, height: extent of the boxes and curves.
    """

    positions: dict[Hashable, Point] = field(default_factory=dict)
    routes: dict[EdgeKey, list[Point]] = field(default_factory=dict)
    curves: dict[EdgeKey, list[Point]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0


def layout(
    graph: nx.Graph, sizes: Mapping[Any, tuple[float, float]], direction: str = "LR", spacing: float = 1.0
) -> Layout:
    """Arrange a directed graph so that edges run one way, short, straight, and with few crossings.

    graph: any directed networkx graph. Its order of nodes and edges is the order of creation; an edge attribute
        `position` (the argument's place in an operation) goes before the order of edges. A cycle is broken: the
        edge that closes it runs backwards. A node's own edge is a loop over its box.
    sizes: (width, height) of each node's box, in pixels.
    direction: "LR" for left to right, "TB" for top to bottom. Edges leave the middle of a box's right side and
        arrive at the middle of the left side ("TB": bottom and top); parallel edges arrive a little apart.
    spacing: by how much the room between columns ("TB": rows) is multiplied.

    Edges of a graph that is not a multigraph have the key 0. The same graph always gives the same Layout.
    Raises ValueError for an unknown direction and KeyError for a node without a size.

    >>> graph = nx.MultiDiGraph([("x", "y"), ("k", "y")])
    >>> result = layout(graph, {node: (60, 26) for node in graph})
    >>> result.positions
    {'x': (30.0, 13.0), 'y': (170.0, 38.0), 'k': (30.0, 63.0)}
    >>> result.curves["x", "y", 0]
    [(60.0, 13.0), (100.0, 13.0), (100.0, 38.0), (140.0, 38.0)]
    """
    if direction not in ("LR", "TB"):
        raise ValueError(f"direction is {direction!r}, and can be 'LR' (left to right) or 'TB' (top to bottom)")
    nodes = list(graph)
    number = {node: k for k, node in enumerate(nodes)}
    keys = _edges_in_order(graph)
    edges = [(number[u], number[v]) for u, v, _ in keys]
    across, along = (1, 0) if direction == "LR" else (0, 1)
    boxes = [(float(sizes[node][along]), float(sizes[node][across])) for node in nodes]
    centres, curves, width, height = _arranged(edges, boxes, spacing)
    if direction == "TB":
        centres = [(y, x) for x, y in centres]
        curves = [[(y, x) for x, y in points] for points in curves]
        width, height = height, width
    named = dict(zip(keys, curves, strict=True))
    named = {key: named[key] for key in _edge_keys(graph)}
    routes = {key: sampled(points) for key, points in named.items()}
    return Layout(dict(zip(nodes, centres, strict=True)), routes, named, round(width, 1), round(height, 1))


def _edge_keys(graph: nx.Graph) -> list[EdgeKey]:
    return list(graph.edges(keys=True)) if graph.is_multigraph() else [(u, v, 0) for u, v in graph.edges]


def _edges_in_order(graph: nx.Graph) -> list[EdgeKey]:
    """The edges, those with a `position` by their position."""
    places = [place if isinstance(place, int) else 0 for _, _, place in graph.edges(data="position")]
    return [key for _, key in sorted(zip(places, _edge_keys(graph), strict=True), key=lambda pair: pair[0])]


def _arranged(
    edges: list[Edge], boxes: list[tuple[float, float]], spacing: float
) -> tuple[list[Point], list[list[Point]], float, float]:
    """Centres, curves, width and height, for nodes 0..len(boxes)-1, left to right."""
    loops = [0] * len(boxes)
    for u, v in edges:
        loops[u] += u == v
    roomy = [
        (width + 2 * LOOP * count, height + 2 * LOOP * count)
        for (width, height), count in zip(boxes, loops, strict=True)
    ]
    weights = without_cycles(len(boxes), edges)
    centres: list[Point] = [(0.0, 0.0)] * len(boxes)
    strands: dict[Edge, list[list[Point]]] = {}
    pieces = [_Piece(nodes, weights, roomy, boxes, spacing) for nodes in connected_pieces(len(boxes), weights)]
    corners, width, height = shelves([piece.extent for piece in pieces])
    for piece, corner in zip(pieces, corners, strict=True):
        piece.put(corner, centres, strands)
    return centres, _curves(edges, centres, boxes, strands), width, height


def _curves(
    edges: list[Edge], centres: list[Point], boxes: list[tuple[float, float]], strands: dict[Edge, list[list[Point]]]
) -> list[list[Point]]:
    """The control points of each edge: parallel edges take their strands in turn, turned edges run backwards."""
    looped = [0] * len(boxes)
    curves = []
    for u, v in edges:
        if u == v:
            curves.append(loop(*centres[u], *boxes[u], looped[u]))
            looped[u] += 1
        elif centres[u][0] < centres[v][0]:
            curves.append(curve(strands[u, v].pop(0)))
        else:
            curves.append(curve(strands[v, u].pop(0))[::-1])
    return curves


class _Piece:
    """One connected piece, laid out with its corner at (0, 0)."""

    def __init__(
        self,
        nodes: list[int],
        weights: dict[Edge, int],
        roomy: list[tuple[float, float]],
        boxes: list[tuple[float, float]],
        spacing: float,
    ) -> None:
        self.nodes = nodes
        local = {node: k for k, node in enumerate(nodes)}
        self.weights = {(local[u], local[v]): w for (u, v), w in weights.items() if u in local}
        self.grid = cut_into_columns(self.weights, ranks(len(nodes), self.weights))
        waypoints = self.grid.strands[len(nodes) :]
        across = [roomy[node][1] for node in nodes] + [(count - 1) * STRAND_GAP for count in waypoints]
        along = [roomy[node][0] for node in nodes] + [0.0] * len(waypoints)
        self.y = heights(self.grid, _ordered(self.grid), across)
        self.box = [boxes[node][0] for node in nodes]
        self.spans = column_edges(self.grid, self.y, along, spacing)
        bottom = max(self.y[k] + across[k] / 2 for k in range(len(across)))
        self.extent = (self.spans[-1][1], bottom)

    def put(self, corner: Point, centres: list[Point], strands: dict[Edge, list[list[Point]]]) -> None:
        """Write the centres and the strands of edges, for a piece whose corner is here."""
        left, top = corner
        y = [height + top for height in self.y]
        spans = [(a + left, b + left) for a, b in self.spans]
        for k, node in enumerate(self.nodes):
            centres[node] = (round(sum(spans[self.grid.column_of[k]]) / 2, 1), round(y[k], 1))
        for edge, arrivals in ports(self.grid, y, self.weights).items():
            shifts = spread(len(arrivals), STRAND_GAP)
            chain = self.grid.chains[edge]
            strands[self.nodes[edge[0]], self.nodes[edge[1]]] = [
                stations(chain, shift, port, y, self.box, spans, self.grid.column_of)
                for shift, port in zip(shifts, arrivals, strict=True)
            ]


def _ordered(grid: Grid) -> list[list[int]]:
    """The vertices of each column, top to bottom."""
    starts = [reading_order(grid), reading_order(grid, backwards=True)]
    widths = [len(members) for members in grid.columns.members]
    room = sum(width * width for width in widths) / len(widths)  # in wide columns a move takes long and helps little
    rounds = max(2, min(ROUNDS, int(50_000 / room)))
    moves = min(80 + 4 * len(widths), int(400_000 / room))
    orders = polished(grid.columns, best_orders(grid.columns, starts, rounds), moves)
    return [[members[k] for k in order] for members, order in zip(grid.columns.members, orders, strict=True)]
