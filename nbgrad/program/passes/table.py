"""The passes as a table, which is a lesson in itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..listing import Listing


class Passes(list):
    """The rewriting passes of a program: rows of (name, lines before, lines after, what it does)."""

    def __repr__(self) -> str:
        width = max(len(row[0]) for row in self)
        return "\n".join(f"{name:<{width}}  {before:>5} -> {after:<5}  {what}" for name, before, after, what in self)


def table(before: int, history: Sequence[tuple[Callable, Listing]]) -> Passes:
    """The table of what was done to a listing.

    Args:
        before: how many lines it had at first.
        history: each pass with what it made.
    """
    rows = Passes()
    for rewriting, listing in history:
        after = len(listing.lines)
        rows.append((rewriting.__name__, before, after, first_clause(rewriting.__doc__ or "")))
        before = after
    return rows


def first_clause(text: str) -> str:
    """The beginning of a docstring, up to its first full stop or colon, as plain text.

    >>> first_clause("Write ``x ** 3`` as a product: that is quicker.")
    'Write x ** 3 as a product'
    """
    return " ".join(re.split(r"[.:;](?:\s|$)", text.replace("``", ""))[0].split())
