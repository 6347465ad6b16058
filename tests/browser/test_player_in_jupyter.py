"""The player in JupyterLab and in Notebook 7, with a kernel: every control, by mouse and by keyboard alone."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from lesson_page import brightness
from scalar_player import NEURON, PLAYER, fresh_player, node_named, number_in, wait_at

import nbgrad as ng

NAME = "player.ipynb"
NETWORK = """\
from nbgrad import nn
rng = np.random.default_rng(0)
network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
error = np.mean((network(rng.normal(size=(5, 3))) - rng.normal(size=(5, 1))) ** 2)
error.backward()
grouped = ng.animate(error)
grouped"""
AGAIN = "grouped  # in a second cell"
CELLS = [NEURON, PLAYER, NETWORK, AGAIN]


def focused(player: Any) -> str:
    """What the keyboard's focus is on: its accessible name or text."""
    return player.page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent")


# ---- the row of controls
def test_the_phases_and_every_button_of_the_row(player):
    press = lambda name: player.get_by_role("button", name=name, exact=True).click()  # noqa: E731
    press("Forward")
    wait_at(player, "Forward", 1)
    assert number_in(player, "loss", "value") == "—"
    press("Step forward")
    wait_at(player, "Forward", 2)
    press("Step back")
    wait_at(player, "Forward", 1)
    press("Last step")
    wait_at(player, "Forward", 5, 5)
    press("Last step")  # from the end of a phase to that of the next
    wait_at(player, "Backward", 8, 8)
    press("First step")
    wait_at(player, "Backward", 1)
    press("First step")
    wait_at(player, "Forward", 1)
    press("Update")
    wait_at(player, "Update", 1, 2)
    assert "←" in player.locator(".ng-equation").text_content()
    press("Backward")
    wait_at(player, "Backward", 1)
    assert number_in(player, "loss", "gradient") == "1"
    assert number_in(player, "w", "gradient") == "—"


def test_the_scrubber_runs_over_the_phase(player):
    scrub = player.get_by_label("Step of this phase")
    box = scrub.bounding_box()
    player.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    count = int(scrub.get_attribute("max")) + 1
    wait_at(player, "Backward", count, count)
    scrub.press("ArrowLeft")
    wait_at(player, "Backward", count - 1, count)


@pytest.mark.parametrize("speed", ["0.25", "0.5", "1", "2", "4"])
def test_every_speed_plays_and_pauses(lesson, player, speed):
    player.get_by_label("Speed").select_option(speed)
    loop = player.get_by_role("button", name="Repeat this phase")
    loop.click()  # so that it still plays when Pause is pressed, however slow the machine is
    player.get_by_role("button", name="Play").click()
    player.locator(".ng-counter", has_text=re.compile("^step [2-8] of 8$")).wait_for()
    player.get_by_role("button", name="Pause").click()
    player.get_by_role("button", name="Play").wait_for()
    loop.click()
    assert lesson.ask_kernel(speed="player.speed")["speed"] == float(speed)


def test_a_phase_is_repeated_and_without_that_the_pass_ends(player):
    player.get_by_label("Speed").select_option("4")
    loop = player.get_by_role("button", name="Repeat this phase")
    loop.click()
    assert loop.get_attribute("aria-pressed") == "true"
    player.get_by_role("button", name="Update").click()
    wait_at(player, "Update", 1)
    player.get_by_role("button", name="Play").click()
    wait_at(player, "Update", 2)
    wait_at(player, "Update", 1)
    loop.click()
    assert loop.get_attribute("aria-pressed") == "false"
    player.get_by_role("button", name="Play").wait_for()  # it comes to the end and stops
    wait_at(player, "Update", 2, 2)


def test_the_drawing_grows_and_shrinks_and_fits(player):
    width = lambda: player.locator(".ng-paper > svg").first.bounding_box()["width"]  # noqa: E731
    before = width()
    player.get_by_role("button", name="Larger").click()
    assert width() > before * 1.1
    player.get_by_role("button", name="Smaller").click()
    player.get_by_role("button", name="Smaller").click()
    assert width() < before
    player.get_by_role("button", name="Show all of it").click()
    assert width() <= player.locator(".ng-stage").bounding_box()["width"] + 1


def test_arrivals_are_seen_one_by_one_and_add_up(player):
    captions = []
    count = int(player.get_by_label("Step of this phase").get_attribute("max")) + 1
    for step in range(2, count + 1):
        player.get_by_role("button", name="Step forward").click()
        wait_at(player, "Backward", step)
        captions.append((player.locator(".ng-caption").text_content(), number_in(player, "z", "gradient")))
    arrivals = [gradient for caption, gradient in captions if "of 2" in caption]
    assert len(arrivals) == 2
    w = ng.tensor(0.5, requires_grad=True)
    z = w * 2.0 - 0.4
    first, total = [float(text.replace("−", "-")) for text in arrivals]
    expected = ng.grad(lambda z: (np.tanh(z) - z) ** 2)(z.item())
    assert total == pytest.approx(float(expected), rel=1e-2)
    assert first != pytest.approx(total, rel=1e-2)


