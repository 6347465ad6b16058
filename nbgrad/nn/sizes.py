"""Checks of the numbers that a layer is made with."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.errors import LayerSizeError


def checked_size(name: str, size: Any) -> int:
    """``size`` as a positive whole number.

    Raises:
        LayerSizeError: it is not that.
    """
    if not isinstance(size, int | np.integer) or isinstance(size, bool) or size < 1:
        raise LayerSizeError(f"{name} is {size!r}, but must be a whole number from 1 upwards")
    return int(size)


def checked_pair(name: str, size: Any, least: int = 1) -> tuple[int, int]:
    """``size`` as two whole numbers, for height and width; one number stands for both.

    Raises:
        LayerSizeError: it is neither, or a number is less than ``least``.
    """
    pair = tuple(size) if isinstance(size, tuple | list) else (size, size)
    for number in pair:
        if not isinstance(number, int | np.integer) or isinstance(number, bool) or number < least:
            pair = ()
    if len(pair) != 2:
        raise LayerSizeError(f"{name} is {size!r}, but must be a whole number from {least} upwards, or two of them")
    return int(pair[0]), int(pair[1])
