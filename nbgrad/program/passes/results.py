"""Results that must not lie in each other's memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..listing import Line, Listing, Value


def own_results(listing: Listing, recorded: Listing) -> Listing:
    """Copy a result that lies in the memory of another one, or of an input, where it had memory of its own when it was
    ``recorded``: ``y`` and ``y + 0.0`` are the same numbers, but whoever changes one of them does not want the other
    one changed."""
    lines, outputs = list(listing.lines), list(listing.outputs)
    taken: dict[Value, Any] = {x: x for x in listing.inputs}  # memory -> the memory that it was when it was recorded
    for i, (y, before) in enumerate(zip(listing.outputs, recorded.outputs, strict=True)):
        if not (isinstance(y, Value) and y.is_array):
            continue
        root = before.memory if isinstance(before, Value) else None
        is_new = root is None or root.kind in ("line", "constant")
        if y.memory.kind == "constant" or (is_new and taken.get(y.memory, root) is not root):
            outputs[i] = Value(np.array(y.example), "line", y.name, shown=True)
            section = lines[-1].section if lines else "forward"
            lines.append(Line(outputs[i], np.copy, (y,), {}, section))
        else:
            taken[y.memory] = root
        if y.memory.kind == "captured" and is_new:
            taken[y.memory] = None
    return Listing(listing.inputs, lines, outputs, listing.roots)
