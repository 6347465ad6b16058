"""Layers that keep signals at a steady size, and dropout."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.arguments import as_number, checked_amount, checked_share
from ..core.errors import HyperparameterError, ShapeError
from ..core.tensor import plain, tensor
from ..core.tracing import Tracer
from . import functional as F
from .init import generator, ones, zeros
from .layers import parameter
from .module import Module
from .sizes import checked_size


class LayerNorm(Module):
    """Each example brought to mean 0 and variance 1 by itself, then scaled and shifted by what is learnt.

    ``(x - mean) / √(variance + eps) * weight + bias``, over the last axis (Ba, Kiros and Hinton 2016,
    arXiv:1607.06450). It is the same in training and in use.

    Shapes: ``x`` (..., width) to the same; weights and biases (width,), which begin at 1 and 0.

    Args:
        width: the length of the last axis.
        eps: keeps the division finite.

    Raises:
        LayerSizeError: ``width`` is no positive whole number.
        HyperparameterError: ``eps`` is negative.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> ng.nn.LayerNorm(3, eps=0)(np.array([[1.0, 2.0, 3.0]])).data.round(4).tolist()
    [[-1.2247, 0.0, 1.2247]]
    """

    def __init__(self, width: int, *, eps: float = 1e-5):
        self.width, self.eps = checked_size("width", width), checked_amount("eps", eps, 1e-5)
        self.weight = parameter(ones, (self.width,))
        self.bias = parameter(zeros, (self.width,))

    def forward(self, x: Any) -> Any:
        return F.layer_norm(x, self.weight, self.bias, eps=self.eps)

    def extra_repr(self) -> str:
        return str(self.width)


class BatchNorm(Module):
    """Each feature brought to mean 0 and variance 1 over the batch, then scaled and shifted by what is learnt.

    ``(x - mean) / √(variance + eps) * weight + bias`` (Ioffe and Szegedy 2015, ICML, arXiv:1502.03167). In training,
    mean and variance are those of the batch, and running averages of both are kept; in use (``eval()``) the running
    ones take their place, so that an example's result does not depend on what else is in the batch.

    Shapes: ``x`` (n, features) or (n, features, height, width) to the same; mean and variance are taken over all axes
    but the second. Weights and biases (features,) begin at 1 and 0, and so do variance and mean.

    Args:
        features: the length of the second axis.
        momentum: how fast the running averages follow: ``r <- (1 - momentum) r + momentum batch``.
        eps: keeps the division finite.

    Attributes:
        running_mean, running_var: buffers (features,), part of the state. The variance is the unbiased one, divided
            by the number of values less 1; within the batch it is divided by the number.

    Raises:
        LayerSizeError: ``features`` is no positive whole number.
        HyperparameterError: ``momentum`` is not from 0 to below 1, or ``eps`` negative.
        ShapeError: when called in training, if there is only one value of a feature.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> layer = ng.nn.BatchNorm(1, eps=0)
    >>> layer(np.array([[1.0], [2.0], [3.0]])).data.round(4).tolist()
    [[-1.2247], [0.0], [1.2247]]
    >>> layer.running_mean.item()
    0.2
    >>> layer.eval()(np.array([[0.2]])).item()
    0.0
    """

    def __init__(self, features: int, *, momentum: float = 0.1, eps: float = 1e-5):
        self.features = checked_size("features", features)
        self.momentum, self.eps = checked_share("momentum", momentum, 0.1), checked_amount("eps", eps, 1e-5)
        self.weight = parameter(ones, (self.features,))
        self.bias = parameter(zeros, (self.features,))
        self.running_mean = tensor(np.zeros(self.features))
        self.running_var = tensor(np.ones(self.features))

    def forward(self, x: Any) -> Any:
        shape = np.shape(x)
        if len(shape) < 2 or shape[1] != self.features:
            raise ShapeError(
                f"BatchNorm({self.features}) takes shape (n, {self.features}) or (n, {self.features}, ...), and this "
                f"is {shape}"
            )
        if self.training:
            self.follow(plain(x))
            return F.batch_norm(x, self.weight, self.bias, eps=self.eps)
        return F.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, eps=self.eps)

    def follow(self, x: np.ndarray) -> None:
        """Let the running averages follow the batch ``x``."""
        count = x.size // self.features
        if count < 2:
            raise ShapeError(
                f"BatchNorm cannot tell the variance of a batch of shape {x.shape}, in which each feature has {count} "
                "value; pass more examples, or call eval() to use the running averages"
            )
        axes = (0, *range(2, x.ndim))
        for running, batch in ((self.running_mean, x.mean(axes)), (self.running_var, x.var(axes, ddof=1))):
            new = (1 - self.momentum) * running.data + self.momentum * batch
            running.data = new.astype(running.dtype)

    def extra_repr(self) -> str:
        return str(self.features)


class Dropout(Module):
    """In training, each number is dropped (set to 0) with probability ``p``, and the others divided by ``1 - p``.

    A network that cannot rely on any single number does not learn the training data by heart (Srivastava et al. 2014,
    JMLR 15, 1929-1958). In use (``eval()``) nothing is dropped.

    Args:
        p: the probability, from 0 to 1.
        rng: a seed or a generator, from which the first seed is drawn.

    Attributes:
        next_seed: a buffer: the seed of what the next call drops. Each call counts it up, so each drops others; and as
            it belongs to the state, a training that is gone on with drops the same as if it had not been interrupted.

    Raises:
        HyperparameterError: ``p`` is out of its range.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> layer = ng.nn.Dropout(0.5, rng=0)
    >>> sorted(set(layer(np.ones(100)).tolist()))
    [0.0, 2.0]
    >>> layer.eval()(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, *, rng: Any = None):
        self.p = as_number(p)
        if not 0 <= self.p <= 1:
            raise HyperparameterError(f"p is {p!r}, but a probability is a number from 0 to 1")
        self.next_seed = tensor(generator(rng).integers(2**62))

    def forward(self, x: Any) -> Any:
        if not self.training or not self.p:
            return x
        seed = self.next_seed.data
        self.next_seed.data = seed + np.int64(1)
        return F.dropout(x, self.p, seed=seed if isinstance(seed, Tracer) else int(seed))

    def extra_repr(self) -> str:
        return f"{self.p:g}"
