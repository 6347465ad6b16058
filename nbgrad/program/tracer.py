"""Tracers: what a function is given in place of arrays while it is recorded.

A tracer has the shape and the dtype of an array, and answers every operator, method and NumPy function by writing the
call down and giving another tracer. It has the numbers of the example, too, but nobody may look at them: what a program
does must not depend on the numbers it happened to be recorded with.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.tensor import Tensor
from ..core.tracing import Tracer
from .mistakes import frozen_numbers, not_drawn, not_traced
from .spelled import astype

if TYPE_CHECKING:
    from .listing import Value
    from .record import Recorder


class ValueTracer(Tracer):
    """Stands for a value of the program that is being recorded."""

    __slots__ = ("recorder", "value")

    def __init__(self, recorder: Recorder, value: Value):
        self.recorder = recorder
        self.value = value

    def call(self, function: Any, *args: Any, **static: Any) -> Any:
        return self.recorder.call(function, args, static)


class GeneratorTracer(ValueTracer):
    """Stands for a generator of random numbers: what is drawn from it is drawn anew in each run of the program."""

    __slots__ = ()
    __class__ = property(lambda self: np.random.Generator)

    def __getattr__(self, name: str) -> Callable:
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(np.random.Generator, name)
        if name == "shuffle" or not callable(method):
            raise not_drawn(name)
        return lambda *args, **static: self.recorder.call(method, (self, *args), static)


class ArrayTracer(ValueTracer):
    """Stands for an array or a number."""

    __slots__ = ()
    __array_priority__ = 100.0

    # ``isinstance`` takes it for what it stands for, so that a function goes the way that it goes with arrays.
    __class__ = property(lambda self: type(self.value.example))

    # ---- what is known of it
    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def ndim(self) -> int:
        return self.value.ndim

    @property
    def size(self) -> int:
        return self.value.size

    @property
    def dtype(self) -> np.dtype:
        return self.value.dtype

    @property
    def itemsize(self) -> int:
        return self.value.dtype.itemsize

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    @property
    def strides(self) -> tuple[int, ...]:
        return np.asarray(self.value.example).strides

    @property
    def base(self) -> Any:
        """Not ``None`` where it is a view of another value's memory."""
        return None if self.value.memory is self.value else self.value.memory

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a single number")
        return self.shape[0]

    def __iter__(self) -> Iterator:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"<{self.value.name or 'a value'} of shape {self.shape}, {self.dtype}, in a recorded program>"

    # ---- NumPy's two doors
    def __array_ufunc__(self, ufunc: np.ufunc, how: str, *operands: Any, **static: Any) -> Any:
        if any(isinstance(x, Tensor) for x in operands):
            return NotImplemented
        function = ufunc if how == "__call__" else getattr(ufunc, how)
        return self.recorder.call(function, operands, static)

    def __array_function__(self, function: Callable, types: Any, operands: tuple, static: dict) -> Any:
        if any(issubclass(kind, Tensor) for kind in types):
            return NotImplemented
        return self.recorder.call(function, operands, static)

    # ---- taking and writing elements
    def __getitem__(self, index: Any) -> Any:
        return self.recorder.call(operator.getitem, (self, index), {})

    def __setitem__(self, index: Any, value: Any) -> None:
        self.recorder.call(operator.setitem, (self, index, value), {})

    def fill(self, value: Any) -> None:
        self[...] = value

    # ---- methods with a function of another name, or with other parameters
    def reshape(self, *shape: Any, order: str = "C") -> Any:
        lengths = shape[0] if len(shape) == 1 else shape
        return self.call(np.reshape, self, lengths, **({} if order == "C" else {"order": order}))

    def transpose(self, *axes: Any) -> Any:
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None
        return self.call(np.transpose, self, order)

    def astype(self, dtype: Any, **static: Any) -> Any:
        return self.call(astype, self, np.dtype(dtype))

    def copy(self, order: str = "K") -> Any:
        """A number cannot be changed, so it need not be copied; Python's own becomes one of NumPy's."""
        if self.value.is_array:
            return self.call(np.copy, self)
        return self if isinstance(self.value.example, np.generic) else self.call(self.value.dtype.type, self)

    def flatten(self, order: str = "C") -> Any:
        return self.call(np.copy, self.call(np.ravel, self, order))

    def dot(self, other: Any) -> Any:
        return np.dot(self, other)

    def compress(self, condition: Any, axis: int | None = None) -> Any:
        return self.call(np.compress, condition, self, axis=axis)

    def sort(self, axis: int = -1) -> None:
        self[...] = np.sort(self, axis=axis)

    def view(self, *kind: Any) -> Any:
        if kind:
            raise not_traced(self, "view(dtype)")
        return self[...]

    flat = property(lambda self: self.reshape(-1))
    T = property(lambda self: self.call(np.transpose, self))
    mT = property(lambda self: self.call(np.matrix_transpose, self))
    real = property(lambda self: self.call(np.real, self))
    imag = property(lambda self: self.call(np.imag, self))

    # ---- text, for those who print while they compute
    def __format__(self, spec: str) -> str:
        return repr(self)

    def __round__(self, digits: int | None = None) -> Any:
        return self.__int__() if digits is None else self.recorder.call(np.round, (self, digits), {})

    # ---- what it does not have
    def __getattr__(self, name: str) -> Any:
        raise not_traced(self, name)


