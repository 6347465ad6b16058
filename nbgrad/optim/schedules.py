"""Learning-rate schedules: long steps at first, short ones near the minimum.

A schedule is a function: from the number of steps done to a factor of the initial learning rate. The functions below
make the usual ones, any other function will do as well, and :class:`Schedule` lets an optimiser follow one.

Each of the usual ones is a ``partial`` of a function of this module, not a function within a function, so that a
schedule can be pickled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import cos, inf, pi
from typing import Any

import numpy as np

from ..core.arguments import checked_amount
from ..core.errors import HyperparameterError
from ..core.states import fitting_arrays
from .base import Optimizer

Factor = Callable[[int], float]


class Schedule:
    """Lets the learning rate of an optimiser follow ``factor``.

    In step ``t``, counted from 0, the rate is ``base * factor(t)``, where ``base`` is the rate that the optimiser had
    when the schedule was made. Call ``schedule.step()`` after each ``optimizer.step()`` (or after each epoch: the
    unit of ``t`` is yours).

    Args:
        optimizer: its ``lr`` is set at once, and in each step.
        factor: a function from the number of steps done to a number from 0 upwards.

    Raises:
        HyperparameterError: ``factor`` gives no such number.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> optimizer = ng.optim.SGD([x], lr=0.5)
    >>> schedule = ng.optim.Schedule(optimizer, ng.optim.step_decay(every=2))
    >>> rates = []
    >>> for _ in range(5):
    ...     rates.append(round(optimizer.lr, 3))
    ...     optimizer.step()
    ...     schedule.step()
    >>> rates
    [0.5, 0.5, 0.05, 0.05, 0.005]
    """

    def __init__(self, optimizer: Optimizer, factor: Factor):
        if not callable(factor):
            raise HyperparameterError(
                f"factor is {factor!r}, but must be a function of the number of steps done, for example "
                "ng.optim.cosine_decay(100)"
            )
        self.optimizer = optimizer
        self.factor = factor
        self.base = float(optimizer.lr)
        self.steps = 0
        optimizer.lr = self.rate(0)

    def __repr__(self) -> str:
        return f"Schedule(lr={self.rate(self.steps):g} after {self.steps} steps, from {self.base:g})"

    def rate(self, steps: int) -> float:
        """The learning rate after so many steps; it changes nothing, so that a schedule can be plotted beforehand."""
        return self.base * checked_amount(f"the schedule's factor after {steps} steps", self.factor(steps), 0.5)

    def step(self) -> None:
        """Go on by one step: set the optimiser's learning rate for its next one."""
        self.optimizer.lr = self.rate(self.steps + 1)
        self.steps += 1

    def state_dict(self) -> dict[str, Any]:
        """How far the schedule is, and from what rate; the function is not part of it."""
        return {"base": self.base, "steps": self.steps}

    def load_state_dict(self, state: Any) -> None:
        """Go on from a state that :meth:`state_dict` gave.

        Raises:
            StateError: it is the state of something else; nothing is changed then.
        """
        arrays = fitting_arrays(state, {"base": (), "steps": ()}, "a schedule")
        self.base, self.steps = float(arrays["base"]), int(arrays["steps"])
        self.optimizer.lr = self.rate(self.steps)


def constant(value: float = 1.0) -> Factor:
    """The same factor always.

    >>> constant(0.5)(1000)
    0.5
    """
    return partial(_constant, checked_amount("value", value, 1.0))


def _constant(value: float, steps: int) -> float:
    return value


def step_decay(every: int, factor: float = 0.1) -> Factor:
    """Times ``factor`` after ``every`` so many steps: ``factor ** (t // every)``.

    >>> [round(step_decay(2, factor=0.5)(t), 3) for t in range(6)]
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """
    return partial(_step_decayed, _checked_steps("every", every), checked_amount("factor", factor, 0.1))


def _step_decayed(every: int, factor: float, steps: int) -> float:
    return factor ** (steps // every)


def exponential_decay(factor: float) -> Factor:
    """Times ``factor`` with every step: ``factor ** t``.

    >>> [round(exponential_decay(0.5)(t), 3) for t in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """
    return partial(pow, checked_amount("factor", factor, 0.99))


def cosine_decay(steps: int, end: float = 0.0) -> Factor:
    """Down from 1 to ``end`` within ``steps``, along half a period of the cosine; ``end`` ever after.

    ``end + (1 - end) (1 + cos(π t / steps)) / 2`` (Loshchilov and Hutter 2017, ICLR, arXiv:1608.03983, without
    restarts).

    >>> [round(cosine_decay(4)(t), 3) for t in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    return partial(_cosine_decayed, _checked_steps("steps", steps), checked_amount("end", end, 0.0))


def _cosine_decayed(length: int, end: float, steps: int) -> float:
    return end + (1 - end) * (1 + cos(pi * min(steps, length) / length)) / 2


def linear_warmup(steps: int, start: float = 0.0) -> Factor:
    """Up from ``start`` to 1 within ``steps``, in a straight line; 1 ever after.

    In the first steps gradients are large and what an optimiser remembers is little, so that full steps may go astray
    (Goyal et al. 2017, arXiv:1706.02677).

    >>> [round(linear_warmup(4)(t), 3) for t in range(6)]
    [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    """
    return partial(_warmed_up, _checked_steps("steps", steps), checked_amount("start", start, 0.1))


def _warmed_up(length: int, start: float, steps: int) -> float:
    return start + (1 - start) * min(steps, length) / length


def chain(*parts: tuple[float, Factor]) -> Factor:
    """One schedule after the other: each for as many steps as stand beside it, the last one ever after.

    Each part counts its steps from 0.

    >>> import nbgrad as ng
    >>> warm = ng.optim.chain((2, ng.optim.linear_warmup(2)), (np.inf, ng.optim.cosine_decay(4)))
    >>> [round(warm(t), 3) for t in range(8)]
    [0.0, 0.5, 1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    if not parts or not all(isinstance(part, tuple) and len(part) == 2 and callable(part[1]) for part in parts):
        raise HyperparameterError(
            "chain takes pairs of a number of steps and a schedule, for example "
            "chain((10, linear_warmup(10)), (90, cosine_decay(90)))"
        )
    pairs = [(inf if length == inf else _checked_steps("a part's length", length), part) for length, part in parts]
    return partial(_chained, pairs)


def _chained(pairs: Sequence[tuple[float, Factor]], steps: int) -> float:
    for length, part in pairs[:-1]:
        if steps < length:
            return part(steps)
        steps -= int(length)
    return pairs[-1][1](steps)


def _checked_steps(name: str, steps: Any) -> int:
    if not isinstance(steps, int | np.integer) or isinstance(steps, bool) or steps < 1:
        raise HyperparameterError(f"{name} is {steps!r}, but must be a whole number of steps from 1 upwards")
    return int(steps)
