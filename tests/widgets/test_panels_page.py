"""The panels of the player in a real browser: what they say, what they light up, what they ask of the kernel."""

from __future__ import annotations

import handmade_panels
import pytest
from contrast import CONTRAST
from panels_on_page import lit, open_edge, open_node, panel

from nbgrad.widgets.player import Player


@pytest.fixture
def player(page, mount):
    """A player of loss = x·x + 3·x on a page; the fixture's value is that page."""
    mount(page, Player(handmade_panels.payload()))
    return page


# ---- opening and closing
def test_the_buttons_open_and_close_one_panel_at_a_time(player):
    paths, code = player.locator(".ng-open-paths"), player.locator(".ng-open-code")
    assert paths.get_attribute("aria-expanded") == "false"
    assert player.locator(".ng-panels").is_hidden()
    paths.click()
    assert paths.get_attribute("aria-expanded") == "true"
    assert player.locator(f"#{paths.get_attribute('aria-controls')} .ng-panel-paths").count() == 1
    code.click()
    assert player.locator(".ng-panel").count() == 1
    assert [each.get_attribute("aria-expanded") for each in (paths, code)] == ["false", "true"]
    code.click()
    assert player.locator(".ng-panels").is_hidden()


@pytest.mark.parametrize("kind", ["paths", "quiz", "orders", "code"])
def test_escape_closes_and_the_focus_returns_to_the_button(player, kind):
    button = player.locator(f".ng-open-{kind}")
    button.focus()
    player.keyboard.press("Enter")
    assert player.evaluate("document.querySelector('.ng-panel').contains(document.activeElement)")
    player.keyboard.press("Escape")
    assert player.locator(".ng-panel").count() == 0
    assert button.evaluate("button => button === document.activeElement")


def test_the_cross_closes(player):
    player.locator(".ng-open-paths").click()
    player.get_by_role("button", name="Close").click()
    assert player.locator(".ng-panel").count() == 0


def test_enter_on_a_node_leads_into_its_panel_and_escape_back(player):
    node = player.locator('.ng-stage [data-node="0"]')
    player.keyboard.press("Tab")  # from now on the focus is that of a keyboard
    node.focus()
    player.keyboard.press("Enter")
    assert player.evaluate("document.querySelector('.ng-panel-node').contains(document.activeElement)")
    player.keyboard.press("Escape")
    assert player.locator(".ng-panel").count() == 0
    assert node.evaluate("node => node === document.activeElement")


def test_a_payload_without_facts_offers_no_buttons(page, mount):
    payload = handmade_panels.payload() | {"paths": [], "quiz": [], "orders": [], "code": []}
    mount(page, Player(payload))
    assert page.locator("[class*=ng-open-]").evaluate_all("all => all.map(each => each.hidden)") == [True] * 4


def test_the_edges_of_a_node_are_reached_by_the_keyboard(player):
    node = player.locator('.ng-stage [data-node="3"]')
    player.keyboard.press("Tab")
    node.focus()
    player.keyboard.press("e")
    first = player.locator(".ng-panel-edge .ng-panel-title").inner_text()
    player.keyboard.press("e")
    assert player.locator(".ng-panel-edge .ng-panel-title").inner_text() != first
    assert node.evaluate("node => node === document.activeElement"), "the keys go on walking"
    player.keyboard.press("Escape")
    assert player.locator(".ng-panel").count() == 0
    assert node.evaluate("node => node === document.activeElement")


def test_fingers_open_panels_and_light_paths(open_page, mount):
    page = open_page(width=380, has_touch=True)
    mount(page, Player(handmade_panels.payload()))
    page.locator('.ng-stage [data-node="3"]').tap()
    assert page.locator(".ng-panel-node").count() == 1
    page.locator(".ng-open-paths").tap()
    page.locator(".ng-paths .ng-row").nth(1).tap()
    assert lit(page) == (["0", "1", "3"], ["0-1-0", "1-3-0"])
    page.locator(".ng-panel-close").tap()
    assert lit(page) == ([], [])


def test_after_the_mouse_the_focus_returns_to_the_node(player):
    open_node(player, 1)
    player.locator(".ng-panel-close").click()
    assert player.evaluate("document.activeElement.closest('.ng-stage') !== null")


def test_a_panel_below_the_window_comes_into_view(open_page, mount):
    page = open_page(height=440)
    mount(page, Player(handmade_panels.payload()))
    open_node(page, 1)
    box = page.locator(".ng-panel-title").bounding_box()
    assert box["y"] + box["height"] <= 440


