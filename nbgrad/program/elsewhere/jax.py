"""JAX's dialect: its arrays have NumPy's functions and methods under another name, and cannot be written into.

So nothing is spelled otherwise but writing (``x = x.at[i].set(v)`` makes a new array), lists as indices, options that
JAX does not know, and the few functions that ``jax.numpy`` lacks.
"""

from __future__ import annotations

import ast
import operator
from typing import Any, ClassVar

import numpy as np

from ...ops.elementwise.activation import erf_of_each
from ...ops.neural.convolution import products, strided
from ..expression import Names, array_tree, expression, literal, parsed
from ..listing import Line, Listing, Value
from ..spelled import astype
from .translation import Counterpart, Operand, Translation, Unknown, arguments, options
from .unwritten import changed_at, set_at, written_nowhere

WINDOWS = '''

def windows(x, shape, steps):
    """The elements of x that lie `steps` apart, counted row by row, along each axis of `shape`."""
    return x.ravel()[sum(step * i for step, i in zip(steps, jnp.indices(shape)))]'''

AT: dict[Any, str] = {
    np.add: "add", np.subtract: "subtract", np.multiply: "multiply", np.minimum: "min", np.maximum: "max",
    np.power: "power",
}  # fmt: skip


class JAX(Translation):
    """How JAX spells it."""

    framework: ClassVar[str] = "JAX"
    module: ClassVar[str] = "jnp"
    reserved: ClassVar[tuple[str, ...]] = ("jnp", "jax", "windows")
    counterparts: ClassVar[dict[Any, Counterpart]] = {}

    def head(self, listing: Listing) -> list[str]:
        """The imports, and the function for windows where there are any."""
        used = {line.function for line in listing.lines}
        imports = ["import jax.scipy.special"] if erf_of_each in used else []
        relu = any(line.function is np.maximum and line.operation == "relu" for line in listing.lines)
        imports += ["import jax"] if relu else []
        imports += ["import jax.numpy as jnp"]
        return [*imports, *(WINDOWS.split("\n") if used & {strided, np.lib.stride_tricks.sliding_window_view} else [])]

    def array(self, array: np.ndarray) -> ast.expr:
        return renamed(array_tree(array))

    def unlisted(self, line: Line, names: Names) -> ast.expr:
        """A call as in NumPy."""
        return renamed(expression(line.function, line.args, line.static, names))

    def expression(self, line: Line, names: Names) -> ast.expr:
        if line.function is operator.getitem:
            return self._taken(line, names)
        if line.function in (set_at, changed_at):
            return self._changed(line, names)
        return super().expression(line, names)

    def call(self, line: Line, y: Operand, args: tuple, static: dict[str, Any]) -> str:
        if line.function is np.maximum and line.operation != "relu":  # where both are equal, relu has another slope
            return f"jnp.maximum({args[0]}, {args[1]})"
        return super().call(line, y, args, static)

    def _taken(self, line: Line, names: Names) -> ast.expr:
        x, index = line.args
        of = self.operand(x, names)
        text = str(of) if of.is_tensor else f"jnp.asarray({of})"
        if isinstance(x, Value) and isinstance(x.example, tuple | list):
            return parsed(f"{text}[{index}]")
        return parsed(f"{text}[{self.index(known_places(index), names)}]")

    def _changed(self, line: Line, names: Names) -> ast.expr:
        """An array with other numbers at some places: ``x.at[index].set(y)``."""
        x, *how, index = line.args[: 2 if line.function is set_at else 3]
        y = "".join(ast.unparse(renamed(literal(y, names))) for y in line.args[2 + len(how) :])
        method = AT.get(how[0]) if how else "set"
        if method is None:
            raise self.missing(line)
        return parsed(f"{self.operand(x, names)}.at[{self.index(known_places(index), names)}].{method}({y})")

    def prepared(self, listing: Listing) -> Listing:
        """JAX's arrays cannot be written into."""
        return written_nowhere(listing, self.missing)


