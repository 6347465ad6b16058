"""What the declarations of the operations say, made ready for the tests."""

import zlib

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.ops import REGISTRY

OPERATIONS = list(REGISTRY.values())
CASES = [(op, case) for op in OPERATIONS for case in op.cases]
every_operation = pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
every_case = pytest.mark.parametrize(
    ("op", "case"), CASES, ids=[f"{op.name}-{op.cases.index(case)}" for op, case in CASES]
)


def drawn(op, case, dtype=float):
    """The declared samples as arrays; always the same for the same operation."""
    rng = np.random.default_rng(zlib.crc32(op.name.encode()))
    return [as_dtype(sample(rng), dtype) for sample in case.samples]


def as_dtype(value, dtype):
    return value.astype(dtype) if np.asarray(value).dtype.kind == "f" else value


def differentiable(op, args):
    """The positions of the operands that are numbers that can change by a little, and have a rule."""
    return [i for i, x in enumerate(args) if x is not None and op.rules[i] is not None and x.dtype.kind == "f"]


def as_tensors(args, positions):
    return [ng.tensor(a, requires_grad=True) if i in positions else a for i, a in enumerate(args)]


def weighted(op, args, positions, weights, static):
    """A scalar function of the operands at ``positions``: the result's elements, each with its own weight."""

    def function(*moved):
        operands = list(args)
        for i, value in zip(positions, moved, strict=True):
            operands[i] = value
        return (as_real(op(*operands, **static)) * weights).sum()

    return function


def as_real(result):
    """A result of complex numbers as real ones: there are gradients of real numbers only."""
    return np.real(result) + np.imag(result) if np.iscomplexobj(result) else result


def setting(op, case, dtype=float):
    args = drawn(op, case, dtype)
    value = np.asarray(op.forward(*args, **case.static))
    weights = np.random.default_rng(7).uniform(0.5, 1.5, value.shape).astype(dtype)[()]
    positions = differentiable(op, args)
    return args, positions, weighted(op, args, positions, weights, case.static)


def finite_differences(function, args, eps):
    """Central differences of a function of arrays (of any shape of result) in its first argument."""
    base = np.array(args[0], dtype=float)
    columns = []
    for index in np.ndindex(base.shape):
        ends = []
        for sign in (1, -1):
            moved = base.copy()
            moved[index] += sign * eps
            ends.append(np.asarray(function(moved[()], *args[1:])))
        columns.append((ends[0] - ends[1]) / (2 * eps))
    if not columns:
        return np.zeros(base.shape)
    return np.moveaxis(np.array(columns).reshape(base.shape + columns[0].shape), range(base.ndim), range(-base.ndim, 0))
