"""Equations of numbers that hold as they are written: who computes with the written numbers gets the written result.

With three digits everywhere, 1.0616 − 1 = 0.0616 would read 1.06 − 1 = 0.0616, and a pocket calculator says 0.06. So
the numbers that are computed with get as many digits as it takes, up to six. Where six are too few, the sign is "≈".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nbgrad.display import numbers

DIGITS, MOST_DIGITS = 3, 6
EQUAL, NEARLY = "=", "≈"
ROUNDINGS = 8  # times the distance of neighbouring numbers: so far rounding alone may take a number from a whole one
DUST = 4  # times that distance of the largest summand: a sum below it is what rounding left of zero
TIE = 1e-9  # share of a number to be added to it, so that 0.2495, in the middle between two, is rounded up to 0.25


class Agreeing(NamedTuple):
    """An equation of numbers as it is written: the numbers that are computed with, the result, "=" or "≈".

    digits: with how many the given ones are written.
    """

    given: tuple[str, ...]
    result: str
    sign: str
    digits: int = DIGITS


def agreeing(
    given: Sequence[Any],
    result: Any,
    compute: Callable[..., Any] | None,
    result_digits: int = DIGITS,
    exact: Mapping[int, str] | None = None,
    full: float | None = None,
) -> Agreeing:
    """Write an equation of single numbers with as many digits as it needs to hold as it is written.

    compute: makes the result of the given numbers; None where nobody knows how, in which case nothing is tried.
    result_digits: of the result at least. exact: place -> text of a given number that is written so in any case.
    full: up to which size numbers are written in full; None where nothing but these stands in the line.

    >>> agreeing([1.0616, 1.0], 0.0616, lambda a, b: a - b)
    Agreeing(given=('1.0616', '1'), result='0.0616', sign='=', digits=5)
    >>> agreeing([1.0046, 2.0], 2.0092, lambda a, b: a * b).given
    ('1.005', '2')
    >>> agreeing([0.35, 0.35], 0.1225, lambda a, b: a * b).result
    '0.1225'
    >>> agreeing([0.1 + 0.2, 0.3], 5.55e-17, lambda a, b: a - b)
    Agreeing(given=('0.3', '0.3'), result='5.55e−17', sign='≈', digits=6)
    >>> agreeing([0.1, 5e6], 500000.0, lambda a, b: a * b).result  # in the form of the 5e6 beside it
    '5e5'
    """
    told = exact or {}
    full = numbers.in_full([*given, result]) if full is None else full
    first = digits_of(result, result_digits, full)
    for fine in range(first, max(first, MOST_DIGITS) + 1):
        wanted = numbers.number(result, fine, full)
        for digits in range(DIGITS, MOST_DIGITS + 1):
            used = [digits_of(x, digits, full) for x in given]
            pairs = list(enumerate(zip(given, used, strict=True)))
            read = [x if place in told else rounded(x, d, full) for place, (x, d) in pairs]
            if compute is None or _is_written(_computed(compute, read), wanted, fine, read, full):
                whole = any(seems_whole(x, d, full) for place, (x, d) in pairs if place not in told)
                sign = NEARLY if whole or seems_whole(result, fine, full) else EQUAL
                return Agreeing(_texts(given, digits, told, full), wanted, sign, digits)
    texts = _texts(given, MOST_DIGITS, told, full)
    return Agreeing(texts, numbers.number(result, first, full), NEARLY, MOST_DIGITS)


def holds(given: Sequence[str], result: str, compute: Callable[..., Any]) -> bool:
    """Tell whether a result is what a pocket calculator gives for these texts, rounded as the result is.

    >>> holds(("463.1", "−1389.4", "0.3333"), "0", lambda a, b, c: a + b * c)
    False
    """
    try:
        read = [float(text.replace(numbers.MINUS, "-")) for text in given]
    except ValueError:  # complex numbers and infinity are not checked
        return True
    x = _computed(compute, read)
    forms = [(digits, full) for digits in range(DIGITS, MOST_DIGITS + 1) for full in numbers.FORMS]
    return any(_is_written(x, result, digits, read, full) for digits, full in forms)


def _texts(given: Sequence[Any], digits: int, told: Mapping[int, str], full: float) -> tuple[str, ...]:
    return tuple(told.get(place) or written(x, digits, full) for place, x in enumerate(given))


def digits_of(x: Any, least: int = DIGITS, full: float = numbers.LARGE) -> int:
    """Return with how many digits to write a number, so that one that is not whole is not written as if it were.

    >>> digits_of(1.0046), digits_of(1.5), digits_of(2), digits_of(1234.5)
    (4, 3, 3, 5)
    """
    return next(
        (digits for digits in range(least, MOST_DIGITS) if not seems_whole(x, digits, full)), max(least, MOST_DIGITS)
    )


def seems_whole(x: Any, digits: int, full: float = numbers.LARGE) -> bool:
    """Tell whether a number that is not whole is written as a whole one.

    >>> seems_whole(1.0046, 3), seems_whole(1.0046, 4), seems_whole(3 * 0.1 * 10, 3)
    (True, False, False)
    """
    if not isinstance(x, float | np.floating) or not np.isfinite(x):
        return False
    text = numbers.number(x, digits, full)
    if not text.lstrip(numbers.MINUS).isdigit():
        return False
    eps = float(np.finfo(x.dtype).eps) if isinstance(x, np.floating) else float(np.finfo(float).eps)
    return abs(float(x) - round(float(x))) > ROUNDINGS * eps * max(1.0, abs(float(x)))


def written(x: Any, digits: int = DIGITS, full: float = numbers.LARGE) -> str:
    """Write a number that stands in an equation by itself.

    >>> written(1.0046), written(0.18692), written(-3.0)
    ('1.005', '0.187', '−3')
    """
    return numbers.number(x, digits_of(x, digits, full), full)


def rounded(x: Any, digits: int, full: float = numbers.LARGE) -> Any:
    """Return a number as who reads it finds it.

    >>> rounded(0.18692, 3), rounded(1 - 0.18692j, 3), rounded(3, 3)
    (0.187, (1-0.187j), 3.0)
    """
    if isinstance(x, complex | np.complexfloating):
        return complex(rounded(x.real, digits, full), rounded(x.imag, digits, full))
    if isinstance(x, bool | np.bool_) or not np.isfinite(x):
        return x
    return float(numbers.number(x, digits, full).replace(numbers.MINUS, "-"))


def is_dust(result: Any, summands: Sequence[Any], roundings: float = DUST) -> bool:
    """Tell whether a sum is nothing but what rounding left of zero.

    >>> is_dust(0.1 + 0.2 - 0.3, [0.1 + 0.2, 0.3]), is_dust(0.0, [0.3, 0.3]), is_dust(1e-9, [1.0, 1.0])
    (True, False, False)
    """
    kept = [np.asarray(x) for x in (result, *summands)]
    if any(x.size != 1 or x.dtype.kind != "f" or not np.isfinite(x).all() for x in kept):
        return False
    size, *sizes = (float(np.abs(numbers.only(x))) for x in kept)
    return 0 < size <= roundings * float(np.finfo(kept[0].dtype).eps) * max(sizes, default=0.0)


def _computed(compute: Callable[..., Any], given: Sequence[Any]) -> Any:
    """Return what comes out of the written numbers; NaN where nothing does."""
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(compute(*given))
    except (ArithmeticError, ValueError, TypeError):
        return np.nan
    return numbers.only(found) if numbers.is_single(found) and found.dtype.kind in "biufc" else np.nan


def _is_written(x: Any, wanted: str, digits: int, given: Sequence[Any], full: float) -> bool:
    if wanted == "0" and is_dust(x, given, ROUNDINGS):  # 0.3 − 0.1 × 3 is not quite zero on a computer
        return True
    return numbers.number(x if isinstance(x, bool | np.bool_) else x * (1 + TIE), digits, full) == wanted
