"""A program as the text that runs: every call spelled the cheapest way, arrays written into memory that is used again.

What the text needs besides its inputs is made before: buffers, their views, constants, functions by short names. So the
lines of the function itself do nothing but compute.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ops.neural.convolution import products, strided
from .expression import BINARY, UNARY, Code, array_tree, dtype_tree, expression, literal
from .listing import Line, Listing, Value
from .memory import Plan, order_in_memory, planned
from .passes.kinds import is_elementwise, is_literal
from .readable import Raw, source_of
from .spelled import SPELLINGS, astype

OUT_THIRD = {np.sum: np.add, np.prod: np.multiply, np.max: np.maximum, np.min: np.minimum}
COPYING = {np.copy, astype, np.reshape, np.ascontiguousarray, np.broadcast_to}
VIEWING = {
    np.reshape, np.transpose, np.broadcast_to, operator.getitem, np.real, np.imag, np.diagonal, np.ascontiguousarray,
    np.asarray, strided, np.lib.stride_tricks.sliding_window_view, np.rot90, np.flip,
}  # fmt: skip


class FastWriter:
    """Writes a listing as fast source.

    Args:
        listing: after the passes.
        title: what the function is called.
        rebuild: puts the outputs into their containers.
        keep_results: see :func:`.memory.planned`.

    Attributes:
        head, setup, body: the three parts of the text.
        finishes: whether the text gives the outputs in their containers; else, in a row.
        given: the arrays that the text cannot hold, by name: constants of any size, to be put beside it.
    """

    def __init__(self, listing: Listing, title: str, rebuild: Callable[[list], Any], keep_results: bool = True):
        self.listing = listing
        self.title = title
        self._rebuild = rebuild
        self.plan: Plan = planned(listing, keep_results)
        self.names: dict[Value, str] = {}
        self.still: set[Value] = set()  # values that are the same object in every call
        self.functions: dict[str, str] = {}
        self.setup: list[str] = []
        self.body: list[str] = []
        self.given: dict[str, np.ndarray] = {}
        self._numbers: dict[tuple, str] = {}
        self._boxes: dict[Value, str] = {}
        self._views: dict[tuple, str] = {}
        self._constants: dict[tuple, str] = {}
        self._used: set[str] = {title, "np"}
        self.parameters = [*listing.inputs, *[c for c in listing.constants() if c.kind == "captured"]]

    def text(self) -> str:
        """The program."""
        for value in self.parameters:
            self.names[value] = self._free(value.name or "x")
        for number, value in enumerate(self.plan.buffers):
            self.setup.append(f"m{number} = {buffer_source(value, number in self.plan.lasting)}")
            order = order_in_memory(value)
            self._views[f"m{number}", (tuple(value.shape[axis] for axis in order), tuple(range(value.ndim)))] = (
                f"m{number}"
            )
        for line in self.listing.lines:
            self._line(line)
        head = [f"{short} = {full}" for short, full in sorted(self.functions.items())]
        needs = sorted({SPELLINGS[x.function].needs for x in self.listing.lines if x.function in SPELLINGS} - {""})
        arguments = ", ".join(self.names[p] for p in self.parameters)
        row = [Raw(self._result(y)) for y in self.listing.outputs]
        outputs = self._rebuild(row)
        self.finishes = is_typed(outputs)
        results = source_of(outputs if self.finishes else tuple(row))
        return "\n".join(
            [*needs, "import numpy as np", "", *head, "", *self.setup, "", "", f"def {self.title}({arguments}):"]
            + [f"    {text}" for text in self.body]
            + [f"    return {results}", ""]
        )

    def _result(self, y: Any) -> str:
        """An output: a number of NumPy's, also where it was computed from Python's own alone."""
        if isinstance(y, Value) and isinstance(y.example, np.generic) and y in python_numbers(self.listing):
            return f"np.{y.dtype.name}({self._argument(y)})"
        return self._argument(y)

    # ---- names
    def _free(self, base: str) -> str:
        name, n = base, 1
        while name in self._used:
            n += 1
            name = f"{base}_{n}"
        self._used.add(name)
        return name

    def _function(self, full: str) -> str:
        """A function by its short name: looked up once, not in every call."""
        short = full.removeprefix("np.").replace(".", "_")
        if short in self._used and short not in self.functions:
            short = self._free(short)
        self._used.add(short)
        self.functions[short] = full
        return short

    def _value(self, value: Value) -> str:
        if value not in self.names:
            assert value.kind == "constant", value
            key = (value.shape, value.dtype.str, value.example.tobytes())
            if key in self._constants:
                self.names[value] = self._constants[key]
                self.still.add(value)
                return self.names[value]
            self._constants[key] = name = self._free("c")
            tree = array_tree(value.example) if value.size <= 64 else None
            if tree is not None:
                self.setup.append(f"{name} = {ast.unparse(tree)}")
            else:
                self.given[name] = value.example
                self.setup.append(f"# {name}: a constant of shape {value.shape}, given beside this text")
            self.names[value] = name
            self.still.add(value)
        return self.names[value]

    def _argument(self, thing: Any) -> str:
        """An argument as source."""
        return ast.unparse(literal(self._told(thing), self._name_tree))

    def _told(self, thing: Any) -> Any:
        for value in [thing] if isinstance(thing, Value) else []:
            self._value(value)
        return thing

    def _name_tree(self, value: Value) -> ast.expr:
        return ast.Name(self._value(value), ast.Load())

    def _operand(self, thing: Any, line: Line) -> str:
        """An operand of an elementwise call on arrays: a number as an array without axes, which NumPy takes sooner."""
        others = [x for x in line.args if isinstance(x, Value) and x.is_array]
        if is_literal(thing) and others and line.value.is_array:
            dtype = thing.dtype if isinstance(thing, np.generic) else number_dtype(thing, others)
            if dtype is None:
                return self._argument(thing)
            key = (type(thing), repr(thing), dtype)
            if key not in self._numbers:
                self._numbers[key] = name = self._free("k")
                kind = "" if dtype == np.float64 else f", {ast.unparse(literal(dtype, self._name_tree))}"
                self.setup.append(f"{name} = np.array({ast.unparse(literal(thing, self._name_tree))}{kind})")
            return self._numbers[key]
        if isinstance(thing, Value) and not thing.is_array and others and line.value.is_array:
            return self._boxed(thing, others)
        return self._argument(thing)

    def _boxed(self, number: Value, others: list[Value]) -> str:
        """A number of this call, put into an array without axes, for the same reason."""
        example = number.example
        dtype = example.dtype if isinstance(example, np.generic) else number_dtype(example, others)
        if dtype is None:
            return self._value(number)
        if number not in self._boxes:
            self._boxes[number] = name = self._free("n")
            self.setup.append(f"{name} = np.empty((), np.{dtype.name})")
            self.body.append(f"{name}[()] = {self._value(number)}")
        return self._boxes[number]

    # ---- lines
    def _line(self, line: Line) -> None:
        """Write a line, and at its end what the readable program calls its value."""
        lines = len(self.body)
        self._write(line)
        called = known_as(line.value)
        if called and len(self.body) > lines and not self.body[-1].startswith(f"{called} ="):
            self.body[-1] = f"{self.body[-1]:<28}  # {called}"

    def _write(self, line: Line) -> None:
        value = line.value
        if line.writes is not None:
            self.body.append(self._writing(line))
        elif value in self.plan.place:
            self._into_buffer(line)
        elif is_view(line):
            self._view(line)
        else:
            self.names[value] = name = self._free(value.name or "t")
            self.body.append(f"{name} = {self._fresh(line)}")

    def _into_buffer(self, line: Line) -> None:
        value, number = line.value, self.plan.place[line.value]
        self.names[value] = out = self._seen_as(number, value)
        self.still.add(value)
        if number in self.plan.lasting or line.function in (np.empty, np.empty_like):
            return
        self.body.append(self._call(line, out))

    def _seen_as(self, number: int, value: Value) -> str:
        """The name of a buffer, or of the view of it that has the shape of ``value`` and its order in memory."""
        order = order_in_memory(value)
        lengths = tuple(value.shape[axis] for axis in order)
        back = tuple(order.index(axis) for axis in range(value.ndim))
        key = (f"m{number}", arranged(value))
        if key not in self._views:
            self._views[key] = name = self._free(f"m{number}_")
            made_for = self.plan.buffers[number]
            made = tuple(made_for.shape[axis] for axis in order_in_memory(made_for))
            seen = f"m{number}" if made == lengths else f"m{number}.reshape({lengths})"
            in_order = back == tuple(range(value.ndim))
            self.setup.append(f"{name} = {seen}" if in_order else f"{name} = {seen}.transpose({back})")
        return self._views[key]

    def _call(self, line: Line, out: str) -> str:
        """A call that writes its result into ``out``."""
        function, args, static = line.function, line.args, line.static
        if is_elementwise(line):
            operands = ", ".join(self._operand(x, line) for x in args)
            options = "".join(f", {name}={self._argument(x)}" for name, x in static.items())
            where = f"out={out}" if function in (np.maximum, np.minimum) else out  # NumPy wants it said of these two
            return f"{self._function(f'np.{function.__name__}')}({operands}, {where}{options})"
        if function is np.matmul:
            a, b = map(self._argument, args)
            if dots(line):
                return f"{a}.dot({b}, {out})"
            return f"{self._function('np.matmul')}({a}, {b}, {out})"
        if function is products:
            W, columns = map(self._argument, args)
            matmul, shuffled = self._function("np.matmul"), "transpose(2, 0, 1, 3)"
            return f"{matmul}({W}, {self._still_view(columns, shuffled)}, {self._still_view(out, shuffled)})"
        if function in OUT_THIRD and not set(static) - {"axis", "keepdims"}:
            axis, keep = static.get("axis"), static.get("keepdims", False)
            reduce = self._function(f"np.{OUT_THIRD[function].__name__}.reduce")
            return f"{reduce}({self._argument(args[0])}, {axis}, None, {out}{', True' if keep else ''})"
        if function in (np.zeros, np.zeros_like):
            return f"{out}.fill(0)"
        if function in COPYING:
            source = self._argument(args[0])
            if function is np.reshape:
                return f"{out}.reshape({getattr(args[0], 'shape', ())})[...] = {source}"
            return f"{out}[...] = {source}"
        return ast.unparse(expression(function, args, {**static, "out": Code(out)}, self._name_tree))

    def _still_view(self, name: str, method: str) -> str:
        """A view of what is the same object in every call: made once."""
        if (name, method) not in self._views:
            if not any(name == self.names.get(x) for x in self.still):
                return f"{name}.{method}"
            self._views[name, method] = view = self._free("w")
            self.setup.append(f"{view} = {name}.{method}")
        return self._views[name, method]

    def _view(self, line: Line) -> None:
        """A view: of what is the same object in every call, it is made once."""
        for x in line.operands:
            self._value(x)
        tree = ast.unparse(expression(line.function, line.args, line.static, self._name_tree))
        if all(x in self.still for x in line.operands):
            self.names[line.value] = name = self._free("w")
            self.setup.append(f"{name} = {tree}")
            self.still.add(line.value)
        else:
            self.names[line.value] = name = self._free(line.value.name or "t")
            self.body.append(f"{name} = {tree}")

    def _fresh(self, line: Line) -> str:
        """A call whose result gets memory of its own."""
        function, args = line.function, line.args
        if function is np.matmul and dots(line):
            return f"{self._argument(args[0])}.dot({self._argument(args[1])})"
        if is_elementwise(line) and line.value.is_array and not line.static:
            operands = ", ".join(self._operand(x, line) for x in args)
            return f"{self._function(f'np.{function.__name__}')}({operands})"
        if function in OUT_THIRD and not set(line.static) - {"axis", "keepdims"}:
            axis, keep = line.static.get("axis"), line.static.get("keepdims", False)
            reduce = self._function(f"np.{OUT_THIRD[function].__name__}.reduce")
            return f"{reduce}({self._argument(args[0])}, {axis}{', None, None, True' if keep else ''})"
        for x in line.operands:
            self._value(x)
        return ast.unparse(expression(function, args, line.static, self._name_tree))

    def _writing(self, line: Line) -> str:
        """A line that writes into an array."""
        for x in line.operands:
            self._value(x)
        if line.function is operator.setitem:
            target, index, value = line.args
            place = ast.unparse(expression(operator.getitem, (target, index), {}, self._name_tree))
            return f"{place} = {self._argument(value)}"
        if is_elementwise(line) and set(line.static) == {"out"}:
            return self._call(line.with_call(line.function, *line.args), self._argument(line.static["out"]))
        return ast.unparse(expression(line.function, line.args, line.static, self._name_tree))


def python_numbers(listing: Listing) -> set[Value]:
    """The values that are computed by operators from numbers of Python's alone, so that they are such numbers, too."""
    found = {x for x in listing.inputs if type(x.example) in (float, int, bool)}
    for line in listing.lines if found else ():
        typed = line.function in BINARY or line.function in UNARY or line.function is np.square
        if typed and line.operands and found.issuperset(line.operands):
            found.add(line.value)
    return found


