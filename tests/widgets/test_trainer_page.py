"""The training controls in a real browser, without Jupyter: clicks go out, states come in."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.training import Trainer


@pytest.fixture
def trainer():
    k = ng.tensor(0.5, requires_grad=True)
    x = np.linspace(-1.0, 1.0, 32)
    trainer = Trainer(
        lambda x, y: ((k * x - y) ** 2).mean(),
        [k],
        data=(x, 3 * x + 0.5),
        validation=(x, 3 * x),
        batch_size=8,
        epochs=20,
        learning_rate=0.1,
        name="a line <b>",
    )
    trainer._repr_mimebundle_()
    return trainer


def sent(page):
    return [[each["type"], each["value"]] for each in page.evaluate("models[0].sent")]


def push(page, trainer, **changes):
    """Let a new state of the kernel's arrive, answering all that was asked."""
    asked = page.evaluate("models[0].sent.reduce((most, each) => Math.max(most, each.id), 0)")
    state = {**trainer._widget._current(), "answered": asked, **changes}
    page.evaluate("(state) => models[0].set('state', state)", state)


def test_buttons_ask_and_the_page_answers_at_once(page, mount, trainer):
    mount(page, trainer._widget)
    page.get_by_role("button", name="Play").click()
    assert page.get_by_role("button", name="Pause").is_visible()  # before the kernel has said a word
    assert page.get_by_role("status").inner_text() == "training"
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Play").is_visible()
    push(page, trainer, phase="running", answered=0)  # sent before the kernel heard of Pause
    assert page.get_by_role("button", name="Play").is_visible()
    push(page, trainer, phase="paused")
    page.get_by_role("button", name="Step").click()
    page.get_by_role("button", name="Reset").click()
    assert sent(page) == [["play", None], ["pause", None], ["step", None], ["reset", None]]


def test_the_curve_and_the_numbers_follow_the_state(page, mount, trainer):
    mount(page, trainer._widget)
    assert page.locator(".ng-curve polyline").count() == 0
    trainer.run(epochs=12)
    push(page, trainer)
    assert page.locator(".ng-curve polyline.ng-train").count() == 1
    assert page.locator(".ng-curve polyline.ng-validation").count() == 1
    points = page.locator("polyline.ng-train").get_attribute("points").split()
    heights = [float(point.split(",")[1]) for point in points]
    assert len(points) == 12
    assert heights[-1] > heights[0]  # the loss has fallen
    assert page.get_by_role("progressbar").get_attribute("aria-valuenow") == "12"
    curve = page.get_by_role("slider", name="Loss by epoch, logarithmic axis", exact=True)
    assert curve.get_attribute("aria-valuetext").startswith("epoch 12, training loss ")


def test_the_cursor_follows_mouse_and_arrow_keys(page, mount, trainer):
    trainer.run()
    mount(page, trainer._widget)
    box = page.locator(".ng-curve").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 100)
    assert page.locator(".ng-reading").text_content().startswith("1 · ")
    page.mouse.move(5, 5)
    page.locator(".ng-curve").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator(".ng-reading").text_content().startswith("19 · ")


def test_learning_rate_by_slider_and_by_number(page, mount, trainer):
    mount(page, trainer._widget)
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    page.keyboard.press("ArrowRight")
    kind, rate = sent(page)[-1]
    assert kind == "learning_rate"
    assert 0.1 < rate < 0.2
    number = page.get_by_label("Learning rate, as a number")
    assert number.input_value() == str(rate)  # kept while the kernel is silent
    number.fill("0.02")
    number.press("Enter")
    assert sent(page)[-1] == ["learning_rate", 0.02]
    number.fill("nonsense")
    number.press("Enter")
    assert number.get_attribute("aria-invalid") == "true"
    assert sent(page)[-1] == ["learning_rate", 0.02]
    epochs = page.get_by_label("Epochs to train")
    epochs.fill("50")
    epochs.press("Enter")
    assert sent(page)[-1] == ["epochs", 50]


def test_rewind_fades_what_lies_ahead(page, mount, trainer):
    trainer.run()
    mount(page, trainer._widget)
    slider = page.get_by_role("slider", name="Rewind")
    slider.focus()
    page.keyboard.press("Home")
    assert sent(page)[-1] == ["rewind", 0]
    trainer.rewind(5)
    push(page, trainer)
    assert page.locator(".ng-train.ng-future").count() == 1
    assert slider.input_value() == "5"
    assert page.get_by_text("epoch 5 of 20").is_visible()


def test_the_cursor_stands_at_the_epoch_gone_back_to(page, mount, trainer):
    trainer.run(epochs=901)  # more than the curve has points
    trainer.rewind(500)
    mount(page, trainer._widget)
    assert page.locator(".ng-reading").text_content().startswith("500 · ")
    assert page.locator(".ng-place").inner_text() == "epoch 500"
    trainer.rewind(0)
    push(page, trainer)
    assert page.locator(".ng-reading").count() == 0
    assert page.get_by_text("will be drawn here").count() == 0  # it is drawn already


