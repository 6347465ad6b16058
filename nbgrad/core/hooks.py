"""Looking at gradients as they arrive, and changing them on their way: hooks, and results that keep their gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from .errors import ShapeError
from .methods import method
from .names import name_of
from .tensor import Tensor

left_out: ContextVar[bool] = ContextVar("hooks_left_out", default=False)


@contextmanager
def hooks_left_out() -> Iterator[None]:
    """Run backward passes without hooks: they may change what arrives, so that the chain rule no longer explains it.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> remove = x.register_hook(lambda g: 10 * g)
    >>> with hooks_left_out():
    ...     [gradient] = ng.backward_steps(x * 2)[-1].totals
    >>> float(gradient)
    2.0
    """
    token = left_out.set(True)
    try:
        yield
    finally:
        left_out.reset(token)


def seen_by_hooks(node: Tensor, extras: dict[str, Any], gradient: Any) -> Any:
    """The gradient that has arrived at ``node``, after its hooks have seen it: each may give another in its place.

    Raises:
        ShapeError: a hook gave a gradient of another shape.
    """
    for hook in list(extras["hooks"].values()) if "hooks" in extras and not left_out.get() else ():
        given = hook(gradient.copy() if isinstance(gradient, np.ndarray) else gradient)  # others may share the array
        if given is None:
            continue
        if np.shape(given) != gradient.shape:
            raise ShapeError(
                f"a hook of {name_of(node) or 'a tensor'} gave a gradient of shape {np.shape(given)} for one of shape "
                f"{gradient.shape}; a hook gives a gradient of the same shape, or None to leave it as it is"
            )
        gradient = given if isinstance(given, Tensor) else np.asarray(given, gradient.dtype)[()]
    return gradient


class Removal:
    """Takes a hook away: call it, or its ``remove()``. Doing so twice does no harm."""

    def __init__(self, hooks: dict[int, Callable], number: int):
        self._hooks = hooks
        self._number = number

    def __call__(self) -> None:
        self._hooks.pop(self._number, None)

    remove = __call__


def register_hook(self: Tensor, hook: Callable[[Any], Any]) -> Removal:
    """Call ``hook(gradient)`` whenever the whole gradient of this tensor has arrived in a backward pass.

    The hook may look at the gradient, or return another of the same shape, which then flows on in its place.

    Returns:
        What takes it away again when it is called, or by its method ``remove()``.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> remove = y.register_hook(lambda g: 10 * g)
    >>> (2 * y).backward()
    >>> float(x.grad)
    120.0
    """
    hooks = self.with_extras().setdefault("hooks", {})
    number = max(hooks, default=-1) + 1
    hooks[number] = hook

    return Removal(hooks, number)


def retain_grad(self: Tensor) -> Tensor:
    """Let ``backward()`` store the gradient of this result in ``.grad``, as it does for leaves. Gives the tensor.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> y = (x * x).retain_grad()
    >>> (2 * y).backward()
    >>> float(y.grad)
    2.0
    """
    self.with_extras()["retains_grad"] = True
    return self


method("register_hook", register_hook)
method("retain_grad", retain_grad)
