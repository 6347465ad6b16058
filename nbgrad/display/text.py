"""The readable version: a table of the nodes, for screen readers, plain terminals and the comparison of
notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import heat, measure, messages, numbers, schema, unkept
from nbgrad.display.compare import changes
from nbgrad.display.highlight import lit as highlighted
from nbgrad.display.look import DEFAULT, Look
from nbgrad.display.rounding import remainders

LONGEST_COMPUTATION = 60
MOST_ROWS = 1500
MOST_LISTED = 12  # names of a group's members
COLUMNS = ("name", "how", "shape", "dtype", "value", "gradient")
DTYPE = COLUMNS.index("dtype")
SHOWN = {"forward": 5, "shapes": 4, "none": 2}  # of a look's values: how many of the columns a table has; else all


def to_text(graph: Any, look: Look = DEFAULT) -> str:
    """Return a table with one row for each node, in creation order, no spaces at the end of a line.

    A gradient that has not been computed is "not yet"; where there is none to come, the place is left free. A column
    with nothing in it is left out. look: how many digits numbers have, and which numbers there are: those that are in
    the picture. What a picture of this look says in colours is said in words below the table.

    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node(0, name="x", kind="parameter", value=3.0)
    >>> graph.add_node(1, name="y", op="mul", kind="operation", value=9.0, gradient=1.0)
    >>> _ = graph.add_edge(0, 1), graph.add_edge(0, 1)
    >>> print(to_text(graph))
    name  computed as  shape  dtype    value  gradient
    x     parameter    ()     float64  3      not yet
    y     mul(x, x)    ()     float64  9      1
    """
    graph = schema.normalise(graph)
    if not len(graph):
        return messages.say("nothing_to_draw")
    header = [messages.say(f"column_{column}") for column in COLUMNS]
    rows = [header, *(_row(graph, node, look.digits) for node in list(graph)[:MOST_ROWS])]
    rows = [row[: SHOWN.get(look.values)] for row in rows]
    if not any("".join(row[DTYPE : DTYPE + 1]) for row in rows[1:]):
        rows = [row[:DTYPE] + row[DTYPE + 1 :] for row in rows]
    widths = [max(measure.columns(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [_line(row, widths) for row in rows]
    zero, gradients = remainders(graph), shows(look, "gradient")
    for place, node in enumerate(list(graph)[:MOST_ROWS], 1):
        if problem := graph.nodes[node]["problem"]:
            lines[place] += f"  ← {messages.say('arises_here', problem=problem)}"
        if stale := graph.nodes[node]["stale"]:
            lines[place] += f"  ← {messages.say(stale)}"
        if gradients and node in zero and graph.nodes[node]["kind"] in schema.DIFFERENTIATED:
            lines[place] += f"  ← {messages.say('as_good_as_zero')}"
    if len(graph) > MOST_ROWS:
        lines.append(messages.say("more_rows", count=f"{len(graph) - MOST_ROWS:,}"))
    lines += _below(graph, look)
    return "\n".join(lines)


def shows(look: Look, column: str) -> bool:
    """Return whether the table of a look has this column of COLUMNS.

    >>> shows(Look(values="forward"), "value"), shows(Look(values="forward"), "gradient")
    (True, False)
    """
    return COLUMNS.index(column) < SHOWN.get(look.values, len(COLUMNS))


def _below(graph: nx.MultiDiGraph, look: Look) -> Iterator[str]:
    """Say below the table which nodes stand in a frame, and what the picture says in colours."""
    for path in schema.groups(graph):
        names = [schema.called(graph, node) for node, group in graph.nodes(data="group") if group == path]
        if names:
            yield messages.say("group_line", path=measure.clean(schema.joined(path), 100), names=_listed(names))
    for node, facts in graph.nodes(data=True):
        if row := facts["row"]:
            first, last = (measure.clean(name, 40) for name in (row[0], row[-1]))
            yield messages.say("row_line", name=schema.called(graph, node), first=first, last=last)
    for key in ("changed", "unfit"):
        names = [schema.called(graph, node) for node, stale in graph.nodes(data="stale") if stale == key]
        if names:
            yield messages.say(f"description_{key}", names=_listed(names))
    yield from unkept.signs(graph)
    yield from unkept.of_now(graph)
    if shows(look, "gradient"):
        yield from unkept.left_over(graph)
    if not graph.graph.get(schema.OF_TORCH) and any(
        np.iscomplexobj(given) for _, given in graph.nodes(data="gradient")
    ):
        yield messages.say("complex_gradients")
    if graph.graph.get(schema.OTHERWISE):
        yield messages.say("computed_otherwise")
    for node, passed in graph.nodes(data="passed"):
        if passed is not None and graph.nodes[node]["gradient"] is not None and shows(look, "gradient"):
            stored = numbers.summary(graph.nodes[node]["gradient"], digits=look.digits)
            once = numbers.summary(passed, digits=look.digits)
            yield messages.say("stored_otherwise", name=schema.called(graph, node), passed=once, stored=stored)
    if lit := highlighted(graph, look):
        names = [schema.called(graph, node) for node in graph if node in lit.nodes]
        yield messages.say("highlighted", names=messages.listed(names))
        if lit.apart:
            yield messages.say("no_way", names=_listed([schema.called(graph, node) for node in lit.apart]))
    if look.heat and (said := heat.sentence(graph, look.digits, lit)):
        yield said
    shown = tuple(which for which in ("value", "gradient") if shows(look, which))
    yield from changes(graph, look.digits, shown)


def _line(row: list[str], widths: list[int]) -> str:
    padded = (cell + " " * (width - measure.columns(cell)) for cell, width in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip()


def _row(graph: nx.MultiDiGraph, node: int, digits: int) -> list[str]:
    facts = graph.nodes[node]
    return [
        schema.called(graph, node),
        _computation(graph, node),
        numbers.shape(facts["shape"]),
        facts["dtype"],
        "" if facts["bare"] else numbers.summary(facts["value"], facts["spelled"] or "—", digits),
        _gradient(facts, digits),
    ]


def _listed(names: list[str]) -> str:
    return messages.listed([*names[:MOST_LISTED], *["…"] * (len(names) > MOST_LISTED)])


def _computation(graph: nx.MultiDiGraph, node: int) -> str:
    facts = graph.nodes[node]
    if facts["kind"] not in ("operation", "group"):
        return messages.kind(facts["kind"])
    given = [schema.called(graph, u) for u in schema.inputs(graph, node)]
    if facts["kind"] == "group":
        key, inputs = "group_how" if given else "group_alone", messages.listed(dict.fromkeys(given))
        return measure.clean(messages.counted(key, facts["members"], inputs=inputs), LONGEST_COMPUTATION)
    return measure.clean(schema.computation(graph, node), LONGEST_COMPUTATION)


def _gradient(facts: dict[str, Any], digits: int) -> str:
    if facts["kind"] in ("data", "constant") or (facts["bare"] and not facts["unkept"]):
        return facts["gradient_name"] or ""
    return numbers.summary(facts["gradient"], schema.no_gradient(facts), digits)
