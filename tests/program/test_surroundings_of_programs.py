"""What a program reads and leaves outside of itself, and that it keeps its hands off what is not its own."""

import sys
import threading

import numpy as np
import pytest
from program_checks import READONLY, M, Scaled, X, agrees, equal

import nbgrad as ng
from nbgrad import nn
from nbgrad.nn import functional as F

# ---- what lies outside


def test_what_lies_outside_is_read_anew():
    W, b = np.array([1.0, 2.0, 3.0]), ng.tensor(1.0, requires_grad=True)
    scaled = Scaled()

    def f(x):
        return (x * W).sum() + (W**2).sum() + b * b + scaled.k.sum() + scaled(x).sum()

    program = ng.compile(f, X)
    equal(program(X), f(X))
    W *= 2
    b.data = np.float64(5.0)
    equal(program(X), f(X))
    W = np.array([7.0, 8.0, 9.0])  # another array
    b = ng.tensor(3.0, requires_grad=True)  # another tensor
    scaled.k = np.ones(3)
    equal(program(X), f(X))
    W = np.arange(4.0)  # another shape
    equal(program(np.ones(4)[:1]), f(np.ones(4)[:1]))


def test_global_variables():
    source = """
W = np.ones(3)
t = ng.tensor(2.0)
def f(x):
    return helper(x) + (W * W).sum() * t
def helper(x):
    return x * W
"""
    space = {"__name__": "__main__", "np": np, "ng": ng}
    exec(compile(source, "<ipython-input-2>", "exec"), space)
    program = ng.compile(space["f"], X)
    for W in (np.ones(3), np.arange(3.0), np.arange(3.0).astype(np.float32), np.full((2, 3), 2.0)):
        space["W"] = W
        equal(program(X), space["f"](X))
    space["t"] = ng.tensor(-1.0)
    equal(program(X), space["f"](X))


class Settings:
    W = np.ones(3)


def of_settings(x):
    return x * Settings.W + (Settings.W * Settings.W).sum()


def of_default(x, W=READONLY.copy()):  # noqa: B008
    return x * W + (W * W).sum()


def test_arrays_of_classes_and_defaults():
    for f in (of_settings, of_default):
        program = ng.compile(f, X)
        equal(program(X), f(X))
        Settings.W = Settings.W * 3.0
        of_default.__defaults__[0][:] = 4.0
        equal(program(X), f(X))


def test_whole_numbers_outside_are_read_anew():
    labels, mask = np.array([0, 1, 2, 0]), np.array([True, False, True])

    def f(x):
        return F.cross_entropy(x, labels) + np.eye(3)[2 - 2].sum() + x[labels].sum() + np.where(mask, x, 0.0).sum()

    program = ng.compile(ng.value_and_grad(f), M)
    equal(program(M), ng.value_and_grad(f)(M))
    labels[:] = 1
    mask[:] = True
    equal(program(M), ng.value_and_grad(f)(M))
    labels = np.array([2, 2, 0, 1])
    equal(program(M), ng.value_and_grad(f)(M))
    with pytest.raises(ng.errors.TracedShapeError):
        ng.compile(lambda x: x[mask].sum(), X)


def of_if(x):
    if x.sum() > 0:
        return x
    return -x


def test_what_is_recorded_leaves_no_trace():
    W = ng.tensor(X.copy(), requires_grad=True)
    before, scaled = W.data, Scaled()
    k = scaled.k

    def fails(x):
        W.data = W.data * x
        scaled.k = scaled.k * x
        W.grad = x
        raise KeyError("oops")

    for make in (
        lambda: ng.compile(fails, X),
        lambda: ng.optim.SGD([W], 0.1).compile(fails, X),
        lambda: ng.compile(of_if, X),
    ):
        with pytest.raises((KeyError, ng.errors.TracedValueError)):
            make()
        assert W.data is before
        assert W.grad is None
        assert scaled.k is k
    equal(ng.grad(lambda x: (x * x).sum())(X), 2 * X)  # and the engine goes on as before
    assert (W * 2).requires_grad


def test_what_the_function_leaves_outside():
    class Counter:
        def __init__(self):
            self.total = np.zeros(3)
            self.last = None

        def __call__(self, x):
            self.total = self.total + x
            self.last = x * 2
            return self.total.sum()

    mine, other = Counter(), Counter()
    program = ng.compile(mine, X)
    np.testing.assert_array_equal(mine.total, np.zeros(3))
    for x in (X, X * 2, X + 1):
        equal(program(x), other(x))
        np.testing.assert_allclose(mine.total, other.total)
        np.testing.assert_allclose(mine.last, other.last)


def test_a_list_outside_cannot_grow():
    history = []

    def f(x):
        history.append(x.sum())
        return x

    with pytest.raises(ng.errors.ProgramError, match="appends a value to a list outside"):
        ng.compile(f, X)
    assert history == []


