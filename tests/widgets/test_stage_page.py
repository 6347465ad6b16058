"""The stage of the player in a real browser: keys, mouse and fingers on the graph, groups, edits, motion, paper."""

from __future__ import annotations

from typing import Any

import handmade
import numpy as np
import pytest

import nbgrad as ng
from nbgrad.widgets.player import Player

START = 2  # the backward pass of the handmade payload begins here
FOLDED = 5  # its frame in which an axis is summed


@pytest.fixture
def player(page, mount):
    """The handmade player on a page, at the start of its backward pass; the fixture's value is that page."""
    mount(page, Player(handmade.payload()))
    return page


def frame(page) -> int:
    return page.evaluate("models[0].get('frame')")


def focused(page) -> str | None:
    return page.evaluate("document.activeElement.getAttribute('data-node')")


def answer(page, **message: Any) -> None:
    """Let the kernel answer the last question."""
    page.evaluate(
        "message => models[0].listeners['msg:custom'].forEach(each => "
        "each({ ...message, id: models[0].sent.at(-1).id }, []))",
        message,
    )


# ---- keys
def test_tab_leads_to_one_box_and_arrows_walk_along_the_edges(player):
    player.locator(".ng-stage").focus()
    player.keyboard.press("Tab")
    assert focused(player) == "0"
    walk = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        player.keyboard.press(key)
        walk.append(focused(player))
    assert walk[:3] == ["2", "3", "2"]
    assert walk[3] in ("0", "1")
    assert player.locator("[data-node][tabindex='0']").count() == 1
    assert frame(player) == START, "in the graph the arrows walk and do not step"
    assert all(player.locator("[data-node]").nth(place).get_attribute("aria-label") for place in range(4))


def test_enter_chooses_the_box_and_escape_lets_go(player):
    player.locator('[data-node="2"]').focus()
    player.keyboard.press("Enter")
    assert player.locator(".ng-selected").get_attribute("data-node") == "2"
    player.keyboard.press("Escape")
    assert player.locator(".ng-selected").count() == 0


def test_the_keys_of_a_box_lead_to_its_step_and_over_its_edges(player):
    player.locator('[data-node="2"]').focus()
    player.keyboard.press("g")
    assert frame(player) == 4, "the last gradient that reaches z"
    chosen = []
    for _ in range(4):
        player.keyboard.press("e")
        chosen.append(player.locator(".ng-edge.ng-selected").get_attribute("data-edge"))
    assert sorted(chosen) == ["0-2-0", "1-2-0", "2-3-0", "2-3-1"]


@pytest.mark.parametrize(
    ("key", "trait", "value"),
    [
        *[("]", "speed", 2), ("+", "speed", 2), ("[", "speed", 0.5), ("-", "speed", 0.5), ("l", "loop", True)],
        *[("1", "frame", 0), ("2", "frame", 2), ("3", "frame", 6), ("End", "frame", 5), ("ArrowLeft", "frame", 1)],
    ],
)
def test_keys_of_the_player(player, key, trait, value):
    player.locator(".ng-stage").press(key)
    assert player.evaluate("trait => models[0].get(trait)", trait) == value


def test_a_question_mark_shows_the_keys_and_escape_hides_them(player):
    keys = player.locator(".ng-help")
    assert keys.is_hidden()
    player.locator(".ng-stage").press("?")
    assert "play or pause" in keys.inner_text()
    assert player.locator(".ng-help-button").get_attribute("aria-expanded") == "true"
    player.keyboard.press("Escape")
    assert keys.is_hidden()


# ---- the mouse
def test_a_click_chooses_and_a_double_click_goes_to_the_step(player):
    player.locator('[data-node="0"] .ng-box').click()
    assert player.locator(".ng-selected").get_attribute("data-node") == "0"
    player.locator('[data-node="0"] .ng-box').dblclick()
    assert frame(player) == FOLDED


def test_near_an_edge_is_near_enough_to_choose_it(player):
    middle = "edge => { const at = edge.getPointAtLength(edge.getTotalLength() * 0.7); const on = edge.getScreenCTM(); "
    middle += "const point = at.matrixTransform(on); return [point.x, point.y]; }"
    x, y = player.locator('.ng-edge[data-edge="1-2-0"]').evaluate(middle)
    player.mouse.click(x, y + 3)
    assert player.locator(".ng-edge.ng-selected").get_attribute("data-edge") == "1-2-0"


