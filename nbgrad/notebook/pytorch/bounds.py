"""Operations without parameters that modules are known to begin or to end with, by their classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .classes import TURNED, ends_with, turns
from .names import Path
from .operands import PARTS
from .words import REARRANGE

if TYPE_CHECKING:
    import networkx as nx


def bounds(graph: nx.MultiDiGraph, operations: Sequence[int], own: Mapping[int, Path]) -> dict[int, Path]:
    """The modules of the operations that these begin or end with, before and after those on their parameters.

    operations: in the order of creation. own: the modules of those on parameters.
    """
    spans: dict[Path, list[int]] = {}  # the places of the first and the last operation of each
    for place, node in enumerate(operations):
        _stretch(spans, own.get(node, ()), place)
    found: dict[int, Path] = {}
    for path in sorted(spans, key=len, reverse=True):
        module, (first, last) = path[-1].module, spans[path]
        if not ends_with(module) and not turns(module):
            continue
        within = {**own, **found}
        before, after = operations[:first], operations[last + 1 :]
        after = after[: next((place for place, node in enumerate(after) if node in within), len(after))]
        ending = [node for sequence in ends_with(module) for node in matched(graph, after, sequence)]
        if turns(module):
            ending = next((list(after[:n]) for n in (1, 2) if _turn_at_the_end(graph, after[:n])), [])
            found |= dict.fromkeys(_turned_before(graph, before, path, within), path)
        if ending and operations[last] in graph.pred[ending[0]]:
            found |= dict.fromkeys(ending, path)
            _stretch(spans, path, last + len(ending))
    return found


def _stretch(spans: dict[Path, list[int]], path: Path, place: int) -> None:
    for length in range(1, len(path) + 1):
        span = spans.setdefault(path[:length], [place, place])
        span[1] = max(span[1], place)


def matched(graph: nx.MultiDiGraph, nodes: Sequence[int], sequence: Sequence[str]) -> list[int]:
    """The nodes that a sequence of operations stands for, if the first ones are just these; else none. The several
    results of one operation count once."""
    taken: list[int] = []
    for op in sequence:
        following = nodes[len(taken) :]
        if not following or graph.nodes[following[0]]["op"] != op:
            return []
        others = (place for place, node in enumerate(following) if graph.nodes[node]["op"] != op)
        taken += following[: next(others, len(following)) if op in PARTS else 1]
    return taken


def _is_turned(graph: nx.MultiDiGraph, node: int) -> bool:
    return graph.nodes[node]["op"] == "transpose" and graph.nodes[node].get("settings") == TURNED


def _turn_at_the_end(graph: nx.MultiDiGraph, nodes: Sequence[int]) -> bool:
    """Whether these operations turn a result; before that, its axes may be parted."""
    *parted, last = [graph.nodes[node] for node in nodes] or [{"op": None}]
    if last["op"] == REARRANGE:
        return not parted and last["settings"] == (("steps", "(view, transpose)"),)
    return bool(nodes) and _is_turned(graph, nodes[-1]) and all(facts["op"] == "view" for facts in parted)


def _turned_before(graph: nx.MultiDiGraph, before: Sequence[int], path: Path, within: Mapping[int, Path]) -> list[int]:
    """The operations right before a module that turn what only this module uses."""
    found = []
    for node in reversed(before):
        users = [within.get(user, ()) for user in graph.successors(node)]
        if not _is_turned(graph, node) or any(user[: len(path)] != path for user in users):
            break
        found.append(node)
    return found
