"""Hyperbolic functions and their inverses."""

import numpy as np

from ...core.op import operation
from ..samples import between, normal


@operation(
    symbol="sinh", latex=r"\sinh {x}", source="np.sinh({x})", formulas=["cosh {x}"], methods=["sinh"], numpy=np.sinh,
    elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="The slope of the hyperbolic sine is the hyperbolic cosine, at least 1.",
)  # fmt: skip
def sinh(x):
    """The hyperbolic sine, ``(exp(x) - exp(-x)) / 2``.

    >>> float(sinh(1.0).round(4))
    1.1752
    """
    return np.sinh(x)


sinh.rule(lambda g, y, x: g * np.cosh(x))


@operation(
    symbol="cosh", latex=r"\cosh {x}", source="np.cosh({x})", formulas=["sinh {x}"], methods=["cosh"], numpy=np.cosh,
    elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="The slope of the hyperbolic cosine is the hyperbolic sine.",
)  # fmt: skip
def cosh(x):
    """The hyperbolic cosine, ``(exp(x) + exp(-x)) / 2``.

    >>> float(cosh(1.0).round(4))
    1.5431
    """
    return np.cosh(x)


cosh.rule(lambda g, y, x: g * np.sinh(x))


@operation(
    symbol="tanh", latex=r"\tanh {x}", source="np.tanh({x})", formulas=["1 − {y}²"], methods=["tanh"], numpy=np.tanh,
    elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="tanh hands on the whole gradient near 0 and almost nothing where it is saturated.",
)  # fmt: skip
def tanh(x):
    """The hyperbolic tangent.

    It is ``sinh(x) / cosh(x)``, and lies between -1 and 1.

    >>> import nbgrad as ng
    >>> ng.grad(lambda x: tanh(x).sum())(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 1.0, 0.0]
    """
    return np.tanh(x)


tanh.rule(lambda g, y, x: g * (1.0 - y * y))


@operation(
    symbol="arcsinh", latex=r"\mathrm{{arsinh}}\,{x}", source="np.arcsinh({x})", formulas=["1/√({x}² + 1)"],
    methods=["arcsinh"], numpy=np.arcsinh, elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="arcsinh hands on the whole gradient at 0 and ever less further out.",
)  # fmt: skip
def arcsinh(x):
    """The number whose hyperbolic sine is ``x``.

    >>> float(arcsinh(sinh(2.0)).round(12))
    2.0
    """
    return np.arcsinh(x)


arcsinh.rule(lambda g, y, x: g / np.sqrt(x * x + 1.0))


@operation(
    symbol="arccosh", latex=r"\mathrm{{arcosh}}\,{x}", source="np.arccosh({x})", formulas=["1/√({x}² − 1)"],
    methods=["arccosh"], numpy=np.arccosh, elementwise=True, takes_complex=True, samples=[between(1.5, 3.0, 3, 4)],
    note="The nearer to 1, the steeper it is.",
)  # fmt: skip
def arccosh(x):
    """The number, 0 or more, whose hyperbolic cosine is ``x >= 1``. At 1 its slope is infinite.

    >>> float(arccosh(cosh(2.0)).round(12))
    2.0
    """
    return np.arccosh(x)


arccosh.rule(lambda g, y, x: g / (np.sqrt(x - 1.0) * np.sqrt(x + 1.0)))  # in two roots it holds for complex x too


@operation(
    symbol="arctanh", latex=r"\mathrm{{artanh}}\,{x}", source="np.arctanh({x})", formulas=["1/(1 − {x}²)"],
    methods=["arctanh"], numpy=np.arctanh, elementwise=True, takes_complex=True, samples=[between(-0.8, 0.8, 3, 4)],
    note="The nearer to -1 or 1, the steeper it is.",
)  # fmt: skip
def arctanh(x):
    """The number whose hyperbolic tangent is ``x``, between -1 and 1, where it and its slope are infinite.

    >>> float(arctanh(tanh(2.0)).round(12))
    2.0
    """
    return np.arctanh(x)


arctanh.rule(lambda g, y, x: g / (1.0 - x * x))
