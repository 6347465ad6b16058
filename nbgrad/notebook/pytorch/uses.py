"""What the operations of a PyTorch result do with parameters, and as whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from .calls import Uses
from .classes import OF_CLASSES, PRODUCTS, ancestors, is_own
from .names import Path, common
from .words import LAYING_OUT

if TYPE_CHECKING:
    import networkx as nx


class _Form(NamedTuple):
    """A parameter, in whatever form: transposed, say."""

    homes: list[Path]
    parameter: int | None  # its node; None of what an operation of the module has made of it


class UsesOfParameters:
    """What operations do with parameters.

    Attributes:
        operations: all of them, in the order of creation.
        own: those on parameters -> the modules that they belong to.
        of: the same -> the parameters, each as that of one module.
        forms: operations that only lay out parameters anew.
        apart: operations of no module: penalties on parameters, those of a backward pass, and those on what it gave.
    """

    def __init__(self, graph: nx.MultiDiGraph, homes: Mapping[int, list[Path]]):
        self.operations: list[int] = []
        self.own: dict[int, Path] = {}
        self.of: dict[int, Uses] = {}
        self.forms: list[int] = []
        self._alone = _on_parameters_alone(graph, homes)
        self.apart = _penalties(graph, self._alone)
        self._graph = graph
        self._passed: set[int] = set()  # what comes of these belongs to no module either
        self._weights = {node: _Form(paths, node) for node, paths in homes.items() if paths}
        for node, kind in graph.nodes(data="kind"):
            if kind == "operation":
                self.operations.append(node)
                self._look_at(node)
        for form in reversed(self.forms):
            users = list(graph.successors(form))
            if users and self.apart.issuperset(users):  # laid out anew for a backward pass alone
                self.apart.add(form)
        self.forms = [form for form in self.forms if form not in self.apart]

    def _look_at(self, node: int) -> None:
        op, given = self._graph.nodes[node]["op"], list(self._graph.predecessors(node))
        if "_backward" in op or any(x in self._passed for x in given) or self._begins_a_pass(op, given):
            self._passed.add(node)
        if node in self._passed or node in self.apart:
            self.apart.add(node)
            return
        used = [x for x in given if x in self._weights]
        if len(given) == 1 and used and (op in LAYING_OUT or op == "to"):  # or in fewer digits, as autocast does
            self._weights[node] = self._weights[given[0]]
            self.forms.append(node)
            return
        is_turned = any(self._graph.nodes[x]["kind"] == "operation" for x in used)
        forms = [self._weights[x] for x in used]
        together = Counter(path for form in forms for path in form.homes)  # how many of each module's parameters
        fitting = [
            _Form(homes, form.parameter)
            for form in forms
            if (homes := [x for x in form.homes if is_own(x[-1].module, op, is_turned, together[x])])
        ]
        if fitting:
            chosen = _chosen([form.homes for form in fitting], op)
            self.own[node] = common(path for paths in chosen for path in paths)
            several = zip(fitting, chosen, strict=True)
            self.of[node] = tuple((x.parameter, common(paths)) for x, paths in several if x.parameter is not None)
            if len(given) == 1 or node in self._alone:
                self._weights[node] = _Form(fitting[0].homes, None)

    def _begins_a_pass(self, op: str, given: list[int]) -> bool:
        """Whether an operation hands the gradient of a sum or a mean, which is the same number everywhere, back through
        a linear layer: it multiplies it by the layer's weight, and does not add its bias."""
        if op not in PRODUCTS or len(given) != 2 or given[1] not in self._weights:
            return False
        gradient, value = (self._graph.nodes[given[0]][fact] for fact in ("kind", "value"))
        is_turned = self._is_turned(given[1])
        is_of_layer = not any(is_own(path[-1].module, op, is_turned, 1) for path in self._weights[given[1]].homes)
        is_same = value is None or bool((value == value.flat[0]).all() if value.size else True)
        return gradient == "data" and is_of_layer and is_same

    def _is_turned(self, form: int) -> bool:
        """Whether rows are columns in this form of a parameter: it was turned, and not turned back."""
        turns = 0
        while self._graph.nodes[form]["kind"] == "operation":
            turns += self._graph.nodes[form]["op"] in ("t", "transpose")
            form = next(iter(self._graph.predecessors(form)))
        return turns % 2 == 1


def _on_parameters_alone(graph: nx.MultiDiGraph, homes: Mapping[int, list[Path]]) -> dict[int, None]:
    """The operations on nothing but parameters of modules and numbers, in the order of creation."""
    alone: dict[int, None] = {}
    for node, kind in graph.nodes(data="kind"):
        if kind == "operation":
            others = (graph.nodes[x] for x in graph.predecessors(node) if x not in alone and not homes.get(x))
            is_number = graph.nodes[node]["shape"] == ()  # so what is not kept was a number, too
            if all(x["kind"] == "constant" or (is_number and x.get("unkept")) for x in others):
                alone[node] = None
    return alone


def _penalties(graph: nx.MultiDiGraph, alone: dict[int, None]) -> set[int]:
    """Those of operations on parameters alone that lead to single numbers, and these to results or into other single
    numbers: as the squares of weights do that are added to a loss. What a module makes of its parameters, such as a
    weight divided by its norm, meets arrays in the end."""
    found: set[int] = set()
    for node in reversed(alone):
        users = list(graph.successors(node))
        ends = graph.nodes[node]["shape"] == () and all(graph.nodes[user]["shape"] == () for user in users)
        if all(user in found or (user not in alone and ends) for user in users):
            found.add(node)
    return found


def _chosen(used: list[list[Path]], op: str) -> list[list[Path]]:
    """The modules that each parameter of an operation is used for. used: those that it belongs to."""
    certain = {homes[0] for homes in used if len(homes) == 1}
    chosen = []
    for homes in used:
        told = [path for path in homes if path in certain]
        told = told or [path for path in homes if OF_CLASSES.get(op) in ancestors(path[-1].module)]
        chosen.append(told if len(told) == 1 else homes)
    return chosen
