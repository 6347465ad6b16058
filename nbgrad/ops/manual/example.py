"""A worked example of an operation: one of the inputs that its tests try, the value and the gradient, computed."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ...core.hooks import retain_grad
from ...core.op import Case, Operation
from ...core.tensor import Tensor, tensor
from .declared import has_rule, stated

MANY = 30  # numbers; a larger example is taken only where there is no smaller one, and shown in part


def drawn(case: Case) -> list[Any]:
    """The operands of a case: always the same numbers."""
    rng = np.random.default_rng(0)
    return [sample(rng) for sample in case.samples]


def smallest(op: Operation) -> Case | None:
    """The case to show: the first that is not empty and has few numbers, else the one that has fewest."""
    sizes = [[np.size(x) for x in drawn(case) if x is not None] for case in op.cases]
    filled = [(sum(size), case) for size, case in zip(sizes, op.cases, strict=True) if all(size)]
    few = [case for size, case in filled if size <= MANY]
    return few[0] if few else min(filled, key=lambda pair: pair[0])[1] if filled else None


def worked_example(op: Operation) -> list[tuple[str, str]]:
    """Pairs of a name and its numbers: operands, keyword arguments, value, what arrives, the gradients.

    What arrives at each element of the result is 1 in an elementwise operation, so that the gradient is the slope; in
    any other it counts 1, 2, 3, so that one sees where each of them goes.

    >>> from nbgrad.ops import REGISTRY
    >>> [name for name, _ in worked_example(REGISTRY["vdot"])]
    ['a', 'b', 'y', 'g', 'gradient of a', 'gradient of b']
    """
    case = smallest(op)
    if case is None:
        return []
    args = drawn(case)
    names = operand_names(op, len(args))
    moving = [i for i, x in enumerate(args) if np.asarray(x).dtype.kind in "fc" and has_rule(op, i)]
    operands = [receiving(x) if i in moving else x for i, x in enumerate(args)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the samples are shown as they are, whatever a loss would be warned of
        y = op(*operands, **case.static)
    shown = [(name, numbers(x)) for name, x in zip(names, args, strict=True)]
    if case.static:
        shown.append(("with", stated(case.static)))
    shown.append(("y", numbers(y)))
    if not moving:
        return shown
    arriving = np.ones(y.shape) if op.elementwise else np.arange(1.0, y.size + 1).reshape(y.shape)
    y.backward(arriving)
    shown.append(("g", "1 at every element" if op.elementwise and y.ndim else numbers(arriving)))
    return shown + [(f"gradient of {names[i]}", numbers(operands[i].grad)) for i in moving]


def receiving(x: Any) -> Tensor:
    """The operand as a tensor that keeps its gradient: a leaf; of complex numbers, which no leaf with a gradient may
    hold, the sum of their real and their imaginary parts."""
    if np.iscomplexobj(x):
        return retain_grad(tensor(x.real, requires_grad=True) + 1j * x.imag)
    return tensor(x, requires_grad=True)


def operand_names(op: Operation, count: int) -> list[str]:
    """What the operands are called: by their parameters, or a, b, c where any number of them may come."""
    return [chr(ord("a") + i) for i in range(count)] if op.variadic else list(op.operands[:count])


def numbers(x: Any) -> str:
    """Numbers with at most three decimals; of many, the outer ones."""
    if x is None:
        return "left out"
    array = np.asarray(x.data if isinstance(x, Tensor) else x)
    if array.dtype.kind in "fc":
        array = np.round(array, 3) + 0.0  # no minus before a zero
    edge = 2 if array.ndim < 3 else 1
    text = np.array2string(array, precision=3, suppress_small=True, threshold=MANY, edgeitems=edge, max_line_width=90)
    return "\n".join(line for line in text.splitlines() if line.strip())  # without the empty lines between matrices
