"""Copies that broadcasting makes anyway."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..listing import Line, Listing, Value
from .kinds import is_elementwise, steady


def spare_broadcasts(listing: Listing) -> Listing:
    """Let operations broadcast their operands: copies that were made for it are spared."""
    is_steady = steady(listing)
    makers = listing.makers()

    def narrow(thing: Any) -> Any:
        maker = makers.get(thing) if isinstance(thing, Value) else None
        if maker is not None and maker.function is np.broadcast_to and is_steady(maker.args[0]):
            return maker.args[0]
        return thing

    return listing.with_lines([_spared(line, narrow) if is_elementwise(line) else line for line in listing.lines])


def _spared(line: Line, narrow: Any) -> Line:
    """The line with smaller operands, as many as leave its result as it was."""
    args = list(line.args)
    for i in range(len(args)):
        smaller = narrow(args[i])
        if smaller is args[i]:
            continue
        others = [np.shape(getattr(x, "example", x)) for x in (*args[:i], *args[i + 1 :])]
        if np.broadcast_shapes(np.shape(getattr(smaller, "example", smaller)), *others) == line.value.shape:
            args[i] = smaller
    return line.with_call(line.function, *args, **line.static) if args != list(line.args) else line
