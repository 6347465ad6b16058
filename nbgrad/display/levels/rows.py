"""Folding: equal groups one after the other become one box that says how many they are, "× 12 in a row"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from nbgrad.display import schema
from nbgrad.display.compare import NO_CHANGE
from nbgrad.display.levels.folding import REPEATED, WITHOUT_NUMBERS, common_name, counted, folded_facts, merged


def fold_rows(
    graph: nx.MultiDiGraph, collapsed: nx.MultiDiGraph, shown: Mapping[int, int]
) -> tuple[nx.MultiDiGraph, dict[int, int]]:
    """Return the collapsed graph with equal groups in a row as one node, and for each old node what stands for it.

    graph: the one that was collapsed. collapsed, shown: what ``collapse`` or ``fold`` made of it.

    Groups are equal as in ``fold``. They are in a row if each is used by the next one alone, which takes nothing else
    from outside but parameters of its own and what all of the row take. Three or more become one node: that of the
    last of them, whose value and gradient it has, for these are what leaves the row; their number is its ``count``,
    their names its ``row``. Parameters that lie outside of their groups are folded with them.

    >>> from nbgrad.display.levels import collapse
    >>> graph = nx.MultiDiGraph([(0, 1), (1, 2), (2, 3), (3, 4)])
    >>> for node in (1, 2, 3):
    ...     graph.nodes[node]["group"] = f"layer {node}"
    >>> folded, shown = fold_rows(graph, *collapse(graph, ["layer 1", "layer 2", "layer 3"]))
    >>> list(folded.edges(keys=True)), folded.nodes[3]["row"], shown[1]
    ([(0, 3, 0), (3, 4, 0)], ('layer 1', 'layer 2', 'layer 3'), 3)
    """
    graph = schema.normalise(graph)
    links = _links(graph, collapsed, shown)
    facts: dict[int, dict[str, Any]] = {}
    stands: dict[int, int] = {}
    for row in _rows(links, list(collapsed)):
        facts[row[-1]] = _facts([collapsed.nodes[box] for box in row])
        stands |= dict.fromkeys(row, row[-1])
        for copies in zip(*_own_of(row, links), strict=True):
            facts[copies[-1]] = folded_facts([collapsed.nodes[copy] for copy in copies])
            stands |= dict.fromkeys(copies, copies[-1])
    if not stands:
        return collapsed, dict(shown)
    return merged(collapsed, stands, facts), {node: stands.get(box, box) for node, box in shown.items()}


@dataclass(frozen=True, slots=True)
class _Box:
    """A collapsed group as a link of a row. nodes: its members; sources: old nodes outside that its members use, in
    the order of their uses; own: those of them that are parameters which nothing else uses; outlets: members that are
    used outside, or by nothing at all."""

    nodes: list[int]
    sources: list[int]
    own: list[int]
    outlets: list[int]


def _links(
    graph: nx.MultiDiGraph, collapsed: nx.MultiDiGraph, shown: Mapping[int, int]
) -> dict[int, tuple[int, _Box, _Box]]:
    """Return for each box that is followed by its like the next one, and both of them."""
    members: dict[int, list[int]] = {}
    for node in graph:
        members.setdefault(shown[node], []).append(node)
    single = [node for node, facts in collapsed.nodes(data=True) if facts["kind"] == "group" and facts["count"] == 1]
    boxes = {node: _box(graph, members[node], shown) for node in single}
    links = {}
    for node, box in boxes.items():
        users = list(collapsed.succ[node])
        if len(users) == 1 and users[0] in boxes:
            user = users[0]
            one, other = collapsed.nodes[node], collapsed.nodes[user]
            if _kind_of(one) == _kind_of(other) and _are_alike(graph, box, boxes[user]):
                links[node] = user, box, boxes[user]
    return links


def _kind_of(facts: Mapping[str, Any]) -> tuple[Any, str]:
    return facts["group"], WITHOUT_NUMBERS.sub("", facts["name"])


def _box(graph: nx.MultiDiGraph, nodes: list[int], shown: Mapping[int, int]) -> _Box:
    here = shown[nodes[0]]
    sources = dict.fromkeys(u for node in nodes for u in schema.inputs(graph, node) if shown[u] != here)
    own = [u for u in sources if graph.nodes[u]["kind"] == "parameter" and _is_leaf_of(graph, u, here, shown)]
    outlets = [node for node in nodes if not graph.succ[node] or any(shown[v] != here for v in graph.succ[node])]
    return _Box(nodes, list(sources), own, outlets)


def _is_leaf_of(graph: nx.MultiDiGraph, node: int, box: int, shown: Mapping[int, int]) -> bool:
    """Tell whether a node that stands for itself has no inputs, and this box as its only user."""
    return shown[node] == node and not graph.pred[node] and all(shown[user] == box for user in graph.succ[node])


def _are_alike(graph: nx.MultiDiGraph, box: _Box, following: _Box) -> bool:
    """Tell whether the second box does with what the first one gives what the first does with what it takes."""
    if len(box.outlets) != 1 or len(following.outlets) != 1 or len(box.nodes) != len(following.nodes):
        return False
    shared = [u for u in box.sources if u in following.sources and u not in box.own]
    taken = [u for u in box.sources if u not in shared and u not in box.own]
    if len(taken) != 1 or box.outlets[0] not in following.sources:
        return False
    return _structure(graph, box, taken[0], shared) == _structure(graph, following, box.outlets[0], shared)


def _structure(graph: nx.MultiDiGraph, box: _Box, taken: int, shared: Sequence[int]) -> list[Any]:
    """Return what equal boxes have in common. taken: the node before the box, from which the row leads into it."""
    place: dict[int, Any] = {node: number for number, node in enumerate(box.nodes)}
    place |= {u: ("shared", u) for u in shared}
    place |= {u: ("own", number) for number, u in enumerate(box.own)}
    place[taken] = "taken"
    described = [(graph.nodes[node], node) for node in (*box.own, *box.nodes)]
    rows: list[Any] = [
        (facts["kind"], facts["op"], facts["shape"], [place.get(u, ("other", u)) for u in schema.inputs(graph, node)])
        for facts, node in described
    ]
    return [*rows, graph.nodes[taken]["shape"], place[box.outlets[0]]]


def _rows(links: Mapping[int, tuple[int, _Box, _Box]], order: Sequence[int]) -> list[list[int]]:
    """Return the rows of boxes, from the first to the last, that are long enough to be folded."""
    following = {following for following, *_ in links.values()}
    rows = []
    for node in order:
        if node in links and node not in following:
            row = [node]
            while row[-1] in links:
                row.append(links[row[-1]][0])
            if len(row) >= REPEATED:
                rows.append(row)
    return rows


def _own_of(row: Sequence[int], links: Mapping[int, tuple[int, _Box, _Box]]) -> list[list[int]]:
    """Return the parameters outside of each box of a row."""
    return [*(links[node][1].own for node in row[:-1]), links[row[-2]][2].own]


def _facts(boxes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the attributes of a folded row: those of its last box, for that is where it ends, and what can be
    counted of all."""
    names = [facts["name"] for facts in boxes]
    inside = tuple(name for name, facts in zip(names, boxes, strict=True) if facts["change"] is not None)
    last = boxes[-1]
    change = replace(last["change"] or NO_CHANGE, inside=inside) if inside else None
    return {**last, **counted(boxes), "name": common_name(names), "row": tuple(names), "change": change}
