"""What PyTorch's tensors are called, and which modules they lie in."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any, NamedTuple

from ...core import mistakes
from .classes import runs

# A network; several by their names; or names and tensors: as a dictionary, or as the pairs of named_parameters()
Parameters = Any


class Frame(NamedTuple):
    """A module as a part of a path: its title, and itself where it is known. is_chain: one that only calls those in it,
    one after the other, whose frame says nothing where it was used once and is all that is there."""

    title: str
    module: Any = None
    is_chain: bool = False


Path = tuple[Frame, ...]  # modules, from outermost to innermost


class ForeignParametersWarning(UserWarning):
    """The network that was to give names to the parameters of a PyTorch result has not computed it.

    It is another network, or a copy: ``copy.deepcopy(network)`` and a newly made one have parameters of their own, of
    the same names. The result is drawn all the same.
    """


class Names:
    """The names of tensors: those given as ``params``; the notebook's variables; those in the notebook's networks.

    Attributes:
        results: the notebook's tensors that were computed, by the record that they come from.
        ways: the modules that several others hold, by their identities -> the paths to them.
    """

    def __init__(self, params: Parameters = None, namespace: dict[str, Any] | None = None):
        torch = sys.modules["torch"]
        self._given = [(str(name), tensor) for name, tensor in _pairs(params)]
        self._leaves = {id(tensor): name for name, tensor in reversed(self._given)}
        self._of_results: dict[tuple[Any, int], str] = {}
        self.results: dict[tuple[Any, int], Any] = {}
        networks = _networks(params)
        self._several = len(networks)  # of these modules are known, and not only what their names tell
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
        self.root = Frame(type(params).__name__, params) if _is_network(params) else None
        several = " and ".join(name for name, _ in _networks(params))
        self._networks = f"this {self.root.title}" if self.root else several
        self._modules = _modules(params, networks)
        self._numbered = set(_modules(params, []))
        self._homes = self._found_homes(networks)
        self.ways = self._found_ways(networks)

    def of(self, tensor: Any) -> str | None:
        """The name of a leaf; of one that is seen turned, as a frozen layer's weight is: with the sign for that."""
        whole = getattr(tensor, "_base", None)
        name = self._leaves.get(id(tensor))
        if name is None and whole is not None and tensor.shape == whole.shape[::-1] and id(whole) in self._leaves:
            turned = tensor.ndim == 2 and tensor.stride() == whole.stride()[::-1]
            return f"{self._leaves[id(whole)]}ᵀ" if turned else None
        return name

    def warn_if_foreign(self, leaves: Iterable[Any]) -> None:
        """Warn if no network of ``params`` has any of the leaves that need a gradient, so that it names none."""
        needed = {id(leaf) for leaf in leaves}
        own = [tensor for _, tensor in self._given if tensor.requires_grad]
        if self._networks and own and needed and not any(id(tensor) in needed for tensor in own):
            mistakes.warn(
                f"this PyTorch result was not computed from the parameters of {self._networks}, so params= gives no "
                "names. Give the network that computed the result.",
                ForeignParametersWarning,
            )

    def homes(self, tensor: Any) -> list[Path]:
        """The modules that a leaf belongs to: several where they share it, as tied weights do; none of what is data."""
        if id(tensor) in self._homes:
            return self._homes[id(tensor)]
        path = self._path(module_of(self.of(tensor)))
        return [path] if path else []

    def _found_homes(self, networks: list[tuple[str, Any]]) -> dict[int, list[Path]]:
        """The modules that each parameter belongs to, by its identity: those of ``params``, or else of the notebook's
        networks. A module that several names lead to is one module."""
        found: dict[int, dict[Any, Path]] = {}
        if self.root is None:
            in_networks = {id(tensor) for _, network in networks[: self._several] for _, tensor in _pairs(network)}
            for name, tensor in self._given:
                if id(tensor) not in in_networks:
                    path = self._path(module_of(name))
                    found.setdefault(id(tensor), {}).setdefault(path, path)
        known = set(found)
        own = [] if self.root is None else [("", self.root.module)]
        for outer, network in own + networks:
            for name, module in network.named_modules():
                for inner, tensor in module.named_parameters(recurse=False):
                    if id(tensor) not in known:
                        path = self._path(module_of(".".join(part for part in (outer, name, inner) if part)))
                        path = path if outer or self.root is None else (self.root, *path)
                        found.setdefault(id(tensor), {}).setdefault(id(module), path)
            if not outer:
                known = set(found)
        return {tensor: [path for path in homes.values() if path] for tensor, homes in found.items()}

    def _found_ways(self, networks: list[tuple[str, Any]]) -> dict[int, list[Path]]:
        """The paths to each module that several hold. What a network calls by several names is held once."""
        found: dict[int, dict[tuple[int, ...], Path]] = {}
        own = [] if self.root is None else [("", self.root.module)]
        known: set[int] = set()
        for outer, network in own + networks:
            for name, module in network.named_modules(remove_duplicate=False):
                if id(module) not in known:
                    path = self._path(module_of(".".join(part for part in (outer, name, "parameter") if part)))
                    path = path if outer or self.root is None else (self.root, *path)
                    holders = tuple(id(frame.module) for frame in path[:-1])
                    found.setdefault(id(module), {}).setdefault(holders, path)
            if not outer:
                known = set(found)
        return {module: list(paths.values()) for module, paths in found.items() if len(paths) > 1}

    @property
    def modules(self) -> list[Any]:
        """All modules of ``params`` and of the notebook's networks."""
        return list(self._modules.values())

    def _path(self, path: tuple[str, ...]) -> Path:
        """Modules as frames are titled: one of ``params`` that has only a number, with its class.

        So the first layer of ``Sequential(Linear(2, 3), ...)`` is "0 Linear".
        """
        frames = []
        for place, part in enumerate(path):
            outer, numbers = ".".join(path[:place]), part.split(".")
            ends = [end for end in range(1, len(numbers) + 1) if end == len(numbers) or numbers[end].isdigit()]
            for end in ends:
                title = ".".join(numbers[:end])
                name = f"{outer}.{title}" if outer else title
                module, is_chain = self._modules.get(name), end < len(numbers)
                if not is_chain or runs(module) == "Sequential":
                    is_number = title.replace(".", "").isdigit() and name in self._numbered
                    frames.append(Frame(f"{title} {type(module).__name__}" if is_number else title, module, is_chain))
        return tuple(frames)

    def of_result(self, function: Any, which: int) -> str | None:
        """The name of a result."""
        return self._of_results.get((function, which))