def test_a_step_shows_in_the_chart_before_the_first_epoch_ends(page, mount, trainer):
    mount(page, trainer._widget)
    loss = trainer.step()
    push(page, trainer)
    assert page.get_by_text(f"step 1 of 4 · batch loss {loss:.3g}", exact=True).count() == 1


def test_an_error_is_text_with_a_traceback_on_request(page, mount, trainer):
    mount(page, trainer._widget)
    assert not page.get_by_role("alert").is_visible()
    error = {"kind": "ValueError", "where": "epoch 2, step 1", "message": "<img src=x>", "traceback": "Traceback\n<i>"}
    push(page, trainer, error=error, phase="error")
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_text("ValueError in epoch 2, step 1").is_visible()
    assert page.get_by_text("<img src=x>").is_visible()
    assert not page.locator(".ng-traceback").is_visible()
    page.get_by_text("Traceback", exact=True).click()
    assert page.locator(".ng-traceback").inner_text() == "Traceback\n<i>"
    assert page.locator(".ng-trainer img").count() == 0
    assert page.get_by_text("a line <b>").is_visible()


def test_space_plays_from_the_curve_and_every_control_has_a_name(page, mount, trainer):
    mount(page, trainer._widget)
    page.locator(".ng-curve").focus()
    page.keyboard.press("Space")
    assert sent(page) == [["play", None]]
    for control in page.locator("button, input, summary, [tabindex]").all():
        control.dispatch_event("keydown", {"key": "b"})
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"  # or "b" would insert a cell
        if control.evaluate("(node) => node.localName") == "summary":
            continue  # named by its text, which is hidden until there is an error
        assert (control.get_attribute("aria-label") or control.inner_text()).strip()


LONGEST = {"epoch": 1259, "epochs": 5000, "span": 5000, "recorded": 1259, "step": 2599, "stepsPerEpoch": 5000}


@pytest.mark.parametrize("width", [420, 1180])
@pytest.mark.parametrize("phase", ["ready", "running", "paused", "finished", "error"])
def test_no_words_wrap_and_no_control_moves(open_page, mount, trainer, phase, width):
    page = open_page(width=width)
    mount(page, trainer._widget)
    places = "() => [...document.querySelectorAll('.ng-side > *')].map((each) => each.getBoundingClientRect().top)"
    first = page.evaluate(places)
    push(page, trainer, phase=phase, lastLoss=-0.00000761, left=9999.0, pace=12345.0, **LONGEST)
    assert page.evaluate(places) == first
    cut = "() => [...document.querySelectorAll('.ng-side :is(button, button span, b, .ng-under, .ng-under span)')]"
    cut += ".filter((each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)"
    cut += ".map((each) => each.textContent)"
    assert page.evaluate(cut) == []
    tall = "() => document.querySelector('.ng-play span').getBoundingClientRect().height"
    assert page.evaluate(tall) < 20


def test_a_silent_kernel_is_named(page, mount, trainer):
    page.clock.install()
    mount(page, trainer._widget)
    page.get_by_role("button", name="Play").click()
    page.clock.fast_forward(2500)
    assert page.get_by_role("status").inner_text() == "waiting for the kernel …"
    push(page, trainer, phase="running")
    assert page.get_by_role("status").inner_text() == "training"


def test_a_restarted_kernel_is_named_and_the_controls_are_off(page, mount, trainer):
    mount(page, trainer._widget)
    page.evaluate("() => { models[0].send = () => { throw new Error('Cannot send'); }; }")
    page.get_by_role("button", name="Play").click()
    assert page.get_by_text("The kernel was restarted: run this cell again.").is_visible()
    for button in page.get_by_role("button").all():
        assert button.get_attribute("aria-disabled") == "true"
    assert all(control.is_disabled() for control in page.locator("input").all())
    page.locator(".ng-curve").focus()
    page.keyboard.press("Space")  # an error in the page fails this test
    assert page.get_by_role("button", name="Play").is_visible()
    assert page.get_by_role("alert").is_hidden()


def test_two_views_show_the_same_and_leave_alone(page, mount, trainer):
    mount(page, trainer._widget, views=2)
    trainer.run(epochs=3)
    push(page, trainer)
    assert page.get_by_text("3 of 20", exact=True).count() == 2
    page.evaluate("removeView(0)")
    push(page, trainer, epoch=4)
    assert page.get_by_text("4 of 20", exact=True).count() == 1
    assert page.evaluate("models[0].listeners['change:state'].length") == 1


@pytest.mark.parametrize("width", [420, 1180])
def test_nothing_is_wider_than_its_card(open_page, mount, trainer, width):
    trainer.run()
    page = open_page(theme="dark", width=width)
    mount(page, trainer._widget)
    page.wait_for_function("document.querySelector('.ng-curve').getAttribute('viewBox')")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    outside = """() => [...document.querySelectorAll('.ng-curve text')].filter((text) => {
      const box = text.getBoundingClientRect(), svg = text.ownerSVGElement.getBoundingClientRect();
      return box.left < svg.left - 1 || box.right > svg.right + 1 || box.bottom > svg.bottom + 1;
    }).map((text) => text.textContent)"""
    assert page.evaluate(outside) == []
