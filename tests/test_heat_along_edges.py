"""Heat: an edge is as hot as what flows back along this very edge."""

import networkx as nx
import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import Look, to_text
from nbgrad.display.heat import heat_of, size_of
from nbgrad.display.schema import normalise
from nbgrad.graph import MSE, Linear, Placeholder, forward_and_backward, topological_sort_feed_dict


def flows(drawing):
    """From which node to which, by name -> the size of what flows there."""
    graph = normalise(drawing.graph)
    names = dict(graph.nodes(data="name"))
    return {(names[u], names[v]): size for (u, v, _), size in heat_of(graph).along.items()}


def test_the_ways_out_of_a_leaf_are_told_apart():
    w = ng.tensor(2.0, requires_grad=True, name="w")
    small, large = w * 1e-6, w * 3.0
    y = small + large
    small.name, large.name, y.name = "small", "large", "y"
    y.backward()
    assert flows(ng.draw(y)) == pytest.approx(
        {("w", "small"): 1e-6, ("w", "large"): 3.0, ("small", "y"): 1.0, ("large", "y"): 1.0}
    )
    assert "Each edge has the size of what flows along it." in ng.draw(y, heat=True).text
    assert "along each edge what flows there" in ng.draw(y, heat=True).svg
    assert ng.draw(y).look(heat=True).svg == ng.draw(y, heat=True).svg


def test_nan_is_drawn_only_on_the_way_that_carries_it():
    a = ng.tensor(0.0, requires_grad=True, name="a")
    root = np.sqrt(a)
    root.name = "root"
    y = root * a
    y.name = "y"
    with np.errstate(all="ignore"):
        y.backward()
    found = flows(ng.draw(y))
    assert np.isnan(found["a", "root"])
    assert found["a", "y"] == 0.0


def test_what_flows_into_one_box_along_several_edges_adds_up():
    w = ng.tensor([1.0, 2.0], requires_grad=True, name="w")
    x = w * 1.0
    x.name = "x"
    with ng.group("layer"):
        y = (x * 3.0).sum() + (x * -2.0).sum()
    y.backward()
    found = flows(ng.draw(y, depth=0))
    assert found == pytest.approx({("w", "x"): 1.0, ("x", "layer"): 1.0})


def test_what_flows_out_of_folded_boxes_is_that_of_all_of_them():
    x = ng.tensor(1.0, requires_grad=True, name="x")
    heads = []
    for _ in range(4):
        with ng.group("head"):
            heads.append(np.tanh(x) * 1.0)
    y = (np.stack(heads) * np.array([3.0, 4.0, 0.0, 0.0])).sum()
    y.backward()
    graph = normalise(ng.draw(y, level="module").graph)
    [box] = [node for node, count in graph.nodes(data="count") if count == 4 and graph.nodes[node]["name"] == "head"]
    along = heat_of(graph).along
    [into] = [size for (u, v, _), size in along.items() if v == box]
    assert into == pytest.approx(7.0 * (1 - np.tanh(1.0) ** 2)), "what they hand to x adds up"
    [out] = [size for (u, v, _), size in along.items() if u == box]
    assert out == pytest.approx(2.5), "each has its own: the root mean square of 3, 4, 0 and 0"


def test_the_sum_of_the_edges_is_the_gradient():
    rng = np.random.default_rng(0)
    _, last = ng.nn.RNN(2, 3, rng=0)(rng.normal(size=(4, 2)))
    loss = (last**2).sum()
    loss.backward()
    graph = ng.to_networkx(loss)
    for node, facts in graph.nodes(data=True):
        if facts["kind"] in ("parameter", "operation") and graph.out_degree(node):
            parts = [part for *_, part in graph.out_edges(node, data="gradient")]
            np.testing.assert_allclose(sum(parts), facts["gradient"])


def test_the_graph_face_knows_what_flows_along_its_edges():
    x = Placeholder(name="x")
    y = Placeholder(name="y")
    w, b = Placeholder(name="w", is_trainable=True), Placeholder(name="b", is_trainable=True)
    loss = MSE(y, Linear(x, w, b))
    feed = {x: np.ones((4, 2)), y: np.zeros(4), w: np.ones(2), b: 0.5}
    forward_and_backward(topological_sort_feed_dict(feed))
    drawing = ng.draw(loss)
    sizes = {facts["name"]: size_of(np.asarray(facts["gradient"])) for _, facts in drawing.graph.nodes(data=True)
             if facts["name"] in ("w", "b")}  # fmt: skip
    found = {u: size for (u, _), size in flows(drawing).items() if u in sizes}
    assert found == pytest.approx(sizes), "each is used once, so all of its gradient comes along one edge"


def test_where_it_is_not_known_the_picture_says_whose_size_edges_have():
    w = ng.tensor([1.0, 2.0], requires_grad=True, name="w")
    y = (w * w).sum() + (w * 3.0).sum()
    y.backward()
    w.data += 1.0
    drawing = ng.draw(y, heat=True)
    assert "What flows along each edge is not known" in drawing.text
    assert "at an edge that of the node it comes from" in drawing.svg


def test_a_graph_whose_nodes_have_one_edge_each_needs_no_such_word():
    graph = nx.DiGraph()
    graph.add_node("w", kind="parameter", value=1.0, gradient=2.0)
    graph.add_node("y", kind="operation", value=1.0, gradient=1.0)
    graph.add_edge("w", "y")
    assert "edge" not in to_text(graph, Look(heat=True))
