"""What is computed twice, computed once."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from ..listing import Listing, Value, rewritten
from .idle import hand_over
from .kinds import is_random, steady

COMMUTATIVE = {np.add, np.multiply}


def merge_common(listing: Listing) -> Listing:
    """Compute once what is computed twice: the ``prediction - target`` of the loss is that of
    its gradient."""
    is_steady = steady(listing)
    first: dict[Hashable, Value] = {}
    instead: dict[Value, Any] = {}
    lines = []
    for line in listing.lines:
        line = rewritten(line, instead)
        if line.writes is None and not is_random(line) and all(map(is_steady, [line.value, *line.operands])):
            args = line.args
            if line.function in COMMUTATIVE:
                args = tuple(sorted(args, key=lambda x: (not isinstance(x, Value), id(x))))
            name = key((line.function, args, line.static))
            if name in first:
                instead[line.value] = first[name]
                hand_over(line.value, first[name])
                continue
            first[name] = line.value
        lines.append(line)
    return listing.replaced(lines, instead)


def key(thing: Any) -> Hashable:
    """Something that is equal for equal calls: values are themselves, numbers are told apart by their types."""
    if isinstance(thing, tuple | list):
        return (type(thing), *map(key, thing))
    if isinstance(thing, dict):
        return tuple((name, key(thing[name])) for name in sorted(thing))
    if isinstance(thing, slice):
        return (slice, thing.start, thing.stop, thing.step)
    if isinstance(thing, np.ndarray):
        return (thing.shape, thing.dtype.str, thing.tobytes())
    if isinstance(thing, float | np.floating):
        return (type(thing), repr(thing))  # nan is itself, and -0.0 is not 0.0
    try:
        hash(thing)
    except TypeError:
        return id(thing)
    return (type(thing), thing)
