"""What is legal and usually not meant is told while a function is recorded, as it is told eagerly."""

import warnings

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn

X = np.random.default_rng(0).normal(size=(6, 3))


def test_a_step_that_moves_nothing():
    W = ng.tensor(np.ones(3), requires_grad=True, name="W")
    other = ng.tensor(np.ones(3), requires_grad=True)
    optimizer = ng.optim.SGD([W], 0.1)
    with pytest.warns(ng.errors.NoGradientWarning, match=r"none of the 1 parameters \(W\)") as caught:
        step = optimizer.compile(lambda x: ((x @ other) ** 2).mean(), X)
    assert caught[0].filename.endswith("test_mistakes_in_programs.py")
    step(X)
    np.testing.assert_array_equal(W.data, np.ones(3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.compile(lambda x: ((x @ W) ** 2).mean(), X)


def test_a_column_minus_a_row():
    layer, y = nn.Linear(3, 1), np.ones(6)
    optimizer = ng.optim.SGD(layer.parameters(), 0.1)

    def loss(x, y):
        return ((layer(x) - y) ** 2).mean()

    with pytest.warns(ng.errors.BroadcastWarning, match=r"shape \(6, 1\) minus y of shape \(6,\) gives 6 x 6"):
        optimizer.compile(loss, X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.compile(loss, X, y[:, None])
