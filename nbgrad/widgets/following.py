"""Who follows a trainer, and for how long: until its cell is run again, or it is closed.

Jupyter keeps every widget alive, so one that a second run of its cell has replaced would listen for ever.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

Listener = Callable[[Any], Any]

# For each trainer, by cell: the run of that cell, and what was made in it.
_made: WeakKeyDictionary[Any, dict[str, tuple[str, list[Listener]]]] = WeakKeyDictionary()


def follow(trainer: Any, listener: Listener) -> None:
    """Call ``listener(trainer)`` while it trains and when it changes, instead of those of the cell's earlier run."""
    cell, run = running_cell()
    if cell:
        cells = _made.setdefault(trainer, {})
        earlier, listeners = cells.get(cell, (run, []))
        if earlier != run:
            for replaced in listeners:
                trainer.off(replaced)
            listeners = []
        cells[cell] = run, [*listeners, listener]
    trainer.on_beat(listener)
    trainer.on_change(listener)


def unfollow(trainer: Any, listener: Listener) -> None:
    """Call ``listener`` no more, and forget it."""
    trainer.off(listener)
    for cell, (run, listeners) in _made.get(trainer, {}).items():
        _made[trainer][cell] = run, [known for known in listeners if known != listener]


def running_cell() -> tuple[str, str]:
    """Return the ids of the notebook's cell that is being run and of this run; both "" elsewhere."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    parent: dict[str, Any] = getattr(shell, "get_parent", dict)() or {}
    return str(parent.get("metadata", {}).get("cellId") or ""), str(parent.get("header", {}).get("msg_id") or "")
