"""A surface as numbers for the page, as a still picture, and in words.

The projection is the page's own (``js/surface_geometry.js``): orthographic, turned by an azimuth about the vertical
and tilted by an elevation, so the still picture is the first view of the live one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, cos, floor, radians, sin
from typing import Any

import numpy as np

from nbgrad.display.messages import facts, say
from nbgrad.plots import Grid

from .loss_picture import DIM, INK, LINE, captions, fonts, nice_step

AZIMUTH, ELEVATION = 35.0, 26.0  # degrees, the first view
TALL = 0.62  # half the height of the box; half its width and depth are 1
WIDTH, HEIGHT = 560, 420
SCALE, CENTRE = 150.0, (258.0, 206.0)


@dataclass(frozen=True)
class Labels:
    """What stands at the axes: names and units."""

    names: tuple[str, str]
    units: tuple[str, str]
    target: str
    target_unit: str

    def axis(self, index: int) -> str:
        """Name and unit of feature 0 or 1, or of the target (2), such as ``price, 1000 USD``."""
        name, unit = self._both(index)
        return f"{name}, {unit}" if unit else name

    def spoken(self, index: int) -> str:
        """The same for a sentence: ``price (1000 USD)``."""
        name, unit = self._both(index)
        return f"{name} ({unit})" if unit else name

    def _both(self, index: int) -> tuple[str, str]:
        names = (*self.names, self.target or say("surface_prediction"))
        return names[index], (*self.units, self.target_unit)[index]


def height_range(grid: Grid, targets: np.ndarray) -> tuple[float, float]:
    """Round numbers between which all predictions and all targets lie."""
    known = np.concatenate([grid.z[np.isfinite(grid.z)], targets])
    low, high = float(known.min()), float(known.max())
    step = nice_step((high - low) or 1.0, 5)
    bottom, top = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    return bottom, top if top > bottom else bottom + step


def viridis(count: int = 64) -> list[str]:
    """``count`` colours of Matplotlib's viridis (Smith and van der Walt, 2015), from low to high, as #rrggbb."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colour) for colour in colormaps["viridis"](np.linspace(0.0, 1.0, count))]


def numbers(values: np.ndarray, digits: int = 5) -> list[Any]:
    """An array as nested lists with few digits, and None for what is not finite."""
    if values.ndim > 1:
        return [numbers(row, digits) for row in values]
    return [float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in values]


def in_words(grid: Grid, points: np.ndarray, targets: np.ndarray, labels: Labels) -> str:
    """The text version: ranges, and the predictions at the four corners."""
    known = grid.z[np.isfinite(grid.z)]
    spread = _ends(known) if known.size else say("surface_no_number")
    lines = [
        say("surface_title", target=labels.spoken(2), first=labels.spoken(0), second=labels.spoken(1)),
        say("surface_spread", predicted=spread, data=_ends(targets), count=len(points)),
    ]
    for i in (0, -1):
        for j in (0, -1):
            place = facts([f"{labels.names[0]} {grid.x[i]:.4g}", f"{labels.names[1]} {grid.y[j]:.4g}"])
            lines.append(say("surface_at", place=place, value=f"{grid.z[i, j]:.4g}"))
    return "\n".join(lines)


def _ends(values: np.ndarray) -> str:
    return say("surface_ends", low=f"{values.min():.4g}", high=f"{values.max():.4g}")


