"""A program: a computation that was recorded once, as text that can be read and as text that runs fast."""

from __future__ import annotations

import inspect
import re
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property, partial
from itertools import cycle
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..core import debugging
from ..core.containers import flatten
from ..core.errors import ProgramError, RecompiledWarning, UnsupportedDataError
from ..core.shown import Shown
from ..core.tensor import Tensor, as_data, plain, recording, transforming
from ..core.tracing import Tracer
from . import passes
from .calling import ABSENT, kind_of, way_in, weakly
from .fast import FastWriter
from .listing import Listing, Value
from .outside import Outside
from .passes.kinds import is_elementwise
from .passes.results import own_results
from .readable import Written, written
from .record import Recorder

if TYPE_CHECKING:
    from .comparing import Comparison, Setting

MOST_VARIANTS = 8  # recordings for different shapes that a program keeps


class Recording:
    """What was recorded for arguments of certain shapes and dtypes.

    Attributes:
        listing: as it was recorded.
        title: what the function is called.
        recorder: knows where what was found outside is kept, and what was left there.
        rebuild: puts the outputs into their containers.
        outside: what each run reads besides its inputs.
        left: what each run leaves outside, in the order of the last outputs.

    Some programs are given their own results again: ``fed_back`` has pairs of an output's and an input's position.
    Where results lie in memory that is overwritten too soon for that, a program has its memory twice, and takes turns.
    """

    def __init__(
        self,
        listing: Listing,
        title: str,
        recorder: Recorder,
        rebuild: Callable[[list], Any],
        keep_results: bool = True,
        fed_back: Sequence[tuple[int, int]] = (),
    ):
        self.title = title
        self.rebuild = rebuild
        self.left = [(x.place, x.is_tensor) for x in recorder.standing.left]
        self._keep = keep_results
        self.writes_into_inputs = any(x.memory.kind == "input" for x in map(attrgetter("writes"), listing.lines) if x)
        self.history: list[tuple[Callable, Listing]] = []
        recorded = listing
        for rewriting in passes.READABLE:
            listing = rewriting(listing)
            self.history.append((rewriting, listing))
        self.listing = own_results(listing, recorded)
        for rewriting in passes.FAST:
            listing = rewriting(listing)
            self.history.append((rewriting, listing))
        self.fast_listing = listing = own_results(listing, recorded) if keep_results else listing
        self._writer = FastWriter(listing, title, tuple if self.left else rebuild, keep_results)
        self.fast_source = self._writer.text()
        self.outside = Outside([p for p in self._writer.parameters if p.kind == "captured"], recorder)
        forget_numbers([*(listing for _, listing in self.history), self.listing, self.fast_listing])
        recorder.standing.forget()
        self.lock = threading.Lock()
        self.run = executed(self.fast_source, title, self._writer.given)
        if not keep_results and any(is_overwritten(listing, i, k) for i, k in fed_back):
            self.run = in_turns(self.run, executed(self.fast_source, title, self._writer.given))

    @cached_property
    def written(self) -> Written:
        """The readable text."""
        return written(self.listing, self.title, self.put_back)

    def put_back(self, outputs: list[Any]) -> Any:
        """The outputs in their containers; and after them, in a row, what is left outside."""
        if not self.left:
            return self.rebuild(outputs)
        several = len(outputs) - len(self.left)
        results = self.rebuild(outputs[:several])
        return (*(results if type(results) is tuple else (results,)), *outputs[several:])

    @property
    def buffer_bytes(self) -> int:
        """How many bytes the memory takes that is used by every call."""
        return self._writer.plan.bytes

    @property
    def finishes(self) -> bool:
        """Whether the text gives the outputs in their containers, rather than in a row to be put there."""
        return self._writer.finishes and not self.left

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """What the program gives for inputs in a row."""
        outside = self.outside.numbers()
        if not self.lock.acquire(False):  # another thread is running it, and the memory is its own now
            outputs = executed(self.fast_source, self.title, self._writer.given)(*inputs, *outside)
        else:
            try:
                outputs = self.run(*inputs, *outside)
            finally:
                self.lock.release()
        return self._leave(outputs) if self.left else outputs

    def _leave(self, outputs: tuple) -> tuple:
        """Put what belongs outside into its places; the other outputs."""
        several = len(outputs) - len(self.left)
        for (place, is_tensor), x in zip(self.left, outputs[several:], strict=True):
            x = x if self._keep else copied(x)
            place.put(Tensor(x) if is_tensor else x)
        return outputs[:several]


