"""The number below a small picture is true of every array, and one number among a million is seen."""

import re

import networkx as nx
import numpy as np
import pytest

from nbgrad.display import compared, theme, to_svg

BOARD = np.indices((64, 64)).sum(0) % 2 * 2.0 - 1
SPIKE = np.zeros((100, 100))
SPIKE[70, 3] = -1000
AMONG_MANY = np.zeros((1001, 1003))
AMONG_MANY[701, 31] = 5.0
BROKEN = np.ones((64, 64))
BROKEN[0] = [np.nan, 77.0] * 32


def leaf(value, gradient=None):
    graph = nx.MultiDiGraph()
    graph.add_node(0, kind="parameter", name="w", value=value, gradient=gradient)
    return graph


def below(svg):
    """What stands below the thumbnails of the only box."""
    box = svg.partition('class="ng-legend"')[0]
    return re.findall(r">(±[^<]*|0|NaN)</text>", box)


@pytest.mark.parametrize(
    ("array", "said"), [(BOARD, "±1"), (SPIKE, "±1000"), (AMONG_MANY, "±5"), (BROKEN, "±77"), (np.zeros((90, 2)), "0")]
)
def test_the_number_is_the_greatest_of_all(array, said):
    assert below(to_svg(leaf(array, array))) == [said, said]


def test_a_single_great_gradient_is_seen():
    picture = to_svg(leaf(np.zeros((100, 100)), SPIKE)).partition('class="ng-legend"')[0]
    assert picture.count(theme.shade(-theme.LEVELS)) == 1


def test_where_no_number_is_finite_the_picture_says_what_there_is():
    assert below(to_svg(leaf(np.full((3, 3), np.nan), np.full((3, 3), np.inf)))) == ["NaN", "±∞"]
    assert below(to_svg(leaf(np.full((30, 30), np.nan)))) == ["NaN"]


def test_the_key_says_what_a_cell_stands_for_only_where_it_stands_for_several():
    said = "a square for several numbers"
    assert said in to_svg(leaf(BOARD))
    assert said not in to_svg(leaf(BOARD[:16, :16]))
    assert said in to_svg(leaf(np.ones((2, 2)), BOARD))


def test_two_runs_are_on_the_scale_of_the_greater():
    assert below(to_svg(compared(leaf(SPIKE), leaf(SPIKE / 2)))) == ["±1000", "±500"]
