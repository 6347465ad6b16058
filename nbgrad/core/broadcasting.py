"""Broadcasting undone: what was copied in the forward pass adds up in the backward pass.

No rule needs to know of it; the passes call :func:`undo_broadcasting` on what a rule gives.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .tensor import Tensor

ARRAY = np.ndarray  # by a name of our own: quicker to look up


def undo_broadcasting(gradient: Any, shape: tuple[int, ...], batched: bool = False) -> Any:
    """Sum ``gradient`` down to ``shape``: what was copied in the forward pass adds up in the backward pass.

    A contribution that is *smaller* than its operand is spread over it instead (the rule left that to us). A batch of
    gradients keeps its first axis.

    >>> undo_broadcasting(np.ones((4, 3)), (3,))
    array([4., 4., 4.])
    """
    if type(gradient) is ARRAY and gradient.ndim == len(shape) + 1 < 3 and not batched and gradient.shape[1:] == shape:
        return sum_of_rows(gradient)  # by far the commonest: a bias, added to each row of a batch
    found = gradient.data.shape if isinstance(gradient, Tensor) else gradient.shape
    if batched:
        shape = (found[0], *shape)
    if found == shape:
        return gradient
    total = np.add.reduce if type(gradient) is ARRAY else np.sum  # the quicker spelling, where it applies
    extra = len(found) - len(shape)
    if extra > 0:
        gradient = total(gradient, axis=tuple(range(batched, batched + extra)))
    elif extra < 0 and batched:  # lined up at the last axis, with the batch in front
        gradient = gradient.reshape(gradient.shape[:1] + (1,) * -extra + gradient.shape[1:])
    stretched = tuple([i for i, n in enumerate(shape) if n == 1 and extra >= 0 and gradient.shape[i] != 1])
    if stretched:
        gradient = total(gradient, axis=stretched, keepdims=True)
    return gradient if gradient.shape == shape else np.broadcast_to(gradient, shape)


_ones: dict[tuple[int, str], np.ndarray] = {}


def sum_of_rows(rows: np.ndarray) -> Any:
    """``rows.sum(axis=0)`` of one or two axes, as a row of ones times the matrix: several times quicker if small.

    >>> sum_of_rows(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([4., 6.])
    """
    key = len(rows), rows.dtype.char
    if key not in _ones:
        if len(_ones) > 100:
            _ones.clear()
        _ones[key] = np.ones(*key)
    return _ones[key].dot(rows)
