"""The boxes of a picture: a node's name, shape and numbers, its badge, and what its tooltip says."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sqrt
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import measure, messages, numbers, schema, tables, theme, thumbnail
from nbgrad.display.attributes import as_array
from nbgrad.display.compare import greatest_change, within
from nbgrad.display.elements import escape, text
from nbgrad.display.plans import (
    ARROW,
    GRADIENT_NAME_HEIGHT,
    LINE,
    NONE,
    NOTE_HEIGHT,
    PICTURE,
    PITCH,
    STACK,
    TABLE,
    before,
    line_text,
)
from nbgrad.display.scene import Badge, Node, Scene
from nbgrad.display.tiles import tiles_of

Paint = theme.Palette
ROUND = 10  # px, the radius of a box's corners


def box(
    scene: Scene, node: Node, slot: str | None, over: str = "", paint: Paint | None = None, gradients: bool = True
) -> str:
    """Return a node's box. slot: what stands as its gradient, None for "not yet"; over: drawn over the box; paint: its
    colours, where they are not those of the scene; gradients=False keeps the gradient out of the tooltip too."""
    facts = scene.graph.nodes[node.id]
    paint, digits = paint or scene.look.palette, scene.look.digits
    stroke, line = paint.box_lines[node.kind]
    right = round(node.x + node.width - 10, 1)
    title = escape(_tooltip(scene, node, gradients))
    parts = [
        f'<g class="ng-node ng-{node.kind}" data-node="{node.id}"><title>{title}</title>',
        *_sheets(node, paint),
        f'<rect class="ng-box" x="{node.x:g}" y="{node.y:g}" '
        f'width="{node.width:g}" height="{node.height:g}" '
        f'rx="{ROUND}" fill="{paint.box}" stroke="{stroke}" stroke-width="{line:g}"/>',
    ]
    first = node.text_y + (22 if node.form != NONE else 26)
    dim = paint.foreground if paint.strip else paint.dim  # can be read on every strip
    if paint.strip:
        parts.append(_strip(node, stroke, line, paint))
    if node.name:
        parts.append(text(node.text_x, first, node.name, "ng-name", theme.NAME_SIZE, paint.foreground, "600"))
    elif node.label:
        parts.append(text(node.text_x, first, node.label, "ng-shape", theme.LABEL_SIZE, dim))
    if node.shape:
        parts.append(text(right, first, node.shape, "ng-shape", theme.SHAPE_SIZE, dim, anchor="end"))
    if node.note:
        below = round(first + NOTE_HEIGHT, 1)
        parts.append(text(node.text_x, below, node.note, "ng-shape", theme.SHAPE_SIZE, dim))
    if node.gradient_name:
        below = round(first + GRADIENT_NAME_HEIGHT, 1)
        parts.append(text(node.text_x, below, node.gradient_name, "ng-grad", theme.NUMBER_SIZE, paint.backward_text))
    if node.form != NONE:
        shown = value_fragment(node, facts["value"], paint, digits, before(facts, "value"), facts["spelled"])
        parts.append(_at(node.value_at, shown, 'class="ng-values"'))
    if node.shows_gradient:
        shown = gradient_fragment(node, None, paint, digits) if slot is None else slot
        parts.append(_at(node.gradient_at, shown, f'class="ng-gradient" data-gradient="{node.id}"'))
    if facts["problem"]:
        parts.append(
            problem_mark(
                node, messages.say("arises_here", problem=facts["problem"]), paint, 26 if facts["change"] else 0
            )
        )
    if facts["stale"]:
        parts.append(_stale_mark(node, messages.say(facts["stale"]), paint))
    if node.badge:
        parts.append(badge(node.badge, paint=paint))
    parts.append(over)
    return "".join(parts) + "</g>"


def _strip(node: Node, stroke: str, line: float, paint: Paint) -> str:
    """Return the upper part of a box, with the name in it, on a ground of its own, or on several side by side."""
    high = node.height
    if node.form != NONE or node.gradient_name:  # else there is nothing below
        below = 26 if node.form == LINE else 29  # numbers begin higher than pictures and tables
        high = node.text_y - node.y + below + (NOTE_HEIGHT if node.note else 0)
    wide = node.width / len(paint.strip)
    cells = [
        f'<path d="{_right_of(node, high, node.x + place * wide)}" class="ng-heat" fill="{ground}"/>'
        for place, ground in enumerate(paint.strip)  # each hides the ones before where it begins, so no seam is seen
    ]
    outline = f'fill="none" stroke="{stroke}" stroke-width="{line:g}"'
    return f'{"".join(cells)}<path d="{_right_of(node, high, node.x)}" {outline}/>'


def _right_of(node: Node, high: float, x: float) -> str:
    """Return the path around the upper part of a box, ``high`` px high, as far as it lies to the right of x."""
    right, low = node.x + node.width, node.y + high
    corners = [ROUND * (1 - cos(step * pi / 16)) for step in range(9)]  # so far from the side a corner is sampled
    across = [*(node.x + inside for inside in corners), *(right - inside for inside in reversed(corners))]
    across = [x, *(place for place in across if place > x)]

    def inset(place: float) -> float:
        inside = min(place - node.x, right - place)
        return 0.0 if inside >= ROUND else ROUND - sqrt(max(ROUND**2 - (ROUND - inside) ** 2, 0.0))

    upper = [(place, node.y + inset(place)) for place in across]
    below = [(place, low - (inset(place) if high == node.height else 0.0)) for place in reversed(across)]
    return "M" + "L".join(f"{round(px, 1):g},{round(py, 1):g}" for px, py in upper + below) + "z"


def _sheets(node: Node, paint: Paint) -> list[str]:
    """Return what peeps out behind a box that stands for several: more boxes."""
    stroke, line = paint.box_lines[node.kind]
    return [
        f'<rect class="ng-sheet" x="{node.x + STACK * place:g}" y="{node.y + STACK * place:g}" '
        f'width="{node.width:g}" height="{node.height:g}" rx="{ROUND}" fill="{paint.box}" stroke="{stroke}" '
        f'stroke-width="{line:g}"/>'
        for place in range(node.sheets, 0, -1)
    ]


def _at(place: tuple[float, float], content: str, attributes: str) -> str:
    return f'<g {attributes} transform="translate({place[0]:g},{place[1]:g})">{content}</g>'


def badge(
    badge_: Badge, fill: str = "", stroke: str = "", stroke_width: float = 1.4, paint: Paint = theme.LIGHT
) -> str:
    """Return an operation's badge: a circle, or a pill where its symbol is long."""
    fill, stroke = fill or paint.badge, stroke or paint.badge_line
    left, top = round(badge_.x - badge_.width / 2, 1), round(badge_.y - badge_.height / 2, 1)
    base = round(badge_.y + 0.36 * theme.SYMBOL_SIZE, 1)
    return (
        f'<rect class="ng-badge" x="{left:g}" y="{top:g}" width="{badge_.width:g}" height="{badge_.height:g}" '
        f'rx="{badge_.height / 2:g}" fill="{fill}" stroke="{stroke}" stroke-width="{stroke_width:g}"/>'
        + text(badge_.x, base, badge_.text, "ng-symbol", theme.SYMBOL_SIZE, paint.foreground, "600", "middle")
    )


