"""What a notebook shows of a program: its source in colours, linked to the graph of its forward pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ..program import Program
from ..program.passes import READABLE
from ..program.recording import Recording
from .program_graph import ProgramGraph, Row

if TYPE_CHECKING:
    from ..display.source import SourceLine, Token
    from ..widgets.program import ProgramWidget

MOST_LINES = 2000  # of a source in the page; the rest can be printed
GRAPH_ROOM = 620  # px that the graph has beside the source in the page

_shown: WeakKeyDictionary[Recording, ProgramWidget] = WeakKeyDictionary()


def widget_of(program: Program) -> ProgramWidget:
    """The widget of a program, made when it is first displayed."""
    recording = program.recording
    if recording not in _shown:
        _shown[recording] = program_widget(program)
    return _shown[recording]


def program_widget(program: Program) -> ProgramWidget:
    """The widget on which source and graph of a program light each other."""
    from ..widgets.program import ProgramWidget

    drawn = ProgramGraph(program.recording)
    lines = source_lines(program, drawn)
    return ProgramWidget(payload(program, drawn, lines), svg=picture(program, drawn, lines), text=repr(program))


def program_svg(program: Program) -> str:
    """The picture of a program as SVG text: its source beside its graph."""
    drawn = ProgramGraph(program.recording)
    return picture(program, drawn, source_lines(program, drawn))


def picture(program: Program, drawn: ProgramGraph, lines: Sequence[SourceLine]) -> str:
    """The picture of a program whose source is in colours already."""
    from ..display import source_picture

    return source_picture(lines, drawn.graph, program.recording.title, count=len(drawn.rows))


def source_lines(program: Program, drawn: ProgramGraph) -> list[SourceLine]:
    """The readable source in colours, as far as it is shown."""
    from ..display.source import SourceLine

    lines = coloured(program.source, drawn)
    return [SourceLine(tokens, row.section) for tokens, row in zip(lines, drawn.rows, strict=False)]


def coloured(source: str, drawn: ProgramGraph) -> list[tuple[Token, ...]]:
    """A source in colours, as far as it is shown."""
    from .highlight import highlighted

    return highlighted("".join(source.splitlines(keepends=True)[:MOST_LINES]), drawn.names)


# ---- what the page gets
def payload(program: Program, drawn: ProgramGraph, lines: Sequence[SourceLine]) -> dict[str, Any]:
    """What the widget gets, once, as plain JSON: the texts in pieces, the graph, and which line belongs to which node.

    Keys: ``title``; ``svg``, the graph; ``readable`` and ``fast``, lists of lines with ``tokens`` (pairs of text and
    role), ``section``, ``nodes`` (their ids) and ``said`` (the line's part, in a sentence); ``names`` of the nodes;
    ``nodes``, what is said of each beside the readable source; ``passes``, groups with ``name`` and ``rows``;
    ``left_out``, how many lines are not shown; ``language`` and ``words``, what the page itself says.
    """
    from ..display import structure_picture
    from ..display.messages import interface, language

    readable = [
        {**line(shown.tokens, row.section), "nodes": list(row.nodes), "said": sentence(number, row)}
        for number, (shown, row) in enumerate(zip(lines, drawn.rows, strict=False), 1)
    ]
    fast = [line(tokens) for tokens in coloured(program.fast_source, drawn)]
    return {
        "title": program.recording.title,
        "svg": structure_picture(drawn.graph, GRAPH_ROOM),
        "readable": readable,
        "fast": fast,
        "left_out": {
            "readable": len(drawn.rows) - len(readable),
            "fast": len(program.fast_source.splitlines()) - len(fast),
        },
        "names": names_of_nodes(drawn),
        "nodes": node_sentences(drawn),
        "passes": passes(program),
        "language": language(),
        "words": interface("source_"),
    }


def line(tokens: Any, section: str = "") -> dict[str, Any]:
    """A line of source as plain JSON."""
    return {"tokens": [[token.text, token.role] for token in tokens], "section": section, "nodes": [], "said": ""}


def passes(program: Program) -> list[dict[str, Any]]:
    """The rewriting passes in two groups: those that make the source readable, and those that make it fast."""
    from ..display.messages import rewriting, say

    rows = [
        {"name": name, "before": before, "after": after, "what": rewriting(name, what)}
        for name, before, after, what in program.passes
    ]
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


def names_of_nodes(drawn: ProgramGraph) -> list[str]:
    """What the source calls the nodes, in order."""
    return [name for _, name in drawn.graph.nodes(data="name")]


def node_sentences(drawn: ProgramGraph) -> list[str]:
    """For each node, which lines belong to it."""
    from ..display.messages import listed, say

    numbers: list[list[str]] = [[] for _ in drawn.graph]
    for number, row in enumerate(drawn.rows, 1):
        for node in row.nodes:
            numbers[node].append(str(number))
    names = names_of_nodes(drawn)
    keys = ("node_line" if len(lines) == 1 else "node_lines" for lines in numbers)
    return [say(key, name=n, lines=listed(x)) for key, n, x in zip(keys, names, numbers, strict=True)]
