"""Quiz, orders and code in the player's panels."""

from __future__ import annotations

import handmade_panels
import numpy as np
import pytest
from panels_on_page import lit, open_node, panel

import nbgrad as ng
from nbgrad.widgets.player import Player

ASK = "#cells .ng-question"

# A notebook as JupyterLab builds it, as far as the panels look at it.
NOTEBOOK = """(lines) => {
    const notebook = document.createElement("div");
    notebook.className = "jp-Notebook";
    for (const [prompt, texts] of Object.entries(lines)) {
        const cell = document.createElement("div");
        cell.className = "jp-Cell";
        cell.innerHTML = '<div class="jp-InputPrompt"></div><div class="cm-editor"><div class="cm-scroller" ' +
            'style="position:relative"><div class="cm-content"></div></div></div>';
        cell.querySelector(".jp-InputPrompt").textContent = prompt;
        for (const text of texts) {
            const line = document.createElement("div");
            line.className = "cm-line";
            line.textContent = text;
            cell.querySelector(".cm-content").append(line);
        }
        notebook.append(cell);
    }
    const cells = document.getElementById("cells");
    cells.replaceWith(notebook);
    notebook.append(cells);
}"""
CELLS = {"[3]:": ["x = ng.parameter(2.0)", "a = x * x", "b = 3 * x  # changed since"], "[4]:": ["loss = a + b"]}


@pytest.fixture
def player(page, mount):
    """A player of loss = x·x + 3·x on a page; the fixture's value is that page."""
    mount(page, Player(handmade_panels.payload()))
    return page


@pytest.fixture
def quiz(player):
    """The same with the quiz open."""
    player.locator(".ng-open-quiz").click()
    player.wait_for_function("document.querySelector('.ng-question')?.textContent !== ''")
    return player


def guess(page, text: str) -> str:
    page.locator(".ng-quiz .ng-field").fill(text)
    page.keyboard.press("Enter")
    return page.locator(".ng-quiz .ng-status").inner_text()


def button(page, name: str):
    return page.locator(".ng-quiz").get_by_role("button", name=name)


# ---- quiz
def test_the_quiz_asks_before_the_stage_tells(quiz):
    assert quiz.locator(ASK).inner_text() == "What is ∂loss/∂b?"
    assert quiz.evaluate("models[0].get('frame')") == 4
    assert quiz.locator(".ng-quiz .ng-field").evaluate("field => field === document.activeElement")
    assert not quiz.locator('[data-gradient="2"]').is_visible()
    assert quiz.locator(".ng-stage .ng-asked").get_attribute("data-node") == "2"


def test_steps_that_would_tell_are_locked_until_the_answer(quiz):
    quiz.evaluate("models[0].set('frame', 8)")
    quiz.wait_for_function("models[0].get('frame') === 4")
    assert "would give it away" in quiz.locator(".ng-quiz .ng-status").inner_text()
    quiz.evaluate("models[0].set('frame', 3)")
    quiz.evaluate("models[0].set('speed', 4)")
    quiz.evaluate("models[0].set('playing', true)")
    quiz.wait_for_function("models[0].get('frame') === 4 && models[0].get('playing') === false")
    quiz.wait_for_timeout(400)  # twice as long as a step stays
    assert quiz.evaluate("models[0].get('frame')") == 4
    assert not quiz.locator('[data-gradient="2"]').is_visible()
    quiz.evaluate("models[0].set('frame', 1)")
    assert quiz.evaluate("models[0].get('frame')") == 1, "what came before may be looked at"
    guess(quiz, "1")
    quiz.evaluate("models[0].set('frame', 8)")
    assert quiz.evaluate("models[0].get('frame')") == 8
    assert quiz.locator('[data-gradient="2"]').is_visible()


def test_the_asked_node_and_where_its_gradient_comes_from_are_on_the_stage(open_page, mount):
    page = open_page(width=420, reduced_motion="reduce")
    mount(page, Player(handmade_panels.payload()))
    page.locator(".ng-stage").evaluate("stage => stage.scrollTo(0, 0)")
    page.locator(".ng-open-quiz").click()
    page.wait_for_function("document.querySelector('.ng-asked')")
    for node in (2, 3):
        right, edge = page.locator(f'.ng-stage [data-node="{node}"]').evaluate(
            "node => [node, node.closest('.ng-stage')].map(each => each.getBoundingClientRect().right)"
        )
        assert right <= edge, node


