"""What a box says, in lines of plain text, and which box is in which group: for languages that draw by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import heat, measure, messages, numbers, plans, schema, tables
from nbgrad.display.attributes import as_array
from nbgrad.display.compare import COMPARED, with_greatest_change, within
from nbgrad.display.highlight import lit as highlighted
from nbgrad.display.look import DEFAULT, Look

LONGEST = 60  # characters of a line
CHANGED = "Δ "  # before the name of what a comparison has found changed


@dataclass(frozen=True, slots=True)
class Lines:
    """A box's lines, as a picture of the same look says them; what it does not say is "" or ().

    remarks: what a picture says with marks: changes, what goes wrong, numbers that are older or newer.
    """

    name: str
    how: str = ""
    shape: str = ""
    value: tuple[str, ...] = ()
    gradient: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Groups:
    """By the path of a group, () for the whole: the nodes that are in it and in no deeper one, and the paths of the
    groups one level deeper, each in the order of the nodes."""

    nodes: dict[tuple[str, ...], list[int]]
    inner: dict[tuple[str, ...], list[tuple[str, ...]]]


def of(graph: nx.MultiDiGraph, node: int, look: Look = DEFAULT) -> Lines:
    """Return the lines of a node of a normalised graph.

    >>> graph = nx.DiGraph()
    >>> graph.add_node("w", kind="parameter", value=[1.25, 2.0], gradient=[0.5, 0.0])
    >>> of(schema.normalise(graph), 0, Look(values="numbers", digits=2))
    Lines(name='w', how='', shape='2 float64', value=('[1.2, 2]',), gradient=('∂ [0.5, 0]',), remarks=())
    """
    facts = graph.nodes[node]
    form = plans.form_of(facts, look)
    if facts["kind"] == "constant" and not facts["name"]:
        known = form == plans.LINE and (facts["value"] is not None or facts["spelled"])
        number = plans.line_text(facts["value"], facts["spelled"], look.digits, plans.before(facts, "value"))
        called = clean(number) if known else messages.kind("constant")
        return Lines(_marked(called, facts), shape=_shape(facts, look))
    value: tuple[str, ...] = ()
    gradient: tuple[str, ...] = ()
    if form != plans.NONE:
        value = _numbers(facts, "value", facts["spelled"], form, look)
        if look.values != "forward" and facts["kind"] in schema.DIFFERENTIATED:
            first, *rest = _numbers(facts, "gradient", schema.no_gradient(facts), form, look)
            gradient = (f"∂ {first}", *rest)
    elif facts["bare"] and facts["gradient_name"]:
        gradient = (clean(facts["gradient_name"]),)
    name = clean(schema.label(graph, node)) + schema.times(facts)
    return Lines(_marked(name, facts), _how(graph, node, name), _shape(facts, look), value, gradient, _remarks(facts))


def _numbers(facts: dict[str, Any], which: str, absent: str, form: str, look: Look) -> tuple[str, ...]:
    """Return what a box says as its "value" or "gradient": a number or what an array is like, or a line for each row
    of a table."""
    array, before = facts[which], plans.before(facts, which)
    if array is None or numbers.is_single(array):
        return (clean(plans.line_text(array, absent, look.digits, before)),)
    said = _of_array(array, form, look)
    old = as_array(before[0]) if before else None
    if not before:
        return said
    if old is None:
        return ("—", f"→ {said[0]}", *said[1:])
    moved = with_greatest_change("", old, array, look.digits).strip()
    return (*_of_array(old, form, look), f"→ {said[0]}", *said[1:], *([moved] if moved else ()))


def _of_array(array: np.ndarray, form: str, look: Look) -> tuple[str, ...]:
    """Return what an array is like; where it is a table, a line for each row."""
    if form == plans.TABLE and array.size:
        return tuple(f"[{', '.join(row)}]" for row in tables.cells(array, look.digits))
    return (numbers.summary(array, digits=look.digits),)


def _shape(facts: dict[str, Any], look: Look) -> str:
    """Return shape and dtype, where a picture of this look says them."""
    if look.values == "none" or (facts["shape"] == () and look.values != "shapes"):
        return ""
    shape = numbers.shape(facts["shape"])
    return f"{shape} {clean(facts['dtype'])}" if facts["dtype"] and facts["shape"] else shape


def _remarks(facts: dict[str, Any]) -> tuple[str, ...]:
    said = [messages.say("arises_here", problem=facts["problem"])] if facts["problem"] else []
    said += [messages.say(facts["stale"])] if facts["stale"] else []
    return (*said, *(within(facts["change"]) if facts["change"] else ()))


def key(graph: nx.MultiDiGraph, look: Look) -> list[str]:
    """Return what stands below: what the mark of a change means, or that there is none, where runs are compared; how
    large gradients are, where they are shown as heat."""
    said = []
    if graph.graph.get(COMPARED):
        changed = any(change is not None for _, change in graph.nodes(data="change"))
        said.append(CHANGED + messages.say("legend_changed") if changed else messages.say("no_changes"))
    if look.heat:
        said += heat.sentences(graph, look.digits, highlighted(graph, look))
    return said


def _marked(name: str, facts: dict[str, Any]) -> str:
    return name if facts["change"] is None else CHANGED + name


def clean(text: str) -> str:
    """Return text on one line that is not too long."""
    return measure.clean(text, LONGEST)


def _how(graph: nx.MultiDiGraph, node: int, name: str) -> str:
    """Return the operation, where the name does not say it already."""
    op, members = graph.nodes[node]["op"], graph.nodes[node]["members"]
    if graph.nodes[node]["kind"] == "group":
        return messages.counted("group_note", members)
    return clean(op) if op and not name.startswith(op) else ""


def group_label(path: tuple[str, ...]) -> str:
    """Return what stands on the frame of a group.

    >>> group_label(("net", "layer\\n1"))
    'layer 1'
    """
    return clean(path[-1])


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
