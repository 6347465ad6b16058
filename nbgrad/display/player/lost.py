"""Numbers that do not belong together, since some were changed in place: the player does not show them.

Where an operation would give another result for its operands than the one that is there, its rule may multiply by
numbers that were not used. So neither its equation nor anything that flows back through it is true any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import networkx as nx

from nbgrad.display.formula import short
from nbgrad.display.messages import say
from nbgrad.display.schema import Step


def marked(steps: Iterable[Step], unfit: Collection[int]) -> list[Step]:
    """Return steps, those ``lost`` that an unfit operation, or what had come through one, has a part in.

    >>> steps = [Step(None, 2, None, 1.0, 1.0, 1.0), Step(2, 1, (1, 2, 0), 1.0, 3.0, 3.0)]
    >>> [step.lost for step in marked([*steps, Step(1, 0, (0, 1, 0), 3.0, 6.0, 6.0)], [1])]
    [None, None, 1]
    """
    found = []
    lost: dict[int | None, int] = {}  # node -> why its gradient is lost
    for step in steps:
        reasons = (step.source if step.source in unfit else None, lost.get(step.source), lost.get(step.target))
        why = next((reason for reason in reasons if reason is not None), None)
        if why is not None:
            lost[step.target] = why
            step = replace(step, lost=why)
        found.append(step)
    return found


def lost_gradients(steps: Iterable[Step]) -> dict[int, int]:
    """Return the nodes whose gradients are lost, each with the operation that is to blame."""
    return {step.target: step.lost for step in steps if step.lost is not None}


def step_lost(graph: nx.MultiDiGraph, why: int) -> str:
    """Say why a step has no numbers."""
    return say("step_lost", name=short(graph, why))
