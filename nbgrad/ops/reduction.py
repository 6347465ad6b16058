"""Operations that reduce an array, or some of its axes, to fewer numbers."""

import numpy as np

from ..core.op import operation
from .samples import apart, case, normal


def spread(g, x, axis, keepdims):
    """Copy ``g`` back along the axes that were reduced, to the shape of ``x``."""
    if axis is not None and not keepdims and g.ndim:
        axes = axis if isinstance(axis, tuple) else (axis,)
        reduced = {a % x.ndim for a in axes}
        g = g.reshape(tuple(1 if i in reduced else n for i, n in enumerate(x.shape)))
    return np.broadcast_to(g, x.shape)


def count(x, axis):
    """How many elements of ``x`` go into one result."""
    if axis is None:
        return x.size
    axes = axis if isinstance(axis, tuple) else (axis,)
    return int(np.prod([x.shape[a] for a in axes]))


@operation(
    symbol="Σ", latex=r"\sum {x}", source="np.sum({x}{keywords})", formulas=["{g} copied to every element"],
    methods=["sum"], numpy=np.sum, samples=[normal(3, 4)], note="Every term of a sum receives the whole gradient.",
)  # fmt: skip
def sum(x, *, axis=None, keepdims=False):
    """The sum over ``axis`` (an integer, a tuple, or ``None`` for all)."""
    return np.add.reduce(x, axis=axis, keepdims=keepdims) if axis is not None else np.sum(x, keepdims=keepdims)


sum.rule(lambda g, y, x, axis=None, keepdims=False: spread(g, x, axis, keepdims))


@operation(
    symbol="mean", latex=r"\overline{{{x}}}", source="np.mean({x}{keywords})",
    formulas=["{g} / n, copied to every element"], methods=["mean"], numpy=np.mean, samples=[normal(3, 4)],
    cases=[case(axis=0), case(axis=(0, 1), keepdims=True), case(normal())],
    note="Each of the n numbers receives an n-th of the gradient.",
)  # fmt: skip
def mean(x, *, axis=None, keepdims=False):
    """The mean over ``axis`` (an integer, a tuple, or ``None`` for all)."""
    return np.mean(x, axis=axis, keepdims=keepdims)


mean.rule(lambda g, y, x, axis=None, keepdims=False: spread(g / count(x, axis), x, axis, keepdims))


def _ties(g, y, x, axis, keepdims):
    """Hand ``g`` to the elements that equal the extreme ``y``, in equal shares."""
    chosen = x == spread(y, x, axis, keepdims)
    return spread(g / np.sum(chosen, axis=axis, keepdims=keepdims, dtype=x.dtype), x, axis, keepdims) * chosen


@operation(
    symbol="max", latex=r"\max {x}", source="np.max({x}{keywords})", formulas=["{g} at the largest element, else 0"],
    methods=["max"], numpy=np.max, samples=[apart(3, 4)], note="Only the largest element receives the gradient.",
)  # fmt: skip
def max(x, *, axis=None, keepdims=False):
    """The largest element over ``axis``; equal ones share the gradient."""
    return np.max(x, axis=axis, keepdims=keepdims)


max.rule(lambda g, y, x, axis=None, keepdims=False: _ties(g, y, x, axis, keepdims))


@operation(
    symbol="min", latex=r"\min {x}", source="np.min({x}{keywords})", formulas=["{g} at the smallest element, else 0"],
    methods=["min"], numpy=np.min, samples=[apart(3, 4)], note="Only the smallest element receives the gradient.",
)  # fmt: skip
def min(x, *, axis=None, keepdims=False):
    """The smallest element over ``axis``; equal ones share the gradient."""
    return np.min(x, axis=axis, keepdims=keepdims)


min.rule(lambda g, y, x, axis=None, keepdims=False: _ties(g, y, x, axis, keepdims))
