"""The graph as a flowchart of Mermaid, which GitHub, GitLab and many editors draw from the text of a page."""

from __future__ import annotations

import re
import string
from typing import Any

import networkx as nx

from nbgrad.display import schema
from nbgrad.display.attributes import KINDS
from nbgrad.display.export import words
from nbgrad.display.export.styles import USUAL, Line, Styles
from nbgrad.display.export.words import Groups
from nbgrad.display.look import Look

PLAIN = set("(),=/: ")  # signs that mean nothing in a quoted label
JOINER = "\N{WORD JOINER}"  # takes no room, and keeps apart what must not meet


def to_mermaid(graph: Any, direction: str = "LR", look: Look | None = None) -> str:
    """Return a graph as a Mermaid flowchart. direction: "LR" or "TB".

    A label holds what a picture says: name, shape, value and gradient, arrays in words or, as ``look`` says, in
    numbers; what is highlighted has strong lines, what has changed strong ones and a Δ before its name, which is
    explained in the drawing, and what goes wrong those of its colour. Groups are subgraphs. look: everything that may
    be chosen; it says the direction too. Raises OptionError and the errors of ``schema.normalise``.

    >>> print(to_mermaid(nx.DiGraph([("x", "y")])))
    flowchart LR
      n0["x"]:::data
      n1["y"]:::operation
      n0 --> n1
      classDef data fill:#ffffff,stroke:#7a8595,stroke-width:1.4px,color:#1b2430
      classDef operation fill:#ffffff,stroke:#c5ccd6,stroke-width:1.4px,color:#1b2430
    """
    look = look or Look(direction=direction)
    graph, paint = schema.normalise(graph), look.palette
    styles = Styles(graph, look)
    lines = [f"flowchart {look.direction}"]
    lines += _members(graph, words.groups(graph), (), iter(range(len(graph))), look)
    if key := "<br/>".join(escaped(said) for said in words.key(graph, look)):
        lines += [f'  key["{key}"]', f"  style key fill:none,stroke:none,color:{paint.dim}"]
    lines += [f"  n{u} --> n{v}" for u, v, _ in styles.edges()]
    kinds = {kind for _, kind in graph.nodes(data="kind")}
    usual = {kind: Line(*paint.box_lines[kind]) for kind in KINDS if kind in kinds}
    for kind, line in usual.items():
        lines.append(f"  classDef {kind} fill:{paint.box},{_drawn(line)},color:{paint.foreground}")
    for node, kind in graph.nodes(data="kind"):
        line, colour = styles.outline(node), styles.palette(node).foreground
        if (line, colour) != (usual[kind], paint.foreground):
            lines.append(f"  style n{node} {_drawn(line)},color:{colour}")
    for number, edge in enumerate(styles.edges()):
        if (line := styles.edge(edge)) != Line(paint.edge, USUAL):
            lines.append(f"  linkStyle {number} {_drawn(line)}")
    return "\n".join(lines)


def _members(graph: nx.MultiDiGraph, groups: Groups, path: tuple[str, ...], numbers: Any, look: Look) -> list[str]:
    """Return the lines of a group's nodes and of the groups in it, which lie deeper by one each."""
    inset = "  " * (len(path) + 1)
    lines = [inset + _node(graph, node, look) for node in groups.nodes[path]]
    for inner in groups.inner[path]:
        name = f"g{next(numbers)}"
        lines.append(f'{inset}subgraph {name}["{escaped(words.group_label(inner))}"]')
        lines += [*_members(graph, groups, inner, numbers, look), f"{inset}end"]
        lines.append(f"{inset}style {name} fill:none,stroke:{look.palette.line}")  # Mermaid's own ground is yellow
    return lines


def _node(graph: nx.MultiDiGraph, node: int, look: Look) -> str:
    said = words.of(graph, node, look)
    rows = [line for line in (said.name, said.how, said.shape, *said.value, *said.gradient, *said.remarks) if line]
    return f'n{node}["{"<br/>".join(escaped(row) for row in rows)}"]:::{graph.nodes[node]["kind"]}'


def _drawn(line: Line) -> str:
    """Return the style of a line."""
    dashes = ",stroke-dasharray:6 4" if line.dashed else ""
    return f"stroke:{line.colour},stroke-width:{line.width:g}px{dashes}"


def escaped(text: str) -> str:
    """Return text as it stands in a quoted label: signs that could mean something are written by their number.

    A dot is such a sign only where it could make a numbered list of the line; and a backslash, even by its number,
    would break the line before an n.

    >>> escaped('say "hi" #1'), escaped("0.5"), escaped("1. x")
    ('say #quot;hi#quot; #35;1', '0.5', '1#46; x')
    """
    parts = []
    for place, char in enumerate(text):
        inside = char == "." and re.match(r"\w", text[place + 1 : place + 2])
        if char == '"':
            parts.append("#quot;")
        elif char in string.punctuation and char not in PLAIN and not inside:
            parts.append(f"#{ord(char)};" + JOINER * text.startswith("\\n", place))
        else:
            parts.append(char)
    return "".join(parts)
