"""What can go wrong when a training is set up, run or wound back."""

from nbgrad.core.errors import NbgradError, NonFiniteError


class TrainingDataError(NbgradError, TypeError):
    """The training data is not a tuple of arrays of numbers, one row per example."""


class EmptyDataError(NbgradError, ValueError):
    """The training data has no rows, so there is nothing to learn from."""


class NotANumberError(NonFiniteError):
    """The training data holds a NaN or an infinity.

    One such number is enough: it reaches the loss with the first batch that holds its row, from there every
    gradient, and after one step every parameter. Fill the gap or leave the row out
    (``keep = np.isfinite(X).all(axis=1)``) before training.
    """


class BatchSizeError(NbgradError, ValueError):
    """A batch has a whole number of rows, at least 1."""


class EpochsError(NbgradError, ValueError):
    """The number of epochs is a whole number, at least 1."""


class ModelError(NbgradError, TypeError):
    """What was given to train is neither a function nor a node of a graph, or it returned something else than a loss.

    A *loss function* ``loss(*batch)`` returns a tensor that requires a gradient, and the trainer does the rest of the
    step. A *step function* ``step(*batch)`` does the whole step itself and returns the loss as a number. A *graph* is
    given by its loss node.
    """


class ParametersError(NbgradError, TypeError):
    """Which parameters shall move was not said, or something that cannot be a parameter was given."""


class InputsError(NbgradError, TypeError):
    """A graph needs one placeholder for each array of the data, in the same order: ``inputs=(X, y)``."""


class ValidationError(NbgradError, ValueError):
    """The validation data cannot be used: it does not fit the model, or the model cannot be measured without moving."""


class DivergedError(NbgradError, ArithmeticError):
    """The loss is no longer a finite number.

    Nearly always the learning rate is too large: each step jumps over the valley and lands higher on the other side,
    until the numbers overflow. The parameters are put back to what they were; wind back a few epochs and go on with
    a smaller learning rate.
    """


class RewindError(NbgradError, ValueError):
    """There is no such epoch to go back to, or the parameters to put back are not known."""


class BatchSizeWarning(UserWarning):
    """The batch is larger than the data, so every epoch is one step on all rows."""
