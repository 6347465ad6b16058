"""The graph behind a PyTorch result, in the terms of this house: so the same pictures are drawn of it.

PyTorch keeps one record for each operation (``grad_fn``), which leads to the records of its operands. A record knows
the shape of its result, and keeps the numbers that its gradient rule will need; so some values are known, and others
not. Nothing here imports PyTorch: who has a tensor of PyTorch's has imported it already.
"""

from __future__ import annotations

import heapq
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...core.errors import NoHistoryError
from ...nn import Module
from ..freshness import CHANGED
from .modules import modules_of, titles
from .names import Names, Parameters, module_of
from .operands import PARTS, UNKNOWN, operands_of, settings_of
from .values import Numbers, changed_since, place_of, saved_by, shape_of
from .whole import Wholes
from .words import readable, spelled, symbol_of

if TYPE_CHECKING:
    import networkx as nx

Function = Any  # a record of PyTorch's, the ``grad_fn`` of a tensor
Place = tuple[Function, int]  # one of the results of a record
NO_STEPS = "PyTorch does not tell the steps of its backward pass, so a result of its can only be drawn: ng.draw(result)"

POWERS = {2: "square", 0.5: "sqrt", -1: "reciprocal"}


def is_torch(thing: Any) -> bool:
    """Whether a thing is a tensor of PyTorch's, or holds one: in a tuple, a list or a dictionary.

    >>> is_torch(3.0), is_torch([])
    (False, False)
    """
    return any(True for _ in tensors_in(thing))


def key_of(tensor: Any) -> Any:
    """What a tensor of PyTorch's is found by: a result by the record that it comes from, a leaf by its identity."""
    return id(tensor) if tensor.grad_fn is None else (tensor.grad_fn, tensor.output_nr)


def is_network(thing: Any) -> bool:
    """Whether a thing is a module of PyTorch's."""
    networks = getattr(sys.modules.get("torch"), "nn", None)
    return networks is not None and isinstance(thing, networks.Module)


def is_tensor(thing: Any) -> bool:
    """Whether a thing is a tensor of PyTorch's."""
    tensor = getattr(sys.modules.get("torch"), "Tensor", None)
    return tensor is not None and isinstance(thing, tensor)


def check_no_network(thing: Any) -> None:
    """Raise NotAGraphError where a network is given, ours or PyTorch's: it has no graph until it is called."""
    if isinstance(thing, Module):
        from ...display import NotAGraphError

        raise NotAGraphError(
            f"a network, such as this {type(thing).__name__}, makes its graph anew whenever it is called: draw what it "
            "gives, ng.draw(network(x))"
        )
    if is_network(thing):
        from ...display import NotAGraphError

        raise NotAGraphError(
            f"a PyTorch network, such as this {type(thing).__name__}, makes its graph anew whenever it is called: draw "
            "what it gives, ng.draw(network(x), params=network)"
        )


def tensors_in(thing: Any) -> Iterator[Any]:
    """The tensors of PyTorch's that a result holds, in order."""
    tensor = getattr(sys.modules.get("torch"), "Tensor", None)
    if tensor is None:  # not imported, or not to be: some put None there
        return
    waiting, seen = [thing], set()
    while waiting:
        item = waiting.pop()
        if isinstance(item, tensor):
            yield item
        elif isinstance(item, list | tuple | Mapping) and id(item) not in seen:
            seen.add(id(item))
            waiting.extend(reversed(list(item.values() if isinstance(item, Mapping) else item)))


class TorchGraph:
    """The operations that led to one or several results of PyTorch's, in the order in which they were made.

    ``root`` is a tensor or a tuple, list or dictionary of tensors; ``params`` gives names to the leaves, see
    ``nbgrad.draw``; ``with_rows``: whether several steps that only lay out numbers anew are one operation. Raises
    NoHistoryError.
    """

    def __init__(self, root: Any, params: Parameters = None, with_rows: bool = False):
        results = list(tensors_in(root))
        self._results = [tensor for tensor in results if tensor.requires_grad]
        if not self._results:
            raise NoHistoryError(_without_history(results))
        self._names = Names(params)
        self._leaves = {id(tensor): tensor for tensor in self._results if tensor.grad_fn is None}
        roots = [tensor.grad_fn for tensor in self._results if tensor.grad_fn is not None]
        functions = creation_order(roots)
        variables = [function.variable for function in functions if hasattr(function, "variable")]
        self._names.warn_if_foreign([*variables, *self._leaves.values()])
        self._wholes = Wholes(functions, roots, self._names, with_rows)
        self._functions = [function for function in functions if function not in self._wholes.hidden]

    def __len__(self) -> int:
        """How many boxes a drawing has at least: operations and parameters."""
        return len(self._functions) + len(self._leaves)

    def is_grouped(self) -> bool:
        """Whether there may be groups: a network was given, or the name of any parameter says which module it is in."""
        if self._names.root is not None:  # without modules in it, it may have steps, or have been used several times
            return True
        leaves = (function.variable for function in self._functions if hasattr(function, "variable"))
        return any(module_of(self._names.of(leaf)) for leaf in leaves)

    def network(self) -> nx.MultiDiGraph:
        """The networkx graph, see ``nbgrad.to_networkx``."""
        return self.made().graph

    def made(self) -> _Network:
        """The networkx graph, and which node stands for which tensor."""
        return _Network(self._results, self._functions, self._leaves, self._names, self._wholes)


