"""The recorder: it writes down every NumPy call that a function makes, as lines of a program.

A call is done on the numbers of the example as well, so that NumPy itself tells the shape and the dtype of the result,
and whether it is a view of something else.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType, FunctionType
from typing import Any

import numpy as np

from ..core.backward import Step, watching
from ..core.errors import NbgradError, TracedValueError
from ..core.tensor import Tensor, plain
from . import naming
from .canonical import KNOWN, SHAPED_BY_NUMBERS, SHAPED_BY_OPERAND, canonical, example
from .listing import Line, Listing, Value, mapped, values_in
from .mistakes import not_recorded, recording_over, takes_function, unknown_shape, written_outside
from .standing import Standing
from .surroundings import Place, Surroundings
from .tracer import ArrayTracer, GeneratorTracer, ValueTracer


class Recorder:
    """Writes a program down.

    Args:
        surroundings: what the function can reach outside itself.
        inputs: tensors whose numbers are inputs.

    Attributes:
        inputs: the inputs, in order.
        lines: the lines so far.
        captured: for each array that was found outside: the value, and the place where each run finds it; ``None``
            where it is the same array in each run.
        standing: the places outside, with tracers in them.
        refused: the error for the last use that a tracer refused.
    """

    def __init__(self, surroundings: Surroundings, inputs: Sequence[Tensor] = ()):
        self.inputs: list[Value] = []
        self.lines: list[Line] = []
        self.captured: dict[Value, Place | None] = {}
        self.refused: TracedValueError | None = None
        self._section = "forward"
        self._passes = 0
        self._roots: list[Any] = []  # what the first reverse pass begins from
        self._closed = False
        self._surroundings = surroundings
        self._memories: dict[int, Value] = {}  # id of an array that owns its memory -> the value that it belongs to
        self._known: dict[int, Value] = {}  # id of an array that is no tracer -> its value
        self._copied: dict[Value, Value] = {}  # a copy -> what it is a copy of: a transform copies its arguments
        self._kept: list[Any] = []  # so that no id is given out again
        self._last_call: FrameType | None = None  # the call of an operation that the last line came from
        self._last_top: Any = self  # the call of ours by the user that the last line came from
        self._named_frames: dict[int, FrameType] = {}
        self._begin: FrameType | None = sys._getframe(1)  # whoever is beyond it did not write what is recorded
        self.standing = Standing(surroundings, self, inputs)

    # ---- values
    def input(self, given: Any, name: str | None) -> Any:
        """A tracer for an input like ``given``: an array, a number, or a generator."""
        if type(given) in (float, int, complex, bool):
            copied = given
        elif isinstance(given, np.random.Generator):
            copied = np.random.default_rng(0)
        else:
            copied = np.array(given, order="C")[()]
        value = Value(copied, "input", name, shown=True)
        self.inputs.append(value)
        self._remember(value)
        return self._tracer(value)

    def captured_tracer(self, place: Place, thing: Any) -> ValueTracer:
        """A tracer for an array that is kept at a place outside the function."""
        value = Value(thing, "captured", naming.public(place.name), shown=True)
        self.captured[value] = place
        self._kept.append(thing)
        self._remember(value)
        return self._tracer(value)

    def is_of_tensor(self, value: Value) -> bool:
        """Whether a value is the numbers of a tensor that is kept outside the function."""
        place = self.captured.get(value)
        return place is not None and isinstance(place.holder, Tensor)

    def _remember(self, value: Value) -> None:
        """Find out in whose memory the numbers of a new value lie."""
        array = value.example
        if not isinstance(array, np.ndarray):
            return
        base: Any = array
        while getattr(base, "base", None) is not None:
            base = base.base
        self._kept.append(base)
        value.memory = self._memories.setdefault(id(base), value)

    def _tracer(self, value: Value) -> ValueTracer:
        kind = GeneratorTracer if isinstance(value.example, np.random.Generator) else ArrayTracer
        return kind(self, value)

    def _constant(self, array: np.ndarray) -> Value:
        """The value of an array that is no tracer: found outside, or made by the function itself."""
        if id(array) in self._known:
            return self._known[id(array)]
        name, thing = self._surroundings.named.get(id(array), (None, None))
        place = None
        if thing is None:
            tensor = naming.owner(array, sys._getframe(2))
            if tensor is not None:
                name, thing = self._surroundings.name(tensor) or tensor.name, tensor
                place = Place(name or "", tensor, "data")
        if thing is None:  # nobody else can change it
            value = Value(array.copy() if array.base is not None else array, "constant")
        else:
            value = Value(array, "captured", naming.public(name), shown=True)
            self.captured[value] = place
        self._known[id(array)] = value
        self._kept.append(array)
        self._remember(value)
        return value

    def lifted(self, thing: Any) -> Any:
        """An argument as it is written down: values in place of tracers and arrays."""
        return mapped(thing, self._lifted)

    def _lifted(self, thing: Any) -> Any:
        if isinstance(thing, ValueTracer):
            return thing.value
        if isinstance(thing, Tensor):
            return self._lifted(plain(thing))
        return self._constant(thing) if isinstance(thing, np.ndarray) and thing.ndim else thing

    # ---- calls
    def call(self, function: Callable, args: tuple, static: dict[str, Any]) -> Any:
        """Do a call and write it down; what it gives, as tracers."""
        if self._closed:
            raise recording_over()
        if function in KNOWN:
            return function(*mapped(self.lifted(args), example), **mapped(self.lifted(static), example))
        out = static.get("out")
        out = out[0] if isinstance(out, tuple) else out
        static = {name: given for name, given in static.items() if name != "out"}
        function, args, static = canonical(function, self.lifted(args), self.lifted(static))
        if is_shaped_by_numbers(function, args, static):
            raise unknown_shape(function)
        if any(map(is_function, (*args, *static.values()))):
            raise takes_function(function)
        writes = self._lifted(out) if out is not None else args[0] if is_writing(function) else None
        if writes is not None and (not isinstance(writes, Value) or writes.memory.kind in ("captured", "constant")):
            raise written_outside(writes)
        if out is not None:
            static = {**static, "out": self.lifted(out)}
        try:
            with np.errstate(all="ignore"):
                result = function(*mapped(args, example), **mapped(static, example))
        except TracedValueError:
            raise
        except (TypeError, ValueError, IndexError) as error:
            raise not_recorded(function, error) from None
        if isinstance(result, str):  # for somebody who prints
            return f"<{getattr(function, '__name__', 'text')} of a recorded value>"
        given = self._written(Value(result), function, args, static, writes)
        return out if out is not None else given

    def operate(self, ufunc: Any, operands: tuple) -> Any:
        """An operator. Of plain numbers Python's own, whose result takes the dtype of an array that it meets."""
        made = self.call(ufunc, operands, {})
        examples = [example(self._lifted(x)) for x in operands]
        if isinstance(made, ArrayTracer) and all(type(x) in PLAIN_NUMBERS for x in examples):
            made.value.example = PYTHONS[ufunc](*examples)
        return made

    def _written(self, value: Value, function: Any, args: tuple, static: dict, writes: Value | None) -> Any:
        """Add a line, and give the tracer of its value; of several results, a line for each of them."""
        result = value.example
        line = Line(value, function, args, static, self._section, writes)
        self.lines.append(line)
        if function is np.copy:
            self._copied[value] = self._copied.get(args[0], args[0])
        if writes is None:
            self._remember(value)
        else:
            value.memory = writes.memory
        self._describe(line)
        if not isinstance(result, tuple | list):
            return self._tracer(value)
        parts = [self._written(Value(part), operator.getitem, (value, i), {}, None) for i, part in enumerate(result)]
        return type(result)(*parts) if hasattr(result, "_fields") else type(result)(parts)

    def _describe(self, line: Line) -> None:
        """Note where a line comes from, and what the user calls its value."""
        frame, top, call = naming.callers(sys._getframe(2), self._begin)
        if frame is not None:
            line.place = (frame.f_code, frame.f_lasti)
            if id(frame) not in self._named_frames:
                self._named_frames[id(frame)] = frame
                naming.name_parameters(frame, self._name)
        line.operation = naming.called_operation(call)
        if line.writes is not None or self._section != "forward":
            return
        part = name_of_part(line, frame, top)
        name = part or naming.stored_name(frame)
        if part:
            pass  # what came before is another part of the same
        elif call is not None and call is self._last_call:  # the operation goes on: what came before was a part of it
            before = self.lines[-2].value
            before.shown, before.name = False, None
        elif top is self._last_top and self.lines[-2].value.name == name:
            self.lines[-2].value.name = None  # of the operations of a module, the last one gives what is named
        self._last_call, self._last_top = call, top
        line.value.shown = True
        line.value.name = name

    def _name(self, thing: Any, name: str) -> None:
        held = plain(thing)
        if isinstance(held, ArrayTracer) and held.value.kind == "input" and held.value.name is None:
            held.value.name = name
        elif isinstance(held, np.ndarray) and id(held) in self._known and self._known[id(held)].name is None:
            self._known[id(held)].name = name

    # ---- sections, and the reverse pass, which is watched
    @contextmanager
    def section(self, name: str) -> Any:
        """Within it, lines belong to this section."""
        before, self._section = self._section, name
        try:
            yield
        finally:
            self._section = before

    @contextmanager
    def watched(self) -> Any:
        """Within it, tracers stand outside the function, and reverse passes tell this recorder what they do.

        Raises:
            TracedValueError: from the block, where NumPy made another error of it.
        """
        token = watching.set(self)
        try:
            with self.standing.standing():
                yield
        except (TypeError, ValueError) as error:
            if self.refused is None or isinstance(error, NbgradError):
                raise
            raise self.refused from error
        finally:
            watching.reset(token)

    def close(self) -> None:
        """The function has been run: whoever has kept a tracer can do nothing with it any more."""
        self._closed = True

    def begin(self, roots: Any) -> Callable[[Step], None]:
        """A reverse pass begins: what is computed from now on is gradients."""
        self._passes += 1
        self._section = "backward" if self._passes == 1 else f"backward, pass {self._passes}"
        for root in roots:
            held = plain(root)
            if isinstance(held, ArrayTracer):
                held.value.shown = True
                if self._passes == 1:
                    self._roots.append(held.value)
        return self.step

    def end(self) -> None:
        """The reverse pass is done."""
        self._section = "forward"

    def step(self, step: Step) -> None:
        """What a step of the reverse pass gives to each operand is the gradient of that operand."""
        for x, total in zip(step.inputs, step.totals, strict=True):
            of, held = plain(x), plain(total)
            if not (isinstance(of, ArrayTracer) and isinstance(held, ArrayTracer)):
                continue
            gradient, target = held.value, self._copied.get(of.value, of.value)
            before = gradient.gradient_of  # the same numbers may be the gradient of several values: a named one counts
            better = before is None or (before.name is None and target.name is not None)
            if gradient.kind == "line" and better and not gradient.name:
                gradient.gradient_of = target
                gradient.shown = True

    @property
    def settings(self) -> list[tuple[Place, Any]]:
        """The settings of modules outside, see :class:`.Surroundings`."""
        return self._surroundings.settings

    def name_outside(self, thing: Any) -> str | None:
        """What the function calls a thing that it can reach outside itself."""
        return self._surroundings.name(thing)

    def generators(self) -> list[tuple[str, Any]]:
        """The generators of random numbers that the function can reach outside itself."""
        return self._surroundings.generators

    def listing(self, outputs: list[Any]) -> Listing:
        """The program, giving ``outputs``. The recording ends with it."""
        results = [self.lifted(plain(y)) for y in outputs]
        self._last_call = self._last_top = self._begin = None  # a frame holds all that was computed in it
        self._named_frames.clear()
        return Listing(list(self.inputs), list(self.lines), results, list(self._roots))


