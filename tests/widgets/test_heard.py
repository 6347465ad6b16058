"""What a screen reader is told: numbers of boxes at each step, edges, ends, formulas, views, readings, verdicts."""

from xml.etree import ElementTree

import handmade
import handmade_panels
import numpy as np
import pytest

import nbgrad as ng
from nbgrad.training import Trainer
from nbgrad.widgets.player import Player
from nbgrad.widgets.surface import Surface


@pytest.fixture
def real(page, mount):
    """The player of y = (a·b + a)², whose a gets two gradients."""
    a = ng.tensor(2.0, requires_grad=True, name="a")
    b = ng.tensor(-3.0, requires_grad=True, name="b")
    s = a * b + a
    y = s * s
    y.name = "y"
    player = ng.animate(y)
    mount(page, player)
    page.payload = player.payload
    return page


def go(page, frame):
    page.evaluate("frame => models[0].set('frame', frame)", frame)


def label(page, node):
    return page.locator(f'[data-node="{node}"]').get_attribute("aria-label")


def tooltip(page, node):
    return page.locator(f'[data-node="{node}"] > title').text_content()


def node_of(page, name):
    return next(node for node, facts in page.payload["nodes"].items() if facts["name"] == name)


def first_of(page, phase):
    return next(each["first"] for each in page.payload["phases"] if each["key"] == phase)


def test_a_box_says_the_numbers_that_it_shows_at_each_step(real):
    a, y = node_of(real, "a"), node_of(real, "y")
    go(real, 0)
    assert label(real, y) == "y, multiply; value: not yet; gradient: not yet"
    assert label(real, a) == "a; value: 2; gradient: not yet"
    backward = first_of(real, "backward")
    go(real, backward)
    assert label(real, y) == "y, multiply; value: 16; gradient: 1"
    arrivals = [i for i, each in enumerate(real.payload["frames"]) if each["target"] == int(a) and each["arrival"]]
    for frame in arrivals:
        go(real, frame)
        assert label(real, a) == f"a; value: 2; gradient: {real.payload['frames'][frame]['arrival']['total']}"
    go(real, backward)
    assert label(real, a) == "a; value: 2; gradient: not yet", "back again"


def test_the_tooltip_says_the_same_and_what_makes_the_box(real):
    y = node_of(real, "y")
    go(real, first_of(real, "backward"))
    assert tooltip(real, y).startswith("y = multiply(")
    assert tooltip(real, y).endswith("; shape (), float64; value: 16; gradient: 1")
    go(real, 0)
    assert tooltip(real, y).endswith("; value: not yet; gradient: not yet")


def test_an_update_is_in_the_label(real):
    a = node_of(real, "a")
    update = first_of(real, "update")
    go(real, update)
    assert label(real, a).startswith(f"a; value: {real.payload['frames'][update]['number']}; gradient: ")


def test_arrays_say_their_ranges(page, mount):
    W = ng.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="W")
    player = ng.animate((W * W).sum())
    mount(page, player)
    go(page, len(player.payload["frames"]) - 1)
    assert label(page, 0) == "W, 2×2; value: min 0.8, mean 2, max 3.2; gradient: min 2, mean 5, max 8"


def test_only_boxes_that_change_are_named_anew(real):
    go(real, first_of(real, "backward"))
    changed = real.evaluate(
        """() => {
            const watch = new MutationObserver(() => {});
            watch.observe(document.querySelector(".ng-stage"), { attributeFilter: ["aria-label"], subtree: true });
            models[0].set("frame", models[0].get("frame") + 1);
            return watch.takeRecords().length;
        }"""
    )
    assert changed == 1


def test_groups_say_whether_they_are_open(page, mount):
    mount(page, Player(handmade.grouped()))
    assert page.locator(".ng-group-head").get_attribute("aria-expanded") == "true"


def test_an_edge_that_a_key_has_chosen_is_spoken_and_enter_leads_into_its_panel(page, mount):
    payload = handmade_panels.payload()
    mount(page, Player(payload))
    page.locator('[data-node="3"]').focus()
    page.keyboard.press("e")
    key = page.locator(".ng-edge.ng-selected").get_attribute("data-edge")
    edge = payload["edges"][key]
    assert page.locator(".ng-spoken").text_content() == (
        f"Edge from {edge['from']} to {edge['to']}. Arrives: {edge['upstream']}. "
        f"Local derivative: {edge['local']}. Goes on: {edge['product']}."
    )
    assert page.evaluate("document.activeElement.getAttribute('data-node')") == "3"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('.ng-panel-edge')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('data-node')") == "3"
    page.keyboard.press("Enter")
    assert page.locator(".ng-panel-node").count() == 1, "with no panel open it is the box that is chosen"


def test_the_ends_are_spoken_and_a_new_phase(open_page, mount):
    page = open_page()
    page.clock.install()
    page.clock.pause_at(2_000_000_000_000)
    mount(page, Player(handmade.payload()))
    spoken = page.locator(".ng-spoken")
    page.locator(".ng-stage").press("3")
    page.clock.run_for(300)
    assert spoken.text_content() == "Update. Step 1 of 1. Spoken: w moves against its gradient."
    page.locator(".ng-stage").press("ArrowRight")
    assert spoken.text_content() == "Last step"
    page.locator(".ng-stage").press("ArrowRight")
    assert spoken.text_content() == "Last step\u00a0", "another text, or nothing would be read"
    go(page, 0)
    page.locator(".ng-stage").press("ArrowLeft")
    assert spoken.text_content() == "First step"


