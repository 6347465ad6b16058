"""Fourier transforms.

The discrete Fourier transform is a symmetric matrix, ``F[j, k] = exp(-2πi jk/n)``; so the map that carries gradients
back is the transform itself (not its inverse), and what ``n`` cut off or filled up with zeros is filled up or cut off.
"""

import numpy as np

from ..core.numpy_protocol import NUMPY
from ..core.op import operation
from .complex import is_complex
from .samples import case, normal


def fitted(x, shape):
    """``x`` cut off, or filled up with zeros at the end, to ``shape``.

    >>> fitted(np.array([1.0, 2.0]), (3,)).tolist(), fitted(np.array([1.0, 2.0]), (1,)).tolist()
    ([1.0, 2.0, 0.0], [1.0])
    """
    if any(have > want for have, want in zip(x.shape, shape, strict=True)):
        x = x[tuple(slice(want) for want in shape)]
    missing = [(0, want - have) for have, want in zip(x.shape, shape, strict=True)]
    return np.pad(x, missing) if any(after for _, after in missing) else x


def as_operand(g, x):
    """A gradient as its operand wants it: of its lengths, and real where it is real."""
    g = fitted(g, x.shape)
    return g if is_complex(x) else np.real(g)


# ---- along one axis


@operation(
    symbol="fft", latex=r"\mathcal{{F}}\,{x}", source="np.fft.fft({x}{keywords})", formulas=["the transform of {g}"],
    numpy=np.fft.fft, takes_complex=True, samples=[normal(3, 4)],
    cases=[case(axis=0), case(n=3), case(n=7, axis=0), case(norm="ortho"), case(norm="forward", n=5)],
    note="The matrix of the transform is symmetric, so the gradient is transformed in the same way.",
)  # fmt: skip
def fft(x, *, n=None, axis=-1, norm=None):
    """The discrete Fourier transform along ``axis``: ``y[j] = Σ_k x[k] exp(−2πi jk/n)``, complex numbers.

    Args:
        n: how many numbers to take, the rest cut off, or zeros added; by default as many as there are. The result has
            as many.
        norm: by which of the two transforms is divided: ``"backward"`` (the default: the inverse, by ``n``),
            ``"forward"``, or ``"ortho"`` (both, by ``√n``).

    Raises:
        ShapeError: ``n`` is not positive.

    >>> fft(np.array([1.0, 0.0, 0.0, 0.0])).tolist()
    [(1+0j), (1+0j), (1+0j), (1+0j)]
    """
    return np.fft.fft(x, n, axis, norm)


@operation(
    symbol="ifft", latex=r"\mathcal{{F}}^{{-1}} {x}", source="np.fft.ifft({x}{keywords})", numpy=np.fft.ifft,
    formulas=["the inverse transform of {g}"], takes_complex=True, samples=[normal(3, 4)],
    cases=[case(axis=0), case(n=3), case(n=7, axis=0), case(norm="ortho"), case(norm="forward", n=5)],
    note="The matrix of the inverse transform is symmetric, so the gradient is transformed in the same way.",
)  # fmt: skip
def ifft(x, *, n=None, axis=-1, norm=None):
    """The inverse of :func:`fft`, with the same arguments and errors: ``y[j] = Σ_k x[k] exp(2πi jk/n) / n``.

    >>> ifft(fft(np.array([1.0, 2.0, 3.0]))).real.round(12).tolist()
    [1.0, 2.0, 3.0]
    """
    return np.fft.ifft(x, n, axis, norm)


fft.rule(lambda g, y, x, n=None, axis=-1, norm=None: as_operand(np.fft.fft(g, axis=axis, norm=norm), x))
ifft.rule(lambda g, y, x, n=None, axis=-1, norm=None: as_operand(np.fft.ifft(g, axis=axis, norm=norm), x))


