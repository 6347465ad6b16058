"""What PyTorch calls products, the functions of linear algebra, and Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ops.neural.convolution import products
from .torch_words import cast
from .translation import Counterpart, Operand, Unknown, arguments, options, row

# ---- products


def _dot(y: Operand, a: Operand, b: Operand) -> str:
    return f"{a} @ {b}" if b.ndim <= 2 else f"torch.tensordot({a}, {b}, dims=([-1], [-2]))"


def _flat(x: Operand) -> Operand:
    return x if x.ndim == 1 else x.but(f"{x}.reshape(-1)")


def _vecdot(y: Operand, a: Operand, b: Operand, axis: int = -1) -> str:
    return f"torch.linalg.vecdot({arguments(a, b, options(dim=None if axis == -1 else str(axis)))})"


def _tensordot(y: Operand, a: Operand, b: Operand, axes: Any = 2) -> str:
    if isinstance(axes, int):
        return f"torch.tensordot({a}, {b}, dims={axes})"
    pairs = [[i] if isinstance(i, int) else list(i) for i in axes]
    return f"torch.tensordot({a}, {b}, dims=({pairs[0]}, {pairs[1]}))"


def _einsum(y: Operand, subscripts: Any, *operands: Operand, optimize: Any = None) -> str:
    if not isinstance(subscripts, str):
        raise Unknown("with numbers for letters")
    return f"torch.einsum({arguments(repr(subscripts), *[cast(x, y.dtype) for x in operands])})"


def _cross(
    y: Operand, a: Operand, b: Operand, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> str:
    if axis is not None:
        axisa = axisb = axisc = axis
    if a.shape[axisa] != 3 or b.shape[axisb] != 3:
        raise Unknown("of vectors with two components")
    both = ((a, axisa), (b, axisb))
    last = []
    for x, along in both:
        text = str(x) if along in (-1, x.ndim - 1) else f"{x}.movedim({along}, -1)"
        more = y.ndim - x.ndim  # PyTorch broadcasts lengths, but not the number of axes
        last.append(f"{text}[{'None, ' * more}...]" if more else text)
    back = "" if axisc in (-1, y.ndim - 1) else f".movedim(-1, {axisc})"
    return f"torch.linalg.cross({last[0]}, {last[1]}){back}"


# ---- matrices


def _solve(y: Operand, a: Operand, b: Operand) -> str:
    """PyTorch takes a right-hand side with the shape of a batch of vectors for one; for NumPy it is a matrix."""
    if b.ndim > 1 and a.shape[:-1] == b.shape:
        b = b.but(f"{b}.expand({(*a.shape[:-2], *b.shape[-2:])})")
    return f"torch.linalg.solve({a}, {b})"


def _of_matrix(name: str) -> Counterpart:
    return lambda y, x: f"torch.linalg.{name}({x})"


def _symmetric(name: str) -> Counterpart:
    def counterpart(y: Operand, x: Operand, UPLO: str = "L") -> str:
        return f"torch.linalg.{name}({arguments(x, options(UPLO=repr(UPLO) if UPLO != 'L' else None))})"

    return counterpart


def _svd(y: Operand, x: Operand, full_matrices: bool = True, compute_uv: bool = True) -> str:
    if not compute_uv:
        return f"torch.linalg.svdvals({x})"
    return f"torch.linalg.svd({x}{'' if full_matrices else ', full_matrices=False'})"


def _qr(y: Operand, x: Operand, mode: str = "reduced") -> str:
    if mode not in ("reduced", "complete", "r"):
        raise Unknown(f"with mode={mode!r}")
    text = f"torch.linalg.qr({arguments(x, options(mode=repr(mode) if mode != 'reduced' else None))})"
    return f"{text}.R" if mode == "r" else text


def _pinv(y: Operand, x: Operand, rcond: Any = None, hermitian: bool = False, rtol: Any = None) -> str:
    given = next((r for r in (rcond, rtol) if r is not None), 1e-15)  # NumPy's
    return f"torch.linalg.pinv({arguments(x, options(rtol=given, hermitian=hermitian))})"


# ---- Fourier transforms


def _fourier(name: str) -> Counterpart:
    """Along one axis."""

    def counterpart(y: Operand, x: Operand, n: Any = None, axis: int = -1, norm: Any = None) -> str:
        along = None if axis == -1 else str(axis)
        return f"torch.fft.{name}({arguments(x, options(n=n, dim=along, norm=repr(norm) if norm else None))})"

    return counterpart


def _fourier_of_several(name: str) -> Counterpart:
    """Along several."""

    def counterpart(y: Operand, x: Operand, s: Any = None, axes: Any = None, norm: Any = None) -> str:
        return f"torch.fft.{name}({arguments(x, options(s=s, dim=axes, norm=repr(norm) if norm else None))})"

    return counterpart


def _shifted(name: str) -> Counterpart:
    return lambda y, x, axes=None: f"torch.fft.{name}({arguments(x, options(dim=None if axes is None else str(axes)))})"


LINALG: dict[Any, Counterpart] = {
    np.dot: _dot,
    np.inner: lambda y, a, b: f"torch.inner({a}, {b})" if a.ndim and b.ndim else f"{a} * {b}",
    np.outer: lambda y, a, b: f"torch.outer({_flat(a)}, {_flat(b)})",
    np.vdot: lambda y, a, b: f"torch.vdot({_flat(a)}, {_flat(b)})",
    np.vecdot: _vecdot,
    np.kron: lambda y, a, b: f"torch.kron({a}, {b})",
    np.tensordot: _tensordot,
    np.einsum: _einsum,
    products: lambda y, W, columns: f"({W} @ {columns}.permute(2, 0, 1, 3)).permute(1, 2, 0, 3)",
    np.cross: _cross,
    np.linalg.multi_dot: lambda y, arrays: f"torch.linalg.multi_dot({row(arrays)})",
    np.linalg.matrix_power: lambda y, x, n: f"torch.linalg.matrix_power({x}, {n})",
    np.linalg.solve: _solve,
    **{f: _of_matrix(f.__name__) for f in (np.linalg.inv, np.linalg.det, np.linalg.slogdet, np.linalg.cholesky)},
    np.linalg.eigh: _symmetric("eigh"),
    np.linalg.eigvalsh: _symmetric("eigvalsh"),
    np.linalg.svd: _svd,
    np.linalg.svdvals: _of_matrix("svdvals"),
    np.linalg.qr: _qr,
    np.linalg.pinv: _pinv,
    **{getattr(np.fft, name): _fourier(name) for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")},
    **{getattr(np.fft, name): _fourier_of_several(name) for name in ("fftn", "ifftn", "rfftn", "irfftn")},
    **{getattr(np.fft, name): _shifted(name) for name in ("fftshift", "ifftshift")},
}