def test_the_wheel_scrolls_the_notebook_and_zooms_only_with_control(player):
    player.evaluate("document.body.style.paddingBottom = '2000px'")
    box = player.locator(".ng-paper").bounding_box()
    player.mouse.move(box["x"] + 200, box["y"] + 60)
    player.mouse.wheel(0, 120)
    player.wait_for_function("scrollY === 120")
    assert player.locator(".ng-paper").bounding_box()["width"] == box["width"]
    player.keyboard.down("Control")
    player.mouse.wheel(0, -300)
    player.keyboard.up("Control")
    player.wait_for_function("wide => document.querySelector('.ng-paper').offsetWidth > wide * 1.5", arg=box["width"])
    assert player.evaluate("scrollY") == 120


def test_buttons_zoom_and_show_all_again(open_page, mount):
    page = open_page(width=420)
    mount(page, Player(handmade.payload()))
    sheet, stage = page.locator(".ng-paper"), page.locator(".ng-stage")
    page.get_by_label("Larger").wait_for()  # which is there once the stage has been measured
    wide = sheet.bounding_box()["width"]
    page.get_by_label("Larger").click()
    assert sheet.bounding_box()["width"] == pytest.approx(wide * 1.25, abs=2)
    page.get_by_label("Show all of it").click()
    assert sheet.bounding_box()["width"] <= stage.bounding_box()["width"]


def test_keys_zoom_show_all_and_the_size_as_drawn(open_page, mount):
    page = open_page(width=420)
    mount(page, Player(handmade.payload()))
    sheet, stage = page.locator(".ng-paper"), page.locator(".ng-stage")
    natural = float(page.locator(".ng-paper > svg").first.get_attribute("viewBox").split()[2])
    widths = []
    for key in ("9", ">", "<", "0"):
        stage.press(key)
        widths.append(sheet.bounding_box()["width"])
    assert widths[:3] == pytest.approx([natural, natural * 1.25, natural], abs=2)
    assert widths[3] <= stage.bounding_box()["width"]
    page.get_by_label("As large as it was drawn").click()
    assert sheet.bounding_box()["width"] == pytest.approx(natural, abs=1)


def test_the_mouse_drags_the_drawing_and_chooses_nothing_by_that(open_page, mount):
    page = open_page(width=420, reduced_motion="reduce")
    mount(page, Player(handmade.payload()))
    box = page.locator(".ng-stage").bounding_box()
    before = page.evaluate("document.querySelector('.ng-stage').scrollLeft")
    assert before > 60
    page.mouse.move(box["x"] + 100, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 80, steps=4)
    page.mouse.up()
    assert page.evaluate("document.querySelector('.ng-stage').scrollLeft") == pytest.approx(before - 60, abs=6)
    assert page.locator(".ng-selected").count() == 0


# ---- fingers
def touch(session, kind: str, *points: tuple[float, float]) -> None:
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})


def test_a_swipe_steps_and_two_fingers_zoom(open_page, mount):
    page = open_page(width=800, has_touch=True)
    mount(page, Player(handmade.payload()))
    session = page.context.new_cdp_session(page)
    box = page.locator(".ng-words").bounding_box()
    x, y = box["x"] + 300, box["y"] + 20
    for way, expected in ((-120, START + 1), (120, START)):
        touch(session, "touchStart", (x, y))
        touch(session, "touchMove", (x + way / 2, y))
        touch(session, "touchMove", (x + way, y))
        touch(session, "touchEnd")
        page.wait_for_function("frame => models[0].get('frame') === frame", arg=expected)

    box = page.locator(".ng-paper").bounding_box()
    x, y = box["x"] + 300, box["y"] + 80
    touch(session, "touchStart", (x - 20, y), (x + 20, y))
    touch(session, "touchMove", (x - 40, y), (x + 40, y))
    touch(session, "touchEnd")
    page.wait_for_function("wide => document.querySelector('.ng-paper').offsetWidth > wide * 1.5", arg=box["width"])
    assert frame(page) == START


