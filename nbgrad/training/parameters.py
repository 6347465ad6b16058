"""Parameters of every face, read and written in one way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .errors import ParametersError


class Parameters:
    """A list of parameters whose values can be copied out and put back, to the bit.

    A parameter is a tensor (``.data``), a tape variable (``.assign``), a placeholder (``.value``) or a NumPy array
    (overwritten in place). Anything with a ``parameters()`` method stands for what that returns; if it is a network,
    its buffers (running means, say) are copied and put back with them.

    >>> weights = np.array([1.0, 2.0])
    >>> parameters = Parameters([weights])
    >>> before = parameters.copy()
    >>> weights += 10
    >>> parameters.put_back(before)
    >>> weights
    array([1., 2.])
    """

    def __init__(self, params: Any) -> None:
        self.items = tuple(_listed(params))
        self.buffers = tuple(params.buffers()) if callable(getattr(params, "buffers", None)) else ()
        self.modules = tuple(params.modules()) if callable(getattr(params, "modules", None)) else ()
        for position, item in enumerate(self.items):
            if not _is_parameter(item):
                raise ParametersError(
                    f"params[{position}] is of type {type(item).__name__}; a parameter is a tensor, a variable, a "
                    "trainable placeholder or a NumPy array."
                )

    def __len__(self) -> int:
        return len(self.items)

    def copy(self) -> tuple[Any, ...]:
        """Copies of the values, in order; those of the buffers come last."""
        return tuple(_copied(_read(item)) for item in (*self.items, *self.buffers))

    def put_back(self, values: tuple[Any, ...]) -> None:
        """Give every parameter its value again; gradients, which belong to other values, are forgotten."""
        for item, value in zip((*self.items, *self.buffers), values, strict=True):
            _write(item, _copied(value))

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Within this block the network, if one was given, behaves as in use: without dropout, say."""
        trained = [module for module in self.modules if module.training]
        for module in trained:
            module.training = False
        try:
            yield
        finally:
            for module in trained:
                module.training = True


def _listed(params: Any) -> Iterable[Any]:
    if params is None:
        return ()
    if callable(getattr(params, "parameters", None)):
        return _listed(params.parameters())
    if isinstance(params, dict):
        return params.values()
    if _is_parameter(params):
        return (params,)
    if isinstance(params, Iterable):
        return params
    raise ParametersError(f"params is of type {type(params).__name__}; pass a list of the parameters, such as [W, b].")


def _is_parameter(item: Any) -> bool:
    return isinstance(item, np.ndarray) or hasattr(item, "assign") or hasattr(item, "data") or hasattr(item, "value")


def _read(item: Any) -> Any:
    if isinstance(item, np.ndarray):
        return item
    if hasattr(item, "assign") and callable(getattr(item, "numpy", None)):
        return item.numpy()
    return item.value if hasattr(item, "value") else item.data


def _write(item: Any, value: Any) -> None:
    if isinstance(item, np.ndarray):
        item[...] = value
    elif hasattr(item, "assign"):
        item.assign(value)
    elif hasattr(item, "value"):
        item.value = value
    else:
        item.data = value
        if hasattr(item, "grad"):
            item.grad = None


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value