def _without_history(results: list[Any]) -> str:
    if any(tensor.is_inference() for tensor in results):
        return (
            "this PyTorch result was computed in torch.inference_mode(), which records nothing; "
            "compute it again outside of it"
        )
    return (
        "this PyTorch result has no graph: nothing that it was computed from requires a gradient, or it was computed "
        "in torch.no_grad(), or cut off by .detach(). Make an input with requires_grad=True, or draw the result before "
        "it is cut off"
    )


def creation_order(roots: Iterable[Function]) -> list[Function]:
    """All records that lead to ``roots``, operands first; else by their numbers in the order of creation.

    From the last backwards: a record comes once all that use it have come. So a leaf, which has no number of its own,
    stands right before the first record that uses it.
    """
    found: dict[Function, int] = dict.fromkeys(roots, 0)  # a record -> how many uses of it are still to come
    waiting = list(found)
    for function in waiting:
        for operand, _ in function.next_functions:
            if operand is None:
                continue
            if operand not in found:
                found[operand] = 0
                waiting.append(operand)
            found[operand] += 1
    place = {function: i for i, function in enumerate(found)}

    def late(function: Function) -> tuple[int, int]:
        return -(function._sequence_nr() if hasattr(function, "_sequence_nr") else 0), -place[function]

    ready = [(*late(function), function) for function, uses in found.items() if not uses]
    heapq.heapify(ready)
    order = []
    while ready:
        *_, function = heapq.heappop(ready)
        order.append(function)
        for operand, _ in reversed(function.next_functions):
            if operand is not None:
                found[operand] -= 1
                if not found[operand]:
                    heapq.heappush(ready, (*late(operand), operand))
    return order[::-1]


