"""The reverse pass: the one place where gradients are computed.

Every tensor of the graph is visited once, from the last made to the first. When its turn comes, everything that
used it has been visited already, so all that flows back to it has arrived and been added up. Its rules then turn the
sum into a contribution to each of its inputs. That is the whole of backpropagation.

``backward()`` runs the pass with nobody watching; the player, the formulas and the tests watch the very same pass
through ``observe``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextvars import ContextVar
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from . import debugging, mistakes
from .broadcasting import undo_broadcasting
from .errors import (
    ComplexGradientError,
    NbgradError,
    NoGradientError,
    NotScalarError,
    RuleError,
    ShapeError,
    UnsupportedDataError,
)
from .hooks import seen_by_hooks
from .methods import method
from .names import name_of
from .op import identity, record
from .tensor import Tensor, plain

ONE = np.float64(1.0)
NUMBER = np.float64  # by a name of our own: quicker to look up
in_creation_order = attrgetter("serial")

# Who is told of every reverse pass, whoever runs it: the recorder of a program, or nobody. It has ``begin(roots)``,
# which gives a function to call with each step, and ``end()``.
watching: ContextVar[Any] = ContextVar("watching", default=None)


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


def creation_order(roots: Iterable[Tensor], within: Callable[[Tensor], bool] | None = None) -> list[Tensor]:
    """The results that need a gradient and lead to ``roots``, the first made first. No recursion: chains may be long.

    Leaves are not listed: nothing flows on from them. ``roots`` are results. ``within`` says of a result whether it
    counts; those beyond that border are taken for leaves.
    """
    found = [*roots]
    seen = set(found)
    for node in found:  # the list grows while it is walked
        for x in node.inputs:
            if x.op is not None and x.requires_grad and x not in seen and (within is None or within(x)):
                seen.add(x)
                found.append(x)
    found.sort(key=in_creation_order)
    return found


def leading_from(nodes: Sequence[Tensor], sources: Iterable[Tensor]) -> list[Tensor]:
    """Those of ``nodes`` (in creation order) that were computed from one of ``sources``."""
    reached = set(sources)
    leading = []
    for node in nodes:
        if not reached.isdisjoint(node.inputs):
            reached.add(node)
            leading.append(node)
    return leading


def reverse_pass(
    nodes: Sequence[Tensor],
    seeds: dict[Tensor, Any],
    *,
    only: Collection[Tensor] | None = None,
    keep: Collection[Tensor] = (),
    traced: bool = False,
    batched: bool = False,
    observe: Callable[[Step], None] | None = None,
) -> dict[Tensor, Any]:
    """Send gradients back through ``nodes`` and give what arrives at the leaves.

    Args:
        nodes: results, in creation order.
        seeds: root -> the gradient to begin with. Used up.
        only: the tensors that shall receive gradients; by default all that require one.
        keep: tensors that are no leaves but whose gradient is wanted too.
        traced: run the rules on tensors instead of arrays, so that the gradient can be differentiated again.
        batched: the seeds, and so all gradients, have one more axis in front: many passes in one.
        observe: called with each :class:`Step` as it happens.

    Returns:
        Tensor -> gradient, for those of the leaves and of ``keep`` where something arrived. Gradients may share memory
        with each other and with the seeds.
    """
    watcher = watching.get()
    if watcher is not None:
        observe = watcher.begin(list(seeds))
    arrived: dict[Tensor, Any] = seeds  # what has arrived and waits
    kept: dict[Tensor, Any] = {}  # what has flowed on, and is wanted
    for node in reversed(nodes):
        g = arrived.pop(node, None)
        if g is None:
            continue
        if node.extras is not None:
            g = attended(node, node.extras, g, kept)
        if node in keep:
            kept[node] = g
        op, y, args, static = node.op, node.data, node.args, node.static
        rules = op.rules
        if traced or node.extras is not None or (batched and not op.takes_batches):
            rules, y, args, static = prepared(node, traced, batched)
        two = static is None and len(args) == 2
        if two:
            a, b = args
        step: list[tuple] | None = None if observe is None else []
        for x, rule in zip(node.inputs, rules):  # noqa: B905  # the rules of a variadic operation have no end
            if rule is None or not x.requires_grad or (only is not None and x not in only):
                continue
            try:
                if two:  # the commonest, and quicker without the star
                    c = rule(g, y, a, b)
                elif static is None:
                    c = rule(g, y, *args)
                else:
                    c = rule(g, y, *args, **static)
                data = x.data
                if type(c) is NUMBER:  # its shape would be slow to ask for
                    if type(data) is not NUMBER:
                        c = undo_broadcasting(c, data.shape)
                elif (c.shape[1:] if batched else c.shape) != data.shape:
                    c = undo_broadcasting(c, data.shape, batched)
            except NbgradError:  # it says better what was wrong
                raise
            except (AttributeError, TypeError, ValueError) as error:
                raise rule_error(node, x, error) from error
            arrived[x] = arrived[x] + c if x in arrived else c
            if step is not None:
                step.append((x, c, arrived[x]))
        if step and observe is not None:
            receivers, contributions, totals = zip(*step, strict=True)
            observe(Step(node, g, receivers, positions_of(node, only), contributions, totals))
    for x, g in arrived.items():  # by now only leaves
        if x.extras is not None:
            arrived[x] = seen_by_hooks(x, x.extras, g)
    if kept:
        arrived.update(kept)
    if watcher is not None:
        watcher.end()
    return arrived


def rule_error(node: Tensor, x: Tensor, error: Exception) -> RuleError:
    """What to say of an error in a rule of ``node``: whose rule it is, and what one gives."""
    return RuleError(
        f"the gradient rule of {node.op.name} for its operand {name_of(x) or ''} of shape {x.shape} failed: {error}. "
        f"A rule takes g (here of shape {node.shape}), y and the operands, and gives an array that fits the operand"
    )


def attended(node: Tensor, extras: dict[str, Any], gradient: Any, kept: dict[Tensor, Any]) -> Any:
    """The gradient that flows on from ``node``, after all that its extras ask for has been done."""
    if "fingerprint" in extras:
        debugging.verify(node)
    gradient = seen_by_hooks(node, extras, gradient)
    if "retains_grad" in extras:
        kept[node] = gradient
    return gradient


def prepared(node: Tensor, traced: bool, batched: bool) -> tuple[Any, Any, Any, dict[str, Any] | None]:
    """The rules of ``node`` and what to call them with: the result, the operands and the keyword arguments."""
    op, static = node.op, node.static
    y, args = (node, traced_args(node.inputs, node.args)) if traced else (node.data, node.args)
    if node.extras is not None and "saved" in node.extras and not traced:
        static = {**(static or {}), "saved": node.extras["saved"]}
    rules = one_by_one(op.rules, node.inputs) if batched and not op.takes_batches else op.rules
    return rules, y, args, static


def positions_of(node: Tensor, only: Collection[Tensor] | None) -> tuple[int, ...]:
    """Which operands of ``node`` receive a contribution, counted from 0."""
    return tuple(
        i
        for i, x in enumerate(node.inputs)
        if node.op.rules[i] is not None and x.requires_grad and (only is None or x in only)
    )


def traced_args(inputs: tuple[Tensor, ...], args: Sequence[Any]) -> list[Any]:
    """The operands as the rules want them for higher derivatives: tensors where there were tensors.

    A tensor that has been given new numbers since then is stood in for by a node with the numbers of that moment.
    """
    operands = list(args)
    for i, x in enumerate(inputs):
        if x.requires_grad:
            value = args[i]
            operands[i] = x if x.data is value else record(identity, value, (x,), (value,), None)
    return operands


def one_by_one(rules: Any, inputs: Sequence[Tensor]) -> list[Callable | None]:
    """Rules that take one cotangent at a time, made to take a whole batch of them."""

    def for_batch(rule: Callable) -> Callable:
        return lambda g, *args, **static: np.stack([rule(g[i], *args, **static) for i in range(len(g))])

    return [None if rules[i] is None else for_batch(rules[i]) for i in range(len(inputs))]


def seed_for(root: Tensor, gradient: Any = None) -> Any:
    """The gradient to begin with: 1 for a scalar, else the one that was given, checked.

    Raises:
        NoGradientError, NotScalarError, ShapeError, ComplexGradientError: see there.
    """
    if not root.requires_grad:
        raise NoGradientError(
            f"{name_of(root) or 'this tensor'} of shape {root.shape} depends on nothing with requires_grad=True, "
            "so there is nothing to differentiate with respect to; create an input as "
            "ng.tensor(…, requires_grad=True), and compute outside of ng.no_grad()"
        )
    data = root.data
    if gradient is None:
        if type(data) is NUMBER:
            return ONE
        if data.dtype.kind == "c":
            raise ComplexGradientError(
                f"{name_of(root) or 'this tensor'} is complex, and a gradient says how one real number changes; take "
                "np.real(z), np.imag(z) or np.abs(z) of it first"
            )
        if data.size != 1:
            raise NotScalarError(
                f"{name_of(root) or 'this tensor'} has shape {root.shape}, and a gradient says how one number "
                f"changes; reduce it first, for example {name_of(root) or 'y'}.mean().backward(), or pass a gradient "
                f"of shape {root.shape}"
            )
        return one_like(data)
    try:
        seed = np.array(plain(gradient))
    except ValueError:  # lists of different lengths
        seed = np.array("")
    if seed.dtype.kind not in "fciub":
        raise UnsupportedDataError(
            f"the gradient passed to backward must be numbers in the shape of {name_of(root) or 'this tensor'}, "
            f"{root.shape}, and an object of type {type(gradient).__name__} is not that"
        )
    if seed.dtype.kind == "c" != data.dtype.kind:
        raise ComplexGradientError(
            f"the gradient passed to backward is complex, but {name_of(root) or 'this tensor'} holds real numbers, and "
            "so does its gradient; pass its real part, np.real(gradient)"
        )
    seed = seed.astype(root.dtype)
    if seed.shape != root.shape:
        raise ShapeError(
            f"the gradient passed to backward has shape {seed.shape}, but {name_of(root) or 'this tensor'} has shape "
            f"{root.shape}; they must be equal"
        )
    return seed if seed.ndim else seed[()]


def one_like(data: Any) -> Any:
    """1 in the shape and dtype of ``data``, which is a single number: where a gradient begins."""
    return ONE if type(data) is NUMBER else np.ones_like(data)[()]


def backward(self: Tensor, gradient: Any = None, *, create_graph: bool = False) -> None:
    """Compute the gradients of this tensor and add them to ``.grad`` of the leaves that require one.

    Args:
        gradient: the gradient to begin with, of this tensor's shape; needed unless it is a single number.
        create_graph: whether the gradients shall be tensors that can be differentiated again. A leaf's gradient then
            leads back to the leaf: a circle, which ``zero_grad()`` opens. ``nbgrad.grad`` makes none.

    Raises:
        NotScalarError: several numbers, and no ``gradient``.
        NoGradientError: nothing that it was computed from has ``requires_grad=True``.
        ShapeError: ``gradient`` has another shape than the tensor.
    """
    seed = seed_for(self, gradient)
    if create_graph and isinstance(gradient, Tensor):
        seed = gradient  # it may be differentiated, too
    nodes = () if self.op is None else creation_order((self,))
    if self.grad is not None and self.op is not None:
        mistakes.warn_if_twice(self, nodes)
    arrived = reverse_pass(nodes, {self: seed}, traced=create_graph)
    handed_out: set[int] = set()
    for x, g in arrived.items():
        if create_graph:
            g = g if isinstance(g, Tensor) else Tensor(g)
        elif type(g) is not np.float64 or type(x.data) is not np.float64:
            g = as_gradient_of(x.data, g, handed_out, nodes)
        x.grad = g if x.grad is None else x.grad + g
    if self.op is not None:
        # so that a drawing can tell that its backward pass was run
        self.grad = seed if gradient is None else plain(seed).copy()


def as_gradient_of(data: Any, gradient: Any, handed_out: set[int], nodes: Sequence[Tensor] = ()) -> Any:
    """What the user is handed as the gradient of ``data``: of its dtype, and memory of its own.

    Args:
        handed_out: the identities of the arrays that the user has already.
        nodes: what the gradient went through; see :func:`real_part`.
    """
    if type(gradient) is not type(data) or gradient.dtype is not data.dtype:
        mistakes.refuse_whole_numbers(data)
        gradient = real_part(data, gradient, nodes)
        gradient = gradient.astype(data.dtype)  # float64 data leads to float64 gradients of float32 parameters
    if type(gradient) is np.ndarray and (gradient.base is not None or id(gradient) in handed_out):
        gradient = gradient.copy()
    handed_out.add(id(gradient))
    return gradient


def real_part(data: Any, gradient: Any, nodes: Sequence[Tensor]) -> Any:
    """The gradient of real ``data`` that took its way through complex numbers: its real part.

    Raises:
        ComplexGradientError: on its way is an operation whose rule does not hold for complex numbers.
    """
    if gradient.dtype.kind != "c" or data.dtype.kind == "c":
        return gradient
    for node in nodes:
        if not node.op.takes_complex and any(getattr(value, "dtype", data.dtype).kind == "c" for value in node.args):
            raise ComplexGradientError(
                f"{node.op.name} was given complex numbers, for which it has no derivative here; come back to real "
                "numbers before it: np.abs(z), np.real(z), np.imag(z)"
            )
    return np.real(gradient)


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
    reverse_pass(creation_order((root,)), {root: seed_for(root, gradient)}, observe=steps.append)
    return steps


def gradients(
    targets: Sequence[Tensor],
    seeds: Sequence[Any],
    sources: Sequence[Tensor],
    *,
    traced: bool = False,
    batched: bool = False,
    within: Callable[[Tensor], bool] | None = None,
    nodes: Sequence[Tensor] | None = None,
) -> list[Any]:
    """The gradient of the sum of ``targets``, each weighted by its seed, with respect to each of ``sources``.

    ``None`` stands for a source that no target depends on. With ``traced`` the results are tensors that can be
    differentiated again; ``batched`` as in :func:`reverse_pass`. ``within`` bounds the graph, see
    :func:`creation_order`, which gives ``nodes``, where they are not known already.
    """
    wanted = set(sources)
    if nodes is None:
        nodes = creation_order({t for t in targets if t.op is not None and (within is None or within(t))}, within)
    nodes = leading_from(nodes, wanted)
    inside = wanted.union(nodes)
    begin: dict[Tensor, Any] = {}
    for target, seed in zip(targets, seeds, strict=True):
        if target in inside:
            begin[target] = begin[target] + seed if target in begin else seed
    if not begin:
        return [None] * len(sources)
    arrived = reverse_pass(nodes, begin, only=inside, keep=wanted, traced=traced, batched=batched)
    found = [(x, arrived.get(x)) for x in sources]
    if traced or batched:
        return [None if g is None else real_part(x.data, g, nodes) for x, g in found]
    handed_out = {id(seed) for seed in seeds}
    return [None if g is None else as_gradient_of(x.data, g, handed_out, nodes) for x, g in found]
