"""Scores turned into probabilities."""

import numpy as np

from ...core.op import operation
from ..samples import case, normal


@operation(
    symbol="softmax", latex=r"\frac{{e^{{{x}}}}}{{\sum e^{{{x}}}}}", source="F.softmax({x}{keywords})",
    formulas=["{y}({g} − Σ {g}·{y})"], samples=[normal(3, 4)],
    cases=[case(axis=0), case(normal(2, 3, 4), axis=1), case(normal(5)), case(normal(0, 3)), case(normal())],
    note="Probabilities sum to 1, so softmax hands on only by how much each gradient differs from their average, "
    "weighted by the probabilities.",
)  # fmt: skip
def softmax(x, *, axis=-1):
    """``exp(x) / sum(exp(x))`` along ``axis``: positive numbers that sum to 1 (J. Bridle, 1990).

    The largest number is subtracted first, which changes nothing and lets nothing overflow.

    Shapes: any; the result has that of ``x``.

    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    e = np.exp(x - np.maximum.reduce(x, axis, keepdims=True))
    return e / np.add.reduce(e, axis, keepdims=True)


softmax.rule(lambda g, y, x, axis=-1: y * (g - (g * y).sum(axis=axis, keepdims=True)))


@operation(
    symbol="ln sm", latex=r"{x} - \ln \sum e^{{{x}}}", source="F.log_softmax({x}{keywords})",
    formulas=["{g} − exp({y}) Σ {g}"], samples=[normal(3, 4)],
    cases=[case(axis=0), case(normal(2, 3, 4), axis=1), case(normal(5)), case(normal(0, 3)), case(normal())],
    note="Each score receives its gradient, less its share of all of them.",
)  # fmt: skip
def log_softmax(x, *, axis=-1):
    """``ln(softmax(x))`` along ``axis``, without the logarithm of probabilities too small to be told from 0.

    >>> log_softmax(np.array([0.0, 1000.0])).tolist()
    [-1000.0, 0.0]
    """
    shifted = x - np.maximum.reduce(x, axis, keepdims=True)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis, keepdims=True))


log_softmax.rule(lambda g, y, x, axis=-1: g - np.exp(y) * g.sum(axis=axis, keepdims=True))