def test_another_panel_ends_the_selection(player):
    open_node(player, 1)
    assert player.locator(".ng-stage .ng-selected").count() == 1
    player.locator(".ng-open-paths").click()
    assert player.locator(".ng-stage .ng-selected").count() == 0
    assert player.locator(".ng-panel-paths").count() == 1


# ---- for everyone
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["node", "edge", "paths", "quiz", "orders", "code"])
def test_a_panel_can_be_read_and_is_named(open_page, mount, kind, theme):
    page = open_page(theme=theme)
    mount(page, Player(handmade_panels.payload()))
    show_panel(page, kind)
    page.add_script_tag(content=CONTRAST)
    texts = page.evaluate("contrasts()")
    assert [text for text in texts if text[1] < 4.5 and "ng-row-later" not in text[0]] == []
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, context=".ng-player").response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("kind", ["node", "edge", "paths", "quiz", "orders", "code"])
def test_a_panel_fits_a_narrow_page(open_page, mount, kind):
    page = open_page(width=380)
    mount(page, Player(handmade_panels.payload()))
    show_panel(page, kind)
    wide = page.locator(".ng-panels *").evaluate_all(
        "all => all.filter(each => each.getBoundingClientRect().right > innerWidth).map(each => each.className)"
    )
    assert wide == []


def show_panel(page, kind):
    if kind == "node":
        open_node(page, 0)
    elif kind == "edge":
        open_edge(page, 2, 0)
    else:
        page.locator(f".ng-open-{kind}").click()


# ---- node
def test_a_node_says_what_is_known_of_it(player):
    open_node(player, 1)
    assert "gradient\nnot yet" in panel(player)
    player.evaluate("models[0].set('frame', 4)")
    said = panel(player)
    for part in ["a operation", "value\n4.000", "gradient\n1.000", "(), float64", "In [3], line 2", "a = x * x"]:
        assert part in said
    assert player.locator(".ng-facts .ng-math").text_content() == "a=x·x"
    assert player.locator(".ng-locals .ng-link").count() == 2
    assert "∂a / ∂x" in player.locator(".ng-locals .ng-link").first.text_content()


@pytest.mark.parametrize(("slot", "frame"), [("value", 0), ("gradient", 4)])
def test_a_node_leads_to_its_steps(player, slot, frame):
    open_node(player, 1)
    player.get_by_role("button", name=f"Go to the step of its {slot}").click()
    player.wait_for_function("frame => models[0].get('frame') === frame", arg=frame)


def test_names_are_text_never_markup(page, mount):
    payload = handmade_panels.payload()
    payload["nodes"]["0"]["name"] = "<img src=x onerror=alert(1)>"
    payload["nodes"]["1"]["math"] = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>a</mi>'
        '<script xmlns="http://www.w3.org/1999/xhtml">1</script></math>'
    )
    mount(page, Player(payload))
    open_node(page, 0)
    assert "<img" in page.locator(".ng-panel-title").text_content()
    open_node(page, 1)
    assert page.locator(".ng-panel img, .ng-panel script").count() == 0


# ---- edge
def test_a_local_derivative_leads_to_its_edge(player):
    open_edge(player, 2, 0)
    assert player.locator(".ng-edge-product math").count() >= 1
    assert player.locator(".ng-product").count() == 0, "the formula has said it"
    said = panel(player)
    for part in ["They agree.", "by the chain rule\n3.000", "by differences\n3.000", "With x moved by 0.00001"]:
        assert part in said
    assert player.locator(".ng-mark-right").text_content() == "✓"
    player.get_by_role("button", name="Go to the step").click()
    player.wait_for_function("models[0].get('frame') === 6")
    player.get_by_role("button", name="b", exact=True).click()
    assert player.locator(".ng-panel-node").count() == 1


def test_without_a_formula_the_numbers_of_an_edge_are_written_out(page, mount):
    payload = handmade_panels.payload()
    payload["edges"]["0-2-0"] |= {"math": ""}
    mount(page, Player(payload))
    open_edge(page, 2, 0)
    assert page.locator(".ng-product").inner_text() == "1.000 × 3.000 = 3.000"


