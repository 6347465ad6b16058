"""The readable version: a table of the nodes, for screen readers, plain terminals and the comparison of
notebooks."""

from __future__ import annotations

from typing import Any

import networkx as nx

from nbgrad.display import measure, messages, numbers, schema

LONGEST_NAME = 40
LONGEST_COMPUTATION = 60
MOST_ROWS = 1500


def to_text(graph: Any) -> str:
    """Return a table with one row for each node, in creation order, no spaces at the end of a line.

    A gradient that has not been computed is "not yet"; where there is none to come, the place is left free.

    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node(0, name="x", kind="parameter", value=3.0)
    >>> graph.add_node(1, name="y", op="mul", kind="operation", value=9.0, gradient=1.0)
    >>> _ = graph.add_edge(0, 1), graph.add_edge(0, 1)
    >>> print(to_text(graph))
    name  computed as  shape  value  gradient
    x     parameter    ()     3      not yet
    y     mul(x, x)    ()     9      1
    """
    graph = schema.normalise(graph)
    header = [messages.say(f"column_{column}") for column in ("name", "how", "shape", "value", "gradient")]
    rows = [header, *(_row(graph, node) for node in list(graph)[:MOST_ROWS])]
    widths = [max(measure.columns(row[place]) for row in rows) for place in range(len(header))]
    lines = [_line(row, widths) for row in rows]
    for place, node in enumerate(list(graph)[:MOST_ROWS], 1):
        if problem := graph.nodes[node]["problem"]:
            lines[place] += f"  ← {messages.say('arises_here', problem=problem)}"
    if len(graph) > MOST_ROWS:
        lines.append(messages.say("more_rows", count=f"{len(graph) - MOST_ROWS:,}"))
    return "\n".join(lines)


def _line(row: list[str], widths: list[int]) -> str:
    padded = (cell + " " * (width - measure.columns(cell)) for cell, width in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip()


def _row(graph: nx.MultiDiGraph, node: int) -> list[str]:
    facts = graph.nodes[node]
    return [
        measure.clean(schema.label(graph, node), LONGEST_NAME),
        _computation(graph, node),
        numbers.shape(facts["shape"]),
        "" if facts["bare"] else numbers.summary(facts["value"]),
        _gradient(facts),
    ]


def _computation(graph: nx.MultiDiGraph, node: int) -> str:
    facts = graph.nodes[node]
    if facts["kind"] != "operation":
        return facts["kind"]
    given = (measure.clean(schema.label(graph, u), LONGEST_NAME) for u in schema.inputs(graph, node))
    return measure.clean(f"{facts['op'] or facts['kind']}({', '.join(given)})", LONGEST_COMPUTATION)


def _gradient(facts: dict[str, Any]) -> str:
    if facts["bare"]:
        return facts["gradient_name"] or ""
    if facts["kind"] in ("data", "constant"):
        return ""
    return numbers.summary(facts["gradient"], messages.say("not_yet"))