def test_a_tap_chooses(open_page, mount):
    page = open_page(width=800, has_touch=True)
    mount(page, Player(handmade.payload()))
    page.locator('[data-node="2"] .ng-box').tap()
    assert page.locator(".ng-selected").get_attribute("data-node") == "2"


# ---- groups
def test_a_groups_header_asks_the_kernel_to_collapse_it(page, mount):
    mount(page, Player(handmade.grouped()))
    header = page.get_by_role("button", name="Group layer 1: collapse")
    header.locator(".ng-group-name").click()
    [asked] = page.evaluate("models[0].sent")
    assert (asked["kind"], asked["path"]) == ("toggle", "layer 1")
    answer(page, kind="done")
    header.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("o")
    assert page.evaluate("models[0].sent.map(each => each.kind)") == ["toggle"] * 3
    answer(page, kind="error", text="It cannot be collapsed.")
    assert page.locator(".ng-silence").inner_text() == "It cannot be collapsed."


def test_a_collapsed_groups_sign_asks_to_open_it(page, mount):
    payload = handmade.payload()
    payload["groups"] = [{"path": "layer 1 / norm", "open": False, "members": 7, "node": 2}]
    mount(page, Player(payload))
    assert "Group layer 1 / norm: open" in page.locator('[data-node="2"]').get_attribute("aria-label")
    page.locator('[data-node="2"] .ng-group-sign').click()
    page.locator('[data-node="2"]').focus()
    page.keyboard.press("o")
    assert page.evaluate("models[0].sent.map(each => [each.kind, each.path])") == [["toggle", "layer 1 / norm"]] * 2
    assert page.locator(".ng-selected").count() == 0


def test_the_focus_goes_from_a_header_to_the_collapsed_box_and_back(page, mount):
    collapsed = handmade.payload()
    collapsed["groups"] = [{"path": "layer 1", "open": False, "members": 2, "node": 2}]
    mount(page, Player(handmade.grouped()))
    page.get_by_role("button", name="Group layer 1: collapse").focus()
    page.evaluate("payload => models[0].set('payload', payload)", collapsed)
    assert focused(page) == "2"
    page.evaluate("payload => models[0].set('payload', payload)", handmade.grouped())
    assert page.evaluate("document.activeElement.getAttribute('data-toggle')") == "layer 1"


def test_a_kernel_that_does_not_answer_is_told_of_and_the_page_goes_on(open_page, mount):
    page = open_page()
    page.clock.install()
    page.clock.pause_at(2_000_000_000_000)
    mount(page, Player(handmade.grouped()))
    page.locator(".ng-group-name").click()
    page.clock.run_for(4900)
    assert page.locator(".ng-silence").text_content() == ""
    page.clock.run_for(200)
    assert page.locator(".ng-silence").text_content().startswith("No answer from the kernel yet;")
    page.locator(".ng-play").click()
    page.clock.run_for(600)
    assert frame(page) == START + 1


def test_a_kernel_that_is_not_there_any_more_is_told_of_at_once(page, mount):
    mount(page, Player(handmade.grouped()))
    page.evaluate("() => { models[0].send = () => { throw new Error('Comm is closed'); }; }")
    page.locator(".ng-group-name").click()
    assert page.locator(".ng-silence").text_content().startswith("The kernel has gone.")


# ---- another payload
def edited() -> dict[str, Any]:
    """The handmade payload after w was changed from 2 to 3: one frame fewer in the forward pass, and ghosts."""
    made = handmade.payload()
    made["svg"] = made["svg"].replace("3.000", "4.000")
    made["ghosts"] = {
        "values": {"0": handmade.value("3.000"), "2": handmade.value("5.500")},
        "gradients": {"2": handmade.gradient("11.000")},
    }
    return made


def test_an_edit_leaves_the_old_numbers_as_ghosts_where_there_are_new_ones(player):
    player.evaluate("payload => models[0].set('payload', payload)", edited())
    assert player.locator('[data-value="0"] text').all_text_contents() == ["4.000", "3.000"]
    assert player.locator('[data-value="2"] .ng-ghost').text_content() == "5.500"
    assert player.locator('[data-gradient="2"]').text_content() == "∂ —", "not yet is not zero, and has no ghost"
    player.locator(".ng-stage").press("End")
    assert player.locator('[data-gradient="2"] text').all_text_contents() == ["∂ 12.000", "11.000"]
    struck = "getComputedStyle(document.querySelector('.ng-ghost')).textDecorationLine"
    assert player.evaluate(struck) == "line-through"


