"""Layers as they are thought of: PyTorch records a linear layer as a transposition and a product with a sum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .torch_operands import Operands

if TYPE_CHECKING:
    from .torch_names import Names

Function = Any


def turned_weights(functions: Iterable[Function], roots: Iterable[Function], names: Names) -> set[Function]:
    """The records of transpositions that only serve a linear layer, and so need no box of their own.

    They turn a parameter, nothing but the product of ``addmm`` uses them, and the notebook has no name for them.
    """
    users: dict[Function, list[tuple[Function, int]]] = {}
    for function in functions:
        for place, (operand, _) in enumerate(function.next_functions):
            if operand is not None and operand.name() == "TBackward0":
                users.setdefault(operand, []).append((function, place))
    kept = set(roots)
    return {
        turned
        for turned, used in users.items()
        if len(used) == 1 and used[0][1] == 2 and _is_plain(used[0][0])
        if turned not in kept and names.of_result(turned, 0) is None
        if getattr(turned.next_functions[0][0], "variable", None) is not None
    }


def is_linear(function: Function, turned: set[Function]) -> bool:
    """Whether a record is that of a linear layer, ``x @ weight.T + bias``, of which the weight is turned."""
    operands = function.next_functions
    return len(operands) == 3 and operands[2][0] in turned


def _is_plain(function: Function) -> bool:
    """Whether a record is that of a product and a sum without factors."""
    factors = (getattr(function, f"_saved_{name}", 1) for name in ("alpha", "beta"))
    return function.name() == "AddmmBackward0" and all(factor == 1 for factor in factors)


def operands_of_linear(operands: Operands) -> Operands:
    """The operands of ``addmm``, bias, x and turned weight, as those of a linear layer: x, weight and bias."""
    (bias, _), (x, _), ((turned, _), _) = operands
    return [(x, 0), (turned.next_functions[0], 1), (bias, 2)]
