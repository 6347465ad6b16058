"""Room on the page: picture, words and controls seen at once, narrow cells, notes that are in view, paper."""

from __future__ import annotations

import handmade
import numpy as np
import pytest

import nbgrad as ng
from nbgrad.widgets.player import Player

INSIDE = """() => {
  const right = document.querySelector(".ng-player").getBoundingClientRect().right + 0.5;
  const shown = [...document.querySelectorAll(".ng-head *, .ng-foot *")].filter((each) => each.getClientRects().length);
  return shown.filter((each) => each.getBoundingClientRect().right > right).map((each) => each.outerHTML);
}"""


SAYS = "text => document.querySelector('.ng-counter').textContent === text"


def recurrent() -> ng.Tensor:
    rng = np.random.default_rng(0)
    w = ng.tensor(rng.normal(size=(3, 3)) * 0.5, requires_grad=True, name="w")
    bias = ng.tensor(np.zeros(3), requires_grad=True, name="b")
    h = ng.tensor(np.ones((1, 3)), name="h")
    for _ in range(6):
        h = np.tanh(h @ w + bias)
    return (h**2).sum()


def test_a_player_of_a_large_graph_fits_on_a_laptop(open_page, mount):
    page = open_page(width=1086, height=700)
    mount(page, ng.animate(recurrent()))
    assert page.locator(".ng-player").bounding_box()["height"] <= 0.82 * 700


@pytest.mark.parametrize("width", [294, 412, 760])
def test_nothing_is_cut_off_in_a_narrow_cell(open_page, mount, width):
    page = open_page(width=width)
    mount(page, Player(handmade.payload()))
    assert page.evaluate(INSIDE) == []


def test_a_gradient_from_far_away_is_shown_where_it_arrives_and_says_where_it_comes_from(open_page, mount):
    page = open_page(width=900, height=700)
    player = ng.animate(recurrent())
    frames = player.payload["frames"]
    first = next(place for place, each in enumerate(frames) if each["arrival"] and each["arrival"]["count"] == 6)
    mount(page, player)
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("frame => models[0].set('frame', frame)", first)
    stage = page.locator(".ng-stage").bounding_box()
    for selector in (f'[data-node="{frames[first]["target"]}"] .ng-box', ".ng-callout-ground"):
        seen = page.locator(selector).bounding_box()
        assert stage["x"] <= seen["x"]
        assert seen["x"] + seen["width"] <= stage["x"] + stage["width"]
        assert stage["y"] <= seen["y"]
        assert seen["y"] + seen["height"] <= stage["y"] + stage["height"]
    name = player.payload["nodes"][str(frames[first]["active"])]["name"]
    assert page.locator(".ng-note-from").text_content() == f"from {name}"


CUT_OFF = """() => {
  const stage = document.querySelector(".ng-stage");
  const { left } = stage.getBoundingClientRect();
  const { target } = models[0].get("payload").frames[models[0].get("frame")];
  const box = document.querySelector(`[data-node="${target}"] .ng-box`).getBoundingClientRect();
  return Math.max(left - box.left, box.right - left - stage.clientWidth, 0);
}"""


def test_steps_in_a_hurry_are_in_view_at_once(open_page, mount):
    page = open_page(width=380, height=700)
    player = ng.animate(recurrent())
    mount(page, player)
    for number in range(len(player.payload["frames"])):
        page.evaluate("frame => models[0].set('frame', frame)", number)
        cut = page.evaluate(f"async () => {{ await new Promise(requestAnimationFrame); return ({CUT_OFF})(); }}")
        assert cut <= 1 or number == 0, number


@pytest.mark.parametrize("key", ["9", "0", ">", "<"])
def test_what_happens_stays_in_view_in_every_size(open_page, mount, key):
    page = open_page(width=700, height=700)
    mount(page, ng.animate(recurrent()))
    page.locator(".ng-stage").press(key)
    page.locator(".ng-stage").press(key)
    assert page.evaluate(CUT_OFF) <= 1


def test_arrays_that_add_up_are_three_pictures(page, mount):
    a = ng.tensor(np.array([1.0, 2.0, 3.0]), requires_grad=True, name="a")
    player = ng.animate((a * a).sum())
    second = next(at for at, each in enumerate(player.payload["frames"]) if (each["arrival"] or {}).get("index") == 2)
    mount(page, player)
    page.evaluate("frame => models[0].set('frame', frame)", second)
    assert page.locator(".ng-callout .ng-piece").count() == 3
    assert page.locator(".ng-note-sign").all_text_contents() == ["+", "="]


def test_the_keys_open_above_an_open_panel(page, mount):
    mount(page, Player(handmade.payload()))
    order = page.evaluate(
        "[...document.querySelector('.ng-player').children].map((each) => each.className.split(' ')[0])",
    )
    assert order.index("ng-help") < order.index("ng-panels")


def test_paper_is_light_where_the_page_is_dark(open_page, mount):
    page = open_page(theme="dark")
    mount(page, Player(handmade.payload()))
    ground = "getComputedStyle(document.querySelector('.ng-player')).backgroundColor"
    assert page.evaluate(ground) == "rgb(17, 17, 17)"
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.ng-player')).color") == "rgb(27, 36, 48)"


def test_long_equations_break_where_the_player_is_narrow(page, mount):
    """Down to the width that is left of 420 px in JupyterLab."""
    w, u = (ng.tensor(value, requires_grad=True, name=name) for value, name in ((0.5, "W_xh"), (-0.8, "W_hh")))
    h = ng.tensor(0.0, name="h_0")
    for t, x in enumerate([1.0, -0.5, 0.25], 1):
        h = np.tanh(ng.tensor(x, name=f"x_{t}") * w + h * u)
    page.set_viewport_size({"width": 320, "height": 1000})
    mount(page, ng.animate((h - 0.3) ** 2))
    page.locator(".ng-stage").focus()
    counter = page.locator(".ng-counter")
    for phase in "123":
        page.keyboard.press(phase)
        page.wait_for_function("() => /^step 1 of/.test(document.querySelector('.ng-counter').textContent)")
        steps = int(counter.inner_text().split()[-1])
        for step in range(1, steps + 1):
            page.wait_for_function(SAYS, arg=f"step {step} of {steps}")
            wide, room = page.locator(".ng-equation").evaluate("e => [e.scrollWidth, e.clientWidth]")
            assert wide <= room, page.locator(".ng-equation").inner_text()
            page.keyboard.press("ArrowRight")
