"""Pictures of computation graphs: laid out, drawn as SVG, written as text, played step by step.

A foundation of its own: it draws any directed networkx graph of the schema in ``nbgrad.display.schema`` and knows
nothing of the engine.
"""

from nbgrad.display.animated import Film, to_animated_svg
from nbgrad.display.arrange import Layout, layout
from nbgrad.display.compare import DifferentGraphsError, compared
from nbgrad.display.frames import Frame, frames
from nbgrad.display.look import Look, OptionError
from nbgrad.display.scene import TOO_MANY
from nbgrad.display.schema import (
    AttributeValueError,
    CycleError,
    DisplayError,
    NotAGraphError,
    Step,
    UnknownNodeError,
    normalise,
    validate,
)
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
