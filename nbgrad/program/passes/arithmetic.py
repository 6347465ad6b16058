"""Arithmetic, rearranged so that less of it is done with whole arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..listing import Line, Listing, Value
from .kinds import is_literal, steady


def split_powers(listing: Listing) -> Listing:
    """Write powers with small whole exponents as products, and roots as roots: ``x ** 3`` takes twenty times as long as
    ``x * x * x``."""
    lines: list[Line] = []
    for line in listing.lines:
        if line.function is np.power and not line.static and is_literal(line.args[1]) and is_float(line.value):
            lines += _power(line, line.args[0], float(np.real(line.args[1])))
        else:
            lines.append(line)
    return listing.with_lines(lines)


def is_float(value: Value) -> bool:
    return value.dtype.kind == "f"


def _power(line: Line, x: Any, exponent: float) -> list[Line]:
    if not (isinstance(x, Value) and x.dtype == line.value.dtype and x.shape == line.value.shape):
        return [line]
    if exponent == 1.0:
        return [line.with_call(np.copy, x)]
    if exponent == 0.5:
        return [line.with_call(np.sqrt, x)]
    if exponent == -1.0:
        return [line.with_call(np.true_divide, 1.0, x)]
    if exponent not in (3.0, 4.0):
        return [line]
    square = Value(np.square(x.example))
    first = Line(square, np.square, (x,), {}, line.section, None, line.operation, line.place)
    return [first, line.with_call(np.multiply, square, x) if exponent == 3.0 else line.with_call(np.square, square)]


def gather_factors(listing: Listing) -> Listing:
    """Multiply numbers with each other before they meet an array: ``2 * (x / 16)`` becomes ``x * 0.125``.

    A factor that is one number moves along a chain of products and quotients as long as nobody else uses what lies
    between. The result may differ in the last digit.
    """
    is_steady = steady(listing)
    makers, users = listing.makers(), listing.users()
    given = {y for y in listing.outputs if isinstance(y, Value)}
    lines: list[Line] = []
    for line in listing.lines:
        found = factor(line)
        if found is None or line.writes is not None or not is_float(line.value):
            lines.append(line)
            continue
        x, number, divides = found
        if divides:
            number, line = 1.0 / number, line.with_call(np.multiply, x, 1.0 / number)
        before = makers.get(x)
        inner = factor(before) if before is not None else None
        if (
            before is not None
            and inner is not None
            and len(users.get(x, ())) == 1
            and x not in given
            and before.writes is None
            and x.shape == line.value.shape
            and x.dtype == line.value.dtype
            and is_steady(inner[0])
        ):
            y, other, inner_divides = inner
            line = line.with_call(np.multiply, y, float(number / other if inner_divides else number * other))
        makers[line.value] = line
        lines.append(line)
    return listing.with_lines(lines)


def spare_products(listing: Listing) -> Listing:
    """Write the matrix product of a column and a row as a product of numbers, each with each: there is no sum in it."""
    lines = []
    for line in listing.lines:
        a, b = line.args if line.function is np.matmul else (None, None)
        if isinstance(a, Value) and isinstance(b, Value) and a.ndim == b.ndim == 2 and a.shape[1] == 1:
            line = line.with_call(np.multiply, a, b)
        lines.append(line)
    return listing.with_lines(lines)


def factor(line: Line) -> tuple[Value, Any, bool] | None:
    """What a line multiplies (or divides) by a known number, that number, and whether it divides."""
    if line.static or line.function not in (np.multiply, np.true_divide):
        return None
    a, b = line.args
    if isinstance(a, Value) and is_literal(b) and np.isreal(b) and np.isfinite(b) and b != 0:
        return a, b, line.function is np.true_divide
    if isinstance(b, Value) and is_literal(a) and np.isreal(a) and line.function is np.multiply:
        return b, a, False
    return None
