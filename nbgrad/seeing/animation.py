"""The player of a result: its forward pass, its backward pass and a step of its parameters, to be played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.tensor import Tensor
from ..graph.nodes import Node
from ..notebook.drawing import TooLarge, too_large
from ..notebook.pictures import picture_of
from ..notebook.trace import LEARNING_RATE
from .session import Session, trace_of

if TYPE_CHECKING:
    from ..optim.base import Optimizer
    from ..widgets.player import Player

__all__ = ["animate", "trace_of"]


def animate(
    loss: Tensor | Node, *, learning_rate: float = LEARNING_RATE, optimizer: Optimizer | None = None
) -> Player | TooLarge:
    """Play how ``loss`` is computed, its backward pass and a step of its parameters, with each step's own numbers.

    Nothing is changed by watching: no gradient is added up in ``.grad``, no parameter moves, and an optimiser does not
    remember the step. While the kernel runs, the page can also edit leaves: what would be, if. That is computed on a
    copy of the graph. A graph that is too large to be drawn gives a message instead of a player.

    Args:
        loss: a single number: a tensor, or a computed node of the graph face.
        learning_rate: of the gradient descent that the third phase shows.
        optimizer: whose step the third phase shows instead; parameters that it does not have stay where they are.

    Raises:
        NotScalarError, NoGradientError: as ``backward()``.
        NotComputedError: a node of the graph face whose ``forward`` has not been run.
        LearningRateError: the learning rate is not positive and finite.
        TypeError: something that has no backward pass, such as a number or a networkx graph.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True, name="x")
    >>> player = ng.animate(x * x)
    >>> len(player.payload["frames"]) > 2
    True
    """
    from ..widgets.player import Player

    if isinstance(loss, Tensor | Node) and (message := too_large(loss)):
        return message
    session = Session(picture_of(loss), learning_rate, optimizer)
    film = session.film
    return Player(session.payload(), svg=film.svg, film=film, answer=session.answer)
