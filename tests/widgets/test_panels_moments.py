"""What the panels say of a number depends on the moment that is shown, and on whether there is anything to tell."""

from __future__ import annotations

import numpy as np
import pytest
from panels_on_page import open_node, panel

import nbgrad as ng


@pytest.fixture
def stepped(page, mount):
    """A player of (3·w − 1)² at w = 2, with its only step."""
    w = ng.tensor(2.0, requires_grad=True, name="w")
    loss = (w * 3.0 - 1.0) ** 2
    loss.name = "loss"
    player = ng.animate(loss, learning_rate=0.01)
    mount(page, player)
    return page, player.payload


def facts(page):
    """Labels and texts of the open panel."""
    return dict(
        page.locator(".ng-panel .ng-facts").evaluate(
            "list => [...list.querySelectorAll('dt')].map(dt => [dt.textContent, dt.nextSibling.textContent])"
        )
    )


def test_after_its_step_a_parameter_has_two_values_and_the_field_says_whose_it_is(stepped):
    page, payload = stepped
    update = payload["frames"][-1]
    open_node(page, update["target"])
    note = page.get_by_text("This is the value before the step")
    assert facts(page)["value"] == "2"
    assert not note.is_visible()
    page.evaluate("frame => models[0].set('frame', frame)", len(payload["frames"]) - 1)
    note.wait_for()
    assert facts(page)["value before the step"] == "2"
    assert facts(page)["value after the step"] == update["number"] == "1.7"
    assert "1.7" in page.locator(f'.ng-stage [data-value="{update["target"]}"]').text_content()
    page.evaluate("models[0].set('frame', 0)")
    note.wait_for(state="hidden")
    assert "value after the step" not in facts(page)


def test_where_every_order_does_the_same_it_is_told_once(stepped):
    page, _ = stepped
    page.locator(".ng-open-orders").click()
    assert page.locator(".ng-order").count() == 1
    said = panel(page)
    assert "no node gets more than one gradient" in said
    assert "in any order" in said
    page.get_by_role("button", name="Step", exact=True).click()
    assert page.locator(".ng-row-now").count() == 1


def test_an_order_that_does_what_the_first_one_does_is_not_told_again(page, mount):
    w = ng.tensor(0.5, requires_grad=True, name="w")
    mount(page, ng.animate(w * (-w)))
    page.locator(".ng-open-orders").click()
    steps = page.locator(".ng-order").evaluate_all("all => all.map(each => each.querySelectorAll('.ng-row').length)")
    assert steps == [4, 0, 4]
    assert "as in the first column" in page.locator(".ng-order").nth(1).inner_text()
    page.get_by_role("button", name="Step", exact=True).click()
    assert page.locator(".ng-row-now").count() == 2


def test_a_number_that_is_too_large_is_called_that(stepped):
    page, payload = stepped
    page.locator(".ng-open-quiz").click()
    page.wait_for_function("document.querySelector('.ng-question')?.textContent !== ''")
    page.locator(".ng-quiz .ng-field").fill("1e400")
    page.keyboard.press("Enter")
    assert "too large" in page.locator(".ng-quiz .ng-status").inner_text()
    page.keyboard.press("Escape")
    open_node(page, payload["frames"][-1]["target"])
    page.locator(".ng-edit .ng-field").fill("1e400")
    page.keyboard.press("Enter")
    assert "too large" in page.locator(".ng-edit .ng-status").inner_text()


def test_nothing_is_said_of_nan_where_there_is_none(page, mount):
    x = ng.tensor(np.array([1.0, 2.0, 3.0]), requires_grad=True, name="x")
    mount(page, ng.animate((x * x).sum()))
    open_node(page, 0)
    assert facts(page)["value"] == "min 1 · mean 2 · max 3"


def test_no_two_keys_of_the_help_are_the_same(page, mount):
    mount(page, ng.animate(ng.tensor(2.0, requires_grad=True, name="x") ** 2))
    keys = page.locator(".ng-help dt").evaluate_all("all => all.map(each => each.textContent)")
    assert keys
    assert len(set(keys)) == len(keys)
