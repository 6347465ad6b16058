"""A recorded graph computed again with other numbers in a leaf: what would be, if. Nothing of the user's is touched.

The recorded operations run once more, on plain arrays, and are recorded into tensors of their own. So the backward
pass of the new graph is the engine's only one, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from ..core.backward import Step
from ..core.errors import NbgradError
from ..core.op import record
from ..core.tensor import CONSTANT, Tensor
from .pictures import LEFT_OUT, Picture, Vertex, watched
from .recorded import same

KEPT = ("hooks", "name", "place")  # of a tensor's extras: what its copy has, too


class EditError(NbgradError, ValueError):
    """A leaf cannot hold what was typed, or an operation cannot be computed with it.

    An edit changes the numbers of a leaf, never how many there are. Some operations refuse some numbers: a matrix that
    has no inverse, a place outside of an array. The message says which, and nothing has changed.
    """


class Recomputed:
    """The picture of a graph that was computed again. Its vertices have the numbers and labels of the old ones.

    Args:
        picture: the old one.
        given: vertex -> its new value.

    Raises:
        EditError: an operation refuses the new numbers.
    """

    def __init__(self, picture: Picture, given: Mapping[int, Any]):
        self.seed = picture.seed
        self.paths = picture.paths
        self.vertices: list[Vertex] = []
        self._tensors: dict[int, Tensor] = {}
        self._changed: dict[int, bool] = {}
        for old in picture.vertices:
            self._changed[old.id] = old.id in given or any(self._changed.get(x.id) for x in old.inputs)
            self.vertices.append(self._again(picture, old, given))
        self.root = self._tensors[self.vertices[-1].id]

    def _again(self, picture: Picture, old: Vertex, given: Mapping[int, Any]) -> Vertex:
        """One vertex with its new value, and its tensor."""
        before = picture.tensor_of(old)
        inputs = [x if x is LEFT_OUT else self.vertices[x.id] for x in old.inputs]
        value = given.get(old.id, old.value)
        args: tuple[Any, ...] = ()
        if old.taken is not None and self._changed[old.id]:
            value = inputs[0].value[old.taken]
        if before is not None and old.op is not None:
            # An operand that has not changed has the value of the moment when it was used.
            args = tuple(x.value if self._changed.get(x.id) else arg for x, arg in zip(inputs, old.args, strict=True))
            value = computed(before, old, args) if self._changed[old.id] else old.value
            operands = tuple(self._tensors.get(x.id, CONSTANT) for x in inputs)
            tensor = record(before.op, value, operands, args, before.static)
            tensor.requires_grad = before.requires_grad
            tensor.extras = kept(before)
            self._tensors[old.id] = tensor
        elif before is not None:
            tensor = self._tensors[old.id] = Tensor(value, before.requires_grad)
            tensor.extras = kept(before)
        new = Vertex(old.thing, old.kind, value, None, old.op, inputs)
        new.id, new.label, new.line = old.id, old.label, old.line
        new.args, new.taken = args, old.taken
        if not self._changed[old.id]:
            new.stale, new.unfit = old.stale, old.unfit
        return new

    def watch(self, observe: Callable[[Step], None]) -> None:
        """Run the backward pass of the new graph and show each step to ``observe``."""
        watched(self.root, self.seed, observe)

    def tensor_of(self, vertex: Vertex) -> Tensor | None:
        """The new graph's tensor behind a vertex."""
        return self._tensors.get(vertex.id)


def kept(before: Tensor) -> dict[str, Any] | None:
    """The extras that a copy of a tensor has, too: hooks change gradients, the place and the name are shown."""
    return {key: extra for key, extra in (before.extras or {}).items() if key in KEPT} or None


def computed(before: Tensor, old: Vertex, args: Sequence[Any]) -> Any:
    """The result of the operation that made a tensor, for other operands.

    Args:
        old: the tensor's vertex, which knows the operands and the result as they were.
        args: the other operands.

    Raises:
        EditError: the operation refuses these numbers, or draws some at random, so that they would be others; or its
            result was another, since numbers have been changed in place.
    """
    forward, static = before.op.forward, before.static or {}
    with np.errstate(all="ignore"):
        try:
            again, value = forward(*old.args, **static), forward(*args, **static)
            is_random = not same(again, old.value) and not same(again, forward(*old.args, **static))
        except Exception as error:  # whatever an operation says to numbers that it cannot take
            raise EditError(refusal("edit_refused", op=before.op.name, why=str(error))) from error
    if is_random:
        raise EditError(refusal("edit_random", op=before.op.name))
    if not same(again, old.value):
        raise EditError(refusal("edit_changed", op=before.op.name))
    if np.shape(value) != before.shape:
        raise EditError(refusal("edit_shape", op=before.op.name))
    return value


def fitting(vertex: Vertex, numbers: Any) -> Any:
    """``numbers``, a flat list, as a value for a leaf: of its shape and dtype.

    Raises:
        EditError: there are too many or too few, or one is no number.
    """
    from ..display.player.learning import element_name

    like = np.asarray(vertex.value)
    if not isinstance(numbers, Sequence) or isinstance(numbers, str):
        raise EditError(refusal("edit_no_list", name=vertex.name))
    if len(numbers) != prod(like.shape):
        raise EditError(refusal("edit_wrong_count", name=vertex.name, wanted=like.size, given=len(numbers)))
    flat = np.empty(like.size, like.dtype)
    for place, number in enumerate(numbers):
        flat[place] = as_number(number, like.dtype, vertex.name + element_name(like.shape, place))
    return flat.reshape(like.shape) if like.ndim else flat[0]


def as_number(typed: Any, dtype: np.dtype, name: str) -> Any:
    """One number that was typed; whole where the leaf holds whole numbers. name: what it is called.

    Raises:
        EditError: it is no such number.
    """
    text = str(typed).strip().replace("−", "-")
    number = None if isinstance(typed, bool) else read(text)
    told = {"name": name, "what": f"{typed!s:.40}"}
    if number is None and text.count(",") == 1 and read(text.replace(",", ".")) is not None:
        raise EditError(refusal("edit_comma", **told, fixed=text.replace(",", ".").replace("-", "−")))
    if number is None:
        raise EditError(refusal("edit_not_a_number", **told))
    if dtype.kind not in "iu":
        with np.errstate(all="ignore"):
            return dtype.type(number)
    if not number.is_integer():
        raise EditError(refusal("edit_not_whole", **told))
    if not np.iinfo(dtype).min <= int(number) <= np.iinfo(dtype).max:
        raise EditError(refusal("edit_out_of_range", **told, dtype=dtype))
    return dtype.type(int(number))


def read(text: str) -> float | None:
    """A number as it was typed; ``None`` if it is none."""
    try:
        return float(text)
    except ValueError:
        return None


def refusal(key: str, **filled: Any) -> str:
    """What the learner is told, in the language that is spoken."""
    from ..display.messages import say

    return say(key, **filled)
