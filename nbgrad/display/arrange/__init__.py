"""Where everything of a graph stands: boxes in columns by rank, edges as cubic curves between them.

The steps, each in its own file and each usable alone:

    ranks        which column: least total edge length
    columns      long edges cut into waypoints, one a column
    ordering     who stands above whom: few crossings
    polish       fewer still: larger moves, among them the best way of a whole path (rerouting)
    coordinates  how high: straight edges, no overlaps
    routes       the curves
    packing      several unconnected pieces side by side

A group of nodes is drawn by these steps as well (`drawing`), and is then one box of the drawing around it:

    nesting      which groups get a frame, and what stands in it
    composition  drawings inside drawings, and routes across their borders
    untwisting   which edge takes which of the places that mean the same
    cache        what was arranged lately

This is the layered drawing of Sugiyama, Tagawa and Toda (1981); it needs NumPy and networkx and no other program.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from .cache import Cache
from .composition import Composition, compose
from .drawing import Padding
from .nesting import Path
from .routes import Point, sampled

__all__ = ["Layout", "layout"]

PADDING = 14.0  # px between a group's frame and what stands in it
HEADER = 26.0  # px above it instead, where the group's name stands
EdgeKey = tuple[Hashable, Hashable, Hashable]
Rectangle = tuple[float, float, float, float]  # left, top, width, height


@dataclass
class Layout:
    """A laid-out graph, in pixels from the top left corner; every number is rounded to 0.1.

    positions: centre of each node's box.
    curves: control points P0, C1, C2, P1, C3, C4, P2, ... of each edge's cubic Bezier curve, source to target.
    routes: the same curves as polylines.
    width, height: extent of the boxes, frames and curves.
    groups: (left, top, width, height) of each framed group, outer groups first.
    """

    positions: dict[Hashable, Point] = field(default_factory=dict)
    routes: dict[EdgeKey, list[Point]] = field(default_factory=dict)
    curves: dict[EdgeKey, list[Point]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0
    groups: dict[Path, Rectangle] = field(default_factory=dict)


def layout(
    graph: nx.Graph,
    sizes: Mapping[Any, tuple[float, float]],
    direction: str = "LR",
    spacing: float = 1.0,
    groups: Mapping[Any, Sequence[Hashable]] | None = None,
) -> Layout:
    """Arrange a directed graph so that edges run one way, short, straight, and with few crossings.

    graph: any directed networkx graph. Its order of nodes and edges is the order of creation; an edge attribute
        `position` (the argument's place in an operation) goes before the order of edges. A cycle is broken: the
        edge that closes it runs backwards. A node's own edge is a loop over its box.
    sizes: (width, height) of each node's box, in pixels.
    direction: "LR" for left to right, "TB" for top to bottom. Edges leave the middle of a box's right side and
        arrive at the middle of the left side ("TB": bottom and top); parallel edges arrive a little apart.
    spacing: by how much the room between columns ("TB": rows) is multiplied.
    groups: for each node the names of the groups that it belongs to, from the outermost to the innermost; a string
        is a path of one name. A node that is missing belongs to none. Each group gets a frame, 14 px outside of
        what stands in it and 26 px above. Frames are nested or disjoint and hold their members only; no edge runs
        through a frame in which it has no end. A value enters a frame at one place, however often it is used there.
        A group that a path of edges leaves and enters again gets no frame, because one of these edges would have to
        run backwards.

    Edges of a graph that is not a multigraph have the key 0. The same graph always gives the same Layout; one of the
    same shape as one seen lately is found again at once.
    Raises ValueError for an unknown direction and KeyError for a node without a size.

    >>> graph = nx.MultiDiGraph([("x", "y"), ("k", "y")])
    >>> result = layout(graph, {node: (60, 26) for node in graph})
    >>> result.positions
    {'x': (30.0, 13.0), 'y': (170.0, 38.0), 'k': (30.0, 63.0)}
    >>> result.curves["x", "y", 0]
    [(60.0, 13.0), (100.0, 13.0), (100.0, 38.0), (140.0, 38.0)]
    >>> layout(graph, {node: (60, 26) for node in graph}, groups={"k": ("layer",), "y": ("layer",)}).groups
    {('layer',): (140.0, 0.0, 228.0, 93.0)}
    """
    if direction not in ("LR", "TB"):
        raise ValueError(f"direction is {direction!r}, and can be 'LR' (left to right) or 'TB' (top to bottom)")
    nodes = list(graph)
    number = {node: k for k, node in enumerate(nodes)}
    keys = _edges_in_order(graph)
    edges = tuple((number[u], number[v]) for u, v, _ in keys)
    boxes = tuple((float(sizes[node][0]), float(sizes[node][1])) for node in nodes)
    paths = tuple(_path(groups, node) for node in nodes) if groups else ((),) * len(nodes)
    shape = (edges, boxes, paths, direction, spacing)
    found = _seen.get(shape)
    if found is None:
        found = _arranged(*shape)
        _seen.put(shape, found, len(nodes) + len(edges))
    curves = {key: list(points) for key, points in zip(keys, found.curves, strict=True)}
    routes = {key: list(points) for key, points in zip(keys, found.routes, strict=True)}
    in_order = _edge_keys(graph)
    return Layout(
        dict(zip(nodes, found.centres, strict=True)),
        {key: routes[key] for key in in_order},
        {key: curves[key] for key in in_order},
        found.width,
        found.height,
        dict(found.groups),
    )


def _path(groups: Mapping[Any, Sequence[Hashable]], node: Hashable) -> Path:
    path = groups.get(node, ())
    return (path,) if isinstance(path, str) else tuple(path)


def _edge_keys(graph: nx.Graph) -> list[EdgeKey]:
    return list(graph.edges(keys=True)) if graph.is_multigraph() else [(u, v, 0) for u, v in graph.edges]


def _edges_in_order(graph: nx.Graph) -> list[EdgeKey]:
    """The edges, those with a `position` by their position."""
    places = [place if isinstance(place, int) else 0 for _, _, place in graph.edges(data="position")]
    return [key for _, key in sorted(zip(places, _edge_keys(graph), strict=True), key=lambda pair: pair[0])]


@dataclass(frozen=True)
class _Arrangement:
    """What a layout is made of, for nodes and edges by number; nothing in it is ever changed."""

    centres: Sequence[Point]
    curves: Sequence[Sequence[Point]]
    routes: Sequence[Sequence[Point]]
    groups: Mapping[Path, Rectangle]
    width: float
    height: float


_seen: Cache[_Arrangement] = Cache(room=10_000)  # nodes and edges; at some 1.3 kB each, 13 MB


def _arranged(
    edges: Sequence[tuple[int, int]],
    boxes: Sequence[tuple[float, float]],
    paths: Sequence[Path],
    direction: str,
    spacing: float,
) -> _Arrangement:
    """The arrangement of nodes 0..len(boxes)-1. From top to bottom is left to right, turned over the diagonal."""
    if direction == "LR":
        made = compose(edges, boxes, paths, Padding(PADDING, PADDING, HEADER, PADDING), spacing)
    else:
        turned = [(height, width) for width, height in boxes]
        made = compose(edges, turned, paths, Padding(HEADER, PADDING, PADDING, PADDING), spacing)
        made = _turned(made)
    frames = {
        path: (left, top, round(right - left, 1), round(bottom - top, 1))
        for path, (left, top, right, bottom) in made.frames.items()
    }
    routes = [sampled(points) for points in made.curves]
    return _Arrangement(made.centres, made.curves, routes, frames, round(made.width, 1), round(made.height, 1))


def _turned(made: Composition) -> Composition:
    return Composition(
        [(y, x) for x, y in made.centres],
        [[(y, x) for x, y in points] for points in made.curves],
        {path: (top, left, bottom, right) for path, (left, top, right, bottom) in made.frames.items()},
        made.height,
        made.width,
    )
