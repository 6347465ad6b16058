"""Which module each node of a PyTorch result belongs to, as far as the names of the parameters tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING

from .names import Home, Path, module_of
from .words import LAYING_OUT

if TYPE_CHECKING:
    import networkx as nx

# The operations of which a module of a class can tell that they are its own, where it shares its parameter.
OF_CLASSES = {
    "embedding": "Embedding", "embedding_bag": "EmbeddingBag", "bilinear": "Bilinear", "convolution": "_ConvNd",
    **dict.fromkeys(("linear", "mm", "addmm", "matmul", "bmm"), "Linear"),
}  # fmt: skip


def modules_of(graph: nx.MultiDiGraph, homes: Mapping[int, list[Home]]) -> dict[int, Path]:
    """The module that each node belongs to. homes: of each parameter the modules that it belongs to.

    An operation on parameters belongs to their module; to which of several that share a parameter, the other
    parameters of the operation tell, or the classes of the modules; where nothing does, to what all of them lie in.

    An operation without parameters belongs to the modules that both the one before it and the one after it belong to,
    in the order of creation: what is computed in between is computed within. What only lays out numbers anew belongs to
    what the module of its input and those of its users have in common.
    """
    own = _own_modules(graph, homes)
    operations = [node for node, kind in graph.nodes(data="kind") if kind == "operation"]
    before, after = _nearest(operations, own), _nearest(operations[::-1], own)
    found = {node: own[node] if node in own else common([before[node], after[node]]) for node in operations}
    found |= {node: own[node] for node, kind in graph.nodes(data="kind") if kind == "parameter"}
    found |= _between(graph, found, [node for node in operations if node not in own and _lays_out(graph, node)])
    for node, facts in graph.nodes(data=True):
        if facts["kind"] not in ("parameter", "operation"):
            found[node] = (
                ()
                if facts["name"] and not facts.get("unkept")
                else common(found[user] for user in graph.successors(node))
            )
    return found


def _own_modules(graph: nx.MultiDiGraph, homes: Mapping[int, list[Home]]) -> dict[int, Path]:
    """The modules of the parameters and of the operations on them."""
    own: dict[int, Path] = {}
    weights: dict[int, list[Home]] = {}  # parameters, in whatever form: transposed, say
    shared = []  # forms of parameters that several modules share
    for node, facts in graph.nodes(data=True):
        given = list(graph.predecessors(node))
        used = [weights[x] for x in given if x in weights]
        if facts["kind"] == "parameter":
            own[node] = module_of(facts["name"])
            if homes[node]:
                weights[node] = homes[node]
        elif facts["kind"] == "operation" and used:
            own[node] = common(_chosen(used, facts["op"]))
            if len(given) == 1:
                weights[node] = used[0]
                shared += [node] * (len(used[0]) > 1)
    for node in reversed(shared):
        users = [own[user] for user in graph.successors(node) if user in own]
        if users and graph.nodes[node]["op"] not in OF_CLASSES:
            own[node] = common(users)
    return own


def _chosen(used: list[list[Home]], op: str) -> list[Path]:
    """The modules of an operation's parameters. used: for each parameter those that it belongs to."""
    certain = {homes[0][0] for homes in used if len(homes) == 1}
    paths = []
    for homes in used:
        told = [path for path, _ in homes if path in certain]
        told = told or [path for path, classes in homes if OF_CLASSES.get(op) in classes]
        paths += told if len(told) == 1 else [path for path, _ in homes]
    return paths


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


def common(paths: Iterable[Path]) -> Path:
    """The beginning that all paths share.

    >>> common([("net", "a", "b"), ("net", "a"), ("net", "a", "c")])
    ('net', 'a')
    """
    several = list(paths)
    together = zip(*several, strict=False)
    return tuple(parts[0] for parts in takewhile(lambda parts: len(set(parts)) == 1, together))
