"""Where the engine and the display meet: what a notebook shows of a tensor or of a node of the graph face.

The engine knows no drawing and the display knows no engine. Here a result becomes a networkx graph with names from
the notebook's variables, and the steps of the backward pass become the steps that the display plays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .core.backward import Step, creation_order, reverse_pass, seed_for
from .core.names import variable_names
from .core.op import Operation
from .core.tensor import CONSTANT, Tensor
from .graph.nodes import Node
from .graph.order import ancestors, sorted_from
from .graph.run import backward_pass

if TYPE_CHECKING:
    import networkx as nx

    from .display import Step as DrawnStep
    from .widgets.player import Player

SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
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

    @property
    def name(self) -> str:
        """What formulas call it: its label, or its number if it is an unnamed constant."""
        return self.label or f"{np.asarray(self.value).item():g}".replace("-", "−")


class Picture(Protocol):
    """What can be drawn: its vertices in creation order, and its backward pass for those who watch."""

    vertices: list[Vertex]

    def watch(self, observe: Callable[[Step], None]) -> None:
        """Run the backward pass of the last vertex and show each step to ``observe``."""

    def tensor_of(self, vertex: Vertex) -> Tensor | None:
        """The engine's tensor behind a vertex."""


# ---- from tensors
def all_ancestors(root: Tensor) -> list[Tensor]:
    """Everything that ``root`` was computed from, data included, in creation order."""
    found, seen = [root], {root.serial}
    for node in found:
        for x in node.inputs:
            if x is not CONSTANT and x.serial not in seen:
                seen.add(x.serial)
                found.append(x)
    return sorted(found, key=lambda node: node.serial)


class TensorPicture:
    """The graph that led to a tensor."""

    def __init__(self, root: Tensor):
        self.root = root
        self.vertices: list[Vertex] = []
        self._of: dict[int, Vertex] = {}
        operands: dict[int, Vertex] = {}
        gradients = self._gradients()
        for node in all_ancestors(root):
            inputs = [
                self._of[x.serial] if x is not CONSTANT else self._operand(value, operands)
                for x, value in zip(node.inputs, node.args, strict=True)
            ]
            kind = "operation" if node.op else "parameter" if node.requires_grad else "data"
            gradient = gradients.get(node.serial) if node.op else node.grad
            vertex = self._add(Vertex(node, kind, node.data, gradient, node.op, inputs))
            self._of[node.serial] = vertex

    def _add(self, vertex: Vertex) -> Vertex:
        self.vertices.append(vertex)
        return vertex

    def _operand(self, value: Any, known: dict[int, Vertex]) -> Vertex:
        """The vertex for an operand that was no tensor; an array that is used twice is drawn once."""
        if not np.ndim(value):
            return self._add(Vertex(None, "constant", value, None, None, ()))
        if id(value) not in known:
            known[id(value)] = self._add(Vertex(value, "data", value, None, None, ()))
        return known[id(value)]

    def _gradients(self) -> dict[int, Any]:
        """The gradients of the intermediate results, if ``backward()`` has been called on this root."""
        found: dict[int, Any] = {}
        if self.root.op is None or self.root.grad is None:
            return found

        def remember(step: Step) -> None:
            found[step.node.serial] = step.cotangent

        self._watch(self.root.grad, remember)
        return found

    def _watch(self, seed: Any, observe: Callable[[Step], None]) -> None:
        reverse_pass(creation_order((self.root,)), {self.root.serial: seed}, observe=observe)

    def watch(self, observe: Callable[[Step], None]) -> None:
        self._watch(seed_for(self.root), observe)

    def tensor_of(self, vertex: Vertex) -> Tensor | None:
        return vertex.thing if isinstance(vertex.thing, Tensor) else None


# ---- from the graph face
class NodePicture:
    """The graph of a node of the graph face, computed or not."""

    def __init__(self, root: Node):
        self.nodes = sorted_from([root])
        of: dict[Node, Vertex] = {}
        for node in self.nodes:
            kind = "operation" if node.op else "parameter" if node.is_trainable else "data"
            of[node] = Vertex(node, kind, node.value, node.gradients.get(node), node.op, [of[x] for x in node.inputs])
        self.vertices = list(of.values())

    def watch(self, observe: Callable[[Step], None]) -> None:
        backward_pass(self.nodes, observe)

    def tensor_of(self, vertex: Vertex) -> Tensor | None:
        return vertex.thing.tensor


