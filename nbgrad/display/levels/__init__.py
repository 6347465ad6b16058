"""Levels: the same computation in fewer boxes, or in more. From graph to graph, before anything is laid out.

collapsing  closed groups become one node each
steps       the backward pass between what is still to be seen
"""

from nbgrad.display.levels.collapsing import READABLE, collapse, default_closed, visible
from nbgrad.display.levels.steps import steps_between

__all__ = ["READABLE", "collapse", "default_closed", "steps_between", "visible"]
