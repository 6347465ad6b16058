"""Operands for the tests of a declaration: functions from a random generator to one operand."""

from __future__ import annotations  # so that naming numpy.random here does not load it

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.op import Case


def case(*samples: Callable, **static: Any) -> Case:
    """Something else for the tests to try: other keyword arguments and, where ``samples`` are given, other operands."""
    return Case(samples, static)


def normal(*shape: int) -> Callable[[np.random.Generator], Any]:
    """Normally distributed numbers."""
    return lambda rng: rng.standard_normal(shape)[()]


def positive(*shape: int) -> Callable[[np.random.Generator], Any]:
    """Numbers between 0.5 and 2."""
    return lambda rng: rng.uniform(0.5, 2.0, shape)[()]


def apart(*shape: int) -> Callable[[np.random.Generator], Any]:
    """Numbers that differ from each other and from zero by far more than a finite difference."""

    def draw(rng: np.random.Generator) -> Any:
        n = int(np.prod(shape, dtype=int))
        return (rng.permutation(n) - n / 2 + 0.25).reshape(shape)[()] / 4

    return draw
