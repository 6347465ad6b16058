"""The key to a picture's colours and signs, in rows below the drawing."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import numpy as np

from nbgrad.display import heat, measure, messages, numbers, schema, theme, thumbnail, unkept
from nbgrad.display.compare import COMPARED, lost
from nbgrad.display.elements import text
from nbgrad.display.highlight import Lit
from nbgrad.display.highlight import lit as highlighted
from nbgrad.display.scene import LINE, MARGIN, PICTURE, TABLE, Scene

ROW = 26  # px
MOST_APART = 4  # names that a row lists
SHARES = 12  # steps in which the scale of heat is shown


def has_legend(scene: Scene) -> bool:
    """Tell whether there is anything whose colours want explaining."""
    return bool(_rows(scene))


def full_height(scene: Scene) -> float:
    """Return the picture's height in px, legend included."""
    return round(scene.height + ROW * len(_rows(scene)), 1)


def full_width(scene: Scene) -> float:
    """Return the picture's width in px, legend included."""
    return max([scene.width, *(row.x + MARGIN for row in _rows(scene))])


def legend(scene: Scene) -> str:
    """Return the key to the colours, below the drawing."""
    rows = (
        f'<g transform="translate(0,{scene.height + 6 + ROW * number:g})">{row}</g>'
        for number, row in enumerate(_rows(scene))
    )
    return f'<g class="ng-legend">{"".join(rows)}</g>'


def _rows(scene: Scene) -> list[_Row]:
    rows = []
    if any(node.form == PICTURE for node in scene.nodes.values()):
        rows.append(_colours(scene))
    lit = highlighted(scene.graph, scene.look)
    if scene.look.heat:
        rows += _heat(scene, lit)
    if lit and lit.apart:
        rows.append(_apart(scene, lit))
    if scene.graph.graph.get(COMPARED):
        rows += _changes(scene)
    if any(node.shows_gradient for node in scene.nodes.values()):
        rows += [_sentence(scene, said) for said in unkept.left_over(scene.graph)]
    if scene.look.values != "none":
        rows += [_sentence(scene, said) for said in unkept.signs(scene.graph, scene.look)]
    return rows


def _sentence(scene: Scene, said: str) -> _Row:
    row = _Row(scene.look.palette)
    row.say(said)
    return row


class _Row:
    """A row that is written from left to right; x is where it ends."""

    def __init__(self, paint: theme.Palette) -> None:
        self.paint = paint
        self.x = float(MARGIN)
        self.parts: list[str] = []

    def say(self, said: str, gap: float = 6.0) -> None:
        self.parts.append(text(self.x, 4, said, "ng-shape", theme.SHAPE_SIZE, self.paint.dim))
        self.x = round(self.x + measure.width(said, theme.SHAPE_SIZE) + gap, 1)

    def draw(self, element: str, width: float) -> None:
        self.parts.append(element)
        self.x = round(self.x + width, 1)

    def __str__(self) -> str:
        return "".join(self.parts)


def _colours(scene: Scene) -> _Row:
    """Return the key to the thumbnails' colours."""
    row = _Row(scene.look.palette)
    row.say(messages.say("legend_negative"), 4)
    for level in range(-theme.LEVELS, theme.LEVELS + 1, 2):
        fill = row.paint.shade(level)
        row.draw(f'<rect x="{row.x:g}" y="-5" width="9" height="10" fill="{fill}" shape-rendering="crispEdges"/>', 9)
    row.x += 6
    row.say(messages.say("legend_positive"), 12)
    if _any_array(scene, thumbnail.is_pooled):
        row.say(messages.say("legend_pooled"), 12)
    if _any_array(scene, thumbnail.has_gaps):
        row.draw(
            f'<rect x="{row.x:g}" y="-5" width="10" height="10" fill="{row.paint.not_finite}"/>'
            f'<path d="M{row.x:g},-5l10,10m-10,0l10-10" stroke="{row.paint.not_finite_mark}" stroke-width="0.8"/>',
            16,
        )
        row.say(messages.say("legend_not_finite"))
    return row


