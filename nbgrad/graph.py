"""The graph face: define the graph first, run it later.

A graph is made of ``Placeholder`` nodes, which are fed, and of nodes that compute: ``Linear``, ``Sigmoid``, ``MSE``.
Nothing is computed until ``forward``; each ``forward`` runs the engine's operations, and ``backward`` is the engine's
one reverse pass.

>>> from nbgrad.graph import *
>>> x, y = Placeholder(name="x"), Placeholder(name="y")
>>> k, b = Placeholder(name="k", is_trainable=True), Placeholder(name="b", is_trainable=True)
>>> loss = Loss(y, Sigmoid(Linear(x, k, b)), name="loss")
>>> nodes = topological_sort_feed_dict({x: 2.0, y: 0.9, k: 0.25, b: 0.1})
>>> run_one_epoch(nodes)
>>> before = loss.value
>>> optimize(nodes, learning_rate=0.1)
>>> run_one_epoch(nodes)
>>> bool(loss.value < before)
True
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import numpy as np

from .core.backward import Step, reverse_pass
from .core.errors import (
    AmbiguousLossError,
    CycleError,
    FeedError,
    MissingFeedError,
    NonFiniteError,
    NotComputedError,
    NotScalarError,
    NotTrainableError,
    ShapeError,
)
from .core.names import checked_name, name_of
from .core.op import Operation
from .core.shown import Shown
from .core.tensor import Tensor, as_data
from .ops import elementwise, neural
from .optim import checked_rate

__all__ = [
    "MSE",
    "Add",
    "Linear",
    "Loss",
    "Multiply",
    "Node",
    "Placeholder",
    "ReLU",
    "Sigmoid",
    "Tanh",
    "backward",
    "forward",
    "forward_and_backward",
    "optimize",
    "run_one_epoch",
    "topological_sort_feed_dict",
]

_new_serial = count().__next__
_losses: WeakValueDictionary[int, MSE] = WeakValueDictionary()  # every loss still in use somewhere, and no other


class Node(Shown):
    """A node of the graph. Its links point to its inputs only.

    Attributes:
        inputs: the nodes that it is computed from.
        name: shown in drawings and errors; ``None`` leaves it to the notebook's variable names.
        gradients: after ``backward``: ``node.gradients[node]`` is the gradient of the loss with respect to the
            node, and ``node.gradients[input]`` what the node sent back to that input.
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
        self.serial = _new_serial()
        self.gradients: dict[Node, Any] = {}
        self.tensor: Tensor | None = None  # the engine's side of this node, once it has a value

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


def checked_value(node: Node, value: Any) -> Any:
    """``value`` as floating numbers, all of them finite."""
    data = as_data(value)
    if data.dtype.kind != "f":
        data = data.astype(float)
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
        _losses[self.serial] = self


class Loss(MSE):
    """The mean squared error under its scalar name: ``(y - a) ** 2``."""


# ---- order
def ancestors(roots: Iterable[Node]) -> list[Node]:
    """The roots and everything that they are computed from, in no particular order."""
    found = list(dict.fromkeys(roots))
    seen = set(found)
    for node in found:
        for x in node.inputs:
            if x not in seen:
                seen.add(x)
                found.append(x)
    return found


def sorted_from(roots: Sequence[Node]) -> list[Node]:
    """Every node after its inputs; where that leaves a choice, in creation order.

    Raises:
        CycleError: some nodes lead back to themselves.
    """
    nodes = ancestors(roots)
    by_serial = {node.serial: node for node in nodes}
    waiting = {node: len(set(node.inputs)) for node in nodes}
    users: dict[Node, list[Node]] = {node: [] for node in nodes}
    for node in nodes:
        for x in dict.fromkeys(node.inputs):
            users[x].append(node)
    ready = [node.serial for node in nodes if not waiting[node]]
    heapify(ready)
    order = []
    while ready:
        node = by_serial[heappop(ready)]
        order.append(node)
        for user in users[node]:
            waiting[user] -= 1
            if not waiting[user]:
                heappush(ready, user.serial)
    if len(order) < len(nodes):
        stuck = ", ".join(node.label for node in sorted(nodes, key=lambda n: n.serial) if waiting[node])
        raise CycleError(f"these nodes lead back to themselves, so none can be computed first: {stuck}")
    return order


