"""The player in a real browser: what a reader sees and does, without a kernel."""

from __future__ import annotations

import handmade
import numpy as np
import pytest
from contrast import CONTRAST

import nbgrad as ng
from nbgrad.widgets.player import Player

EQUATIONS = [
    "z = w × x = 6.000",
    "loss = z × z = 36.000",
    "∂loss/∂loss = 1.000",
    "∂loss/∂z = 1.000 × 6.000",
    "∂loss/∂z = 6.000 + 12.000",
    "∂loss/∂w = 12.000 × 24.000",
    "w ← 3.000 − 0.01 × 24.000 = 2.760",
]
START = 2  # the backward pass begins here


def make_player(frame: int = START) -> Player:
    player = Player(handmade.payload())
    player.frame = frame
    return player


@pytest.fixture
def player(page, mount):
    """One player on a page, at the start of its backward pass; the fixture's value is that page."""
    mount(page, make_player())
    return page


def equation(page) -> str:
    return page.locator(".ng-equation").first.text_content()


def gradients(page) -> list[str]:
    return [page.locator(f'[data-gradient="{node}"]').first.text_content() for node in (0, 2, 3)]


def counter(page) -> str:
    return page.locator(".ng-counter").text_content()


def pressed_phase(page) -> str:
    return page.locator('.ng-phase[aria-pressed="true"]').text_content()


def test_it_begins_where_it_is_told_to(player):
    assert equation(player) == EQUATIONS[START]
    assert player.locator(".ng-title").text_content() == "<b>loss</b>"
    assert (counter(player), pressed_phase(player)) == ("step 1 of 4", "Backward")
    assert gradients(player) == ["∂ —", "∂ —", "∂ 1.000"]
    assert player.locator('[data-gradient="1"]').count() == 0


def test_step_changes_equation_gradients_and_edges(player):
    player.get_by_label("Step forward").click()
    player.get_by_label("Step forward").click()
    assert equation(player) == EQUATIONS[4]
    assert player.locator(".ng-sentence").text_content() == "The second is added."
    assert gradients(player) == ["∂ —", "∂ 12.000", "∂ 1.000"]
    assert player.locator(".ng-live").get_attribute("data-edge") == "2-3-1"
    assert player.locator(".ng-done").get_attribute("data-edge") == "2-3-0"
    assert player.locator(".ng-now").get_attribute("data-node") == "3"
    assert player.locator(".ng-label").text_content() == "× 2.000"
    label, ground = (player.locator(each).bounding_box() for each in (".ng-label", ".ng-label-ground"))
    assert ground["width"] > 0.6 * label["width"]
    assert abs(ground["x"] + ground["width"] / 2 - label["x"] - label["width"] / 2) < 1


def test_stepping_back_takes_everything_back(player):
    player.get_by_label("Last step").click()
    assert gradients(player)[0] == "∂ 24.000"
    player.get_by_label("Step back").click()
    player.get_by_label("Step back").click()
    assert equation(player) == EQUATIONS[3]
    assert gradients(player) == ["∂ —", "∂ 6.000", "∂ 1.000"]
    player.get_by_label("First step").click()
    assert gradients(player) == ["∂ —", "∂ —", "∂ 1.000"]
    assert player.locator(".ng-done, .ng-live, .ng-now, .ng-flow").count() == 0


def test_first_and_last_are_those_of_the_phase_and_then_of_its_neighbours(player):
    player.get_by_label("First step").click()
    assert (equation(player), pressed_phase(player)) == (EQUATIONS[0], "Forward")
    player.get_by_label("Last step").click()
    assert equation(player) == EQUATIONS[1]
    player.get_by_label("Last step").click()
    assert (equation(player), pressed_phase(player)) == (EQUATIONS[5], "Backward")


def test_the_ends_hold(player):
    player.get_by_role("button", name="Forward", exact=True).click()
    player.get_by_label("Step back").dispatch_event("click")
    assert equation(player) == EQUATIONS[0]
    assert player.get_by_label("Step back").get_attribute("aria-disabled") == "true"
    player.get_by_role("button", name="Update", exact=True).click()
    player.get_by_label("Step forward").dispatch_event("click")
    assert equation(player) == EQUATIONS[6]
    assert player.get_by_label("Step forward").get_attribute("aria-disabled") == "true"


def test_space_presses_the_button_that_has_the_focus(player):
    player.locator(".ng-forward").focus()
    player.keyboard.press("Space")
    assert equation(player) == EQUATIONS[3]
    assert player.locator(".ng-play").text_content() == "Play"