WRITING = {operator.setitem, np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis}
TRACERS = ValueTracer.call.__code__.co_filename  # where calls of NumPy's functions arrive
PLAIN_NUMBERS = (float, int, bool, complex)
PYTHONS: dict[Any, Callable] = {
    np.add: operator.add, np.subtract: operator.sub, np.multiply: operator.mul, np.true_divide: operator.truediv,
    np.floor_divide: operator.floordiv, np.remainder: operator.mod, np.power: operator.pow, np.matmul: operator.matmul,
    np.bitwise_and: operator.and_, np.bitwise_or: operator.or_, np.bitwise_xor: operator.xor,
    np.left_shift: operator.lshift, np.right_shift: operator.rshift, np.divmod: divmod, np.less: operator.lt,
    np.less_equal: operator.le, np.greater: operator.gt, np.greater_equal: operator.ge, np.equal: operator.eq,
    np.not_equal: operator.ne, np.negative: operator.neg, np.positive: operator.pos, np.absolute: abs,
    np.invert: operator.invert,
}  # fmt: skip


def name_of_part(line: Line, frame: FrameType | None, top: FrameType | None) -> str | None:
    """The name of what a line takes out of something that the user's code unpacks: of an array, or of the results of a
    function of NumPy's. What else a call of ours takes out on its way has no name."""
    index = line.args[1] if line.function is operator.getitem else None
    if type(index) is not int or index < 0:
        return None
    calls_numpy = (
        top is not None and top.f_code.co_filename == TRACERS and isinstance(line.args[0].example, tuple | list)
    )
    if not calls_numpy and not naming.unpacked_by(frame):
        return None
    names = naming.stored_names(frame)
    return names[index] if index < len(names) else None


