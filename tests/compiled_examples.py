"""Programs that several tests look at."""

from __future__ import annotations

import numpy as np

import nbgrad as ng


def network():
    """The training step of a 13-10-1 network."""
    numbers = np.random.default_rng(0)
    X, y = numbers.normal(size=(16, 13)), numbers.normal(size=(16, 1))
    W1, b1, W2, b2 = (
        ng.tensor(numbers.normal(size=shape), requires_grad=True) for shape in ((13, 10), (10,), (10, 1), (1,))
    )

    def loss(X, y):
        h = ng.nn.functional.sigmoid(X @ W1 + b1)
        y_hat = h @ W2 + b2
        return ng.nn.functional.mse_loss(y_hat, y)

    return ng.optim.SGD([W1, b1, W2, b2], lr=0.01).compile(loss, X, y)


def gradient():
    """The gradient of a small function."""

    def f(x):
        y = np.sin(x) * x
        return y.sum()

    return ng.compile(ng.grad(f), np.array([0.0, 1.0, 2.0]))


def convolution():
    """The training step of a small convolutional network, with an optimiser that remembers."""
    numbers = np.random.default_rng(0)
    X, labels = numbers.normal(size=(8, 1, 8, 8)), numbers.integers(0, 10, 8)
    nn = ng.nn
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 10))

    def loss(X, labels):
        return nn.functional.cross_entropy(model(X), labels)

    return ng.optim.Adam(list(model.parameters()), lr=0.01).compile(loss, X, labels)
