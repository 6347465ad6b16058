"""Levels: the same computation in fewer boxes, or in more. From graph to graph, before anything is laid out.

collapsing  closed groups become one node each
folding     equal groups beside each other become one node, "× 12"
rows        equal groups one after the other become one node, "× 12 in a row"
views       which groups are closed, and what is seen then
steps       the backward pass between what is still to be seen
"""

from nbgrad.display.levels.collapsing import MOST_COLLAPSED, READABLE, collapse, default_closed, visible
from nbgrad.display.levels.folding import REPEATED, fold
from nbgrad.display.levels.rows import fold_rows
from nbgrad.display.levels.steps import steps_between
from nbgrad.display.levels.views import UnknownGroupError, View, check_level, closed_at

__all__ = [
    "MOST_COLLAPSED",
    "READABLE",
    "REPEATED",
    "UnknownGroupError",
    "View",
    "check_level",
    "closed_at",
    "collapse",
    "default_closed",
    "fold",
    "fold_rows",
    "steps_between",
    "visible",
]