class View:
    """The first view: from a feature's and the target's numbers to a place in the still picture."""

    def __init__(self, grid: Grid, heights: tuple[float, float]) -> None:
        self._spans = ((grid.x[0], grid.x[-1]), (grid.y[0], grid.y[-1]), heights)
        self._turn = radians(AZIMUTH)
        self._tilt = radians(ELEVATION)

    def unit(self, axis: int, value: Any) -> Any:
        """``value`` on an axis as -1 to 1 (or minus to plus TALL)."""
        low, high = self._spans[axis]
        return ((value - low) / (high - low) * 2 - 1) * (TALL if axis == 2 else 1.0)

    def place(self, u: float, v: float, w: float) -> tuple[float, float]:
        """Pixels in the picture of a point of the box."""
        depth = u * sin(self._turn) + v * cos(self._turn)
        across = u * cos(self._turn) - v * sin(self._turn)
        up = w * cos(self._tilt) + depth * sin(self._tilt)
        return CENTRE[0] + SCALE * across, CENTRE[1] - SCALE * up

    def towards(self) -> tuple[float, float, float]:
        """The direction to the eye, in the box."""
        flat = cos(self._tilt)
        return -sin(self._turn) * flat, -cos(self._turn) * flat, sin(self._tilt)


def still(grid: Grid, points: np.ndarray, targets: np.ndarray, labels: Labels) -> str:
    """The surface as an SVG picture: far cells first, then the points that it does not hide."""
    heights = height_range(grid, targets)
    view = View(grid, heights)
    target = labels.target or say("surface_prediction")
    title = say("surface_title", target=target, first=labels.names[0], second=labels.names[1])
    named, told = captions(_clean(title), _clean(in_words(grid, points, targets, labels)))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" {named} font-family="{escape(fonts(), quote=True)}" font-size="12">',
        told,
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_walls(view, heights),
        *_cells(grid, view, heights),
        *_dots(grid, view, points, targets),
        *_axes(grid, view, heights, labels),
        *_scale(heights),
    ]
    return "".join(parts) + "</svg>"


def ticks(low: float, high: float, count: int) -> list[float]:
    """Round numbers from ``low`` to ``high``, about ``count`` of them.

    >>> ticks(3.6, 8.8, 5)
    [4.0, 5.0, 6.0, 7.0, 8.0]
    """
    step = nice_step((high - low) or 1.0, count)
    return [round(i * step, 12) for i in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def _walls(view: View, heights: tuple[float, float]) -> list[str]:
    """Floor and the two far walls, with a line at every tick of the height."""
    parts = [_polygon([view.place(u, v, -TALL) for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))], "#f6f8fb", LINE)]
    for tick in ticks(*heights, 5):
        w = view.unit(2, tick)
        parts.append(_line([view.place(-1, 1, w), view.place(1, 1, w), view.place(1, -1, w)], LINE))
    for u, v in ((-1, 1), (1, 1), (1, -1)):
        parts.append(_line([view.place(u, v, -TALL), view.place(u, v, TALL)], LINE))
    return parts


def _cells(grid: Grid, view: View, heights: tuple[float, float]) -> list[str]:
    colours = viridis()
    low, high = heights
    u, v, w = view.unit(0, grid.x), view.unit(1, grid.y), view.unit(2, grid.z)
    parts = ['<g stroke="#ffffff" stroke-width="0.4" stroke-opacity="0.6" stroke-linejoin="round">']
    for i in range(len(u) - 2, -1, -1):
        for j in range(len(v) - 2, -1, -1):
            mean = float(np.mean(grid.z[i : i + 2, j : j + 2]))
            if np.isfinite(mean):
                corners = ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))
                outline = [view.place(u[a], v[b], w[a, b]) for a, b in corners]
                shade = colours[min(max(int((mean - low) / (high - low) * len(colours)), 0), len(colours) - 1)]
                parts.append(f'<path d="{_path(outline)}Z" fill="{shade}"/>')
    return [*parts, "</g>"]


def _dots(grid: Grid, view: View, points: np.ndarray, targets: np.ndarray) -> list[str]:
    """The points from far to near; those behind the surface as faint rings."""
    places = np.column_stack([view.unit(0, points[:, 0]), view.unit(1, points[:, 1]), view.unit(2, targets)])
    surface = view.unit(2, grid.z)
    hidden = [is_hidden(place, view.towards(), surface) for place in places]
    order = np.argsort(places @ np.array(view.towards()), kind="stable")
    faint: list[str] = []
    clear: list[str] = []
    for index in order:
        x, y = view.place(*(float(value) for value in places[index]))
        circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4"/>'
        (faint if hidden[index] else clear).append(circle)
    return [
        f'<g fill="none" stroke="{INK}" stroke-width="0.8" stroke-opacity="0.3">{"".join(faint)}</g>',
        f'<g fill="{INK}" stroke="#ffffff" stroke-width="0.8">{"".join(clear)}</g>',
    ]


