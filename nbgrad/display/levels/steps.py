"""The backward pass of a graph whose groups are collapsed: the steps that can still be seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import schema
from nbgrad.display.formula import in_one, receiver, short, shortened, weighted
from nbgrad.display.levels.sums import checked_together, ratio
from nbgrad.display.schema import Step

Edge = tuple[int, int, int]
OF_PARTS: dict[str, Any] = {"local": None, "fold": None, "factor": None, "factor_formula": ""}
MOST_RESULTS = 3  # of a closed group, of which a formula speaks
NOT_NAMES = ("e", "n")  # in formulas: Euler's number, and how many there are


def steps_between(steps: Iterable[Step], graph: nx.MultiDiGraph, shown: Mapping[int, int]) -> list[Step]:
    """Return the steps between the nodes of a collapsed graph, along its own edges.

    steps: those of the graph that was collapsed. graph, shown: what ``collapse`` returned.

    What happens within a collapsed group is left out. What flows along several old edges that are one edge now, is one
    step: it comes when the last of them has come, and its contribution is their sum.

    >>> from nbgrad.display.levels import collapse
    >>> old = nx.MultiDiGraph([(0, 1), (1, 2)])
    >>> old.nodes[1]["group"] = old.nodes[2]["group"] = "layer"
    >>> steps = [Step(None, 2, None, 1.0, 1.0, 1.0), Step(2, 1, (1, 2, 0), 1.0, 3.0, 3.0),
    ...          Step(1, 0, (0, 1, 0), 3.0, 6.0, 6.0)]
    >>> [(step.source, step.target, step.contribution) for step in steps_between(steps, *collapse(old, ["layer"]))]
    [(None, 2, 1.0), (2, 0, 6.0)]
    """
    steps = list(steps)
    merged = _Merged(steps, graph, shown)
    found = []
    for moment, step in enumerate(steps):
        if step.edge is None:
            found.append(replace(step, target=shown[step.target], moment=moment))
        elif step.edge in merged.edge_of and merged.is_complete(step):
            found.append(replace(merged.step(step), moment=moment))
    return found


def renamed(
    steps: Iterable[Step], whole: nx.MultiDiGraph, graph: nx.MultiDiGraph, shown: Mapping[int, int]
) -> list[Step]:
    """Return steps whose formulas name the boxes that are drawn instead of the nodes in them.

    whole: the graph that was collapsed. steps, graph, shown: of the collapsed one.

    >>> whole = nx.MultiDiGraph([(0, 1)])
    >>> graph = nx.MultiDiGraph([(0, 1)])
    >>> whole.nodes[0]["name"], graph.nodes[0]["name"] = "h", "layer 1"
    >>> graph.nodes[0]["kind"] = "group"
    >>> whole, graph = schema.normalise(whole), schema.normalise(graph)
    >>> step = Step(1, 0, (0, 1, 0), 1.0, 6.0, 6.0, formula="2h · hᵀ")
    >>> renamed([step], whole, graph, {0: 0, 1: 1})[0].formula
    '2(layer 1) · (layer 1)ᵀ'
    """
    found = []
    root: tuple[str, str] | None = None
    for step in steps:
        if step.source is None:
            names = (short(whole, _last_inside(whole, step.target, shown)), short(graph, step.target))
            root = (f"∂{in_one(weighted(names[0], step.total))}/", f"∂{in_one(weighted(names[1], step.total))}/")
        elif step.formula and graph.nodes[step.source]["kind"] != "group":
            step = replace(step, formula=_renamed(step.formula, step.source, root, whole, graph, shown))
        found.append(step)
    return found


def _last_inside(whole: nx.MultiDiGraph, box: int, shown: Mapping[int, int]) -> int:
    """Return the last node that a box stands for: the result, of the box where the pass begins."""
    return max((node for node in whole if shown[node] == box), default=box)


def _renamed(
    formula: str, source: int, root: tuple[str, str] | None, whole: nx.MultiDiGraph, graph: nx.MultiDiGraph,
    shown: Mapping[int, int],
) -> str:  # fmt: skip
    if root is not None:
        formula = formula.replace(*root)
    several = {u for u, _, result in graph.in_edges(source, data="result") if result is not None}  # keep their names
    boxes = {
        schema.label(whole, u): short(graph, shown[u])
        for u in whole.predecessors(source)
        if graph.nodes[shown[u]]["kind"] == "group" and shown[u] not in several
    }
    own = in_one(short(graph, source))  # a node that is drawn keeps its name, whatever stands in it
    parts = formula.split(own) if any(hidden in own for hidden in boxes) else [formula]
    for hidden, box in boxes.items():
        if hidden not in NOT_NAMES:
            spelled = re.compile(rf"(?<![^\W\d²³]){re.escape(in_one(hidden))}(?![^\W²³ᵀ])")
            parts = [in_one(box).join(spelled.split(part)) for part in parts]
    return own.join(parts)


class _Merged:
    """The steps that run along each edge of the collapsed graph."""

    def __init__(self, steps: list[Step], graph: nx.MultiDiGraph, shown: Mapping[int, int]) -> None:
        self.graph = graph
        self.shown = shown
        self.edge_of: dict[Edge, Edge] = {}
        for u, v, key, old in graph.edges(keys=True, data="stands_for"):
            self.edge_of |= dict.fromkeys([(u, v, key)] if old is None else old, (u, v, key))
        visible = [step for step in steps if step.edge in self.edge_of]
        self.waiting = Counter(self._key(step) for step in visible)  # along an edge: how many steps are still to come
        self.parts = dict(self.waiting)
        self.arrivals = Counter(target for target, _ in self.waiting)
        self.last = {step.target: step.total for step in steps}
        self.hidden = self._hidden(steps)
        self.outlets = _outlets(steps, graph, shown)
        self.from_outside = self._from_outside(steps)
        self.leading = _Leading(steps, shown)
        self.so_far: dict[tuple[int, Edge], Any] = {}
        self.together: dict[tuple[int, Edge], list[Step]] = {}
        self.totals: dict[int, Any] = {}
        self.index: Counter[int] = Counter()
        self.differentiated = ""
        if steps:
            root = schema.label(graph, shown[steps[0].target])
            self.differentiated = weighted(root, steps[0].total) if steps[0].source is None else root

    def _key(self, step: Step) -> tuple[int, Edge]:
        assert step.edge is not None
        return step.target, self.edge_of[step.edge]

    def _hidden(self, steps: list[Step]) -> set[int]:
        """Return the results of groups at which gradients arrive from within their group, too."""
        seen = Counter(target for target, _ in self.waiting.elements())
        return {step.target for step in steps if 0 < seen[step.target] < step.count}

    def _from_outside(self, steps: list[Step]) -> dict[int, Any]:
        """Return what arrives at each node from outside of its group: at one that is a result of it."""
        found: dict[int, Any] = {}
        for step in steps:
            if step.source is None or self.shown[step.source] != self.shown[step.target]:
                before = found.get(step.target)
                found[step.target] = step.contribution if before is None else _added(before, step.contribution)
        return found

    def is_complete(self, step: Step) -> bool:
        """Add a step to what flows along its edge; tell whether nothing more will."""
        key = self._key(step)
        self.waiting[key] -= 1
        self.together.setdefault(key, []).append(step)
        before = self.so_far.get(key)
        self.so_far[key] = step.contribution if before is None else _added(before, step.contribution)
        return not self.waiting[key]

    def step(self, last: Step) -> Step:
        """Return the one step that is seen, made when the last of its parts has come."""
        key = self._key(last)
        node, edge = key
        contribution = self.so_far[key]
        self.index[node] += 1
        index, count = self.index[node], self.arrivals[node]
        before = self.totals.get(node)
        total = contribution if before is None else _added(before, contribution)
        total = self.last[node] if index == count else total
        unseen = None
        if node in self.hidden:  # what arrives within the group is not seen, but it counts
            unseen = last.count - last.index if index == count else 0
            index, count, total = last.index, last.count, last.total
            before = None if index == 1 else _added(total, -contribution)
        self.totals[node] = total
        changed = replace(
            last, source=edge[1], target=edge[0], edge=edge, contribution=contribution, total=total, index=index,
            count=count, before=before, unseen=unseen,
        )  # fmt: skip
        if self.parts[key] > 1:  # what was said of each part is true of none of the sum
            changed = replace(changed, **OF_PARTS)
        parts = self.together[key]
        changed = replace(changed, check=checked_together(parts, contribution), check_at=None)
        return self._through_group(changed, parts) if self.graph.nodes[edge[1]]["kind"] == "group" else changed

    def _through_group(self, step: Step, parts: list[Step]) -> Step:
        """A step whose rules are hidden: what can be said is the chain rule, and of single numbers what the hidden
        rules come to. parts: the old steps that it is made of."""
        assert step.source is not None
        facts, outlets = self.graph.nodes[step.source], self.outlets.get(step.source, [])
        copies = 1 if facts["row"] else facts["count"]
        results = self.results(step.source) if copies == 1 else {}
        if results:
            outlets = [outlet for outlet in outlets if any(self.leading.leads(outlet, part.source) for part in parts)]
        names = [results[outlet] for outlet in outlets if outlet in results] or [schema.label(self.graph, step.source)]
        chain = self.chain(names, receiver(self.graph, step))
        is_one = len(outlets) == copies == 1
        upstream = self.last.get(outlets[0], step.upstream) if is_one else None
        return replace(
            replace(step, note="", **OF_PARTS),
            upstream=upstream,
            upstreams=() if is_one else tuple((results[o], self.from_outside[o]) for o in outlets if o in results),
            local=None if results else ratio(step.contribution, upstream),
            formula=f"Σ {chain}" if copies > 1 else chain,
        )

    def chain(self, names: list[str], target: str) -> str:
        """Return the chain rule through the results of a group: "∂loss/∂k · ∂k/∂r", "∂loss/∂(s, t) · ∂(s, t)/∂r"."""
        few = names if len(names) <= MOST_RESULTS else [*names[: MOST_RESULTS - 1], "…"]
        group = in_one(names[0]) if len(names) == 1 else f"({', '.join(few)})"
        return f"∂{in_one(self.differentiated)}/∂{group} · ∂{group}/∂{in_one(target)}"

    def results(self, group: int) -> dict[int, str]:
        """Return what the results of a closed group are called, by old node, where it has several."""
        edges = (given for *_, given in self.graph.out_edges(group, data=True) if given.get("result"))
        return {u: shortened(given["result"]) for given in edges for u, *_ in given["stands_for"] or ()}


def _added(before: Any, contribution: Any) -> Any:
    """Return a sum that may become infinite, or no number, which is shown and not warned of."""
    with np.errstate(all="ignore"):
        return before + contribution


def _outlets(steps: list[Step], graph: nx.MultiDiGraph, shown: Mapping[int, int]) -> dict[int, list[int]]:
    """Return for each collapsed group the old nodes that lead out of it."""
    found: dict[int, list[int]] = {}
    leaving = [u for *_, old in graph.edges(data="stands_for") for u, *_ in old or ()]
    for node in [*leaving, *(step.target for step in steps if step.edge is None)]:
        among = found.setdefault(shown[node], [])
        if node not in among:
            among.append(node)
    return found


class _Leading:
    """Which nodes of a group a gradient reaches from one of its results without leaving the group."""

    def __init__(self, steps: Iterable[Step], shown: Mapping[int, int]) -> None:
        self.shown = shown
        self.targets: dict[int, list[int]] = {}
        for step in steps:
            if step.source is not None and shown[step.source] == shown[step.target]:
                self.targets.setdefault(step.source, []).append(step.target)
        self.reached: dict[int, set[int]] = {}

    def leads(self, outlet: int, node: int | None) -> bool:
        """Tell whether what arrives at ``outlet`` goes on to ``node``, which may be the same."""
        if outlet not in self.reached:
            found, waiting = {outlet}, [outlet]
            while waiting:
                new = [target for target in self.targets.get(waiting.pop(), ()) if target not in found]
                found.update(new)
                waiting += new
            self.reached[outlet] = found
        return node in self.reached[outlet]
