"""Optimisers: how parameters move once their gradients are known.

A training step is always the same four lines: the loss, ``zero_grad()``, ``backward()``, ``step()``.

>>> import numpy as np
>>> import nbgrad as ng
>>> x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])
>>> k, b = ng.tensor(0.0, requires_grad=True), ng.tensor(0.0, requires_grad=True)
>>> optimizer = ng.optim.Adam([k, b], lr=0.1)
>>> for _ in range(400):
...     loss = ((k * x + b - y) ** 2).mean()
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()
>>> round(k.item(), 2), round(b.item(), 2)
(2.0, 1.0)
"""

from .adaptive import Adagrad, Adam, AdamW, RMSprop
from .base import Optimizer, check_finite, checked_rate
from .clipping import clip_grad_norm, clip_grad_value
from .schedules import Schedule, chain, constant, cosine_decay, exponential_decay, linear_warmup, step_decay
from .sgd import SGD

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "Schedule",
    "chain",
    "check_finite",
    "checked_rate",
    "clip_grad_norm",
    "clip_grad_value",
    "constant",
    "cosine_decay",
    "exponential_decay",
    "linear_warmup",
    "step_decay",
]
