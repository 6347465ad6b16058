"""The player of a result: its forward pass, its backward pass and a step of its parameters, to be played."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.backward import seed_for
from ..core.errors import ArgumentError, NothingRecordedError, NotPlayableError
from ..core.hooks import hooks_left_out
from ..core.names import name_of
from ..core.tensor import Tensor, plain
from ..graph.nodes import Node
from ..notebook.drawing import TooLarge, too_large, too_open
from ..notebook.pictures import Picture, picture_of
from ..notebook.pytorch import NO_STEPS, is_torch
from ..notebook.scalars import unfolded
from ..notebook.trace import LEARNING_RATE
from ..optim.base import Optimizer
from .session import Session, trace_of

if TYPE_CHECKING:
    from ..widgets.player import Player

__all__ = ["animate", "trace_of"]


def animate(
    loss: Tensor | Node,
    gradient: Any = None,
    *,
    learning_rate: float = LEARNING_RATE,
    optimizer: Optimizer | None = None,
    level: str | None = None,
    depth: int | None = None,
    direction: str = "LR",
    theme: str = "light",
) -> Player | TooLarge:
    """Play how ``loss`` is computed, its backward pass and a step of its parameters, with each step's own numbers.

    Nothing is changed by watching: no gradient is added up in ``.grad``, no parameter moves, and an optimiser does not
    remember the step. While the kernel runs, the page can also edit leaves: what would be, if. That is computed on a
    copy of the graph. Hooks are left out, and that is said. Where a parameter has moved since ``loss`` was computed,
    the numbers that were used are shown. A graph that is too large to be drawn gives a message instead of a player.

    Args:
        loss: a tensor, or a computed node of the graph face.
        gradient: of the shape of ``loss``: what the backward pass begins with, as in ``loss.backward(gradient)``. Not
            needed where ``loss`` is a single number.
        learning_rate: of the gradient descent that the third phase shows.
        optimizer: whose step the third phase shows instead; parameters that it does not have stay where they are.
        level: how much is seen at first, as in ``draw``: ``"module"``, ``"tensor"`` or ``"scalar"``. In single numbers
            the third phase is gradient descent; there is no ``optimizer``.
        depth: how many levels of groups are open at first, as in ``draw``.
        direction: ``"LR"``, from left to right, or ``"TB"``, from top to bottom.
        theme: of what is saved, and of the picture where no page is alive: ``"light"`` or ``"dark"``. A live player
            follows the notebook's theme.

    Raises:
        NotScalarError, NoGradientError, ShapeError, ComplexGradientError: as ``backward()``.
        NothingRecordedError: a leaf, which was not computed from anything.
        NotPlayableError: something that has no backward pass, such as a number or a networkx graph.
        NotComputedError: a node of the graph face whose ``forward`` has not been run.
        LearningRateError: the learning rate is not positive and finite.
        OptionError: there is no such ``level``, ``direction`` or ``theme``, or ``depth`` is no whole number from 0.
        ArgumentError: ``optimizer`` is no optimiser, or there can be none, or a ``learning_rate`` was given with it; or
            ``loss`` is not a single number, but shall be unfolded into such; or a gradient was given for a node of the
            graph face.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True, name="x")
    >>> player = ng.animate(x * x)
    >>> len(player.payload["frames"]) > 2
    True
    """
    from ..display import TOO_MANY, Look
    from ..display.levels import check_level
    from ..widgets.player import Player

    check(loss, gradient, optimizer)
    if optimizer is not None and learning_rate != LEARNING_RATE:
        raise ArgumentError(
            f"the optimizer has a learning rate of its own, {optimizer.lr:g}, so learning_rate={learning_rate!r} would "
            "mean nothing; leave it out, or set optimizer.lr"
        )
    look = Look(direction=direction, theme=theme)
    check_level(level, depth)
    if message := too_large(loss, look, level, depth):
        return message
    if level == "scalar":
        check_scalars(loss, optimizer)
        with hooks_left_out():
            numbers = unfolded(loss)
        if isinstance(numbers, int):
            return TooLarge(numbers, look, "scalars")
        picture: Picture = numbers
        gradient = None if gradient is None else np.asarray(plain(gradient)).reshape(())
    else:
        with hooks_left_out():
            picture = picture_of(loss)
    picture.seed = None if gradient is None else np.array(plain(gradient))[()]  # the user's array may change later
    session = Session(picture, learning_rate, optimizer, level, depth, look)
    if len(session.seen.graph) > TOO_MANY:
        return too_open(session.seen, look)
    film = session.film
    return Player(session.payload(), svg=film.svg, film=film, answer=session.answer)


def check_scalars(loss: Tensor | Node, optimizer: Any) -> None:
    """Make sure that the pass can be played in single numbers: it starts from one, and nobody else knows them.

    Raises:
        ArgumentError: see ``animate``.
    """
    value = loss.data if isinstance(loss, Tensor) else loss.value
    if np.size(value) != 1:
        raise ArgumentError(
            f'level="scalar" plays the backward pass of a single number, and this result has shape {np.shape(value)}; '
            "animate one element or its sum"
        )
    if optimizer is not None:
        raise ArgumentError('level="scalar" shows parameters as single numbers, which an optimizer does not know')


def check(loss: Any, gradient: Any, optimizer: Any) -> None:
    """Make sure that there is a backward pass to be played.

    Raises:
        NotPlayableError, NothingRecordedError, ArgumentError, and those of ``backward()``: see there.
    """
    if is_torch(loss):
        raise NotPlayableError(NO_STEPS)
    if not isinstance(loss, Tensor | Node):
        raise NotPlayableError(
            f"an object of type {type(loss).__name__} has no backward pass to be played; ng.animate takes a tensor or "
            "a node of the graph face, such as a loss. A networkx graph can be drawn, with ng.draw(graph)"
        )
    if isinstance(loss, Tensor) and not loss.requires_grad:
        seed_for(loss, gradient)  # says why
    if loss.op is None:
        called = (name_of(loss) if isinstance(loss, Tensor) else loss.label) or "this tensor"
        raise NothingRecordedError(
            f"{called} is a leaf: it was not computed from anything, so there is nothing to be played; animate what is "
            "computed from it, such as a loss"
        )
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise ArgumentError(
            f"optimizer must be one of those in ng.optim, not an object of type {type(optimizer).__name__}"
        )
    if isinstance(loss, Tensor):
        seed_for(loss, gradient)
    elif gradient is not None:
        raise ArgumentError("the last node of the graph face is a loss, whose own gradient is 1; leave gradient out")
