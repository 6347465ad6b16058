"""A backward pass that begins with a given gradient: what is written is the derivative of the weighted result."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import messages


def text_of(equation: list[dict]) -> str:
    return "".join(token["text"] for token in equation)


def square() -> ng.Tensor:
    x = ng.tensor(3.0, requires_grad=True, name="x")
    y = x * x
    y.name = "y"
    return y


def test_the_seed_is_the_derivative_of_the_weighted_result() -> None:
    payload = ng.animate(square(), 2.0).payload
    backward = [frame for frame in payload["frames"] if frame["phase"] == "backward"]
    assert [text_of(frame["equation"]) for frame in backward[::2]] == [
        "∂(2·y)/∂y = 2",
        "∂(2·y)/∂x = 6 + ∂(2·y)/∂y · x = 6 + 2 × 3 = 6 + 6 = 12",
    ]
    assert backward[0]["sentence"] == messages.say("seed_given", root="y", weighted="2·y")
    assert text_of(payload["frames"][-1]["equation"]).startswith("x ← x − 0.1 · ∂(2·y)/∂x")


def test_every_path_begins_with_the_seed() -> None:
    [paths] = ng.animate(square(), -2.0).payload["paths"]
    assert [text_of(path["equation"]) for path in paths["shown"]] == ["−2 × 3 = −6"] * 2
    assert text_of(paths["equation"]) == "∂(−2·y)/∂x = −6 + (−6) = −12"


@pytest.mark.parametrize("gradient", [None, 1.0])
def test_a_seed_of_one_is_not_written(gradient: float | None) -> None:
    payload = ng.animate(square(), gradient).payload
    assert "∂y/∂x" in payload["text"]
    assert "1·y" not in payload["text"]
    assert text_of(payload["paths"][0]["shown"][0]["equation"]) == "3 = 3"


def test_the_seed_of_an_array_has_a_name() -> None:
    x = ng.tensor([[1.0, 2.0]], requires_grad=True, name="x")
    y = x @ np.eye(2)
    y.name = "y"
    payload = ng.animate(y, np.array([[1.0, 3.0]])).payload
    step = [text_of(frame["equation"]) for frame in payload["frames"] if frame["phase"] == "backward"][1]
    assert step.startswith("∂(seed·y)/∂x = ∂(seed·y)/∂y · ")
    assert "∂y/∂" not in payload["text"]


def test_single_numbers_and_closed_groups_say_the_same() -> None:
    assert "∂(2·y)/∂x" in ng.animate(square(), 2.0, level="scalar").payload["text"]
    x = ng.tensor(3.0, requires_grad=True, name="x")
    with ng.group("part"):
        z = x * x
    y = z + x
    y.name = "y"
    assert "∂(2·y)/∂x" in ng.animate(y, 2.0, level="module").payload["text"]
