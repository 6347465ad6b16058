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


# ---- what was meant otherwise


def step_of(loss, *examples):
    W = ng.tensor(np.ones(3), requires_grad=True, name="W")
    return ng.optim.SGD([W], 0.1).compile(loss(W), *examples)


def of_batch(W):
    return lambda x, y: ((x @ W - y) ** 2).mean()


@pytest.mark.parametrize("value", [None, 3.0, ng.tensor(1.0)])
def test_the_loss_is_a_function(value):
    with pytest.raises(ng.errors.ProgramError, match="takes the function that computes the loss, not its value"):
        step_of(lambda W: value, X)


def test_a_batch_is_an_example():
    with pytest.raises(ng.errors.ProgramError, match=r"takes a batch as an example: optimizer.compile\(loss, x, y\)"):
        step_of(of_batch)


def test_a_loss_without_return():
    with pytest.raises(ng.errors.ProgramError, match=r"gives nothing .* does it lack a return\?"):
        step_of(lambda W: lambda x: print(end=""), X)


def test_arguments_of_a_step():
    step, same = step_of(of_batch, X, np.ones(6)), step_of(of_batch, X, np.ones(6))
    with pytest.raises(ng.errors.ProgramError, match=r"takes 2 arguments \(x, y\), but 1 was given"):
        step(X)
    assert step(y=np.ones(6), x=X) == same(X, np.ones(6))
    with pytest.raises(ng.errors.ProgramError, match="z"):
        step(X, np.ones(6), z=1.0)


@pytest.mark.parametrize("transform", [lambda f: f, ng.jacobian], ids=["itself", "transformed"])
def test_where_a_function_is_that_draws(transform):
    rng = np.random.default_rng(0)

    def drawing(x):
        return x + rng.normal(size=3)

    line = drawing.__code__.co_firstlineno
    with pytest.raises(ng.errors.FrozenRandomError, match=rf"test_mistakes_in_programs.py, line {line}\) draws"):
        ng.compile(transform(drawing), X)