def test_the_asked_element_of_an_array_is_marked_in_its_picture(page, mount):
    x = ng.tensor(np.array([[0.1, 0.2], [0.3, 0.4], [0.5, -2.0]]), requires_grad=True, name="x")
    player = ng.animate((x * x * x).sum())
    assert player.payload["quiz"][0]["element"] == "[2, 1]"
    mount(page, player)
    page.locator(".ng-open-quiz").click()
    ring = page.locator(".ng-asked-ring")
    ring.wait_for()
    picture = page.locator(".ng-asked [data-value] > g").bounding_box()
    middle = [
        ring.bounding_box()[side] + ring.bounding_box()[size] / 2 for side, size in (("x", "width"), ("y", "height"))
    ]
    assert (middle[0] - picture["x"]) / picture["width"] == pytest.approx(3 / 4, abs=0.03)
    assert (middle[1] - picture["y"]) / picture["height"] == pytest.approx(5 / 6, abs=0.03)
    button(page, "Reveal").click()
    assert ring.count() == 0


def test_on_a_small_page_question_and_field_are_seen_at_once(open_page, mount):
    page = open_page(width=560, height=340)
    mount(page, Player(handmade_panels.payload()))
    page.locator(".ng-open-quiz").click()
    page.wait_for_function("document.querySelector('.ng-question')?.textContent !== ''")
    for place in (ASK, ".ng-quiz .ng-field"):
        seen = page.locator(place).bounding_box()
        assert seen["y"] >= 0
        assert seen["y"] + seen["height"] <= 340


def test_facts_about_nodes_wait_for_the_answer(quiz):
    open_node(quiz, 2)
    assert quiz.locator(".ng-panel-quiz").count() == 1
    assert "Answer first" in quiz.locator(".ng-quiz .ng-status").inner_text()


def test_the_value_is_not_the_gradient_and_products_may_be_typed(quiz):
    assert "value that stands there" in guess(quiz, "6")
    assert guess(quiz, "0.5 × 2").endswith("Right.")


def test_slips_are_named_and_the_second_try_counts(quiz):
    assert "sign is not. Try once more." in guess(quiz, "−1")
    assert guess(quiz, "1.00").endswith("Right.")
    assert quiz.locator(".ng-score").inner_text() == "1 of 1 right"
    button(quiz, "Next question").click()
    assert quiz.locator(ASK).inner_text() == "What is ∂loss/∂x?"
    assert "only a part" in guess(quiz, "4")
    assert "It is 7.000." in guess(quiz, "12")
    assert quiz.locator(".ng-score").inner_text() == "1 of 2 right"
    button(quiz, "Finish").click()
    assert quiz.locator(ASK).inner_text() == "You had 1 of 2 right."
    button(quiz, "Start again").click()
    assert quiz.locator(ASK).inner_text() == "What is ∂loss/∂b?"


def test_what_is_no_number_costs_no_try(quiz):
    assert "not a number" in guess(quiz, "one")
    assert guess(quiz, "1").endswith("Right.")


def test_a_hint_on_request(quiz):
    assert "hands the gradient on" not in quiz.locator(".ng-quiz").inner_text()
    button(quiz, "Hint").click()
    assert "An addition hands the gradient on unchanged." in quiz.locator(".ng-quiz").inner_text()


def test_reveal_shows_the_step_that_completes_the_gradient(quiz):
    guess(quiz, "1")
    button(quiz, "Next question").click()
    button(quiz, "Reveal").click()
    assert quiz.evaluate("models[0].get('frame')") == 8
    assert quiz.locator('[data-gradient="0"]').is_visible()
    assert "It is 7.000." in quiz.locator(".ng-quiz").inner_text()
    assert quiz.locator(".ng-score").inner_text() == "1 of 2 right"


def test_the_stage_agrees_with_the_answer_that_is_told(quiz):
    guess(quiz, "1")
    button(quiz, "Next question").click()
    quiz.wait_for_function("models[0].get('frame') < 8")
    guess(quiz, "12")
    assert quiz.evaluate("models[0].get('frame')") < 8, "one more try"
    assert "It is 7.000." in guess(quiz, "12")
    quiz.wait_for_function("models[0].get('frame') === 8")
    assert quiz.locator('[data-gradient="0"]').is_visible()


