"""The tape face: ``from nbgrad import tape as tf``.

A gradient tape records what happens while it runs, and gives gradients of what it recorded. Variables are recorded by
themselves, constants once they are watched.

>>> from nbgrad import tape as tf
>>> x = tf.Variable(3.0)
>>> with tf.GradientTape() as tape:
...     y = x * x
>>> tape.gradient(y, x).numpy()
np.float64(6.0)

The engine underneath is that of the eager face: a tape is the span of serial numbers between its start and its end,
and its gradient is the engine's reverse pass over the operations of that span.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np

from .core.errors import IntegerGradientError, NoGradientError, ShapeError, TapeStateError, TapeUsedError
from .core.names import checked_name, name_of
from .core.op import identity
from .core.tensor import Tensor, as_data, new_serial, plain
from .core.transforms import gradients
from .ops import elementwise, indexing, linalg, reduction, shape

float32, float64, int32, int64 = np.float32, np.float64, np.int32, np.int64

_running: list[GradientTape] = []


class Variable(Tensor):
    """A tensor that can be given new numbers: a parameter.

    Args:
        initial_value: any shape; whole numbers stay whole, and have no gradient.
        trainable: whether tapes watch it by themselves.
        name: shown in drawings.
        dtype: for example ``tf.float32``; by default that of the data.
    """

    __slots__ = ()

    def __init__(self, initial_value: Any, trainable: bool = True, name: str | None = None, dtype: Any = None):
        data = _converted(initial_value, dtype)
        super().__init__(data, trainable and data.dtype.kind == "f", checked_name(name))

    @property
    def trainable(self) -> bool:
        """Whether tapes watch it by themselves."""
        return self.requires_grad

    def assign(self, value: Any) -> Variable:
        """Give it new numbers, of the same shape; what was computed from the old ones stays as it was.

        Raises:
            ShapeError: the shape would change.
        """
        data = np.asarray(plain(value), dtype=self.data.dtype)
        if data.shape != self.data.shape:
            raise ShapeError(
                f"{name_of(self) or 'this variable'} has shape {self.data.shape} and cannot be assigned numbers of "
                f"shape {data.shape}"
            )
        self.data = data.copy() if data.ndim else data[()]
        return self

    def assign_add(self, delta: Any) -> Variable:
        """``assign(self + delta)``."""
        return self.assign(self.data + self._step(delta))

    def assign_sub(self, delta: Any) -> Variable:
        """``assign(self - delta)``: the step of gradient descent."""
        return self.assign(self.data - self._step(delta))

    def _step(self, delta: Any) -> Any:
        """``delta`` as numbers that fit.

        Raises:
            NoGradientError: it is ``None``, as a gradient is that a tape did not find.
            ShapeError: its shape is neither that of the variable nor that of a number.
        """
        called = name_of(self) or "this variable"
        if delta is None:
            raise NoGradientError(
                f"{called} cannot be moved by None: the tape found no way from the target to it; was it used inside "
                "the tape's with block, and in floating numbers?"
            )
        numbers = as_data(delta)
        if numbers.shape not in ((), self.data.shape):
            raise ShapeError(f"{called} has shape {self.data.shape} and cannot be moved by shape {numbers.shape}")
        return numbers

    def value(self) -> Tensor:
        """The present numbers as a tensor of their own, through which gradients flow."""
        return identity(self)

    read_value = value

    def __repr__(self) -> str:
        numbers = np.array2string(np.asarray(self.data), separator=", ", prefix="Variable(")
        return f"Variable({numbers}, name={self.name!r})" if self.name else f"Variable({numbers})"


def _converted(value: Any, dtype: Any = None) -> Any:
    data = as_data(value)
    if dtype is not None:
        data = data.astype(dtype)
    return data.copy() if isinstance(data, np.ndarray) else data


def constant(value: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """A tensor that takes no part in gradients until a tape watches it."""
    return Tensor(_converted(value, dtype), name=checked_name(name))


def convert_to_tensor(value: Any, dtype: Any = None) -> Tensor:
    """``value`` itself if it is a tensor (of that dtype), else a constant."""
    if not isinstance(value, Tensor):
        return constant(value, dtype)
    return value if dtype is None else value.astype(dtype)


class GradientTape:
    """Records operations while its ``with`` block runs.

    Args:
        persistent: whether ``gradient`` may be called several times.
        watch_accessed_variables: whether variables are watched by themselves.

    Tapes nest: an inner tape's ``gradient``, computed while an outer tape runs, is recorded by the outer one.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self._persistent = persistent
        self._all_variables = watch_accessed_variables
        self._spans: list[list[int]] = []  # [first serial, serial after the last]; the last span may still be open
        self._watched: dict[int, Tensor] = {}
        self._used = False

    def __repr__(self) -> str:
        return f"GradientTape(persistent={self._persistent})"

    # ---- recording
    def __enter__(self) -> GradientTape:
        if self in _running:
            raise TapeStateError("this tape is running already; make a second GradientTape() to nest")
        _running.append(self)
        self._open()
        return self

    def __exit__(self, *error: Any) -> None:
        _running.remove(self)
        self._close()

    def _open(self) -> None:
        self._spans.append([new_serial(), -1])

    def _close(self) -> None:
        if self._spans[-1][1] < 0:
            self._spans[-1][1] = new_serial()

    def _recorded(self, node: Tensor) -> bool:
        serial = node.serial
        return any(first < serial and (end < 0 or serial < end) for first, end in self._spans)

    def watch(self, tensor: Any) -> None:
        """Record what is computed from ``tensor`` (or from each of a list of tensors) from now on.

        Raises:
            IntegerGradientError: it holds whole numbers.
            TapeStateError: the tape is not running.
        """
        if self not in _running:
            raise TapeStateError("watch(...) belongs inside the tape's with block, before what shall be recorded")
        wanted = list(tensor) if isinstance(tensor, list | tuple) else [tensor]
        for x in wanted:
            if not isinstance(x, Tensor):
                raise TypeError(f"a tape watches tensors, not {type(x).__name__}; make one with tf.constant(...)")
            if x.dtype.kind != "f":
                raise IntegerGradientError(
                    f"{name_of(x) or 'this tensor'} holds {x.dtype}; whole numbers have no gradient: write 3.0 for 3"
                )
        for x in wanted:
            x.requires_grad = True
            self._watched[x.serial] = x

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Within this block the tape does not record.

        Raises:
            TapeStateError: the tape is not running.
        """
        if self not in _running:
            raise TapeStateError("stop_recording() belongs inside the tape's with block")
        with self._paused():
            yield

    @contextmanager
    def _paused(self) -> Iterator[None]:
        """No recording in here; afterwards the tape goes on if it did before."""
        recording = bool(self._spans) and self._spans[-1][1] < 0
        if recording:
            self._close()
        try:
            yield
        finally:
            if recording:
                self._open()

    def reset(self) -> None:
        """Forget everything recorded so far; a running tape goes on recording."""
        self._spans, self._watched, self._used = [], {}, False
        if self in _running:
            self._open()

    def watched_variables(self) -> tuple[Tensor, ...]:
        """What was watched by hand, in order."""
        return tuple(self._watched.values())

    # ---- gradients
    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """The gradient of ``target`` (or of the sum of several) with respect to ``sources``.

        Args:
            target: a recorded tensor, or a list of tensors; of any shape, an array counts as the sum of its elements.
            sources: a tensor, or a list, tuple or dictionary of tensors; the result has the same structure.
            output_gradients: the gradient to begin with, for each target; ones by default.
            unconnected_gradients: ``"none"`` or ``"zero"``: what stands for a source that the target does not
                depend on, as far as the tape recorded.

        Raises:
            TapeUsedError: the tape is not persistent and has been used.
            ShapeError: an output gradient has another shape than its target.
        """
        if unconnected_gradients not in ("none", "zero"):
            raise ValueError(f"unconnected_gradients is 'none' or 'zero', not {unconnected_gradients!r}")
        self._check_unused()
        targets = list(target) if isinstance(target, list | tuple) else [target]
        flat, rebuild = _flattened(sources)
        seeds = self._seeds(targets, output_gradients)
        with nullcontext() if self._persistent else self._paused():  # its own gradient is none of its business
            found = gradients(
                [t for t in targets if t.requires_grad],
                [s for t, s in zip(targets, seeds, strict=True) if t.requires_grad],
                flat,
                traced=any(tape is not self or self._persistent for tape in _running),
                within=self._recorded,
            )
        self._used = True
        return rebuild([self._result(g, x, unconnected_gradients) for g, x in zip(found, flat, strict=True)])

    def _check_unused(self) -> None:
        if self._used and not self._persistent:
            raise TapeUsedError(
                "this tape has given its gradient, and a tape gives one; write GradientTape(persistent=True) to ask it "
                "several times"
            )

    @staticmethod
    def _seeds(targets: list[Any], given: Any) -> list[Any]:
        seeds = []
        wanted = list(given) if isinstance(given, list | tuple) else [given] * len(targets)
        for target, seed in zip(targets, wanted, strict=True):
            if not isinstance(target, Tensor):
                raise TypeError(f"the target is a {type(target).__name__}, not a tensor that the tape recorded")
            seed = np.ones_like(target.data) if seed is None else np.array(plain(seed), dtype=target.dtype)
            if seed.shape != target.shape:
                raise ShapeError(f"the output gradient has shape {seed.shape}, but its target {target.shape}")
            seeds.append(seed[()])
        return seeds

    def _result(self, gradient: Any, source: Tensor, unconnected: str) -> Tensor | None:
        watched = source.serial in self._watched or not source.is_leaf
        if not watched and not (isinstance(source, Variable) and source.trainable and self._all_variables):
            gradient = None
        if gradient is None:
            return constant(np.zeros_like(source.data)) if unconnected == "zero" else None
        return gradient if isinstance(gradient, Tensor) else Tensor(gradient)

    def jacobian(self, target: Tensor, source: Tensor) -> Tensor | None:
        """The derivative of each element of ``target``: of shape ``target.shape + source.shape``.

        Raises:
            TapeUsedError: the tape is not persistent and has been used.
        """
        if target.size == 0:
            return constant(np.zeros(target.shape + source.shape))
        self._check_unused()
        rows = []
        persistent, self._persistent = self._persistent, True
        try:
            for index in np.ndindex(target.shape):
                seed = np.zeros_like(target.data)
                if target.shape:
                    seed[index] = 1
                else:
                    seed = np.ones_like(target.data)
                rows.append(self.gradient(target, source, output_gradients=seed))
        finally:
            self._persistent = persistent
        if any(row is None for row in rows):
            return None
        return indexing.stack(rows).reshape(target.shape + source.shape)


def _flattened(sources: Any) -> tuple[list[Tensor], Callable[[list], Any]]:
    """The tensors of a structure in a row, and how to put results back into that structure."""
    if isinstance(sources, Mapping):
        keys = list(sources)
        return _tensors(sources.values()), lambda results: dict(zip(keys, results, strict=True))
    if isinstance(sources, list | tuple):
        return _tensors(sources), type(sources)
    return _tensors([sources]), lambda results: results[0]


def _tensors(sources: Iterable[Any]) -> list[Tensor]:
    flat = list(sources)
    for source in flat:
        if not isinstance(source, Tensor):
            raise TypeError(f"the source is a {type(source).__name__}, not a tf.Variable or a watched tensor")
        if source.dtype.kind != "f":
            raise IntegerGradientError(
                f"{name_of(source) or 'the source'} holds {source.dtype}; whole numbers have no gradient: write "
                "tf.Variable(3.0) for tf.Variable(3)"
            )
    return flat


# ---- the names of a beginner's program
def _on_tensors(function: Callable) -> Callable:
    """The operation with NumPy arrays and plain numbers taken as constants, so that a tensor always comes out."""

    def call(*operands: Any, name: str | None = None, **named: Any) -> Tensor:
        operands += tuple(named.pop(key) for key in ("x", "a", "y", "b") if key in named)
        result = function(convert_to_tensor(operands[0]), *operands[1:], **named)
        return result if isinstance(result, Tensor) else Tensor(as_data(result))

    call.__doc__ = function.__doc__
    return call


def _reduction(function: Callable) -> Callable:
    def call(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
        axis = tuple(axis) if isinstance(axis, list) else axis
        return function(convert_to_tensor(input_tensor), axis=axis, keepdims=keepdims)

    call.__doc__ = function.__doc__
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
    return indexing.stack([convert_to_tensor(x) for x in values], axis)


def concat(values: Any, axis: int = 0) -> Tensor:
    """Tensors joined along an axis."""
    return indexing.concatenate([convert_to_tensor(x) for x in values], axis)


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
