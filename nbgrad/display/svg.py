"""The still picture: a scene written as SVG.

Base look in presentation attributes, so that the picture is right without any style sheet; classes ``ng-…``
let a live page restyle it. Nothing is fetched, nothing is executed, every label is escaped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

import networkx as nx

from nbgrad.display import measure, messages, schema, theme, unkept
from nbgrad.display.boxes import badge, box, gradient_fragment, problem_mark, value_fragment
from nbgrad.display.compare import lost
from nbgrad.display.elements import escape, text
from nbgrad.display.enclosures import enclosures
from nbgrad.display.heat import Heat, heat_of
from nbgrad.display.heat import sentences as heat_sentences
from nbgrad.display.highlight import Lit
from nbgrad.display.highlight import lit as highlighted
from nbgrad.display.legend import changed_mark, full_height, full_width, has_legend, legend
from nbgrad.display.levels import MOST_COLLAPSED
from nbgrad.display.look import DEFAULT, Look
from nbgrad.display.plans import before
from nbgrad.display.scene import TOO_MANY, Edge, Scene, build

__all__ = [
    "badge",
    "box",
    "curve",
    "described",
    "document",
    "edge_path",
    "enclosures",
    "escape",
    "full_height",
    "full_width",
    "gradient_fragment",
    "has_legend",
    "legend",
    "picture",
    "problem_mark",
    "still",
    "text",
    "to_svg",
    "too_many",
    "too_many_text",
    "value_fragment",
]

CELL_WIDTH = 820  # px that a notebook's cell has for a picture on a small screen
ON_PAPER = "@media print{#NGID{max-width:100%;height:auto}}"  # paper cannot be scrolled: small, but whole
SMALLEST_SCALE = 0.9  # below this the small print is too small to read, and it is better to scroll


def to_svg(
    graph: Any, direction: str = "LR", title: str | None = None, gradients: bool = True, look: Look | None = None
) -> str:
    """Return the still picture of a graph as SVG text.

    graph: a directed networkx graph, see ``schema``. direction: "LR" (inputs left) or "TB" (inputs on top).
    title: what a screen reader announces. gradients=False draws every gradient as not yet computed. look: everything
    else that may be chosen; it says the direction too. Raises OptionError and the errors of ``schema.normalise``.
    More than 1,500 nodes give a picture that says so.

    >>> to_svg(nx.DiGraph([("x", "y")]))[:40]
    '<svg xmlns="http://www.w3.org/2000/svg" '
    """
    look = look or Look(direction=direction)
    schema.check_directed(graph)
    if len(graph) > TOO_MANY:  # said at once, before a look at each node
        return too_many(len(graph), look)
    graph = schema.normalise(graph)
    return picture(build(graph, look=look), title, gradients) if len(graph) else nothing(look)


def nothing(look: Look = DEFAULT) -> str:
    """Return the picture that says that a graph has no nodes."""
    said, paint = messages.say("nothing_to_draw"), look.palette
    body = text(20, 34, said, "ng-name", 15, paint.foreground)
    return document(body, round(measure.width(said, 15) + 40, 1), 56, said, "", paint=paint)


def picture(scene: Scene, title: str | None = None, gradients: bool = True) -> str:
    """Return the still picture of a scene that is already laid out."""
    named, said = described(scene.graph, title)
    said = messages.together([said, *_said_of_look(scene)])
    paint = scene.look.palette
    return document(still(scene, gradients), full_width(scene), full_height(scene), named, said, paint=paint)


def described(graph: nx.MultiDiGraph, title: str | None = None) -> tuple[str, str]:
    """Return title and description for a screen reader."""
    roots = [schema.label(graph, node) for node in graph if graph.out_degree(node) == 0]
    if title is None:
        title = messages.say("title", roots=_listed(roots)) if roots else messages.say("title_empty")
    operations = sum(kind == "operation" for _, kind in graph.nodes(data="kind"))
    parameters = [schema.label(graph, node) for node, kind in graph.nodes(data="kind") if kind == "parameter"]
    key = "description_one" if len(graph) == 1 else "description"
    described_ = [messages.say(key, nodes=len(graph), operations=operations)]
    if parameters:
        described_.append(messages.say("description_parameters", names=_listed(parameters)))
    names = [schema.called(graph, node) for node, kind in graph.nodes(data="kind") if kind == "group"]
    names += [schema.joined(path) for path in schema.groups(graph)]
    if names:
        described_.append(messages.say("description_groups", names=_listed(names)))
    for node, problem in graph.nodes(data="problem"):
        if problem:
            named = measure.clean(schema.label(graph, node), 40)
            described_.append(messages.say("description_problem", problem=problem, name=named))
    for key in ("changed", "unfit"):
        stale = [schema.label(graph, node) for node, found in graph.nodes(data="stale") if found == key]
        if stale:
            described_.append(messages.say(f"description_{key}", names=_listed(stale)))
    if graph.graph.get(schema.OTHERWISE):
        described_.append(messages.say("computed_otherwise"))
    described_ += unkept.of_now(graph) + unkept.left_over(graph)
    return measure.clean(title, 200), messages.together(described_)


def _said_of_look(scene: Scene) -> list[str]:
    """Say in words what colours say where something is highlighted, hot, or changed."""
    said = []
    if lit := highlighted(scene.graph, scene.look):
        said.append(messages.say("highlighted", names=_listed(_names(scene.graph, lit.nodes))))
        if lit.apart:
            said.append(messages.say("no_way", names=_listed(_names(scene.graph, lit.apart))))
    if scene.look.heat:
        said += heat_sentences(scene.graph, scene.look.digits, lit)
    changed = _names(scene.graph, [node for node, change in scene.graph.nodes(data="change") if change])
    if changed:
        said.append(messages.say("changes_in", names=_listed(changed)))
    return said + lost(scene.graph)


def _names(graph: nx.MultiDiGraph, nodes: Collection[int]) -> list[str]:
    return [schema.called(graph, node) for node in graph if node in nodes]


def _listed(names: list[str], most: int = 6) -> str:
    shown = [measure.clean(name, 40) for name in names[:most]]
    return messages.listed(shown + ["…"] * (len(names) > most))


def document(
    body: str,
    width: float,
    height: float,
    title: str,
    description: str,
    style: str = "",
    paint: theme.Palette = theme.LIGHT,
) -> str:
    """Wrap body into an SVG document. Ids carry a hash of the content, so that two on one page do not clash.

    A wide picture is shown somewhat smaller, so that a cell has room for it.
    In ``style`` the word ``NGID`` stands for the document's id: its rules reach no other picture on the page.
    """
    scale = max(min(1.0, CELL_WIDTH / width), SMALLEST_SCALE)
    digest = hashlib.sha256("\n".join((body, style, title, description)).encode()).hexdigest()
    name = "ng" + digest[:10]
    sheet = f"<style>{ON_PAPER}{style}</style>"
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="NGID" class="ng-graph" '
        f'viewBox="0 0 {width:g} {height:g}" width="{round(width * scale, 1):g}" height="{round(height * scale, 1):g}" '
        'role="img" aria-labelledby="NGID-t NGID-d" '
        f'{_language()}><title id="NGID-t">\x01</title><desc id="NGID-d">\x02</desc>{sheet}'
        f'<rect class="ng-background" width="{width:g}" height="{height:g}" fill="{paint.background}"/>'
    ).replace("NGID", name)
    text = text.replace("\x01", escape(title)).replace("\x02", escape(description))
    return f"{text}{body}</svg>"


def _language() -> str:
    """Return the attributes that tell a picture's fonts, and its language where that is not English: readers' machines
    write and speak the same sign differently in different languages."""
    code = messages.language()
    said = "" if code == "en" else f' lang="{code}" xml:lang="{code}"'
    return f'font-family="{theme.font(code)}"{said}'


def too_many_text(nodes: int, why: str = "") -> tuple[str, str]:
    """Return what is said of a graph that is too large to be drawn, and what to do about it.

    why: "" where groups could be marked; "open" where too many of them are open; "groups" where the groups alone are
    too many; "huge" where there are too many nodes to collapse them; "scalars" where a graph of arrays was to be
    unfolded into so many numbers.
    """
    said = messages.say(
        "too_many_scalars" if why == "scalars" else "too_many", nodes=f"{nodes:,}", most=f"{TOO_MANY:,}"
    )
    return said, messages.say(f"too_many_hint_{why}" if why else "too_many_hint", most=f"{MOST_COLLAPSED:,}")


def too_many(nodes: int, look: Look = DEFAULT, why: str = "") -> str:
    """Return the picture that says that a graph of so many nodes is too large to be drawn. why: see
    ``too_many_text``."""
    said, hint = too_many_text(nodes, why)
    width = max(measure.width(said, 15), measure.width(hint, 13)) + 40
    paint = look.palette
    body = text(20, 34, said, "ng-name", 15, paint.foreground) + text(20, 58, hint, "ng-shape", 13, paint.dim)
    return document(body, round(width, 1), 80, said, hint, paint=paint)


def still(scene: Scene, gradients: bool = True) -> str:
    """Return everything on the picture but its frame: edges, then boxes, then the legend."""
    lit = highlighted(scene.graph, scene.look)
    heat = heat_of(scene.graph, lit) if scene.look.heat else None
    parts = enclosures(scene.groups, scene.look.palette) + _edges(scene, lit, heat)
    for node in scene.nodes.values():
        facts = scene.graph.nodes[node.id]
        paint = _paint(scene, node.id, lit, heat)
        gradient = facts["gradient"] if gradients else None
        in_words = facts["gone"] or facts["cleared"] or facts["unkept"] or scene.graph.graph.get(schema.OF_TORCH)
        gone = schema.no_gradient(facts) if in_words else ""
        slot = gradient_fragment(node, gradient, paint, scene.look.digits, before(facts, "gradient"), gone)
        changed = facts["change"] is not None
        over = changed_mark(round(node.x + node.width - 16, 1), node.y, paint) if changed else ""
        parts.append(box(scene, node, slot, over, paint, gradients))
    if has_legend(scene):
        parts.append(legend(scene))
    return "\n".join(parts)


def _edges(scene: Scene, lit: Lit | None, heat: Heat | None) -> list[str]:
    """Return the edges; those that are lit lie over the others."""
    paint = scene.look.palette
    below, above = [], []
    for key, edge in scene.edges.items():
        look = heat.edge(key, paint) if heat else None
        if lit is None:
            below.append(edge_path(edge, look=look, paint=paint))
        elif key in lit.edges:
            above.append(edge_path(edge, look=look or f'stroke="{paint.lit_edge}" stroke-width="2.6"', paint=paint))
        else:
            below.append(edge_path(edge, paint=paint.dimmed))
    return below + above


def _paint(scene: Scene, node: int, lit: Lit | None, heat: Heat | None) -> theme.Palette:
    """Return the colours of a node's box."""
    paint = scene.look.palette
    if lit and node not in lit.nodes:
        return paint.dimmed
    paint = paint.lit if lit else paint
    return heat.strip(node, paint) if heat else paint


def edge_path(edge: Edge, css: str = "ng-edge", look: str | None = None, paint: theme.Palette = theme.LIGHT) -> str:
    """Return the path of an edge in its still look, or in the one given as attributes."""
    look = look or f'stroke="{paint.edge}" stroke-width="1.6"'
    return f'<path class="{css}" data-edge="{edge.id}" d="{curve(edge)}" fill="none" {look}/>'


def curve(edge: Edge, backwards: bool = False) -> str:
    """Return the path data of an edge, from input to operation or the other way."""
    points = edge.points[::-1] if backwards else edge.points
    (x, y), rest = points[0], points[1:]
    return f"M{x:g},{y:g}C" + " ".join(f"{x:g},{y:g}" for x, y in rest)
