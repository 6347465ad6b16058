"""The frames of the three phases: values fill in, gradients arrive, parameters move. One change in each frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nbgrad.display import messages, numbers, schema, svg
from nbgrad.display.agreeing import is_dust
from nbgrad.display.attributes import as_array, as_numbers
from nbgrad.display.formula import Token, differentiated, receiver, short
from nbgrad.display.messages import say, together
from nbgrad.display.moments import frames_of, root_of
from nbgrad.display.player.gathering import arrival_of, fold_of
from nbgrad.display.player.lost import lost_gradients, step_lost
from nbgrad.display.player.trace import Inside, Trace, Update
from nbgrad.display.player.writing import (
    called,
    forward_equation,
    given_to,
    handed_on,
    inside_equation,
    update_equation,
    within_equation,
)
from nbgrad.display.rounding import PLAIN
from nbgrad.display.scene import Scene
from nbgrad.display.sentences import left_by_rounding, not_finite

FORWARD, BACKWARD, UPDATE = "forward", "backward", "update"
SAID = {place: place for place in ("lr", "weight_decay", "velocity", "square", "mean", "steps")} | {
    "betas[0]": "beta1",  # in a template {betas[0]} would be the first letter of something
    "betas[1]": "beta2",
}  # what sentences speak of in an optimiser's step: its place in the equations, and what the templates call it


@dataclass(frozen=True, slots=True)
class Frame:
    """What the player shows at one moment; see ``payload`` for how it goes to the page.

    active: the node at work. edges: those that are lit. label, label_at: what floats beside an edge. target, slot,
    fragment: whose value or gradient gets which piece of drawing; number: the same in words. There is no target where
    nothing that is drawn changes. spoken: the sentence with its number. fold: what broadcasting undone looks like,
    arrival: what adds up; None where there is no such thing.
    """

    phase: str
    caption: str
    active: int | None
    target: int | None
    slot: str
    fragment: str
    number: str
    equation: tuple[Token, ...]
    sentence: str
    spoken: str
    edges: tuple[str, ...] = ()
    label: str = ""
    label_at: tuple[float, float] = (0.0, 0.0)
    fold: dict[str, Any] | None = field(default=None)
    arrival: dict[str, Any] | None = field(default=None)


def frames_of_phases(scene: Scene, trace: Trace) -> list[Frame]:
    """Return the frames of all phases, in their order."""
    return [*forward_frames(scene, trace), *backward_frames(scene, trace), *update_frames(scene, trace)]


# ---- forward
def forward_frames(scene: Scene, trace: Trace) -> Iterator[Frame]:
    """One frame for each operation that has a value, in creation order."""
    graph = scene.graph
    told: list[int] = []
    for node, facts in graph.nodes(data=True):
        value = facts["value"]
        if facts["kind"] == "group" and value is None:
            yield _forward_within(scene, node)
            continue
        if facts["kind"] in ("parameter", "data", "constant") or value is None or facts["bare"]:
            continue
        written = trace.written.get(node)
        unfit = node in trace.unfit
        lost = [step_lost(graph, node)] if unfit else []
        said = [computed(graph, node), *born(trace, node), *left_of_zero(graph, node)]
        sentence = messages.together([*said, *newly_moved(trace, node, told), *lost])
        number = numbers.summary(value)
        yield Frame(
            phase=FORWARD,
            caption=messages.operation(facts["op"] or short(graph, node)),
            active=node,
            edges=tuple(scene.edges[edge].id for edge in graph.in_edges(node, keys=True)),
            target=node,
            slot="value",
            fragment=svg.value_fragment(scene.nodes[node], value),
            number=number,
            equation=tuple(forward_equation(graph, node, written, unfit)),
            sentence=sentence,
            spoken=together([sentence, say("spoken_value", name=short(graph, node), value=number)]),
        )


def _forward_within(scene: Scene, node: int) -> Frame:
    """Return the frame of a closed group that has no one value: it has several results, or stands for equal groups."""
    graph = scene.graph
    sentence = computed(graph, node)
    values = {name: value for name, value in handed_on(graph, node).items() if value is not None}
    heard = [say("spoken_value", name=name, value=numbers.summary(value)) for name, value in values.items()]
    return Frame(
        phase=FORWARD,
        caption=short(graph, node),
        active=node,
        edges=tuple(scene.edges[edge].id for edge in graph.in_edges(node, keys=True)),
        target=None,
        slot="value",
        fragment="",
        number="",
        equation=tuple(within_equation(graph, node)),
        sentence=sentence,
        spoken=together([sentence, *heard]),
    )


def left_of_zero(graph: Any, node: int) -> list[str]:
    """Say of a sum or difference that should be zero that only rounding has left something of it."""
    facts = graph.nodes[node]
    given = [graph.nodes[u]["value"] for u in schema.inputs(graph, node)]
    is_sum = facts["op"] in PLAIN and all(x is not None for x in given)
    return [left_by_rounding(facts["value"])] if is_sum and is_dust(facts["value"], given) else []


def born(trace: Trace, node: int) -> list[str]:
    """Say that a NaN or an infinity arises in an operation, and why it is no number."""
    written = trace.written.get(node)
    is_one = trace.graph.nodes[node]["kind"] == "operation" and written is not None and node not in trace.unfit
    return [written.born] if is_one and written is not None and written.born else []


def newly_moved(trace: Trace, node: int, told: list[int]) -> list[str]:
    """Say of the inputs of a node which have moved since, each once. told: those of which it was said."""
    new = [u for u in dict.fromkeys(schema.inputs(trace.graph, node)) if u in trace.moved and u not in told]
    told += new
    return [moved_since(trace, u) for u in new]


def moved_since(trace: Trace, node: int) -> str:
    """Say that a node has another value by now than the one that is shown."""
    now = numbers.summary(as_array(trace.moved[node]))
    return say("moved_since", name=short(trace.graph, node), value=now)


def computed(graph: Any, node: int) -> str:
    """Say how an operation's value comes about."""
    facts = graph.nodes[node]
    op = messages.operation(facts["op"] or called(graph, node))
    told = ", ".join(f"{name}={said}" for name, said in facts["settings"])
    op += f" ({told})" if told else ""
    given = listed(given_to(graph, node))
    if results := list(handed_on(graph, node)):
        said = {"name": short(graph, node), "count": f"{facts['members']:,}", "results": listed(results)}
        return say("computed_several", **said, inputs=given) if given else say("computed_several_within", **said)
    if facts["kind"] == "group" and facts["count"] > 1 and not facts["row"]:
        key = "computed_equal" if given else "computed_equal_within"
        return say(key, name=short(graph, node), copies=facts["count"], **({"inputs": given} if given else {}))
    if facts["kind"] == "group" and not given:
        return messages.counted("computed_within", facts["members"], name=short(graph, node))
    if not given:
        return say("computed_alone", name=short(graph, node), op=op)
    if facts["kind"] == "group":
        return say("computed_group", name=short(graph, node), count=f"{facts['members']:,}", inputs=given)
    return say("computed_from", name=short(graph, node), op=op, inputs=given)


