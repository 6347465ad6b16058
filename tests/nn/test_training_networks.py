"""Networks and optimisers under the training loop: all that they remember is wound back with the parameters."""

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


def network():
    """A network with everything that moves in a step: parameters, running averages, and what dropout draws."""
    return nn.Sequential(
        nn.Linear(2, 8, rng=0), nn.BatchNorm(8), nn.Tanh(), nn.Dropout(0.2, rng=1), nn.Linear(8, 1, rng=2)
    )


def test_buffers_are_wound_back_too():
    net = network()
    training = ng.Trainer(
        lambda x, y: F.mse_loss(net(x), y), params=net, data=(X, Y), optimizer=optim.Adam, batch_size=8
    )
    start = net.state_dict()
    losses = training.run(epochs=4).train
    end = net.state_dict()
    for epoch in (2, 0):
        training.rewind(epoch)
        if not epoch:
            np.testing.assert_equal(net.state_dict(), start)
        assert training.run(epochs=4 - epoch).train == losses
        np.testing.assert_equal(net.state_dict(), end)


def test_validation_is_measured_as_in_use():
    net = network()
    seen = []

    def loss(x, y):
        seen.append([module.training for module in net.modules()])
        return F.mse_loss(net(x), y)

    held = X[:8], Y[:8]
    training = ng.Trainer(loss, params=net, data=(X, Y), validation=held, batch_size=40)
    training.run(epochs=1)
    assert seen == [[True] * 6, [False] * 6]
    assert all(module.training for module in net.modules())
    assert net.state_dict()["3.next_seed"] - network().state_dict()["3.next_seed"] == 1  # by the step alone
    np.testing.assert_allclose(training.history.validation[0], F.mse_loss(net.eval()(X[:8]), Y[:8]).item(), rtol=1e-12)


def test_what_is_not_trained_stays_as_it_is_in_validation():
    net = network()
    net[1].eval()
    training = ng.Trainer(lambda x, y: F.mse_loss(net(x), y), params=net, data=(X, Y), validation=(X, Y), batch_size=40)
    training.run(epochs=1)
    assert [module.training for module in net.modules()] == [True, True, False, True, True, True]
