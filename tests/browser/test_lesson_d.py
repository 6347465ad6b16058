"""Lesson (d) in JupyterLab: the surface is turned and zoomed in the page itself, and follows the training."""

from __future__ import annotations

from typing import Any

import pytest
from lesson_page import Lesson, brightness

SHOWS_BOTH = "display(trainer, surface)"

# Enough of the picture to tell that it is not the same. Every pixel counts, so the mouse must not be over a point.
PIXELS = "canvas => new Promise(done => requestAnimationFrame(() => done(canvas.toDataURL())))"


@pytest.fixture(scope="module")
def opened(open_lesson: Any) -> Lesson:
    """The lesson, all its cells run."""
    lesson = open_lesson("lab/tree/d_boston_surface.ipynb")
    lesson.run_all()
    return lesson


@pytest.fixture
def canvas(lesson: Lesson) -> Any:
    """The surface's canvas, in its first view and all in sight."""
    surface = lesson.cell(SHOWS_BOTH).locator(".ng-surface")
    surface.get_by_role("button", name="Back to the first view").click()
    canvas = surface.locator("canvas")
    canvas.scroll_into_view_if_needed()
    return canvas


def test_every_code_cell_has_run_without_an_error(lesson):
    assert [cell["count"] for cell in lesson.cells] == list(range(1, len(lesson.cells) + 1))
    assert lesson.complaints() == []


def test_dragging_and_the_wheel_change_the_picture_without_the_kernel(lesson, canvas):
    pictures, views = [canvas.evaluate(PIXELS)], [canvas.get_attribute("data-view")]
    box = canvas.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lesson.photograph(canvas.locator("xpath=.."), "surface-light")
    mouse = lesson.page.mouse
    mouse.move(*middle)
    sent = len(lesson.sent)

    mouse.down()
    mouse.move(middle[0] + 120, middle[1] + 40, steps=6)
    mouse.up()
    note(lesson, canvas, pictures, views)
    mouse.wheel(0, -200)
    note(lesson, canvas, pictures, views)
    canvas.press("ArrowLeft")
    note(lesson, canvas, pictures, views)

    assert len(set(pictures)) == len(pictures)
    assert lesson.sent[sent:] == []


def test_the_surface_follows_the_training(lesson, canvas):
    trainer = lesson.cell(SHOWS_BOTH).locator(".ng-trainer")
    spoken = canvas.get_attribute("aria-label")
    trainer.get_by_role("button", name="Reset").click()
    changed = "([canvas, before]) => canvas.getAttribute('aria-label') !== before"
    lesson.page.wait_for_function(changed, arg=[canvas.element_handle(), spoken])
    untrained = canvas.get_attribute("aria-label")
    before = canvas.evaluate(PIXELS)
    trainer.get_by_role("button", name="Play").click()
    trainer.get_by_text("200 of 200", exact=True).wait_for()
    lesson.page.wait_for_function(changed, arg=[canvas.element_handle(), untrained])
    assert canvas.evaluate(PIXELS) != before


def test_a_dark_theme_repaints_the_canvas(lesson, canvas):
    surface = canvas.locator("xpath=..")
    light = canvas.evaluate(PIXELS)
    assert brightness(surface) > 200
    lesson.use_theme("JupyterLab Dark")
    try:
        lesson.page.wait_for_function(
            "([canvas, light]) => canvas.toDataURL() !== light", arg=[canvas.element_handle(), light]
        )
        assert brightness(surface) < 60
        lesson.photograph(surface, "surface-dark")
    finally:
        lesson.use_theme("JupyterLab Light")


def note(lesson, canvas, pictures, views):
    """Wait until the canvas has been painted from another side, and keep both."""
    painted = "([canvas, before]) => canvas.dataset.view !== before"
    lesson.page.wait_for_function(painted, arg=[canvas.element_handle(), views[-1]])
    views.append(canvas.get_attribute("data-view"))
    pictures.append(canvas.evaluate(PIXELS))
