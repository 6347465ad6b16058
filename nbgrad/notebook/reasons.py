"""Why an operation gave NaN or infinity, in plain words, and the smallest fix.

A reason is looked up by the operation's name and found in the very numbers that met: those of the operands at the
first element that went wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..display.messages import say
from .pictures import Picture, Vertex
from .problems import sources, spelled

Index = tuple[int, ...]


class Why(NamedTuple):
    """A reason and what to do about it; both may be empty."""

    reason: str
    fix: str


class Met(NamedTuple):
    """What met at the element that went wrong.

    Attributes:
        numbers: one number for each operand, ``nan`` where it cannot be told which of its elements took part.
        names: what the operands are called.
        dtype: of the result.
    """

    numbers: tuple[float, ...]
    names: tuple[str, ...]
    dtype: np.dtype


def meeting(vertex: Vertex, operands: Sequence[Any], index: Index | None) -> Met:
    """The numbers that met at ``index`` of the result; of an operation that mixes its elements they are unknown."""
    assert vertex.op is not None
    shape = np.shape(vertex.value)
    known = vertex.op.elementwise and index is not None and not any(map(np.iscomplexobj, operands))
    met = tuple(float(np.broadcast_to(value, shape)[index]) if known else np.nan for value in operands)
    return Met(met, tuple(x.name for x in vertex.inputs), np.asarray(vertex.value).dtype)


def first_bad(value: Any, kind: str) -> tuple[Index, int]:
    """The index of the first NaN (or infinity, as ``kind`` says), and how many there are.

    >>> first_bad(np.array([[1.0, np.nan], [np.nan, 2.0]]), "NaN")
    ((0, 1), 2)
    """
    bad = np.isnan(value) if kind == "NaN" else np.isinf(value)
    return tuple(int(i) for i in np.argwhere(bad)[0]), int(np.sum(bad))


def births(picture: Picture) -> dict[int, str]:
    """Vertex number -> a sentence that says which NaN or infinity its operation makes, in how many elements, and why.

    Only operations that were not handed any are told of; those behind them only pass it on.
    """
    said = {}
    for vertex, kind in sources(picture.vertices):
        if vertex.op is not None:
            node = picture.tensor_of(vertex)
            operands = tuple(x.value for x in vertex.inputs) if node is None else node.args
            index, count = first_bad(vertex.value, kind)
            bad = np.asarray(vertex.value)[index]
            why = why_value(vertex.op.name, meeting(vertex, operands, index), operands, bad).reason
            size = np.size(vertex.value)
            places = {"problem": spelled(vertex.value, kind), "why": why, "count": count, "size": size}
            key = ("born" if size == 1 else "born_among") + ("" if why else "_unexplained")
            said[vertex.id] = say(key, first=f"[{', '.join(map(str, index))}]", **places)
    return said


# ---- in the value
def of_logarithm(met: Met) -> Why | None:
    a, x = met.numbers[0], met.names[0]
    fix = say("nan_fix_log", x=x)
    if a == 0:
        return Why(say("nan_log_of_zero"), fix)
    return Why(say("nan_log_of_negative"), fix) if a < 0 else None


def of_log1p(met: Met) -> Why | None:
    a, x = met.numbers[0], met.names[0]
    fix = say("nan_fix_log1p", x=x)
    if a == -1:
        return Why(say("nan_log1p_of_minus_one"), fix)
    return Why(say("nan_log1p_below"), fix) if a < -1 else None


def of_root(met: Met) -> Why | None:
    x = met.names[0]
    if met.numbers[0] < 0:
        return Why(say("nan_root"), say("nan_fix_root", x=x))
    return None


def of_division(met: Met) -> Why | None:
    a, b = met.numbers
    y = met.names[1]
    fix = say("nan_fix_divisor", x=y) if y.isidentifier() else say("nan_fix_divide")
    if b == 0:
        return Why(say("nan_zero_by_zero" if a == 0 else "nan_by_zero"), fix)
    return Why(say("nan_infinite_quotient"), "") if np.isinf(a) and np.isinf(b) else None


def of_reciprocal(met: Met) -> Why | None:
    return of_division(Met((1.0, met.numbers[0]), ("1", met.names[0]), met.dtype))


def of_exponential(met: Met, base: float = np.e) -> Why | None:
    largest = np.finfo(met.dtype).max
    edge = float(np.log(largest) / np.log(base))
    x = met.names[0]
    if edge < met.numbers[0] < np.inf:
        return Why(
            say("nan_exponential", edge=f"{edge:.1f}", dtype=met.dtype, largest=f"{largest:.2g}"),
            say("nan_fix_exponential", x=x),
        )
    return None


def of_power(met: Met) -> Why | None:
    a, b = met.numbers
    if a == 0 and b < 0:
        return Why(say("nan_power_of_zero"), say("nan_fix_power_of_zero", x=met.names[0]))
    if a < 0 and b != np.round(b):
        return Why(say("nan_power_of_negative"), say("nan_fix_power_of_negative", x=met.names[0]))
    return None


def of_product(met: Met) -> Why | None:
    a, b = met.numbers
    if (a == 0 and np.isinf(b)) or (b == 0 and np.isinf(a)):
        return Why(say("nan_product"), say("nan_fix_infinite", x=met.names[0 if np.isinf(a) else 1]))
    return None


def of_sum(met: Met) -> Why | None:
    if all(np.isinf(met.numbers)):
        return Why(say("nan_difference"), say("nan_fix_both_infinite"))
    return None


def outside(low: float, high: float) -> Callable[[Met], Why | None]:
    """For functions that are defined, or finite, between two bounds only."""

    def of_function(met: Met) -> Why | None:
        if low < met.numbers[0] < high:
            return None
        ends = {"low": f"{low:g}".replace("-", "−"), "high": f"{high:g}"}
        reason = say("nan_outside", **ends) if np.isfinite(high) else say("nan_below", low=ends["low"])
        return Why(reason, say("nan_fix_clip", x=met.names[0]))

    return of_function


IN_THE_VALUE: dict[str, Callable[[Met], Why | None]] = {
    "log": of_logarithm,
    "log2": of_logarithm,
    "log10": of_logarithm,
    "log1p": of_log1p,
    "sqrt": of_root,
    "divide": of_division,
    "reciprocal": of_reciprocal,
    "exp": of_exponential,
    "expm1": of_exponential,
    "exp2": lambda met: of_exponential(met, 2.0),
    "power": of_power,
    "multiply": of_product,
    "add": of_sum,
    "subtract": of_sum,
    "arcsin": outside(-1, 1),
    "arccos": outside(-1, 1),
    "arctanh": outside(-1, 1),
    "arccosh": outside(1, np.inf),
}


def why_value(op: str, met: Met, operands: Sequence[Any], bad: Any) -> Why:
    """Why the operation called ``op`` gave the number ``bad``, NaN or infinite, of ``operands``."""
    known = IN_THE_VALUE.get(op)
    why = known(met) if known else None
    if why:
        return why
    if any(np.size(value) == 0 for value in operands):
        return Why(say("nan_no_elements"), say("nan_fix_no_elements"))
    if all(_finite(value) for value in operands) and np.isinf(bad):
        return Why(
            say("nan_too_large", dtype=met.dtype, largest=f"{np.finfo(met.dtype).max:.2g}"),
            say("nan_fix_too_large"),
        )
    if not all(_finite(value) for value in operands):
        return Why(say("nan_infinite_operands"), say("nan_fix_infinite_operands"))
    return Why("", "")


def why_leaf(kind: str, given: str) -> Why:
    """Why a leaf holds what is not a number."""
    if kind == "parameter":
        return Why(say("nan_parameter"), say("nan_fix_parameter"))
    return Why(say("nan_data"), say("nan_fix_data", x=given))


# ---- in the gradient
def at_zero(slope: str, fix: str) -> Callable[[Met, int], Why | None]:
    """For functions that rise vertically at 0."""

    def of_function(met: Met, position: int) -> Why | None:
        if met.numbers[0] != 0:
            return None
        return Why(say("nan_slope_at_zero", slope=slope), say(fix, x=met.names[0]))

    return of_function


def at_one(met: Met, position: int) -> Why | None:
    if abs(met.numbers[0]) != 1:
        return None
    return Why(say("nan_slope_at_one"), say("nan_fix_slope_at_one", x=met.names[0]))


def of_power_slope(met: Met, position: int) -> Why | None:
    a, b = met.numbers
    if position == 0 and a == 0 and b < 1:
        return Why(say("nan_slope_of_power", exponent=f"{b:g}"), say("nan_fix_slope_of_power", x=met.names[0]))
    return None


IN_THE_GRADIENT: dict[str, Callable[[Met, int], Why | None]] = {
    "sqrt": at_zero("1/(2√x)", "nan_fix_slope_of_root"),
    "cbrt": at_zero("1/(3∛x²)", "nan_fix_slope_of_cube_root"),
    "log": at_zero("1/x", "nan_fix_slope_of_log"),
    "power": of_power_slope,
    "arcsin": at_one,
    "arccos": at_one,
    "arctanh": at_one,
}


def why_gradient(op: str, met: Met, position: int, arriving: float) -> Why:
    """Why the rule of ``op`` gave NaN or infinity to the operand at ``position`` of the finite number ``arriving``."""
    known = IN_THE_GRADIENT.get(op)
    x, rest = met.names[0], ", …" if len(met.names) > 1 else ""
    why = (known(met, position) if known else None) or Why(say("nan_slope"), "")
    if arriving == 0:
        return Why(
            say("nan_zero_arrives", reason=why.reason),
            say("nan_fix_zero_arrives", call=f"np.{op}(np.where({x} > 0, {x}, 1.0){rest})"),
        )
    return why


def _finite(value: Any) -> bool:
    array = np.asarray(value)
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())
