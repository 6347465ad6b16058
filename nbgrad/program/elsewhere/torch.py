"""PyTorch's dialect: names and options of their own, and rules of their own where dtypes are mixed."""

from __future__ import annotations

import ast
import operator
from typing import Any, ClassVar

import numpy as np

from ...ops.neural.convolution import products
from ..expression import Names, literal, parsed, pattern
from ..listing import Line, Listing, Value
from ..passes.kinds import is_elementwise
from .torch_arrays import ARRAYS
from .torch_elementwise import ELEMENTWISE
from .torch_linalg import LINALG
from .torch_reductions import REDUCTIONS
from .torch_words import cast, dtype_of, promoted, tensor
from .translation import Counterpart, Operand, Translation

# NumPy gives a view there, PyTorch a copy: what is written into one of the two is not seen in the other.
COPIED = {np.flip, np.fliplr, np.flipud, np.rot90, np.diag, np.real, np.imag}


class Torch(Translation):
    """How PyTorch spells it."""

    framework: ClassVar[str] = "PyTorch"
    module: ClassVar[str] = "torch"
    reserved: ClassVar[tuple[str, ...]] = ("torch",)
    counterparts: ClassVar[dict[Any, Counterpart]] = {**ELEMENTWISE, **REDUCTIONS, **ARRAYS, **LINALG}

    def head(self, listing: Listing) -> list[str]:
        """The import."""
        return ["import torch"]

    def array(self, array: np.ndarray) -> ast.expr:
        kind = dtype_of(array.dtype)
        short = pattern(array)
        if isinstance(short, ast.Call):  # np.ones(3, ...): the functions have the same names
            name, sizes = ast.unparse(short.func).replace("np.", "torch."), [ast.unparse(x) for x in short.args]
            if name == "torch.full":
                sizes[0] = repr(array.shape)
            if name == "torch.arange":
                return parsed(f"{name}({', '.join(sizes)})")
            return parsed(f"{name}({', '.join(sizes)}, dtype={kind})")
        if not array.ndim:
            return self.number(array[()])
        if not array.size:
            return parsed(f"torch.zeros({array.shape}, dtype={kind})")
        listed = repr(array.tolist()).replace("nan", "torch.nan").replace("inf", "torch.inf")
        usual = array.dtype in (np.int64, np.bool_)
        return parsed(f"torch.tensor({listed}{'' if usual else f', dtype={kind}'})")

    # ---- calls
    def call(self, line: Line, y: Operand, args: tuple, static: dict[str, Any]) -> str:
        if is_elementwise(line) or line.function in PROMOTING:
            strict = not is_elementwise(line)  # products want operands of the same dtype
            args = tuple(promoted(args, y.dtype, strict))
        side = SIDES.get(line.function, "")
        if side and not args[1].is_tensor and line.operation in ("relu", "clip"):  # at the bound, the slope is another
            return f"torch.relu({args[0]})" if line.operation == "relu" else f"{args[0]}.clamp({side}={args[1]})"
        return super().call(line, y, args, static)

    def expression(self, line: Line, names: Names) -> ast.expr:
        if line.function is not operator.getitem:
            return super().expression(line, names)
        x, index = line.args
        of = self.operand(x, names)
        if isinstance(x, Value) and isinstance(x.example, tuple | list):
            return parsed(f"{of}[{index}]")
        of = of if of.is_tensor else tensor(of, of.dtype)
        turned, parts = without_negative_steps(index, of.shape)
        text = f"{of}.flip({turned[0] if len(turned) == 1 else turned})" if turned else str(of)
        if turned and all(isinstance(part, slice) and part == slice(None) for part in parts):
            return parsed(text)  # all of it
        return parsed(f"{text}[{self.index(self._places(parts), names)}]")

    def _places(self, parts: list[Any]) -> list[Any]:
        """The parts of an index as PyTorch understands them: where there are arrays, NumPy takes a plain number for one
        of them, PyTorch does not."""
        arrays = [p for p in parts if isinstance(p, list | tuple | np.ndarray) or (isinstance(p, Value) and p.ndim)]
        if not arrays:
            return parts
        return [[int(p)] if isinstance(p, int | np.integer) and not isinstance(p, bool) else p for p in parts]

    # ---- writing
    def writing(self, line: Line, names: Names) -> str:
        assert line.writes is not None
        target = ast.unparse(names(line.writes))
        function, ufunc = line.function, getattr(line.function, "__self__", None)
        if function is operator.setitem:
            _, index, value = line.args
            turned, parts = without_negative_steps(index, line.writes.shape)
            if turned:
                raise self.missing(line, "with a negative step")
            where = self.index(self._places(parts), names)
            return f"{target}[{where}] = {self._fitting(value, line.writes, names)}"
        if ufunc in (np.add, np.subtract) and function.__name__ == "at":
            _, index, value = line.args
            parts = self._places(list(index) if isinstance(index, tuple) else [index])
            if not all(isinstance(p, list | np.ndarray | Value) for p in parts):
                raise self.missing(line, "in this form: where slices are mixed in")
            where = ", ".join(ast.unparse(self._index_part(p, names)) for p in parts)
            kind = line.writes.dtype
            added = f"{'-' * (ufunc is np.subtract)}{cast(tensor(self.operand(value, names), kind), kind)}"
            return f"{target}.index_put_(({where},), {added}, accumulate=True)"
        if "out" not in line.static:
            raise self.missing(line)
        static = {name: x for name, x in line.static.items() if name != "out"}
        computed = self.expression(Line(line.value, function, line.args, static, line.section, place=line.place), names)
        return f"{target}[...] = {ast.unparse(computed)}"

    def _fitting(self, value: Any, target: Value, names: Names) -> str:
        """What is written, in the dtype of the array that it is written into."""
        if not isinstance(value, Value):
            return ast.unparse(literal(value, names) if isinstance(value, list) else self.number(value))
        of = self.operand(value, names)
        return str(of) if of.dtype == target.dtype else f"{of}.to({dtype_of(target.dtype)})"

    def prepared(self, listing: Listing) -> Listing:
        """What is written into an array is seen in its views; what NumPy gives as a view, PyTorch sometimes copies.

        Raises:
            TranslationError: a program counts on it.
        """
        changing: set[Value] = set()  # the memories that are written into from here on
        for line in listing.lines[::-1]:
            if line.writes is not None:
                changing.add(line.writes.memory)
            elif line.value.memory in changing and line.value.memory is not line.value:
                taken = line.function is operator.getitem
                turned = without_negative_steps(line.args[1], line.args[0].shape)[0] if taken else ()
                if turned or line.function in COPIED:
                    raise self.missing(line, "as a view of an array that is written into")
        return listing


