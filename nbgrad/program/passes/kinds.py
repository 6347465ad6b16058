"""What the passes ask of a line: whether it may be left out, done once instead of twice, or moved."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..listing import Line, Listing, Value


def is_random(line: Line) -> bool:
    """Whether it draws from a generator: then it happens once for each time it stands there, in that order."""
    return is_drawing(line.function)


def is_drawing(function: Any) -> bool:
    """Whether a function is a method of generators of random numbers."""
    return getattr(function, "__qualname__", "").startswith("Generator.")


def is_elementwise(line: Line) -> bool:
    """Whether each number of the result depends on the numbers at the same place only."""
    return isinstance(line.function, np.ufunc) and line.function.signature is None and line.function.nout == 1


def is_literal(thing: Any) -> bool:
    """Whether a plain number stands there, known when the program is written."""
    return isinstance(thing, bool | int | float | complex | np.generic)


def is_scalar(thing: Any) -> bool:
    """Whether it is one number, known beforehand or not."""
    return is_literal(thing) or (isinstance(thing, Value) and not thing.ndim and not thing.is_array)


def is_view(value: Value) -> bool:
    """Whether its numbers lie in the memory of another value."""
    return value.memory is not value


def steady(listing: Listing) -> Any:
    """The function that tells whether a value (or a plain number) keeps its numbers from its line to the end:
    nothing writes into it."""
    changing = listing.overwritten()
    return lambda thing: not isinstance(thing, Value) or thing.memory not in changing
