"""How things that a cell can end in find their picture, though they know no drawing.

The package hangs its drawing function here when it is imported; the drawing itself is loaded when first needed.
"""

from collections.abc import Callable
from typing import Any


_draw: Callable[[Any], dict[str, str]] = lambda thing: {"text/plain": repr(thing)}


class Shown:
    """Something with a graph: in a notebook it is drawn."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return _draw(self)


def draw_with(function: Callable[[Any], dict[str, str]]) -> None:
    """Let ``function`` make the mimebundle of everything that is :class:`Shown`."""
    global _draw
    _draw = function
