"""The nodes of the graph face: placeholders, which are fed, and nodes that compute."""

from __future__ import annotations

from collections.abc import MutableMapping
from itertools import count
from typing import Any, ClassVar
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np

from ..core import groups, places
from ..core.errors import FeedError, NonFiniteError, UnsupportedDataError
from ..core.names import checked_name, name_of
from ..core.op import Operation
from ..core.shown import Shown
from ..core.tensor import Tensor, as_data
from ..ops import elementwise, neural

_new_serial = count().__next__
live_losses: WeakValueDictionary[int, MSE] = WeakValueDictionary()  # every loss still in use somewhere, and no other


class Node(Shown):
    """A node of the graph. Its links point to its inputs only.

    Attributes:
        inputs: the nodes that it is computed from.
        name: shown in drawings and errors; ``None`` leaves it to the notebook's variable names.
        group: the innermost group that it was made in, see :func:`nbgrad.group`, or ``None``.
        gradients: after ``backward``: ``node.gradients[node]`` is the gradient of the loss with respect to the
            node, and ``node.gradients[input]`` what the node sent back to that input. It does not keep nodes alive.
    """

    op: ClassVar[Operation | None] = None
    is_trainable: bool | None = None

    def __init__(self, *inputs: Node, name: str | None = None):
        for i, node in enumerate(inputs, 1):
            if not isinstance(node, Node):
                raise FeedError(
                    f"input {i} of {type(self).__name__} is a {type(node).__name__}, not a node; make a Placeholder() "
                    "of it and feed the value"
                )
        self.inputs = inputs
        self.name = checked_name(name)
        self.group = groups.current.get()
        self.tensor: Tensor | None = None  # the engine's side of this node, once it has a value
        self.mark = places.here() if places.capturing else None  # the line that makes it, for drawings
        self._enter()

    def _enter(self) -> None:
        """Become a node of its own, with its place in the order and no gradients."""
        self.serial = _new_serial()
        self.gradients: MutableMapping[Node, Any] = WeakKeyDictionary()  # it names the node itself: no cycle of links

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key not in ("serial", "gradients", "group", "mark")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.group = self.mark = None
        self._enter()  # a copy is never mistaken for the original

    @property
    def value(self) -> Any:
        """The value: an array or a NumPy scalar; ``None`` before ``forward``."""
        return None if self.tensor is None else self.tensor.data

    @property
    def label(self) -> str:
        """The name by which errors call the node."""
        return name_of(self) or type(self).__name__

    def __repr__(self) -> str:
        of = f" of {', '.join(node.label for node in self.inputs)}" if self.inputs else ""
        return (
            f"<{type(self).__name__} {self.label}{of}>" if self.label != type(self).__name__ else f"<{self.label}{of}>"
        )


class Placeholder(Node):
    """A node that is fed: data, or a parameter.

    Args:
        name: shown in drawings; by default the notebook's variable name.
        is_trainable: ``True``: ``optimize`` given a whole graph moves it. ``False``: ``optimize`` refuses to move it.
            Left out: it moves only when ``optimize`` is given this placeholder itself.
    """

    def __init__(self, name: str | None = None, is_trainable: bool | None = None):
        super().__init__(name=name)
        self.is_trainable = is_trainable

    @property
    def value(self) -> Any:
        """The value that was fed; assign to feed another: whole numbers become floating ones.

        Raises:
            NonFiniteError: the new value has a NaN or an infinity; the old value stays.
        """
        return None if self.tensor is None else self.tensor.data

    @value.setter
    def value(self, value: Any) -> None:
        self.tensor = Tensor(checked_value(self, value), True)
        self.gradients.clear()  # it belonged to the old value


def checked_value(node: Node, value: Any) -> Any:
    """``value`` as floating numbers of the node's own, all of them finite."""
    try:
        data = as_data(value)
    except UnsupportedDataError as error:
        raise UnsupportedDataError(f"{node.label} cannot be fed: {error}") from None
    if data.dtype.kind == "c":
        raise UnsupportedDataError(f"{node.label} cannot be fed complex numbers: it would have no gradient")
    data = data.astype(data.dtype if data.dtype.kind == "f" else float)
    finite = np.isfinite(data)
    if not finite.all():
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise NonFiniteError(
            f"the value for {node.label}, of shape {data.shape}, holds {int((~finite).sum())} NaN or infinite numbers, "
            f"the first at {first}; leave such rows out, for example X[np.isfinite(X).all(axis=1)]"
        )
    return data


class Linear(Node):
    """``x @ W + b`` for a batch (n, i), weights (i, o) and biases (o,); ``x * k + b`` for scalars."""

    op = neural.linear

    def __init__(self, x: Node, W: Node, b: Node, name: str | None = None):
        super().__init__(x, W, b, name=name)


class Sigmoid(Node):
    """``1 / (1 + exp(-x))``, element by element."""

    op = elementwise.sigmoid

    def __init__(self, x: Node, name: str | None = None):
        super().__init__(x, name=name)


class Tanh(Node):
    """``tanh(x)``, element by element."""

    op = elementwise.tanh

    def __init__(self, x: Node, name: str | None = None):
        super().__init__(x, name=name)


class ReLU(Node):
    """``max(0, x)``, element by element."""

    op = elementwise.relu

    def __init__(self, x: Node, name: str | None = None):
        super().__init__(x, name=name)


class Add(Node):
    """``a + b``, element by element."""

    op = elementwise.add

    def __init__(self, a: Node, b: Node, name: str | None = None):
        super().__init__(a, b, name=name)


class Multiply(Node):
    """``a * b``, element by element."""

    op = elementwise.multiply

    def __init__(self, a: Node, b: Node, name: str | None = None):
        super().__init__(a, b, name=name)


class MSE(Node):
    """The mean squared error of the target ``y`` and the prediction ``a``; (n,) and (n, 1) count as one shape."""

    op = neural.mse_loss

    def __init__(self, y: Node, a: Node, name: str | None = None):
        super().__init__(y, a, name=name)

    def _enter(self) -> None:
        super()._enter()
        live_losses[self.serial] = self


class Loss(MSE):
    """The mean squared error under its scalar name: ``(y - a) ** 2``."""
