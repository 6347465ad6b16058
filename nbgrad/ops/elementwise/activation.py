"""Activation functions of neural networks, and the functions they are made of."""

import math

import numpy as np

from ...core.errors import OptionError
from ...core.op import operation
from ...core.tracing import call
from ..samples import apart, case, normal
from .choosing import where


@operation(
    symbol="σ", latex=r"\sigma({x})", source="1 / (1 + np.exp(-{x}))", formulas=["{y}(1 − {y})"], methods=["sigmoid"],
    elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="Sigmoid hands on at most 25% of the gradient that reaches it.",
)  # fmt: skip
def sigmoid(x):
    """The logistic function ``1 / (1 + exp(-x))``, written with ``tanh`` so that it overflows nowhere.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    y = np.tanh(0.5 * x)
    y *= 0.5  # in place: the array is new, and nobody else has it yet
    y += 0.5
    return y


sigmoid.rule(lambda g, y, x: g * (y * (1.0 - y)))


@operation(
    symbol="ln σ", latex=r"\ln \sigma({x})", source="-np.log(1 + np.exp(-{x}))", formulas=["σ(−{x})"], elementwise=True,
    samples=[normal(3, 4)],
    note="The logarithm of sigmoid hands on the whole gradient where sigmoid is near 0, and almost nothing near 1.",
)  # fmt: skip
def log_sigmoid(x):
    """``ln(sigmoid(x))`` without overflow, and without the logarithm of 0 for large negative ``x``.

    >>> log_sigmoid(np.array([-1000.0, 0.0])).round(3).tolist()
    [-1000.0, -0.693]
    """
    return -np.logaddexp(-x, 0.0)


log_sigmoid.rule(lambda g, y, x: g * sigmoid(-x))


@operation(
    symbol="softplus", latex=r"\ln(1 + e^{{{x}}})", source="np.log(1 + np.exp({x}))", formulas=["σ({x})"],
    elementwise=True, samples=[normal(3, 4)], note="The slope of softplus is sigmoid: a gate that opens smoothly.",
)  # fmt: skip
def softplus(x):
    """``ln(1 + exp(x))`` without overflow: relu with its corner smoothed (C. Dugas et al., 2001).

    >>> softplus(np.array([-1000.0, 0.0, 1000.0])).round(3).tolist()
    [0.0, 0.693, 1000.0]
    """
    return np.logaddexp(x, 0.0)


softplus.rule(lambda g, y, x: g * sigmoid(x))


@operation(
    symbol="relu", latex=r"\max(0, {x})", source="np.maximum({x}, 0)", formulas=["1 if {x} > 0 else 0"],
    methods=["relu"], elementwise=True, samples=[apart(3, 4)],
    note="relu is an open gate where its input is positive and a closed one elsewhere.",
)  # fmt: skip
def relu(x):
    """``max(0, x)``; at 0 the subgradient 0 is taken.

    >>> import nbgrad as ng
    >>> ng.grad(lambda x: relu(x).sum())(np.array([-1.0, 0.0, 2.0])).tolist()
    [0.0, 0.0, 1.0]
    """
    return np.maximum(x, 0.0)


relu.rule(lambda g, y, x: g * (x > 0.0))


@operation(
    symbol="leaky", latex=r"\max(0, {x}) + {negative_slope} \cdot \min(0, {x})",
    source="np.where({x} > 0, {x}, {negative_slope} * {x})",
    formulas=["1 if {x} > 0 else {negative_slope}"], elementwise=True, samples=[apart(3, 4)],
    cases=[case(negative_slope=0.2)],
    note="leaky_relu is an open gate where its input is positive, and lets a little through elsewhere.",
)  # fmt: skip
def leaky_relu(x, *, negative_slope=0.01):
    """``x`` where it is positive, else ``negative_slope * x`` (A. Maas et al., 2013); at 0 the slope of the left side.

    >>> leaky_relu(np.array([-2.0, 3.0]), negative_slope=0.1)
    array([-0.2,  3. ])
    """
    return np.where(x > 0, x, negative_slope * x)[()]


leaky_relu.rule(lambda g, y, x, negative_slope=0.01: where(x > 0, g, negative_slope * g))


@operation(
    symbol="elu", latex=r"\max(0, {x}) + {alpha}\,(e^{{\min(0, {x})}} - 1)",
    source="np.where({x} > 0, {x}, {alpha} * np.expm1(np.minimum({x}, 0)))",
    formulas=["1 if {x} > 0 else {y} + {alpha}"], elementwise=True, samples=[apart(3, 4)], cases=[case(alpha=0.5)],
    note="elu is an open gate where its input is positive, and closes smoothly below.",
)  # fmt: skip
def elu(x, *, alpha=1.0):
    """``x`` where it is positive, else ``alpha * (exp(x) - 1)`` (D. Clevert et al., 2015); at 0 the slope is ``alpha``.

    >>> elu(np.array([-1000.0, 0.0, 3.0])).tolist()
    [-1.0, 0.0, 3.0]
    """
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))[()]


elu.rule(lambda g, y, x, alpha=1.0: where(x > 0, g, g * (y + alpha)))


@operation(
    symbol="silu", latex=r"{x}\,\sigma({x})", source="{x} / (1 + np.exp(-{x}))", formulas=["σ({x}) + {y}(1 − σ({x}))"],
    elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="silu is a gate that opens smoothly with its own input.",
)  # fmt: skip
def silu(x):
    """``x * sigmoid(x)``, also called swish (S. Elfwing et al., 2017).

    >>> silu(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [-0.0, 0.0, 1000.0]
    """
    return x * sigmoid(x)


def _slope_of_silu(y, s):
    return s + y * (1.0 - s)


silu.rule(lambda g, y, x: g * _slope_of_silu(y, sigmoid(x)))


@operation(
    symbol="erf", latex=r"\frac{{2}}{{\sqrt{{\pi}}}} \int_0^{{{x}}} e^{{-t^2}}\,dt", source="F.erf({x})",
    formulas=["2/√π · e^(−{x}²)"], methods=["erf"], elementwise=True, samples=[normal(3, 4)],
    note="The slope of the error function is a bell curve.",
)  # fmt: skip
def erf(x):
    """The error function, ``2/sqrt(π)`` times the integral of ``exp(-t*t)`` from 0 to ``x``.

    NumPy has none, so each element is computed by Python's ``math.erf``, that of the C library: right to the last
    digits, and for a million elements about as fast as ten calls of ``np.exp``.

    >>> erf(np.array([-1.0, 0.0, 1.0])).round(6)
    array([-0.842701,  0.      ,  0.842701])
    """
    values, kind = call(erf_of_each, x), np.result_type(x)
    return values.astype(kind) if kind.kind == "f" and kind != np.float64 else values


def erf_of_each(x):
    x = np.asarray(x)
    return np.fromiter(map(math.erf, x.ravel().tolist()), float, x.size).reshape(x.shape)[()]


erf.rule(lambda g, y, x: g * (2 / math.sqrt(math.pi) * np.exp(-(x * x))))


def _normal_below(x):
    """The probability that a normally distributed number is less than ``x``."""
    return 0.5 * erf(x * math.sqrt(0.5)) + 0.5


def _normal_density(x):
    """The density of normally distributed numbers at ``x``."""
    return np.exp(-0.5 * (x * x)) * (1 / math.sqrt(2 * math.pi))


CUBIC = 0.044715  # of the approximation by tanh


def _steepened(x):
    """What stands in the tanh of the approximation."""
    return math.sqrt(2 / math.pi) * (x + CUBIC * (x * x * x))


@operation(
    symbol="gelu", latex=r"{x}\,\Phi({x})", source="F.gelu({x}{keywords})", formulas=["Φ({x}) + {x}·φ({x})"],
    elementwise=True, samples=[normal(3, 4)], cases=[case(approximate="tanh")],
    note="gelu is a gate that opens smoothly with its own input.",
)  # fmt: skip
def gelu(x, *, approximate="none"):
    """``x`` times the probability Φ(x) that a normally distributed number is less (D. Hendrycks and K. Gimpel, 2016).

    Args:
        approximate: ``"tanh"`` computes ``x/2 * (1 + tanh(sqrt(2/π) * (x + 0.044715 x³)))``, the approximation of the
            same paper, which is quicker.

    Raises:
        OptionError: ``approximate`` is neither ``"none"`` nor ``"tanh"``.

    >>> gelu(np.array([-1.0, 0.0, 1.0])).round(4), gelu(np.array([1.0]), approximate="tanh").round(4)
    (array([-0.1587,  0.    ,  0.8413]), array([0.8412]))
    """
    if approximate not in ("none", "tanh"):
        raise OptionError(f'gelu knows approximate="none" and approximate="tanh", not {approximate!r}')
    if approximate == "tanh":
        return 0.5 * x * (1.0 + np.tanh(_steepened(x)))
    return x * _normal_below(x)


def _slope_of_gelu(x, approximate):
    if approximate == "none":
        return _normal_below(x) + x * _normal_density(x)
    t = np.tanh(_steepened(x))
    inner = math.sqrt(2 / math.pi) * (1.0 + 3 * CUBIC * (x * x))
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * inner


gelu.rule(lambda g, y, x, approximate="none": g * _slope_of_gelu(x, approximate))
