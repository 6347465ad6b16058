"""Why an operation gave NaN or infinity, in plain words, and the smallest fix.

A reason is looked up by the operation's name and found in the very numbers that met: those of the operands at the
first element that went wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np


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


# ---- in the value
def of_logarithm(met: Met) -> Why | None:
    a, x = met.numbers[0], met.names[0]
    fix = f"keep {x} above 0, for example np.log(np.maximum({x}, 1e-12))"
    if a == 0:
        return Why("the logarithm of 0 is −∞", fix)
    return Why("a negative number has no real logarithm", fix) if a < 0 else None


def of_log1p(met: Met) -> Why | None:
    a, x = met.numbers[0], met.names[0]
    fix = f"keep {x} above −1"
    if a == -1:
        return Why("log1p(−1) is the logarithm of 0, which is −∞", fix)
    return Why("below −1, log1p takes the logarithm of a negative number", fix) if a < -1 else None


def of_root(met: Met) -> Why | None:
    x = met.names[0]
    if met.numbers[0] < 0:
        return Why("a negative number has no real square root", f"keep it at 0 or above: np.sqrt(np.maximum({x}, 0))")
    return None


def of_division(met: Met) -> Why | None:
    a, b = met.numbers
    y = met.names[1]
    fix = f"keep {y} away from 0: {y} + 1e-12, if it is never negative" if y.isidentifier() else "divide by another"
    if b == 0:
        return Why("0 divided by 0 has no value" if a == 0 else "division by 0", fix)
    return Why("∞ divided by ∞ has no value", "") if np.isinf(a) and np.isinf(b) else None


def of_reciprocal(met: Met) -> Why | None:
    return of_division(Met((1.0, met.numbers[0]), ("1", met.names[0]), met.dtype))


def of_exponential(met: Met, base: float = np.e) -> Why | None:
    largest = np.finfo(met.dtype).max
    edge = float(np.log(largest) / np.log(base))
    x = met.names[0]
    if edge < met.numbers[0] < np.inf:
        return Why(
            f"beyond {edge:.1f} the exponential exceeds the largest number of {met.dtype}, {largest:.2g}",
            f"subtract the largest number first, np.exp({x} - np.max({x})), as logsumexp, softmax and cross_entropy do",
        )
    return None


def of_power(met: Met) -> Why | None:
    a, b = met.numbers
    if a == 0 and b < 0:
        return Why("0 to a negative power is a division by 0", f"keep {met.names[0]} away from 0")
    if a < 0 and b != np.round(b):
        return Why(
            "a negative number has no real power with a fractional exponent",
            f"keep the base positive: np.maximum({met.names[0]}, 1e-12), or np.abs({met.names[0]})",
        )
    return None


def of_product(met: Met) -> Why | None:
    a, b = met.numbers
    if (a == 0 and np.isinf(b)) or (b == 0 and np.isinf(a)):
        return Why("0 · ∞ has no value", f"find out what made {met.names[0 if np.isinf(a) else 1]} infinite")
    return None


def of_sum(met: Met) -> Why | None:
    if all(np.isinf(met.numbers)):
        return Why("∞ − ∞ has no value", "find out what made both operands infinite")
    return None


def outside(low: float, high: float) -> Callable[[Met], Why | None]:
    """For functions that are defined, or finite, between two bounds only."""

    def of_function(met: Met) -> Why | None:
        if low < met.numbers[0] < high:
            return None
        between = f"between {low:g} and {high:g}".replace("-", "−") if np.isfinite(high) else f"from {low:g} upwards"
        return Why(f"this function has finite values only {between}", f"use np.clip on {met.names[0]}")

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
        return Why("there are no elements to take it of", "leave out empty arrays")
    if all(_finite(value) for value in operands) and np.isinf(bad):
        return Why(
            f"the result exceeds the largest number of {met.dtype}, {np.finfo(met.dtype).max:.2g}",
            "make the numbers smaller: standardised data, a smaller learning rate",
        )
    if not all(_finite(value) for value in operands):
        return Why(
            "infinite operands met, and ∞ − ∞, 0 · ∞ and ∞ / ∞ have no value", "find out what made them infinite"
        )
    return Why("", "")


def why_leaf(kind: str, given: str) -> Why:
    """Why a leaf holds what is not a number."""
    if kind == "parameter":
        return Why(
            "a parameter: either it was made so, or a training step moved it there",
            "start again from finite numbers, with a smaller learning rate; find_nan on the loss of the step before "
            "shows what went wrong",
        )
    return Why(
        "it was in the data to begin with",
        f"leave such rows out, for example X[np.isfinite(X).all(axis=1)], or fill them in: np.nan_to_num({given})",
    )


# ---- in the gradient
def at_zero(slope: str, fix: str) -> Callable[[Met, int], Why | None]:
    """For functions that rise vertically at 0."""

    def of_function(met: Met, position: int) -> Why | None:
        if met.numbers[0] != 0:
            return None
        return Why(f"at 0 its slope {slope} is infinite", fix.format(x=met.names[0]))

    return of_function


def at_one(met: Met, position: int) -> Why | None:
    if abs(met.numbers[0]) != 1:
        return None
    return Why(
        "at −1 and 1 its slope is infinite", f"keep {met.names[0]} inside: np.clip({met.names[0]}, -0.9999, 0.9999)"
    )


def of_power_slope(met: Met, position: int) -> Why | None:
    a, b = met.numbers
    if position == 0 and a == 0 and b < 1:
        return Why(f"at 0 a power with the exponent {b:g} has an infinite slope", f"use ({met.names[0]} + 1e-12)")
    return None


IN_THE_GRADIENT: dict[str, Callable[[Met, int], Why | None]] = {
    "sqrt": at_zero("1/(2√x)", "move it off 0 by a little: np.sqrt({x} + 1e-12)"),
    "cbrt": at_zero("1/(3∛x²)", "move it off 0 by a little: np.cbrt({x} + 1e-12)"),
    "log": at_zero("1/x", "keep {x} above 0: np.log(np.maximum({x}, 1e-12))"),
    "power": of_power_slope,
    "arcsin": at_one,
    "arccos": at_one,
    "arctanh": at_one,
}


def why_gradient(op: str, met: Met, position: int, arriving: float) -> Why:
    """Why the rule of ``op`` gave NaN or infinity to the operand at ``position`` of the finite number ``arriving``."""
    known = IN_THE_GRADIENT.get(op)
    x, rest = met.names[0], ", …" if len(met.names) > 1 else ""
    why = (known(met, position) if known else None) or Why("its local derivative is not finite here", "")
    if arriving == 0:
        return Why(
            f"{why.reason}; the gradient that arrives is 0, and 0 · ∞ has no value. np.where chooses among values that "
            "have both been computed, so it does not keep such a slope out",
            f"choose the operand first, the result afterwards: np.{op}(np.where({x} > 0, {x}, 1.0){rest})",
        )
    return why


def _finite(value: Any) -> bool:
    array = np.asarray(value)
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())
