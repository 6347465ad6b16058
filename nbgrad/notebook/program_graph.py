"""The graph of a program's forward pass, and the nodes that each line of its source belongs to.

A node stands for a parameter, or for a forward line; what stands within another line has none. Where an array is
filled bit by bit, all lines that fill it make one node. The lines of the backward pass and of the update have no nodes
of their own: a line belongs to the node whose gradient it computes, or which it moves; and a line on the way there, to
all the nodes that it leads to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.op import REGISTRY
from ..program.listing import Line, Listing, Value
from ..program.readable import Statement
from ..program.recording import Recording

if TYPE_CHECKING:
    import networkx as nx


# Badges of the functions that only lay out memory, and that no operation is named after.
SYMBOLS = {
    "ascontiguousarray": "copy", "empty": "new", "empty_like": "new", "products": "@", "strided": "windows",
}  # fmt: skip
LAYING_OUT = {"reshape", "transpose", "ascontiguousarray", "astype", "copy"}


@dataclass(frozen=True)
class Row:
    """A line of the source as a picture shows it.

    Attributes:
        text: the line, without its comment.
        section: ``"forward"``, ``"backward"``, ``"update"``, or ``""`` for what comes before and after.
        nodes: the ids of the nodes that it belongs to.
        about: the names to speak of when one speaks of the line.
        leads: whether it only leads to its nodes.
    """

    text: str
    section: str = ""
    nodes: tuple[int, ...] = ()
    about: str = ""
    leads: bool = False


class ProgramGraph:
    """The graph of what a program computes forward, linked to its source.

    Attributes:
        graph: the networkx graph, in the schema of :mod:`nbgrad.display.schema`.
        rows: the lines of the readable source, in order.
    """

    def __init__(self, recording: Recording):
        import networkx as nx

        self.graph: nx.MultiDiGraph = nx.MultiDiGraph()
        self._listing = recording.listing
        self._written = recording.written
        self._makers = self._listing.makers()
        self._origins = origins(self._listing)
        self._printed = [x for x in self._listing.lines if x.value in self._written.names or x.writes is not None]
        self._forward = [line for line in self._printed if line.section == "forward"]
        self._own: dict[Value, int] = {}  # a value -> its node
        self._filled: dict[Value, int] = {}  # a memory that forward lines write into -> the node of what it holds now
        self._computed: dict[Line, int] = {}  # a forward line -> the node that it makes, or goes on filling
        self._last_write = {x.writes.memory: i for i, x in enumerate(self._forward) if x.writes is not None}
        self._add_parameters()
        self._add_forward()
        self._add_gradients()
        self.rows = self._rows()

    @property
    def names(self) -> dict[str, str]:
        """What the source calls its parameters and gradients -> ``"parameter"`` or ``"gradient"``."""
        kinds: dict[str, str] = {}
        for value, name in self._written.names.items():
            node = self._own.get(value)
            if node is not None and self.graph.nodes[node]["kind"] == "parameter":
                kinds[name] = "parameter"
            elif value.gradient_of is not None:
                kinds.setdefault(name, "gradient")
        return kinds

    # ---- nodes and edges
    def _add_parameters(self) -> None:
        """The inputs, and the arrays from outside; but not what the update alone reads: learning rate, velocities."""
        read = {x for line in self._listing.lines if line.section != "update" for x in line.operands}
        read |= {y for y in self._listing.outputs if isinstance(y, Value)}
        read |= {x.value.gradient_of for x in self._listing.lines if x.value.gradient_of is not None}
        for value in self._written.parameters:
            if value in read:
                self._hold(value, self._add(value, kind="data", op=None, symbol=None))

    def _add_forward(self) -> None:
        ends = self._ends_of_calls()
        for i, line in enumerate(self._forward):
            target = line.writes or line.value
            sources = self._sources(line)
            still_filled = i <= self._last_write.get(target.memory, -1)
            node = self._filled.get(target.memory) if still_filled else None
            if node is not None and not self._goes_on(node, line):
                sources, node = list(dict.fromkeys([node, *sources])), None
            described = self._described(line, ends)
            if node is None:
                node = self._add(target, kind="operation", **described)
                self._hold(target, node, still_filled)
            else:  # one more line that fills the array, or a view through which it is filled
                self.graph.nodes[node].update(**(described if line.writes else {}), **self._facts(target))
            self._computed[line] = node
            for source in sources:
                if source != node:
                    self.graph.add_edge(source, node, position=self.graph.in_degree(node))

    def _goes_on(self, node: int, line: Line) -> bool:
        """Whether a line goes on filling what a node stands for: not when that has been read, or was given."""
        is_fresh = self.graph.nodes[node]["kind"] == "operation" and not self.graph.out_degree(node)
        return line.writes is None or is_fresh

    def _add(self, value: Value, **attributes: Any) -> int:
        node = self.graph.number_of_nodes()
        self.graph.add_node(node, value=None, gradient=None, gradient_name=None, group=None, bare=True)
        self.graph.nodes[node].update(**attributes, **self._facts(value))
        return node

    def _hold(self, value: Value, node: int, filled: bool = True) -> None:
        """Remember the node of a value; and of its memory, while forward lines write into that."""
        if filled and value.memory in self._last_write:
            self._filled[value.memory] = node
        else:
            self._own[value] = node

    def _facts(self, value: Value) -> dict[str, Any]:
        """What is known of a value; a program is for any numbers, so none are shown."""
        is_number = isinstance(value.example, np.ndarray | np.generic | float | int)
        shape, dtype = (value.shape, str(value.dtype)) if is_number else (None, None)  # several results, a generator
        name = self._written.names.get(value) or self._written.names[value.memory]
        return {"name": name, "shape": shape, "dtype": dtype}

    def _sources(self, line: Line) -> list[int]:
        """The nodes that a line reads, in order, also through what stands within it and through gradients."""
        found: list[int] = []
        passed: set[Line] = set()  # lines that are no nodes, and were walked back through
        waiting = self._origins[line][::-1]
        while waiting:
            x, behind = waiting.pop()
            node = self.node_of(x)
            if node is not None:
                found.append(node)
                continue
            for earlier in behind:
                if earlier not in passed:
                    passed.add(earlier)
                    waiting += self._origins[earlier][::-1]
        return list(dict.fromkeys(found)) if passed else found

    def node_of(self, value: Value) -> int | None:
        """The id of the node of a value, if it has one."""
        return self._own.get(value, self._filled.get(value.memory))

    # ---- what a box says of its operation
    def _ends_of_calls(self) -> dict[Value, bool]:
        """The values with which calls of operations end -> whether that line is all that is printed of the call."""
        ends: dict[Value, bool] = {}
        for _, call in groupby(self._forward, lambda line: (line.operation, line.place)):
            lines = list(call)
            telling = [line for line in lines if name_of(self._telling(line)) not in LAYING_OUT] or lines
            ends[telling[-1].value] = len(lines) == 1
        return ends

    def _described(self, line: Line, ends: dict[Value, bool]) -> dict[str, Any]:
        """Name and symbol of the operation, on the line with which it ends; else those of the function. Where a line
        does several things, or only the last of several, no name would be right, and the symbol has to do."""
        if self._is_layer(line):
            return {"op": "linear", "symbol": REGISTRY["linear"].symbol}
        if line.operation in REGISTRY and (line.value in ends or line.writes is not None):
            op = REGISTRY[line.operation]
            return {"op": op.name if ends.get(line.value) else None, "symbol": op.symbol}
        is_formula = any(map(self._stands_within, line.operands))
        name = name_of(self._telling(line))
        symbol = REGISTRY[name].symbol if name in REGISTRY else SYMBOLS.get(name, name)
        return {"op": None if is_formula else name, "symbol": symbol}

    def _is_layer(self, line: Line) -> bool:
        """Whether a line is ``x @ W + b``, written by the user as a product and a sum."""
        product = self._makers.get(line.args[0]) if line.function is np.add else None
        within = product is not None and product.function is np.matmul and self._stands_within(product.value)
        return within and line.operation == "add"

    def _telling(self, line: Line) -> Line:
        """The line itself; of one that only lays out what stands within it, that: it tells more."""
        while name_of(line) in LAYING_OUT and line.operands and self._stands_within(line.operands[0]):
            line = self._makers[line.operands[0]]
        return line

    def _stands_within(self, value: Value) -> bool:
        """Whether a value stands within a line, rather than having one of its own."""
        return value in self._makers and value not in self._written.names

    # ---- gradients
    def _add_gradients(self) -> None:
        """Into each node the name of its gradient; what is given and has one, is a parameter."""
        for line in self._listing.lines:
            of = line.value.gradient_of
            node = None if of is None else self.node_of(of)
            if node is None:
                continue
            facts = self.graph.nodes[node]
            if facts["kind"] == "data":
                facts["kind"] = "parameter"
            if line.section == "backward" and line.value.shape == facts["shape"]:  # the last one is the sum
                facts["gradient_name"] = self._written.names.get(line.value, facts["gradient_name"])

    # ---- the lines
    def _rows(self) -> list[Row]:
        reached = self._reached()
        lines = iter(self._printed)
        return [self._row(statement, lines, reached) for statement in self._written.statements]

    def _row(self, statement: Statement, lines: Iterator[Line], reached: dict[Line, set[int]]) -> Row:
        """A line of the source; where it is one of the program's, the next of ``lines``."""
        text = statement.text
        if statement.value is not None:
            line = next(lines)
            nodes = tuple(sorted(reached[line]))
            about = ", ".join(self.graph.nodes[node]["name"] for node in nodes)
            return Row(text, kind_of_section(line.section), nodes, about, self._belongs(statement.value) is None)
        if text.startswith("    # "):
            return Row(text, kind_of_section(text[6:]))
        if text.startswith("    return"):
            belonging = (self._belongs(y) for y in self._listing.outputs if isinstance(y, Value))
            return Row(text, "", distinct(belonging), text.removeprefix("    return "))
        if text.startswith(("def ", "        ")):
            of = {self._written.names[p]: self.node_of(p) for p in self._written.parameters}
            named = [name for name in re.findall(r"\w+", text) if name in of]
            return Row(text, "", distinct(of[name] for name in named), ", ".join(named))
        return Row(text)

    def _reached(self) -> dict[Line, set[int]]:
        """For each printed line the nodes that it belongs to: its own, or else all those that it leads to."""
        lines = self._listing.lines
        readers: dict[Value, list[Line]] = {}  # of a value, and of all that lies in a memory
        found: dict[Line, set[int]] = {}
        for line in reversed(lines):
            target = line.writes or line.value
            node = self._computed.get(line, self._belongs(target))
            then = readers.get(target.memory if line.writes else target, ())
            found[line] = set().union(*(found[reader] for reader in then)) if node is None else {node}
            for x in dict.fromkeys([*line.operands, target]):
                for place in {x: None, x.memory: None}:
                    readers.setdefault(place, []).append(line)
        return found

    def _belongs(self, value: Value) -> int | None:
        """The node of a value, of what it is the gradient of, or of the parameter that it moves."""
        if value.memory is not value and self.node_of(value.memory) is None and self.node_of(value) is None:
            value = value.memory if value.gradient_of is None else value
        of: Value | None = value
        while of is not None:
            node = self.node_of(of)
            if node is not None:
                return node
            of = of.gradient_of
        maker = self._makers.get(value)
        return self._moved(value) if maker is not None and maker.section == "update" else None

    def _moved(self, value: Value) -> int | None:
        """The node of the parameter that an updated value takes the name of."""
        name = self._written.names.get(value)
        named = (p for p in self._written.parameters if self._written.names[p] == name)
        return next((node for p in named if (node := self._own.get(p)) is not None), None)


def origins(listing: Listing) -> dict[Line, list[tuple[Value, list[Line]]]]:
    """For each line its operands, each with the lines behind it: the last to write into its memory, and its maker."""
    found: dict[Line, list[tuple[Value, list[Line]]]] = {}
    makers: dict[Value, Line] = {}
    writers: dict[Value, Line] = {}  # a memory -> the last line so far to write into it
    for line in listing.lines:
        behind = ((x, (writers.get(x.memory), makers.get(x))) for x in line.operands)
        found[line] = [(x, [each for each in lines if each is not None]) for x, lines in behind]
        makers[line.value] = line
        if line.writes is not None:
            writers[line.writes.memory] = line
    return found


def name_of(line: Line) -> str:
    """What the function that a line calls is called."""
    return getattr(line.function, "__name__", "")


def distinct(nodes: Iterable[int | None]) -> tuple[int, ...]:
    """The nodes that there are, each once, in order.

    >>> distinct([3, None, 1, 3])
    (1, 3)
    """
    return tuple(sorted({node for node in nodes if node is not None}))


def kind_of_section(section: str) -> str:
    """``"backward"`` for every pass that is one."""
    return section.partition(",")[0]
