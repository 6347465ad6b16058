"""Activation functions as modules, for :class:`Sequential`."""

from __future__ import annotations

from typing import Any

from ..core.arguments import checked_amount
from . import functional as F
from .module import Module


class ReLU(Module):
    """``max(x, 0)``, element by element."""

    def forward(self, x: Any) -> Any:
        return F.relu(x)


class Sigmoid(Module):
    """``1 / (1 + exp(-x))``, element by element."""

    def forward(self, x: Any) -> Any:
        return F.sigmoid(x)


class Tanh(Module):
    """The hyperbolic tangent, element by element."""

    def forward(self, x: Any) -> Any:
        return F.tanh(x)


class LeakyReLU(Module):
    """``x`` where it is positive, else ``negative_slope * x`` (Maas, Hannun and Ng 2013, ICML workshop).

    Raises:
        HyperparameterError: ``negative_slope`` is negative.
    """

    def __init__(self, negative_slope: float = 0.01):
        self.negative_slope = checked_amount("negative_slope", negative_slope, 0.01)

    def forward(self, x: Any) -> Any:
        return F.leaky_relu(x, negative_slope=self.negative_slope)

    def extra_repr(self) -> str:
        return f"{self.negative_slope:g}"


class ELU(Module):
    """``x`` where it is positive, else ``alpha * (exp(x) - 1)`` (Clevert, Unterthiner and Hochreiter 2016, ICLR).

    Raises:
        HyperparameterError: ``alpha`` is negative.
    """

    def __init__(self, alpha: float = 1.0):
        self.alpha = checked_amount("alpha", alpha, 1.0)

    def forward(self, x: Any) -> Any:
        return F.elu(x, alpha=self.alpha)

    def extra_repr(self) -> str:
        return f"{self.alpha:g}"


class GELU(Module):
    """``x Φ(x)``: ``x`` times the probability that a normal number is less (Hendrycks and Gimpel 2016)."""

    def forward(self, x: Any) -> Any:
        return F.gelu(x)


class SiLU(Module):
    """``x sigmoid(x)``, also called swish (Elfwing, Uchibe and Doya 2018, Neural Networks 107, 3-11)."""

    def forward(self, x: Any) -> Any:
        return F.silu(x)


class Softplus(Module):
    """``ln(1 + exp(x))``: relu with its corner smoothed (Dugas et al. 2001, NIPS 13)."""

    def forward(self, x: Any) -> Any:
        return F.softplus(x)


class Softmax(Module):
    """``exp(x)``, divided by its sum along ``axis``: numbers that are positive and add up to 1.

    For a loss take ``F.cross_entropy`` of the numbers before it: that is more exact.
    """

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.softmax(x, axis=self.axis)

    def extra_repr(self) -> str:
        return "" if self.axis == -1 else f"axis={self.axis}"
