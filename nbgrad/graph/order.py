"""In which order the nodes can be computed, and which loss is meant."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

from ..core.errors import AmbiguousLossError, CycleError, FeedError, MissingFeedError
from ..core.names import name_of, variable_names
from ..core.tensor import Tensor
from .nodes import Node, Placeholder, checked_value, live_losses


def ancestors(roots: Iterable[Node]) -> list[Node]:
    """The roots and everything that they are computed from, in no particular order."""
    found = list(dict.fromkeys(roots))
    seen = set(found)
    for node in found:
        for x in node.inputs:
            if x not in seen:
                seen.add(x)
                found.append(x)
    return found


def sorted_from(roots: Sequence[Node]) -> list[Node]:
    """Every node after its inputs; where that leaves a choice, in creation order.

    Raises:
        CycleError: some nodes lead back to themselves.
    """
    nodes = ancestors(roots)
    by_serial = {node.serial: node for node in nodes}
    waiting = {node: len(set(node.inputs)) for node in nodes}
    users: dict[Node, list[Node]] = {node: [] for node in nodes}
    for node in nodes:
        for x in dict.fromkeys(node.inputs):
            users[x].append(node)
    ready = [node.serial for node in nodes if not waiting[node]]
    heapify(ready)
    order = []
    while ready:
        node = by_serial[heappop(ready)]
        order.append(node)
        for user in users[node]:
            waiting[user] -= 1
            if not waiting[user]:
                heappush(ready, user.serial)
    if len(order) < len(nodes):
        cycle = ", ".join(node.label for node in on_cycles([node for node in nodes if waiting[node]], users))
        raise CycleError(f"these nodes lead back to themselves, so none can be computed first: {cycle}")
    return order


def on_cycles(stuck: list[Node], users: Mapping[Node, Sequence[Node]]) -> list[Node]:
    """Of the nodes that could not be sorted, those that lead back to themselves, in creation order."""
    while True:
        left = [node for node in stuck if any(user in stuck for user in users[node])]
        if len(left) == len(stuck):
            return sorted(left, key=lambda node: node.serial)
        stuck = left


def the_loss(fed: Iterable[Node], namespace: Mapping[str, Any]) -> Node:
    """The one loss that the fed placeholders lead to.

    When a cell is run again, an older loss may still be kept alive by an earlier list of nodes; of several, the one
    that the caller's variables still name is meant.
    """
    fed = dict.fromkeys(fed)
    live = [loss for _, loss in sorted(live_losses.items()) if any(node in fed for node in ancestors([loss]))]
    named = set(variable_names(dict(namespace)))  # IPython's history, _ and Out, does not count
    if len(live) > 1 and sum(id(loss) in named for loss in live) == 1:
        live = [loss for loss in live if id(loss) in named]
    if len(live) == 1:
        return live[0]
    if not live:
        raise AmbiguousLossError(
            f"the fed placeholders ({', '.join(node.label for node in fed) or 'none'}) lead to no loss; pass the node "
            "that is meant: topological_sort_feed_dict(feed_dict, node)"
        )
    names = ", ".join(f"{loss.label} (made as node {loss.serial})" for loss in live)
    raise AmbiguousLossError(
        f"the fed placeholders lead to {len(live)} losses: {names}; keep the one that is meant in a variable and pass "
        f"it: topological_sort_feed_dict(feed_dict, {name_of(live[-1]) or 'loss'})"
    )


def topological_sort_feed_dict(feed_dict: Mapping[Node, Any], *roots: Node) -> list[Node]:
    """Feed the placeholders and give the nodes in an order in which they can be computed.

    Args:
        feed_dict: placeholder -> value.
        roots: what is to be computed; by default the one loss that the fed placeholders lead to.

    Returns:
        Every node that the roots need, each after its inputs, otherwise in creation order.

    Raises:
        MissingFeedError, FeedError, NonFiniteError, CycleError, AmbiguousLossError: see there. Nothing is fed then.
    """
    if not isinstance(feed_dict, Mapping):
        raise FeedError(f"feed_dict is a {type(feed_dict).__name__}, but must be a dictionary: {{placeholder: value}}")
    for node in feed_dict:
        if not isinstance(node, Placeholder):
            label = node.label if isinstance(node, Node) else repr(node)
            raise FeedError(f"{label} cannot be fed: only a Placeholder takes a value")
    for root in roots:
        if not isinstance(root, Node):
            raise FeedError(f"a root is a node, not {type(root).__name__}: topological_sort_feed_dict(feed_dict, loss)")
    frame = sys._getframe(1)
    order = sorted_from(roots or [the_loss(feed_dict, {**frame.f_globals, **frame.f_locals})])
    missing = [node.label for node in order if isinstance(node, Placeholder) and node not in feed_dict]
    if missing:
        raise MissingFeedError(
            f"no value was fed for {', '.join(missing)}; add to feed_dict: {', '.join(f'{m}: ...' for m in missing)}"
        )
    values = [checked_value(node, value) for node, value in feed_dict.items()]
    for node in order:  # what was computed from other values is not computed yet
        node.gradients.clear()
        if node.op is not None:
            node.tensor = None
    for node, value in zip(feed_dict, values, strict=True):
        node.gradients.clear()
        node.tensor = Tensor(value, True)
    return order
