"""Editing a leaf in the player's panel: what goes to the kernel, what it answers, and what is never lost."""

from __future__ import annotations

import handmade_panels
import pytest
from panels_on_page import answer, open_node, panel, sent, wait_for_sent

from nbgrad.widgets.player import Player

MATRIX = {"shape": [2, 3], "data": [1.0, 2.0, 3.0, 4.0, 5.0, 1 / 3]}


@pytest.fixture
def field(page, mount):
    """The field of the scalar x, in its open panel."""
    mount(page, Player(handmade_panels.payload()))
    open_node(page, 0)
    return page.get_by_label("Value of x")


@pytest.fixture
def matrix(page, mount):
    """A page on which x is a matrix of six numbers, its panel open."""
    payload = handmade_panels.payload()
    payload["nodes"]["0"]["editable"] = MATRIX
    mount(page, Player(payload))
    open_node(page, 0)
    return page


def status(page) -> str:
    return page.locator(".ng-edit .ng-status").inner_text()


def test_a_typed_number_goes_to_the_kernel_and_its_answer_is_told(page, field):
    field.fill("−1/4")
    field.press("Enter")
    (message,) = wait_for_sent(page, 1)
    assert (message["kind"], message["node"], message["data"]) == ("edit", 0, [-0.25])
    assert status(page) == "Computing …"
    answer(page, {"kind": "done"}, {"value": "−0.250", "editable": {"shape": [], "data": [-0.25]}})
    assert status(page) == "Computed anew."
    assert field.input_value() == "−1/4", "the same number stays as it was written"
    assert "value\n−0.250" in panel(page)


def test_a_key_that_falls_into_an_answer_is_not_lost(open_page, mount):
    page = open_page()
    page.clock.install()
    page.clock.pause_at(2_000_000_000_000)  # else a slow machine's own time is added to what is run for
    mount(page, Player(handmade_panels.payload()))
    open_node(page, 0)
    field = page.get_by_label("Value of x")
    field.fill("1")
    page.clock.run_for(430)
    field.press("End")
    field.press("2")
    answer(page, {"kind": "done"}, {"editable": {"shape": [], "data": [1]}})
    assert field.input_value() == "12", "the answer to 1 comes while 2 waits for the typing to pause"
    page.clock.run_for(150)
    field.press("5")
    page.clock.run_for(430)
    assert field.input_value() == "125"
    assert [message["data"] for message in sent(page)] == [[1], [125]]
    answer(page, {"kind": "done"}, {"editable": {"shape": [], "data": [125]}})
    assert (field.input_value(), status(page)) == ("125", "Computed anew.")


def test_a_complaint_goes_when_the_number_is_the_kernels_again(page, field):
    field.fill("abc")
    field.press("Enter")
    assert "not a number" in status(page)
    field.fill("2")
    field.press("Enter")
    assert (status(page), field.get_attribute("aria-invalid"), sent(page)) == ("", None, [])


def test_a_comma_with_two_meanings_is_asked_about(page, field):
    for text in ["1,000", "1,5,0"]:
        field.fill(text)
        field.press("Enter")
        assert status(page) == "This comma could mean two things. Write 1.5 with a point, and 1000 without a comma."
    field.fill("1,5")
    field.press("Enter")
    assert wait_for_sent(page, 1)[0]["data"] == [1.5]


def test_typing_that_pauses_is_sent_as_well(page, field):
    field.fill("7")
    assert wait_for_sent(page, 1)[0]["data"] == [7]
    field.press("Enter")
    assert len(sent(page)) == 1, "the same number is not sent twice"


def test_what_is_no_number_is_told_beside_the_field_and_not_sent(page, field):
    field.fill("two")
    field.press("Enter")
    assert "not a number" in status(page)
    assert field.get_attribute("aria-invalid") == "true"
    assert field.input_value() == "two"
    field.fill("2.5")
    field.press("Enter")
    assert field.get_attribute("aria-invalid") is None
    assert wait_for_sent(page, 1)[0]["data"] == [2.5]


def test_arrow_keys_step_the_number_and_not_the_player(page, field):
    frame = page.evaluate("models[0].get('frame')")
    field.press("ArrowUp")
    assert wait_for_sent(page, 1)[0]["data"] == [2.1]
    field.press("ArrowLeft")
    field.press("Home")
    assert page.evaluate("models[0].get('frame')") == frame
    answer(page, {"kind": "done"}, {"editable": {"shape": [], "data": [2.1]}})
    field.press("Shift+ArrowDown")
    assert wait_for_sent(page, 2)[1]["data"] == [1.1]


def test_dragging_sends_few_and_always_the_last(page, field):
    box = field.bounding_box()
    x, y = box["x"] + 20, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for distance in range(4, 84, 4):
        page.mouse.move(x + distance, y)
    page.mouse.up()
    assert field.input_value() == "4"
    assert len(sent(page)) == 1, "the next one waits for the kernel"
    answer(page, {"kind": "done"}, {"editable": {"shape": [], "data": sent(page)[0]["data"]}})
    assert wait_for_sent(page, 2)[-1]["data"] == [4]
    assert field.input_value() == "4", "an older answer does not turn the number back"
    answer(page, {"kind": "done"}, {"editable": {"shape": [], "data": [4]}})
    assert status(page) == "Computed anew."


