"""The boxes of a picture: a node's name, shape and numbers, its badge, and what its tooltip says."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbgrad.display import measure, messages, numbers, schema, theme, thumbnail
from nbgrad.display.elements import escape, text
from nbgrad.display.scene import GRADIENT_NAME_HEIGHT, NONE, PICTURE, Badge, Node, Scene

Paint = theme.Palette


def box(scene: Scene, node: Node, slot: str | None, over: str = "", paint: Paint | None = None) -> str:
    """Return a node's box. slot: what stands as its gradient, None for "not yet"; over: drawn over the box; paint: its
    colours, where they are not those of the scene."""
    facts = scene.graph.nodes[node.id]
    paint, digits = paint or scene.look.palette, scene.look.digits
    stroke, line = paint.box_lines[node.kind]
    right = round(node.x + node.width - 10, 1)
    parts = [
        f'<g class="ng-node ng-{node.kind}" data-node="{node.id}"><title>{escape(_tooltip(scene, node))}</title>',
        f'<rect class="ng-box" x="{node.x:g}" y="{node.y:g}" '
        f'width="{node.width:g}" height="{node.height:g}" '
        f'rx="10" fill="{paint.box}" stroke="{stroke}" stroke-width="{line:g}"/>',
    ]
    first = node.text_y + (22 if node.form != NONE else 26)
    if node.name:
        parts.append(text(node.text_x, first, node.name, "ng-name", theme.NAME_SIZE, paint.foreground, "600"))
    elif node.label:
        parts.append(text(node.text_x, first, node.label, "ng-shape", theme.LABEL_SIZE, paint.dim))
    if node.shape:
        parts.append(text(right, first, node.shape, "ng-shape", theme.SHAPE_SIZE, paint.dim, anchor="end"))
    if node.gradient_name:
        below = round(first + GRADIENT_NAME_HEIGHT, 1)
        parts.append(text(node.text_x, below, node.gradient_name, "ng-grad", theme.NUMBER_SIZE, paint.backward_text))
    if node.form != NONE:
        parts.append(_at(node.value_at, value_fragment(node, facts["value"], paint, digits), 'class="ng-values"'))
    if node.shows_gradient:
        shown = gradient_fragment(node, None, paint, digits) if slot is None else slot
        parts.append(_at(node.gradient_at, shown, f'class="ng-gradient" data-gradient="{node.id}"'))
    if facts["problem"]:
        parts.append(problem_mark(node, messages.say("arises_here", problem=facts["problem"]), paint))
    if node.badge:
        parts.append(badge(node.badge, paint=paint))
    parts.append(over)
    return "".join(parts) + "</g>"


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


def problem_mark(node: Node, said: str, paint: Paint = theme.LIGHT) -> str:
    """Return the mark of a node in which something goes wrong: an outline, and on its upper edge a label."""
    width = round(measure.width(said, theme.SHAPE_SIZE) + 14, 1)
    left = round(max(node.x + node.width - width - 4, _right_of_badge_on_top(node)), 1)
    return (
        f'<g class="ng-problem"><rect x="{node.x - 3:g}" y="{node.y - 3:g}" width="{node.width + 6:g}" '
        f'height="{node.height + 6:g}" rx="13" fill="none" stroke="{paint.problem}" stroke-width="3"/>'
        f'<rect x="{left:g}" y="{round(node.y - 11, 1):g}" width="{width:g}" height="18" rx="9" '
        f'fill="{paint.problem}"/>'
        + text(left + 7, round(node.y + 2, 1), said, "ng-problem-text", theme.SHAPE_SIZE, paint.problem_text, "600")
        + "</g>"
    )


def _right_of_badge_on_top(node: Node) -> float:
    if node.badge is None or node.badge.y > node.y:
        return 2.0
    return node.badge.x + node.badge.width / 2 + 2


def _tooltip(scene: Scene, node: Node) -> str:
    """Say what the box had no room for: the full name, the operation with its inputs, ranges of the
    numbers."""
    facts = scene.graph.nodes[node.id]
    said = [schema.label(scene.graph, node.id)]
    if facts["op"]:
        given = (measure.clean(schema.label(scene.graph, u), 40) for u in schema.inputs(scene.graph, node.id))
        said[0] += f" = {facts['op']}({', '.join(given)})"
    if facts["shape"] is not None:
        said.append(f"shape {numbers.shape(facts['shape'])}")
    if facts["value"] is not None:
        said.append(f"value {numbers.summary(facts['value'])}")
    return "; ".join(said)


def value_fragment(node: Node, value: np.ndarray | None, paint: Paint = theme.LIGHT, digits: int = 3) -> str:
    """Return what a box shows as its value, to be put at ``node.value_at``."""
    return _numbers(node, value, "ng-value", "", "value", paint, digits)


def gradient_fragment(node: Node, gradient: Any, paint: Paint = theme.LIGHT, digits: int = 3) -> str:
    """Return what a box shows as its gradient, to be put at ``node.gradient_at``; None is "not yet", never
    zero."""
    array = schema.as_numbers(gradient)
    return _numbers(node, array, "ng-grad", "∂ ", "gradient", paint, digits)


def _numbers(node: Node, array: np.ndarray | None, css: str, sign: str, caption: str, paint: Paint, digits: int) -> str:
    colour = paint.forward_text if css == "ng-value" else paint.backward_text
    if node.form == PICTURE:
        below = round(node.picture_height + 14, 1)
        picture = _dashed(node, messages.say("not_yet"), paint) if array is None else _picture(node, array, paint)
        return picture + text(0, below, caption, css, theme.LABEL_SIZE, colour)
    if array is None:
        said = "—"
    elif numbers.is_single(array):
        said = numbers.number(numbers.only(array), digits)
    else:
        said = measure.fit(numbers.shape(array.shape), theme.NUMBER_SIZE, SHOWN_SHAPE)
    return text(0, 0, sign + said, css, theme.NUMBER_SIZE, colour)


SHOWN_SHAPE = 80  # px for the shape of an array that arrives where a single number was expected


def _picture(node: Node, array: np.ndarray, paint: Paint) -> str:
    if not array.size:
        return _dashed(node, messages.say("empty"), paint)
    if thumbnail.extent(array.shape)[1] > node.picture_height:  # not of the value's shape: it would not fit
        return _dashed(node, measure.fit(numbers.shape(array.shape), theme.SHAPE_SIZE, thumbnail.SIZE), paint)
    return thumbnail.thumbnail(array, paint)


def _dashed(node: Node, said: str, paint: Paint) -> str:
    """Return the empty place of a thumbnail."""
    width, height = thumbnail.SIZE, node.picture_height
    frame = f'<rect class="ng-absent" width="{width}" height="{height:g}" fill="none" '
    frame += f'stroke="{paint.edge}" stroke-dasharray="3 3"/>'
    place = round(height / 2 + 4, 1)
    return frame + text(width / 2, place, said, "ng-shape", theme.SHAPE_SIZE, paint.dim, anchor="middle")