def problem_mark(node: Node, said: str, paint: Paint = theme.LIGHT, room: float = 0.0) -> str:
    """Return the mark of a node in which something goes wrong: an outline, and on its upper edge a label, so many px
    from its right end."""
    width = round(measure.width(said, theme.SHAPE_SIZE) + 14, 1)
    left = round(max(node.x + node.width - width - 4 - room, _right_of_badge_on_top(node)), 1)
    return (
        f'<g class="ng-problem"><rect x="{node.x - 3:g}" y="{node.y - 3:g}" width="{node.width + 6:g}" '
        f'height="{node.height + 6:g}" rx="13" fill="none" stroke="{paint.problem}" stroke-width="3"/>'
        f'<rect x="{left:g}" y="{round(node.y - 11, 1):g}" width="{width:g}" height="18" rx="9" '
        f'fill="{paint.problem}"/>'
        + text(left + 7, round(node.y + 2, 1), said, "ng-problem-text", theme.SHAPE_SIZE, paint.problem_text, "600")
        + "</g>"
    )


def _stale_mark(node: Node, said: str, paint: Paint) -> str:
    """Return the label on the lower edge of a box whose numbers do not belong to the others."""
    width = round(measure.width(said, theme.SHAPE_SIZE) + 14, 1)
    left, bottom = round(node.x + node.width - width - 8, 1), round(node.y + node.height, 1)
    return (
        f'<g class="ng-stale"><rect x="{left:g}" y="{bottom - 9:g}" width="{width:g}" height="17" rx="8.5" '
        f'fill="{paint.box}" stroke="{paint.dim}"/>'
        + text(left + 7, round(bottom + 3.5, 1), said, "ng-shape", theme.SHAPE_SIZE, paint.foreground)
        + "</g>"
    )


