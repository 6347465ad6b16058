"""The player in a real browser: what a reader sees and does, without a kernel."""

from __future__ import annotations

import handmade
import numpy as np
import pytest
from contrast import CONTRAST

import nbgrad as ng
from nbgrad.widgets.player import Player

EQUATIONS = [
    "∂loss/∂loss = 1.000",
    "∂loss/∂z = 1.000 × 6.000",
    "∂loss/∂z = 6.000 + 12.000",
    "∂loss/∂w = 12.000 × 24.000",
]


@pytest.fixture
def player(page, mount):
    """One player on a page; the fixture's value is that page."""
    mount(page, Player(handmade.payload()))
    return page


def equation(page) -> str:
    return page.locator(".ng-equation").first.text_content()


def gradient(page, node: int) -> str:
    return page.locator(f'[data-gradient="{node}"]').first.text_content()


def wait_for_step(page, step: int) -> None:
    page.wait_for_function(
        "text => document.querySelector('.ng-counter').textContent === text", arg=f"step {step} of 4"
    )


def test_it_begins_at_the_seed(player):
    assert equation(player) == EQUATIONS[0]
    assert player.locator(".ng-title").text_content() == "<b>loss</b>"
    assert player.locator(".ng-counter").text_content() == "step 1 of 4"
    assert [gradient(player, node) for node in (0, 2, 3)] == ["∂ —", "∂ —", "∂ 1.000"]
    assert player.locator('[data-gradient="1"]').count() == 0


def test_step_changes_equation_gradients_and_edges(player):
    player.get_by_label("Step forward").click()
    player.get_by_label("Step forward").click()
    assert equation(player) == EQUATIONS[2]
    assert player.locator(".ng-sentence").text_content() == "The second is added."
    assert [gradient(player, node) for node in (0, 2, 3)] == ["∂ —", "∂ 12.000", "∂ 1.000"]
    assert player.locator(".ng-live").get_attribute("data-edge") == "2-3-1"
    assert player.locator(".ng-done").get_attribute("data-edge") == "2-3-0"
    assert player.locator(".ng-now").get_attribute("data-node") == "3"
    assert player.locator(".ng-label").text_content() == "× 2.000"


def test_stepping_back_takes_everything_back(player):
    player.get_by_label("Last step").click()
    assert gradient(player, 0) == "∂ 24.000"
    player.get_by_label("Step back").click()
    player.get_by_label("Step back").click()
    assert equation(player) == EQUATIONS[1]
    assert [gradient(player, node) for node in (0, 2, 3)] == ["∂ —", "∂ 6.000", "∂ 1.000"]
    player.get_by_label("First step").click()
    assert gradient(player, 2) == "∂ —"
    assert player.locator(".ng-done, .ng-live, .ng-now, .ng-flow").count() == 0


def test_the_ends_hold(player):
    player.get_by_label("Step back").dispatch_event("click")
    assert equation(player) == EQUATIONS[0]
    assert player.get_by_label("Step back").get_attribute("aria-disabled") == "true"
    player.get_by_label("Last step").click()
    player.get_by_label("Step forward").dispatch_event("click")
    assert equation(player) == EQUATIONS[3]


def test_keyboard(player):
    player.locator(".ng-stage").focus()
    for key, step in [("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", 4), ("Home", 1)]:
        player.keyboard.press(key)
        assert player.locator(".ng-counter").text_content() == f"step {step} of 4"
    player.keyboard.press("Space")
    assert player.locator(".ng-play").text_content() == "Pause"
    player.keyboard.press("Space")
    assert player.locator(".ng-play").text_content() == "Play"


def test_every_control_is_reached_by_tab_and_shows_its_focus(player):
    labels = []
    for _ in range(8):
        player.keyboard.press("Tab")
        labels.append(player.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))
        assert player.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert labels[1:] == [
        "First step",
        "Step back",
        "Play",
        "Step forward",
        "Last step",
        "Step of the backward pass",
        "Speed",
    ]
    assert labels[0].startswith("Computation graph of <b>loss</b>")


def test_handled_keys_do_not_reach_the_notebook(player):
    player.evaluate("() => { window.heard = []; document.addEventListener('keydown', e => heard.push(e.key)); }")
    player.locator(".ng-forward").focus()
    for key in ("ArrowRight", "ArrowLeft", "Space", "Enter", "Home", "End", "ArrowDown"):
        player.keyboard.press(key)
    assert player.evaluate("heard") == []
    player.keyboard.press("Control+s")
    assert player.evaluate("heard") == ["Control", "s"]


