"""What to say when shapes do not fit: which operands, by name and shape, and the smallest fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .errors import NbgradError, ShapeError
from .names import name_of
from .tensor import Tensor

if TYPE_CHECKING:
    from .op import Operation


def shape_error(op: Operation, operands: Sequence, args: Sequence, error: Exception) -> Exception:
    """What did not fit, by name and shape, and the smallest fix that would make it fit.

    An error of ours that is about something else than shapes is left as it is.
    """
    if isinstance(error, NbgradError) and not isinstance(error, ShapeError):
        return error
    shapes = [np.shape(value) for value in args]
    called = [name_of(x) if isinstance(x, Tensor) else None for x in operands]
    listed = ", ".join(
        f"{name or f'operand {i}'} of shape {shape}"
        for i, (name, shape) in enumerate(zip(called, shapes, strict=True), 1)
    )
    if isinstance(error, ShapeError):  # the operation knows better
        return ShapeError(f"{op.name} of {listed}: {error}")
    if len(args) > 1 and any(word in str(error) for word in ("shape", "dimension", "broadcast")):
        return ShapeError(f"{op.name}: {listed} do not fit together{suggestion(op, called, shapes) or f': {error}'}")
    return ShapeError(f"{op.name} of {listed}: {error}")


def suggestion(op: Operation, called: Sequence[str | None], shapes: Sequence[tuple]) -> str:
    """A fix for two operands that do not fit, where one is plain to see; else nothing."""
    if len(shapes) < 2 or not shapes[0] or not shapes[1]:
        return ""
    a, b = shapes[:2]
    first, second = called[0] or "the first", called[1] or "the second"
    if op.name in ("matmul", "linear"):
        needed = f". The last axis of {first} ({a[-1]}) must be as long as the {'first' if len(b) > 1 else 'only'} "
        needed += f"axis of {second} ({b[-2] if len(b) > 1 else b[0]})"
        if len(b) == 2 and a[-1] == b[1]:
            return f"{needed}; transposing {second} would do: {second}.T"
        if len(a) == 2 and a[0] == b[0]:
            return f"{needed}; transposing {first} would do: {first}.T"
        return needed
    if len(a) == 1 and a[0] == b[0] != b[-1]:
        return f". Making {first} a column would do: {first}.reshape(-1, 1)"
    if len(b) == 1 and b[0] == a[0] != a[-1]:
        return f". Making {second} a column would do: {second}.reshape(-1, 1)"
    return ". Shapes are lined up at the last axis; there each pair of lengths must be equal or hold a 1"