def _right_of_badge_on_top(node: Node) -> float:
    if node.badge is None or node.badge.y > node.y:
        return 2.0
    return node.badge.x + node.badge.width / 2 + 2


def _tooltip(scene: Scene, node: Node, gradients: bool) -> str:
    """Say what the box had no room for: the full name, the operation with its inputs, ranges of the numbers."""
    facts, digits = scene.graph.nodes[node.id], scene.look.digits
    said = described(scene.graph, node.id)
    if node.form == PICTURE and (tiles := tiles_of(facts["shape"])):
        image = numbers.shape((tiles.height, tiles.width))
        said.append(messages.say("tooltip_images", count=f"{tiles.count:,}", image=image, columns=f"{tiles.columns:,}"))
    if facts["value"] is not None or facts["spelled"]:
        summary = numbers.summary(facts["value"], facts["spelled"], digits, counts=True)
        said.append(messages.say("tooltip_value", said=summary))
    if gradients and facts["gradient"] is not None:
        summary = numbers.summary(facts["gradient"], "", digits, counts=True)
        said.append(messages.say("tooltip_gradient", said=summary))
        said += [messages.say("as_good_as_zero")] * bool(node.rounding)
    elif node.shows_gradient:
        said.append(messages.say("tooltip_gradient", said=schema.no_gradient(facts)))
        said += [messages.say("unkept_gradient")] * facts["unkept"]
    if facts["unkept"] and facts["kind"] == "data":
        said.append(messages.say("unkept_operand"))
    if facts["stale"]:
        said.append(messages.say(f"tooltip_{facts['stale']}"))
    if facts["saved"]:
        kept = messages.listed(
            f"{measure.clean(name, 40)} {numbers.shape(shape)}" for name, shape in facts["saved"][:8]
        )
        said.append(messages.say("tooltip_saved", said=kept))
    change = facts["change"]
    if gradients and change is not None:
        had = (f"tooltip_{which}" for which in change.changed)
        old = (numbers.summary(getattr(change, which), digits=digits) for which in change.changed)
        before = messages.parts([messages.say(key, said=summary) for key, summary in zip(had, old, strict=True)])
        said += [messages.say("tooltip_before", said=before)] * bool(before) + within(change)
    return messages.parts(said)


def described(graph: nx.MultiDiGraph, node: int) -> list[str]:
    """Say of a node what does not change while numbers come: name, operation with its inputs, shape and dtype."""
    facts = graph.nodes[node]
    said = [schema.label(graph, node)]
    if facts["op"]:
        said[0] += f" = {schema.computation(graph, node)}"
    if facts["kind"] == "group":
        said += schema.row_said(facts)
        said.append(messages.counted("group_note", facts["members"]))
        if facts["parameters"]:
            said.append(messages.say("group_parameters", count=f"{facts['parameters']:,}"))
    if facts["shape"] is not None:
        shape = messages.say("tooltip_shape", shape=numbers.shape(facts["shape"]))
        said.append(messages.facts([shape, facts["dtype"]]) if facts["dtype"] else shape)
    return said


