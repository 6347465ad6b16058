"""Where a relu is open, read off its result."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..listing import Listing, Value
from .kinds import is_literal, steady


def masks_of_results(listing: Listing) -> Listing:
    """Ask a relu's result where it is positive, not its operand: it is so at the same places, and the operand need not
    be kept until the backward pass."""
    is_steady = steady(listing)
    rectified: dict[Value, Value] = {}
    lines = []
    for line in listing.lines:
        x = line.args[0] if len(line.args) == 2 and is_zero(line.args[1]) and not line.static else None
        if isinstance(x, Value) and line.function is np.maximum and x.shape == line.value.shape and is_steady(x):
            rectified[x] = line.value
        if isinstance(x, Value) and line.function is np.greater and x in rectified and is_steady(rectified[x]):
            line = line.with_call(np.greater, rectified[x], line.args[1])
        lines.append(line)
    return listing.with_lines(lines)


def is_zero(thing: Any) -> bool:
    return is_literal(thing) and thing == 0
