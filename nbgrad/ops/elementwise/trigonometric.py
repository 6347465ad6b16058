"""Trigonometric functions and their inverses. Angles are in radians."""

import math

import numpy as np

from ...core.op import operation
from ...core.tensor import plain
from ..samples import between, normal
from .choosing import or_infinity, where


@operation(
    symbol="sin", latex=r"\sin {x}", source="np.sin({x})", formulas=["cos {x}"], methods=["sin"], numpy=np.sin,
    elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="The slope of the sine is the cosine: full at the zeros, none at the crests.",
)  # fmt: skip
def sin(x):
    """The sine of ``x`` in radians.

    >>> import nbgrad as ng
    >>> float(sin(0.0)), float(ng.grad(sin)(0.0))
    (0.0, 1.0)
    """
    return np.sin(x)


sin.rule(lambda g, y, x: g * np.cos(x))


@operation(
    symbol="cos", latex=r"\cos {x}", source="np.cos({x})", formulas=["−sin {x}"], methods=["cos"], numpy=np.cos,
    elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="The slope of the cosine is minus the sine.",
)  # fmt: skip
def cos(x):
    """The cosine of ``x`` in radians.

    >>> cos(np.array([0.0, np.pi])).tolist()
    [1.0, -1.0]
    """
    return np.cos(x)


cos.rule(lambda g, y, x: -g * np.sin(x))


@operation(
    symbol="tan", latex=r"\tan {x}", source="np.tan({x})", formulas=["1 + {y}²"], methods=["tan"], numpy=np.tan,
    elementwise=True, takes_complex=True, samples=[between(-1.0, 1.0, 3, 4)],
    note="The further the tangent is from 0, the steeper it is.",
)  # fmt: skip
def tan(x):
    """The tangent of ``x`` in radians.

    >>> float(tan(np.pi / 4).round(12))
    1.0
    """
    return np.tan(x)


tan.rule(lambda g, y, x: g * (1.0 + y * y))


@operation(
    symbol="arcsin", latex=r"\arcsin {x}", source="np.arcsin({x})", formulas=["1/√(1 − {x}²)"], methods=["arcsin"],
    numpy=np.arcsin, elementwise=True, takes_complex=True, samples=[between(-0.8, 0.8, 3, 4)],
    note="The nearer to -1 or 1, the steeper the arcsine.",
)  # fmt: skip
def arcsin(x):
    """The angle between -π/2 and π/2 whose sine is ``x``. At -1 and 1 its slope is infinite.

    >>> float(arcsin(1.0)) == np.pi / 2
    True
    """
    return np.arcsin(x)


arcsin.rule(lambda g, y, x: g / np.sqrt(1.0 - x * x))


@operation(
    symbol="arccos", latex=r"\arccos {x}", source="np.arccos({x})", formulas=["−1/√(1 − {x}²)"], methods=["arccos"],
    numpy=np.arccos, elementwise=True, takes_complex=True, samples=[between(-0.8, 0.8, 3, 4)],
    note="The nearer to -1 or 1, the steeper the arccosine falls.",
)  # fmt: skip
def arccos(x):
    """The angle between 0 and π whose cosine is ``x``. At -1 and 1 its slope is infinite.

    >>> float(arccos(-1.0)) == np.pi
    True
    """
    return np.arccos(x)


arccos.rule(lambda g, y, x: -g / np.sqrt(1.0 - x * x))


@operation(
    symbol="arctan", latex=r"\arctan {x}", source="np.arctan({x})", formulas=["1/(1 + {x}²)"], methods=["arctan"],
    numpy=np.arctan, elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="arctan hands on the whole gradient at 0 and ever less further out.",
)  # fmt: skip
def arctan(x):
    """The angle between -π/2 and π/2 whose tangent is ``x``.

    >>> float(arctan(1.0)) == np.pi / 4
    True
    """
    return np.arctan(x)


arctan.rule(lambda g, y, x: g / (1.0 + x * x))


@operation(
    symbol="arctan2", latex=r"\mathrm{{arctan2}}({a}, {b})", source="np.arctan2({a}, {b})",
    formulas=["{b}/({a}² + {b}²)", "−{a}/({a}² + {b}²)"], numpy=np.arctan2, elementwise=True,
    samples=[normal(3, 4), normal(4)],
    note="The farther a point is from the origin, the less its angle turns as it moves.",
)  # fmt: skip
def arctan2(a, b):
    """The angle, between -π and π, of the point with height ``a`` and abscissa ``b``.

    At the origin, which has no angle, the gradient is taken as 0; where it jumps from π to -π, the slope is the same on
    both sides.

    >>> import nbgrad as ng
    >>> float(arctan2(1.0, -1.0)) == 3 * np.pi / 4
    True
    >>> [float(slope) for slope in ng.grad(arctan2, argnums=(0, 1))(0.0, 2.0)]
    [0.5, -0.0]
    """
    return np.arctan2(a, b)


