"""The steps of PyTorch's recurrent layers, each of which is a frame: what a layer computes for one place of a sequence.

A layer multiplies its whole input by ``weight_ih`` at once, and its state by ``weight_hh`` at each step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .bounds import matched
from .classes import step_of
from .names import Frame, Path
from .uses import UsesOfParameters

if TYPE_CHECKING:
    import networkx as nx


STATE = "weight_hh_"  # what the name of a weight for the state begins with


def steps(
    graph: nx.MultiDiGraph, operations: Sequence[int], uses: UsesOfParameters, found: Mapping[int, Path]
) -> dict[int, Path]:
    """The modules of operations within steps of a recurrent layer, the step as the innermost.

    operations: in the order of creation. uses: what they do with parameters. found: their modules.
    """
    products: dict[tuple[Path, str], list[int]] = {}  # a layer and its weight for the state -> places of the products
    for place, node in enumerate(operations):
        names = [graph.nodes[x]["name"] or "" for x in graph.pred[node]]
        name = next((name for name in names if STATE in name), "")
        if name and node in uses.own and found[node] and step_of(found[node][-1].module):
            products.setdefault((found[node], name.rpartition(STATE)[2]), []).append(place)
    layers = [path for path, _ in products]
    inner: dict[int, Path] = {}
    for (path, name), places in products.items():
        which = f"{name} " if layers.count(path) > 1 else ""
        parts = [_step(graph, operations, place, path) for place in places]
        if len(parts) > 1 and all(parts):
            for number, nodes in enumerate(parts, 1):
                given = (x for node in nodes for x in graph.pred[node] if graph.nodes[x]["op"] == "unbind")
                own = [x for x in given if set(graph.succ[x]).issubset(nodes)]
                inner |= dict.fromkeys([*nodes, *own], (*path, Frame(f"{which}step {number}")))
    return inner


def _step(graph: nx.MultiDiGraph, operations: Sequence[int], place: int, path: Path) -> list[int]:
    """The operations of a step around the product with the state; none where they are not as expected."""
    before = place
    while before and graph.nodes[operations[before - 1]]["op"] == "split":  # the gates of the input at this place
        before -= 1
    following = operations[place + 1 :]
    found = (matched(graph, following, sequence) for sequence in step_of(path[-1].module))
    after = next((nodes for nodes in found if nodes), [])
    return [*operations[before : place + 1], *after] if after else []
