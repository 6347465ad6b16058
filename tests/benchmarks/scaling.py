"""What one operation costs in graphs of 1,000 to 1,000,000 operations: recorded, and in the backward pass.

    python tests/benchmarks/scaling.py

The cost of an operation shall not depend on how many there are. Printed is the best of three runs, as microseconds of
CPU time per operation, for a chain (each operation uses the one before) and for a wide graph (all meet in one sum).
Python's collector of circles is off: it has nothing to find, and the time that it takes to see that grows with the
number of objects in memory, whoever made them.
"""

import gc
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Callable
from time import process_time

import nbgrad as ng

LENGTHS = (1_000, 10_000, 100_000, 1_000_000)


def chain(x: ng.Tensor, n: int) -> ng.Tensor:
    for _ in range(n):
        x = x * 1.0
    return x


def wide(x: ng.Tensor, n: int) -> ng.Tensor:
    made = [x * 1.0 for _ in range(n // 2)]
    total = made[0]
    for y in made[1:]:
        total = total + y
    return total


def cost(build: Callable[[ng.Tensor, int], ng.Tensor], n: int) -> tuple[float, float]:
    """Microseconds for each operation, forward and backward."""
    x = ng.tensor(1.0, requires_grad=True)
    begin = process_time()
    y = build(x, n)
    middle = process_time()
    y.backward()
    end = process_time()
    return (middle - begin) / n * 1e6, (end - middle) / n * 1e6


def main() -> None:
    gc.disable()
    for build in (chain, wide):
        print(f"{build.__name__}\n{'operations':>12} {'forward':>9} {'backward':>9}   microseconds for each")
        for n in LENGTHS:
            runs = [cost(build, n) for _ in range(3)]
            print(f"{n:>12,} {min(f for f, _ in runs):>9.2f} {min(b for _, b in runs):>9.2f}")


if __name__ == "__main__":
    main()
