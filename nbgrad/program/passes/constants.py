"""What does not depend on the inputs, computed while the program is written."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..listing import Line, Listing, Value, mapped, rewritten
from .kinds import is_random, steady

LARGEST = 2**16  # numbers in a constant that is kept; larger ones are computed by their line in each run


def fold_constants(listing: Listing) -> Listing:
    """Compute numbers that are known beforehand: ``2.0 / 16`` becomes ``0.125``."""
    return _folded(listing, arrays=False)


def fold_everything(listing: Listing) -> Listing:
    """Compute arrays that are known beforehand: ``np.zeros``, ``np.arange``."""
    return _folded(listing, arrays=True)


def _folded(listing: Listing, arrays: bool) -> Listing:
    is_steady = steady(listing)
    instead: dict[Value, Any] = {}
    known: dict[Value, Any] = {}  # what lines that depend on nothing give, computed anew: an example may have been
    lines = []  # written into since
    for line in listing.lines:
        line = rewritten(line, instead)
        if is_constant(line, known) and is_steady(line.value) and all(map(is_steady, line.operands)):
            result = known[line.value] = computed(line, known)
            if not np.ndim(result):
                instead[line.value] = result[()] if isinstance(result, np.ndarray) else result
                continue
            if arrays and result.size <= LARGEST:
                instead[line.value] = Value(np.array(result), "constant", line.value.name)
                continue
        lines.append(line)
    return listing.replaced(lines, instead)


def computed(line: Line, known: dict[Value, Any]) -> Any:
    """What a line gives, from operands that are known."""

    def number(leaf: Any) -> Any:
        return known.get(leaf, leaf.example) if isinstance(leaf, Value) else leaf

    with np.errstate(all="ignore"):
        return line.function(*mapped(line.args, number), **mapped(line.static, number))


def is_constant(line: Line, known: dict[Value, Any]) -> bool:
    """Whether a line's result is known beforehand."""
    if line.writes is not None or is_random(line) or line.function in (np.empty, np.empty_like):
        return False
    if not isinstance(line.value.example, np.ndarray | np.generic):
        return False
    return all(x.kind == "constant" or x in known for x in line.operands)