def test_a_value_that_was_kept_from_a_recording():
    class Box:  # what its objects hold is not looked into
        __slots__ = ("x",)

    box = Box()

    def f(x):
        box.x = x
        return x * 2

    ng.compile(f, X)
    with pytest.raises(ng.errors.ProgramError, match="after that is done"):
        box.x + 1


@pytest.mark.parametrize(
    "write",
    [
        lambda buffer, x: buffer.__setitem__(0, x[0]),
        lambda buffer, x: buffer.__setitem__(0, 5.0),
        lambda buffer, x: buffer.__iadd__(x),
        lambda buffer, x: np.add(x, 1.0, out=buffer),
        lambda buffer, x: np.copyto(buffer, x),
        lambda buffer, x: np.add.at(buffer, [0], x[0]),
        lambda buffer, x: buffer[:2].__setitem__(0, x[0]),
        lambda buffer, x: buffer.fill(0.0),
        lambda buffer, x: buffer.sort(),
    ],
)
def test_arrays_outside_are_not_written_into(write):
    buffer = np.array([3.0, 2.0, 1.0])

    def f(x):
        write(buffer, x)
        return buffer * 2

    with pytest.raises(
        ng.errors.ProgramError, match=r"writes into buffer, which lies outside it.*test_surroundings_of_programs.py"
    ):
        ng.compile(f, X)
    np.testing.assert_array_equal(buffer, [3.0, 2.0, 1.0])


def test_arrays_of_its_own_are_recorded_ones():
    def f(x):
        out = np.zeros(3)
        np.add(x, 1.0, out=out)
        return out * 2

    with pytest.raises(ng.errors.ProgramError, match=r"np\.zeros_like"):
        ng.compile(f, X)

    def g(x):
        out = np.zeros_like(x)
        out[1:] = x[:-1]
        out[0] += 2.0
        return out * out

    agrees(g, (X,), (X * 2,))


def test_arguments_that_are_written_into():
    def f(x):
        x += 1.0
        return x * 2

    program = ng.compile(f, X.copy())
    mine, other = X.copy(), X.copy()
    for _ in range(2):
        equal(program(mine), f(other))
        np.testing.assert_array_equal(mine, other)


# ---- results are the caller's own


def test_results_are_never_overwritten():
    def f(x):
        y = np.tanh(x) * 2
        z = y.T
        return y, z + 1, y[0], np.exp(y).sum(axis=0), y.reshape(-1)

    program = ng.compile(f, M)
    answers = [program(M * k) for k in range(1, 6)]
    for k, answer in enumerate(answers, start=1):
        equal(answer, f(M * k))
    for i, first in enumerate(answers):
        for second in answers[i + 1 :]:
            assert not any(np.shares_memory(x, y) for x in first for y in second)


def test_results_share_memory_as_they_would():
    def f(x):
        y = x * 2
        return y, y + 0.0, y[1:], x[1:], x + 0.0, np.zeros(3), np.zeros(3)

    program = ng.compile(f, X)
    for args in (X, X.copy()):
        mine, wanted = (args, *program(args)), (args, *f(args))
        for i in range(len(mine)):
            for j in range(i):
                assert np.shares_memory(mine[i], mine[j]) == np.shares_memory(wanted[i], wanted[j]), (i, j)
    first, second = program(X), program(X)
    first[5][:] = 7.0  # a constant result is the caller's own, too
    np.testing.assert_array_equal(second[5], np.zeros(3))
    np.testing.assert_array_equal(program(X)[5], np.zeros(3))


def test_results_of_a_step_are_not_overwritten():
    W = ng.tensor(X.copy(), requires_grad=True)
    step = ng.optim.SGD([W], 0.1, momentum=0.9).compile(lambda x: (W * x * W).sum(), X)
    kept = []
    for _ in range(5):
        step(X)
        kept.append((W.data, W.data.copy()))
    for data, copy in kept:
        np.testing.assert_array_equal(data, copy)


def test_without_copies_results_may_be_overwritten():
    program = ng.compile(lambda x: np.tanh(x) + 1, M, copy=False)
    first = program(M)
    equal(first, np.tanh(M) + 1)
    second = program(M * 2)
    equal(second, np.tanh(M * 2) + 1)
    assert np.shares_memory(first, second)


# ---- threads


def test_two_threads_at_once():
    W = np.random.default_rng(0).normal(size=(60, 60))
    net = nn.Sequential(nn.Linear(60, 60, rng=0), nn.Tanh())

    def f(x):
        for _ in range(4):
            x = np.tanh(x @ W + 1.0)
        return net(x)

    program = ng.compile(f, W)
    inputs = [W[: 10 + k] * (k + 1) for k in range(12)]  # more shapes than are kept
    wanted = [f(x).data for x in inputs]
    wrong = []

    def work(order):
        for k in order:
            try:
                np.testing.assert_allclose(program(inputs[k]), wanted[k], rtol=1e-9)
            except Exception as error:  # whatever goes wrong in a thread is to be seen
                wrong.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        orders = [np.random.default_rng(seed).integers(12, size=30) for seed in range(3)]
        threads = [threading.Thread(target=work, args=(order,)) for order in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong
