"""Operations on each element by itself. NumPy's broadcasting applies; the reverse pass undoes it."""

import math

import numpy as np

from ..core.methods import method
from ..core.op import binary_operators, operation
from ..core.tensor import Tensor
from .samples import apart, normal, positive

# ---- arithmetic


@operation(
    symbol="+", latex="{a} + {b}", source="{a} + {b}", formulas=["1", "1"], operator="add", numpy=np.add,
    elementwise=True, samples=[normal(3, 4), normal(4)],
    note="Addition hands the gradient on unchanged to both of its inputs.",
)  # fmt: skip
def add(a, b):
    """The sum ``a + b``."""
    return a + b


add.rule(lambda g, y, a, b: g, lambda g, y, a, b: g)


@operation(
    symbol="−", latex="{a} - {b}", source="{a} - {b}", formulas=["1", "−1"], operator="sub", numpy=np.subtract,
    elementwise=True, samples=[normal(3, 1), normal(4)],
    note="Subtraction hands the gradient on, with its sign turned for what is subtracted.",
)  # fmt: skip
def subtract(a, b):
    """The difference ``a - b``."""
    return a - b


subtract.rule(lambda g, y, a, b: g, lambda g, y, a, b: -g)


@operation(
    symbol="×", latex=r"{a} \cdot {b}", source="{a} * {b}", formulas=["{b}", "{a}"], operator="mul", numpy=np.multiply,
    elementwise=True, samples=[normal(3, 4), normal(3, 1)],
    note="In a product, each factor's gradient is scaled by the other factor.",
)  # fmt: skip
def multiply(a, b):
    """The product ``a * b``, element by element."""
    return a * b


multiply.rule(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)


@operation(
    symbol="÷", latex=r"\frac{{{a}}}{{{b}}}", source="{a} / {b}", formulas=["1/{b}", "−{a}/{b}²"], operator="truediv",
    numpy=np.divide, elementwise=True, samples=[normal(3, 4), positive(4)],
    note="What is divided gets the gradient divided by the same number; the divisor, minus the result times that.",
)  # fmt: skip
def divide(a, b):
    """The quotient ``a / b``."""
    return a / b


divide.rule(lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b)


@operation(
    symbol="−", latex="-{x}", source="-{x}", formulas=["−1"], operator="__neg__", numpy=np.negative, elementwise=True,
    samples=[normal(3, 4)], note="The gradient changes its sign.",
)  # fmt: skip
def negative(x):
    """``-x``."""
    return -x


negative.rule(lambda g, y, x: -g)


@operation(
    symbol="^", latex="{a}^{{{b}}}", source="{a} ** {b}", formulas=["{b}·{a}^({b} − 1)", "{y}·ln {a}"], numpy=np.power,
    elementwise=True, samples=[positive(3, 4), normal(4)],
    note="Seen from its base, a power's slope is the exponent times the next lower power; seen from its exponent, "
    "the power times the logarithm of the base.",
)  # fmt: skip
def power(a, b):
    """``a ** b``. The derivative with respect to ``b`` is taken as 0 where ``a <= 0``, where ``ln a`` has no value."""
    return a**b


def _log_or_zero(a):
    if type(a) in (int, float):  # a Python number leaves the dtype of what it meets alone, an array would not
        return math.log(a) if a > 0 else 0.0
    positive_ = a > 0
    return np.where(positive_, np.log(np.where(positive_, a, 1.0)), 0.0)


def _one_less(b):
    """``b - 1``, and 1 where ``b`` is 0: there the factor ``b`` of the rule is 0, and ``0**-1`` must not spoil it."""
    if type(b) in (int, float):
        return b - 1 if b else 1
    return np.where(b == 0, 1, b - 1)


power.rule(
    lambda g, y, a, b: g * b * a ** _one_less(b),
    lambda g, y, a, b: g * y * _log_or_zero(a),
)


@operation(
    symbol="²", latex="{x}^2", source="{x} * {x}", formulas=["2{x}"], methods=["square"], numpy=np.square,
    elementwise=True, samples=[normal(3, 4)],
    note="A square doubles the number at its input and scales the gradient by it.",
)  # fmt: skip
def square(x):
    """``x * x``."""
    return x * x


square.rule(lambda g, y, x: g * (2 * x))


def _power(a: Tensor, b):
    """``a ** b``, squares spelled as squares: they are the commonest power, faster, and easier to read."""
    return square(a) if type(b) in (int, float) and b == 2 else _general_power(a, b)


def _itself(x: Tensor) -> Tensor:
    """``x`` itself."""
    return x


_general_power, _reflected_power = binary_operators(power)
method("__pow__", _power)
method("__rpow__", _reflected_power)
method("__pos__", _itself)

# ---- functions of one number


@operation(
    symbol="|·|", latex=r"\left|{x}\right|", source="np.abs({x})", formulas=["sign {x}"], operator="__abs__",
    methods=["abs"], numpy=np.absolute, elementwise=True, samples=[apart(3, 4)],
    note="The absolute value hands the gradient on, with its sign turned where the input is negative.",
)  # fmt: skip
def absolute(x):
    """``|x|``; at 0 the subgradient 0 is taken."""
    return np.abs(x)


absolute.rule(lambda g, y, x: g * np.sign(x))


@operation(
    symbol="exp", latex="e^{{{x}}}", source="np.exp({x})", formulas=["{y}"], methods=["exp"], numpy=np.exp,
    elementwise=True, samples=[normal(3, 4)], note="The exponential function is its own derivative.",
)  # fmt: skip
def exp(x):
    """``e ** x``."""
    return np.exp(x)


exp.rule(lambda g, y, x: g * y)


@operation(
    symbol="ln", latex=r"\ln {x}", source="np.log({x})", formulas=["1/{x}"], methods=["log"], numpy=np.log,
    elementwise=True, samples=[positive(3, 4)], note="The smaller the number, the steeper its logarithm.",
)  # fmt: skip
def log(x):
    """The natural logarithm."""
    return np.log(x)


log.rule(lambda g, y, x: g / x)


@operation(
    symbol="√", latex=r"\sqrt{{{x}}}", source="np.sqrt({x})", formulas=["1/(2{y})"], methods=["sqrt"], numpy=np.sqrt,
    elementwise=True, samples=[positive(3, 4)], note="The nearer to zero, the steeper the root.",
)  # fmt: skip
def sqrt(x):
    """The square root."""
    return np.sqrt(x)


sqrt.rule(lambda g, y, x: g / (2 * y))


@operation(
    symbol="sin", latex=r"\sin {x}", source="np.sin({x})", formulas=["cos {x}"], methods=["sin"], numpy=np.sin,
    elementwise=True, samples=[normal(3, 4)],
)  # fmt: skip
def sin(x):
    """The sine of ``x`` in radians."""
    return np.sin(x)


sin.rule(lambda g, y, x: g * np.cos(x))


@operation(
    symbol="cos", latex=r"\cos {x}", source="np.cos({x})", formulas=["−sin {x}"], methods=["cos"], numpy=np.cos,
    elementwise=True, samples=[normal(3, 4)],
)  # fmt: skip
def cos(x):
    """The cosine of ``x`` in radians."""
    return np.cos(x)


cos.rule(lambda g, y, x: -g * np.sin(x))


@operation(
    symbol="tanh", latex=r"\tanh {x}", source="np.tanh({x})", formulas=["1 − {y}²"], methods=["tanh"], numpy=np.tanh,
    elementwise=True, samples=[normal(3, 4)],
    note="tanh hands on the whole gradient near 0 and almost nothing where it is saturated.",
)  # fmt: skip
def tanh(x):
    """The hyperbolic tangent."""
    return np.tanh(x)


tanh.rule(lambda g, y, x: g * (1 - y * y))


