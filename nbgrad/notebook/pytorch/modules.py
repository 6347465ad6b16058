"""Which module each node of a PyTorch result belongs to, as far as the parameters and their modules tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .bounds import bounds
from .calls import each_time
from .classes import is_cell
from .names import Frame, Names, Path, common
from .recurrent import steps
from .shared import told_apart
from .uses import UsesOfParameters
from .words import LAYING_OUT

if TYPE_CHECKING:
    import networkx as nx


def modules_of(graph: nx.MultiDiGraph, parameters: Mapping[int, Any], names: Names) -> dict[int, Path]:
    """The modules that each node belongs to, from outermost to innermost.

    parameters: the leaves that need a gradient, by their nodes.

    An operation on parameters belongs to their module; to which of several that share a parameter, the other
    parameters of the operation tell, or the classes of the modules; where nothing does, to what all of them lie in.
    A module that was used several times has a frame for each time, and shows its parameters outside of them; a
    recurrent layer has one for each step.

    An operation without parameters belongs to the modules that both the one before it and the one after it belong to,
    in the order of creation: what is computed in between is computed within. What only lays out numbers anew belongs to
    what the module of its input and those of its users have in common. What is computed from a gradient belongs to no
    module: a backward pass that was recorded comes after them.
    """
    homes = {node: names.homes(leaf) for node, leaf in parameters.items()}
    uses = UsesOfParameters(graph, homes)
    own = told_apart(graph, uses.own, uses.of, names.ways)
    found = each_time(own, uses.of, graph.nodes(data="op"), names.root)
    operations = [node for node in uses.operations if node not in uses.apart]
    found |= bounds(graph, operations, found)
    for form in reversed(uses.forms):
        found[form] = common([found.get(user, ()) for user in graph.successors(form) if user not in uses.apart])
    before, after = _nearest(operations, found), _nearest(operations[::-1], found)
    free = [node for node in operations if node not in found]
    found |= {node: common([before[node], after[node]]) for node in free} | dict.fromkeys(uses.apart, ())
    found |= steps(graph, operations, uses, found)
    found |= _of_parameters(homes, uses, found)
    found |= _between(graph, found, [node for node in free if _lays_out(graph, node)])
    found |= _of_data(graph, [node for node in operations if node not in uses.forms], found)
    return found


def _of_parameters(
    homes: Mapping[int, list[Path]], uses: UsesOfParameters, found: Mapping[int, Path]
) -> dict[int, Path]:
    """The modules that parameters are drawn in: those around all uses by the first module that one belongs to."""
    users: dict[Any, list[Path]] = {}
    for node, used in uses.of.items():
        for use in used:
            users.setdefault(use, []).append(found[node])
    around = {node: users.get((node, paths[0]), paths[:1]) if paths else [] for node, paths in homes.items()}
    return {node: common(paths) for node, paths in around.items()}


def _of_data(graph: nx.MultiDiGraph, operations: list[int], found: Mapping[int, Path]) -> dict[int, Path]:
    """The modules that data are drawn in: those that all uses lie in, but for named ones, and for what a module begins
    with: those were given to it. A recurrent cell is given other data each time, which would lie around it.

    operations: all but those that only lay out parameters anew.
    """
    first: dict[Path, int] = {}  # modules -> the first operation in them
    for node in operations:
        for length in range(1, len(found[node]) + 1):
            first.setdefault(found[node][:length], node)
    data: dict[int, Path] = {}
    for node, facts in graph.nodes(data=True):
        if facts["kind"] not in ("parameter", "operation"):
            users = list(graph.successors(node))
            path = () if facts["name"] and not facts.get("unkept") else common(found[user] for user in users)
            if facts["kind"] == "data":
                outside = (n for n, x in enumerate(path) if first[path[: n + 1]] in users and not is_cell(x.module))
                path = path[: next(outside, len(path))]
            data[node] = path
    return data


def _lays_out(graph: nx.MultiDiGraph, node: int) -> bool:
    return graph.nodes[node]["op"] in LAYING_OUT


def _between(graph: nx.MultiDiGraph, found: Mapping[int, Path], nodes: list[int]) -> dict[int, Path]:
    """The modules of what only lays out numbers anew, in the order of creation: one after the other, they belong
    together."""
    inputs: dict[int, list[Path]] = {}
    for node in nodes:
        inputs[node] = [
            path
            for x in graph.predecessors(node)
            for path in (inputs[x] if x in inputs else [found[x]] if x in found else [])
        ]
    users: dict[int, list[Path]] = {}
    for node in reversed(nodes):
        following = list(graph.successors(node))
        users[node] = [path for user in following for path in users.get(user, [found[user]])] if following else [()]
    return {node: common(inputs[node] + users[node]) for node in nodes}


def _nearest(operations: list[int], own: Mapping[int, Path]) -> dict[int, Path]:
    """For each operation the modules of the last one that has its own, itself included."""
    found: dict[int, Path] = {}
    last: Path = ()
    for node in operations:
        last = own.get(node, last)
        found[node] = last
    return found


def titles(found: Mapping[int, Path], root: Frame | None) -> dict[int, tuple[str, ...]]:
    """The titles of the frames around each node; without that of the network that was given, which would be around all,
    unless it was used several times."""
    uses = {path[0] for path in found.values() if path and root is not None and path[0].module is root.module}
    alone = tuple(uses) if len(uses) == 1 else None
    return {
        node: tuple(frame.title for frame in path[int(path[:1] == alone) :] if not frame.is_chain)
        for node, path in found.items()
    }
