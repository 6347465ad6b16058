"""The panel of an edge whose operand was copied: rows of what arrives, the slope, their product and its sum."""

import numpy as np
import pytest

import nbgrad as ng


@pytest.mark.parametrize(("theme", "width"), [("light", 900), ("dark", 380)])
def test_the_sum_over_copies_is_told_row_by_row(open_page, mount, theme, width):
    page = open_page(theme=theme, width=width)
    x = ng.tensor(2.0, requires_grad=True, name="x")
    W = ng.tensor(np.arange(12.0).reshape(3, 4), requires_grad=True, name="W")
    mount(page, ng.animate((x * W).sum()))
    page.locator('[data-hit^="0-"]').dispatch_event("click")
    facts = page.locator(".ng-edge-product .ng-facts")
    assert facts.locator("dt").all_text_contents() == ["arrives", "local derivative", "their product", "goes on"]
    ranged = "3×4: min 0, mean 5.5, max 11"
    said = ["3×4: 1 everywhere", f"W, {ranged}", ranged, "sum over the axes 0, 1: 66"]
    assert facts.locator("dd").all_text_contents() == said
    assert facts.locator("dd").first.bounding_box()["width"] > 160, "there is room for a range on a narrow page"
    page.locator('[data-hit^="1-"]').dispatch_event("click")
    assert facts.locator("dt").all_text_contents() == ["arrives", "local derivative", "goes on"]
    assert facts.locator("dd").nth(1).text_content() == "x, 3×4: 2 everywhere"
