"""Pictures of computation graphs: laid out, drawn as SVG, written as text, played step by step.

A foundation of its own: it draws any directed networkx graph of the schema in ``nbgrad.display.schema`` and knows
nothing of the engine.

Everything is imported when it is first used: who wants a layout does not wait for what draws, writes and plays.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbgrad.display.animated import Film, to_animated_svg
    from nbgrad.display.arrange import Layout, layout
    from nbgrad.display.compare import DifferentGraphsError, compared
    from nbgrad.display.errors import (
        AttributeValueError,
        CycleError,
        DisplayError,
        NotAGraphError,
        UnknownNodeError,
    )
    from nbgrad.display.look import Look, OptionError
    from nbgrad.display.moments import Frame, frames
    from nbgrad.display.scene import TOO_MANY
    from nbgrad.display.schema import Step, normalise, validate
    from nbgrad.display.source import source_picture, structure_picture
    from nbgrad.display.svg import to_svg, too_many, too_many_text
    from nbgrad.display.text import to_text

__all__ = [
    "TOO_MANY",
    "AttributeValueError",
    "CycleError",
    "DifferentGraphsError",
    "DisplayError",
    "Film",
    "Frame",
    "Layout",
    "Look",
    "NotAGraphError",
    "OptionError",
    "Step",
    "UnknownNodeError",
    "compared",
    "frames",
    "layout",
    "normalise",
    "source_picture",
    "structure_picture",
    "to_animated_svg",
    "to_svg",
    "to_text",
    "too_many",
    "too_many_text",
    "validate",
]

_NAMES = {
    "animated": ("Film", "to_animated_svg"),
    "arrange": ("Layout", "layout"),
    "compare": ("DifferentGraphsError", "compared"),
    "moments": ("Frame", "frames"),
    "look": ("Look", "OptionError"),
    "scene": ("TOO_MANY",),
    "errors": ("AttributeValueError", "CycleError", "DisplayError", "NotAGraphError", "UnknownNodeError"),
    "schema": ("Step", "normalise", "validate"),
    "source": ("source_picture", "structure_picture"),
    "svg": ("to_svg", "too_many", "too_many_text"),
    "text": ("to_text",),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
