"""Two runs of the same PyTorch computation, of each of which another part of the numbers is known.

A backward pass frees what the records have saved, so data and intermediate values that are known before it are unknown
after it. What is unknown in one of two runs has not changed for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...core import mistakes
from ...display.schema import OF_TORCH
from ..earlier import ParametersOfNowWarning
from .words import REARRANGE

if TYPE_CHECKING:
    import networkx as nx


def warn_of_now(after: nx.MultiDiGraph, ids: Mapping[Any, Any], ids_before: Mapping[Any, Any]) -> None:
    """Warn where a result shares parameters with the earlier one that it is compared with.

    ids, ids_before: key -> the node of what it stands for; of a module, which is no number, the nodes within it.
    """
    same = [node for key, node in ids.items() if key in ids_before and not isinstance(node, tuple)]
    shared = [node for node in same if after.nodes[node]["kind"] == "parameter"]
    if shared:
        name = after.nodes[min(shared)]["name"] or "a parameter"
        mistakes.warn(
            f"compare= was given a PyTorch result: {name} and what else it shares with this one are as they are now, "
            "so no change of theirs is seen. Draw before an optimiser's step, before = ng.draw(loss), and give "
            "compare=before.",
            ParametersOfNowWarning,
        )


def has_rows(before: Any, level: str | None) -> bool:
    """Whether several steps that only lay out numbers anew are drawn as one: as in the earlier graph, if there is one.

    >>> import networkx as nx
    >>> has_rows(None, None), has_rows(None, "tensor"), has_rows(nx.DiGraph(), None)
    (True, False, False)
    """
    if not hasattr(before, "nodes"):
        return level != "tensor"
    return any(op == REARRANGE for _, op in before.nodes(data="op"))


def are_of_torch(*graphs: Any) -> bool:
    """Whether all these graphs were made of PyTorch results."""
    return all(isinstance(getattr(graph, "graph", None), dict) and graph.graph.get(OF_TORCH) for graph in graphs)


def aligned(before: nx.MultiDiGraph, after: nx.MultiDiGraph) -> tuple[nx.MultiDiGraph, nx.MultiDiGraph]:
    """Two graphs that can be compared: the earlier one with the nodes of the later one.

    Where they are not two runs of the same computation, both come without their data, so that a comparison finds the
    place where the operations differ.
    """
    import networkx as nx

    one, other = _without_data(before), _without_data(after)
    if _structure(one) != _structure(other):
        return one, other
    same = dict(zip(other, one, strict=True))  # a node -> what it was
    operands = {(same_user, place): u for u, same_user, place in before.edges(data="position")}
    for u, v, place in after.edges(data="position"):
        if u not in same and (was := operands.get((same[v], place))) is not None:
            same[u] = was
    result = nx.MultiDiGraph(**after.graph)
    for node, facts in after.nodes(data=True):
        was = before.nodes[same[node]] if node in same else facts
        result.add_node(node, **{**facts, **_known(was, facts)})
    result.add_edges_from(after.edges(keys=True, data=True))
    return result, after


def _known(was: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What an earlier run says of a node, as far as both know it."""
    known = {"gradient": was["gradient"]}
    if was["value"] is not None and facts["value"] is not None:
        known |= {"value": was["value"], "shape": was["shape"]}
    if (was["gradient"] is None and was.get("unkept")) or (facts["gradient"] is None and facts.get("unkept")):
        known["gradient"] = facts["gradient"]
    return known


def _without_data(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    return graph.subgraph([node for node, kind in graph.nodes(data="kind") if kind not in ("data", "constant")])


def _structure(graph: nx.MultiDiGraph) -> list[Any]:
    number = {node: place for place, node in enumerate(graph)}
    return [
        (
            facts["kind"],
            facts["op"],
            facts["shape"],
            sorted((place, number[u]) for u, _, place in graph.in_edges(node, data="position")),
        )
        for node, facts in graph.nodes(data=True)
    ]
