"""Where a NaN or an infinity came from: ``find_nan``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.backward import Step, backward_steps
from ..core.places import Place, place_of
from ..core.tensor import Tensor
from ..display import numbers
from ..display.messages import called, parts, say
from ..display.messages import kind as kind_of
from ..graph.nodes import Node
from ..notebook.pictures import Picture, Vertex, picture_of
from ..notebook.problems import fault, first_fault, spelled
from ..notebook.reasons import Index, Met, Why, first_bad, meeting, why_gradient, why_leaf, why_value


@dataclass(frozen=True, eq=False)
class Finding:
    """What ``find_nan`` found; it prints itself, and is false where nothing was found.

    Attributes:
        node: the tensor, node or array where it begins; ``None`` if nothing was found.
        op: the name of the operation that made it; ``None`` for a leaf.
        kind: ``"NaN"`` or ``"Inf"``; ``None`` if nothing was found.
        where: ``"value"`` or ``"gradient"``.
        index: of the first element that is concerned; ``count``: how many there are.
        inputs: the values of the operands.
        place: where the operation was recorded; ``None`` if that was not captured.
        text: all of it in words, with the reason and the smallest fix.
    """

    text: str
    node: Any = None
    op: str | None = None
    kind: str | None = None
    where: str = "value"
    index: Index = ()
    count: int = 0
    inputs: tuple = ()
    place: Place | None = None

    def __bool__(self) -> bool:
        return self.kind is not None

    def __repr__(self) -> str:
        return self.text


def find_nan(loss: Tensor | Node) -> Finding:
    """Find the first operation that made a NaN or an infinity, and say why.

    First the values are looked through, in creation order: found is the leaf that holds one, or the operation that
    made one although it was handed none. If all values are well, so is the backward pass, step by step: a finite value
    can have an infinite slope, as the square root has at 0. The drawing of ``loss`` marks the same node.

    Args:
        loss: a tensor of any shape, or a computed node of the graph face.

    Returns:
        The finding. Print it, or look at its attributes; ``if ng.find_nan(loss):`` asks whether there is one.

    Raises:
        NotComputedError: a node of the graph face whose ``forward`` has not been run.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> x = ng.tensor([2.0, 0.0, -1.0], requires_grad=True, name="x")
    >>> with np.errstate(all="ignore"), ng.debug():
    ...     loss = np.log(x).sum()
    >>> found = ng.find_nan(loss)
    >>> found.op, found.kind, found.index
    ('log', 'NaN', (2,))
    """
    picture = picture_of(loss)
    found = first_fault(picture.vertices)
    if found:
        vertex, kind = found
        return in_leaf(vertex, kind) if vertex.op is None else in_value(picture, vertex, kind)
    with np.errstate(all="ignore"):
        for step in steps_of(loss, picture):  # the first total that is not finite: what arrived at the step still was
            for received, total in enumerate(step.totals):
                if fault(total):
                    return in_gradient(picture, step, received)
    root = picture.vertices[-1].name
    key = "nan_nothing" if getattr(loss, "requires_grad", True) else "nan_nothing_in_values"
    return Finding(say(key, root=root))


def steps_of(loss: Tensor | Node, picture: Picture) -> list[Step]:
    """The steps of the backward pass; none where nothing wants a gradient. An array begins with ones."""
    if isinstance(loss, Tensor):
        wanted = loss.requires_grad and loss.dtype.kind == "f"
        return backward_steps(loss, np.ones_like(loss.data)) if wanted else []
    steps: list[Step] = []
    picture.watch(steps.append)
    return steps


# ---- what is said of each kind of finding
def in_leaf(vertex: Vertex, kind: str) -> Finding:
    """A NaN or an infinity that was there from the beginning."""
    index, count = first_bad(vertex.value, kind)
    size = np.size(vertex.value)
    what = kind_of(vertex.kind) if vertex.kind != "data" else say("nan_part_of_data")
    where = extent(vertex.value, index, count, size)
    lines = [say("nan_comes_in", problem=spelled(vertex.value, kind), name=vertex.name, what=what, extent=where)]
    given = vertex.label if vertex.label and vertex.label.isidentifier() else "X"
    lines += because(why_leaf(vertex.kind, given))
    return Finding("\n".join(lines), vertex.thing, None, kind, "value", index, count)


def in_value(picture: Picture, vertex: Vertex, kind: str) -> Finding:
    """An operation whose result has what its operands had not."""
    assert vertex.op is not None
    node = picture.tensor_of(vertex)
    operands = tuple(x.value for x in vertex.inputs) if node is None else node.args
    index, count = first_bad(vertex.value, kind)
    met = meeting(vertex, operands, index)
    bad = np.asarray(vertex.value)[index]
    lines = [
        say(
            "nan_arises",
            problem=spelled(vertex.value, kind),
            name=vertex.name,
            op=called(vertex.op.name),
            extent=extent(vertex.value, index, count, np.size(vertex.value)),
        ),
        *about(vertex, operands, index, met),
        *because(why_value(vertex.op.name, met, operands, bad)),
    ]
    place = None if node is None else place_of(node)
    lines.insert(1, f"  {place or say('nan_not_captured')}")
    return Finding("\n".join(lines), vertex.thing, vertex.op.name, kind, "value", index, count, operands, place)


def in_gradient(picture: Picture, step: Step, received: int) -> Finding:
    """A rule that hands on what did not arrive. ``received``: which of the step's contributions."""
    vertex = next(v for v in picture.vertices if picture.tensor_of(v) is step.node)
    node, op, position = step.node, step.node.op, step.positions[received]
    contribution = step.contributions[received]
    before = op.rules[position](step.cotangent, node.data, *node.args, **(node.static or {}))
    alike = op.elementwise and np.shape(before) == node.shape and fault(before) is not None
    shown = before if alike else contribution if fault(contribution) else step.totals[received]
    kind = fault(shown) or "NaN"
    index, count = first_bad(shown, kind)
    met = meeting(vertex, node.args, index if alike else None)
    arriving = float(np.asarray(step.cotangent)[index]) if alike else np.nan
    root = picture.vertices[-1].name
    lines = [
        say(
            "nan_arises_on_the_way",
            root=root,
            problem=spelled(shown, kind),
            op=called(op.name),
            source=vertex.name,
            target=vertex.inputs[position].name,
            extent=extent(shown, index, count, np.size(shown)),
        ),
        f"  {place_of(node) or say('nan_not_captured')}",
        *about(vertex, node.args, index if alike else None, met),
        *because(why_gradient(op.name, met, position, arriving)),
    ]
    place = place_of(node)
    return Finding("\n".join(lines), vertex.thing, op.name, kind, "gradient", index, count, node.args, place)


