"""Gradient descent, plain and with momentum."""

from __future__ import annotations

from typing import Any, ClassVar

from ..core.arguments import checked_amount, checked_share
from ..core.errors import HyperparameterError
from ..core.mistakes import warn_if_no_gradient
from ..core.tensor import Tensor
from .base import Lines, Memory, Optimizer, in_parentheses


class SGD(Optimizer):
    """Stochastic gradient descent: ``p <- p - lr * gradient`` (Robbins and Monro 1951, Ann. Math. Stat. 22, 400-407).

    With the momentum ``μ`` the parameter moves on along a velocity ``v`` in which earlier gradients ``g`` fade away
    (Polyak 1964, USSR Comput. Math. Math. Phys. 4(5), 1-17)::

        v <- μ v + g            from v = 0
        p <- p - lr v           with nesterov:  p <- p - lr (g + μ v)

    Nesterov's form (Nesterov 1983, Soviet Math. Dokl. 27, 372-376; in this spelling Sutskever et al. 2013, ICML)
    looks one step ahead along the velocity. With weight decay ``λ`` the gradient is ``g + λ p``: weights that the
    loss has no use for shrink (Krogh and Hertz 1992, NIPS 4).

    Args:
        params: leaves that require a gradient, of any shape; or a module.
        lr: the learning rate, positive; ``optimizer.lr`` may be changed at any time.
        momentum: at least 0 and less than 1; 0.9 is usual.
        weight_decay: 0 or more.
        nesterov: look ahead; needs a momentum.

    Plain gradient descent does not look at the numbers it is given: a NaN in a gradient goes into its parameter
    (:func:`check_finite` finds it before ``step``). With one of the options, ``step`` refuses it.

    Raises:
        NoGradientError: something among ``params`` does not require a gradient.
        DuplicateParameterError: a parameter was given twice.
        LearningRateError: ``lr`` is not positive and finite.
        HyperparameterError: another number is out of its range, or ``nesterov`` lacks a momentum.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> optimizer = ng.optim.SGD([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    2.4
    """

    hyperparameters: ClassVar[tuple[str, ...]] = ("lr", "momentum", "weight_decay", "nesterov")
    remembered: ClassVar[tuple[str, ...]] = ("velocity",)

    def __init__(
        self, params: Any, lr: float, *, momentum: float = 0.0, weight_decay: float = 0.0, nesterov: bool = False
    ):
        super().__init__(params, lr)
        self.momentum = checked_share("momentum", momentum, 0.9)
        self.weight_decay = checked_amount("weight_decay", weight_decay, 1e-4)
        self.nesterov = bool(nesterov)
        if nesterov and not self.momentum:
            raise HyperparameterError("nesterov=True looks ahead along the velocity and needs one; pass momentum=0.9")

    def step(self) -> None:
        """Move each parameter against its gradient; one without a gradient stays where it is."""
        if self.momentum or self.weight_decay:
            super().step()
            return
        if self.params and self.params[-1].grad is None:
            warn_if_no_gradient(self.params)
        lr = float(self.lr)  # a plain number, so that float32 parameters stay float32
        for p in self.params:
            g = p.grad
            if g is not None:
                if isinstance(g, Tensor):  # made by backward(create_graph=True)
                    g = g.data
                p.data = p.data - lr * g  # a new array: a graph made before keeps the numbers it was made with

    def moved(self, x: Any, g: Any, memory: Memory, lr: float) -> Any:
        if self.weight_decay:
            g = g + self.weight_decay * x
        if self.momentum:
            v = memory["velocity"] = self.momentum * memory.get("velocity", 0.0) + g
            g = g + self.momentum * v if self.nesterov else v
        return x - lr * g

    def equations(self) -> Lines:
        g = "{g} + {weight_decay} · {x}" if self.weight_decay else "{g}"
        if not self.momentum:
            return (("x", f"{{x}} − {{lr}} · {in_parentheses(g)}"),)
        step = f"({g} + {{momentum}} · {{velocity}})" if self.nesterov else "{velocity}"
        return ("velocity", f"{{momentum}} · {{velocity}} + {g}"), ("x", f"{{x}} − {{lr}} · {step}")

    def reasons(self) -> tuple[str, ...]:
        momentum = ("momentum",) if self.momentum else ()
        return momentum + ("nesterov",) * self.nesterov + ("decay",) * bool(self.weight_decay)
