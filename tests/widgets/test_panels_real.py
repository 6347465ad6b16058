"""The panels with players of real results, whose edits are answered by Python as in a kernel."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from panels_on_page import open_node, panel

import nbgrad as ng


def scalar() -> Any:
    """A loss in which ``k`` is used three times and a node with inputs of its own twice."""
    k, b = ng.tensor(0.5, requires_grad=True, name="k"), ng.tensor(0.1, requires_grad=True, name="b")
    z = k * 2.0 + b
    z.name = "z"
    a = z * z + k
    a.name = "a"
    loss = a * z
    loss.name = "loss"
    return loss


def matrix() -> Any:
    """A layer and its loss; W has 6 numbers."""
    rng = np.random.default_rng(0)
    x, w = ng.tensor(rng.standard_normal((4, 3)), name="x"), ng.tensor(np.ones((3, 2)), requires_grad=True, name="W")
    b, y = ng.tensor(np.zeros(2), requires_grad=True, name="b"), ng.tensor(np.zeros((4, 2)), name="y")
    loss = ng.nn.functional.mse_loss(np.tanh(x @ w + b), y)
    loss.name = "loss"
    return loss


def named(page: Any, name: str) -> int:
    nodes = page.evaluate("models[0].get('payload').nodes")
    return next(int(node) for node, facts in nodes.items() if facts["name"] == name)


def text_of(page: Any, name: str, slot: str) -> str:
    return str(page.locator(f'[data-{slot}="{named(page, name)}"] text:not(.ng-ghost)').last.text_content())


@pytest.mark.parametrize("make", [scalar, matrix])
def test_every_panel_of_a_real_pass_opens(show, make):
    page = show(make())
    payload = page.evaluate("models[0].get('payload')")
    for node, facts in payload["nodes"].items():
        page.evaluate("node => document.querySelector(`[data-node='${node}']`).focus()", node)
        page.keyboard.press("Enter")
        assert facts["name"] in page.locator(".ng-panel-title").text_content()
        for index in range(len(facts["locals"])):
            page.locator(".ng-locals .ng-link").nth(index).click()
            assert page.locator(".ng-panel-edge").count() == 1
            page.locator(".ng-panel-title .ng-link").last.click()
    for kind in ["paths", "quiz", "orders"]:
        page.locator(f".ng-open-{kind}").click()
        assert page.locator(f".ng-panel-{kind}").inner_text()
    assert page.locator(".ng-panel").inner_text().count("undefined") == 0


def test_the_orders_of_a_real_pass_say_which_numbers_are_wrong(show):
    page = show(scalar())
    page.locator(".ng-open-orders").click()
    verdicts = page.locator(".ng-order .ng-verdict").all_inner_texts()
    assert verdicts[0].endswith("The gradient of every leaf is right.")
    assert all("Wrong gradients of leaves:" in verdict for verdict in verdicts[1:])
    columns = page.locator(".ng-order")
    assert columns.locator(".ng-early").count() == columns.nth(1).locator(".ng-early").count() > 0
    assert re.fullmatch(r"∂z is handed on as [\d.]+, without [\d.]+\.", columns.locator(".ng-early").first.inner_text())
    assert page.locator(".ng-order").nth(1).locator(".ng-final .ng-wrong-number").count() > 0


def test_the_quiz_of_a_real_pass_never_shows_what_it_asks(show):
    page = show(scalar())
    payload = page.evaluate("models[0].get('payload')")
    page.locator(".ng-open-quiz").click()
    for question in payload["quiz"]:
        page.wait_for_function(
            "text => document.querySelector('.ng-question').textContent === text", arg=question["question"]
        )
        assert not page.locator(f'[data-gradient="{question["node"]}"]').is_visible()
        assert page.evaluate("models[0].get('frame')") < question["frame"]
        page.locator(".ng-quiz .ng-field").fill(repr(question["answer"]))
        page.keyboard.press("Enter")
        assert page.locator(".ng-quiz .ng-status").inner_text().endswith("Right.")
        page.keyboard.press("Enter")
    count = len(payload["quiz"])
    assert f"You had {count} of {count} right." in panel(page)


def test_an_edit_is_computed_by_python_and_the_old_numbers_stay_as_ghosts(show):
    page = show(scalar())
    page.keyboard.press("Tab")
    page.locator(".ng-stage").press("End")
    assert text_of(page, "z", "value") == "1.1"
    open_node(page, named(page, "k"))
    field = page.get_by_label("Value of k")
    field.fill("1/4 + 1/4 + 0.5")
    field.press("Enter")
    page.get_by_text("Computed anew.").wait_for()
    assert text_of(page, "z", "value") == "2.1"
    assert page.locator(f'[data-value="{named(page, "z")}"] .ng-ghost').text_content() == "1.1"
    assert "value\n1\n" in panel(page)
    field.press("ArrowUp")
    page.wait_for_function("models[0].get('payload').nodes[0].editable.data[0] === 1.1")
    field.press("Control+z")
    page.wait_for_function("models[0].get('payload').nodes[0].editable.data[0] === 1")
    assert field.input_value() == "1"
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("models[0].get('payload').nodes[0].editable.data[0] === 0.5")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("models[0].get('payload').nodes[0].editable.data[0] === 1")
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("models[0].get('payload').nodes[0].editable.data[0] === 0.5")
    assert text_of(page, "z", "value") == "1.1"
    assert page.locator(".ng-ghost").count() == 0
    assert field.input_value() == "0.5"


OUTSIDE = """() => [...document.querySelectorAll("text.ng-ghost")].filter((ghost) => {
    const box = ghost.closest("[data-node]").querySelector(".ng-box").getBoundingClientRect();
    const seen = ghost.getBoundingClientRect();
    const number = ghost.parentElement.querySelector("text").getBoundingClientRect();
    return seen.left < number.right || seen.right > box.right || seen.bottom > box.bottom;
}).map((ghost) => ghost.textContent)"""


def test_ghosts_stay_in_their_boxes_and_off_the_new_numbers(show):
    k = ng.tensor(0.5, requires_grad=True, name="k")
    z = k * 2.0 - 0.4
    a = np.tanh(z)  # its badge leaves little room
    page = show((a - z) ** 2)
    open_node(page, named(page, "k"))
    for typed in ("-1.2345", "0.7771", "-123.456"):
        page.get_by_label("Value of k").fill(typed)
        page.keyboard.press("Enter")
        page.wait_for_function("k => models[0].get('payload').nodes[0].editable.data[0] === k", arg=float(typed))
        page.locator(".ng-stage").press("End")
        assert page.locator("text.ng-ghost").count() > 0
        assert page.evaluate(OUTSIDE) == []
        page.get_by_role("button", name="Backward").click()
        page.locator(".ng-stage").press("End")
        assert page.evaluate(OUTSIDE) == []


def test_a_ghost_is_smaller_where_its_box_is_narrow(show):
    """Boxes of operations leave less room than leaves; every gradient that has changed shows its old number, too."""
    w, x, b = (
        ng.tensor(value, requires_grad=name != "x", name=name) for name, value in (("w", 1.1), ("x", 2.0), ("b", 0.4))
    )
    z = w * x + b
    z.name = "z"
    page = show(np.tanh(z) * z - z * w)
    open_node(page, named(page, "w"))
    page.get_by_label("Value of w").fill("2")
    page.keyboard.press("Enter")
    page.wait_for_function("k => models[0].get('payload').nodes[0].editable.data[0] === k", arg=2.0)
    page.locator(".ng-stage").press("End")
    page.get_by_role("button", name="Backward").click()
    page.locator(".ng-stage").press("End")
    for name in ("b", "w·x", "z"):
        assert page.locator(f'[data-gradient="{named(page, name)}"] .ng-ghost').text_content() == "−0.0542"
    assert page.evaluate(OUTSIDE) == []


def test_one_number_of_a_matrix_is_edited(show):
    page = show(matrix())
    open_node(page, named(page, "W"))
    page.get_by_label("W[2, 1]").fill("3")
    page.keyboard.press("Enter")
    page.get_by_text("Computed anew.").wait_for()
    node = page.evaluate("node => models[0].get('payload').nodes[node]", named(page, "W"))
    assert node["editable"]["data"] == [1, 1, 1, 1, 1, 3]


def test_the_refusal_of_python_stands_beside_the_field(show):
    x = ng.tensor(np.eye(2), requires_grad=True, name="x")
    loss = np.linalg.inv(x).sum()
    loss.name = "loss"
    page = show(loss)
    open_node(page, named(page, "x"))
    page.get_by_label("x[0, 0]").fill("0")
    page.keyboard.press("Enter")
    page.locator(".ng-status[data-tone=error]").wait_for()
    assert "cannot be computed" in page.locator(".ng-edit .ng-status").inner_text()
    assert page.get_by_label("x[0, 0]").input_value() == "0"


def test_a_group_that_is_collapsed_has_a_panel_and_its_members_have_none(show):
    x = ng.tensor(2.0, requires_grad=True, name="x")
    with ng.group("square"):
        half = x * 0.5
        half.name = "half"
        square = half * half
    loss = square + x
    loss.name = "loss"
    page = show(loss)
    open_node(page, named(page, "half"))
    assert page.locator(".ng-panel-node").count() == 1
    page.evaluate("models[0].send({ kind: 'toggle', id: 'a', path: 'square' })")
    page.wait_for_function("models[0].get('payload').groups[0].open === false")
    page.wait_for_function("document.querySelector('.ng-panel') === null")
    group = page.evaluate("models[0].get('payload').groups[0].node")
    page.locator(f'.ng-stage [data-node="{group}"]').focus()
    page.keyboard.press("Enter")
    assert "square" in page.locator(".ng-panel-title").text_content()
    assert "group" in page.locator(".ng-panel-title").text_content()
    page.locator(".ng-open-orders").click()
    for _ in range(page.locator(".ng-order").first.locator(".ng-row").count()):
        page.get_by_role("button", name="Step", exact=True).click()
    assert "undefined" not in panel(page)
