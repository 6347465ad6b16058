"""Operations that choose: each result is one of the operands, or one of them with another sign."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.methods import method
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ...core.tensor import plain
from ..samples import apart, between, case, normal, nothing


@operation(
    symbol="|·|", latex=r"\left|{x}\right|", source="np.abs({x})", formulas=["sign {x}"], operator="__abs__",
    methods=["abs"], numpy=[np.absolute, np.fabs], elementwise=True, samples=[apart(3, 4)],
    note="The absolute value hands the gradient on, with its sign turned where the input is negative.",
)  # fmt: skip
def absolute(x):
    """``|x|``; at 0 the subgradient 0 is taken.

    >>> import nbgrad as ng
    >>> ng.grad(lambda x: absolute(x).sum())(np.array([-2.0, 0.0, 3.0])).tolist()
    [-1.0, 0.0, 1.0]
    """
    return np.abs(x)


absolute.rule(lambda g, y, x: g * np.sign(x))


@operation(
    symbol="±", latex=r"\left|{a}\right| \mathrm{{sign}}\,{b}", source="np.copysign({a}, {b})",
    formulas=["1 where {a} and {b} have the same sign, else −1", "0"], numpy=np.copysign, elementwise=True,
    samples=[apart(3, 4), normal(4)], note="The gradient changes its sign where the number did.",
)  # fmt: skip
def copysign(a, b):
    """``|a|`` with the sign of ``b``; at ``a = 0`` the subgradient 0 is taken, and ``b`` has no gradient.

    >>> copysign(np.array([1.0, -2.0]), np.array([-1.0, -1.0])).tolist()
    [-1.0, -2.0]
    """
    return np.copysign(a, b)


copysign.rule(lambda g, y, a, b: g * np.sign(a) * np.sign(y), None)


def _share(g, wins, draws):
    """The gradient ``g`` where the operand wins, half of it where both are equal."""
    return g * wins + 0.5 * g * draws


@operation(
    symbol="max", latex=r"\max({a}, {b})", source="np.maximum({a}, {b})",
    formulas=["1 if {a} > {b}, ½ if equal, else 0", "1 if {b} > {a}, ½ if equal, else 0"],
    numpy=np.maximum, elementwise=True,
    samples=[apart(3, 4), normal(4)],
    note="Only the larger of the two receives the gradient; equal ones half of it each.",
)  # fmt: skip
def maximum(a, b):
    """The larger of the two; where they are equal, each receives half of the gradient.

    >>> import nbgrad as ng
    >>> ng.grad(lambda x: np.maximum(x, 2.0).sum())(np.array([1.0, 2.0, 3.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.maximum(a, b)


maximum.rule(lambda g, y, a, b: _share(g, a > b, a == b), lambda g, y, a, b: _share(g, b > a, a == b))


@operation(
    symbol="min", latex=r"\min({a}, {b})", source="np.minimum({a}, {b})",
    formulas=["1 if {a} < {b}, ½ if equal, else 0", "1 if {b} < {a}, ½ if equal, else 0"],
    numpy=np.minimum, elementwise=True,
    samples=[apart(3, 4), normal(4)],
    note="Only the smaller of the two receives the gradient; equal ones half of it each.",
)  # fmt: skip
def minimum(a, b):
    """The smaller of the two; where they are equal, each receives half of the gradient.

    >>> import nbgrad as ng
    >>> ng.grad(lambda x: np.minimum(x, 2.0).sum())(np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 0.5, 0.0]
    """
    return np.minimum(a, b)


minimum.rule(lambda g, y, a, b: _share(g, a < b, a == b), lambda g, y, a, b: _share(g, b < a, a == b))


@operation(
    symbol="fmax", latex=r"\mathrm{{fmax}}({a}, {b})", source="np.fmax({a}, {b})",
    formulas=["1 if {a} > {b}, ½ if equal, else 0", "1 if {b} > {a}, ½ if equal, else 0"],
    numpy=np.fmax, elementwise=True,
    samples=[apart(3, 4), normal(4)],
    note="Only the larger of the two receives the gradient; equal ones half of it each.",
)  # fmt: skip
def fmax(a, b):
    """The larger of the two, where one is NaN the other; where they are equal, each receives half of the gradient.

    >>> fmax(np.array([1.0, np.nan]), 2.0).tolist()
    [2.0, 2.0]
    """
    return np.fmax(a, b)


fmax.rule(
    lambda g, y, a, b: _share(g, (a > b) | np.isnan(b), a == b),
    lambda g, y, a, b: _share(g, (b > a) | np.isnan(a), a == b),
)


@operation(
    symbol="fmin", latex=r"\mathrm{{fmin}}({a}, {b})", source="np.fmin({a}, {b})",
    formulas=["1 if {a} < {b}, ½ if equal, else 0", "1 if {b} < {a}, ½ if equal, else 0"],
    numpy=np.fmin, elementwise=True,
    samples=[apart(3, 4), normal(4)],
    note="Only the smaller of the two receives the gradient; equal ones half of it each.",
)  # fmt: skip
def fmin(a, b):
    """The smaller of the two, where one is NaN the other; where they are equal, each receives half of the gradient.

    >>> fmin(np.array([1.0, np.nan]), 2.0).tolist()
    [1.0, 2.0]
    """
    return np.fmin(a, b)


fmin.rule(
    lambda g, y, a, b: _share(g, (a < b) | np.isnan(b), a == b),
    lambda g, y, a, b: _share(g, (b < a) | np.isnan(a), a == b),
)


def _within(x, min, max):
    """Whether ``x`` is not moved by clipping."""
    return np.logical_and(True if min is None else x >= min, True if max is None else x <= max)


def _below(x, min, max):
    """Whether clipping gives the lower bound. Bounds the wrong way round give the upper one, as in NumPy."""
    return (x < min) if max is None else (x < min) & (min <= max)


def _above(x, min, max):
    """Whether clipping gives the upper bound."""
    return (x > max) if min is None else (x > max) | (min > max)


@operation(
    symbol="clip", latex=r"\min(\max({x}, {min}), {max})", source="np.clip({x}, {min}, {max})",
    formulas=["1 if {min} ≤ {x} ≤ {max} else 0", "1 if {x} < {min} else 0", "1 if {x} > {max} else 0"],
    methods=["clip"], numpy=np.clip, elementwise=True,
    samples=[apart(3, 4), between(-1.0, -0.9, 4), between(0.9, 1.0, 3, 1)],
    cases=[case(apart(3, 4), nothing, between(0.9, 1.0)), case(apart(3, 4), between(-0.2, 0.2), nothing)],
    note="What lies between the bounds receives its gradient; what was cut off, none.",
)  # fmt: skip
def clip(x, min=None, max=None):
    """``x`` with all that is below ``min`` or above ``max`` moved there; a bound may be left out.

    On a bound itself ``x`` receives the whole gradient, and the bound none. Bounds the wrong way round give ``max``.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> ng.grad(lambda x: np.clip(x, 0, 1).sum())(np.array([-0.5, 0.0, 0.5, 1.5]))
    array([0., 1., 1., 0.])
    """
    if type(x) in (int, float):  # two Python numbers would make a float64 of a float32 bound
        x = np.asarray(x, np.result_type(x, *[bound for bound in (min, max) if bound is not None]))
    raised = x if min is None else np.maximum(x, min)
    return raised if max is None else np.minimum(raised, max)


clip.rule(
    lambda g, y, x, min, max: g * _within(x, min, max),
    lambda g, y, x, min, max: g * _below(x, min, max),
    lambda g, y, x, min, max: g * _above(x, min, max),
)


@operation(
    symbol="where", latex=r"{a}\;\text{{if}}\;{condition}\;\text{{else}}\;{b}",
    source="np.where({condition}, {a}, {b})",
    formulas=["0", "1 where {condition}", "1 where not {condition}"], elementwise=True, takes_complex=True,
    samples=[lambda rng: rng.random((3, 4)) < 0.5, normal(3, 4), normal(4)],
    note="Each place hands its gradient to the one that was chosen there.",
)  # fmt: skip
def where(condition, a, b):
    """``a`` where ``condition`` holds, else ``b``.

    A branch that is not taken receives the gradient 0, but is computed all the same, and 0 times an infinite slope is
    NaN: keep numbers without a value out of it beforehand, ``np.where(x > 0, np.log(np.where(x > 0, x, 1)), 0)``.

    >>> where(np.array([True, False]), np.array([1.0, 2.0]), 0.0).tolist()
    [1.0, 0.0]
    """
    return np.where(condition, a, b)[()]


where.rule(None, lambda g, y, c, a, b: where(c, g, 0.0), lambda g, y, c, a, b: where(c, 0.0, g))


def _numpy_where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """``np.where``; with one argument it gives the indices at which the condition holds, as plain arrays."""
    return np.where(plain(condition)) if x is None and y is None else where(condition, x, y)


NUMPY[np.where] = _numpy_where


def or_infinity(length: Any) -> Any:
    """``length``, and infinity where it is 0: what is divided by it is 0 there, and so are all derivatives.

    >>> or_infinity(np.array([0.0, 2.0])).tolist()
    [inf, 2.0]
    """
    return where(length > 0, length, np.inf)


@operation(
    symbol="finite", latex=r"\mathrm{{finite}}({x})", source="np.nan_to_num({x}{keywords})",
    formulas=["1 where {x} is finite, else 0"], numpy=np.nan_to_num, elementwise=True, samples=[normal(3, 4)],
    cases=[case(nan=1.0)],
    note="What was not a finite number receives no gradient.",
)  # fmt: skip
def nan_to_num(x, *, nan=0.0, posinf=None, neginf=None):
    """``x`` with ``nan`` in place of NaN, and the largest numbers there are (or ``posinf``, ``neginf``) of infinity.

    >>> nan_to_num(np.array([1.0, np.nan, np.inf]), posinf=9.0).tolist()
    [1.0, 0.0, 9.0]
    """
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


nan_to_num.rule(lambda g, y, x, nan=0.0, posinf=None, neginf=None: where(np.isfinite(x), g, 0.0))


def round_(x: Any, decimals: int = 0) -> np.ndarray:
    """``x`` rounded, as a plain array: it moves in jumps, and between them its slope is zero.

    >>> round_(np.array([0.26, 1.5]), 1).tolist()
    [0.3, 1.5]
    """
    return np.round(plain(x), decimals)


def _builtin_round(x: Any, digits: int | None = None) -> np.ndarray:
    """What ``round(x)`` and ``round(x, digits)`` give, as a plain array."""
    return round_(x, digits or 0)


method("round", round_)
method("__round__", _builtin_round)
