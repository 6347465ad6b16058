"""A training step as a program: forward, backward and update in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from inspect import Parameter
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.backward import gradients, one_like
from ..core.containers import flatten
from ..core.names import name_of
from ..core.tensor import Tensor, plain
from ..core.transforms import at_work, named, one_number
from . import naming
from .calling import ABSENT, check_moved, kind_of, way_into_step, weakly
from .compiled import Program
from .compiling import argument_names, like, name_left, parameters_of, unfrozen
from .listing import Listing, Value
from .mistakes import gives_nothing, needs_example, needs_function, warn_if_unmoved
from .record import Recorder
from .recording import Recording
from .standing import moment
from .surroundings import Surroundings

if TYPE_CHECKING:
    from ..optim.base import Memory, Optimizer
    from .comparing import Setting


POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
Slot = tuple[int, str]  # something that an optimiser remembers: of which parameter, and its name there


class StepRecording(Recording):
    """A recorded training step.

    Attributes:
        reads: what it is given of what the optimiser remembers, in order.
        writes: what it gives to remember, in order.
        moving: which parameters get a gradient.
        together: whether these have all done the same number of steps, so that one count is enough.
    """

    reads: list[Slot]
    writes: list[Slot]
    moving: list[int]
    together: bool


class TrainingStep(Program):
    """A program that does a whole step of training: it computes the loss, its gradients, and moves the parameters.

    Call it with a batch; it gives the loss. The parameters, the learning rate and what the optimiser remembers are
    those of the optimiser, which may be used by itself in between. The parameters' ``.grad`` is left alone.

    Attributes:
        optimizer: the optimiser.
        tensors: its parameters.
        seen: their numbers when a step was done last.

    Its :attr:`source` is a function of the batch, the parameters, what is remembered, and the learning rate; it gives
    the loss, and the parameters and what is to be remembered anew.
    """

    def __init__(self, optimizer: Optimizer, loss: Callable, examples: tuple, copy: bool = True):
        if not callable(loss):
            raise needs_function(loss)
        needed = [p.name for p in parameters_of(loss) if p.default is p.empty and p.kind in POSITIONAL]
        if needed and not examples:
            raise needs_example(needed)
        self.optimizer = optimizer
        self._loss = loss
        self.tensors = list(optimizer.params)
        self._copy = copy
        self.seen: list[Any] = []
        options = [name for name in optimizer.hyperparameters if name != "lr"]
        self._settings: Callable = attrgetter(*options) if options else lambda optimizer: ()
        super().__init__(self._recorded, examples, signature=loss)

    # ---- recording
    def _recorded(self, args: tuple) -> Recording:
        recorder = Recorder(Surroundings(self._loss), inputs=self.tensors)
        held, rebuild = flatten(args)
        names = argument_names(self._loss, args)
        batch = rebuild([like(recorder.input(plain(x), name), x) for x, name in zip(held, names, strict=True)])
        places = [recorder.input(p.data, None) for p in self.tensors]
        rate = recorder.input(float(self.optimizer.lr), "lr")
        with recorder.watched(), standing_in(self.tensors, places), unfrozen(recorder, self._loss):
            given = self._loss(*batch)
            if given is None:
                raise gives_nothing(named(self._loss))
            value = one_number(self._loss, given)
            with at_work():
                found = gradients([value], [one_like(value.data)], self.tensors)
        warn_if_unmoved(found, self.tensors)
        name_places(places, self.tensors, recorder)
        moving = [i for i, g in enumerate(found) if g is not None]
        together = self._count_together(moving)
        memories, reads = self._memory_inputs(recorder, moving, together)
        before = [dict(memory) for memory in memories]
        with recorder.section("update"):
            moved = [
                place if g is None else self.optimizer.moved(place, g, memory, rate)
                for place, g, memory in zip(places, found, memories, strict=True)
            ]
        writes = [
            (i, key)
            for i, memory in enumerate(memories)
            for key in memory
            if memory[key] is not before[i].get(key) and (key != "steps" or i == moving[0] or not together)
        ]
        name_memories(reads, places)
        left = recorder.standing.left
        remembered = [memories[i][key] for i, key in writes]
        listing = recorder.listing([value, *moved, *remembered, *(x.value for x in left)])
        recorder.close()
        name_outputs(listing, places, reads, writes)
        name_left(listing.outputs[len(listing.outputs) - len(left) :], left)
        fed = {x for line in listing.lines for x in line.operands}
        reads = {slot: x for slot, x in reads.items() if x in fed}
        listing.inputs = [*listing.inputs[: len(held) + len(places)], *reads.values(), rate.value]
        recording = StepRecording(
            listing,
            "step",
            recorder,
            tuple,
            self._copy or bool(writes),
            fed_back(len(held), len(places), list(reads), writes),
        )
        recording.reads, recording.writes = list(reads), writes
        recording.moving, recording.together = moving, together
        return recording

    def _memory_inputs(
        self, recorder: Recorder, moving: list[int], together: bool
    ) -> tuple[list[Memory], dict[Slot, Value]]:
        """What the optimiser remembers of each parameter that moves, as inputs; a count that they share, once."""
        memories: list[Memory] = [{} for _ in self.tensors]
        reads: dict[Slot, Value] = {}
        shared = recorder.input(self._remembered(moving[0], "steps"), name_of_count(recorder)) if together else None
        for i in moving:
            for key in self.optimizer.remembered:
                alone = key != "steps" or shared is None
                memories[i][key] = recorder.input(self._remembered(i, key), None) if alone else shared
                if alone or i == moving[0]:
                    reads[i, key] = memories[i][key].value
        return memories, reads

    def _count_together(self, moving: list[int]) -> bool:
        """Whether parameters have done the same number of steps, where steps are counted."""
        counts = {self.optimizer.memory[i].get("steps", 0) for i in moving}
        return "steps" in self.optimizer.remembered and len(counts) == 1

    def _remembered(self, i: int, key: str) -> Any:
        """What the optimiser remembers; zeros where nothing has been remembered yet."""
        memory = self.optimizer.memory[i]
        if key in memory:
            return memory[key]
        return 0 if key == "steps" else np.zeros_like(self.tensors[i].data)[()]

    def _remember(self, recording: StepRecording, i: int, key: str, x: Any) -> None:
        """Let the optimiser remember ``x``; a count that is the same for all that move, of all of them."""
        if key != "steps":
            self.optimizer.memory[i][key] = x
            return
        for k in recording.moving if recording.together else [i]:
            self.optimizer.memory[k][key] = int(x)

    def _state_key(self) -> tuple:
        """What else a recording depends on: shapes and dtypes of the parameters, and the optimiser's options."""
        numbers = [p.data for p in self.tensors]
        return (*map(kind_of, numbers), self._settings(self.optimizer))

    def _is_current(self, recording: Recording) -> bool:
        assert isinstance(recording, StepRecording)
        return super()._is_current(recording) and recording.together == self._count_together(recording.moving)

    # ---- running
    def _way_in(self, recording: Recording, held: list[Any]) -> Callable | None:
        assert isinstance(recording, StepRecording)
        self.seen = [p.data for p in self.tensors]
        return way_into_step(self, recording, held, weakly(self._carefully))

    def _carefully(self, args: Sequence[Any]) -> Any:
        """Do a step with this batch, and give the loss before it.

        Raises:
            NonFiniteError: a parameter would become NaN or infinite, for an optimiser that remembers what it does.
                Nothing has moved then.
        """
        with moment.lock:  # no other thread is recording with tracers in the parameters
            batch, recording = self._found(tuple([x for x in args if x is not ABSENT]))
            numbers = [p.data for p in self.tensors]
        assert isinstance(recording, StepRecording)
        state = [self._remembered(i, key) for i, key in recording.reads]
        value, *outputs = recording((*batch, *numbers, *state, float(self.optimizer.lr)))
        moved, later = outputs[: len(numbers)], outputs[len(numbers) :]
        if recording.writes:
            check_moved(self.tensors, moved, value)
        for p, x in zip(self.tensors, moved, strict=True):
            p.data = x
        self.seen[:] = moved  # the next call may take the quick way
        for (i, key), x in zip(recording.writes, later, strict=True):
            self._remember(recording, i, key, x)
        return value

    def set_aside(self, f: Callable | None, args: tuple) -> AbstractContextManager[Setting]:
        """Within it, steps can be done without moving the user's parameters."""
        from .comparing_steps import put_aside

        return put_aside(self, f or self._loss, args)