def _operator(ufunc: Callable, reflected: bool) -> Callable:
    """``a ? b`` as a method; of tensors, their own operator takes over."""

    def method(self: ArrayTracer, other: Any) -> Any:
        if isinstance(other, Tensor):
            return NotImplemented
        return self.recorder.operate(ufunc, (other, self) if reflected else (self, other))

    return method


def _sign(ufunc: Callable) -> Callable:
    """``-a`` and its like as a method."""
    return lambda self: self.recorder.operate(ufunc, (self,))


def _in_place(ufunc: Callable) -> Callable:
    """``a ?= b``: of an array, written into it, as NumPy does; a number is replaced by another one, and the numbers of
    a tensor outside the function by others: ``p.data -= lr * p.grad``."""

    def method(self: ArrayTracer, other: Any) -> Any:
        if isinstance(other, Tensor):
            return NotImplemented
        if not self.value.is_array or self.recorder.is_of_tensor(self.value):
            return self.recorder.operate(ufunc, (self, other))
        return self.recorder.call(ufunc, (self, other), {"out": self})

    return method


def _method(function: Callable) -> Callable:
    """``x.sum(...)`` as ``np.sum(x, ...)``."""
    return lambda self, *args, **static: self.recorder.call(function, (self, *args), static)


def _refused(name: str) -> Callable:
    """A method that would need the numbers."""

    def method(self: ArrayTracer, *args: Any, **static: Any) -> Any:
        self.recorder.refused = frozen_numbers(self, name)
        raise self.recorder.refused

    return method


OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "floordiv": np.floor_divide,
    "mod": np.remainder, "pow": np.power, "matmul": np.matmul, "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor, "lshift": np.left_shift, "rshift": np.right_shift, "divmod": np.divmod,
}  # fmt: skip
COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip
NUMBERS_ASKED = (
    "__bool__", "__int__", "__float__", "__index__", "__complex__", "__contains__", "__array__", "__hash__", "item",
    "tolist", "tobytes", "tofile", "dump",
)  # fmt: skip
SIGNS = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}
METHODS = (
    "all", "any", "argmax", "argmin", "argsort", "clip", "conjugate", "cumprod", "cumsum", "diagonal", "max",
    "mean", "min", "nonzero", "prod", "ravel", "repeat", "round", "searchsorted", "squeeze", "std", "sum", "swapaxes",
    "take", "trace", "var",
)  # fmt: skip

for _name in NUMBERS_ASKED:
    setattr(ArrayTracer, _name, _refused(_name))
for _name, _ufunc in OPERATORS.items():
    setattr(ArrayTracer, f"__{_name}__", _operator(_ufunc, reflected=False))
    setattr(ArrayTracer, f"__r{_name}__", _operator(_ufunc, reflected=True))
    if _name != "divmod":
        setattr(ArrayTracer, f"__i{_name}__", _in_place(_ufunc))
for _name, _ufunc in COMPARISONS.items():
    setattr(ArrayTracer, f"__{_name}__", _operator(_ufunc, reflected=False))
for _name, _ufunc in SIGNS.items():
    setattr(ArrayTracer, f"__{_name}__", _sign(_ufunc))
for _name in METHODS:
    setattr(ArrayTracer, _name, _method(getattr(np, _name)))
ArrayTracer.conj = ArrayTracer.conjugate  # type: ignore[attr-defined]
