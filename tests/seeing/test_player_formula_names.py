"""What results are called is not taken for what a formula says: names that begin with a sign, and very long ones."""

import numpy as np
import pytest

import nbgrad as ng


def steps_of(result):
    return [frame for frame in ng.animate(result).payload["frames"] if frame["phase"] == "backward"]


def vector(name):
    return ng.tensor([1.0, 2.0], requires_grad=True, name=name)


@pytest.mark.parametrize(
    "make",
    [
        lambda x, y: x.sum() * y.sum(),
        lambda x, y: ng.tensor(3.0, requires_grad=True, name="lam") * x.sum(),
        lambda x, y: x.sum() * 3.0 * y.sum(),
    ],
)
def test_a_factor_that_is_a_sum_is_no_sum_over_copies(make):
    said = [frame["sentence"] for frame in steps_of(make(vector("x"), vector("y")))]
    assert not [sentence for sentence in said if "copied to fit" in sentence]


def test_a_sum_over_copies_is_told_of():
    said = [frame["sentence"] for frame in steps_of((vector("x") * ng.tensor(2.0, requires_grad=True)).sum())]
    assert any("was copied to fit" in sentence for sentence in said)


def test_a_long_name_is_as_short_as_a_factor_as_it_is_below_a_stroke():
    long = [ng.tensor(value, requires_grad=True, name=letter * 300) for letter, value in (("p", 2.0), ("q", 3.0))]
    for frame in steps_of(np.exp(long[0] * long[1])):
        equation = "".join(token["text"] for token in frame["equation"])
        assert "p" * 24 not in equation
        assert "q" * 24 not in equation


def test_at_the_corner_of_the_absolute_value_nothing_is_handed_on():
    frames = steps_of(abs(ng.tensor(0.0, requires_grad=True, name="x")))
    assert "hands the gradient on" not in frames[-1]["sentence"]
    assert "There is a corner here" in frames[-1]["sentence"]


def test_shares_that_are_alike_are_told_once():
    x = ng.tensor([-2.0, -2.0], requires_grad=True, name="x")
    said = [frame["sentence"] for frame in steps_of(np.tanh(x).sum())]
    assert any("7%" in sentence and "7% to 7%" not in sentence for sentence in said)
