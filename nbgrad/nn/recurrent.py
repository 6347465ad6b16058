"""Recurrent layers: one step after the other along a sequence, with a state that is handed on.

A sequence has the shape (..., steps, inputs): its steps along the last axis but one, and before that a batch, if
there is one. A recurrent layer gives its state after every step, (..., steps, units), and the last one once more,
from which a further sequence can go on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.errors import HyperparameterError, ShapeError
from ..core.groups import group
from ..core.tensor import tensor
from . import functional as F
from .init import generator, orthogonal, xavier_uniform, zeros
from .layers import parameter
from .module import Module
from .sizes import checked_size

ACTIVATIONS: dict[str, Callable] = {"tanh": F.tanh, "relu": F.relu}


def checked_steps(x: Any, layer: str) -> int:
    """The number of steps of the sequence ``x``.

    Raises:
        ShapeError: it is no sequence, or has no steps.
    """
    shape = np.shape(x)
    if len(shape) < 2 or shape[-2] == 0:
        raise ShapeError(
            f"{layer} reads a sequence of shape (steps, inputs), or (batch, steps, inputs), with at least one step; "
            f"this one has shape {shape}"
        )
    return shape[-2]


class Recurrent(Module):
    """What recurrent layers have in common."""

    units: int
    bias: Any

    def start(self, x: Any, name: str) -> Any:
        """The state that the sequence ``x`` begins with, all zeros; ``name`` is what a picture calls it."""
        return tensor(np.zeros((*np.shape(x)[:-2], self.units), self.bias.dtype), name=name)


class RNN(Recurrent):
    """The simple recurrent layer (Elman 1990, Cognitive Science 14(2), 179-211).

    ::

        h_t = tanh(x_t @ input_weight + h_{t-1} @ hidden_weight + bias)

    Shapes: ``x`` (..., steps, inputs) gives the states (..., steps, units) and the last one, (..., units).

    Args:
        inputs: how many numbers are read in each step.
        units: how many numbers the state has.
        activation: ``"tanh"`` or ``"relu"``.
        rng: a seed or a generator. The input weights are Xavier's, the hidden ones orthogonal, the bias 0.

    Raises:
        LayerSizeError: a size is no positive whole number.
        HyperparameterError: another activation.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> layer = ng.nn.RNN(3, 5, rng=0)
    >>> states, last = layer(np.ones((2, 4, 3)))
    >>> states.shape, last.shape
    ((2, 4, 5), (2, 5))
    """

    def __init__(self, inputs: int, units: int, *, activation: str = "tanh", rng: Any = None):
        self.inputs, self.units = checked_size("inputs", inputs), checked_size("units", units)
        if activation not in ACTIVATIONS:
            raise HyperparameterError(f"activation is {activation!r}, but must be 'tanh' or 'relu'")
        self.activation = activation
        rng = generator(rng)
        self.input_weight = parameter(xavier_uniform, (self.inputs, self.units), rng)
        self.hidden_weight = parameter(orthogonal, (self.units, self.units), rng)
        self.bias = parameter(zeros, (self.units,))

    def step(self, x: Any, h: Any) -> Any:
        """The next state: ``x`` (..., inputs) is read in the state ``h`` (..., units)."""
        return ACTIVATIONS[self.activation](F.linear(x, self.input_weight, self.bias) + h @ self.hidden_weight)

    def forward(self, x: Any, h: Any = None) -> tuple[Any, Any]:
        """All states and the last one; ``h`` is the state to begin with, 0 by default."""
        steps = checked_steps(x, "RNN")
        if h is None:
            h = self.start(x, "h₀")
        states = []
        for t in range(steps):
            with group(f"step {t}"):
                h = self.step(x[..., t, :], h)
            states.append(h)
        return np.stack(states, axis=-2), h

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.units}" + ("" if self.activation == "tanh" else f", {self.activation!r}")


class LSTM(Recurrent):
    """Long short-term memory: a recurrent layer with a cell that keeps what its gates let it keep.

    (Hochreiter and Schmidhuber 1997, Neural Computation 9(8), 1735-1780; with the forget gate of Gers, Schmidhuber
    and Cummins 2000, Neural Computation 12(10), 2451-2471.) ::

        i, f, g, o = the four quarters of x_t @ input_weight + h_{t-1} @ hidden_weight + bias
        c_t = sigmoid(f) c_{t-1} + sigmoid(i) tanh(g)        the cell: forget some, take in some
        h_t = sigmoid(o) tanh(c_t)                           the state: show some of it

    Shapes: ``x`` (..., steps, inputs) gives the states (..., steps, units) and the last ``(h, c)``, each (..., units).

    Args:
        inputs: how many numbers are read in each step.
        units: how many numbers the state has, and the cell.
        rng: a seed or a generator. The input weights are Xavier's, the hidden ones orthogonal, the bias 0, but 1 at
            the forget gate, so that at first the cell keeps what it has (Jozefowicz, Zaremba and Sutskever 2015, ICML).

    Raises:
        LayerSizeError: a size is no positive whole number.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> layer = ng.nn.LSTM(3, 5, rng=0)
    >>> states, (h, c) = layer(np.ones((2, 4, 3)))
    >>> states.shape, h.shape, c.shape
    ((2, 4, 5), (2, 5), (2, 5))
    """

    def __init__(self, inputs: int, units: int, *, rng: Any = None):
        self.inputs, self.units = checked_size("inputs", inputs), checked_size("units", units)
        n, rng = self.units, generator(rng)
        quarters = [xavier_uniform((self.inputs, n), rng=rng) for _ in range(4)]
        self.input_weight = tensor(np.concatenate(quarters, axis=1), requires_grad=True)
        quarters = [orthogonal((n, n), rng=rng) for _ in range(4)]
        self.hidden_weight = tensor(np.concatenate(quarters, axis=1), requires_grad=True)
        self.bias = tensor(np.repeat([0.0, 1.0, 0.0, 0.0], n), requires_grad=True)

    def step(self, x: Any, state: tuple[Any, Any]) -> tuple[Any, Any]:
        """The next ``(h, c)``: ``x`` (..., inputs) is read in the state ``(h, c)``."""
        h, c = state
        n = self.units
        gates = F.linear(x, self.input_weight, self.bias) + h @ self.hidden_weight
        i, f, g, o = (gates[..., k * n : (k + 1) * n] for k in range(4))
        c = F.sigmoid(f) * c + F.sigmoid(i) * F.tanh(g)
        return F.sigmoid(o) * F.tanh(c), c

    def forward(self, x: Any, state: tuple[Any, Any] | None = None) -> tuple[Any, tuple[Any, Any]]:
        """All states and the last ``(h, c)``; ``state`` is the one to begin with, 0 by default."""
        steps = checked_steps(x, "LSTM")
        if state is None:
            state = self.start(x, "h₀"), self.start(x, "c₀")
        states = []
        for t in range(steps):
            with group(f"step {t}"):
                state = self.step(x[..., t, :], state)
            states.append(state[0])
        return np.stack(states, axis=-2), state

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.units}"