def the_loss(fed: Iterable[Node], namespace: Mapping[str, Any]) -> Node:
    """The one loss that the fed placeholders lead to.

    When a cell is run again, an older loss may still be kept alive by an earlier list of nodes; of several, the one
    that the caller's variables still name is meant.
    """
    fed = set(fed)
    live = [loss for _, loss in sorted(_losses.items()) if not fed.isdisjoint(ancestors([loss]))]
    named = {id(value) for value in namespace.values()}
    if len(live) > 1 and sum(id(loss) in named for loss in live) == 1:
        live = [loss for loss in live if id(loss) in named]
    if len(live) == 1:
        return live[0]
    if not live:
        raise AmbiguousLossError(
            f"the fed placeholders ({', '.join(node.label for node in fed) or 'none'}) lead to no loss; pass the node "
            "that is meant: topological_sort_feed_dict(feed_dict, node)"
        )
    names = ", ".join(f"{loss.label} (made as node {loss.serial})" for loss in live)
    raise AmbiguousLossError(
        f"the fed placeholders lead to {len(live)} losses: {names}; pass the one that is meant: "
        f"topological_sort_feed_dict(feed_dict, {live[-1].label})"
    )


def topological_sort_feed_dict(feed_dict: Mapping[Node, Any], *roots: Node) -> list[Node]:
    """Feed the placeholders and give the nodes in an order in which they can be computed.

    Args:
        feed_dict: placeholder -> value.
        roots: what is to be computed; by default the one loss that the fed placeholders lead to.

    Returns:
        Every node that the roots need, each after its inputs, otherwise in creation order.

    Raises:
        MissingFeedError, FeedError, NonFiniteError, CycleError, AmbiguousLossError: see there. Nothing is fed then.
    """
    if not isinstance(feed_dict, Mapping):
        raise FeedError(f"feed_dict is a {type(feed_dict).__name__}, but must be a dictionary: {{placeholder: value}}")
    for node in feed_dict:
        if not isinstance(node, Placeholder):
            label = node.label if isinstance(node, Node) else repr(node)
            raise FeedError(f"{label} cannot be fed: only a Placeholder takes a value")
    frame = sys._getframe(1)
    order = sorted_from(roots or [the_loss(feed_dict, {**frame.f_globals, **frame.f_locals})])
    missing = [node.label for node in order if isinstance(node, Placeholder) and node not in feed_dict]
    if missing:
        raise MissingFeedError(
            f"no value was fed for {', '.join(missing)}; add to feed_dict: {', '.join(f'{m}: ...' for m in missing)}"
        )
    values = [checked_value(node, value) for node, value in feed_dict.items()]
    for node, value in zip(feed_dict, values, strict=True):
        node.tensor = Tensor(value, True)
    return order


# ---- running
def forward(nodes: Sequence[Node]) -> None:
    """Compute the value of each node, in order. If one cannot be computed, no node is changed.

    Raises:
        ShapeError: shapes do not fit; names the node and its inputs.
        NotComputedError: a placeholder has no value, or an input of a node is missing from ``nodes``.
    """
    results: dict[Node, Tensor] = {}
    for node in nodes:
        if node.op is None:
            if node.tensor is None:
                raise NotComputedError(f"{node.label} has no value yet; feed it with topological_sort_feed_dict")
            continue
        operands = []
        for x in node.inputs:
            operand = results.get(x, x.tensor)
            if operand is None:
                raise NotComputedError(
                    f"{x.label}, an input of {node.label}, has no value yet; forward needs it earlier"
                )
            operands.append(operand)
        try:
            results[node] = node.op(*operands)
        except ShapeError as error:
            shapes = ", ".join(f"{x.label} {t.shape}" for x, t in zip(node.inputs, operands, strict=True))
            raise ShapeError(f"{node.label} cannot be computed from {shapes}. {error}") from None
    for node, result in results.items():
        node.tensor = result


