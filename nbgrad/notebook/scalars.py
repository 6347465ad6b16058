"""The same computation in single numbers: each array becomes its elements, each operation what it does with them.

The recorded operations run once more, on arrays whose elements are tensors of one number each. So values, gradients and
the backward pass of what is shown are the engine's own; nothing is told a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from ..core.errors import NotComputedError
from ..core.op import REGISTRY, Operation
from ..core.serials import new_serial
from ..core.tensor import CONSTANT, Tensor
from ..graph.nodes import Node
from .earlier import as_it_was
from .grouping import Path, paths_of
from .pictures import LEFT_OUT, Picture, TensorPicture, Vertex, label, picture_of, results_in
from .pytorch import TorchGraph
from .recorded import as_recorded, hooked

Elements = np.ndarray  # of objects: tensors of one number each, or plain numbers

# Operations that only move elements: they do with objects what they do with numbers.
MOVES = frozenset(
    {
        "broadcast_to", "concatenate", "diagonal", "flip", "getitem", "repeat", "reshape", "roll", "stack", "swapaxes",
        "take", "take_along_axis", "tile", "transpose",
    }
)  # fmt: skip


class ScalarPicture(TensorPicture):
    """A picture unfolded into single numbers.

    Args:
        picture: with the numbers that were used, see ``as_recorded``.
        present: vertex number -> the value that a leaf has now, where that is another.

    Attributes:
        paths: vertex number -> its groups: those of the array it belongs to, and the array itself as one.
        hooked: the numbers of the elements of arrays that have hooks; they themselves have none.
        parts: each vertex of the arrays, with the numbers of the vertices that its elements are.
        is_otherwise: whether numbers were changed in place since, so that what is computed again is something else.
        lost: of an earlier run, the arrays of which it is not known what they were, see ``earlier``.

    Raises:
        NotComputedError: a node of the graph face whose ``forward`` has not been run.
        NoNumbersError: the result holds no numbers that a gradient could reach.
    """

    lost: tuple[str, ...] = ()

    def __init__(self, picture: Picture, present: Mapping[int, Any] | None = None):
        with np.errstate(all="ignore"):  # the arrays' own run has warned already
            unfolding = _Unfolding(picture)
        unfolding.move(present or {})
        self.is_otherwise = any(vertex.unfit for vertex in picture.vertices)
        roots = [x for x in unfolding.elements[picture.vertices[-1].id].flat if isinstance(x, Tensor)]
        if not roots:
            raise NoNumbersError
        self._begun = unfolding.seeds(picture.vertices[-1])
        super().__init__(*roots)
        for vertex in self.vertices:
            if isinstance(vertex.thing, Tensor):
                vertex.kind = unfolding.kinds.get(vertex.thing.serial, vertex.kind)
        label(self.vertices)
        paths = {v.id: unfolding.path_of(v.thing) for v in self.vertices if isinstance(v.thing, Tensor)}
        for vertex in self.vertices:
            for x in vertex.inputs:
                if x is not LEFT_OUT:
                    paths.setdefault(x.id, paths[vertex.id])  # a number in a formula stands where it is used
        hooks = {x.serial for id_ in hooked(picture) for x in unfolding.elements[id_].flat if isinstance(x, Tensor)}
        self.hooked = [v.id for v in self.vertices if isinstance(v.thing, Tensor) and v.thing.serial in hooks]
        self.paths = {id_: path for id_, path in paths.items() if path}
        ids = {v.thing.serial: v.id for v in self.vertices if isinstance(v.thing, Tensor)}
        self.parts = [(v, unfolding.found_in(ids, v)) for v in picture.vertices]

    def _seeds(self) -> dict[Tensor, Any]:
        return dict(self._begun)


class NoNumbersError(ValueError):
    """A result cannot be unfolded: it is empty, or was computed from integers alone."""


def unfolded(root: Any, is_earlier: bool = False) -> Picture | int:
    """The picture of a result in single numbers; how many nodes it would have, if those are too many to be drawn.

    A result that holds no numbers that a gradient could reach, such as an empty array, is left as it is.

    Args:
        is_earlier: whether it is an earlier run, so that its parameters are shown as it used them.

    Raises:
        OptionError: ``root`` is neither a tensor nor a node of the graph face.
        NotComputedError: see :class:`ScalarPicture`.
    """
    from ..display import TOO_MANY, OptionError

    if not isinstance(root, Tensor | Node):
        raise OptionError(
            f'level="scalar" computes a result again in single numbers, so it needs a tensor or a node of the graph '
            f'face, not {_called(root)}. Use level="tensor".'
        )
    picture = picture_of(root)
    present = {vertex.id: vertex.value for vertex in picture.vertices if vertex.op is None and vertex.stale}
    lost: tuple[str, ...] = ()
    if is_earlier:
        lost = as_it_was(picture)
    else:
        as_recorded(picture)
    count = count_scalars(picture)
    if count > TOO_MANY:
        return count
    try:
        numbers = ScalarPicture(picture, {} if is_earlier else present)
        numbers.lost = lost
        for vertex in numbers.vertices if lost else ():
            vertex.gone = True  # its pass would be that of other numbers
        return numbers
    except NoNumbersError:
        return picture


def _called(root: Any) -> str:
    """What a message calls something that is no result of ours."""
    if isinstance(root, TorchGraph):
        return "a result of PyTorch's"
    return "several of them" if results_in(root) else f"a {type(root).__name__}"


def count_scalars(picture: Picture) -> int:
    """About how many nodes a picture has, unfolded; without unfolding it."""
    return sum(_count(vertex) for vertex in picture.vertices)


def _count(vertex: Vertex) -> int:
    size = np.size(vertex.value)
    if vertex.op is None:
        return size if vertex.taken is None else 0
    first = np.shape(vertex.inputs[0].value)
    if vertex.op.name in ("matmul", "linear"):
        return size * (2 * (first[-1] if first else 1) - 1 + (len(vertex.inputs) - 2))
    if vertex.op.name in ("sum", "mean"):
        return int(np.prod(first)) + size
    if vertex.op.name == "mse_loss":
        return 3 * int(np.prod(first)) + size
    if vertex.op.name in MOVES:
        return 0
    return size if vertex.op.elementwise else 2 * len(vertex.inputs) + 1 + size


class _Unfolding:
    """The elements of each vertex of a picture.

    Attributes:
        elements: vertex number -> its elements, an array of objects.
        kinds: serial number of a leaf's element -> "parameter" or "data".
    """

    def __init__(self, picture: Picture):
        self._picture = picture
        self.elements: dict[int, Elements] = {}
        self.kinds: dict[int, str] = {}
        self._paths: dict[int, Path] = {}  # by serial number
        outer = paths_of(picture.vertices)
        for vertex in picture.vertices:
            if vertex.value is None:
                raise NotComputedError(f"{vertex.name} has no value yet, so there are no numbers; run forward() first")
            path = outer.get(vertex.id, ())
            first = new_serial()
            found = self._leaf(vertex) if vertex.op is None else self._result(vertex, vertex.op)
            if vertex.taken is not None:
                found = _as_array(self.elements[vertex.inputs[0].id][vertex.taken], np.shape(vertex.value))
            self.elements[vertex.id] = found
            self._set_paths(found, first, (*path, vertex.name) if found.size > 1 else path)

    def move(self, present: Mapping[int, Any]) -> None:
        """Give the elements of leaves the values that they have now; what was computed from them stays as it was."""
        for id_, value in present.items():
            for place, element in np.ndenumerate(self.elements[id_]):
                if isinstance(element, Tensor):
                    element.data = np.asarray(value)[place]

    def found_in(self, ids: Mapping[int, int], vertex: Vertex) -> tuple[int, ...]:
        """The numbers of the elements of a vertex of the arrays. ids: serial number -> number."""
        serials = (x.serial for x in self.elements[vertex.id].flat if isinstance(x, Tensor))
        return tuple(dict.fromkeys(ids[serial] for serial in serials if serial in ids))

    def path_of(self, tensor: Tensor) -> Path:
        """The groups of an element."""
        return self._paths.get(tensor.serial, ())

    def _set_paths(self, found: Elements, first: int, path: Path) -> None:
        """Put what was made since ``first`` into groups: the array, and what leads to one element of it alone."""
        made = {place: self._made_for(found[place], first) for place in np.ndindex(found.shape)}
        leads_to = Counter(serial for serials in made.values() for serial in serials)
        for place, serials in made.items():
            own = [serial for serial in serials if leads_to[serial] == 1]
            inner = (*path, f"[{', '.join(map(str, place))}]") if len(own) > 1 and found.size > 1 else path
            self._paths |= {serial: inner if leads_to[serial] == 1 else path for serial in serials}

    def _made_for(self, element: Any, first: int) -> list[int]:
        """The serial numbers of what an element was computed from since ``first``, and has no group yet."""
        waiting = [element] if isinstance(element, Tensor) else []
        made: dict[int, None] = {}
        while waiting:
            tensor = waiting.pop()
            if tensor.serial > first and tensor.serial not in made and tensor.serial not in self._paths:
                made[tensor.serial] = None
                waiting += [x for x in tensor.inputs if x is not CONSTANT]
        return list(made)

    def _leaf(self, vertex: Vertex) -> Elements:
        value = np.asarray(vertex.value)
        found = np.empty(value.shape, object)
        plain = vertex.kind == "constant" or value.dtype.kind not in "fc"
        for place in np.ndindex(value.shape):
            number = value[place]
            if plain and vertex.kind != "parameter":
                found[place] = number.item()
                continue
            # Data need a gradient as well, or what is computed from data alone would not be recorded.
            found[place] = element = Tensor(number, requires_grad=True, name=_name(vertex, place))
            self.kinds[element.serial] = vertex.kind
            if vertex.gradient is not None:
                element.grad = np.asarray(vertex.gradient)[place]
        return found

    def _result(self, vertex: Vertex, op: Operation) -> Elements:
        tensor = self._picture.tensor_of(vertex)
        static = (tensor.static if tensor is not None else None) or {}
        inputs = [None if x is LEFT_OUT else self.elements[x.id] for x in vertex.inputs]
        found = _as_array(_unfolded(op, inputs, static, vertex), np.shape(vertex.value))
        is_whole = vertex is self._picture.vertices[-1] and found.size == 1
        for place in np.ndindex(found.shape):
            element: Any = found[place]
            # A mean of one number is that number, and yet the result is asked for by its own name.
            if isinstance(element, Tensor) and (element.name is None or (is_whole and element.op is not None)):
                element.name = _name(vertex, place)
        return found

    def seeds(self, root: Vertex) -> dict[Tensor, Any]:
        """What the backward pass starts from, if it has been run: the last elements, each with its gradient.

        An element that stands at several places starts with the sum. It may be a leaf: a sum of one number is that
        number.
        """
        found: dict[Tensor, Any] = {}
        if root.op is None or root.gradient is None:
            return found
        for place, element in np.ndenumerate(self.elements[root.id]):
            if isinstance(element, Tensor):
                arrived = np.asarray(root.gradient)[place]
                with np.errstate(all="ignore"):
                    found[element] = found[element] + arrived if element in found else arrived
        return found


def _name(vertex: Vertex, place: tuple[int, ...]) -> str | None:
    """What an element is called: as one would ask for it, ``"W[0, 1]"`` or ``"(A@B)[0, 1]"``."""
    if vertex.label is None or not place:
        return vertex.label
    from ..display.formula import in_one

    return f"{in_one(vertex.label)}[{', '.join(map(str, place))}]"


def _as_array(found: Any, shape: tuple[int, ...]) -> Elements:
    """Elements as an array of objects, also where there is only one."""
    if isinstance(found, np.ndarray):
        return found.reshape(shape)
    alone = np.empty(shape, object)
    alone[(0,) * len(shape)] = found
    return alone


# ---- what operations do with single numbers
def _unfolded(op: Operation, inputs: Sequence[Elements | None], static: dict[str, Any], vertex: Vertex) -> Any:
    given = [x for x in inputs if x is not None]
    if not all(x.size for x in given):
        return np.asarray(vertex.value).astype(object)  # computed from no numbers at all
    if op.name in MOVES:
        return op.forward(*given, **static)
    if op.name in RULES:
        return RULES[op.name](*given, **static)
    if op.elementwise and not any(np.ndim(option) for option in static.values()) and len(given) == len(inputs):
        return np.frompyfunc(lambda *numbers: op(*numbers, **static), len(given), 1)(*given)
    return _whole(op, inputs, static, vertex)


def _matmul(a: Elements, b: Elements) -> Any:
    return a @ b  # of objects: NumPy multiplies and adds up one by one


def _linear(x: Elements, W: Elements, b: Elements | None = None) -> Any:
    product = x @ W if x.ndim and W.ndim else x * W
    if b is None:
        return product
    # A single product comes as a bare tensor, which would take an array of objects for a constant.
    return _as_array(product, np.shape(product)) + b


def _sum(x: Elements, *, axis: Any = None, keepdims: bool = False) -> Any:
    add: Any = np.add
    return add.reduce(x, axis=axis, keepdims=keepdims)


def _mean(x: Elements, *, axis: Any = None, keepdims: bool = False) -> Any:
    total = _sum(x, axis=axis, keepdims=keepdims)
    count = x.size // max(1, np.size(total) if isinstance(total, np.ndarray) else 1)
    return total if count == 1 else total / count


def _mse_loss(prediction: Elements, target: Elements, *, reduction: str = "mean") -> Any:
    differences = _as_array(prediction - target.reshape(prediction.shape), prediction.shape)
    squares = np.frompyfunc(REGISTRY["square"], 1, 1)(differences)
    if reduction == "none" or not isinstance(squares, np.ndarray):
        return squares
    return _mean(squares) if reduction == "mean" else _sum(squares)


RULES: dict[str, Callable[..., Any]] = {
    "linear": _linear,
    "matmul": _matmul,
    "mean": _mean,
    "mse_loss": _mse_loss,
    "sum": _sum,
}


def _whole(op: Operation, inputs: Sequence[Elements | None], static: dict[str, Any], vertex: Vertex) -> Any:
    """An operation that is left as it is: the elements are put together for it, and taken from its result."""
    operands = [None if x is None else _together(x, old.value) for x, old in zip(inputs, vertex.inputs, strict=True)]
    result = op(*operands, **static)
    if not isinstance(result, Tensor):
        return np.frompyfunc(Tensor, 1, 1)(np.asarray(result, object))
    if not result.ndim:
        return result
    result.name = vertex.label
    found = np.empty(result.shape, object)
    for place in np.ndindex(result.shape):
        found[place] = result[place if len(place) > 1 else place[0]]
    return found


def _together(elements: Elements, value: Any) -> Any:
    """An array of these elements; the plain value where none of them has a gradient."""
    if not any(isinstance(x, Tensor) and x.requires_grad for x in elements.flat):
        return value
    if not elements.ndim:
        return elements[()]
    flat = REGISTRY["stack"](*chain(elements.flat), axis=0)
    return flat if elements.ndim == 1 else REGISTRY["reshape"](flat, shape=elements.shape)
