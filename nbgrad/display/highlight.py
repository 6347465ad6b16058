"""What is lit where a part of a picture is to be looked at: nodes, and all ways from one of them to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import networkx as nx

from nbgrad.display import measure, schema
from nbgrad.display.attributes import LONGEST_NAME
from nbgrad.display.look import Asked, Look, OptionError

NAMED = 12  # names that a message lists


@dataclass(frozen=True, slots=True)
class Lit:
    """Ids of the nodes, and (u, v, key) of the edges, that are lit. apart: the nodes that were asked for, among others,
    and have no way to or from any of these."""

    nodes: frozenset[int]
    edges: frozenset[tuple[int, int, int]]
    apart: tuple[int, ...] = ()


def lit(graph: nx.MultiDiGraph, look: Look) -> Lit | None:
    """Return what a look highlights in a normalised graph, None where it highlights nothing in particular.

    Lit is every node that was asked for, and what lies on a way from one of them to another. A name that several nodes
    have lights them all; blanks in it do not count. Raises OptionError for a node that is not there.

    >>> graph = schema.normalise(nx.DiGraph([("x", "y"), ("y", "z"), ("b", "z")]))
    >>> sorted(lit(graph, Look(highlight=("x", "z"))).edges)
    [(0, 1, 0), (1, 2, 0)]
    """
    if not look.highlight:
        return None
    asked = [_found(graph, one) for one in look.highlight]
    wanted = [node for nodes in asked for node in nodes]
    below = _reached(wanted, graph.successors)
    above = _reached(wanted, graph.predecessors)
    edges = frozenset((u, v, key) for u, v, key in graph.edges(keys=True) if u in below and v in above)
    return Lit(frozenset(below & above), edges, _apart(graph, asked))


def _apart(graph: nx.MultiDiGraph, asked: list[list[int]]) -> tuple[int, ...]:
    """Return the nodes that have no way to or from anything else that was asked for, in the graph's order."""
    wanted = {node for nodes in asked for node in nodes}
    apart: set[int] = set()
    for nodes in asked:
        others = wanted - set(nodes)
        near = _reached(nodes, graph.successors) | _reached(nodes, graph.predecessors)
        if others and not near & others:
            apart.update(nodes)
    return tuple(sorted(apart))


def _found(graph: nx.MultiDiGraph, wanted: Asked) -> list[int]:
    if isinstance(wanted, str):
        nodes = called(graph, wanted)
    else:
        nodes = [node for node in (wanted if isinstance(wanted, tuple) else (wanted,)) if node in graph]
    if not nodes:
        names = [repr(measure.clean(schema.label(graph, node), 40)) for node in list(graph)[:NAMED]]
        more = ", …" if len(graph) > NAMED else ""
        groups = [repr(measure.clean(schema.joined(path), 40)) for path in schema.groups(graph)[:NAMED]]
        beside = f" Groups: {', '.join(groups)}{', …' if len(schema.groups(graph)) > NAMED else ''}." if groups else ""
        raise OptionError(
            f"highlight={measure.clean(repr(wanted), 40)}: the graph has no such node. "
            f"There are: {', '.join(names)}{more}.{beside}"
        )
    return nodes


def called(graph: nx.MultiDiGraph, wanted: str) -> list[int]:
    """Return the nodes of a normalised graph that are meant by a name: theirs, or that of the group that they are in.
    Blanks do not count where it is a node's own; and of a group's name "0 Linear" the first word will do.

    >>> graph = nx.MultiDiGraph([("x", "y"), ("y", "z")])
    >>> graph.add_nodes_from(["y", "z"], group=("net", "layer"))
    >>> graph = schema.normalise(graph)
    >>> called(graph, "y"), called(graph, "layer"), called(graph, "net / layer"), called(graph, "w")
    ([1], [1, 2], [1, 2], [])
    """
    nodes = [node for node in graph if graph.nodes[node]["name"] == measure.clean(wanted, LONGEST_NAME)]
    nodes = nodes or [node for node in graph if schema.label(graph, node) == wanted]
    nodes = nodes or [node for node in graph if _closed_up(schema.label(graph, node)) == _closed_up(wanted)]
    if nodes:
        return nodes
    groups = schema.groups(graph)
    paths = [path for path in groups if wanted in (path[-1], schema.joined(path))]
    paths = paths or [path for path in groups if wanted == path[-1].partition(" ")[0]]
    return [node for node, group in graph.nodes(data="group") if any(group[: len(path)] == path for path in paths)]


def _closed_up(name: str) -> str:
    return "".join(name.split())


def _reached(start: Iterable[int], following: Callable[[int], Iterator[int]]) -> set[int]:
    reached = set(start)
    waiting = list(reached)
    while waiting:
        for node in following(waiting.pop()):
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    return reached
