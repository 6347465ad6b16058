"""An array as a small picture, blue below zero and vermillion above: a matrix as at most 16 by 16 cells, an array of
more axes as several such images with gaps between them."""

from __future__ import annotations

import re

import numpy as np

from nbgrad.display import stats, theme
from nbgrad.display.tiles import Tiles, assembled, matrices, tiles_of

SIZE = 54  # px: the longer side of a thumbnail
THINNEST = 18.0  # px: the shorter side is at least this, so that a column can still be seen
CELLS = 16  # at most, along either side of an image that stands alone
GAP = 1.2  # px between images
WHOLE = 4_000_000  # elements up to which every one of an array is looked at


def extent(shape: tuple[int, ...]) -> tuple[float, float]:
    """Return width and height in px of the thumbnail: of the array's proportions, within bounds.

    >>> extent((16, 13)), extent((16, 1)), extent((10,)), extent((4, 3, 8, 8))
    ((43.9, 54.0), (18.0, 54.0), (54.0, 18.0), (40.5, 54.0))
    """
    rows, columns = plane(shape)
    unit = SIZE / max(rows, columns, 1)
    return round(max(columns * unit, THINNEST), 1), round(max(rows * unit, THINNEST), 1)


def plane(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many numbers high and wide the picture of an array of this shape is.

    >>> plane(()), plane((3,)), plane((1, 1, 6, 6)), plane((2, 3, 4, 4))
    ((1, 1), (1, 3), (6, 6), (8, 12))
    """
    tiles = tiles_of(shape)
    if tiles is None:
        *_, rows, columns = matrices(shape)
        return rows, columns
    return tiles.rows * tiles.height, tiles.columns * tiles.width


def pooled(matrix: np.ndarray, most: tuple[int, int] = (CELLS, CELLS)) -> np.ndarray:
    """Return at most so many rows and columns of cells, each the number of its block that is farthest from zero: a
    single great one is what is looked for. A block with a NaN is NaN. Axes before the last two stay.

    >>> pooled(np.array([[1.0, -3, 2] * 16])).tolist() == [[-3.0] * 16]
    True
    """
    highest = lowest = matrix
    for axis in (-1, -2):
        length = matrix.shape[axis]
        if length > most[axis]:
            starts = np.arange(most[axis]) * length // most[axis]
            highest = np.maximum.reduceat(highest, starts, axis=axis)
            lowest = np.minimum.reduceat(lowest, starts, axis=axis)
    return highest if highest is matrix else np.where(highest >= -lowest, highest, lowest)


def is_pooled(array: np.ndarray) -> bool:
    """Tell whether a cell of an array's thumbnail stands for several numbers.

    >>> is_pooled(np.zeros(16)), is_pooled(np.zeros(17))
    (False, True)
    """
    tiles = tiles_of(array.shape)
    if tiles is None:
        return max(plane(array.shape)) > CELLS
    return tiles.height > tiles.cells[0] or tiles.width > tiles.cells[1] or max(tiles.rows, tiles.columns) > CELLS


def seen(array: np.ndarray) -> np.ndarray:
    """Return the numbers that a thumbnail is made of, in at least two axes; of a complex array its absolute values.

    These are all of them, of a very large array a sample.

    >>> seen(np.array([3 + 4j, 0])).tolist()
    [[5.0, 0.0]]
    """
    if array.size <= WHOLE:
        return stats.magnitudes(array.reshape(matrices(array.shape)))
    if array.ndim <= 2:
        return stats.magnitudes(stats.sampled(array))
    while array.size > WHOLE:  # every second of the longest axis, the last of several: images before their number
        longest = max(range(array.ndim), key=lambda axis: (array.shape[axis], axis))
        array = array[(*[slice(None)] * longest, slice(None, None, 2))]
    return stats.magnitudes(array.reshape(matrices(array.shape)))


def reach(*several: np.ndarray) -> float | None:
    """Return how far the colours of these numbers go: the greatest finite magnitude, None where none is finite.

    >>> reach(np.array([[-2.0, 1, np.nan]]), np.array([[3.0]])), reach(np.array([[np.nan]]))
    (3.0, None)
    """
    return max((found for numbers in several if (found := _greatest(numbers)) is not None), default=None)


def _greatest(numbers: np.ndarray) -> float | None:
    highest, lowest = float(numbers.max(initial=0)), float(numbers.min(initial=0))
    if np.isfinite(highest) and np.isfinite(lowest):  # mostly so: nothing has to be left out
        return max(highest, -lowest) if numbers.size else None
    finite = numbers[np.isfinite(numbers)]
    return float(np.abs(finite).max()) if finite.size else None


def levels(cells: np.ndarray, greatest: float) -> np.ndarray:
    """Return the colour level of each cell on a scale that ends at ``greatest``; NOT_FINITE_LEVEL for NaN and ∞.

    >>> levels(np.array([[-2.0, 0, 1, np.nan]]), 2.0).tolist()
    [[-8, 0, 4, 99]]
    """
    finite = np.isfinite(cells)
    scaled = np.where(finite, cells, 0.0) / (greatest or 1.0)
    # Halves are rounded away from zero: what is not zero should rather be seen than not.
    rounded = np.sign(scaled) * np.floor(np.abs(scaled) * theme.LEVELS + 0.5)
    return np.where(finite, rounded.astype(int), NOT_FINITE_LEVEL)


NOT_FINITE_LEVEL = 99
EMPTY_LEVEL = 98  # of the places of a grid in which no image stands


def has_gaps(array: np.ndarray) -> bool:
    """Tell whether an array holds NaN or infinite elements.

    >>> has_gaps(np.array([1.0, np.inf])), has_gaps(np.array([1, 2]))
    (True, False)
    """
    return array.dtype.kind in "fc" and not bool(np.isfinite(seen(array)).all())


def thumbnail(array: np.ndarray, paint: theme.Palette = theme.LIGHT) -> str:
    """Return an SVG fragment of the array with its upper left corner at (0, 0): one path for each colour.

    Its size is ``extent(array.shape)``. Cells that are NaN or infinite are violet and crossed out.

    >>> thumbnail(np.array([[1.0, 1.0, -1.0]])).count("<path")
    2
    """
    numbers = seen(array)
    return picture(array.shape, numbers, reach(numbers) or 0.0, paint)


def picture(shape: tuple[int, ...], numbers: np.ndarray, greatest: float, paint: theme.Palette) -> str:
    """Return the thumbnail of an array of this shape, of which these ``numbers`` are ``seen``, on a colour scale that
    ends at ``greatest``."""
    width, height = extent(shape)
    tiles = tiles_of(numbers.shape)
    if tiles is None:
        image = numbers.reshape(numbers.shape[-2:])
        return drawn(levels(pooled(image), greatest), width, height, paint)
    images = pooled(numbers.reshape(-1, tiles.height, tiles.width), tiles.cells)
    if not tiles.apart:
        return drawn(levels(pooled(assembled(images, tiles, 0.0)), greatest), width, height, paint)
    cells = assembled(levels(images, greatest), tiles, EMPTY_LEVEL)
    return drawn(cells, width, height, paint, _gaps(tiles, width, height, paint))


def _gaps(tiles: Tiles, width: float, height: float, paint: theme.Palette) -> str:
    """Return the lines between images."""
    across = [f"M{width * place / tiles.columns:.1f} 0v{height:g}" for place in range(1, tiles.columns)]
    down = [f"M0 {height * place / tiles.rows:.1f}h{width:g}" for place in range(1, tiles.rows)]
    line = f'fill="none" stroke="{paint.edge}" stroke-width="{GAP}" d="{"".join(across + down)}"'
    return f"<g {CELLS_OF_THUMBNAIL}><path {line}/></g>"


def drawn(cells: np.ndarray, width: float, height: float, paint: theme.Palette, over: str = "") -> str:
    """Return the thumbnail of cells whose colour levels are known, so many px wide and high. over: what is drawn over
    the cells."""
    rows, columns = cells.shape
    grid = f'transform="scale({width / columns:.3f},{height / rows:.3f})" {CELLS_OF_THUMBNAIL}'
    parts = [f"<g {grid}>"]
    for level in np.unique(cells[cells != EMPTY_LEVEL]).tolist():
        colour = paint.not_finite if level == NOT_FINITE_LEVEL else paint.shade(level)
        parts.append(f'<path fill="{colour}" d="{_runs(cells == level)}"/>')
    if (cells == NOT_FINITE_LEVEL).any():
        crosses = "".join(f"M{x} {y}l1 1m-1 0l1-1" for y, x in np.argwhere(cells == NOT_FINITE_LEVEL).tolist())
        parts.append(
            f'<path fill="none" stroke="{paint.not_finite_mark}" stroke-width="0.8" '
            f'vector-effect="non-scaling-stroke" d="{crosses}"/>'
        )
    return "".join(parts) + f"</g>{over}{_frame(width, height, paint.line)}"


CELLS_OF_THUMBNAIL = 'shape-rendering="crispEdges"'  # marks the group that holds them


def emptied(drawing: str) -> str:
    """Return a drawing whose thumbnails have a frame, but no cells in it: much shorter.

    >>> emptied(thumbnail(np.eye(2)))
    '<rect width="54" height="54" fill="none" stroke="#d4dae3"/>'
    """
    return re.sub(rf"<g [^>]*{CELLS_OF_THUMBNAIL}>.*?</g>", "", drawing)


def _runs(chosen: np.ndarray) -> str:
    """Spell the chosen cells as rectangles, one for each unbroken run in a row."""
    padded = np.zeros((chosen.shape[0], chosen.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = chosen
    change = np.diff(padded, axis=1)
    starts, ends = np.argwhere(change == 1).tolist(), np.argwhere(change == -1).tolist()
    runs = ((y, start, end - start) for (y, start), (_, end) in zip(starts, ends, strict=True))
    return "".join(f"M{x} {y}h{length}v1h-{length}z" for y, x, length in runs)


def _frame(width: float, height: float, line: str) -> str:
    return f'<rect width="{width:g}" height="{height:g}" fill="none" stroke="{line}"/>'
