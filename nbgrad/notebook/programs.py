"""What a notebook shows of a program: its source in colours, linked to the graph of its forward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ..program import Program
from ..program.compiled import Recording
from ..program.passes import READABLE
from .program_graph import ProgramGraph, Row

if TYPE_CHECKING:
    import networkx as nx

    from ..display.source import SourceLine
    from ..widgets.program import ProgramWidget

MOST_LINES = 3000  # of a source in the page; the rest can be printed
GRAPH_ROOM = 620  # px that the graph has beside the source in the page

_shown: WeakKeyDictionary[Recording, ProgramWidget] = WeakKeyDictionary()


def display_program(program: Program) -> Any:
    """The mimebundle of a program: its widget, made when it is first displayed, with a picture and the source."""
    recording = program.recording
    if recording not in _shown:
        _shown[recording] = program_widget(program)
    return _shown[recording]._repr_mimebundle_()


def program_widget(program: Program) -> ProgramWidget:
    """The widget on which source and graph of a program light each other."""
    from ..display import source_picture
    from ..widgets.program import ProgramWidget

    drawn = ProgramGraph(program.recording)
    title = program.recording.title
    picture = source_picture(source_lines(program, drawn), structure(drawn), title)
    return ProgramWidget(payload(program, drawn), svg=picture, text=repr(program))


def program_svg(program: Program) -> str:
    """The picture of a program as SVG text: its source beside its graph."""
    from ..display import source_picture

    drawn = ProgramGraph(program.recording)
    return source_picture(source_lines(program, drawn), structure(drawn), program.recording.title)


def structure(drawn: ProgramGraph) -> nx.MultiDiGraph:
    """The graph without the example's numbers: names, shapes, operations, and what the gradients are called."""
    bare = drawn.graph.copy()
    for node, name in enumerate(drawn.called):
        bare.nodes[node].update(bare=True, name=name, value=None, gradient=None)
    return bare


def source_lines(program: Program, drawn: ProgramGraph) -> list[SourceLine]:
    """The readable source in colours."""
    from ..display.source import SourceLine
    from .highlight import highlighted

    lines = highlighted(program.source, drawn.names)
    return [SourceLine(tokens, row.section) for tokens, row in zip(lines, drawn.rows, strict=True)]


# ---- what the page gets
def payload(program: Program, drawn: ProgramGraph) -> dict[str, Any]:
    """What the widget gets, once, as plain JSON: the texts in pieces, the graph, and which line belongs to which node.

    Keys: ``title``; ``svg``, the graph; ``readable`` and ``fast``, lists of lines with ``tokens`` (pairs of text and
    role), ``section``, ``nodes`` (their ids) and ``said`` (the line's part, in a sentence); ``nodes``, what is said of
    each node; ``passes``, groups with ``name`` and ``rows``; ``left_out``, how many lines are not shown.
    """
    from ..display import structure_picture
    from .highlight import highlighted

    readable = [
        {**line(pieces.tokens, row.section), "nodes": list(row.nodes), "said": sentence(number, row)}
        for number, (pieces, row) in enumerate(zip(source_lines(program, drawn), drawn.rows, strict=True), 1)
    ]
    fast = [line(tokens) for tokens in highlighted(program.fast_source, drawn.names)]
    return {
        "title": program.recording.title,
        "svg": structure_picture(structure(drawn), GRAPH_ROOM),
        "readable": readable[:MOST_LINES],
        "fast": fast[:MOST_LINES],
        "left_out": {"readable": max(len(readable) - MOST_LINES, 0), "fast": max(len(fast) - MOST_LINES, 0)},
        "nodes": node_sentences(drawn),
        "passes": passes(program),
    }


def line(tokens: Any, section: str = "") -> dict[str, Any]:
    """A line of source as plain JSON."""
    return {"tokens": [[token.text, token.role] for token in tokens], "section": section, "nodes": [], "said": ""}


def passes(program: Program) -> list[dict[str, Any]]:
    """The rewriting passes in two groups: those that make the source readable, and those that make it fast."""
    from ..display.messages import say

    rows = [dict(zip(("name", "before", "after", "what"), row, strict=True)) for row in program.passes]
    return [
        {"name": say("passes_readable"), "rows": rows[: len(READABLE)]},
        {"name": say("passes_fast"), "rows": rows[len(READABLE) :]},
    ]


def sentence(number: int, row: Row) -> str:
    """What a line does."""
    from ..display.messages import say

    if not row.nodes:
        return ""
    kind = row.section or ("gives" if row.text.startswith("    return") else "takes")
    return say(f"line_to_{kind}" if row.leads else f"line_{kind}", line=number, names=row.about)


def node_sentences(drawn: ProgramGraph) -> list[str]:
    """For each node, which lines belong to it."""
    from ..display.messages import say

    numbers: list[list[str]] = [[] for _ in drawn.graph]
    for number, row in enumerate(drawn.rows, 1):
        for node in row.nodes:
            numbers[node].append(str(number))
    keys = ("node_line" if len(lines) == 1 else "node_lines" for lines in numbers)
    return [say(key, name=n, lines=", ".join(x)) for key, n, x in zip(keys, drawn.called, numbers, strict=True)]
