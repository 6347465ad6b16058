"""What is to be seen of a trace while some groups are closed: whatever happens within them is left out.

A closed group is one node, and several edges into it are one edge; paths and passes run along what is drawn. The
updates of hidden parameters are one step of their group; the paths of a hidden leaf begin at its group. The passes in
other orders stay whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import networkx as nx

from nbgrad.display.formula import short
from nbgrad.display.levels import View
from nbgrad.display.player.phases import BACKWARD, FORWARD, UPDATE, Frame, moved_last
from nbgrad.display.player.trace import Inside, Route, Routes, Trace, Update
from nbgrad.display.player.writing import ways_in

Edge = tuple[int, int, int]


def seen(trace: Trace, view: View) -> Trace:
    """Return a trace of the graph that a view shows. trace: of the whole graph.

    >>> graph = nx.MultiDiGraph([(0, 1)])
    >>> seen(Trace(graph, []), View(graph)).graph is graph
    True
    """
    if not view.closed:
        return trace
    graph = view.graph
    operations = {node for node, kind in graph.nodes(data="kind") if kind == "operation"}
    leaves = {node for node, kind in graph.nodes(data="kind") if kind in ("parameter", "data", "constant")}
    edges = edges_shown(graph)
    return replace(
        trace,
        graph=graph,
        steps=view.steps(trace.steps),
        written={
            node: written
            for node, written in trace.written.items()
            if node in operations and ways_in(graph, node).keys() == ways_in(trace.graph, node).keys()
        },  # of several that come from one box, which is drawn once, only the name of the operation can be written
        updates=[update for update in trace.updates if update.node in leaves],
        inside=_inside(trace, view, leaves),
        routes=[found for routes in trace.routes if (found := _routes(trace, view, routes, edges, leaves)) is not None],
        editable=[node for node in trace.editable if node in leaves],
        moved={node: now for node, now in trace.moved.items() if node in leaves or node in operations},
        hooked=[node for node in trace.hooked if node in leaves or node in operations],
        stored={node: gradient for node, gradient in trace.stored.items() if node in leaves},
        unfit=list(dict.fromkeys(view.shown[node] for node in trace.unfit)),
    )


def moments_of(frames: Sequence[Frame], trace: Trace, view: View) -> list[int]:
    """Return for each frame when in its phase it happens: the same moment is the same number whichever groups are
    closed. So a page knows where it is when one of them is opened.

    trace: what is seen. What happens to a box has happened when it has to the last node in it.
    """
    computed: dict[int | None, int] = {}
    for node, box in view.shown.items():
        computed[box] = max(node, computed.get(box, node))
    moved = dict(computed)  # a leaf is itself the last node in it
    moved |= {inside.node: moved_last(inside) for inside in trace.inside}
    arrivals = (index if step.moment is None else step.moment for index, step in enumerate(trace.steps))
    ends = {FORWARD: computed, UPDATE: moved}
    return [next(arrivals) if frame.phase == BACKWARD else ends[frame.phase][frame.active] for frame in frames]


def _inside(trace: Trace, view: View, leaves: set[int]) -> list[Inside]:
    """Return for each closed group the updates of the parameters in it."""
    hidden: dict[int, list[Update]] = {}
    for update in trace.updates:
        if update.node not in leaves:
            hidden.setdefault(view.shown[update.node], []).append(update)
    return [
        Inside(node, [short(trace.graph, update.node) for update in updates], updates)
        for node, updates in hidden.items()
    ]


def edges_shown(graph: nx.MultiDiGraph) -> dict[Edge, Edge]:
    """Return for each old edge that can still be seen the one that stands for it."""
    found: dict[Edge, Edge] = {}
    for u, v, key, old in graph.edges(keys=True, data="stands_for"):
        found |= dict.fromkeys(old or [(u, v, key)], (u, v, key))
    return found


def _routes(trace: Trace, view: View, routes: Routes, edges: Mapping[Edge, Edge], leaves: set[int]) -> Routes | None:
    """Return the paths of a leaf; of a hidden one from the group that hides it, None if nothing of them is drawn."""
    found = replace(routes, routes=[_route(route, edges) for route in routes.routes])
    if routes.node in leaves:
        return found
    if not any(route.edges for route in found.routes):
        return None
    return replace(found, node=view.shown[routes.node], inside=short(trace.graph, routes.node))


def _route(route: Route, edges: Mapping[Edge, Edge]) -> Route:
    """Return a path along the edges that can be seen. Its factors are those of all edges."""
    return replace(route, edges=[edges[edge] for edge in route.edges if edge in edges], whole=route.edges)
