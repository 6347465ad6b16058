"""Dtypes, sizes and numbers as PyTorch spells them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .translation import Operand, Unknown


def dtype_of(dtype: Any) -> str:
    """A dtype."""
    return f"torch.{np.dtype(dtype).name}"


def cast(x: Operand, dtype: Any) -> Operand:
    """An array in a dtype."""
    return x if x.dtype == dtype else Operand(f"{x}.to({dtype_of(dtype)})", x.example.astype(dtype))


def tensor(x: Any, dtype: Any) -> Operand:
    """A number as a tensor, for functions that take nothing else; a tensor as it is."""
    if isinstance(x, Operand) and x.is_tensor:
        return x
    text = str(x).removeprefix("(").removesuffix(")") if isinstance(x, Operand) else repr(x)
    example = x.example if isinstance(x, Operand) else x
    return Operand(f"torch.tensor({text}, dtype={dtype_of(dtype)})", np.asarray(example, dtype)[()])


def beside(x: Any, dtype: np.dtype) -> Operand:
    """A number as a tensor that meets an array of ``dtype`` in an operation on each element: a tensor without axes
    leaves the dtype as it is, so none needs to be given for a number that 32 bits hold exactly."""
    number = x.example if isinstance(x, Operand) and not x.is_tensor else None
    if dtype.kind == "f" and isinstance(number, float | int) and float(np.float32(number)) == number:
        return Operand(f"torch.tensor({float(number)!r})", number)
    return tensor(x, dtype)


def promoted(args: Sequence[Any], dtype: np.dtype, strict: bool) -> Iterator[Any]:
    """Operands such that PyTorch computes in ``dtype``, as NumPy did.

    PyTorch takes 32 bits where an operation makes fractions of whole numbers, and numbers without axes count less than
    arrays; with ``strict``, operands must be of the same dtype to begin with.
    """
    tensors = [x for x in args if isinstance(x, Operand) and x.is_tensor]
    ranked = [x for x in tensors if x.ndim] or tensors
    enough = any(x.dtype == dtype for x in ranked) and not strict
    for x in args:
        rises = isinstance(x, Operand) and x.is_tensor and x.dtype != dtype and np.can_cast(x.dtype, dtype)
        yield cast(x, dtype) if rises and not enough and dtype.kind in "ifc" else x


def dims(axis: Any, x: Operand, keepdims: bool = False) -> Any:
    """An axis, or several, as PyTorch's ``dim``; ``None`` for all of them."""
    if axis == ():
        raise Unknown("along no axis")
    if axis is None:
        return tuple(range(x.ndim)) if keepdims and x.ndim else None
    return axis[0] if isinstance(axis, tuple | list) and len(axis) == 1 else axis
