"""The questions of the quiz: what a gradient is, and what it is made of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nbgrad.display import numbers
from nbgrad.display.agreeing import written
from nbgrad.display.attributes import as_numbers
from nbgrad.display.formula import derivative, differentiated, receiver, short
from nbgrad.display.messages import parts, say, together
from nbgrad.display.player.lost import lost_gradients
from nbgrad.display.player.phases import Frame
from nbgrad.display.player.shares import shares_of
from nbgrad.display.player.trace import Trace
from nbgrad.display.schema import Step

MOST_QUESTIONS = 40
LARGEST_ASKED = 16  # elements of an array of which one is asked for
OF_OPERANDS = 6  # digits: where two numbers are subtracted, three would not do
COUNT = re.compile(r"/ (n|N|count)$")  # what a mean divides by


class Arrived(NamedTuple):
    """One arrival at a node, as single numbers."""

    upstream: float
    local: float
    product: float


def questions_of(trace: Trace, frames: Sequence[Frame], root: int) -> list[dict[str, Any]]:
    """Return a question for each node whose gradient, or one element of it, is a product or a sum of products.

    They come in the order in which the gradients are complete: an answer moves the drawing to where it stands, which
    shall not give away another.
    """
    arrivals: dict[int, list[Step]] = {}
    lost = lost_gradients(trace.steps)
    last_frame: dict[int | None, int] = {}
    for index, frame in enumerate(frames):
        if frame.phase == "backward":
            last_frame[frame.target] = index
    for step in trace.steps:
        if step.source is not None:
            arrivals.setdefault(step.target, []).append(step)
    asked = []
    shares = shares_of(trace)
    for node, steps in arrivals.items():
        known = node in last_frame and node not in lost
        question = _question(trace, node, steps, root, shares.get(node, [])) if known else None
        if question is not None:
            asked.append({"node": node, "frame": last_frame[node], **question})
    return sorted(asked, key=lambda question: question["frame"])[:MOST_QUESTIONS]


def _question(
    trace: Trace, node: int, steps: list[Step], root: int, shares: Sequence[np.ndarray]
) -> dict[str, Any] | None:
    """Return the question for a node. shares: what each path alone brings there, where that is known."""
    total = as_numbers(steps[-1].total)
    if total is None or not 0 < total.size <= LARGEST_ASKED or len(steps) != steps[-1].count:
        return None
    if len({receiver(trace.graph, step) for step in steps}) > 1:  # a closed group's results have a gradient each
        return None
    if not np.isfinite(total.astype(float)).all():
        return None
    at = int(np.argmax(np.abs(total)))
    arrived = [_arrived(step, at) for step in steps]
    known = [one for one in arrived if one is not None]
    if len(known) != len(arrived):
        return None
    graph = trace.graph
    name, loss = short(graph, node), differentiated(graph, root)
    answer = float(total.reshape(-1)[at])
    element = element_name(total.shape, at)
    source = steps[0].source
    assert source is not None
    question = say("quiz_question", slope=derivative(loss, name) + element)
    if element:  # of an array the picture shows no such numbers
        from_root = any(step.source == root for step in steps)
        told = _by_rule(trace, steps, at, loss) if from_root else [_given(trace, steps, known, at, loss)]
        if not told:
            return None
        question = together([question, *told])
    return {
        "element": element,
        "question": question,
        "answer": answer,
        "text": numbers.number(answer),
        "upstream": [one.upstream for one in known],
        "local": [one.local for one in known],
        "products": [one.product for one in known],
        "paths": _far_paths(shares, total, at, len(known)),
        "hint": say("quiz_hint", source=short(graph, source), name=name)
        if len(known) == 1
        else say("quiz_hint_several", count=len(known), name=name),
    }


def _far_paths(shares: Sequence[np.ndarray], total: np.ndarray, at: int, arrivals: int) -> list[float]:
    """Return what each path brings to one element; none where each arrival is that of one path."""
    if len(shares) <= arrivals or any(share.size != total.size for share in shares):
        return []
    found = [float(share.reshape(-1)[at]) for share in shares]
    return found if np.isfinite(found).all() else []


def _given(trace: Trace, steps: Sequence[Step], known: Sequence[Arrived], at: int, loss: str) -> str:
    """Say the numbers at one element that its gradient is made of: "∂loss/∂y[0] = 0.3", "∂y/∂x[0] = 2"."""
    told: dict[str, None] = {}
    uses = Counter(step.source for step in steps)
    used: Counter[int | None] = Counter()
    for step, arrived in zip(steps, known, strict=True):
        assert step.source is not None
        source, target = short(trace.graph, step.source), short(trace.graph, step.target)
        shape = np.shape(step.total)
        upstream = element_name(shape, at) if np.shape(step.upstream) == shape else ""
        told[f"{derivative(loss, source)}{upstream} = {written(arrived.upstream)}"] = None
        used[step.source] += 1
        slope = f"{derivative(source, target)}{element_name(shape, at)}"
        if uses[step.source] > 1:  # each use has its part in this derivative
            slope = say("quiz_use", slope=slope, number=used[step.source])
        told[f"{slope} = {written(arrived.local)}"] = None
    return say("quiz_given", numbers=parts(told))


def _by_rule(trace: Trace, steps: Sequence[Step], at: int, loss: str) -> list[str]:
    """Say what the gradient at one element is made of, of what goes straight into the result: there the local
    derivative is what is asked for, so its rule is said, and the numbers that go into it. Nothing where these are not
    at the same element, or where there is another way to the result."""
    (step, *others), graph = steps, trace.graph
    assert step.source is not None
    operands = list(graph.predecessors(step.source))
    values = [graph.nodes[node]["value"] for node in operands]
    shape = np.shape(step.total)
    if others or "∂" in step.formula or any(value is None or value.shape != shape for value in values):
        return []
    place = element_name(shape, at)
    told = [
        f"{short(graph, node)}{place} = {numbers.number(value.reshape(-1)[at].item(), OF_OPERANDS)}"
        for node, value in zip(operands, values, strict=True)
    ]
    counted = COUNT.search(step.formula)
    told += [f"{counted[1]} = {np.prod(shape):d}"] if counted else []
    rule = say("quiz_rule", slope=derivative(loss, short(graph, step.target)), formula=step.formula)
    return [rule, say("quiz_given", numbers=parts(told))]


def _arrived(step: Step, at: int) -> Arrived | None:
    """Return an arrival at element ``at`` as single numbers; None where it is no product of two."""
    upstream, local = as_numbers(step.upstream), as_numbers(step.local)
    product = as_numbers(step.contribution)
    if upstream is None or local is None or product is None:
        return None
    try:
        parts = [np.broadcast_to(part, product.shape).reshape(-1)[at] for part in (upstream, local, product)]
    except ValueError:
        return None
    found = Arrived(*(float(part) for part in parts))
    with np.errstate(all="ignore"):
        is_product = np.isclose(found.upstream * found.local, found.product, rtol=1e-3, atol=0)
    return found if is_product and np.isfinite(found).all() else None


def element_name(shape: tuple[int, ...], at: int) -> str:
    """Return how an element is written behind a name: "[0, 2]"; "" where there is only one.

    >>> element_name((2, 3), 2), element_name((1, 1), 0)
    ('[0, 2]', '')
    """
    if int(np.prod(shape)) < 2:
        return ""
    return f"[{', '.join(str(int(place)) for place in np.unravel_index(at, shape))}]"