def listed(names: list[str], most: int = 6) -> str:
    """List names, each once; after six of them stands "…"."""
    once = list(dict.fromkeys(names))
    return messages.listed(once[:most] + ["…"] * (len(once) > most))


# ---- backward
def backward_frames(scene: Scene, trace: Trace) -> Iterator[Frame]:
    """One frame for each contribution of the reverse pass, as its steps come."""
    steps = list(trace.steps)
    root = root_of(steps)
    for (step, before), frame in zip(schema.with_before(steps), frames_of(scene, steps), strict=True):
        number = numbers.summary(as_array(step.total)) if step.lost is None else say("gone")
        sentence = frame.sentence
        if step.index == step.count and step.target in trace.hooked:
            sentence = messages.together([sentence, say("hook_left_out", name=short(scene.graph, step.target))])
        spoken = say(
            "spoken_gradient",
            root=differentiated(scene.graph, root),
            name=receiver(scene.graph, step),
            value=number,
        )
        yield Frame(
            phase=BACKWARD,
            caption=frame.caption,
            active=frame.active,
            edges=() if frame.edge is None else (frame.edge,),
            label=frame.label,
            label_at=frame.label_at,
            target=frame.target,
            slot="gradient",
            fragment=frame.gradient,
            number=number,
            equation=frame.equation,
            sentence=sentence,
            spoken=together([sentence, spoken]),
            fold=fold_of(scene, step),
            arrival=arrival_of(step, before),
        )


# ---- update
def update_frames(scene: Scene, trace: Trace) -> Iterator[Frame]:
    """One frame for each parameter that moves, and one for all of those in a closed group."""
    root = root_of(list(trace.steps))
    moving: list[Update | Inside] = [*trace.updates, *trace.inside]
    lost = lost_gradients(trace.steps)
    for update in sorted(moving, key=moved_last):
        if update.node not in scene.nodes:
            continue
        if isinstance(update, Inside):
            yield _update_inside(scene, update, root)
        else:
            yield _update_of(scene, trace, update, root, lost.get(update.node))