@contextmanager
def standing_in(tensors: Sequence[Tensor], places: Sequence[Any]) -> Iterator[None]:
    """Within it, tracers stand in for the numbers of the tensors."""
    arrays = [p.data for p in tensors]
    try:
        for p, place in zip(tensors, places, strict=True):
            p.data = place
        yield
    finally:
        for p, x in zip(tensors, arrays, strict=True):
            p.data = x


def fed_back(batch: int, parameters: int, reads: Sequence[Slot], writes: Sequence[Slot]) -> list[tuple[int, int]]:
    """Which output of a step is which input of the next one: the parameters, and what is remembered of them."""
    remembered = [(writes.index(slot), i) for i, slot in enumerate(reads) if slot in writes]
    pairs = [*((i, i) for i in range(parameters)), *((parameters + k, parameters + i) for k, i in remembered)]
    return [(1 + k, batch + i) for k, i in pairs]


# ---- names


def as_variable(name: str | None) -> str | None:
    """A parameter's name as a program can use it: ``layer.weight`` as ``layer_weight``, ``0.weight`` as ``weight``."""
    if not name:
        return None
    return naming.public(name.replace(".", "_")) or naming.public(name.rpartition(".")[2])


def name_places(places: Sequence[Any], tensors: Sequence[Tensor], recorder: Recorder) -> None:
    """Names for parameters that the user's code has not given any: those of the notebook, or where the loss finds
    them."""
    nameless = [(place.value, p) for place, p in zip(places, tensors, strict=True) if place.value.name is None]
    names = [as_variable(name_of(p) or recorder.name_outside(p)) for _, p in nameless]
    for i, (value, _) in enumerate(nameless):
        name = names[i]
        value.name = f"{name}{names[: i + 1].count(name)}" if name and names.count(name) > 1 else name


