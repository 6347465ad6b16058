"""Folding: equal parts one after the other become one box that says how many they are, "× 12 in a row".

A part is what is computed from one end to the next: a closed group alone, a closed group and an operation that follows
it (a layer and its activation), or one whose result is added to what the part before has given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from nbgrad.display import schema
from nbgrad.display.compare import NO_CHANGE
from nbgrad.display.levels.folding import REPEATED, WITHOUT_NUMBERS, common_name, counted, folded_facts, merged


def fold_rows(
    graph: nx.MultiDiGraph, collapsed: nx.MultiDiGraph, shown: Mapping[int, int]
) -> tuple[nx.MultiDiGraph, dict[int, int]]:
    """Return the collapsed graph with equal parts in a row as one node, and for each old node what stands for it.

    graph: the one that was collapsed. collapsed, shown: what ``collapse`` or ``fold`` made of it.

    A part has a closed group in it. Parts are equal as groups are in ``fold``. They are in a row if what each gives is
    used by the next one, which takes nothing else from outside but parameters of its own and what all of the row take,
    and by nothing else but what collects the results of all, as the outputs of a recurrent network are stacked. Three
    or more become one node: that of the last result, whose value and gradient it has, for these are what leaves the
    row; their number is its ``count``, their names its ``row``. Parameters that lie outside of their groups are folded
    with them.

    >>> from nbgrad.display.levels import collapse
    >>> graph = nx.MultiDiGraph([(0, 1), (1, 2), (2, 3), (3, 4)])
    >>> for node in (1, 2, 3):
    ...     graph.nodes[node]["group"] = f"layer {node}"
    >>> folded, shown = fold_rows(graph, *collapse(graph, ["layer 1", "layer 2", "layer 3"]))
    >>> list(folded.edges(keys=True)), folded.nodes[3]["row"], shown[1]
    ([(0, 3, 0), (3, 4, 0)], ('layer 1', 'layer 2', 'layer 3'), 3)
    """
    graph = schema.normalise(graph)
    facts: dict[int, dict[str, Any]] = {}
    stands: dict[int, int] = {}
    for row in _longest(_Parts(graph, collapsed, shown).rows()):
        end = row[-1].boxes[-1]
        facts[end] = _facts([_together(collapsed, part) for part in row])
        stands |= {box: end for part in row for box in part.boxes}
        for copies in zip(*(part.own for part in row), strict=True):
            facts[copies[-1]] = folded_facts([collapsed.nodes[copy] for copy in copies])
            stands |= dict.fromkeys(copies, copies[-1])
    if not stands:
        return collapsed, dict(shown)
    return merged(collapsed, stands, facts), {node: stands.get(box, box) for node, box in shown.items()}


@dataclass(frozen=True, slots=True)
class _Part:
    """A link of a row. boxes: the nodes of the collapsed graph that it is, its result last; nodes: those of the whole
    graph in them; sources: nodes outside that these use, in the order of their uses; own: those of the sources that are
    parameters which nothing else uses; outlets: members that are used outside, or by nothing at all."""

    boxes: tuple[int, ...]
    nodes: list[int]
    sources: list[int]
    own: list[int]
    outlets: list[int]


class _Parts:
    """The parts of a collapsed graph, and the rows that they stand in."""

    def __init__(self, graph: nx.MultiDiGraph, collapsed: nx.MultiDiGraph, shown: Mapping[int, int]) -> None:
        self.graph, self.collapsed, self.shown = graph, collapsed, shown
        self.members: dict[int, list[int]] = {}
        for node in graph:
            self.members.setdefault(shown[node], []).append(node)
        self.order = {node: place for place, node in enumerate(nx.lexicographical_topological_sort(collapsed))}
        self.nodes = list(self.order)
        self.computed = {node for node in self.nodes if collapsed.nodes[node]["kind"] in ("group", "operation")}
        self.leading = self._leading()

    def _leading(self) -> dict[int, int]:
        """Return for each node the set of computed ones that lead to it, itself included: a bit for each place."""
        leading: dict[int, int] = {}
        for node in self.nodes:
            bits = 1 << self.order[node] if node in self.computed else 0
            for before in self.collapsed.pred[node]:
                bits |= leading[before]
            leading[node] = bits
        return leading

    def rows(self) -> Iterable[list[_Part]]:
        """Return the rows that are long enough to be folded; some share nodes with others."""
        if not any(kind == "group" for _, kind in self.collapsed.nodes(data="kind")):
            return
        for ends in self._ends():
            row: list[_Part] = []
            for number, end in enumerate(ends[1:], 1):
                part, before = self._between(ends[number - 1], end), ends[number - 1]
                if part is not None and not row:
                    row = self._first(before, part)
                if part is not None and row and self._follows(row, part):
                    row.append(part)
                    continue
                if len(row) >= REPEATED:
                    yield row
                row = self._first(end, None) if part is None else [part]
            if len(row) >= REPEATED:
                yield row

    def _ends(self) -> list[list[int]]:
        """Return the nodes that are alike, in the order in which they are computed."""
        alike: dict[Any, list[int]] = {}
        for node in self.nodes:
            facts = self.collapsed.nodes[node]
            if node in self.computed and facts["count"] == 1:
                is_group = facts["kind"] == "group"
                named = WITHOUT_NUMBERS.sub("", facts["name"]) if is_group else (facts["op"], facts["shape"])
                alike.setdefault((is_group, named, facts["group"]), []).append(node)
        return [nodes for nodes in alike.values() if len(nodes) >= REPEATED]

    def _between(self, before: int, end: int) -> _Part | None:
        """Return what is computed after one end as far as the next; None if that is no part."""
        if not self.leading[end] >> self.order[before] & 1:
            return None
        return self._part(self._places(self.leading[end] & ~self.leading[before]))

    def _first(self, end: int, like: _Part | None) -> list[_Part]:
        """Return the first part of a row, as many nodes as the next one has, in a list; an empty one if it is none."""
        if like is None:
            return []
        count = sum(box in self.computed for box in like.boxes)
        places = self._places(self.leading[end])[-count:]
        part = self._part(places) if places and places[-1] == end else None
        return [] if part is None else [part]

    def _places(self, bits: int) -> list[int]:
        found = []
        while bits:
            lowest = bits & -bits
            found.append(self.nodes[lowest.bit_length() - 1])
            bits ^= lowest
        return found

    def _part(self, computed: Sequence[int]) -> _Part | None:
        """Return these nodes as a part, together with the numbers that nothing else uses; None if they are none."""
        kinds = [self.collapsed.nodes[box] for box in computed]
        if not any(facts["kind"] == "group" for facts in kinds) or any(facts["count"] > 1 for facts in kinds):
            return None
        if any(facts["group"] != kinds[-1]["group"] for facts in kinds):
            return None
        here = set(computed)
        numbers = [
            box
            for box in dict.fromkeys(before for node in computed for before in self.collapsed.pred[node])
            if self.collapsed.nodes[box]["kind"] == "constant" and here.issuperset(self.collapsed.succ[box])
        ]
        here.update(numbers)
        nodes = sorted(node for box in here for node in self.members[box])
        shown, graph = self.shown, self.graph
        sources = dict.fromkeys(u for node in nodes for u in schema.inputs(graph, node) if shown[u] not in here)
        own = [u for u in sources if graph.nodes[u]["kind"] == "parameter" and self._is_leaf_of(u, here)]
        outlets = [v for v in nodes if not graph.succ[v] or any(shown[user] not in here for user in graph.succ[v])]
        return _Part((*numbers, *computed), nodes, list(sources), own, outlets)

    def _is_leaf_of(self, node: int, boxes: Collection[int]) -> bool:
        """Tell whether a node that stands for itself has no inputs, and these boxes as its only users."""
        graph, shown = self.graph, self.shown
        return shown[node] == node and not graph.pred[node] and all(shown[user] in boxes for user in graph.succ[node])

    def _follows(self, row: Sequence[_Part], following: _Part) -> bool:
        """Tell whether a part does with what the last of a row gives what that one does with what it takes itself."""
        part = row[-1]
        collected_by = self._collected_by(part, following)
        if not collected_by.issubset(self._users(following)):
            return False
        if len(row) > 1 and self._collected_by(row[-2], part) != collected_by:
            return False
        mine, other = _numbered(part), _numbered(following)
        given = {mine[v] for v in part.outlets}
        if len(mine) != len(other) or not given.issuperset(other[v] for v in following.outlets):
            return False
        taken: dict[int, int] = {}  # what the first part takes where the second one takes what the first has given
        for node, like in zip(mine, other, strict=True):
            used, used_there = schema.inputs(self.graph, node), schema.inputs(self.graph, like)
            if mine[node] != other[like] or self._kind(node) != self._kind(like) or len(used) != len(used_there):
                return False
            for u, v in zip(used, used_there, strict=True):
                if v in part.outlets and u not in mine:
                    if taken.setdefault(v, u) != u:
                        return False
                elif mine.get(u, u) != other.get(v, v):
                    return False
        before = _numbered(row[-2]) if len(row) > 1 else {}
        return bool(taken) and all(
            self.graph.nodes[u]["shape"] == self.graph.nodes[v]["shape"] and before.get(u, mine[v]) == mine[v]
            for v, u in taken.items()
        )

    def _users(self, part: _Part) -> set[int]:
        """Return the boxes that use what a part gives."""
        return {self.shown[user] for outlet in part.outlets for user in self.graph.succ[outlet]}

    def _collected_by(self, part: _Part, following: _Part) -> set[int]:
        """Return what besides the next part uses what a part gives, as one that stacks the results of all does."""
        return self._users(part).difference(part.boxes, following.boxes)

    def _kind(self, node: int) -> tuple[Any, ...]:
        facts = self.graph.nodes[node]
        return facts["kind"], facts["op"], facts["shape"]


def _numbered(part: _Part) -> dict[int, tuple[str, int]]:
    """Return the place of each node of a part, and of each parameter that it has for itself."""
    own = {node: ("own", place) for place, node in enumerate(part.own)}
    return own | {node: ("inside", place) for place, node in enumerate(part.nodes)}


def _longest(rows: Iterable[list[_Part]]) -> list[list[_Part]]:
    """Return rows that share no nodes: those with the most, and of equal ones that which begins first."""
    sizes = sorted(rows, key=lambda row: (-sum(len(part.boxes) for part in row), row[0].nodes[0]))
    used: set[int] = set()
    chosen = []
    for row in sizes:
        boxes = {box for part in row for box in (*part.boxes, *part.own)}
        if not used & boxes:
            used |= boxes
            chosen.append(row)
    return sorted(chosen, key=lambda row: row[0].nodes[0])


def _together(collapsed: nx.MultiDiGraph, part: _Part) -> dict[str, Any]:
    """Return the attributes of a part as of one box: a single group is one already."""
    boxes = [collapsed.nodes[box] for box in part.boxes]
    if len(boxes) == 1:
        return boxes[0]
    named = [facts["name"] if facts["kind"] == "group" else facts["op"] for facts in boxes]
    inside = tuple(
        name for facts in boxes if facts["change"] for name in facts["change"].inside or (facts["name"] or facts["op"],)
    )
    end = boxes[-1]
    sums = counted(boxes)
    return {
        **end,
        **sums,
        "kind": "group",
        "each": tuple(_back(facts) for facts in boxes if facts["kind"] == "group")[-1:],
        "inside": tuple(gradient for facts in boxes for gradient in facts["inside"]),
        "name": ", ".join(name for name in named if name),
        "operations": sums["operations"] + sum(facts["kind"] == "operation" for facts in boxes),
        "count": 1,
        "op": None,
        "symbol": None,
        "change": replace(end["change"] or NO_CHANGE, inside=inside) if inside else None,
    }


def _facts(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the attributes of a folded row: those of its last part, for that is where it ends, and what can be
    counted of all."""
    names = [facts["name"] for facts in parts]
    inside = tuple(name for name, facts in zip(names, parts, strict=True) if facts["change"] is not None)
    last = parts[-1]
    change = replace(last["change"] or NO_CHANGE, inside=inside) if inside else None
    each = tuple(gradient for facts in parts for gradient in facts["each"] or (_back(facts),))
    told = {"row": tuple(names), "each": each}
    return {**last, **counted(parts), **told, "name": _common(names), "change": change}


def _back(facts: Mapping[str, Any]) -> Any:
    """Return the gradient of a box; those in it, where its own is not known."""
    return facts["inside"] or None if facts["gradient"] is None else facts["gradient"]


def _common(names: Sequence[str]) -> str | None:
    """Return the name of a row: of parts of several boxes what each of these is called in all of them.

    >>> _common(["0 Linear, tanh", "2 Linear, tanh"]), _common(["layer 1", "layer 2"])
    ('Linear, tanh', 'layer')
    """
    columns = zip(*(name.split(", ") for name in names), strict=False)
    return ", ".join(name for column in columns if (name := common_name(column)))
