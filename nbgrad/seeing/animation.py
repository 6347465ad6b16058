"""The player of a result: its forward pass, its backward pass and a step of its parameters, to be played."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.tensor import Tensor
from ..graph.nodes import Node
from ..notebook.drawing import TooLarge, too_large
from ..notebook.pictures import Picture, picture_of
from ..notebook.trace import LEARNING_RATE, is_real, leaves, traced, updates_of
from .orders import orders_of
from .routes import routes_of

if TYPE_CHECKING:
    from ..display.player import Trace
    from ..optim.base import Optimizer
    from ..widgets.player import Player


def animate(
    loss: Tensor | Node, *, learning_rate: float = LEARNING_RATE, optimizer: Optimizer | None = None
) -> Player | TooLarge:
    """Play how ``loss`` is computed, its backward pass and a step of its parameters, with each step's own numbers.

    Nothing is changed by watching: no gradient is added up in ``.grad``, no parameter moves, and an optimiser does not
    remember the step. A graph that is too large to be drawn gives a message instead of a player.

    Args:
        loss: a single number: a tensor, or a computed node of the graph face.
        learning_rate: of the gradient descent that the third phase shows.
        optimizer: whose step the third phase shows instead; parameters that it does not have stay where they are.

    Raises:
        NotScalarError, NoGradientError: as ``backward()``.
        NotComputedError: a node of the graph face whose ``forward`` has not been run.
        LearningRateError: the learning rate is not positive and finite.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True, name="x")
    >>> player = ng.animate(x * x)
    >>> len(player.payload["frames"]) > 2
    True
    """
    from ..display import Film, player_payload
    from ..display.player import payload_of
    from ..widgets.player import Player

    if isinstance(loss, Tensor | Node) and (message := too_large(loss)):
        return message
    trace = trace_of(picture_of(loss), learning_rate, optimizer)
    payload = payload_of(trace) if "payload.phases" in Player._esm else player_payload(trace.graph, trace.steps)
    film = Film(trace.graph, trace.steps)
    return Player(payload, svg=film.svg, text=payload["text"], film=film)


def trace_of(picture: Picture, learning_rate: float = LEARNING_RATE, optimizer: Any = None) -> Trace:
    """Everything that the player is told of a picture."""
    from ..display.player import Trace

    graph, steps, written = traced(picture)
    return Trace(
        graph=graph,
        steps=steps,
        written=written,
        updates=updates_of(picture, steps, learning_rate, optimizer),
        routes=routes_of(picture, steps),
        orders=orders_of(picture, steps),
        editable=[vertex.id for vertex in leaves(picture) if is_real(vertex.value)],
    )