def test_the_score_outlives_the_panel_and_the_stage_is_whole_again(quiz):
    guess(quiz, "1")
    button(quiz, "Next question").click()
    quiz.keyboard.press("Escape")
    assert quiz.locator(".ng-secret").count() == 0
    quiz.locator(".ng-open-quiz").click()
    quiz.wait_for_function("document.querySelector('.ng-question')?.textContent === 'What is ∂loss/∂x?'")
    assert quiz.locator(".ng-score").inner_text() == "1 of 1 right"


def test_a_new_payload_keeps_what_is_typed_unless_the_numbers_change(quiz):
    field = quiz.locator(".ng-quiz .ng-field")
    field.fill("0.9")
    quiz.evaluate("models[0].set('payload', structuredClone(models[0].get('payload')))")
    assert field.input_value() == "0.9"
    assert not quiz.locator('[data-gradient="2"]').is_visible()
    quiz.evaluate(
        """() => { const payload = structuredClone(models[0].get("payload")); payload.quiz[0].answer = 5;
            models[0].set("payload", payload); }"""
    )
    assert field.input_value() == ""


# ---- orders
def test_orders_stand_side_by_side_and_wrong_numbers_say_what_they_should_be(player):
    player.locator(".ng-open-orders").click()
    orders = player.locator(".ng-order")
    assert orders.count() == 3
    tops = orders.evaluate_all("all => all.map(each => Math.round(each.getBoundingClientRect().top))")
    assert len(set(tops)) == 1
    wrong = player.locator(".ng-final .ng-wrong-number")
    assert wrong.count() == 1
    assert "✗" in wrong.text_content()
    assert "2.000" in wrong.text_content()
    assert "should be 7.000" in orders.nth(2).inner_text()
    assert "Wrong gradients of leaves: 1 of 3." in orders.nth(2).inner_text()
    orders.nth(1).locator(".ng-row").nth(1).hover()
    assert lit(player) == (["1"], ["1-3-0"])


def test_the_number_that_stays_wrong_is_marked_in_its_step(player):
    player.locator(".ng-open-orders").click()
    marked = player.locator(".ng-order .ng-row:has(.ng-wrong-number)")
    assert marked.count() == 1
    assert player.locator(".ng-order").nth(2).locator(".ng-row").nth(5).locator(".ng-wrong-number").count() == 1
    assert marked.locator(".ng-number").evaluate("each => getComputedStyle(each).textDecorationLine") == "line-through"
    assert "wrong:" in marked.text_content()


def test_all_orders_are_stepped_at_once_and_fill_as_they_go(player):
    player.locator(".ng-open-orders").click()
    shown = """all => all.map(order => [...order.querySelectorAll('.ng-rows .ng-number')]
        .filter(each => getComputedStyle(each).visibility === 'visible').length)"""
    orders = player.locator(".ng-order")
    assert orders.evaluate_all(shown) == [6, 6, 6]
    forward = player.get_by_role("button", name="Step", exact=True)
    forward.focus()
    for _ in range(3):
        player.keyboard.press("Enter")
    assert orders.evaluate_all(shown) == [3, 3, 3]
    assert lit(player) == (["0", "2"], ["0-1-0", "2-3-0"])
    assert "step 3 of 6" in panel(player)
    for _ in range(3):
        player.get_by_role("button", name="Back", exact=True).click()
    assert orders.evaluate_all(shown) == [6, 6, 6]
    assert lit(player) == ([], [])


def test_long_orders_scroll_in_their_own_lists(page, mount):
    payload = handmade_panels.payload()
    for order in payload["orders"]:
        order["steps"] = order["steps"] * 10
        order["final"] = [*order["final"] * 4, {"node": 3, "name": "loss", "text": "2", "right": False, "should": "1"}]
    mount(page, Player(payload))
    page.locator(".ng-open-orders").click()
    assert page.locator(".ng-order").first.bounding_box()["height"] < 900
    assert page.locator(".ng-final").first.locator(".ng-wrong-number").count() == 1, "what is wrong comes first"
    for _ in range(20):
        page.get_by_role("button", name="Step", exact=True).press("Enter")
    now = page.locator(".ng-row-now")
    assert now.count() == 3
    inside = """row => { const [box, list] = [row, row.closest("ol")].map(each => each.getBoundingClientRect());
        return box.top >= list.top - 1 && box.bottom <= list.bottom + 1; }"""
    assert [each.evaluate(inside) for each in now.all()] == [True] * 3


