"""Comparing training steps: they move parameters, so what the user has is put aside before, and put back afterwards."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .comparing import Contender, LeftOut, Setting, left_alone

if TYPE_CHECKING:
    from ..optim.base import Optimizer
    from .elsewhere.running import Framework
    from .training import TrainingStep


class StepSetting(Setting):
    """A training step, and the same step eagerly: ``zero_grad``, the loss, ``backward``, ``step``.

    Each begins where the user's parameters stand. While time is taken the learning rate is 0: the work is the same, and
    the parameters stay where ordinary numbers are, however many steps are done.
    """

    def __init__(self, program: TrainingStep, loss: Callable, args: tuple):
        super().__init__(program, loss, args)
        self._optimizer = program.optimizer
        self._start = [p.data for p in self._optimizer.params]
        eager = self.eager.run
        self.eager.run = lambda: eager_step(self._optimizer, eager)
        self.eager.results = self.program.results = lambda loss: [loss, *(p.data for p in self._optimizer.params)]

    def first_results(self, contender: Contender) -> list[Any]:
        memory = copy.deepcopy(self._optimizer.memory)
        found = super().first_results(contender)
        for p, x in zip(self._optimizer.params, self._start, strict=True):
            p.data = copy.deepcopy(x)
        self._optimizer.memory = memory
        return found

    def hold_still(self) -> None:
        self._optimizer.lr = 0.0

    def elsewhere(self, framework: Framework, wanted: Sequence[Any]) -> Contender:
        if not is_plain_descent(self._optimizer):
            raise LeftOut(f"{type(self._optimizer).__name__} is not plain SGD, and its update is not translated")
        f, given = self._translated(framework)
        places = self._program.recording.listing.inputs[self._batch_size :][: len(self._start)]
        which = [self._parameters.index(place) for place in places if place in self._parameters]
        if len(which) < len(places):
            raise LeftOut("the loss does not depend on every parameter")
        rate = lambda: float(self._optimizer.lr)  # noqa: E731
        return Contender(framework.name, framework.note, framework.step(f, given(), which, rate), framework.numbers)

    @property
    def _batch_size(self) -> int:
        return len(super()._inputs())

    def _inputs(self) -> list[Any]:
        return [*super()._inputs(), *self._start]


def eager_step(optimizer: Optimizer, loss: Callable[[], Any]) -> Any:
    """A training step as it is written by hand."""
    value = loss()
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.data


def is_plain_descent(optimizer: Optimizer) -> bool:
    """Whether an optimiser does nothing but ``p - lr * gradient``: tried with numbers."""
    memory: dict[str, Any] = {}
    moved = optimizer.moved(np.array([1.0, 8.0]), np.array([2.0, -4.0]), memory, 0.5)
    return not memory and np.array_equal(moved, [0.0, 10.0])


@contextmanager
def put_aside(program: TrainingStep, loss: Callable, args: tuple) -> Iterator[StepSetting]:
    """The setting for a training step; afterwards the optimiser and its parameters are as they were."""
    optimizer = program.optimizer
    params, memory, lr = optimizer.params, optimizer.memory, optimizer.lr
    data, grads = [p.data for p in params], [p.grad for p in params]
    numbers = [copy.deepcopy(x) for x in data]  # a program with copy=False writes into the arrays themselves
    try:
        for p in params:
            p.data = copy.deepcopy(p.data)
        optimizer.memory = copy.deepcopy(memory)
        with left_alone(program):
            trial = StepSetting(program, loss, args)
            trial.first_results(trial.program)  # recorded for these shapes
            yield StepSetting(program, loss, args)  # with generators that nobody has drawn from
    finally:
        for p, x, held, g in zip(params, data, numbers, grads, strict=True):
            if isinstance(x, np.ndarray) and not np.array_equal(x, held, equal_nan=True):
                x[...] = held
            p.data, p.grad = x, g
        optimizer.memory, optimizer.lr = memory, lr