def backward_pass(nodes: Sequence[Node], observe: Any = None) -> dict[int, Any]:
    """Run the engine's reverse pass from the last of ``nodes``, after checking that all values belong together."""
    root = nodes[-1]
    tensors = []
    for node in nodes:
        if node.tensor is None or (
            node.op and any(t is not x.tensor for t, x in zip(node.tensor.inputs, node.inputs, strict=True))
        ):
            raise NotComputedError(f"{node.label} has no value for the present inputs; run forward before backward")
        tensors.append(node.tensor)
    if root.tensor is None or root.tensor.data.size != 1:
        raise NotScalarError(
            f"{root.label} has shape {root.value.shape}, and a gradient says how one number changes; the last node "
            "must be a loss"
        )
    seed = np.ones_like(root.tensor.data)[()]
    everything = {t.serial for t in tensors}
    return reverse_pass(tensors, {root.tensor.serial: seed}, keep=everything, observe=observe)


def backward(nodes: Sequence[Node]) -> None:
    """Compute the gradient of the last node, a single number, with respect to every node before it.

    Raises:
        NotComputedError: ``forward`` has not been run since the placeholders were fed.
        NotScalarError: the last node is not a single number.
    """
    sent: dict[int, list[Step]] = {}
    arrived = backward_pass(nodes, lambda step: sent.setdefault(step.node.serial, []).append(step))
    for node in nodes:
        assert node.tensor is not None
        node.gradients = {}
        for step in sent.get(node.tensor.serial, ()):
            for position, contribution in zip(step.positions, step.contributions, strict=True):
                x = node.inputs[position]
                before = node.gradients.get(x)
                node.gradients[x] = contribution if before is None else before + contribution
        node.gradients[node] = arrived[node.tensor.serial]


def forward_and_backward(nodes: Sequence[Node]) -> None:
    """``forward``, then ``backward``."""
    forward(nodes)
    backward(nodes)


def run_one_epoch(nodes: Sequence[Node]) -> None:
    """One pass over the data that was fed: ``forward``, then ``backward``."""
    forward_and_backward(nodes)


def optimize(nodes: Sequence[Node], learning_rate: float = 1e-2) -> None:
    """Move parameters against their gradients: ``value <- value - learning_rate * gradient``.

    Args:
        nodes: a list that contains computed nodes (the whole graph, say): the placeholders in it that say
            ``is_trainable=True`` move. Placeholders only: exactly those move.
        learning_rate: positive.

    Raises:
        NotTrainableError: only placeholders were given, and one says ``is_trainable=False``.
        NotComputedError: a parameter has no gradient yet.
        NonFiniteError: a parameter would become NaN or infinite.
        LearningRateError: the learning rate is not positive and finite.
        In each case nothing has moved.
    """
    rate = checked_rate(learning_rate)
    if all(node.op is None for node in nodes):
        for node in nodes:
            if node.is_trainable is False:
                raise NotTrainableError(f"{node.label} says is_trainable=False; leave it out, or make it trainable")
        parameters = list(nodes)
    else:
        parameters = [node for node in nodes if node.is_trainable]
    moved = []
    for node in parameters:
        gradient = node.gradients.get(node)
        if gradient is None:
            raise NotComputedError(f"{node.label} has no gradient yet; run forward_and_backward first")
        value = node.value - rate * gradient
        if not np.isfinite(value).all():
            raise NonFiniteError(
                f"{node.label} of shape {value.shape} would become NaN or infinite; try a smaller learning rate than "
                f"{rate:g}, or standardise the data"
            )
        moved.append(value)
    for node, value in zip(parameters, moved, strict=True):
        node.tensor = Tensor(value, True)
