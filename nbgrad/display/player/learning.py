"""What teaches: questions to be answered, and the pass in a wrong order beside the right one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from nbgrad.display import measure, numbers
from nbgrad.display.agreeing import written
from nbgrad.display.attributes import as_numbers
from nbgrad.display.formula import derivative, differentiated, in_one, short
from nbgrad.display.messages import parts, say, together
from nbgrad.display.player.facts import edge_name
from nbgrad.display.player.lost import lost_gradients
from nbgrad.display.player.paths import amount
from nbgrad.display.player.phases import Frame
from nbgrad.display.player.shares import shares_of
from nbgrad.display.player.trace import Order, Trace
from nbgrad.display.schema import Step

MOST_QUESTIONS = 40
LARGEST_ASKED = 16  # elements of an array of which one is asked for
OF_OPERANDS = 6  # digits: where two numbers are subtracted, three would not do
COUNT = re.compile(r"/ (n|N|count)$")  # what a mean divides by


# ---- questions
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
    last_frame: dict[int, int] = {}
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


# ---- orders
def orders_of(trace: Trace) -> list[dict[str, Any]]:
    """Return the passes in their orders, each with what every leaf ends with and what it should.

    There are none where numbers do not belong together.
    """
    if lost_gradients(trace.steps):
        return []
    first = next((order for order in trace.orders if order.key == "sorted"), None)
    right, complete = (first.final, _complete(first)) if first else ({}, {})
    return [_order(trace, order, right, complete) for order in trace.orders]


def _complete(order: Order) -> dict[int, Any]:
    """Return what each node has when everything that arrives there has arrived."""
    return {node: total for _, node, total in order.steps}


def _order(trace: Trace, order: Order, right: Any, complete: dict[int, Any]) -> dict[str, Any]:
    """Return a pass. right: what the leaves should end with. complete: what every node should, on the way, too."""
    graph = trace.graph
    early = too_early(order) if order.key == "depth_first" else {}
    final = []
    for node, should in right.items():
        found = order.final.get(node)
        final.append(
            {
                "node": node,
                "name": short(graph, node),
                "text": say("not_yet") if found is None else amount(found),
                "right": _is_right(order, found, should),
                "should": amount(should),
            }
        )
    says = {"agrees": f"order_{order.key}_agrees", "same": "order_same", "unknown": "order_unknown"}
    sentence = say(says.get(order.outcome, f"order_{order.key}"))
    return {
        "key": order.key,
        "label": say(f"order_{order.key}_label"),
        "sentence": sentence,
        "steps": [
            {
                "edge": None if edge is None else edge_name(edge),
                "node": node,
                "text": measure.clean(amount(total), 60),
                "right": is_right,
                "early": "" if edge is None or edge[1] not in early else _said_early(graph, edge[1], *early[edge[1]]),
            }
            for (edge, node, total), is_right in zip(order.steps, _right_on_the_way(order, complete), strict=True)
        ],
        "final": final,
    }


def _right_on_the_way(order: Order, complete: dict[int, Any]) -> Iterator[bool | None]:
    """Tell of each step whether the number is right that stands there then. Of several arrivals the last one tells;
    where each replaces what had arrived before, this is lost at once."""
    last = {node: number for number, (_, node, _) in enumerate(order.steps)}
    before: dict[int, Any] = {}
    for number, (_, node, total) in enumerate(order.steps):
        if number == last[node]:
            yield _is_right(order, total, complete.get(node, total))
        else:
            yield order.key != "overwrite" or not np.any(before.get(node, 0.0))
        before[node] = total


def too_early(order: Order) -> dict[int, tuple[Any, Any]]:
    """Return for each node that is handed on when it is first reached, though more arrives: what it had, and the rest.

    >>> order = Order("depth_first", [(None, 3, 1.0), ((1, 3, 0), 1, 0.3), ((0, 1, 0), 0, 0.6), ((1, 3, 1), 1, 0.7)],
    ...               {}, "")
    >>> {node: (sent, round(rest, 6)) for node, (sent, rest) in too_early(order).items()}
    {1: (0.3, 0.4)}
    """
    first: dict[int, Any] = {}
    final: dict[int, Any] = {}
    again: dict[int, None] = {}
    for _, node, total in order.steps:
        if node in first:
            again[node] = None
        first.setdefault(node, total)
        final[node] = total
    senders = {edge[1] for edge, _, _ in order.steps if edge is not None}
    with np.errstate(all="ignore"):  # there may be NaN and infinity in gradients
        return {node: (first[node], final[node] - first[node]) for node in again if node in senders}


def _said_early(graph: Any, node: int, sent: Any, rest: Any) -> str:
    name = f"∂{in_one(short(graph, node))}"
    if np.size(sent) > 1:
        return say("order_too_early_array", name=name)
    return say("order_too_early", name=name, sent=amount(sent), rest=amount(rest))


def _is_right(order: Order, found: Any, should: Any) -> bool | None:
    """Tell whether a node ends with what it should; None where there is NaN in both, which cannot be compared."""
    is_right = found is not None and _same(found, should)
    could_differ = order.outcome in ("differs", "unknown")
    return None if is_right and could_differ and np.isnan(should).any() else is_right


def _same(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-6, atol=0, equal_nan=True))
