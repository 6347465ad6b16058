"""What axe-core says of the player, of the training controls and of a program: nothing that would shut anybody out."""

from __future__ import annotations

import compiled_examples
import handmade
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import nbgrad as ng
from nbgrad.notebook.programs import program_widget
from nbgrad.training import Trainer
from nbgrad.widgets.player import Player

GRAVE = ("serious", "critical")


def complaints(page) -> list[str]:
    """What axe finds serious or critical in the widgets on the page: the rule and the elements."""
    found = Axe().run(page, context=".ng-widget").response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {' | '.join(node['html'][:120] for node in rule['nodes'][:4])}"
        for rule in found
        if rule["impact"] in GRAVE
    ]


@pytest.fixture(scope="module")
def real() -> Player:
    """The player of a small network, with arrays, sums over axes and gradients that meet."""
    x = ng.tensor(np.linspace(-1, 1, 12).reshape(4, 3), name="x")
    W = ng.tensor(np.linspace(-1, 1, 6).reshape(3, 2), requires_grad=True, name="W")
    b = ng.tensor(np.zeros(2), requires_grad=True, name="b")
    h = ng.nn.functional.sigmoid(x @ W + b)
    return ng.animate((h * h).mean())


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1180, 380])
def test_the_player_in_each_phase(open_page, mount, real, theme, width):
    page = open_page(theme=theme, width=width, reduced_motion="reduce")
    mount(page, real)
    for phase in real.payload["phases"]:
        for place in (0, phase["count"] // 2, phase["count"] - 1):
            page.evaluate("frame => models[0].set('frame', frame)", phase["first"] + place)
            assert complaints(page) == [], (phase["key"], place)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_player_with_everything_open(open_page, mount, theme):
    page = open_page(theme=theme, reduced_motion="reduce")
    mount(page, Player(handmade.grouped()))
    page.keyboard.press("Tab")
    page.locator(".ng-stage").press("?")
    page.locator('[data-node="2"]').focus()
    page.keyboard.press("Enter")
    page.get_by_label("Repeat this phase").click()
    assert complaints(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_panels(open_page, mount, real, theme):
    page = open_page(theme=theme, reduced_motion="reduce")
    mount(page, real)
    openers = page.locator("[class*=ng-open-]:visible")
    assert openers.count() > 2
    for number in range(openers.count()):
        openers.nth(number).click()
        assert complaints(page) == [], openers.nth(number).inner_text()
    for selector in ("[data-node]", "[data-hit]"):
        page.locator(selector).last.dispatch_event("click")
        assert page.locator(".ng-panel-node, .ng-panel-edge").count() == 1
        assert complaints(page) == [], selector


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1180, 380])
def test_the_training_controls(open_page, mount, theme, width):
    page = open_page(theme=theme, width=width, reduced_motion="reduce")
    k = ng.tensor(0.5, requires_grad=True)
    x = np.linspace(-1.0, 1.0, 32)
    trainer = Trainer(
        lambda x, y: ((k * x - y) ** 2).mean(), [k], data=(x, 3 * x), validation=(x, 3 * x), epochs=5, name="a line"
    )
    trainer._repr_mimebundle_()
    trainer.run(epochs=3)
    mount(page, trainer._widget)
    assert complaints(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_program(open_page, mount, theme):
    page = open_page(theme=theme)
    mount(page, program_widget(compiled_examples.network()))
    for view in ("Readable", "Fast", "Passes"):
        page.get_by_role("button", name=view).click()
        assert complaints(page) == [], view
    page.get_by_role("button", name="Readable").click()
    for number in (0, 1, 5):  # an import, an empty line, one that computes
        page.locator(".ng-line").nth(number).click()
        assert complaints(page) == [], number


def test_it_would_find_something(page, mount):
    mount(page, Player(handmade.payload()))
    for name in ("aria-label", "title"):
        page.evaluate("name => document.querySelector('.ng-forward').removeAttribute(name)", name)
    assert any(each.startswith("button-name") for each in complaints(page))