class _Renamed(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name("jnp", node.ctx) if node.id == "np" else node


def renamed(tree: ast.expr) -> ast.expr:
    """An expression with ``jnp`` in place of ``np``."""
    return _Renamed().visit(tree)


def known_places(index: Any) -> list[Any]:
    """The parts of an index, a mask as the places where it is true: under ``jax.jit`` their number must be known."""
    parts: list[Any] = []
    for part in index if isinstance(index, tuple) else (index,):
        array = part.example if isinstance(part, Value) and part.kind == "constant" else part
        is_mask = isinstance(array, np.ndarray | list) and np.asarray(array).dtype == bool
        parts += [places.tolist() for places in np.nonzero(array)] if is_mask else [part]
    return parts


# ---- what is spelled otherwise


def _windows(y: Operand, x: Operand, shape: tuple, steps: tuple) -> str:
    return f"windows({x}, {shape}, {tuple(step // x.dtype.itemsize for step in steps)})"


def _sliding(y: Operand, x: Operand, window_shape: Any, axis: Any = None, **more: Any) -> str:
    plain = np.ascontiguousarray(x.example)
    seen = np.lib.stride_tricks.sliding_window_view(plain, window_shape, axis)
    return f"windows({x}, {seen.shape}, {tuple(step // x.dtype.itemsize for step in seen.strides)})"


def _take(y: Operand, x: Operand, indices: Any, axis: Any = None, mode: str = "raise") -> str:
    indices = f"jnp.array({indices})" if isinstance(indices, list) else indices
    how = options(axis=axis, mode=repr(mode) if mode != "raise" else None)
    return f"jnp.take({arguments(x, indices, how)})"


def _repeat(y: Operand, x: Operand, repeats: Any, axis: Any = None) -> str:
    if isinstance(repeats, list | tuple):
        how = options(axis=axis, total_repeat_length=y.shape[axis if axis is not None else 0])
        return f"jnp.repeat({arguments(x, f'jnp.array({list(repeats)})', how)})"
    if isinstance(repeats, Operand):
        raise Unknown("with counts that are computed: jax.jit must know the shape of the result")
    return f"jnp.repeat({arguments(x, repeats, options(axis=axis))})"


def _einsum(y: Operand, *operands: Any, optimize: Any = None) -> str:
    return f"jnp.einsum({arguments(*[repr(x) if isinstance(x, str) else x for x in operands])})"


def _pinv(y: Operand, x: Operand, rcond: Any = None, hermitian: bool = False, rtol: Any = None) -> str:
    given = next((r for r in (rcond, rtol) if r is not None), 1e-15)  # NumPy's
    return f"jnp.linalg.pinv({arguments(x, options(rtol=given, hermitian=hermitian))})"


def _triangle(name: str) -> Counterpart:
    def counterpart(y: Operand, x: Operand, k: int = 0) -> str:
        square = x if x.ndim > 1 else f"jnp.broadcast_to({x}, {y.shape})"
        return f"jnp.{name}({arguments(square, options(k=k or None))})"

    return counterpart


def _sort(name: str) -> Counterpart:
    def sorting(y: Operand, x: Operand, axis: Any = -1, kind: Any = None, order: Any = None, stable: Any = None) -> str:
        return f"jnp.{name}({arguments(x, f'axis={axis}' if axis != -1 else '')})"  # always stable

    return sorting


JAX.counterparts = {
    np.maximum: lambda y, x, zero: f"jax.nn.relu({x})",
    astype: lambda y, x, dtype: f"{x}.astype(jnp.{dtype.name})",
    np.ascontiguousarray: lambda y, x: f"jnp.asarray({x})",
    np.copy: lambda y, x, order=None: f"jnp.copy({x})",
    erf_of_each: lambda y, x: f"jax.scipy.special.erf({x})",
    products: lambda y, W, columns: f"jnp.einsum('gpq,gqhn->gphn', {W}, {columns})",
    strided: _windows,
    np.lib.stride_tricks.sliding_window_view: _sliding,
    np.take: _take,
    np.repeat: _repeat,
    np.einsum: _einsum,
    np.tril: _triangle("tril"),
    np.triu: _triangle("triu"),
    np.linalg.pinv: _pinv,
    np.sort: _sort("sort"),
    np.argsort: _sort("argsort"),
}
