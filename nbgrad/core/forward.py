"""The forward pass of derivatives: how results move when inputs are moved (forward mode, Jacobian times vector).

It walks the recorded graph in the order of creation and carries a *tangent* along: the direction in which each tensor
moves. No operation declares a second rule for it. A gradient rule turns ``g`` into ``gᵀJ``, with ``J`` the matrix of
the operation's derivatives; forward mode needs ``J t``. Where ``J`` is diagonal (elementwise operations) the two are
the same rule. Elsewhere the rule is transposed: it is linear in ``g``, so the gradient of ``(gᵀJ) t`` with respect to
``g`` is ``J t``, and the reverse pass through the rule itself computes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .backward import gradients, traced_args
from .broadcasting import undo_broadcasting
from .op import Operation
from .tensor import Tensor


def forward_pass(
    nodes: Sequence[Tensor], tangents: Mapping[Tensor, Any], *, traced: bool = False, batched: bool = False
) -> dict[Tensor, Any]:
    """Carry ``tangents`` forward through ``nodes``.

    Args:
        nodes: in creation order.
        tangents: tensor -> the direction in which it moves, of its shape.
        traced: run the rules on tensors instead of arrays, so that the result can be differentiated again.
        batched: all tangents have one more axis in front: many directions at once.

    Returns:
        Tensor -> tangent, for all that moves.
    """
    moving = dict(tangents)
    for node in nodes:
        if node.op is None or node in tangents:
            continue
        op, inputs, static = node.op, node.inputs, node.static
        y: Any = node.data
        args: Sequence[Any] = node.args
        if traced:
            y, args = node, traced_args(inputs, args)
        total = None
        for position, x in enumerate(inputs):
            if x not in moving or op.rules[position] is None:
                continue
            t = pushed(op, position, moving[x], y, args, static or {}, x.shape, traced, batched)
            total = t if total is None else total + t
        if total is not None:
            moving[node] = undo_broadcasting(total, node.shape, batched)  # spreads what is smaller
    return moving


def pushed(
    op: Operation,
    position: int,
    tangent: Any,
    y: Any,
    args: Sequence[Any],
    static: dict[str, Any],
    shape: tuple[int, ...],
    traced: bool,
    batched: bool,
) -> Any:
    """How the result ``y`` moves when the operand at ``position``, of ``shape``, moves along ``tangent``."""
    rule = op.rules[position]
    assert rule is not None
    if op.elementwise:
        missing = y.ndim - len(shape)
        if batched and missing:  # lined up at the last axis, with the batch in front
            tangent = tangent.reshape(tangent.shape[:1] + (1,) * missing + tangent.shape[1:])
        return rule(tangent, y, *args, **static)
    g = Tensor(np.zeros(y.shape, y.dtype)[()], True)
    contribution = undo_broadcasting(rule(g, y, *args, **static), shape)
    [t] = gradients([contribution], [tangent], [g], traced=traced, batched=batched)
    if t is None:
        t = np.zeros(((len(tangent),) if batched else ()) + y.shape, y.dtype)[()]
    return t
