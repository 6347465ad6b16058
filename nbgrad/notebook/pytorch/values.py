"""The numbers that PyTorch's records hold on to."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

MOST = 20_000_000  # numbers that are copied for one graph: 80 MB of float32
Saved = list[tuple[str, Any]]  # names and tensors


def saved_by(function: Any) -> Saved:
    """What a record keeps for the backward pass: (name, tensor) in the order of the names.

    What it no longer has, or may not be used since it was changed in place, is left out; so is what hooks have put
    elsewhere: to ask for that could compute it anew.
    """
    found: Saved = []
    for name in dir(function):
        if name.startswith("_saved_") and not _is_elsewhere(function, "_raw" + name):
            found += _tensors(name.removeprefix("_saved_"), function, name)
    if hasattr(function, "_forward_cls") and not _is_elsewhere(function, "_raw_saved_tensors"):
        found += _tensors("tensor", function, "saved_tensors")
    return found


def changed_since(function: Any) -> Saved:
    """What a record has kept and may not use any more, since it was changed in place: (name, tensor as it is now)."""
    found: Saved = []
    for name in dir(function):
        if not name.startswith("_saved_") or _is_elsewhere(function, "_raw" + name):
            continue
        try:
            getattr(function, name)
        except (AttributeError, RuntimeError) as error:
            if "modified by an inplace operation" in str(error):
                now = getattr(getattr(function, "_raw" + name), "data", None)  # of a list: nobody knows which of them
                found += [(name.removeprefix("_saved_"), now)] * (now is not None)
    return found


def _is_elsewhere(function: Any, name: str) -> bool:
    try:
        raw = getattr(function, name, None)
    except RuntimeError:  # freed
        return True
    many = raw if isinstance(raw, list | tuple) else [raw]
    return any(getattr(one, "unpack_hook", None) is not None for one in many)


def _tensors(said: str, function: Any, name: str) -> Saved:
    try:
        kept = getattr(function, name)
    except (AttributeError, RuntimeError):  # freed by a backward pass, or changed in place
        return []
    many = kept if isinstance(kept, list | tuple) else [kept]
    return [(said, one) for one in many if hasattr(one, "grad_fn")]


class Numbers:
    """Copies of the numbers of tensors, as many as a picture can hold.

    They are those of the moment: an optimiser changes its parameters in place.
    """

    def __init__(self, most: int = MOST):
        self._left = most

    def of(self, tensor: Any) -> np.ndarray | None:
        """The numbers of a tensor; None where there are none to be had (on no device, say), or no room is left."""
        return None if tensor.numel() > self._left else self._copy(tensor)

    def gradient_of(self, tensor: Any) -> np.ndarray | None:
        """The gradient of a leaf, or of a result that was told to retain it; None where it was not computed yet. There
        is room for it where there was for the numbers themselves: one that is there shall not be called missing."""
        if not (tensor.is_leaf or tensor.retains_grad) or tensor.grad is None:
            return None
        return self._copy(tensor.grad)

    def _copy(self, tensor: Any) -> np.ndarray | None:
        try:
            plain = tensor.detach()
            if (
                str(getattr(plain, "layout", "torch.strided")) != "torch.strided"
            ):  # such as the rows of a table that were looked up, without others
                plain = plain.to_dense()
            if str(plain.dtype) == "torch.bfloat16" or "float8" in str(plain.dtype):  # NumPy has no such numbers
                plain = plain.float()
            copy = np.array(plain.cpu().resolve_conj().resolve_neg().numpy())
        except (RuntimeError, TypeError, NotImplementedError, ValueError):
            return None
        self._left -= copy.size
        return copy


def shape_of(described: Any) -> tuple[int, ...] | None:
    """The shape of a tensor, or of what a record tells of one; None where it has none: the rows of a nested tensor have
    lengths of their own."""
    try:
        return tuple(operator.index(length) for length in described.shape)
    except (RuntimeError, AttributeError, TypeError):
        return None


def place_of(tensor: Any) -> int | None:
    """Where the numbers of a tensor begin in memory, if anywhere."""
    try:
        return int(tensor.data_ptr()) or None
    except (RuntimeError, NotImplementedError):
        return None
