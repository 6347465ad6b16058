"""The still picture: a scene written as SVG.

Base look in presentation attributes, so that the picture is right without any style sheet; classes ``ng-…``
let a live page restyle it. Nothing is fetched, nothing is executed, every label is escaped.
"""

from __future__ import annotations

import hashlib
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import measure, messages, numbers, schema, theme, thumbnail
from nbgrad.display.scene import GRADIENT_NAME_HEIGHT, NONE, PICTURE, TOO_MANY, Badge, Edge, Node, Scene, build

CELL_WIDTH = 820  # px that a notebook's cell has for a picture on a small screen
SMALLEST_SCALE = 0.78  # below this the small print is too small to read, and it is better to scroll
LEGEND_HEIGHT = 26
LEGEND_WIDTH = 470


def to_svg(graph: Any, direction: str = "LR", title: str | None = None, gradients: bool = True) -> str:
    """Return the still picture of a graph as SVG text.

    graph: a directed networkx graph, see ``schema``. direction: "LR" (inputs left) or "TB" (inputs on top).
    title: what a screen reader announces. gradients=False draws every gradient as not yet computed.
    Raises the errors of ``schema.normalise``. More than 1,500 nodes give a picture that says so.

    >>> to_svg(nx.DiGraph([("x", "y")]))[:40]
    '<svg xmlns="http://www.w3.org/2000/svg" '
    """
    graph = schema.normalise(graph)
    if len(graph) > TOO_MANY:
        return too_many(len(graph))
    return picture(build(graph, direction), title, gradients)


def picture(scene: Scene, title: str | None = None, gradients: bool = True) -> str:
    """Return the still picture of a scene that is already laid out."""
    said = described(scene.graph, title)
    return document(still(scene, gradients), full_width(scene), full_height(scene), *said)


def described(graph: nx.MultiDiGraph, title: str | None = None) -> tuple[str, str]:
    """Return title and description for a screen reader."""
    roots = [schema.label(graph, node) for node in graph if graph.out_degree(node) == 0]
    if title is None:
        title = messages.say("title", roots=_listed(roots)) if roots else messages.say("title_empty")
    operations = sum(kind == "operation" for _, kind in graph.nodes(data="kind"))
    parameters = [schema.label(graph, node) for node, kind in graph.nodes(data="kind") if kind == "parameter"]
    described_ = messages.say("description", nodes=len(graph), operations=operations)
    if parameters:
        described_ += " " + messages.say("description_parameters", names=_listed(parameters))
    for node, problem in graph.nodes(data="problem"):
        if problem:
            named = measure.clean(schema.label(graph, node), 40)
            described_ += " " + messages.say("description_problem", problem=problem, name=named)
    return measure.clean(title, 200), described_


def _listed(names: list[str], most: int = 6) -> str:
    shown = [measure.clean(name, 40) for name in names[:most]]
    return ", ".join(shown) + (", …" if len(names) > most else "")


def document(body: str, width: float, height: float, title: str, description: str, style: str = "") -> str:
    """Wrap body into an SVG document. Ids carry a hash of the content, so that two on one page do not clash.

    A wide picture is shown somewhat smaller, so that a cell has room for it.
    In ``style`` the word ``NGID`` stands for the document's id: its rules reach no other picture on the page.
    """
    scale = max(min(1.0, CELL_WIDTH / width), SMALLEST_SCALE)
    digest = hashlib.sha256("\n".join((body, style, title, description)).encode()).hexdigest()
    name = "ng" + digest[:10]
    sheet = f"<style>{style}</style>" if style else ""
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="NGID" class="ng-graph" '
        f'viewBox="0 0 {width:g} {height:g}" width="{round(width * scale, 1):g}" height="{round(height * scale, 1):g}" '
        'role="img" aria-labelledby="NGID-t NGID-d" '
        f'font-family="{theme.FONT}"><title id="NGID-t">\x01</title><desc id="NGID-d">\x02</desc>{sheet}'
        f'<rect class="ng-background" width="{width:g}" height="{height:g}" fill="{theme.BACKGROUND}"/>'
    ).replace("NGID", name)
    text = text.replace("\x01", escape(title)).replace("\x02", escape(description))
    return f"{text}{body}</svg>"


