"""Lines that nobody needs."""

from __future__ import annotations

from ..listing import Listing, Value
from .kinds import is_random


def remove_dead(listing: Listing) -> Listing:
    """Leave out lines that lead to no output. Random numbers are drawn in any case: what is drawn later
    depends on it."""
    needed = {y for y in listing.outputs if isinstance(y, Value)}
    memories = {y.memory for y in needed} | set(listing.inputs)  # what is written into an argument, the caller sees
    kept = []
    for line in reversed(listing.lines):
        wanted = line.value in needed or is_random(line)
        if line.writes is not None:
            wanted = wanted or line.writes.memory in memories
        elif line.value in memories:
            wanted = True
        if wanted:
            kept.append(line)
            needed.update(line.operands)
            memories.update(x.memory for x in line.operands)
    return listing.with_lines(kept[::-1])
