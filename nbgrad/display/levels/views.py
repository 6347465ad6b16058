"""Views: which groups of a graph are closed, what is then to be seen, and how a reader opens and closes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx

from nbgrad.display import schema
from nbgrad.display.errors import DisplayError
from nbgrad.display.highlight import called
from nbgrad.display.levels.collapsing import collapse, default_closed, name_results, opened_alone
from nbgrad.display.levels.folding import fold
from nbgrad.display.levels.rows import fold_rows
from nbgrad.display.levels.steps import renamed, steps_between
from nbgrad.display.look import Asked, OptionError, wrong
from nbgrad.display.schema import Path, Step

MODULE, TENSOR, SCALAR = LEVELS = "module", "tensor", "scalar"


def check_level(level: Any, depth: Any) -> None:
    """Raise OptionError unless level is one of LEVELS or None, and depth a whole number from 0 or None.

    >>> check_level("module", 1)
    >>> check_level("layer", None)
    Traceback (most recent call last):
        ...
    nbgrad.display.look.OptionError: level='layer' means nothing here. Use 'module', 'tensor' or 'scalar'.
    """
    if level is not None and (not isinstance(level, str) or level not in LEVELS):
        raise OptionError(wrong("level", level, "'module', 'tensor' or 'scalar'"))
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 0):
        raise OptionError(wrong("depth", depth, "a whole number: 0 closes the outermost groups, 1 those within them"))


def closed_at(graph: Any, level: str | None = None, depth: int | None = None) -> frozenset[Path]:
    """Return which groups of a graph are closed at a level.

    level: "module": the outermost groups are closed, or, where that is a single one, those within it. "tensor" and
    "scalar": none are. None: see ``default_closed``. depth: how many levels of groups are open, whatever
    the level.

    >>> graph = nx.MultiDiGraph([(0, 1)])
    >>> graph.add_nodes_from([0, 1], group=("net", "layer"))
    >>> closed_at(graph, "module"), closed_at(graph), closed_at(graph, depth=0)
    (frozenset({('net', 'layer')}), frozenset(), frozenset({('net',)}))
    """
    if depth is not None or level is None:
        return frozenset(default_closed(graph, depth))
    return frozenset(opened_alone(schema.normalise(graph)) if level == MODULE else ())


@dataclass(frozen=True, eq=False)
class View:
    """A graph as it is seen while some of its groups are closed. It never changes: toggling gives another view.

    whole: the graph with everything in it, normalised. closed: paths of the closed groups.

    >>> whole = nx.MultiDiGraph([(0, 1), (1, 2)])
    >>> whole.add_nodes_from([1, 2], group="layer")
    >>> view = View(schema.normalise(whole))
    >>> list(view.graph), list(view.toggled("layer").graph)
    ([0, 1, 2], [0, 2])
    """

    whole: nx.MultiDiGraph
    closed: frozenset[Path] = frozenset()

    @cached_property
    def _collapsed(self) -> tuple[nx.MultiDiGraph, dict[int, int]]:
        return collapse(self.whole, self.closed)

    @cached_property
    def _folded(self) -> tuple[nx.MultiDiGraph, dict[int, int]]:
        if not self.closed:
            return self._collapsed
        graph, shown = fold_rows(self.whole, *fold(self.whole, *self._collapsed))
        name_results(graph, self.whole)
        return graph, shown

    @property
    def graph(self) -> nx.MultiDiGraph:
        """The graph that is seen: closed groups are one node each, equal ones beside each other, or one after
        the other, one together."""
        return self._folded[0] if self.closed else self.whole

    @property
    def shown(self) -> dict[int, int]:
        """For each node of the whole graph, the one that is seen instead of it."""
        return self._folded[1] if self.closed else {node: node for node in self.whole}

    def steps(self, steps: Iterable[Step]) -> list[Step]:
        """Return the steps that are seen, of a backward pass of the whole graph."""
        if not self.closed:
            return list(steps)
        return renamed(steps_between(steps, self.graph, self.shown), self.whole, self.graph, self.shown)

    def standing(self, node: int | tuple[int, ...]) -> int | tuple[int, ...]:
        """Return what stands for a node, or for each of several; a node that is not there stays as it is."""
        if isinstance(node, tuple):
            return tuple(dict.fromkeys(self.shown.get(one, one) for one in node))
        return self.shown.get(node, node)

    def standing_for(self, highlight: Iterable[Asked]) -> tuple[Asked, ...]:
        """Return what is to be highlighted, with the boxes that stand for the nodes and groups that they hide.

        >>> whole = nx.MultiDiGraph([(0, 1), (1, 2)])
        >>> whole.add_nodes_from([1, 2], group=("net", "layer"))
        >>> View(schema.normalise(whole), frozenset({("net",)})).standing_for([0, 1, "layer", "net"])
        (0, 2, 'net')
        """
        found: dict[Asked, None] = {}
        for one in highlight:
            if not isinstance(one, str):
                found[self.standing(one)] = None
            elif called(self.graph, one):
                found[one] = None
            else:  # where there is none in the whole graph either, its name is left to be complained of
                hidden = called(self.whole, one)
                found.update((self.shown[node], None) for node in hidden)
                found.update([] if hidden else [(one, None)])
        return tuple(found)

    def toggled(self, path: str | Path) -> View:
        """Return the view with that group opened or closed. path: also as in ``groups``, "outer / inner".

        Raises UnknownGroupError where there is no such group.
        """
        found = next((known for known in schema.groups(self.whole) if path in (known, schema.joined(known))), None)
        if found is None:
            raise UnknownGroupError(f"There is no group {path!r} in this graph.")
        return View(self.whole, self.closed ^ {found})

    @property
    def groups(self) -> list[dict[str, Any]]:
        """What a page is told of the groups that are to be seen, the outer ones first, as plain JSON.

        path: "outer / inner". open: whether its inside is seen. members: how many nodes it holds. node: the id of the
        box that stands for it, None where it is open.
        """
        collapsed, within = self._collapsed
        members: dict[Path, list[int]] = {path: [] for path in schema.groups(self.whole)}
        for node, path in self.whole.nodes(data="group"):
            for length in range(1, len(path) + 1):
                members[path[:length]].append(node)
        found, hidden = [], set()
        for path, nodes in members.items():
            if path[:-1] in hidden:
                hidden.add(path)
                continue
            box = collapsed.nodes[within[nodes[0]]]  # which may be called otherwise, to be told from another one
            is_open = box["kind"] != "group" or tuple(box["group"] or ()) != path[:-1]
            if not is_open:
                hidden.add(path)
            node = None if is_open else self.shown[nodes[0]]
            found.append({"path": schema.joined(path), "open": is_open, "members": len(nodes), "node": node})
        return found


class UnknownGroupError(DisplayError, KeyError):
    """A group is to be opened or closed that is not in the graph."""

    def __str__(self) -> str:
        return str(self.args[0])
