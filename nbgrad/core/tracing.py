"""What the engine and the operations know of recording: hardly anything.

``ng.compile`` runs a function on *tracers*: things that look like arrays, and write down what is done with them. The
engine computes with them as it does with arrays, because forwards and rules are written with operators, NumPy functions
and array methods. Few places need to know more, and they ask here: where a decision is taken by the numbers, which a
program does not know yet; and where NumPy offers a tracer no way to say that it is one.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np


class Tracer:
    """Stands for an array (or a number, or a generator of random numbers) in a computation that is being recorded."""

    __slots__ = ()

    def call(self, function: Any, *args: Any, **static: Any) -> Any:
        """``function`` of some operands, this one among them, written down as one call."""
        raise NotImplementedError


def decided(condition: Any, otherwise: bool) -> bool:
    """Whether ``condition`` holds; ``otherwise`` in a recorded computation, where its numbers are not known yet.

    >>> decided(np.array([1.0, 2.0]).all(), otherwise=False)
    True
    """
    return otherwise if isinstance(condition, Tracer) else bool(condition)


def call(function: Any, *args: Any, **static: Any) -> Any:
    """``function(*args, **static)``, written down as one call where an operand is a tracer. For the functions of NumPy
    that do not ask their operands what they are, and for our own that had better not be taken apart.

    >>> call(np.asarray, [1.0, 2.0])
    array([1., 2.])
    """
    for x in args:
        if isinstance(x, Tracer):
            return x.call(function, *args, **static)
    return function(*args, **static)


def taken(array: Any, index: Any) -> Any:
    """``array[index]``, written down where only the index is a tracer, or holds one: arrays do not ask their index.

    >>> taken(np.array([1.0, 2.0]), [1]).tolist()
    [2.0]
    """
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, Tracer):
            return part.call(operator.getitem, array, index)
    return array[index]


def zeros(shape: tuple[int, ...], like: Any) -> Any:
    """Zeros of ``shape`` in the dtype of ``like``, to be written into; in a recorded computation, recorded zeros."""
    return np.zeros_like(like, shape=shape) if isinstance(like, Tracer) else np.zeros(shape, like.dtype)


def empty_like(layout: Any, numbers: Any) -> Any:
    """An array of the shape and the order in memory of ``layout``, for ``numbers`` to be written into."""
    if isinstance(numbers, Tracer) and not isinstance(layout, Tracer):
        return np.empty_like(numbers, shape=layout.shape)
    return np.empty_like(layout, dtype=numbers.dtype)


def empty(shape: tuple[int, ...], like: Any, dtype: Any = None) -> Any:
    """As :func:`zeros`, but with nothing in particular in it."""
    if isinstance(like, Tracer):
        return np.empty_like(like, shape=shape, dtype=dtype)
    return np.empty(shape, dtype or like.dtype)
