"""The chain rule written out, path by path: ``explain``.

The derivative of a result with respect to a parameter is a sum over all paths that lead from the one to the other,
and each path gives the product of the local derivatives along it (Baur and Strassen 1983, Theor. Comput. Sci. 22,
317-330, count how much a reverse pass saves by adding up where paths meet). Here the paths are followed one at a time:
the gradient of the result is sent back along a single path, by the rules of the operations. For arrays the product is
one of matrices, and what is sent is a vector of the shape of each result in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core.backward import gradients, seed_for
from ..core.broadcasting import undo_broadcasting
from ..core.errors import NoGradientError, ParameterNameError
from ..core.hooks import hooks_left_out
from ..core.names import name_of
from ..core.tensor import Tensor, plain
from ..graph.nodes import Node
from ..notebook.border import real_as
from ..notebook.pictures import LEFT_OUT, Picture, Vertex, picture_of
from ..notebook.recorded import hooked
from .wording import Told, paths_in_words

SHOWN = 8  # paths
FOLLOWED = 256  # paths, of which the largest are shown; of more, the first ones are
UNCOUNTABLE = 10**15  # where counting ends: the number of paths may grow exponentially with the length of the graph
Edge = tuple[Vertex, int]  # a result, and which of its operands the path goes on to


@dataclass(frozen=True, eq=False)
class Path:
    """One way from the result back to the parameter.

    Attributes:
        edges: the results passed, each with the position of the operand that the path goes on to.
        sent: what arrives along this path alone: at the result itself, after the first edge, ..., at the parameter.
    """

    edges: tuple[Edge, ...]
    sent: tuple[Any, ...]

    @property
    def contribution(self) -> Any:
        """What the path adds to the parameter's gradient."""
        return self.sent[-1]

    @property
    def size(self) -> float:
        """The Euclidean norm of the contribution; -1 where that is no number."""
        with np.errstate(all="ignore"):
            norm = float(np.sqrt(np.sum(np.square(np.abs(self.contribution)))))
        return norm if np.isfinite(norm) else -1.0


@dataclass(frozen=True, eq=False)
class Explanation:
    """The chain rule from a result to a parameter; it prints itself.

    Attributes:
        loss, parameter: what was asked about.
        gradient: the sum over all paths, which is the gradient.
        count: how many paths there are; ``10**15`` stands for at least that many.
        paths: those that are written out, the largest contribution first.
        rest: what all the others add up to; ``None`` if there are none.
        text: all of it in words and numbers.
    """

    loss: Tensor | Node
    parameter: Tensor | Node
    gradient: Any
    count: int
    paths: tuple[Path, ...]
    rest: Any
    text: str = field(repr=False)

    def __repr__(self) -> str:
        return self.text


def explain(loss: Tensor | Node, parameter: Tensor | Node | str | None = None) -> Explanation:
    """Write out the chain rule from ``loss`` to one parameter: path by path, with the product of each and their sum.

    Args:
        loss: a single number: a tensor, or a computed node of the graph face.
        parameter: with respect to what; a tensor or node on the way to ``loss``, or its name. By default the first
            leaf that requires a gradient.

    Returns:
        An object that prints itself. Its ``gradient`` is what ``backward()`` would add to ``parameter.grad``. There may
        be very many paths; the largest eight are written out, and the sum of the others is given. Hooks are left out,
        and that is said.

    Raises:
        NotScalarError, NoGradientError: as ``backward()``; also where ``loss`` does not depend on ``parameter``.
        ParameterNameError: ``parameter`` is a name, and nothing on the way to ``loss`` is called so.
        NotComputedError: a node of the graph face whose ``forward`` has not been run.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True, name="x")
    >>> y = x * x
    >>> y.name = "y"
    >>> ng.explain(y)
    ∂y/∂x is the sum over 2 paths from y back to x
    <BLANKLINE>
    path 1: y ← x
        ∂y/∂x = x = 3  (multiply)
      = 3
    <BLANKLINE>
    path 2: y ← x
        ∂y/∂x = x = 3  (multiply)
      = 3
    <BLANKLINE>
    ∂y/∂x = 3 + 3 = 6
    """
    with hooks_left_out():
        picture = picture_of(loss)
    root = picture.vertices[-1]
    if isinstance(loss, Node):
        checked_node(picture)
    seed = seed_for(tensor_of(picture, root))
    target, others = chosen(picture, parameter)
    ways = ways_to(picture, target)
    count = ways[root.id]
    if not count:
        raise unconnected(root, target)
    found = [followed(picture, edges, seed) for edges in some_paths(picture, target, ways)]
    found.sort(key=lambda path: -path.size)  # a stable sort: paths of one size stay in order
    shown = tuple(found[:SHOWN])
    with hooks_left_out(), np.errstate(all="ignore"):
        [gradient] = gradients([tensor_of(picture, root)], [seed], [tensor_of(picture, target)])
        rest = gradient - sum(path.contribution for path in shown) if count > len(shown) else None
    counted = paths_in_words(count, UNCOUNTABLE)
    left_out = [picture.vertices[id_].name for id_ in hooked(picture) if ways[id_]]
    text = Told(picture, target).text(shown, counted, len(found) == count, gradient, rest, others, left_out)
    return Explanation(loss, target.thing, gradient, count, shown, rest, text)


