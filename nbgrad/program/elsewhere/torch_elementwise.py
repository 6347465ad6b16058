"""What PyTorch calls the functions that work on each number by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...ops.elementwise.activation import erf_of_each
from ..spelled import astype
from .torch_words import beside, dtype_of, tensor
from .translation import Counterpart, Operand, arguments, options

SAME_NAME: list[Any] = [
    np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh,
    np.arctanh, np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sqrt, np.floor, np.ceil, np.trunc,
    np.sign, np.isfinite, np.isnan, np.isinf, np.deg2rad, np.rad2deg, np.sinc, np.signbit, np.reciprocal,
    np.logical_not, np.angle,
]  # fmt: skip
OTHER_NAME: dict[Any, str] = {
    np.absolute: "abs", np.fabs: "abs", np.conjugate: "conj", np.rint: "round", np.degrees: "rad2deg",
    np.radians: "deg2rad", erf_of_each: "erf",
}  # fmt: skip
OF_TWO: list[Any] = [  # which take no plain numbers
    np.fmax, np.fmin, np.fmod, np.hypot, np.logaddexp, np.logaddexp2, np.arctan2, np.copysign, np.nextafter,
    np.logical_and, np.logical_or, np.logical_xor, np.heaviside, np.gcd, np.lcm, np.ldexp,
]  # fmt: skip
SIGNS: dict[Any, str] = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.true_divide: "/", np.power: "**", np.float_power: "**",
    np.remainder: "%", np.floor_divide: "//", np.matmul: "@", np.bitwise_and: "&", np.bitwise_or: "|",
    np.bitwise_xor: "^", np.left_shift: "<<", np.right_shift: ">>", np.less: "<", np.less_equal: "<=",
    np.greater: ">", np.greater_equal: ">=", np.equal: "==", np.not_equal: "!=",
}  # fmt: skip


def _of_one(name: str) -> Counterpart:
    return lambda y, x: f"torch.{name}({tensor(x, x.dtype)})"


def _of_two(name: str) -> Counterpart:
    return lambda y, a, b: f"torch.{name}({tensor(a, other(b, a))}, {tensor(b, other(a, b))})"


def _chosen(name: str) -> Counterpart:
    """The greater or the lesser of two: where they are equal, each gets half of the gradient, as in NumPy programs."""
    return lambda y, a, b: f"torch.{name}({beside(a, y.dtype)}, {beside(b, y.dtype)})"


def other(x: Operand, number: Operand) -> np.dtype:
    """The dtype for a number that meets ``x``: that of ``x``, unless that cannot hold it."""
    return np.result_type(x.dtype, number.example if not number.is_tensor else number.dtype)


def _sign(sign: str) -> Counterpart:
    return lambda y, a, b: f"{a} {sign} {b}"


def _clip(y: Operand, a: Any, a_min: Any = None, a_max: Any = None, min: Any = None, max: Any = None) -> str:
    low, high = (a_min if a_min is not None else min), (a_max if a_max is not None else max)
    limits = [x for x in (low, high) if x is not None]
    if len({isinstance(x, Operand) and x.is_tensor for x in limits}) == 2:  # one of them a tensor, the other a number
        low, high = (tensor(x, y.dtype) for x in (low, high))
    return f"{a}.clamp({options(min=low, max=high)})"


def _where(y: Operand, condition: Operand, a: Any, b: Any) -> str:
    numbers = not any(isinstance(x, Operand) and x.is_tensor for x in (a, b))
    a = tensor(a, y.dtype) if numbers else a
    return f"torch.where({condition}, {a}, {b})"


def _select(y: Operand, conditions: Any, choices: Any, default: Any = 0) -> str:
    text: Any = tensor(default, y.dtype)
    for condition, choice in list(zip(conditions, choices, strict=True))[::-1]:
        text = f"torch.where({condition}, {choice}, {text})"
    return str(text)


def _nan_to_num(
    y: Operand, x: Operand, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> str:
    return f"torch.nan_to_num({arguments(x, options(nan=nan, posinf=posinf, neginf=neginf))})"


def _imag(y: Operand, x: Operand) -> str:
    return f"torch.imag({x})" if x.dtype.kind == "c" else f"torch.zeros_like({x})"


def _cbrt(y: Operand, x: Operand) -> str:
    return f"torch.sign({x}) * torch.abs({x}) ** (1 / 3)"


def _round(y: Operand, x: Operand, decimals: int = 0) -> str:
    return f"torch.round({arguments(x, options(decimals=decimals or None))})"


def _unary(sign: str) -> Callable[[Operand, Operand], str]:
    return lambda y, x: f"{sign}{x}"


ELEMENTWISE: dict[Any, Counterpart] = {
    **{function: _of_one(function.__name__) for function in SAME_NAME},
    **{function: _of_one(name) for function, name in OTHER_NAME.items()},
    **{function: _of_two(function.__name__) for function in OF_TWO},
    **{function: _sign(sign) for function, sign in SIGNS.items()},
    np.negative: _unary("-"),
    np.invert: _unary("~"),
    np.square: lambda y, x: f"{x} ** 2",
    np.maximum: _chosen("maximum"),
    np.minimum: _chosen("minimum"),
    np.clip: _clip,
    np.where: _where,
    np.select: _select,
    np.cbrt: _cbrt,
    np.round: _round,
    np.nan_to_num: _nan_to_num,
    np.real: lambda y, x: f"torch.real({x})",
    np.imag: _imag,
    np.isclose: lambda y, a, b, rtol=1e-5, atol=1e-8, equal_nan=False: (
        f"torch.isclose({arguments(a, b, options(rtol=rtol, atol=atol, equal_nan=equal_nan))})"
    ),
    astype: lambda y, x, dtype: f"{x}.to({dtype_of(dtype)}{', copy=True' if x.dtype == dtype else ''})",
    np.copy: lambda y, x, order=None: f"{x}.clone()",
}