def _over_the_distance(side, a, b):
    """``side / (a² + b²)``, divided twice by the distance from the origin, whose square might overflow or vanish."""
    distance = or_infinity(np.hypot(a, b))
    return side / distance / distance


arctan2.rule(
    lambda g, y, a, b: g * _over_the_distance(b, a, b),
    lambda g, y, a, b: -g * _over_the_distance(a, a, b),
)


@operation(
    symbol="hypot", latex=r"\sqrt{{{a}^2 + {b}^2}}", source="np.hypot({a}, {b})", formulas=["{a}/{y}", "{b}/{y}"],
    numpy=np.hypot, elementwise=True, samples=[normal(3, 4), normal(4)],
    note="Each side receives the gradient by its share of the hypotenuse.",
)  # fmt: skip
def hypot(a, b):
    """``sqrt(a*a + b*b)`` without overflow. Where both are 0 the subgradient 0 is taken.

    >>> float(hypot(3.0, 4.0))
    5.0
    """
    return np.hypot(a, b)


hypot.rule(lambda g, y, a, b: g * (a / or_infinity(y)), lambda g, y, a, b: g * (b / or_infinity(y)))

# sin(t)/t = 1 − t²/3! + t⁴/5! − …, so its derivative is t·(−2/3! + 4 t²/5! − 6 t⁴/7! + …); ten terms are exact to the
# last digit for |t| <= 1.
_SLOPE_OF_SINC = [(-1) ** k * 2 * k / math.factorial(2 * k + 1) for k in range(10, 0, -1)]


def _slope_of_sinc(x):
    """``(cos(πx) − sinc(x)) / x``. Near 0, where the two cancel, the power series, which all derivatives agree with."""
    t = math.pi * x
    near = np.abs(plain(t)) < 1
    inner, outer = where(near, t, 0.0), where(near, 1.0, t)
    series = 0.0
    for coefficient in _SLOPE_OF_SINC:
        series = series * (inner * inner) + coefficient
    return math.pi * where(near, inner * series, (np.cos(outer) - np.sin(outer) / outer) / outer)


@operation(
    symbol="sinc", latex=r"\frac{{\sin \pi {x}}}{{\pi {x}}}", source="np.sinc({x})", formulas=["(cos π{x} − {y})/{x}"],
    numpy=np.sinc, elementwise=True, samples=[normal(3, 4)], note="At 0 the sinc function is at its top, and flat.",
)  # fmt: skip
def sinc(x):
    """``sin(πx) / (πx)``, and 1 at 0; the derivatives at 0 are right too: 0, -π²/3, 0, ...

    >>> sinc(np.array([0.0, 0.5, 1.0])).round(4).tolist()
    [1.0, 0.6366, 0.0]
    """
    return np.sinc(x)[()]


sinc.rule(lambda g, y, x: g * _slope_of_sinc(x))

DEGREE = math.pi / 180


@operation(
    symbol="rad", latex=r"\frac{{\pi}}{{180}} {x}", source="np.deg2rad({x})", formulas=["π/180"],
    numpy=[np.deg2rad, np.radians], elementwise=True, samples=[normal(3, 4)],
    note="The gradient changes its unit, as the number did.",
)  # fmt: skip
def deg2rad(x):
    """An angle in degrees, in radians.

    >>> float(deg2rad(180.0)) == np.pi
    True
    """
    return np.deg2rad(x)


deg2rad.rule(lambda g, y, x: g * DEGREE)


@operation(
    symbol="deg", latex=r"\frac{{180}}{{\pi}} {x}", source="np.rad2deg({x})", formulas=["180/π"],
    numpy=[np.rad2deg, np.degrees], elementwise=True, samples=[normal(3, 4)],
    note="The gradient changes its unit, as the number did.",
)  # fmt: skip
def rad2deg(x):
    """An angle in radians, in degrees.

    >>> float(rad2deg(np.pi))
    180.0
    """
    return np.rad2deg(x)


rad2deg.rule(lambda g, y, x: g * (1 / DEGREE))
