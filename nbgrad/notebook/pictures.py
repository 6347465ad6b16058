"""What can be drawn: the tensors or nodes that led to a result, with names from the notebook's variables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any, Protocol

import numpy as np

from ..core.backward import Step, creation_order, reverse_pass, seed_for
from ..core.names import public_variables, variable_names
from ..core.op import Operation
from ..core.tensor import CONSTANT, Tensor, plain
from ..graph.nodes import Node
from ..graph.order import sorted_from
from ..graph.run import backward_pass
from ..nn import Module
from ..nn.module import walk
from .freshness import mark_changes, otherwise
from .pytorch import NO_STEPS, is_torch
from .slices import Index, Owners, array_of, spelled

SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
POWER = re.compile(r"e\+?(-?)0*(\d+)")  # of a number as Python writes it, 1e+12 or 1e-07
INFIX = {"add": "+", "subtract": "−", "multiply": "·", "divide": "/", "matmul": "@", "power": "^"}


class Vertex:
    """One node of the picture: a tensor, a node of the graph face, or an operand that was no tensor."""

    def __init__(
        self, thing: Any, kind: str, value: Any, gradient: Any, op: Operation | None, inputs: Sequence[Vertex]
    ):
        self.thing = thing
        self.kind = kind
        self.value = value
        self.gradient = gradient
        self.op = op
        self.inputs = inputs
        self.id = -1
        self.label: str | None = None
        self.stale: str | None = None  # "changed" or "unfit", see ``freshness``
        self.unfit = False  # whether its operation gives something else for the operands that the graph keeps
        self.stored: Any = None  # the gradient that it has, where that is another than this pass gives it
        self.passed: Any = None  # what one pass gives it, where another gradient is stored
        self.line: tuple[str, int, str] | None = None  # of a leaf: where it was named, once asked
        self.gone = False  # whether its gradient was computed, but is not known any more
        self.cleared = False  # of a leaf: whether its gradient was, but has been taken away, as zero_grad() does
        self.handed: dict[int, Any] = {}  # of a result: what its rules have given each operand, by position
        self.taken: Index | None = None  # of data that are a slice of its only input: which, see ``slices``
        self.args: tuple[Any, ...] = ()  # of a result: the operands that it was computed with

    @property
    def name(self) -> str:
        """What formulas call it: its label, or its number if it is an unnamed constant."""
        if self.label:
            return self.label
        number = np.asarray(self.value).item()
        text = str(number) if isinstance(number, bool) else POWER.sub(r"e\1\2", f"{number:g}").replace("-", "−")
        return text.replace("j", "i") if isinstance(number, complex) else text


LEFT_OUT = Vertex(None, "constant", None, None, None, ())  # an optional operand that was not given; it is not drawn
LEFT_OUT.label = "None"


class Picture(Protocol):
    """What can be drawn: its vertices in creation order, and its backward pass for those who watch.

    ``paths`` are the groups of its vertices by number, ``None`` where the vertices know them. ``seed`` is the gradient
    to begin with; ``None`` for a single number, whose own gradient is 1.

    A picture keeps the numbers of the moment when it was made, see :func:`keep_numbers`.
    """

    vertices: list[Vertex]
    seed: Any
    paths: dict[int, tuple[str, ...]] | None

    def watch(self, observe: Callable[[Step], None]) -> None:
        """Run the backward pass of the last vertex and show each step to ``observe``."""

    def tensor_of(self, vertex: Vertex) -> Tensor | None:
        """The engine's tensor behind a vertex."""


def copied(value: np.ndarray) -> np.ndarray:
    """A copy that lies in memory as ``value`` does, so that sums over it are rounded alike; one number that stands for
    many, since it was broadcast, is copied once.

    >>> copied(np.broadcast_to(1.5, (2, 3))).strides, copied(np.zeros((2, 3)).T).strides
    ((0, 0), (8, 24))
    """
    if 0 not in value.strides:
        return value.copy("K")
    once = tuple(slice(None) if stride else slice(1) for stride in value.strides)
    return np.broadcast_to(value[once].copy("K"), value.shape)


