"""Random expressions: the gradient is that of HIPS autograd and of MyGrad, and of finite differences twice over."""

import autograd
import autograd.numpy as anp
import mygrad
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import nbgrad as ng

pytestmark = pytest.mark.filterwarnings("ignore:Output seems independent of input")  # autograd's, where a slope is 0

# Each takes a NumPy-like module and two arrays of shape (3, 3). All stay moderate, so that chains of them do too.
SMOOTH = [
    lambda m, a, b: a + b,
    lambda m, a, b: a - 2 * b,
    lambda m, a, b: a * b,
    lambda m, a, b: a / (1 + b * b),
    lambda m, a, b: 0.5 - a,
    lambda m, a, b: 3 / (2 + m.sin(a)),
    lambda m, a, b: -a,
    lambda m, a, b: m.tanh(a),
    lambda m, a, b: m.sin(a) * m.cos(b),
    lambda m, a, b: m.exp(m.tanh(a)),
    lambda m, a, b: m.log(1 + a * a),
    lambda m, a, b: m.sqrt(1 + a * a),
    lambda m, a, b: a**3,
    lambda m, a, b: (1 + a * a) ** m.tanh(b),
    lambda m, a, b: 2 ** m.tanh(a),
    lambda m, a, b: m.matmul(a, b),
    lambda m, a, b: m.transpose(a) + b,
    lambda m, a, b: m.sum(a, axis=0) * b,
    lambda m, a, b: m.mean(a, axis=1, keepdims=True) - b,
    lambda m, a, b: a[0] + b[:, 1:2],
    lambda m, a, b: m.reshape(a, (9,))[::2].sum() * b,
]
CORNERED = [
    lambda m, a, b: m.abs(a),
    lambda m, a, b: m.maximum(a, b),
    lambda m, a, b: m.minimum(a, 0.25),
    lambda m, a, b: m.where(np.array([[True], [False], [True]]), a, b),
    lambda m, a, b: m.max(a, axis=0) + b,
    lambda m, a, b: m.min(a, axis=1, keepdims=True) * b,
    lambda m, a, b: m.swapaxes(a, 0, 1),
    lambda m, a, b: m.concatenate([a[1:], b[:1]], axis=0),
]


def programs(steps):
    """Each instruction: which step, and which two of the arrays there are by then."""
    instruction = st.tuples(st.sampled_from(range(len(steps))), st.integers(0, 99), st.integers(0, 99))
    return st.lists(instruction, min_size=1, max_size=12)


def run(program, steps, module, *leaves):
    values = list(leaves)
    for step, i, j in program:
        values.append(steps[step](module, values[i % len(values)], values[j % len(values)]))
    return (values[-1] * np.arange(1.0, 10.0).reshape(3, 3)).sum()


def leaves_from(seed):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(3, 3)) for _ in range(2)]


def moderate(program, steps, leaves):
    with np.errstate(all="ignore"):
        return abs(run(program, steps, np, *leaves)) < 1e6


def assert_same(received, expected, rtol=1e-10):
    for got, want in zip(received, expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * max(1.0, np.abs(want).max()))


def ours(program, steps, leaves):
    return ng.grad(lambda a, b: run(program, steps, np, a, b), argnums=(0, 1))(*leaves)


@given(programs(SMOOTH + CORNERED), st.integers(0, 2**32))
@settings(max_examples=250, derandomize=True)
def test_gradients_are_those_of_autograd(program, seed):
    steps, leaves = SMOOTH + CORNERED, leaves_from(seed)
    assume(moderate(program, steps, leaves))
    theirs = [autograd.grad(lambda *xs: run(program, steps, anp, *xs), i)(*leaves) for i in (0, 1)]
    assert_same(ours(program, steps, leaves), theirs)


@given(programs(SMOOTH), st.integers(0, 2**32))
@settings(max_examples=100, derandomize=True)
def test_gradients_are_those_of_mygrad(program, seed):
    leaves = leaves_from(seed)
    assume(moderate(program, SMOOTH, leaves))
    tensors = [mygrad.tensor(x) for x in leaves]
    run(program, SMOOTH, mygrad, *tensors).backward()
    theirs = [np.zeros((3, 3)) if t.grad is None else t.grad for t in tensors]
    assert_same(ours(program, SMOOTH, leaves), theirs)


@given(programs(SMOOTH), st.integers(0, 2**32))
@settings(max_examples=40, derandomize=True)
def test_second_derivatives_are_those_of_autograd(program, seed):
    leaves = leaves_from(seed)
    assume(moderate(program, SMOOTH, leaves))

    def slope_with(grad, module):
        return grad(
            lambda a: module.sum(module.sin(grad(lambda a, b: run(program, SMOOTH, module, a, b))(a, leaves[1])))
        )

    theirs = slope_with(autograd.grad, anp)(leaves[0])
    assume(np.abs(theirs).max() < 1e6)
    assert_same([slope_with(ng.grad, np)(leaves[0])], [theirs], rtol=1e-9)


@given(programs(SMOOTH + CORNERED), st.integers(0, 2**32))
@settings(max_examples=100, derandomize=True)
def test_the_three_ways_to_a_gradient_agree_to_the_bit(program, seed):
    """``backward()``, ``ng.grad`` and the steps of ``backward_steps``, which must add up to the same."""
    steps, leaves = SMOOTH + CORNERED, leaves_from(seed)
    assume(moderate(program, steps, leaves))
    a, b = [ng.tensor(x, requires_grad=True) for x in leaves]
    y = run(program, steps, np, a, b)
    assume(y.requires_grad)
    watched = ng.backward_steps(y)
    y.backward()
    added = {}
    for step in watched:
        for x, contribution, total in zip(step.inputs, step.contributions, step.totals, strict=True):
            assert np.shape(contribution) == x.shape
            before = added.get(x.serial)
            added[x.serial] = contribution if before is None else before + contribution
            np.testing.assert_array_equal(added[x.serial], total)
    for x, slope in zip((a, b), ours(program, steps, leaves), strict=True):
        if x.grad is None:
            assert x.serial not in added
            assert not slope.any()
        else:
            np.testing.assert_array_equal(added[x.serial], x.grad)
            np.testing.assert_array_equal(slope, x.grad)
    serials = [step.node.serial for step in watched]
    assert serials == sorted(serials, reverse=True)
