"""One small class for each way a model is written: what a training step is, and how the loss is measured.

All of them have ``kind`` (in words), ``parameters``, ``step(batch, rate)`` which moves the parameters and returns the
loss from before the move, ``measure(batch)`` which returns the loss and moves nothing, and ``memory`` (what the
optimizer remembers between steps).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from .batches import Batch, step_function_validation
from .errors import InputsError, ModelError, ParametersError
from .parameters import Parameters

RATE_NAMES = ("learning_rate", "lr")


class Adapter(Protocol):
    """What the training loop needs to know of a model."""

    parameters: Parameters
    memory: Any

    @property
    def kind(self) -> str: ...

    def step(self, batch: Batch, rate: float) -> float: ...

    def measure(self, batch: Batch) -> float: ...


def adapter_for(model: Any, params: Any, inputs: Any, optimizer: Any, arrays: int) -> Adapter:
    """The adapter that fits ``model``; ``arrays`` is the number of arrays in a batch.

    Raises:
        ModelError: neither a function nor a node of a graph.
        InputsError, ParametersError: what the kind of model needs is missing.
    """
    from nbgrad.graph import Node

    if isinstance(model, Node):
        return GraphNode(model, params, inputs, arrays)
    if not callable(model):
        raise ModelError(
            f"The model is of type {type(model).__name__}; pass a loss function loss(*batch), a step function "
            "step(*batch), or the loss node of a graph."
        )
    if inputs is not None:
        raise InputsError("inputs= belongs to graphs; a function gets the arrays of the batch as its arguments.")
    if params is None and optimizer is not None:
        params = getattr(optimizer, "params", None)
    if _rate_name(model):
        return StepFunction(model, Parameters(params))
    return Function(model, Parameters(params), optimizer)


class StepFunction:
    """A function that does the whole step itself and returns the loss as a number."""

    kind = "step function"
    memory: Any = None

    def __init__(self, function: Callable[..., Any], parameters: Parameters) -> None:
        self.function = function
        self.parameters = parameters
        self.rate_name = _rate_name(function)

    def step(self, batch: Batch, rate: float) -> float:
        extra = {self.rate_name: rate} if self.rate_name else {}
        return _number(self.function(*batch, **extra))

    def measure(self, batch: Batch) -> float:
        raise step_function_validation()


class LossFunction:
    """A function that returns the loss as a tensor: the gradient and the step are done here."""

    kind = "loss function"

    def __init__(self, function: Callable[..., Any], parameters: Parameters, optimizer: Any) -> None:
        if not len(parameters):
            raise ParametersError(
                "The model returns a tensor that requires a gradient, and which parameters shall move was not said: "
                "pass params=[...]. (A step function, which moves them itself, returns a plain number.)"
            )
        self.function = function
        self.parameters = parameters
        self.optimizer = _optimizer(optimizer, parameters)
        self.first_memory = self.memory

    @property
    def memory(self) -> Any:
        """What the optimizer remembers (momentum, say); None if it has no ``state_dict``. None puts back what it
        remembered at first: the first snapshot is taken before it is known that there is an optimizer."""
        state = getattr(self.optimizer, "state_dict", None)
        return state() if callable(state) else None

    @memory.setter
    def memory(self, value: Any) -> None:
        state = self.first_memory if value is None else value
        if state is not None:
            self.optimizer.load_state_dict(state)

    def step(self, batch: Batch, rate: float) -> float:
        self.optimizer.lr = rate
        return self.learn(self.function(*batch))

    def learn(self, loss: Any) -> float:
        """The rest of a step, from the loss on. A loss that is not finite moves nothing."""
        value = _number(loss)
        if np.isfinite(value):
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        return value

    def measure(self, batch: Batch) -> float:
        from nbgrad.core.tensor import no_grad

        with no_grad(), self.parameters.in_use():
            return _number(self.function(*batch))


class Function:
    """A function of which it is not yet known whether it returns the loss or does the step: its first call shows.

    It is a loss function when its result requires a gradient and the call itself moved no parameter.
    """

    def __init__(self, function: Callable[..., Any], parameters: Parameters, optimizer: Any) -> None:
        self.function = function
        self.parameters = parameters
        self.optimizer = optimizer
        self.known: LossFunction | StepFunction | None = None

    @property
    def kind(self) -> str:
        return self.known.kind if self.known else "function"

    @property
    def memory(self) -> Any:
        return self.known.memory if self.known else None

    @memory.setter
    def memory(self, value: Any) -> None:
        if self.known:
            self.known.memory = value

    def step(self, batch: Batch, rate: float) -> float:
        if self.known:
            return self.known.step(batch, rate)
        before = self.parameters.copy()
        result = self.function(*batch)
        after = self.parameters.copy()[: len(self.parameters)]  # buffers move in a loss function as well
        moved = not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=False))
        wants_gradient = getattr(result, "requires_grad", None)
        if moved or not wants_gradient:
            value = _number(result)
            if wants_gradient is False and not moved and len(self.parameters):
                raise ModelError(
                    "The model returned a tensor that requires no gradient, and the call moved no parameter, so "
                    "nothing would be learnt. Create the parameters with requires_grad=True and use them in the loss."
                )
            self.known = StepFunction(self.function, self.parameters)
            return value
        loss_function = LossFunction(self.function, self.parameters, self.optimizer)
        loss_function.optimizer.lr = rate
        value = loss_function.learn(result)
        self.known = loss_function
        return value

    def measure(self, batch: Batch) -> float:
        if self.known is None:  # a batch shows what the model is, and validation comes after an epoch of them
            raise ModelError("The model can be measured after its first step, not before.")
        return self.known.measure(batch)


class GraphNode:
    """The loss node of a graph; the batch is fed into its input placeholders."""

    kind = "graph"
    memory: Any = None

    def __init__(self, loss: Any, params: Any, inputs: Any, arrays: int) -> None:
        self.loss = loss
        reached = _placeholders(loss)
        self.inputs = _checked_inputs(inputs, reached, arrays)
        trainable = [node for node in reached if node.is_trainable is True] if params is None else params
        self.parameters = Parameters(trainable)
        if not len(self.parameters):
            raise ParametersError(
                "Which placeholders shall move was not said: create them with is_trainable=True, or pass params=[...]."
            )
        self.others = [node for node in reached if not any(node is given for given in self.inputs)]
        self.order: list[Any] = []

    def step(self, batch: Batch, rate: float) -> float:
        from nbgrad.graph import forward_and_backward, optimize

        self._feed(batch)
        forward_and_backward(self.order)
        value = _number(self.loss.value)
        if np.isfinite(value):
            optimize(list(self.parameters.items), rate)
        return value

    def measure(self, batch: Batch) -> float:
        from nbgrad.graph import forward

        before = [node.value for node in self.inputs]
        try:
            self._feed(batch)
            forward(self.order)
            return _number(self.loss.value)
        finally:
            for node, value in zip(self.inputs, before, strict=True):
                node.value = value

    def _feed(self, batch: Batch) -> None:
        """Give the batch to the inputs; the first time, sort the graph with the other placeholders' own values."""
        from nbgrad.graph import topological_sort_feed_dict

        if self.order:
            for node, array in zip(self.inputs, batch, strict=True):
                node.value = array
            return
        feed = dict(zip(self.inputs, batch, strict=True))
        feed.update((node, node.value) for node in self.others if node.value is not None)
        self.order = topological_sort_feed_dict(feed, self.loss)