SIDES: dict[Any, str] = {np.maximum: "min", np.minimum: "max"}
PROMOTING = {
    np.matmul, np.dot, np.inner, np.outer, np.kron, np.vdot, np.vecdot, np.mean, np.std, np.var, np.median,
    np.linalg.solve, products,
}  # fmt: skip


def without_negative_steps(index: Any, shape: tuple[int, ...]) -> tuple[tuple[int, ...], list[Any]]:
    """The axes along which an array is turned round, and the index that takes from it then what ``index`` takes from
    the array itself: PyTorch has no negative steps."""
    parts = list(index) if isinstance(index, tuple) else [index]
    used = sum(axes_of(part) for part in parts)
    axis, turned = 0, []
    for i, part in enumerate(parts):
        if part is Ellipsis:
            axis += len(shape) - used
        elif isinstance(part, slice) and isinstance(part.step, int) and part.step < 0:
            n = shape[axis]
            taken = [n - 1 - k for k in range(*part.indices(n))]  # counted from the other end
            start, stop = (taken[0], taken[-1] + 1) if taken else (0, 0)
            parts[i] = slice(start or None, None if stop == n else stop, None if part.step == -1 else -part.step)
            turned.append(axis)
        axis += axes_of(part)
    return tuple(turned), parts


def axes_of(part: Any) -> int:
    """How many axes a part of an index is for."""
    if part is None or part is Ellipsis:
        return 0
    array = part.example if isinstance(part, Value) else part
    is_mask = not isinstance(array, slice) and np.asarray(array).dtype == bool
    return np.ndim(array) if is_mask else 1
