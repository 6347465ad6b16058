"""Numbers, names and thumbnails: what they look like and what cannot break them."""

import math
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nbgrad.display import measure, numbers, theme, thumbnail


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (3, "3"),
        (6.0, "6"),
        (0.18692, "0.187"),
        (1234567, "1.23e6"),
        (-0.0563, "−0.0563"),
        (0.1 + 0.2, "0.3"),
        (9.996, "10"),
        (999.96, "1000"),
        (99999.6, "100000"),
        (123456.7, "123457"),
        (999999.6, "1e6"),
        (100000.0, "100000"),
        (0.00099951, "0.001"),
        (-1e-300, "−1e−300"),
        (-0.0, "0"),
        (10**30, "1e30"),
        (math.nan, "NaN"),
        (-math.inf, "−∞"),
        (np.float32(0.1), "0.1"),
        (np.int8(-5), "−5"),
    ],
)
def test_numbers_are_written_compactly(x, text):
    assert numbers.number(x) == text


@given(st.floats(-1e308, 1e308))
def test_a_written_number_is_near_and_keeps_its_sign(x):
    text = numbers.number(x)
    read = float(text.replace("−", "-"))
    assert "-" not in text
    assert read == pytest.approx(x, rel=5.1e-3, abs=0)
    assert measure.width(text, theme.NUMBER_SIZE) <= measure.width("−1.23e−300", theme.NUMBER_SIZE)


@given(st.text())
def test_clean_text_is_one_line_without_controls(text):
    clean = measure.clean(text, 50)
    assert len(clean) <= 50
    assert clean == clean.strip()
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in clean)
    assert not any(char in clean for char in "\u202a\u202e\u2066\u2069")


@given(st.text(), st.floats(20, 200))
def test_fitted_text_fits(text, room):
    assert measure.width(measure.fit(measure.clean(text), 15, room), 15) <= room + 0.1


def test_no_address_gets_into_a_label():
    assert measure.clean(object()) == "object"


def test_marks_do_not_pile_up():
    assert len(measure.clean("a" + "\u0301" * 40)) == 3


@given(hnp.arrays(float, hnp.array_shapes(max_dims=4, max_side=40), elements=st.floats()))
def test_every_array_has_a_thumbnail_of_few_paths(array):
    picture = thumbnail.thumbnail(array)
    assert picture.count("<path") <= 2 * theme.LEVELS + 3
    assert "nan" not in picture
    width, height = thumbnail.extent(array.shape)
    assert thumbnail.THINNEST <= min(width, height) <= max(width, height) <= thumbnail.SIZE


def test_a_cell_of_a_large_array_is_the_number_farthest_from_zero_in_its_block():
    matrix = np.random.default_rng(3).normal(size=(33, 50))
    cells = thumbnail.pooled(matrix)
    assert cells.shape == (16, 16)
    for cell, block in ((cells[0, 0], matrix[:2, :3]), (cells[-1, -1], matrix[30:, 46:])):
        assert cell == block.flat[np.abs(block).argmax()]


def test_a_zero_array_is_all_zero_colour_and_a_nan_cell_is_not():
    assert theme.shade(0) in thumbnail.thumbnail(np.zeros((2, 2)))
    assert theme.NOT_FINITE not in thumbnail.thumbnail(np.zeros((2, 2)))
    assert theme.NOT_FINITE in thumbnail.thumbnail(np.array([[0.0, np.nan]]))


def test_every_cell_is_drawn_once():
    cells = np.random.default_rng(1).normal(size=(16, 13))
    levels = thumbnail.levels(cells, thumbnail.reach(cells) or 0.0)
    covered = np.zeros(cells.shape, int)
    for level in np.unique(levels):
        runs = thumbnail._runs(levels == level)
        for run in runs.strip("M").split("zM"):
            x, rest = run.split(" ")
            y, rest = rest.split("h", 1)
            length = int(rest.split("v")[0])
            covered[int(y), int(x) : int(x) + length] += 1
    assert (covered == 1).all()


def test_text_colours_have_contrast():
    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in (theme.FOREGROUND, theme.DIM, theme.FORWARD_TEXT, theme.BACKWARD_TEXT):
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5
