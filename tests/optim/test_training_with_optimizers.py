"""Optimisers under the training loop: what they remember is wound back with the parameters."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn, optim
from nbgrad.nn import functional as F

X = np.random.default_rng(0).standard_normal((40, 2))
Y = X @ np.array([[2.0], [-1.0]]) + 0.5


def trainer(make):
    net = nn.Linear(2, 1, rng=0)
    return net, ng.Trainer(
        lambda x, y: F.mse_loss(net(x), y),
        params=net,
        data=(X, Y),
        optimizer=make(net),
        learning_rate=0.05,
        batch_size=8,
    )


MAKERS = {
    "SGD": lambda net: optim.SGD,
    "momentum": lambda net: optim.SGD(net, 0.05, momentum=0.9),
    "Adam, the class": lambda net: optim.Adam,
    "Adam": lambda net: optim.Adam(net, 0.05),
    "RMSprop": lambda net: optim.RMSprop(net, 0.05, momentum=0.5),
}


@pytest.mark.parametrize("name", MAKERS)
def test_winding_back_gives_the_same_training(name):
    net, training = trainer(MAKERS[name])
    losses = training.run(epochs=4).train
    end = net.state_dict()
    assert losses[-1] < losses[0]
    for epoch in (2, 0):
        training.rewind(epoch)
        assert training.run(epochs=4 - epoch).train == losses
        np.testing.assert_equal(net.state_dict(), end)
    training.reset()
    assert training.run(epochs=4).train == losses


def test_snapshots_count_what_the_optimizer_remembers():
    """They are kept within a limit of memory; with Adam each is three times as large."""
    sizes = []
    for name in ("SGD", "Adam"):
        _, training = trainer(MAKERS[name])
        training.run(epochs=1)
        sizes.append(training._loop.checkpoints.at_or_before(1).nbytes)
    assert sizes[1] - sizes[0] >= 2 * 3 * 8
