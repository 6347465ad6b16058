"""How much memory a program takes: little more than a step written by hand with all of its arrays made before."""

import gc
import tracemalloc

import numpy as np

import nbgrad as ng
from nbgrad.nn import functional as F

N, INPUTS, HIDDEN, CLASSES = 64, 64, 128, 10


def data():
    rng = np.random.default_rng(4)
    batch = rng.random((N, INPUTS)), rng.integers(0, CLASSES, N)
    weights = rng.normal(size=(INPUTS, HIDDEN)) * 0.15, rng.normal(size=(HIDDEN, CLASSES)) * 0.1
    return *batch, [weights[0], np.zeros(HIDDEN), weights[1], np.zeros(CLASSES)]


def by_hand(X, y, parameters, rate=1e-3):
    """A step of a classifier in arrays that are made once."""
    W1, b1, W2, b2 = parameters
    h, dh, mask = np.empty((N, HIDDEN)), np.empty((N, HIDDEN)), np.empty((N, HIDDEN), bool)
    z, e, row, total = np.empty((N, CLASSES)), np.empty((N, CLASSES)), np.empty((N, 1)), np.empty((N, 1))
    dW1, db1, dW2, db2 = map(np.empty_like, parameters)
    each = np.arange(N)

    def step():
        np.maximum(np.add(X.dot(W1, h), b1, h), 0, out=h)
        np.add(h.dot(W2, z), b2, z)
        np.subtract(z, z.max(axis=1, keepdims=True, out=row), z)
        np.exp(z, e).sum(axis=1, keepdims=True, out=total)
        loss = (np.log(total)[:, 0] - z[each, y]).mean()
        np.divide(e, total, e)
        e[each, y] -= 1
        np.divide(e, N, e)
        e.dot(W2.T, dh)
        np.multiply(dh, np.greater(h, 0, mask), dh)
        h.T.dot(e, dW2), e.sum(axis=0, out=db2), X.T.dot(dh, dW1), dh.sum(axis=0, out=db1)
        for p, g in zip(parameters, (dW1, db1, dW2, db2), strict=True):
            np.subtract(p, np.multiply(g, rate, g), p)
        return loss

    return step


def compiled(X, y, parameters):
    tensors = [ng.tensor(p, requires_grad=True) for p in parameters]
    W1, b1, W2, b2 = tensors

    def loss(X, y):
        return F.cross_entropy(F.linear(F.relu(F.linear(X, W1, b1)), W2, b2), y)

    step = ng.optim.SGD(tensors, lr=1e-3).compile(loss, X, y)
    return lambda: step(X, y)


def bytes_of_arrays():
    """The bytes of all arrays that are alive."""
    arrays = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([arrays]).traces)


def peak_of_arrays(make):
    """The losses of five steps, and the bytes that arrays took at most while one of them ran."""
    gc.collect()
    tracemalloc.start()
    try:
        step = make(*data())
        losses, most = [step()], 0
        for _ in range(4):
            kept = bytes_of_arrays()
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            losses.append(step())
            most = max(most, kept + tracemalloc.get_traced_memory()[1] - before)
        return losses, most
    finally:
        tracemalloc.stop()


def test_a_step_takes_little_more_memory_than_one_by_hand():
    expected, hand = peak_of_arrays(by_hand)
    losses, ours = peak_of_arrays(compiled)
    np.testing.assert_allclose(losses, expected, rtol=1e-10)
    assert ours <= 1.2 * hand


def test_memory_is_used_again():
    """A chain of a hundred operations needs the memory of two arrays."""

    def chain(x):
        for _ in range(50):
            x = np.sin(x) + 1.0
        return x.sum()

    program = ng.compile(chain, np.zeros(1000))
    assert program.recording.buffer_bytes <= 2 * 8000


def test_the_numbers_of_the_example_are_not_kept():
    program = ng.compile(lambda x: np.exp(x) + np.sin(x), np.zeros(100_000))
    kept = [line.value.example for _, listing in program.recording.history for line in listing.lines]
    assert all(array.base.size == 1 for array in kept)