def keep_numbers(vertices: Iterable[Vertex], tensor_of: Callable[[Vertex], Tensor | None]) -> None:
    """Give the vertices copies of the numbers that may be changed in place later, as ``W.data -= 0.1 * W.grad`` does.

    Those are the numbers of leaves with their gradients, and of results that are views of others. What an operation
    has made anew nobody else holds, so it is not copied. Where two vertices had one array, they have one copy.
    """
    copies: dict[int, Any] = {}
    for vertex in vertices:
        tensor = None if vertex.op is None else tensor_of(vertex)
        if tensor is not None:
            vertex.args = tuple(copies.get(id(arg), arg) for arg in tensor.args)
        value = vertex.value
        if isinstance(value, np.ndarray):
            if id(value) not in copies and (vertex.op is None or value.base is not None):
                copies[id(value)] = copied(value)
            vertex.value = copies.get(id(value), value)
        if vertex.op is None and isinstance(vertex.gradient, np.ndarray):
            vertex.gradient = vertex.gradient.copy()


# ---- from tensors
def all_ancestors(*roots: Tensor) -> list[Tensor]:
    """Everything that these were computed from, data included, in creation order."""
    known = {root.serial: root for root in roots}
    found, seen = list(known.values()), set(known)
    for node in found:
        for x in node.inputs:
            if x is not CONSTANT and x.serial not in seen:
                seen.add(x.serial)
                found.append(x)
    return sorted(found, key=lambda node: node.serial)


def with_owners(vertices: Sequence[Vertex]) -> list[Vertex]:
    """The vertices, with those arrays before them that several of their data are slices of, and the slices as such."""
    data = {id(vertex.thing): vertex for vertex in vertices if vertex.kind == "data" and vertex.op is None}
    owners = Owners(vertex.thing for vertex in data.values())
    found: dict[Vertex, None] = {}
    for vertex in vertices:
        part = owners.of(vertex.thing) if data.get(id(vertex.thing)) is vertex else None
        if part is not None:
            whole, vertex.taken = part
            if id(whole) not in data:
                data[id(whole)] = Vertex(whole, "data", array_of(whole), None, None, ())
            vertex.inputs = [data[id(whole)]]
            found[data[id(whole)]] = None
        found[vertex] = None
    return list(found)


class TensorPicture:
    """The graph that led to a tensor, or to several: ``root`` is the last of them."""

    paths: dict[int, tuple[str, ...]] | None = None

    def __init__(self, *roots: Tensor):
        self.roots = roots
        self.root = roots[-1]
        self.seed: Any = None
        self.vertices: list[Vertex] = []
        self._of: dict[int, Vertex] = {}
        operands: dict[int, Vertex] = {}
        for node in all_ancestors(*roots):
            inputs = [
                self._of[x.serial] if x is not CONSTANT else self._operand(value, operands)
                for x, value in zip(node.inputs, node.args, strict=True)
            ]
            kind = "operation" if node.op else "parameter" if node.requires_grad else "data"
            gradient = None if node.op else node.grad
            vertex = self._add(Vertex(node, kind, node.data, gradient, node.op, inputs))
            self._of[node.serial] = vertex
        self.vertices = with_owners(self.vertices)
        self._set_gradients(mark_changes(self.vertices, self.tensor_of))
        keep_numbers(self.vertices, self.tensor_of)

    def _add(self, vertex: Vertex) -> Vertex:
        self.vertices.append(vertex)
        return vertex

    def _operand(self, value: Any, known: dict[int, Vertex]) -> Vertex:
        """The vertex for an operand that was no tensor; an array that is used twice is drawn once."""
        if value is None:
            return LEFT_OUT
        if not np.ndim(value):
            return self._add(Vertex(None, "constant", value, None, None, ()))
        if id(value) not in known:
            known[id(value)] = self._add(Vertex(value, "data", value, None, None, ()))
        return known[id(value)]

    def _set_gradients(self, forgotten: bool) -> None:
        """Give the intermediate results their gradients, if ``backward()`` has been called on these roots.

        The pass is run once more for that. Where numbers were changed in place since (``forgotten``), it would find
        others than ``backward()`` did, so there the gradients are left out.
        """
        seeds = self._seeds()
        given = dict(seeds)
        found: dict[int, Any] = {}

        def remember(step: Step) -> None:
            found[step.node.serial] = step.cotangent
            self._of[step.node.serial].handed = dict(zip(step.positions, step.contributions, strict=True))

        if seeds:
            nodes = creation_order([root for root in seeds if root.op is not None])
            if forgotten:
                found = {root.serial: gradient for root, gradient in given.items()}
            else:
                with np.errstate(all="ignore"):  # the reader's own run has warned already
                    arrived = reverse_pass(nodes, seeds, observe=remember)
                for x in (x for x in arrived if x.op is None):
                    self._of[x.serial].cleared = x.grad is None
                    if x.grad is None or otherwise(x.grad, arrived[x]):
                        self._of[x.serial].passed = plain(arrived[x])
            for node in nodes:
                vertex = self._of[node.serial]
                vertex.gradient = found.get(node.serial)
                vertex.gone = forgotten and vertex.gradient is None

    def _seeds(self) -> dict[Tensor, Any]:
        """What ``backward()`` has started from: each of the roots with its gradient."""
        given = {root: root.grad for root in self.roots if root.op is not None}
        return {root: np.array(plain(gradient))[()] for root, gradient in given.items() if gradient is not None}

    def watch(self, observe: Callable[[Step], None]) -> None:
        watched(self.root, self.seed, observe)

    def tensor_of(self, vertex: Vertex) -> Tensor | None:
        return vertex.thing if isinstance(vertex.thing, Tensor) else None