@operation(
    symbol="σ", latex=r"\sigma({x})", source="1 / (1 + np.exp(-{x}))", formulas=["{y}(1 − {y})"], methods=["sigmoid"],
    elementwise=True, samples=[normal(3, 4)],
    note="Sigmoid hands on at most 25% of the gradient that reaches it.",
)  # fmt: skip
def sigmoid(x):
    """The logistic function ``1 / (1 + exp(-x))``, written with ``tanh`` so that it overflows nowhere."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


sigmoid.rule(lambda g, y, x: g * (y * (1 - y)))


@operation(
    symbol="relu", latex=r"\max(0, {x})", source="np.maximum({x}, 0)", formulas=["1 if {x} > 0 else 0"],
    methods=["relu"], elementwise=True, samples=[apart(3, 4)],
    note="relu is an open gate where its input is positive and a closed one elsewhere.",
)  # fmt: skip
def relu(x):
    """``max(0, x)``; at 0 the subgradient 0 is taken."""
    return np.maximum(x, 0)


relu.rule(lambda g, y, x: g * (x > 0))


@operation(
    symbol="dtype", latex=r"\mathrm{{astype}}({x})", source="{x}.astype({dtype})", formulas=["{g} in the dtype of {x}"],
    samples=[normal(3, 4)], note="Another dtype holds the same numbers, so the gradient is handed on.",
)  # fmt: skip
def astype(x, *, dtype=None):
    """The same numbers in another dtype of floating numbers; by default in their own."""
    return x.astype(dtype or x.dtype)


astype.rule(lambda g, y, x, dtype=None: g.astype(x.dtype))


def _astype(x: Tensor, dtype):
    """The numbers in another dtype; whole numbers and truth values have no gradient, so there the graph ends."""
    if np.dtype(dtype).kind == "f":
        return astype(x, dtype=dtype)
    return Tensor(x.data.astype(dtype))


method("astype", _astype)

# ---- functions of two numbers


def _share(g, wins, draws):
    """The gradient ``g`` where the operand wins, half of it where both are equal."""
    return g * wins + 0.5 * g * draws


@operation(
    symbol="max", latex=r"\max({a}, {b})", source="np.maximum({a}, {b})",
    formulas=["1 if {a} > {b} else 0", "1 if {b} > {a} else 0"], numpy=np.maximum, elementwise=True,
    samples=[apart(3, 4), normal(4)], note="Only the larger of the two receives the gradient.",
)  # fmt: skip
def maximum(a, b):
    """The larger of the two; where they are equal, each receives half of the gradient."""
    return np.maximum(a, b)


maximum.rule(lambda g, y, a, b: _share(g, a > b, a == b), lambda g, y, a, b: _share(g, b > a, a == b))


@operation(
    symbol="min", latex=r"\min({a}, {b})", source="np.minimum({a}, {b})",
    formulas=["1 if {a} < {b} else 0", "1 if {b} < {a} else 0"], numpy=np.minimum, elementwise=True,
    samples=[apart(3, 4), normal(4)], note="Only the smaller of the two receives the gradient.",
)  # fmt: skip
def minimum(a, b):
    """The smaller of the two; where they are equal, each receives half of the gradient."""
    return np.minimum(a, b)


minimum.rule(lambda g, y, a, b: _share(g, a < b, a == b), lambda g, y, a, b: _share(g, b < a, a == b))


@operation(
    symbol="where", latex=r"{condition}\;?\;{a} : {b}", source="np.where({condition}, {a}, {b})",
    formulas=["0", "1 where {condition}", "0 where {condition}"], numpy=np.where, elementwise=True,
    samples=[lambda rng: rng.random((3, 4)) < 0.5, normal(3, 4), normal(4)],
    note="Each place hands its gradient to the one that was chosen there.",
)  # fmt: skip
def where(condition, a, b):
    """``a`` where ``condition`` holds, else ``b``."""
    return np.where(condition, a, b)[()]


where.rule(None, lambda g, y, c, a, b: where(c, g, 0.0), lambda g, y, c, a, b: where(c, 0.0, g))