def copied(x: Any) -> Any:
    """An array with memory of its own; anything else as it is."""
    return x.copy() if isinstance(x, np.ndarray) else x


def is_overwritten(listing: Listing, output: int, place: int) -> bool:
    """Whether an input is still read when an output is written that lies in its memory."""
    y, x = listing.outputs[output], listing.inputs[place]
    if not isinstance(y, Value) or y is x:
        return False
    lines = listing.lines
    begun = next((at for at, line in enumerate(lines) if line.value is y.memory), len(lines))
    readers = [at for at, line in enumerate(lines) if any(v.memory is x for v in line.operands)]
    return any(at > begun or (at == begun and not is_elementwise(lines[at])) for at in readers)


def in_turns(*functions: Callable) -> Callable:
    """The function that calls the first one, then the second one, and so on round."""
    turns = cycle(functions)
    return lambda *args: next(turns)(*args)


def forget_numbers(listings: Sequence[Listing]) -> None:
    """Let go of the numbers of the example, which nobody needs any more; what is kept are shapes and dtypes."""
    values = {value for listing in listings for value in listing.inputs}
    values |= {line.value for listing in listings for line in listing.lines}
    hollow: dict[tuple, np.ndarray] = {}
    for value in values:
        if isinstance(value.example, np.ndarray):
            kind = kind_of(value.example)
            if kind not in hollow:
                hollow[kind] = np.broadcast_to(np.zeros((), value.example.dtype), value.example.shape)
            value.example = hollow[kind]


def executed(source: str, title: str, given: dict[str, Any] | None = None) -> Callable:
    """The function ``title`` of a text."""
    namespace: dict[str, Any] = {"__name__": "nbgrad_program", **(given or {})}
    exec(compile(source, f"<nbgrad program {title}>", "exec"), namespace)
    return namespace[title]


class Passes(list):
    """The rewriting passes of a program: rows of (name, lines before, lines after, what it does)."""

    def __repr__(self) -> str:
        width = max(len(row[0]) for row in self)
        return "\n".join(f"{name:<{width}}  {before:>5} -> {after:<5}  {what}" for name, before, after, what in self)


