"""``einsum``: a product of any number of arrays, written with an index for each axis (Einstein, 1916).

An index that stands in the result stays, all others are summed over. Seen so, the gradient rule is one sentence: the
contribution to an operand is again such a product, of the gradient and all the other operands, and its result bears
the operand's own indices. Two things remain to be said. An index that stands nowhere else was summed over within the
operand alone, so the contribution is the same all along it: a vector of ones brings that index in. And an index that
the operand bears twice runs along a diagonal, and only there is a contribution: an identity matrix ties the two.
"""

from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

import numpy as np

from ...core.errors import ShapeError
from ...core.numpy_protocol import NUMPY
from ...core.op import operation
from ...core.tensor import plain
from ..samples import case, normal

LETTERS = ascii_uppercase + ascii_lowercase  # in the order in which NumPy sorts the indices of an implicit result


def spelled_by(operands):
    """The two ways of calling ``np.einsum`` as one: subscripts, and a list of the arrays.

    >>> spelled_by(["ij,jk", "A", "B"])
    ('ij,jk', ['A', 'B'])
    >>> spelled_by([np.ones(1), [0, Ellipsis], [Ellipsis]])
    ('A...->...', [array([1.])])
    """
    if isinstance(operands[0], str):
        return operands[0], list(operands[1:])
    terms = ["".join("..." if i is Ellipsis else LETTERS[i] for i in sublist) for sublist in operands[1::2]]
    result = []
    if len(operands) % 2:
        result = ["".join("..." if i is Ellipsis else LETTERS[i] for i in operands[-1])]
    return "->".join([",".join(terms), *result]), list(operands[: 2 * len(terms) : 2])


@lru_cache(maxsize=1024)
def spelled_out(subscripts, ndims):
    """The indices of each operand and of the result, with nothing left to be understood.

    Args:
        subscripts: as NumPy takes them, with or without ``->``, ellipses and spaces.
        ndims: how many axes each operand has.

    >>> spelled_out("ij, jk", (2, 2))
    (('ij', 'jk'), 'ik')
    >>> spelled_out("...i->i...", (3,))
    (('ABi',), 'iAB')
    """
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    free = [letter for letter in LETTERS if letter not in subscripts]
    named = [term.replace("...", "") for term in terms]
    hidden = [ndim - len(names) if "..." in term else 0 for term, names, ndim in zip(terms, named, ndims, strict=True)]
    broadcast = "".join(free[: max(hidden)])
    # broadcasting lines axes up at the last one, so an ellipsis of fewer axes stands for the last of these letters
    operands = tuple(
        term.replace("...", broadcast[len(broadcast) - n :]) for term, n in zip(terms, hidden, strict=True)
    )
    if arrow:
        return operands, right.replace("...", broadcast)
    letters = "".join(named)
    return operands, broadcast + "".join(sorted(letter for letter in letters if letters.count(letter) == 1))


def mismatch(subscripts, arrays):
    """Which index stands for different lengths, in words; empty if none does."""
    try:
        operands, _ = spelled_out(subscripts, tuple(np.ndim(x) for x in arrays))
    except ValueError:
        return ""
    lengths: dict[str, tuple[int, int]] = {}
    for number, (indices, x) in enumerate(zip(operands, arrays, strict=True), 1):
        if len(indices) != np.ndim(x):
            return f"operand {number} has {np.ndim(x)} axes, but its subscripts name {len(indices)}: "
        for index, n in zip(indices, np.shape(x), strict=True):
            before, where = lengths.setdefault(index, (n, number))
            if n != before and 1 not in (n, before):
                return f"index {index} has length {before} in operand {where} and {n} in operand {number}: "
            if before == 1:
                lengths[index] = (n, number)
    return ""


@operation(
    symbol="einsum", latex=r"\sum_{{{subscripts}}} \prod ({arrays})", source="np.einsum({subscripts}, {arrays})",
    formulas=["{g} and the other operands, multiplied and summed to the indices of this one"],
    batched=True, takes_complex=True,
    cases=[
        case(normal(2, 3), normal(3, 4), subscripts="ij,jk->ik"), case(normal(2, 3), subscripts="ij->ji"),
        case(normal(3, 3), subscripts="ii"), case(normal(3, 3), subscripts="ii->i"),
        case(normal(2, 2, 2), normal(2), subscripts="iii,i->i"), case(normal(2, 3), subscripts="ij->"),
        case(normal(2, 3), normal(4), subscripts="ij,k->k"), case(normal(2, 3), normal(2, 3), subscripts="..., ..."),
        case(normal(2, 1, 3), normal(4, 3), subscripts="...i, ...i -> ..."),
        case(normal(2, 3), subscripts="b...->...b"),
        case(normal(2, 1), normal(3, 4), subscripts="ij,jk->ik"), case(normal(), normal(2), subscripts=",i->i"),
        case(normal(2, 3), normal(3, 4), normal(4), subscripts="ij,jk,k->i"),
        case(normal(2, 3), normal(2, 3), normal(3), subscripts="ij,ij,j", optimize=True),
        case(normal(2, 0), normal(0, 3), subscripts="ij,jk"),
    ],
    note="The gradient takes this operand's place in the product, and the result takes its indices.",
)  # fmt: skip
def einsum(*arrays, subscripts, optimize=False):
    """The product of ``arrays``, summed over every index that is not one of the result.

    Args:
        subscripts: any string that ``np.einsum`` takes: implicit results, ellipses, indices that are repeated in an
            operand or stand in one operand only, axes of length 1 that are broadcast.
        optimize: whether to look for a cheaper order than all at once, as in NumPy.

    Raises:
        ShapeError: an index stands for different lengths, or the subscripts do not fit the operands.

    >>> import nbgrad as ng
    >>> A = ng.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> np.einsum("ii", A).backward()
    >>> A.grad
    array([[1., 0.],
           [0., 1.]])
    """
    try:
        return np.einsum(subscripts, *arrays, optimize=optimize)
    except ValueError as error:
        raise ShapeError(f"of {subscripts!r}: {mismatch(subscripts, arrays)}{error}") from None


def _to_operand(i, g, y, *arrays, subscripts, optimize=False):
    """The contribution to operand ``i``: an ``einsum`` of ``g`` and the others; see the top of this file."""
    operands, result = spelled_out(subscripts, tuple(np.ndim(plain(x)) for x in arrays))
    own, x = operands[i], arrays[i]
    unused = iter([letter for letter in LETTERS if letter not in result + "".join(operands)])
    front = next(unused) if g.ndim > len(result) else ""  # many gradients at once have an axis in front
    factors = [(front + result, g)] + [(operands[j], arrays[j]) for j in range(len(arrays)) if j != i]
    target = front
    for index, n in zip(own, x.shape, strict=True):
        if index in target:
            twin = next(unused)
            factors.append((index + twin, np.eye(n, dtype=x.dtype)))
            index = twin
        target += index
    for index, n in zip(target[len(front) :], x.shape, strict=True):
        if not any(index in indices for indices, _ in factors):
            factors.append((index, np.ones(n, dtype=x.dtype)))
    product = ",".join(indices for indices, _ in factors) + "->" + target
    return einsum(*[factor for _, factor in factors], subscripts=product, optimize="greedy" if optimize else False)


einsum.rule_for_each(_to_operand)


def _einsum(*operands, optimize=False):
    subscripts, arrays = spelled_by(operands)
    return einsum(*arrays, subscripts=subscripts, **({"optimize": optimize} if optimize is not False else {}))


NUMPY[np.einsum] = _einsum
