"""Gradients that are zero but for rounding: parts that cancel leave a few of their last digits.

A hand-written softmax subtracts the maximum of each row. In theory nothing depends on it, so its gradient is exactly
zero; in floating-point numbers the sum that should be zero is some 1e−17. So it is with a bias before a normalisation
that takes the mean away again, and with that of the keys of an attention. A gradient that is small because many slopes
were multiplied is another matter: it is right, however small. The two are told apart only where a gradient is a sum of
other gradients with the slopes 1 and −1.
"""

from __future__ import annotations

import networkx as nx

from nbgrad.display import stats, thumbnail

PLAIN = ("add", "subtract")  # operations that hand on a gradient as it is, or with the other sign
BIASED = ("linear", "conv1d", "conv2d", "convolution")  # hand it so on to their third operand, a bias
MOVING = ("negative", "reshape", "transpose", "swapaxes", "squeeze", "expand_dims", "broadcast_to")  # these too


def remainders(graph: nx.MultiDiGraph) -> dict[int, float]:
    """Return, for nodes whose gradient is nothing but what rounding left of zero, how great it could have been.

    >>> from nbgrad.display.schema import normalise
    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node(0, kind="parameter", value=1.0, gradient=3e-17)
    >>> graph.add_node(1, op="subtract", value=[1.0, 2.0], gradient=[0.25, -0.25])
    >>> _ = graph.add_edge(0, 1, position=1)
    >>> list(remainders(normalise(graph)))
    [0]
    """
    found: dict[int, float] = {}
    for node in reversed(list(graph)):
        gradient = graph.nodes[node]["gradient"]
        uses = [(user, given["position"]) for _, user, given in graph.out_edges(node, data=True)]
        if gradient is None or gradient.dtype.kind not in "fc" or not all(_is_plain(graph, *use) for use in uses):
            continue
        bound = max((_left_by(graph, user, found) for user, _ in uses), default=0.0)
        greatest = thumbnail.reach(thumbnail.seen(gradient))
        if greatest is not None and 0 < greatest <= bound:
            found[node] = bound
    return found


def _is_plain(graph: nx.MultiDiGraph, user: int, position: int) -> bool:
    op = graph.nodes[user]["op"]
    return op in PLAIN + MOVING or (op in BIASED and position == 2)


def _left_by(graph: nx.MultiDiGraph, user: int, found: dict[int, float]) -> float:
    """Return how much rounding can leave of zero where gradients of the size of this node's are added up."""
    if user in found:
        return found[user]
    if graph.nodes[user]["gradient"] is None and _is_centred(graph, user):
        (after,) = graph.successors(user)
        return max(_precision(graph, x) for x in (*graph.predecessors(user), *graph.predecessors(after)))
    return _precision(graph, user)


def _precision(graph: nx.MultiDiGraph, node: int) -> float:
    """Return what is lost where numbers as great as a node's gradient are added up; 0 where that is not known."""
    gradient = graph.nodes[node]["gradient"]
    if gradient is None or gradient.dtype.kind not in "fc" or not gradient.size:
        return 0.0
    greatest = thumbnail.reach(thumbnail.seen(gradient)) or 0.0
    return stats.noise(gradient.dtype) * greatest


def _is_centred(graph: nx.MultiDiGraph, node: int) -> bool:
    """Tell whether the mean is taken away from what a layer gives, so that its bias makes no difference: the gradients
    of what it gives add up to zero, even if nobody has kept them."""
    users = list(graph.successors(node))
    has_channels = graph.nodes[node]["op"] != "linear" or len(graph.nodes[node]["shape"] or ()) == 2
    return has_channels and len(users) == 1 and graph.nodes[users[0]]["centring"]
