"""The largest and the smallest element, and where they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.methods import method
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ...core.tensor import plain
from ..samples import apart, case
from .spreading import kept, shares


def _to_the_chosen(g, y, x, axis, keepdims):
    """Hand ``g`` to the elements that equal the extreme ``y``, in equal parts."""
    chosen = plain(x) == kept(plain(y), x, axis, keepdims)
    return kept(g, x, axis, keepdims) * shares(chosen, axis, x.dtype)


CASES = [case(axis=0), case(axis=-1, keepdims=True), case(apart(2, 3, 4), axis=(0, 2)), case(apart())]


@operation(
    symbol="max", latex=r"\max {x}", source="np.max({x}{keywords})",
    formulas=["{g} at the largest element (equal ones share it), else 0"],
    methods=["max"], numpy=[np.max, np.amax], batched=True, samples=[apart(3, 4)], cases=CASES,
    note="Only the largest element receives the gradient; equal ones share it.",
)  # fmt: skip
def max(x, *, axis=None, keepdims=False):
    """The largest element over ``axis``; equal ones share the gradient.

    >>> import nbgrad as ng
    >>> ng.grad(np.max)(np.array([5.0, 2.0, 5.0])).tolist()
    [0.5, 0.0, 0.5]
    """
    return np.maximum.reduce(x, axis=axis, keepdims=keepdims)


max.rule(lambda g, y, x, axis=None, keepdims=False: _to_the_chosen(g, y, x, axis, keepdims))


@operation(
    symbol="min", latex=r"\min {x}", source="np.min({x}{keywords})",
    formulas=["{g} at the smallest element (equal ones share it), else 0"],
    methods=["min"], numpy=[np.min, np.amin], batched=True, samples=[apart(3, 4)], cases=CASES,
    note="Only the smallest element receives the gradient; equal ones share it.",
)  # fmt: skip
def min(x, *, axis=None, keepdims=False):
    """The smallest element over ``axis``; equal ones share the gradient.

    >>> import nbgrad as ng
    >>> ng.grad(np.min)(np.array([5.0, 2.0, 5.0])).tolist()
    [0.0, 1.0, 0.0]
    """
    return np.minimum.reduce(x, axis=axis, keepdims=keepdims)


min.rule(lambda g, y, x, axis=None, keepdims=False: _to_the_chosen(g, y, x, axis, keepdims))


def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The largest element minus the smallest ("peak to peak").

    Equal extremes share their gradient, see :func:`max`; if all elements are equal, it is 0.

    >>> import nbgrad as ng
    >>> ng.grad(ptp)(np.array([5.0, 2.0, 3.0])).tolist()
    [1.0, -1.0, 0.0]
    """
    return max(x, axis=axis, keepdims=keepdims) - min(x, axis=axis, keepdims=keepdims)


NUMPY[np.ptp] = ptp


# ---- where they are, and whether: whole numbers and truth values, which have no gradient


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> np.ndarray:
    """The index of the largest element, the first of equal ones, as a plain array.

    >>> int(argmax(np.array([2.0, 5.0, 5.0])))
    1
    """
    return np.argmax(plain(x), axis=axis, keepdims=keepdims)


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> np.ndarray:
    """The index of the smallest element, the first of equal ones, as a plain array.

    >>> int(argmin(np.array([2.0, 5.0, 2.0])))
    0
    """
    return np.argmin(plain(x), axis=axis, keepdims=keepdims)


def any(x: Any, axis: Any = None, keepdims: bool = False) -> np.ndarray:
    """Whether any element is not zero, as a plain array.

    >>> any(np.array([[0.0, 1.0], [0.0, 0.0]]), axis=1).tolist()
    [True, False]
    """
    return np.any(plain(x), axis=axis, keepdims=keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> np.ndarray:
    """Whether no element is zero, as a plain array.

    >>> all(np.array([[2.0, 1.0], [0.0, 1.0]]), axis=1).tolist()
    [True, False]
    """
    return np.all(plain(x), axis=axis, keepdims=keepdims)


for _function in (argmax, argmin, any, all):
    method(_function.__name__, _function)
