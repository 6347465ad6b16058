"""Where the engine and the display meet: what a notebook shows of a tensor or of a node of the graph face.

The engine knows no drawing and the display knows no engine. Here a result becomes a networkx graph with names from
the notebook's variables, and the steps of the backward pass become the steps that the display plays.
"""

from .border import drawn_steps, to_networkx
from .drawing import Drawing, animate, draw, mimebundle

__all__ = ["Drawing", "animate", "draw", "drawn_steps", "mimebundle", "to_networkx"]
