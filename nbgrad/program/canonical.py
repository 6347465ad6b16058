"""One spelling for each computation.

NumPy has several ways to say the same: ``x.sum()``, ``np.sum(x)``, ``np.add.reduce(x, None)``. Whatever the user's code
and the rules say, one of them is written down, so that the passes need to know only that one.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from .listing import Value

Call = tuple[Any, tuple, dict[str, Any]]

# Methods of ufuncs -> the function that says the same; along the first axis, where none is given.
REDUCTIONS: dict[Any, Callable] = {
    np.add.reduce: np.sum, np.multiply.reduce: np.prod, np.maximum.reduce: np.max, np.minimum.reduce: np.min,
    np.logical_or.reduce: np.any, np.logical_and.reduce: np.all,
}  # fmt: skip
REDUCING = {np.sum, np.prod, np.max, np.min, np.any, np.all, np.mean, np.std, np.var, np.argmax, np.argmin}
SAME: dict[Any, Callable] = {np.amax: np.max, np.amin: np.min, np.linalg.matmul: np.matmul}

# What depends on shapes and dtypes alone is known while a function is recorded, and is computed then.
KNOWN = {np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj, np.common_type}

# Functions whose results have a shape that only the numbers tell.
SHAPED_BY_NUMBERS = {
    np.nonzero, np.flatnonzero, np.argwhere, np.unique, np.extract, np.union1d, np.intersect1d, np.setdiff1d,
    np.setxor1d, np.trim_zeros, np.bincount,
}  # fmt: skip
# The same, if a certain operand is not known yet: its place among the arguments, and its name.
SHAPED_BY_OPERAND = {
    np.repeat: (1, "repeats"), np.delete: (1, "obj"), np.compress: (0, "condition"),
    np.split: (1, "indices_or_sections"), np.array_split: (1, "indices_or_sections"), np.tile: (1, "reps"),
    np.pad: (1, "pad_width"),
}  # fmt: skip


def canonical(function: Callable, args: tuple, static: dict[str, Any]) -> Call:
    """The spelling that is written down for a call; its arguments are values and plain things."""
    if function in REDUCTIONS:
        function, args, static = reduction(function, *args, **static)
    static = {name: given for name, given in static.items() if not is_idle(name, given)}
    if isinstance(function, np.ufunc):
        static = {name: given for name, given in static.items() if (name, given) != ("order", "K")}
        if function is np.power and not static and is_square(*args):
            return np.square, args[:1], static
        if function is np.positive and not static:
            return np.copy, args[:1], {}
        if len(args) > function.nin:  # out= by position
            static["out"], args = args[function.nin], args[: function.nin]
        return function, args, static
    function = SAME.get(function, function)
    if function in LIKE:
        return like(function, *args, **static)
    if function in REDUCING or function in NORMALISED:
        args, static = by_signature(function, args, static)
    return NORMALISED[function](*args, **static) if function in NORMALISED else (function, args, static)


def is_idle(name: str, given: Any) -> bool:
    """Whether an option says no more than NumPy's default, whatever the function."""
    return (given is None and name in ("out", "dtype", "mask")) or (
        (name, given) in (("where", True), ("keepdims", False), ("subok", True))
        if isinstance(given, bool | str)
        else given is np._NoValue
    )


def is_square(x: Any, exponent: Any) -> bool:
    """Whether a power is a square of the same dtype. (2.0 makes floating numbers of whole ones.)"""
    if type(exponent) not in (int, float) or exponent != 2:
        return False
    kind = np.result_type(example(x)).kind
    return kind in "fc" or (kind in "iu" and type(exponent) is int)


def reduction(function: Callable, x: Any, axis: Any = 0, dtype: Any = None, out: Any = None, **static: Any) -> Call:
    """``np.add.reduce(x)`` and its like as the functions that say the same."""
    options = {"axis": axis, "dtype": dtype, "out": out, **static}
    if isinstance(x, Value) and not x.ndim:
        options["axis"] = None
    return REDUCTIONS[function], (x,), {name: given for name, given in options.items() if given is not None}


LIKE: dict[Any, Callable] = {
    np.zeros_like: np.zeros,
    np.ones_like: np.ones,
    np.empty_like: np.empty,
    np.full_like: np.full,
}


def like(function: Callable, x: Any, *fill: Any, dtype: Any = None, shape: Any = None, **static: Any) -> Call:
    """``np.zeros_like(x)`` as ``np.zeros(shape)``: nothing of ``x`` but its shape and dtype counts."""
    kind = np.dtype(dtype or example(x).dtype)
    if shape is None and np.ndim(example(x)) > 1 and not example(x).flags.c_contiguous:  # its order in memory counts
        return function, (x, *fill), {} if kind == example(x).dtype else {"dtype": kind}
    shape = np.shape(example(x)) if shape is None else tuple(shape) if np.iterable(shape) else (shape,)
    return LIKE[function], (shape, *fill), {} if kind == np.float64 and not fill else {"dtype": kind}


