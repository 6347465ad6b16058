"""A graph as a program: forward, backward and the step of gradient descent, as NumPy that can be read and run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.backward import gradients, one_like
from ..core.errors import NodesError, NonFiniteError, NotComputedError, NotScalarError
from ..core.names import name_of
from ..core.tensor import Tensor
from ..core.transforms import at_work
from ..optim import checked_rate
from ..program import Program
from ..program.listing import Value
from ..program.naming import public
from ..program.record import Recorder
from ..program.recording import Recording
from ..program.surroundings import Surroundings
from .nodes import Node, Placeholder
from .run import checked_nodes


class GraphProgram(Program):
    """What :func:`compile` makes of a graph. Call it to run the graph with the values that are fed now.

    Attributes:
        nodes: the nodes, in order; the last one is the loss.
        learning_rate: of the step of gradient descent; it may be changed at any time. ``None``: no step is done.
    """

    def __init__(self, nodes: Sequence[Node], learning_rate: float | None):
        self.nodes = checked_nodes(nodes)
        self.learning_rate = None if learning_rate is None else checked_rate(learning_rate)
        self._fed = [node for node in self.nodes if isinstance(node, Placeholder)]
        self._moved = [node for node in self._fed if node.is_trainable] if learning_rate is not None else self._fed
        if not self._moved:
            raise NodesError("no placeholder of this graph says is_trainable=True, so a step would move nothing")
        super().__init__(self._recorded, self._values())

    def _values(self) -> tuple:
        """What the program is given: the values of the placeholders, and the learning rate."""
        for node in self._fed:
            if node.tensor is None:
                raise NotComputedError(f"{node.label} has no value yet; feed it with topological_sort_feed_dict")
        rate = () if self.learning_rate is None else (float(self.learning_rate),)
        return (*[node.value for node in self._fed], *rate)

    def _recorded(self, args: tuple) -> Recording:
        recorder = Recorder(Surroundings())
        values: dict[Node, Tensor] = {}
        for placeholder, x in zip(self._fed, args, strict=False):
            values[placeholder] = Tensor(recorder.input(x, public(name_of(placeholder))), True)
        for node in self.nodes:
            if node.op is not None:
                values[node] = node.op(*[values[x] for x in node.inputs])
                name_result(values[node], node)
        loss = values[self.nodes[-1]]
        if loss.data.size != 1:
            raise NotScalarError(
                f"{self.nodes[-1].label} has shape {loss.shape}, and a gradient says how one number changes; the last "
                "node must be a loss"
            )
        with recorder.watched(), at_work():
            found = gradients([loss], [one_like(loss.data)], [values[node] for node in self._moved])
        results = [
            np.zeros_like(values[node].data) if g is None else g for node, g in zip(self._moved, found, strict=True)
        ]
        if self.learning_rate is not None:
            rate = recorder.input(args[-1], "learning_rate")
            with recorder.section("update"):
                results = [values[node].data - rate * g for node, g in zip(self._moved, results, strict=True)]
        listing = recorder.listing([loss, *results])
        for node, y in zip([self.nodes[-1], *self._moved], listing.outputs, strict=True):
            if isinstance(y, Value) and y.kind == "line":
                y.shown = True
                if self.learning_rate is not None or node is self.nodes[-1]:
                    y.name = y.name or public(name_of(node)) or ("loss" if node is self.nodes[-1] else None)
        return Recording(listing, "step" if self.learning_rate is not None else "run", recorder, tuple)

    def __call__(self, feed_dict: Mapping[Placeholder, Any] | None = None) -> Any:
        """Run the graph, and give the loss.

        Args:
            feed_dict: placeholders that get another value before.

        Raises:
            NonFiniteError: a parameter would become NaN or infinite; nothing has moved then.
        """
        for node, value in (feed_dict or {}).items():
            node.value = value
        loss, *results = super()._carefully(self._values())
        if self.learning_rate is None:
            for node, gradient in zip(self._moved, results, strict=True):
                node.gradients[node] = gradient
            return loss
        for node, value in zip(self._moved, results, strict=True):
            if not np.isfinite(value).all():
                raise NonFiniteError(
                    f"{node.label} of shape {np.shape(value)} would become NaN or infinite; try a smaller learning "
                    f"rate than {self.learning_rate:g}, or standardise the data"
                )
        for node, value in zip(self._moved, results, strict=True):
            node.tensor = Tensor(value, True)
        return loss


def name_result(result: Tensor, node: Node) -> None:
    """Call what a node computes after it; it has a line of its own."""
    value = result.data.value
    value.shown = True
    value.name = public(name_of(node)) or value.name


def compile(nodes: Sequence[Node], learning_rate: float | None = None) -> GraphProgram:
    """A computed graph as one NumPy program.

    Args:
        nodes: what ``topological_sort_feed_dict`` gave; the last one is a loss.
        learning_rate: with it, the program is a whole step: forward, backward, and ``optimize`` for the placeholders
        that
            say ``is_trainable=True``. Without it, it computes forward and backward, and leaves the gradient of every
            placeholder in ``node.gradients[node]``.

    Returns:
        The program; each call runs it with the values that are fed at that moment, and gives the loss. The nodes
        between keep the values that they had.

    Raises:
        NotComputedError: a placeholder has not been fed.
        NotScalarError: the last node is not a single number.
        NodesError: there is no node, or nothing to move.
        LearningRateError: the learning rate is not positive and finite.

    >>> from nbgrad.graph import *
    >>> x, y, k = Placeholder(name="x"), Placeholder(name="y"), Placeholder(name="k", is_trainable=True)
    >>> loss = Loss(y, Multiply(x, k), name="loss")
    >>> step = compile(topological_sort_feed_dict({x: 2.0, y: 6.0, k: 0.0}), learning_rate=0.1)
    >>> [round(float(step()), 3) for _ in range(3)]
    [36.0, 1.44, 0.058]
    """
    return GraphProgram(nodes, learning_rate)
