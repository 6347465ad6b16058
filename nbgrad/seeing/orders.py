"""Why this order: the same backward pass in an order that is wrong, and with ``=`` where ``+=`` belongs.

Backpropagation visits a result only after everything that used it, and it adds up what arrives. Both can be got wrong,
and beginners' own programs do get them wrong. Here the mistakes are made on purpose, with the operations' own rules,
so that the numbers that come out can be held against the right ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..notebook.border import edge_key
from ..notebook.pictures import Picture, Vertex
from .paths import passable, sent_back, tensor_of

if TYPE_CHECKING:
    from ..display import Step as DrawnStep
    from ..display.player import Order

Edge = tuple[int, int, int]
Arrival = tuple[Edge | None, int, Any]
MOST_STEPS = 1000  # of a backward pass that is run in other orders, too


def orders_of(picture: Picture, steps: Sequence[DrawnStep]) -> list[Order]:
    """The backward pass of a picture in the right order, as its ``steps`` are, and in two wrong ways."""
    from ..display.player import Order

    if not steps or len(steps) > MOST_STEPS:
        return []
    right = final_of(picture, [(step.edge, step.target, step.total) for step in steps])
    orders = [Order("sorted", [(step.edge, step.target, step.total) for step in steps], right, "")]
    for key, run, matters in (
        ("depth_first", depth_first, results_used_twice(picture)),
        ("overwrite", overwriting, any(step.count > 1 for step in steps)),
    ):
        with np.errstate(all="ignore"):
            arrivals = run(picture, steps[0].total)
        final = final_of(picture, arrivals)
        agrees = all(np.array_equal(right[leaf], final[leaf], equal_nan=True) for leaf in right)
        alike = "agrees" if not matters else "unknown" if any(np.isnan(g).any() for g in right.values()) else "same"
        orders.append(Order(key, arrivals, final, alike if agrees else "differs"))
    return orders


def final_of(picture: Picture, arrivals: Sequence[Arrival]) -> dict[int, Any]:
    """What each parameter ends with."""
    last: Mapping[int, Any] = {node: total for _, node, total in arrivals}
    return {v.id: last.get(v.id) for v in picture.vertices if v.kind == "parameter" and v.id in last}


def results_used_twice(picture: Picture) -> bool:
    """Whether several gradients arrive at a result, which hands on their sum."""
    uses = [0] * len(picture.vertices)
    for vertex in picture.vertices:
        for x, _ in operands_of(picture, vertex):
            uses[x.id] += 1
    return any(vertex.op is not None and uses[vertex.id] > 1 for vertex in picture.vertices)


def operands_of(picture: Picture, vertex: Vertex) -> list[tuple[Vertex, int]]:
    """The operands of a vertex that a gradient flows to, with their positions."""
    if vertex.op is None or not passable(picture, vertex):
        return []
    rules = vertex.op.rules
    return [(x, i) for i, x in enumerate(vertex.inputs) if passable(picture, x) and rules[i] is not None]


def depth_first(picture: Picture, seed: Any) -> list[Arrival]:
    """The pass without sorting: a node hands on what it has at once when it is first reached, and never again."""
    root = picture.vertices[-1]
    arrived: dict[int, Any] = {root.id: seed}
    arrivals: list[Arrival] = [(None, root.id, seed)]
    waiting = [(root, x, i, seed) for x, i in reversed(operands_of(picture, root))]
    while waiting:
        vertex, x, position, g = waiting.pop()
        contribution = sent_back(tensor_of(picture, vertex), position, g)
        first = x.id not in arrived
        arrived[x.id] = contribution if first else arrived[x.id] + contribution
        note(arrivals, vertex, x, position, arrived[x.id])
        if first:
            waiting += [(x, operand, i, contribution) for operand, i in reversed(operands_of(picture, x))]
    return arrivals


def overwriting(picture: Picture, seed: Any) -> list[Arrival]:
    """The pass in the right order, but each arrival replaces what had arrived before: ``=`` in place of ``+=``."""
    root = picture.vertices[-1]
    arrived: dict[int, Any] = {root.id: seed}
    arrivals: list[Arrival] = [(None, root.id, seed)]
    for vertex in reversed(picture.vertices):
        for x, position in operands_of(picture, vertex) if vertex.id in arrived else ():
            arrived[x.id] = sent_back(tensor_of(picture, vertex), position, arrived[vertex.id])
            note(arrivals, vertex, x, position, arrived[x.id])
    return arrivals


def note(arrivals: list[Arrival], vertex: Vertex, x: Vertex, position: int, total: Any) -> None:
    """Put an arrival on the list; data get no gradient on pictures."""
    if x.kind != "data":
        arrivals.append(((x.id, vertex.id, edge_key(vertex, position)), x.id, total))
