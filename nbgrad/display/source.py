"""A program's source beside its graph, in one picture.

Every piece of a line has its own place, reckoned from the width of a monospaced letter, so that columns stay columns
whichever font the reader's machine has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nbgrad.display import measure, messages, schema, svg, theme
from nbgrad.display.scene import TOO_MANY, Scene, build

LETTER = 0.602  # width of a letter, in font sizes: DejaVu Sans Mono and Menlo; the other usual fonts are narrower
SIZE = 12.5
ROW = 19  # px from line to line
ASCENT = 13.5  # px from the top of a row to the foot of its letters
EDGE = 20  # px around the source
NUMBERS = 26  # px for the line numbers
GUTTER = 14  # px from the numbers to the text, with the section's bar in between
MOST_COLUMNS = 96  # a longer line is broken
MOST_LINES = 400  # more than these are not drawn
SPACING = 0.4  # of the usual room between the rows of a graph that stands beside the source

SECTIONS = {  # section: (colour of its heading, colour of its bar, how the bar is dashed)
    "forward": (theme.FORWARD_TEXT, theme.FORWARD, ""),
    "backward": (theme.BACKWARD_TEXT, theme.BACKWARD, "5 3"),
    "update": (theme.PARAMETER_TEXT, theme.PARAMETER, "1.5 3"),
}
ROLES = {  # what a piece of source is: (colour, weight)
    "keyword": (theme.KEYWORD_TEXT, "600"),
    "function": (theme.FORWARD_TEXT, ""),
    "number": (theme.LITERAL_TEXT, ""),
    "string": (theme.LITERAL_TEXT, ""),
    "comment": (theme.DIM, ""),
    "parameter": (theme.PARAMETER_TEXT, "600"),
    "gradient": (theme.BACKWARD_TEXT, ""),
    "plain": (theme.FOREGROUND, ""),
}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line, and its role: a key of ``ROLES``, or ``"heading"`` for the comment that opens a section."""

    text: str
    role: str = "plain"


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of source, and the section that it belongs to: a key of ``SECTIONS``, or ""."""

    tokens: tuple[Token, ...]
    section: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the picture: a line, or a part of one; ``number`` is 0 where a line goes on."""

    number: int
    column: int  # where it begins
    tokens: tuple[Token, ...]
    section: str


def source_picture(lines: Sequence[SourceLine], graph: Any, title: str, count: int = 0) -> str:
    """Return the SVG of a program: its source, and beside it (or above, where that fits better) its graph.

    title: what the program is called. count: how many lines there are, where more than ``lines``.
    Raises the errors of ``schema.normalise``.

    >>> import networkx as nx
    >>> source_picture([SourceLine((Token("y = x"),))], nx.DiGraph([("x", "y")]), "f").count("<svg")
    1
    """
    graph = schema.normalise(graph)
    rows = _rows(lines, max(count, len(lines)))
    width, height = _extent(rows)
    said = (messages.say("program_title", name=measure.clean(title, 60)), svg.described(graph)[1])
    if not 0 < len(graph) <= TOO_MANY:
        return _source_alone(rows, svg.too_many_text(len(graph)) if len(graph) else (), said)
    scene, above = _chosen(graph, width)
    wide, high = svg.full_width(scene), svg.full_height(scene)
    if above:
        body = [_source(rows, 0, high), svg.still(scene), _rule(0, high, max(wide, width), high)]
        return svg.document("\n".join(body), max(wide, width), round(high + height, 1), *said)
    high = max(high, height)
    body = [_source(rows, 0, 0), _rule(width, 0, width, high), _moved(svg.still(scene), width)]
    return svg.document("\n".join(body), round(width + wide, 1), high, *said)


def _source_alone(rows: Sequence[_Row], notes: Sequence[str], said: Sequence[str]) -> str:
    """The source without its graph, and what there is to say about that."""
    width, height = _extent(rows)
    body = [_source(rows, 0, 0)]
    for i, note in enumerate(notes):
        body.append(svg.text(EDGE, height + 20 * i, note, "ng-shape", theme.NUMBER_SIZE, theme.DIM))
    width = max([width, *(measure.width(note, theme.NUMBER_SIZE) + 2 * EDGE for note in notes)])
    return svg.document("\n".join(body), round(width, 1), height + 20 * len(notes), said[0], said[1])


def structure_picture(graph: Any, room: float) -> str:
    """Return the SVG of the graph alone, as it stands beside a source: from left to right where it fits into ``room``
    px, else from top to bottom."""
    graph = schema.normalise(graph)
    if len(graph) > TOO_MANY:
        return svg.too_many(len(graph))
    across = build(graph, "LR", SPACING)
    return svg.picture(across if across.width <= room else build(graph, "TB", SPACING))


def _chosen(graph: Any, width: float) -> tuple[Scene, bool]:
    """The scene that goes best with a source of this width, and whether it stands above it."""
    room = svg.CELL_WIDTH / svg.SMALLEST_SCALE
    across = build(graph, "LR", SPACING)
    if width + across.width <= room:
        return across, False
    down = build(graph, "TB", SPACING)
    above = width + down.width > room and across.width <= room
    return (across, True) if above else (down, False)


