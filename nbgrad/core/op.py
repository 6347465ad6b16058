"""An operation: how it is computed, how its gradient is computed, and how it is drawn and written.

Everything about an operation is declared once::

    @operation(symbol="tanh", latex=r"\\tanh {x}", source="np.tanh({x})", formulas=["1 − {y}²"], numpy=np.tanh)
    def tanh(x):
        return np.tanh(x)

    tanh.rule(lambda g, y, x: g * (1 - y * y))

A rule gets ``g``, the gradient arriving at the result (the cotangent), then ``y``, the result, then the operands and
the keyword arguments of the call; it gives the contribution to one operand. Positional operands are arrays that
may be differentiated; keyword arguments are static. A rule is written with operators, NumPy functions and array
methods, so it runs on arrays as it does on tensors, which is what makes higher derivatives possible. Broadcasting
is not a rule's concern: the reverse pass undoes it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .errors import ShapeError
from .methods import method
from .names import name_of
from .tensor import CONSTANT, NUMPY, Tensor, as_data, new_serial, recording

REGISTRY: dict[str, Operation] = {}
PLAIN = frozenset({float, int, np.ndarray, np.float64, np.float32, bool, np.bool_, np.int64, type(None)})
Rule = Callable[..., Any]


class Operation:
    """A declared operation. Call it with tensors and it computes and records; with arrays it only computes.

    Attributes:
        name: for example ``"tanh"``.
        forward: the function on plain arrays.
        rules: one rule for each positional operand; ``None`` where there is no gradient.
        symbol: the badge in drawings.
        latex: the formula of the result, with the operands' names in braces.
        source: the NumPy spelling, with the operands' names in braces.
        formulas: for each operand the local derivative as text; or, where it holds ``{g}``, the whole contribution.
        scalar_formulas: the same for the case that all operands are single numbers, where it reads differently.
        elementwise: every element of the result depends on the elements at the same place only.
        note: a sentence on what the backward pass does here.
        samples: functions from a random generator to the operands that the tests try.
        operands: the names of the positional parameters; ``keywords``: those of the static ones.
    """

    symbol: str
    latex: str
    source: str
    formulas: tuple[str, ...]
    scalar_formulas: tuple[str, ...]
    elementwise: bool
    note: str
    samples: tuple[Callable, ...]

    def __init__(self, forward: Callable, **declared: Any):
        self.name: str = forward.__name__.rstrip("_")
        self.forward = forward
        self.rules: tuple[Rule | None, ...] = ()
        self.__doc__ = forward.__doc__
        for field, value in declared.items():
            setattr(self, field, value)
        parameters = inspect.signature(forward).parameters.values()
        self.signature = inspect.Signature([p.replace(kind=p.POSITIONAL_OR_KEYWORD) for p in parameters])
        self.operands = tuple(p.name for p in parameters if p.kind is not p.KEYWORD_ONLY)
        self.keywords = tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)

    def rule(self, *rules: Rule | None) -> None:
        """Declare the gradient rules, one for each operand in order."""
        self.rules = rules

    def formula(self, position: int, args: Sequence[Any]) -> str:
        """The template of :attr:`formulas` that fits the operands ``args``."""
        scalars = self.scalar_formulas and not any(np.ndim(value) for value in args)
        return (self.scalar_formulas if scalars else self.formulas)[position]

    def __call__(self, *operands: Any, **static: Any) -> Any:
        if len(operands) != len(self.operands):
            operands, static = self._sorted(operands, static)
        inputs, args = [], []
        traced = needs = False
        for x in operands:
            if isinstance(x, Tensor):
                traced = True
                needs = needs or x.requires_grad
                inputs.append(x)
                args.append(x.data)
            else:
                inputs.append(CONSTANT)
                args.append(x if type(x) in PLAIN else as_data(x))
        try:
            value = self.forward(*args, **static)
        except ValueError as error:
            raise shape_error(self, operands, args, error) from None
        if not traced:
            return value
        if needs and recording.get():
            return record(self, value, tuple(inputs), tuple(args), static or None)
        return Tensor(value)

    def _sorted(self, given: tuple, static: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        """Operands and keyword arguments told apart, however they were given: ``np.sum(x, 0)``, ``f(x, W=W, b=b)``."""
        bound = self.signature.bind(*given, **static).arguments
        operands = tuple(bound[name] for name in self.operands)
        return operands, {name: bound[name] for name in self.keywords if name in bound}

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


def record(op: Operation, value: Any, inputs: tuple[Tensor, ...], args: tuple, static: dict[str, Any] | None) -> Tensor:
    """A node of the graph."""
    out = Tensor.__new__(Tensor)
    out.data = value
    out.grad = None
    out.requires_grad = True
    out.op = op
    out.inputs = inputs
    out.args = args
    out.static = static
    out.serial = new_serial()
    out.name = None
    return out


def binary_operators(op: Operation) -> tuple[Callable, Callable]:
    """``a ? b`` and its reflected form as methods: the same as calling ``op``, with the loops unrolled for speed."""
    forward = op.forward

    def operator(a: Tensor, b: Any) -> Any:
        x = a.data
        if isinstance(b, Tensor):
            y, other, needs = b.data, b, a.requires_grad or b.requires_grad
        elif type(b) in PLAIN:
            y, other, needs = b, CONSTANT, a.requires_grad
        else:
            return op(a, b)
        try:
            value = forward(x, y)
        except ValueError as error:
            raise shape_error(op, (a, b), (x, y), error) from None
        if needs and recording.get():
            return record(op, value, (a, other), (x, y), None)
        return Tensor(value)

    def reflected(b: Tensor, a: Any) -> Any:
        return op(a, b)

    return operator, reflected


def unary_method(op: Operation) -> Callable:
    """``x.f(...)`` as a method."""

    def call(x: Tensor, *rest: Any, **static: Any) -> Any:
        return op(x, *rest, **static)

    call.__doc__ = op.__doc__
    return call


def operation(
    *,
    symbol: str,
    latex: str,
    source: str,
    formulas: Sequence[str],
    operator: str | None = None,
    methods: Sequence[str] = (),
    numpy: Any = (),
    scalar_formulas: Sequence[str] = (),
    elementwise: bool = False,
    note: str = "",
    samples: Sequence[Callable] = (),
) -> Callable[[Callable], Operation]:
    """Declare an operation; see the module's docstring.

    Args:
        operator: the Python operator without underscores: ``"mul"`` gives ``__mul__`` and ``__rmul__``, and a
            name with underscores, such as ``"__neg__"``, a single method.
        methods: the names of the methods that it gives to ``Tensor``.
        numpy: the NumPy functions that lead here when they are called on a tensor.
        For the other arguments see :class:`Operation`.
    """

    def declare(forward: Callable) -> Operation:
        op = Operation(
            forward,
            symbol=symbol,
            latex=latex,
            source=source,
            formulas=tuple(formulas),
            scalar_formulas=tuple(scalar_formulas),
            elementwise=elementwise,
            note=note,
            samples=tuple(samples),
        )
        REGISTRY[op.name] = op
        if operator and operator.startswith("__"):
            method(operator, unary_method(op))
        elif operator:
            direct, reflected = binary_operators(op)
            method(f"__{operator}__", direct)
            method(f"__r{operator}__", reflected)
        for name in methods:
            method(name, unary_method(op))
        for function in numpy if isinstance(numpy, tuple | list) else (numpy,):
            NUMPY[function] = op
        return op

    return declare


def shape_error(op: Operation, operands: Sequence, args: Sequence, error: Exception) -> ShapeError:
    """What did not fit, by name and shape, and the smallest fix that would make it fit."""
    shapes = [np.shape(value) for value in args]
    called = [name_of(x) if isinstance(x, Tensor) else None for x in operands]
    listed = ", ".join(
        f"{name or f'operand {i}'} of shape {shape}"
        for i, (name, shape) in enumerate(zip(called, shapes, strict=True), 1)
    )
    if isinstance(error, ShapeError):  # the operation knows better
        return ShapeError(f"{op.name} of {listed}: {error}")
    if len(args) > 1 and any(word in str(error) for word in ("shape", "dimension", "broadcast")):
        return ShapeError(f"{op.name}: {listed} do not fit together{suggestion(op, called, shapes) or f': {error}'}")
    return ShapeError(f"{op.name} of {listed}: {error}")


def suggestion(op: Operation, called: Sequence[str | None], shapes: Sequence[tuple]) -> str:
    """A fix for two operands that do not fit, where one is plain to see; else nothing."""
    if len(shapes) < 2 or not shapes[0] or not shapes[1]:
        return ""
    a, b = shapes[:2]
    first, second = called[0] or "the first", called[1] or "the second"
    if op.name in ("matmul", "linear"):
        needed = f". The last axis of {first} ({a[-1]}) must be as long as the {'first' if len(b) > 1 else 'only'} "
        needed += f"axis of {second} ({b[-2] if len(b) > 1 else b[0]})"
        if len(b) == 2 and a[-1] == b[1]:
            return f"{needed}; transposing {second} would do: {second}.T"
        if len(a) == 2 and a[0] == b[0]:
            return f"{needed}; transposing {first} would do: {first}.T"
        return needed
    if len(a) == 1 and a[0] == b[0] != b[-1]:
        return f". Making {first} a column would do: {first}.reshape(-1, 1)"
    if len(b) == 1 and b[0] == a[0] != a[-1]:
        return f". Making {second} a column would do: {second}.reshape(-1, 1)"
    return ". Shapes are lined up at the last axis; there each pair of lengths must be equal or hold a 1"


@operation(
    symbol="=", latex="{x}", source="{x}", formulas=["1"], elementwise=True,
    samples=[lambda rng: rng.standard_normal((3, 4))],
)  # fmt: skip
def identity(x):
    """The same numbers as a node of its own."""
    return x


identity.rule(lambda g, y, x: g)
