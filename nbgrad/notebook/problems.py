"""Where NaN and infinity come from: the vertices of a picture that have one without having been handed one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np

from ..core.tensor import Tensor
from .pictures import LEFT_OUT, Vertex

TensorOf = Callable[[Vertex], Tensor | None]  # the engine's tensor behind a vertex


def fault(value: Any) -> str | None:
    """``"NaN"`` if there is one in ``value``, ``"Inf"`` if there are infinities only; ``None`` if all is well.

    >>> fault(np.array([1.0, np.inf])), fault(np.nan), fault(None), fault(3)
    ('Inf', 'NaN', None, None)
    """
    if value is None or (isinstance(value, float) and isfinite(value)):  # np.float64 is a float: the quick way
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "fc" or np.isfinite(array).all():
        return None
    return "NaN" if np.isnan(array).any() else "Inf"


def spelled(value: Any, kind: str) -> str:
    """How a fault is written: ``NaN``, ``∞``, ``−∞``, or ``±∞`` where there are both.

    >>> spelled(np.array([1.0, -np.inf]), "Inf"), spelled(np.array([np.nan]), "NaN")
    ('−∞', 'NaN')
    """
    if kind != "Inf":
        return kind
    array = np.asarray(value)
    if array.dtype.kind == "c":
        return "∞"
    plus, minus = bool((array == np.inf).any()), bool((array == -np.inf).any())
    return "±∞" if plus and minus else "−∞" if minus else "∞"


def sources(vertices: Sequence[Vertex]) -> list[tuple[Vertex, str]]:
    """The vertices, in creation order, that bring a NaN or an infinity into a picture, and which.

    That is an operation that makes infinities of finite operands, or a NaN of operands without NaN; or a leaf that
    has one. An infinite leaf that spoils no result has a purpose (a mask of -inf, say) and does not count. What is
    made of numbers that a source has spoilt is no source.
    """
    faults = {LEFT_OUT.id: None} | {vertex.id: fault(vertex.value) for vertex in vertices}
    spoiling = _spoiling(vertices, faults)
    found: list[tuple[Vertex, str]] = []
    explained: set[int] = set()
    for vertex in vertices:
        kind = faults[vertex.id]
        if kind is None:
            continue
        handed = {faults[x.id] for x in vertex.inputs}
        if any(x.id in explained for x in vertex.inputs):
            explained.add(vertex.id)
            continue
        brings_in = kind == "NaN" or vertex.id in spoiling
        arises = handed <= {None} or (kind == "NaN" and "NaN" not in handed)
        if arises if vertex.op else brings_in:
            explained.add(vertex.id)
            found.append((vertex, kind))
    return found


def _spoiling(vertices: Sequence[Vertex], faults: dict[int, str | None]) -> set[int]:
    """The vertices whose fault is handed on from operation to operation as far as a result. Where a NaN was handed to
    an operation that gives NaN, an infinity beside it is not to blame."""
    handed_on = {x.id for vertex in vertices for x in vertex.inputs}
    found: set[int] = set()
    for vertex in reversed(vertices):
        if faults[vertex.id] is not None and (vertex.id in found or vertex.id not in handed_on):
            found.add(vertex.id)
            nans = [x.id for x in vertex.inputs if faults[x.id] == "NaN"]
            found.update(nans or [x.id for x in vertex.inputs if faults[x.id] is not None])
    return found


def first_fault(vertices: Sequence[Vertex]) -> tuple[Vertex, str] | None:
    """The first of the ``sources``, in creation order."""
    return next(iter(sources(vertices)), None)


def first_gradient_fault(vertices: Sequence[Vertex], tensor_of: TensorOf) -> tuple[Vertex, str] | None:
    """The operation, the first on the way back, that hands on a NaN or an infinity though a finite gradient arrived,
    and how that is written."""
    for vertex in reversed(vertices):
        if vertex.op is not None and vertex.gradient is not None and fault(vertex.gradient) is None:
            for position, x in enumerate(vertex.inputs):
                if fault(x.gradient) and (found := fault(handed_on := contribution(vertex, position, tensor_of))):
                    return vertex, spelled(handed_on, found)
    return None


def contribution(vertex: Vertex, position: int, tensor_of: TensorOf) -> Any:
    """What an operand gets of a result's gradient, by the operation's own rule, before broadcasting is undone."""
    assert vertex.op is not None
    rule, tensor = vertex.op.rules[position], tensor_of(vertex)
    if rule is None or tensor is None:
        return None
    with np.errstate(all="ignore"):
        return rule(vertex.gradient, vertex.value, *vertex.args, **(tensor.static or {}))


def mark(vertices: Sequence[Vertex], tensor_of: TensorOf) -> dict[int, str]:
    """Vertex number -> what a picture says of the vertex; empty where all numbers are finite."""
    if brought := sources(vertices):
        return {vertex.id: spelled(vertex.value, kind) for vertex, kind in brought}
    found = first_gradient_fault(vertices, tensor_of)
    return {found[0].id: f"∂ {found[1]}"} if found else {}
