"""Spread, median, and the sum of exponentials."""

import numpy as np

from ...core.op import operation
from ...core.tensor import plain
from ..elementwise import or_infinity, where
from ..samples import apart, case, normal
from .spreading import back_in_place, count, in_a_row, kept
from .sums import mean

AXES = [case(axis=0), case(axis=-1, keepdims=True), case(normal(2, 3, 4), axis=(0, 2))]


def _deviation(x, axis, ddof):
    """The distances from the mean, each divided by the number that the variance divides by."""
    n = count(x, axis) - ddof
    return (x - mean(x, axis=axis, keepdims=True)) * (1 / n if n else np.nan)


@operation(
    symbol="var", latex=r"\frac{{1}}{{n - {ddof}}} \sum ({x} - \overline{{{x}}})^2",
    source="np.var({x}{keywords})",
    formulas=["{g} · 2({x} − mean)/(n − ddof)"], methods=["var"], numpy=np.var, batched=True,
    samples=[normal(3, 4)], cases=[*AXES, case(ddof=1), case(axis=1, ddof=1), case(normal())],
    note="The further a number is from the mean, the more it moves the variance.",
)  # fmt: skip
def var(x, *, axis=None, ddof=0, keepdims=False):
    """The variance: the sum of the ``n`` squared distances from the mean, divided by ``n - ddof``.

    Where ``n`` is ``ddof``, nothing is left to divide by: it has no value, and the gradient is NaN.

    >>> float(var(np.array([1.0, 3.0]))), float(var(np.array([1.0, 3.0]), ddof=1))
    (1.0, 2.0)
    """
    return np.var(x, axis=axis, ddof=ddof, keepdims=keepdims)


var.rule(
    lambda g, y, x, axis=None, ddof=0, keepdims=False: kept(g, x, axis, keepdims) * (2.0 * _deviation(x, axis, ddof))
)


@operation(
    symbol="std", latex=r"\sqrt{{\frac{{1}}{{n - {ddof}}} \sum ({x} - \overline{{{x}}})^2}}",
    source="np.std({x}{keywords})",
    formulas=["{g} · ({x} − mean)/((n − ddof)·{y})"], methods=["std"], numpy=np.std, batched=True,
    samples=[normal(3, 4)], cases=[*AXES, case(ddof=1), case(axis=1, ddof=1), case(normal())],
    note="The further a number is from the mean, the more it moves the standard deviation.",
)  # fmt: skip
def std(x, *, axis=None, ddof=0, keepdims=False):
    """The standard deviation, the root of the variance (see :func:`var`).

    Where all numbers are equal the subgradient 0 is taken.

    >>> import nbgrad as ng
    >>> ng.grad(np.std)(np.array([1.0, 3.0])).tolist(), ng.grad(np.std)(np.array([2.0, 2.0])).tolist()
    ([-0.5, 0.5], [0.0, 0.0])
    """
    return np.std(x, axis=axis, ddof=ddof, keepdims=keepdims)


std.rule(
    lambda g, y, x, axis=None, ddof=0, keepdims=False: (
        kept(g, x, axis, keepdims) * (_deviation(x, axis, ddof) / or_infinity(kept(y, x, axis, keepdims)))
    )
)


def _weights_of_the_middle(x, axis):
    """1 for the element that sorting puts in the middle; for an even number of them, a half for each of two."""
    rows = in_a_row(x, axis)
    ranks = np.argsort(np.argsort(rows, axis=-1, kind="stable"), axis=-1)
    n = rows.shape[-1]
    halves = (ranks == (n - 1) // 2).astype(x.dtype) + (ranks == n // 2)
    return back_in_place(0.5 * halves, x, axis)


@operation(
    symbol="median", latex=r"\mathrm{{median}}\,{x}", source="np.median({x}{keywords})",
    formulas=["{g} at the middle element, or half of it at the two in the middle"], methods=["median"],
    numpy=np.median, batched=True, samples=[apart(3, 4)],
    cases=[case(axis=0), case(axis=-1, keepdims=True), case(apart(2, 3, 5), axis=(0, 2)), case(apart())],
    note="Only the number in the middle receives the gradient, or the two in the middle half of it each.",
)  # fmt: skip
def median(x, *, axis=None, keepdims=False):
    """The number in the middle, or the mean of the two in the middle.

    Of equal numbers the one that a stable sort puts in the middle receives the gradient (of an even
    number, the two).

    >>> import nbgrad as ng
    >>> ng.grad(np.median)(np.array([9.0, 1.0, 2.0, 4.0])).tolist()
    [0.0, 0.0, 0.5, 0.5]
    """
    return np.median(x, axis=axis, keepdims=keepdims)


median.rule(
    lambda g, y, x, axis=None, keepdims=False: kept(g, x, axis, keepdims) * _weights_of_the_middle(plain(x), axis)
)


@operation(
    symbol="ln Σ e", latex=r"\ln \sum e^{{{x}}}", source="F.logsumexp({x}{keywords})",
    formulas=["{g} · e^({x} − {y})"], methods=["logsumexp"], batched=True, samples=[normal(3, 4)],
    cases=[*AXES, case(normal())],
    note="Each element receives the part of the gradient that it has in the sum: softmax.",
)  # fmt: skip
def logsumexp(x, *, axis=None, keepdims=False):
    """``ln(sum(exp(x)))`` without overflow: the largest element is taken out of the sum first.

    Of nothing, or nothing but ``-inf``, it is ``-inf``, and the gradient is taken as 0.

    >>> float(logsumexp(np.array([1000.0, 1000.0])).round(3))
    1000.693
    """
    top = np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):  # ln 0
        total = np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis)[()]


def _parts(y, x):
    """``exp(x - y)``, the part of each element in the sum."""
    return np.exp(x - where(y == -np.inf, 0.0, y))


logsumexp.rule(
    lambda g, y, x, axis=None, keepdims=False: kept(g, x, axis, keepdims) * _parts(kept(y, x, axis, keepdims), x)
)