# ---- rows
def _rows(lines: Sequence[SourceLine], count: int) -> list[_Row]:
    rows = [row for number, line in enumerate(lines[:MOST_LINES], 1) for row in _broken(number, line)]
    shown = min(len(lines), MOST_LINES)
    if count > shown:
        more = messages.say("program_more", count=f"{count - shown:,}")
        rows.append(_Row(0, 0, (Token(more, "comment"),), ""))
    return rows


def _broken(number: int, line: SourceLine) -> Iterator[_Row]:
    """A line as rows of at most MOST_COLUMNS, broken at blanks."""
    words = list(_words(line.tokens))
    indent = len(words[0][0].text) - len(words[0][0].text.lstrip()) if words else 0
    column, end, part = 0, 0, list[Token]()
    for word in words:
        length = sum(measure.columns(token.text) for token in word)
        if part and end + length > MOST_COLUMNS:
            yield _Row(number, column, _joined(part), line.section)
            number, column, end, part = 0, indent + 4, indent + 4, []
        part += word
        end += length
    yield _Row(number, column, _joined(part), line.section)


def _joined(words: Sequence[Token]) -> tuple[Token, ...]:
    """The words of a row; neighbours of one role in one piece, unless SVG would draw their blanks as one."""
    found: list[Token] = []
    for word in words:
        text = found[-1].text + word.text if found and found[-1].role == word.role else ""
        if text and "  " not in text.strip():
            found[-1] = Token(text, word.role)
        else:
            found.append(word)
    return tuple(found)


def _words(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The pieces that stay together: up to the next blank; a comment as a whole; what is too long is cut."""
    longest = MOST_COLUMNS // 2
    word: list[Token] = []
    for token in tokens:
        for piece in [token.text] if token.role == "comment" else re.findall(r"\s*\S+|\s+", token.text):
            if word and (piece[0].isspace() or token.role == "comment" or sum(len(t.text) for t in word) > longest):
                yield word
                word = []
            word += [Token(piece[at : at + longest], token.role) for at in range(0, len(piece), longest)]
    if word:
        yield word


def _extent(rows: Sequence[_Row]) -> tuple[float, float]:
    columns = max((row.column + sum(measure.columns(t.text) for t in row.tokens) for row in rows), default=0)
    return round(2 * EDGE + NUMBERS + GUTTER + columns * LETTER * SIZE, 1), 2.0 * EDGE + ROW * len(rows)


def _source(rows: Sequence[_Row], left: float, top: float) -> str:
    """The source with its upper left corner here."""
    parts = [_bars(rows, left + EDGE + NUMBERS + 5, top + EDGE)]
    for i, row in enumerate(rows):
        foot = round(top + EDGE + i * ROW + ASCENT, 1)
        if row.number:
            parts.append(
                f'<text class="ng-number" x="{left + EDGE + NUMBERS - 4:g}" y="{foot:g}" font-size="10.5" '
                f'text-anchor="end" fill="{theme.DIM}">{row.number}</text>'
            )
        parts.append(_row(row, left + EDGE + NUMBERS + GUTTER, foot))
    return f'<g class="ng-source" font-family="{theme.MONOSPACED}">{"".join(parts)}</g>'


def _row(row: _Row, left: float, foot: float) -> str:
    """One row of text; blanks are left out, for each piece has its place."""
    column, spans = row.column, []
    for token in row.tokens:
        bare = token.text.strip()
        if bare:
            before = token.text[: len(token.text) - len(token.text.lstrip())]
            x = round(left + (column + len(before)) * LETTER * SIZE, 1)
            spans.append(f'<tspan x="{x:g}"{_look(token.role, row.section)}>{svg.escape(bare)}</tspan>')
        column += measure.columns(token.text)
    if not spans:
        return ""
    return f'<text y="{foot:g}" font-size="{SIZE:g}" fill="{theme.FOREGROUND}">{"".join(spans)}</text>'


def _look(role: str, section: str) -> str:
    colour, weight = (SECTIONS[section][0], "700") if role == "heading" and section in SECTIONS else ROLES[role]
    fill = "" if colour == theme.FOREGROUND else f' fill="{colour}"'
    return fill + (f' font-weight="{weight}"' if weight else "")


def _bars(rows: Sequence[_Row], x: float, top: float) -> str:
    """A bar along each section, in its colour."""
    parts, start = [], 0
    for end in range(1, len(rows) + 1):
        if end < len(rows) and rows[end].section == rows[start].section:
            continue
        if rows[start].section in SECTIONS:
            _, colour, dashes = SECTIONS[rows[start].section]
            dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
            parts.append(
                f'<path d="M{x:g},{top + start * ROW + 2:g}V{top + end * ROW - 2:g}" stroke="{colour}" '
                f'stroke-width="2.5"{dashed}/>'
            )
        start = end
    return "".join(parts)


def _rule(x: float, y: float, x2: float, y2: float) -> str:
    return f'<path d="M{x:g},{y:g}L{x2:g},{y2:g}" stroke="{theme.LINE}"/>'


def _moved(content: str, dx: float) -> str:
    return f'<g transform="translate({dx:g},0)">{content}</g>'
