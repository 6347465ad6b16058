"""Calls as Python expressions: ``a @ b``, ``x.sum(axis=0)``, ``np.exp(x)``.

Expressions are built as trees of Python's own ``ast``, which knows where brackets are needed, and are turned into text
at the end.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .listing import Value
from .passes.kinds import is_drawing
from .spelled import SPELLINGS, astype

Names = Callable[[Value], ast.expr]

BINARY: dict[Any, type[ast.operator]] = {
    np.add: ast.Add, np.subtract: ast.Sub, np.multiply: ast.Mult, np.true_divide: ast.Div, np.matmul: ast.MatMult,
    np.power: ast.Pow, np.remainder: ast.Mod, np.floor_divide: ast.FloorDiv, np.bitwise_and: ast.BitAnd,
    np.bitwise_or: ast.BitOr, np.bitwise_xor: ast.BitXor, np.left_shift: ast.LShift, np.right_shift: ast.RShift,
}  # fmt: skip
COMPARING: dict[Any, type[ast.cmpop]] = {
    np.less: ast.Lt, np.less_equal: ast.LtE, np.greater: ast.Gt, np.greater_equal: ast.GtE, np.equal: ast.Eq,
    np.not_equal: ast.NotEq,
}  # fmt: skip
UNARY: dict[Any, type[ast.unaryop]] = {np.negative: ast.USub, np.invert: ast.Invert}
METHODS = {
    np.sum: "sum", np.mean: "mean", np.max: "max", np.min: "min", np.prod: "prod", np.any: "any", np.all: "all",
    np.std: "std", np.var: "var", np.argmax: "argmax", np.argmin: "argmin", np.copy: "copy", astype: "astype",
    np.cumsum: "cumsum",
}  # fmt: skip


def expression(function: Callable, args: tuple, static: dict[str, Any], names: Names) -> ast.expr:
    """A call as an expression; ``names`` gives the expression that stands for a value."""

    def tree(thing: Any) -> ast.expr:
        return literal(thing, names)

    if function in SPELLINGS:
        return parsed(SPELLINGS[function].template.format(*[ast.unparse(tree(x)) for x in args]))
    if function is operator.getitem:
        x = args[0]
        of = call(f"np.{x.dtype.name}", number_tree(x.item())) if isinstance(x, np.generic) else tree(x)
        return ast.Subscript(of, index_tree(args[1], names), ast.Load())
    if not static:
        if function in BINARY:
            return ast.BinOp(tree(args[0]), BINARY[function](), tree(args[1]))
        if function in COMPARING:
            return ast.Compare(tree(args[0]), [COMPARING[function]()], [tree(args[1])])
        if function in UNARY:
            return ast.UnaryOp(UNARY[function](), tree(args[0]))
        if function is np.square:
            return ast.BinOp(tree(args[0]), ast.Pow(), ast.Constant(2))
        if function is np.transpose and has_methods(args[0]):
            return ast.Attribute(tree(args[0]), "T", ast.Load())
    keywords = [ast.keyword(name, tree(given)) for name, given in static.items()]
    if function is np.reshape and has_methods(args[0]) and not static:
        lengths: list[ast.expr] = [tree(n) for n in args[1]] or [ast.Tuple([], ast.Load())]
        return ast.Call(ast.Attribute(tree(args[0]), "reshape", ast.Load()), lengths, [])
    if function is np.transpose and has_methods(args[0]) and set(static) == {"axes"}:
        order: list[ast.expr] = [tree(axis) for axis in static["axes"]]
        return ast.Call(ast.Attribute(tree(args[0]), "transpose", ast.Load()), order, [])
    method = METHODS.get(function) if args and has_methods(args[0]) else None
    if method or is_drawing(function):
        name = method or function.__name__
        return ast.Call(ast.Attribute(tree(args[0]), name, ast.Load()), [tree(x) for x in args[1:]], keywords)
    return ast.Call(parsed(dotted(function)), [tree(x) for x in args], keywords)


def has_methods(thing: Any) -> bool:
    """Whether it is an array or a number of NumPy's, which have methods; a plain number has not."""
    return isinstance(thing, Value) and isinstance(thing.example, np.ndarray | np.generic)


def dotted(function: Any) -> str:
    """How a function of NumPy's is called: ``np.exp``, ``np.linalg.inv``, ``np.maximum.accumulate``."""
    if isinstance(function, np.ufunc):
        return f"np.{function.__name__}"
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        return f"np.{owner.__name__}.{function.__name__}"
    module = (getattr(function, "__module__", None) or "numpy").removeprefix("numpy")
    return f"np{module}.{function.__name__}"


def parsed(text: str) -> ast.expr:
    """Text as an expression."""
    return ast.parse(text, mode="eval").body


class Code(str):
    """Source that stands for an argument."""

    __slots__ = ()


