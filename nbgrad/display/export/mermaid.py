"""The graph as a flowchart of Mermaid, which GitHub, GitLab and many editors draw from the text of a page."""

from __future__ import annotations

import re
import string
from typing import Any

import networkx as nx

from nbgrad.display import schema, theme
from nbgrad.display.export import words
from nbgrad.display.export.words import Groups

PLAIN = set("(),=/: ")  # signs that mean nothing in a quoted label
JOINER = "\N{WORD JOINER}"  # takes no room, and keeps apart what must not meet


def to_mermaid(graph: Any, direction: str = "LR") -> str:
    """Return a graph as a Mermaid flowchart. direction: "LR" or "TB".

    A label holds name, shape, value and gradient; groups are subgraphs. Raises the errors of ``schema.normalise``.

    >>> print(to_mermaid(nx.DiGraph([("x", "y")])))
    flowchart LR
      n0["x"]:::data
      n1["y"]:::operation
      n0 --> n1
      classDef data fill:#ffffff,stroke:#7a8595,stroke-width:1.4px,color:#1b2430
      classDef operation fill:#ffffff,stroke:#c5ccd6,stroke-width:1.4px,color:#1b2430
    """
    graph = schema.normalise(graph)
    lines = [f"flowchart {direction}"]
    lines += _members(graph, words.groups(graph), (), iter(range(len(graph))))
    for u, v, _ in sorted(graph.edges(data="position"), key=lambda edge: (edge[1], edge[2])):
        lines.append(f"  n{u} --> n{v}")
    kinds = {kind for _, kind in graph.nodes(data="kind")}
    for kind in (kind for kind in schema.KINDS if kind in kinds):
        colour, width = words.line_of(kind)
        look = f"fill:{theme.BOX},stroke:{colour},stroke-width:{width:g}px,color:{theme.FOREGROUND}"
        lines.append(f"  classDef {kind} {look}")
    return "\n".join(lines)


def _members(graph: nx.MultiDiGraph, groups: Groups, path: tuple[str, ...], numbers: Any) -> list[str]:
    """Return the lines of a group's nodes and of the groups in it, which lie deeper by one each."""
    inset = "  " * (len(path) + 1)
    lines = [inset + _node(graph, node) for node in groups.nodes[path]]
    for inner in groups.inner[path]:
        lines.append(f'{inset}subgraph g{next(numbers)}["{escaped(words.group_label(inner))}"]')
        lines += [*_members(graph, groups, inner, numbers), f"{inset}end"]
    return lines


def _node(graph: nx.MultiDiGraph, node: int) -> str:
    said = words.of(graph, node)
    rows = [line for line in (said.name, said.how, said.shape, said.value, said.gradient) if line]
    return f'n{node}["{"<br/>".join(escaped(row) for row in rows)}"]:::{graph.nodes[node]["kind"]}'


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