def _variables(namespace: dict[str, Any] | None) -> list[tuple[str, Any]]:
    main = sys.modules.get("__main__")
    variables = vars(main) if namespace is None and main else namespace or {}
    return [(name, thing) for name, thing in list(variables.items()) if not name.startswith("_")]


def _modules(params: Parameters, networks: list[tuple[str, Any]]) -> dict[str, Any]:
    """The modules of ``params``, if that is a network, and of the notebook's networks, by their names."""
    inner = params.named_modules(remove_duplicate=False) if _is_network(params) else ()
    found = {name: module for name, module in inner if name}
    for outer, network in networks:
        for name, module in network.named_modules(remove_duplicate=False):
            found.setdefault(f"{outer}.{name}" if name else outer, module)
    return found


def _is_network(thing: Any) -> bool:
    """Whether something is a network, and not its class."""
    return hasattr(thing, "named_parameters") and not isinstance(thing, type)


def _networks(params: Parameters) -> list[tuple[str, Any]]:
    """The networks of ``params``, if that gives several of them names."""
    if params is None or _is_network(params):
        return []
    return [(str(name), thing) for name, thing in _items(params) if _is_network(thing)]


def _pairs(params: Parameters) -> list[tuple[Any, Any]]:
    """Names and tensors, those of several networks with the names of these before theirs."""
    if params is None:
        return []
    if _is_network(params):
        return [*params.named_parameters(), *params.named_buffers()]
    pairs: list[tuple[Any, Any]] = []
    for name, thing in _items(params):
        inner = _pairs(thing) if _is_network(thing) else None
        pairs += [(name, thing)] if inner is None else [(f"{name}.{part}", tensor) for part, tensor in inner]
    return pairs


def _items(params: Parameters) -> list[tuple[Any, Any]]:
    """What ``params`` gives names to, if that is no network: tensors and networks. Raises OptionError."""
    torch = sys.modules["torch"]
    named = torch.Tensor, torch.nn.Module
    try:
        items = list(params.items() if isinstance(params, Mapping) else params)
    except TypeError:
        items = [None]
    if any(not isinstance(item, tuple) or len(item) != 2 or not isinstance(item[1], named) for item in items):
        from ...display import OptionError

        raise OptionError(
            f"params={type(params).__name__} does not give tensors names: it is the network; several by their names, "
            "such as {'encoder': encoder, 'decoder': decoder}; or names and tensors, such as "
            "dict(network.named_parameters())."
        )
    return items


def module_of(name: str | None) -> tuple[str, ...]:
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


def common(paths: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The beginning that all paths share.

    >>> common([("net", "a", "b"), ("net", "a"), ("net", "a", "c")])
    ('net', 'a')
    """
    several = list(paths)
    together = zip(*several, strict=False)
    return tuple(parts[0] for parts in takewhile(lambda parts: len(set(parts)) == 1, together))
