"""Forward mode and many cotangents at once, for every operation: both follow from its one rule."""

import numpy as np
from declared import as_real, every_case, movable, setting, through

import nbgrad as ng
from nbgrad.core.tensor import plain


def moved(op, case):
    """The operation as a function of what can move, that, and a direction for each of them."""
    args, positions, _ = setting(op, case)
    rng = np.random.default_rng(9)

    def function(*values):
        operands = list(args)
        for i, value in zip(positions, values, strict=True):
            operands[i] = through(args[i], value)
        return as_real(op(*operands, **case.static))

    primals = tuple(movable(args, positions))
    return function, primals, tuple(rng.standard_normal(np.shape(x))[()] for x in primals)


@every_case
def test_forward_mode_agrees_with_reverse_mode(op, case):
    function, primals, tangents = moved(op, case)
    value, tangent = ng.jvp(function, primals, tangents)
    _, pull = ng.vjp(function, *primals)
    weights = np.random.default_rng(10).standard_normal(np.shape(value))[()]
    forward = np.real(np.sum(weights * tangent))  # of complex results: how the real part of their sum moves
    reverse = sum(np.sum(g * t) for g, t in zip(pull(weights), tangents, strict=True))
    np.testing.assert_allclose(forward, reverse, rtol=1e-9, atol=1e-12)
    assert np.shape(tangent) == np.shape(value)


@every_case
def test_forward_mode_can_be_differentiated(op, case):
    """The gradient of a directional derivative is the derivative of the gradient in that direction."""
    function, primals, tangents = moved(op, case)
    which = tuple(range(len(primals)))

    def number(*values):
        y = np.sin(function(*values))
        return (np.real(y) + 2 * np.imag(y) if np.iscomplexobj(plain(y)) else y).sum()

    forward_last = ng.jvp(lambda *x: ng.grad(number, which)(*x), primals, tangents)[1]
    forward_first = ng.grad(lambda *x: ng.jvp(number, x, tangents)[1], which)(*primals)
    for one, other in zip(forward_last, forward_first, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-10)


@every_case
def test_jacobians_agree_in_both_directions(op, case):
    """Reverse: all cotangents in one batch; forward: all tangents in one batch; and row by row."""
    function, primals, _ = moved(op, case)
    value, pull = ng.vjp(function, *primals)
    rows = []
    for k in range(np.size(value)):
        unit = np.eye(1, np.size(value), k).reshape(np.shape(value))[()]
        parts = (pull(unit), pull(-1j * unit)) if np.iscomplexobj(value) else (pull(unit),)
        rows.append([sum(np.ravel(g) * (1, 1j)[i] for i, g in enumerate(both)) for both in zip(*parts, strict=True)])
    for number, x in enumerate(primals):
        reverse = ng.jacobian(function, number, mode="reverse")(*primals)
        forward = ng.jacobian(function, number, mode="forward")(*primals)
        assert reverse.shape == forward.shape == np.shape(value) + np.shape(x)
        np.testing.assert_allclose(forward, reverse, rtol=1e-9, atol=1e-12)
        if rows:
            expected = np.array([row[number] for row in rows]).reshape(reverse.shape)
            np.testing.assert_allclose(reverse, expected, rtol=1e-9, atol=1e-12)
