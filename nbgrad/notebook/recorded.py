"""What a backward pass is played with: the numbers of the moment when each operation was recorded.

A parameter may have moved since then: an optimiser gives it other numbers, and the recorded operations keep those that
they were computed with. The pass uses what they keep, so that is what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .pictures import LEFT_OUT, Picture, Vertex


def as_recorded(picture: Picture) -> None:
    """Give each vertex the value that was used, where that is no longer the value it has.

    Where two operations were recorded with different numbers of one leaf, the later ones count; the earlier operation
    still knows its own, see :func:`used_otherwise`.
    """
    for vertex, position, used in operands(picture):
        vertex.inputs[position].value = used
        vertex.inputs[position].stale = None  # what is shown is what was used


def operands(picture: Picture) -> Iterator[tuple[Vertex, int, Any]]:
    """Each operation with each position where its operand's value is not the one that it was computed with."""
    for vertex in picture.vertices:
        for position, used in enumerate(vertex.args):
            x = vertex.inputs[position] if position < len(vertex.inputs) else LEFT_OUT
            if x is not LEFT_OUT and not same(x.value, used):
                yield vertex, position, used


def used_otherwise(picture: Picture) -> dict[int, dict[int, Any]]:
    """For each operation the operands, by position, that it was computed with other numbers of than are shown."""
    found: dict[int, dict[int, Any]] = {}
    for vertex, position, used in operands(picture):
        found.setdefault(vertex.id, {})[position] = used
    return found


def moved_since(picture: Picture, original: Picture) -> dict[int, Any]:
    """The present value of each vertex whose recorded one is shown in its place.

    Args:
        original: the picture that ``picture`` was computed again from. What was edited there is not listed.
    """
    found = {}
    for now, vertex in zip(picture.vertices, original.vertices, strict=True):
        tensor = original.tensor_of(vertex)
        if tensor is not None and same(now.value, vertex.value) and not same(vertex.value, tensor.data):
            found[vertex.id] = tensor.data
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two values hold the same numbers."""
    if one is other or one is None or other is None:
        return one is other
    kind = np.asarray(one).dtype.kind
    return np.array_equal(one, other, equal_nan=kind in "fc")


def hooked(picture: Picture) -> list[int]:
    """The vertices that have hooks."""
    given = getattr(picture, "hooked", None)  # of a picture in single numbers: the elements of an array with hooks
    if given is not None:
        return list(given)
    tensors = ((vertex.id, picture.tensor_of(vertex)) for vertex in picture.vertices)
    return [id_ for id_, tensor in tensors if tensor is not None and (tensor.extras or {}).get("hooks")]
