"""What stands behind a player while its kernel runs: it answers what the page asks for.

The page sends an edit of a leaf, a reset, or a group to be opened or closed. The answer is a new payload. Tensors of
the user are never changed: what is edited is a copy of the recorded graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.hooks import hooks_left_out
from ..core.tensor import plain
from ..notebook.edits import EditError, Recomputed, fitting, refusal
from ..notebook.pictures import Picture
from ..notebook.recorded import as_recorded, hooked, moved_since
from ..notebook.trace import LEARNING_RATE, is_real, leaves, traced, updates_of
from .orders import orders_of
from .routes import routes_of
from .untouched import random_state_kept

if TYPE_CHECKING:
    from ..display import Film, Look
    from ..display.levels import View
    from ..display.player import Trace

MOST_KEPT = 100  # changes that can be taken back


class Session:
    """One result that is being played.

    Args:
        picture: of the result, as it was recorded.
        learning_rate, optimizer: of the step that the third phase shows.
        level, depth: how much is seen at first, see ``levels.closed_at``.
        look: of the pictures; the page takes its direction from it, and its colours from the notebook.
    """

    def __init__(
        self,
        picture: Picture,
        learning_rate: float = LEARNING_RATE,
        optimizer: Any = None,
        level: str | None = None,
        depth: int | None = None,
        look: Look | None = None,
    ):
        from ..display import Look
        from ..display.levels import closed_at

        self._picture, self._look = picture, look or Look()
        self._rate, self._optimizer = learning_rate, optimizer
        self._first = self._trace = trace_of(picture, learning_rate, optimizer)
        self._closed = closed_at(self._trace.graph, level, depth)
        self._edits: dict[int, Any] = {}
        self._past: list[dict[int, Any]] = []  # the edits before each change, for it to be taken back
        self._view: tuple[Trace, frozenset[Any], tuple[Trace, View]] | None = None

    def payload(self) -> dict[str, Any]:
        """What the page is to show now."""
        from ..display.player.payload import payload_seen

        before = self._first if self._edits else None
        return payload_seen(*self._viewed(), before, direction=self._look.direction)

    @property
    def seen(self) -> View:
        """What is to be seen now."""
        return self._viewed()[1]

    @property
    def film(self) -> Film:
        """The backward pass that is shown now, as pictures."""
        from ..display import Film

        trace, _ = self._viewed()
        return Film(trace.graph, trace.steps, look=self._look)

    def _viewed(self) -> tuple[Trace, View]:
        """What is to be seen of the trace now; looked at once for all who ask, until something changes."""
        from ..display.player.payload import viewed

        asked = (self._trace, frozenset(self._closed))
        if self._view is None or self._view[0] is not asked[0] or self._view[1] != asked[1]:
            self._view = (*asked, viewed(*asked))
        return self._view[2]

    def answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the page asks for and give the new payload. If it cannot be done, everything stays as it was.

        Raises:
            EditError, UnknownGroupError: it cannot be done; the message says why.
        """
        # Kept as an attribute, these methods would hold the session, and so the whole graph, in a circle.
        known: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "edit": self._edit,
            "reset": self._reset,
            "undo": self._undo,
            "toggle": self._toggle,
        }
        do = known.get(str(message.get("kind")))
        if do is None:
            raise EditError(refusal("asked_unknown", what=f"{message.get('kind')!s:.40}"))
        do(message)
        return self.payload()

    def _edit(self, message: Mapping[str, Any]) -> None:
        """Give a leaf other numbers."""
        from ..display.player.facts import MOST_EDITABLE

        vertex = next((v for v in leaves(self._picture) if str(v.id) == str(message.get("node"))), None)
        if vertex is None or not is_real(vertex.value) or np.size(vertex.value) > MOST_EDITABLE:
            raise EditError(refusal("edit_unknown"))
        before = self._edits
        self._set({**before, vertex.id: fitting(vertex, message.get("data"))})
        if not (message.get("joins") and self._past):  # while a number is dragged, all that is sent is one change
            self._past = [*self._past, before][-MOST_KEPT:]

    def _reset(self, message: Mapping[str, Any]) -> None:
        """Go back to the numbers that were recorded."""
        if self._edits:
            self._past = [*self._past, self._edits][-MOST_KEPT:]
        self._edits, self._trace = {}, self._first

    def _undo(self, message: Mapping[str, Any]) -> None:
        """Take back the last change, of whichever leaf, or a reset."""
        if not self._past:
            raise EditError(refusal("edit_nothing"))
        *earlier, last = self._past
        if last:
            self._set(last)
        else:
            self._edits, self._trace = {}, self._first
        self._past = earlier

    def _toggle(self, message: Mapping[str, Any]) -> None:
        """Open or close a group."""
        path = message.get("path")
        if not isinstance(path, str):
            raise EditError(refusal("asked_no_group"))
        self._closed = self.seen.toggled(path).closed

    def _set(self, edits: dict[int, Any]) -> None:
        """Compute the graph again; nothing has changed if that fails."""
        with random_state_kept():
            again = Recomputed(self._picture, edits)
        trace = trace_of(again, self._rate, self._optimizer, self._picture)
        self._edits, self._trace = edits, trace


def trace_of(
    picture: Picture, learning_rate: float = LEARNING_RATE, optimizer: Any = None, original: Picture | None = None
) -> Trace:
    """Everything that the player is told of a picture.

    Args:
        original: the picture that ``picture`` was computed again from; an optimiser knows its parameters.
    """
    from ..display.player import Trace

    known = original or picture
    as_recorded(known)
    with random_state_kept(), hooks_left_out():
        graph, steps, written = traced(picture)
        return Trace(
            graph=graph,
            steps=steps,
            written=written,
            updates=updates_of(picture, steps, learning_rate, optimizer, known),
            routes=routes_of(picture, steps),
            orders=orders_of(picture, steps),
            editable=[vertex.id for vertex in leaves(picture) if is_real(vertex.value)],
            moved=moved_since(picture, known),
            hooked=hooked(known),
            stored={vertex.id: plain(vertex.stored) for vertex in picture.vertices if vertex.stored is not None},
            unfit=[vertex.id for vertex in picture.vertices if vertex.unfit],
        )
