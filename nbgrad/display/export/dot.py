"""The graph in the language of Graphviz, with the labels and colours of our pictures."""

from __future__ import annotations

from typing import Any

import networkx as nx

from nbgrad.display import measure, schema, theme
from nbgrad.display.export import words
from nbgrad.display.export.words import Groups

FONT = "DejaVu Sans,Helvetica,sans-serif"


def to_dot(graph: Any, direction: str = "LR") -> str:
    """Return a graph as Graphviz text: ``dot -Tsvg`` draws it. direction: "LR" or "TB".

    A label holds name, shape, value and gradient; groups are clusters. Raises the errors of ``schema.normalise``.

    >>> print(to_dot(nx.DiGraph([("x", "y")])))
    digraph {
      rankdir="LR"; fontname="DejaVu Sans,Helvetica,sans-serif"; fontsize="12";
      node [shape="box", style="rounded,filled", fillcolor="#ffffff", fontname="DejaVu Sans,Helvetica,sans-serif"];
      edge [color="#9aa4b2", arrowsize="0.7"];
      n0 [label=<<B>x</B>>, tooltip="x", color="#7a8595"];
      n1 [label=<<B>y</B>>, tooltip="y", color="#c5ccd6"];
      n0 -> n1;
    }
    """
    graph = schema.normalise(graph)
    lines = [
        "digraph {",
        f'  rankdir={quoted(direction)}; fontname={quoted(FONT)}; fontsize="12";',
        f'  node [shape="box", style="rounded,filled", fillcolor="{theme.BOX}", fontname={quoted(FONT)}];',
        f'  edge [color="{theme.EDGE}", arrowsize="0.7"];',
    ]
    lines += _members(graph, words.groups(graph), (), iter(range(len(graph))))
    for u, v, _ in sorted(graph.edges(data="position"), key=lambda edge: (edge[1], edge[2])):
        lines.append(f"  n{u} -> n{v};")
    return "\n".join([*lines, "}"])


def _members(graph: nx.MultiDiGraph, groups: Groups, path: tuple[str, ...], numbers: Any) -> list[str]:
    """Return the lines of a group's nodes and of the groups in it, which lie deeper by one each."""
    inset = "  " * (len(path) + 1)
    lines = [inset + _node(graph, node) for node in groups.nodes[path]]
    for inner in groups.inner[path]:
        lines.append(f"{inset}subgraph cluster_{next(numbers)} {{")
        lines.append(f'{inset}  label={quoted(words.group_label(inner))}; style="rounded"; color={quoted(theme.LINE)};')
        lines += [*_members(graph, groups, inner, numbers), f"{inset}}}"]
    return lines


def _node(graph: nx.MultiDiGraph, node: int) -> str:
    facts = graph.nodes[node]
    said = words.of(graph, node)
    rows = [f"<B>{escaped(said.name)}</B>"]
    rows += [escaped(line) for line in (said.how, said.shape) if line]
    rows += [f'<FONT COLOR="{theme.FORWARD_TEXT}">{escaped(said.value)}</FONT>'] if said.value else []
    rows += [f'<FONT COLOR="{theme.BACKWARD_TEXT}">{escaped(said.gradient)}</FONT>'] if said.gradient else []
    line = words.line_of(facts["kind"])[0]
    tooltip = quoted(measure.clean(schema.label(graph, node), 500))
    return f"n{node} [label=<{'<BR/>'.join(rows)}>, tooltip={tooltip}, color={quoted(line)}];"


def quoted(text: str) -> str:
    """Return text as a string of Graphviz, in which nothing is a command.

    >>> print(quoted('a "b" \\\\n'))
    "a \\"b\\" \\\\n"
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def escaped(text: str) -> str:
    """Return text as it stands in a label of Graphviz's HTML kind.

    >>> escaped('<b> & "c"')
    '&lt;b&gt; &amp; &quot;c&quot;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
