"""A picture that is wider than the page says so, where the page is narrow, and scrolls."""

import numpy as np
import pytest

import nbgrad as ng


def shown(page, result, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(f"<body style='margin: 0'>{result._repr_mimebundle_()['text/html']}</body>")
    return page.locator(".ng-still-hint"), page.locator(".ng-still")


def wide():
    x = ng.tensor(np.ones(3), requires_grad=True, name="x")
    for _ in range(8):
        x = np.tanh(x)
    return ng.draw(x)


@pytest.mark.parametrize(("width", "seen"), [(3000, False), (1400, True), (760, True), (380, True)])
def test_a_hint_is_seen_only_where_one_has_to_scroll(browser, width, seen):
    page = browser.new_page()
    hint, picture = shown(page, wide(), width)
    room, inside = picture.evaluate("still => [still.clientWidth, still.scrollWidth]")
    assert (inside > room) == seen
    assert (hint.bounding_box()["height"] > 15) == seen
    words = hint.locator("span").bounding_box()
    assert words["width"] < 340, "all of it is in view on a narrow page, too"
    page.close()


def test_a_small_picture_has_none():
    x = ng.tensor(1.0, requires_grad=True, name="x")
    assert 'class="ng-still-hint"' not in ng.draw(x)._repr_mimebundle_()["text/html"]
