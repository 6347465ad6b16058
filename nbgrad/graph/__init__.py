"""The graph face: define the graph first, run it later.

A graph is made of ``Placeholder`` nodes, which are fed, and of nodes that compute: ``Linear``, ``Sigmoid``, ``MSE``.
Nothing is computed until ``forward``; each ``forward`` runs the engine's operations, and ``backward`` is the engine's
one reverse pass.

>>> from nbgrad.graph import *
>>> x, y = Placeholder(name="x"), Placeholder(name="y")
>>> k, b = Placeholder(name="k", is_trainable=True), Placeholder(name="b", is_trainable=True)
>>> loss = Loss(y, Sigmoid(Linear(x, k, b)), name="loss")
>>> nodes = topological_sort_feed_dict({x: 2.0, y: 0.9, k: 0.25, b: 0.1})
>>> run_one_epoch(nodes)
>>> before = loss.value
>>> optimize(nodes, learning_rate=0.1)
>>> run_one_epoch(nodes)
>>> bool(loss.value < before)
True
"""

from .nodes import MSE, Add, Linear, Loss, Multiply, Node, Placeholder, ReLU, Sigmoid, Tanh
from .order import topological_sort_feed_dict
from .program import compile
from .run import backward, forward, forward_and_backward, optimize, run_one_epoch

__all__ = [
    "MSE",
    "Add",
    "Linear",
    "Loss",
    "Multiply",
    "Node",
    "Placeholder",
    "ReLU",
    "Sigmoid",
    "Tanh",
    "backward",
    "compile",
    "forward",
    "forward_and_backward",
    "optimize",
    "run_one_epoch",
    "topological_sort_feed_dict",
]
