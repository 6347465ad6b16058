"""From the steps of a backward pass to the frames that are played: one place, one equation, one number
each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import agreeing, formula, messages, numbers, schema
from nbgrad.display.attributes import as_array, as_numbers
from nbgrad.display.formula import Token
from nbgrad.display.label_places import LabelPlaces
from nbgrad.display.scene import TOO_MANY, Scene, build
from nbgrad.display.schema import Step
from nbgrad.display.sentences import sentence
from nbgrad.display.svg import gradient_fragment


@dataclass(frozen=True, slots=True)
class Frame:
    """What a player shows at one step.

    caption: the operation's name. active: id of the node whose rule runs. edge: "u-v-key" or None. label:
    what floats at ``label_at`` beside that edge. target: id of the node whose gradient slot gets the SVG
    fragment ``gradient``. equation: tokens. sentence: what the step means.
    """

    caption: str
    active: int | None
    edge: str | None
    label: str
    label_at: tuple[float, float]
    target: int
    gradient: str
    equation: tuple[Token, ...]
    sentence: str


def frames(graph: Any, steps: Iterable[Step], direction: str = "LR") -> list[Frame]:
    """Return one frame for each step; none for a graph that is too large to be drawn.

    Raises the errors of ``schema.normalise`` and ``schema.check_steps``.

    >>> graph = nx.MultiDiGraph([(0, 1)])
    >>> steps = [Step(None, 1, None, 1.0, 1.0, 1.0), Step(1, 0, (0, 1, 0), 1.0, 3.0, 3.0, local=3.0)]
    >>> [frame.caption for frame in frames(graph, steps)]
    ['start', 'operation 1']
    """
    graph = schema.normalise(graph)
    if len(graph) > TOO_MANY:
        return []
    return frames_of(build(graph, direction), steps)


def frames_of(scene: Scene, steps: Iterable[Step]) -> list[Frame]:
    """Return the frames of a scene that is already laid out."""
    checked = schema.check_steps(scene.graph, steps)
    root = root_of(checked)
    formula.mark_weighted(scene.graph, checked)
    places = LabelPlaces(scene)
    return [_frame(scene, step, root, before, places) for step, before in schema.with_before(checked)]


def root_of(steps: list[Step]) -> int:
    """Return the node that the pass starts from: the first step's target. 0 where there are no steps."""
    return steps[0].target if steps else 0


def with_gradients(graph: nx.MultiDiGraph, steps: Iterable[Step]) -> nx.MultiDiGraph:
    """Return a copy of a normalised graph in which every target has the total of its last step, and nothing else."""
    final = graph.copy()
    final.graph.pop(schema.UNPASSED, None)
    for node in final:
        final.nodes[node]["gradient"] = None
    for step in steps:
        if final.nodes[step.target]["kind"] in schema.DIFFERENTIATED:
            is_lost = step.lost is not None
            final.nodes[step.target]["gradient"] = None if is_lost else as_array(step.total)
            final.nodes[step.target]["gone"] = is_lost
    return final


def _frame(scene: Scene, step: Step, root: int, before: Any, places: LabelPlaces) -> Frame:
    graph = scene.graph
    edge = None if step.edge is None else scene.edges[step.edge]
    is_lost = step.lost is not None
    label = "" if is_lost else _label(step.local)
    total, gone = (None, messages.say("gone")) if is_lost else (step.total, "")
    node = scene.nodes[step.target]
    return Frame(
        caption=_caption(graph, step),
        active=root if step.source is None else step.source,
        edge=None if edge is None else edge.id,
        label=label,
        label_at=(0.0, 0.0) if edge is None else places.beside(edge, label),
        target=step.target,
        gradient=gradient_fragment(node, total, scene.look.palette, scene.look.digits, spelled=gone)
        if node.shows_gradient
        else "",
        equation=tuple(formula.equation(graph, step, root, before)),
        sentence=sentence(graph, step, root),
    )


def _caption(graph: nx.MultiDiGraph, step: Step) -> str:
    if step.source is None:
        return messages.say("start")
    name = graph.nodes[step.source]["op"] or schema.label(graph, step.source)
    name = messages.operation(name)
    if step.count < 2:
        return name
    if step.index == 1:
        return f"{name} · {messages.say('first_to_arrive', count=step.count)}"
    return f"{name} · {messages.say('adds_up', index=step.index, count=step.count)}"


def _label(local: Any) -> str:
    """Return "× local", for an elementwise one its range, "" where it is not known."""
    array = as_numbers(local)
    if array is None or not array.size:
        return ""
    if numbers.is_single(array):
        return f"× {agreeing.written(numbers.only(array))}"
    real = array.astype(float)
    finite = real[np.isfinite(real)]
    ends = dict.fromkeys(numbers.number(end) for end in ((finite.min(), finite.max()) if finite.size else ()))
    others = [" … ".join(ends)] * bool(ends) + ["∞"] * bool(np.isinf(real).any()) + ["NaN"] * bool(np.isnan(real).any())
    return f"× {', '.join(others)}"
