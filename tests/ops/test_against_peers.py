"""Values and gradients beside those of HIPS autograd and MyGrad, for every function that they share with us.

No operation is named here: NumPy's function that leads to an operation tells what the peers call it.
"""

import autograd
import autograd.numpy as anp
import autograd.numpy.fft
import autograd.numpy.linalg
import mygrad as mg
import numpy as np
import pytest
from declared import differentiable, drawn, movable, through

import nbgrad as ng
from nbgrad.core.numpy_protocol import NUMPY
from nbgrad.core.op import Operation

SHARED = sorted({(op.name, f.__name__) for f, op in NUMPY.items() if isinstance(op, Operation)})
FUNCTIONS = {(op.name, f.__name__): (op, f) for f, op in NUMPY.items() if isinstance(op, Operation)}
NOT_THERE = (  # what a peer says to a function, an option or a shape that it lacks
    ArithmeticError, AttributeError, KeyError, NotImplementedError, TypeError, ValueError,
)  # fmt: skip
every_shared = pytest.mark.parametrize("names", SHARED, ids=lambda names: names[1])


def of_peer(module, function):
    """The peer's function of that name, in its ``linalg`` or ``fft`` where NumPy's is there; else ``None``."""
    for inner in ("linalg", "fft"):
        if getattr(getattr(np, inner), function.__name__, None) is function:
            module = getattr(module, inner, None)
    return getattr(module, function.__name__, None)


def weights_for(value):
    return np.random.default_rng(7).uniform(0.5, 1.5, np.shape(value))[()]


def ours(function, args, positions, static):
    value, pull = ng.vjp(lambda *x: function(*filled(args, positions, x), **static), *movable(args, positions))
    return value, pull(weights_for(value))


def filled(args, positions, moved):
    operands = list(args)
    for i, x in zip(positions, moved, strict=True):
        operands[i] = through(args[i], x)
    return operands


def of_autograd(function, args, positions, static):
    theirs = of_peer(anp, function)
    if theirs is None:
        raise NotImplementedError
    value = theirs(*args, **static)
    weights = weights_for(value)

    def number(*moved):
        return anp.sum(anp.real(weights * theirs(*filled(args, positions, moved), **static)))

    return value, autograd.grad(number, tuple(range(len(positions))))(*movable(args, positions))


def of_mygrad(function, args, positions, static):
    theirs = of_peer(mg, function)
    if theirs is None or isinstance(theirs, np.ufunc):
        raise NotImplementedError
    moved = [mg.tensor(x) for x in movable(args, positions)]
    value = theirs(*filled(args, positions, moved), **static)
    if not isinstance(value, mg.Tensor):
        raise NotImplementedError
    (value * weights_for(value.data)).sum().backward()
    return value.data, [x.grad for x in moved]


def is_wrong_there(function, args, static):
    """Where autograd 1.8 contradicts finite differences, which our own tests hold us to."""
    if function in (np.fft.rfft, np.fft.irfft):
        return bool(static)  # it scales gradients for the usual norm and length, whatever is asked for
    return function is np.tile and np.size(static["reps"]) < np.ndim(args[0])  # it lines the axes up from the left


def compared(names, peer):
    """How many cases of an operation were compared with ``peer``; the others it does not know."""
    op, function = FUNCTIONS[names]
    count = 0
    for case in op.cases:
        args = drawn(op, case)
        positions = differentiable(op, args)
        if not positions or any(np.size(args[i]) == 0 for i in positions) or any(a is None for a in args):
            continue
        try:
            with np.errstate(all="ignore"):
                value, expected = peer(function, args, positions, case.static)
        except NOT_THERE:
            continue
        if not all(np.isfinite(g).all() for g in expected):
            continue  # at a corner where the peer has no derivative to give, and we have one by convention
        if peer is of_autograd and is_wrong_there(function, args, case.static):
            continue
        received_value, received = ours(function, args, positions, case.static)
        np.testing.assert_allclose(received_value, value, rtol=1e-10, atol=1e-10)
        for mine, theirs in zip(received, expected, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-10)
        count += 1
    return count


@every_shared
def test_values_and_gradients_are_those_of_autograd(names):
    if not compared(names, of_autograd):
        pytest.skip("autograd does not have it")


@every_shared
def test_values_and_gradients_are_those_of_mygrad(names):
    if not compared(names, of_mygrad):
        pytest.skip("MyGrad does not have it")


def test_most_of_what_is_shared_was_compared():
    """A peer that knew nothing any more would make all tests above skip without a word."""
    assert sum(compared(names, of_autograd) > 0 for names in SHARED) >= 70
    assert sum(compared(names, of_mygrad) > 0 for names in SHARED) >= 45