def is_writing(function: Any) -> bool:
    """Whether a function writes into its first operand."""
    owner = getattr(function, "__self__", None)
    return function in WRITING or (isinstance(owner, np.ufunc) and function.__name__ == "at")


def is_function(thing: Any) -> bool:
    """Whether a call was given a function of the user's, which a program cannot hold."""
    return isinstance(thing, FunctionType | partial) and not is_numpys(thing)


def is_numpys(function: Any) -> bool:
    return (getattr(function, "__module__", None) or "").startswith("numpy")


def is_shaped_by_numbers(function: Any, args: tuple, static: dict[str, Any]) -> bool:
    """Whether the shape of a call's result is told by numbers that are not known yet."""
    if function is operator.getitem:
        return has_mask(args[1])
    if function in SHAPED_BY_OPERAND:
        place, name = SHAPED_BY_OPERAND[function]
        decisive = static.get(name, args[place] if len(args) > place else None)
        return any(True for _ in values_in(decisive))
    return function in SHAPED_BY_NUMBERS or (function is np.where and len(args) == 1)


def has_mask(index: Any) -> bool:
    """Whether an index holds truth values that are not known yet: how many it takes depends on them."""
    return any(
        isinstance(part, Value) and part.kind != "constant" and part.dtype == bool
        for part in (index if isinstance(index, tuple) else (index,))
    )
