"""What a tape program computes with: variables, which can be given new numbers, and constants."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.errors import NoGradientError, ShapeError
from ..core.names import checked_name, name_of
from ..core.op import identity
from ..core.tensor import Tensor, as_data, plain


class Variable(Tensor):
    """A tensor that can be given new numbers: a parameter.

    Args:
        initial_value: any shape; whole numbers stay whole, and have no gradient.
        trainable: whether tapes watch it by themselves.
        name: shown in drawings.
        dtype: for example ``tf.float32``; by default that of the data.
    """

    __slots__ = ()

    def __init__(self, initial_value: Any, trainable: bool = True, name: str | None = None, dtype: Any = None):
        data = _converted(initial_value, dtype)
        super().__init__(data, trainable and data.dtype.kind == "f", checked_name(name))

    @property
    def trainable(self) -> bool:
        """Whether tapes watch it by themselves."""
        return self.requires_grad

    def assign(self, value: Any) -> Variable:
        """Give it new numbers, of the same shape; what was computed from the old ones stays as it was.

        Raises:
            ShapeError: the shape would change.
        """
        data = np.asarray(plain(value), dtype=self.data.dtype)
        if data.shape != self.data.shape:
            raise ShapeError(
                f"{name_of(self) or 'this variable'} has shape {self.data.shape} and cannot be assigned numbers of "
                f"shape {data.shape}"
            )
        self.data = data.copy() if data.ndim else data[()]
        return self

    def assign_add(self, delta: Any) -> Variable:
        """``assign(self + delta)``."""
        return self.assign(self.data + self._step(delta))

    def assign_sub(self, delta: Any) -> Variable:
        """``assign(self - delta)``: the step of gradient descent."""
        return self.assign(self.data - self._step(delta))

    def _step(self, delta: Any) -> Any:
        """``delta`` as numbers that fit.

        Raises:
            NoGradientError: it is ``None``, as a gradient is that a tape did not find.
            ShapeError: its shape is neither that of the variable nor that of a number.
        """
        called = name_of(self) or "this variable"
        if delta is None:
            raise NoGradientError(
                f"{called} cannot be moved by None: the tape found no way from the target to it; was it used inside "
                "the tape's with block, and in floating numbers?"
            )
        numbers = as_data(delta)
        if numbers.shape not in ((), self.data.shape):
            raise ShapeError(f"{called} has shape {self.data.shape} and cannot be moved by shape {numbers.shape}")
        return numbers

    def value(self) -> Tensor:
        """The present numbers as a tensor of their own, through which gradients flow."""
        return identity(self)

    read_value = value

    def __repr__(self) -> str:
        numbers = np.array2string(np.asarray(self.data), separator=", ", prefix="Variable(")
        return f"Variable({numbers}, name={self.name!r})" if self.name else f"Variable({numbers})"


def _converted(value: Any, dtype: Any = None) -> Any:
    data = as_data(value)
    if dtype is not None:
        data = data.astype(dtype)
    return data.copy() if isinstance(data, np.ndarray) else data


def constant(value: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """A tensor that takes no part in gradients until a tape watches it."""
    return Tensor(_converted(value, dtype), name=checked_name(name))


def convert_to_tensor(value: Any, dtype: Any = None) -> Tensor:
    """``value`` itself if it is a tensor (of that dtype), else a constant."""
    if not isinstance(value, Tensor):
        return constant(value, dtype)
    return value if dtype is None else value.astype(dtype)
