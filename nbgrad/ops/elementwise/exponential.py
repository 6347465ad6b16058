"""Exponential functions and logarithms."""

import math

import numpy as np

from ...core.op import operation
from ...core.tracing import decided
from ..samples import normal, positive
from .choosing import where

LN2, LN10 = math.log(2), math.log(10)


@operation(
    symbol="exp", latex="e^{{{x}}}", source="np.exp({x})", formulas=["{y}"], methods=["exp"], numpy=np.exp,
    elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="The exponential function is its own derivative.",
)  # fmt: skip
def exp(x):
    """``e ** x``.

    >>> import nbgrad as ng
    >>> float(exp(0.0)), float(ng.grad(exp)(0.0))
    (1.0, 1.0)
    """
    return np.exp(x)


exp.rule(lambda g, y, x: g * y)


@operation(
    symbol="exp2", latex="2^{{{x}}}", source="np.exp2({x})", formulas=["{y}·ln 2"], methods=["exp2"], numpy=np.exp2,
    elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="A power of two grows in proportion to itself.",
)  # fmt: skip
def exp2(x):
    """``2 ** x``.

    >>> exp2(np.array([0.0, 3.0])).tolist()
    [1.0, 8.0]
    """
    return np.exp2(x)


exp2.rule(lambda g, y, x: g * (y * LN2))


@operation(
    symbol="expm1", latex="e^{{{x}}} - 1", source="np.expm1({x})", formulas=["{y} + 1"], methods=["expm1"],
    numpy=np.expm1, elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="The slope is that of the exponential function.",
)  # fmt: skip
def expm1(x):
    """``e ** x - 1``, exact for ``x`` near 0, where the subtraction would lose all digits.

    >>> float(expm1(1e-20)), float(exp(1e-20) - 1)
    (1e-20, 0.0)
    """
    return np.expm1(x)


expm1.rule(lambda g, y, x: g * (y + 1.0))


@operation(
    symbol="ln", latex=r"\ln {x}", source="np.log({x})", formulas=["1/{x}"], methods=["log"], numpy=np.log,
    elementwise=True, takes_complex=True, samples=[positive(3, 4)],
    note="The smaller the number, the steeper its logarithm.",
)  # fmt: skip
def log(x):
    """The natural logarithm. At 0 it is −∞, and of negative numbers NaN.

    >>> import nbgrad as ng
    >>> float(log(1.0)), float(ng.grad(log)(4.0))
    (0.0, 0.25)
    """
    return np.log(x)


log.rule(lambda g, y, x: g / x)


@operation(
    symbol="log2", latex=r"\log_2 {x}", source="np.log2({x})", formulas=["1/({x}·ln 2)"], methods=["log2"],
    numpy=np.log2, elementwise=True, takes_complex=True, samples=[positive(3, 4)],
    note="The smaller the number, the steeper its logarithm.",
)  # fmt: skip
def log2(x):
    """The logarithm to base 2.

    >>> log2(np.array([1.0, 8.0])).tolist()
    [0.0, 3.0]
    """
    return np.log2(x)


log2.rule(lambda g, y, x: g / (x * LN2))


@operation(
    symbol="log10", latex=r"\log_{{10}} {x}", source="np.log10({x})", formulas=["1/({x}·ln 10)"], methods=["log10"],
    numpy=np.log10, elementwise=True, takes_complex=True, samples=[positive(3, 4)],
    note="The smaller the number, the steeper its logarithm.",
)  # fmt: skip
def log10(x):
    """The logarithm to base 10.

    >>> log10(np.array([1.0, 1000.0])).round(12).tolist()
    [0.0, 3.0]
    """
    return np.log10(x)


log10.rule(lambda g, y, x: g / (x * LN10))


@operation(
    symbol="log1p", latex=r"\ln(1 + {x})", source="np.log1p({x})", formulas=["1/(1 + {x})"], methods=["log1p"],
    numpy=np.log1p, elementwise=True, takes_complex=True, samples=[positive(3, 4)],
    note="The nearer to -1, the steeper the logarithm of one more.",
)  # fmt: skip
def log1p(x):
    """``ln(1 + x)``, exact for ``x`` near 0, where the addition would lose all digits.

    >>> float(log1p(1e-20)), float(log(1 + 1e-20))
    (1e-20, 0.0)
    """
    return np.log1p(x)


log1p.rule(lambda g, y, x: g / (1.0 + x))


def _difference(a, b):
    """``a - b``, and 0 for two infinities of the same sign: they have equal parts in their sum."""
    same = (a == b) & np.isinf(a)
    if not decided(np.any(same), otherwise=True):
        return a - b
    return where(same, 0.0, a) - where(same, 0.0, b)


def _part(a, b):
    """``exp(a) / (exp(a) + exp(b))``, the part of ``exp(a)`` in the sum, without overflow."""
    return 0.5 * np.tanh(0.5 * _difference(a, b)) + 0.5


@operation(
    symbol="ln Σ e", latex=r"\ln(e^{{{a}}} + e^{{{b}}})", source="np.logaddexp({a}, {b})",
    formulas=["e^({a} − {y})", "e^({b} − {y})"], numpy=np.logaddexp, elementwise=True,
    samples=[normal(3, 4), normal(4)],
    note="Each input receives the part of the gradient that it has in the sum of the exponentials.",
)  # fmt: skip
def logaddexp(a, b):
    """``ln(e**a + e**b)`` without overflow: the sum of two numbers that are given by their logarithms.

    Two equal infinities receive half of the gradient each.

    >>> float(logaddexp(1000.0, 1000.0).round(3))
    1000.693
    """
    return np.logaddexp(a, b)


logaddexp.rule(lambda g, y, a, b: g * _part(a, b), lambda g, y, a, b: g * _part(b, a))


@operation(
    symbol="log2 Σ 2", latex=r"\log_2(2^{{{a}}} + 2^{{{b}}})", source="np.logaddexp2({a}, {b})",
    formulas=["2^({a} − {y})", "2^({b} − {y})"], numpy=np.logaddexp2, elementwise=True,
    samples=[normal(3, 4), normal(4)],
    note="Each input receives the part of the gradient that it has in the sum of the powers of two.",
)  # fmt: skip
def logaddexp2(a, b):
    """``log2(2**a + 2**b)`` without overflow: the sum of two numbers that are given by their logarithms to base 2.

    >>> float(logaddexp2(1024.0, 1024.0))
    1025.0
    """
    return np.logaddexp2(a, b)


logaddexp2.rule(lambda g, y, a, b: g * _part(LN2 * a, LN2 * b), lambda g, y, a, b: g * _part(LN2 * b, LN2 * a))
