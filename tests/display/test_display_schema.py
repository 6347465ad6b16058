"""The border: what may be drawn, what missing attributes become, what is refused and how."""

import networkx as nx
import numpy as np
import pytest
from graphs import matrix_graph, scalar_graph, square_graph

from nbgrad.display import (
    AttributeValueError,
    CycleError,
    DisplayError,
    NotAGraphError,
    Step,
    UnknownNodeError,
    frames,
    normalise,
    to_svg,
    to_text,
    validate,
)
from nbgrad.display.schema import inputs, label


@pytest.mark.parametrize("thing", [None, 3, "graph", [(0, 1)], nx.Graph([(0, 1)]), nx.MultiGraph()])
def test_what_is_no_directed_graph_is_refused(thing):
    with pytest.raises(NotAGraphError, match="directed networkx graph"):
        to_svg(thing)


def test_a_cycle_is_named():
    with pytest.raises(CycleError, match="a → b → a"):
        validate(nx.DiGraph([("a", "b"), ("b", "a")]))
    with pytest.raises(CycleError):
        validate(nx.DiGraph([(0, 0)]))


def test_unknown_kinds_and_positions_are_refused():
    graph = nx.DiGraph()
    graph.add_node(0, kind="banana")
    with pytest.raises(AttributeValueError, match="banana"):
        validate(graph)
    graph = nx.DiGraph()
    graph.add_edge(0, 1, position="left")
    with pytest.raises(AttributeValueError, match="left"):
        validate(graph)


def test_steps_must_speak_of_the_graph():
    graph, steps = scalar_graph()
    with pytest.raises(UnknownNodeError, match="node 99"):
        frames(graph, [*steps, Step(99, 0, None, 1.0, 1.0, 1.0)])
    with pytest.raises(UnknownNodeError, match=r"\(0, 7, 0\)"):
        frames(graph, [Step(7, 0, (0, 7, 0), 1.0, 1.0, 1.0)])
    assert issubclass(UnknownNodeError, DisplayError)


def test_normalising_leaves_the_given_graph_alone_and_is_idempotent():
    graph = nx.DiGraph([("a", "b")])
    once = normalise(graph)
    assert list(graph.nodes(data=True)) == [("a", {}), ("b", {})]
    assert normalise(once) is once


def test_missing_attributes_get_defaults():
    graph = nx.MultiDiGraph([("a", "b")])
    graph.add_node("c", value=[[1, 2, 3]])
    facts = normalise(graph).nodes
    assert (facts[0]["kind"], facts[1]["kind"], facts[0]["name"]) == ("data", "operation", "a")
    assert [facts[0]["bare"], facts[2]["bare"]] == [True, False]
    assert facts[2]["shape"] == (1, 3)
    assert facts[2]["gradient"] is None


def test_a_leaf_with_a_gradient_is_a_parameter_and_shows_it():
    graph = nx.DiGraph([("x", "y")])
    graph.nodes["x"].update(value=3.0, gradient=6.0)
    assert normalise(graph).nodes[0]["kind"] == "parameter"
    assert to_text(graph).splitlines()[1].split() == ["x", "parameter", "()", "float64", "3", "6"]


def test_values_that_are_no_numbers_are_left_out():
    graph = nx.DiGraph()
    for node, value in enumerate(["text", object(), [[1], [2, 3]], np.array(["2026-11-22"], dtype="datetime64[D]")]):
        graph.add_node(node, value=value)
    assert [value for _, value in normalise(graph).nodes(data="value")] == [None] * 4


def test_numpy_ids_become_ints():
    graph = nx.DiGraph([(np.int64(4), np.int64(7))])
    assert all(type(node) is int for node in normalise(graph))


def test_inputs_come_in_the_order_of_positions():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(3))
    graph.add_edge(1, 2, position=1)
    graph.add_edge(0, 2, position=0)
    assert inputs(normalise(graph), 2) == [0, 1]


def test_an_unnamed_constant_is_called_by_its_number():
    graph = nx.DiGraph()
    graph.add_node(0, kind="constant", value=2.5)
    assert label(normalise(graph), 0) == "2.5"


@pytest.mark.parametrize("make", [scalar_graph, square_graph, matrix_graph])
def test_the_hand_computed_gradients_are_right(make):
    """Each last total equals the slope found by moving the parameter a little (the fixture proves itself)."""
    graph, steps = make()
    root = steps[0].target
    last = {step.target: step.total for step in steps}
    for node, facts in graph.nodes(data=True):
        if facts["kind"] == "parameter":
            place = (0,) * facts["value"].ndim
            slope = (_run(graph, root, node, place, 1e-6) - _run(graph, root, node, place, -1e-6)) / 2e-6
            assert np.asarray(last[node])[place] == pytest.approx(slope, rel=1e-5, abs=1e-8)


def _run(graph, root, moved, place, by):
    rules = {
        "mul": lambda a, b: a * b,
        "add": lambda a, b: a + b,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "squared_error": lambda a, b: (a - b) ** 2,
        "linear": lambda x, w, b: x @ w + b,
        "mse_loss": lambda a, b: np.mean((a - b) ** 2),
    }
    values = {}
    for node, facts in graph.nodes(data=True):
        if facts["op"] is None:
            values[node] = facts["value"].copy()
            if node == moved:
                values[node][place] += by
        else:
            values[node] = rules[facts["op"]](*(values[u] for u in inputs(graph, node)))
    return float(values[root])
