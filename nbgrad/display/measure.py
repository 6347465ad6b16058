"""Text as data: clean it, measure it, shorten it.

Nobody knows which font a reader's machine has. Widths are therefore taken from DejaVu Sans Bold, the widest
of the fonts that ``theme.FONT`` asks for: a text that fits by these widths fits in the others too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

# Advance widths of U+0020 to U+007E in hundredths of the font size, rounded up, from the tables of DejaVu
# Sans Bold 2.37 (https://dejavu-fonts.github.io).
_ASCII = (
    "35 46 53 84 70 101 88 31 46 46 53 84 38 42 38 37 70 70 70 70 70 70 70 70 70 70 40 40 84 84 84 59 "
    "100 78 77 74 84 69 69 83 84 38 38 78 64 100 84 86 74 86 78 73 69 82 78 111 78 73 73 46 37 46 84 50 "
    "50 68 72 60 72 68 44 72 72 35 35 67 35 105 72 69 72 72 50 60 48 72 66 93 65 66 59 72 37 72 84"
)
_WIDTHS = {chr(32 + place): int(width) for place, width in enumerate(_ASCII.split())}
_WIDTHS |= dict(zip("∂σΣ−×·→…ᵀ²³—", (55, 78, 69, 84, 84, 38, 84, 100, 43, 48, 48, 100), strict=True))

# Hebrew and Arabic letters, from the same tables: of an Arabic letter the widest of its four forms, since what stands
# beside it decides which one is drawn.
_HEBREW = "73 61 45 59 69 35 41 69 68 30 58 57 61 70 73 35 46 68 67 68 66 67 66 74 61 76 69"  # from U+05D0
_ARABIC = "52 38 38 63 38 92 38 106 61 106 106 73 73 73 58 58 63 63 142 142 137 137 108 108 69 69"  # from U+0621
_ARABIC_TOO = "35 120 91 94 90 79 90 70 63 102 102"  # from U+0640
for _first, _row in ((0x05D0, _HEBREW), (0x0621, _ARABIC), (0x0640, _ARABIC_TOO)):
    _WIDTHS |= {chr(_first + place): int(width) for place, width in enumerate(_row.split())}

_BIDI = {chr(code) for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_JOINER = "\u200d"
_BLANK = " \t\n\r\v\f\x85\xa0\u2028\u2029"
_MARKS_PER_LETTER = 2

# Blocks whose glyphs are about as wide as said, whatever the font: (first, last, hundredths of the font
# size).
_BLOCKS = (
    (0x00A1, 0x024F, 118),
    (0x0370, 0x03FF, 110),
    (0x0400, 0x04FF, 141),
    (0x0590, 0x05FF, 80),
    (0x0620, 0x06FF, 140),
    (0x1E00, 0x1EFF, 118),
    (0x2010, 0x2044, 105),
    (0x2070, 0x209F, 70),
    (0x2190, 0x21FF, 105),
    (0x2200, 0x22FF, 145),
    (0x3000, 0x30FF, 105),
    (0x3400, 0x4DBF, 105),
    (0x4E00, 0x9FFF, 105),
    (0xAC00, 0xD7A3, 105),
    (0xFF00, 0xFFEF, 105),
    (0x1F300, 0x1F64F, 140),
)
_UNKNOWN = 150  # a glyph of any other block; such a text is also told its length, see ``is_plain``


# Chinese and Japanese have no blanks between their words: a line may end behind any character, unless the next one
# closes or this one opens something (https://www.w3.org/TR/clreq/#prohibition_rules_for_line_start_end).
_OPENING, _CLOSING = "（「『《〈【〔［｛“‘", "，。、；：！？）」』》〉】〕］｝”’…"
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60"
_PIECES = re.compile(
    rf"\s+|[{_OPENING}]*(?:[^\s{_WIDE}{_OPENING}]+|[{_WIDE}])[{_CLOSING}]*|[{_OPENING}]+",
)

_NUMBERS = re.compile(r"[−-]?\d+(?:[.,]\d+)*(?:e[−+-]?\d+)?")


def clean(text: Any, longest: int | None = None) -> str:
    """Return text fit for a picture: one line, no control characters, nothing that turns the reading
    direction.

    Letters keep at most two combining marks, so that a pile of them cannot run into the neighbours. Longer
    than ``longest`` characters, it ends in "…".

    >>> clean("a\\x00b\\n c\\u202e"), clean("abcdef", 4)
    ('ab c', 'abc…')
    """
    raw = text if isinstance(text, str) else _spelled(text)
    if longest is not None:
        raw = raw[: 8 * longest + 64]
    line = _in_one_line(raw)
    return line if longest is None or len(line) <= longest else line[: _before_number(line, longest - 1)].rstrip() + "…"


def _before_number(text: str, end: int) -> int:
    """Return where a text may be cut, at ``end`` or before: never within a number, for what is left is another one.

    >>> "± 1.2e−105"[: _before_number("± 1.2e−105", 8)], "x1 + x2"[: _before_number("x1 + x2", 5)]
    ('± ', 'x1 + ')
    """
    return next((found.start() for found in _NUMBERS.finditer(text) if found.start() < end < found.end()), end)


@lru_cache(maxsize=2048)  # a picture says the same few names again and again
def _in_one_line(raw: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in raw:
        if char in _BLANK:
            kept.append(" ")
            continue
        category = unicodedata.category(char)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > _MARKS_PER_LETTER:
                continue
        elif char != _JOINER:
            marks = 0
        if category in ("Cc", "Cs", "Cn", "Co") or (category == "Cf" and char != _JOINER) or char in _BIDI:
            continue
        kept.append(char)
    words = " ".join("".join(kept).split(" ")).split()
    return " ".join(words)


def _spelled(thing: Any) -> str:
    """Spell what is not a str, without the address that ``repr`` would show (it differs from run to run)."""
    if isinstance(thing, int | float | tuple) or thing is None:
        return str(thing)
    return type(thing).__name__


def is_plain(text: str) -> bool:
    """Tell whether the widths of all of text's characters are known.

    >>> is_plain("ŷ = σ(z)"), is_plain("\\ufdfd")
    (True, False)
    """
    return all(_known(char) is not None for char in text)


def width(text: str, size: float) -> float:
    """Return at least how wide text is drawn at font size ``size``, in the same unit, bold or not.

    >>> width("loss", 10)
    22.4
    """
    total = 0
    for char in text:
        known = _known(char)
        total += _UNKNOWN if known is None else known
    return round(total * size / 100, 1)


def fit(text: str, size: float, room: float) -> str:
    """Return text, shortened with "…" where it is wider than ``room``, but never within a number.

    >>> fit("a_rather_long_name", 15, 100), fit("1024×1024×1024", 11, 90)
    ('a_rather_l…', '1024×1024…')
    """
    if width(text, size) <= room:
        return text
    left = room - width("…", size)
    end = 0
    for char in text:
        left -= width(char, size)
        if left < 0:
            break
        end += 1
    return text[: _before_number(text, end)].rstrip(" " + _JOINER) + "…"


def fit_name(name: str, size: float, room: float) -> str:
    """Return a name, shortened where it is wider than ``room``. Of a name with dots the end is kept: what a module's
    parameter is for stands there.

    >>> fit_name("encoder.layers.0.linear1.weight", 15, 170), fit_name("a_rather_long_name", 15, 100)
    ('…0.linear1.weight', 'a_rather_l…')
    """
    if width(name, size) <= room or not re.fullmatch(r"\w+(\.\w+)+", name):
        return fit(name, size, room)
    parts = name.split(".")
    for first in range(1, len(parts)):
        shown = "…" + ".".join(parts[first:])
        if width(shown, size) <= room:
            return shown
    return fit(parts[-1], size, room)


def wrap(text: str, size: float, room: float) -> list[str]:
    """Return text as lines no wider than ``room``, broken between words, and in Chinese behind any character where
    punctuation allows it. A word that is too wide ends in "…".

    >>> wrap("An addition hands it on.", 10, 90), wrap("梯度在這裡相加，再往回傳。", 10, 90)
    (['An addition', 'hands it on.'], ['梯度在這裡相加，', '再往回傳。'])
    """
    lines: list[str] = []
    blank = ""
    for piece in _PIECES.findall(text.strip()):
        if piece.isspace():
            blank = " "
            continue
        if lines and width(lines[-1] + blank + piece, size) <= room:
            lines[-1] += blank + piece
        else:
            lines.append(fit(piece, size, room))
        blank = ""
    return lines


def columns(text: str) -> int:
    """Return how many columns of a terminal text fills: wide characters two, combining marks none.

    >>> columns("ŷ"), columns("損失")
    (1, 4)
    """
    return sum(
        0 if unicodedata.combining(char) or char == _JOINER else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _known(char: str) -> int | None:
    width_ = _WIDTHS.get(char)
    if width_ is not None:
        return width_
    code = ord(char)
    if char == _JOINER or 0xFE00 <= code <= 0xFE0F:  # these choose another glyph for the letter in front of them
        return 0
    if code < 0x0700 and unicodedata.category(char) == "Mn":
        return 0
    for first, last, hundredths in _BLOCKS:
        if first <= code <= last:
            return hundredths
    return None
