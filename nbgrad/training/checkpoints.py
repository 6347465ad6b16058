"""Snapshots of a training, one an epoch, in bounded memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Snapshot:
    """Everything that decides how a training goes on, as it was between two steps."""

    epoch: int  # epochs completed
    step: int  # steps done in the epoch under way
    total: float  # sum of the losses of those steps
    steps: int  # steps in all
    parameters: tuple[Any, ...]  # copies of the values
    optimizer: Any  # what the optimizer remembers, or None
    generator: Mapping[str, Any]  # the state of the random generator

    @property
    def nbytes(self) -> int:
        """Memory held, roughly: the parameters, what the optimizer remembers, and a flat kilobyte for the rest."""
        remembered = self.optimizer.values() if isinstance(self.optimizer, Mapping) else ()
        return 1024 + sum(np.asarray(value).nbytes for value in (*self.parameters, *remembered))


class Checkpoints:
    """Snapshots at the ends of epochs, epoch 0 (the start) among them, in order of epoch.

    When they hold more than ``limit`` bytes, only the epochs that divide by 2 are kept, then those that divide by 4,
    and so on: a training of any length can be wound back, in ever coarser strides. The start and the newest stay.
    """

    def __init__(self, limit: int = 64 * 2**20) -> None:
        self.limit = limit
        self.stride = 1
        self._kept: dict[int, Snapshot] = {}

    def add(self, snapshot: Snapshot) -> None:
        """Keep ``snapshot``; one that was the newest goes when its epoch does not fit the stride."""
        newest = max(self._kept, default=0)
        if newest % self.stride:
            del self._kept[newest]
        self._kept[snapshot.epoch] = snapshot
        while len(self._kept) > 2 and len(self._kept) * snapshot.nbytes > self.limit:
            self.stride *= 2
            self._kept = {e: s for e, s in self._kept.items() if e % self.stride == 0 or e == snapshot.epoch}

    def forget_after(self, epoch: int) -> None:
        """Drop what lies after ``epoch``: the training takes another way from there."""
        self._kept = {e: s for e, s in self._kept.items() if e <= epoch}

    def at_or_before(self, epoch: int) -> Snapshot | None:
        """The newest snapshot that is not after ``epoch``; None when there is none."""
        epochs = sorted(self._kept)
        position = bisect_right(epochs, epoch)
        return self._kept[epochs[position - 1]] if position else None

    @property
    def epochs(self) -> list[int]:
        """The epochs that can be gone back to."""
        return sorted(self._kept)