def checked_node(picture: Picture) -> None:
    """Make sure that the values of a node's graph are those of its present inputs: its backward pass does.

    Raises:
        NotComputedError: they are not.
    """
    with hooks_left_out():
        picture.watch(lambda step: None)


def tensor_of(picture: Picture, vertex: Vertex) -> Tensor:
    """The engine's tensor behind a vertex that has one."""
    tensor = picture.tensor_of(vertex)
    assert tensor is not None
    return tensor


# ---- which parameter
def chosen(picture: Picture, parameter: Any) -> tuple[Vertex, list[str]]:
    """The vertex that is meant, and the names of the other parameters."""
    trained = [v for v in picture.vertices if v.kind == "parameter"]
    leaves = [v for v in picture.vertices if v.op is None and passable(picture, v)]
    if parameter is None:
        target = (trained or leaves or picture.vertices[-1:])[0]
    else:
        by_name = isinstance(parameter, str)
        meant = [v for v in picture.vertices if (v.label == parameter if by_name else v.thing is parameter)]
        meant = [v for v in meant if picture.tensor_of(v) is not None]
        if not meant and by_name:
            known = ", ".join(v.name for v in trained or leaves) or "none"
            raise ParameterNameError(f"nothing here is called {parameter!r}; the parameters are {known}")
        target = meant[0] if meant else Vertex(parameter, "data", plain(parameter), None, None, ())
    return target, [v.name for v in trained if v is not target]


def unconnected(root: Vertex, target: Vertex) -> NoGradientError:
    """The error for a parameter that the result does not depend on."""
    called = target.label or name_of(target.thing) or "the parameter"
    return NoGradientError(
        f"{root.name} of shape {np.shape(root.value)} does not depend on {called} of shape {np.shape(target.value)}: "
        "no path of recorded operations leads from one to the other; was it computed from something else, or cut off "
        "by detach() or no_grad()?"
    )


# ---- the paths
def passable(picture: Picture, vertex: Vertex) -> bool:
    """Whether a gradient flows to a vertex."""
    tensor = picture.tensor_of(vertex)
    return tensor is not None and tensor.requires_grad


def ways_to(picture: Picture, target: Vertex) -> list[int]:
    """For each vertex, how many paths lead from it back to ``target``; counted only up to :data:`UNCOUNTABLE`."""
    ways = [0] * len(picture.vertices)
    for vertex in picture.vertices:  # in creation order: the operands have been counted
        if vertex is target:
            ways[vertex.id] = 1
        elif vertex.op is not None and passable(picture, vertex):
            ways[vertex.id] = min(sum(ways[x.id] for x, _ in onwards(vertex, ways)), UNCOUNTABLE)
    return ways


def onwards(vertex: Vertex, ways: Sequence[int]) -> list[tuple[Vertex, int]]:
    """The operands, with their positions, over which a path goes on."""
    assert vertex.op is not None
    rules = vertex.op.rules
    given = ((x, i) for i, x in enumerate(vertex.inputs) if x is not LEFT_OUT)
    return [(x, i) for x, i in given if ways[x.id] and rules[i] is not None]


def some_paths(picture: Picture, target: Vertex, ways: Sequence[int], most: int = FOLLOWED) -> Iterator[list[Edge]]:
    """The first paths from the last vertex back to ``target``, first operands first; at most ``most``.

    Only vertices that do lead there are visited, so no way is gone in vain. Long paths are followed in small numbers.
    """
    left = most
    waiting: list[tuple[Vertex, Any]] = [(picture.vertices[-1], None)]  # a vertex, and how it was reached
    while waiting and left > 0:
        vertex, way = waiting.pop()
        if vertex is target:
            edges = unrolled(way)
            left -= 1 + len(edges) // 100
            yield edges
            continue
        for x, position in reversed(onwards(vertex, ways)):
            waiting.append((x, (way, vertex, position)))


def unrolled(way: Any) -> list[Edge]:
    """A path as a list, from its links: each holds the way before it, a vertex and a position."""
    edges = []
    while way is not None:
        way, vertex, position = way
        edges.append((vertex, position))
    return edges[::-1]


def followed(picture: Picture, edges: Sequence[Edge], seed: Any) -> Path:
    """Send the gradient of the result back along one path."""
    sent = [seed]
    with np.errstate(all="ignore"):
        for vertex, position in edges:
            sent.append(sent_back(tensor_of(picture, vertex), position, sent[-1]))
    return Path(tuple(edges), tuple(sent))


def sent_back(node: Tensor, position: int, g: Any) -> Any:
    """What one operand of ``node`` gets of the gradient ``g``, by the operation's own rule."""
    return real_as(node.args[position], complex_sent_back(node, position, g))


def complex_sent_back(node: Tensor, position: int, g: Any) -> Any:
    """The same before the real part is taken for a real operand."""
    c = node.op.rules[position](g, node.data, *node.args, **(node.static or {}))
    shape = np.shape(node.args[position])
    return c if c.shape == shape else undo_broadcasting(c, shape)
