"""Where in the user's code an operation was recorded: the cell and the line, for messages that point there.

Looking for the place costs about as much as a small operation, so it is done only where somebody is likely to ask: in
IPython and Jupyter, and within :func:`nbgrad.debug`. A mark is kept with the node, the code that was running and how
far it had got; cell, line and text are found out when they are asked for.

**What ``record()`` does.** One ``if``, on an attribute of this module, read anew each time::

    if places.noting:
        note(out)  # its extras: a new dictionary with the key "place" and perhaps "fingerprint"; and its group

(``import`` the modules, not the name ``noting``, which is rebound.) ``extras`` is a dictionary or ``None``; other
parts may keep their own keys in it. :mod:`.debugging` and :mod:`.groups` have the rest of the agreement.
"""

from __future__ import annotations

import ast
import os
import sys
import tokenize
from functools import lru_cache
from itertools import islice
from threading import Lock
from types import CodeType, FrameType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .cells import TIMED, remember_timed, shell, source

if TYPE_CHECKING:
    from .tensor import Tensor

Mark = tuple[CodeType, int]  # the code that was running, and the offset of the instruction it had come to

_FOLDERS = (
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep,
    os.path.dirname(os.path.abspath(np.__file__)) + os.sep,
    "<nbgrad",  # what the package compiled itself
)


# Whether ``record()`` keeps the place of each operation: in notebooks always, elsewhere within ``ng.debug()``.
capturing: bool = shell() is not None

# How many groups are open, in all threads and tasks together; see :mod:`.groups`.
open_groups: int = 0

# Whether ``record()`` has anything to note down at all: one question, where nobody wants to know, costs the least.
noting: bool = capturing


def switch(capture: bool | None = None, groups: int = 0) -> None:
    """Turn the capturing of places on or off, or count that many more open groups."""
    global capturing, open_groups, noting
    with _switching:
        capturing = capturing if capture is None else capture
        open_groups += groups
        noting = capturing or open_groups > 0


_switching = Lock()


class Place(NamedTuple):
    """A place in the user's code.

    Attributes:
        where: ``"In [3]"`` for a cell, else the path of the file, shortened if it lies in the working directory.
        line: counted from 1.
        code: the text of that line; empty where it cannot be had.
    """

    where: str
    line: int
    code: str

    def __str__(self) -> str:
        return f"{self.where}, line {self.line}" + (f":  {self.code}" if self.code else "")


class _Ours(dict[str, bool]):
    """File -> whether it belongs to this package or to NumPy; each file is looked at once."""

    def __missing__(self, filename: str) -> bool:
        self[filename] = filename.startswith(_FOLDERS)
        return self[filename]


_ours = _Ours()
is_ours = _ours.__getitem__


def user_frame() -> FrameType | None:
    """The innermost frame that belongs neither to this package nor to NumPy: the user's line; or ``None``."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _ours[frame.f_code.co_filename]:
        frame = frame.f_back
    return frame


def here() -> Mark | None:
    """A mark on the user's line that is running now. It holds the code, not the frame, so it keeps no data alive."""
    frame: FrameType | None = sys._getframe(3)  # notes(), record() and what called that are ours
    while frame is not None and _ours[frame.f_code.co_filename]:
        frame = frame.f_back
    return None if frame is None else mark_of(frame)


def mark_of(frame: FrameType) -> Mark:
    """A mark on the line that a frame has come to."""
    code = frame.f_code
    if code.co_filename in TIMED:
        remember_timed(code)
    return code, frame.f_lasti


def place_of(node: Tensor) -> Place | None:
    """Where the operation of ``node`` was recorded; ``None`` if that was not captured (see :data:`NOT_CAPTURED`)."""
    mark = node.extras.get("place") if node.extras else None
    return place(mark) if mark else None


NOT_CAPTURED = "the line was not captured; compute it within `with ng.debug():` to have it named"


def place(mark: Mark) -> Place:
    """What a mark points at, for people."""
    found, line = source(mark[0]), _line(mark)
    code = found.lines[line - 1].strip() if 0 < line <= len(found.lines) else ""
    return Place(found.where, line + found.above, code)


def _line(mark: Mark) -> int:
    """The line that a mark points at, counted in what was compiled."""
    code, offset = mark
    instruction = offset // 2  # an instruction is two bytes long
    return next(islice(code.co_positions(), instruction, None), (None,))[0] or code.co_firstlineno


def statement(mark: Mark) -> Place | None:
    """The whole statement that a mark points at, however many lines it has; ``None`` where its text cannot be had.

    Of a statement with a body, such as a loop, it is the head.
    """
    found, line = place(mark), _line(mark)
    if not found.code:
        return None
    lines, above = source(mark[0])[1:]
    text = "\n".join(each.rstrip("\n") for each in lines)
    first, last = next((span for span in _spans(text) if span[0] <= line <= span[1]), (line, line))
    if first == last:
        return found
    parts = [each.strip().removesuffix("\\").rstrip() for each in _without_comments(list(lines[first - 1 : last]))]
    code = " ".join(part for part in parts if part)
    return Place(found.where, first + above, code.replace("( ", "(").replace(" )", ")"))


def _without_comments(lines: list[str]) -> list[str]:
    """The lines of a statement without their comments, which would swallow what comes after them in one line.

    >>> _without_comments(["y = (a +  # first", "     '#')"])
    ['y = (a +  ', "     '#')"]
    """
    found = list(lines)
    try:
        for token in tokenize.generate_tokens(iter(lines).__next__):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                found[row - 1] = found[row - 1][:column]
    except (tokenize.TokenError, IndentationError):  # the head of a statement whose body is not among the lines
        pass
    return found


@lru_cache(maxsize=16)
def _spans(source: str) -> tuple[tuple[int, int], ...]:
    """The first and the last line of each statement, the shortest first; none where the text is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # a cell with a magic, say
        return ()
    spans = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno
            spans.append((node.lineno, max(node.lineno, last or node.lineno)))
    return tuple(sorted(spans, key=lambda span: span[1] - span[0]))
