"""Norms of vectors and matrices."""

from typing import Any

import numpy as np

from ...core.errors import OptionError
from ...core.methods import method
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ..elementwise import absolute, or_infinity, where
from ..samples import apart, case, normal
from .extremes import max, min
from .spreading import kept
from .sums import sum


@operation(
    symbol="‖·‖", latex=r"\left\|{x}\right\|", source="np.linalg.vector_norm({x}{keywords})",
    formulas=["{g} · {x}/{y}; of another ord {g} · sign {x} · (|{x}|/{y})^(ord − 1)"],
    batched=True, samples=[normal(3, 4)],
    cases=[case(axis=0), case(axis=-1, keepdims=True), case(normal(2, 3, 4), axis=(0, 2)), case(normal()),
           case(apart(3, 4), ord=1, axis=0), case(apart(3, 4), ord=3, axis=-1), case(apart(3, 4), ord=0.5),
           case(apart(3, 4), ord=0)],
    note="The gradient is handed on in the direction in which the vector points.",
)  # fmt: skip
def vector_norm(x, *, axis=None, keepdims=False, ord=2):
    """The length ``sum(|x|**ord) ** (1/ord)`` of the vector of the elements along ``axis``, for finite ``ord``.

    At 0, where a length has a corner, the subgradient 0 is taken: for the whole vector, and for each element that is 0
    where ``ord`` is not 2.

    >>> import nbgrad as ng
    >>> ng.grad(np.linalg.norm)(np.array([3.0, 4.0])), ng.grad(np.linalg.norm)(np.zeros(2))
    (array([0.6, 0.8]), array([0., 0.]))
    """
    return np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=ord)


def _slope_of_norm(y, x, ord):
    """The derivative of the norm ``y``, which lines up with ``x``."""
    if ord == 2:
        return x / or_infinity(y)
    if ord == 0:  # how many elements are not 0
        return np.zeros(x.shape, x.dtype)
    size = np.abs(x)
    ratio = where(size > 0, size / or_infinity(y), 1.0)  # 1 keeps infinite powers of 0 out; the sign makes it 0
    return np.sign(x) * ratio ** (ord - 1)


vector_norm.rule(
    lambda g, y, x, axis=None, keepdims=False, ord=2: (
        kept(g, x, axis, keepdims) * _slope_of_norm(kept(y, x, axis, keepdims), x, ord)
    )
)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """A norm of a vector or, of two axes, of a matrix, as ``np.linalg.norm``.

    Args:
        ord: of vectors 2 (the usual length), 1 (the sum of the absolute values), ``inf`` or ``-inf`` (the largest or
            smallest of them), 0 (how many are not 0), or another number. Of matrices ``"fro"`` (the length of all
            elements), 1 or ``inf`` (the largest sum of absolute values in a column or a row), 2 or ``"nuc"`` (the
            largest, or the sum, of the singular values), and -1, ``-inf``, -2 (the smallest instead of the largest).
        axis: an integer for vectors, two for matrices; ``None``: all of ``x``, however many axes it has.

    The length of a vector of zeros has the gradient 0; see :func:`vector_norm`. What is largest several times shares
    the gradient.

    Raises:
        OptionError: a matrix has no norm of this name.

    >>> matrix = np.array([[3.0, 0.0], [0.0, -4.0]])
    >>> float(norm(matrix)), float(norm(matrix, "nuc")), float(norm(matrix, np.inf))
    (5.0, 7.0, 4.0)
    """
    axes = (0, 1) if axis is None and ord is not None and x.ndim == 2 else axis
    if isinstance(axes, tuple) and len(axes) == 2 and ord not in (None, "fro"):
        return _matrix_norm(x, ord, axes, keepdims)
    return _norm_of_vectors(x, 2 if ord in (None, "fro") else ord, axis, keepdims)


def _norm_of_vectors(x, ord=2, axis=None, keepdims=False):
    if ord in (np.inf, -np.inf):
        return (max if ord > 0 else min)(absolute(x), axis=axis, keepdims=keepdims)
    return vector_norm(x, axis=axis, keepdims=keepdims, ord=ord)


def _matrix_norm(x, ord, axes, keepdims):
    """The norms of matrices that are not lengths of vectors, composed of sums, extremes and singular values."""
    rows, columns = (a % x.ndim for a in axes)
    if ord in (1, -1, np.inf, -np.inf):
        summed, compared = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = sum(absolute(x), axis=summed, keepdims=True)
        found = (max if ord > 0 else min)(sums, axis=compared, keepdims=True)
    elif ord in (2, -2, "nuc"):
        values = np.linalg.svd(np.moveaxis(x, (rows, columns), (-2, -1)), compute_uv=False)
        found = {2: max, -2: min, "nuc": sum}[ord](values, axis=-1)
        found = np.expand_dims(found, tuple(sorted((rows, columns))))
    else:
        raise OptionError(f"the norms of a matrix are 'fro', 'nuc', 1, -1, 2, -2, inf and -inf, not {ord!r}")
    return found if keepdims else np.squeeze(found, (rows, columns))


NUMPY[np.linalg.norm] = norm
NUMPY[np.linalg.vector_norm] = lambda x, axis=None, keepdims=False, ord=2: _norm_of_vectors(
    x, 2 if ord is None else ord, axis, keepdims
)
NUMPY[np.linalg.matrix_norm] = lambda x, keepdims=False, ord="fro": norm(x, ord, (-2, -1), keepdims)
method("norm", norm)