def watched(root: Tensor, seed: Any, observe: Callable[[Step], None]) -> None:
    """Run the backward pass of a tensor and show each step to ``observe``; from a leaf nothing flows on.

    Unfolded into single numbers, a result may be a leaf: a sum of one number is that number.
    """
    seed = seed_for(root, seed)
    if root.op is not None:
        with np.errstate(all="ignore"):  # a picture shows ∞ and NaN, and what it replays to find them is silent
            reverse_pass(creation_order((root,)), {root: seed}, observe=observe)


# ---- from the graph face
class NodePicture:
    """The graph of a node of the graph face, computed or not."""

    seed: Any = None  # the graph face knows losses only
    paths: dict[int, tuple[str, ...]] | None = None

    def __init__(self, root: Node):
        self.nodes = sorted_from([root])
        self._tensors = {node: node.tensor for node in self.nodes}  # a further forward() makes others
        of: dict[Node, Vertex] = {}
        for node in self.nodes:
            kind = "operation" if node.op else "parameter" if node.is_trainable else "data"
            of[node] = Vertex(node, kind, node.value, node.gradients.get(node), node.op, [of[x] for x in node.inputs])
            if node.op is not None:  # an operand that stands at two places is given both together
                of[node].handed = {node.inputs.index(x): part for x, part in node.gradients.items() if x in node.inputs}
        self.vertices = list(of.values())
        mark_changes(self.vertices, self.tensor_of)
        keep_numbers(self.vertices, self.tensor_of)

    def watch(self, observe: Callable[[Step], None]) -> None:
        with np.errstate(all="ignore"):
            backward_pass(self.nodes, observe)

    def tensor_of(self, vertex: Vertex) -> Tensor | None:
        return self._tensors[vertex.thing]


def picture_of(root: Tensor | Node) -> Picture:
    """The picture of a tensor or of a node; every vertex has its number and its label."""
    if isinstance(root, Tensor):
        picture: Picture = TensorPicture(root)
    elif isinstance(root, Node):
        picture = NodePicture(root)
    elif is_torch(root):
        raise TypeError(NO_STEPS)
    else:
        raise TypeError(
            f"only a tensor or a node of the graph face has a graph to draw, not {type(root).__name__}; "
            "wrap numbers in ng.tensor(...)"
        )
    label(picture.vertices)
    return picture


def results_in(thing: Any) -> tuple[Tensor, ...]:
    """The tensors that a tuple, a list or a dictionary holds, each once; what else it holds is left out.

    >>> import nbgrad as ng
    >>> x = ng.tensor(1.0)
    >>> results_in([x, {"same": x}, 3]) == (x,), results_in(x)
    (True, ())
    """
    if not isinstance(thing, list | tuple | Mapping):
        return ()
    found: dict[int, Tensor] = {}
    waiting, seen = [thing], set()
    while waiting:
        item = waiting.pop()
        if isinstance(item, Tensor):
            found[item.serial] = item
        elif isinstance(item, list | tuple | Mapping) and id(item) not in seen:
            seen.add(id(item))
            waiting.extend(reversed(list(item.values() if isinstance(item, Mapping) else item)))
    return tuple(found.values())