def test_another_payload_keeps_the_place_the_choice_and_the_focus(player):
    player.locator(".ng-stage").press("ArrowRight")
    player.locator('[data-node="2"]').focus()
    player.keyboard.press("Enter")
    player.locator('[data-node="2"]').focus()
    shorter = edited()
    shorter["frames"] = shorter["frames"][1:]
    shorter["phases"] = [
        {"key": "forward", "label": "Forward", "first": 0, "count": 1},
        {"key": "backward", "label": "Backward", "first": 1, "count": 4},
        {"key": "update", "label": "Update", "first": 5, "count": 1},
    ]
    equation = player.locator(".ng-equation").text_content()
    player.evaluate("payload => models[0].set('payload', payload)", shorter)
    assert frame(player) == START, "one frame earlier, which is the same step"
    assert player.locator(".ng-equation").text_content() == equation
    assert player.locator(".ng-selected").get_attribute("data-node") == "2"
    assert focused(player) == "2"


# ---- what is seen
def test_gradients_arrive_one_after_the_other_and_add_up(player):
    player.locator(".ng-stage").press("ArrowRight")
    assert player.locator(".ng-arrival").text_content() == "6.000 + …"
    player.keyboard.press("ArrowRight")
    assert player.locator(".ng-arrival").text_content() == "6.000 + 6.000 = 12.000"
    player.keyboard.press("ArrowRight")
    assert player.locator(".ng-arrival").count() == 0


def test_the_update_says_what_was_and_what_is(player):
    player.locator(".ng-stage").press("3")
    assert player.locator(".ng-change").text_content() == "3.000 → 2.760"


def test_the_summed_axis_collapses(open_page, mount):
    page = open_page()
    mount(page, Player(handmade.folded()))
    page.evaluate("frame => models[0].set('frame', frame)", FOLDED)
    moving = page.locator(".ng-fold-moving")
    heights = moving.evaluate(
        "node => { const [motion] = node.getAnimations(); motion.pause();"
        " const { duration } = motion.effect.getTiming();"
        " return [0.05, 0.5, 0.8].map(part => { motion.currentTime = part * duration;"
        " const box = node.getBoundingClientRect(); return [box.width, box.height]; }); }"
    )
    (wide, high), (_, half), (wide_after, low) = heights
    assert low < half < high
    assert low < high / 5
    assert wide_after == pytest.approx(wide, rel=0.02)
    assert page.locator(".ng-fold-shape").all_text_contents() == ["4×3", "3"]
    assert page.locator(".ng-sentence").text_content() == "It reaches w & <x>. The 4 rows add up."


def test_what_is_beside_a_box_never_covers_it_or_leaves_the_drawing(open_page, mount):
    page = open_page(reduced_motion="reduce")
    mount(page, Player(handmade.folded()))
    for number, each in enumerate(handmade.folded()["frames"]):
        page.evaluate("frame => models[0].set('frame', frame)", number)
        if page.locator(".ng-callout-ground").count() == 0:
            continue
        note = page.locator(".ng-callout-ground").bounding_box()
        box = page.locator(f'[data-node="{each["target"]}"] .ng-box').bounding_box()
        sheet = page.locator(".ng-paper").bounding_box()
        assert not overlap(note, box)
        assert note["x"] >= sheet["x"]
        assert note["y"] + note["height"] <= sheet["y"] + sheet["height"] + 1


def overlap(a, b):
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


