"""Copies of what nobody wants afterwards."""

from __future__ import annotations

import numpy as np

from ..listing import Listing, Value


def spare_copies(listing: Listing) -> Listing:
    """Write into a result rather than into a copy of it: where nobody needs it as it was."""
    last = {x.memory: at for at, line in enumerate(listing.lines) for x in line.operands}
    last |= {y.memory: len(listing.lines) for y in listing.outputs if isinstance(y, Value)}
    own = {line.value for line in listing.lines if line.writes is None and line.value.memory is line.value}
    changing = listing.overwritten()
    instead: dict[Value, Value] = {}
    lines = []
    for at, line in enumerate(listing.lines):
        x = line.args[0] if line.function is np.copy else None
        if isinstance(x, Value) and x in own and line.value in own and last[x] == at and line.value in changing:
            same = x.dtype == line.value.dtype and x.example.strides == line.value.example.strides
            if same and x not in changing and x not in instead:
                instead[line.value] = x
                continue
        lines.append(line)
    for line in lines:
        line.value.memory = instead.get(line.value.memory, line.value.memory)
    return listing.replaced(lines, instead)
