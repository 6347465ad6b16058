"""Tracers that stand in for what a function can reach outside itself, while it is recorded.

So everything that is computed from an array outside is written down, also what is computed from such arrays alone, and
what the function leaves there, a running average say, is found afterwards and becomes a result of the program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..core.containers import flatten
from ..core.errors import ProgramError
from ..core.tensor import Tensor, plain
from ..core.tracing import Tracer
from . import naming
from .surroundings import MISSING, Place, Surroundings

if TYPE_CHECKING:
    from .record import Recorder


class Moment:
    """Whether tracers are standing somewhere right now. Other threads must not compute with what is there then.

    Attributes:
        lock: held while they are.
        count: odd while they are; it goes up by one at the beginning and at the end.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.count = 0

    @contextmanager
    def of_standing(self) -> Iterator[None]:
        """Within it, tracers are standing. One recording may lie within another."""
        with self.lock:
            outermost = not self.count % 2
            self.count += outermost
            try:
                yield
            finally:
                self.count += outermost

    def undisturbed(self, read: Callable[[], Any]) -> Any:
        """What ``read`` gives when no other thread has tracers standing."""
        before = self.count
        found = read()
        if before % 2 or self.count != before:
            with self.lock:
                return read()
        return found


moment = Moment()


class Left(NamedTuple):
    """Something that the function left outside itself.

    Attributes:
        place: where.
        value: what: a tracer, or a number that it settled.
        is_tensor: whether a tensor with that value is put there.
    """

    place: Place
    value: Any
    is_tensor: bool


class Standing:
    """The places around a function, with tracers in them.

    Args:
        surroundings: what the function can reach.
        recorder: makes the tracers.
        inputs: tensors that are left as they are: somebody else lets tracers stand in them.
    """

    def __init__(self, surroundings: Surroundings, recorder: Recorder, inputs: Sequence[Tensor] = ()):
        self.left: list[Left] = []
        self._before: list[tuple[Place, Any, Any]] = []  # place, what was there, what stands there now
        self._lists = [(x, list(x)) for _, x in surroundings.named.values() if isinstance(x, list)]
        seen: set[tuple[int, Any]] = set()
        for place, thing in surroundings.places:
            if (id(place.holder), place.key) not in seen:
                seen.add((id(place.holder), place.key))
                self._stand(recorder, place, thing)
        for tensor in surroundings.tensors:
            name = tensor_name(tensor, surroundings.name(tensor))
            if not any(tensor is x for x in inputs):
                self._stand(recorder, Place(name, tensor, "data"), tensor.data)
            if tensor.requires_grad:
                self._stand(recorder, Place(f"d_{name}" if name else "", tensor, "grad"), tensor.grad)

    def _stand(self, recorder: Recorder, place: Place, thing: Any) -> None:
        """Note a place, and the tracer that shall stand there for an array."""
        instead = recorder.captured_tracer(place, thing) if is_read_anew(place, thing) else thing
        self._before.append((place, thing, instead))

    def forget(self) -> None:
        """Let go of everything that was found outside."""
        self._before, self._lists, self.left = [], [], []

    def before(self, place: Place) -> Any:
        """What was kept at a place."""
        return next(thing for other, thing, _ in self._before if other is place)

    def watched(self, tensors: set[int]) -> list[tuple[Place, Tensor]]:
        """Where tensors of these ``id`` are kept: another tensor may come to stand there."""
        return [(place, x) for place, x, _ in self._before if id(x) in tensors]

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Within it they stand there; afterwards everything is as before, and :attr:`left` is known.

        Raises:
            ProgramError: the function left values in a container, or with a graph.
        """
        with moment.of_standing():
            try:
                for place, _, instead in self._before:
                    if instead is not MISSING:
                        place.put(instead)
                yield
                self.left = [x for place, _, instead in self._before for x in left_at(place, instead)]
                self._check_lists()
            finally:
                for place, thing, instead in reversed(self._before):
                    now = place.get()
                    if now is instead or isinstance(place.holder, Tensor) or now is MISSING or is_traced(now):
                        place.put(thing)  # what else the function put there was settled, and stays
                self._before = [(place, thing, None) for place, thing, _ in self._before]  # tracers hold all numbers
                for listed, things in self._lists:
                    if any(map(is_traced, listed)):
                        listed[:] = things

    def _check_lists(self) -> None:
        for listed, things in self._lists:
            if len(listed) > len(things) and any(map(is_traced, listed[len(things) :])):
                raise ProgramError(
                    "the function appends a value to a list outside itself, which the program could not do; let the "
                    "function return the value, and append what the program gives"
                )


def is_read_anew(place: Place, thing: Any) -> bool:
    """Whether a program reads what is kept there in each run: the numbers of tensors, and arrays. Plain numbers are
    settled."""
    if isinstance(place.holder, Tensor):
        return isinstance(thing, np.ndarray | np.generic)
    return type(thing) is np.ndarray and thing.ndim > 0 and thing.dtype.kind in "fiubc"


def is_traced(thing: Any) -> bool:
    """Whether it holds a tracer, also deep within containers."""
    return any(isinstance(plain(x), Tracer) for x in flatten(thing)[0])


def tensor_name(tensor: Tensor, name: str | None) -> str:
    """What a program calls a tensor: ``hidden_weight`` for the ``hidden.weight`` of a network, else as the function
    does."""
    path = naming.public(tensor.name.replace(".", "_")) if tensor.name and "." in tensor.name else None
    return path or name or tensor.name or ""


def left_at(place: Place, instead: Any) -> Iterator[Left]:
    """What the function left at a place where ``instead`` stood, if it is something else now.

    Raises:
        ProgramError: see :meth:`Standing.standing`.
    """
    thing = place.get()
    if thing is instead or thing is MISSING:
        return
    resets = isinstance(place.holder, Tensor) and thing is None  # a gradient that was forgotten
    if not (is_traced(thing) or resets):
        return
    if isinstance(thing, Tensor) and thing.requires_grad and thing.op is not None:
        raise ProgramError(
            f"the function keeps a tensor outside itself ({place.name}) that leads back to what it was computed from, "
            "and a program keeps no graph; keep x.detach(), or return it"
        )
    if not isinstance(plain(thing), Tracer) and not resets:
        raise ProgramError(
            f"the function keeps values in a container outside itself ({place.name}), which the program could not do; "
            "let the function return them"
        )
    yield Left(place, plain(thing), isinstance(thing, Tensor))
