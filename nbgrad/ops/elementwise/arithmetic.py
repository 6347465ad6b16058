"""The operators ``+ - * / % //``, and a change of dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.methods import method
from ...core.mistakes import warn_of_broadcasting
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ...core.tensor import Tensor, plain
from ...core.tracing import Tracer
from ..samples import normal, positive


@operation(
    symbol="+", latex="{a} + {b}", source="{a} + {b}", formulas=["1", "1"], operator="add", numpy=np.add,
    elementwise=True, takes_complex=True, samples=[normal(3, 4), normal(4)],
    note="Addition hands the gradient on unchanged to both of its inputs.",
)  # fmt: skip
def add(a, b):
    """The sum ``a + b``.

    >>> add(np.array([[1.0], [2.0]]), np.array([10.0, 20.0])).tolist()
    [[11.0, 21.0], [12.0, 22.0]]
    """
    return a + b


add.rule(lambda g, y, a, b: g, lambda g, y, a, b: g)


@operation(
    symbol="−", latex="{a} - {b}", source="{a} - {b}", formulas=["1", "−1"], operator="sub", numpy=np.subtract,
    elementwise=True, takes_complex=True, samples=[normal(3, 1), normal(4)],
    note="Subtraction hands the gradient on, with its sign turned for what is subtracted.",
)  # fmt: skip
def subtract(a, b):
    """The difference ``a - b``; of a column and a row of the same length with a :class:`BroadcastWarning`.

    >>> subtract(np.array([3.0, 5.0]), 1.0).tolist()
    [2.0, 4.0]
    """
    y = a - b
    recorded = type(y) is not np.ndarray and type(y) is not np.float64 and isinstance(y, Tracer)
    if (recorded or type(y) is np.ndarray) and y.ndim == 2 and len(y) == y.shape[1]:  # a square table: the rare sign
        warn_of_broadcasting(a, b)
    return y


subtract.rule(lambda g, y, a, b: g, lambda g, y, a, b: -g)


@operation(
    symbol="×", latex=r"{a} \cdot {b}", source="{a} * {b}", formulas=["{b}", "{a}"], operator="mul", numpy=np.multiply,
    elementwise=True, takes_complex=True, samples=[normal(3, 4), normal(3, 1)],
    note="In a product, each factor's gradient is scaled by the other factor.",
)  # fmt: skip
def multiply(a, b):
    """The product ``a * b``, element by element.

    >>> import nbgrad as ng
    >>> [float(slope) for slope in ng.grad(multiply, argnums=(0, 1))(3.0, 5.0)]
    [5.0, 3.0]
    """
    return a * b


multiply.rule(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)


@operation(
    symbol="÷", latex=r"\frac{{{a}}}{{{b}}}", source="{a} / {b}", formulas=["1/{b}", "−{a}/{b}²"], operator="truediv",
    numpy=np.divide, elementwise=True, takes_complex=True, samples=[normal(3, 4), positive(4)],
    note="What is divided gets the gradient divided by the same number; the divisor, minus the result times that.",
)  # fmt: skip
def divide(a, b):
    """The quotient ``a / b``.

    >>> import nbgrad as ng
    >>> [float(slope) for slope in ng.grad(divide, argnums=(0, 1))(3.0, 2.0)]
    [0.5, -0.75]
    """
    return a / b


divide.rule(lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b)


@operation(
    symbol="−", latex="-{x}", source="-{x}", formulas=["−1"], operator="__neg__", numpy=np.negative, elementwise=True,
    takes_complex=True, samples=[normal(3, 4)], note="The gradient changes its sign.",
)  # fmt: skip
def negative(x):
    """``-x``, the number with its sign turned.

    >>> negative(np.array([1.0, -2.0])).tolist()
    [-1.0, 2.0]
    """
    return -x


negative.rule(lambda g, y, x: -g)


def positive_(x: Tensor) -> Tensor:
    """``x`` itself.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0)
    >>> positive_(x) is x
    True
    """
    return x


method("__pos__", positive_)
NUMPY[np.positive] = positive_


@operation(
    symbol="mod", latex=r"{a} \bmod {b}", source="{a} % {b}", formulas=["1", "−⌊{a}/{b}⌋"], operator="mod",
    numpy=np.remainder, elementwise=True, samples=[normal(3, 4), positive(4)],
    note="What is left over grows with what is divided; when the divisor grows by a little, it shrinks by that times "
    "the whole-number quotient.",
)  # fmt: skip
def remainder(a, b):
    """``a % b``, what ``a // b`` leaves over; it has the sign of ``b``.

    Where it jumps (at ``a`` a multiple of ``b``) the slope to the right is taken.

    >>> import nbgrad as ng
    >>> float(remainder(7.5, 2.0)), [float(slope) for slope in ng.grad(remainder, argnums=(0, 1))(7.5, 2.0)]
    (1.5, [1.0, -3.0])
    """
    return a % b


remainder.rule(lambda g, y, a, b: g, lambda g, y, a, b: -g * floor_divide(a, b))


@operation(
    symbol="fmod", latex=r"{a} - {b} \cdot \mathrm{{trunc}}({a} / {b})", source="np.fmod({a}, {b})",
    formulas=["1", "−{a}/{b} without its fraction"], numpy=np.fmod, elementwise=True,
    samples=[normal(3, 4), positive(4)],
    note="What is left over grows with what is divided; when the divisor grows by a little, it shrinks by that times "
    "the whole-number quotient.",
)  # fmt: skip
def fmod(a, b):
    """The remainder with the sign of ``a``, as C's ``fmod``; ``a % b`` has the sign of ``b``.

    Where it jumps (at ``a`` a multiple of ``b``) the slope on the side away from 0 is taken.

    >>> float(fmod(-7.5, 2.0)), float(remainder(-7.5, 2.0))
    (-1.5, 0.5)
    """
    return np.fmod(a, b)


fmod.rule(lambda g, y, a, b: g, lambda g, y, a, b: -g * np.trunc(plain(a) / plain(b)))


def floor_divide(a: Any, b: Any) -> np.ndarray:
    """``a // b``, as a plain array: it moves in jumps, and between them its slope is zero.

    >>> floor_divide(np.array([7.5, -7.5]), 2.0).tolist()
    [3.0, -4.0]
    """
    return np.floor_divide(plain(a), plain(b))


def divmod_(a: Any, b: Any) -> tuple[np.ndarray, Any]:
    """``(a // b, a % b)``; the quotient is a plain array, see :func:`floor_divide`.

    >>> [float(part) for part in divmod_(7.5, 2.0)]
    [3.0, 1.5]
    """
    return floor_divide(a, b), remainder(a, b)


def _reflected_floor_divide(b: Any, a: Any) -> np.ndarray:
    """``a // b`` with the tensor on the right."""
    return floor_divide(a, b)


def _reflected_divmod(b: Any, a: Any) -> tuple[np.ndarray, Any]:
    """``divmod(a, b)`` with the tensor on the right."""
    return divmod_(a, b)


method("__floordiv__", floor_divide)
method("__rfloordiv__", _reflected_floor_divide)
method("__divmod__", divmod_)
method("__rdivmod__", _reflected_divmod)
NUMPY[np.divmod] = divmod_


@operation(
    symbol="dtype", latex=r"\mathrm{{astype}}({x})", source="{x}.astype({dtype})", formulas=["{g} in the dtype of {x}"],
    samples=[normal(3, 4)], note="Another dtype holds the same numbers, so the gradient is handed on.",
)  # fmt: skip
def astype(x, *, dtype=None):
    """The same numbers in another dtype of floating numbers; by default in their own.

    >>> astype(np.array([1.0, 2.0]), dtype=np.float32).dtype
    dtype('float32')
    """
    return x.astype(dtype or x.dtype)


astype.rule(lambda g, y, x, dtype=None: g.astype(x.dtype))


def _astype(x: Tensor, dtype):
    """The numbers in another dtype; whole numbers and truth values have no gradient, so there the graph ends."""
    if np.dtype(dtype).kind == "f":
        return astype(x, dtype=dtype)
    return Tensor(x.data.astype(dtype))


method("astype", _astype)
