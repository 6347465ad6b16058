"""The tensor: an array that remembers how it was computed.

A tensor that an operation made is a node of the graph. Its links point to its inputs only, never to what uses it,
so a graph is freed by reference counting the moment its last result goes, and running a cell again leaves nothing
behind. Its serial number grows with every tensor made: sorted by it, inputs always stand before results.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from operator import index
from typing import Any

import numpy as np

from . import groups, places
from .elsewhere import NamesElsewhere
from .errors import (
    AssignmentError,
    ComplexGradientError,
    IntegerGradientError,
    NoAxisError,
    NotOneNumberError,
    TruthValueError,
    UnsupportedDataError,
    UnsupportedFunctionError,
)
from .methods import Methods
from .names import checked_name, name_of
from .serials import new_serial
from .shown import Shown
from .tracing import Tracer

# Whether operations are recorded; ``no_grad`` turns it off, for the task or thread that it is in and no other.
recording: ContextVar[bool] = ContextVar("recording", default=True)

# How many transforms (``grad``, ``jvp``, ...) are calling a function here: inside another one, gradients must be
# differentiable themselves.
transforming: ContextVar[int] = ContextVar("transforming", default=0)


@contextmanager
def no_grad() -> Iterator[None]:
    """Within this block, and in a function decorated with it, operations are computed but not recorded.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> with ng.no_grad():
    ...     (x * 2).requires_grad
    False
    """
    before = recording.set(False)
    try:
        yield
    finally:
        recording.reset(before)


class Tensor(Methods, NamesElsewhere, Shown):
    """An array of numbers, with the operation and the inputs it came from.

    Made by :func:`nbgrad.tensor` or by an operation on other tensors.

    Attributes:
        data: the numbers: a NumPy array, or a NumPy scalar (``np.float64``, ...) when there is only one.
        grad: the gradient that ``backward()`` added up here, of the shape of ``data``; ``None`` until then.
        requires_grad: whether gradients are wanted with respect to this tensor.
        op: the operation that made it; ``None`` for a leaf, that is, for what the user made.
        inputs: the tensors it was made from; ``CONSTANT`` stands for an operand that was no tensor.
        args: the plain values of all operands at that moment.
        static: the operation's keyword arguments, or ``None``.
        serial: counts up with every tensor made.
        extras: what few tensors have, kept apart so that all others cost less: a dictionary, or ``None``. Its keys:
            ``"name"``; ``"hooks"`` and ``"retains_grad"`` (see :mod:`.hooks`); ``"place"`` and ``"fingerprint"``
            (see :mod:`.debugging`); ``"saved"`` (see :meth:`.Operation.saves`).
        name: shown in drawings and errors; ``None`` leaves it to the notebook's variable names.
    """

    __slots__ = (
        "__weakref__",
        "args",
        "data",
        "extras",
        "grad",
        "group",
        "inputs",
        "op",
        "requires_grad",
        "serial",
        "static",
    )

    data: Any
    grad: Any
    requires_grad: bool
    op: Any
    inputs: tuple[Tensor, ...]
    args: tuple
    static: dict[str, Any] | None
    serial: int
    extras: dict[str, Any] | None
    group: groups.Mark | None

    def __init__(self, data: Any, requires_grad: bool = False, name: str | None = None):
        self.data = data
        self.grad = None
        self.requires_grad = requires_grad
        self.op = self.static = self.group = None
        self.inputs = self.args = ()
        self.serial = new_serial()
        self.extras = None if name is None else {"name": name}
        if places.open_groups:
            self.group = groups.current.get()

    # ---- what it is
    @property
    def is_leaf(self) -> bool:
        """Whether the user made it, rather than an operation."""
        return self.op is None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return self.data.size

    @property
    def dtype(self) -> np.dtype:
        return self.data.dtype

    @property
    def name(self) -> str | None:
        return None if self.extras is None else self.extras.get("name")

    @name.setter
    def name(self, name: str | None) -> None:
        self.with_extras()["name"] = name

    def with_extras(self) -> dict[str, Any]:
        """Its extras, made now if it had none."""
        if self.extras is None:
            self.extras = {}
        return self.extras

    # ---- out of the graph
    def detach(self) -> Tensor:
        """A leaf with the same numbers, from which no gradient flows back."""
        return Tensor(self.data) if self.extras is None else Tensor(self.data, name=self.name)

    def numpy(self) -> Any:
        """The numbers alone: a NumPy array or scalar."""
        return self.data

    def item(self) -> Any:
        """The one number as a Python number.

        Raises:
            NotOneNumberError: there are several numbers, or none.
        """
        if self.data.size != 1:
            raise NotOneNumberError(
                f"{name_of(self) or 'a tensor'} of shape {self.shape} holds {self.data.size} numbers, and one is asked "
                "for; reduce it (.sum(), .mean()), pick one (x[0]), or take all of them: .tolist(), .numpy()"
            )
        return self.data.item()

    def tolist(self) -> Any:
        """The numbers as nested Python lists."""
        return self.data.tolist()

    def zero_grad(self) -> None:
        """Forget the gradient: from "some" back to "not yet"."""
        self.grad = None

    def __reduce__(self) -> tuple:
        """What ``copy`` and ``pickle`` keep: a leaf is kept whole; of a result its numbers, without its history."""
        leaf = self.op is None
        return _restored, (type(self), self.data, leaf and self.requires_grad, self.name, self.grad if leaf else None)

    def __float__(self) -> float:
        return float(self._converted("float"))

    def __int__(self) -> int:
        return int(self._converted("int"))

    def __complex__(self) -> complex:
        return complex(self._converted("complex"))

    def _converted(self, kind: str) -> Any:
        """The number, for a conversion that Python asks for: often on behalf of a function that knows no tensors.

        Raises:
            UnsupportedFunctionError: a transform (``grad``, ``jacobian``, ...) is calling the function that it
                differentiates, and the gradient would be lost without a word.
        """
        if self.requires_grad and transforming.get() and recording.get():
            raise UnsupportedFunctionError(
                f"{kind}({name_of(self) or 'x'}) makes a plain number of a tensor, and the gradient would stop there; "
                "compute with the tensor as it is (np.sin(x), not math.sin(x)), or write x.item() if no gradient is "
                "wanted"
            )
        return self.item()

    def __index__(self) -> int:
        return index(self.data)

    def __bool__(self) -> bool:
        if self.data.size != 1:
            raise TruthValueError(
                f"{name_of(self) or 'a tensor'} of shape {self.shape} has {self.data.size} elements, so it is "
                "neither true nor false; write (…).any() or (…).all()"
            )
        return bool(self.data)

    def __len__(self) -> int:
        if not self.data.ndim:
            raise NoAxisError(
                f"{name_of(self) or 'a tensor'} is a single number: it has no axis, so no length, and nothing to go "
                "through; x.reshape(1) makes an array of it"
            )
        return self.data.shape[0]

    def __iter__(self) -> Iterator:
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(self.data == plain(value)))

    def __setitem__(self, index: Any, value: Any) -> None:
        raise AssignmentError(
            f"{name_of(self) or 'a tensor'}[{index!r}] = ... would overwrite numbers that the backward pass may still "
            "need; build a new tensor instead, for example np.where(mask, new, x)"
        )

    # ---- comparisons have no gradient: they give plain arrays of truth values
    __hash__ = object.__hash__

    def __eq__(self, other: Any) -> Any:
        return self.data == plain(other)

    def __ne__(self, other: Any) -> Any:
        return self.data != plain(other)

    def __lt__(self, other: Any) -> Any:
        return self.data < plain(other)

    def __le__(self, other: Any) -> Any:
        return self.data <= plain(other)

    def __gt__(self, other: Any) -> Any:
        return self.data > plain(other)

    def __ge__(self, other: Any) -> Any:
        return self.data >= plain(other)

    # ---- text
    def __repr__(self) -> str:
        numbers = np.array2string(np.asarray(self.data), separator=", ", prefix="tensor(")
        if self.op is not None:
            return f"tensor({numbers}, op={self.op.name})"
        return f"tensor({numbers}, requires_grad=True)" if self.requires_grad else f"tensor({numbers})"

    def __format__(self, spec: str) -> str:
        """The number as ``spec`` says; of several numbers the text, padded and cut as a text is: ``f"{x:>40}"``."""
        if spec and self.data.size == 1:
            return format(self.data.item(), spec)
        try:
            return format(str(self), spec)
        except ValueError:
            raise NotOneNumberError(
                f"{name_of(self) or 'a tensor'} of shape {self.shape} holds {self.data.size} numbers, and {spec!r} is "
                "the format of one; np.round(x, 3) shortens all of them, np.array2string(x, precision=3) writes them"
            ) from None


def _restored(kind: type[Tensor], data: Any, requires_grad: bool, name: str | None, grad: Any) -> Tensor:
    """A copied or unpickled leaf; its serial number is its own, so that it is never mistaken for the original."""
    out = kind.__new__(kind)
    Tensor.__init__(out, data, requires_grad, name)
    out.grad = grad
    return out


CONSTANT = Tensor(np.float64("nan"))  # stands in `inputs` for an operand that was no tensor; `args` has its value


def plain(value: Any) -> Any:
    """The numbers of a tensor; anything else as it is."""
    return value.data if isinstance(value, Tensor) else value


def as_data(value: Any) -> Any:
    """``value`` as numbers that a tensor can hold: an array, or a NumPy scalar for a single number.

    Raises:
        UnsupportedDataError: text, objects and ragged lists.
    """
    if type(value) is float:
        return np.float64(value)
    value = plain(value)
    if isinstance(value, Tracer):
        return value
    try:
        data = np.asarray(value)
    except ValueError as error:
        raise UnsupportedDataError(f"the rows are not equally long, so this is no array: {error}") from None
    if data.dtype.kind not in "fiubc":
        raise UnsupportedDataError(f"a tensor holds numbers, not data of dtype {data.dtype}; got {str(value)[:60]!r}")
    if not data.dtype.isnative:  # of another kind of machine: the same numbers in this one's order of bytes
        data = data.astype(data.dtype.newbyteorder("="))
    return data if data.ndim else data[()]


def tensor(data: Any, requires_grad: bool = False, name: str | None = None) -> Tensor:
    """A leaf of the graph, made from numbers, nested lists or an array.

    Args:
        data: any shape; floating dtypes are kept (``float32`` stays ``float32``). An array is copied, so that
            changing it later does not change the tensor.
        requires_grad: whether ``backward()`` shall compute the gradient with respect to it.
        name: shown in drawings; by default the notebook's variable name.

    Raises:
        IntegerGradientError: ``requires_grad=True`` on whole numbers or truth values.
        ComplexGradientError: ``requires_grad=True`` on complex numbers.
        UnsupportedDataError: text, objects and ragged lists.
        NameTypeError: ``name`` is not a string.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> (x * x).backward()
    >>> float(x.grad)
    6.0
    """
    if type(data) is float:
        numbers: Any = np.float64(data)
    else:
        numbers = as_data(data)
        if requires_grad and numbers.dtype.kind == "c":
            raise ComplexGradientError(
                f"{name or 'this tensor'} of shape {numbers.shape} holds {numbers.dtype}, and gradients are taken "
                "with respect to real numbers; make its two parts tensors: z = a + 1j * b"
            )
        if requires_grad and numbers.dtype.kind != "f":
            raise IntegerGradientError(
                f"{name or 'this tensor'} of shape {numbers.shape} holds {numbers.dtype}, and whole numbers cannot "
                "change by a little, so they have no gradient; write 3.0 instead of 3, or use .astype(float)"
            )
        if isinstance(numbers, np.ndarray) and (
            numbers is data or numbers.base is not None or isinstance(data, Tensor)
        ):
            numbers = numbers.copy()
    return Tensor(numbers, requires_grad, name if name is None else checked_name(name))
