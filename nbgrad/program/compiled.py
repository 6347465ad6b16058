"""A program: a computation that was recorded once, as text that can be read and as text that runs fast."""

from __future__ import annotations

import re
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ..core import debugging
from ..core.containers import flatten
from ..core.errors import ProgramError, RecompiledWarning, UnsupportedDataError
from ..core.shown import Shown
from ..core.tensor import Tensor, as_data, plain
from . import passes
from .calling import ABSENT, kind_of, way_in, weakly
from .fast import FastWriter
from .listing import Listing, Value
from .readable import Written, written

MOST_VARIANTS = 8  # recordings for different shapes that a program keeps


class Recording:
    """What was recorded for arguments of certain shapes and dtypes.

    Attributes:
        listing: as it was recorded.
        title: what the function is called.
        captured: for each value that was found outside, the tensor that it belongs to, or ``None``.
        rebuild: puts the outputs into their containers.
    """

    def __init__(
        self,
        listing: Listing,
        title: str,
        captured: dict[Value, Tensor | None],
        rebuild: Callable[[list], Any],
        keep_results: bool = True,
    ):
        self.title = title
        self.rebuild = rebuild
        self._captured = captured
        self._keep = keep_results
        self.history: list[tuple[Callable, Listing]] = []
        for rewriting in passes.READABLE:
            listing = rewriting(listing)
            self.history.append((rewriting, listing))
        self.listing = listing
        for rewriting in passes.FAST:
            listing = rewriting(listing)
            self.history.append((rewriting, listing))
        self.fast_listing = listing
        self._writer = FastWriter(listing, title, rebuild, keep_results)
        self.fast_source = self._writer.text()
        found = [p for p in self._writer.parameters if p.kind == "captured"]
        self.sources = [p.example if captured.get(p) is None else captured[p] for p in found]
        forget_numbers([listing for _, listing in self.history])
        self._kinds = [kind_of(x) for x in self.outside()]
        self.lock = threading.Lock()
        self.run = executed(self.fast_source, title, self._writer.given)

    @cached_property
    def written(self) -> Written:
        """The readable text."""
        return written(self.listing, self.title, self.rebuild)

    @property
    def buffer_bytes(self) -> int:
        """How many bytes the memory takes that is used by every call."""
        return self._writer.plan.bytes

    @property
    def finishes(self) -> bool:
        """Whether the text gives the outputs in their containers, rather than in a row to be put there."""
        return self._writer.finishes

    def is_current(self) -> bool:
        """Whether what was found outside still has the shapes and dtypes that it had."""
        return [kind_of(x) for x in self.outside()] == self._kinds

    def outside(self) -> list[Any]:
        """The arrays that the program reads besides its inputs, as they are now."""
        return [x.data if isinstance(x, Tensor) else x for x in self.sources]

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """What the program gives for inputs in a row."""
        if not self.lock.acquire(False):  # another thread is running it, and the memory is its own now
            return executed(self.fast_source, self.title, self._writer.given)(*inputs, *self.outside())
        try:
            return self.run(*inputs, *self.outside())
        finally:
            self.lock.release()


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

    def __init__(self, record: Callable[[tuple], Recording], examples: tuple, parameters: Sequence[str] = ()):
        self._record = record
        self._parameters = tuple(parameters)
        self._recordings: OrderedDict[tuple, Recording] = OrderedDict()
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
    def __call__(self, *args: Any) -> Any:
        return self._call(*args) if self._call is not None else self._carefully(args)

    def _carefully(self, args: Sequence[Any]) -> Any:
        """A call that is not just like the last one: other shapes, containers, tensors for arrays, another thread."""
        given = tuple([x for x in args if x is not ABSENT])
        held = self._found(given)
        return self._finished(self.recording(held))

    def _finished(self, outputs: Any) -> Any:
        """What a recording gives, in its containers."""
        return outputs if self.recording.finishes else self.recording.rebuild(list(outputs))

    def _found(self, args: tuple) -> list[Any]:
        """The arguments in a row, as arrays. From now on the recording for such arguments is used, made if need be."""
        if len(args) != len(self._shape):
            raise ProgramError(
                f"the program takes {len(self._shape)} arguments{self._called()}, but {len(args)} were given"
            )
        held = [self._converted(x) for x in flatten(args)[0]]
        key = self._key(args, held)
        if key not in self._recordings or not self._recordings[key].is_current():
            self._say_why(key)
            self._enter(args)
        else:
            self._recordings.move_to_end(key)
            self._use(self._recordings[key], args, held)
        return held

    def _key(self, args: tuple, held: list[Any]) -> tuple:
        """What a recording is found by."""
        return (repr(flatten(args)[1]([None] * len(held))), *map(kind_of, held), self._state_key())

    def _state_key(self) -> tuple:
        """What else than its arguments a recording depends on."""
        return ()

    def _called(self) -> str:
        return f" ({', '.join(self._parameters)})" if self._parameters else ""

    def _converted(self, thing: Any) -> Any:
        if isinstance(thing, np.random.Generator):
            return thing
        thing = plain(thing)
        if type(thing) in (np.ndarray, float, int, bool, np.float64):
            return thing
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
        held, rebuild = flatten(args)
        held = [self._converted(x) for x in held]
        recording = self._record(rebuild(held))
        self._shape = args
        self._recordings[self._key(args, held)] = recording
        self._use(recording, args, held)
        if len(self._recordings) > MOST_VARIANTS:
            self._recordings.popitem(last=False)

    def _use(self, recording: Recording, args: tuple, held: list[Any]) -> None:
        """Run this recording from now on."""
        self.recording = recording
        plainly = len(held) == len(args) and not recording.sources and recording.finishes
        self._call = self._way_in(recording, held) if plainly else None

    def _way_in(self, recording: Recording, held: list[Any]) -> Callable | None:
        """The quick way into a recording, if there is one."""
        return way_in(held, recording.run, recording.lock, weakly(self._carefully))


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
