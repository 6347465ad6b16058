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


def complex_normal(*shape: int) -> Callable[[np.random.Generator], Any]:
    """Complex numbers whose two parts are normally distributed."""
    return lambda rng: (rng.standard_normal(shape) + 1j * rng.standard_normal(shape))[()]


def positive(*shape: int) -> Callable[[np.random.Generator], Any]:
    """Numbers between 0.5 and 2."""
    return lambda rng: rng.uniform(0.5, 2.0, shape)[()]


def between(low: float, high: float, *shape: int) -> Callable[[np.random.Generator], Any]:
    """Numbers between ``low`` and ``high``."""
    return lambda rng: rng.uniform(low, high, shape)[()]


def with_zeros(zeros: int, *shape: int) -> Callable[[np.random.Generator], Any]:
    """Numbers between 0.5 and 2, but for ``zeros`` of them along the last axis, from the second on, which are 0."""

    def draw(rng: np.random.Generator) -> Any:
        numbers = rng.uniform(0.5, 2.0, shape)
        numbers[..., 1 : 1 + zeros] = 0
        return numbers

    return draw


def nothing(rng: np.random.Generator) -> None:
    """An optional operand that is left out."""


def apart(*shape: int) -> Callable[[np.random.Generator], Any]:
    """Numbers that differ from each other and from zero by far more than a finite difference."""

    def draw(rng: np.random.Generator) -> Any:
        n = int(np.prod(shape, dtype=int))
        return (rng.permutation(n) - n / 2 + 0.25).reshape(shape)[()] / 4

    return draw


def whole(below: int, *shape: int) -> Callable[[np.random.Generator], Any]:
    """Whole numbers from 0 to ``below`` - 1."""
    return lambda rng: rng.integers(0, below, shape)[()]


def well_conditioned(*shape: int) -> Callable[[np.random.Generator], Any]:
    """Matrices whose singular values lie evenly between 1 and 2."""

    def draw(rng: np.random.Generator) -> Any:
        *stack, rows, columns = shape
        k = min(rows, columns)
        left, right = (np.linalg.qr(rng.standard_normal((*stack, n, k)))[0] for n in (rows, columns))
        return (left * np.linspace(1.0, 2.0, k)) @ right.mT

    return draw


def symmetric(*shape: int, low: float = -1.0, high: float = 2.0) -> Callable[[np.random.Generator], Any]:
    """Symmetric matrices whose eigenvalues lie evenly between ``low`` and ``high``."""

    def draw(rng: np.random.Generator) -> Any:
        basis = np.linalg.qr(rng.standard_normal(shape))[0]
        product = (basis * np.linspace(low, high, shape[-1])) @ basis.mT
        return (product + product.mT) / 2

    return draw
