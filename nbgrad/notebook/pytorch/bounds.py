"""Operations without parameters that modules are known to begin or to end with, by their classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from . import chains
from .classes import TURNED, ends_with, turns
from .names import Path
from .operands import PARTS
from .words import LAYING_OUT, REARRANGE

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
        beginnings, endings = chains.before(module), ends_with(module) or chains.after(module)
        is_open = chains.is_open(module)
        if not (beginnings or endings or is_open or turns(module)):
            continue
        within = {**own, **found}
        before, after = _until(operations[:first][::-1], within), _until(operations[last + 1 :], within)
        beginning = _through(graph, before, beginnings)
        ending = _through(graph, after, endings, anywhere=len(endings) == 1 and is_open)
        if turns(module):
            beginning = list(takewhile(lambda node: _is_turned(graph, node), before))
            ending = next((list(after[:n]) for n in (1, 2) if _turn_at_the_end(graph, after[:n])), [])
        if is_open and not ending:
            ending = _meeting(graph, operations[first : last + 1], after)
        beginning = _used_within(graph, beginning, path, within)
        found |= dict.fromkeys(beginning, path)
        _stretch(spans, path, first - len(beginning))
        if ending and operations[last] in graph.pred[ending[0]]:
            found |= dict.fromkeys(ending, path)
            _stretch(spans, path, last + len(ending))
    return found


def _until(nodes: Sequence[int], within: Mapping[int, Path]) -> Sequence[int]:
    """The first of some operations, up to one of which it is known what it lies in."""
    return nodes[: next((place for place, node in enumerate(nodes) if node in within), len(nodes))]


def _stretch(spans: dict[Path, list[int]], path: Path, place: int) -> None:
    for length in range(1, len(path) + 1):
        span = spans.setdefault(path[:length], [place, place])
        span[:] = min(span[0], place), max(span[1], place)


def _through(
    graph: nx.MultiDiGraph, nodes: Sequence[int], sequences: Sequence[Sequence[str]], anywhere: bool = False
) -> list[int]:
    """The first of some nodes, up to the end of one of these sequences of operations; none if none of them is there.

    anywhere: whether others may come before it, and not only those that lay out numbers anew.
    """
    computing = [node for node in nodes if graph.nodes[node]["op"] not in LAYING_OUT]
    for sequence in sequences:
        for start in range(len(computing) if anywhere else 1):
            if taken := matched(graph, computing[start:], sequence):
                return list(nodes[: nodes.index(taken[-1]) + 1])
    return []


def matched(graph: nx.MultiDiGraph, nodes: Sequence[int], sequence: Sequence[str]) -> list[int]:
    """The nodes that a sequence of operations stands for, if the first ones are just these; else none. The several
    results of one operation count once."""
    taken: list[int] = []
    for op in sequence:
        following = nodes[len(taken) :]
        if not following or not _computes(graph, following[0], op):
            return []
        others = (place for place, node in enumerate(following) if graph.nodes[node]["op"] != op)
        taken += following[: next(others, len(following)) if op in PARTS else 1]
    return taken


def _computes(graph: nx.MultiDiGraph, node: int, op: str) -> bool:
    """Whether a node is this operation; a dropout's is known by its mask."""
    computed = graph.nodes[node]["op"]
    if not op.startswith(chains.MASK):
        return bool(computed == op)
    data = (graph.nodes[x] for x in graph.predecessors(node) if graph.nodes[x]["kind"] == "data")
    return chains.is_masked(computed, op, [facts["value"] for facts in data if not facts["name"] or facts["bare"]])


def _meeting(graph: nx.MultiDiGraph, inside: Sequence[int], after: Sequence[int]) -> list[int]:
    """The sum right after those of a module in which all meet that these give to others, one of which it has used
    itself, as at the end of a residual unit: so it is the module's, if that is a ``Sequential`` which ends with such a
    unit, for it hands on one result."""
    own = set(inside)
    given = {node for node in inside if set(graph.successors(node)) - own}
    following = next((node for node in after if graph.nodes[node]["op"] not in LAYING_OUT), None)
    if len(given) < 2 or following is None or not given <= set(graph.predecessors(following)):
        return []
    if graph.nodes[following]["op"] != "add" or not any(set(graph.successors(node)) & own for node in given):
        return []
    is_last = all(set(graph.successors(node)) <= own | {following} for node in given)
    return [following] if is_last else []


def _is_turned(graph: nx.MultiDiGraph, node: int) -> bool:
    return graph.nodes[node]["op"] == "transpose" and graph.nodes[node].get("settings") == TURNED


def _turn_at_the_end(graph: nx.MultiDiGraph, nodes: Sequence[int]) -> bool:
    """Whether these operations turn a result; before that, its axes may be parted."""
    *parted, last = [graph.nodes[node] for node in nodes] or [{"op": None}]
    if last["op"] == REARRANGE:
        return not parted and last["settings"] == (("steps", "(view, transpose)"),)
    return bool(nodes) and _is_turned(graph, nodes[-1]) and all(facts["op"] == "view" for facts in parted)


def _used_within(graph: nx.MultiDiGraph, before: Sequence[int], path: Path, within: Mapping[int, Path]) -> list[int]:
    """The operations right before a module that only this module uses. before: backwards from it."""
    found: list[int] = []
    for node in before:
        users = [path if user in found else within.get(user, ()) for user in graph.successors(node)]
        if any(user[: len(path)] != path for user in users):
            break
        found.append(node)
    return found
