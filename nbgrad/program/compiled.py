"""A program: a computation that was recorded once, as text that can be read and as text that runs fast."""

from __future__ import annotations

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
        self._writer = FastWriter(listing, title, keep_results)
        self.fast_source = self._writer.text()
        self.sources = [captured.get(p) or p.example for p in self._writer.parameters if p.kind == "captured"]
        self._lock = threading.Lock()
        self._run = executed(self.fast_source, title, self._writer.given)

    @cached_property
    def written(self) -> Written:
        """The readable text."""
        return written(self.listing, self.title, self.rebuild)

    @property
    def buffer_bytes(self) -> int:
        """How many bytes the memory takes that is used by every call."""
        return self._writer.plan.bytes

    def outside(self) -> list[Any]:
        """The arrays that the program reads besides its inputs, as they are now."""
        return [x.data if isinstance(x, Tensor) else x for x in self.sources]

    def __call__(self, inputs: Sequence[Any]) -> tuple:
        """The outputs, in a row."""
        if not self._lock.acquire(False):  # another thread is running it, and the memory is its own now
            return executed(self.fast_source, self.title, self._writer.given)(*inputs, *self.outside())
        try:
            return self._run(*inputs, *self.outside()) if self.sources else self._run(*inputs)
        finally:
            self._lock.release()


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
        self._recordings: OrderedDict[tuple, tuple[Recording, Callable]] = OrderedDict()
        self._shape: tuple = ()
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
            what = (rewriting.__doc__ or "").split(".")[0].split(":")[0].replace("\n", " ")
            rows.append((rewriting.__name__, before, len(listing.lines), " ".join(what.split())))
            before = len(listing.lines)
        return rows

    def __repr__(self) -> str:
        return self.source.rstrip()

    # ---- running it
    @property
    def recording(self) -> Recording:
        """The recording that was used last."""
        return self._last[0]

    def __call__(self, *args: Any) -> Any:
        recording, fits = self._last
        if not fits(*args):
            held, recording = self._found(args)
            outputs = recording(held)
        else:
            outputs = recording(args)
        return outputs[0] if self._single else recording.rebuild(list(outputs))

    def _found(self, args: tuple) -> tuple[list[Any], Recording]:
        """The arguments in a row, as arrays; and the recording for them, made now if there is none."""
        if len(args) != len(self._shape):
            raise ProgramError(
                f"the program takes {len(self._shape)} arguments{self._called()}, but {len(args)} were given"
            )
        held = [self._converted(x) for x in flatten(args)[0]]
        key = self._key(args, held)
        if key not in self._recordings:
            self._say_why(key, held)
            self._enter(args)
        self._recordings.move_to_end(key)
        self._last = self._recordings[key]
        return held, self._last[0]

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

    def _say_why(self, key: tuple, held: list[Any]) -> None:
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
        key = self._key(args, held)
        recording = self._record(rebuild(held))
        self._shape = args
        self._recordings[key] = self._last = (recording, guard(held if len(held) == len(args) else None))
        self._single = recording.rebuild is only
        if len(self._recordings) > MOST_VARIANTS:
            self._recordings.popitem(last=False)


def only(outputs: list[Any]) -> Any:
    """The rebuilding of a single output."""
    return outputs[0]


def kind_of(thing: Any) -> tuple:
    """What a recording is made for: shape and dtype of an array, the type of a number."""
    if type(thing) is np.ndarray:
        return thing.shape, thing.dtype
    return (type(thing),)


def described(kind: tuple) -> str:
    return f"{kind[1]} of shape {kind[0]}" if len(kind) == 2 else kind[0].__name__


def guard(held: list[Any] | None) -> Callable[..., bool]:
    """The function that tells whether arguments are as they were recorded; one text for all of them, for speed."""
    if held is None:
        return lambda *args: False
    names = [f"x{i}" for i in range(len(held))]
    tests, known = [], {"ndarray": np.ndarray}
    for name, thing in zip(names, held, strict=True):
        if type(thing) is np.ndarray:
            known |= {f"shape_{name}": thing.shape, f"dtype_{name}": thing.dtype}
            tests.append(f"type({name}) is ndarray and {name}.shape == shape_{name} and {name}.dtype is dtype_{name}")
        else:
            known[f"type_{name}"] = type(thing)
            tests.append(f"type({name}) is type_{name}")
    arguments = ", ".join(f"{name}=None" for name in names)
    text = f"def fits({arguments}{', ' if names else ''}*more):\n    return {' and '.join([*tests, 'not more'])}\n"
    exec(text, known)
    return known["fits"]  # type: ignore[return-value]
