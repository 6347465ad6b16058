"""Graphs and steps with real numbers, computed by hand with NumPy: what the tests of the pictures draw.

Nothing of the engine is used, so that pictures and engine are tested apart.
"""

from __future__ import annotations

import networkx as nx
import numpy as np

from nbgrad.display.schema import Step


def _add(graph: nx.MultiDiGraph, kind: str, name: str, value, *, op=None, symbol=None, inputs=(), gradient=None):
    node = len(graph)
    value = np.asarray(value, dtype=float)
    graph.add_node(
        node,
        kind=kind,
        op=op,
        symbol=symbol,
        name=name,
        shape=value.shape,
        dtype="float64",
        value=value,
        gradient=gradient,
        group=None,
    )
    for position, u in enumerate(inputs):
        graph.add_edge(u, node, position=position)
    return node


def _put_gradients(graph: nx.MultiDiGraph, steps: list[Step]) -> None:
    for step in steps:
        if graph.nodes[step.target]["kind"] in ("operation", "parameter"):
            graph.nodes[step.target]["gradient"] = step.total


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def scalar_graph(gradients: bool = False) -> tuple[nx.MultiDiGraph, list[Step]]:
    """The sketch: loss = (σ(k·x + b) − y)², with k = 0.5, x = 2, b = 0.1, y = 0.899."""
    graph = nx.MultiDiGraph()
    k_, x_, b_, y_ = 0.5, 2.0, 0.1, 0.899
    k = _add(graph, "parameter", "k", k_)
    x = _add(graph, "data", "x", x_)
    b = _add(graph, "parameter", "b", b_)
    y = _add(graph, "data", "y", y_)
    kx = _add(graph, "operation", "k·x", k_ * x_, op="mul", symbol="×", inputs=(k, x))
    z = _add(graph, "operation", "z", k_ * x_ + b_, op="add", symbol="+", inputs=(kx, b))
    a_ = _sigmoid(k_ * x_ + b_)
    a = _add(graph, "operation", "ŷ", a_, op="sigmoid", symbol="σ", inputs=(z,))
    loss = _add(graph, "operation", "loss", (a_ - y_) ** 2, op="squared_error", symbol="²", inputs=(a, y))

    g_a, slope = 2 * (a_ - y_), a_ * (1 - a_)
    g_z = g_a * slope
    steps = [
        Step(None, loss, None, 1.0, 1.0, 1.0),
        Step(loss, a, (a, loss, 0), 1.0, g_a, g_a, local=g_a, formula="2(ŷ − y)"),
        Step(a, z, (z, a, 0), g_a, g_z, g_z, local=slope, formula="σ(z)(1 − σ(z))"),
        Step(z, kx, (kx, z, 0), g_z, g_z, g_z, local=1.0, formula="1"),
        Step(z, b, (b, z, 0), g_z, g_z, g_z, local=1.0, formula="1"),
        Step(kx, k, (k, kx, 0), g_z, g_z * x_, g_z * x_, local=x_, formula="x"),
    ]
    if gradients:
        _put_gradients(graph, steps)
    return graph, steps


def square_graph(gradients: bool = False) -> tuple[nx.MultiDiGraph, list[Step]]:
    """y = x * x at x = 3: one node used twice, so that two contributions of 3 add up to 6."""
    graph = nx.MultiDiGraph()
    x = _add(graph, "parameter", "x", 3.0)
    y = _add(graph, "operation", "y", 9.0, op="mul", symbol="×", inputs=(x, x))
    steps = [
        Step(None, y, None, 1.0, 1.0, 1.0),
        Step(y, x, (x, y, 0), 1.0, 3.0, 3.0, index=1, count=2, local=3.0, formula="x"),
        Step(y, x, (x, y, 1), 1.0, 3.0, 6.0, index=2, count=2, local=3.0, formula="x"),
    ]
    if gradients:
        _put_gradients(graph, steps)
    return graph, steps