def value_fragment(
    node: Node,
    value: Any,
    paint: Paint = theme.LIGHT,
    digits: int = 3,
    before: tuple[Any, ...] = (),
    spelled: str = "",
) -> str:
    """Return what a box shows as its value, to be put at ``node.value_at``.

    before: (old value,) where it has changed. spelled: what to write of a value that is no number.
    """
    slot = _Slot("ng-value", "", "value", paint.forward_text, spelled)
    return _numbers(node, slot, as_array(value), paint, digits, before)


def gradient_fragment(
    node: Node,
    gradient: Any,
    paint: Paint = theme.LIGHT,
    digits: int = 3,
    before: tuple[Any, ...] = (),
    spelled: str = "",
) -> str:
    """Return what a box shows as its gradient, to be put at ``node.gradient_at``; None is "not yet", never zero.

    before: (old gradient,) where it has changed. spelled: what to write of a gradient that is not known any more.
    """
    slot = _Slot("ng-grad", "∂ ", "gradient", paint.backward_text, spelled)
    return _numbers(node, slot, as_array(gradient), paint, digits, before)


@dataclass(frozen=True, slots=True)
class _Slot:
    """What is written into the place of a value or of a gradient, and how."""

    css: str
    sign: str
    caption: str
    colour: str
    spelled: str = ""


def _numbers(
    node: Node, slot: _Slot, array: np.ndarray | None, paint: Paint, digits: int, before: tuple[Any, ...]
) -> str:
    if node.form == PICTURE:
        return _pictures(node, slot, array, paint, digits, before)
    if node.form == TABLE:
        return _table(node, slot, array, digits, as_array(before[0]) if before else None)
    said = _line(slot, array, digits, before, _room(node))
    return text(0, 0, said, slot.css, theme.NUMBER_SIZE, slot.colour)


def _line(slot: _Slot, array: np.ndarray | None, digits: int, before: tuple[Any, ...], room: float) -> str:
    """Return what stands in a line, its numbers with fewer digits where there is no room for so many."""
    for fewer in range(digits, 0, -1):
        said = slot.sign + line_text(array, slot.spelled, fewer, before)
        if measure.width(said, theme.NUMBER_SIZE) <= room:
            return said
    return measure.fit(said, theme.NUMBER_SIZE, room)


def _room(node: Node) -> float:
    """Return how many px a line of a box has."""
    return max(node.x + node.width - node.text_x - 8, 20.0)


def _table(node: Node, slot: _Slot, array: np.ndarray | None, digits: int, old: np.ndarray | None) -> str:
    sign = text(0, 13, slot.sign.strip(), slot.css, theme.NUMBER_SIZE, slot.colour) if slot.sign else ""
    if array is None or not array.size:
        return sign + text(tables.SIGN, 13, slot.spelled or "—", slot.css, theme.NUMBER_SIZE, slot.colour)
    top = node.gradient_at[1] if slot.sign else node.value_at[1]
    bottom = top + tables.height(array.shape)
    if bottom > node.y + node.height or tables.width(array.shape, node.cell_width) > _room(node):  # of another shape
        return sign + text(tables.SIGN, 13, numbers.shape(array.shape), slot.css, theme.NUMBER_SIZE, slot.colour)
    return sign + tables.table(array, node.cell_width, digits, slot.css, slot.colour, old)


