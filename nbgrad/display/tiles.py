"""How an array of more than two axes is drawn: its last two axes as images, side by side in rows and columns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

MOST = 16  # images beside each other, or one below the other, that are drawn apart; of more, each is one cell
CELLS = 32  # at most, along either side of all of them


@dataclass(frozen=True, slots=True)
class Tiles:
    """rows, columns: of images. height, width: of each image, in numbers. count: images; the last places of the grid
    may be empty."""

    rows: int
    columns: int
    height: int
    width: int
    count: int

    @property
    def apart(self) -> bool:
        """Whether there is room for a gap between the images."""
        return max(self.rows, self.columns) <= MOST

    @property
    def cells(self) -> tuple[int, int]:
        """How many rows and columns of cells an image has at most."""
        return (CELLS // self.rows, CELLS // self.columns) if self.apart else (1, 1)


def tiles_of(shape: tuple[int, ...]) -> Tiles | None:
    """Return how an array of this shape is divided into images, None where it is one image, a row or a number.

    Axes of length one make no images. Two axes in front of the image are the rows and columns of the grid, as far as
    these can be drawn apart; one axis, or many, fill a grid row by row that comes near a square.

    >>> tiles_of((4, 3, 8, 8))
    Tiles(rows=4, columns=3, height=8, width=8, count=12)
    >>> tiles_of((16, 5, 5)).columns, tiles_of((1, 1, 6, 6)), tiles_of((5, 1, 1))
    (4, None, None)
    """
    *front, height, width = matrices(shape)
    lengths = [length for length in front if length != 1]
    if not lengths:
        return None
    count = math.prod(lengths)
    rows, columns = math.prod(lengths[:-1]), lengths[-1]
    if len(lengths) == 1 or max(rows, columns) > MOST:
        columns = _near_square(count, height, width)
        rows = -(-count // columns)
    return Tiles(max(rows, 1), max(columns, 1), height, width, count)


def matrices(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape with two axes at least, and without the images of one number at its end.

    >>> matrices((3,)), matrices((4, 5, 1, 1)), matrices((1, 1, 16, 1))
    ((1, 3), (4, 5), (1, 1, 16, 1))
    """
    while len(shape) > 2 and shape[-2:] == (1, 1):
        shape = shape[:-2]
    return (1,) * (2 - len(shape)) + shape


def _near_square(count: int, height: int, width: int) -> int:
    """Return how many images stand in a row, so that all of them are drawn as large as can be."""
    middle = math.isqrt(max(count * height // max(width, 1), 1))
    tried = range(max(1, middle - 1), min(count, middle + 2) + 1)
    return min(tried, key=lambda columns: (max(columns * width, -(-count // columns) * height), -columns), default=1)


def assembled(images: np.ndarray, tiles: Tiles, empty: float) -> np.ndarray:
    """Return images, the first axis counts them, as one matrix; empty places of the grid hold ``empty``.

    >>> assembled(np.arange(3).reshape(3, 1, 1), Tiles(2, 2, 1, 1, 3), -1).tolist()
    [[0, 1], [2, -1]]
    """
    count, height, width = images.shape
    full = np.full((tiles.rows * tiles.columns, height, width), empty, dtype=images.dtype)
    full[:count] = images
    grid = full.reshape(tiles.rows, tiles.columns, height, width)
    return grid.transpose(0, 2, 1, 3).reshape(tiles.rows * height, tiles.columns * width)
