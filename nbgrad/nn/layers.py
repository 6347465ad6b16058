"""Layers with weights: linear, embedding; and what brings numbers into their shape."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..core.errors import ShapeError
from ..core.tensor import Tensor, tensor
from . import functional as F
from .init import Init, generator, normal, xavier_uniform, zeros
from .module import Module
from .sizes import checked_size


def parameter(init: Init, shape: tuple[int, ...], rng: Any = None) -> Tensor:
    """A leaf that requires a gradient, with the numbers that ``init`` gives."""
    return tensor(init(shape, rng=rng), requires_grad=True)


class Linear(Module):
    """A linear (dense, fully connected) layer: ``x @ weight + bias``.

    Shapes: ``x`` (..., inputs) to (..., outputs). The weights have the shape (inputs, outputs), just as they stand in
    the formula. (PyTorch keeps them transposed.)

    Args:
        inputs: how many numbers go in for each example.
        outputs: how many come out.
        bias: whether to add one.
        init: the initialiser of the weights, from :mod:`nbgrad.nn.init`; the bias begins at 0.
        rng: a seed or a generator for the weights.

    Raises:
        LayerSizeError: a size is no positive whole number.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> layer = ng.nn.Linear(3, 2, init=ng.nn.init.ones)
    >>> layer(np.array([[1.0, 2.0, 3.0]])).tolist()
    [[6.0, 6.0]]
    >>> layer.weight.shape, layer.bias.shape
    ((3, 2), (2,))
    """

    def __init__(self, inputs: int, outputs: int, *, bias: bool = True, init: Init = xavier_uniform, rng: Any = None):
        self.inputs, self.outputs = checked_size("inputs", inputs), checked_size("outputs", outputs)
        self.weight = parameter(init, (self.inputs, self.outputs), generator(rng))
        self.bias = parameter(zeros, (self.outputs,)) if bias else None

    def forward(self, x: Any) -> Any:
        return F.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.outputs}" + ("" if self.bias is not None else ", bias=False")


class Embedding(Module):
    """A table of vectors, one for each of ``count`` things (words, say): the rows at the given indices.

    Shapes: whole numbers of any shape (...) to (..., width). The weights have the shape (count, width).

    Args:
        count: how many things there are; their indices are 0 to ``count - 1``.
        width: how many numbers stand for each.
        init: the initialiser of the weights; normal with the standard deviation 1 by default.
        rng: a seed or a generator for the weights.

    Raises:
        LayerSizeError: a size is no positive whole number.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> layer = ng.nn.Embedding(10, 3, rng=0)
    >>> layer(np.array([[1, 2], [2, 9]])).shape
    (2, 2, 3)
    """

    def __init__(self, count: int, width: int, *, init: Init = normal, rng: Any = None):
        self.count, self.width = checked_size("count", count), checked_size("width", width)
        self.weight = parameter(init, (self.count, self.width), generator(rng))

    def forward(self, indices: Any) -> Any:
        return F.embedding(indices, self.weight)

    def extra_repr(self) -> str:
        return f"{self.count}, {self.width}"


class Flatten(Module):
    """All axes but the first made one: images (n, channels, height, width) become rows (n, numbers).

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> ng.nn.Flatten()(ng.tensor(np.ones((5, 2, 3, 3)))).shape
    (5, 18)
    """

    def forward(self, x: Any) -> Any:
        shape = np.shape(x)
        if not shape:
            raise ShapeError("Flatten keeps the first axis, that of the batch, and a single number has none")
        return x.reshape(shape[0], prod(shape[1:]))  # not -1, which an empty batch would leave undecided
