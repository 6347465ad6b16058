"""What to say when shapes do not fit: which operands, by name and shape, and the smallest fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .errors import NbgradError, ShapeError
from .names import name_of
from .tensor import Tensor

if TYPE_CHECKING:
    from .op import Operation


def shape_error(op: Operation, operands: Sequence, args: Sequence, error: Exception) -> Exception:
    """What did not fit, by name and shape, and the smallest fix that would make it fit.

    An error of ours that is about something else than shapes is left as it is.
    """
    if isinstance(error, NbgradError) and not isinstance(error, ShapeError):
        return error
    shapes = [np.shape(value) for value in args]
    names = [name_of(x) if isinstance(x, Tensor | np.ndarray) else None for x in operands]
    called = [name or f"operand {i}" for i, name in enumerate(names, 1)]
    listed = ", ".join(f"{name} of shape {shape}" for name, shape in zip(called, shapes, strict=True))
    if isinstance(error, ShapeError):  # the operation knows better
        return ShapeError(f"{op.name} of {listed}: {error}")
    if len(args) > 1 and any(word in str(error) for word in ("shape", "dimension", "broadcast")):
        return ShapeError(f"{op.name}: {listed} do not fit together{suggestion(op, called, shapes) or f': {error}'}")
    return ShapeError(f"{op.name} of {listed}: {error}")


def suggestion(op: Operation, called: Sequence[str], shapes: Sequence[tuple]) -> str:
    """Which axes do not fit, and a fix where one is plain to see; nothing where NumPy's own words say it better."""
    if op.name in ("matmul", "linear", "dot") and shapes[0] and shapes[1]:
        return in_product(called, shapes)
    return broadcast(called, shapes) if op.elementwise else ""


def in_product(called: Sequence[str], shapes: Sequence[tuple]) -> str:
    """What does not fit in a product of matrices."""
    (first, second), (a, b) = called[:2], shapes[:2]
    inner = b[-2] if len(b) > 1 else b[0]
    if a[-1] == inner:
        return f". The matrices fit, but not the axes before them: {a[:-2]} and {b[:-2]} must be equal or hold a 1"
    which = {1: "only", 2: "first"}.get(len(b), "last but one")
    needed = f". The last axis of {first} ({a[-1]}) must be as long as the {which} axis of {second} ({inner})"
    if len(b) == 2 and a[-1] == b[1]:
        return f"{needed}; transposing {second} would do: {on(second, '.T')}"
    if len(a) == 2 and a[0] == inner:
        return f"{needed}; transposing {first} would do: {on(first, '.T')}"
    return needed


def broadcast(called: Sequence[str], shapes: Sequence[tuple]) -> str:
    """Which axes do not fit when shapes are broadcast: those of the first two operands that clash."""
    clash = first_clash(shapes)
    if clash is None:
        return ""
    i, j, back = clash
    (first, second), (a, b) = (called[i], called[j]), (shapes[i], shapes[j])
    met = (
        f". Shapes are lined up at the last axis, and there axis {len(a) - back} of {first} ({a[-back]}) meets axis "
        f"{len(b) - back} of {second} ({b[-back]}); their lengths must be equal, or one of them 1"
    )
    if len(a) == 1 and len(b) > 1 and a[0] == b[-2]:
        return f"{met}. Making {first} a column would do: {on(first, '.reshape(-1, 1)')}"
    if len(b) == 1 and len(a) > 1 and b[0] == a[-2]:
        return f"{met}. Making {second} a column would do: {on(second, '.reshape(-1, 1)')}"
    if len(a) == len(b) == 2 and a == b[::-1]:
        return f"{met}. Transposing one of them would do: {on(second, '.T')}"
    return met


def first_clash(shapes: Sequence[tuple]) -> tuple[int, int, int] | None:
    """The first two operands whose shapes cannot be broadcast, and at which axis, counted from the last as 1.

    >>> first_clash([(5, 3), (), (4,)]), first_clash([(5, 1), (3,)])
    ((0, 2, 1), None)
    """
    for j, b in enumerate(shapes):
        for i, a in enumerate(shapes[:j]):
            for back in range(1, min(len(a), len(b)) + 1):
                if a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
                    return i, j, back
    return None


def on(name: str, call: str) -> str:
    """How a method is called on an operand: ``x.T``; of one without a name, ``.T`` of operand 2."""
    return f"{call} of {name}" if name.startswith("operand ") else f"{name}{call}"
