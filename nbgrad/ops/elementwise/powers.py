"""Powers and roots."""

import math
from typing import Any

import numpy as np

from ...core.methods import method
from ...core.numpy_protocol import NUMPY
from ...core.op import binary_operators, operation
from ...core.tensor import Tensor
from ..samples import normal, positive


@operation(
    symbol="^", latex="{a}^{{{b}}}", source="{a} ** {b}", formulas=["{b}·{a}^({b} − 1)", "{y}·ln {a}"], numpy=np.power,
    elementwise=True, takes_complex=True, samples=[positive(3, 4), normal(4)],
    note="Seen from its base, a power's slope is the exponent times the next lower power; seen from its exponent, "
    "the power times the logarithm of the base.",
)  # fmt: skip
def power(a, b):
    """``a ** b``; of a negative base, as in NumPy, a number only for whole ``b``.

    The derivative with respect to ``b`` is taken as 0 where ``a <= 0``, where ``ln a`` has no value. The derivative
    with respect to ``a`` is 0 where ``b`` is 0, even at ``a = 0``; and infinite at ``a = 0`` where ``b < 1``.

    >>> import nbgrad as ng
    >>> float(ng.grad(power)(-2.0, 3))
    12.0
    """
    return a**b


def _log_or_zero(a):
    if type(a) in (bool, int, float):  # a Python number leaves the dtype of what it meets alone, an array would not
        return math.log(a) if a > 0 else 0.0
    has_logarithm = a != 0 if a.dtype.kind == "c" else a > 0
    return np.where(has_logarithm, np.log(np.where(has_logarithm, a, 1.0)), 0.0)


def _one_less(b):
    """``b - 1``, and 1 where ``b`` is 0: there the factor ``b`` of the rule is 0, and ``0**-1`` must not spoil it."""
    if type(b) in (bool, int, float):
        return b - 1 if b else 1
    return np.where(b == 0, 1, b - 1)


power.rule(
    lambda g, y, a, b: g * b * a ** _one_less(b),
    lambda g, y, a, b: g * y * _log_or_zero(a),
)


def float_power(a: Any, b: Any) -> Any:
    """``a ** b`` in double precision, so that whole numbers may have negative powers.

    >>> float(float_power(2, -1))
    0.5
    """
    return power(*(x.astype(float) if isinstance(x, Tensor) else np.asarray(x, float)[()] for x in (a, b)))


NUMPY[np.float_power] = float_power


@operation(
    symbol="²", latex="{x}^2", source="{x} * {x}", formulas=["2{x}"], methods=["square"], numpy=np.square,
    elementwise=True, takes_complex=True, samples=[normal(3, 4)],
    note="A square doubles the number at its input and scales the gradient by it.",
)  # fmt: skip
def square(x):
    """``x * x``.

    >>> import nbgrad as ng
    >>> float(square(3.0)), float(ng.grad(square)(3.0))
    (9.0, 6.0)
    """
    return x * x


square.rule(lambda g, y, x: g * (x + x))


def _power(a: Tensor, b):
    """``a ** b``, squares spelled as squares: they are the commonest power, faster, and easier to read."""
    return square(a) if type(b) in (int, float) and b == 2 else _general_power(a, b)


_general_power, _reflected_power = binary_operators(power)
method("__pow__", _power)
method("__rpow__", _reflected_power)


@operation(
    symbol="1/·", latex=r"\frac{{1}}{{{x}}}", source="1 / {x}", formulas=["−{y}²"], methods=["reciprocal"],
    numpy=np.reciprocal, elementwise=True, takes_complex=True, samples=[positive(3, 4)],
    note="As a number grows, its reciprocal shrinks, by its own square.",
)  # fmt: skip
def reciprocal(x):
    """``1 / x``; that of a whole number is a fraction here, where NumPy would round it towards 0.

    >>> float(reciprocal(4))
    0.25
    """
    return 1 / x


reciprocal.rule(lambda g, y, x: -g * (y * y))


@operation(
    symbol="√", latex=r"\sqrt{{{x}}}", source="np.sqrt({x})", formulas=["1/(2{y})"], methods=["sqrt"], numpy=np.sqrt,
    elementwise=True, takes_complex=True, samples=[positive(3, 4)], note="The nearer to zero, the steeper the root.",
)  # fmt: skip
def sqrt(x):
    """The square root. At 0 its slope is infinite, and of negative numbers it is NaN.

    >>> import nbgrad as ng
    >>> float(sqrt(9.0)), float(ng.grad(sqrt)(4.0))
    (3.0, 0.25)
    """
    return np.sqrt(x)


sqrt.rule(lambda g, y, x: g / (y + y))


@operation(
    symbol="∛", latex=r"\sqrt[3]{{{x}}}", source="np.cbrt({x})", formulas=["1/(3{y}²)"], numpy=np.cbrt,
    elementwise=True, samples=[positive(3, 4)], note="The nearer to zero, the steeper the root.",
)  # fmt: skip
def cbrt(x):
    """The cube root, of negative numbers too. At 0 its slope is infinite.

    >>> cbrt(np.array([8.0, -27.0])).round(12).tolist()
    [2.0, -3.0]
    """
    return np.cbrt(x)


cbrt.rule(lambda g, y, x: g / (3.0 * (y * y)))
