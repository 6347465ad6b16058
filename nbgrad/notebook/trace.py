"""What the player is told of a result: the engine's facts, in the display's plain terms."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.backward import Step
from ..core.errors import NonFiniteError
from ..core.tensor import Tensor, no_grad
from ..ops.reduction.spreading import kept
from ..optim import SGD, checked_rate
from ..optim.base import Optimizer
from .assignments import lines_of_leaves
from .border import drawn_steps, network, static_of
from .checks import checked
from .freshness import otherwise
from .optimiser_lines import is_written, lines_of
from .pictures import LEFT_OUT, Picture, Vertex
from .reasons import births
from .recorded import hooked, used_otherwise

if TYPE_CHECKING:
    import networkx as nx

    from ..display import Step as DrawnStep
    from ..display.player import Update, Written

LEARNING_RATE = 0.1
LARGEST_STACK = 1_000_000  # products in a stack of matrices that are shown before they are summed


def traced(picture: Picture) -> tuple[nx.MultiDiGraph, list[DrawnStep], dict[int, Written]]:
    """The graph of a picture before its backward pass, the pass, and how its operations are written."""
    steps = drawn_steps(picture, examined)
    mark_stored(picture, {step.target: step.total for step in steps})
    for vertex in picture.vertices:
        vertex.gradient = vertex.passed = None  # the player begins before the first step: nothing has arrived anywhere
        vertex.gone = vertex.cleared = False
        vertex.handed = {}
    graph = network(picture)
    lines = lines_of_leaves(picture)
    for vertex in leaves(picture):
        vertex.line = vertex.line or lines.get(vertex.id)  # the name may be that of another tensor by now
        graph.nodes[vertex.id]["code"] = graph.nodes[vertex.id]["code"] or vertex.line
    return graph, steps, written(picture)


def mark_stored(picture: Picture, arrived: Mapping[int, Any]) -> None:
    """Let each leaf remember its stored gradient, where that is not what the pass gives it: ``arrived``.

    Where there are hooks nothing is told: those change what is stored, and the player leaves them out.
    """
    if hooked(picture):
        return
    for vertex in leaves(picture):
        if otherwise(vertex.gradient, arrived.get(vertex.id)):
            vertex.stored = vertex.gradient


def examined(step: Step, position: int, contribution: Any) -> dict[str, Any]:
    """What else the player shows of a contribution: what there was before broadcasting was undone, the factor of each
    copy, and checks."""
    fold = unfolded(step, position, contribution)
    factor = factor_of(step, position, contribution if fold is None else fold)
    again = partial(checked, step, position, contribution)
    return {"fold": fold, "factor": factor, "check": again(), "check_at": again}


def factor_of(step: Step, position: int, product: Any) -> Any:
    """The local derivative where ``local_derivative`` leaves it out, since what arrives is copied or summed: of an
    operand that was copied to fit that of each copy, of what is reduced that of each element; else ``None``."""
    node, op = step.node, step.node.op
    copied = op.elementwise and np.shape(product) == node.data.shape
    reduced = "{g}" in op.formula(position, node.args) and (node.data.size == 1 or op.reduces)
    if not (copied or reduced) or np.size(product) == 1:
        return None
    upstream, static = step.cotangent, node.static or {}
    if op.reduces:
        upstream = kept(np.asarray(upstream), node.args[position], static.get("axis"), static.get("keepdims", False))
    with np.errstate(all="ignore"):
        factor = op.rules[position](np.ones_like(node.data)[()], node.data, *node.args, **static)
        same = np.shape(factor) == np.shape(product) and np.allclose(upstream * factor, product, equal_nan=True)
    return factor if same else None


def unfolded(step: Step, position: int, contribution: Any) -> Any:
    """What the rule gives before broadcasting is undone; ``None`` where there is nothing to undo."""
    node = step.node
    if step.inputs and np.shape(node.data) == np.shape(contribution):
        return None  # the rule of an operand of the result's own shape has nothing to be summed
    with np.errstate(all="ignore"):
        if node.op.name == "matmul" and position == 1 and is_shared(*node.args):
            raw = of_each_matrix(step.cotangent, *node.args)
        else:
            raw = node.op.rules[position](step.cotangent, node.data, *node.args, **(node.static or {}))
    return raw if np.shape(raw) != np.shape(contribution) and np.size(raw) > np.size(contribution) else None


def is_shared(a: Any, b: Any) -> bool:
    """Whether all matrices of a stack meet the same one, or the same vector, and are few enough to be looked at."""
    return np.ndim(a) > 2 >= np.ndim(b) > 0 and np.size(a) * (np.size(b) // np.shape(b)[0]) <= LARGEST_STACK


def of_each_matrix(g: Any, a: Any, b: Any) -> Any:
    """What ``b`` receives from each matrix of a stack, of which the rule of ``a @ b`` gives the sum at once."""
    back = np.swapaxes(a, -1, -2)
    return back @ g if np.ndim(b) == 2 else (back @ g[..., None])[..., 0]


# ---- how operations are written
def written(picture: Picture) -> dict[int, Written]:
    """For each operation of a picture, its formula with a slot for each operand."""
    from ..display.player import Written
    from .formulas.results import written_with_slots

    found = {}
    used, born = used_otherwise(picture), births(picture)
    names = [vertex.label for vertex in picture.vertices if vertex.label]
    for vertex in picture.vertices:
        if vertex.op is not None:
            text, latex = written_with_slots(vertex, static_of(picture, vertex), names)
            others = used.get(vertex.id, {})
            found[vertex.id] = Written(text, latex, others, again(picture, vertex), born.get(vertex.id, ""))
    return found


def again(picture: Picture, vertex: Vertex) -> Callable[[Mapping[int, Any]], Any] | None:
    """What computes an operation once more with other single numbers, as somebody with a pocket calculator does.

    ``None`` where the very numbers that it was computed with would not give its result: it draws random ones, say.
    """
    node = picture.tensor_of(vertex)
    if node is None or node.op is None or np.size(node.data) != 1 or any(np.size(x) > 1 for x in node.args):
        return None
    op, static, given = node.op, node.static or {}, tuple(node.args)

    def compute(numbers: Mapping[int, Any]) -> Any:
        args = [np.full(np.shape(x), numbers[i])[()] if i in numbers else x for i, x in enumerate(given)]
        return op.forward(*args, **static)

    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            same = np.allclose(op.forward(*given, **static), node.data, equal_nan=True)
    except Exception:  # whatever an operation of the user's own raises when it is computed again
        return None
    return compute if same else None


# ---- the step of the parameters
def updates_of(
    picture: Picture, steps: Iterable[DrawnStep], learning_rate: float, optimizer: Optimizer | None, original: Picture
) -> list[Update]:
    """Where each parameter would go, in the picture's order. Nothing is moved.

    Args:
        original: the picture with the tensors that an optimiser knows; mostly ``picture`` itself.
    """
    arrived = {step.target: step.total for step in steps}
    parameters = [v for v in picture.vertices if v.kind == "parameter" and v.id in arrived]
    if optimizer is None:
        rate = checked_rate(learning_rate)
        return [descent(vertex, arrived[vertex.id], rate) for vertex in parameters]
    index = {p.serial: place for place, p in enumerate(optimizer.params)}
    moving: dict[int, Vertex] = {}  # place among the optimiser's parameters -> vertex
    for vertex in parameters:
        tensor = original.tensor_of(original.vertices[vertex.id])
        place = None if tensor is None else index.get(tensor.serial)
        if place is not None:
            moving[place] = vertex
    names = [vertex.label for vertex in picture.vertices if vertex.label]
    return stepped(moving, arrived, optimizer, names)


def descent(vertex: Vertex, gradient: Any, rate: float) -> Update:
    """A parameter's step of plain gradient descent."""
    from ..display.player import Update

    dtype = np.asarray(vertex.value).dtype
    gradient = gradient if dtype.kind == "c" else np.real(gradient)  # as backward() does on the way to ``.grad``
    with np.errstate(all="ignore"):
        after = vertex.value - np.asarray(rate * gradient, dtype=dtype)
    return Update(vertex.id, vertex.value, gradient, after, rate, "")


