"""What PyTorch calls the functions that make, rearrange and join arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...ops.neural.convolution import strided
from .torch_words import dtype_of, tensor
from .translation import Counterpart, Operand, Unknown, arguments, options, row

# ---- making


def _filled(name: str) -> Counterpart:
    return lambda y, shape, dtype=None: f"torch.{name}({y.shape}, dtype={dtype_of(y.dtype)})"


def _full(y: Operand, shape: Any, fill_value: Any, dtype: Any = None) -> str:
    if isinstance(fill_value, Operand) and fill_value.is_tensor:
        return f"{fill_value}.to({dtype_of(y.dtype)}).expand({y.shape}).clone()"
    return f"torch.full({y.shape}, {fill_value}, dtype={dtype_of(y.dtype)})"


def _like(name: str) -> Counterpart:
    return lambda y, x, *fill, dtype=None: f"torch.{name}({arguments(x, *fill, f'dtype={dtype_of(y.dtype)}')})"


# ---- other shapes


def _reshape(y: Operand, x: Operand, shape: Any) -> str:
    return f"{x}.reshape({', '.join(map(str, y.shape)) or '()'})"


def _transpose(y: Operand, x: Operand, axes: Any = None) -> str:
    if axes is None and x.ndim <= 2:
        return f"{x}.T" if x.ndim == 2 else str(x)
    order = tuple(range(x.ndim))[::-1] if axes is None else tuple(axes)
    return f"{x}.permute({order})"


def _repeat(y: Operand, x: Operand, repeats: Any, axis: Any = None) -> str:
    if isinstance(repeats, list | tuple):
        repeats = f"torch.tensor({list(repeats)})"
    flat = f"{x}.reshape(-1)" if axis is None else x
    return f"torch.repeat_interleave({flat}, {repeats}, dim={axis or 0})"


def _flip(y: Operand, x: Operand, axis: Any = None) -> str:
    axes = tuple(range(x.ndim)) if axis is None else axis
    return f"{x}.flip({axes})"


def _roll(y: Operand, x: Operand, shift: Any, axis: Any = None) -> str:
    if isinstance(axis, tuple):
        shift = shift if isinstance(shift, tuple) else (shift,) * len(axis)
    return f"torch.roll({arguments(x, shift, options(dims=None if axis is None else str(axis)))})"


def _pad(y: Operand, x: Operand, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> str:
    widths = [tuple(map(int, pair)) for pair in np.broadcast_to(pad_width, (x.ndim, 2))]
    if not x.ndim:
        return str(x)
    if mode == "constant":
        if isinstance(constant_values, tuple | list) or (isinstance(constant_values, Operand) and constant_values.ndim):
            raise Unknown("with several values")
        last_first = tuple(n for pair in widths[::-1] for n in pair)
        return f"torch.nn.functional.pad({arguments(x, last_first, options(value=constant_values))})"
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise Unknown(f"with mode={mode!r}")
    text = str(x)
    for axis, (before, after) in enumerate(widths):  # which element stands at each place
        if before or after:
            places = np.pad(np.arange(x.shape[axis]), (before, after), mode=mode).tolist()  # type: ignore[call-overload]
            text = f"{text}.index_select({axis}, torch.tensor({places}))"
    return text


def _diagonal(y: Operand, x: Operand, offset: int = 0, axis1: int = 0, axis2: int = 1) -> str:
    rows, columns = x.shape[axis1], x.shape[axis2]
    if not -rows <= offset <= columns:  # beyond the corner, where PyTorch stops
        offset = -rows if offset < 0 else columns
    return f"torch.diagonal({arguments(x, options(offset=offset or None, dim1=str(axis1), dim2=str(axis2)))})"


def _trace(y: Operand, x: Operand, offset: int = 0, axis1: int = 0, axis2: int = 1) -> str:
    return f"{_diagonal(y, x, offset, axis1, axis2)}.sum(dim=-1)"


def _triangle(name: str) -> Counterpart:
    def counterpart(y: Operand, x: Operand, k: int = 0) -> str:
        square = x if x.ndim > 1 else f"{x}.expand({y.shape})"
        return f"torch.{name}({arguments(square, options(diagonal=k or None))})"

    return counterpart


def _offset(y: Operand, x: Operand, k: int = 0) -> str:
    if x.ndim == 2 and not -x.shape[0] <= k <= x.shape[1]:
        raise Unknown("beyond the corner")
    return f"torch.diag({arguments(x, options(diagonal=k or None))})"


# ---- joining and dividing


def _joined(y: Operand, arrays: Any, axis: Any = 0) -> str:
    if axis is None:
        arrays, axis = [f"{x}.reshape(-1)" for x in arrays], 0
    return f"torch.cat({arguments(row(arrays), options(dim=axis or None))})"


def _stacked(y: Operand, arrays: Any, axis: int = 0) -> str:
    return f"torch.stack({arguments(row(arrays), options(dim=axis or None))})"


def _split(y: Operand, x: Operand, indices_or_sections: Any, axis: int = 0) -> str:
    parts = indices_or_sections
    parts = tuple(parts) if isinstance(parts, list | tuple) else parts
    return f"torch.tensor_split({arguments(x, parts, options(dim=axis or None))})"


def _in_a_row(name: str) -> Counterpart:
    return lambda y, arrays: f"torch.{name}({row(arrays)})"


# ---- taking


def _take(y: Operand, x: Operand, indices: Any, axis: Any = None, mode: str = "raise") -> str:
    along = 0 if axis is None else axis % x.ndim
    n = x.example.size if axis is None else x.shape[along]
    if isinstance(indices, Operand):
        places = {"wrap": f"{indices} % {n}", "clip": f"{indices}.clamp(0, {n - 1})"}.get(mode, str(indices))
    else:
        bound = {"wrap": lambda i: i % n, "clip": lambda i: np.clip(i, 0, n - 1)}.get(mode, lambda i: i)
        known = np.asarray(bound(np.asarray(indices))).tolist()
        places = f"torch.tensor({known})" if isinstance(known, list) else str(known)
    flat = f"{x}.reshape(-1)" if axis is None else x
    return f"{flat}[{', '.join([':'] * along + [places])}]"


def _take_along(y: Operand, x: Operand, indices: Operand, axis: Any = -1) -> str:
    n = x.example.size if axis is None else x.shape[axis]  # PyTorch does not count from the end
    return f"torch.take_along_dim({arguments(x, f'{indices} % {n}', options(dim=None if axis is None else str(axis)))})"


def _searchsorted(y: Operand, a: Operand, v: Any, side: str = "left") -> str:
    return f"torch.searchsorted({arguments(a, v, options(right=side == 'right'))})"


# ---- windows


def _strided(y: Operand, x: Operand, shape: tuple[int, ...], steps: tuple[int, ...]) -> str:
    """PyTorch counts steps in elements, NumPy in bytes."""
    return f"torch.as_strided({x}, {shape}, {tuple(step // x.dtype.itemsize for step in steps)})"


def _sliding(y: Operand, x: Operand, window_shape: Any, axis: Any = None) -> str:
    sizes = window_shape if isinstance(window_shape, tuple) else (window_shape,)
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return str(x) + "".join(f".unfold({along}, {size}, 1)" for along, size in zip(axes, sizes, strict=True))


ARRAYS: dict[Any, Counterpart] = {
    np.zeros: _filled("zeros"), np.ones: _filled("ones"), np.empty: _filled("empty"), np.full: _full,
    np.zeros_like: _like("zeros_like"), np.ones_like: _like("ones_like"), np.empty_like: _like("empty_like"),
    np.full_like: _like("full_like"),
    np.reshape: _reshape, np.transpose: _transpose, np.repeat: _repeat, np.flip: _flip, np.roll: _roll, np.pad: _pad,
    np.fliplr: lambda y, x: f"torch.fliplr({x})", np.flipud: lambda y, x: f"torch.flipud({x})",
    np.rot90: lambda y, x, k=1, axes=(0, 1): f"torch.rot90({x}, {k}, {axes})",
    np.broadcast_to: lambda y, x, shape: f"{tensor(x, y.dtype)}.expand({y.shape})",
    np.tile: lambda y, x, reps: f"torch.tile({x}, {tuple(np.atleast_1d(reps).tolist())})",
    np.ascontiguousarray: lambda y, x: f"{x}.contiguous()",
    np.asarray: lambda y, x, dtype=None: f"{tensor(x, y.dtype)}" + (f".to({dtype_of(dtype)})" if dtype else ""),
    np.atleast_1d: lambda y, x: f"torch.atleast_1d({x})", np.atleast_2d: lambda y, x: f"torch.atleast_2d({x})",
    np.diagonal: _diagonal, np.trace: _trace, np.diag: _offset,
    np.tril: _triangle("tril"), np.triu: _triangle("triu"),
    np.concatenate: _joined, np.stack: _stacked, np.split: _split, np.array_split: _split,
    np.vstack: _in_a_row("vstack"), np.hstack: _in_a_row("hstack"), np.dstack: _in_a_row("dstack"),
    np.column_stack: _in_a_row("column_stack"),
    np.take: _take, np.take_along_axis: _take_along, np.searchsorted: _searchsorted,
    strided: _strided, sliding_window_view: _sliding,
}  # fmt: skip
