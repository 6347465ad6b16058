"""The graph in the language of Graphviz, with the labels and colours of our pictures."""

from __future__ import annotations

from typing import Any

import networkx as nx

from nbgrad.display import measure, messages, schema
from nbgrad.display.export import words
from nbgrad.display.export.styles import USUAL, Line, Styles
from nbgrad.display.export.words import Groups
from nbgrad.display.look import Look

FONT = "DejaVu Sans,Helvetica,sans-serif"


def to_dot(graph: Any, direction: str = "LR", look: Look | None = None) -> str:
    """Return a graph as Graphviz text: ``dot -Tsvg`` draws it. direction: "LR" or "TB".

    A label holds what a picture says: name, shape, value and gradient, arrays in words or, as ``look`` says, in
    numbers; what is highlighted has strong lines, what has changed strong ones and a Δ before its name, which is
    explained in the drawing, and what goes wrong those of its colour. Groups are clusters. look: everything that may be
    chosen; it says the direction too. Raises OptionError and the errors of ``schema.normalise``.

    >>> print(to_dot(nx.DiGraph([("x", "y")])))
    digraph {
      rankdir="LR"; bgcolor="#ffffff"; fontcolor="#1b2430"; fontname="DejaVu Sans,Helvetica,sans-serif"; fontsize="12";
      node [shape="box", style="rounded,filled", fillcolor="#ffffff", fontname="DejaVu Sans,Helvetica,sans-serif"];
      edge [color="#9aa4b2", penwidth="1.6", arrowsize="0.7"];
      n0 [label=<<B>x</B>>, tooltip="x", color="#7a8595", penwidth="1.4", fontcolor="#1b2430"];
      n1 [label=<<B>y</B>>, tooltip="y", color="#c5ccd6", penwidth="1.4", fontcolor="#1b2430"];
      n0 -> n1;
    }
    """
    look = look or Look(direction=direction)
    graph, paint = schema.normalise(graph), look.palette
    styles = Styles(graph, look)
    colours = f"bgcolor={quoted(paint.background)}; fontcolor={quoted(paint.foreground)}"
    lines = [
        "digraph {",
        f'  rankdir={quoted(look.direction)}; {colours}; fontname={quoted(FONT)}; fontsize="12";',
        f'  node [shape="box", style="rounded,filled", fillcolor={quoted(paint.box)}, fontname={quoted(FONT)}];',
        f'  edge [{_drawn(Line(paint.edge, USUAL))}, arrowsize="0.7"];',
    ]
    lines += _members(graph, words.groups(graph), (), iter(range(len(graph))), styles, look)
    for edge in styles.edges():
        line = styles.edge(edge)
        lines.append(f"  n{edge[0]} -> n{edge[1]}{'' if line == Line(paint.edge, USUAL) else f' [{_drawn(line)}]'};")
    if key := "\n".join(words.key(graph, look)):  # last, for clusters put their labels where the whole has its own
        lines.append(f'  label={quoted(key)}; labelloc="b"; labeljust="l";')
    return "\n".join([*lines, "}"])


def _members(
    graph: nx.MultiDiGraph, groups: Groups, path: tuple[str, ...], numbers: Any, styles: Styles, look: Look
) -> list[str]:
    """Return the lines of a group's nodes and of the groups in it, which lie deeper by one each."""
    inset = "  " * (len(path) + 1)
    lines = [inset + _node(graph, node, styles, look) for node in groups.nodes[path]]
    frame = quoted(look.palette.line)
    for inner in groups.inner[path]:
        lines.append(f"{inset}subgraph cluster_{next(numbers)} {{")
        lines.append(f'{inset}  label={quoted(words.group_label(inner))}; style="rounded"; color={frame};')
        lines += [*_members(graph, groups, inner, numbers, styles, look), f"{inset}}}"]
    return lines


def _node(graph: nx.MultiDiGraph, node: int, styles: Styles, look: Look) -> str:
    said, paint = words.of(graph, node, look), styles.palette(node)
    rows = [f"<B>{escaped(said.name)}</B>"]
    rows += [escaped(line) for line in (said.how, said.shape) if line]
    rows += [f'<FONT COLOR="{paint.forward_text}">{escaped(line)}</FONT>' for line in said.value if line]
    rows += [f'<FONT COLOR="{paint.backward_text}">{escaped(line)}</FONT>' for line in said.gradient]
    rows += [f"<I>{escaped(line)}</I>" for line in said.remarks]
    told = messages.parts([schema.label(graph, node), *schema.row_said(graph.nodes[node])])
    look_of = f"{_drawn(styles.outline(node))}, fontcolor={quoted(paint.foreground)}"
    return f"n{node} [label=<{'<BR/>'.join(rows)}>, tooltip={quoted(measure.clean(told, 500))}, {look_of}];"


def _drawn(line: Line) -> str:
    """Return the attributes of a line."""
    dashes = ', style="dashed"' if line.dashed else ""
    return f'color={quoted(line.colour)}, penwidth="{line.width:g}"{dashes}'


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
