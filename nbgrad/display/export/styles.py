"""The colours and lines of a graph's nodes and edges, for languages that draw by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from nbgrad.display.heat import heat_of
from nbgrad.display.highlight import lit
from nbgrad.display.look import Look
from nbgrad.display.theme import Palette

USUAL = 1.6  # px, of an edge
Edge = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its colour, its width in px, and whether it is dashed."""

    colour: str
    width: float
    dashed: bool = False


class Styles:
    """How nodes and edges of a normalised graph look: by their kinds, what is highlighted, changed or goes wrong, and
    the size of gradients. Raises OptionError where a node is highlighted that is not there.

    >>> from nbgrad.display import schema
    >>> Styles(schema.normalise(nx.DiGraph([("x", "y")])), Look()).edge((0, 1, 0))
    Line(colour='#9aa4b2', width=1.6, dashed=False)
    """

    def __init__(self, graph: nx.MultiDiGraph, look: Look) -> None:
        self.graph = graph
        self.paint = look.palette
        self.lit = lit(graph, look)
        self.heat = heat_of(graph, self.lit) if look.heat else None

    def palette(self, node: int) -> Palette:
        """Return the colours of a node's box."""
        if self.lit is None:
            return self.paint
        return self.paint.lit if node in self.lit.nodes else self.paint.dimmed

    def outline(self, node: int) -> Line:
        """Return the line around a node's box."""
        facts = self.graph.nodes[node]
        if facts["problem"]:
            return Line(self.paint.problem, 3.0)
        colour, width = self.palette(node).box_lines[facts["kind"]]
        if facts["change"] is None:
            return Line(colour, width)
        return Line(colour if facts["kind"] == "parameter" else self.paint.changed, max(width, 2.6))

    def edge(self, edge: Edge) -> Line:
        """Return the line of an edge."""
        if self.lit is not None and edge not in self.lit.edges:
            return Line(self.paint.dimmed.edge, USUAL)
        hot = self.heat.edge(edge, self.paint) if self.heat else None
        if hot is not None:
            said = dict(re.findall(r'([\w-]+)="([^"]*)"', hot))
            return Line(said["stroke"], float(said["stroke-width"]), "stroke-dasharray" in said)
        return Line(self.paint.edge, USUAL) if self.lit is None else Line(self.paint.lit_edge, 2.6)

    def edges(self) -> Iterator[Edge]:
        """Return the edges by the nodes that they lead to, and by their places there."""
        rows = self.graph.edges(keys=True, data="position")
        for u, v, key, _ in sorted(rows, key=lambda row: (row[1], row[3], row[0], row[2])):
            yield u, v, key