def name_memories(reads: dict[Slot, Value], places: Sequence[Any]) -> None:
    """Names for what is remembered of parameters: ``velocity_W1``."""
    for (i, key), value in reads.items():
        of = places[i].value.name
        value.name = value.name or (f"{key}_{of}" if of else key)


def name_of_count(recorder: Recorder) -> str:
    """What the number of steps is called: ``t``, unless the user calls something else so."""
    given = {value.name for value in (*recorder.inputs, *recorder.captured, *(x.value for x in recorder.lines))}
    return next(name for name in ("t", "steps", "steps_done") if name not in given or name == "steps_done")


def name_outputs(listing: Listing, places: Sequence[Any], reads: dict[Slot, Value], writes: Sequence[Slot]) -> None:
    """Names for what a step gives: the loss, the parameters as before, and what is remembered as it was called going
    in, ``velocity_W1`` of W1."""
    parameters = [place.value for place in places]
    wanted = ["loss", *(x.name for x in parameters)]
    for i, key in writes:
        before, of = reads.get((i, key)), parameters[i].name
        wanted.append(before.name if before else f"{key}_{of}" if of else None)
    for y, name in zip(listing.outputs, wanted, strict=False):
        if isinstance(y, Value) and y.kind == "line":
            y.shown = True
            y.name = y.name if y is listing.outputs[0] and y.name else name
