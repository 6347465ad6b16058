"""Folding: groups of equal structure beside each other become one box that says how often it is there, "× 12"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import messages, schema
from nbgrad.display.compare import NO_CHANGE

Edge = tuple[int, int, int]
REPEATED = 3  # fewer equal groups are easier to read one by one


def fold(
    graph: nx.MultiDiGraph, collapsed: nx.MultiDiGraph, shown: Mapping[int, int]
) -> tuple[nx.MultiDiGraph, dict[int, int]]:
    """Return the collapsed graph with equal parallel groups as one node, and for each old node what stands for it.

    graph: the one that was collapsed. collapsed, shown: what ``collapse`` made of it.

    Groups are equal if the same operations were done in them in the same order, on arrays of the same shapes, whatever
    the numbers, and their names differ in numbers only; they are parallel if none can be reached from another, and
    beside each other if they lie in the same group. Three or more that are used by the same nodes, or by nodes that
    become one as well, become one node: that of the last of them, with their number as ``count``. So no box hides
    which of them a query is, and which a key. Its numbers are left out, because each of them has its own. Single
    nodes that lead to nothing but the same folded groups, or come from nothing else, are folded in the same way.

    >>> from nbgrad.display.levels import collapse
    >>> graph = nx.MultiDiGraph([(0, node) for node in (1, 2, 3)] + [(node, 4) for node in (1, 2, 3)])
    >>> for node in (1, 2, 3):
    ...     graph.nodes[node]["group"] = f"head {node}"
    >>> folded, shown = fold(graph, *collapse(graph, ["head 1", "head 2", "head 3"]))
    >>> list(folded), folded.nodes[3]["name"], folded.nodes[3]["count"], shown[1]
    ([0, 3, 4], 'head', 3, 3)
    """
    graph = schema.normalise(graph)
    members: dict[int, list[int]] = {}
    for node in graph:
        members.setdefault(shown[node], []).append(node)
    ranks = _ranks(collapsed)
    alike: dict[Any, list[int]] = {}
    for node, facts in collapsed.nodes(data=True):
        if facts["kind"] == "group":
            structure = facts["group"], WITHOUT_NUMBERS.sub("", facts["name"]), _structure(graph, members[node])
            alike.setdefault((ranks[node], *structure), []).append(node)
    classes = [nodes for nodes in alike.values() if len(nodes) >= REPEATED]
    stands = _together_with_singles(collapsed, classes, ranks)
    while (finer := _used_alike(collapsed, classes, stands)) != classes:
        classes = finer
        stands = _together_with_singles(collapsed, classes, ranks)
    if not stands:
        return collapsed, dict(shown)
    copies: dict[int, list[Mapping[str, Any]]] = {}
    for node, one in stands.items():
        copies.setdefault(one, []).append(collapsed.nodes[node])
    facts = {one: folded_facts(of_one) for one, of_one in copies.items()}
    return merged(collapsed, stands, facts), {node: stands.get(box, box) for node, box in shown.items()}


def _ranks(graph: nx.MultiDiGraph) -> dict[int, int]:
    """Return the length of the longest way to each node. Nodes of one rank cannot reach each other; so if nodes of one
    rank become one, whichever, no cycle comes of it."""
    ranks: dict[int, int] = {}
    for node in nx.topological_sort(graph):
        ranks[node] = max((ranks[u] + 1 for u in graph.pred[node]), default=0)
    return ranks


def _structure(graph: nx.MultiDiGraph, nodes: Sequence[int]) -> tuple[Any, ...]:
    """Return what equal groups have in common: of each node its kind, operation and shape, and where its inputs are."""
    number = {node: place for place, node in enumerate(nodes)}
    rows = []
    for node in nodes:
        facts = graph.nodes[node]
        inputs = tuple(number.get(u, -1) for u in schema.inputs(graph, node))
        rows.append((facts["kind"], facts["op"], facts["shape"], inputs))
    return tuple(rows)


def _together_with_singles(
    graph: nx.MultiDiGraph, classes: Iterable[list[int]], ranks: Mapping[int, int]
) -> dict[int, int]:
    """Return for each node of these classes, and for the single nodes that are folded with them, what stands for it."""
    stands = _representatives(classes)
    while stands and (more := _representatives(_beside(graph, stands, ranks))):
        stands |= more
    return stands


def _used_alike(graph: nx.MultiDiGraph, classes: Iterable[list[int]], stands: Mapping[int, int]) -> list[list[int]]:
    """Return the classes, divided by which nodes use their members; what is too few then is left out."""
    alike: dict[Any, list[int]] = {}
    for number, nodes in enumerate(classes):
        for node in nodes:
            users = tuple(sorted({stands.get(user, user) for user in graph.succ[node]}))
            alike.setdefault((number, users), []).append(node)
    return [nodes for nodes in alike.values() if len(nodes) >= REPEATED]


def _representatives(classes: Iterable[list[int]]) -> dict[int, int]:
    """Return for each node of a class that is large enough the last one of it."""
    return {node: nodes[-1] for nodes in classes if len(nodes) >= REPEATED for node in nodes}


def _beside(graph: nx.MultiDiGraph, stands: Mapping[int, int], ranks: Mapping[int, int]) -> Iterable[list[int]]:
    """Return the nodes that are not folded yet, but lead to nothing but folded ones, or come from nothing else; those
    with the same neighbours together."""
    folded = set(stands.values())
    alike: dict[Any, list[int]] = {}
    for node, facts in graph.nodes(data=True):
        inputs = tuple(sorted({stands.get(u, u) for u in graph.pred[node]}))
        users = tuple(sorted({stands.get(v, v) for v in graph.succ[node]}))
        if node not in stands and any(near and folded.issuperset(near) for near in (inputs, users)):
            same = facts["kind"], facts["op"], facts["shape"], facts["group"], ranks[node]
            alike.setdefault((same, inputs, users), []).append(node)
    return alike.values()


def merged(
    graph: nx.MultiDiGraph, stands: Mapping[int, int], facts: Mapping[int, Mapping[str, Any]]
) -> nx.MultiDiGraph:
    """Return the graph with what is folded as one node each, and parallel edges of folded nodes as one edge.

    stands: for each folded node the one that stands for it. facts: the attributes of these.
    """
    result = nx.MultiDiGraph(**graph.graph)
    for node in graph:
        if stands.get(node, node) == node:
            result.add_node(node, **facts.get(node, graph.nodes[node]))
    for u, v, key, given in graph.edges(keys=True, data=True):
        if stands.get(u, u) != stands.get(v, v):
            _add_edge(result, (u, v, key), given, stands)
    return result


def _add_edge(result: nx.MultiDiGraph, edge: Edge, given: Mapping[str, Any], stands: Mapping[int, int]) -> None:
    """Add an edge, or add it to the one that is there already.

    What flows back through copies of a group to the same node adds up, so the edge stands for all of them. What flows
    back into a copy is that copy's own: only the edges of the one that is shown are stood for, the rest are "others".
    """
    u, v, key = edge
    a, b = stands.get(u, u), stands.get(v, v)
    own, others = (given["stands_for"], ()) if a == u else ((), given["stands_for"])
    others += given.get("others", ())
    back = given["gradient"]
    known = _joined(result, a, b, given["stands_for"], a == u, v in stands) if u in stands or v in stands else None
    if known is not None:
        known["stands_for"] += own
        known["others"] = known.get("others", ()) + others
        if u in stands:
            known["gradients"] += () if back is None else (back,)
        else:
            known["gradient"] = added(known["gradient"], back)
    else:
        kept = {} if u in stands or v in stands else {"key": key}
        each = {"gradient": None, "gradients": () if back is None else (back,)} if u in stands else {}
        result.add_edge(a, b, **kept, **{**given, "stands_for": own, "others": others, "gradient": back, **each})


def _joined(
    result: nx.MultiDiGraph, a: int, b: int, edges: tuple[Edge, ...], is_own: bool, into: bool
) -> dict[str, Any] | None:
    """Return the edge that one more is added to; None where it is one by itself, as each use of what is shown is.

    edges: the old ones that the new one stands for. is_own: whether they begin in what is shown. into: whether a folded
    group is where they end, which takes each node once.
    """
    known = list(result[a][b].values()) if result.has_edge(a, b) else []
    if is_own:
        begun = edges[0][0] if edges else None
        known = [edge for edge in known if not edge["stands_for"] or (into and edge["stands_for"][0][0] == begun)]
    return known[0] if known else None


def added(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    """Return what two edges from one node bring back to it together; None is not known.

    >>> added(np.array(1.0), np.array(2.0)), added(None, np.array(2.0))
    (np.float64(3.0), array(2.))
    """
    if one is None or other is None:
        return other if one is None else one
    with np.errstate(all="ignore"):
        return np.add(one, other)


def staleness(several: Iterable[Mapping[str, Any]]) -> str | None:
    """Return what is said of a box that stands for several: what is said of any of them, the worst first.

    >>> staleness([{"stale": None}, {"stale": "changed"}]), staleness([{"stale": None}])
    ('changed', None)
    """
    found = [facts["stale"] for facts in several]
    return next((stale for stale in ("unfit", "changed") if stale in found), None)


def counted(copies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what can be counted of equal boxes together, and what one of them has that shall not be overlooked."""
    sums = {which: sum(facts[which] for facts in copies) for which in ("members", "operations", "parameters")}
    problem = next((facts["problem"] for facts in copies if facts["problem"]), None)
    stale = staleness(copies)
    hidden = tuple(gradient for facts in copies for gradient in facts["hidden"] or _gradients(facts))
    return {**sums, "problem": problem, "stale": stale, "hidden": hidden, "count": len(copies)}