def too_many_text(nodes: int) -> tuple[str, str]:
    """Return what is said of a graph that is too large to be drawn, and what to do about it."""
    return messages.say("too_many", nodes=f"{nodes:,}", most=f"{TOO_MANY:,}"), messages.say("too_many_hint")


def too_many(nodes: int) -> str:
    """Return the picture that says that a graph of so many nodes is too large to be drawn."""
    said, hint = too_many_text(nodes)
    width = max(measure.width(said, 15), measure.width(hint, 13)) + 40
    body = text(20, 34, said, "ng-name", 15, theme.FOREGROUND) + text(20, 58, hint, "ng-shape", 13, theme.DIM)
    return document(body, round(width, 1), 80, said, hint)


def still(scene: Scene, gradients: bool = True) -> str:
    """Return everything on the picture but its frame: edges, then boxes, then the legend."""
    parts = [edge_path(edge) for edge in scene.edges.values()]
    for node in scene.nodes.values():
        gradient = scene.graph.nodes[node.id]["gradient"] if gradients else None
        parts.append(box(scene, node, gradient_fragment(node, gradient)))
    if has_legend(scene):
        parts.append(legend(scene))
    return "\n".join(parts)


def escape(text_: str) -> str:
    """Escape text for element content and for double-quoted attributes.

    >>> escape('<a b="c">&')
    '&lt;a b=&quot;c&quot;&gt;&amp;'
    """
    return text_.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def text(x: float, y: float, said: str, css: str, size: float, fill: str, weight: str = "", anchor: str = "") -> str:
    """Return a text element; text whose width nobody can know is told how wide to be."""
    more = f' font-weight="{weight}"' if weight else ""
    more += f' text-anchor="{anchor}"' if anchor else ""
    if not measure.is_plain(said):
        more += f' textLength="{measure.width(said, size):g}" lengthAdjust="spacingAndGlyphs"'
    place = f'x="{x:g}" y="{y:g}"'
    return f'<text class="{css}" {place} font-size="{size:g}" fill="{fill}"{more}>{escape(said)}</text>'


def edge_path(edge: Edge, css: str = "ng-edge", look: str | None = None) -> str:
    """Return the path of an edge in its still look, or in the one given as attributes."""
    look = look or f'stroke="{theme.EDGE}" stroke-width="1.6"'
    return f'<path class="{css}" data-edge="{edge.id}" d="{curve(edge)}" fill="none" {look}/>'


def curve(edge: Edge, backwards: bool = False) -> str:
    """Return the path data of an edge, from input to operation or the other way."""
    points = edge.points[::-1] if backwards else edge.points
    (x, y), rest = points[0], points[1:]
    return f"M{x:g},{y:g}C" + " ".join(f"{x:g},{y:g}" for x, y in rest)


