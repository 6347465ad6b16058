"""Groups on the stage: signs that can be hit at any scale, a button that opens, and a view that stays at the group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from panels_on_page import open_node

import nbgrad as ng

SIDES = """() => [...document.querySelectorAll(".ng-group-target")].map((each) => {
    const { width, height } = each.getBoundingClientRect();
    return Math.min(width, height);
})"""


@pytest.fixture
def page(page, show):
    """A page with four layers, each a group."""
    rng = np.random.default_rng(0)
    h = ng.tensor(rng.normal(size=(5, 3)), name="x")
    for layer in range(4):
        with ng.group(f"layer {layer}"):
            h = np.tanh(h @ ng.tensor(rng.normal(size=(3, 3)), requires_grad=True, name=f"W{layer}"))
    loss = np.mean(h**2)
    loss.name = "loss"
    return show(loss)


def boxes(page: Any) -> int:
    return page.locator(".ng-stage [data-node]").count()


def collapse(page: Any, header: str) -> None:
    before = boxes(page)
    page.get_by_role("button", name=f"Group {header}: collapse", exact=True).press("Enter")
    page.wait_for_function("n => document.querySelectorAll('.ng-stage [data-node]').length < n", arg=before)


def test_signs_are_large_enough_for_a_finger_at_any_scale(page):
    collapse(page, "layer 0")
    for sign in ("⤢", "−", "1:1", "+"):
        page.locator(".ng-zoom").get_by_text(sign).click()
        assert min(page.evaluate(SIDES)) >= 23.9


def test_the_panel_of_a_collapsed_group_opens_it_by_keyboard(page):
    before = boxes(page)
    collapse(page, "layer 0")
    group = page.evaluate("models[0].get('payload').groups.find(({ open }) => !open).node")
    open_node(page, group)
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.ng-open-group')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_function("n => document.querySelectorAll('.ng-stage [data-node]').length === n", arg=before)
    assert page.locator(".ng-panel").count() == 0
    assert page.evaluate("document.activeElement.ariaLabel") == "Group layer 0: collapse"


def test_a_group_that_is_opened_stays_in_view(page):
    collapse(page, "layer 0")
    seen = """() => document.activeElement.getBoundingClientRect().right
        <= document.querySelector(".ng-stage").getBoundingClientRect().right
        && document.activeElement.getBoundingClientRect().right > 0"""
    assert page.evaluate("document.activeElement.matches('[data-node]')")
    assert page.evaluate(seen), "the pass stands at the loss, far to the right"
    page.keyboard.press("o")
    page.wait_for_function("document.activeElement.matches('.ng-group-head')")
    assert page.evaluate(seen)
    nodes = page.evaluate("models[0].get('payload').nodes")
    open_node(page, next(int(node) for node, facts in nodes.items() if facts["name"] == "loss"))
    assert page.get_by_role("button", name="Open group").count() == 0


def test_a_key_on_a_box_collapses_the_group_around_it(page):
    nodes = page.evaluate("models[0].get('payload').nodes")
    member = next(node for node, facts in nodes.items() if facts["group"] == "layer 0")
    page.locator(f'[data-node="{member}"]').focus()
    before = boxes(page)
    page.keyboard.press("o")
    page.wait_for_function("n => document.querySelectorAll('.ng-stage [data-node]').length < n", arg=before)
    assert page.evaluate("document.activeElement.ariaLabel").endswith("Group layer 0: open")
    page.keyboard.press("o")
    page.wait_for_function("n => document.querySelectorAll('.ng-stage [data-node]').length === n", arg=before)
    assert page.evaluate("document.activeElement.ariaLabel") == "Group layer 0: collapse"


def test_the_panel_of_a_group_with_several_results_leads_to_the_edges_into_it(open_page, mount):
    page = open_page()
    a, b = ((ng.tensor(value, requires_grad=True, name=f"{name}0") * 1.0) for value, name in ((2.0, "a"), (-0.7, "b")))
    a.name, b.name = "a", "b"
    with ng.group("k"):
        s, t = a * b, a - b
        s.name, t.name = "s", "t"
    mount(page, ng.animate(s / t, depth=0))
    nodes = page.evaluate("models[0].get('payload').nodes")
    open_node(page, next(key for key, node in nodes.items() if node["name"] == "k"))
    links = page.locator(".ng-locals .ng-link")
    assert [text.split(":")[0] for text in links.all_inner_texts()] == ["k → a", "k → b"]
    links.nth(1).click()
    page.locator(".ng-panel-edge").wait_for()
    assert "s: 0.37" in page.locator(".ng-panel-edge").inner_text()
