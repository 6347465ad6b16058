"""What a box says, in lines of plain text, and which box is in which group: for languages that draw by themselves."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx

from nbgrad.display import measure, messages, numbers, schema, theme

LONGEST = 60  # characters of a line


@dataclass(frozen=True, slots=True)
class Lines:
    """A box's lines; what it does not say is ""."""

    name: str
    how: str
    shape: str
    value: str
    gradient: str


@dataclass(frozen=True, slots=True)
class Groups:
    """By the path of a group, () for the whole: the nodes that are in it and in no deeper one, and the paths of the
    groups one level deeper, each in the order of the nodes."""

    nodes: dict[tuple[str, ...], list[int]]
    inner: dict[tuple[str, ...], list[tuple[str, ...]]]


def of(graph: nx.MultiDiGraph, node: int) -> Lines:
    """Return the lines of a node of a normalised graph.

    >>> graph = schema.normalise(nx.DiGraph([("x", "y")]))
    >>> of(graph, 1).name, of(graph, 1).gradient
    ('y', '')
    """
    facts = graph.nodes[node]
    value = gradient = ""
    if not facts["bare"]:
        value = numbers.summary(facts["value"], "")
        if facts["kind"] in schema.DIFFERENTIATED:
            gradient = "∂ " + numbers.summary(facts["gradient"], messages.say("gone" if facts["gone"] else "not_yet"))
    name = measure.clean(schema.label(graph, node), LONGEST)
    name += schema.times(facts)
    return Lines(name, _how(graph, node, name), numbers.shape(facts["shape"] or None), value, gradient)


def _how(graph: nx.MultiDiGraph, node: int, name: str) -> str:
    """Return the operation, where the name does not say it already."""
    op, members = graph.nodes[node]["op"], graph.nodes[node]["members"]
    if graph.nodes[node]["kind"] == "group":
        return messages.say("group_note", count=f"{members:,}")
    return measure.clean(op, LONGEST) if op and not name.startswith(op) else ""


def line_of(kind: str) -> tuple[str, float]:
    """Return the colour and the width of the line around a node of that kind.

    >>> line_of("parameter")
    ('#009E73', 2.0)
    """
    return theme.BOX_LINES.get(kind, theme.BOX_LINES["operation"])


def group_label(path: tuple[str, ...]) -> str:
    """Return what stands on the frame of a group.

    >>> group_label(("net", "layer\\n1"))
    'layer 1'
    """
    return measure.clean(path[-1], LONGEST)


def groups(graph: nx.MultiDiGraph) -> Groups:
    """Return who is where.

    >>> graph = nx.MultiDiGraph([(0, 1)])
    >>> graph.nodes[1]["group"] = ("net", "layer 1")
    >>> groups(graph).inner[("net",)], groups(graph).nodes[()]
    ([('net', 'layer 1')], [0])
    """
    nodes: dict[tuple[str, ...], list[int]] = {(): []}
    inner: dict[tuple[str, ...], list[tuple[str, ...]]] = {(): []}
    for node, group in graph.nodes(data="group"):
        path = (group,) if isinstance(group, str) else tuple(group or ())
        for depth in range(1, len(path) + 1):
            if path[:depth] not in nodes:
                nodes[path[:depth]], inner[path[:depth]] = [], []
                inner[path[: depth - 1]].append(path[:depth])
        nodes[path].append(node)
    return Groups(nodes, inner)
