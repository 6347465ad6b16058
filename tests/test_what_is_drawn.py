"""What is no result is refused in words that fit it; several results are drawn together."""

import re

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import NotAGraphError, OptionError, heat, numbers


@pytest.fixture
def x():
    return ng.tensor([1.0, 2.0], requires_grad=True, name="x")


@pytest.mark.parametrize(
    ("thing", "called"),
    [
        (None, "None has none"),
        (3, "an int has"),
        (np.ones(3), "an ndarray has"),
        ([], "a list has"),
        ([3], "a list has"),
    ],
)
def test_what_has_no_graph_is_named(thing, called):
    with pytest.raises(NotAGraphError, match=f"Only what has a graph can be drawn, and {called}"):
        ng.draw(thing)


def test_a_network_has_no_graph_until_it_is_called():
    with pytest.raises(NotAGraphError, match=r"this Linear, makes its graph anew.*ng\.draw\(network\(x\)\)"):
        ng.draw(ng.nn.Linear(2, 2))


def test_several_results_are_drawn_together(x):
    y, z = x * 2.0, x.sum()
    y.name, z.name = "y", "z"
    z.backward()
    drawing = ng.draw([z, {"more": (y, z)}, 3])
    assert [name for _, name in drawing.graph.nodes(data="name") if name] == ["x", "y", "z"]
    assert [drawing.graph.nodes[node]["gradient"] is None for node in (0, 2, 3)] == [False, True, False]
    assert ng.to_networkx((y, z)).number_of_nodes() == len(drawing.graph)
    assert ng.draw([y, z], highlight=[x, z]).options.highlight == (0, 3)
    with pytest.raises(OptionError, match="not several of them"):
        ng.draw([y, z], level="scalar")


@pytest.mark.parametrize("stranger", [1.0, [1.0, 2.0]])
def test_a_tensor_that_is_no_part_of_the_graph_cannot_be_highlighted(x, stranger):
    other = ng.tensor(stranger, name="other")
    for highlight in (other, [x, other]):
        with pytest.raises(OptionError, match=r"highlight: the Tensor other of shape .* is no part of this graph"):
            ng.draw(x * 2.0, highlight=highlight)


def test_names_for_parameters_are_for_pytorch(x):
    with pytest.raises(OptionError, match="params names the parameters of a PyTorch result"):
        ng.draw(x * 2.0, params={"x": x})


def test_heat_shows_each_layer_of_a_row_and_says_what_closed_ones_hide():
    h = ng.tensor(np.full((4, 4), 0.5), name="x")
    for number in range(8):
        weight = ng.tensor(np.full((4, 4), 0.01), requires_grad=True, name=f"W{number}")
        with ng.group(f"layer {number}"):
            h = np.tanh(h @ weight) * 1.0
    loss = h.mean()
    loss.backward()
    folded, each = ng.draw(loss, heat=True), ng.draw(loss, heat=True, level="tensor").graph.nodes(data=True)
    assert len(folded.graph) < 10, "equal layers fold"
    sizes = [heat.size_of(facts["gradient"]) for _, facts in each if facts["gradient"] is not None]
    assert f"Inside layer × 8 in a row they go from {numbers.number(min(sizes))} to" in folded.text
    ends = [heat.size_of(facts["gradient"]) for _, facts in each if facts["op"] == "multiply"]
    assert ends == sorted(ends), "they vanish on their way back"
    (row,) = heat.heat_of(folded.graph).each.values()
    assert row == tuple(ends)
    assert f"from the first to the last: {numbers.number(ends[0])}; {numbers.number(ends[1])}; " in folded.text
    strip = re.findall(r'class="ng-heat" fill="(#\w+)"', folded.svg)
    assert len(set(strip[:8])) == 8, "eight grounds side by side, and one for the result"
    weight.data += 5
    assert "Not what its inputs give, because numbers were changed in place" in ng.draw(loss, level="module").text


def test_heat_shows_the_layers_of_a_row_and_not_the_sums_that_they_end_in():
    """Every sum of a residual stream has the same gradient; what the layers get is what vanishes."""
    x = ng.tensor(np.ones(3), name="x")
    total = ng.tensor(np.zeros(3), requires_grad=True, name="start") * 1.0
    for number in range(5):
        weight = ng.tensor(np.full(3, 0.5), requires_grad=True, name=f"w{number}")
        with ng.group(f"unit {number}"):
            unit = np.tanh(weight * x) * 1.0
        total = total + unit * 10.0**-number
    loss = total.sum()
    loss.backward()
    drawing = ng.draw(loss, heat=True, level="module")
    (row,) = heat.heat_of(drawing.graph).each.values()
    np.testing.assert_allclose(row, [10.0**-number for number in range(5)])
    assert "least 1e−4 at unit" in drawing.text