def test_what_is_known_of_arrays_stands_below_each_other(page, mount):
    payload = handmade_panels.payload()
    payload["edges"]["0-2-0"] |= {"upstream": "min −1, mean 0, max 1", "local": "Xᵀ", "product": "min 0, mean 1, max 2"}
    mount(page, Player(payload))
    open_edge(page, 2, 0)
    assert page.locator(".ng-product").count() == 0
    assert "arrives\nmin −1, mean 0, max 1" in panel(page)
    assert "goes on\nmin 0, mean 1, max 2" in panel(page)


def test_an_edge_of_single_numbers_names_what_arrives_the_local_derivative_and_what_goes_on(player):
    edges = player.evaluate("models[0].get('payload').edges")
    assert edges["0-2-0"]["math"]
    open_edge(player, 2, 0)
    rows = player.locator(".ng-edge-product .ng-facts").inner_text()
    assert all(edges["0-2-0"][which] in rows for which in ("upstream", "local", "product"))


def test_a_check_that_fails_says_so_with_its_mark(page, mount):
    payload = handmade_panels.payload()
    payload["edges"]["0-2-0"]["check"] |= {"agrees": False, "differences": "2.500", "element": "[0, 2]"}
    payload["edges"]["1-3-0"]["check"] |= {"agrees": None, "differences": ""}
    mount(page, Player(payload))
    open_edge(page, 2, 0)
    assert "They do not agree." in panel(page)
    assert "[0, 2]" in panel(page)
    assert page.locator(".ng-mark-wrong").text_content() == "✗"
    open_edge(page, 3, 0)
    assert page.locator(".ng-check .ng-mark").count() == 0
    assert "by differences" not in page.locator(".ng-check .ng-facts").inner_text()


# ---- paths
def test_a_path_lights_up_while_it_is_pointed_at_or_has_the_focus(player):
    player.locator(".ng-open-paths").click()
    rows = player.locator(".ng-paths .ng-row")
    assert rows.evaluate_all("all => all.map(each => each.querySelector('.ng-row-number').textContent)") == [
        "3.000",
        "2.000",
        "2.000",
    ]
    assert "7.000" in player.locator(".ng-sum").inner_text()
    rows.nth(0).hover()
    assert lit(player) == (["0", "2", "3"], ["0-2-0", "2-3-0"])
    player.locator(".ng-panel-title").hover()
    assert lit(player) == ([], [])
    rows.nth(2).focus()
    assert lit(player) == (["0", "1", "3"], ["0-1-1", "1-3-0"])
    player.keyboard.press("Escape")
    assert lit(player) == ([], [])


@pytest.mark.parametrize("kind", ["paths", "code"])
def test_a_press_on_a_row_scrolls_the_stage_there(open_page, mount, kind):
    page = open_page(width=380, reduced_motion="reduce")
    mount(page, Player(handmade_panels.payload()))
    page.locator(f".ng-open-{kind}").click()
    seen = """() => {
        const places = ['[data-node="0"]', '.ng-stage'].map(each => document.querySelector(each));
        const [box, stage] = places.map(each => each.getBoundingClientRect());
        return box.left >= stage.left;
    }"""
    assert not page.evaluate(seen)
    page.locator(f".ng-panel-{kind} .ng-row").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate(seen)


def test_leaves_are_tabs_for_the_keyboard(player):
    player.locator(".ng-open-paths").click()
    tabs = player.get_by_role("tab")
    tabs.nth(0).focus()
    frame = player.evaluate("models[0].get('frame')")
    player.keyboard.press("ArrowRight")
    assert tabs.evaluate_all("all => all.map(each => each.ariaSelected)") == ["false", "true"]
    assert tabs.nth(1).evaluate("tab => tab === document.activeElement")
    assert player.locator(".ng-paths .ng-row").count() == 1
    assert "The only path" in player.locator(".ng-sum").inner_text()
    assert player.evaluate("models[0].get('frame')") == frame, "the arrow keys belong to the tabs"
    assert player.get_by_role("tabpanel").get_attribute("aria-labelledby") == tabs.nth(1).get_attribute("id")


def test_many_leaves_stand_in_a_list(page, mount):
    payload = handmade_panels.payload()
    payload["paths"] = [payload["paths"][0] | {"node": 100 + i, "name": f"w{i}", "sum": str(i)} for i in range(8)]
    mount(page, Player(payload))
    page.locator(".ng-open-paths").click()
    page.get_by_label("From").select_option("w5")
    assert page.locator(".ng-sum strong").inner_text() == "5"
    page.locator(".ng-open-code").click()
    page.locator(".ng-open-paths").click()
    assert page.get_by_label("From").input_value() == "5"