class Program(Shown):
    """A computation as a NumPy program, made by :func:`nbgrad.compile`. Call it as the function that it was made from.

    Attributes:
        source: the program as text: a complete file that imports NumPy and defines one function.
        fast_source: the same as the text that runs.
        passes: the rewriting passes, with the number of lines before and after each.
        recording: the recording that was used last.

    >>> import nbgrad as ng
    >>> def f(x):
    ...     y = np.sin(x) * x
    ...     return y.sum()
    >>> program = ng.compile(ng.grad(f), np.array([0.0, 1.0]))
    >>> program.source.splitlines()[3:]
    ['def f(x):', '    # forward', '    v1 = np.sin(x)                # (2,)', '    # backward', ...]
    >>> program(np.array([1.0, 2.0])).round(3).tolist()
    [1.382, 0.077]
    """

    picture_kind: ClassVar[str] = "program"

    def __init__(
        self,
        record: Callable[[tuple], Recording],
        examples: tuple,
        function: Callable | None = None,
        static: dict[str, Any] | None = None,
        parameters: Sequence[str] = (),
    ):
        self._record = record
        self._function = function
        self._static = static or {}
        self._parameters = tuple(parameters)
        self._recordings: OrderedDict[tuple, Recording] = OrderedDict()
        self._recording_lock = threading.RLock()
        self._shape: tuple = ()
        self._call: Callable | None = None
        self._enter(examples)

    # ---- its text
    @property
    def source(self) -> str:
        """The program as text that can be read, and run without this package."""
        return self.recording.written.text

    @property
    def fast_source(self) -> str:
        """The program as the text that runs."""
        return self.recording.fast_source

    def to_torch(self) -> str:
        """The same function as a complete file for PyTorch; forward only, since PyTorch differentiates by itself.

        Of a program with gradients in it (``value_and_grad(f)``, a training step) it is the value: the loss, as a
        function of the inputs and the parameters. Arguments are tensors, a number one without axes, of the shapes and
        dtypes that the program was recorded for. Random numbers become arguments, in place of the generator: every
        framework draws others.

        Raises:
            TranslationError: PyTorch has no counterpart of a function.

        >>> import nbgrad as ng
        >>> def loss(W, x):
        ...     y = x @ W
        ...     return y.max(axis=0).sum()
        >>> program = ng.compile(ng.grad(loss), np.ones((3, 2)), np.ones((4, 3)))
        >>> print(program.to_torch())
        import torch
        <BLANKLINE>
        <BLANKLINE>
        def loss(W, x):
            y = x @ W            # (4, 2)
            v1 = y.amax(dim=0)   # (2,)
            v2 = v1.sum()        # a number
            return v2
        """
        from .elsewhere import Torch, translated

        return translated(self.recording, Torch()).text

    def to_jax(self) -> str:
        """The same function as a complete file for JAX, which differentiates and compiles it by itself; see
        :meth:`to_torch`.

        JAX's arrays never change: what the program writes into an array makes a new one. JAX computes in 32 bits unless
        it is told ``jax.config.update("jax_enable_x64", True)``.

        Raises:
            TranslationError: JAX has no counterpart of a function.

        >>> import nbgrad as ng
        >>> def first(x):
        ...     y = x * 2.0
        ...     y[0] = 1.0
        ...     return y
        >>> print(ng.compile(first, np.ones(3)).to_jax())
        import jax.numpy as jnp
        <BLANKLINE>
        <BLANKLINE>
        def first(x):
            y = x * 2.0          # (3,)
            y = y.at[0].set(1.0)  # (3,)
            return y
        """
        from .elsewhere import JAX, translated

        return translated(self.recording, JAX()).text

    # ---- beside others
    def compare(self, f: Callable | None = None, *args: Any, seconds: float = 1.0) -> Comparison:
        """How long the program takes for a call, beside the function that it was made from, PyTorch and JAX.

        All of them do the same: the values of a function; the gradients, too, of ``grad(f)`` and ``value_and_grad(f)``;
        the whole of a training step, if its optimiser is plain SGD. They run in turns in this process, PyTorch eagerly
        and in one thread, JAX compiled by ``jax.jit``; who is not installed, or cannot take part, is listed with the
        reason. Making arrays
        of theirs is not counted, compiling neither. First their results are compared, and a difference is told.

        Nothing of yours is changed: arrays and generators are copied, and parameters, their gradients and what an
        optimiser remembers are put back. Only what ``f`` does besides, printing say, happens many times.

        Args:
            f: the function to compare with; by default the one that was compiled. Of a training step, its loss.
            args: its arguments; by default those that the program was recorded with.
            seconds: for about how long to measure.

        Returns:
            A :class:`Comparison`: it prints as a table of CPU times, as multiples of the function's own; ``.ratios``
            has them by name. CPU time is that of all threads together.

        >>> import nbgrad as ng
        >>> program = ng.compile(ng.grad(lambda x: (x * x).sum()), np.ones(3))
        >>> comparison = program.compare(seconds=0.01)
        >>> [row.name for row in comparison.rows]
        ['eager', 'program', 'torch', 'jax.jit']
        >>> comparison.ratios["eager"]
        1.0
        """
        from .comparing import compare

        return compare(self, f, args, seconds)

    @property
    def examples(self) -> tuple:
        """The arguments that it was recorded with last."""
        return self._shape

    def set_aside(self, f: Callable | None, args: tuple) -> AbstractContextManager[Setting]:
        """Within it, the program and ``f`` can be run on ``args`` without changing anything of the user's."""
        from .comparing import unmoved

        return unmoved(self, f or (self._function and partial(self._function, **self._static)), args)

    @property
    def passes(self) -> Passes:
        """The rewriting passes: name, lines before, lines after, and what each does."""
        rows, before = Passes(), len(self.recording.history[0][1].lines)
        for rewriting, listing in self.recording.history:
            rows.append((rewriting.__name__, before, len(listing.lines), first_clause(rewriting.__doc__ or "")))
            before = len(listing.lines)
        return rows

    def __repr__(self) -> str:
        return self.source.rstrip()

    # ---- running it
    def __call__(self, *args: Any, **named: Any) -> Any:
        if named:
            args = self._in_order(args, named)
        return self._call(*args) if self._call is not None else self._carefully(args)

    def _in_order(self, args: tuple, named: dict[str, Any]) -> tuple:
        """Arguments of which some were given by name, in the order of the examples.

        Raises:
            ProgramError: there is no such argument, or it was settled when the function was compiled.
        """
        settled = [name for name in named if name in self._static]
        try:
            bound = inspect.signature(self._function or (lambda *batch: None)).bind(*args, **named)
        except TypeError as error:
            raise ProgramError(f"the program takes what the function takes that it was made from: {error}") from None
        if settled or bound.kwargs:
            raise ProgramError(
                f"{', '.join(settled or bound.kwargs)} is given by keyword, and was settled when the function was "
                "compiled: compile it once more, with the other value"
            )
        return bound.args

    def _carefully(self, args: Sequence[Any]) -> Any:
        """A call that is not just like the last one: other shapes, containers, tensors for arrays, another thread."""
        given = tuple([x for x in args if x is not ABSENT])
        if self._function is not None and any(map(is_recorded, flatten(given)[0])):
            return self._function(*given, **self._static)  # within another program, or a gradient
        held, recording = self._found(given)
        outputs = recording(held)
        return outputs if recording.finishes else recording.rebuild(list(outputs))

    def _found(self, args: tuple) -> tuple[list[Any], Recording]:
        """The arguments in a row, as arrays; and the recording for such arguments, which is used from now on, made if
        need be."""
        if len(args) != len(self._shape):
            raise ProgramError(
                f"the program takes {len(self._shape)} arguments{self._called()}, but {len(args)} were given"
            )
        given = flatten(args)[0]
        held = [self._converted(x) for x in given]
        with self._recording_lock:
            key = self._key(args, given, held)
            if key not in self._recordings or not self._is_current(self._recordings[key]):
                self._say_why(key)
                self._enter(args)
            else:
                self._recordings.move_to_end(key)
                self._use(self._recordings[key], args, given)
            recording = self.recording
        if recording.writes_into_inputs and not all(map(in_order, held)):
            raise ProgramError(
                "the function writes into its argument, which lies in memory in another order than the program knows; "
                "pass np.ascontiguousarray(x), or let the function write into a copy"
            )
        return held, recording

    def _is_current(self, recording: Recording) -> bool:
        """Whether a recording holds for what is outside now."""
        return recording.outside.is_current()

    def _key(self, args: tuple, given: list[Any], held: list[Any]) -> tuple:
        """What a recording is found by."""
        tensors = tuple((i, x.requires_grad) for i, x in enumerate(given) if isinstance(x, Tensor))
        return (repr(flatten(args)[1]([None] * len(held))), *map(kind_of, held), tensors, self._state_key())

    def _state_key(self) -> tuple:
        """What else than its arguments a recording depends on."""
        return ()

    def _called(self) -> str:
        return f" ({', '.join(self._parameters)})" if self._parameters else ""

    def _converted(self, thing: Any) -> Any:
        if isinstance(thing, np.random.Generator):
            return thing
        thing = plain(thing)
        if type(thing) in (float, int, bool, np.float64):
            return thing
        if type(thing) is np.ndarray and thing.dtype.kind in "fiubc" and thing.dtype.isnative:
            return thing
        if isinstance(thing, Tracer):
            raise ProgramError(
                "a training step cannot be a part of another program: it moves parameters; compile what computes the "
                "loss, and let one optimiser make the step"
            )
        try:
            return as_data(thing)
        except UnsupportedDataError as error:
            raise ProgramError(f"a program takes arrays and numbers, also in containers: {error}") from None

    def _say_why(self, key: tuple) -> None:
        """In debug mode, tell that another recording is made, and for what."""
        if not debugging.checking or not self._recordings:
            return
        before = next(reversed(self._recordings))
        changed = [
            f"{self._name(i)} is {described(new)} instead of {described(old)}"
            for i, (old, new) in enumerate(zip(before[1:], key[1:], strict=False))
            if old != new
        ]
        what = "; ".join(changed) or "the arguments come in other containers"
        warnings.warn(RecompiledWarning(f"{self.recording.title} was recorded anew: {what}"), stacklevel=4)

    def _name(self, i: int) -> str:
        inputs = self.recording.listing.inputs
        return self.recording.written.names.get(inputs[i], f"input {i}") if i < len(inputs) else f"input {i}"

    def _enter(self, args: tuple) -> None:
        given, rebuild = flatten(args)
        held = [self._converted(x) for x in given]
        recording = self._record(rebuild([like_given(new, x) for new, x in zip(held, given, strict=True)]))
        self._shape = args
        self._recordings[self._key(args, given, held)] = recording
        self._use(recording, args, given)
        if len(self._recordings) > MOST_VARIANTS:
            self._recordings.popitem(last=False)

    def _use(self, recording: Recording, args: tuple, given: list[Any]) -> None:
        """Run this recording from now on."""
        self.recording = recording
        plainly = (
            len(given) == len(args)
            and not any(isinstance(x, Tensor) for x in given)
            and recording.finishes
            and not recording.outside
            and not recording.writes_into_inputs
        )
        self._call = self._way_in(recording, [self._converted(x) for x in given]) if plainly else None

    def _way_in(self, recording: Recording, held: list[Any]) -> Callable | None:
        """The quick way into a recording, if there is one."""
        return way_in(held, recording.run, recording.lock, weakly(self._carefully))


