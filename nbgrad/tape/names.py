"""The names of a beginner's program: operations that take arrays and plain numbers as constants, and makers."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..core.tensor import Tensor, as_data, plain
from ..ops import elementwise, joining, linalg, reduction, shape
from .variables import constant, convert_to_tensor

float32, float64, int32, int64 = np.float32, np.float64, np.int32, np.int64


def _on_tensors(function: Callable) -> Callable:
    """The operation with NumPy arrays and plain numbers taken as constants, so that a tensor always comes out."""

    def call(*operands: Any, name: str | None = None, **named: Any) -> Tensor:
        operands += tuple(named.pop(key) for key in ("x", "a", "y", "b") if key in named)
        result = function(convert_to_tensor(operands[0]), *operands[1:], **named)
        return result if isinstance(result, Tensor) else Tensor(as_data(result))

    call.__doc__ = without_example(function)
    return call


def without_example(function: Callable) -> str:
    """The docstring of an operation up to its example, which calls it by another name than the tape's."""
    return (function.__doc__ or "").split(">>>")[0].rstrip()


def _reduction(function: Callable) -> Callable:
    def call(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
        axis = tuple(axis) if isinstance(axis, list) else axis
        return function(convert_to_tensor(input_tensor), axis=axis, keepdims=keepdims)

    call.__doc__ = without_example(function)
    return call


reduce_sum, reduce_mean = _reduction(reduction.sum), _reduction(reduction.mean)
reduce_max, reduce_min = _reduction(reduction.max), _reduction(reduction.min)
square, sqrt = _on_tensors(elementwise.square), _on_tensors(elementwise.sqrt)
exp, log = _on_tensors(elementwise.exp), _on_tensors(elementwise.log)
sin, cos = _on_tensors(elementwise.sin), _on_tensors(elementwise.cos)
tanh, sigmoid, relu = _on_tensors(elementwise.tanh), _on_tensors(elementwise.sigmoid), _on_tensors(elementwise.relu)
add, subtract = _on_tensors(elementwise.add), _on_tensors(elementwise.subtract)
multiply, divide = _on_tensors(elementwise.multiply), _on_tensors(elementwise.divide)
negative, abs = _on_tensors(elementwise.negative), _on_tensors(elementwise.absolute)
maximum, minimum = _on_tensors(elementwise.maximum), _on_tensors(elementwise.minimum)
matmul, pow = _on_tensors(linalg.matmul), _on_tensors(lambda x, y: x**y)


def transpose(a: Any, perm: Any = None) -> Tensor:
    """The axes in the order ``perm``; reversed by default."""
    return shape.transpose(convert_to_tensor(a), axes=None if perm is None else tuple(perm))


def reshape(tensor: Any, shape: Any) -> Tensor:
    """The same numbers in another shape."""
    return convert_to_tensor(tensor).reshape(tuple(shape) if isinstance(shape, list | tuple) else shape)


def cast(x: Any, dtype: Any) -> Tensor:
    """``x`` in another dtype; a floating one hands gradients on."""
    return convert_to_tensor(x).astype(dtype)


def stop_gradient(x: Any) -> Tensor:
    """The numbers of ``x`` without its history: no gradient flows back through it."""
    return convert_to_tensor(x).detach()


def stack(values: Any, axis: int = 0) -> Tensor:
    """Tensors of one shape, laid side by side along a new axis."""
    return joining.stacked([convert_to_tensor(x) for x in values], axis)


def concat(values: Any, axis: int = 0) -> Tensor:
    """Tensors joined along an axis."""
    return joining.joined([convert_to_tensor(x) for x in values], axis)


def zeros(shape: Any, dtype: Any = float) -> Tensor:
    """A constant of zeros."""
    return constant(np.zeros(shape), dtype)


def ones(shape: Any, dtype: Any = float) -> Tensor:
    """A constant of ones."""
    return constant(np.ones(shape), dtype)


def zeros_like(x: Any) -> Tensor:
    """A constant of zeros of the shape of ``x``."""
    return constant(np.zeros_like(plain(x)))


def ones_like(x: Any) -> Tensor:
    """A constant of ones of the shape of ``x``."""
    return constant(np.ones_like(plain(x)))


def linspace(start: float, stop: float, num: int) -> Tensor:
    """``num`` evenly spaced numbers from ``start`` to ``stop``, both included."""
    return constant(np.linspace(start, stop, num))


def range(start: float, limit: float | None = None, delta: float = 1) -> Tensor:
    """The numbers from ``start`` (0 if only one number is given) up to ``limit``, without it."""
    return constant(np.arange(0, start, delta) if limit is None else np.arange(start, limit, delta))


class _Random:
    """Random constants from one generator: ``tf.random.set_seed(0)`` makes them repeatable."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng()

    def set_seed(self, seed: int) -> None:
        """Begin the sequence of random numbers anew."""
        self.generator = np.random.default_rng(seed)

    def normal(self, shape: Any, mean: float = 0.0, stddev: float = 1.0) -> Tensor:
        """Normally distributed numbers."""
        return constant(self.generator.normal(mean, stddev, shape))

    def uniform(self, shape: Any, minval: float = 0.0, maxval: float = 1.0) -> Tensor:
        """Numbers evenly distributed between ``minval`` and ``maxval``."""
        return constant(self.generator.uniform(minval, maxval, shape))


random = _Random()
math = SimpleNamespace(
    square=square, sqrt=sqrt, exp=exp, log=log, sin=sin, cos=cos, tanh=tanh, sigmoid=sigmoid, abs=abs, pow=pow,
    add=add, subtract=subtract, multiply=multiply, divide=divide, negative=negative, maximum=maximum, minimum=minimum,
    reduce_sum=reduce_sum, reduce_mean=reduce_mean, reduce_max=reduce_max, reduce_min=reduce_min,
)  # fmt: skip
nn = SimpleNamespace(relu=relu, sigmoid=sigmoid, tanh=tanh)