def box(scene: Scene, node: Node, slot: str | None, over: str = "") -> str:
    """Return a node's box. slot: what stands as its gradient, None for "not yet"; over: drawn over the box."""
    facts = scene.graph.nodes[node.id]
    stroke, line = theme.BOX_LINES[node.kind]
    right = round(node.x + node.width - 10, 1)
    parts = [
        f'<g class="ng-node ng-{node.kind}" data-node="{node.id}"><title>{escape(_tooltip(scene, node))}</title>',
        f'<rect class="ng-box" x="{node.x:g}" y="{node.y:g}" '
        f'width="{node.width:g}" height="{node.height:g}" '
        f'rx="10" fill="{theme.BOX}" stroke="{stroke}" stroke-width="{line:g}"/>',
    ]
    first = node.text_y + (22 if node.form != NONE else 26)
    if node.name:
        parts.append(text(node.text_x, first, node.name, "ng-name", theme.NAME_SIZE, theme.FOREGROUND, "600"))
    elif node.label:
        parts.append(text(node.text_x, first, node.label, "ng-shape", theme.LABEL_SIZE, theme.DIM))
    if node.shape:
        parts.append(text(right, first, node.shape, "ng-shape", theme.SHAPE_SIZE, theme.DIM, anchor="end"))
    if node.gradient_name:
        below = round(first + GRADIENT_NAME_HEIGHT, 1)
        parts.append(text(node.text_x, below, node.gradient_name, "ng-grad", theme.NUMBER_SIZE, theme.BACKWARD_TEXT))
    if node.form != NONE:
        parts.append(_at(node.value_at, value_fragment(node, facts["value"]), 'class="ng-values"'))
    if node.shows_gradient:
        shown = gradient_fragment(node, None) if slot is None else slot
        parts.append(_at(node.gradient_at, shown, f'class="ng-gradient" data-gradient="{node.id}"'))
    if facts["problem"]:
        parts.append(problem_mark(node, messages.say("arises_here", problem=facts["problem"])))
    if node.badge:
        parts.append(badge(node.badge))
    parts.append(over)
    return "".join(parts) + "</g>"


def _at(place: tuple[float, float], content: str, attributes: str) -> str:
    return f'<g {attributes} transform="translate({place[0]:g},{place[1]:g})">{content}</g>'


def badge(badge_: Badge, fill: str = theme.BADGE, stroke: str = theme.BADGE_LINE, stroke_width: float = 1.4) -> str:
    """Return an operation's badge: a circle, or a pill where its symbol is long."""
    left, top = round(badge_.x - badge_.width / 2, 1), round(badge_.y - badge_.height / 2, 1)
    base = round(badge_.y + 0.36 * theme.SYMBOL_SIZE, 1)
    return (
        f'<rect class="ng-badge" x="{left:g}" y="{top:g}" width="{badge_.width:g}" height="{badge_.height:g}" '
        f'rx="{badge_.height / 2:g}" fill="{fill}" stroke="{stroke}" stroke-width="{stroke_width:g}"/>'
        + text(badge_.x, base, badge_.text, "ng-symbol", theme.SYMBOL_SIZE, theme.FOREGROUND, "600", "middle")
    )


