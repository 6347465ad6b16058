"""A stored gradient that is not that of one pass is told apart from it: several passes add up in .grad."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import messages
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session

SAID = "x: 3 from this pass, 6 stored in .grad."


def twice():
    """x·w after two graphs of the same have been walked back."""
    x, w = (ng.tensor(value, requires_grad=True, name=name) for value, name in ((2.0, "x"), (3.0, "w")))
    y = x * w
    y.backward()
    (x * w).backward()
    return x, w, y


def test_the_player_says_it_of_the_node():
    x, w, y = twice()
    payload = ng.animate(y).payload
    assert SAID in payload["nodes"]["0"]["sentence"]
    assert payload["nodes"]["0"]["gradient"] == "3"
    assert float(x.grad) == 6.0
    w.grad = None
    assert "stored" not in ng.animate(y).payload["nodes"]["1"]["sentence"]


def test_the_table_of_a_picture_says_it():
    *_, y = twice()
    assert SAID in ng.draw(y).text
    assert SAID in y._repr_mimebundle_()["text/plain"]


def test_nothing_is_said_of_one_pass_or_none():
    x = ng.tensor(np.array([1.0, 0.1], np.float32), requires_grad=True, name="x")
    y = (x * np.array([0.3, 0.7])).sum()
    assert "stored" not in ng.animate(y).payload["text"]
    y.backward()
    assert "stored" not in ng.draw(y).text
    assert "stored" not in ng.animate(y).payload["nodes"]["0"]["sentence"]


def test_hooks_are_no_reason():
    x = ng.tensor(2.0, requires_grad=True, name="x")
    x.register_hook(lambda g: g * 10)
    y = x * 3.0
    y.backward()
    assert "stored" not in ng.animate(y).payload["nodes"]["0"]["sentence"]
    assert "stored" not in ng.draw(y).text


def test_after_an_edit_nothing_is_compared():
    *_, y = twice()
    payload = Session(picture_of(y)).answer({"kind": "edit", "node": 0, "data": [5.0]})
    assert "stored" not in payload["nodes"]["0"]["sentence"]


@pytest.mark.parametrize("level", ["tensor", "scalar"])
def test_arrays(level):
    x = ng.tensor(np.array([1.0, 2.0]), requires_grad=True, name="x")
    for _ in range(2):
        y = (x * x).sum()
        y.backward()
    said = [node["sentence"] for node in ng.animate(y, level=level).payload["nodes"].values()]
    found = [text for text in said if "from this pass" in text]
    assert len(found) == (1 if level == "tensor" else 2)


def test_it_is_said_in_every_language():
    *_, y = twice()
    before = messages.language()
    try:
        for language in ("zh-Hans", "zh-Hant"):
            ng.set_language(language)
            assert messages.say("stored_otherwise", name="x", passed="3", stored="6") in ng.draw(y).text
    finally:
        ng.set_language(before)
