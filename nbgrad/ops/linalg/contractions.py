"""Contractions: products of two arrays, summed over axes that they share."""

import numpy as np

from ...core.errors import ShapeError
from ...core.op import operation
from ..samples import case, normal


def in_order(x, order):
    """``x``, whose axis ``k`` shall become axis ``order[k]``."""
    return x if list(order) == list(range(len(order))) else np.transpose(x, tuple(np.argsort(order).tolist()))


def summed_axes(axes, m, n):
    """The axes that ``np.tensordot`` sums over, as two lists, for operands of ``m`` and of ``n`` axes.

    >>> summed_axes(2, 3, 4), summed_axes((0, -1), 3, 4), summed_axes(([0, 1], [2, 3]), 3, 4)
    (([1, 2], [0, 1]), ([0], [3]), ([0, 1], [2, 3]))
    """
    if isinstance(axes, int | np.integer):
        return list(range(m - axes, m)), list(range(axes))
    first, second = (np.atleast_1d(np.asarray(one, dtype=int)).tolist() for one in axes)
    return [i % m for i in first], [i % n for i in second]


def remaining(summed, ndim):
    """The axes that are not summed over."""
    return [i for i in range(ndim) if i not in summed]


def from_contraction(g, other, own_summed, other_summed, own_ndim, *, own_first):
    """The contribution of a contraction to one operand: ``g`` contracted with what is left of the other one.

    Args:
        other: the other operand.
        own_summed, other_summed: the axes that were summed over, in pairs.
        own_first: whether this operand's remaining axes come first in the result.
    """
    own_left, other_left = remaining(own_summed, own_ndim), remaining(other_summed, np.ndim(other))
    start = len(own_left) if own_first else 0
    product = tensordot(g, other, axes=(tuple(range(start, start + len(other_left))), tuple(other_left)))
    # its axes: first those of this operand that remained, then the summed ones, in the order of the other operand
    summed = [own_summed[other_summed.index(j)] for j in sorted(other_summed)]
    return in_order(product, own_left + summed)


@operation(
    symbol="⊙", latex=r"\sum_k {a}_{{\ldots k}}\,{b}_{{k \ldots}}", source="np.tensordot({a}, {b}{keywords})",
    formulas=["{g} contracted with {b} over the axes of {b} that remained",
              "{g} contracted with {a} over the axes of {a} that remained"],
    numpy=(np.tensordot, np.linalg.tensordot), takes_complex=True, samples=[normal(2, 3, 2), normal(3, 2, 4)],
    cases=[
        case(normal(2, 3), normal(3, 2), axes=1), case(normal(2), normal(3), axes=0), case(normal(), normal(2), axes=0),
        case(normal(3, 2), normal(3, 4), axes=(0, 0)), case(normal(2, 3, 4), normal(4, 5, 2), axes=([-1, 0], [0, 2])),
        case(normal(2, 3), normal(3, 2), axes=((0, 1), (1, 0))), case(normal(2, 0), normal(0, 3), axes=1),
    ],
    note="The gradient is contracted with the other operand over the axes that came from there.",
)  # fmt: skip
def tensordot(a, b, *, axes=2):
    """The sum of products over pairs of axes; the result has the other axes of ``a``, then those of ``b``.

    Args:
        axes: a number ``n`` (the last ``n`` axes of ``a`` with the first ``n`` of ``b``), or two axes or two sequences
            of axes, one for ``a`` and one for ``b``.

    Raises:
        ShapeError: the axes of a pair are not equally long.

    >>> tensordot(np.ones((2, 3)), np.ones((4, 3)), axes=(1, 1))
    array([[3., 3., 3., 3.],
           [3., 3., 3., 3.]])
    """
    for i, j in zip(*summed_axes(axes, np.ndim(a), np.ndim(b)), strict=False):
        if i < np.ndim(a) and j < np.ndim(b) and np.shape(a)[i] != np.shape(b)[j]:
            raise ShapeError(
                f"axis {i} of the first and axis {j} of the second are summed over together, but their lengths are "
                f"{np.shape(a)[i]} and {np.shape(b)[j]}; choose other axes with axes="
            )
    return np.tensordot(a, b, axes)[()]