@cache
def parameters(function: Callable) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The defaults of a function of NumPy's, and the names of its parameters in order."""
    declared = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in declared if p.default is not p.empty}, tuple(p.name for p in declared)


def by_signature(function: Callable, args: tuple, static: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """Operands by position, options by name, and none that says no more than its default."""
    defaults, names = parameters(function)
    given = {**dict(zip(names, args, strict=False)), **static}
    operands = tuple(given.pop(name) for name in names if name not in defaults and name in given)
    options = {
        name: value
        for name, value in given.items()
        if not (name in defaults and (value is defaults[name] or (is_plain(value) and value == defaults[name])))
        and not is_idle(name, value)
    }
    if "axis" in options and function in REDUCING and operands and np.ndim(example(operands[0])):
        options = with_plain_axis(options, np.ndim(example(operands[0])))
    return operands, options


def with_plain_axis(options: dict[str, Any], ndim: int) -> dict[str, Any]:
    """The options of a reduction, with a single axis as a number, and none where all of them are meant."""
    axes = options["axis"] if isinstance(options["axis"], tuple) else (options["axis"],)
    if len(axes) == ndim:
        return {name: given for name, given in options.items() if name != "axis"}
    return {**options, "axis": axes[0] if len(axes) == 1 else axes}


def is_plain(thing: Any) -> bool:
    return isinstance(thing, int | float | str | bool)


# ---- functions with several forms


def _dot(a: Any, b: Any) -> Call:
    axes = np.ndim(example(a)), np.ndim(example(b))
    if 0 in axes:
        return np.multiply, (a, b), {}
    return (np.matmul if max(axes) <= 2 else np.dot), (a, b), {}


def _transpose(x: Any, axes: Any = None) -> Call:
    if axes is not None:
        axes = tuple(int(i) % x.ndim for i in axes)
        if axes == tuple(range(x.ndim))[::-1]:
            axes = None
    return np.transpose, (x,), {} if axes is None else {"axes": axes}


def _swapaxes(x: Any, axis1: int, axis2: int) -> Call:
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return _transpose(x, order)


def _moveaxis(x: Any, source: Any, destination: Any) -> Call:
    order = np.moveaxis(np.empty((0,) * x.ndim), source, destination)  # NumPy checks what it is given
    del order
    sources, destinations = (
        [int(i) % x.ndim for i in (along if isinstance(along, tuple | list) else (along,))]
        for along in (source, destination)
    )
    rest = [i for i in range(x.ndim) if i not in sources]
    for to, at in sorted(zip(destinations, sources, strict=True)):
        rest.insert(to, at)
    return _transpose(x, rest)


def _reshape(x: Any, shape: Any, order: str = "C", **static: Any) -> Call:
    if order != "C":
        return np.reshape, (x, shape), {"order": order}
    return np.reshape, (x, np.reshape(example(x), shape).shape), {}


def _ravel(x: Any, order: str = "C") -> Call:
    return (np.reshape, (x, (x.size,)), {}) if order == "C" else (np.ravel, (x,), {"order": order})


def _expand_dims(x: Any, axis: Any) -> Call:
    return np.reshape, (x, np.expand_dims(example(x), axis).shape), {}


def _squeeze(x: Any, axis: Any = None) -> Call:
    return np.reshape, (x, np.squeeze(example(x), axis).shape), {}


def _matrix_transpose(x: Any) -> Call:
    return _swapaxes(x, -2, -1)


def _broadcast_to(x: Any, shape: Any, **static: Any) -> Call:
    return np.broadcast_to, (x, tuple(np.broadcast_to(example(x), shape).shape)), {}


def example(thing: Any) -> Any:
    """The example of a value; anything else as it is."""
    return thing.example if isinstance(thing, Value) else thing


NORMALISED: dict[Callable, Callable[..., Call]] = {
    np.dot: _dot, np.transpose: _transpose, np.swapaxes: _swapaxes, np.moveaxis: _moveaxis, np.reshape: _reshape,
    np.ravel: _ravel, np.expand_dims: _expand_dims, np.squeeze: _squeeze, np.matrix_transpose: _matrix_transpose,
    np.broadcast_to: _broadcast_to,
}  # fmt: skip
getitem, setitem = operator.getitem, operator.setitem