def folded_facts(copies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the attributes of a folded node: what its copies have in common, and sums of what can be counted."""
    own: dict[str, Any] = {"value": None, "gradient": None, "code": None, "bare": True}
    own["gradients"] = tuple(gradient for facts in copies for gradient in _gradients(facts))
    if not own["gradients"]:
        own["inside"] = tuple(gradient for facts in copies for gradient in facts["inside"])
        own["each"] = tuple(facts["inside"] or None for facts in copies)
    inside = tuple(facts["name"] or messages.kind(facts["kind"]) for facts in copies if facts["change"] is not None)
    own["change"] = replace(NO_CHANGE, inside=inside) if inside else None
    return {**copies[-1], **counted(copies), **own, "name": common_name([facts["name"] for facts in copies])}


def _gradients(facts: Mapping[str, Any]) -> tuple[Any, ...]:
    return facts["gradients"] if facts["gradient"] is None else (facts["gradient"],)


def common_name(names: Sequence[str | None]) -> str | None:
    """Return the name of several things that are told apart by numbers.

    >>> common_name(["head", "head (2)", "head (3)"]), common_name(["heads.0", "heads.1"])
    ('head', 'heads')
    >>> common_name(["0 Linear", "1 Linear"]), common_name(["left", "right"]), common_name(["q₁", "q₂"])
    ('Linear', 'left, …', 'q')
    """
    known = [name for name in names if name]
    bare = {NUMBERED.sub("", name) for name in known}
    if len(bare) == 1 and (name := bare.pop()):
        return name
    return f"{known[0]}, …" if known else None


WITHOUT_NUMBERS = re.compile(r"[\W\d₀-₉]+")
NUMBERED = re.compile(r"^\d+[\s._-]+|\s*\(\d+\)$|\[\d+\]$|[\s._-]*[\d₀-₉]+$")
