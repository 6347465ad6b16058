"""Which array a picture's data are a part of: ``X[0]`` and ``X[1]`` are slices of ``X``, though recorded apart.

NumPy keeps no record of an index. But a slice lies in the memory of the array that it was taken from, and from where it
lies there the index can be read off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import numpy as np

from ..core.names import public_variables
from ..core.tensor import Tensor

Index = tuple[int | slice, ...]


class Owners:
    """The arrays that data of a picture are slices of.

    An array counts where two or more slices of it are used, as the steps of a sequence are: one slice, such as a batch,
    is data of its own. Where a variable of the notebook holds it, the array is that variable; else it is what NumPy
    says that the slices are views of.
    """

    def __init__(self, data: Iterable[Any]):
        """data: all arrays and tensors of a picture that no operation made."""
        things = list({id(thing): thing for thing in data}.values())
        views = [thing for thing in things if array_of(thing).base is not None]
        named = {id(thing): thing for thing in public_variables().values() if _is_data(thing)}
        found: dict[int, tuple[Any, Index]] = {}
        for thing in views:
            if id(thing) not in named and (part := _part(thing, named.values())) is not None:
                found[id(thing)] = part
        used = Counter(id(owner) for owner, _ in found.values())
        self._found = {key: part for key, part in found.items() if used[id(part[0])] > 1}
        self._things = things  # so that no other array takes the identity of one of them

    def of(self, thing: Any) -> tuple[Any, Index] | None:
        """The array or tensor that ``thing`` is a slice of, and its index there; ``None`` if it is none."""
        return self._found.get(id(thing))


def array_of(thing: Any) -> np.ndarray:
    """The numbers of an array or tensor; a single number has an array of its own."""
    return np.asarray(thing.data if isinstance(thing, Tensor) else thing)


def _is_data(thing: Any) -> bool:
    """Whether it is an array, or a tensor that is none of a computation's results or parameters."""
    if isinstance(thing, Tensor):
        return thing.op is None and not thing.requires_grad
    return isinstance(thing, np.ndarray)


def _part(thing: Any, named: Iterable[Any]) -> tuple[Any, Index] | None:
    """What ``thing`` is a slice of, and its index there."""
    array = array_of(thing)
    for owner in (*named, array.base):
        if isinstance(owner, Tensor | np.ndarray) and owner is not thing:
            whole = array_of(owner)
            if whole.size > array.size and (index := index_in(whole, array)) is not None:
                return owner, index
    return None


def index_in(whole: np.ndarray, part: np.ndarray) -> Index | None:
    """The index by which one gets ``part`` from ``whole``; ``None`` if it is no such view of it.

    >>> whole = np.zeros((2, 3, 4))
    >>> index_in(whole, whole[:, 1]), index_in(whole, whole[1, ::2, 1:]), index_in(whole, np.zeros((2, 4)))
    ((slice(None, None, None), 1), (1, slice(None, None, 2), slice(1, None, None)), None)
    """
    offset = _address(part) - _address(whole)
    if part.ndim > whole.ndim or part.dtype != whole.dtype or not part.size or offset < 0:
        return None
    starts = _starts(whole, offset)
    if starts is None:
        return None
    for axes in combinations(range(whole.ndim), part.ndim):
        index = _index(whole, part, starts, axes)
        if index is not None and _is_same(whole[index], part):
            while index and index[-1] == slice(None):
                index = index[:-1]
            return index
    return None


def _address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


def _starts(whole: np.ndarray, offset: int) -> list[int] | None:
    """The place of the element that lies so many bytes behind the first; ``None`` if there is none."""
    starts = [0] * whole.ndim
    for axis in sorted(range(whole.ndim), key=lambda axis: -whole.strides[axis]):
        if whole.strides[axis] <= 0:
            return None
        starts[axis], offset = divmod(offset, whole.strides[axis])
        if starts[axis] >= whole.shape[axis]:
            return None
    return None if offset else starts


def _index(whole: np.ndarray, part: np.ndarray, starts: list[int], axes: tuple[int, ...]) -> Index | None:
    """An index that keeps these axes and takes one place of each other one; ``None`` if it would step backwards."""
    index: list[int | slice] = list(starts)
    for axis, length, stride in zip(axes, part.shape, part.strides, strict=True):
        step = stride // whole.strides[axis] if length > 1 else 1
        if step < 1:
            return None
        stop = starts[axis] + (length - 1) * step + 1
        is_last = stop + step > whole.shape[axis]
        index[axis] = slice(starts[axis] or None, None if is_last else stop, None if step == 1 else step)
    return tuple(index)


def _is_same(taken: np.ndarray, part: np.ndarray) -> bool:
    """Whether two views are one: they begin at one place, and go on in the same steps."""
    if _address(taken) != _address(part) or taken.shape != part.shape:
        return False
    return all(
        length == 1 or one == other for length, one, other in zip(part.shape, taken.strides, part.strides, strict=True)
    )


def spelled(index: Index) -> str:
    """An index as one writes it.

    >>> spelled((slice(None), 1)), spelled((0, slice(1, None), slice(None, 4, 2)))
    ('[:, 1]', '[0, 1:, :4:2]')
    """
    return f"[{', '.join(_spelled_part(part) for part in index)}]"


def _spelled_part(part: int | slice) -> str:
    return str(part) if isinstance(part, int) else ":".join(_pieces(part))


def _pieces(part: slice) -> Iterator[str]:
    yield "" if part.start is None else str(part.start)
    yield "" if part.stop is None else str(part.stop)
    if part.step is not None:
        yield str(part.step)
