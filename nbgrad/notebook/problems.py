"""Where NaN and infinity come from: the first vertex of a picture that has one without having been handed one."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from .pictures import Vertex


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


def first_fault(vertices: Sequence[Vertex]) -> tuple[Vertex, str] | None:
    """The first vertex, in creation order, that brings a NaN or an infinity into a picture, and which.

    That is an operation that makes infinities of finite operands, or a NaN of operands without NaN; or a leaf that
    has one. An infinite leaf that leads to a finite result has a purpose (a mask of -inf, say) and does not count.
    """
    faults = {vertex.id: fault(vertex.value) for vertex in vertices}
    spoilt = bool(vertices) and faults[vertices[-1].id] is not None
    for vertex in vertices:
        found = faults[vertex.id]
        if found is None:
            continue
        handed = {faults[x.id] for x in vertex.inputs}
        if vertex.op is None:
            if found == "NaN" or spoilt:
                return vertex, found
        elif handed <= {None} or (found == "NaN" and "NaN" not in handed):
            return vertex, found
    return None


def first_gradient_fault(vertices: Sequence[Vertex]) -> tuple[Vertex, str] | None:
    """The operation, the first on the way back, that hands on a NaN or an infinity though a finite gradient arrived,
    and how that is written."""
    for vertex in reversed(vertices):
        if vertex.op is not None and vertex.gradient is not None and fault(vertex.gradient) is None:
            for x in vertex.inputs:
                if found := fault(x.gradient):
                    return vertex, spelled(x.gradient, found)
    return None


def mark(vertices: Sequence[Vertex]) -> dict[int, str]:
    """Vertex number -> what a picture says of the vertex; empty where all numbers are finite."""
    found = first_fault(vertices)
    if found:
        return {found[0].id: spelled(found[0].value, found[1])}
    found = first_gradient_fault(vertices)
    return {found[0].id: f"∂ {found[1]}"} if found else {}
