"""The loop itself: one step, the end of an epoch, and the way back. All that decides the results is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.core.errors import NonFiniteError

from .adapters import Adapter
from .batches import Batch, Batches
from .checkpoints import Checkpoints, Snapshot
from .errors import DivergedError, RewindError
from .history import History

Validation = Batch | Callable[[], Any] | None


class Loop:
    """Model, data, generator and counters of a training; what has been trained, and how to get back there."""

    def __init__(self, adapter: Adapter, batches: Batches, validation: Validation, seed: int) -> None:
        self.adapter = adapter
        self.batches = batches
        self.validation = validation
        self.generator = np.random.default_rng(seed)
        self.history = History()
        self.checkpoints = Checkpoints()
        self.epoch = 0  # epochs completed
        self.step = 0  # steps done in the epoch under way
        self.steps = 0  # steps done in all
        self.total = 0.0  # sum of the losses of the epoch under way
        self.last_loss: float | None = None
        self.checkpoints.add(self.snapshot())

    def advance(self, rate: float) -> None:
        """One step with learning rate ``rate``. Whatever goes wrong, all is as it was before it.

        Raises:
            DivergedError: the loss is not finite. And whatever the model raises.
        """
        self.forget_future()
        before = self.snapshot()
        try:
            self._count(self._step_of_model(rate))
        except BaseException:  # an interrupt may come in the middle of a step as well
            self.restore(self._sound(before))
            raise

    def _step_of_model(self, rate: float) -> float:
        try:
            loss = self.adapter.step(self.batches.draw(self.generator), rate)
        except NonFiniteError as error:  # the engine has noticed first
            raise self._diverged("A number in the model", rate) from error
        if not np.isfinite(loss):
            raise self._diverged("The loss", rate)
        return loss

    def _count(self, loss: float) -> None:
        self.steps += 1
        self.step += 1
        self.total += loss
        if self.step == self.batches.per_epoch:
            measured = self._measure()
            self.history.train.append(self.total / self.batches.per_epoch)
            if measured is not None:
                self.history.validation.append(measured)
            self.epoch += 1
            self.step, self.total = 0, 0.0
            self.checkpoints.add(self.snapshot())
        self.last_loss = loss

    def _measure(self) -> float | None:
        if self.validation is None:
            return None
        return float(self.validation()) if callable(self.validation) else self.adapter.measure(self.validation)

    def _diverged(self, what: str, rate: float) -> DivergedError:
        return DivergedError(
            f"{what} became infinite or NaN in epoch {self.epoch + 1}, step {self.step + 1}, with learning rate "
            f"{rate:g}: the steps are too long and overshoot. Go back a few epochs and try a smaller learning rate, "
            f"for example {rate / 10:g}."
        )

    def _sound(self, snapshot: Snapshot) -> Snapshot:
        """``snapshot``, or the start of its epoch when its parameters have overflowed already."""
        if all(bool(np.all(np.isfinite(value))) for value in snapshot.parameters):
            return snapshot
        return self.checkpoints.at_or_before(snapshot.epoch) or snapshot

    # ---- going back and forth
    def snapshot(self) -> Snapshot:
        """All that decides how the training goes on, copied."""
        return Snapshot(
            self.epoch,
            self.step,
            self.total,
            self.steps,
            self.adapter.parameters.copy(),
            self.adapter.memory,
            self.generator.bit_generator.state,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Back to ``snapshot``, to the bit."""
        self.epoch, self.step = snapshot.epoch, snapshot.step
        self.total, self.steps = snapshot.total, snapshot.steps
        self.adapter.parameters.put_back(snapshot.parameters)
        self.adapter.memory = snapshot.optimizer
        self.generator.bit_generator.state = snapshot.generator

    def go_to(self, epoch: int) -> None:
        """To the end of ``epoch``, or of the nearest one before it that was kept.

        Raises:
            RewindError: the parameters are not known.
        """
        if not len(self.adapter.parameters):
            raise RewindError(
                "The parameters are not known, so they cannot be put back: pass params=[...] to the Trainer."
            )
        snapshot = self.checkpoints.at_or_before(epoch)
        if snapshot is not None:  # the start is always kept
            self.restore(snapshot)

    def forget_future(self) -> None:
        """Drop the epochs after the present one, before another way is taken from here."""
        if len(self.history) > self.epoch:
            self.history = self.history.until(self.epoch)
            self.checkpoints.forget_after(self.epoch)
