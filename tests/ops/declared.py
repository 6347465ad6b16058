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
    kind = np.asarray(value).dtype.kind
    return value.astype(dtype if kind == "f" else np.result_type(dtype, np.complex64)) if kind in "fc" else value


def differentiable(op, args):
    """The positions of the operands that are numbers that can change by a little, and have a rule."""
    return [i for i, x in enumerate(args) if x is not None and op.rules[i] is not None and x.dtype.kind in "fc"]


def as_tensors(args, positions):
    """The operands as tensors that get a gradient: leaves, or, of complex numbers, tensors made from real ones."""
    return [as_tensor(a) if i in positions else a for i, a in enumerate(args)]


def as_tensor(value):
    if np.iscomplexobj(value):
        return through(value, ng.tensor(value.real, requires_grad=True)).retain_grad()
    return ng.tensor(value, requires_grad=True)


def through(value, moving):
    """``value`` as a function of ``moving``, its real part: of complex numbers, both parts move by as much."""
    if not np.iscomplexobj(value):
        return moving
    kind = value.dtype.type  # a Python number would make double precision of a tensor's single one
    return moving * kind(1 + 1j) + kind(1j) * (value.imag - value.real)


def weighted(op, args, positions, weights, static):
    """A scalar function of the operands at ``positions`` (of complex ones, of their real parts): the sum of the
    result's elements, each with its own weight."""

    def function(*moved):
        operands = list(args)
        for i, value in zip(positions, moved, strict=True):
            operands[i] = through(args[i], value)
        return (as_real(op(*operands, **static)) * weights).sum()

    return function


def as_real(result):
    """A result of complex numbers as real ones: there are gradients of real numbers only."""
    return np.real(result) + np.imag(result) if np.iscomplexobj(result) else result


def setting(op, case, dtype=float):
    """What a test of derivatives needs: the operands, which of them can move, and a scalar function of these."""
    args = drawn(op, case, dtype)
    value = np.asarray(op.forward(*args, **case.static))
    weights = np.random.default_rng(7).uniform(0.5, 1.5, value.shape).astype(dtype)[()]
    positions = differentiable(op, args)
    return args, positions, weighted(op, args, positions, weights, case.static)


def movable(args, positions):
    """What the function of ``setting`` takes: the operands at ``positions``, of complex ones the real parts."""
    return [args[i].real if np.iscomplexobj(args[i]) else args[i] for i in positions]


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
