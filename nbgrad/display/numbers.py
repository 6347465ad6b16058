"""Numbers as they are written on pictures: three significant digits, a true minus sign, no noise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from nbgrad.display import measure, messages, stats

ALL_DIGITS = 15  # significant digits: as many as it may take to tell an old number from a new one
LARGE, LARGE_BESIDE = 1_000_000, 10_000  # up to this size a number is written in full: alone, and beside a larger one
FORMS = (LARGE, LARGE_BESIDE)
MINUS = "−"
TIMES = "×"


def in_full(several: Iterable[Any]) -> float:
    """Return up to which size numbers that stand beside each other are written in full: a million, as alone; but ten
    thousand where one of them is larger than a million, so that all large ones are written alike.

    >>> several = (-489725.0, -1.52e7, 12.5)
    >>> [number(x, 3, in_full(several)) for x in several]
    ['−4.9e5', '−1.52e7', '12.5']
    """
    with np.errstate(all="ignore"):  # the size of a complex number may be too large for its dtype
        sizes = [float(np.abs(x)) for x in several]
    return LARGE if all(size < LARGE for size in sizes if np.isfinite(size)) else LARGE_BESIDE


def number(x: Any, digits: int = 3, full: float = LARGE) -> str:
    """Write one number with so many significant digits; what stands before the point in full, up to a million.

    full: another size up to which it is written in full, see ``in_full``.

    >>> [number(x) for x in (3, 6.0, 0.18692, 1234567, -0.0563, 1234.5, 1e-5, 0.75, -0.0)]
    ['3', '6', '0.187', '1.23e6', '−0.0563', '1234', '1e−5', '0.75', '0']
    >>> [number(x) for x in (99999.5, 123456, 123456.7, 999999.4, 999999.5)]
    ['100000', '123456', '123457', '999999', '1e6']
    >>> number(float("nan")), number(float("-inf")), number(True), number(0.123456, digits=5)
    ('NaN', '−∞', 'True', '0.12346')
    >>> number(1 - 2.5j)
    '1−2.5i'
    """
    if isinstance(x, bool | np.bool_):
        return str(bool(x))
    if isinstance(x, complex | np.complexfloating):
        imaginary = number(x.imag, digits, full)
        return number(x.real, digits, full) + ("" if imaginary.startswith(MINUS) else "+") + imaginary + "i"
    if isinstance(x, int | np.integer):
        x = int(x)
        return (f"{x}" if abs(x) < full else _power(x, digits)).replace("-", MINUS)
    x = float(x)
    if np.isnan(x):
        return "NaN"
    if np.isinf(x):
        return "∞" if x > 0 else MINUS + "∞"
    return _real(x, digits, full).replace("-", MINUS)


def _real(x: float, significant: int, full: float) -> str:
    size = abs(x)
    if x == 0:
        return "0"
    if x.is_integer() and size < full:
        return f"{x:.0f}"
    digits = f"{size:.{significant - 1}e}"  # rounded first: 9.996 is written with the digits of 10
    exponent = int(digits[digits.index("e") + 1 :])
    if exponent < -3 or size >= max(full, 10**significant) - 0.5:
        return _power(x, significant)
    places = max(0, significant - 1 - exponent)
    text = f"{x:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _power(x: float, significant: int) -> str:
    mantissa, exponent = f"{x:.{significant - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def fitting(x: Any, size: float, room: float, digits: int = 3, sign: str = "", full: float = LARGE) -> str:
    """Write a number after a sign, with fewer digits where there is no room for so many; where it is too wide with
    one digit too, "…" stands for all of it: a part of a number reads as another number.

    >>> fitting(-0.0123456, 13, 90, 6), fitting(-0.0123456, 13, 60, 6), fitting(1.37e-105, 11, 61, sign="±")
    ('−0.0123456', '−0.012', '±1e−105')
    >>> fitting(1.37e-105, 11, 40)
    '…'
    """
    for fewer in range(digits, 0, -1):
        said = sign + number(x, fewer, full)
        if measure.width(said, size) <= room:
            return said
    return sign + "…"


def percent(x: float) -> str:
    """Write a share as a percentage: whole from 1% up, below that with two digits. Only the whole is 100%.

    >>> percent(0.187), percent(0.00123), percent(1), percent(0), percent(1e-9)
    ('19%', '0.12%', '100%', '0%', 'almost 0%')
    >>> percent(0.99538), percent(0.99987), percent(1 - 1e-9)
    ('99.5%', '99.98%', 'almost 100%')
    """
    share = float(x) * 100
    if not np.isfinite(share):
        return number(share)
    if 99.5 <= share < 100:
        return _nearly_all(share)
    if share == 0 or abs(share) >= 0.995:
        return f"{share:.0f}%".replace("-", MINUS)
    return f"{share:.2g}%".replace("-", MINUS) if abs(share) >= 0.01 else messages.say("almost_none")


def _nearly_all(share: float) -> str:
    """Write a percentage just below 100 cut off, not rounded, so 99.98 stays below 100."""
    rest = 100 - share
    if rest < 0.01:
        return messages.say("almost_all")
    places = 1 if rest >= 0.1 else 2
    return f"{np.floor(share * 10**places) / 10**places:.{places}f}%"


def shape(lengths: tuple[int, ...] | None) -> str:
    """Write a shape: "()" for a scalar, "" where it is not known.

    >>> shape(()), shape((10,)), shape((16, 13)), shape(None)
    ('()', '10', '16×13', '')
    """
    if lengths is None:
        return ""
    return TIMES.join(str(length) for length in lengths) if lengths else "()"


def is_single(array: np.ndarray) -> bool:
    """Tell whether an array holds one number, so that the number itself can be shown.

    >>> is_single(np.zeros((1, 1))), is_single(np.zeros(2))
    (True, False)
    """
    return array.size == 1


def only(array: Any) -> Any:
    """Return the one number of an array that holds one.

    >>> only(np.array([[2.5]])).item()
    2.5
    """
    return np.asarray(array).reshape(-1)[0]


def summary(value: np.ndarray | None, absent: str = "—", digits: int = 3, counts: bool = False) -> str:
    """Write a value on one line: a number, or the least, mean and greatest of an array.

    NaN and infinite elements are counted apart and left out of the three numbers, which says so. counts=True says
    also that there are none.

    >>> summary(np.array(3.0)), summary(np.array([1.0, 2, 3, np.nan]))
    ('3', 'of the finite ones: min 1, mean 2, max 3, 1 NaN')
    >>> summary(np.array([3 + 4j, 0]), counts=True)
    '|z|: min 0, mean 2.5, max 5, 0 NaN, 0 infinite'
    """
    if value is None:
        return absent
    if value.size == 0:
        return messages.say("empty")
    if is_single(value):
        return number(only(value), digits)
    found = stats.statistics(value)
    parts = []
    if found.low is not None and found.mean is not None and found.high is not None:
        three = found.low, found.mean, found.high
        low, mean, high = (number(each, digits, in_full(three)) for each in three)
        key = "range_finite" if found.nans or found.infinite else "range"
        parts.append(messages.say(key, low=low, mean=mean, high=high))
    if found.nans or counts:
        parts.append(messages.say("nans", count=found.nans))
    if found.infinite or counts:
        parts.append(messages.say("infinite", count=found.infinite))
    said = ("|z|: " if value.dtype.kind == "c" else "") + messages.facts(parts)
    return messages.say("sample", said=said, count=f"{found.count:,}") if found.sampled else said
