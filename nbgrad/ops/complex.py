"""The parts of complex numbers, through which a computation comes back to real numbers.

Complex numbers come from ``np.fft.fft`` or from a complex constant. The gradient that flows back to a complex ``z`` is
the complex number ``g`` for which the result changes by the real part of ``g · dz``: so the rules of holomorphic
functions need no conjugation (the convention of HIPS autograd and of JAX), and those of the functions below follow from
their differentials ``dz -> Re(g · dz)``.
"""

import numpy as np

from ..core.methods import method
from ..core.numpy_protocol import NUMPY
from ..core.op import operation
from ..core.tensor import plain
from .elementwise import absolute
from .samples import case, complex_normal, normal


def is_complex(x) -> bool:
    """Whether these are complex numbers: those of a tensor, an array, or one Python number.

    >>> is_complex(np.ones(2)), is_complex(2j)
    (False, True)
    """
    return np.iscomplexobj(plain(x))


@operation(
    symbol="Re", latex=r"\operatorname{{Re}} {x}", source="np.real({x})", formulas=["1"], elementwise=True,
    takes_complex=True, samples=[normal(3, 4)], cases=[case(complex_normal(3, 2))],
    note="The real part does not feel the imaginary one.",
)  # fmt: skip
def real(x):
    """The real part. Real numbers are it themselves.

    >>> real(np.array([1.0 + 2.0j, 3.0])).tolist()
    [1.0, 3.0]
    """
    return np.real(x)[()]


real.rule(lambda g, y, x: np.real(g))


@operation(
    symbol="Im", latex=r"\operatorname{{Im}} {x}", source="np.imag({x})", formulas=["−i"], batched=True,
    takes_complex=True, samples=[complex_normal(3, 2)], cases=[case(normal(3, 4))],
    note="The imaginary part is the real part of −i times the number.",
)  # fmt: skip
def imag(x):
    """The imaginary part; of real numbers 0.

    >>> imag(np.array([1.0 + 2.0j, 3.0])).tolist()
    [2.0, 0.0]
    """
    return np.imag(x)[()]


imag.rule(lambda g, y, x: np.real(g) * (-1j if is_complex(x) else 0))


@operation(
    symbol="conj", latex=r"{x}^\ast", source="np.conj({x})", formulas=["{g}, conjugated"], elementwise=True,
    takes_complex=True, samples=[normal(3, 4)], cases=[case(complex_normal(3, 2))],
    note="The gradient is conjugated, too.",
)  # fmt: skip
def conj(x):
    """The complex conjugate: the imaginary part with its sign turned.

    >>> conj(np.array([1.0 + 2.0j, 3.0 - 1.0j])).tolist()
    [(1-2j), (3+1j)]
    """
    return np.conj(x)


conj.rule(lambda g, y, x: np.conj(g))


@operation(
    symbol="arg", latex=r"\arg {x}", source="np.angle({x})", formulas=["−i/{x}"], batched=True, takes_complex=True,
    samples=[complex_normal(3, 2)], cases=[case(normal(3, 4))],
    note="The angle is the imaginary part of the logarithm.",
)  # fmt: skip
def angle(x):
    """The angle in radians of a complex number, between -π and π; at 0 the gradient 0 is taken.

    Where it jumps from π to -π, the slope is the same on both sides.

    >>> angle(np.array([2.0, 2.0j, -1.0 + 0.0j])).round(4).tolist()
    [0.0, 1.5708, 3.1416]
    """
    return np.angle(x)


def _turning(g, x):
    if not is_complex(x):
        return np.real(g) * 0  # along the real line the angle is constant
    zero = x == 0
    return np.real(g) * np.where(zero, 0, -1j / np.where(zero, 1, x))


angle.rule(lambda g, y, x: _turning(g, x))


@operation(
    symbol="|·|", latex=r"\sqrt{{(\operatorname{{Re}} {x})^2 + (\operatorname{{Im}} {x})^2}}", source="np.abs({x})",
    formulas=["{x} conjugated / {y}"], batched=True, takes_complex=True, samples=[complex_normal(3, 2)],
    cases=[case(normal(3, 4))], note="Only a change towards or away from 0 changes the distance from 0.",
)  # fmt: skip
def modulus(x):
    """The absolute value of a complex number, its distance from 0; at 0 the gradient 0 is taken.

    >>> modulus(np.array([3.0 + 4.0j, -2.0j])).tolist()
    [5.0, 2.0]
    """
    return np.abs(x)


def _outwards(g, y, x):
    zero = y == 0
    return np.real(g) * np.where(zero, 0, np.conj(x) / np.where(zero, 1, y))


modulus.rule(lambda g, y, x: _outwards(g, y, x))


def _angle(z, deg=False):
    return angle(z) * (180 / np.pi) if deg else angle(z)


def _absolute(x):
    """The absolute value, of real and of complex numbers."""
    return modulus(x) if is_complex(x) else absolute(x)


def _real(val):
    """The real part; real numbers are it themselves."""
    return real(val) if is_complex(val) else val


def _conj(x):
    """The complex conjugate; real numbers are it themselves."""
    return conj(x) if is_complex(x) else x


NUMPY[np.real], NUMPY[np.imag], NUMPY[np.conjugate], NUMPY[np.angle] = _real, imag, _conj, _angle
NUMPY[np.absolute] = _absolute
method("__abs__", _absolute)
method("abs", _absolute)
method("conj", _conj)
method("real", property(_real))  # type: ignore[arg-type]
method("imag", property(lambda x: imag(x)))  # type: ignore[arg-type]
