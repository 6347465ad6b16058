"""How long a training step takes, as a ratio to the same step written by hand in NumPy.

    python tests/benchmarks/ratios.py             every workload
    python tests/benchmarks/ratios.py network     some of them

Both sides of a pair are checked to give the same numbers, then timed in turns within one process: CPU time, one
thread. Printed is the median over the rounds of the ratio within a round, with its quartiles; rounds share whatever
else goes on in the machine, which absolute times do not.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy is imported: its threads would blur the CPU time
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from collections.abc import Callable
from time import process_time

import numpy as np

import nbgrad as ng
from nbgrad import graph as g
from nbgrad import tape as tf
from nbgrad.nn import functional as F

ROUNDS = 31
SLICE = 0.02  # seconds of CPU time that one side gets in a round
Step = Callable[[], float]
WORKLOADS: dict[str, tuple[str, Callable[[], tuple[Step, Step]]]] = {}


def workload(name: str, title: str) -> Callable:
    """Declare a workload: a function that gives the step by hand and the step with nbgrad."""

    def declare(make: Callable[[], tuple[Step, Step]]) -> Callable:
        WORKLOADS[name] = (title, make)
        return make

    return declare


@workload("square", "x * x and its gradient")
def _():
    def hand():
        x = np.float64(3.0)
        x * x
        one = 1.0
        return one * x + one * x

    def ours():
        x = ng.tensor(3.0, requires_grad=True)
        y = x * x
        y.backward()
        return x.grad

    return hand, ours


def line_data():
    rng = np.random.default_rng(2)
    X = rng.normal(size=100)
    return X, 3 * X + 2 + 0.1 * rng.normal(size=100)


def line_by_hand():
    X, y = line_data()
    p = [0.0, 0.0]

    def hand():
        W, b = p
        error = W * X + b - y
        slope = 2 * error / len(y)
        p[0], p[1] = W - 1e-3 * (slope * X).sum(), b - 1e-3 * slope.sum()
        return (error**2).mean()

    return hand


@workload("line", "linear regression on 100 points, eager face")
def _():
    X, y = line_data()
    W, b = ng.tensor(0.0, requires_grad=True), ng.tensor(0.0, requires_grad=True)
    optimizer = ng.optim.SGD([W, b], lr=1e-3)

    def ours():
        loss = ((W * X + b - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.data

    return line_by_hand(), ours


@workload("line-program", "linear regression on 100 points, compiled")
def _():
    X, y = line_data()
    W, b = ng.tensor(0.0, requires_grad=True), ng.tensor(0.0, requires_grad=True)
    step = ng.optim.SGD([W, b], lr=1e-3).compile(lambda X, y: ((W * X + b - y) ** 2).mean(), X, y)
    return line_by_hand(), lambda: step(X, y)


@workload("line-tape", "linear regression on 100 points, tape face")
def _():
    X, y = line_data()
    W, b = tf.Variable(0.0), tf.Variable(0.0)

    def ours():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(W * X + b - y))
        dW, db = tape.gradient(loss, [W, b])
        W.assign_sub(1e-3 * dW)
        b.assign_sub(1e-3 * db)
        return loss.data

    return line_by_hand(), ours


def network_data():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(16, 13)), rng.normal(size=(16, 1))
    return X, y, [rng.normal(size=(13, 10)) * 0.3, np.zeros(10), rng.normal(size=(10, 1)) * 0.3, np.zeros(1)]


def network_by_hand():
    X, y, p = network_data()

    def hand():
        W1, b1, W2, b2 = p
        h = 1 / (1 + np.exp(-(X @ W1 + b1)))
        error = h @ W2 + b2 - y
        d2 = 2 * error / error.size
        d1 = d2 @ W2.T * h * (1 - h)
        p[:] = W1 - 1e-3 * (X.T @ d1), b1 - 1e-3 * d1.sum(0), W2 - 1e-3 * (h.T @ d2), b2 - 1e-3 * d2.sum(0)
        return (error**2).mean()

    return hand


@workload("network", "13-10-1 network, batch 16, eager face")
def _():
    X, y, arrays = network_data()
    W1, b1, W2, b2 = parameters = [ng.tensor(a, requires_grad=True) for a in arrays]
    optimizer = ng.optim.SGD(parameters, lr=1e-3)

    def ours():
        loss = F.mse_loss(F.linear(F.sigmoid(F.linear(X, W1, b1)), W2, b2), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.data

    return network_by_hand(), ours


@workload("network-program", "13-10-1 network, batch 16, compiled")
def _():
    X, y, arrays = network_data()
    W1, b1, W2, b2 = parameters = [ng.tensor(a, requires_grad=True) for a in arrays]

    def loss(X, y):
        return F.mse_loss(F.linear(F.sigmoid(F.linear(X, W1, b1)), W2, b2), y)

    step = ng.optim.SGD(parameters, lr=1e-3).compile(loss, X, y)
    return network_by_hand(), lambda: step(X, y)


@workload("network-graph", "13-10-1 network, batch 16, graph face")
def _():
    X, y, arrays = network_data()
    x, t, *parameters = [g.Placeholder() for _ in range(6)]
    W1, b1, W2, b2 = parameters
    loss = g.MSE(t, g.Linear(g.Sigmoid(g.Linear(x, W1, b1)), W2, b2))
    nodes = g.topological_sort_feed_dict({x: X, t: y, **dict(zip(parameters, arrays, strict=True))}, loss)

    def ours():
        g.forward_and_backward(nodes)
        g.optimize(parameters, 1e-3)
        return loss.value

    return network_by_hand(), ours


def chain_data():
    return np.random.default_rng(6).normal(size=10), np.full(10, 1.0001), np.full(10, 1e-4)


def chain_by_hand():
    start, a, b = chain_data()

    def hand():
        values = [start]
        for _ in range(5000):
            values.append(values[-1] * a + b)
        slope, ga, gb = np.ones(10), np.zeros(10), np.zeros(10)
        for value in values[-2::-1]:
            gb += slope
            ga += slope * value
            slope = slope * a
        return values[-1].sum() + ga[0] + gb[0] + slope[0]

    return hand


def chain(x, a, b):
    for _ in range(5000):
        x = x * a
        x = x + b
    return x.sum()


@workload("chain", "chain of 10,000 operations on 10 numbers")
def _():
    def ours():
        x, a, b = (ng.tensor(v, requires_grad=True) for v in chain_data())
        total = chain(x, a, b)
        total.backward()
        return total.data + a.grad[0] + b.grad[0] + x.grad[0]

    return chain_by_hand(), ours


@workload("chain-program", "the same chain, compiled")
def _():
    run = ng.compile(ng.value_and_grad(chain, argnums=(0, 1, 2)), *chain_data())

    def ours():
        total, (gx, ga, gb) = run(*chain_data())
        return total + ga[0] + gb[0] + gx[0]

    return chain_by_hand(), ours


def rosenbrock(p):
    return (100 * (p[1:] - p[:-1] ** 2) ** 2 + (1 - p[:-1]) ** 2).sum()


def rosenbrock_by_hand():
    x = np.random.default_rng(8).normal(size=20) * 0.3 + 1

    def hand():
        H = np.zeros((20, 20))
        i = np.arange(19)
        H[i, i] = 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
        H[i + 1, i + 1] += 200
        H[i, i + 1] = H[i + 1, i] = -400 * x[:-1]
        return H.sum()

    return x, hand


@workload("hessian", "Hessian of the 20-dimensional Rosenbrock function")
def _():
    x, hand = rosenbrock_by_hand()
    hessian = ng.hessian(rosenbrock)
    return hand, lambda: hessian(x).sum()


@workload("hessian-program", "the same Hessian, compiled")
def _():
    x, hand = rosenbrock_by_hand()
    hessian = ng.compile(ng.hessian(rosenbrock), x)
    return hand, lambda: hessian(x).sum()


def seconds(step: Step, times: int) -> float:
    begin = process_time()
    for _ in range(times):
        step()
    return (process_time() - begin) / times


def repetitions(step: Step) -> int:
    """How many steps fill one slice of CPU time."""
    times = 1
    while (took := seconds(step, times) * times) < SLICE / 4:
        times *= 2
    return max(1, round(times * SLICE / took))


def measure(make: Callable[[], tuple[Step, Step]]) -> tuple[float, np.ndarray]:
    """The median time by hand in microseconds, and the quartiles of the ratios."""
    hand, ours = make()
    for _ in range(5):
        expected, received = hand(), ours()
        assert np.isclose(expected, received, rtol=1e-8), (expected, received)
    times = repetitions(hand), repetitions(ours)
    pairs = np.array([(seconds(hand, times[0]), seconds(ours, times[1])) for _ in range(ROUNDS)])
    return float(np.median(pairs[:, 0])) * 1e6, np.quantile(pairs[:, 1] / pairs[:, 0], [0.25, 0.5, 0.75])


def main() -> None:
    wanted = sys.argv[1:] or list(WORKLOADS)
    print(f"{'workload':<15} {'by hand':>12} {'ratio':>7}  quartiles")
    for name in wanted:
        title, make = WORKLOADS[name]
        microseconds, (low, middle, high) = measure(make)
        print(f"{name:<15} {microseconds:>9.1f} µs {middle:>7.2f}  {low:.2f} to {high:.2f}   {title}")


if __name__ == "__main__":
    main()
