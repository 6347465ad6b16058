"""Collapsing: each closed group of a graph becomes one node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import takewhile
from math import prod
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import schema
from nbgrad.display.attributes import attributes
from nbgrad.display.compare import NO_CHANGE, Change
from nbgrad.display.levels.folding import added, staleness
from nbgrad.display.levels.rows import fold_rows
from nbgrad.display.schema import Path

READABLE = 150  # with more nodes than this a picture is hard to read, so its groups are collapsed
LONGEST = 24  # columns; a picture with more is wider than some four screens, so groups in it are collapsed
SHORTEST = 6  # columns; groups that do not repeat are not collapsed to fewer, which would hide more than they show
MOST_COLLAPSED = 10_000  # of more nodes than this the groups are not collapsed: that would take seconds


def collapse(graph: Any, closed: Iterable[Path | str]) -> tuple[nx.MultiDiGraph, dict[int, int]]:
    """Return the graph with each closed group as one node, and for each old node the one that stands for it.

    graph: see ``schema``. closed: paths of groups as in the attribute ``group``; what lies in a closed group is closed
    with it, and paths that do not occur do no harm.

    Nodes keep their ids; a collapsed group has that of its last member. It has the kind "group", its name, how many
    members, operations and parameters it holds, and, if exactly one node leads out of it, the value and gradient of
    that. Edges from one node into the same group become one edge. An edge says in its attribute ``stands_for`` which
    edges of the old graph it shows.

    A group that is left and entered again, so that it would have to be computed both before and after something else,
    cannot be one box. It stays open, and the groups in it are closed one by one.

    >>> graph = nx.MultiDiGraph([(0, 1), (1, 2), (2, 3)])
    >>> graph.nodes[1]["group"] = graph.nodes[2]["group"] = "layer"
    >>> collapsed, shown = collapse(graph, ["layer"])
    >>> list(collapsed.edges(keys=True)), shown
    ([(0, 2, 0), (2, 3, 0)], {0: 0, 1: 2, 2: 2, 3: 3})
    """
    graph = schema.normalise(graph)
    within = _collapsible(graph, {(path,) if isinstance(path, str) else tuple(path) for path in closed})
    members: dict[Path, list[int]] = {}
    for node, path in within.items():
        members.setdefault(path, []).append(node)
    stands = {path: nodes[-1] for path, nodes in members.items()}
    shown = {node: stands[within[node]] if node in within else node for node in graph}
    names = _names(members)
    facts = {stands[path]: _facts(graph, path, nodes, within, names[path]) for path, nodes in members.items()}
    result = nx.MultiDiGraph(**graph.graph)
    for node in graph:
        if shown[node] == node:
            result.add_node(node, **facts.get(node, graph.nodes[node]))
    _add_edges(result, graph, shown)
    return result, shown


def _collapsible(graph: nx.MultiDiGraph, closed: Collection[Path]) -> dict[int, Path]:
    """Return for each node in a closed group the outermost one that can be a single box."""
    closed = set(closed)
    while True:
        within = {}
        for node, path in graph.nodes(data="group"):
            lengths = (length for length in range(1, len(path) + 1) if path[:length] in closed)
            if length := next(lengths, 0):
                within[node] = path[:length]
        entangled = _entangled(graph, within)
        if not entangled:
            return within
        closed -= set(entangled)
        closed |= {path for path in schema.groups(graph) if path[:-1] in entangled}


def _entangled(graph: nx.MultiDiGraph, within: dict[int, Path]) -> list[Path]:
    """Return the groups that would lie on a cycle, if each were one node."""
    boxes: nx.DiGraph = nx.DiGraph()
    for u, v in graph.edges():
        a, b = within.get(u, u), within.get(v, v)
        if a != b:
            boxes.add_edge(a, b)
    if nx.is_directed_acyclic_graph(boxes):
        return []
    cycles = (box for box in nx.strongly_connected_components(boxes) if len(box) > 1)
    return [box for cycle in cycles for box in cycle if isinstance(box, tuple)]


def _names(paths: Iterable[Path]) -> dict[Path, str]:
    """Return what the groups are called: by their own names; of several of one name, by what tells their paths apart.

    >>> _names([("net", "block 0", "norm"), ("net", "block 1", "norm"), ("net", "out")]).values()
    dict_values(['block 0 / norm', 'block 1 / norm', 'out'])
    """
    alike: dict[str, list[Path]] = {}
    for path in paths:
        alike.setdefault(path[-1], []).append(path)
    names: dict[Path, str] = {}
    for several in alike.values():
        shared = list(takewhile(lambda parts: len(set(parts)) == 1, zip(*several, strict=False)))
        first = len(shared) if len(several) > 1 else -1
        names |= {path: schema.joined(path[first:]) for path in several}
    return names


def _facts(graph: nx.MultiDiGraph, path: Path, nodes: list[int], within: dict[int, Path], name: str) -> dict[str, Any]:
    """Return the attributes of a collapsed group."""
    kinds = Counter(graph.nodes[node]["kind"] for node in nodes)
    outlets = [node for node in nodes if _leads_out(graph, node, path, within)]
    parameters = (graph.nodes[node]["shape"] for node in nodes if graph.nodes[node]["kind"] == "parameter")
    problems = (graph.nodes[node]["problem"] for node in nodes)
    left: Mapping[str, Any] = graph.nodes[outlets[0]] if len(outlets) == 1 else {"bare": True}
    facts = {
        "kind": "group",
        "name": name,
        "group": path[:-1],
        "members": len(nodes),
        "operations": kinds["operation"],
        "parameters": sum(prod(shape) for shape in parameters if shape is not None),
        "problem": next((problem for problem in problems if problem), None),
        **{which: left.get(which) for which in ("shape", "dtype", "value", "gradient", "bare", "gone", "unkept")},
        "gradients": _gradients(graph, outlets),
        "change": _change(graph, nodes, left.get("change")),
    }
    facts["stale"] = staleness(graph.nodes[node] for node in nodes)
    facts["hidden"] = _gradients(graph, nodes)
    if not facts["gradients"]:
        facts["inside"] = _gradients(graph, [node for node in nodes if graph.nodes[node]["kind"] == "parameter"])
    return attributes(nodes[-1], facts)


def _gradients(graph: nx.MultiDiGraph, nodes: Iterable[int]) -> tuple[np.ndarray, ...]:
    """Return the gradients of these nodes, as far as they are known."""
    given = (graph.nodes[node]["gradient"] for node in nodes)
    return tuple(gradient for gradient in given if gradient is not None)


def _change(graph: nx.MultiDiGraph, nodes: Iterable[int], left: Change | None) -> Change | None:
    """Return what a comparison says of a group: how its result has changed, and which of its members have."""
    inside = tuple(schema.label(graph, node) for node in nodes if graph.nodes[node]["change"] is not None)
    return replace(left or NO_CHANGE, inside=inside) if inside else None


def _leads_out(graph: nx.MultiDiGraph, node: int, path: Path, within: dict[int, Path]) -> bool:
    """Tell whether a member is used outside its group, or by nothing at all, which makes it a result."""
    users = graph.succ[node]
    return not users or any(within.get(user) != path for user in users)


def _add_edges(result: nx.MultiDiGraph, graph: nx.MultiDiGraph, shown: dict[int, int]) -> None:
    """Add the edges between what is shown; several from one node into the same group make one."""
    known: dict[tuple[int, int], dict[str, Any]] = {}
    for u, v, key, position in graph.edges(keys=True, data="position"):
        a, b = shown[u], shown[v]
        if a == b:
            continue
        into_group = result.nodes[b]["kind"] == "group"
        given = graph.edges[u, v, key]["gradient"]
        if into_group and (u, b) in known:
            known[u, b]["stands_for"] += ((u, v, key),)
            known[u, b]["gradient"] = added(known[u, b]["gradient"], given)
            continue
        at = result.in_degree(b) if into_group else position
        named = {} if into_group or result.nodes[a]["kind"] == "group" else {"key": key}
        new = result.add_edge(a, b, **named, position=at, stands_for=((u, v, key),), gradient=given)
        known[u, b] = result.edges[a, b, new]


def name_results(result: nx.MultiDiGraph, graph: nx.MultiDiGraph) -> None:
    """Say in ``result`` of each edge from a group with several results which of them it begins with, and in ``value``
    its numbers.

    A box that stands for several groups has as many results of one kind, and is called what it is called.
    """
    leaving: dict[int, set[int]] = {}
    for a, *_, old in result.edges(data="stands_for"):
        if result.nodes[a]["kind"] == "group" and result.nodes[a]["count"] == 1:
            leaving.setdefault(a, set()).update(u for u, *_ in old or ())
    for a, *_, given in result.edges(data=True):
        inner, *others = {u for u, *_ in given["stands_for"] or ()} or (a,)
        if len(leaving.get(a, ())) > 1 and not others:
            given |= {"result": schema.label(graph, inner), "value": graph.nodes[inner]["value"]}


def default_closed(graph: Any, depth: int | None = None) -> list[Path]:
    """Return the paths of the groups that a picture collapses by itself.

    depth: how many levels of groups are open: 0 collapses the outermost ones, 1 those within them. None: none are
    collapsed up to 150 nodes; above, the outermost ones. So they are where more than 24 nodes follow one on the other,
    if equal groups in a row, which fold into one, then make the picture at most half as long. Without such a row, those
    of the innermost level are, at which 6 to 24 nodes follow one on the other, and half as many as before.
    Where the outermost one is a single group, its inside says more: it is opened, as long as no more than 150 nodes
    come of it.

    >>> graph = nx.MultiDiGraph()
    >>> graph.add_nodes_from(range(160), group=("net", "layer"))
    >>> default_closed(graph, 0), default_closed(graph, 1), default_closed(graph)
    ([('net',)], [('net', 'layer')], [('net', 'layer')])
    """
    graph = schema.normalise(graph)
    if depth is not None:
        return [path for path in schema.groups(graph) if len(path) == depth + 1]
    if len(graph) > READABLE:
        return opened_alone(graph)
    if not schema.groups(graph) or columns(graph) <= LONGEST:
        return []
    return _repeating(graph) or _shortening(graph)


def _repeating(graph: nx.MultiDiGraph) -> list[Path]:
    """Return the groups to be closed in a long graph if many of them are equal, one after the other; else none."""
    closed = opened_alone(graph)
    folded, _ = fold_rows(graph, *collapse(graph, closed))
    has_row = any(row for _, row in folded.nodes(data="row"))
    return closed if has_row and 2 * columns(folded) <= columns(graph) else []


def _shortening(graph: nx.MultiDiGraph) -> list[Path]:
    """Return the groups of the innermost level that make a picture short which was long; none if no level does."""
    paths = schema.groups(graph)
    whole, outermost = columns(graph), len(opened_alone(graph)[0])
    for length in range(max(map(len, paths)), outermost - 1, -1):
        closed = [path for path in paths if len(path) == length]
        folded, _ = fold_rows(graph, *collapse(graph, closed))
        if SHORTEST <= columns(folded) <= min(LONGEST, whole // 2):
            return closed
    return []


def columns(graph: nx.MultiDiGraph) -> int:
    """Return about how many columns the picture of a normalised graph has: nodes on its longest way.

    What a group begins with stands within its frame, so it comes after what leads into the group.

    >>> graph = nx.MultiDiGraph([("x", "y"), ("w", "y")])
    >>> graph.add_nodes_from(["w", "y"], group="layer")
    >>> columns(schema.normalise(graph))
    3
    """
    ways = nx.DiGraph(graph.edges())
    ways.add_nodes_from(graph)
    within = {node: {path[: length + 1] for length in range(len(path))} for node, path in graph.nodes(data="group")}
    entered: dict[Path, dict[int, None]] = {}
    for u, v in graph.edges():
        for path in sorted(within[v] - within[u]):
            entered.setdefault(path, {})[u] = None
    framed = ways.copy()
    leaves = (node for node in graph if not graph.pred[node])
    framed.add_edges_from((u, leaf) for leaf in leaves for path in sorted(within[leaf]) for u in entered.get(path, ()))
    longest: int = nx.dag_longest_path_length(framed if nx.is_directed_acyclic_graph(framed) else ways)
    return longest + 1 if len(graph) else 0


def opened_alone(graph: nx.MultiDiGraph) -> list[Path]:
    """Return the outermost groups; where that is one alone, those within it, if no more than 150 nodes come of it."""
    paths = schema.groups(graph)
    closed: list[Path] = [path for path in paths if len(path) == 1]
    while len(closed) == 1:
        inner = [path for path in paths if path[:-1] == closed[0]]
        if not inner or visible(graph, inner) > READABLE:
            break
        closed = inner
    return closed


def visible(graph: nx.MultiDiGraph, closed: Iterable[Path]) -> int:
    """Return how many nodes are left to be seen, if these groups of a normalised graph are collapsed."""
    chosen = set(closed)
    open_nodes = 0
    boxes: set[Path] = set()
    for path, count in Counter(path for _, path in graph.nodes(data="group")).items():
        lengths = (length for length in range(1, len(path) + 1) if path[:length] in chosen)
        if length := next(lengths, 0):
            boxes.add(path[:length])
        else:
            open_nodes += count
    return open_nodes + len(boxes)