def _placeholders(root: Any) -> list[Any]:
    """The placeholders that ``root`` is computed from, in the order of a walk from the root."""
    from nbgrad.graph import Placeholder

    seen: set[int] = set()
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Placeholder):
            found.append(node)
        waiting.extend(reversed(list(node.inputs)))
    return found


def _checked_inputs(inputs: Any, reached: list[Any], arrays: int) -> tuple[Any, ...]:
    nodes = tuple(inputs) if isinstance(inputs, (tuple, list)) else ()
    if len(nodes) != arrays:
        given = f"{len(nodes)} were given" if nodes else "none were given"
        raise InputsError(
            f"The data has {arrays} arrays, so the graph needs {arrays} input placeholders and {given}: pass them in "
            "the order of the data, such as inputs=(X, y)."
        )
    for position, node in enumerate(nodes):
        if not any(node is known for known in reached):
            raise InputsError(
                f"inputs[{position}] ({getattr(node, 'name', None) or type(node).__name__}) is not a placeholder that "
                "the loss is computed from."
            )
    return nodes


def _optimizer(optimizer: Any, parameters: Parameters) -> Any:
    """The optimizer given; a class is made into one for ``parameters``; plain gradient descent by default."""
    from nbgrad.optim import SGD

    if optimizer is None:
        return SGD(list(parameters.items), 1e-2)
    return optimizer(list(parameters.items), 1e-2) if isinstance(optimizer, type) else optimizer


def _rate_name(function: Callable[..., Any]) -> str | None:
    """The name under which ``function`` takes its learning rate, if it does."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # some built-in callables have no signature
        return None
    return next((name for name in RATE_NAMES if name in parameters), None)


def _number(value: Any) -> float:
    """The loss as a Python number, whatever holds it."""
    plain = getattr(value, "data", value) if not isinstance(value, (np.ndarray, np.generic)) else value
    array = np.asarray(plain)
    if array.dtype.kind not in "fiub" or array.size != 1:
        shown = "None" if value is None else f"a {type(value).__name__} of shape {array.shape}"
        raise ModelError(
            f"The model returned {shown}; a loss is one number. Reduce it with .mean() or .sum(), and let the "
            "function end with return."
        )
    return float(array.reshape(()))
