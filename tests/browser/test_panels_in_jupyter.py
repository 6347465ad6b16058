"""The player's panels in JupyterLab and in Notebook 7: a real kernel computes the edits, real cells have the lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scalar_player import NEURON, PLAYER, node_named, number_in, wait_at

import nbgrad as ng

NAME = "panels.ipynb"
CELLS = [f"%%time\n\n{NEURON}", PLAYER]  # whose lines are counted in the cell as one sees it
SHUT_DOWN = "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.shutdown(); }"


def test_a_node_an_edge_and_the_check_of_the_edge(lesson, player):
    node_named(player, "a").click()
    said = player.locator(".ng-panel-node").inner_text()
    assert "a = np.tanh(z)" in said
    assert player.locator(".ng-panel-node .ng-facts math").count() >= 1
    player.get_by_role("button", name="Go to the step of its gradient").click()
    assert "a" in player.locator(".ng-caption").text_content()
    player.locator(".ng-panel-node .ng-locals .ng-link").first.click()
    edge = player.locator(".ng-panel-edge")
    assert "They agree." in edge.inner_text()
    player.get_by_role("button", name="Go to the step", exact=True).click()
    lesson.photograph(player, "player-edge")
    hit = player.locator("[data-hit]").last
    hit.dispatch_event("click")
    assert player.locator(".ng-panel-edge").count() == 1


def test_the_paths_add_up_to_what_the_kernel_has(lesson, player):
    player.get_by_role("button", name="Paths").click()
    panel = player.locator(".ng-panel-paths")
    panel.get_by_role("tab", name="w").click()
    assert panel.locator(".ng-row").count() == 2
    total = float(panel.locator(".ng-sum .ng-number").text_content().replace("−", "-"))
    assert total == pytest.approx(lesson.ask_kernel(slope="w.grad.item()")["slope"], rel=1e-2)
    panel.locator(".ng-row").first.hover()
    player.locator(".ng-dimming").wait_for()
    lesson.photograph(player, "player-paths")


def test_letters_in_a_field_are_no_shortcuts_of_the_notebook(player):
    before = player.page.locator(".jp-Notebook .jp-Cell").count()
    player.locator(".ng-open-quiz").click()
    player.page.keyboard.type("ddab")
    assert player.locator(".ng-quiz .ng-field").input_value() == "ddab"
    assert player.page.locator(".jp-Notebook .jp-Cell").count() == before
    player.page.keyboard.press("Escape")
    assert player.locator(".ng-open-quiz").evaluate("button => button === document.activeElement")


def test_the_quiz_knows_a_slip_from_the_answer(lesson, player):
    player.get_by_role("button", name="Quiz me").click()
    quiz = player.locator(".ng-panel-quiz")
    slope = 2 * (np.tanh(0.6) - 0.6)  # of the square
    assert "a−z" in quiz.locator(".ng-question").text_content()
    for typed, answer in [(f"{-slope:.4f}", "sign"), ("nonsense", "not a number"), (f"{slope:.4f}", "Right.")]:
        quiz.get_by_role("textbox").fill(typed)
        quiz.get_by_role("textbox").press("Enter")
        quiz.locator(".ng-status", has_text=answer).wait_for()
    quiz.get_by_text("1 of 1 right").wait_for()
    quiz.get_by_role("button", name="Next question").click()
    quiz.get_by_role("button", name="Hint").click()
    quiz.get_by_role("button", name="Reveal").click()
    quiz.get_by_text("It is ").wait_for()
    lesson.photograph(player, "player-quiz")


def test_the_wrong_orders_have_wrong_numbers(lesson, player):
    player.get_by_role("button", name="Why this order?").click()
    orders = player.locator(".ng-order")
    assert orders.count() == 3
    assert [orders.nth(place).locator(".ng-final .ng-wrong-number").count() for place in range(3)] == [0, 2, 2]
    player.locator(".ng-orders-forward").click()
    player.get_by_role("button", name="Walk through").click()
    player.get_by_role("button", name="Stop").click()
    player.locator(".ng-orders-back").click()
    lesson.photograph(player, "player-orders")


def test_code_and_graph_point_at_each_other(lesson, player):
    """In both directions, in the player's own list and in the cell itself, which stands above the player's cell."""
    player.get_by_role("button", name="Code").click()
    row = player.locator(".ng-panel-code .ng-row", has_text="a = np.tanh(z)")
    row.hover()
    assert "ng-lit" in node_named(player, "a").get_attribute("class")
    node_named(player, "z").hover()
    player.locator(".ng-panel-code .ng-row.ng-row-lit", has_text="z = w * x + b").wait_for()
    mark = lesson.page.locator(".ng-cell-mark")
    mark.wait_for()
    line = lesson.page.locator(".cm-line", has_text="z = w * x + b").first
    assert mark.bounding_box()["y"] == pytest.approx(line.bounding_box()["y"], abs=2)
    lesson.page.locator(".cm-line", has_text="a = np.tanh(z)").first.hover()
    player.locator(".ng-dimming").wait_for()
    assert "ng-lit" in node_named(player, "a").get_attribute("class")
    lesson.photograph(lesson.page.locator(".jp-Notebook").first, "panels-line")
    lesson.page.locator(".cm-line", has_text="import numpy").first.hover()
    player.locator(".ng-dimming").wait_for(state="detached")


def test_a_line_whose_box_is_out_of_sight_brings_it_there_for_a_while(lesson, player):
    for _ in range(3):
        player.get_by_role("button", name="Larger").click()
    stage = player.locator(".ng-stage")
    player.get_by_role("button", name="Step forward").click()
    player.get_by_role("button", name="First step").click()
    lesson.page.wait_for_function("stage => stage.scrollLeft > 100", arg=stage.element_handle())
    in_sight = "([stage, box]) => box.getBoundingClientRect().left >= stage.getBoundingClientRect().left"
    both = [stage.element_handle(), node_named(player, "w").element_handle()]
    assert not lesson.page.evaluate(in_sight, both)
    before = stage.evaluate("stage => stage.scrollLeft")
    lesson.page.locator(".cm-line", has_text="w = ng.tensor(0.5").first.hover()
    lesson.page.wait_for_function(in_sight, arg=both)
    lesson.page.locator(".cm-line", has_text="import numpy").first.hover()
    player.locator(".ng-dimming").wait_for(state="detached")
    assert stage.evaluate("stage => stage.scrollLeft") == pytest.approx(before, abs=1)


def test_an_edit_goes_through_the_kernel_and_leaves_the_learner_s_numbers(lesson, player):
    node_named(player, "w").click()
    field = player.get_by_label("Value of w")
    player.get_by_role("button", name="Last step").click()
    before = number_in(player, "w·x", "value")
    field.fill("1.5")
    field.press("Enter")
    node_named(player, "w·x").get_by_text("3", exact=True).wait_for()
    assert player.locator(".ng-ghost").filter(has_text=before).count() >= 1
    kept = lesson.ask_kernel(w="w.item()", grad="w.grad.item()")
    assert kept["w"] == 0.5
    assert kept["grad"] == pytest.approx(float(slope_of_w()))
    lesson.photograph(player, "player-edited")
    box = field.bounding_box()
    player.page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    player.page.mouse.down()
    player.page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2, steps=4)
    player.page.mouse.up()
    player.page.wait_for_function("field => Number(field.value) > 1.5", arg=field.element_handle())
    player.get_by_role("button", name="Reset").click()
    node_named(player, "w·x").get_by_text("1", exact=True).wait_for()
    player.page.wait_for_function("field => field.value === '0.5'", arg=field.element_handle())


def slope_of_w() -> Any:
    return ng.grad(lambda w: (np.tanh(2 * w - 0.4) - (2 * w - 0.4)) ** 2)(0.5)


def test_a_player_whose_kernel_has_gone_goes_on_and_says_so(lesson, player):
    """The last of these tests: nothing answers after it."""
    node_named(player, "w").click()
    lesson.page.evaluate(SHUT_DOWN)
    player.get_by_label("Value of w").fill("3")
    player.page.keyboard.press("Enter")
    player.locator(".ng-edit .ng-status[data-tone=error]").wait_for()
    assert "down to its cell again" in player.locator(".ng-edit .ng-status").inner_text()
    assert player.get_by_label("Value of w").input_value() == "0.5"
    before = list(lesson.errors)
    for step in (2, 3):
        player.get_by_role("button", name="Step forward").click()
        wait_at(player, "Backward", step)
    assert number_in(player, "a−z", "gradient") != "—"
    player.get_by_role("button", name="Play").click()
    player.locator(".ng-counter", has_text="step 5").wait_for()
    assert player.locator(".ng-silence").inner_text().startswith("The kernel has gone.")
    assert lesson.errors == before
