"""The backward pass in its own order, and in two wrong ways: what they end with, and which numbers are flagged."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import messages
from nbgrad.display.player import payload_of
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import trace_of


def diamond():
    """z = x² is used twice: an order that does not wait hands on half of its gradient."""
    x = ng.tensor(3.0, requires_grad=True, name="x")
    z = x * x
    z.name = "z"
    loss = np.sin(z) * 2 + z * 5
    loss.name = "loss"
    return x, loss


def chain():
    x = ng.tensor(3.0, requires_grad=True, name="x")
    return x, np.sin(x) * 2


def twice():
    x = ng.tensor(3.0, requires_grad=True, name="x")
    return x, x * 2 + np.sin(x)


def orders(loss):
    return {order["key"]: order for order in payload_of(trace_of(picture_of(loss)))["orders"]}


def finals(loss):
    return {order.key: order.final for order in trace_of(picture_of(loss)).orders}


def test_the_order_that_waits_gives_the_gradient():
    x, loss = diamond()
    loss.backward()
    assert finals(loss)["sorted"][0] == x.grad


def test_depth_first_without_sorting_loses_what_comes_later():
    x, loss = diamond()
    loss.backward()
    z = 9.0
    early, late = 2 * np.cos(z), 5.0  # what arrives at z; only one of them has come when z hands on
    wrong = finals(loss)["depth_first"][0]
    assert wrong != x.grad
    assert wrong == pytest.approx(early * 6) or wrong == pytest.approx(late * 6)
    [final] = orders(loss)["depth_first"]["final"]
    assert (final["name"], final["right"]) == ("x", False)
    assert final["should"] == orders(loss)["sorted"]["final"][0]["text"]
    assert final["text"] != final["should"]


def test_an_arrival_that_replaces_the_others_is_all_that_counts():
    _, loss = twice()
    assert finals(loss)["overwrite"][0] in (2.0, pytest.approx(np.cos(3.0)))
    assert [final["right"] for final in orders(loss)["overwrite"]["final"]] == [False]
    assert orders(loss)["depth_first"]["final"][0]["right"], "a leaf hands nothing on, so it may wait for nobody"
    assert orders(loss)["depth_first"]["sentence"] == messages.say("order_depth_first_agrees")


def test_on_a_chain_every_order_is_right_and_this_is_said():
    _, loss = chain()
    made = orders(loss)
    assert all(final["right"] for order in made.values() for final in order["final"])
    assert made["depth_first"]["sentence"] == messages.say("order_depth_first_agrees")
    assert made["overwrite"]["sentence"] == messages.say("order_overwrite_agrees")


def test_wrong_ways_that_happen_to_end_right_are_not_called_right():
    x = ng.tensor(3.0, requires_grad=True, name="x")
    z = x * x
    loss = z * 2 + z * 0  # what comes later is nothing
    assert orders(loss)["depth_first"]["sentence"] in (
        messages.say("order_same"),
        messages.say("order_depth_first"),
    )
    assert all(final["right"] for final in orders(loss)["sorted"]["final"])


def test_every_step_is_on_the_drawing():
    _, loss = diamond()
    payload = payload_of(trace_of(picture_of(loss)))
    for order in payload["orders"]:
        assert order["steps"][0]["edge"] is None
        for step in order["steps"][1:]:
            assert step["edge"] in payload["edges"]
            assert str(step["node"]) in payload["nodes"]
    backward = [frame for frame in payload["frames"] if frame["phase"] == "backward"]
    [in_order] = [order for order in payload["orders"] if order["key"] == "sorted"]
    assert [step["edge"] for step in in_order["steps"][1:]] == [frame["edges"][0] for frame in backward[1:]]


def test_wrong_orders_change_nothing_of_the_users():
    x, loss = diamond()
    orders(loss)
    assert x.grad is None
    assert float(x.data) == 3.0


# ---- paths
def ladder(rungs):
    """2 ** rungs paths."""
    x = ng.tensor(1.0, requires_grad=True, name="x")
    y = x
    for _ in range(rungs):
        y = y * y
    return x, y


def test_the_count_of_paths_is_exact_where_nobody_could_follow_them():
    _, loss = ladder(40)
    [paths] = payload_of(trace_of(picture_of(loss)))["paths"]
    assert paths["count"] == 2**40
    assert len(paths["shown"]) == 8
    assert paths["rest"] is not None
    assert "1,099,511,627,776" in paths["sentence"]


def test_paths_and_the_rest_add_up_to_the_gradient():
    x, loss = ladder(5)
    [routes] = trace_of(picture_of(loss)).routes
    loss.backward()
    total = sum(route.product for route in routes.routes) + routes.rest
    assert total == pytest.approx(x.grad)
    assert routes.total == pytest.approx(x.grad)


def test_a_path_is_lit_from_the_result_back_to_the_leaf():
    _, loss = diamond()
    payload = payload_of(trace_of(picture_of(loss)))
    [paths] = payload["paths"]
    assert paths["count"] == 4  # two ways from loss to z, two from z = x · x to x
    for path in paths["shown"]:
        assert path["nodes"][0] == max(int(node) for node in payload["nodes"])
        assert path["nodes"][-1] == paths["node"]
        for edge, (after, before) in zip(
            path["edges"], zip(path["nodes"], path["nodes"][1:], strict=False), strict=True
        ):
            assert edge.startswith(f"{before}-{after}-")
            assert edge in payload["edges"]


def test_a_wrong_number_on_the_way_is_told_of_and_not_only_where_it_ends():
    w, x = (ng.tensor(value, requires_grad=True, name=name) for name, value in (("w", 2.0), ("x", 0.5)))
    inner = w * x
    z = inner * 1.5
    loss = np.tanh(z) * z
    payload = payload_of(trace_of(picture_of(loss)))
    names = {int(node): facts["name"] for node, facts in payload["nodes"].items()}
    by_order = {
        order["key"]: [(names[step["node"]], step["right"]) for step in order["steps"]] for order in payload["orders"]
    }
    assert all(right for _, right in by_order["sorted"])
    assert ("w·x", False) in by_order["depth_first"], "it was sent on before all had arrived at z"
    assert ("w", False) in by_order["depth_first"]


def test_what_replaces_an_earlier_arrival_is_wrong_at_once():
    """Three arrive at z: with = the second number is wrong as it stands there, and so is the last."""
    a = ng.tensor(1.1, requires_grad=True, name="a")
    z = a * 2.0
    z.name = "z"
    payload = ng.animate(z * 2.5 + np.tanh(z) + np.sin(z)).payload
    (overwrite,) = (order for order in payload["orders"] if order["key"] == "overwrite")
    at_z = [step["right"] for step in overwrite["steps"] if payload["nodes"][str(step["node"])]["name"] == "z"]
    assert at_z == [True, False, False]