class _Network:
    """The networkx graph while it is made."""

    def __init__(
        self,
        results: list[Any],
        functions: list[Function],
        leaves: Mapping[int, Any],
        names: Names,
        wholes: Wholes,
    ):
        import networkx as nx

        from ...display.schema import OF_TORCH

        self.graph: nx.MultiDiGraph = nx.MultiDiGraph(**{OF_TORCH: True})
        self._names = names
        self._wholes = wholes
        self._numbers = Numbers()
        self._nodes: dict[Place, int] = {}
        self._own: dict[int, int] = {}  # id of a leaf -> its node
        self._parameters: dict[int, Any] = {}  # the other way round
        self._data: dict[int, tuple[int, Any]] = {}  # id of a tensor -> its node, and itself, lest its id be reused
        every = [*functions, *wholes.hidden]
        self._saved = {function: saved_by(function) for function in every}
        self._changed = {function: changed_since(function) for function in every}
        self._known = {(t.grad_fn, t.output_nr): t for saved in self._saved.values() for _, t in saved if t.grad_fn}
        self._known |= names.results | {(t.grad_fn, t.output_nr): t for t in results if t.grad_fn is not None}
        used = _used_results(results, every)
        for function in functions:
            if hasattr(function, "variable"):
                self._nodes[function, 0] = self._add_leaf(function.variable)
            else:
                self._add_operation(function, used[function])
        recorded = {id(function.variable) for function in functions if hasattr(function, "variable")}
        for key, leaf in leaves.items():
            if key not in recorded:
                self._add_leaf(leaf)
        # What a tensor is found by (see ``key_of``) -> its node; a record is kept alive by its key.
        data = {key: node for key, (node, _) in self._data.items()}
        self.ids: dict[Any, int | tuple[int, ...]] = {**self._nodes, **data, **self._own}
        self._mark_changes()
        self._set_groups()

    def _set_groups(self) -> None:
        """Tell of each node the modules that it lies in, and of each module its nodes."""
        paths = modules_of(self.graph, self._parameters, self._names)
        for node, group in titles(paths, self._names.root).items():
            self.graph.nodes[node]["group"] = group or None
        within: dict[int, list[int]] = {}
        for node in sorted(paths):
            for frame in paths[node]:
                within.setdefault(id(frame.module), []).append(node)
        for module in self._names.modules:  # what has no frame of its own is lit by what is in it
            inner = {node for part in module.modules() for node in within.get(id(part), ())}
            within.setdefault(id(module), sorted(inner))
        self.ids |= {module: tuple(nodes) for module, nodes in within.items() if nodes and module != id(None)}

    def _mark_changes(self) -> None:
        """Mark what was changed in place after results were computed from it, as far as PyTorch has noticed."""
        changed = [tensor for kept in self._changed.values() for _, tensor in kept]
        if not changed:
            return
        leaves = [*self._parameters.items(), *self._data.values()]
        places = {place_of(leaf): node for node, leaf in leaves}
        for tensor in changed:
            node = self.ids.get(key_of(tensor))
            if node is None and place_of(tensor) is not None:  # a view was used, such as a turned weight
                node = places.get(place_of(tensor))
            if node is not None and self.graph.nodes[node]["value"] is not None:
                self.graph.nodes[node]["stale"] = CHANGED

    def _add(self, **facts: Any) -> int:
        node = self.graph.number_of_nodes()
        blank = dict.fromkeys(("op", "symbol", "name", "shape", "dtype", "value", "gradient", "group", "code"))
        self.graph.add_node(node, **{"kind": "data", **blank, **facts})
        return node

    def _add_leaf(self, leaf: Any) -> int:
        node = self._add(kind="parameter", name=self._names.of(leaf), **self._described(leaf))
        self._own[id(leaf)] = node
        self._parameters[node] = leaf
        return node

    def _add_operation(self, function: Function, results: list[int]) -> None:
        """Add a node for each result that is used, with edges from the operands."""
        whole = self._wholes.of.get(function)
        core = function if whole is None else whole.core
        op = operation(core)
        saved = self._saved[core]
        given = operands_of(core, op, saved + self._changed[core], self._names)
        settings = settings_of(core, op)
        if whole is not None:
            op, given, settings = whole.op, whole.operands(given, self._wholes.hidden), whole.settings
        operands = [(self._operand(self._wholes.seen(operand)), position) for operand, position in given]
        described = {
            "op": readable(op),
            "symbol": "@" if op == "linear" and len(given) == 2 else symbol_of(op),
            "settings": settings,
            "centring": readable(op) == "batch_norm" and bool(getattr(core, "_saved_training", False)),
        }
        kept = tuple((name, shape) for name, tensor in saved if (shape := shape_of(tensor)) is not None)
        for which in results:
            tensor = self._known.get((function, which))
            facts = _announced(function, which) if tensor is None else self._described(tensor)
            facts |= {**described, "saved": kept}
            if op in PARTS:
                facts["settings"] = *facts["settings"], ("part", str(which))
            facts["unkept"] = tensor is None or not tensor.retains_grad
            node = self._add(kind="operation", name=self._names.of_result(function, which), **facts)
            self._nodes[function, which] = node
            for operand, position in operands:
                self.graph.add_edge(operand, node, position=position)

    def _operand(self, operand: Any) -> int:
        """The node of an operand, see ``operands_of``."""
        if operand is UNKNOWN:
            return self._add(name="…", bare=True, unkept=True)
        if isinstance(operand, tuple):
            return self._nodes[operand]
        if isinstance(operand, int | float | complex):
            return self._add(kind="constant", value=operand)
        return self._datum(operand)

    def _datum(self, tensor: Any) -> int:
        """The node of a tensor that needs no gradient; one that is used twice is drawn once."""
        if id(tensor) not in self._data:
            name = self._names.of(tensor)
            kind = "data" if name or tensor.ndim else "constant"
            self._data[id(tensor)] = self._add(kind=kind, name=name, **self._described(tensor)), tensor
        return self._data[id(tensor)][0]

    def _described(self, tensor: Any) -> dict[str, Any]:
        value = self._numbers.of(tensor)
        gradient = None if value is None else self._numbers.gradient_of(tensor)
        return {
            "shape": shape_of(tensor),
            "dtype": _dtype(tensor.dtype),
            "value": value,
            "gradient": gradient,
            "bare": value is None and gradient is None,
        }


def _used_results(results: list[Any], functions: list[Function]) -> dict[Function, list[int]]:
    """The numbers of the results of each record that are used by others or are to be drawn themselves."""
    used: dict[Function, set[int]] = {function: set() for function in functions}
    for tensor in results:
        if tensor.grad_fn is not None:
            used[tensor.grad_fn].add(tensor.output_nr)
    for function in functions:
        for operand, which in function.next_functions:
            if operand is not None:
                used[operand].add(which)
    return {function: sorted(numbers) for function, numbers in used.items()}


def _announced(function: Function, which: int) -> dict[str, Any]:
    """Shape and dtype of a result whose numbers are gone."""
    announced = getattr(function, "_input_metadata", ())
    if which >= len(announced):
        return {"bare": True}
    dtype = getattr(announced[which], "dtype", None)
    return {
        "shape": shape_of(announced[which]),
        "dtype": None if dtype is None else _dtype(dtype),
        "bare": True,
    }


def _dtype(dtype: Any) -> str:
    return str(dtype).removeprefix("torch.")


def operation(function: Function) -> str:
    """What PyTorch calls the operation of a record; a function of the user's own keeps its name."""
    own = getattr(function, "_forward_cls", None)
    if own is not None:
        return str(own.__name__)
    op = spelled(function.name())
    exponent = getattr(function, "_saved_exponent", None) if op == "pow" else None
    return POWERS.get(exponent, op) if isinstance(exponent, int | float) else op