# ---- by keyboard alone
def test_everything_is_reached_by_keyboard_alone(lesson, player):
    page = player.page
    keys = page.keyboard
    player.locator(".ng-stage").focus()  # where Tab leads from the notebook
    for key, phase, step in [
        ("1", "Forward", 1),
        ("ArrowRight", "Forward", 2),
        ("ArrowLeft", "Forward", 1),
        ("3", "Update", 1),
        ("2", "Backward", 1),
    ]:
        keys.press(key)
        wait_at(player, phase, step)
    keys.press("Home")
    wait_at(player, "Forward", 1)
    keys.press("End")
    wait_at(player, "Forward", 5, 5)
    keys.press("2")
    wait_at(player, "Backward", 1)
    for _ in range(4):
        keys.press("+")
    assert player.get_by_label("Speed").input_value() == "4"
    for _ in range(2):
        keys.press("-")
    keys.press("l")
    assert player.get_by_role("button", name="Repeat this phase").get_attribute("aria-pressed") == "true"
    keys.press("l")
    keys.press("Space")
    player.get_by_role("button", name="Pause").wait_for()
    keys.press("Space")
    player.get_by_role("button", name="Play").wait_for()
    keys.press("?")
    player.locator(".ng-help").wait_for()
    keys.press("Escape")
    player.locator(".ng-help").wait_for(state="hidden")

    keys.press("Tab")
    assert page.evaluate("document.activeElement.matches('[data-node]')")
    keys.press("Home")
    start = focused(player)
    keys.press("ArrowRight")
    assert focused(player) != start
    keys.press("g")
    keys.press("Enter")
    player.locator(".ng-panel-node").wait_for()
    assert page.evaluate("document.querySelector('.ng-panel-node').contains(document.activeElement)")
    keys.press("Escape")
    player.locator(".ng-panel-node").wait_for(state="detached")
    keys.press("e")
    player.locator(".ng-panel-edge").wait_for()
    keys.press("Escape")

    reached = set()
    for _ in range(40):
        keys.press("Tab")
        if not page.evaluate("document.activeElement.closest('.ng-player') !== null"):
            break
        reached.add(focused(player).strip())
    missing = {"Step back", "Play", "Step forward", "Step of this phase", "Speed", "Larger", "Paths", "Quiz me"} | {
        "Why this order?",
        "Code",
        "Keys",
        "Repeat this phase",
    }
    assert missing - reached == set()


@pytest.mark.parametrize("panel", ["Paths", "Quiz me", "Why this order?", "Code"])
def test_a_panel_opens_and_closes_by_keyboard(player, panel):
    button = player.get_by_role("button", name=panel)
    button.press("Enter")
    player.locator(".ng-panel").wait_for()
    player.page.keyboard.press("Escape")
    player.locator(".ng-panel").wait_for(state="detached")
    assert focused(player).strip() == panel


def test_jupyter_s_own_shortcuts_stay_away(lesson, player):
    """The keys "a" and "d d" would insert a cell and delete one."""
    count = lesson.page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length")
    player.locator(".ng-stage").press("a")
    player.locator(".ng-stage").press("d")
    player.locator(".ng-stage").press("d")
    assert lesson.page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length") == count


# ---- groups and themes
def wait_for_boxes(player: Any, wanted: str) -> None:
    """Wait until the number of boxes on the stage is as wanted: "< 9"."""
    script = f"player => player.querySelectorAll('.ng-stage [data-node]').length {wanted}"
    player.page.wait_for_function(script, arg=player.element_handle())


def test_a_group_collapses_and_opens_through_the_kernel(lesson):
    player = fresh_player(lesson, "grouped = ng.animate")
    frames = player.locator("[data-group]")
    before, boxes = frames.count(), player.locator(".ng-stage [data-node]").count()
    assert before >= 2
    frames.first.locator(".ng-group-head").press("Enter")
    wait_for_boxes(player, f"< {boxes}")
    lesson.photograph(player, "player-collapsed")
    player.locator(".ng-stage .ng-group-sign").first.click()
    wait_for_boxes(player, f"=== {boxes}")
    assert frames.count() == before


@pytest.mark.parametrize(("phase", "step"), [("Forward", 4), ("Backward", 6), ("Update", 3)])
def test_two_views_of_one_player_stay_at_one_place(lesson, phase, step):
    player, other = (fresh_player(lesson, words) for words in ("grouped = ng.animate", AGAIN))
    counters = [view.locator(".ng-counter") for view in (player, other)]
    player.get_by_role("button", name=phase, exact=True).click()
    for _ in range(step - 1):
        player.get_by_role("button", name="Step forward").click()
    wait_at(other, phase, step)
    before, boxes = counters[0].text_content(), player.locator(".ng-stage [data-node]").count()
    for view in (player, other):
        view.locator(".ng-group-head").first.press("Enter")
        for each in (player, other):
            wait_for_boxes(each, f"< {boxes}")
        assert counters[0].text_content() == counters[1].text_content() != ""
        for each in (player, other):
            assert each.locator('.ng-phase[aria-pressed="true"]').text_content() == phase
        other.locator(".ng-stage .ng-group-sign").first.click()
        for each in (player, other):
            wait_for_boxes(each, f"=== {boxes}")
        assert [counter.text_content() for counter in counters] == [before, before]


def test_a_dark_theme_makes_the_player_dark(lesson, player):
    lesson.use_theme("JupyterLab Dark")
    try:
        assert brightness(player) < 60
        node_named(player, "z").click()
        lesson.photograph(player, "player-dark")
    finally:
        lesson.use_theme("JupyterLab Light")
    assert brightness(player) > 200
