"""Signs, where they are easier to read."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..listing import Line, Listing, Value
from .kinds import steady


def subtract_plainly(listing: Listing) -> Listing:
    """Write ``a + (-b)`` as ``a - b``."""
    is_steady = steady(listing)
    makers = listing.makers()
    lines = []
    for line in listing.lines:
        if line.function is np.add and not line.static and line.writes is None:
            a, b = line.args
            for kept, turned in ((a, b), (b, a)):
                maker: Line | None = makers.get(turned) if isinstance(turned, Value) else None
                if maker is not None and maker.function is np.negative and is_plain(maker, line, is_steady):
                    line = line.with_call(np.subtract, kept, maker.args[0])
                    break
        lines.append(line)
    return listing.with_lines(lines)


def is_plain(negative: Line, line: Line, is_steady: Any) -> bool:
    """Whether a sign is that of floating numbers, all of one kind; of unsigned ones it means something else."""
    x = negative.args[0]
    return isinstance(x, Value) and is_steady(x) and x.dtype == line.value.dtype and x.dtype.kind in "fc"
