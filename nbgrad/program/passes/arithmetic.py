"""Arithmetic, rearranged so that less of it is done with whole arrays."""

from __future__ import annotations

from math import frexp
from typing import Any

import numpy as np

from ..listing import Line, Listing, Value
from .kinds import is_literal, steady


def split_powers(listing: Listing) -> Listing:
    """Write powers with small whole exponents as products, and roots as roots: ``x ** 3`` takes twenty times as long as
    ``x * x * x``."""
    lines: list[Line] = []
    for line in listing.lines:
        if line.function is np.power and not line.static and is_literal(line.args[1]) and is_float_array(line.value):
            lines += _power(line, line.args[0], float(np.real(line.args[1])))
        else:
            lines.append(line)
    return listing.with_lines(lines)


def is_float_array(value: Value) -> bool:
    return value.is_array and value.dtype.kind == "f"


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
    between; and one of two factors must be a power of two, which changes no digit of a number.
    """
    is_steady = steady(listing)
    makers, users = listing.makers(), listing.users()
    given = {y for y in listing.outputs if isinstance(y, Value)}
    lines: list[Line] = []
    for line in listing.lines:
        found = factor(line)
        if found is not None and is_float(line.value):
            x, number = found
            before = makers.get(x)
            inner = factor(before) if before is not None and is_float(x) else None
            alone = len({user.value for user in users.get(x, ())}) == 1 and x not in given
            if inner is not None and alone and is_exact(number, inner[1]) and alike(x, inner[0], line.value, is_steady):
                line = line.with_call(np.multiply, number * inner[1], inner[0])
            elif line.function is np.add and alike(x, x, line.value, is_steady):
                line = line.with_call(np.multiply, number, x)
        makers[line.value] = line
        lines.append(line)
    return listing.with_lines(lines)


def alike(x: Value, y: Value, value: Value, is_steady: Any) -> bool:
    """Whether two operands have the shape and the dtype of a result, and keep their numbers."""
    same = x.shape == y.shape == value.shape and x.dtype == y.dtype == value.dtype
    return same and is_steady(y) and x.is_array == y.is_array


def is_exact(one: float, other: float) -> bool:
    """Whether two factors may be multiplied with each other: a moderate power of two with a moderate number."""
    moderate = all(1e-4 < abs(number) < 1e4 for number in (one, other))
    return moderate and (is_power_of_two(one) or is_power_of_two(other))


def is_power_of_two(number: float) -> bool:
    return abs(frexp(number)[0]) == 0.5


def factor(line: Line) -> tuple[Value, float] | None:
    """What a line multiplies by a known number, and that number: also in ``x / 4``, ``x + x`` and ``-x``."""
    function, args = line.function, line.args
    if function not in (np.negative, np.add, np.multiply, np.true_divide) or line.static or line.writes is not None:
        return None
    if line.value.dtype.itemsize < 4:  # of few digits and a short range
        return None
    if function is np.negative and isinstance(args[0], Value):
        return args[0], -1.0
    if function is np.add and isinstance(args[0], Value) and args[0] is args[1]:
        return args[0], 2.0
    if function in (np.negative, np.add):
        return None
    a, b = args
    if isinstance(a, Value) and is_real(b):
        if function is np.multiply:
            return a, float(b)
        return (a, 1.0 / float(b)) if is_power_of_two(float(b)) else None
    if isinstance(b, Value) and is_real(a) and function is np.multiply:
        return b, float(a)
    return None


def multiply_by_inverses(listing: Listing) -> Listing:
    """Multiply by a half rather than divide by two, which takes longer: by powers of two, where it is the same."""
    lines = []
    for line in listing.lines:
        if line.function is np.true_divide and line.value.is_array and is_float(line.value):
            found = factor(line)
            if found is not None and found[0].dtype == line.value.dtype and 1e-4 < abs(found[1]) < 1e4:
                line = line.with_call(np.multiply, *found)
        lines.append(line)
    return listing.with_lines(lines)


def is_real(thing: Any) -> bool:
    """Whether an ordinary real number stands there."""
    return (
        is_literal(thing) and not isinstance(thing, bool | np.bool_) and bool(np.isreal(thing) and np.isfinite(thing))
    )


def delay_factors(listing: Listing) -> Listing:
    """Multiply a result by a number rather than the arrays that it comes from: ``(0.02 * d) @ X`` becomes
    ``(d @ X) * 0.02``, where that is one number."""
    is_steady = steady(listing)
    users = listing.users()
    given = {y for y in listing.outputs if isinstance(y, Value)}
    delayed: dict[Value, tuple[Value, float]] = {}
    lines: list[Line] = []
    for line in listing.lines:
        found = factor(line) if line.value.is_array and is_float(line.value) else None
        if found is not None and 1e-4 < abs(found[1]) < 1e4:
            same = alike(found[0], found[0], line.value, is_steady) and line.value not in given
            if same and all(gives_a_number(user) for user in users.get(line.value, ())):
                delayed[line.value] = found
                continue
        lines += _multiplied_afterwards(line, delayed)
    return listing.with_lines(lines)


def gives_a_number(line: Line) -> bool:
    """Whether a line is a product of two vectors."""
    return line.function is np.matmul and not line.value.is_array and not line.static


def _multiplied_afterwards(line: Line, delayed: dict[Value, tuple[Value, float]]) -> list[Line]:
    """The line on arrays without their factors, and a line that multiplies what it gives by these."""
    if not any(x in delayed for x in line.operands):
        return [line]
    args, number = [], 1.0
    for x in line.args:
        if x in delayed:
            number *= delayed[x][1]
        args.append(delayed[x][0] if x in delayed else x)
    plain = Value(line.function(*[x.example for x in args]))
    return [
        Line(plain, line.function, tuple(args), {}, line.section, None, line.operation, line.place),
        line.with_call(np.multiply, plain, number),
    ]