def picture_of(root: Tensor | Node) -> Picture:
    """The picture of a tensor or of a node; every vertex has its number and its label."""
    if isinstance(root, Tensor):
        picture: Picture = TensorPicture(root)
    elif isinstance(root, Node):
        picture = NodePicture(root)
    else:
        raise TypeError(
            f"only a tensor or a node of the graph face has a graph to draw, not {type(root).__name__}; "
            "wrap numbers in ng.tensor(...)"
        )
    label(picture.vertices)
    return picture


# ---- names
def label(vertices: Iterable[Vertex]) -> None:
    """Number the vertices and name them: by their own name, the notebook's variable, or a short expression."""
    variables = variable_names()
    unnamed = 0
    for i, vertex in enumerate(vertices):
        vertex.id = i
        named = getattr(vertex.thing, "name", None) or variables.get(id(vertex.thing))
        vertex.label = named if vertex.thing is not None else None
        if vertex.label is None and vertex.kind != "constant":
            vertex.label = expression(vertex)
        if vertex.label is None and vertex.kind != "constant":
            unnamed += 1
            vertex.label = f"v{unnamed}".translate(SUBSCRIPT)


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


# ---- the border
def to_networkx(root: Tensor | Node) -> nx.MultiDiGraph:
    """The graph of a result, as ``networkx`` knows graphs: draw it, measure it, export it as you like.

    Nodes are numbered from 0 in creation order. Node attributes: ``kind`` (parameter, data, constant or operation),
    ``op``, ``symbol``, ``name``, ``shape``, ``dtype``, ``value``, ``gradient`` (``None``: not computed yet),
    ``group``. An edge leads from an operand to the result; its ``position`` is the operand's, counted from 0.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True, name="x")
    >>> graph = ng.to_networkx(x * x)
    >>> graph.number_of_nodes(), graph.number_of_edges(), graph.nodes[1]["op"]
    (2, 2, 'multiply')
    """
    return network(picture_of(root))


def network(picture: Picture) -> nx.MultiDiGraph:
    """The networkx graph of a picture."""
    import networkx as nx

    graph = nx.MultiDiGraph()
    for vertex in picture.vertices:
        value = None if vertex.value is None else np.asarray(vertex.value)
        graph.add_node(
            vertex.id,
            kind=vertex.kind,
            op=vertex.op.name if vertex.op else None,
            symbol=vertex.op.symbol if vertex.op else None,
            name=vertex.label,
            shape=None if value is None else value.shape,
            dtype=None if value is None else str(value.dtype),
            value=vertex.value,
            gradient=vertex.gradient,
            group=None,
        )
    for vertex in picture.vertices:
        for position, x in enumerate(vertex.inputs):
            graph.add_edge(x.id, vertex.id, position=position)
    return graph


def drawn_steps(picture: Picture) -> list[DrawnStep]:
    """The backward pass of a picture in the display's terms: first the seed, then one step for each contribution."""
    from .display import Step as DrawnStep

    steps: list[Step] = []
    picture.watch(steps.append)
    of = {t.serial: v for v in picture.vertices if (t := picture.tensor_of(v)) is not None}
    root = picture.vertices[-1]
    arriving: dict[int, int] = {}
    for step in steps:
        for x in step.inputs:
            arriving[x.serial] = arriving.get(x.serial, 0) + 1
    one = np.ones_like(root.value)[()]
    drawn = [DrawnStep(source=None, target=root.id, edge=None, upstream=one, contribution=one, total=one)]
    so_far: dict[int, int] = {}
    for step in steps:
        source = of[step.node.serial]
        for x, position, contribution, total in zip(
            step.inputs, step.positions, step.contributions, step.totals, strict=True
        ):
            so_far[x.serial] = so_far.get(x.serial, 0) + 1
            target = of[x.serial]
            if target.kind == "data":  # the graph face computes these gradients too, but data do not learn
                continue
            local = local_derivative(step, position, contribution)
            drawn.append(
                DrawnStep(
                    source=source.id,
                    target=target.id,
                    edge=(target.id, source.id, edge_key(source, position)),
                    upstream=step.cotangent,
                    contribution=contribution,
                    total=total,
                    index=so_far[x.serial],
                    count=arriving[x.serial],
                    local=local,
                    formula=formula(source, position, root, local is None),
                    note=step.node.op.note,
                )
            )
    return drawn