def known_as(value: Value) -> str | None:
    """The name of a value, or that of what it is the gradient of, with ``d_`` before it."""
    if value.name or value.gradient_of is None:
        return value.name
    return f"d_{value.gradient_of.name}" if value.gradient_of.name else None


def is_typed(tree: Any) -> bool:
    """Whether containers are such as can be typed: tuples, lists and dictionaries."""
    if type(tree) is dict:
        return all(isinstance(key, str | int) and is_typed(branch) for key, branch in tree.items())
    return isinstance(tree, Raw | None) or (type(tree) in (tuple, list) and all(map(is_typed, tree)))


def is_view(line: Line) -> bool:
    """Whether a line only looks at what is there already."""
    value = line.value
    return value.is_array and value.memory is not value and line.function in VIEWING


def dots(line: Line) -> bool:
    """Whether a product can be computed by ``a.dot(b)``: that of two matrices or vectors, of one dtype."""
    a, b = line.args
    return (
        isinstance(a, Value)
        and isinstance(b, Value)
        and a.is_array
        and b.is_array
        and max(a.ndim, b.ndim) <= 2
        and a.dtype == b.dtype == line.value.dtype
        and (not line.value.is_array or line.value.example.flags.c_contiguous)
    )


def number_dtype(number: Any, others: list[Value]) -> np.dtype | None:
    """The dtype that a plain number takes among arrays: theirs; ``None`` where that is not so simple."""
    dtype = others[0].dtype
    simple = all(x.dtype == dtype for x in others) and dtype.kind == "f" and isinstance(number, int | float)
    return dtype if simple and not isinstance(number, bool) else None


def arranged(value: Value) -> tuple:
    """What tells how an array lies in memory: its shape, and the order of its axes."""
    return value.shape, order_in_memory(value)


def buffer_source(value: Value, zeros: bool) -> str:
    """How a buffer is made, of the shape and dtype of ``value``: with its axes in the order in which they will lie."""
    array = value.example
    kind = "" if array.dtype == np.float64 else f", {ast.unparse(dtype_tree(array.dtype))}"
    lengths = tuple(array.shape[axis] for axis in order_in_memory(value))
    return f"{'np.zeros' if zeros else 'np.empty'}({lengths}{kind})"