def test_the_scrubber_runs_over_the_phase(player):
    scrubber = player.get_by_label("Step of this phase")
    assert (scrubber.input_value(), scrubber.get_attribute("max")) == ("0", "3")
    scrubber.fill("2")
    assert equation(player) == EQUATIONS[4]
    assert scrubber.get_attribute("aria-valuetext") == "step 3 of 4: mul"
    box = scrubber.bounding_box()
    player.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    assert equation(player) == EQUATIONS[5]
    player.keyboard.press("ArrowLeft")
    assert equation(player) == EQUATIONS[4]
    player.get_by_role("button", name="Forward", exact=True).click()
    assert (scrubber.input_value(), scrubber.get_attribute("max")) == ("0", "1")


def test_play_runs_through_the_phases_to_the_end_and_stops(player):
    player.get_by_label("Speed").select_option("4")
    player.locator(".ng-play").click()
    assert player.locator(".ng-play").text_content() == "Pause"
    player.wait_for_function("document.querySelector('.ng-play').textContent === 'Play'")
    moves = "models[0].saved.filter(([name]) => name === 'frame').map(([, frame]) => frame)"
    assert player.evaluate(moves) == [3, 4, 5, 6]
    assert equation(player) == EQUATIONS[6]
    player.locator(".ng-play").click()
    player.wait_for_function(f"{moves}.length > 4")
    assert player.evaluate(moves)[4] == 0, "Play at the end begins again"


def test_a_loop_repeats_its_phase(open_page, mount):
    page = open_page()
    page.clock.install()
    page.clock.pause_at(2_000_000_000_000)
    mount(page, make_player())
    page.get_by_label("Repeat this phase").click()
    assert page.get_by_label("Repeat this phase").get_attribute("aria-pressed") == "true"
    page.locator(".ng-play").click()
    seen = []
    for _ in range(6):
        page.clock.run_for(600)
        seen.append(page.evaluate("models[0].get('frame')"))
    assert seen == [3, 4, 5, 2, 3, 4]
    assert page.locator(".ng-play").text_content() == "Pause"


def test_pause_stops(open_page, mount):
    page = open_page()
    page.clock.install()
    page.clock.pause_at(2_000_000_000_000)
    mount(page, make_player())
    page.locator(".ng-play").click()
    page.clock.run_for(700)
    assert equation(page) == EQUATIONS[3]
    page.locator(".ng-play").click()
    page.clock.run_for(10_000)
    assert equation(page) == EQUATIONS[3]


def test_a_step_stays_600_ms_at_single_speed_and_2400_at_a_quarter(open_page, mount):
    page = open_page()
    page.clock.install()
    page.clock.pause_at(2_000_000_000_000)
    mount(page, make_player())
    page.locator(".ng-play").click()
    page.clock.run_for(599)
    assert equation(page) == EQUATIONS[2]
    page.clock.run_for(1)
    assert equation(page) == EQUATIONS[3]
    page.get_by_label("Speed").select_option("0.25")
    page.clock.run_for(2399)
    assert equation(page) == EQUATIONS[3]
    page.clock.run_for(1)
    assert equation(page) == EQUATIONS[4]


def test_it_goes_on_without_a_kernel(player):
    player.evaluate("window.kernelIsDead = true")
    player.get_by_label("Step forward").click()
    assert equation(player) == EQUATIONS[3]


def test_a_kernel_that_is_known_to_have_gone_is_told_nothing_and_that_is_said(player):
    """The widgets' manager writes an error to the console for each change that it cannot send."""
    player.evaluate(
        """() => {
            models[0].widget_manager = { kernel: { status: "dead", isDisposed: true } };
            models[0].save_changes = () => console.error("Could not send widget sync message");
        }"""
    )
    player.get_by_role("button", name="Step forward").click()
    assert player.locator(".ng-counter").inner_text().startswith("step 2")
    assert player.locator(".ng-silence").inner_text().startswith("The kernel has gone.")


def test_the_kernel_can_move_it(player):
    player.evaluate("models[0].set('frame', 5)")
    assert equation(player) == EQUATIONS[5]
    player.evaluate("models[0].set('speed', 3.1)")
    assert player.get_by_label("Speed").input_value() == "4"


