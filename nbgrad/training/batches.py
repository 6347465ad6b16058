"""The training data, checked, and the batches drawn from it."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from nbgrad.data.errors import UnequalLengthsError

from .errors import BatchSizeError, EmptyDataError, EpochsError, NotANumberError, TrainingDataError, ValidationError

Batch = tuple[np.ndarray, ...]


class Batches:
    """Arrays with equal first axes, and how a batch is drawn from them.

    Rows are drawn with replacement, ``rows // batch_size`` batches an epoch. With a batch as large as the data (or
    larger) nothing is drawn: the batch is all rows in their order, once an epoch, which is plain gradient descent.

    >>> batches = Batches((np.arange(6.0), np.arange(6.0) * 2), batch_size=3)
    >>> batches.per_epoch
    2
    >>> batches.draw(np.random.default_rng(0))
    (array([5., 3., 3.]), array([10.,  6.,  6.]))
    """

    def __init__(self, data: Any, batch_size: int, names: Sequence[str] = ()) -> None:
        self.arrays = checked_arrays(data, names)
        self.batch_size = checked_batch_size(batch_size)
        self.rows = len(self.arrays[0])

    @property
    def takes_all(self) -> bool:
        """Whether every batch is all rows."""
        return self.batch_size >= self.rows

    @property
    def per_epoch(self) -> int:
        """Batches, and so steps, in one epoch."""
        return max(1, self.rows // self.batch_size)

    def draw(self, generator: np.random.Generator) -> Batch:
        """One batch: new arrays of ``batch_size`` rows each, or all the rows."""
        if self.takes_all:
            return self.arrays
        chosen = generator.integers(0, self.rows, size=self.batch_size)
        return tuple(array[chosen] for array in self.arrays)


def checked_arrays(data: Any, names: Sequence[str] = (), what: str = "data") -> Batch:
    """``data`` as arrays of numbers with the same number of rows, all of them finite.

    Raises:
        TrainingDataError: not a tuple or list of arrays of numbers, or a single number among them.
        EmptyDataError: no arrays, or no rows.
        UnequalLengthsError: different numbers of rows.
        NotANumberError: a NaN or an infinity; the message says where.
    """
    if isinstance(data, np.ndarray) or not isinstance(data, (tuple, list)):
        raise TrainingDataError(
            f"{what} is {_called(data)}; pass a tuple with one array for each argument of the model, such as (X, y)."
        )
    if not data:
        raise EmptyDataError(f"{what} is an empty tuple; pass at least one array, such as (X, y).")
    labels = [_label(what, position, names) for position in range(len(data))]
    arrays = tuple(_as_array(value, label) for value, label in zip(data, labels, strict=True))
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) > 1:
        shapes = ", ".join(f"{label} has shape {a.shape}" for label, a in zip(labels, arrays, strict=True))
        raise UnequalLengthsError(
            f"The arrays of {what} differ in their number of rows, so it is not known which rows belong together: "
            f"{shapes}."
        )
    if lengths[0] == 0:
        raise EmptyDataError(f"{labels[0]} has no rows (shape {arrays[0].shape}), so there is nothing to learn from.")
    for array, label in zip(arrays, labels, strict=True):
        _check_finite(array, label)
    return arrays


def checked_validation(validation: Any, like: Batch, kind: str) -> Any:
    """Validation data as arrays of the same kinds as ``like``; a function, or None, as it is.

    Raises:
        ValidationError: arrays that do not fit, or a model that cannot be measured. And what bad data raises.
    """
    if validation is None or callable(validation):
        return validation
    if kind == "step function":
        raise step_function_validation()
    arrays = checked_arrays(validation, what="validation")
    if len(arrays) != len(like):
        raise ValidationError(
            f"validation has {len(arrays)} arrays and data {len(like)}; pass the same kinds of arrays, in the same "
            "order."
        )
    for position, (given, known) in enumerate(zip(arrays, like, strict=True)):
        if given.shape[1:] != known.shape[1:]:
            raise ValidationError(
                f"validation[{position}] has shape {given.shape} and data[{position}] {known.shape}: apart from the "
                "number of rows they must agree."
            )
    return arrays


def step_function_validation() -> ValidationError:
    """The error for validation data given with a step function."""
    return ValidationError(
        "A step function moves the parameters, so it cannot measure the validation loss. Pass validation= a function "
        "without arguments that returns the loss as a number."
    )


def checked_batch_size(batch_size: Any) -> int:
    """``batch_size`` as an int, at least 1; BatchSizeError otherwise."""
    size = whole_number(batch_size)
    if size is None or size < 1:
        raise BatchSizeError(f"batch_size is {batch_size!r}; a batch has a whole number of rows, at least 1.")
    return size


def checked_epochs(epochs: Any) -> int:
    """``epochs`` as an int, at least 1; EpochsError otherwise."""
    number = whole_number(epochs)
    if number is None or number < 1:
        raise EpochsError(f"epochs is {epochs!r}; it is a whole number, at least 1.")
    return number


def whole_number(value: Any) -> int | None:
    """``value`` as an int, or None when it is not a whole number (True and 1.5 are not)."""
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def _label(what: str, position: int, names: Sequence[str]) -> str:
    name = f" ({names[position]})" if position < len(names) and names[position] else ""
    return f"{what}[{position}]{name}"


def _called(value: Any) -> str:
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"of type {type(value).__name__}"


def _as_array(value: Any, label: str) -> np.ndarray:
    try:
        array = np.array(value)  # a copy: what happens to the original later changes no history
    except ValueError:
        raise TrainingDataError(f"The rows of {label} are not equally long, so they are no array.") from None
    if array.dtype.kind not in "fiub":
        raise TrainingDataError(f"{label} has dtype {array.dtype}; a model is trained on real numbers.")
    array.flags.writeable = False
    if array.ndim == 0:
        raise TrainingDataError(f"{label} is the single number {array}; pass an array with one row per example.")
    return array


def _check_finite(array: np.ndarray, label: str) -> None:
    bad = ~np.isfinite(array)
    count = int(np.count_nonzero(bad))
    if count:
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        rest = "" if count == 1 else f", and {count - 1} more"
        raise NotANumberError(
            f"{label} of shape {array.shape} holds {array[place]} at {list(place)}{rest}. One such number makes the "
            "loss and then every parameter NaN; fill it or leave the row out."
        )
