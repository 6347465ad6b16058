"""What was recorded for arguments of certain shapes: the listings, the texts, and the function that runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import cycle
from operator import attrgetter
from typing import Any

import numpy as np

from ..core.tensor import Tensor
from . import passes
from .calling import kind_of
from .fast import FastWriter
from .listing import Listing, Value
from .outside import Outside
from .passes.kinds import is_elementwise
from .passes.results import as_recorded, own_results
from .readable import Written, written
from .record import Recorder


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
        self.lines_recorded = len(listing.lines)
        self.history: list[tuple[Callable, Listing]] = []
        recorded = as_recorded(listing)
        for rewriting in passes.READABLE:
            listing = rewriting(listing)
            self.history.append((rewriting, listing))
        self.listing = own_results(listing, recorded)
        for rewriting in passes.FAST:
            listing = rewriting(listing)
            self.history.append((rewriting, listing))
        self.fast_listing = listing = own_results(listing, recorded)
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
    def in_memory(self) -> tuple[int, str]:
        """How many statements the text that runs has, and what was done last: results were given their places."""
        several = len(self._writer.plan.buffers)
        return len(self._writer.body), f"Write results into {several} arrays that every call uses again"

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
