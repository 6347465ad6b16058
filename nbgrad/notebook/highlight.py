"""Source in colours: Pygments says where the words are, and the program what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

from ..display.source import Token

HEADINGS = ("    # forward", "    # backward", "    # update")
KINDS = (  # Pygments' kinds are nested: a kind stands for all those within it
    (Keyword, "keyword"), (Operator.Word, "keyword"), (Number, "number"), (String, "string"), (Comment, "comment"),
    (Name.Builtin, "function"), (Name.Function, "plain"),
)  # fmt: skip


def highlighted(source: str, names: Mapping[str, str] | None = None) -> list[tuple[Token, ...]]:
    """The lines of a source, each as tokens with roles.

    Args:
        names: what names stand for, as ``"parameter"`` or ``"gradient"``.

    >>> highlighted("d_x = np.cos(2 * x)")[0][1:4]
    (Token(text='np.cos', role='function'), Token(text='(', role='plain'), Token(text='2', role='number'))
    """
    lines: list[list[Token]] = [[]]
    for text, role in _roles(source, names or {}):
        for i, part in enumerate(text.split("\n")):
            if i:
                lines.append([])
            if part and lines[-1] and lines[-1][-1].role == role:
                part = lines[-1].pop().text + part
            if part:
                lines[-1].append(Token(part, role))
    return [_headed(line) for line in lines[: len(source.splitlines())]]


def _roles(source: str, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The tokens of a source with what each is; whatever follows a dot belongs to NumPy, or to an array."""
    dotted = False
    for kind, text in PythonLexer(stripnl=False).get_tokens(source):
        yield text, _role(kind, text, dotted, names)
        dotted = text == "." or (dotted and not text)


def _role(kind: _TokenType, text: str, dotted: bool, names: Mapping[str, str]) -> str:
    if kind in Name and (dotted or text in ("np", "math")):
        return "function"
    if text == ".":
        return "function"
    if kind in Name and text in names:
        return names[text]
    return next((role for group, role in KINDS if kind in group), "plain")


def _headed(line: list[Token]) -> tuple[Token, ...]:
    """The line; the comment that opens a section is a heading."""
    if "".join(token.text for token in line).startswith(HEADINGS):
        return tuple(Token(token.text, "heading" if token.role == "comment" else token.role) for token in line)
    return tuple(line)