def test_two_views_of_one_model_share_the_frame_and_step_once(open_page, mount):
    page = open_page()
    page.clock.install()
    page.clock.pause_at(2_000_000_000_000)
    mount(page, make_player(), views=2)
    page.get_by_label("Step forward").first.click()
    assert page.locator(".ng-equation").all_text_contents() == [EQUATIONS[3]] * 2
    page.locator(".ng-play").last.click()
    page.clock.run_for(600)
    assert page.locator(".ng-equation").all_text_contents() == [EQUATIONS[4]] * 2


def test_several_players_on_a_page_do_not_meet(page, mount):
    mount(page, make_player())
    mount(page, make_player())
    page.get_by_label("Last step").first.click()
    assert page.locator(".ng-equation").all_text_contents() == [EQUATIONS[5], EQUATIONS[2]]
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(ids) == len(set(ids))
    assert page.evaluate(
        "[...document.querySelectorAll('svg[aria-labelledby]')]"
        ".every(svg => svg.querySelector('#' + svg.getAttribute('aria-labelledby')))"
    )


def test_nothing_runs_on_after_a_view_is_removed(open_page, mount):
    page = open_page()
    page.clock.install()
    mount(page, make_player())
    page.locator(".ng-play").click()
    page.evaluate("removeView(0)")
    page.clock.run_for(10_000)
    assert page.evaluate("models[0].get('frame')") == START
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
    page.keyboard.press("1")
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
    for _ in player.payload["phases"]:
        page.keyboard.press("End")  # of a phase, and then of the next
    shown = page.locator("[data-gradient]").all_text_contents()
    assert shown, "the parameters and operations have a place for their gradients"
    assert not [text for text in shown if "—" in text or "not yet" in text]


def test_the_controls_stay_in_place_however_long_the_words(open_page, mount):
    page = open_page(width=600)
    payload = handmade.payload()
    payload["frames"][2]["sentence"] = "A sentence that goes on and on. " * 8
    payload["frames"][3]["equation"] = [{"text": "∂loss/∂w = 12.000 × 2.000 " * 5, "role": "value"}]
    mount(page, Player(payload))
    page.wait_for_function("document.querySelector('.ng-lines-of-step').style.minHeight !== ''")
    tops = []
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.locator(".ng-play").press(key)
        tops.append(page.locator(".ng-play").bounding_box()["y"])
    assert len(set(tops)) == 1
    assert page.locator(".ng-probe").count() == 0


def test_a_pass_without_steps_says_so(page, mount):
    payload = {**handmade.payload(), "frames": [], "phases": [], "start": 0}
    mount(page, Player(payload))
    assert page.locator(".ng-counter").text_content() == "no steps"
    assert page.locator(".ng-button[aria-disabled=true]").count() == 5
    page.locator(".ng-stage").press("Space")
    page.locator(".ng-stage").press("End")
    assert page.locator(".ng-node").count() == 4


def test_hostile_labels_stay_text(page, mount):
    hostile = handmade.payload()
    hostile["title"] = "<img src=x onerror=alert(1)>"
    hostile["frames"][START]["sentence"] = "<script>alert(1)</script>"
    hostile["frames"][START]["equation"] = [{"text": "<i>a</i>", "role": '"><script>'}]
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
    mount(page, make_player())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen = "selector => { const box = document.querySelector(selector).getBoundingClientRect(); "
    seen += "const stage = document.querySelector('.ng-stage').getBoundingClientRect(); "
    seen += "return box.left >= stage.left && box.right <= stage.right; }"
    assert page.evaluate(seen, '[data-node="3"]')
    page.locator(".ng-stage").press("3")
    assert page.evaluate(seen, '[data-node="0"]')


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_wish_for_less_motion_is_obeyed(open_page, mount, motion):
    page = open_page(reduced_motion=motion)
    mount(page, make_player())
    page.get_by_label("Step forward").click()
    names = page.evaluate(
        "['.ng-flow-dots', '.ng-fresh'].map(s => getComputedStyle(document.querySelector(s)).animationName)"
    )
    assert names == (["none", "none"] if motion == "reduce" else ["ng-player-flow", "ng-player-arrive"])


@pytest.mark.parametrize("theme", ["light", "dark", None])
def test_text_can_be_read_in_every_theme(open_page, mount, theme):
    page = open_page(theme=theme, color_scheme="dark")
    mount(page, make_player())
    page.get_by_label("Step forward").click()
    page.add_script_tag(content=CONTRAST)
    ratios = page.evaluate("contrasts()")
    assert len(ratios) > 10
    assert {what: ratio for what, ratio in ratios if ratio < 4.5} == {}
