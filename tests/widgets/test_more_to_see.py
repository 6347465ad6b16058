"""A drawing that is wider than its cell: shown whole where it can be read, else with a sign of what is hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from contrast import CONTRAST

import nbgrad as ng

ROOM = """() => {
  const stage = document.querySelector(".ng-stage");
  const drawing = stage.querySelector("svg").viewBox.baseVal;
  const shades = document.querySelector(".ng-shades");
  const seen = shades.getBoundingClientRect();
  return {
    scale: document.querySelector(".ng-paper").clientWidth / drawing.width,
    hidden: { left: stage.scrollLeft, right: stage.scrollWidth - stage.clientWidth - stage.scrollLeft },
    sides: shades.dataset.sides.split(" ").filter(Boolean),
    covers: seen.width === stage.clientWidth && seen.height === stage.clientHeight,
    painted: getComputedStyle(shades).backgroundSize.split(", ").slice(0, 2).map((size) => Number.parseFloat(size)),
    bar: stage.offsetHeight - stage.clientHeight,
  };
}"""
# Whether all of a box is seen; the selector is that of the box.
WHOLE = """(selector) => {
  const stage = document.querySelector(".ng-stage");
  const room = stage.getBoundingClientRect();
  const box = document.querySelector(selector).getBoundingClientRect();
  return box.left >= room.left && box.right <= room.left + stage.clientWidth + 0.5;
}"""


@pytest.fixture(scope="module")
def browser(launch_browser: Any) -> Any:
    """Playwright hides scrollbars unless it is told not to."""
    return launch_browser(ignore_default_args=["--hide-scrollbars"])


def nine_scalars() -> ng.Tensor:
    numbers = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}
    a, b, c, f = (ng.tensor(number, requires_grad=True, name=name) for name, number in numbers.items())
    return np.tanh((a * b + c) * f)


def chain(length: int) -> ng.Tensor:
    x = ng.tensor(0.5, requires_grad=True, name="x")
    for _ in range(length):
        x = np.tanh(x)
    return x


def opened(open_page: Any, mount: Any, loss: ng.Tensor, width: int, theme: str = "light") -> tuple[Any, Any]:
    page = open_page(theme=theme, width=width, height=800)
    page.emulate_media(reduced_motion="reduce")
    player = ng.animate(loss)
    mount(page, player)
    return page, player


@pytest.mark.parametrize("width", [970, 1400])
def test_a_drawing_that_is_a_little_too_wide_is_shown_whole(open_page, mount, width):
    page, _ = opened(open_page, mount, nine_scalars(), width)
    room = page.evaluate(ROOM)
    assert room["hidden"] == {"left": 0, "right": 0}
    assert room["scale"] >= 0.75
    assert (room["sides"], room["bar"]) == ([], 0)


@pytest.mark.parametrize("width", [380, 760, 970, 1400])
def test_a_shade_and_a_bar_say_where_there_is_more(open_page, mount, width):
    page, _ = opened(open_page, mount, chain(9), width)
    room = page.evaluate(ROOM)
    assert room["hidden"]["left"] > 100, "the backward pass begins on the right"
    assert room["sides"] == ["left"]
    assert room["painted"][0] > 10 > room["painted"][1]
    assert room["covers"]
    assert room["bar"] >= 10
    page.evaluate("document.querySelector('.ng-stage').scrollTo({ left: 200, behavior: 'instant' })")
    page.wait_for_function("document.querySelector('.ng-shades').dataset.sides === 'left right'")
    page.evaluate("document.querySelector('.ng-stage').scrollTo({ left: 0, behavior: 'instant' })")
    page.wait_for_function("document.querySelector('.ng-shades').dataset.sides === 'right'")


@pytest.mark.parametrize("width", [380, 760, 970, 1400])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_phase_opens_with_what_its_first_step_is_about(open_page, mount, width, theme):
    page, player = opened(open_page, mount, chain(9), width, theme)
    frames = player.payload["frames"]
    for phase in ("Backward", "Forward"):
        page.get_by_role("button", name=phase, exact=True).click()
        first = next(each for each in frames if each["phase"] == phase.lower())
        page.wait_for_function(WHOLE, arg=f'[data-node="{first["target"]}"] .ng-box')
    leaf = next(key for key, node in player.payload["nodes"].items() if node["name"] == "x")
    assert page.evaluate(WHOLE, f'[data-node="{leaf}"] .ng-box'), "the forward pass begins with what goes in"


def test_a_shade_does_not_stand_in_the_way(open_page, mount):
    page, _ = opened(open_page, mount, chain(9), 760)
    box = page.locator(".ng-shades").bounding_box()
    over = "([x, y]) => document.elementFromPoint(x, y).closest('.ng-stage') !== null"
    assert page.evaluate(over, [box["x"] + 2, box["y"] + box["height"] / 2])
    page.emulate_media(media="print")
    assert not page.locator(".ng-shades").is_visible()


# The deepest place of a shade lies over text and ground alike.
SHADED = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const shade = getComputedStyle(document.querySelector(".ng-shades")).getPropertyValue("--ng-more");
  const under = (color) => {
    [color, shade].forEach((each) => { canvas.fillStyle = each; canvas.fillRect(0, 0, 1, 1); });
    return luminance(`rgb(${[...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).join(" ")})`);
  };
  return [...document.querySelectorAll(".ng-paper text")].filter((text) => text.textContent.trim()).map((text) => {
    const [ink, paper] = [under(getComputedStyle(text).fill), under(ground(text))];
    return [text.textContent, (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05)];
  });
}"""
BAR = """() => {
  const part = (name) => getComputedStyle(document.querySelector(".ng-stage"), `::-webkit-scrollbar-${name}`);
  const [thumb, track] = ["thumb", "track"].map((name) => luminance(part(name).backgroundColor));
  return (Math.max(thumb, track) + 0.05) / (Math.min(thumb, track) + 0.05);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_lies_in_a_shade_can_be_read_and_the_bar_be_seen(open_page, mount, theme):
    page, _ = opened(open_page, mount, chain(9), 760, theme)
    page.add_script_tag(content=CONTRAST)
    shaded = page.evaluate(SHADED)
    assert len(shaded) > 20
    assert [text for text, ratio in shaded if ratio < 4.5] == []
    assert page.evaluate(BAR) >= 3
