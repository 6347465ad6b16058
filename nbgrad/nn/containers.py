"""Modules made of modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..core.errors import ForwardMissingError, NotALayerError
from .module import Module, name_parameters

Layer = Callable[..., Any]


class ModuleList(Module):
    """A list of modules, for those who want its length to be computed. (A plain Python list does as well.)

    Its parts are called by their positions: ``"0.weight"``.

    >>> import nbgrad as ng
    >>> layers = ng.nn.ModuleList(ng.nn.Linear(2, 2, rng=i) for i in range(3))
    >>> layers.append(ng.nn.ReLU())
    >>> len(layers), layers[-1]
    (4, ReLU())
    """

    def __init__(self, layers: Iterable[Layer] = ()):
        self._layers: dict[str, Layer] = {}
        for layer in layers:
            self.append(layer)

    def append(self, layer: Layer) -> None:
        """Add a layer at the end.

        Raises:
            NotALayerError: it cannot be called with a tensor.
        """
        self._add(str(len(self._layers)), layer)

    def _add(self, name: str, layer: Layer) -> None:
        if isinstance(layer, type):
            raise NotALayerError(f"layer {name} is the class {layer.__name__} itself; make one: {layer.__name__}(...)")
        if not callable(layer):
            hint = "; write Sequential(*layers)" if isinstance(layer, list | tuple) else ""
            raise NotALayerError(
                f"layer {name} is of type {type(layer).__name__}, which cannot be called with a tensor; a layer is a "
                f"module or a function{hint}"
            )
        self._layers[name] = layer
        name_parameters(name, layer)

    def forward(self, *args: Any, **options: Any) -> Any:
        raise ForwardMissingError(
            "a ModuleList is a list and computes nothing; call its layers one by one, or make it a Sequential"
        )

    def members(self) -> Iterable[tuple[str, Any]]:
        return self._layers.items()

    def __len__(self) -> int:
        return len(self._layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self._layers.values())

    def __getitem__(self, position: int) -> Layer:
        return list(self._layers.values())[position]


class Sequential(ModuleList):
    """Layers one after the other: each gets what the one before it gave.

    Args:
        layers: modules, or functions such as ``F.relu``; they are called by their positions, ``"0.weight"``.
        named: further ones with names, ``"hidden.weight"``.

    Raises:
        NotALayerError: something among them cannot be called with a tensor.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> net = ng.nn.Sequential(ng.nn.Linear(2, 16, rng=0), ng.nn.Tanh(), ng.nn.Linear(16, 1, rng=1))
    >>> net(np.ones((5, 2))).shape
    (5, 1)
    >>> net
    Sequential()         65 parameters
      0 Linear(2, 16)    48
      1 Tanh()
      2 Linear(16, 1)    17
    """

    def __init__(self, *layers: Layer, **named: Layer):
        super().__init__(layers)
        for name, layer in named.items():
            self._add(name, layer)

    def forward(self, x: Any) -> Any:
        """The result of the last layer; without layers, ``x`` itself."""
        for layer in self._layers.values():
            x = layer(x)
        return x
