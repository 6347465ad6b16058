"""Comparing with an earlier result, whose parameters have moved since: what it used is shown, or said to be lost."""

import warnings

import networkx as nx
import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import compared, to_text
from nbgrad.notebook.earlier import ParametersOfNowWarning


def by_name(drawing):
    return {facts["name"]: facts for _, facts in drawing.graph.nodes(data=True)}


def assigned(W):
    W.data = W.data - 0.1 * W.grad


def by_optimiser(W):
    ng.optim.SGD([W], lr=0.1).step()


def in_place(W):
    W.data -= 0.1 * W.grad


def two_runs(step, clear=True):
    """W = [1, 2], x = [3, 4]; the first loss is (W · x)², with ∂loss/∂W = 2 · 11 · x = [66, 88]."""
    W = ng.tensor([1.0, 2.0], requires_grad=True, name="W")
    x = np.array([3.0, 4.0])
    first = (W * x).sum() ** 2
    first.backward()
    step(W)
    if clear:
        W.grad = None
    second = (W * x).sum() ** 2
    second.backward()
    return first, second


@pytest.mark.parametrize("step", [assigned, by_optimiser])
@pytest.mark.parametrize("clear", [True, False])
def test_a_parameter_of_an_earlier_result_is_as_that_run_used_it(step, clear):
    first, second = two_runs(step, clear)
    change = by_name(ng.draw(second, compare=first))["W"]["change"]
    assert change.value.tolist() == [1.0, 2.0]
    assert change.gradient.tolist() == [66.0, 88.0]
    assert "value" in change.changed
    # Cleared, W.grad is that of the second pass; else it is the sum of both: 11 has become 11 - 6.6·3 - 8.8·4 = -44.
    now = np.array([-264.0, -352.0]) + (0.0 if clear else np.array([66.0, 88.0]))
    assert np.allclose(by_name(ng.draw(second, compare=first))["W"]["gradient"], now)


def test_single_numbers_of_an_earlier_result_are_as_that_run_used_them():
    first, second = two_runs(by_optimiser)
    found = by_name(ng.draw(second, compare=first, level="scalar"))
    assert [found[f"W[{i}]"]["change"].value for i in (0, 1)] == [1.0, 2.0]
    assert [found[f"W[{i}]"]["change"].gradient for i in (0, 1)] == [66.0, 88.0]


def test_an_earlier_result_without_a_backward_pass_has_no_gradients_of_another():
    W = ng.tensor([1.0, 2.0], requires_grad=True, name="W")
    first, second = ((W * W).sum() for _ in range(2))
    second.backward()
    assert by_name(ng.draw(second, compare=first))["W"]["change"].gradient is None
    assert "gradient — → min 2" in ng.draw(second, compare=first).text


@pytest.mark.parametrize("level", [None, "scalar"])
def test_what_was_changed_in_place_is_said_to_be_lost(level):
    first, second = two_runs(in_place)
    with pytest.warns(ParametersOfNowWarning, match=r"is not what W and .* before = ng\.draw\(loss\)"):
        ng.draw(second, compare=first, level=level)


def test_a_drawing_made_before_knows_what_was_changed_in_place():
    W = ng.tensor([1.0, 2.0], requires_grad=True, name="W")
    first = (W * W).sum()
    before = ng.draw(first)
    W.data -= 0.5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        change = by_name(ng.draw((W * W).sum(), compare=before))["W"]["change"]
    assert change.value.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("level", ["tensor", "module", "scalar"])
def test_a_picture_says_itself_what_the_earlier_run_has_lost(level):
    """A saved file has no warning beside it. What is not known is not said to be unchanged."""
    first, second = two_runs(in_place)
    with pytest.warns(ParametersOfNowWarning):
        drawing = ng.draw(second, compare=first, level=level)
    said = "The earlier run has lost the numbers that were changed in place; whether W, v₁ have changed cannot be told."
    assert said in drawing.text.splitlines()
    assert drawing.svg.count(said) == 2, "in its description, and to be seen"
    assert "Nothing has changed" not in drawing.text + drawing.svg
    assert "gradient —" not in drawing.text, "gradients of the earlier run are lost, which is no change"


def test_what_is_seen_to_have_changed_is_not_said_to_be_untellable():
    graph = nx.MultiDiGraph([(0, 1)], lost=("w", "h"))
    graph.nodes[0].update(name="w", kind="parameter", value=1.0)
    graph.nodes[1].update(name="h", value=2.0)
    later = nx.MultiDiGraph(graph)
    later.graph.clear()
    later.add_node(1, value=3.0)
    said = to_text(compared(graph, later))
    assert "h: value 2 → 3" in said
    assert "whether w have changed cannot be told" in said
