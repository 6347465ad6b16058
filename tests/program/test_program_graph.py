"""The graph of a program, and which of its nodes each line of the source belongs to."""

import warnings

import compiled_examples
import networkx as nx
import numpy as np
import pytest
from ops.declared import CASES, movable, setting

import nbgrad as ng
from nbgrad.display import validate
from nbgrad.notebook.program_graph import ProgramGraph


def drawn(program):
    return ProgramGraph(program.recording)


def named(graph):
    """The ids of the nodes by their names."""
    return {name: node for node, name in graph.nodes(data="name")}


def belongs(program):
    """For each line of the source: the names of the nodes that it belongs to."""
    shown = drawn(program)
    return {row.text.strip(): [shown.graph.nodes[node]["name"] for node in row.nodes] for row in shown.rows}


FIRST = [(op, case) for op, case in CASES if case is op.cases[0] and setting(op, case)[1]]  # those with a gradient


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


PROGRAMS = {
    "network": compiled_examples.network,
    "gradient": compiled_examples.gradient,
    "convolution": compiled_examples.convolution,
    "hessian": lambda: ng.compile(ng.hessian(rosenbrock), np.ones(3)),
    "value and gradient": lambda: ng.compile(ng.value_and_grad(rosenbrock), np.ones(3)),
    "numbers": lambda: ng.compile(lambda x, y: np.sqrt(x * x + y * y), 3.0, 4.0),
    "identity": lambda: ng.compile(lambda x: x, np.ones(3)),
    "constant": lambda: ng.compile(lambda x: 3.0, np.ones(3)),
    "container": lambda: ng.compile(lambda x: {"a": x + 1, "b": (x, 2.0)}, np.ones(3)),
    "complex": lambda: ng.compile(lambda z: np.abs(z * z), np.array([1 + 2j, 3j])),
    "random": lambda: ng.compile(lambda x, rng: x * rng.random(3), np.ones(3), np.random.default_rng(0)),
}


def check(program):
    """Check what holds for every program: all its lines have their nodes, and all its nodes a name in the source."""
    shown = drawn(program)
    validate(shown.graph)
    assert list(shown.graph) == list(range(len(shown.graph)))
    assert len(shown.rows) == len(program.source.splitlines())
    for row, line in zip(shown.rows, program.source.splitlines(), strict=True):
        assert line.startswith(row.text)
        assert set(row.nodes) <= set(shown.graph)
    computing = [row for row in shown.rows if " = " in row.text and row.text.startswith("    ")]
    assert [row.text for row in computing if not row.nodes] == []
    assert [name for _, name in shown.graph.nodes(data="name") if name not in program.source] == []


@pytest.mark.parametrize("make", PROGRAMS.values(), ids=PROGRAMS)
def test_graph_and_lines_of_any_program(make):
    check(make())


