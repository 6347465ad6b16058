"""What a player costs: how long its payload takes to make, and how large it is.

    python tests/benchmarks/player_payload.py

Printed for a few graphs: nodes and frames, CPU milliseconds for the trace (the backward pass with its checks, paths
and orders), for the payload (words, mathematics, drawing; the layout is known from the first time), for a leaf that is
edited, and the payload's size as it is sent.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from time import process_time

import numpy as np

import nbgrad as ng
from nbgrad.display.player import payload_of
from nbgrad.display.player.sizes import size
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session, trace_of

RUNS = 3


def scalar() -> ng.Tensor:
    x = ng.tensor(2.0, requires_grad=True, name="x")
    return np.tanh(x * 0.5 + 0.1) ** 2 + x * x


def network(rows: int) -> ng.Tensor:
    """13 inputs, 10 hidden units, 1 output."""
    rng = np.random.default_rng(0)
    X, y = ng.tensor(rng.standard_normal((rows, 13)), name="X"), ng.tensor(rng.standard_normal((rows, 1)), name="y")
    W1 = ng.tensor(rng.standard_normal((13, 10)), requires_grad=True, name="W1")
    W2 = ng.tensor(rng.standard_normal((10, 1)), requires_grad=True, name="W2")
    b1, b2 = (ng.tensor(np.zeros(n), requires_grad=True, name=name) for n, name in ((10, "b1"), (1, "b2")))
    return ((1 / (1 + np.exp(-(X @ W1 + b1))) @ W2 + b2 - y) ** 2).mean()


def multilayer_perceptron() -> ng.Tensor:
    """3-4-4-1, each number a node of its own: 117 nodes."""
    rng = np.random.default_rng(1)
    x = [ng.tensor(1.0), ng.tensor(2.0), ng.tensor(3.0)]
    for width in (4, 4, 1):
        x = [np.tanh(sum((xi * weight(rng) for xi in x), weight(rng))) for _ in range(width)]
    return x[0]


def weight(rng: np.random.Generator) -> ng.Tensor:
    return ng.tensor(float(rng.standard_normal()), requires_grad=True)


GRAPHS = {
    "scalar": scalar,
    "13-10-1, 16 rows": lambda: network(16),
    "13-10-1, 506 rows": lambda: network(506),
    "3-4-4-1 of scalars": multilayer_perceptron,
}


def milliseconds(job) -> float:
    """The best of a few runs."""
    times = []
    for _ in range(RUNS):
        begin = process_time()
        job()
        times.append(process_time() - begin)
    return min(times) * 1e3


def main() -> None:
    print(f"{'graph':<20} {'nodes':>6} {'frames':>7} {'trace ms':>9} {'payload ms':>11} {'edit ms':>8} {'kB':>7}")
    for name, make in GRAPHS.items():
        picture = picture_of(make())
        trace = trace_of(picture)
        payload = payload_of(trace)
        session = Session(picture)
        leaf = next(node for node, facts in payload["nodes"].items() if facts["editable"])
        edit = {"kind": "edit", "id": 1, "node": leaf, "data": payload["nodes"][leaf]["editable"]["data"]}
        print(
            f"{name:<20} {len(payload['nodes']):>6} {len(payload['frames']):>7} "
            f"{milliseconds(lambda picture=picture: trace_of(picture)):>9.1f} "
            f"{milliseconds(lambda trace=trace: payload_of(trace)):>11.1f} "
            f"{milliseconds(lambda session=session, edit=edit: session.answer(edit)):>8.1f} {size(payload) / 1e3:>7.1f}"
        )


if __name__ == "__main__":
    main()