def test_single_keys_are_claimed_from_jupyterlab_and_chords_are_not(player):
    # JupyterLab matches its shortcuts in the capture phase at the document, from the focused element upwards.
    player.evaluate(
        """() => { window.claimed = []; document.addEventListener("keydown", event => claimed.push(
            [event.key, event.target.hasAttribute("data-lm-suppress-shortcuts")]), true); }"""
    )
    player.locator(".ng-stage").focus()
    for key in ("a", "d", "Control+s", "ArrowRight"):
        player.keyboard.press(key)
    player.locator(".ng-play").press("b")
    player.evaluate("removeView(0); document.activeElement.blur()")
    player.keyboard.press("a")
    assert player.evaluate("claimed") == [
        ["a", True],
        ["d", True],
        ["Control", False],
        ["s", False],
        ["ArrowRight", True],
        ["b", True],
        ["a", False],
    ]
    assert player.locator("[data-lm-suppress-shortcuts]").count() == 0


def test_space_presses_the_button_that_has_the_focus(player):
    player.locator(".ng-forward").focus()
    player.keyboard.press("Space")
    assert equation(player) == EQUATIONS[1]
    assert player.locator(".ng-play").text_content() == "Play"


def test_scrubber(player):
    scrubber = player.get_by_label("Step of the backward pass")
    scrubber.fill("2")
    assert equation(player) == EQUATIONS[2]
    assert scrubber.get_attribute("aria-valuetext") == "step 3 of 4: mul"
    box = scrubber.bounding_box()
    player.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    assert equation(player) == EQUATIONS[3]
    player.keyboard.press("ArrowLeft")
    assert equation(player) == EQUATIONS[2]


def test_play_runs_to_the_end_and_stops(player):
    player.get_by_label("Speed").select_option("4")
    player.locator(".ng-play").click()
    assert player.locator(".ng-play").text_content() == "Pause"
    wait_for_step(player, 4)
    assert player.locator(".ng-play").text_content() == "Play"
    assert player.evaluate("models[0].saved.filter(([name]) => name === 'frame').map(([, frame]) => frame)") == [
        1,
        2,
        3,
    ]
    player.locator(".ng-play").click()
    assert equation(player) == EQUATIONS[0], "Play at the end begins again"


def test_pause_stops(open_page, mount):
    page = open_page()
    page.clock.install()
    mount(page, Player(handmade.payload()))
    page.locator(".ng-play").click()
    page.clock.run_for(700)
    assert equation(page) == EQUATIONS[1]
    page.locator(".ng-play").click()
    page.clock.run_for(10_000)
    assert equation(page) == EQUATIONS[1]


def test_a_step_stays_600_ms_at_single_speed_and_2400_at_a_quarter(open_page, mount):
    page = open_page()
    page.clock.install()
    page.clock.pause_at(2_000_000_000_000)
    mount(page, Player(handmade.payload()))
    page.locator(".ng-play").click()
    page.clock.run_for(599)
    assert equation(page) == EQUATIONS[0]
    page.clock.run_for(1)
    assert equation(page) == EQUATIONS[1]
    page.get_by_label("Speed").select_option("0.25")
    page.clock.run_for(2399)
    assert equation(page) == EQUATIONS[1]
    page.clock.run_for(1)
    assert equation(page) == EQUATIONS[2]


def test_it_goes_on_without_a_kernel(player):
    player.evaluate("window.kernelIsDead = true")
    player.get_by_label("Step forward").click()
    assert equation(player) == EQUATIONS[1]


def test_the_kernel_can_move_it(player):
    player.evaluate("models[0].set('frame', 3)")
    assert equation(player) == EQUATIONS[3]
    player.evaluate("models[0].set('speed', 3.1)")
    assert player.get_by_label("Speed").input_value() == "4"


def test_two_views_of_one_model_share_the_frame_and_step_once(open_page, mount):
    page = open_page()
    page.clock.install()
    page.clock.pause_at(2_000_000_000_000)
    mount(page, Player(handmade.payload()), views=2)
    page.get_by_label("Step forward").first.click()
    assert page.locator(".ng-equation").all_text_contents() == [EQUATIONS[1]] * 2
    page.locator(".ng-play").last.click()
    page.clock.run_for(600)
    assert page.locator(".ng-equation").all_text_contents() == [EQUATIONS[2]] * 2


def test_several_players_on_a_page_do_not_meet(page, mount):
    mount(page, Player(handmade.payload()))
    mount(page, Player(handmade.payload()))
    page.get_by_label("Last step").first.click()
    assert page.locator(".ng-equation").all_text_contents() == [EQUATIONS[3], EQUATIONS[0]]
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(ids) == len(set(ids))
    assert page.evaluate(
        "[...document.querySelectorAll('svg[aria-labelledby]')]"
        ".every(svg => svg.querySelector('#' + svg.getAttribute('aria-labelledby')))"
    )


def test_nothing_runs_on_after_a_view_is_removed(open_page, mount):
    page = open_page()
    page.clock.install()
    mount(page, Player(handmade.payload()))
    page.locator(".ng-play").click()
    page.evaluate("removeView(0)")
    page.clock.run_for(10_000)
    assert page.evaluate("models[0].get('frame')") == 0
    assert page.evaluate("Object.values(models[0].listeners).flat().length") == 0


def _scalar_loss() -> ng.Tensor:
    w = ng.tensor(3.0, requires_grad=True, name="w")
    z = w * 2.0
    return z * z + w