def is_hidden(place: np.ndarray, towards: Sequence[float], surface: np.ndarray) -> bool:
    """Whether the surface lies between a point and the eye: whether the way there dips below it."""
    steps = np.arange(1, 61) * (2.9 / 60)
    way = place + steps[:, None] * np.asarray(towards)
    inside = (np.abs(way[:, 0]) <= 1) & (np.abs(way[:, 1]) <= 1)
    return bool(np.any(inside & (way[:, 2] < _height_at(surface, way[:, 0], way[:, 1]) - 0.004)))


def _height_at(surface: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Height of the surface by bilinear interpolation; below everything where it is not known."""
    cells = len(surface) - 1
    a, b = ((np.clip(c, -1, 1) + 1) / 2 * cells for c in (u, v))
    i, j = (np.minimum(c.astype(int), cells - 1) for c in (a, b))
    s, t = a - i, b - j
    near = surface[i, j] * (1 - t) + surface[i, j + 1] * t
    far = surface[i + 1, j] * (1 - t) + surface[i + 1, j + 1] * t
    return np.nan_to_num(near * (1 - s) + far * s, nan=-np.inf)


def _axes(grid: Grid, view: View, heights: tuple[float, float], labels: Labels) -> list[str]:
    parts = []
    for tick in ticks(grid.x[0], grid.x[-1], 5):
        x, y = view.place(view.unit(0, tick), -1.07, -TALL)
        parts.append(_text(x - 4, y + 11, f"{tick:.6g}", DIM, "end"))
    for tick in ticks(grid.y[0], grid.y[-1], 5):
        x, y = view.place(-1.07, view.unit(1, tick), -TALL)
        parts.append(_text(x - 2, y + 9, f"{tick:.6g}", DIM, "end"))
    # Seen from this azimuth the first feature runs along the lower right edge, the second along the lower left one.
    parts.append(_text(WIDTH - 16, HEIGHT - 12, labels.axis(0), INK, "end"))
    parts.append(_text(16, HEIGHT - 12, labels.axis(1), INK))
    for tick in ticks(*heights, 5):
        x, y = view.place(-1, 1, view.unit(2, tick))
        parts.append(_text(x - 8, y + 4, f"{tick:.6g}", DIM, "end"))
    return [*parts, _text(16, 26, labels.axis(2), INK)]


def _scale(heights: tuple[float, float]) -> list[str]:
    """The colour scale at the right."""
    colours, (low, high) = viridis(32), heights
    left, top, tall = WIDTH - 64, 90, 220
    parts = []
    for index, colour in enumerate(reversed(colours)):
        y = top + index * tall / len(colours)
        parts.append(f'<path d="M{left} {y:.1f}h12v{tall / len(colours) + 0.3:.1f}h-12z" fill="{colour}"/>')
    for tick in ticks(low, high, 5):
        parts.append(_text(left + 18, top + tall * (high - tick) / (high - low) + 4, f"{tick:.6g}", DIM))
    return parts


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _polygon(places: Sequence[tuple[float, float]], fill: str, stroke: str) -> str:
    return f'<path d="{_path(places)}Z" fill="{fill}" stroke="{stroke}"/>'


def _line(places: Sequence[tuple[float, float]], stroke: str) -> str:
    return f'<path d="{_path(places)}" fill="none" stroke="{stroke}"/>'


def _text(x: float, y: float, words: str, colour: str, anchor: str = "start") -> str:
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{place}>{_clean(words)}</text>'


def _clean(words: str) -> str:
    """Escaped, and without control characters, which no XML may hold."""
    return escape("".join(c if c.isprintable() or c == "\n" else " " for c in words))