def test_orders_are_stacked_where_it_is_narrow(open_page, mount):
    page = open_page(width=420)
    mount(page, Player(handmade_panels.payload()))
    page.locator(".ng-open-orders").click()
    lefts = page.locator(".ng-order").evaluate_all("all => all.map(each => each.getBoundingClientRect().left)")
    assert len(set(lefts)) == 1


def test_the_walk_goes_through_all_orders_in_step(player):
    player.locator(".ng-open-orders").click()
    walk = player.get_by_role("button", name="Walk through")
    walk.click()
    player.wait_for_function("[...document.querySelectorAll('.ng-row-now')].length === 3")
    player.wait_for_function(
        "[...document.querySelectorAll('.ng-order:first-child .ng-row')][2].classList.contains('ng-row-now')"
    )
    assert lit(player)[0] == ["0", "2"], "sorted is at b, depth first already at x"
    player.get_by_role("button", name="Stop").click()
    assert player.locator(".ng-row-now").count() == 3, "where one stops one may look around"
    player.keyboard.press("Escape")
    assert lit(player) == ([], [])


# ---- code
def test_a_line_lights_up_its_nodes_and_a_node_its_line(player):
    player.locator(".ng-open-code").click()
    rows = player.locator(".ng-code .ng-row")
    assert rows.count() == 4
    rows.nth(1).hover()
    assert lit(player) == (["1"], [])
    player.locator('.ng-stage [data-node="3"]').hover()
    assert rows.evaluate_all("all => all.map(each => each.classList.contains('ng-row-lit'))") == [
        False,
        False,
        False,
        True,
    ]


def test_the_line_of_the_present_step_is_marked(player):
    player.locator(".ng-open-code").click()
    player.evaluate("models[0].set('frame', 1)")
    player.wait_for_function("document.querySelector('.ng-code [aria-current=step] code')?.textContent === 'b = 3 * x'")


# ---- the cells themselves
@pytest.fixture
def notebook(page, mount):
    """A player inside of a notebook with editors."""
    page.evaluate(NOTEBOOK, CELLS)
    mount(page, Player(handmade_panels.payload()))
    page.evaluate("() => new Promise(requestAnimationFrame)")
    return page


def test_hovering_a_node_marks_its_line_in_the_cell(notebook):
    notebook.locator('.ng-stage [data-node="1"]').hover()
    mark = notebook.locator(".ng-cell-mark").bounding_box()
    line = notebook.locator(".cm-line").nth(1).bounding_box()
    assert mark["y"] == pytest.approx(line["y"], abs=1)
    notebook.locator('.ng-stage [data-node="2"]').hover()
    assert notebook.locator(".ng-cell-mark").count() == 0, "that line reads differently by now"
    notebook.locator('.ng-stage [data-node="3"]').hover()
    assert notebook.locator(".ng-cell-mark").count() == 1


def test_pointing_at_a_line_of_the_cell_lights_up_its_nodes(notebook):
    notebook.locator(".cm-line").nth(3).hover()
    assert lit(notebook) == (["3"], [])
    notebook.locator(".cm-line").nth(2).hover()
    assert lit(notebook) == ([], [])


def test_the_caret_lights_up_the_nodes_of_its_line(notebook):
    notebook.evaluate("document.getSelection().collapse(document.querySelectorAll('.cm-line')[1].firstChild, 2)")
    notebook.wait_for_function("document.querySelector('.ng-stage [data-node=\"1\"].ng-lit')")


def test_nothing_listens_and_nothing_is_marked_after_the_view_has_gone(notebook):
    notebook.locator('.ng-stage [data-node="1"]').hover()
    notebook.evaluate("removeView(0)")
    assert notebook.locator(".ng-cell-mark").count() == 0
    notebook.locator(".cm-line").nth(3).hover()
    notebook.evaluate("document.getSelection().collapse(document.querySelectorAll('.cm-line')[1].firstChild, 2)")