@operation(
    symbol="rfft", latex=r"\mathcal{{F}}_{{j \le n/2}}\,{x}", source="np.fft.rfft({x}{keywords})", numpy=np.fft.rfft,
    formulas=["the real part of the transform of {g}"], takes_complex=True, samples=[normal(3, 4)],
    cases=[case(axis=0), case(n=3), case(n=8, axis=0), case(norm="ortho"), case(norm="forward", n=5)],
    note="The half of the transform that is not given has no gradient.",
)  # fmt: skip
def rfft(x, *, n=None, axis=-1, norm=None):
    """The first half of the Fourier transform of real numbers; the other half is its conjugate.

    Shapes: of ``n`` numbers along ``axis`` become ``⌊n/2⌋ + 1``. Arguments and errors: as :func:`fft`.

    >>> rfft(np.array([1.0, 0.0, 0.0, 0.0])).tolist()
    [(1+0j), (1+0j), (1+0j)]
    """
    return np.fft.rfft(x, n, axis, norm)


def _with_length(x, axis, n):
    """The shape of ``x`` with another length along ``axis``."""
    return tuple(n if i == axis % x.ndim else length for i, length in enumerate(x.shape))


def _rfft_back(g, x, n, axis, norm):
    whole = fitted(g, _with_length(g, axis, n or x.shape[axis]))
    return as_operand(np.fft.fft(whole, axis=axis, norm=norm), x)


rfft.rule(lambda g, y, x, n=None, axis=-1, norm=None: _rfft_back(g, x, n, axis, norm))


@operation(
    symbol="irfft", latex=r"\mathcal{{F}}_{{j \le n/2}}^{{-1}}\,{x}", source="np.fft.irfft({x}{keywords})",
    numpy=np.fft.irfft, formulas=["the inverse transform of {g}, doubled where an element stands for two"],
    takes_complex=True, samples=[normal(3, 5)],
    cases=[case(axis=0), case(n=7), case(n=3, axis=0), case(norm="ortho"), case(norm="forward", n=12)],
    note="All but the first element (and the middle one) stand for two, themselves and their conjugates.",
)  # fmt: skip
def irfft(x, *, n=None, axis=-1, norm=None):
    """The inverse of :func:`rfft`: ``n`` real numbers (by default an even number of them, ``2 (m − 1)`` of ``m``).

    Arguments and errors: as :func:`fft`.

    >>> irfft(rfft(np.array([1.0, 2.0, 3.0])), n=3).round(12).tolist()
    [1.0, 2.0, 3.0]
    """
    return np.fft.irfft(x, n, axis, norm)