@pytest.mark.parametrize(("op", "case"), FIRST, ids=[op.name for op, _ in FIRST])
def test_graph_and_lines_of_every_operation(op, case):
    args, positions, function = setting(op, case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        both = ng.value_and_grad(function, argnums=tuple(range(len(positions))))
        check(ng.compile(both, *movable(args, positions)))


def test_the_networks_graph():
    graph = ng.to_networkx(compiled_examples.network())
    of = named(graph)
    assert list(of) == ["X", "y", "W1", "b1", "W2", "b2", "v1", "h", "y_hat", "v2", "loss"]
    assert [name for name, node in of.items() if graph.nodes[node]["kind"] == "parameter"] == ["W1", "b1", "W2", "b2"]
    assert [name for name, node in of.items() if graph.nodes[node]["kind"] == "data"] == ["X", "y"]
    operands = {name: [graph.nodes[u]["name"] for u in graph.predecessors(node)] for name, node in of.items()}
    assert operands["v1"] == ["X", "W1", "b1"]
    assert operands["h"] == ["v1"]
    assert operands["v2"] == ["y_hat", "y"]
    assert operands["loss"] == ["v2"]
    symbols = {name: graph.nodes[node]["symbol"] for name, node in of.items()}
    assert (symbols["v1"], symbols["h"]) == ("@+", "σ")
    assert graph.nodes[of["v1"]]["op"] == "linear", "a product and a sum on one line are a layer"
    assert graph.nodes[of["h"]]["op"] == "sigmoid"
    assert (symbols["v2"], symbols["loss"]) == ("−", "MSE"), "what is left of mse_loss is where it ends"
    assert graph.nodes[of["v2"]]["op"] == "subtract"
    assert graph.nodes[of["loss"]]["op"] is None, "the mean of v4's squares is neither the mean of v2 nor its error"
    assert graph.nodes[of["W1"]]["shape"] == (13, 10)


def test_gradients_are_named_where_the_program_computes_them_and_nowhere_else():
    graph = ng.to_networkx(compiled_examples.network())
    of = named(graph)
    called = {name: graph.nodes[node]["gradient_name"] for name, node in of.items()}
    assert called["W1"] == "d_W1"
    assert called["h"] == "d_h"
    assert [called[name] for name in ("X", "y", "v2", "loss")] == [None] * 4
    assert {value for _, value in graph.nodes(data="value")} == {None}, "a program is for any numbers"
    assert {gradient for _, gradient in graph.nodes(data="gradient")} == {None}


def test_lines_belong_to_what_they_compute_differentiate_and_move():
    of = belongs(compiled_examples.network())
    assert of["def step(X, y, W1, b1, W2, b2, lr):"] == ["X", "y", "W1", "b1", "W2", "b2"]
    assert of["v1 = X @ W1 + b1"] == ["v1"]
    assert of["loss = (v2 ** 2).mean()"] == ["loss"]
    assert of["d_h = d_y_hat @ W2.T"] == ["h"]
    assert of["d_W1 = X.T @ d_v1"] == ["W1"]
    assert of["W1 = W1 - lr * d_W1"] == ["W1"]
    assert of["return loss, W1, b1, W2, b2"] == ["W1", "b1", "W2", "b2", "loss"]
    assert of["# forward"] == of["import numpy as np"] == []


def test_sections_of_the_lines():
    shown = drawn(compiled_examples.network())
    by_section = {row.text.strip(): row.section for row in shown.rows}
    assert by_section["# backward"] == by_section["d_h = d_y_hat @ W2.T"] == "backward"
    assert by_section["h = np.tanh(0.5 * v1) * 0.5 + 0.5"] == "forward"
    assert by_section["W2 = W2 - lr * d_W2"] == "update"
    assert by_section["return loss, W1, b1, W2, b2"] == ""


def test_badges_of_operations_that_take_several_lines():
    graph = ng.to_networkx(compiled_examples.convolution())
    symbols = [symbol for _, symbol in graph.nodes(data="symbol") if symbol]
    assert symbols[:2] == ["T", "windows"]
    assert "∗" in symbols[:6], "the convolution, not how its result is laid out"
    assert symbols[-1] == "CE"


def test_a_line_on_the_way_belongs_to_all_that_it_leads_to():
    shown = drawn(compiled_examples.convolution())
    of = named(shown.graph)
    rows = {row.text.strip().partition(" =")[0]: row for row in shown.rows if " = " in row.text}
    parameters = tuple(of[name] for name in ("weight1", "bias1", "weight2", "bias2"))
    assert rows["t"].nodes == parameters, "the number of the step is in every parameter's move"
    assert rows["t"].leads
    assert rows["mean_bias2"].nodes == (of["bias2"],)
    assert rows["mean_bias2"].leads
    assert rows["bias2"].nodes == (of["bias2"],)
    assert not rows["bias2"].leads
    assert "lr" not in of
    assert "mean_bias2" not in of


def test_an_array_that_is_filled_is_one_node_until_it_is_read():
    def f(x):
        a = np.zeros_like(x)
        a[0] = x[1]
        a[1] = x[0] * 2
        b = a * x
        a[2] = x[2]
        return (a + b).sum()

    shown = drawn(ng.compile(f, np.ones(3)))
    before, after = (node for node, name in shown.graph.nodes(data="name") if name == "a")
    product = named(shown.graph)["b"]
    assert before in shown.graph.pred[product]
    assert after not in shown.graph.pred[product]
    assert shown.graph.number_of_edges(before, after) == 1
    rows = {row.text.strip().partition(" =")[0]: row.nodes for row in shown.rows}
    assert [rows[name] for name in ("a", "a[0]", "a[1]", "a[2]")] == [(before,), (before,), (before,), (after,)]


def test_gradients_within_a_function_lead_on():
    def f(x):
        return (ng.grad(lambda z: (z * z * z).sum())(x) ** 2).sum()

    graph = ng.to_networkx(ng.compile(f, np.ones(3)))
    of = named(graph)
    assert of["x"] in nx.ancestors(graph, of["result"])


def test_gradients_that_are_filled_bit_by_bit_lead_on():
    def f(p):
        return 100 * (p[1] - p[0] ** 2) ** 2 + (1 - p[0]) ** 2

    def newton(p):
        g = ng.grad(f)(p)
        H = ng.hessian(f)(p)
        return p - np.linalg.solve(H, g)

    graph = ng.to_networkx(ng.compile(newton, np.array([-1.0, 2.0])))
    of = named(graph)
    [solved] = (node for node, op in graph.nodes(data="op") if op == "solve")
    sources = [graph.nodes[u]["name"] for u, _ in graph.in_edges(solved)]
    assert sorted(sources) == ["v2", "v4", "v5"], "each of them once: d_p_2 is made of v2, d_p of v4, v2 and v5"
    assert sorted(p for _, _, p in graph.in_edges(solved, data="position")) == [0, 1, 2]
    assert of["p"] in nx.ancestors(graph, solved)


def test_only_what_was_written_before_it_is_read_leads_on():
    def f(x, y):
        g = ng.grad(lambda z: z[0] * z[1])(x)
        before = g * 2
        g[0] = y
        return before.sum() + g.sum()

    graph = ng.to_networkx(ng.compile(f, np.ones(2), 3.0))
    of = named(graph)
    ancestors = {graph.nodes[node]["name"] for node in nx.ancestors(graph, of["before"])}
    assert "x" in ancestors
    assert "y" not in ancestors


def test_a_drawing_of_the_graph_alone():
    drawing = ng.draw(compiled_examples.network())
    assert "<svg" in drawing.svg
    assert "d_W1" in drawing.svg
    assert drawing.text.splitlines()[3].split() == ["W1", "parameter", "13×10", "float64", "d_W1"]


def test_what_names_stand_for():
    names = drawn(compiled_examples.network()).names
    assert names["W1"] == "parameter"
    assert names["d_W1"] == names["d_h"] == "gradient"
    assert "h" not in names
    assert "lr" not in names
