"""Text in columns, and what Markdown wants to be told is no mark of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

GAP = "  "


def width(text: str) -> int:
    """The columns that a text takes in a terminal: marks that combine with the letter before them take none."""
    return sum(not unicodedata.combining(char) for char in text)


def padded(text: str, columns: int) -> str:
    """A text, filled up with spaces."""
    return text + " " * (columns - width(text))


def wrapped(text: str, columns: int, indent: int = 2) -> list[str]:
    """A text in lines, all but the first indented; words longer than a line are broken after ``_``, ``.`` or ``(``.

    >>> wrapped("the gradient of scaled_dot_product", 12)
    ['the gradient', '  of scaled_', '  dot_', '  product']
    """
    lines = [""]
    for word in text.split():
        space = " " if lines[-1].strip() else ""
        for piece in _pieces(word, columns - indent):
            if lines[-1].strip() and width(lines[-1] + space + piece) > columns:
                lines.append(" " * indent)
                space = ""
            lines[-1] += space + piece
            space = ""
    return lines


def _pieces(word: str, columns: int) -> list[str]:
    """A word; or the pieces in which it can be broken, if it is longer than a line."""
    return re.findall(r"[^_.(]*[_.(]|[^_.(]+", word) if width(word) > columns else [word]


def in_columns(cells: Sequence[Sequence[str]], columns: Sequence[int]) -> list[str]:
    """A row of a table: each cell is a list of texts, each of which begins a line of its own."""
    stacks = [[line for text in texts for line in wrapped(text, n)] for texts, n in zip(cells, columns, strict=True)]
    lines = []
    for i in range(max(map(len, stacks))):
        line = [stack[i] if i < len(stack) else "" for stack in stacks]
        lines.append(GAP.join(padded(text, n) for text, n in zip(line, columns, strict=True)).rstrip())
    return lines


def escaped(text: str) -> str:
    """A text in which Markdown finds no mark, for a cell of a table."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~])", r"\\\1", text)


def code(text: str) -> str:
    """Python in Markdown, for a cell of a table."""
    return "`" + text.replace("|", "\\|") + "`"


def formula(latex: str) -> str:
    """A formula in Markdown, for a cell of a table, where a bar would end the cell.

    >>> formula(r"\\left|x\\right|")
    '$\\\\left\\\\vert x\\\\right\\\\vert $'
    """
    return "$" + latex.replace(r"\|", r"\Vert ").replace("|", r"\vert ") + "$"
