"""Mistakes that are legal: warnings about what is usually not meant, and errors that only the backward pass can tell.

**What the engine does**, in ``backward()``, where it costs nothing when all is well:

- before the pass, if the result has been through it already (its own ``.grad`` is set)::

      if self.grad is not None and self.op is not None:
          mistakes.warn_if_twice(self, nodes)

- where a gradient is to be converted to the dtype of the leaf that it is stored in::

      mistakes.refuse_whole_numbers(data)

The optimisers' ``step()`` calls :func:`warn_if_no_gradient`, and subtraction :func:`warn_of_broadcasting`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from . import places
from .errors import BackwardTwiceWarning, BroadcastWarning, IntegerGradientError, NoGradientWarning
from .names import name_of, readable
from .tensor import Tensor

# ---- warnings, at the user's line
_given: dict[str, dict] = {}  # file -> Python's record of the warnings given there
_during: list[Any] = [None]  # the count of the cell that they were given in


def warn(message: str, category: type[Warning]) -> None:
    """Warn once for each place: pointing at the user's line, and in a notebook again when the cell is run again."""
    count = getattr(places.shell(), "execution_count", None)
    if _during[0] != count:
        _during[0] = count
        _given.clear()
    frame = places.user_frame()
    filename, module, where, line = "nbgrad", "nbgrad", "nbgrad", 1
    if frame:
        filename, module = frame.f_code.co_filename, frame.f_globals.get("__name__", "")
        where, line, _ = places.place(places.mark_of(frame))
    warnings.warn_explicit(message, category, where, line, module, registry=_given.setdefault(filename, {}))


def shape_surprise(a: Any, b: Any) -> bool:
    """Whether NumPy lines up a column with a row: shapes ``(n, 1)`` and ``(n,)``, so that all meets all.

    >>> import numpy as np
    >>> shape_surprise(np.zeros((5, 1)), np.zeros(5)), shape_surprise(np.zeros((5, 1)), np.zeros(3))
    (True, False)
    """
    long, short = (a, b) if np.ndim(a) == 2 else (b, a)
    return np.shape(short) == np.shape(long)[:1] and np.shape(long)[1:] == (1,) and len(short) > 1


def warn_of_broadcasting(a: Any, b: Any) -> None:
    """Warn if ``a - b`` is that of a column and a row of the same length, which in a loss is a mistake.

    For :func:`subtract`, which asks only where the result is a square matrix: elsewhere it cannot be.
    """
    if not shape_surprise(a, b):
        return
    first, second = _name_of_data(a) or "the first", _name_of_data(b) or "the second"
    n = len(a)
    column, row = (first, second) if np.ndim(a) == 2 else (second, first)
    warn(
        f"{first} of shape {np.shape(a)} minus {second} of shape {np.shape(b)} gives {n} x {n} numbers, each element "
        f"of one minus every element of the other; in a loss each prediction is compared with its own target: give "
        f"both the same shape, for example {column}.reshape(-1) (if all pairs are meant, "
        f"{row}.reshape(1, -1) says so)",
        BroadcastWarning,
    )


def _name_of_data(data: Any) -> str | None:
    """The name of the variable, where the user's code is running, that holds this array or a tensor of it."""
    frame = places.user_frame()
    for namespace in (frame.f_locals, frame.f_globals) if frame else ():
        for name, thing in list(namespace.items()):
            if thing is data or (isinstance(thing, Tensor) and thing.data is data):
                return readable(getattr(thing, "name", None) or name)
    return None


def warn_if_twice(root: Tensor, nodes: Iterable[Tensor]) -> None:
    """Warn if the gradients of an earlier backward pass of ``root`` are still in the leaves that lead to ``nodes``."""
    leaves = dict.fromkeys(x for node in nodes for x in node.inputs if x.op is None and x.grad is not None)
    if kept := list(leaves):
        leaf = name_of(kept[0]) or "x"
        warn(
            f"backward() was called on {name_of(root) or 'this result'} before, and {leaf}.grad still holds what it "
            f"gave; the second pass adds the same gradient once more. Set it back first, with {leaf}.zero_grad() or "
            "optimizer.zero_grad()",
            BackwardTwiceWarning,
        )


def warn_if_no_gradient(params: Sequence[Tensor]) -> None:
    """Warn if none of the parameters of an optimiser has a gradient, so that a step moves nothing.

    For ``step()``, which asks only where the last of them has none.
    """
    if all(p.grad is None for p in params):
        leaf = f" ({name_of(params[0])}.grad is None)" if name_of(params[0]) else ""
        warn(
            f"none of the {len(params)} parameters has a gradient{leaf}, so the step moved nothing; call "
            "loss.backward() between zero_grad() and step(), and compute the loss from these very parameters",
            NoGradientWarning,
        )


# ---- what only the backward pass can tell
def refuse_whole_numbers(data: Any) -> None:
    """Refuse to store a gradient in a leaf of whole numbers, whose ``requires_grad`` was set by hand.

    Raises:
        IntegerGradientError: ``data`` has no floating dtype.
    """
    if data.dtype.kind not in "fc":
        raise IntegerGradientError(
            f"{_name_of_data(data) or 'a leaf'} of shape {data.shape} holds {data.dtype}, and whole numbers cannot "
            "change by a little, so they have no gradient, even where requires_grad was set by hand; make it of "
            "floating numbers: ng.tensor(….astype(float), requires_grad=True)"
        )
