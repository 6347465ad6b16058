"""Runs of several steps, with nbgrad and as recurrences in plain NumPy."""

import numpy as np
import pytest

import nbgrad as ng

CURVATURE = np.array([1.0, 10.0, 0.1])


def loss(p):
    return (CURVATURE * (p - 1) ** 2).sum() / 2


def slope(p):
    return CURVATURE * (p - 1)


@pytest.fixture
def path():
    """The places that an optimiser takes a parameter to, from step to step."""

    def follow(make, steps=5, start=(3.0, -2.0, 0.5)):
        p = ng.tensor(np.array(start), requires_grad=True)
        optimizer = make([p])
        places = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss(p).backward()
            optimizer.step()
            places.append(p.data)
        return np.array(places)

    return follow


@pytest.fixture
def recurrence():
    """The same for a function ``(p, g, memory) -> p`` of plain arrays, with memory from nothing."""

    def follow(update, steps=5, start=(3.0, -2.0, 0.5)):
        p, memory, places = np.array(start), {"t": 0}, []
        for _ in range(steps):
            memory["t"] += 1
            p = update(p, slope(p), memory)
            places.append(p)
        return np.array(places)

    return follow
