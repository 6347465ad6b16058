"""An operation: how it is computed, how its gradient is computed, and how it is drawn and written.

Everything about an operation is declared once::

    @operation(symbol="tanh", latex=r"\\tanh {x}", source="np.tanh({x})", formulas=["1 − {y}²"], numpy=np.tanh)
    def tanh(x):
        return np.tanh(x)

    tanh.rule(lambda g, y, x: g * (1 - y * y))

A rule gets ``g``, the gradient arriving at the result (the cotangent), then ``y``, the result, then the operands and
the keyword arguments of the call; it gives the contribution to one operand. Positional operands are arrays that
may be differentiated; keyword arguments are static. A rule is written with operators, NumPy functions and array
methods, so it runs on arrays as it does on tensors, which is what makes higher derivatives possible. It is linear in
``g``, as every derivative is in the direction. Broadcasting is not its concern: the reverse pass undoes it.

An operation of any number of operands (``def concatenate(*arrays, axis=0)``) has one rule for all of them, declared by
``rule_for_each`` and told the operand's position first.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from . import debugging, groups, places
from .errors import OperationNameError, UnknownOperationError, UnsupportedFunctionError
from .methods import method
from .mismatch import shape_error
from .names import name_of
from .numpy_protocol import NUMPY
from .spelling import as_source
from .tensor import CONSTANT, Tensor, as_data, new_serial, plain, recording

REGISTRY: dict[str, Operation] = {}
PLAIN = frozenset({float, int, np.ndarray, np.float64, np.float32, bool, np.bool_, np.int64, type(None)})
Rule = Callable[..., Any]
new = object.__new__


class Case(NamedTuple):
    """Operands and keyword arguments that the tests try an operation with.

    Attributes:
        samples: functions from a random generator to an operand.
        static: the keyword arguments.
    """

    samples: tuple[Callable, ...]
    static: dict[str, Any]


class EachOperand:
    """The rules of an operation that takes any number of operands: one function, told which operand is meant."""

    def __init__(self, rule: Rule):
        self._rule = rule

    def __getitem__(self, position: int) -> Rule:
        return partial(self._rule, position)


class Operation:
    """A declared operation. Call it with tensors and it computes and records; with arrays it only computes.

    Attributes:
        name: for example ``"tanh"``.
        forward: the function on plain arrays.
        rules: one rule for each positional operand; ``None`` where there is no gradient.
        symbol: the badge in drawings.
        latex: the formula of the result, with the operands' names in braces.
        source: the NumPy spelling, with the operands' names in braces: an expression, or statements that make ``y``.
        formulas: for each operand the local derivative as text; or, where it holds ``{g}``, the whole contribution.
        scalar_formulas: the same for the case that all operands are single numbers, where it reads differently.
        elementwise: every element of the result depends on the elements at the same place only.
        batched: its rules also take a ``g`` with one more axis in front, for many cotangents at once. Those of
            elementwise operations do by themselves; the rules of all others are called once for each cotangent.
        takes_complex: its forward and its rules hold for complex operands as they stand.
        note: a sentence on what the backward pass does here.
        cases: the operands and keyword arguments that the tests try.
        operands: the names of the positional parameters; ``keywords``: those of the static ones.
        variadic: whether it takes any number of operands (``*arrays``).
        takes_batches: whether its rules take many cotangents at once.
    """

    symbol: str
    latex: str
    source: str
    formulas: tuple[str, ...]
    scalar_formulas: tuple[str, ...]
    elementwise: bool
    batched: bool
    takes_complex: bool
    note: str

    def __init__(self, forward: Callable, samples: Sequence[Callable], cases: Sequence[Case], **declared: Any):
        self.name: str = forward.__name__.rstrip("_")
        self.forward = forward
        self.rules: tuple[Rule | None, ...] | EachOperand = ()
        self.__doc__ = forward.__doc__
        for field, value in declared.items():
            setattr(self, field, value)
        code = forward.__code__  # it tells the parameters much faster than a signature, which few operations ever need
        self.variadic = bool(code.co_flags & inspect.CO_VARARGS)
        ends = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
        self.keywords = code.co_varnames[slice(*ends)]
        self.operands = (code.co_varnames[ends[1]],) if self.variadic else code.co_varnames[: ends[0]]
        tried = [Case((), {}), *cases] if samples else cases
        self.cases = tuple(Case(case.samples or tuple(samples), case.static) for case in tried)
        self.saving: Callable[..., tuple[Any, Any]] | None = None
        self.takes_batches = self.elementwise or self.batched
        self._arity = -1 if self.variadic else len(self.operands)

    @property
    def __signature__(self) -> inspect.Signature:  # what editors show of it
        return self.signature

    @cached_property
    def signature(self) -> inspect.Signature:
        """How it may be called: everything by name, and what is not ``*arrays`` by position."""
        parameters = inspect.signature(self.forward).parameters.values()
        if self.variadic:
            return inspect.Signature(list(parameters))
        return inspect.Signature([p.replace(kind=p.POSITIONAL_OR_KEYWORD) for p in parameters])

    @property
    def reduces(self) -> bool:
        """Whether it is a reduction, along the axes that it is given."""
        return {"axis", "keepdims"} <= set(self.keywords)

    def rule(self, *rules: Rule | None) -> None:
        """Declare the gradient rules, one for each operand in order."""
        self.rules = rules

    def rule_for_each(self, rule: Rule) -> None:
        """Declare the rule of a variadic operation: it gets the operand's position, then what any rule gets."""
        self.rules = EachOperand(rule)

    def saves(self, forward: Callable[..., tuple[Any, Any]]) -> Callable[..., tuple[Any, Any]]:
        """Declare (as a decorator) another forward function, which gives the value and something of use to the rules.

        While a graph is recorded it is called in place of :attr:`forward`, and the rules then get what it gave as
        ``saved=``. They must do without, too: it is an array, so for higher derivatives they are not given it.
        """
        self.saving = forward
        return forward

    def formula(self, position: int, args: Sequence[Any]) -> str:
        """The template of :attr:`formulas` that fits the operands ``args``."""
        if self.variadic:
            return self.formulas[0]
        scalars = self.scalar_formulas and not any(np.ndim(value) for value in args)
        return (self.scalar_formulas if scalars else self.formulas)[position]

    def spelled(self, template: str, names: Sequence[str], static: dict[str, Any] | None = None, **others: Any) -> str:
        """A template (:attr:`latex`, :attr:`source`, one of :attr:`formulas`) filled in.

        Args:
            names: what the operands are called; of a variadic operation, all of them stand where its template has one.
            static: the keyword arguments of the call. A template may hold each by its name, or ``{keywords}``, which
                stands for those that were given: ``, axis=0, keepdims=True``.
            others: further fields, ``g`` and ``y`` say.
        """
        given = static or {}
        defaults = self.forward.__kwdefaults__ or {}
        fields = {name: as_source(given.get(name, defaults.get(name))) for name in self.keywords}
        fields["keywords"] = "".join(f", {name}={as_source(value)}" for name, value in given.items())
        operands = [", ".join(names)] if self.variadic else names
        return template.format(**fields, **dict(zip(self.operands, operands, strict=False)), **others)

    def __call__(self, *operands: Any, **static: Any) -> Any:
        if len(operands) != self._arity and not self.variadic:
            operands, static = self._sorted(operands, static)
        elif self._arity == 1 and not static and isinstance(operands[0], Tensor):
            return self.of_tensor(operands[0])
        if static:
            static = self._settled(static)
        inputs: list[Any] = [*operands]
        args: list[Any] = [*operands]
        needs: bool | None = None  # whether a gradient is needed; None: there was no tensor at all
        position = 0
        for x in operands:
            if isinstance(x, Tensor):
                args[position] = x.data
                needs = needs or x.requires_grad
            else:
                inputs[position] = CONSTANT
                if type(x) not in PLAIN:
                    args[position] = as_data(x)
            position += 1  # noqa: SIM113  # enumerate takes longer, and this is the way of every operation
        if self.saving is not None and needs and recording.get():
            return self._saved(inputs, args, static)
        try:
            value = self.forward(*args, **static) if static else self.forward(*args)
        except ValueError as error:
            raise shape_error(self, operands, args, error) from None
        if needs and recording.get():
            return record(self, value, tuple(inputs), tuple(args), static or None)
        return value if needs is None else Tensor(value)

    def _settled(self, static: dict[str, Any]) -> dict[str, Any]:
        """Keyword arguments as plain values.

        Raises:
            UnsupportedFunctionError: one is a tensor that requires a gradient, which it could not be given.
        """
        for name, value in static.items():
            if isinstance(value, Tensor) and value.requires_grad and recording.get():
                raise UnsupportedFunctionError(
                    f"{self.name} was given {name_of(value) or 'a tensor'} as {name}=, which has no gradient rule "
                    f"here, so the gradient would stop there; write {name}=x.numpy() if none is wanted, or compute "
                    "what shall depend on it with operators and other functions"
                )
        return {name: plain(value) for name, value in static.items()}

    def of_tensor(self, x: Tensor) -> Tensor:
        """The operation, which takes one operand, on a tensor: the same as calling it, the loop unrolled for speed."""
        data = x.data
        try:
            value = self.forward(data)
        except ValueError as error:
            raise shape_error(self, (x,), (data,), error) from None
        if x.requires_grad and recording.get():
            return record(self, value, (x,), (data,), None)
        return Tensor(value)

    def _saved(self, inputs: list[Any], args: list[Any], static: dict[str, Any]) -> Tensor:
        """The recorded result, with what :attr:`saving` saves for the rules."""
        assert self.saving is not None
        try:
            value, saved = self.saving(*args, **static)
        except ValueError as error:
            raise shape_error(self, inputs, args, error) from None
        out = record(self, value, tuple(inputs), tuple(args), static or None)
        if saved is not None:
            out.with_extras()["saved"] = saved
        return out

    def _sorted(self, given: tuple, static: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        """Operands and keyword arguments told apart, however they were given: ``np.sum(x, 0)``, ``f(x, W=W, b=b)``."""
        n = len(self.operands)
        options = dict(zip(self.keywords, given[n:], strict=False))
        if n < len(given) <= n + len(self.keywords) and options.keys().isdisjoint(static):
            return given[:n], options | static  # the commonest, without the cost of binding: np.sum(x, 0)
        call = self.signature.bind(*given, **static)
        stated = dict(call.arguments)
        call.apply_defaults()
        operands = tuple(call.arguments[name] for name in self.operands)
        return operands, {name: stated[name] for name in self.keywords if name in stated}

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> tuple:
        """What ``copy`` and ``pickle`` keep: the name. There is one operation of each name, and a copy is itself."""
        return operation_named, (self.name,)


def operation_named(name: str) -> Operation:
    """The operation of this name.

    Raises:
        UnknownOperationError: none has been declared; one of the user's own is there once its module is imported.
    """
    if name not in REGISTRY:
        raise UnknownOperationError(f"there is no operation {name!r} here; import the module that declares it first")
    return REGISTRY[name]


def record(op: Operation, value: Any, inputs: tuple[Tensor, ...], args: tuple, static: dict[str, Any] | None) -> Tensor:
    """A node of the graph."""
    out = new(Tensor)
    out.data = value
    out.grad = out.extras = out.group = None
    out.requires_grad = True
    out.op = op
    out.inputs = inputs
    out.args = args
    out.static = static
    out.serial = new_serial()
    if places.noting:
        out.group = groups.current.get()
        if places.capturing:
            out.extras = debugging.notes(args, value, static)
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
        if type(a) not in PLAIN:
            return op(a, b)
        y = b.data
        try:
            value = forward(a, y)
        except ValueError as error:
            raise shape_error(op, (a, b), (a, y), error) from None
        if b.requires_grad and recording.get():
            return record(op, value, (CONSTANT, b), (a, y), None)
        return Tensor(value)

    return operator, reflected


def unary_method(op: Operation) -> Callable:
    """``x.f(...)`` as a method."""

    def call(x: Tensor, *rest: Any, **static: Any) -> Any:
        return op(x, *rest, **static) if rest or static or several else op.of_tensor(x)

    several = len(op.operands) != 1 or op.variadic

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
    batched: bool = False,
    takes_complex: bool = False,
    note: str = "",
    samples: Sequence[Callable] = (),
    cases: Sequence[Case] = (),
) -> Callable[[Callable], Operation]:
    """Declare an operation; see the module's docstring.

    Args:
        operator: the Python operator without underscores: ``"mul"`` gives ``__mul__`` and ``__rmul__``, and a
            name with underscores, such as ``"__neg__"``, a single method.
        methods: the names of the methods that it gives to ``Tensor``.
        numpy: the NumPy functions that lead here when they are called on a tensor.
        samples: functions from a random generator to the operands that the tests try, with the default keywords.
        cases: further operands (none: the same) and keywords for the tests, see ``case`` in ``nbgrad/ops/samples.py``.
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
            batched=batched,
            takes_complex=takes_complex,
            note=note,
            samples=samples,
            cases=cases,
        )
        known = REGISTRY.get(op.name)
        if known is not None and known.forward.__module__ != forward.__module__:
            raise OperationNameError(
                f"there is an operation {op.name} already (of {known.forward.__module__}), and pictures, copies and "
                "the reference find operations by their names; give yours another one"
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


@operation(
    symbol="=", latex="{x}", source="{x}", formulas=["1"], elementwise=True,
    samples=[lambda rng: rng.standard_normal((3, 4))], note="The gradient is handed on unchanged.",
)  # fmt: skip
def identity(x):
    """The same numbers as a node of its own, of the same shape and dtype.

    >>> identity(np.array([1.0, 2.0]))
    array([1., 2.])
    """
    return x


identity.rule(lambda g, y, x: g)
