"""What a notebook shows on the next morning, when no kernel runs, and to somebody who does not trust it."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from scalar_player import NEURON, PLACES, PLAYER, write_notebook

DRAWN = "ng.draw(loss)"
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
SHUT_DOWN = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"


def shown(lesson: Any, words: str) -> Any:
    """The pictures in the output of the cell with these words."""
    return lesson.cell(words).locator(".jp-OutputArea-output img[alt]")


def size_of(picture: Any) -> tuple[float, float]:
    picture.wait_for()
    picture.evaluate("image => image.decode()")
    box = picture.bounding_box()
    return box["width"], box["height"]


@pytest.fixture(scope="module", params=list(PLACES))
def place(request: pytest.FixtureRequest) -> str:
    return PLACES[request.param]


@pytest.fixture(scope="module")
def saved(place: str, lab_server: Any, open_lesson: Any) -> Any:
    """A notebook that was run, saved, and left without a kernel; and what was seen while it was alive."""
    name = f"saved-{place.partition('/')[0]}.ipynb"
    path = lab_server.lessons / name
    write_notebook(path, [NEURON, DRAWN, PLAYER])
    lesson = open_lesson(place + name)
    lesson.run_all()
    assert lesson.complaints() == []
    lesson.cell(PLAYER).locator(".ng-player").wait_for()
    seen = {"behind the player": shown(lesson, PLAYER).first.is_visible()}
    lesson.page.evaluate(SAVE)
    lesson.page.evaluate(SHUT_DOWN)
    return name, path, seen


def test_a_living_player_hides_its_picture(saved):
    _, _, seen = saved
    assert not seen["behind the player"]


@pytest.mark.parametrize("words", [DRAWN, PLAYER])
def test_reopened_without_its_kernel_it_still_shows_every_picture(saved, place, open_lesson, words):
    name, _, _ = saved
    lesson = open_lesson(place + name)
    width, height = size_of(shown(lesson, words).first)
    assert width > 300
    assert height > 50
    assert not lesson.page.get_by_text("Error displaying widget").first.is_visible()
    lesson.photograph(lesson.cell(words), f"reopened-{words[:6]}")


def test_somebody_who_does_not_trust_it_sees_them_too(saved, place, lab_server, open_lesson):
    name, path, _ = saved
    notebook = nbformat.read(path, 4)
    notebook.cells[0].source += "\n# changed by somebody else"
    copy = f"copied-{name}"
    nbformat.write(notebook, lab_server.lessons / copy)
    lesson = open_lesson(place + copy)
    assert size_of(shown(lesson, PLAYER).first)[0] > 300
    assert size_of(shown(lesson, DRAWN).first)[0] > 300
    assert "0.00396" in lesson.cell(DRAWN).locator(".jp-OutputArea-output pre").text_content()  # the table