def literal(thing: Any, names: Names) -> ast.expr:
    """An argument as an expression."""
    if isinstance(thing, Code):
        return parsed(thing)
    if thing is ...:
        return ast.Constant(...)
    if isinstance(thing, Value):
        return names(thing)
    if isinstance(thing, tuple):
        return ast.Tuple([literal(x, names) for x in thing], ast.Load())
    if isinstance(thing, list):
        return ast.List([literal(x, names) for x in thing], ast.Load())
    if isinstance(thing, slice):
        return call("slice", *[literal(x, names) for x in (thing.start, thing.stop, thing.step)])
    if isinstance(thing, np.dtype):
        return dtype_tree(thing)
    if isinstance(thing, type):
        return parsed(f"np.{thing.__name__}" if issubclass(thing, np.generic) else thing.__name__)
    if isinstance(thing, np.ndarray):
        return array_tree(thing)
    return number_tree(thing)


def number_tree(thing: Any) -> ast.expr:
    """A number (or a word) as it is typed."""
    if isinstance(thing, np.generic):
        plain = number_tree(thing.item())
        usual = isinstance(thing, np.float64 | np.bool_ | np.int64 | np.complex128)
        return plain if usual else call(f"np.{thing.dtype.name}", plain)
    if isinstance(thing, float) and len(repr(thing)) > 12 and 1 - round(1 - thing, 6) == thing:
        return ast.BinOp(ast.Constant(1), ast.Sub(), ast.Constant(round(1 - thing, 6)))  # 1 - 0.9 has many digits
    if isinstance(thing, float) and not np.isfinite(thing):
        tree = parsed("np.nan" if np.isnan(thing) else "np.inf")
        return ast.UnaryOp(ast.USub(), tree) if thing < 0 else tree
    return parsed(f"({thing!r})")


def call(function: str, *args: ast.expr, **keywords: ast.expr) -> ast.expr:
    return ast.Call(parsed(function), list(args), [ast.keyword(name, given) for name, given in keywords.items()])


def index_tree(index: Any, names: Names) -> ast.expr:
    """What stands between the square brackets."""
    if isinstance(index, tuple) and index and not any(isinstance(part, tuple) for part in index):
        return ast.Tuple([index_tree(part, names) for part in index], ast.Load())
    if isinstance(index, slice):
        parts = [None if x is None else literal(x, names) for x in (index.start, index.stop, index.step)]
        return ast.Slice(*parts)
    return literal(index, names)


# ---- arrays

SHORT = 24  # elements of an array that is typed out


def is_short(array: Any) -> bool:
    """Whether an array can be typed in a line: it holds few numbers, or numbers in a simple order."""
    return isinstance(array, np.ndarray) and (array.size <= SHORT or pattern(array) is not None)


def pattern(array: np.ndarray) -> ast.expr | None:
    """The short way to make an array, where there is one: ``np.zeros``, ``np.ones``, ``np.eye``, ``np.arange``."""
    if array.size < 3 or array.dtype.kind not in "fiub":
        return None
    shape = number_tree(array.shape[0]) if array.ndim == 1 else literal(array.shape, _no_names)
    kind = {} if array.dtype == float else {"dtype": dtype_tree(array.dtype)}
    first = array.flat[0]
    if (array == first).all():
        if first in (0, 1):
            return call("np.ones" if first else "np.zeros", shape, **kind)
        return call("np.full", shape, number_tree(first.item()), **kind)
    if array.ndim == 2:
        return diagonal_pattern(array)
    if array.ndim == 1 and array.dtype == np.int64 and np.array_equal(array, np.arange(first, first + array.size)):
        ends = [number_tree(int(first))] if first else []
        return call("np.arange", *ends, number_tree(int(first) + array.size))
    return None


def diagonal_pattern(array: np.ndarray) -> ast.expr | None:
    """A matrix with one number along one diagonal, and zeros elsewhere: ``np.eye(20, 19, k=-1)``."""
    rows, columns = np.nonzero(array)
    if not rows.size or array.dtype != np.float64:
        return None
    k, number = int(columns[0] - rows[0]), float(array[rows[0], columns[0]])
    if not np.array_equal(array, number * np.eye(array.shape[0], array.shape[1], k)):
        return None
    lengths = array.shape[:1] if array.shape[0] == array.shape[1] else array.shape
    ones = call("np.eye", *map(number_tree, lengths), **({"k": number_tree(k)} if k else {}))
    return ones if number == 1 else ast.BinOp(number_tree(number), ast.Mult(), ones)


def _no_names(value: Value) -> ast.expr:
    raise AssertionError("a shape holds no values")


def array_tree(array: np.ndarray) -> ast.expr:
    """An array, typed."""
    short = pattern(array)
    if short is not None:
        return short
    if not array.ndim:
        return number_tree(array[()])
    listed = parsed(repr(array.tolist()).replace("nan", "np.nan").replace("inf", "np.inf"))
    made = np.array(array.tolist())
    if made.shape != array.shape:
        return call("np.zeros", literal(array.shape, _no_names), dtype=dtype_tree(array.dtype))
    keywords = {} if made.dtype == array.dtype else {"dtype": dtype_tree(array.dtype)}
    return call("np.array", listed, **keywords)


def dtype_tree(dtype: np.dtype) -> ast.expr:
    """A dtype as it is typed."""
    return parsed({"float64": "float", "int64": "int", "bool": "bool"}.get(dtype.name, f"np.{dtype.name}"))
