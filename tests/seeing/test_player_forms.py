"""One form for one thing: powers of ten, indices, minus zero and names in dollar signs."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display.mathml import mathml
from nbgrad.display.player.facts import precisely
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session


def equations(root):
    frames = Session(picture_of(root)).payload()["frames"]
    return ["".join(token["text"] for token in frame["equation"]) for frame in frames]


def test_a_power_of_ten_has_one_form():
    z = ng.tensor(2.0, requires_grad=True, name="z")
    y = (z + 1e-7) * 1e12
    y.name = "y"
    said = " ".join(equations(y))
    assert "e+" not in said
    assert "−07" not in said
    assert "= z + 1e−7 = " in said, "a number without a sign needs no parentheses"
    assert "· 1e12 = " in said


@pytest.mark.parametrize(
    ("index", "written"),
    [((0, 1), "x[0, 1]"), ((slice(None), 1), "x[:, 1]"), ((..., slice(0, 2)), "x[…, 0:2]"), ([0, 1], "x[[0, 1]]")],
)
def test_an_index_is_written_as_one_writes_it(index, written):
    x = ng.tensor(np.arange(6.0).reshape(2, 3), requires_grad=True, name="x")
    y = x[index]
    y.name = "y"
    assert equations(y.sum())[0].startswith(f"y = {written} ")


def test_many_places_are_cut_short():
    x = ng.tensor(np.arange(60.0), requires_grad=True, name="x")
    y = x[np.arange(50)]
    assert "…]]" in equations(y.sum())[0]
    assert len(equations(y.sum())[0]) < 100


def test_there_is_no_minus_zero():
    assert precisely(-0.0) == "0"


def test_a_name_in_dollar_signs_stands_as_it_is():
    assert "<mi>$x_1$</mi><mo>+</mo>" in mathml("$x_1$ + 2")
