"""A training in words: the one-line and the tabular form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .trainer import Trainer

MARKS = (1, 2, 5)
# What the tabular form says. The training loop knows no pictures and speaks English; who shows it gives other words.
WORDS = {
    "name": "Training",
    "row": "1 row",
    "rows": "{count} rows",
    "whole": "{kind} · all {rows} in every step",
    "batches": "{kind} · batches of {size} from {rows}",
    "kind_function": "function",
    "kind_loss_function": "loss function",
    "kind_step_function": "step function",
    "kind_graph": "graph",
    "head": "{name}: epoch {epoch} of {epochs}",
    "settings": "{setup} · learning rate {rate} · seed {seed}",
    "note": "note: {note}",
    "column_epoch": "epoch",
    "column_training": "training loss",
    "column_validation": "validation",
}


def one_line(trainer: Trainer) -> str:
    """Such as ``Trainer(Boston: epoch 62 of 100, loss 7.38)``."""
    name = f"{trainer.name}: " if trainer.name else ""
    history = trainer.history
    loss = f", loss {history[-1]:.4g}" if len(history) else ""
    error = f", stopped by {trainer.error.kind}" if trainer.error else ""
    return f"Trainer({name}epoch {trainer.epoch} of {trainer.epochs}{loss}{error})"


def set_up(trainer: Trainer, words: Mapping[str, str] = WORDS) -> str:
    """The settings in one line, apart from the learning rate."""
    kind = words[f"kind_{trainer.kind.replace(' ', '_')}"]
    rows = words["row"] if trainer.rows == 1 else words["rows"].format(count=trainer.rows)
    if trainer.batch_size >= trainer.rows:
        return words["whole"].format(kind=kind, rows=rows)
    return words["batches"].format(kind=kind, size=trainer.batch_size, rows=rows)


def describe(trainer: Trainer, words: Mapping[str, str] = WORDS, columns: Callable[[str], int] = len) -> str:
    """The text version of the display: settings, progress, and the losses at some epochs.

    The same for everyone: no times, no paces. ``words`` are those of :data:`WORDS`, perhaps in another language, and
    ``columns`` tells how wide a text is.
    """
    rate = f"{trainer.learning_rate:g}"
    lines = [
        words["head"].format(name=trainer.name or words["name"], epoch=trainer.epoch, epochs=trainer.epochs),
        words["settings"].format(setup=set_up(trainer, words), rate=rate, seed=trainer.seed),
    ]
    if trainer.note:
        lines.append(words["note"].format(note=trainer.note))
    if trainer.error:
        lines.append(str(trainer.error))
    return "\n".join(lines + table(trainer, words, columns))


def table(trainer: Trainer, words: Mapping[str, str], columns: Callable[[str], int]) -> list[str]:
    """Epoch and losses at epochs 1, 2, 5, 10, ... and the last, as lines of text."""
    history = trainer.history
    if not len(history):
        return []
    rows = [[words["column_epoch"], words["column_training"], words["column_validation"]]]
    for epoch in marks(len(history)):
        losses = [record[epoch - 1] for record in (history.train, history.validation) if record]
        rows.append([str(epoch), *(f"{loss:.4g}" for loss in losses)])
    widths = (7, 13, 10) if history.validation else (7, 13)
    return [
        "  ".join(" " * (width - columns(text)) + text for width, text in zip(widths, row, strict=False))
        for row in rows
    ]


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
