"""Optimisers that give every number a step length of its own, from the sizes of its earlier gradients.

In the equations ``g`` is the gradient, ``p`` the parameter, ``ε`` (``eps``) a small number that keeps the division
finite; products, squares and roots are taken element by element, and whatever is remembered begins at 0.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..core.arguments import checked_amount, checked_share
from ..core.errors import HyperparameterError
from .base import Lines, Memory, Optimizer, in_parentheses


class Adagrad(Optimizer):
    """The more a number has been pulled already, the shorter its steps (Duchi, Hazan and Singer 2011, JMLR 12, 2121).

    ::

        s <- s + g²
        p <- p - lr g / (√s + ε)

    Args:
        params: leaves that require a gradient, of any shape; or a module.
        lr: the learning rate, positive; ``optimizer.lr`` may be changed at any time.
        eps: ``ε``, 0 or more.
        weight_decay: ``λ`` ≥ 0, with which the gradient is ``g + λ p``.

    Raises:
        NoGradientError, DuplicateParameterError, LearningRateError: see :class:`Optimizer`.
        HyperparameterError: another number is out of its range.

    >>> import nbgrad as ng
    >>> x = ng.tensor([3.0, -5.0], requires_grad=True)
    >>> optimizer = ng.optim.Adagrad([x], lr=0.1)
    >>> (x * x).sum().backward()
    >>> optimizer.step()  # the first step is as long for a steep direction as for a flat one
    >>> x.data.round(6).tolist()
    [2.9, -4.9]
    """

    hyperparameters: ClassVar[tuple[str, ...]] = ("lr", "eps", "weight_decay")
    remembered: ClassVar[tuple[str, ...]] = ("square",)

    def __init__(self, params: Any, lr: float = 0.01, *, eps: float = 1e-10, weight_decay: float = 0.0):
        super().__init__(params, lr)
        self.eps = checked_amount("eps", eps, 1e-10)
        self.weight_decay = checked_amount("weight_decay", weight_decay, 1e-4)

    def moved(self, x: Any, g: Any, memory: Memory, lr: float) -> Any:
        if self.weight_decay:
            g = g + self.weight_decay * x
        s = memory["square"] = memory.get("square", 0.0) + g * g
        return x - lr * g / (np.sqrt(s) + self.eps)

    def equations(self) -> Lines:
        g = _gradient(self)
        return ("square", f"{{square}} + {g}²"), ("x", f"{{x}} − {{lr}} · {g}/(√{{square}} + {{eps}})")

    def reasons(self) -> tuple[str, ...]:
        return ("adagrad", *("decay",) * bool(self.weight_decay))


class RMSprop(Optimizer):
    """The gradient divided by its recent size (Tieleman and Hinton 2012, Neural Networks for Machine Learning, 6.5).

    ::

        s <- α s + (1 - α) g²
        v <- μ v + g / (√s + ε)        without momentum, μ = 0
        p <- p - lr v

    Args:
        params: leaves that require a gradient, of any shape; or a module.
        lr: the learning rate, positive; ``optimizer.lr`` may be changed at any time.
        alpha: ``α``, how slowly earlier squares are forgotten; at least 0 and less than 1.
        eps: ``ε``, 0 or more.
        momentum: ``μ``, at least 0 and less than 1.
        weight_decay: ``λ`` ≥ 0, with which the gradient is ``g + λ p``.

    Raises:
        NoGradientError, DuplicateParameterError, LearningRateError: see :class:`Optimizer`.
        HyperparameterError: another number is out of its range.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> optimizer = ng.optim.RMSprop([x], lr=0.1, alpha=0.75)
    >>> (x * x).backward()
    >>> optimizer.step()  # √s is half of the gradient now
    >>> round(x.item(), 6)
    2.8
    """

    hyperparameters: ClassVar[tuple[str, ...]] = ("lr", "alpha", "eps", "momentum", "weight_decay")
    remembered: ClassVar[tuple[str, ...]] = ("square", "velocity")

    def __init__(
        self,
        params: Any,
        lr: float = 0.01,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ):
        super().__init__(params, lr)
        self.alpha = checked_share("alpha", alpha, 0.99)
        self.eps = checked_amount("eps", eps, 1e-8)
        self.momentum = checked_share("momentum", momentum, 0.9)
        self.weight_decay = checked_amount("weight_decay", weight_decay, 1e-4)

    def moved(self, x: Any, g: Any, memory: Memory, lr: float) -> Any:
        if self.weight_decay:
            g = g + self.weight_decay * x
        s = memory["square"] = self.alpha * memory.get("square", 0.0) + (1 - self.alpha) * g * g
        v = memory["velocity"] = self.momentum * memory.get("velocity", 0.0) + g / (np.sqrt(s) + self.eps)
        return x - lr * v

    def equations(self) -> Lines:
        g = _gradient(self)
        square = f"{{alpha}} · {{square}} + (1 − {{alpha}}) · {g}²"
        step = f"{g}/(√{{square}} + {{eps}})"
        if not self.momentum:
            return ("square", square), ("x", f"{{x}} − {{lr}} · {step}")
        velocity = f"{{momentum}} · {{velocity}} + {step}"
        return ("square", square), ("velocity", velocity), ("x", "{x} − {lr} · {velocity}")

    def reasons(self) -> tuple[str, ...]:
        momentum = ("momentum",) if self.momentum else ()
        return ("rmsprop", *momentum, *("decay",) * bool(self.weight_decay))


class Adam(Optimizer):
    """Momentum and RMSprop at once, both freed from their start at 0 (Kingma and Ba 2015, ICLR, arXiv:1412.6980).

    ::

        m <- β₁ m + (1 - β₁) g
        s <- β₂ s + (1 - β₂) g²          often called v
        p <- p - lr m̂ / (√ŝ + ε)        m̂ = m / (1 - β₁ᵗ),  ŝ = s / (1 - β₂ᵗ) in the t-th step

    Args:
        params: leaves that require a gradient, of any shape; or a module.
        lr: the learning rate, positive; ``optimizer.lr`` may be changed at any time.
        betas: ``(β₁, β₂)``, how slowly the mean and the squares are forgotten; each at least 0 and less than 1.
        eps: ``ε``, 0 or more.
        weight_decay: ``λ`` ≥ 0, with which the gradient is ``g + λ p``; :class:`AdamW` does it better.

    Raises:
        NoGradientError, DuplicateParameterError, LearningRateError: see :class:`Optimizer`.
        HyperparameterError: another number is out of its range.

    >>> import nbgrad as ng
    >>> x = ng.tensor([3.0, -500.0], requires_grad=True)
    >>> optimizer = ng.optim.Adam([x], lr=0.1)
    >>> (x * x).sum().backward()
    >>> optimizer.step()  # the first step is as long for a steep direction as for a flat one
    >>> x.data.round(6).tolist()
    [2.9, -499.9]
    """

    hyperparameters: ClassVar[tuple[str, ...]] = ("lr", "betas", "eps", "weight_decay")
    remembered: ClassVar[tuple[str, ...]] = ("steps", "mean", "square")

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ):
        super().__init__(params, lr)
        self.betas = _checked_betas(betas)
        self.eps = checked_amount("eps", eps, 1e-8)
        self.weight_decay = checked_amount("weight_decay", weight_decay, 1e-4)

    def moved(self, x: Any, g: Any, memory: Memory, lr: float) -> Any:
        if self.weight_decay:
            x, g = self.decayed(x, g, lr)
        beta1, beta2 = self.betas
        t = memory["steps"] = memory.get("steps", 0) + 1
        m = memory["mean"] = beta1 * memory.get("mean", 0.0) + (1 - beta1) * g
        v = memory["square"] = beta2 * memory.get("square", 0.0) + (1 - beta2) * g * g
        return x - lr / (1 - beta1**t) * m / (np.sqrt(v / (1 - beta2**t)) + self.eps)

    def equations(self) -> Lines:
        return _of_adam(_gradient(self), "{x}")

    def reasons(self) -> tuple[str, ...]:
        return ("adam", *("decay",) * bool(self.weight_decay))

    def decayed(self, x: Any, g: Any, lr: float) -> tuple[Any, Any]:
        """The parameter and its gradient after the weight decay, which here is part of the gradient."""
        return x, g + self.weight_decay * x


class AdamW(Adam):
    """:class:`Adam` with the weight decay apart from the gradient (Loshchilov and Hutter 2019, ICLR, arXiv:1711.05101).

    Within the gradient the decay is divided by ``√ŝ`` too, so that steep weights hardly decay. Here each step first
    shrinks the parameter, ``p <- p - lr λ p``, and then moves it as Adam does.

    Args:
        params, lr, betas, eps: as for :class:`Adam`.
        weight_decay: ``λ``, 0 or more.

    Raises: as :class:`Adam`.

    >>> import nbgrad as ng
    >>> x = ng.tensor(10.0, requires_grad=True)
    >>> optimizer = ng.optim.AdamW([x], lr=0.1, weight_decay=0.5)
    >>> (x * 0).backward()
    >>> optimizer.step()
    >>> x.item()
    9.5
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ):
        super().__init__(params, lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def decayed(self, x: Any, g: Any, lr: float) -> tuple[Any, Any]:
        """The parameter, shrunk, and its gradient as it is."""
        return x * (1 - lr * self.weight_decay), g

    def equations(self) -> Lines:
        return _of_adam("{g}", "(1 − {lr} · {weight_decay}) · {x}" if self.weight_decay else "{x}")

    def reasons(self) -> tuple[str, ...]:
        return ("adam", *("shrinking",) * bool(self.weight_decay))


def _gradient(optimizer: Any) -> str:
    """The gradient as a factor, with the weight decay in it."""
    return in_parentheses("{g} + {weight_decay} · {x}" if optimizer.weight_decay else "{g}")


def _of_adam(g: str, x: str) -> Lines:
    """What Adam writes; ``g`` and ``x`` are the gradient and the parameter after the weight decay."""
    return (
        ("mean", f"{{betas[0]}} · {{mean}} + (1 − {{betas[0]}}) · {g}"),
        ("square", f"{{betas[1]}} · {{square}} + (1 − {{betas[1]}}) · {g}²"),
        (
            "x",
            f"{x} − {{lr}} · ({{mean}}/(1 − {{betas[0]}}^{{steps}}))"
            "/(√({square}/(1 − {betas[1]}^{steps})) + {eps})",
        ),
    )


def _checked_betas(betas: Any) -> tuple[float, float]:
    """The two numbers.

    Raises:
        HyperparameterError: they are not two, or out of their range.
    """
    if np.shape(betas) != (2,):
        raise HyperparameterError(f"betas is {betas!r}, but must be two numbers, for example (0.9, 0.999)")
    return checked_share("betas[0]", betas[0], 0.9), checked_share("betas[1]", betas[1], 0.999)