def is_recorded(thing: Any) -> bool:
    """Whether what is done with it is being recorded, for a program or for a gradient."""
    if isinstance(thing, Tensor):
        return isinstance(thing.data, Tracer) or (thing.requires_grad and recording.get() and transforming.get() > 0)
    return isinstance(thing, Tracer)


def like_given(converted: Any, given: Any) -> Any:
    """An argument as it is recorded: a tensor where a tensor was given."""
    return Tensor(converted, given.requires_grad, given.name) if isinstance(given, Tensor) else converted


def in_order(thing: Any) -> bool:
    """Whether the numbers of an array lie in memory row by row."""
    return not isinstance(thing, np.ndarray) or thing.flags.c_contiguous


def only(outputs: list[Any]) -> Any:
    """The rebuilding of a single output."""
    return outputs[0]


def first_clause(text: str) -> str:
    """The beginning of a docstring, up to its first full stop or colon, as plain text.

    >>> first_clause("Write ``x ** 3`` as a product: that is quicker.")
    'Write x ** 3 as a product'
    """
    return " ".join(re.split(r"[.:;](?:\s|$)", text.replace("``", ""))[0].split())


def described(kind: tuple) -> str:
    return f"{kind[1]} of shape {kind[0]}" if len(kind) == 2 else kind[0].__name__
