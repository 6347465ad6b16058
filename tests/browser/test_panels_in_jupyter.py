"""The player's panels in JupyterLab and in Notebook 7: a real kernel computes the edits, real cells have the lines."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from lesson_page import Lesson

NAME = "panels.ipynb"
CELLS = [
    "import nbgrad as ng\nng.debug(True)",
    "k = ng.tensor(0.5, requires_grad=True)\nz = k * 2.0\nloss = z * z + k",
    "ng.animate(loss)",
]
KERNEL = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
SHUT_DOWN = "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.shutdown(); }"


@pytest.fixture(scope="module", params=["lab/tree/", "notebooks/"], ids=["lab", "notebook"])
def opened(request: Any, open_lesson: Any, lab_server: Any) -> Lesson:
    """A notebook with a player, all its cells run."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS], metadata=KERNEL)
    nbformat.write(notebook, lab_server.lessons / NAME)
    lesson: Lesson = open_lesson(request.param + NAME)
    lesson.run_all()
    assert lesson.complaints() == []
    return lesson


@pytest.fixture
def player(opened: Lesson) -> Any:
    """The player in its cell, without an open panel."""
    player = opened.cell("ng.animate(loss)").locator(".ng-player")
    player.wait_for()
    if player.locator(".ng-panel-close").count():
        player.locator(".ng-panel-close").click()
    return player


def box(player: Any, name: str) -> Any:
    return player.locator("[data-node]", has=player.page.locator(".ng-name", has_text=name)).first


def test_the_kernel_computes_an_edit_on_a_copy(opened, player):
    player.locator(".ng-stage").press("End")
    box(player, "k").focus()
    player.page.keyboard.press("Enter")
    field = player.get_by_label("Value of k")
    field.fill("1")
    field.press("Enter")
    player.get_by_text("Computed anew.").wait_for()
    loss = box(player, "loss")
    assert loss.locator("[data-value] text:not(.ng-ghost)").text_content() == "5"
    assert loss.locator("[data-value] .ng-ghost").text_content() == "1.5"
    opened.photograph(player, "panels-edit")
    assert opened.ask_kernel(k="float(k.data)")["k"] == 0.5
    player.get_by_role("button", name="Reset").click()
    player.locator(".ng-ghost").first.wait_for(state="detached")
    assert field.input_value() == "0.5"


def test_letters_in_a_field_are_no_shortcuts_of_the_notebook(opened, player):
    before = player.page.locator(".jp-Notebook .jp-Cell").count()
    player.locator(".ng-open-quiz").click()
    player.page.keyboard.type("ddab")
    assert player.locator(".ng-quiz .ng-field").input_value() == "ddab"
    assert player.page.locator(".jp-Notebook .jp-Cell").count() == before
    player.page.keyboard.press("Escape")
    assert player.locator(".ng-open-quiz").evaluate("button => button === document.activeElement")


def test_a_node_and_its_line_point_at_each_other(opened, player):
    page = player.page
    box(player, "z").hover()
    mark = page.locator(".ng-cell-mark")
    mark.wait_for()
    line = page.locator(".jp-Cell .cm-line", has_text="z = k * 2.0")
    assert mark.bounding_box()["y"] == pytest.approx(line.bounding_box()["y"], abs=2)
    opened.photograph(page.locator(".jp-Notebook").first, "panels-line")
    line.hover()
    mark.wait_for(state="detached")
    assert player.locator("[data-node].ng-lit").count() == 1
    assert "z" in player.locator("[data-node].ng-lit .ng-name").text_content()
    page.locator(".jp-Cell .cm-line", has_text="ng.debug").hover()
    player.locator("[data-node].ng-lit").first.wait_for(state="detached")


def test_a_kernel_that_has_gone_is_told_of(opened, player):
    """The last of these tests: nothing answers after it."""
    box(player, "k").click()
    opened.page.evaluate(SHUT_DOWN)
    player.get_by_label("Value of k").fill("3")
    player.page.keyboard.press("Enter")
    player.locator(".ng-edit .ng-status[data-tone=error]").wait_for()
    assert "kept." in player.locator(".ng-edit .ng-status").inner_text()
    assert player.get_by_label("Value of k").input_value() == "3"
