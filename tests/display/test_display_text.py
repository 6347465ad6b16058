"""The readable version."""

import networkx as nx
import numpy as np
from graphs import matrix_graph, scalar_graph, square_graph

from nbgrad.display import to_text


def test_the_table_of_the_square():
    assert to_text(square_graph(True)[0]).split("\n") == [
        "name  computed as  shape  dtype    value  gradient",
        "x     parameter    ()     float64  3      6",
        "y     mul(x, x)    ()     float64  9      1",
    ]


def test_not_yet_none_to_come_and_zero_are_told_apart():
    graph, _ = scalar_graph()
    graph.nodes[2]["gradient"] = 0.0
    rows = {line.split()[0]: line for line in to_text(graph).split("\n")}
    assert rows["k"].endswith("not yet")
    assert rows["b"].endswith(" 0")
    assert rows["x"].endswith(" 2")


def test_arrays_are_summarised():
    text = to_text(matrix_graph(True)[0])
    assert "linear(h, W2, b2)" in text
    assert "16×13" in text
    assert "min " in text
    graph = nx.DiGraph()
    graph.add_node(0, value=np.array([1.0, np.nan, np.inf]))
    assert "min 1, mean 1, max 1, 1 NaN, 1 infinite" in to_text(graph)


def test_columns_line_up_whatever_the_letters():
    graph = nx.DiGraph()
    graph.add_node("損失", value=1.0)
    graph.add_node("ŷ", value=2.0)
    lines = to_text(graph).split("\n")
    assert lines[1].startswith("損失  data")
    assert lines[2].startswith("ŷ     data")


def test_a_long_graph_is_cut_with_a_word():
    text = to_text(nx.path_graph(2000, create_using=nx.DiGraph))
    assert text.endswith("… and 500 more nodes")
