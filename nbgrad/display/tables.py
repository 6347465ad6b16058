"""A small array as a table of its numbers between brackets; of a larger one the corners."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from nbgrad.display import measure, numbers, stats, theme
from nbgrad.display.elements import text

MOST = 4  # rows and columns that are written; of more, the first two and the last
ROW = 17  # px
GAP = 12  # px between the table of values and that of gradients
CELL_GAP = 10  # px between two numbers of a row
SIGN = 18  # px in front of the bracket, for "∂"
BRACKET = 7  # px from a bracket to the numbers
LEAST_CELL = 34.0
LEFT_OUT = 14.0  # px of the column that stands for those that are left out
WIDEST_CELL = 240.0  # room for complex numbers too


def chosen(length: int) -> list[int | None]:
    """Return the rows (or columns) that are written, None for those that are left out.

    >>> chosen(4), chosen(7)
    ([0, 1, 2, 3], [0, 1, None, 6])
    """
    return list(range(length)) if length <= MOST else [0, 1, None, length - 1]


def cells(array: np.ndarray, digits: int, room: float | None = None) -> list[list[str]]:
    """Return the numbers of a table as they are written, with fewer digits where they are wider than ``room`` px.

    >>> cells(np.arange(10.0), 3), cells(np.array([0.12345, 2]), 5, 34)
    ([['0', '1', '…', '9']], [['0.12', '2']])
    """
    rows, columns = (chosen(length) for length in stats.plane(array.shape))
    taken = [[None if row is None or column is None else _at(array, row, column) for column in columns] for row in rows]
    full = numbers.in_full(x for line in taken for x in line if x is not None)
    return [["…" if x is None else _written(x, digits, room, full) for x in line] for line in taken]


def _written(x: np.generic, digits: int, room: float | None, full: float) -> str:
    if room is None:
        return numbers.number(x, digits, full)
    return numbers.fitting(x, theme.NUMBER_SIZE, room, digits, full=full)


def _at(array: np.ndarray, row: int, column: int) -> np.generic:
    if array.ndim < 2:
        return array.reshape(-1)[column]
    return array[(row, *np.unravel_index(column, array.shape[1:]))]


def cell_width(arrays: Iterable[np.ndarray], digits: int) -> float:
    """Return the room in px that every number of these arrays gets."""
    said = [cell for array in arrays if array.size for line in cells(array, digits) for cell in line]
    widest = max((measure.width(cell, theme.NUMBER_SIZE) for cell in said), default=0.0)
    return min(max(widest, LEAST_CELL), WIDEST_CELL)


def width(shape: tuple[int, ...], cell: float) -> float:
    """Return how many px a table takes from the sign in front to the bracket behind."""
    return round(_rights(shape, cell)[-1] + BRACKET + 4, 1)


def _rights(shape: tuple[int, ...], cell: float) -> list[float]:
    """Return where the numbers of each column end."""
    x: float = SIGN + BRACKET - CELL_GAP
    rights: list[float] = []
    for column in chosen(stats.plane(shape)[1]):
        x += CELL_GAP + (LEFT_OUT if column is None else cell)
        rights.append(round(x, 1))
    return rights


def height(shape: tuple[int, ...]) -> float:
    """Return how many px a table takes."""
    return len(chosen(stats.plane(shape)[0])) * ROW


def table(array: np.ndarray, cell: float, digits: int, css: str, colour: str, old: np.ndarray | None = None) -> str:
    """Return an array's table with its upper left corner, that of the sign, at (0, 0).

    old: the array as it was; numbers that are written differently now are bold.
    """
    lines = cells(array, digits, cell)
    had = lines if old is None or old.shape != array.shape else cells(old, digits, cell)
    rights, high = _rights(array.shape, cell), len(lines) * ROW
    end = round(rights[-1] + BRACKET, 1)
    parts = [
        f'<path d="M{SIGN + 4:g},1h-4v{high - 2:g}h4M{end - 4:g},1h4v{high - 2:g}h-4" fill="none" '
        f'stroke="{colour}" stroke-width="1.2"/>'
    ]
    for row, (line, old_line) in enumerate(zip(lines, had, strict=True)):
        for right, said, was in zip(rights, line, old_line, strict=True):
            weight = "" if said == was else "700"
            parts.append(text(right, row * ROW + 13, said, css, theme.NUMBER_SIZE, colour, weight, "end"))
    return "".join(parts)
