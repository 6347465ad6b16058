"""A part of a number reads as another number: where there is little room it has fewer digits, and is never cut."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbgrad as ng
from nbgrad.display import measure, numbers, plans, tables, theme

CUT = re.compile(r"[\de.−]…")  # the end of a number, with the sign of something left out right behind it


def texts(svg):
    return re.findall(r">([^<>]+)</text>", svg)


@given(st.floats(min_value=0.0), st.integers(1, 12))
def test_the_scale_of_a_thumbnail_is_always_a_whole_number(x, digits):
    said = numbers.fitting(x, theme.SHAPE_SIZE, plans.PITCH - 3, digits, sign="±")
    assert "…" not in said
    assert measure.width(said, theme.SHAPE_SIZE) <= plans.PITCH - 3


@pytest.mark.parametrize("size", [1.37e-105, 5e-324, 1.79e308, -2.5e-300])
@pytest.mark.parametrize("values", ["auto", "numbers"])
def test_numbers_of_any_size_are_whole_in_a_picture(size, values):
    x = ng.tensor(np.full((2, 2), 0.5), requires_grad=True, name="x")
    y = x * size
    with np.errstate(over="ignore"):
        y.backward(np.ones((2, 2)))
    svg = ng.draw(y, values=values)._repr_mimebundle_()["image/svg+xml"]
    assert not [said for said in texts(svg) if CUT.search(said)]
    assert any(f"e{'−' if abs(size) < 1 else ''}3" in said or "e−105" in said for said in texts(svg))


def test_a_comparison_of_tiny_gradients_has_whole_numbers():
    def run(size):
        x = ng.tensor(np.full((2, 2), 0.5), requires_grad=True, name="x")
        y = (x * size).sum()
        y.backward()
        return y

    svg = ng.draw(run(1.23e-105), compare=run(4.56e-107))._repr_mimebundle_()["image/svg+xml"]
    assert not [said for said in texts(svg) if CUT.search(said)]
    assert "Δ 1.19e−105" in texts(svg) or "Δ 1.2e−105" in texts(svg) or "Δ 1e−105" in texts(svg)


def test_complex_numbers_of_a_table_are_whole():
    array = np.array([[1.234e-105 - 2.345e-106j, 1.0]])
    room = tables.cell_width([array], 3)
    assert tables.cells(array, 3, room)[0][0].startswith("1.23e−105−2.3")
    assert not CUT.search(tables.table(array, room, 3, "ng-value", "#000"))


@given(st.integers(10, 10**9), st.floats(10, 120))
def test_a_shortened_text_ends_before_a_number_or_behind_it(number, room):
    shown = measure.fit(f"v×{number}×{number}", theme.SHAPE_SIZE, room)
    assert all(int(part) == number for part in re.findall(r"\d+", shown))


def test_a_cleaned_text_is_not_cut_within_a_number():
    assert measure.clean("add(x, 0.12345)", 12) == "add(x,…"
