"""Why this order: the pass in a wrong order beside the right one, and with ``=`` for ``+=``.

The passes are those of the whole graph. Steps within closed groups are left out; what the leaves in them end with is
not, nor whether a number is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nbgrad.display import measure, messages
from nbgrad.display.formula import in_one, short
from nbgrad.display.levels import View
from nbgrad.display.messages import say
from nbgrad.display.player.facts import edge_name
from nbgrad.display.player.lost import lost_gradients
from nbgrad.display.player.paths import amount
from nbgrad.display.player.seen import edges_shown
from nbgrad.display.player.trace import Order, Trace


def orders_of(trace: Trace, view: View) -> list[dict[str, Any]]:
    """Return the passes in their orders, each with what every leaf ends with and what it should.

    There are none where numbers do not belong together. trace: what is seen of the view.
    """
    if lost_gradients(trace.steps):
        return []
    first = next((order for order in trace.orders if order.key == "sorted"), None)
    right, complete = (first.final, _complete(first)) if first else ({}, {})
    return [_order(order, view, right, complete) for order in trace.orders]


def _complete(order: Order) -> dict[int, Any]:
    """Return what each node has when everything that arrives there has arrived."""
    return {node: total for _, node, total in order.steps}


def _order(order: Order, view: View, right: Any, complete: dict[int, Any]) -> dict[str, Any]:
    """Return a pass. right: what the leaves should end with. complete: what every node should, on the way, too."""
    says = {"agrees": f"order_{order.key}_agrees", "same": "order_same", "unknown": "order_unknown"}
    steps = _steps(order, view, complete)
    return {
        "key": order.key,
        "label": say(f"order_{order.key}_label"),
        "sentence": say(says.get(order.outcome, f"order_{order.key}")),
        "alike": order.outcome in ("", "agrees"),
        "steps": steps,
        "hidden": len(order.steps) - len(steps),
        "final": [_final(order, view, node, should) for node, should in right.items()],
    }


def _steps(order: Order, view: View, complete: dict[int, Any]) -> list[dict[str, Any]]:
    """Return the steps along edges that are drawn. What goes wrong within a closed group is told once, at the step
    after which it does."""
    early = too_early(order) if order.key == "depth_first" else {}
    edges = edges_shown(view.graph)
    found: list[dict[str, Any]] = []
    told: set[int] = set()
    for (edge, node, total), is_right in zip(order.steps, _right_on_the_way(order, complete), strict=True):
        is_early = edge is not None and edge[1] in early
        if edge is None or edge in edges:
            note = _said_early(view, edge[1], *early[edge[1]]) if edge is not None and is_early else ""
            edge_shown = None if edge is None else edge_name(edges[edge])
            text = measure.clean(amount(total), 60)
            found.append({"edge": edge_shown, "node": view.shown[node], "text": text, "right": is_right, "early": note})
        elif found and (is_early or is_right is False):
            box = view.shown[edge[1] if is_early else node]  # where it goes wrong; a node that is drawn says so itself
            if box in told or view.graph.nodes[box]["kind"] != "group":
                continue
            told.add(box)
            said = say("order_early_within" if is_early else "order_wrong_within", name=short(view.graph, box))
            found[-1]["early"] = messages.together([note for note in (found[-1]["early"], said) if note])
    return found


def _final(order: Order, view: View, node: int, should: Any) -> dict[str, Any]:
    """Return what a leaf ends with. inside: the closed group that hides it."""
    found, at = order.final.get(node), view.shown[node]
    return {
        "node": at,
        "name": short(view.whole, node),
        "inside": "" if view.graph.nodes[at]["kind"] != "group" else short(view.graph, at),
        "text": say("not_yet") if found is None else amount(found),
        "right": _is_right(order, found, should),
        "should": amount(should),
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


def _said_early(view: View, node: int, sent: Any, rest: Any) -> str:
    name = f"∂{in_one(short(view.whole, node))}"
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
