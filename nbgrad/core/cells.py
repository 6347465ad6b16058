"""The cells of a notebook as one sees them. IPython compiles less than that: without blank lines at the beginning, and
without a magic such as ``%%time``, so that its lines are counted from another one."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Sequence
from types import CodeType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

TIMED = frozenset(("<timed exec>", "<timed eval>"))  # what %%time calls the code of a cell, whichever cell it is

_timed: WeakKeyDictionary[CodeType, int] = WeakKeyDictionary()  # code under %%time -> the number of its cell


def shell() -> Any:
    """The IPython that this runs in; ``None`` elsewhere. IPython is not imported for the question."""
    ipython = sys.modules.get("IPython")
    get = getattr(ipython, "get_ipython", None)
    return get() if get else None


class Source(NamedTuple):
    """The text of some code.

    Attributes:
        where: ``"In [3]"`` for a cell, else the path of the file, shortened if it lies in the working directory.
        lines: those that were compiled; none where they cannot be had.
        above: how many lines of the cell stand above them.
    """

    where: str
    lines: Sequence[str]
    above: int = 0


def remember_timed(code: CodeType) -> None:
    """Note down which cell is running, the last that was typed, for its code does not say so."""
    if typed := _typed():
        _timed[code] = len(typed) - 1


def source(code: CodeType) -> Source:
    """The text that ``code`` was compiled from, as far as it is known."""
    number = _timed.get(code)
    if number is not None:
        return cell(number, "")
    file = code.co_filename
    lines = linecache.getlines(file)
    counts = getattr(getattr(shell(), "compile", None), "_filename_map", {})  # IPython's table for its tracebacks
    if file not in counts:
        return Source(file.removeprefix(os.getcwd() + os.sep), lines)
    number = counts[file]
    if not _ends_with(_seen(number), lines) and _ends_with(_seen(number - 1), lines):
        number -= 1  # a magic runs its cell when IPython has counted on already
    return Source(f"In [{number}]", lines, above(_seen(number), lines))


def _ends_with(seen: Sequence[str], lines: Sequence[str]) -> bool:
    stripped = [[line.strip() for line in some] for some in (seen, lines)]
    return bool(lines) and stripped[0][-len(lines) :] == stripped[1]


def cell(number: int, compiled: str) -> Source:
    """A cell by its number. compiled: what IPython made of it; of one that a magic runs, the text after that counts."""
    seen = _seen(number)
    written = [place for place, line in enumerate(seen) if line.strip()]
    if len(written) > 1 and seen[written[0]].startswith("%%"):
        return Source(f"In [{number}]", seen[written[1] :], written[1])
    lines = compiled.splitlines()
    return Source(f"In [{number}]", lines, above(seen, lines))


def above(seen: Sequence[str], lines: Sequence[str]) -> int:
    """How many lines of a cell stand above those that were compiled. seen: all of its lines.

    >>> above(["", "x = 1"], ["x = 1"]), above(["%%capture", "", "x = 1"], ["x = 1"])
    (1, 2)
    >>> above(["", "%pip list"], ["get_ipython()"])  # which is something else by now
    1
    """
    first = lines[0].strip() if lines else ""
    found = (place for place, line in enumerate(seen) if line.strip() == first)
    blank = next((place for place, line in enumerate(seen) if line.strip()), 0)
    return next(found, blank)


def _seen(number: int) -> list[str]:
    """The lines of a cell as they were typed; none where IPython does not remember them."""
    typed = _typed()
    text = typed[number] if 0 < number < len(typed) else ""
    return text.rstrip().splitlines() if isinstance(text, str) else []


def _typed() -> Sequence[Any]:
    """All cells as they were typed, by their numbers."""
    known: Sequence[Any] = getattr(getattr(shell(), "history_manager", None), "input_hist_raw", [])
    return known
