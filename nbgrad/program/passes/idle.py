"""Lines that change nothing."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..listing import Line, Listing, Value, rewritten
from ..spelled import astype
from .kinds import is_literal, steady


def drop_idle(listing: Listing) -> Listing:
    """Leave out what gives its operand unchanged: copies that nobody writes into, ``x * 1``, ``x + 0``, a reshape to
    the same shape, a transpose of a transpose."""
    is_steady = steady(listing)
    double = all(line.value.dtype.itemsize >= 8 for line in listing.lines if is_floating(line.value))
    makers: dict[Value, Line] = {}
    instead: dict[Value, Any] = {}
    lines = []
    for line in listing.lines:
        line = rewritten(line, instead)
        same = unchanged(line, makers) if line.writes is None else None
        if line.function is np.float64 and double:  # to be one of NumPy's matters among numbers of fewer digits only
            same = line.args[0]
        if (
            isinstance(same, Value)
            and alike(same, line.value)
            and (is_same_memory(same, line) or (is_steady(line.value) and is_steady(same)))
        ):
            instead[line.value] = same
            hand_over(line.value, same)
            continue
        makers[line.value] = line
        lines.append(line)
    return listing.replaced(lines, instead)


def alike(one: Value, other: Value) -> bool:
    """Whether two values have the same shape and dtype, and are both arrays or both numbers."""
    return one.shape == other.shape and one.dtype == other.dtype and one.is_array == other.is_array


def is_floating(value: Value) -> bool:
    return isinstance(value.example, np.ndarray | np.generic) and value.dtype.kind in "fc"


def is_same_memory(same: Value, line: Line) -> bool:
    """Whether a line only looks at its operand: whatever is written into one of them is seen in the other."""
    return same.is_array and line.value.memory is same.memory and line.function is np.reshape


def hand_over(gone: Value, kept: Value) -> None:
    """What was known of a value that is no longer computed, given to the one that stands for it."""
    if kept.kind == "line" and gone.shown:
        if kept.gradient_of is None and kept.name is None and not kept.shown:
            kept.gradient_of = gone.gradient_of
        kept.shown = True
        kept.name = kept.name or (gone.name if kept.gradient_of is None else None)


def unchanged(line: Line, makers: dict[Value, Line]) -> Any:
    """The operand that a line gives as it is, if it does."""
    function, args = line.function, line.args
    if function in (np.copy, np.asarray) or (function in (np.real, np.conjugate) and line.value.dtype.kind != "c"):
        return args[0]  # another dtype is noticed by the caller
    if function in (np.reshape, np.broadcast_to, astype):
        return args[0]
    if function in (np.sum, np.mean, np.prod, np.max, np.min) and isinstance(args[0], Value) and not args[0].ndim:
        return args[0]
    if function is operator.getitem and (args[1] == () if isinstance(args[1], tuple) else args[1] is Ellipsis):
        return args[0]
    if function is np.transpose:
        before = makers.get(args[0])
        if before is not None and before.function is np.transpose and not (before.static or line.static):
            return before.args[0]
        return args[0] if line.value.ndim < 2 else None
    if line.static:
        return None
    if function is np.multiply:
        return other_operand(args, 1)
    if function is np.add and line.value.dtype.kind in "iu":  # of floating numbers, it makes 0.0 of -0.0
        return other_operand(args, 0)
    if function is np.subtract and is_literal(args[1]) and args[1] == 0:
        return args[0]
    if function is np.true_divide and is_literal(args[1]) and args[1] == 1:
        return args[0]
    return None


def other_operand(args: tuple, number: float) -> Any:
    """The other one of two operands, if one of them is ``number``."""
    a, b = args
    if is_literal(b) and b == number:
        return a
    return b if is_literal(a) and a == number else None
