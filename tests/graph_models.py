"""Two models in the graph face, which several tests run."""

import numpy as np

from nbgrad.graph import MSE, Linear, Loss, Placeholder, Sigmoid, topological_sort_feed_dict


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Scalars:
    """sigmoid(k x + b) learns y: the smallest graph with everything in it."""

    def __init__(self):
        self.x, self.y = Placeholder(name="x"), Placeholder(name="y")
        self.k, self.b = Placeholder(name="k", is_trainable=True), Placeholder(name="b", is_trainable=True)
        self.z = Linear(self.x, self.k, self.b, name="z")
        self.a = Sigmoid(self.z, name="a")
        self.loss = Loss(self.y, self.a, name="loss")
        self.feed = {self.x: 2.0, self.y: 0.9, self.k: 0.25, self.b: 0.1}
        self.nodes = topological_sort_feed_dict(self.feed, self.loss)

    @property
    def parts(self):
        return [self.x, self.y, self.k, self.b, self.z, self.a, self.loss]


class Network:
    """A 3-4-1 network on a batch of 5."""

    def __init__(self, outputs=1, seed=0):
        rng = np.random.default_rng(seed)
        self.values = [rng.normal(size=s) for s in ((5, 3), (5, outputs), (3, 4), (4,), (4, outputs), (outputs,))]
        self.placeholders = [Placeholder(name=name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
        self.X, self.y, self.W1, self.b1, self.W2, self.b2 = self.placeholders
        self.hidden = Sigmoid(Linear(self.X, self.W1, self.b1))
        self.out = Linear(self.hidden, self.W2, self.b2, name="out")
        self.cost = MSE(self.y, self.out, name="cost")
        self.nodes = topological_sort_feed_dict(dict(zip(self.placeholders, self.values, strict=True)), self.cost)