def test_the_kernels_error_stands_beside_the_field_and_the_number_is_kept(page, field):
    field.fill("−5")
    field.press("Enter")
    wait_for_sent(page, 1)
    answer(page, {"kind": "error", "text": "The logarithm of −5 is not real."})
    assert status(page) == "The logarithm of −5 is not real."
    assert page.locator(".ng-edit .ng-status").get_attribute("data-tone") == "error"
    page.keyboard.press("Escape")
    open_node(page, 0)
    assert field.input_value() == "−5"


def test_what_was_begun_is_there_again_when_the_panel_is_opened_again(page, field):
    field.fill("2.")
    page.locator(".ng-panel-close").click()
    open_node(page, 0)
    assert field.input_value() == "2."


def test_reset_takes_the_kernels_numbers(page, field):
    field.fill("9")
    field.press("Enter")
    wait_for_sent(page, 1)
    answer(page, {"kind": "done"}, {"editable": {"shape": [], "data": [9]}})
    page.get_by_role("button", name="Reset").click()
    assert wait_for_sent(page, 2)[1]["kind"] == "reset"
    answer(page, {"kind": "done"}, {"editable": {"shape": [], "data": [2]}})
    assert field.input_value() == "2"


def test_without_a_kernel_the_page_says_so_and_the_number_in_the_graph_is_back(page, field):
    page.evaluate("() => { models[0].send = () => { throw new Error('no comm channel'); }; }")
    for leave in ("Enter", "Tab"):
        field.fill("3")
        field.press(leave)
        assert "so the number in the graph is back. Run the notebook down to its cell again" in status(page)
        assert field.input_value() == "2"
    page.get_by_role("button", name="Reset").click()
    assert "so nothing can be taken back. Run the notebook down to its cell again" in status(page)
    field.press("ArrowUp")
    assert field.input_value() == "2"


def test_a_silent_kernel_is_told_and_the_number_is_kept(open_page, mount):
    page = open_page()
    page.clock.install()
    mount(page, Player(handmade_panels.payload()))
    open_node(page, 0)
    page.get_by_label("Value of x").fill("3")
    page.keyboard.press("Enter")
    assert status(page) == "Computing …"
    page.clock.run_for(5100)
    assert status(page) == "No answer from the kernel yet; it may be busy. What you have typed is kept."
    page.keyboard.press("Escape")
    open_node(page, 0)
    assert page.get_by_label("Value of x").input_value() == "3"
    page.get_by_label("Value of x").press("Enter")
    assert [message["data"] for message in sent(page)] == [[3], [3]], "it may be tried again"


def test_a_finger_drags_the_number(open_page, mount):
    page = open_page(width=380, has_touch=True)
    mount(page, Player(handmade_panels.payload()))
    open_node(page, 0)
    field = page.get_by_label("Value of x")
    field.scroll_into_view_if_needed()
    field.evaluate(
        """field => {
            const at = (type, clientX) => field.dispatchEvent(
                new PointerEvent(type, { clientX, pointerType: "touch", pointerId: 1, bubbles: true }));
            field.setPointerCapture = () => {};
            at("pointerdown", 60); at("pointermove", 100); at("pointerup", 100);
        }"""
    )
    assert field.input_value() == "3"
    assert wait_for_sent(page, 1)[0]["data"] == [3]


def test_a_column_of_numbers_follows_the_width_of_the_page(open_page, mount):
    page = open_page(width=380)
    payload = handmade_panels.payload()
    payload["nodes"]["0"]["editable"] = {"shape": [16, 1], "data": [-0.123456 * (i + 1) for i in range(16)]}
    mount(page, Player(payload))
    open_node(page, 0)
    fields = page.locator(".ng-edit .ng-field")
    assert fields.count() == 16
    assert fields.evaluate_all("all => all.filter(each => each.scrollWidth > each.clientWidth).length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_a_matrix_is_a_grid_and_its_other_numbers_go_unrounded(matrix):
    assert matrix.locator(".ng-edit .ng-field").count() == 6
    cell = matrix.get_by_label("x[1, 0]")
    assert cell.input_value() == "4"
    assert matrix.get_by_label("x[1, 2]").input_value() == "0.333333"
    cell.fill("8")
    cell.press("Enter")
    assert wait_for_sent(matrix, 1)[0]["data"] == [1, 2, 3, 8, 5, 1 / 3]
    cell.press("ArrowUp")
    assert matrix.evaluate("document.activeElement.ariaLabel") == "x[0, 0]"


def test_numbers_that_json_does_not_have_go_back_by_name(page, mount):
    payload = handmade_panels.payload()
    payload["nodes"]["0"]["editable"] = {"shape": [2], "data": [None, 1.0]}
    mount(page, Player(payload))
    open_node(page, 0)
    assert page.get_by_label("x[0]").input_value() == "NaN"
    page.get_by_label("x[1]").fill("2")
    page.keyboard.press("Enter")
    assert wait_for_sent(page, 1)[0]["data"] == ["NaN", 2]


def test_other_nodes_offer_nothing_to_change(page, field):
    open_node(page, 1)
    assert page.locator(".ng-edit").count() == 0
