"""Sentences of the backward pass that tell the places of an operation apart, NaN in what is given, and rounding."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session


def leaf(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def played(root):
    return Session(picture_of(root)).payload()


def said_to(root, name):
    payload = played(root)
    node = next(int(node) for node, facts in payload["nodes"].items() if facts["name"] == name)
    frames = payload["frames"]
    return [frame["sentence"] for frame in frames if frame["phase"] == "backward" and frame["target"] == node]


@pytest.mark.parametrize(
    ("make", "first", "second"),
    [
        (lambda a, b: a / b, "divided by the denominator", "−numerator/denominator²"),
        (lambda a, b: a**b, "The base gets", "The exponent gets"),
        (lambda a, b: a % b, "unchanged", "minus the whole-number quotient"),
    ],
)
def test_each_place_has_its_own_sentence(make, first, second):
    y = make(leaf(3.0, "a"), leaf(2.0, "b"))
    [to_a], [to_b] = said_to(y, "a"), said_to(y, "b")
    assert first in to_a
    assert second in to_b
    assert second not in to_a


def test_nan_in_a_given_array_is_named():
    x, w = leaf(np.array([1.0, np.nan]), "x"), leaf(np.array([2.0, 3.0]), "w")
    y = (x * w).sum()
    assert "There is NaN or ∞ in x." in said_to(y, "x")[0]
    assert "There is NaN or ∞ in x." in said_to(y, "w")[0]  # whose gradient it spoils
    z = (leaf(np.array([1.0, 4.0]), "x") * w).sum()
    assert "NaN" not in said_to(z, "x")[0]


def test_what_rounding_left_of_zero_is_told():
    a, b = leaf(0.1 + 0.2, "a"), leaf(0.3, "b")
    frame = played((a - b) * 3)["frames"][0]
    assert "".join(token["text"] for token in frame["equation"]).endswith("0.3 − 0.3 ≈ 5.55e−17")
    assert "5.55e−17 is what rounding in float64 has left of 0" in frame["sentence"]
    x = leaf(1.0, "x")
    last = said_to(x * 0.1 + x * 0.2 - x * 0.3, "x")[-1]
    assert "what rounding in float64 has left of 0" in last
