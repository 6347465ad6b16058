"""Checks of the numbers that steer a method: momentum, decay, dropout rates, ..."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import HyperparameterError


def checked_share(name: str, share: Any, example: float) -> float:
    """``share`` as a number from 0 up to, but not including, 1.

    Raises:
        HyperparameterError: it is not that.
    """
    number = as_number(share)
    if not 0 <= number < 1:
        raise HyperparameterError(f"{name} is {share!r}, but must be at least 0 and less than 1, for example {example}")
    return number


def checked_amount(name: str, amount: Any, example: float) -> float:
    """``amount`` as a number that is finite and not negative.

    Raises:
        HyperparameterError: it is not that.
    """
    number = as_number(amount)
    if not (np.isfinite(number) and number >= 0):
        raise HyperparameterError(f"{name} is {amount!r}, but must be a number from 0 upwards, for example {example}")
    return number


def as_number(value: Any) -> float:
    """``value`` as a float; NaN, which no check lets through, if it is no number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
