"""What a training has gone through, epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class History:
    """Mean training loss of each epoch, and the validation loss at its end where there is one.

    ``len(history)`` is the number of epochs; ``history[0]`` is the training loss of epoch 1; iterating gives the
    training losses, so that ``plt.plot(history)`` works.

    >>> history = History([4.0, 1.0], [5.0, 2.0])
    >>> len(history), history[-1], history.validation[-1]
    (2, 1.0, 2.0)
    """

    train: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.train)

    def __getitem__(self, epoch: int) -> float:
        return self.train[epoch]

    def until(self, epoch: int) -> History:
        """A copy of the first ``epoch`` epochs."""
        return History(self.train[:epoch], self.validation[:epoch])

    def __repr__(self) -> str:
        if not self.train:
            return "History(no epochs yet)"
        last = f"loss {self.train[0]:.4g} to {self.train[-1]:.4g}"
        last += f", validation {self.validation[0]:.4g} to {self.validation[-1]:.4g}" if self.validation else ""
        return f"History({len(self)} {'epoch' if len(self) == 1 else 'epochs'}, {last})"


@dataclass(frozen=True)
class Failure:
    """An error that ended a training, kept as text so that it holds no part of the model alive."""

    kind: str  # name of the exception's class
    message: str
    traceback: str
    epoch: int  # the epoch under way, from 1
    step: int  # the step in that epoch, from 1

    def __str__(self) -> str:
        return f"{self.kind} in epoch {self.epoch}, step {self.step}: {self.message}"


def failure_of(error: BaseException, epoch: int, step: int) -> Failure:
    """``error`` as a Failure. The training loop's own frames, which say nothing about the mistake, are left out."""
    import traceback
    from pathlib import Path

    here = str(Path(__file__).parent)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(here)]
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(own)] if own else []
    lines += traceback.format_exception_only(type(error), error)
    return Failure(type(error).__name__, str(error), "".join(lines).rstrip(), epoch, step)