def moved_last(update: Update | Inside) -> int:
    """Return the parameter with which a step of the update is complete: in a closed group, the last one that moves."""
    return max(one.node for one in update.updates) if isinstance(update, Inside) else update.node


def _update_of(scene: Scene, trace: Trace, update: Update, root: int, why: int | None) -> Frame:
    """Return the frame of one parameter. why: the operation through which its gradient was lost, if it was."""
    name = short(scene.graph, update.node)
    after = as_numbers(update.after if why is None else update.before)
    since = [moved_since(trace, update.node)] if update.node in trace.moved else []
    since += [] if update.is_refused or why is not None else stored(trace, update)
    said = moved(scene, update, root) if why is None else step_lost(scene.graph, why)
    sentence = together([said, *since])
    spoken = together([sentence, say("spoken_value", name=name, value=numbers.summary(after))])
    equation = update_equation(scene.graph, update, root, why is not None)
    return _update_frame(scene, update.node, after, equation, sentence, spoken)


def by_rule(update: Update, name: str) -> str:
    """Say how far an optimiser's own rule goes, what the gradient alone would do, and why that is not the same."""
    if not update.lines or update.learning_rate is None:
        return say("update_rule", name=name, rule=update.rule)
    rate, before, after = update.learning_rate, np.asarray(update.before), np.asarray(update.after)
    if rate == 0:
        return say("update_no_rate", name=name)
    letters = {said: update.lines[0].signs[place] for place, said in SAID.items()}
    said = [say(f"update_by_{reason}", name=name, **letters) for reason in update.reasons]
    if numbers.is_single(after):
        move, plain = numbers.only(after - before), -rate * numbers.only(np.asarray(update.gradient))
        beside = {"move": numbers.number(move), "plain": numbers.number(plain), "lr": letters["lr"]}
        key = "update_beside_same" if beside["move"] == beside["plain"] else "update_beside"
        said.insert(0, say(key, name=name, **beside))
    return together(said)


def _update_inside(scene: Scene, inside: Inside, root: int) -> Frame:
    """Return the frame of all parameters in a closed group, of which the box shows none."""
    sentence = say("update_inside", name=short(scene.graph, inside.node), names=listed(list(inside.names)))
    equation = inside_equation(scene.graph, inside, root)
    frame = _update_frame(scene, inside.node, None, equation, sentence, sentence)
    return replace(frame, target=None, fragment="", number="")


def _update_frame(
    scene: Scene, node: int, value: np.ndarray | None, equation: Iterable[Token], sentence: str, spoken: str
) -> Frame:
    return Frame(
        phase=UPDATE,
        caption=say("caption_update", name=short(scene.graph, node)),
        active=node,
        target=node,
        slot="value",
        fragment=svg.value_fragment(scene.nodes[node], value),
        number=numbers.summary(value),
        equation=tuple(equation),
        sentence=sentence,
        spoken=spoken,
    )


def stored(trace: Trace, update: Update) -> list[str]:
    """Say that ``.grad`` holds another gradient than this pass gives, where it does."""
    if update.node not in trace.stored:
        return []
    found, passed = (numbers.summary(as_array(g)) for g in (trace.stored[update.node], update.gradient))
    return [say("update_stored", stored=found, passed=passed)]


def moved(scene: Scene, update: Update, root: int) -> str:
    """Say where a parameter goes, and why."""
    name, loss = short(scene.graph, update.node), differentiated(scene.graph, root)
    gradient = np.asarray(update.gradient, dtype=float)
    if update.is_refused:
        return say("update_refused", name=name, rule=update.rule)
    if not gradient.size:
        return say("update_empty", name=name)
    if not np.isfinite(gradient).all():
        return say("update_not_finite", name=name)
    if not_finite(update.before):
        return say("update_of_nothing", name=name)
    if not_finite(scene.graph.nodes[root]["value"]):
        return say("update_towards_nothing", name=name, root=loss)
    if update.rate is None:
        return by_rule(update, name)
    if update.rate == 0:
        return say("update_no_rate", name=name)
    if not gradient.any():
        return say("update_still", name=name)
    if gradient.size > 1:
        key = "update_array" if gradient.all() else "update_array_partly"
        return say(key, name=name, root=loss, rate=numbers.number(update.rate))
    larger = float(numbers.only(gradient)) > 0
    return say("update_down" if larger else "update_up", name=name, root=loss, rate=numbers.number(update.rate))
