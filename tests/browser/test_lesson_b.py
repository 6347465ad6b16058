"""Lesson (b) in JupyterLab: the drawing, the player and the training controls, as a reader uses them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from lesson_page import Lesson, brightness

PAUSE_MILLISECONDS = 500  # what a reader may wait for Pause

# The words of an element in each of 30 frames that the browser paints, as one list.
WATCH = """(element) => new Promise((resolve) => {
  const seen = [];
  const look = () => seen.push(element.textContent) < 30 ? requestAnimationFrame(look) : resolve(seen);
  look();
})"""


@pytest.fixture(scope="module")
def opened(open_lesson: Any) -> Lesson:
    """The lesson, all its cells run."""
    lesson = open_lesson("lab/tree/b_the_graph.ipynb")
    lesson.run_all()
    return lesson


@pytest.fixture
def player(lesson: Lesson) -> Any:
    """The player, at the first step of its backward pass."""
    player = lesson.cell("ng.animate(loss)").locator(".ng-player")
    player.wait_for()
    player.locator(".ng-stage").press("2")
    return player


@pytest.fixture
def trainer(lesson: Lesson) -> Any:
    """The training controls, reset."""
    trainer = lesson.cell("ng.Trainer(").locator(".ng-trainer")
    trainer.get_by_role("button", name="Reset").click()
    trainer.get_by_text("0 of 200", exact=True).wait_for()
    return trainer


def test_every_code_cell_has_run_without_an_error(lesson):
    assert [cell["count"] for cell in lesson.cells] == list(range(1, len(lesson.cells) + 1))
    assert lesson.complaints() == []


@pytest.mark.parametrize("words", ["loss = Loss(y, a)", "forward(nodes)\nloss", "backward(nodes)\nloss"])
def test_the_drawing_is_there(lesson, words):
    picture = lesson.cell(words).locator(".jp-OutputArea-output img")
    picture.wait_for()
    assert picture.get_attribute("src").startswith("data:image/svg+xml")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    shown = picture.bounding_box()
    assert shown["width"] > 100
    assert shown["height"] > 50


def test_step_forward_changes_the_equation_and_the_counter(lesson, player):
    equation, counter = player.locator(".ng-equation"), player.locator(".ng-counter")
    _, count = places(counter)
    equations = [equation.inner_text()]
    for step in range(2, count + 1):
        player.get_by_role("button", name="Step forward").click()
        assert places(counter) == (step, count)
        equations.append(equation.inner_text())
    assert all(equations)
    assert all(now != before for before, now in pairwise(equations))
    lesson.photograph(player, "player-light")


def test_play_runs_to_the_last_step_and_stops(lesson, player):
    counter = player.locator(".ng-counter")
    _, count = places(counter)
    player.get_by_label("Speed").select_option("4")
    play = player.locator(".ng-play")
    play.click()
    player.get_by_text(f"step 2 of {count}", exact=True).wait_for()
    assert play.inner_text() == "Pause"
    player.get_by_role("button", name="Play").wait_for()
    assert player.locator('.ng-phase[aria-pressed="true"]').inner_text() == "Update"  # after the backward pass
    step, count = places(counter)
    assert step == count


def test_training_plays_and_pauses(lesson, trainer):
    play = trainer.get_by_role("button", name="Play")
    play.click()
    early = loss_after(lesson, trainer, epoch=2)
    late = loss_after(lesson, trainer, epoch=20)
    assert late < early

    trainer.evaluate("root => root.addEventListener('click', () => { root.pressed = performance.now(); }, true)")
    trainer.get_by_role("button", name="Pause").click()
    # The page shows a click at once, whether the kernel has heard of it or not; so the kernel is asked.
    pressed = trainer.evaluate("root => root.pressed")
    answer = {"phase": "running", "at": pressed}
    while answer["phase"] == "running" and answer["at"] - pressed < PAUSE_MILLISECONDS:
        answer = lesson.ask_kernel(phase="trainer.phase", epoch="trainer.epoch", steps="trainer.steps")
    assert answer["phase"] == "paused"
    assert answer["at"] - pressed < PAUSE_MILLISECONDS

    assert trainer.get_attribute("data-phase") == "paused"
    shown = f"{answer['epoch']} of 200"
    trainer.get_by_text(shown, exact=True).wait_for()
    assert set(place(trainer).evaluate(WATCH)) == {shown}
    assert lesson.ask_kernel(steps="trainer.steps")["steps"] == answer["steps"]
    lesson.photograph(trainer, "trainer-light")


def test_a_cell_that_trains_takes_over_from_play(lesson, trainer):
    """The page's wishes may be heard on a thread of the kernel that is not the cells' own."""
    for _ in range(6):
        trainer.get_by_role("button", name="Reset").click()
        trainer.get_by_text("0 of 200", exact=True).wait_for()
        trainer.get_by_role("button", name="Play").click()
        loss_after(lesson, trainer, epoch=2)
        answer = lesson.ask_kernel(epochs="len(trainer.run(epochs=5))", error="trainer.error", phase="trainer.phase")
        assert answer["error"] is None
        assert answer["phase"] == "paused"
        assert answer["epochs"] >= 7


def test_a_dark_theme_makes_the_widgets_dark(lesson, player, trainer):
    assert brightness(trainer) > 200
    lesson.use_theme("JupyterLab Dark")
    try:
        trainer.get_by_role("button", name="Play").click()
        loss_after(lesson, trainer, epoch=20)
        trainer.get_by_role("button", name="Pause").click()
        assert brightness(trainer) < 60
        lesson.photograph(trainer, "trainer-dark")
        lesson.cell("ng.animate(loss)")
        player.get_by_role("button", name="Step forward").click()
        player.get_by_role("button", name="Step forward").click()
        assert brightness(player) < 60
        lesson.photograph(player, "player-dark")
    finally:
        lesson.use_theme("JupyterLab Light")


def places(counter):
    """The numbers of "step 3 of 7"."""
    now, count = re.fullmatch(r"step (\d+) of (\d+)", counter.inner_text()).groups()
    return int(now), int(count)


def place(trainer):
    """The element that says "3 of 200"."""
    return trainer.locator(".ng-field", has=trainer.page.get_by_role("progressbar")).locator("b")


def loss_after(lesson, trainer, epoch):
    """The training loss that the page shows as soon as it has come to that epoch."""
    reached = "([bar, epoch]) => Number(bar.getAttribute('aria-valuenow')) >= epoch"
    bar = trainer.get_by_role("progressbar")
    lesson.page.wait_for_function(reached, arg=[bar.element_handle(), epoch])
    return float(trainer.locator(".ng-train-text").inner_text())