def matrix_graph(gradients: bool = False) -> tuple[nx.MultiDiGraph, list[Step]]:
    """A 13-10-1 network with a batch of 16: Linear, Sigmoid, Linear, MSE."""
    rng = np.random.default_rng(0)
    graph = nx.MultiDiGraph()
    x_ = rng.normal(size=(16, 13))
    y_ = x_ @ rng.normal(size=(13, 1)) + 2
    w1_, b1_ = rng.normal(size=(13, 10)) / np.sqrt(13), np.zeros(10)
    w2_, b2_ = rng.normal(size=(10, 1)) / np.sqrt(10), np.zeros(1)
    z_ = x_ @ w1_ + b1_
    h_ = _sigmoid(z_)
    p_ = h_ @ w2_ + b2_

    x = _add(graph, "data", "X", x_)
    w1 = _add(graph, "parameter", "W1", w1_)
    b1 = _add(graph, "parameter", "b1", b1_)
    w2 = _add(graph, "parameter", "W2", w2_)
    b2 = _add(graph, "parameter", "b2", b2_)
    y = _add(graph, "data", "y", y_)
    z = _add(graph, "operation", "z", z_, op="linear", symbol="@+", inputs=(x, w1, b1))
    h = _add(graph, "operation", "h", h_, op="sigmoid", symbol="σ", inputs=(z,))
    p = _add(graph, "operation", "ŷ", p_, op="linear", symbol="@+", inputs=(h, w2, b2))
    loss = _add(graph, "operation", "loss", np.mean((p_ - y_) ** 2), op="mse_loss", symbol="MSE", inputs=(p, y))

    g_p = 2 * (p_ - y_) / 16
    g_h, slope = g_p @ w2_.T, h_ * (1 - h_)
    g_z = g_h * slope

    def step(source, target, upstream, contribution, formula, local=None):
        key = (target, source, 0)
        return Step(source, target, key, upstream, contribution, contribution, local=local, formula=formula)

    steps = [
        Step(None, loss, None, 1.0, 1.0, 1.0),
        step(loss, p, 1.0, g_p, "2(ŷ − y)/16", local=g_p),
        step(p, h, g_p, g_h, "∂loss/∂ŷ · W2ᵀ"),
        step(p, w2, g_p, h_.T @ g_p, "hᵀ · ∂loss/∂ŷ"),
        step(p, b2, g_p, g_p.sum(axis=0), "Σ rows ∂loss/∂ŷ"),
        step(h, z, g_h, g_z, "σ(z)(1 − σ(z))", local=slope),
        step(z, w1, g_z, x_.T @ g_z, "Xᵀ · ∂loss/∂z"),
        step(z, b1, g_z, g_z.sum(axis=0), "Σ rows ∂loss/∂z"),
    ]
    if gradients:
        _put_gradients(graph, steps)
    return graph, steps


NASTY = (
    "<b>bold</b> & \"q\"", "it's; x{y}|z [a] (b)", "back\\slash \\n \\N \\\"", "line\nbreak\ttab", "🎉 👩‍👩‍👧",
    "שלום עולם", "损失函数", "a" * 500, "`code` **md** _u_ ~s~ #35; &lt; %%x", "1. list", "- item", "$x^2$", "end",
    "style x", "-->", "", "<br/>", "\\", "graph TD", '"""', "javascript:alert(1)", "@{shape: x}", "# head", "1) item",
    "http://a.b www.x.y a@b.cd", ":::class", "\u202ertl\x00\x07", "]]>", "<!-- --", "${x}", "</script><script>",
)  # fmt: skip


def nasty_graph() -> nx.MultiDiGraph:
    """One operation on leaves whose names mean something in one language or another."""
    graph = nx.MultiDiGraph()
    leaves = [_add(graph, ("parameter", "data")[place % 2], name, place) for place, name in enumerate(NASTY)]
    for place in leaves[::3]:
        graph.nodes[place]["group"] = ('outer <b> "x"', ("inner ]", "line\nbreak")[place % 2])
    _add(graph, "operation", "end", np.nan, op='<x>"', symbol='<&"', inputs=leaves)
    return graph
