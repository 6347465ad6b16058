"""What PyTorch's tensors are called, and which module they belong to."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

Parameters = Any  # a network, or names and tensors: as a dictionary, or as the pairs of named_parameters()
Path = tuple[str, ...]
LAYING_OUT = {
    "clone", "expand", "permute", "reshape_alias", "squeeze", "t", "transpose", "unsafe_view", "unsqueeze", "view",
}  # fmt: skip


class Names:
    """The names of tensors: those given as ``params``; the notebook's variables; those in the notebook's networks.

    Attributes:
        results: the notebook's tensors that were computed, by the record that they come from.
    """

    def __init__(self, params: Parameters = None, namespace: dict[str, Any] | None = None):
        torch = sys.modules["torch"]
        self._classes = _classes(params)
        self._given = [(str(name), tensor) for name, tensor in _pairs(params)]
        self._leaves = {id(tensor): name for name, tensor in reversed(self._given)}
        self._of_results: dict[tuple[Any, int], str] = {}
        self.results: dict[tuple[Any, int], Any] = {}
        networks = []
        for name, thing in _variables(namespace):
            if isinstance(thing, torch.Tensor):
                self._leaves.setdefault(id(thing), name)
                if thing.grad_fn is not None:
                    self._of_results.setdefault((thing.grad_fn, thing.output_nr), name)
                    self.results.setdefault((thing.grad_fn, thing.output_nr), thing)
            elif isinstance(thing, torch.nn.Module):
                networks.append((name, thing))
        for name, network in networks:
            for inner, tensor in _pairs(network):
                self._leaves.setdefault(id(tensor), f"{name}.{inner}")

    def of(self, tensor: Any) -> str | None:
        """The name of a leaf; of one that is seen turned, as a frozen layer's weight is: with the sign for that."""
        whole = getattr(tensor, "_base", None)
        name = self._leaves.get(id(tensor))
        if name is None and whole is not None and tensor.shape == whole.shape[::-1] and id(whole) in self._leaves:
            turned = tensor.ndim == 2 and tensor.stride() == whole.stride()[::-1]
            return f"{self._leaves[id(whole)]}ᵀ" if turned else None
        return name

    def titled(self, path: Path) -> Path:
        """The modules of a path as frames name them: one that has only a number, with its class.

        So the first layer of ``Sequential(Linear(2, 3), ...)`` is "0 Linear".
        """
        return tuple(
            f"{part} {self._classes[name]}" if part.replace(".", "").isdigit() and name in self._classes else part
            for place, part in enumerate(path)
            for name in [".".join(path[: place + 1])]
        )

    def of_result(self, function: Any, which: int) -> str | None:
        """The name of a result."""
        return self._of_results.get((function, which))


def _variables(namespace: dict[str, Any] | None) -> list[tuple[str, Any]]:
    main = sys.modules.get("__main__")
    variables = vars(main) if namespace is None and main else namespace or {}
    return [(name, thing) for name, thing in list(variables.items()) if not name.startswith("_")]


def _classes(params: Parameters) -> dict[str, str]:
    """The names of the classes of a network's modules, by the names of the modules."""
    modules = params.named_modules() if hasattr(params, "named_modules") else ()
    return {name: type(module).__name__ for name, module in modules}


def _pairs(params: Parameters) -> Iterable[tuple[Any, Any]]:
    if params is None:
        return []
    if hasattr(params, "named_parameters"):
        return [*params.named_parameters(), *params.named_buffers()]
    torch = sys.modules["torch"]
    try:
        pairs = list(params.items() if isinstance(params, Mapping) else params)
    except TypeError:
        pairs = [None]
    if any(not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[1], torch.Tensor) for pair in pairs):
        from ..display import OptionError

        raise OptionError(
            f"params={type(params).__name__} does not give tensors names: it is the network, or names and tensors, "
            "such as dict(network.named_parameters())."
        )
    return pairs


def module_of(name: str | None) -> Path:
    """The modules that a parameter of this name lies in, from outermost to innermost. A number belongs to the list
    that it counts in.

    >>> module_of("encoder.layers.0.linear.weight"), module_of("0.weight"), module_of("weight")
    (('encoder', 'layers.0', 'linear'), ('0',), ())
    """
    path: list[str] = []
    for part in (name or "").split(".")[:-1]:
        if part.isdigit() and path:
            path[-1] += f".{part}"
        else:
            path.append(part)
    return tuple(path)


def modules_of(graph: nx.MultiDiGraph) -> dict[int, Path]:
    """The modules that each node belongs to, as far as the names of the parameters tell.

    An operation on parameters belongs to their module. One without belongs to the modules that both the one before it
    and the one after it belong to, in the order of creation: what is computed in between is computed within. What only
    lays out numbers anew does so for those that use it, and belongs to their modules.
    """
    own: dict[int, Path] = {}
    weights: set[int] = set()  # parameters, in whatever form: transposed, say
    for node, facts in graph.nodes(data=True):
        given = list(graph.predecessors(node))
        if facts["kind"] == "parameter":
            own[node] = module_of(facts["name"])
            weights.add(node)
        elif facts["kind"] == "operation" and not weights.isdisjoint(given):
            own[node] = common(own[x] for x in given if x in weights)
            weights.update([node] if len(given) == 1 else [])
    operations = [node for node, kind in graph.nodes(data="kind") if kind == "operation"]
    before, after = _nearest(operations, own), _nearest(operations[::-1], own)
    found = {node: own[node] if node in own else common([before[node], after[node]]) for node in operations}
    for node in reversed(operations):
        users = [found[user] for user in graph.successors(node)]
        if users and node not in own and graph.nodes[node]["op"] in LAYING_OUT:
            found[node] = common(users)
    for node, facts in graph.nodes(data=True):
        if facts["kind"] == "parameter":
            found[node] = own[node]
        elif facts["kind"] != "operation":
            found[node] = (
                ()
                if facts["name"] and not facts.get("unkept")
                else common([found[user] for user in graph.successors(node)])
            )
    return found


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