def stepped(
    moving: dict[int, Vertex], arrived: dict[int, Any], optimizer: Optimizer, names: Sequence[str]
) -> list[Update]:
    """The parameters' step by an optimiser's own rule, on copies: the very ``step()`` of a copy of the optimiser.

    Args:
        moving: place among the optimiser's parameters -> vertex.
        arrived: vertex number -> its gradient.
        names: those in the picture, which the optimiser's letters must not be taken for.
    """
    from ..display.player import Update

    own = type(optimizer).step
    if own is SGD.step and isinstance(optimizer, SGD) and not (optimizer.momentum or optimizer.weight_decay):
        return [descent(vertex, arrived[vertex.id], float(optimizer.lr)) for vertex in moving.values()]
    copies = {place: Tensor(np.array(vertex.value)[()], requires_grad=True) for place, vertex in moving.items()}
    for place, vertex in moving.items():
        gradient, dtype = arrived[vertex.id], copies[place].dtype
        copies[place].grad = np.array(gradient if dtype.kind == "c" else np.real(gradient), dtype)[()]
    others = {place: Tensor(0.0, requires_grad=True) for place in range(len(optimizer.params)) if place not in moving}
    known: dict[int, Any] = {id(p): (copies | others)[place] for place, p in enumerate(optimizer.params)}
    is_refused = False
    try:
        trial = copy.deepcopy(optimizer, known)  # with these parameters instead of the user's
        with np.errstate(all="ignore"), no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trial.step()
    except NonFiniteError:
        is_refused = True
    except Exception:  # a step of the user's own that cannot be tried out is not shown
        return []
    rule = type(optimizer).__name__
    found = []
    for place, vertex in moving.items():
        given = vertex.value, copies[place].grad, copies[place].data
        if is_refused or not is_written(optimizer):
            found.append(Update(vertex.id, *given, None, rule, is_refused))
            continue
        lines = lines_of(optimizer, *given, (optimizer.memory[place], trial.memory[place]), names)
        found.append(Update(vertex.id, *given, None, rule, False, lines, optimizer.reasons(), float(optimizer.lr)))
    return found


# ---- leaves
def leaves(picture: Picture) -> list[Vertex]:
    """What a picture begins with: everything that no operation made, and that is no slice of such a thing."""
    begun = (vertex for vertex in picture.vertices if vertex.op is None and vertex.taken is None)
    return [vertex for vertex in begun if vertex is not LEFT_OUT]


def is_real(value: Any) -> bool:
    """Whether ``value`` holds real numbers."""
    return value is not None and np.asarray(value).dtype.kind in "fiu"
