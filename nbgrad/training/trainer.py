"""The training loop: steps, epochs, history, checkpoints. Nothing here knows of a widget."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Generator
from inspect import signature
from typing import TYPE_CHECKING, Any

from nbgrad.core.shown import ShownAlive
from nbgrad.optim import checked_rate

from .adapters import adapter_for
from .batches import Batches, checked_epochs, checked_validation, whole_number
from .errors import BatchSizeWarning, RewindError
from .history import Failure, History, failure_of
from .loop import Loop
from .progress import Progress
from .report import describe, one_line

if TYPE_CHECKING:
    import asyncio

SLICE = 0.03  # seconds of work between two looks at the page
BEAT = 0.1  # seconds between two calls of those who listen while it runs
BREATH = 0.001  # seconds of sleep in which the page's messages are handled

Listener = Callable[["Trainer"], Any]


class Trainer(ShownAlive):
    """Trains a model on data, with play, pause, step, reset and rewind.

    Args:
        model: one of
            a *loss function* ``loss(*batch)`` that returns a tensor: each step clears the gradients, runs the backward
            pass and moves ``params`` by gradient descent;
            a *step function* ``step(*batch)`` that does all this itself and returns the loss as a number; when it has
            an argument ``learning_rate`` or ``lr``, it gets the learning rate;
            the *loss node* of a graph (``nbgrad.graph``), with ``inputs=`` its placeholders for the batch.
        params: what moves: tensors, variables, placeholders, arrays, or a module with ``parameters()``. Needed for a
            loss function; for a step function it is what reset and rewind put back; for a graph, by default, the
            placeholders with ``is_trainable=True``.
        data: a tuple of arrays with one row per example, such as ``(X, y)``, shapes ``(rows, ...)``.
        batch_size: rows drawn with replacement for a step; ``rows // batch_size`` steps are an epoch. As many as there
            are rows, or more: every step takes all rows, once an epoch.
        epochs: how far ``run()`` and Play go.
        learning_rate: positive; may be changed at any time (``trainer.learning_rate = ...``). By default the
            optimizer's own, or 0.01.
        inputs: for a graph, its placeholders in the order of ``data``.
        validation: a tuple of arrays like ``data``, or a function without arguments that returns a number: measured at
            the end of every epoch.
        seed: of the random generator that draws the batches.
        optimizer: an optimizer, or its class; plain gradient descent by default. Only for a loss function.
        name: title of the display.

    Raises:
        TrainingDataError, EmptyDataError, NotANumberError, nbgrad.data.errors.UnequalLengthsError: ``data``.
        BatchSizeError, EpochsError, LearningRateError: not a positive (whole) number.
        ModelError, ParametersError, InputsError, ValidationError: the model and what belongs to it.
        All before anything is changed.

    >>> import nbgrad as ng
    >>> k = ng.tensor(0.0, requires_grad=True)
    >>> import numpy as np
    >>> x = np.linspace(-1.0, 1.0, 8)
    >>> trainer = Trainer(lambda x, y: ((k * x - y) ** 2).mean(), [k], data=(x, 3 * x), batch_size=8, epochs=50,
    ...                   learning_rate=0.5)
    >>> trainer.run()
    History(50 epochs, loss 3.857 to ...e-24)
    >>> round(k.item(), 6)
    3.0
    """

    picture_kind = "training"

    def __init__(
        self,
        model: Any,
        params: Any = None,
        *,
        data: Any,
        batch_size: int = 16,
        epochs: int = 100,
        learning_rate: float | None = None,
        inputs: Any = None,
        validation: Any = None,
        seed: int = 0,
        optimizer: Any = None,
        name: str | None = None,
    ) -> None:
        batches = Batches(data, batch_size, _argument_names(model, inputs))
        # `span`: how many epochs Play adds once all are done
        self._epochs = self.span = checked_epochs(epochs)
        own_rate = None if isinstance(optimizer, type) else getattr(optimizer, "lr", None)
        self._rate = checked_rate(learning_rate if learning_rate is not None else own_rate or 1e-2)
        adapter = adapter_for(model, params, inputs, optimizer, len(batches.arrays))
        self._loop = Loop(adapter, batches, checked_validation(validation, batches.arrays, adapter.kind), seed)
        self.seed = seed
        self.name = name
        self.error: Failure | None = None
        self.task: asyncio.Task[None] | None = None
        # JupyterLab may deliver the page's wishes on a thread of their own: one step, or one way back, at a time.
        self._turn = threading.RLock()
        self._driver: object | None = None  # whoever runs the loop at the moment; taken away to pause it
        self._pace = (0.0, 0)  # time and step counter when the present driver began
        self._beat_due = 0.0
        self._on_epoch: list[Listener] = []
        self._on_beat: list[Listener] = []
        self._on_change: list[Listener] = []
        self._widget: Any = None
        if self.note:
            warnings.warn(self.note, BatchSizeWarning, stacklevel=2)

    # ---- what it is and how far it is
    @property
    def history(self) -> History:
        """The losses of the epochs up to the present one (a copy)."""
        return self._loop.history.until(self._loop.epoch)

    @property
    def record(self) -> History:
        """The losses of all epochs trained; after a rewind it reaches beyond the present epoch (a copy)."""
        return self._loop.history.until(len(self._loop.history))

    @property
    def epoch(self) -> int:
        """Epochs completed."""
        return self._loop.epoch

    @property
    def step_in_epoch(self) -> int:
        """Steps done in the epoch under way."""
        return self._loop.step

    @property
    def steps(self) -> int:
        """Steps done in all."""
        return self._loop.steps

    @property
    def steps_per_epoch(self) -> int:
        return self._loop.batches.per_epoch

    @property
    def batch_size(self) -> int:
        return self._loop.batches.batch_size

    @property
    def rows(self) -> int:
        """Number of examples in the data."""
        return self._loop.batches.rows

    @property
    def kind(self) -> str:
        """How the model is written: "loss function", "step function", "graph"; "function" before the first step."""
        return self._loop.adapter.kind

    @property
    def last_loss(self) -> float | None:
        """The loss of the latest step; None before the first."""
        return self._loop.last_loss

    @property
    def rewindable(self) -> bool:
        """Whether the parameters are known, so that they can be put back."""
        return len(self._loop.adapter.parameters) > 0

    @property
    def checkpoints(self) -> list[int]:
        """The epochs that can be gone back to."""
        return self._loop.checkpoints.epochs

    @property
    def note(self) -> str:
        """A remark on the set-up; empty when there is none."""
        if self.batch_size <= self.rows:
            return ""
        return (
            f"batch_size {self.batch_size} is larger than the data ({self.rows} rows), so every epoch is one step on "
            "all rows"
        )

    @property
    def running(self) -> bool:
        return self._driver is not None

    @property
    def phase(self) -> str:
        """One of "ready", "running", "paused", "finished", "error"."""
        if self.running:
            return "running"
        if self.error:
            return "error"
        if self.epoch >= self._epochs:
            return "finished"
        return "paused" if self.steps else "ready"

    @property
    def steps_per_second(self) -> float | None:
        """Pace of the run under way; None when nothing runs or it is too early to say."""
        since, steps = self._pace
        elapsed = time.perf_counter() - since
        return (self.steps - steps) / elapsed if self.running and self.steps > steps and elapsed > 0.1 else None

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to the last epoch at the present pace; None where the pace is."""
        pace = self.steps_per_second
        todo = (self._epochs - self.epoch) * self.steps_per_epoch - self.step_in_epoch
        return todo / pace if pace else None

    @property
    def learning_rate(self) -> float:
        return self._rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._rate = checked_rate(rate)
        self._tell(self._on_change)

    @property
    def epochs(self) -> int:
        """How far Play and ``run()`` go."""
        return self._epochs

    @epochs.setter
    def epochs(self, epochs: int) -> None:
        self._epochs = checked_epochs(epochs)
        self._tell(self._on_change)

    # ---- listening
    def on_epoch(self, listener: Listener) -> Listener:
        """Have ``listener(trainer)`` called at the end of every epoch. Returns it, so it also works as a decorator."""
        self._on_epoch.append(listener)
        return listener

    def on_beat(self, listener: Listener) -> Listener:
        """Have ``listener(trainer)`` called ten times a second, at most, while it trains: for what is to be watched."""
        self._on_beat.append(listener)
        return listener

    def on_change(self, listener: Listener) -> Listener:
        """Have ``listener(trainer)`` called when a run begins or ends, on reset, rewind, an error or a new setting."""
        self._on_change.append(listener)
        return listener

    def off(self, listener: Listener) -> None:
        """Call ``listener`` no more."""
        self._on_epoch = [known for known in self._on_epoch if known != listener]
        self._on_beat = [known for known in self._on_beat if known != listener]
        self._on_change = [known for known in self._on_change if known != listener]

    # ---- running
    def run(self, epochs: int | None = None, *, progress: bool | None = None) -> History:
        """Train now, until it is done, and return the history.

        Args:
            epochs: that many more epochs; by default, up to ``trainer.epochs``.
            progress: a text progress bar on stderr; by default only in a terminal or a notebook, and only when the run
                lasts over two seconds. Never when the environment variable ``NBGRAD_QUIET`` is set.

        Raises:
            DivergedError: the loss is no longer finite. This, and whatever the model itself raises, leaves the
                parameters as they were before that step; ``trainer.error`` keeps the text.
            EpochsError: ``epochs`` is not a positive whole number.
        """
        goal = self._goal(epochs)
        bar = Progress(progress, goal - self.epoch)
        start = self.epoch
        try:
            for _ in self._drive(goal):
                bar.show(self.epoch - start, self.last_loss)
        finally:
            bar.close()
        return self.history

    async def run_async(self, epochs: int | None = None) -> History:
        """The same as ``run``, to the bit, giving way to the page some thirty times a second.

        Raises what ``run`` raises.
        """
        await self._slices(self._drive(self._goal(epochs)))
        return self.history

    async def _slices(self, steps: Generator[None, None, None]) -> None:
        """Do the steps, and look up every 30 ms, so that the page's messages are handled."""
        import asyncio

        until = time.perf_counter() + SLICE
        try:
            for _ in steps:
                if time.perf_counter() >= until:
                    await asyncio.sleep(BREATH)
                    until = time.perf_counter() + SLICE
        finally:
            steps.close()

    def play(self) -> asyncio.Task[None]:
        """Train in the background, as an asyncio task, and return that task (also ``trainer.task``).

        When the last epoch is over, it goes on for as many epochs again. An error ends the task without being raised:
        it is kept in ``trainer.error``. Needs a running event loop, which every notebook has.
        """
        import asyncio

        loop = asyncio.get_running_loop()
        if self.running and self.task is not None and not self.task.done():
            return self.task
        if self.epoch >= self._epochs:
            self._epochs = self.epoch + self.span
        self._driver = driver = object()  # running from now on, so that a pause counts even before the first step
        self.task = loop.create_task(self._play(driver))
        return self.task

    def pause(self) -> None:
        """Stop after the step under way; ``play()`` goes on with the very next one."""
        if self.running:
            self._driver = None
            self._tell(self._on_change)

    def stop(self) -> None:
        """Pause, and cancel the background task. Data, model and history stay as they are."""
        self.pause()
        if self.task is not None and not self.task.done():
            self.task.cancel()

    def step(self) -> float:
        """Do one step, that is, one batch, and return its loss."""
        self.pause()
        try:
            with self._turn:
                self._epochs = max(self._epochs, self.epoch + 1)
                self._advance()
        finally:
            self._tell(self._on_change)
        assert self.last_loss is not None
        return self.last_loss

    def reset(self) -> None:
        """Back to the start: first parameters, first batch, no history. The settings stay.

        Raises RewindError when the parameters are not known (a step function without ``params``).
        """
        with self._turn:
            self.rewind(0)
            self._loop.forget_future()
            self._loop.last_loss = None
        self._tell(self._on_change)

    def rewind(self, epoch: int) -> int:
        """Go to the end of ``epoch`` (0 is the start), backwards or forwards among the epochs trained.

        Parameters and random generator are put back to the bit. The later epochs are forgotten only when the training
        goes on from here. In a very long training not every epoch is kept; then the nearest kept one before it is
        taken.

        Returns the epoch gone to.

        Raises RewindError when there is no such epoch, or the parameters are not known.
        """
        place, last = whole_number(epoch), len(self._loop.history)
        if place is None or not 0 <= place <= last:
            raise RewindError(f"There is no epoch {epoch!r} to go to; trained are 0 (the start) to {last}.")
        self.pause()
        with self._turn:
            self._loop.go_to(place)
            self.error = None
        self._tell(self._on_change)
        return self.epoch

    # ---- the loop
    def _drive(self, goal: int, driver: object | None = None) -> Generator[None, None, None]:
        """The steps up to epoch ``goal``, until another driver takes over or someone pauses."""
        if driver is None:
            self._driver = driver = object()
        elif self._driver is not driver:
            return  # paused before it began
        self.error = None
        self._pace = (time.perf_counter(), self.steps)
        self._tell(self._on_change)
        try:
            while self._one_more(goal, driver):
                yield
        finally:
            if self._driver is driver:
                self._driver = None
                self._tell(self._on_change)

    def _one_more(self, goal: int, driver: object) -> bool:
        """Do a step, unless the goal is reached or it is no longer this driver's turn; say whether it was done."""
        with self._turn:
            if self.epoch >= goal or self._driver is not driver:
                return False
            self._advance()
            return True

    async def _play(self, driver: object) -> None:
        try:
            await self._slices(self._drive(self._epochs, driver))
        except (Exception, KeyboardInterrupt):
            if self.error is None:  # an interrupt, which is a pause by other means, leaves nothing to tell
                return

    def _advance(self) -> None:
        """One step, and the listeners when it ends an epoch. An error is kept as text and raised."""
        epoch, step = self.epoch, self.step_in_epoch
        try:
            self._loop.advance(self._rate)
            if self.step_in_epoch == 0:
                self._tell(self._on_epoch)
            if self.running and (now := time.perf_counter()) >= self._beat_due:
                self._beat_due = now + BEAT
                self._tell(self._on_beat)
        except Exception as error:
            self.error = failure_of(error, epoch + 1, step + 1)
            raise
        self.error = None

    # ---- small things
    def _goal(self, epochs: int | None) -> int:
        if epochs is None:
            return self._epochs
        goal = self.epoch + checked_epochs(epochs)
        self._epochs = max(self._epochs, goal)
        return goal

    def _tell(self, listeners: list[Listener]) -> None:
        for listener in tuple(listeners):
            listener(self)

    def __repr__(self) -> str:
        return one_line(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(describe(self))


def _argument_names(model: Any, inputs: Any) -> list[str]:
    """What the arrays of the data are called, for error messages."""
    if isinstance(inputs, (tuple, list)):
        return [str(getattr(node, "name", None) or "") for node in inputs]
    try:
        return list(signature(model).parameters)
    except (TypeError, ValueError):
        return []
