"""Numbers that do not belong together never stand side by side in a picture without a word."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core.op import REGISTRY, operation
from nbgrad.graph import MSE, Placeholder, forward_and_backward, optimize, topological_sort_feed_dict
from nbgrad.notebook import to_networkx


def leaf(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def stale(root):
    graph = to_networkx(root)
    return {facts["name"]: facts["stale"] for _, facts in graph.nodes(data=True) if facts["stale"]}


def loss_of(w, v):
    h = w * v
    loss = ((h * w) ** 2).sum()
    loss.backward()
    return loss


@pytest.mark.parametrize("value", [3.0, np.array([3.0, -4.0])])
def test_a_parameter_that_has_moved_since_is_marked(value):
    w, v = leaf(value, "w"), leaf(np.asarray(value) + 1.0, "v")
    loss = loss_of(w, v)
    before = to_networkx(loss)
    assert stale(loss) == {}
    ng.optim.SGD([w], lr=0.1).step()
    assert stale(loss) == {"w": "changed"}
    drawing = ng.draw(loss)
    assert drawing.svg.count('class="ng-stale"') == 1
    assert ">changed since<" in drawing.svg
    assert "Changed since results were computed from it: w." in drawing.svg
    assert drawing.text.splitlines()[1].endswith("← changed since")
    assert drawing.text.splitlines()[-1] == "Changed since results were computed from it: w."
    after = to_networkx(loss)
    for node in before:  # what backward() sent is kept, for the graph keeps the operands of that moment
        np.testing.assert_array_equal(before.nodes[node]["gradient"], after.nodes[node]["gradient"])


def test_a_parameter_with_new_but_equal_numbers_has_not_changed():
    w = leaf(np.array([1.0, np.nan]), "w")
    loss = (w * w).sum()
    w.data = w.data.copy()
    assert stale(loss) == {}


def test_after_a_change_in_place_no_gradient_is_made_up():
    w = leaf(np.array([3.0, 4.0]), "w")
    h = w * w
    h.name = "h"
    loss = (h * w).sum()
    loss.backward()
    w.data[:] = 100.0
    assert stale(loss)["h"] == "unfit"
    graph = to_networkx(loss)
    made = next(facts for _, facts in graph.nodes(data=True) if facts["name"] == "h")
    assert made["gradient"] is None
    assert made["gone"]
    np.testing.assert_array_equal(graph.nodes[0]["gradient"], [27.0, 48.0])  # w keeps its own
    drawing = ng.draw(loss)
    assert "lost" in drawing.text
    assert "not yet" not in drawing.text
    assert ">lost<" in drawing.svg
    assert "not yet" not in drawing.svg
    assert ">not from these inputs<" in drawing.svg


def test_a_result_that_was_given_other_numbers_is_marked():
    x = leaf(2.0, "x")
    y = x * x
    y.name = "y"
    z = y + 1.0
    y.data = np.float64(7.0)
    assert stale(z) == {"y": "changed"}


def test_the_graph_face_marks_what_optimize_moved():
    x, w = Placeholder("x"), Placeholder("w", is_trainable=True)
    loss = MSE(w, x)
    order = topological_sort_feed_dict({x: np.array([[1.0, 2.0]]), w: np.array([[3.0, 5.0]])})
    forward_and_backward(order)
    assert stale(loss) == {}
    optimize(order)
    assert stale(loss) == {"w": "changed"}


def test_every_operation_gives_again_what_it_gave():
    """Else a drawing would blame numbers that nobody has touched."""
    wrong = []
    for name, op in sorted(REGISTRY.items()):
        if not op.forward.__module__.startswith("nbgrad."):
            continue
        for case in op.cases:
            rng = np.random.default_rng(0)
            operands = [sample(rng) for sample in case.samples]
            tensors = [ng.tensor(x, requires_grad=True) if np.asarray(x).dtype.kind == "f" else x for x in operands]
            try:
                result = op(*tensors, **case.static)
            except Exception:  # some are refused as they stand; others test that
                continue
            if isinstance(result, ng.Tensor) and result.op is not None and stale(result):
                wrong.append((name, case.static, stale(result)))
    assert wrong == []


def test_operations_of_the_users_own_are_not_called_to_draw_them():
    calls = []
    try:

        @operation(symbol="f", latex="f({x})", source="f({x})", formulas=["1"])
        def counted(x):
            calls.append(x)
            return x + len(calls)

        counted.rule(lambda g, y, x: g)
        y = counted(leaf(1.0, "x"))
        assert stale(y) == {}
        assert len(calls) == 1
    finally:
        REGISTRY.pop("counted", None)


def test_the_player_begins_with_gradients_that_are_not_there_yet():
    w = leaf(np.array([3.0, 4.0]), "w")
    loss = (w * w * w).sum()
    loss.backward()
    w.data[:] = 1.0
    assert ">lost<" not in ng.animate(loss).payload["svg"]
