"""Groups on the stage: their signs keep apart, and opening one leaves the reader where as much has happened."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

import nbgrad as ng

STILL = """() => {
    const { x, width } = document.querySelector(".ng-stage .ng-box").getBoundingClientRect();
    const before = window.boxSeen;
    window.boxSeen = `${x} ${width}`;
    return before === window.boxSeen;
}"""
CIRCLES = """() => [...document.querySelectorAll(".ng-group-target")].map((each) => {
    const { x, y, width, height } = each.getBoundingClientRect();
    return [x + width / 2, y + height / 2, Math.min(width, height) / 2];
})"""
STATE = """() => {
    const frame = models[0].get("frame");
    const { phases, frames } = models[0].get("payload");
    const phase = phases.find(({ first, count }) => first <= frame && frame < first + count);
    const { moment, target, number } = frames[frame];
    const isEnd = frame === phase.first + phase.count - 1;
    const counter = document.querySelector(".ng-counter").textContent;
    return { phase: phase.key, isEnd, moment, target, number, counter };
}"""


def nested_at_the_end() -> Any:
    """Two groups that end in a group of their own, so that its box is in the corner of their frame."""
    a, b = (ng.tensor(value, requires_grad=True, name=name) for value, name in ((2.0, "a"), (0.5, "b")))
    with ng.group("layer 1"):
        p = a * b
        with ng.group("inner"):
            q = np.tanh(p * a)
    with ng.group("layer 2"):
        r = q - b
        with ng.group("inner"):
            s = np.exp(r * b) + r
    loss = s * q
    loss.name = "loss"
    return loss


def toggle(page: Any, path: str) -> None:
    """Click on the sign of a group, and wait for the other drawing."""
    before = page.locator(".ng-stage [data-node]").count()
    page.locator(f'.ng-group-sign[data-toggle="{path}"]').first.click()
    page.wait_for_function("n => document.querySelectorAll('.ng-stage [data-node]').length !== n", arg=before)


def go(page: Any, frame: int) -> Any:
    page.evaluate("n => models[0].set('frame', n)", frame)
    return page.evaluate(STATE)


def test_no_sign_lies_on_another_at_any_scale(show):
    page = show(nested_at_the_end())
    for path in ("layer 1 / inner", "layer 2 / inner"):
        toggle(page, path)
    for sign in ("⤢", "−", "−", "1:1", "+"):
        page.locator(".ng-zoom").get_by_text(sign).click()
        circles = page.evaluate(CIRCLES)
        assert len(circles) == 4
        for place, (x, y, radius) in enumerate(circles):
            for other_x, other_y, other in circles[:place]:
                assert np.hypot(other_x - x, other_y - y) >= radius + other


@pytest.mark.parametrize("views", [1, 2])
@pytest.mark.parametrize("phase", ["forward", "backward", "update"])
def test_as_much_has_happened_when_a_group_is_opened_or_closed(show, phase, views):
    page = show(nested_at_the_end(), views)
    toggle(page, "layer 2")
    [first, count] = page.evaluate(
        "key => { const { first, count } = models[0].get('payload').phases.find((one) => one.key === key);"
        " return [first, count]; }",
        phase,
    )
    for place in range(count - 1):
        closed = go(page, first + place)
        toggle(page, "layer 2")
        opened = page.evaluate(STATE)
        assert (opened["phase"], opened["moment"]) == (phase, closed["moment"])
        assert closed["target"] is None or (opened["target"], opened["number"]) == (closed["target"], closed["number"])
        toggle(page, "layer 2")
        assert page.evaluate(STATE) == closed


def test_who_asks_for_the_frame_that_is_shown_is_there_by_choice(show):
    page = show(nested_at_the_end())

    def press(*keys: str) -> None:
        page.locator(".ng-stage").first.focus()
        for key in keys:
            page.keyboard.press(key)

    press("1", "ArrowRight")
    within = page.evaluate(STATE)
    toggle(page, "layer 1")
    ready = page.evaluate(STATE)
    assert within["moment"] < ready["moment"], "the group's result is the first that is computed now"
    toggle(page, "layer 1")
    assert page.evaluate(STATE) == within
    toggle(page, "layer 1")
    press("1")
    toggle(page, "layer 1")
    assert page.evaluate(STATE)["moment"] == ready["moment"]


def test_the_end_of_the_pass_stays_its_end(show):
    page = show(nested_at_the_end())
    toggle(page, "layer 1")
    page.locator(".ng-stage").first.focus()
    page.keyboard.press("2")
    page.keyboard.press("End")
    for _ in range(3):
        state = page.evaluate(STATE)
        assert (state["phase"], state["isEnd"]) == ("backward", True)
        number, count = [int(part) for part in state["counter"].split() if part.isdigit()]
        assert number == count
        toggle(page, "layer 1")


def nested(depth: int) -> Any:
    x = ng.tensor(0.5, requires_grad=True, name="x")
    with ExitStack() as groups:
        for level in range(depth):
            groups.enter_context(ng.group(f"d{level + 1}"))
        y = np.tanh(x * 2.0)
    return y * 3.0


def test_frames_within_frames_have_signs_beside_each_other(show):
    page = show(nested(4))
    circles = page.evaluate(CIRCLES)
    assert len(circles) == 4
    for place, (x, y, radius) in enumerate(circles):
        for other_x, other_y, other in circles[:place]:
            assert np.hypot(other_x - x, other_y - y) >= radius + other


SIGNS = """() => [...document.querySelectorAll(".ng-group-sign > circle:not(.ng-group-target)")].map((each) => {
    const { x, y, width } = each.getBoundingClientRect();
    return [x + width / 2, y + width / 2, width / 2];
})"""
BOXES = """() => {
    const found = (selector) => [...document.querySelectorAll(`.ng-stage ${selector}`)].map((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        return [x, y, width, height];
    });
    return { boxes: found(".ng-box"), titles: found(".ng-group-name"), stage: found("svg")[0] };
}"""


@pytest.mark.parametrize("width", [420, 1180])
def test_where_the_drawing_is_small_no_sign_lies_on_anything(open_page, mount, width):
    page = open_page(width=width)
    mount(page, ng.animate(nested(5) * nested(4) / 3.0))
    page.locator(".ng-zoom").get_by_text("⤢").click()
    page.wait_for_function(STILL)
    signs, around = page.evaluate(SIGNS), page.evaluate(BOXES)
    left, top, wide, high = around["stage"]
    assert len(signs) == len(around["titles"]) == 9
    for place, (x, y, radius) in enumerate(signs):
        assert min(x - left, left + wide - x, y - top, top + high - y) >= radius
        for other_x, other_y, other in signs[:place]:
            assert np.hypot(other_x - x, other_y - y) >= radius + other
        for box_x, box_y, box_width, box_height in around["boxes"] + around["titles"]:
            aside = max(box_x - x, x - box_x - box_width, 0), max(box_y - y, y - box_y - box_height, 0)
            assert np.hypot(*aside) >= radius


def test_a_click_on_a_sign_is_for_its_group_where_signs_are_small_and_many(open_page, mount):
    page = open_page(width=420)
    mount(page, ng.animate(nested(5)))
    page.evaluate("() => { window.asked = []; models[0].send = (message) => asked.push(message.path); }")
    page.locator(".ng-zoom").get_by_text("⤢").click()
    middles = page.evaluate(CIRCLES)
    paths = page.evaluate(
        "[...document.querySelectorAll('.ng-group-target')].map((each) => each.closest('[data-toggle]').dataset.toggle)"
    )
    for x, y, _ in middles:
        page.mouse.click(x, y)
    assert page.evaluate("asked") == paths