def _tensordot_to_a(g, y, a, b, axes=2):
    first, second = summed_axes(axes, a.ndim, np.ndim(b))
    return from_contraction(g, b, first, second, a.ndim, own_first=True)


def _tensordot_to_b(g, y, a, b, axes=2):
    first, second = summed_axes(axes, np.ndim(a), b.ndim)
    return from_contraction(g, a, second, first, b.ndim, own_first=False)


tensordot.rule(_tensordot_to_a, _tensordot_to_b)


@operation(
    symbol="⟨,⟩", latex=r"\sum_k {a}_{{\ldots k}}\,{b}_{{\ldots k}}", source="np.inner({a}, {b})",
    formulas=["{g} contracted with {b}", "{g} contracted with {a}"], scalar_formulas=["{b}", "{a}"], numpy=np.inner,
    takes_complex=True, samples=[normal(3), normal(3)],
    cases=[case(normal(2, 3), normal(4, 3)), case(normal(2, 2, 3), normal(3)), case(normal(), normal(2)),
           case(normal(2), normal())],
    note="Each vector receives the sum of those that it met, scaled by the gradients of their products.",
)  # fmt: skip
def inner(a, b):
    """The products of the vectors along the last axes, each of ``a`` with each of ``b``; a number multiplies all.

    Raises:
        ShapeError: the last axes are not equally long.

    >>> inner(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 1.0]))
    array([12., 34.])
    """
    if np.ndim(a) and np.ndim(b) and np.shape(a)[-1] != np.shape(b)[-1]:
        raise ShapeError(
            "an inner product sums over the last axes of both, but their lengths are "
            f"{np.shape(a)[-1]} and {np.shape(b)[-1]}"
        )
    return np.inner(a, b)


def _inner_to_a(g, y, a, b):
    if a.ndim == 0 or np.ndim(b) == 0:
        return g * b
    return from_contraction(g, b, [a.ndim - 1], [b.ndim - 1], a.ndim, own_first=True)


def _inner_to_b(g, y, a, b):
    if np.ndim(a) == 0 or b.ndim == 0:
        return g * a
    return from_contraction(g, a, [b.ndim - 1], [a.ndim - 1], b.ndim, own_first=False)


inner.rule(_inner_to_a, _inner_to_b)


@operation(
    symbol="⊗", latex=r"{a} \otimes {b}", source="np.kron({a}, {b})",
    formulas=["in each block of {g}, its product with {b}", "the blocks of {g}, weighted by {a}, summed"],
    scalar_formulas=["{b}", "{a}"], numpy=np.kron, takes_complex=True, samples=[normal(2, 3), normal(3, 2)],
    cases=[case(normal(2), normal(2, 3)), case(normal(2, 1, 2), normal(2, 2)), case(normal(), normal(2)),
           case(normal(0, 2), normal(2, 2))],
    note="A Kronecker product is made of blocks: each is the second operand, scaled by one element of the first.",
)  # fmt: skip
def kron(a, b):
    """The Kronecker product: a block matrix whose blocks are ``b``, scaled by each element of ``a``.

    >>> kron(np.array([1.0, 10.0]), np.array([1.0, 2.0, 3.0]))
    array([ 1.,  2.,  3., 10., 20., 30.])
    """
    return np.kron(a, b)[()]


def _from_blocks(g, own, other, own_first):
    """The contribution to one operand: ``g`` split into axes of blocks and axes within them, the other's contracted."""
    ndim = g.ndim
    shapes = [(1,) * (ndim - np.ndim(x)) + np.shape(x) for x in (own, other)]
    pairs = zip(*(shapes if own_first else shapes[::-1]), strict=True)
    split = g.reshape([n for pair in pairs for n in pair])
    others = tuple(range(1 if own_first else 0, 2 * ndim, 2))
    product = tensordot(split, np.reshape(other, shapes[1]), axes=(others, tuple(range(ndim))))
    return product.reshape(own.shape)


kron.rule(lambda g, y, a, b: _from_blocks(g, a, b, True), lambda g, y, a, b: _from_blocks(g, b, a, False))