def test_an_equation_is_one_formula_with_its_text(real):
    go(real, 0)
    formula = real.locator(".ng-equation [role=math]")
    assert formula.count() == 1
    assert formula.get_attribute("aria-label") == "a·b = 2 × (−3) = −6"
    assert real.locator(".ng-equation math").count() > 1
    assert (
        real.locator(".ng-equation [role=math] > [aria-hidden=true] math").count()
        == real.locator(".ng-equation math").count()
    )


def test_the_field_of_the_quiz_points_at_the_verdict(page, mount):
    mount(page, Player(handmade_panels.payload()))
    page.locator(".ng-open-quiz").click()
    field = page.locator(".ng-quiz .ng-field")
    assert field.get_attribute("aria-invalid") == "false"
    field.fill("?")
    field.press("Enter")
    assert field.get_attribute("aria-invalid") == "true"
    verdict = page.locator(f"#{field.get_attribute('aria-describedby')}")
    assert verdict.text_content().startswith("This is not a number.")


def test_zooming_a_surface_is_spoken(page, mount):
    X = np.array([[0.0, 10.0], [2.0, 30.0], [1.0, 20.0]])
    mount(page, Surface(lambda P: P.sum(axis=1), X, [1.0, 5.0, 4.5], feature_names=["x", "w"], resolution=4))
    page.locator("canvas").press("+")
    page.wait_for_function("document.querySelector('.ng-surface [aria-live]').textContent.endsWith('zoom 1.15×')")
    page.locator("canvas").press("ArrowRight")
    page.wait_for_function("document.querySelector('.ng-surface [aria-live]').textContent.startsWith('turned 40')")


def test_the_still_picture_of_a_surface_has_a_title_and_a_description():
    X = np.array([[0.0, 10.0], [2.0, 30.0], [1.0, 20.0]])
    surface = Surface(lambda P: P.sum(axis=1), X, [1.0, 5.0, 4.5], feature_names=["x", "w"], resolution=4)
    root = ElementTree.fromstring(surface._repr_mimebundle_()[0]["image/svg+xml"])
    told = {each.get("id"): each.text for each in root if each.get("id")}
    title, described = (told[name] for name in root.get("aria-labelledby").split())
    assert title == "prediction over x and w"
    assert "at x 0, w 10: 10" in described


def test_the_loss_curve_is_a_slider_over_its_epochs(page, mount):
    k = ng.tensor(0.5, requires_grad=True)
    x = np.linspace(-1.0, 1.0, 8)
    trainer = Trainer(lambda x, y: ((k * x - y) ** 2).mean(), [k], data=(x, 3 * x), epochs=4, batch_size=8)
    trainer._repr_mimebundle_()
    mount(page, trainer._widget)
    assert page.locator(".ng-curve").get_attribute("role") == "img", "there is nothing to read yet"
    trainer.run(epochs=3)
    trainer._repr_mimebundle_()
    page.evaluate("state => models[0].set('state', state)", trainer._widget.state)
    curve = page.get_by_role("slider", name="Loss by epoch, logarithmic axis", exact=True)
    read = lambda: [curve.get_attribute(f"aria-value{each}") for each in ("min", "now", "max")]  # noqa: E731
    assert read() == ["1", "3", "3"]
    curve.press("ArrowLeft")
    assert read() == ["1", "2", "3"]
    assert curve.get_attribute("aria-valuetext").startswith("epoch 2, training loss ")
    curve.press("Home")
    assert read() == ["1", "1", "3"]


def test_forced_colours_show_what_is_pressed_and_where_sliders_run(open_page, mount):
    page = open_page(theme=None, forced_colors="active", color_scheme="dark")
    mount(page, Player(handmade.payload()))
    colour = lambda selector, name: page.locator(selector).first.evaluate(  # noqa: E731
        f"element => getComputedStyle(element).{name}"
    )
    system = page.evaluate(
        """() => ["CanvasText", "Highlight"].map((name) => {
            document.body.style.color = name;
            return getComputedStyle(document.body).color;
        })"""
    )
    assert colour('.ng-phase[aria-pressed="true"]', "backgroundColor") == system[1]
    assert colour('.ng-phase[aria-pressed="false"]', "backgroundColor") != system[1]
    assert colour(".ng-stage .ng-name", "fill") == system[0]
    assert colour(".ng-scrub", "forcedColorAdjust") == "none"


def test_what_is_dimmed_stays_readable(page, mount):
    mount(page, Player(handmade_panels.payload()))
    page.locator(".ng-open-paths").click()
    page.locator(".ng-row").first.hover()
    dimmed = page.locator(".ng-dimming [data-node]:not(.ng-lit)")
    assert dimmed.count() > 0
    assert float(dimmed.first.evaluate("node => getComputedStyle(node).opacity")) >= 0.5


def test_on_a_narrow_page_the_next_box_is_seen_and_the_sentence_is_near(open_page, mount):
    page = open_page(width=380)
    a = ng.tensor(2.0, requires_grad=True, name="a")
    b = ng.tensor(-3.0, requires_grad=True, name="b")
    s = a * b + a
    player = ng.animate(s * s)
    mount(page, player)
    stage = page.locator(".ng-stage").bounding_box()
    following = player.payload["frames"][player.payload["start"] + 1]["target"]
    box = page.locator(f'[data-node="{following}"]').bounding_box()
    assert stage["x"] <= box["x"] + 1
    equation, sentence = (page.locator(f".ng-words .ng-{each}").bounding_box() for each in ("equation", "sentence"))
    assert sentence["y"] - (equation["y"] + equation["height"]) < 8
