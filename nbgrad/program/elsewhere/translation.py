"""What the dialects of other frameworks have in common: a table of counterparts, and an error for what is not in it.

A counterpart is a function with the signature of NumPy's function (and what it gives, ``y``, before that), which
returns the text of the call: ``lambda y, x, axis=None: f"{x}.sum({options(dim=axis)})"``. So an option that the
framework does not know is noticed at once: the counterpart does not take it.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from ...core import places
from ...core.errors import TranslationError
from ..dialect import Dialect
from ..expression import Names, dotted, index_tree, literal, parsed
from ..listing import Line, Listing, Value, mapped
from ..spelled import SPELLINGS

Counterpart = Callable[..., str]


class Unknown(Exception):
    """Raised by a counterpart: the call has no counterpart after all; its text says why."""


class Operand:
    """An argument of a call. Written into a text, it is an expression that no operator beside it can tear apart.

    Attributes:
        text: the expression.
        example: what it was when the program was recorded.
        is_tensor: whether it is an array in the other framework, rather than a number that was typed.
    """

    __slots__ = ("example", "is_tensor", "text")

    def __init__(self, text: str, example: Any, is_tensor: bool = True):
        self.text = text
        self.example = example
        self.is_tensor = is_tensor

    def __str__(self) -> str:
        return self.text

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.example)

    @property
    def ndim(self) -> int:
        return np.ndim(self.example)

    @property
    def dtype(self) -> np.dtype:
        return np.asarray(self.example).dtype

    def but(self, text: str) -> Operand:
        """The same numbers, spelled otherwise."""
        return Operand(text, self.example)


class Translation(Dialect):
    """A dialect with a table of counterparts.

    Attributes:
        framework: its name, for messages.
        module: where its functions are found.
        counterparts: for a function of NumPy's how the call is written.
    """

    framework: ClassVar[str]
    module: ClassVar[str]
    counterparts: ClassVar[dict[Any, Counterpart]]

    # ---- what a framework says for itself
    def call(self, line: Line, y: Operand, args: tuple, static: dict[str, Any]) -> str:
        """The text of a call, its arguments made ready by :meth:`operand`."""
        return self.counterparts[line.function](y, *args, **static)

    def prepared(self, listing: Listing) -> Listing:
        """A program as the framework can do it.

        Raises:
            TranslationError: it cannot.
        """
        return listing

    # ---- a line
    def expression(self, line: Line, names: Names) -> ast.expr:
        counterpart = self.counterparts.get(line.function)
        if counterpart is None:
            return self.unlisted(line, names)
        args, static = self.arguments(line, names)
        y = Operand("", line.value.example)
        try:
            inspect.signature(counterpart).bind(y, *args, **static)
        except TypeError as error:
            raise self.missing(line, f"in this form: {error}") from None
        try:
            return parsed(self.call(line, y, args, static))
        except Unknown as reason:
            raise self.missing(line, f"in this form: {reason}") from None

    def unlisted(self, line: Line, names: Names) -> ast.expr:
        """A call of a function that the table does not have."""
        raise self.missing(line)

    def arguments(self, line: Line, names: Names) -> tuple[tuple, dict[str, Any]]:
        """The arguments of a line, with operands in place of values and of numbers with a point."""
        whole = isinstance(line.function, np.ufunc)  # there, integers are operands too

        def ready(thing: Any) -> Any:
            number = isinstance(thing, float | complex | np.generic) or (whole and isinstance(thing, bool | int))
            return self.operand(thing, names) if number or isinstance(thing, Value) else thing

        return mapped(line.args, ready), mapped({k: x for k, x in line.static.items() if k != "out"}, ready)

    def operand(self, thing: Any, names: Names) -> Operand:
        """A value or a number as an operand."""
        tree = literal(thing, names) if isinstance(thing, Value) else self.number(thing)
        text = ast.unparse(tree)
        is_whole = isinstance(tree, ast.Name | ast.Call | ast.Attribute | ast.Subscript | ast.List)
        example = thing.example if isinstance(thing, Value) else thing
        is_tensor = isinstance(thing, Value) and not (thing.kind == "constant" and not thing.ndim)
        return Operand(text if is_whole else f"({text})", example, is_tensor)

    def number(self, thing: Any) -> ast.expr:
        """A number as it is typed."""
        thing = thing.item() if isinstance(thing, np.generic) else thing
        if isinstance(thing, float) and not np.isfinite(thing):
            return parsed(f"{self.module}.nan" if np.isnan(thing) else f"{'-' * (thing < 0)}{self.module}.inf")
        return parsed(f"({thing!r})")

    def index(self, parts: Sequence[Any], names: Names) -> str:
        """What stands between square brackets, lists as arrays."""
        return ", ".join(ast.unparse(self._index_part(part, names)) for part in parts) or "()"

    def _index_part(self, part: Any, names: Names) -> ast.expr:
        if isinstance(part, list | tuple) and not any(isinstance(x, Value) for x in part):
            return self.array(np.array(part, dtype=None if part else np.int64))
        if isinstance(part, np.ndarray):
            return self.array(part)
        return index_tree(part, names)

    # ---- what it cannot say
    def missing(self, line: Line, why: str = "") -> TranslationError:
        """The error for a line without a counterpart."""
        return TranslationError(
            f"{self.framework} has no counterpart of {called(line.function)}{' ' * bool(why)}{why}{at(line)}; write "
            "what it computes with other functions, or go on with the NumPy program (program.source)"
        )


def called(function: Any) -> str:
    """What a function is called in a message."""
    if function in SPELLINGS:
        return function.__name__
    return {"getitem": "x[index]", "setitem": "x[index] = y"}.get(function.__name__) or dotted(function)


def at(line: Line) -> str:
    """Where in the user's code a line comes from, for a message."""
    return "" if line.place is None else f" ({places.place(line.place)})"


# ---- pieces of text


def options(**given: Any) -> str:
    """Keyword arguments; those that say nothing (``None``, ``False``) are left out."""
    return ", ".join(f"{name}={x}" for name, x in given.items() if x is not None and x is not False)


def arguments(*given: Any) -> str:
    """Arguments, or groups of them, in a row; empty ones are left out."""
    return ", ".join(text for text in map(str, given) if text)


def row(operands: Sequence[Any]) -> str:
    """Operands as a tuple."""
    return f"({', '.join(map(str, operands))}{',' * (len(operands) == 1)})"
