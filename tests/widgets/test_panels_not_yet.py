"""The panel of a node follows the pass: its gradient is "not yet" until the step in which it arrives."""

from __future__ import annotations

from typing import Any

import nbgrad as ng


def fact(page: Any, label: str) -> str:
    return page.evaluate(
        "label => [...document.querySelectorAll('.ng-facts dt')].find(dt => dt.textContent === label)"
        ".nextElementSibling.textContent",
        label,
    )


def test_a_gradient_is_not_yet_until_it_arrives(page: Any, mount: Any) -> None:
    x = ng.tensor(3.0, requires_grad=True, name="x")
    y = x * x
    y.name = "y"
    player = ng.animate(y)
    mount(page, player)
    page.locator("[data-node='0']").first.click()
    seen = []
    for frame in range(len(player.payload["frames"])):
        page.evaluate("frame => models[0].set('frame', frame)", frame)
        seen.append(fact(page, "gradient"))
    assert seen == ["not yet", "not yet", "3", "6", "6"]
    page.evaluate("models[0].set('frame', 0)")
    page.locator("[data-node='1']").first.click()
    assert (fact(page, "value"), fact(page, "gradient")) == ("9", "not yet")