def _pictures(
    node: Node, slot: _Slot, array: np.ndarray | None, paint: Paint, digits: int, before: tuple[Any, ...]
) -> str:
    """Return the thumbnail of an array, or, where it has changed, those before and after on one scale.

    digits: of the numbers below it, as far as there is room for so many.
    """
    shown = [as_array(old) for old in before] + [array]
    seen = [None if each is None or not _fits(node, each) else thumbnail.seen(each) for each in shown]
    greatest = thumbnail.reach(*(each for each in seen if each is not None))
    is_zero = slot.caption == "gradient" and not before and 0 < (greatest or 0) <= node.rounding
    if is_zero:
        greatest = np.inf  # no colour: it would be that of a gradient
    parts, x, end = [], 0, 0.0  # end: of the picture before
    for each, found in zip(shown, seen, strict=True):
        if x:
            y = round(node.picture_height / 2, 1)
            middle = round((end + x) / 2, 1)
            parts.append(f'<path d="M{middle - 6:g},{y:g}h11m-4,-4l4,4l-4,4" fill="none" stroke="{paint.dim}"/>')
        drawn = _one_picture(node, slot, each, found, greatest or 0.0, paint)
        parts.append(f'<g transform="translate({x},0)">{drawn}</g>' if x else drawn)
        end = x + (thumbnail.SIZE if each is None or found is None else thumbnail.extent(each.shape)[0])
        x += thumbnail.SIZE + ARROW
    below = round(node.picture_height + 14, 1)
    caption = messages.say(f"caption_{slot.caption}")
    if array is not None and array.dtype.kind == "c":
        caption = f"|{caption}|"
    parts.append(text(0, below, caption, slot.css, theme.LABEL_SIZE, slot.colour))
    for place, found in enumerate(seen):
        if found is not None:
            room = PITCH - 3 if place == len(seen) - 1 else thumbnail.SIZE + ARROW - 4
            said = "≈ 0" if is_zero else _scale(thumbnail.reach(found), found, room, digits)
            parts.append(_small(place * (thumbnail.SIZE + ARROW), round(below + 13, 1), said, paint))
    if before and array is not None and shown[0] is not None:
        moved = numbers.fitting(greatest_change(shown[0], array), theme.SHAPE_SIZE, PITCH, digits, sign="Δ ")
        parts.append(_small(thumbnail.SIZE + ARROW, below, moved, paint))
    return "".join(parts)


def _scale(greatest: float | None, seen: np.ndarray, room: float, digits: int) -> str:
    """Say how far the numbers of a thumbnail go; where none is finite, what there is instead."""
    if greatest is None:
        return "NaN" if np.isnan(seen).any() else "±∞"
    return numbers.fitting(greatest, theme.SHAPE_SIZE, room, digits, sign="±") if greatest else "0"


def _small(x: float, y: float, said: str, paint: Paint) -> str:
    return text(x, y, said, "ng-shape", theme.SHAPE_SIZE, paint.dim)


def _fits(node: Node, array: np.ndarray) -> bool:
    """Tell whether an array has a thumbnail of the size that was planned: not if it is not of the value's shape."""
    return array.size > 0 and thumbnail.extent(array.shape)[1] <= node.picture_height


def _one_picture(
    node: Node, slot: _Slot, array: np.ndarray | None, seen: np.ndarray | None, greatest: float, paint: Paint
) -> str:
    if array is None:
        return _dashed(node, slot.spelled or messages.say("not_yet"), paint)
    if seen is None:
        said = numbers.shape(array.shape) if array.size else messages.say("empty")
        return _dashed(node, measure.fit(said, theme.SHAPE_SIZE, thumbnail.SIZE), paint)
    return thumbnail.picture(array.shape, seen, greatest, paint)


def _dashed(node: Node, said: str, paint: Paint) -> str:
    """Return the empty place of a thumbnail."""
    width, height = thumbnail.SIZE, node.picture_height
    frame = f'<rect class="ng-absent" width="{width}" height="{height:g}" fill="none" '
    frame += f'stroke="{paint.edge}" stroke-dasharray="3 3"/>'
    place = round(height / 2 + 4, 1)
    return frame + text(width / 2, place, said, "ng-shape", theme.SHAPE_SIZE, paint.dim, anchor="middle")