def problem_mark(node: Node, said: str) -> str:
    """Return the mark of a node in which something goes wrong: an outline, and on its upper edge a label."""
    width = round(measure.width(said, theme.SHAPE_SIZE) + 14, 1)
    left = round(max(node.x + node.width - width - 4, _right_of_badge_on_top(node)), 1)
    return (
        f'<g class="ng-problem"><rect x="{node.x - 3:g}" y="{node.y - 3:g}" width="{node.width + 6:g}" '
        f'height="{node.height + 6:g}" rx="13" fill="none" stroke="{theme.PROBLEM}" stroke-width="3"/>'
        f'<rect x="{left:g}" y="{round(node.y - 11, 1):g}" width="{width:g}" height="18" rx="9" '
        f'fill="{theme.PROBLEM}"/>'
        + text(left + 7, round(node.y + 2, 1), said, "ng-problem-text", theme.SHAPE_SIZE, theme.FOREGROUND, "600")
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


def value_fragment(node: Node, value: np.ndarray | None) -> str:
    """Return what a box shows as its value, to be put at ``node.value_at``."""
    return _numbers(node, value, "ng-value", "", theme.FORWARD_TEXT, "value")


def gradient_fragment(node: Node, gradient: Any) -> str:
    """Return what a box shows as its gradient, to be put at ``node.gradient_at``; None is "not yet", never
    zero."""
    array = schema.as_numbers(gradient)
    return _numbers(node, array, "ng-grad", "∂ ", theme.BACKWARD_TEXT, "gradient")


def _numbers(node: Node, array: np.ndarray | None, css: str, sign: str, colour: str, caption: str) -> str:
    if node.form == PICTURE:
        below = round(node.picture_height + 14, 1)
        picture = _dashed(node, messages.say("not_yet")) if array is None else _picture(node, array)
        return picture + text(0, below, caption, css, theme.LABEL_SIZE, colour)
    if array is None:
        said = "—"
    elif numbers.is_single(array):
        said = numbers.number(numbers.only(array))
    else:
        said = measure.fit(numbers.shape(array.shape), theme.NUMBER_SIZE, SHOWN_SHAPE)
    return text(0, 0, sign + said, css, theme.NUMBER_SIZE, colour)


SHOWN_SHAPE = 80  # px for the shape of an array that arrives where a single number was expected


def _picture(node: Node, array: np.ndarray) -> str:
    if not array.size:
        return _dashed(node, messages.say("empty"))
    if thumbnail.extent(array.shape)[1] > node.picture_height:  # not of the value's shape: it would not fit
        return _dashed(node, measure.fit(numbers.shape(array.shape), theme.SHAPE_SIZE, thumbnail.SIZE))
    return thumbnail.thumbnail(array)


def _dashed(node: Node, said: str) -> str:
    """Return the empty place of a thumbnail."""
    width, height = thumbnail.SIZE, node.picture_height
    frame = f'<rect class="ng-absent" width="{width}" height="{height:g}" fill="none" '
    frame += f'stroke="{theme.EDGE}" stroke-dasharray="3 3"/>'
    place = round(height / 2 + 4, 1)
    return frame + text(width / 2, place, said, "ng-shape", theme.SHAPE_SIZE, theme.DIM, anchor="middle")


def has_legend(scene: Scene) -> bool:
    """Tell whether there is a thumbnail whose colours want explaining."""
    return any(node.form == PICTURE for node in scene.nodes.values())


def full_height(scene: Scene) -> float:
    """Return the picture's height in px, legend included."""
    return round(scene.height + (LEGEND_HEIGHT if has_legend(scene) else 0), 1)


def full_width(scene: Scene) -> float:
    """Return the picture's width in px, legend included."""
    return max(scene.width, LEGEND_WIDTH) if has_legend(scene) else scene.width


def legend(scene: Scene) -> str:
    """Return the key to the thumbnails' colours, below the drawing."""
    y = scene.height + 6
    words = messages.say("legend_negative")
    x = 16.0
    parts = [text(x, y + 4, words, "ng-shape", theme.SHAPE_SIZE, theme.DIM)]
    x = round(x + measure.width(words, theme.SHAPE_SIZE) + 2, 1)
    for level in range(-theme.LEVELS, theme.LEVELS + 1, 2):
        parts.append(
            f'<rect x="{x:g}" y="{y - 5:g}" width="9" height="10" fill="{theme.shade(level)}" '
            'shape-rendering="crispEdges"/>'
        )
        x += 9
    words = messages.say("legend_positive")
    x = round(x + 6, 1)
    parts.append(text(x, y + 4, words, "ng-shape", theme.SHAPE_SIZE, theme.DIM))
    if _shows_gaps(scene):
        x = round(x + measure.width(words, theme.SHAPE_SIZE) + 8, 1)
        parts.append(
            f'<rect x="{x:g}" y="{y - 5:g}" width="10" height="10" fill="{theme.NOT_FINITE}"/>'
            f'<path d="M{x:g},{y - 5:g}l10,10m-10,0l10-10" '
            f'stroke="{theme.NOT_FINITE_MARK}" stroke-width="0.8"/>'
        )
        words = messages.say("legend_not_finite")
        parts.append(text(x + 16, y + 4, words, "ng-shape", theme.SHAPE_SIZE, theme.DIM))
    return f'<g class="ng-legend">{"".join(parts)}</g>'


def _shows_gaps(scene: Scene) -> bool:
    arrays = [scene.graph.nodes[id_][which] for id_ in scene.graph for which in ("value", "gradient")]
    return any(thumbnail.has_gaps(array) for array in arrays if array is not None and array.size > 1)
