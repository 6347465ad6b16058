"""What PyTorch's tensors are called, and which modules they lie in."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

Parameters = Any  # a network, or names and tensors: as a dictionary, or as the pairs of named_parameters()
Path = tuple[str, ...]
Home = tuple[Path, frozenset[str]]  # a module that a parameter belongs to, and what its class and their ancestors are


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
        self._homes = _homes(params, self._given, networks)

    def of(self, tensor: Any) -> str | None:
        """The name of a leaf; of one that is seen turned, as a frozen layer's weight is: with the sign for that."""
        whole = getattr(tensor, "_base", None)
        name = self._leaves.get(id(tensor))
        if name is None and whole is not None and tensor.shape == whole.shape[::-1] and id(whole) in self._leaves:
            turned = tensor.ndim == 2 and tensor.stride() == whole.stride()[::-1]
            return f"{self._leaves[id(whole)]}ᵀ" if turned else None
        return name

    def homes(self, tensor: Any) -> list[Home]:
        """The modules that a leaf belongs to: several where they share it, as tied weights do; none of what is data."""
        path = module_of(self.of(tensor))
        homes = self._homes.get(id(tensor), [])
        return homes if any(home[0] == path for home in homes) else [(path, frozenset())] * bool(path)

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


def _homes(params: Parameters, given: list[tuple[str, Any]], networks: list[tuple[str, Any]]) -> dict[int, list[Home]]:
    """The modules that each parameter belongs to, by its identity: those of ``params``, or of the notebook's networks.

    A module that several names lead to is one module.
    """
    found: dict[int, dict[Any, Home]] = {}
    if not hasattr(params, "named_modules"):
        for name, tensor in given:
            path = module_of(name)
            found.setdefault(id(tensor), {}).setdefault(path, (path, frozenset()))
        params = None
    known = set(found)
    for outer, network in [("", params)] * (params is not None) + networks:
        for name, module in network.named_modules():
            classes = frozenset(one.__name__ for one in type(module).__mro__)
            for inner, tensor in module.named_parameters(recurse=False):
                if id(tensor) not in known:
                    path = module_of(".".join(part for part in (outer, name, inner) if part))
                    found.setdefault(id(tensor), {}).setdefault(id(module), (path, classes))
        if not outer:
            known = set(found)
    return {tensor: list(homes.values()) for tensor, homes in found.items()}


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
        from ...display import OptionError

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
