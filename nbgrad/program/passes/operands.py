"""Operands made alike, which NumPy computes with sooner.

NumPy goes through arrays of one shape and one dtype in a single loop. As soon as it must repeat the rows of a smaller
operand, or convert numbers on the way, it sets up a slower way of walking. For arrays of the size of a layer that costs
more than the arithmetic; to copy the operand to full size first costs a fraction of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..listing import Line, Listing, Value
from ..spelled import astype
from .kinds import is_elementwise, is_literal

LARGEST_SPREAD = 2**12  # elements up to which copying a row to all rows is worth it
LARGEST_CONVERTED = 2**16
LARGEST_CONSTANT = 2**13
ARITHMETIC = {np.add, np.subtract, np.multiply, np.true_divide, np.maximum, np.minimum}


def even_operands(listing: Listing) -> Listing:
    """Give elementwise operations operands of one shape and one dtype: rows are spread, truth values become numbers."""
    lines: list[Line] = []
    for line in listing.lines:
        if not is_elementwise(line) or line.writes is not None or not line.value.is_array or line.static:
            lines.append(line)
            continue
        args = [_evened(x, line, lines) for x in line.args]
        lines.append(line.with_call(line.function, *args) if args != list(line.args) else line)
    return listing.with_lines(lines)


def _evened(x: Any, line: Line, lines: list[Line]) -> Any:
    """An operand as the line had better use it; what makes it so is added to ``lines``."""
    value = line.value
    if is_literal(x):
        return _full(x, line)
    if not (isinstance(x, Value) and x.is_array):
        return x
    if 1 < value.size <= LARGEST_SPREAD and x.shape != value.shape:
        spread = Value(np.empty_like(value.example, x.dtype))  # in the order in memory in which the result will lie
        spread.example[...] = x.example
        lines.append(Line(spread, np.broadcast_to, (x, value.shape), {}, line.section))
        x = spread
    if line.function not in ARITHMETIC or x.dtype == value.dtype or not 1 < x.size <= LARGEST_CONVERTED:
        return x
    if value.dtype.kind != "f":
        return x
    converted = Value(np.array(x.example, value.dtype, order="K"))
    lines.append(Line(converted, astype, (x, value.dtype), {}, line.section))
    return converted


def _full(number: Any, line: Line) -> Any:
    """A number as a constant array, where NumPy has no quick loop for a number: in ``np.maximum(x, 0)``."""
    value = line.value
    x = next((x for x in line.args if isinstance(x, Value) and x.is_array), None)
    if line.function not in (np.maximum, np.minimum) or x is None or not 1 < value.size <= LARGEST_CONSTANT:
        return number
    if x.shape != value.shape or x.dtype != value.dtype:
        return number
    return Value(np.full_like(x.example, number), "constant")
