"""Whether the numbers of a picture belong together: which have changed since others were computed from them.

An optimiser gives a parameter new numbers, while the results that are still there were computed from the old ones. The
graph keeps the operands of that moment, so this is seen by comparing them. Numbers that are changed in place change in
the graph, too; that is seen by computing a single operation again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.tensor import Tensor, plain

if TYPE_CHECKING:
    from .pictures import Vertex

CHANGED = "changed"  # of a vertex: it has other numbers than those that were used
UNFIT = "unfit"  # of a result: it is not what its operands give
LARGEST = 1_000_000  # numbers among operands and result of an operation that is computed again


def mark_changes(vertices: Sequence[Vertex], tensor_of: Callable[[Vertex], Tensor | None]) -> bool:
    """Mark the vertices whose numbers do not belong to the others; tell whether any was changed in place.

    If so, the graph has forgotten the numbers that the gradients were computed from.
    """
    in_place = False
    for vertex in vertices:
        tensor = None if vertex.op is None else tensor_of(vertex)
        if tensor is None:
            continue
        for x, used in zip(vertex.inputs, tensor.args, strict=False):
            if x.value is not used and not _same(x.value, used):
                x.stale = CHANGED
        if not fits(tensor):
            in_place = vertex.unfit = True
            vertex.stale = vertex.stale or UNFIT
    return in_place


def fits(tensor: Tensor) -> bool:
    """Whether a result is what its operation gives for the operands that the graph keeps, but for rounding.

    Large ones, and those of the user's own operations, which may print or draw random numbers, are taken on trust.

    >>> import nbgrad as ng
    >>> x = ng.tensor([1.0, 2.0], requires_grad=True)
    >>> y = x * x
    >>> before = fits(y)
    >>> x.data[0] = 5.0
    >>> before, fits(y)
    (True, False)
    """
    op = tensor.op
    if not op.forward.__module__.startswith(f"{__package__.partition('.')[0]}."):
        return True
    if sum(np.size(value) for value in (*tensor.args, tensor.data)) > LARGEST:
        return True
    try:
        with np.errstate(all="ignore"):
            again = op.forward(*tensor.args, **(tensor.static or {}))
    except Exception:  # operands that do not go together any more
        return False
    return _same(again, tensor.data, rounding=True)


def otherwise(stored: Any, passed: Any) -> bool:
    """Whether a stored gradient is another than that of one pass: it was added to, or changed.

    >>> otherwise(np.float64(6.0), np.float64(3.0)), otherwise(np.float64(3.0), np.float64(3.0)), otherwise(None, 1.0)
    (True, False, False)
    """
    if stored is None or passed is None:
        return False
    stored, passed = plain(stored), plain(passed)
    if not np.iscomplexobj(stored):
        passed = np.real(passed)
    return not _same(passed, stored, rounding=True)


def _same(one: Any, other: Any, rounding: bool = False) -> bool:
    """Whether two arrays hold the same numbers; with ``rounding``, to half of their digits."""
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape:
        return False
    if one.dtype.kind not in "fc" or other.dtype.kind not in "fc":
        return bool((one == other).all())
    if np.array_equal(one, other, equal_nan=True):
        return True
    if not rounding:
        return False
    tolerance = float(np.sqrt(np.finfo(other.dtype).eps))
    finite = np.abs(other[np.isfinite(other)])
    return np.allclose(one, other, rtol=tolerance, atol=tolerance * float(finite.max(initial=0.0)), equal_nan=True)