def picture_of_several(roots: Sequence[Tensor]) -> Picture:
    """The picture of several results together."""
    picture = TensorPicture(*roots)
    label(picture.vertices)
    return picture


# ---- names
def label(vertices: Iterable[Vertex]) -> None:
    """Number the vertices and name them: by their own name, the notebook's variable, or a short expression."""
    variables = variable_names()
    vertices = list(vertices)
    names = [getattr(vertex.thing, "name", None) for vertex in vertices]
    names += [variables.get(id(vertex.thing)) for vertex in vertices]
    taken = {str(name).partition("[")[0] for name in names if name is not None}  # an element names its array, too
    letter = next((letter for letter in "vurt" if letter not in taken), "v")  # v₁ beside v would be an element of it
    taken |= {name.replace(f"{letter}_", letter, 1).translate(SUBSCRIPT) for name in taken}  # v_1 looks like v₁
    numbered = (name for number in count(1) if (name := f"{letter}{number}".translate(SUBSCRIPT)) not in taken)
    expressions: list[Vertex] = []
    for i, vertex in enumerate(vertices):
        vertex.id = i
        named = getattr(vertex.thing, "name", None) or variables.get(id(vertex.thing))
        vertex.label = str(named) if vertex.thing is not None and named is not None else None
        if vertex.label is None and vertex.taken is not None:
            vertex.label = f"{vertex.inputs[0].name}{spelled(vertex.taken)}"
        if vertex.label is None and vertex.kind != "constant":
            vertex.label = expression(vertex)
            expressions += [vertex] if vertex.label else []
        if vertex.label is None and vertex.kind != "constant":
            vertex.label = next(numbered)
    tell_apart(expressions)
    _name_by_modules(vertices)


def _name_by_modules(vertices: Sequence[Vertex]) -> None:
    """Give parameters that are used several times, so that they stand outside of all frames of their modules, the names
    of these where others are called alike: ``enc.weight`` and ``dec.weight``."""
    uses = Counter(id(x) for vertex in vertices for x in vertex.inputs)
    leaves = [vertex for vertex in vertices if vertex.op is None and vertex.kind == "parameter"]
    often = Counter(vertex.label for vertex in leaves)
    alike = {id(vertex.thing): vertex for vertex in leaves if often[vertex.label] > 1 and uses[id(vertex)] > 1}
    modules = public_variables() if alike else {}
    for name, module in modules.items():
        for path, thing in walk(module) if isinstance(module, Module) else ():
            if (vertex := alike.pop(id(thing), None)) is not None:
                vertex.label = f"{name}.{path}"


def tell_apart(vertices: Sequence[Vertex]) -> None:
    """Number those that have one label, as where ``exp(x)`` was written twice: ``exp(x)₁``, ``exp(x)₂``."""
    alike: dict[str, list[Vertex]] = {}
    for vertex in vertices:
        alike.setdefault(vertex.name, []).append(vertex)
    for name, several in alike.items():
        stem = name if name.isalnum() or name.endswith(")") else f"({name})"  # x·x₁ would be x times x₁
        for number, vertex in enumerate(several if len(several) > 1 else (), 1):
            vertex.label = stem + str(number).translate(SUBSCRIPT)


def expression(vertex: Vertex, longest: int = 8) -> str | None:
    """A result's label in terms of its inputs (``k·x``, ``x²``), if that is short."""
    if vertex.op is None or any("₀" <= c <= "₉" for x in vertex.inputs for c in x.name):
        return None
    names = [x.name for x in vertex.inputs]
    if not all(name.isalnum() for name in names):
        return None
    if vertex.op.name in INFIX and len(names) == 2:
        text = INFIX[vertex.op.name].join(names)
    elif vertex.op.name == "square":
        text = f"{names[0]}²"
    elif vertex.op.name == "negative":
        text = f"−{names[0]}"
    elif len(names) == 1 and vertex.op.symbol.isalnum():
        text = f"{vertex.op.symbol}({names[0]})"
    else:
        return None
    return text if len(text) <= longest else None