def _heat(scene: Scene, lit: Lit | None) -> list[_Row]:
    """Return the scale of the sizes of gradients, and what other lines mean; no row where it would tell nothing."""
    found = heat.heat_of(scene.graph, lit)
    row = _Row(scene.look.palette)
    if not found.sizes:
        row.say(messages.say("heat_none"))
        return [] if unkept.left_over(scene.graph) or (lit and heat.heat_of(scene.graph).sizes) else [row]
    key = "legend_heat_together" if heat.is_together(scene.graph, found) else "legend_heat"
    row.say(messages.say(key if found.along is None else "legend_heat_along"), 10)
    _scale(row, found, scene.look.digits)
    if not all(isfinite(size) for size in found.all):
        row.draw(f'<path d="M{row.x:g},0h36" fill="none" {heat.not_finite(row.paint)}/>', 42)
        row.say(messages.say("legend_not_finite"), 16)
    if any(size == 0 for size in found.all):
        line = f'stroke="{row.paint.badge_line}" stroke-width="{heat.THINNEST:g}" stroke-dasharray="2 5"'
        row.draw(f'<path d="M{row.x:g},0h30" fill="none" {line}/>', 36)
        row.say(messages.say("legend_heat_zero"), 16)
    if any(found.is_unknown(edge) for edge in scene.graph.edges(keys=True)):
        row.draw(f'<path d="M{row.x:g},0h36" fill="none" stroke="{row.paint.edge}" {heat.UNKNOWN}/>', 42)
        row.say(messages.say("legend_heat_unknown"), 16)
    inside = any(heat.is_inside(scene.graph, node) for node in found.sizes)
    below = ["heat_lit"] * bool(lit) + ["heat_inside"] * inside
    return [row, *(_sentence(scene, messages.say(key)) for key in below)]


def _scale(row: _Row, found: heat.Heat, digits: int) -> None:
    """Draw a line that grows wider and hotter, from the least size that is there to the greatest."""
    if found.ends is None:
        return
    least, greatest = found.ends
    first, last = found.share(least), found.share(greatest)
    row.say(numbers.number(least, digits))
    for step in range(SHARES if greatest > least else 3):
        share = first + (last - first) * step / (SHARES - 1)
        look = f'stroke="{heat.colour(share, row.paint)}" stroke-width="{heat.thickness(share):g}"'
        behind = f'<rect x="{row.x:g}" y="-8" width="12.5" height="16" fill="{heat.ground(share, row.paint)}"/>'
        row.draw(f'{behind}<path d="M{row.x:g},0h12.5" fill="none" {look}/>', 12)
    row.x += 8
    if greatest > least:
        row.say(numbers.number(greatest, digits))
    row.x += 10


def _apart(scene: Scene, lit: Lit) -> _Row:
    """Return what is said where nodes are highlighted between which there is no way."""
    names = [measure.clean(schema.called(scene.graph, node), 40) for node in lit.apart[:MOST_APART]]
    names += ["…"] * (len(lit.apart) > MOST_APART)
    return _sentence(scene, messages.say("no_way", names=messages.listed(names)))


def _changes(scene: Scene) -> list[_Row]:
    """Return what the mark of a change means, or that there is none, and what cannot be told."""
    row, below = _Row(scene.look.palette), _Row(scene.look.palette)
    unknown = lost(scene.graph)
    for said in unknown:
        below.say(said)
    forms = [node.form for node in scene.nodes.values() if scene.graph.nodes[node.id]["change"] is not None]
    if not forms:
        row.say(messages.say("no_changes"))
        return [below] if unknown else [row]
    row.draw(changed_mark(row.x + 9, 0, row.paint), 25)
    row.say(messages.say("legend_changed" if {LINE, PICTURE}.intersection(forms) else "legend_changed_hidden"), 16)
    for form, key in ((PICTURE, "legend_changed_pictures"), (TABLE, "legend_changed_tables")):
        if form in forms:
            row.say(messages.say(key), 16)
    return [row, below] if unknown else [row]


def changed_mark(x: float, y: float, paint: theme.Palette) -> str:
    """Return the sign of a change with its middle here."""
    return f'<circle class="ng-changed" cx="{x:g}" cy="{y:g}" r="9" fill="{paint.changed}"/>' + text(
        x, round(y + 4, 1), "Δ", "ng-changed-text", theme.LABEL_SIZE, paint.changed_text, "600", "middle"
    )


def _any_array(scene: Scene, holds: Callable[[np.ndarray], bool]) -> bool:
    """Tell whether something holds for any value or gradient that has a thumbnail."""
    drawn = [id_ for id_, node in scene.nodes.items() if node.form == PICTURE]
    arrays = [scene.graph.nodes[id_][which] for id_ in drawn for which in ("value", "gradient")]
    return any(holds(array) for array in arrays if array is not None and array.size > 1)
