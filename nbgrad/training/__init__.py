"""The training loop: history, checkpoints, events. No widget in it.

>>> import numpy as np
>>> w = np.zeros(1)
>>> def step(x, learning_rate):
...     loss = float(np.mean((w - x) ** 2))
...     w[:] = w - learning_rate * 2 * np.mean(w - x)
...     return loss
>>> trainer = Trainer(step, [w], data=(np.full(4, 2.0),), batch_size=4, epochs=3, learning_rate=0.5)
>>> trainer.run()
History(3 epochs, loss 4 to 0)
"""

from .errors import (
    BatchSizeError,
    BatchSizeWarning,
    DivergedError,
    EmptyDataError,
    EpochsError,
    InputsError,
    ModelError,
    NotANumberError,
    ParametersError,
    RewindError,
    TrainingDataError,
    ValidationError,
)
from .history import Failure, History
from .trainer import Trainer

__all__ = [
    "BatchSizeError",
    "BatchSizeWarning",
    "DivergedError",
    "EmptyDataError",
    "EpochsError",
    "Failure",
    "History",
    "InputsError",
    "ModelError",
    "NotANumberError",
    "ParametersError",
    "RewindError",
    "Trainer",
    "TrainingDataError",
    "ValidationError",
]
