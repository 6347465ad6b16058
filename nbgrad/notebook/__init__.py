"""Where the engine and the display meet: what a notebook shows of a tensor, a node or a program.

The engine knows no drawing and the display knows no engine. Here a result becomes a networkx graph with names from
the notebook's variables, and the steps of the backward pass become the steps that the display plays.
"""

from .border import drawn_steps, to_networkx
from .drawing import Drawing, draw, mimebundle
from .programs import widget_of

__all__ = ["Drawing", "draw", "drawn_steps", "mimebundle", "to_networkx", "widget_of"]