def _matrix_loss() -> ng.Tensor:
    W = ng.tensor(np.linspace(-1, 1, 6).reshape(3, 2), requires_grad=True, name="W")
    x = np.arange(12.0).reshape(4, 3)
    return ng.nn.functional.mse_loss(ng.nn.functional.sigmoid(x @ W), np.ones((4, 2)))


@pytest.mark.parametrize("make", [_scalar_loss, _matrix_loss])
def test_a_real_pass_looks_the_same_forwards_and_backwards(page, mount, make):
    player = ng.animate(make())
    count = len(player.payload["frames"])
    assert count > 2
    mount(page, player)
    stage = "document.querySelector('.ng-stage').innerHTML"
    page.locator(".ng-stage").focus()
    forwards = []
    for _ in range(count):
        forwards.append(page.evaluate(stage))
        page.keyboard.press("ArrowRight")
    assert len(set(forwards)) == count
    backwards = []
    for _ in range(count):
        backwards.append(page.evaluate(stage))
        page.keyboard.press("ArrowLeft")
    assert backwards[::-1] == forwards
    page.keyboard.press("End")
    shown = page.locator("[data-gradient]").all_text_contents()
    assert shown, "the parameters and operations have a place for their gradients"
    assert not [text for text in shown if "—" in text or "not yet" in text]


def test_the_controls_stay_in_place_however_long_the_words(open_page, mount):
    page = open_page(width=600)
    payload = handmade.payload()
    payload["frames"][2]["sentence"] = "A sentence that goes on and on. " * 8
    payload["frames"][3]["equation"] = [{"text": "∂loss/∂w = 12.000 × 2.000 " * 5, "role": "value"}]
    mount(page, Player(payload))
    page.wait_for_function("document.querySelector('.ng-sentence').style.minHeight !== ''")
    tops = []
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.locator(".ng-play").press(key)
        tops.append(page.locator(".ng-play").bounding_box()["y"])
    assert len(set(tops)) == 1
    assert page.locator(".ng-probe").count() == 0


def test_a_pass_without_steps_says_so(page, mount):
    payload = {**handmade.payload(), "frames": []}
    mount(page, Player(payload))
    assert page.locator(".ng-counter").text_content() == "no steps"
    assert page.locator(".ng-button[aria-disabled=true]").count() == 5
    page.locator(".ng-stage").press("Space")
    page.locator(".ng-stage").press("End")
    assert page.locator(".ng-node").count() == 4


def test_hostile_labels_stay_text(page, mount):
    hostile = handmade.payload()
    hostile["title"] = "<img src=x onerror=alert(1)>"
    hostile["frames"][0]["sentence"] = "<script>alert(1)</script>"
    hostile["frames"][0]["equation"] = [{"text": "<i>a</i>", "role": '"><script>'}]
    hostile["svg"] = hostile["svg"].replace(
        "</svg>",
        "<script>document.title = 'taken'</script><a href='javascript:alert(1)'><text onclick='alert(1)'>a</text></a>"
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>p</p></foreignObject></svg>",
    )
    mount(page, Player(hostile))
    assert page.locator(".ng-title").text_content() == hostile["title"]
    assert page.locator(".ng-equation").text_content() == "<i>a</i>"
    assert page.locator(".ng-sentence").text_content() == "<script>alert(1)</script>"
    assert page.locator(".ng-player :is(script, img, foreignObject, [onclick], [href])").count() == 0
    assert page.title() == "widgets"


def test_a_drawing_wider_than_the_page_scrolls_to_what_happens(open_page, mount):
    page = open_page(width=420, reduced_motion="reduce")
    mount(page, Player(handmade.payload()))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen = "selector => { const box = document.querySelector(selector).getBoundingClientRect(); "
    seen += "const stage = document.querySelector('.ng-stage').getBoundingClientRect(); "
    seen += "return box.left >= stage.left && box.right <= stage.right; }"
    assert page.evaluate(seen, '[data-node="3"]')
    page.get_by_label("Last step").click()
    assert page.evaluate(seen, '[data-node="0"]')


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_wish_for_less_motion_is_obeyed(open_page, mount, motion):
    page = open_page(reduced_motion=motion)
    mount(page, Player(handmade.payload()))
    page.get_by_label("Step forward").click()
    names = page.evaluate(
        "['.ng-flow', '.ng-fresh'].map(s => getComputedStyle(document.querySelector(s)).animationName)"
    )
    assert names == (["none", "none"] if motion == "reduce" else ["ng-player-flow", "ng-player-arrive"])


@pytest.mark.parametrize("theme", ["light", "dark", None])
def test_text_can_be_read_in_every_theme(open_page, mount, theme):
    page = open_page(theme=theme, color_scheme="dark")
    mount(page, Player(handmade.payload()))
    page.get_by_label("Step forward").click()
    page.add_script_tag(content=CONTRAST)
    ratios = page.evaluate("contrasts()")
    assert len(ratios) > 10
    assert {what: ratio for what, ratio in ratios if ratio < 4.5} == {}
