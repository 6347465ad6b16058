"""How things that a cell can end in find their picture, though they know no drawing.

A thing says what kind of picture it has; the package says who makes that kind when it is imported; and the drawing
itself is loaded when it is first needed.
"""

from collections.abc import Callable
from typing import Any, ClassVar

_painters: dict[str, Callable[[Any], Any]] = {}
_widgets: dict[str, Callable[[Any], Any]] = {}


class Shown:
    """Something that a notebook shows as a picture."""

    __slots__ = ()
    picture_kind: ClassVar[str] = "graph"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        painter = _painters.get(self.picture_kind)
        return painter(self) if painter else {"text/plain": repr(self)}


class ShownAlive(Shown):
    """Something that a notebook shows as a widget."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return _widgets[self.picture_kind](self)._repr_mimebundle_()

    def _ipython_display_(self) -> None:
        _widgets[self.picture_kind](self)._ipython_display_()


def show(picture_kind: str, painter: Callable[[Any], Any]) -> None:
    """Let ``painter`` make the mimebundle of everything with this kind of picture."""
    _painters[picture_kind] = painter


def show_alive(picture_kind: str, widget_of: Callable[[Any], Any]) -> None:
    """Let ``widget_of`` make the widget of everything with this kind of picture."""
    _widgets[picture_kind] = widget_of
