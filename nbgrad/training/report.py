"""A training in words: the one-line and the tabular form."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .trainer import Trainer

MARKS = (1, 2, 5)


def one_line(trainer: Trainer) -> str:
    """Such as ``Trainer(Boston: epoch 62 of 100, loss 7.38)``."""
    name = f"{trainer.name}: " if trainer.name else ""
    history = trainer.history
    loss = f", loss {history[-1]:.4g}" if len(history) else ""
    error = f", stopped by {trainer.error.kind}" if trainer.error else ""
    return f"Trainer({name}epoch {trainer.epoch} of {trainer.epochs}{loss}{error})"


def set_up(trainer: Trainer) -> str:
    """The settings in one line, apart from the learning rate."""
    rows = "row" if trainer.rows == 1 else "rows"
    if trainer.batch_size >= trainer.rows:
        return f"{trainer.kind} · all {trainer.rows} {rows} in every step"
    return f"{trainer.kind} · batches of {trainer.batch_size} from {trainer.rows} {rows}"


def describe(trainer: Trainer) -> str:
    """The text version of the display: settings, progress, and the losses at some epochs.

    The same for everyone: no times, no paces.
    """
    lines = [
        f"{trainer.name or 'Training'}: epoch {trainer.epoch} of {trainer.epochs}",
        f"{set_up(trainer)} · learning rate {trainer.learning_rate:g} · seed {trainer.seed}",
    ]
    if trainer.note:
        lines.append(f"note: {trainer.note}")
    if trainer.error:
        lines.append(str(trainer.error))
    return "\n".join(lines + table(trainer))


def table(trainer: Trainer) -> list[str]:
    """Epoch and losses at epochs 1, 2, 5, 10, ... and the last, as lines of text."""
    history = trainer.history
    if not len(history):
        return []
    head = f"{'epoch':>7}  {'training loss':>13}" + (f"  {'validation':>10}" if history.validation else "")
    lines = [head]
    for epoch in marks(len(history)):
        line = f"{epoch:>7}  {history.train[epoch - 1]:>13.4g}"
        lines.append(line + (f"  {history.validation[epoch - 1]:>10.4g}" if history.validation else ""))
    return lines


def marks(last: int) -> list[int]:
    """1, 2, 5, 10, 20, 50, ... below ``last``, and ``last``.

    >>> marks(100), marks(1)
    ([1, 2, 5, 10, 20, 50, 100], [1])
    """
    found, decade = [], 1
    while decade <= last:
        found += [mark * decade for mark in MARKS if mark * decade < last]
        decade *= 10
    return [*found, last]
