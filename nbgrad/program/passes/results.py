"""Results that must not lie in each other's memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..listing import Line, Listing, Value

Recorded = tuple[Any, Any]  # an output, and the memory that it lies in


def as_recorded(listing: Listing) -> list[Recorded]:
    """The outputs, each with the memory that it lies in."""
    return [(y, y.memory if isinstance(y, Value) else None) for y in listing.outputs]


def own_results(listing: Listing, recorded: Sequence[Recorded]) -> Listing:
    """Copy a result that lies in the memory of another one, of an argument, or of what was found outside, where it did
    not when it was ``recorded``: ``y`` and ``y + 0.0`` are the same numbers, but whoever changes one of them does not
    want the other one changed. A constant is always copied."""
    lines, outputs = list(listing.lines), list(listing.outputs)
    outside = [x for x in listing.constants() if x.kind == "captured"]
    taken: dict[Value, Any] = {x: x for x in [*listing.inputs, *outside]}
    for i, (y, (before, root)) in enumerate(zip(listing.outputs, recorded, strict=True)):
        if not (isinstance(y, Value) and y.is_array):
            continue
        if y.memory.kind == "constant" or taken.get(y.memory, root) is not root:
            of = y if y.kind == "line" else before
            outputs[i] = Value(np.array(y.example), "line", of.name, of.gradient_of, shown=True)
            section = lines[-1].section if lines else "forward"
            lines.append(Line(outputs[i], np.copy, (y,), {}, section))
        else:
            taken[y.memory] = root
    return Listing(listing.inputs, lines, outputs, listing.roots)
