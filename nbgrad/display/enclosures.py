"""The frames around open groups: a ground of their own, and on top the group's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbgrad.display import measure, schema, theme
from nbgrad.display.elements import escape, text
from nbgrad.display.routes import Point, closely

BASE_LINE = 18  # px from the upper side of a frame to the base line of its name
INSET = 13
AIR = 6.0  # px between a name and an edge


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The frame around an open group. path: its names, from outermost to innermost; x, y: upper left corner; name: as
    much of its own name as there is room for; name_x: where that begins."""

    path: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float
    name: str
    name_x: float


def placed(
    frames: Mapping[Any, tuple[float, float, float, float]], dx: float, dy: float, routes: Iterable[Sequence[Point]]
) -> tuple[Enclosure, ...]:
    """Return the frames of a layout, moved, the outer ones first. routes: the edges, which names stand clear of."""
    if not frames:
        return ()
    points = np.concatenate([np.empty((0, 2)), *map(closely, routes)])
    found = []
    for path, (left, top, width, height) in frames.items():
        x, y = round(left + dx, 1), round(top + dy, 1)
        name = measure.fit(path[-1], theme.LABEL_SIZE, width - 2 * INSET)
        crossing = points[(y < points[:, 1]) & (points[:, 1] < y + BASE_LINE + 4), 0]
        name_x, room = _free(x + INSET, x + width - INSET, measure.width(name, theme.LABEL_SIZE), crossing)
        found.append(Enclosure(path, x, y, width, height, measure.fit(name, theme.LABEL_SIZE, room), round(name_x, 1)))
    return tuple(found)


def _free(left: float, right: float, width: float, crossing: np.ndarray) -> tuple[float, float]:
    """Return where a name of that width begins between left and right, and its room: as far left as no edge crosses it;
    where there is no such place, in the widest one."""
    edges = sorted(float(place) for place in crossing if left - AIR < place < right + AIR)
    starts, ends = [left, *(place + AIR for place in edges)], [*(place - AIR for place in edges), right]
    places = [(start, end - start) for start, end in zip(starts, ends, strict=True)]
    return next((place for place in places if place[1] >= width), max(places, key=lambda place: place[1]))


def enclosures(frames: Iterable[Enclosure], paint: theme.Palette = theme.LIGHT) -> list[str]:
    """Return the frames as SVG, to be drawn before everything else."""
    return [_enclosure(frame, paint) for frame in frames]


def _enclosure(frame: Enclosure, paint: theme.Palette) -> str:
    """Return one frame. A frame within a frame has the page's ground again, so that the two are told apart."""
    path = escape(schema.joined(frame.path))
    ground = paint.group if len(frame.path) % 2 else paint.background
    return (
        f'<g class="ng-group" data-group="{path}"><title>{path}</title>'
        f'<rect class="ng-group-frame" x="{frame.x:g}" y="{frame.y:g}" width="{frame.width:g}" '
        f'height="{frame.height:g}" rx="14" fill="{ground}" stroke="{paint.line}" stroke-width="1.4"/>'
        + text(
            frame.name_x, round(frame.y + BASE_LINE, 1), frame.name, "ng-group-name", theme.LABEL_SIZE, paint.dim, "600"
        )
        + "</g>"
    )
