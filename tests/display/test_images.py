"""Arrays of more than two axes are drawn as images beside each other: every number where one looks for it."""

import re

import networkx as nx
import numpy as np
import pytest

from nbgrad.display import theme, thumbnail, to_svg
from nbgrad.display.player.sizes import emptied
from nbgrad.display.tiles import assembled, tiles_of

RNG = np.random.default_rng(5)


def cells_of(picture, shape):
    """The colours of a thumbnail's cells, read from its drawing; None where there is none."""
    grid = [[None] * shape[1] for _ in range(shape[0])]
    for colour, path in re.findall(r'<path fill="(#\w+)" d="([^"]*)"', picture):
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", path):
            for column in range(int(x), int(x) + int(length)):
                grid[int(y)][column] = colour
    return grid


def colour(number, greatest):
    return theme.shade(int(thumbnail.levels(np.array([[number]]), greatest)[0, 0]))


def test_one_image_is_drawn_as_the_matrix_that_it_is():
    image = RNG.normal(size=(6, 6))
    for shape in ((1, 6, 6), (1, 1, 6, 6)):
        assert thumbnail.thumbnail(image.reshape(shape)) == thumbnail.thumbnail(image)


def test_batch_and_channels_are_rows_and_columns_of_images():
    array = RNG.normal(size=(4, 3, 8, 8))
    grid, greatest = cells_of(thumbnail.thumbnail(array), (32, 24)), np.abs(array).max()
    for sample, channel, y, x in [(0, 0, 0, 0), (3, 2, 7, 7), (1, 2, 3, 4), (2, 0, 7, 0)]:
        assert grid[8 * sample + y][8 * channel + x] == colour(array[sample, channel, y, x], greatest)


def test_one_axis_of_images_fills_a_grid_row_by_row_and_may_leave_places_empty():
    array = RNG.normal(size=(7, 2, 2))
    tiles = tiles_of(array.shape)
    assert (tiles.rows, tiles.columns) == (3, 3)
    grid = cells_of(thumbnail.thumbnail(array), (6, 6))
    assert grid[2][2] == colour(array[4, 0, 0], np.abs(array).max())
    assert [grid[y][x] for y in (4, 5) for x in (2, 3, 4, 5)] == [None] * 8


@pytest.mark.parametrize(
    "shape", [(4, 3, 20, 20), (40, 3, 5, 5), (300, 40, 3, 3), (2, 3, 4, 5, 6), (3, 1, 500), (0, 3, 3)]
)
def test_large_arrays_are_reduced_and_the_greatest_number_is_seen(shape):
    array = np.zeros(shape)
    if array.size:
        array.flat[array.size * 2 // 3] = -7.0
        picture = thumbnail.thumbnail(array)
        assert picture.count(theme.shade(-theme.LEVELS)) == 1
        assert len(picture) < 12_000
    width, height = thumbnail.extent(shape)
    assert thumbnail.THINNEST <= min(width, height) <= max(width, height) <= thumbnail.SIZE


def test_whether_a_cell_stands_for_several():
    assert not thumbnail.is_pooled(np.zeros((4, 3, 8, 8)))
    assert thumbnail.is_pooled(np.zeros((4, 3, 9, 8)))
    assert thumbnail.is_pooled(np.zeros((1, 1, 17, 3)))
    assert thumbnail.is_pooled(np.zeros((40, 40, 2, 2)))


def test_very_large_arrays_are_drawn_from_a_sample():
    assert "<path" in thumbnail.thumbnail(np.broadcast_to(1.0, (64, 64, 256, 256)))


def test_images_keep_their_order():
    images = np.arange(12).reshape(3, 2, 2)
    grid = assembled(images, tiles_of((3, 2, 2)), -1)
    assert grid.tolist() == [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, -1, -1], [10, 11, -1, -1]]


def test_a_reduced_payload_has_no_cells_and_no_gaps():
    assert "<path" not in emptied(thumbnail.thumbnail(np.ones((2, 3, 4, 4))))


def test_the_tooltip_says_how_many_images_there_are():
    graph = nx.MultiDiGraph()
    graph.add_node(0, kind="parameter", name="w", value=np.ones((4, 3, 8, 8)))
    graph.add_node(1, kind="parameter", name="v", value=np.ones((1, 1, 8, 8)))
    svg = to_svg(graph)
    assert "drawn as 12 images of 8×8, 3 in a row" in svg
    assert svg.count("drawn as") == 1
