"""Gradients that are zero but for rounding: parts that cancel leave a few of their last digits.

A hand-written softmax subtracts the maximum of each row. In theory nothing depends on it, so its gradient is exactly
zero; in floating-point numbers the sum that should be zero is some 1e−17. A gradient that is small because many slopes
were multiplied is another matter: it is right, however small. The two are told apart only where a gradient is a sum of
other gradients with the slopes 1 and −1.
"""

from __future__ import annotations

import networkx as nx
import numpy as np

from nbgrad.display import stats, thumbnail

PLAIN = ("add", "subtract")  # operations that hand on a gradient as it is, or with the other sign
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
        if gradient is None or gradient.dtype.kind not in "fc" or not _are_all_plain(graph, node):
            continue
        bound = max((_left_by(graph, user, found) for user in graph.successors(node)), default=0.0)
        greatest = thumbnail.reach(thumbnail.seen(gradient))
        if greatest is not None and 0 < greatest <= bound:
            found[node] = bound
    return found


def _are_all_plain(graph: nx.MultiDiGraph, node: int) -> bool:
    return all(graph.nodes[user]["op"] in PLAIN + MOVING for user in graph.successors(node))


def _left_by(graph: nx.MultiDiGraph, user: int, found: dict[int, float]) -> float:
    """Return how much rounding can leave of zero where gradients of the size of this node's are added up."""
    facts = graph.nodes[user]
    gradient = facts["gradient"]
    if user in found:
        return found[user]
    if facts["op"] not in PLAIN + MOVING or gradient is None or gradient.dtype.kind not in "fc" or not gradient.size:
        return 0.0
    greatest = thumbnail.reach(thumbnail.seen(gradient)) or 0.0
    return stats.NOISE * float(np.finfo(gradient.dtype).eps) * greatest
