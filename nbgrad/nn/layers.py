"""Layers with weights: linear, convolution, embedding."""

from __future__ import annotations

from typing import Any

from ..core.tensor import Tensor, tensor
from . import functional as F
from .init import Init, generator, xavier_uniform, zeros
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
        return x @ self.weight if self.bias is None else F.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.outputs}" + ("" if self.bias is not None else ", bias=False")
