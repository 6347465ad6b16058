"""What stood in the boxes before an edit: an old number beside the new one, two pictures of an array on one scale.

A picture takes the place of the present one once its number is complete. It is smaller, since nothing moves, but both
halves are equally large and equally coloured: what differs is what has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nbgrad.display import messages, numbers, svg, theme, thumbnail
from nbgrad.display.attributes import as_array
from nbgrad.display.elements import text
from nbgrad.display.plans import PICTURE
from nbgrad.display.player.lost import lost_gradients
from nbgrad.display.player.trace import Trace
from nbgrad.display.scene import Node, Scene

TITLE_SIZE = 10
TITLE_ROOM = 11  # px above the pictures
GAP = 4  # px between them
ROW_GAP = 2  # px between them where one stands below the other
INSET = 6  # px that stay free between two slots, and at a box's right end
BELOW = 4  # px below the place of the picture that stay free above its caption


def ghosts_of(scene: Scene, trace: Trace, before: Trace) -> dict[str, dict[str, str]]:
    """Return for each place whose numbers have changed what is shown of those that stood there before.

    Of a number that is the old one, which the page strikes out; of an array, pictures of the old one and the new one.
    """
    values, gradients = {}, {}
    now, then = ({step.target: step.total for step in one.steps} for one in (trace, before))
    old, lost = before.graph, {**lost_gradients(trace.steps), **lost_gradients(before.steps)}
    for node in trace.graph:
        place = scene.nodes[node]
        value = old.nodes[node]["value"]
        if _differ(value, trace.graph.nodes[node]["value"]):
            values[str(node)] = _ghost(place, "value", value, trace.graph.nodes[node]["value"])
        comparable = node in then and node not in lost and place.shows_gradient
        if comparable and _differ(then[node], now.get(node)):
            gradients[str(node)] = _ghost(place, "gradient", then[node], now.get(node))
    return {"values": values, "gradients": gradients}


def _ghost(place: Node, slot: str, old: Any, new: Any) -> str:
    if place.form == PICTURE:
        return pair(place, slot, old, new)
    return svg.value_fragment(place, old) if slot == "value" else svg.gradient_fragment(place, old)


def _differ(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is not b
    return not np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind in "fc")


@dataclass(frozen=True, slots=True)
class Half:
    """Where one of two pictures stands in its slot, in px."""

    x: float
    y: float
    width: float
    height: float


def halves(shape: tuple[int, ...], room: float, height: float) -> tuple[Half, Half]:
    """Return the places of the pictures of an old and a new array of this shape.

    room: how wide the slot is; height: how high the picture is that they replace. They stand side by side, or, where
    an array is so wide and low that its cells are larger then, one below the other.

    >>> old, new = halves((4, 4), 58.0, 54.0)
    >>> (old.width, old.height, new.x), halves((10,), 58.0, 18.0)[1].y
    ((27.0, 27.0, 31.0), 17.5)
    """
    whole = thumbnail.extent(shape)
    rows, columns = (min(count, thumbnail.CELLS) for count in thumbnail.plane(shape))
    share = min((room - GAP) / 2 / whole[0], (height - TITLE_ROOM) / whole[1], 1.0)
    wide, low = min(whole[0], room), round((height + BELOW - TITLE_ROOM - ROW_GAP) / 2, 1)
    if min(wide / columns, low / rows) > share * min(whole[0] / columns, whole[1] / rows):
        return Half(0.0, TITLE_ROOM, wide, low), Half(0.0, round(TITLE_ROOM + low + ROW_GAP, 1), wide, low)
    width, tall = round(share * whole[0], 1), round(share * whole[1], 1)
    y = round(height - tall, 1)
    return Half(0.0, y, width, tall), Half(round(room - width, 1), y, width, tall)


def pair(node: Node, slot: str, old: Any, new: Any) -> str:
    """Return the pictures of an old and a new array on one colour scale, with titles, caption and the scale's end; ""
    where there is nothing to compare. slot: "value" or "gradient"."""
    before, after = as_array(old), as_array(new)
    if before is None or after is None or before.shape != after.shape:
        return ""
    if not after.size or thumbnail.extent(after.shape)[1] > node.picture_height:
        return ""
    seen = [thumbnail.seen(each) for each in (before, after)]
    greatest = thumbnail.reach(*seen)
    is_zero = slot == "gradient" and 0 < (greatest or 0) <= node.rounding
    scale = np.inf if is_zero else greatest or 0.0  # no colour for what only rounding has left: that of a gradient
    room = _room(node, slot)
    places = halves(after.shape, room, node.picture_height)
    stacked = places[0].x == places[1].x
    parts = []
    for half, found, css in zip(places, seen, ("ng-ghost", "ng-present"), strict=True):
        parts.append(f'<g class="{css}">{_picture(half, after.shape, found, scale)}</g>')
    titles = [text(0, places[0].y - 3, messages.say("ghost_before"), "ng-shape", TITLE_SIZE, theme.LIGHT.dim)]
    if not stacked:
        said = messages.say("ghost_now")
        titles.append(text(room, places[1].y - 3, said, "ng-shape", TITLE_SIZE, theme.LIGHT.dim, anchor="end"))
    below = round(node.picture_height + 14, 1)
    css, colour = ("ng-value", theme.LIGHT.forward_text) if slot == "value" else ("ng-grad", theme.LIGHT.backward_text)
    caption = messages.say(f"caption_{slot}")
    caption = f"|{caption}|" if after.dtype.kind == "c" else caption
    ends = "≈ 0" if is_zero else _end(greatest, room)
    return "".join(
        [
            *parts,
            *titles,
            text(0, below, caption, css, theme.LABEL_SIZE, colour),
            text(0, round(below + 13, 1), ends, "ng-shape", theme.SHAPE_SIZE, theme.LIGHT.dim),
        ]
    )


def _room(node: Node, slot: str) -> float:
    """Return how many px wide the slot is: up to the gradient's, or to the end of the box."""
    end = round(node.x + node.width - INSET, 1)
    if slot == "value":
        return round((node.gradient_at[0] - INSET if node.shows_gradient else end) - node.value_at[0], 1)
    return round(end - node.gradient_at[0], 1)


def _picture(half: Half, shape: tuple[int, ...], found: np.ndarray, greatest: float) -> str:
    width, height = thumbnail.extent(shape)
    drawn = thumbnail.picture(shape, found, greatest, theme.LIGHT)
    across, down = half.width / width, half.height / height
    return (
        f'<g transform="translate({half.x:g},{half.y:g}) scale({across:.3f},{down:.3f})">{drawn}</g>'
        f'<rect class="ng-frame" x="{half.x:g}" y="{half.y:g}" width="{half.width:g}" height="{half.height:g}" '
        f'fill="none" stroke="{theme.LIGHT.edge}"/>'
    )


def _end(greatest: float | None, room: float) -> str:
    """Say how far the colours of both pictures go."""
    if greatest is None:
        return "NaN, ±∞"
    return numbers.fitting(greatest, theme.SHAPE_SIZE, room, sign="±") if greatest else "0"
