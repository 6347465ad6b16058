"""While a leaf is edited: the stage stays where one works, and old arrays stand beside the new ones on one scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from panels_on_page import open_node

import nbgrad as ng


def deep() -> Any:
    """Three layers: wider than a page, so that the stage scrolls."""
    rng = np.random.default_rng(0)
    h = ng.tensor(rng.standard_normal((4, 3)), name="x")
    for layer, (rows, columns) in enumerate([(3, 4), (4, 5), (5, 2)], 1):
        w = ng.tensor(rng.standard_normal((rows, columns)), requires_grad=True, name=f"W{layer}")
        h = np.tanh(h @ w + ng.tensor(np.zeros(columns), requires_grad=True, name=f"b{layer}"))
    loss = np.mean(h**2)
    loss.name = "loss"
    return loss


def named(page: Any, name: str) -> int:
    nodes = page.evaluate("models[0].get('payload').nodes")
    return next(int(node) for node, facts in nodes.items() if facts["name"] == name)


def left_of(page: Any, name: str) -> float:
    """Where a box begins, in px from the left side of the stage."""
    return page.evaluate(
        """node => document.querySelector(`.ng-stage [data-node="${node}"] .ng-box`).getBoundingClientRect().left
            - document.querySelector(".ng-stage").getBoundingClientRect().left""",
        named(page, name),
    )


def edit(page: Any, element: str, typed: str) -> None:
    """Type a number into a field of the open panel, and wait until it is computed."""
    before = page.evaluate("models[0].saved.filter(([name]) => name === 'payload').length")
    page.get_by_label(element).fill(typed)
    page.keyboard.press("Enter")
    page.wait_for_function("count => models[0].saved.filter(([name]) => name === 'payload').length > count", arg=before)


def test_the_edited_leaf_stays_where_it_is_while_the_pass_stands_elsewhere(show):
    page = show(deep())
    open_node(page, named(page, "W1"))
    before = left_of(page, "W1")
    assert before >= 0
    for typed in ("3", "-2"):
        edit(page, "W1[0, 0]", typed)
        assert left_of(page, "W1") == pytest.approx(before, abs=0.5)
    page.evaluate("document.querySelector('.ng-stage').scrollBy({ left: 300, behavior: 'instant' })")
    edit(page, "W1[0, 0]", "1")
    assert left_of(page, "W1") == pytest.approx(before - 300, abs=0.5), "one may look at what follows while one edits"
    page.set_viewport_size({"width": 1000, "height": 900})
    page.wait_for_function("document.querySelector('.ng-stage').clientWidth < 1000")
    page.wait_for_function("document.querySelector('.ng-stage').scrollLeft < 200")  # the leaf, and not the loss


def test_a_box_that_is_half_hidden_is_brought_into_view_by_a_click_on_what_is_seen(show):
    page = show(deep())
    page.evaluate(
        """node => {
            const stage = document.querySelector(".ng-stage");
            const box = stage.querySelector(`[data-node="${node}"] .ng-box`).getBoundingClientRect();
            const half = box.left + box.width / 2 - stage.getBoundingClientRect().left;
            stage.scrollBy({ left: half, behavior: "instant" });
        }""",
        named(page, "W2"),
    )
    box = page.locator(f'.ng-stage [data-node="{named(page, "W2")}"] .ng-box').bounding_box()
    assert left_of(page, "W2") == pytest.approx(-box["width"] / 2, abs=1.5)
    page.mouse.click(box["x"] + box["width"] * 0.85, box["y"] + box["height"] / 2)
    page.get_by_label("W2[0, 0]").wait_for()
    page.wait_for_function(
        """node => document.querySelector(`.ng-stage [data-node="${node}"] .ng-box`).getBoundingClientRect().left
            >= document.querySelector(".ng-stage").getBoundingClientRect().left""",
        arg=named(page, "W2"),
    )


def test_the_next_step_is_followed_again(show):
    page = show(deep())
    open_node(page, named(page, "W1"))
    edit(page, "W1[0, 0]", "3")
    page.get_by_role("button", name="Step forward").click()
    seen = """node => {
        const stage = document.querySelector(".ng-stage").getBoundingClientRect();
        return document.querySelector(`.ng-stage [data-node="${node}"]`).getBoundingClientRect().right <= stage.right;
    }"""
    page.wait_for_function(seen, arg=named(page, "loss"))


def test_an_old_array_stands_beside_the_new_one_of_the_same_size(show):
    page = show(deep())
    page.locator(".ng-stage").press("End")
    open_node(page, named(page, "W1"))
    edit(page, "W1[0, 0]", "8")
    pairs = page.evaluate(
        """() => [...document.querySelectorAll("g.ng-ghost")].map((old) => {
            const slot = old.parentElement;
            const frame = (part) => part.querySelector(".ng-frame").getBoundingClientRect();
            const [then, now] = [frame(old), frame(slot.querySelector(".ng-present"))];
            const box = slot.closest("[data-node]").querySelector(".ng-box").getBoundingClientRect();
            const texts = [...slot.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
            const beside = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1;
            const above = (a, b) => a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
            const apart = (a, b) => beside(a, b) || above(a, b);
            const all = [then, now, ...texts];
            return {
                same: Math.abs(then.width - now.width) < 0.6 && Math.abs(then.height - now.height) < 0.6,
                large: Math.max(then.width, then.height) >= 15,
                apart: all.every((a, i) => all.every((b, j) => i >= j || apart(a, b))),
                inside: all.every((a) => a.left >= box.left && a.right <= box.right && a.bottom <= box.bottom),
                said: [...slot.querySelectorAll("text")].map((text) => text.textContent),
            };
        })"""
    )
    assert len(pairs) >= 10
    for pair in pairs:
        assert [fault for fault in ("same", "large", "apart", "inside") if not pair[fault]] == []
        assert pair["said"][0] == "before"
    slot = page.locator(f'[data-value="{named(page, "W1")}"]')
    assert slot.locator("text").all_text_contents() == ["before", "now", "value", "±8"]


def test_a_gradient_that_is_not_complete_is_compared_with_nothing(show):
    x = ng.tensor(np.ones((2, 2)), requires_grad=True, name="x")
    loss = (x * x).sum()
    loss.name = "loss"
    page = show(loss)
    open_node(page, named(page, "x"))
    edit(page, "x[0, 0]", "3")
    gradient = page.locator(f'[data-gradient="{named(page, "x")}"]')
    counts = []
    for _ in range(page.evaluate("models[0].get('payload').phases.find(({ key }) => key === 'backward').count")):
        counts.append(gradient.locator(".ng-ghost").count())
        page.get_by_role("button", name="Step forward").click()
    assert counts[-2:] == [0, 1], "two gradients arrive at x"


def test_beside_a_number_that_the_update_has_moved_stands_no_old_one(show):
    w = ng.tensor(0.5, requires_grad=True, name="w")
    loss = (w * 3.0 - 1.0) ** 2
    page = show(loss)
    open_node(page, named(page, "w"))
    edit(page, "Value of w", "2.5")
    ghost = page.locator(f'.ng-stage [data-value="{named(page, "w")}"] .ng-ghost')
    assert ghost.text_content() == "0.5", "before the step it is that of the moment that is shown"
    page.get_by_role("button", name="Update").click()
    page.keyboard.press("End")
    page.wait_for_function("models[0].get('frame') === models[0].get('payload').frames.length - 1")
    page.wait_for_function(
        """node => document.querySelector(`.ng-stage [data-value="${node}"]`).textContent.trim() === "−1.4" """,
        arg=named(page, "w"),
    )  # 2.5 − 0.1 · 2 · 6.5 · 3 = −1.4 at the default rate
    assert ghost.count() == 0
