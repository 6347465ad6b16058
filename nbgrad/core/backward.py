"""The reverse pass: the one place where gradients are computed.

Every tensor of the graph is visited once, from the last made to the first. When its turn comes, everything that
used it has been visited already, so all that flows back to it has arrived and been added up. Its rules then turn the
sum into a contribution to each of its inputs. That is the whole of backpropagation.

``backward()`` runs the pass with nobody watching; the player, the formulas and the tests watch the very same pass
through ``observe``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from .errors import NoGradientError, NotScalarError, ShapeError
from .methods import method
from .names import name_of
from .op import identity, record
from .tensor import Tensor, plain

ONE = np.float64(1.0)


class Step(NamedTuple):
    """What happens at one operation while the gradient flows back through it.

    Attributes:
        node: the result of the operation.
        cotangent: the gradient that has arrived at ``node``, all paths added up.
        inputs: the tensors that receive something, in the order of the operands.
        positions: which operand each of them is, counted from 0.
        contributions: what each of them receives, of its shape.
        totals: what each of them has received so far, this contribution included.
    """

    node: Tensor
    cotangent: Any
    inputs: tuple[Tensor, ...]
    positions: tuple[int, ...]
    contributions: tuple
    totals: tuple


def creation_order(roots: Sequence[Tensor], within: Callable[[Tensor], bool] | None = None) -> list[Tensor]:
    """The tensors that need a gradient and lead to ``roots``, the first made first. No recursion: chains may be long.

    ``within`` says of a tensor whether to look behind it; beyond that border tensors count as leaves.
    """
    found = list(roots)
    seen = {root.serial for root in roots}
    for node in found:  # the list grows while it is walked
        if within is not None and not within(node):
            continue
        for x in node.inputs:
            if x.requires_grad and x.serial not in seen:
                seen.add(x.serial)
                found.append(x)
    found.sort(key=_serial)
    return found


def _serial(node: Tensor) -> int:
    return node.serial


def leading_from(nodes: Sequence[Tensor], sources: Collection[int]) -> list[Tensor]:
    """Those of ``nodes`` (in creation order) that lead from one of ``sources`` (serial numbers)."""
    reached = set(sources)
    for node in nodes:
        if any(x.serial in reached for x in node.inputs):
            reached.add(node.serial)
    return [node for node in nodes if node.serial in reached]


def reverse_pass(
    nodes: Sequence[Tensor],
    seeds: dict[int, Any],
    *,
    keep: Collection[int] = (),
    traced: bool = False,
    observe: Callable[[Step], None] | None = None,
) -> dict[int, Any]:
    """Send gradients back through ``nodes`` and give what arrives at the leaves.

    Args:
        nodes: in creation order; only these receive gradients.
        seeds: serial number of a root -> the gradient to begin with.
        keep: serial numbers of tensors that are no leaves but whose gradient is wanted too; those that are not among
            ``nodes`` receive, and pass nothing on.
        traced: run the rules on tensors instead of arrays, so that the gradient can be differentiated again.
        observe: called with each :class:`Step` as it happens.

    Returns:
        Serial number -> gradient, for the leaves among ``nodes`` and for ``keep``; ``None`` where nothing arrived.
    """
    arrived: dict[int, Any] = dict.fromkeys([node.serial for node in nodes])
    for serial in keep:
        arrived.setdefault(serial)
    arrived.update(seeds)
    for node in reversed(nodes):
        op = node.op
        if op is None:
            continue
        serial = node.serial
        g = arrived[serial] if serial in keep else arrived.pop(serial)
        if g is None:
            continue
        y, args = (node, traced_args(node)) if traced else (node.data, node.args)
        step: list[tuple] | None = None if observe is None else []
        for position, x in enumerate(node.inputs):
            target = x.serial
            if target not in arrived:
                continue
            rule = op.rules[position]
            if rule is None:
                continue
            c = rule(g, y, *args) if node.static is None else rule(g, y, *args, **node.static)
            if c.shape != x.data.shape:
                c = undo_broadcasting(c, x.data.shape)
            before = arrived[target]
            if before is not None:
                arrived[target] = before + c
            elif not traced and (x.op is None or target in keep) and (c is g or c.base is not None):
                arrived[target] = c.copy()  # what the user is handed must not share memory with another gradient
            else:
                arrived[target] = c
            if step is not None:
                step.append((x, position, c, arrived[target]))
        if observe is not None and step:
            observe(Step(node, g, *zip(*step, strict=True)))
    return arrived


def traced_args(node: Tensor) -> tuple:
    """The operands as the rules want them for higher derivatives: tensors where there were tensors.

    A tensor that has been given new numbers since then is stood in for by a node with the numbers of that moment.
    """
    return tuple(
        value if not x.requires_grad else x if x.data is value else record(identity, value, (x,), (value,), None)
        for x, value in zip(node.inputs, node.args, strict=True)
    )


def undo_broadcasting(gradient: Any, shape: tuple[int, ...]) -> Any:
    """Sum ``gradient`` down to ``shape``: what was copied in the forward pass adds up in the backward pass.

    A contribution that is *smaller* than its operand is spread over it instead (the rule left that to us).

    >>> undo_broadcasting(np.ones((4, 3)), (3,))
    array([4., 4., 4.])
    """
    total = np.add.reduce if type(gradient) is np.ndarray else np.sum  # the quicker spelling, where it applies
    extra = gradient.ndim - len(shape)
    if extra > 0:
        gradient = total(gradient, axis=tuple(range(extra)))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and extra >= 0 and gradient.shape[i] != 1)
    if stretched:
        gradient = total(gradient, axis=stretched, keepdims=True)
    return gradient if gradient.shape == shape else np.broadcast_to(gradient, shape)


def seed_for(root: Tensor, gradient: Any = None) -> Any:
    """The gradient to begin with: 1 for a scalar, else the one that was given, checked.

    Raises:
        NoGradientError, NotScalarError, ShapeError: see there.
    """
    if not root.requires_grad:
        raise NoGradientError(
            f"{name_of(root) or 'this tensor'} of shape {root.shape} depends on nothing with requires_grad=True, "
            "so there is nothing to differentiate with respect to; create an input as ng.tensor(…, requires_grad=True)"
        )
    if gradient is None:
        if root.data.size != 1:
            raise NotScalarError(
                f"{name_of(root) or 'this tensor'} has shape {root.shape}, and a gradient says how one number "
                f"changes; reduce it first, for example {name_of(root) or 'y'}.mean().backward(), or pass a gradient "
                f"of shape {root.shape}"
            )
        return ONE if type(root.data) is np.float64 else np.ones_like(root.data)[()]
    seed = np.array(plain(gradient), dtype=root.dtype)
    if seed.shape != root.shape:
        raise ShapeError(
            f"the gradient passed to backward has shape {seed.shape}, but {name_of(root) or 'this tensor'} has shape "
            f"{root.shape}; they must be equal"
        )
    return seed if seed.ndim else seed[()]


def backward(self: Tensor, gradient: Any = None) -> None:
    """Compute the gradients of this tensor and add them to ``.grad`` of the leaves that require one.

    Args:
        gradient: the gradient to begin with, of this tensor's shape; needed unless it is a single number.

    Raises:
        NotScalarError: several numbers, and no ``gradient``.
        NoGradientError: nothing that it was computed from has ``requires_grad=True``.
        ShapeError: ``gradient`` has another shape than the tensor.
    """
    seed = seed_for(self, gradient)
    nodes = creation_order((self,))
    arrived = reverse_pass(nodes, {self.serial: seed})
    for node in nodes:
        if node.op is None:
            g = arrived[node.serial]
            if g is not None:
                if g.dtype is not node.data.dtype:  # float64 data leads to float64 gradients of float32 parameters
                    g = g.astype(node.data.dtype)
                node.grad = g if node.grad is None else node.grad + g
    if self.op is not None:
        self.grad = seed  # a drawing of this tensor can tell that its backward pass has been run


method("backward", backward)


def backward_steps(root: Tensor, gradient: Any = None) -> list[Step]:
    """The steps of the backward pass of ``root``, as they happen; no ``.grad`` is touched.

    Raises: as :func:`backward`.

    >>> import nbgrad as ng
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> [step] = ng.backward_steps(x * x)
    >>> [float(c) for c in step.contributions], [float(t) for t in step.totals]
    ([3.0, 3.0], [3.0, 6.0])
    """
    steps: list[Step] = []
    reverse_pass(creation_order((root,)), {root.serial: seed_for(root, gradient)}, observe=steps.append)
    return steps