def edge_key(source: Vertex, position: int) -> int:
    """The key of the edge at ``position`` among the parallel edges from the same operand."""
    target = source.inputs[position]
    return sum(x is target for x in source.inputs[:position])


def local_derivative(step: Step, position: int, contribution: Any) -> Any:
    """The factor by which the rule multiplies what arrives, where it is such a factor; else ``None``."""
    node, op = step.node, step.node.op
    if "{g}" in op.formula(position, node.args) or not (op.elementwise or node.data.size == 1):
        return None
    local = op.rules[position](np.ones_like(node.data)[()], node.data, *node.args, **(node.static or {}))
    return local if local.shape == contribution.shape else None


def formula(source: Vertex, position: int, root: Vertex, whole: bool) -> str:
    """The local derivative in symbols; or, where it is not a plain factor, the whole contribution."""
    op = source.op
    assert op is not None
    names = dict(zip(op.operands, [x.name for x in source.inputs], strict=False))
    upstream = f"∂{root.name}/∂{source.name}"
    template = op.formula(position, [x.value for x in source.inputs])
    text = template.format(**names, g=upstream, y=source.name)
    if whole and "{g}" not in template:
        return f"Σ {upstream} · {text}" if text != "1" else f"Σ {upstream}"
    return text


# ---- what a cell shows
def mimebundle(root: Tensor | Node) -> dict[str, str]:
    """What a notebook shows of a tensor or node: the picture, and the same as a readable table."""
    return draw(root)._repr_mimebundle_()


class Drawing:
    """A still picture of a graph; the last expression of a cell shows it.

    Attributes:
        graph: the networkx graph that is drawn.
    """

    def __init__(self, graph: Any, direction: str = "LR"):
        self.graph = graph
        self.direction = direction

    @property
    def svg(self) -> str:
        """The picture as SVG text."""
        from .display import to_svg

        return to_svg(self.graph, direction=self.direction)

    @property
    def text(self) -> str:
        """The picture in words and numbers: a table with a row for each node."""
        from .display import to_text

        return to_text(self.graph)

    def save(self, path: str | Path) -> Path:
        """Write the SVG to a file and give its path."""
        path = Path(path)
        path.write_text(self.svg, encoding="utf-8")
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


class TooLarge(Drawing):
    """What stands for the picture of a graph that is too large to be drawn: it says so at once."""

    def __init__(self, nodes: int):
        super().__init__(None)
        self.nodes = nodes

    @property
    def svg(self) -> str:
        """The message as SVG text."""
        from .display import too_many

        return too_many(self.nodes)

    @property
    def text(self) -> str:
        """The message."""
        from .display import too_many_text

        return " ".join(too_many_text(self.nodes))


def too_large(root: Any) -> TooLarge | None:
    """The message that the graph of ``root`` is too large to be drawn, if it is."""
    from .display import TOO_MANY

    nodes = len(all_ancestors(root) if isinstance(root, Tensor) else ancestors([root]))
    return TooLarge(nodes) if nodes > TOO_MANY else None


def draw(root: Any, *, direction: str = "LR") -> Drawing:
    """Draw the graph of a tensor, of a node of the graph face, or any networkx graph.

    Args:
        direction: ``"LR"``, from left to right, or ``"TB"``, from top to bottom.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True, name="x")
    >>> "<svg" in ng.draw(x * x).svg
    True
    """
    if not isinstance(root, Tensor | Node):
        return Drawing(root, direction)
    return too_large(root) or Drawing(to_networkx(root), direction)


def animate(loss: Tensor | Node) -> Player | TooLarge:
    """Play the backward pass of ``loss``, step by step, with the chain rule in that step's own numbers.

    Nothing is changed by watching: no gradient is added up in ``.grad``. A graph that is too large to be drawn gives
    a message instead of a player.

    Raises:
        NotScalarError, NoGradientError: as ``backward()``.
        NotComputedError: a node of the graph face whose ``forward`` has not been run.
    """
    from .display import player_payload, to_animated_svg
    from .widgets.player import Player

    if isinstance(loss, Tensor | Node) and (message := too_large(loss)):
        return message
    picture = picture_of(loss)
    steps = drawn_steps(picture)
    for vertex in picture.vertices:
        vertex.gradient = None  # the player begins before the first step: nothing has arrived anywhere
    graph = network(picture)
    payload = player_payload(graph, steps)
    return Player(payload, svg=to_animated_svg(graph, steps), text=payload["text"])
