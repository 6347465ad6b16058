"""The training controls' kernel side: state out, requests in, the fall-back pictures and texts."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.training import Trainer
from nbgrad.widgets.loss_picture import log_ticks, loss_svg
from nbgrad.widgets.trainer import TrainerWidget, curve


def in_a_loop(coroutine):
    """Run it in an event loop of its own thread: this one may belong to the browser tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def make(**settings):
    k = ng.tensor(0.5, requires_grad=True)
    x = np.linspace(-1.0, 1.0, 32)
    settings = {"data": (x, 3 * x), "batch_size": 8, "epochs": 6, "learning_rate": 0.1, "name": "a line"} | settings
    return Trainer(lambda x, y: ((k * x - y) ** 2).mean(), [k], **settings)


def shown(trainer):
    trainer._repr_mimebundle_()
    return trainer._widget


def ask(widget, kind, value=None, number=1):
    widget._receive(widget, {"type": kind, "value": value, "id": number}, [])


def test_displaying_again_shows_the_same_widget_with_its_state():
    trainer = make()
    first, again = trainer._repr_mimebundle_(), trainer._repr_mimebundle_()
    view = "application/vnd.jupyter.widget-view+json"
    assert first[0][view] == again[0][view]
    trainer.run()
    assert trainer._widget.state["epoch"] == 6
    assert trainer._widget.state["phase"] == "finished"


def test_the_fall_back_is_svg_and_text_and_nothing_else():
    trainer = make()
    trainer.run()
    data, _ = trainer._repr_mimebundle_()
    assert sorted(data) == ["application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"]
    assert data["text/plain"].startswith("a line: epoch 6 of 6\n")
    ElementTree.fromstring(data["image/svg+xml"])
    assert repr(trainer._widget) == repr(trainer)


def test_steps_settings_rewind_and_reset_by_message():
    trainer = make()
    widget = shown(trainer)
    ask(widget, "step", number=3)
    assert (trainer.steps, widget.state["step"], widget.state["answered"]) == (1, 1, 3)
    ask(widget, "learning_rate", 0.2, number=4)
    ask(widget, "epochs", 9, number=5)
    assert (trainer.learning_rate, trainer.epochs) == (0.2, 9)
    trainer.run()
    ask(widget, "rewind", 2)
    assert (widget.state["epoch"], widget.state["recorded"], widget.state["phase"]) == (2, 9, "paused")
    ask(widget, "reset")
    assert (widget.state["phase"], widget.state["curve"]["epochs"]) == ("ready", [])
    assert widget.state["answered"] == 5


def test_play_and_pause_by_message_give_the_same_history():
    expected = make(epochs=300).run()
    trainer = make(epochs=300)
    widget = shown(trainer)

    async def play():
        ask(widget, "play")
        assert widget.state["phase"] == "running" or trainer.steps == 0
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        ask(widget, "pause")
        assert widget.state["phase"] == "paused"
        await trainer.task
        ask(widget, "play")
        await trainer.task

    in_a_loop(play())
    assert trainer.history == expected
    assert widget.state["phase"] == "finished"


def test_the_page_hears_ten_times_a_second_at_most(monkeypatch):
    from nbgrad.training import trainer as module

    trainer = make(epochs=50)
    widget = shown(trainer)
    states = []
    widget.observe(lambda change: states.append(change["new"]), "state")
    now = iter(range(10**9))
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(now) * 0.002)  # a clock that moves when looked at
    trainer.run()
    elapsed = next(now) * 0.002
    assert 3 <= len(states) <= elapsed / 0.1 + 3


@pytest.mark.parametrize(("kind", "value"), [("learning_rate", -1), ("epochs", 0), ("rewind", 99)])
def test_a_bad_request_is_told_and_changes_nothing(kind, value):
    trainer = make()
    widget = shown(trainer)
    ask(widget, kind, value)
    assert widget.state["problem"]
    assert widget.state["error"] is None
    assert (trainer.learning_rate, trainer.epochs, trainer.epoch) == (0.1, 6, 0)
    ask(widget, "step")
    assert widget.state["problem"] == ""


def test_odd_messages_do_no_harm():
    widget = shown(make())
    widget._receive(widget, "play", [])
    ask(widget, "format the disk")
    assert "KeyError" in widget.state["problem"]


def test_an_error_in_a_step_is_shown_with_its_traceback():
    def step(x):
        raise RuntimeError("<b>no</b>")

    widget = shown(Trainer(step, data=(np.ones(32),), epochs=2))
    ask(widget, "step")
    error = widget.state["error"]
    assert (error["kind"], error["where"], error["message"]) == ("RuntimeError", "epoch 1, step 1", "<b>no</b>")
    assert "raise RuntimeError" in error["traceback"]
    assert widget.state["problem"] == ""
    assert not widget.state["rewindable"]


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    thin = curve([float(i) for i in range(10_001)], [])
    assert len(thin["epochs"]) <= 402
    assert (thin["epochs"][0], thin["epochs"][-1], thin["train"][-1]) == (1, 10_001, 10_000.0)
    assert 5678 in curve([float(i) for i in range(10_001)], [], 5678)["epochs"]  # the present epoch is kept
    assert curve([3.0, 2.0], [], 0) == curve([3.0, 2.0], [], 7) == curve([3.0, 2.0], [], 2)
    assert curve([1.0], [float("inf")])["validation"] == [None]


# ---- the still picture


def test_the_picture_is_the_same_to_the_byte_and_escapes_names():
    history = make(validation=(np.ones(4), np.ones(4))).run()
    first = loss_svg(history, 6, '<script>"&\x00')
    assert first == loss_svg(history, 6, '<script>"&\x00')
    assert "<script>" not in first
    root = ElementTree.fromstring(first)
    told = {each.get("id"): each.text for each in root if each.get("id")}
    title, described = (told[name] for name in root.get("aria-labelledby").split())
    assert title.startswith("<script>")
    assert described.startswith(f"{title}: ")
    assert first.count('stroke-dasharray="5 4"') == 2  # the curve and its key


def test_pictures_of_odd_histories_are_well_formed():
    from nbgrad.training import History

    for losses in ([], [1.0], [0.0, 0.0], [-1.0, 2.0], [5.0] * 3, [1e-300, 1e300], [float("inf"), 1.0]):
        ElementTree.fromstring(loss_svg(History(losses), 3))


def test_log_ticks():
    assert log_ticks(1e-8, 1e3) == pytest.approx([1e-8, 1e-6, 1e-4, 1e-2, 1.0, 1e2])


def test_the_widget_is_an_anywidget_with_one_joined_module():
    esm = str(TrainerWidget._esm)
    assert esm.count("export default") == 1
    assert "import {" not in esm
