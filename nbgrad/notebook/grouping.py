"""Groups as paths of names: from what tensors remember (see :mod:`nbgrad.core.groups`) to ``("net", "layers.0")``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ..core.groups import Group
from ..core.names import public_variables, variable_names
from ..core.tensor import Tensor
from ..graph.nodes import Node
from ..nn import Module
from ..nn.module import walk
from .pictures import Vertex

Path = tuple[str, ...]
Opened = Any  # a Group, or the serial number at which a call of a module began


def is_grouped(nodes: Iterable[Tensor | Node]) -> bool:
    """Whether any of these remembers a group."""
    return any(node.group is not None for node in nodes)


def groups_around(node: Tensor | Node) -> list[Opened]:
    """The groups that a tensor or node was made in, calls of modules included, from the outermost to the innermost."""
    calls, mark = [], node.group
    while isinstance(mark, tuple):
        calls.append(mark[1])
        mark = mark[2]
    return sorted([*calls, *_opened_by_hand(mark)], key=_first)


def paths_of(vertices: Sequence[Vertex]) -> dict[int, Path]:
    """Vertex number -> the names of the groups it belongs to, from outermost to innermost; nothing for those in none.

    A group that would hold a single vertex is left out: a frame around one box tells nothing.
    """
    calls = _Calls(vertices)
    opened: dict[int, list[Opened]] = {}
    for vertex in vertices:
        groups = _opened_by_hand(getattr(vertex.thing, "group", None)) + calls.around.get(vertex.id, [])
        opened[vertex.id] = sorted(groups, key=_first)
    if not any(opened.values()):
        return {}
    _place_what_was_made_outside(vertices, opened, calls)
    return _without_single(_named(opened, calls))


def _first(group: Opened) -> int:
    return group.first if isinstance(group, Group) else group


def _opened_by_hand(mark: Any) -> list[Opened]:
    """The groups opened by hand that a tensor or node was made in, innermost first."""
    while isinstance(mark, tuple):
        mark = mark[2]
    found = []
    while mark is not None:
        found.append(mark)
        mark = mark.outer
    return found


class _Calls:
    """The calls of modules: each is known by the serial number at which it began.

    Attributes:
        callers: call -> the module that was called.
        around: vertex number -> the calls that it was made in.
        given: call -> the identities of what the module was called with.
    """

    def __init__(self, vertices: Sequence[Vertex]):
        self.callers: dict[int, Any] = {}
        self.around: dict[int, list[int]] = {}
        self.given: dict[int, tuple[int, ...]] = {}
        self._modules: dict[int, Module] = {}
        results: dict[int, list[Vertex]] = {}
        for vertex in vertices:
            mark = getattr(vertex.thing, "group", None)
            while isinstance(mark, tuple):
                caller, first, mark, given = mark
                self.callers[first] = caller
                self.given[first] = given if isinstance(given, tuple) else (given,)
                results.setdefault(first, []).append(vertex)
        for first, given in results.items():
            for id_ in _made_since(first, given):
                self.around.setdefault(id_, []).append(first)

    def belongings(self) -> set[int]:
        """The identities of the tensors that belong to any of the modules."""
        modules = {id(module): module for caller in self.callers.values() if (module := caller.module()) is not None}
        return {id(thing) for module in modules.values() for _, thing in walk(module) if isinstance(thing, Tensor)}


def _made_since(first: int, results: Sequence[Vertex]) -> list[int]:
    """The numbers of the vertices that led to these results and are younger than ``first``."""
    found = {vertex.id: vertex for vertex in results}
    waiting = list(results)
    while waiting:
        for x in waiting.pop().inputs:
            if isinstance(x.thing, Tensor) and x.thing.serial > first and x.id not in found:
                found[x.id] = x
                waiting.append(x)
    return list(found)


def _place_what_was_made_outside(vertices: Sequence[Vertex], opened: dict[int, list[Opened]], calls: _Calls) -> None:
    """Put parameters, constants and a module's own data into the innermost group that holds all of their uses.

    What was made in a group stays there, unless all of its uses are within a group of that group. Other data were
    given from outside, which a collapsed group shall show; and so was what a module was called with.
    """
    belongings = calls.belongings()
    used_in: dict[int, list[list[Opened]]] = {}
    for vertex in vertices:
        for x in vertex.inputs:
            used_in.setdefault(x.id, []).append(opened[vertex.id])
    variables = variable_names()
    wholes = {vertex.inputs[0].id for vertex in vertices if vertex.taken is not None}
    for vertex in vertices:
        if vertex.op is not None or vertex.id not in used_in or vertex.id in wholes:
            continue
        thing = vertex.thing
        given = vertex.kind == "data" and id(thing) not in belongings
        if given and (isinstance(thing, Tensor | Node) or id(thing) in variables):
            continue
        made_in = opened[vertex.id]
        common = _common(used_in[vertex.id])
        if vertex.kind == "data":
            common = _outside(common, id(thing), calls)
        if common[: len(made_in)] == made_in:
            opened[vertex.id] = common


def _outside(chain: Sequence[Opened], thing: int, calls: _Calls) -> list[Opened]:
    """The groups of a chain around the first call in it that was given this thing, an identity."""
    found = []
    for group in chain:
        if not isinstance(group, Group) and thing in calls.given[group]:
            break
        found.append(group)
    return found


def _common(chains: Sequence[list[Opened]]) -> list[Opened]:
    """The groups, from the outermost on, that all of these chains begin with."""
    common = chains[0]
    for chain in chains[1:]:
        length = next((i for i, (a, b) in enumerate(zip(common, chain, strict=False)) if a != b), None)
        common = common[: min(len(common), len(chain)) if length is None else length]
    return common


def _named(opened: dict[int, list[Opened]], calls: _Calls) -> dict[int, Path]:
    """The paths, in which groups of the same name beside each other are told apart: "cell", "cell (2)"."""
    chains = {tuple(groups) for groups in opened.values() if groups}
    beginnings = {chain[:length] for chain in chains for length in range(1, len(chain) + 1)}
    names: dict[tuple[Opened, ...], Path] = {(): ()}
    used: Counter[Path] = Counter()
    naming = _Naming(calls)
    for chain in sorted(beginnings, key=lambda chain: [_first(group) for group in chain]):
        outer = names[chain[:-1]]
        name = naming.name_of(chain)
        used[*outer, name] += 1
        number = used[*outer, name]
        names[chain] = (*outer, name if number == 1 else f"{name} ({number})")
    return {id_: names[tuple(groups)] for id_, groups in opened.items() if groups}


class _Naming:
    """What groups are called: those opened by hand as the user said, modules by their place or their variable."""

    def __init__(self, calls: _Calls):
        self._calls = calls
        self._variables = {**variable_names(), **_places_in_lists()}
        self._parts: dict[int, dict[int, str]] = {}  # a module -> where in it other modules are

    def name_of(self, chain: tuple[Opened, ...]) -> str:
        group = chain[-1]
        if isinstance(group, Group):
            return group.name
        caller = self._calls.callers[group]
        module = caller.module()
        if module is None:
            return caller.kind
        for outer in reversed(chain[:-1]):
            within = None if isinstance(outer, Group) else self._calls.callers[outer].module()
            if within is not None and id(module) in self._parts_of(within):
                path = self._parts_of(within)[id(module)]
                return f"{path} {caller.kind}" if path.isdigit() else path
        return self._variables.get(id(module), caller.kind)

    def _parts_of(self, module: Module) -> dict[int, str]:
        if id(module) not in self._parts:
            self._parts[id(module)] = {id(part): path for path, part in module.named_modules() if path}
        return self._parts[id(module)]


def _places_in_lists() -> dict[int, str]:
    """What modules in a list of the notebook are called by their place in it: ``heads[11]``.

    A list whose modules all have variables of their own gives no names: those variables say more. One that only some
    have, such as the last that a loop has left behind, is passed over, so that all of the list are called alike.
    """
    variables = variable_names()
    places: dict[int, str] = {}
    for name, several in public_variables().items():
        if not isinstance(several, list | tuple) or not all(isinstance(part, Module) for part in several):
            continue
        if not all(id(part) in variables for part in several):
            for place, part in enumerate(several):
                places.setdefault(id(part), f"{name}[{place}]")
    return places


def _without_single(paths: dict[int, Path]) -> dict[int, Path]:
    sizes = Counter(path[:length] for path in paths.values() for length in range(1, len(path) + 1))
    shorter = {}
    for id_, path in paths.items():
        kept = tuple(name for length, name in enumerate(path, 1) if sizes[path[:length]] > 1)
        if kept:
            shorter[id_] = kept
    return shorter
