"""Sums as products with ones: for arrays of the size of a layer, several times as fast."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..listing import Line, Listing, Value
from .kinds import is_literal, steady

# Elements: of more, NumPy's own sum is more exact, because it adds up numbers of like size.
LARGEST = {np.dtype(np.float64): 2**20, np.dtype(np.float32): 2**12}


def sums_as_products(listing: Listing) -> Listing:
    """Write sums as products with ones: a sum of columns as ones times the matrix, a sum of squares as a vector times
    itself, and a mean as a sum times ``1 / n``."""
    is_steady = steady(listing)
    makers, users = listing.makers(), listing.users()
    given = {y for y in listing.outputs if isinstance(y, Value)}

    def alone(value: Any) -> Line | None:
        """The line that makes a value which nobody else wants."""
        maker = makers.get(value)
        if maker is None or len(users[value]) != 1 or value in given or maker.writes is not None:
            return None
        return maker if all(map(is_steady, maker.operands)) else None

    lines: list[Line] = []
    for line in listing.lines:
        for new in _as_product(line, alone):
            makers[new.value] = new
            lines.append(new)
    return listing.with_lines(lines)


def _as_product(line: Line, alone: Any) -> list[Line]:
    if line.function not in (np.sum, np.mean) or line.writes is not None or set(line.static) - {"axis", "keepdims"}:
        return [line]
    x = line.args[0]
    if not isinstance(x, Value) or not x.ndim or not 0 < x.size <= LARGEST.get(x.dtype, 0):
        return [line]
    if line.function is np.mean:
        total = Value(np.sum(x.example, **line.static))
        terms = float(x.size // np.size(total.example))
        first = Line(total, np.sum, line.args, line.static, line.section, None, line.operation, line.place)
        return [*_as_product(first, alone), line.with_call(np.true_divide, total, terms)]
    axis = line.static.get("axis")
    axes = normalize_axis_tuple(range(x.ndim) if axis is None else axis, x.ndim)
    if len(axes) == x.ndim:
        return _total(line, x, alone) if not line.static.get("keepdims") else [line]
    if x.ndim == 2 and axes == (0,) and not line.static.get("keepdims"):
        return [line.with_call(np.matmul, ones(x.shape[0], x), x)]
    if x.ndim == 2 and axes == (1,):
        column = ones((x.shape[1], 1) if line.static.get("keepdims") else x.shape[1], x)
        return [line.with_call(np.matmul, x, column)]
    return [line]


def ones(shape: Any, like: Value) -> Value:
    """An array of ones."""
    return Value(np.ones(shape, like.dtype), "constant")


def _total(line: Line, x: Value, alone: Any) -> list[Line]:
    """The sum of all elements: of a product, the product of the two as vectors."""
    maker = alone(x)
    if maker is not None and maker.function in (np.multiply, np.square) and not maker.static:
        a, b = (maker.args * 2)[:2]
        if all(is_like(v, x) for v in (a, b)):
            flat, reshaping = _flat(a, line)
            other, more = (flat, []) if b is a else _flat(b, line)
            return [*reshaping, *more, line.with_call(np.matmul, flat, other)]
    if (x.size < 8 and not is_literal(x)) or not x.example.flags.c_contiguous:  # a vector of it would be a copy
        return [line]
    flat, reshaping = _flat(x, line)
    return [*reshaping, line.with_call(np.matmul, flat, ones(x.size, x))]


def is_like(v: Any, x: Value) -> bool:
    """Whether ``v`` is an array of the shape and dtype of ``x`` that can be seen as a vector."""
    return isinstance(v, Value) and v.shape == x.shape and v.dtype == x.dtype and v.example.flags.c_contiguous


def _flat(x: Value, line: Line) -> tuple[Value, list[Line]]:
    """``x`` as a vector, and the line that makes it one."""
    if x.ndim == 1:
        return x, []
    example = np.reshape(x.example, -1)
    looks = np.may_share_memory(example, x.example)  # else NumPy had to copy
    flat = Value(example)
    if looks:
        flat.memory = x.memory
    return flat, [Line(flat, np.reshape, (x, (x.size,)), {}, line.section, None, line.operation, line.place)]
