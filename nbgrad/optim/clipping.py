"""Gradient clipping: a limit to what a single step can do."""

from __future__ import annotations

from collections.abc import Iterable
from math import hypot
from typing import Any

import numpy as np

from ..core.arguments import as_number
from ..core.errors import HyperparameterError
from ..core.tensor import Tensor
from .base import check_finite


def clip_grad_norm(params: Iterable[Tensor] | Any, max_norm: float) -> float:
    """Shorten all gradients together to the length ``max_norm``, if they are longer; their direction stays.

    With ``n`` the Euclidean norm of all gradients taken as one vector, ``g <- g min(1, max_norm / n)`` (Pascanu,
    Mikolov and Bengio 2013, ICML, arXiv:1211.5063). PyTorch divides by ``n + 1e-6``, so that its results differ by a
    millionth. Call it between ``backward()`` and ``step()``.

    Args:
        params: tensors or a module; those without a gradient are passed over.
        max_norm: positive.

    Returns:
        The norm before clipping; 0 if there is no gradient.

    Raises:
        HyperparameterError: ``max_norm`` is not positive.
        NonFiniteError: a gradient holds a NaN or an infinity; names its parameter. Nothing is clipped then.

    >>> import nbgrad as ng
    >>> x = ng.tensor([3.0, 4.0], requires_grad=True)
    >>> (x * x / 2).sum().backward()
    >>> ng.optim.clip_grad_norm([x], 1.0)
    5.0
    >>> x.grad.round(6).tolist()
    [0.6, 0.8]
    """
    limit = _checked_limit("max_norm", max_norm)
    tensors = _with_gradient(params)
    norm = hypot(*[_norm(p.grad) for p in tensors])
    if norm > limit:
        for p in tensors:
            p.grad = p.grad * (limit / norm)  # a new array: someone may hold the old one
    return norm


def clip_grad_value(params: Iterable[Tensor] | Any, max_value: float) -> float:
    """Limit every single number in the gradients to the range from ``-max_value`` to ``max_value``.

    The direction of the gradient changes thereby. Args, Returns and Raises: as :func:`clip_grad_norm`.

    >>> import nbgrad as ng
    >>> x = ng.tensor([3.0, 0.5], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> round(ng.optim.clip_grad_value([x], 2.0), 4)
    6.0828
    >>> x.grad.tolist()
    [2.0, 1.0]
    """
    limit = _checked_limit("max_value", max_value)
    tensors = _with_gradient(params)
    norm = hypot(*[_norm(p.grad) for p in tensors])
    for p in tensors:
        p.grad = np.minimum(np.maximum(p.grad, -limit), limit)
    return norm


def _with_gradient(params: Any) -> list[Tensor]:
    """The tensors among ``params`` that have a gradient, after a check that it is finite."""
    if isinstance(params, Tensor):
        params = [params]
    listed = list(params.parameters() if callable(getattr(params, "parameters", None)) else params)
    check_finite(listed)
    return [p for p in listed if p.grad is not None]


def _norm(gradient: Any) -> float:
    """The Euclidean norm, measured in units of the largest number: squares of large ones would overflow."""
    numbers = np.abs(np.asarray(gradient, dtype=float))
    largest = numbers.max(initial=0.0)
    return float(largest * np.sqrt(np.square(numbers / largest).sum())) if largest else 0.0


def _checked_limit(name: str, limit: Any) -> float:
    number = as_number(limit)
    if not number > 0:
        raise HyperparameterError(f"{name} is {limit!r}, but must be a positive number, for example 1.0")
    return number