def test_mathematics_is_set_and_anything_else_in_it_is_refused(page, mount):
    payload = handmade.payload()
    begun = '<math xmlns="http://www.w3.org/1998/Math/MathML">'
    payload["frames"][START]["math"] = (
        f'{begun}<mi onclick="alert(1)">a</mi><mo>=</mo><mn class="ng-token-value">1</mn></math>'
    )
    payload["frames"][START + 1]["math"] = (
        f'{begun}<mtext><img src="x" xmlns="http://www.w3.org/1999/xhtml"/></mtext></math>'
    )
    mount(page, Player(payload))
    assert page.locator(".ng-equation math").all_text_contents() == ["a", "=1"]
    assert page.locator(".ng-player [onclick]").count() == 0
    page.locator(".ng-stage").press("ArrowRight")
    assert page.locator(".ng-equation").text_content() == "∂loss/∂z = 1.000 × 6.000"
    assert page.locator(".ng-equation math, .ng-player img").count() == 0


def test_no_equation_is_cut_off_on_a_narrow_page(open_page, mount):
    x = ng.tensor(np.linspace(-1, 1, 12).reshape(4, 3), name="x")
    W = ng.tensor(np.linspace(-1, 1, 6).reshape(3, 2), requires_grad=True, name="weights_of_layer_one")
    player = ng.animate((ng.nn.functional.sigmoid(x @ W) * 2.0).mean())
    page = open_page(width=380)
    mount(page, player)
    lines = page.locator(".ng-equation")
    for number, each in enumerate(player.payload["frames"]):
        page.evaluate("frame => models[0].set('frame', frame)", number)
        assert lines.evaluate("line => line.scrollWidth - line.clientWidth") <= 0, each["equation"]


# ---- what is heard, and paper
def test_a_step_is_spoken_once_one_stays_there(open_page, mount):
    page = open_page()
    page.clock.install()
    page.clock.pause_at(2_000_000_000_000)
    mount(page, Player(handmade.payload()))
    spoken = page.locator(".ng-spoken")
    assert spoken.get_attribute("aria-live") == "polite"
    page.clock.run_for(1000)
    assert spoken.text_content() == "", "a page that opens is silent"
    page.locator(".ng-stage").press("ArrowRight")
    page.locator(".ng-stage").press("ArrowRight")
    page.clock.run_for(300)
    assert spoken.text_content() == "Step 3 of 4. Spoken: The second is added."


def test_paper_shows_how_it_ends_and_no_buttons(player):
    player.emulate_media(media="print")
    player.wait_for_function("document.querySelector('[data-value=\"0\"]').textContent === '2.760'")
    assert player.locator(".ng-foot").is_hidden()
    assert player.locator(".ng-equation").is_visible()
    player.emulate_media(media="screen")
    player.wait_for_function("document.querySelector('[data-value=\"0\"]').textContent === '3.000'")
    assert frame(player) == START


def test_of_edges_beside_each_other_the_nearest_is_chosen_and_seen_to_be(show):
    x = ng.tensor(3.0, requires_grad=True, name="x")
    page = show(x * x + x)
    edges = page.locator("[data-hit]")
    page.get_by_role("button", name="Last step").click()
    parallel = [
        edge for edge in page.evaluate("Object.keys(models[0].get('payload').edges)") if edge.startswith("0-1-")
    ]
    assert len(parallel) == 2
    for edge in parallel:
        middle = edges.and_(page.locator(f'[data-hit="{edge}"]')).evaluate(
            "path => { const p = path.getPointAtLength(path.getTotalLength() / 2)"
            ".matrixTransform(path.getScreenCTM()); return [p.x, p.y]; }"
        )
        page.mouse.click(*middle)
        chosen = page.locator(".ng-edge.ng-selected")
        assert chosen.get_attribute("data-edge") == edge
        style = chosen.evaluate("edge => { const s = getComputedStyle(edge); return [s.opacity, s.strokeWidth]; }")
        assert style == ["1", "3px"]


def test_the_name_of_a_closed_group_with_several_results_has_no_numbers(page, mount):
    a = ng.tensor(2.0, requires_grad=True, name="a")
    with ng.group("two"):
        p, q = a * 3, a + 1
    mount(page, ng.animate(p * q, depth=0))
    box = page.locator("[data-node][aria-label^=two]")
    page.get_by_role("button", name="Last step").click()
    said = box.get_attribute("aria-label")
    assert "value" not in said
    assert "gradient" not in said
    box.click()
    assert "hands on" in page.locator(".ng-panel-node").inner_text()
    assert page.locator(".ng-panel-node dt").count() == 0
