"""Running sums and products, and sorting: as many results as there were elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.methods import method
from ...core.op import operation
from ...core.tensor import plain
from ...core.tracing import decided
from ..samples import apart, between, case, normal, with_zeros
from ..shape import before


def _backwards(x, axis):
    """``x`` in reversed order along ``axis``, which is counted from the end."""
    return x[(..., slice(None, None, -1), *(slice(None),) * (-1 - axis))]


def _sum_of_those_behind(g, axis):
    """For each element the sum of itself and all that come after it, along ``axis``, counted from the end."""
    return _backwards(np.cumsum(_backwards(g, axis), axis=axis), axis)


def _from_the_end(axis, x):
    """``axis`` counted from the end, and -1 if all elements were laid out in a row."""
    return -1 if axis is None or not x.ndim else axis % x.ndim - x.ndim


def _cumsum_rule(g, y, x, axis=None):
    behind = _sum_of_those_behind(g, _from_the_end(axis, x))
    return behind.reshape(before(g, y) + x.shape)


@operation(
    symbol="Σ…", latex=r"\sum_{{j \le i}} {x}_j", source="np.cumsum({x}{keywords})",
    formulas=["the sum of {g} from here to the end"], methods=["cumsum"], numpy=np.cumsum, batched=True,
    takes_complex=True, samples=[normal(3, 4)], cases=[case(axis=0), case(axis=-1), case(normal(2, 0, 3), axis=1)],
    note="An element is part of all sums from its own place on, and receives the gradients of all of them.",
)  # fmt: skip
def cumsum(x, *, axis=None):
    """The running sum along ``axis``; by default of all elements in a row.

    >>> cumsum(np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 3.0, 6.0]
    """
    return np.cumsum(x, axis=axis)


cumsum.rule(_cumsum_rule)


@operation(
    symbol="Π…", latex=r"\prod_{{j \le i}} {x}_j", source="np.cumprod({x}{keywords})",
    formulas=["the sum of {g} ⊙ {y} from here to the end, / {x}"], methods=["cumprod"], numpy=np.cumprod,
    takes_complex=True, samples=[between(-2.0, 2.0, 3, 4)],
    cases=[case(axis=0), case(axis=-1), case(with_zeros(1, 5)), case(with_zeros(2, 5)),
           case(with_zeros(1, 2, 4), axis=1)],
    note="An element is a factor of all products from its own place on, and receives a part from each of them.",
)  # fmt: skip
def cumprod(x, *, axis=None):
    """The running product along ``axis``; by default of all elements in a row. Its gradient is right at zeros too.

    >>> cumprod(np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 2.0, 6.0]
    """
    return np.cumprod(x, axis=axis)


def _cumprod_rule(g, y, x, axis=None):
    row, along = (x.reshape(-1), 0) if axis is None or not x.ndim else (x, axis % x.ndim)
    if decided(np.all(plain(x)), otherwise=False):
        parts = _sum_of_those_behind(g * y, along - row.ndim) / row
    else:
        parts = _back_along_the_chain(g, y, row, along)
    return parts.reshape(x.shape)


def _back_along_the_chain(g, y, x, axis):
    """The chain rule of ``y[k] = y[k - 1] * x[k]``, a factor at a time: it divides by nothing, so zeros are welcome."""

    def at(k):
        return (*(slice(None),) * axis, k)

    last = x.shape[axis] - 1
    arriving, parts = g[at(last)], []
    for k in range(last, 0, -1):
        parts.append(arriving * y[at(k - 1)])
        arriving = g[at(k - 1)] + arriving * x[at(k)]
    return np.stack([*reversed([*parts, arriving])], axis)


cumprod.rule(_cumprod_rule)


@operation(
    symbol="sort", latex=r"\mathrm{{sort}}\,{x}", source="np.sort({x}{keywords})",
    formulas=["{g} in the order that {x} had"], numpy=np.sort, samples=[apart(3, 4)],
    cases=[case(axis=0), case(axis=None), case(apart(2, 0), axis=1)],
    note="Each gradient goes back to the place that its number came from.",
)  # fmt: skip
def sort(x, *, axis=-1):
    """The elements in ascending order along ``axis``; ``None`` sorts all of them in a row.

    Equal elements keep their order (the sort is stable), so each receives the gradient of its own place.

    >>> import nbgrad as ng
    >>> ng.grad(lambda x: (np.sort(x) * np.array([1, 10, 100])).sum())(np.array([7.0, 9.0, 8.0])).tolist()
    [1.0, 100.0, 10.0]
    """
    return np.sort(x, axis=axis, kind="stable")


def _sort_rule(g, y, x, axis=-1):
    row, along = (plain(x).ravel(), 0) if axis is None else (plain(x), axis)
    order = np.argsort(row, axis=along, kind="stable")
    places = list(np.indices(row.shape, sparse=True))
    places[along] = np.argsort(order, axis=along)  # the order undone
    return g[tuple(places)].reshape(x.shape)


sort.rule(_sort_rule)


def argsort(x: Any, axis: int | None = -1) -> np.ndarray:
    """The indices that would sort ``x``, as a plain array; equal elements keep their order.

    >>> argsort(np.array([5.0, 2.0, 2.0])).tolist()
    [1, 2, 0]
    """
    return np.argsort(plain(x), axis=axis, kind="stable")


method("argsort", argsort)
