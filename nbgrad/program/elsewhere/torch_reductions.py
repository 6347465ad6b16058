"""What PyTorch calls the functions that make one number of many, and those that go along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from .torch_words import cast, dims, dtype_of
from .translation import Counterpart, Operand, Unknown, arguments, options


def _reduced(name: str) -> Counterpart:
    def counterpart(y: Operand, x: Operand, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> str:
        kind = None if dtype is None else dtype_of(dtype)
        return f"{x}.{name}({options(dim=dims(axis, x, keepdims), keepdim=keepdims, dtype=kind)})"

    return counterpart


def _extreme(name: str, bound: str) -> Counterpart:
    """The greatest or the least; where there may be nothing to choose from, not less or greater than ``initial``."""
    reduced = _reduced(name)

    def counterpart(y: Operand, x: Operand, axis: Any = None, keepdims: bool = False, initial: Any = None) -> str:
        text = reduced(y, x, axis, keepdims)
        number = initial.example if isinstance(initial, Operand) else initial
        if number is None or (x.example.size and np.isinf(number)):
            return text
        if not x.example.size:
            return f"torch.full({y.shape}, {initial}, dtype={dtype_of(y.dtype)})"
        return f"{text}.clamp({bound}={initial})"

    return counterpart


def _spread(name: str) -> Counterpart:
    """Variances: PyTorch divides by ``n - 1`` unless it is told otherwise."""

    def counterpart(y: Operand, x: Operand, axis: Any = None, ddof: Any = 0, keepdims: bool = False) -> str:
        how = arguments(f"correction={ddof}", options(dim=dims(axis, x, keepdims), keepdim=keepdims))
        return f"{x}.{name}({how})"

    return counterpart


def _one_by_one(name: str) -> Counterpart:
    """A reduction that PyTorch does along one axis at a time."""

    def counterpart(y: Operand, x: Operand, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> str:
        along = dims(axis, x, keepdims)
        text = str(x if dtype is None else cast(x, dtype))
        if along is None:
            return f"{text}.{name}()"
        axes = sorted((i % x.ndim for i in (along if isinstance(along, tuple) else (along,))), reverse=True)
        return text + "".join(f".{name}({options(dim=str(i), keepdim=keepdims)})" for i in axes)

    return counterpart


def _place(name: str) -> Counterpart:
    """The place of an extreme."""

    def counterpart(y: Operand, x: Operand, axis: Any = None, keepdims: bool = False) -> str:
        return f"{x}.{name}({options(dim=axis if axis is None else str(axis), keepdim=keepdims)})"

    return counterpart


def _quantile(y: Operand, x: Operand, q: Any = 0.5, axis: Any = None, keepdims: bool = False) -> str:
    """Quantiles along one axis; several are made one before."""
    if not x.ndim or axis is None:
        along = tuple(range(x.ndim))
    else:
        along = tuple(i % x.ndim for i in (axis if isinstance(axis, tuple) else (axis,)))
    if np.ndim(q):
        raise Unknown("for several quantiles at once")
    if len(along) == 1:
        return f"{x}.quantile({arguments(q, options(dim=str(along[0]), keepdim=keepdims))})"
    rest = [i for i in range(x.ndim) if i not in along]
    text = f"{x}.permute({(*rest, *along)}).flatten({len(rest)})" if rest else str(x)
    text = f"{text}.quantile({arguments(q, options(dim='-1' if rest else None))})"
    return f"{text}.reshape({y.shape})" if keepdims else text


def _scan(name: str, attribute: str = "") -> Counterpart:
    """Sums, products and so on of all elements up to each."""

    def counterpart(y: Operand, x: Operand, axis: Any = None, dtype: Any = None) -> str:
        along = 0 if axis is None else axis
        flat = x if axis is not None or x.ndim == 1 else f"{x}.reshape(-1)"
        kind = None if dtype is None else dtype_of(dtype)
        return f"{flat}.{name}({arguments(f'dim={along}', options(dtype=kind))}){attribute}"

    return counterpart


def _accumulate(name: str, attribute: str = "") -> Counterpart:
    scanning = _scan(name, attribute)
    return lambda y, x, axis=0, dtype=None: scanning(y, x, axis, dtype)


def _sorted(name: str, attribute: str) -> Counterpart:
    def counterpart(y: Operand, x: Operand, axis: Any = -1, kind: Any = None, stable: Any = None) -> str:
        flat = x if axis is not None else f"{x}.reshape(-1)"
        how = options(dim=None if axis in (None, -1) else str(axis), stable=stable or (kind == "stable") or None)
        return f"torch.{name}({arguments(flat, how)}){attribute}"

    return counterpart


def _norm(name: str) -> Counterpart:
    def counterpart(y: Operand, x: Operand, ord: Any = None, axis: Any = None, keepdims: bool = False) -> str:
        usual = ord is None or (name == "vector_norm" and ord == 2)
        kind = None if usual else repr(ord) if isinstance(ord, str) else str(ord)
        return f"torch.linalg.{name}({arguments(x, options(ord=kind, dim=dims(axis, x), keepdim=keepdims))})"

    return counterpart


def _vector_norm(y: Operand, x: Operand, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> str:
    return _norm("vector_norm")(y, x, ord, axis, keepdims)


def _matrix_norm(y: Operand, x: Operand, keepdims: bool = False, ord: Any = "fro") -> str:
    return _norm("matrix_norm")(y, x, ord, None, keepdims)


def _diff(y: Operand, x: Operand, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> str:
    if n == 0:
        return f"{x}.clone()"
    how = options(n=n if n != 1 else None, dim=None if axis == -1 else str(axis), prepend=prepend, append=append)
    return f"torch.diff({arguments(x, how)})"


REDUCTIONS: dict[Any, Counterpart] = {
    np.sum: _reduced("sum"),
    np.mean: _reduced("mean"),
    np.nansum: _reduced("nansum"),
    np.nanmean: _reduced("nanmean"),
    np.max: _extreme("amax", "min"),
    np.min: _extreme("amin", "max"),
    np.any: _one_by_one("any"),
    np.all: _one_by_one("all"),
    np.prod: _one_by_one("prod"),
    np.std: _spread("std"),
    np.var: _spread("var"),
    np.argmax: _place("argmax"),
    np.argmin: _place("argmin"),
    np.median: lambda y, x, axis=None, keepdims=False: _quantile(y, x, 0.5, axis, keepdims),
    np.quantile: _quantile,
    np.count_nonzero: lambda y, x, axis=None: f"torch.count_nonzero({arguments(x, options(dim=dims(axis, x)))})",
    np.cumsum: _scan("cumsum"),
    np.cumprod: _scan("cumprod"),
    np.add.accumulate: _accumulate("cumsum"),
    np.multiply.accumulate: _accumulate("cumprod"),
    np.logaddexp.accumulate: _accumulate("logcumsumexp"),
    np.maximum.accumulate: _accumulate("cummax", ".values"),
    np.minimum.accumulate: _accumulate("cummin", ".values"),
    np.sort: _sorted("sort", ".values"),
    np.argsort: _sorted("argsort", ""),
    np.linalg.norm: _norm("norm"),
    np.linalg.vector_norm: _vector_norm,
    np.linalg.matrix_norm: _matrix_norm,
    np.diff: _diff,
}
