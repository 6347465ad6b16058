"""How long drawings take: the first of a graph, and those of the same shape after it.

    python tests/benchmarks/drawings.py

A notebook draws the same graph again and again: a cell is run once more with other numbers, a player shows step after
step. Where everything stands is found again by the shape of the graph, so only the numbers are written anew. Printed
are milliseconds of CPU time: of the first drawing, and the median and the worst of those that follow.
"""

from collections.abc import Callable
from statistics import median
from time import process_time

import nbgrad as ng

AGAIN = 30
LIMIT = 30.0  # ms for a drawing of ten nodes, after the first


def neuron(x: float) -> ng.Tensor:
    """Ten nodes: a neuron with one input, and its error."""
    k, b = ng.tensor(0.5, requires_grad=True, name="k"), ng.tensor(0.1, requires_grad=True, name="b")
    z = ng.tensor(x, name="x") * k + b
    error = z.sigmoid() - ng.tensor(0.9, name="y")
    return (error * error).sqrt()


def network(x: float) -> ng.Tensor:
    """Two layers of matrices, and their error."""
    inputs = ng.tensor([[x, 1.0, -x]] * 4, name="X")
    hidden = inputs
    for size, name in ((3, "W1"), (5, "W2")):
        weights = ng.tensor([[0.1 * (i - j) for j in range(5)] for i in range(size)], requires_grad=True, name=name)
        hidden = (hidden @ weights).tanh()
    return (hidden * hidden).mean()


def milliseconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return 1000 * (process_time() - start)


def main() -> None:
    ng.draw(ng.tensor(1.0)).svg  # noqa: B018 (loads what draws)
    print("graph     nodes    first   median    worst   (ms)")
    for make in (neuron, network):
        count = len(ng.to_networkx(make(1.0)))
        times = []
        for k in range(AGAIN + 1):
            result = make(1.0 + k / 10)
            result.backward()
            times.append(milliseconds(lambda result=result: ng.draw(result).svg))
        first, *others = times
        verdict = "" if max(others) < LIMIT else f"   more than {LIMIT:g} ms"
        print(f"{make.__name__:9} {count:5} {first:8.1f} {median(others):8.1f} {max(others):8.1f}{verdict}")


if __name__ == "__main__":
    main()