# ---- the words
def extent(value: Any, index: Index, count: int, size: int) -> str:
    """How much of an array is concerned: ``shape (5,): 2 of 5 elements, the first at [1]``."""
    if size == 1:
        return say("explain_shape", shape=np.shape(value))
    first = f"[{', '.join(map(str, index))}]"
    return say("nan_extent", shape=np.shape(value), count=count, size=size, first=first)


def about(vertex: Vertex, operands: Sequence[Any], index: Index | None, met: Met) -> list[str]:
    """A line for each operand: its shape and its range, and the number that it brought to the place."""
    lines = []
    told: list[Vertex] = []
    for x, value, number in zip(vertex.inputs, operands, met.numbers, strict=True):
        if x.label is None or any(x is other for other in told):  # an unnamed number: its name says it all
            continue
        told.append(x)
        said = say("nan_operand", name=x.name, shape=np.shape(value), range=ranging(value))
        here = index and not np.isnan(number)
        lines.append("  " + (parts([said, say("nan_there", number=numbers.number(number))]) if here else said))
    return lines


def ranging(value: Any) -> str:
    """The least, mean and greatest of an array; of complex numbers, of their sizes."""
    array = np.asarray(value)
    return (
        say("explain_in_size", amount=numbers.summary(np.abs(array)))
        if np.iscomplexobj(array)
        else numbers.summary(array)
    )


def because(why: Why) -> list[str]:
    """The reason and the fix, as far as they are known."""
    said = (("nan_why", why.reason), ("nan_fix", why.fix))
    return [f"  {say(key, said=text)}" for key, text in said if text]