def _irfft_back(g, x, axis, norm):
    n, behind = g.shape[axis], g.ndim - 1 - axis % g.ndim
    half = np.fft.ifft(np.real(g), axis=axis, norm=norm)[(..., slice(n // 2 + 1), *(slice(None),) * behind)]
    stands_for = np.full(n // 2 + 1, 2, x.real.dtype)
    stands_for[0] = 1
    if n % 2 == 0:
        stands_for[-1] = 1
    return as_operand(half * stands_for.reshape((-1,) + (1,) * behind), x)


irfft.rule(lambda g, y, x, n=None, axis=-1, norm=None: _irfft_back(g, x, axis, norm))

# ---- along several axes


@operation(
    symbol="fftn", latex=r"\mathcal{{F}} \cdots \mathcal{{F}}\,{x}", source="np.fft.fftn({x}{keywords})",
    formulas=["the transform of {g}"], numpy=np.fft.fftn, takes_complex=True, samples=[normal(3, 4)],
    cases=[case(axes=(0,)), case(s=(2, 5), axes=(0, 1)), case(norm="ortho"), case(normal(2, 3, 2), axes=(-1, 0))],
    note="The matrix of the transform is symmetric, so the gradient is transformed in the same way.",
)  # fmt: skip
def fftn(x, *, s=None, axes=None, norm=None):
    """The Fourier transform along several axes, one after the other (by default all).

    Args:
        s: as ``n`` of :func:`fft`, a length for each of the ``axes``; ``norm`` and errors as there.

    >>> fftn(np.ones((2, 2))).tolist()
    [[(4+0j), 0j], [0j, 0j]]
    """
    return np.fft.fftn(x, s, _axes(x, s, axes), norm)


@operation(
    symbol="ifftn", latex=r"\mathcal{{F}}^{{-1}} \cdots \mathcal{{F}}^{{-1}} {x}",
    source="np.fft.ifftn({x}{keywords})", numpy=np.fft.ifftn,
    formulas=["the inverse transform of {g}"], takes_complex=True, samples=[normal(3, 4)],
    cases=[case(axes=(0,)), case(s=(2, 5), axes=(0, 1)), case(norm="ortho"), case(normal(2, 3, 2), axes=(-1, 0))],
    note="The matrix of the inverse transform is symmetric, so the gradient is transformed in the same way.",
)  # fmt: skip
def ifftn(x, *, s=None, axes=None, norm=None):
    """The inverse of :func:`fftn`.

    >>> ifftn(fftn(np.eye(2))).real.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return np.fft.ifftn(x, s, _axes(x, s, axes), norm)


def _axes(x, s, axes):
    """The axes meant: those given, else the last ones, as many as there are lengths in ``s``, else all."""
    return tuple(axes) if axes is not None else tuple(range(-(len(s) if s is not None else x.ndim), 0))


fftn.rule(lambda g, y, x, s=None, axes=None, norm=None:
          as_operand(np.fft.fftn(g, axes=_axes(x, s, axes), norm=norm), x))  # fmt: skip
ifftn.rule(lambda g, y, x, s=None, axes=None, norm=None:
           as_operand(np.fft.ifftn(g, axes=_axes(x, s, axes), norm=norm), x))  # fmt: skip


def fft2(a, s=None, axes=(-2, -1), norm=None):
    """The Fourier transform along two axes.

    >>> fft2(np.ones((3, 2, 4))).shape
    (3, 2, 4)
    """
    return fftn(a, s=s, axes=axes, norm=norm)


def ifft2(a, s=None, axes=(-2, -1), norm=None):
    """The inverse of :func:`fft2`.

    >>> ifft2(fft2(np.eye(2))).real.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return ifftn(a, s=s, axes=axes, norm=norm)


def rfftn(a, s=None, axes=None, norm=None):
    """The transform of real numbers along several axes: half of it along the last, the whole along the others.

    >>> rfftn(np.ones((3, 2, 4))).shape
    (3, 2, 3)
    """
    axes = _axes(a, s, axes)
    half = rfft(a, n=None if s is None else s[-1], axis=axes[-1], norm=norm)
    return fftn(half, s=None if s is None else tuple(s[:-1]), axes=axes[:-1], norm=norm) if axes[:-1] else half


def irfftn(a, s=None, axes=None, norm=None):
    """The inverse of :func:`rfftn`.

    >>> irfftn(rfftn(np.eye(2))).round(12).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    axes = _axes(a, s, axes)
    if axes[:-1]:
        a = ifftn(a, s=None if s is None else tuple(s[:-1]), axes=axes[:-1], norm=norm)
    return irfft(a, n=None if s is None else s[-1], axis=axes[-1], norm=norm)


def rfft2(a, s=None, axes=(-2, -1), norm=None):
    """The transform of real numbers along two axes.

    >>> rfft2(np.ones((3, 2, 4))).shape
    (3, 2, 3)
    """
    return rfftn(a, s, axes, norm)


def irfft2(a, s=None, axes=(-2, -1), norm=None):
    """The inverse of :func:`rfft2`.

    >>> irfft2(rfft2(np.eye(2))).round(12).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return irfftn(a, s, axes, norm)


def fftshift(x, axes=None):
    """Each of the axes rolled on by half of its length, so that the frequency 0 stands in the middle.

    >>> fftshift(np.array([0.0, 1.0, -1.0])).tolist()
    [-1.0, 0.0, 1.0]
    """
    axes = _axes_to_shift(x, axes)
    return np.roll(x, tuple(x.shape[axis] // 2 for axis in axes), axes)


def ifftshift(x, axes=None):
    """The inverse of :func:`fftshift`.

    >>> ifftshift(np.array([-1.0, 0.0, 1.0])).tolist()
    [0.0, 1.0, -1.0]
    """
    axes = _axes_to_shift(x, axes)
    return np.roll(x, tuple(-(x.shape[axis] // 2) for axis in axes), axes)


def _axes_to_shift(x, axes):
    return tuple(range(x.ndim)) if axes is None else tuple(axes) if isinstance(axes, tuple | list) else (axes,)


for function in (fft2, ifft2, rfftn, irfftn, rfft2, irfft2, fftshift, ifftshift):
    NUMPY[getattr(np.fft, function.__name__)] = function
