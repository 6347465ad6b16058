"""What rewriting must not change: numbers, memory, and what the caller sees of what is written into arguments."""

import numpy as np
import pytest
from program_checks import X, agrees

import nbgrad as ng


def looking_back(x):
    z = x * 2
    v = (z * 1)[::-1]  # a view of a copy that is not needed
    u = np.exp(z)
    return u.sum() + v * u[0]


def outer(x):
    v = x.sum() * x
    return (np.outer(v, v).sum(axis=0) ** 2).sum()


def summed(x):
    s = np.zeros_like(x)
    s += x
    return s * 3


def powers(x):
    s = np.ones_like(x)
    for k in range(3):
        s += x**k
    return s


@pytest.mark.parametrize(
    "f",
    [
        looking_back, ng.grad(outer), summed, powers,
        lambda a: ng.jvp(lambda x: x * x[::-1], (a,), (a * 2,)),
        lambda a: ng.hvp(lambda y: (np.outer(y, y).reshape(-1) ** 2).sum())(a, a * a),
    ],
)  # fmt: skip
def test_views_and_versions(f):
    program = agrees(f, (X,), (X * 5,), (X[::-1] + 1,))
    for listing in (program.recording.listing, program.recording.fast_listing):
        there = {line.value for line in listing.lines} | set(listing.inputs) | set(listing.constants())
        assert all(value.memory in there for value in there)


FLOAT32, FLOAT16 = np.float32, np.float16


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: np.floor(x / 49), [np.arange(1000) * 49.0]), (lambda x: x > x.mean(), [np.ones(49)]),
        (lambda x: np.round(x / 0.1).astype(int), [np.array([2.05])]),
        (lambda x: x * 1e200 * 1e200, [np.array([1e-300, 0])]),
        (lambda x: x * 1e30 * 1e30, [np.array([1e-38, 0], FLOAT32)]), (lambda x: x / 1e-310, [np.array([1e-310, 0])]),
        (lambda x: x * FLOAT16(300) * FLOAT16(0.001), [np.array([300], FLOAT16)]),
        (lambda a, b: a + (-b), [np.array([1.0]), np.array([1], np.uint8)]), (lambda x: x**2.0, [np.array([2**40])]),
        (lambda x: x ** np.float64(2), [X.astype(FLOAT32)]), (lambda x: x**2, [np.array([3, 4], np.int8)]),
        (lambda x: x.T.ravel(order="K"), [np.arange(6.0).reshape(2, 3)]), (lambda x: 1 / (x + 0), [np.array([-0.0])]),
        (lambda x: np.ravel(x, order="A"), [np.asfortranarray(np.arange(6.0).reshape(2, 3))]),
    ],
)  # fmt: skip
def test_the_last_digit_counts(f, args):
    with np.errstate(all="ignore"):
        program = ng.compile(f, *args)
        np.testing.assert_array_equal(program(*args), f(*args))
        assert np.asarray(program(*args)).dtype == np.asarray(f(*args)).dtype


def test_what_is_written_into_arguments_is_seen():
    def moved(w, g):
        w -= 0.1 * g

    def after(x):
        y = x * 2
        x += 1
        return y

    w = X.copy()
    assert ng.compile(moved, X.copy(), X)(w, X) is None
    np.testing.assert_array_equal(w, X - 0.1 * X)
    x = X.copy()
    np.testing.assert_array_equal(ng.compile(after, X.copy())(x), X * 2)
    np.testing.assert_array_equal(x, X + 1)


def test_results_are_not_what_lies_outside():
    W, t = np.array([1.0, 2.0, 3.0]), ng.tensor([1.0, 2.0, 3.0], requires_grad=True)
    for f in (
        lambda x: W.copy(), lambda x: W * 1, lambda x: W - 0, lambda x: W**1, ng.grad(lambda x: (W * x).sum()),
        ng.grad(lambda x: (t * x).sum()),
    ):  # fmt: skip
        result = ng.compile(f, X)(X)
        result *= 0
    np.testing.assert_array_equal(W, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(t.data, [1.0, 2.0, 3.0])


def test_what_is_changed_in_a_result_is_not_in_the_next_one():
    def shifted(x):
        o = np.zeros_like(x)
        o[1:] = x[:-1]
        return o

    program = ng.compile(shifted, X, copy=False)
    program(X)[:] = 5
    np.testing.assert_array_equal(program(X), shifted(X))
