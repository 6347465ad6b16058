"""Running a graph: forward, backward, and a step of gradient descent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ..core.backward import Step, as_gradient_of, reverse_pass
from ..core.errors import (
    NodesError,
    NonFiniteError,
    NotComputedError,
    NotScalarError,
    NotTrainableError,
    ShapeError,
)
from ..core.tensor import Tensor
from ..optim import checked_rate
from .nodes import Node


def forward(nodes: Sequence[Node]) -> None:
    """Compute the value of each node, in order. If one cannot be computed, no node is changed.

    Raises:
        ShapeError: shapes do not fit; names the node and its inputs.
        NotComputedError: a placeholder has no value, or an input of a node is missing from ``nodes``.
    """
    results: dict[Node, Tensor] = {}
    for node in checked_nodes(nodes):
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
        except ShapeError:
            raise named_error(node, operands) from None
    for node, result in results.items():
        node.tensor = result


def checked_nodes(nodes: Any) -> list[Node]:
    """``nodes`` as a list with at least one node, and nothing but nodes.

    Raises:
        NodesError: it is not that.
    """
    if isinstance(nodes, Node):
        raise NodesError(f"{nodes.label} is one node; pass the list that topological_sort_feed_dict gave")
    listed = list(nodes)
    for node in listed:
        if not isinstance(node, Node):
            raise NodesError(f"the list holds {node!r:.60}, which is not a node")
    if not listed:
        raise NodesError("the list of nodes is empty; pass what topological_sort_feed_dict gave")
    return listed


def named_error(node: Node, operands: Sequence[Tensor]) -> ShapeError:
    """The error of computing ``node``, with its inputs called by their names."""
    assert node.op is not None
    called = [Tensor(t.data, name=x.label) for x, t in zip(node.inputs, operands, strict=True)]
    try:
        node.op(*called)
    except ShapeError as error:
        return ShapeError(f"{node.label} cannot be computed: {error}")
    raise AssertionError("an operation failed, and then did not")


def backward_pass(nodes: Sequence[Node], observe: Any = None) -> dict[Tensor, Any]:
    """Run the engine's reverse pass from the last of ``nodes``, after checking that all values belong together."""
    nodes = checked_nodes(nodes)
    root = nodes[-1]
    tensors = []
    for node in nodes:
        if node.tensor is None or (node.op and not _is_made_of(node.tensor, node.inputs)):
            raise NotComputedError(f"{node.label} has no value for the present inputs; run forward before backward")
        tensors.append(node.tensor)
    if root.tensor is None or root.tensor.data.size != 1:
        raise NotScalarError(
            f"{root.label} has shape {root.value.shape}, and a gradient says how one number changes; the last node "
            "must be a loss"
        )
    seed = np.ones_like(root.tensor.data)[()]
    results = [t for t in tensors if t.op is not None]
    return reverse_pass(results, {root.tensor: seed}, keep=set(tensors), observe=observe)


def _is_made_of(tensor: Tensor, inputs: Sequence[Node]) -> bool:
    """Whether a value was recorded as computed from the present values of ``inputs``."""
    return len(tensor.inputs) == len(inputs) and all(t is x.tensor for t, x in zip(tensor.inputs, inputs, strict=True))


def backward(nodes: Sequence[Node]) -> None:
    """Compute the gradient of the last node, a single number, with respect to every node before it.

    Raises:
        NotComputedError: ``forward`` has not been run since the placeholders were fed.
        NotScalarError: the last node is not a single number.
    """
    sent: dict[Tensor, list[Step]] = {}
    arrived = backward_pass(nodes, lambda step: sent.setdefault(step.node, []).append(step))
    handed_out: set[int] = set()
    for node in nodes:
        assert node.tensor is not None
        node.gradients = WeakKeyDictionary()
        for step in sent.get(node.tensor, ()):
            for position, contribution in zip(step.positions, step.contributions, strict=True):
                x = node.inputs[position]
                before = node.gradients.get(x)
                node.gradients[x] = contribution.copy() if before is None else before + contribution
        g = arrived.get(node.tensor)
        node.gradients[node] = g if g is None else as_gradient_of(node.tensor.data, g, handed_out)


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
    nodes = checked_nodes(nodes)
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
