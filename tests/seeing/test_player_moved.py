"""A parameter that has moved since: the player shows the numbers that the pass was computed with, and says so."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import messages
from nbgrad.notebook.pictures import picture_of
from nbgrad.notebook.recorded import as_recorded
from nbgrad.seeing.session import Session


def stepped() -> ng.Tensor:
    """x·x + b after a backward pass and a step: x went from 3 to 2.4, b from 0 to −0.1."""
    x = ng.tensor(3.0, requires_grad=True, name="x")
    b = ng.tensor(0.0, requires_grad=True, name="b")
    loss = x * x + b
    loss.backward()
    ng.optim.SGD([x, b], lr=0.1).step()
    return loss


def equations(payload: dict) -> list[str]:
    return ["".join(token["text"] for token in frame["equation"]) for frame in payload["frames"]]


def sentences(payload: dict) -> str:
    return "\n".join(frame["sentence"] for frame in payload["frames"])


def test_equations_hold_the_numbers_that_were_used() -> None:
    found = equations(ng.animate(stepped()).payload)
    assert found[0] == "x·x = 3 × 3 = 9"
    assert found[-2] == "x ← x − 0.1 · ∂v₁/∂x = 3 − 0.1 × 6 = 2.4"


def test_that_it_moved_is_said_once_where_it_is_used_and_at_its_own_step() -> None:
    payload = ng.animate(stepped()).payload
    said = messages.say("moved_since", name="x", value="2.4")
    assert sentences(payload).count(said) == 2
    assert said in payload["frames"][0]["sentence"]
    assert said in payload["nodes"]["0"]["sentence"]
    assert payload["nodes"]["0"]["value"] == "3"


def test_nothing_is_said_of_what_has_not_moved() -> None:
    x = ng.tensor(3.0, requires_grad=True, name="x")
    x.data = np.float64(3.0)  # another object with the same number
    payload = ng.animate(x * x).payload
    assert "since then" not in payload["text"]


def test_editing_another_leaf_keeps_the_number_that_was_used() -> None:
    session = Session(picture_of(stepped()))
    payload = session.answer({"kind": "edit", "node": 1, "data": [5]})
    assert equations(payload)[:2] == ["x·x = 3 × 3 = 9", "v₁ = (x·x) + b = 9 + 5 = 14"]
    assert "x has moved" in sentences(payload)
    assert "b has moved" not in sentences(payload)  # it shows what was typed


def test_two_operations_may_know_different_numbers_of_one_leaf() -> None:
    w = ng.tensor(2.0, requires_grad=True, name="w")
    early = w * 2
    w.data = np.float64(7.0)
    late = w * 3
    found = equations(ng.animate(early + late).payload)
    assert found[0] == "w·2 = 2 × 2 = 4"
    assert found[1] == "w·3 = 7 × 3 = 21"


def test_single_numbers_are_those_that_were_used() -> None:
    w = ng.tensor([3.0, 4.0], requires_grad=True, name="w")
    loss = (w * w).sum()
    w.data = np.array([1.0, 1.0])
    found = equations(ng.animate(loss, level="scalar").payload)
    assert any(equation.endswith("= 3 × 3 = 9") for equation in found)


@pytest.mark.parametrize("value", [np.array([5.0, 2.0]), np.array([np.nan, 2.0])])
def test_a_picture_is_given_the_recorded_values(value: np.ndarray) -> None:
    w = ng.tensor(value, requires_grad=True, name="w")
    picture = picture_of(w * 2)
    np.testing.assert_array_equal(picture.vertices[0].value, value)
    w.data = np.zeros(2)
    picture = picture_of(picture.root)
    as_recorded(picture)
    assert np.array_equal(picture.vertices[0].value, value, equal_nan=True)


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_it_is_said_in_every_language(language: str) -> None:
    loss = stepped()
    before = messages.language()
    try:
        ng.set_language(language)
        assert messages.say("moved_since", name="x", value="2.4") in ng.animate(loss).payload["text"]
    finally:
        ng.set_language(before)
