"""What a node's box will hold, and how much room that takes, before anything has a place.

A box holds its name, shape and dtype in the first row; below it stand lines of numbers (scalars, and arrays of one
element), thumbnails, or tables of numbers. The operation's badge sits on the side where the edges arrive; the space
that it needs outside the box belongs to the size that the layout gets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import measure, messages, numbers, schema, tables, theme, thumbnail
from nbgrad.display.attributes import as_array
from nbgrad.display.look import DEFAULT, Look

INSET = 14  # px between a box's side and its text
NAME_ROOM = 170  # px that a name may take before it is shortened
SHAPE_ROOM = 90
DTYPE_ROOM = 80
SYMBOL_ROOM = 84
ROUND_BADGE = 17  # radius
LOWEST_PICTURE = 18  # px: "not yet" has to fit into the place of a row's thumbnail
PITCH = 64  # px from the value's thumbnail to the gradient's
ARROW = 18  # px between the thumbnails before and after
PAIR_GAP = 24  # px from a pair of thumbnails to the next
CAPTIONS = 71  # px that a box with thumbnails is higher than these: first row, two rows of captions
LEAST_WIDTH = 146  # of a box with numbers or two thumbnails: most boxes are equally wide, which looks calm
LEAST_DATA_WIDTH = 110  # of a box with one thumbnail
GRADIENT_NAME_HEIGHT = 17  # px by which the name of its gradient makes a box higher
TOP_BADGE = 14  # px by which a badge on top pushes the text down
NOTE_HEIGHT = 17  # px by which the line that counts a group's nodes makes its box higher
STALE_ROOM = 8  # px by which the label on its lower edge makes a box higher
STACK = 5  # px by which the second sheet of a collapsed group peeps out behind the first; of folded ones a third
CHANGED_MARK = 28  # px that the sign of a change takes of the top of a box
NUMBER_HEIGHT = 32  # of an unnamed number's box
NUMBER_WIDTH = 44  # at least

LINE, PICTURE, TABLE, NONE = "line", "picture", "table", "none"  # forms of showing a value or a gradient


@dataclass(frozen=True, slots=True)
class Plan:
    """A box before it has a place. Sizes in px; pitch: from where the value is drawn to where the gradient is; note:
    what a collapsed group's second row says; sheets: how many more seem to lie behind the box."""

    width: float
    height: float
    name: str = ""
    label: str = ""
    shape: str = ""
    form: str = LINE
    shows_gradient: bool = False
    picture_height: float = 0.0
    pitch: float = PITCH
    cell_width: float = 0.0
    symbol: str = ""
    badge_width: float = 0.0
    gradient_name: str = ""
    note: str = ""
    sheets: int = 0


def form_of(facts: dict[str, Any], look: Look = DEFAULT) -> str:
    """Return how a node shows its numbers: LINE, PICTURE, TABLE, or NONE where they are not known or not wanted.

    >>> form_of({"bare": False, "shape": (1, 1)}), form_of({"bare": False, "shape": (2, 3)})
    ('line', 'picture')
    """
    if facts["bare"] or look.values in ("shapes", "none"):
        return NONE
    size = 1
    for length in facts["shape"] or ():
        size *= length
    if size == 1:
        return LINE
    return TABLE if look.values == "numbers" and size else PICTURE


def plan(graph: nx.MultiDiGraph, node: int, look: Look = DEFAULT) -> Plan:
    """Return what the box of a node of a normalised graph will hold."""
    facts, direction = graph.nodes[node], look.direction
    form = form_of(facts, look)
    if _is_bare_number(facts, form):
        return _number_plan(facts, look)
    symbol = measure.fit(facts["symbol"] or "", theme.SYMBOL_SIZE, SYMBOL_ROOM) if _is_operation(facts) else ""
    badge_width = _badge_width(symbol)
    times = schema.times(facts)
    name = measure.fit_name(facts["name"] or "", theme.NAME_SIZE, NAME_ROOM)
    name += times if name else ""
    called_else = messages.kind("constant") if facts["kind"] == "constant" else schema.label(graph, node)
    label = measure.fit(called_else, theme.LABEL_SIZE, NAME_ROOM) + times
    is_group = facts["kind"] == "group"
    note = messages.counted("group_note", facts["members"]) if is_group else ""
    shape = _shape(facts, look)
    shows_gradient = form != NONE and look.values != "forward" and facts["kind"] in schema.DIFFERENTIATED
    called = measure.width(name, theme.NAME_SIZE) if name else measure.width(label, theme.LABEL_SIZE)
    first_row = called + (14 + measure.width(shape, theme.SHAPE_SIZE) if shape else 0)
    named = (facts["bare"] and facts["gradient_name"]) or ""
    gradient_name = measure.fit(named, theme.NUMBER_SIZE, NAME_ROOM)
    cell_width = tables.cell_width(_drawn(facts, shows_gradient), look.digits) if form == TABLE else 0.0
    picture_height = max(thumbnail.extent(facts["shape"])[1], LOWEST_PICTURE) if form == PICTURE else 0.0
    pitch = _pitch(facts, form)
    body = max(_body_width(facts, form, shows_gradient, pitch, cell_width, look), _width_of_name(gradient_name))
    body = max(body, measure.width(note, theme.SHAPE_SIZE))
    width = text_inset(badge_width, direction) + max(first_row, body) + 10
    beside = 2 * CHANGED_MARK if facts["change"] is not None else 20  # px that a badge on top leaves free
    width = max(width, _least(form, shows_gradient), badge_width + beside if direction == "TB" else 0)
    width = max(width, _width_of_problem(facts), _width_of_stale(facts))
    height = _height(facts, form, shows_gradient, picture_height)
    height += GRADIENT_NAME_HEIGHT if gradient_name else 0
    height += NOTE_HEIGHT if note else 0
    height += STALE_ROOM if facts["stale"] else 0
    height += TOP_BADGE if badge_width and direction == "TB" else 0
    return Plan(
        width=round(width, 1),
        height=round(height, 1),
        name=name,
        label=label,
        shape=shape,
        form=form,
        shows_gradient=shows_gradient,
        picture_height=round(picture_height, 1),
        pitch=pitch,
        cell_width=cell_width,
        symbol=symbol,
        badge_width=badge_width,
        gradient_name=gradient_name,
        note=note,
        sheets=(facts["count"] > 1) + is_group,
    )


def outer_size(box: Plan, direction: str) -> tuple[float, float]:
    """Return width and height of a box with its badge and the sheets behind it."""
    behind = STACK * box.sheets
    if not box.badge_width:
        return box.width + behind, box.height + behind
    if direction == "LR":
        return round(box.width + box.badge_width / 2 + behind, 1), box.height + behind
    return box.width + behind, box.height + ROUND_BADGE + behind


def text_inset(badge_width: float, direction: str) -> float:
    """Return how far from the left side of its box a text begins."""
    return badge_width / 2 + 13 if badge_width and direction == "LR" else INSET


def before(facts: dict[str, Any], which: str) -> tuple[Any, ...]:
    """Return what a node's "value" or "gradient" was before a comparison's change, as (old,), () if it is the same.

    >>> before({"change": None}, "value")
    ()
    """
    change = facts["change"]
    return () if change is None or which not in change.changed else (getattr(change, which),)


def _is_bare_number(facts: dict[str, Any], form: str) -> bool:
    known = facts["value"] is not None or facts["spelled"]
    return form == LINE and facts["kind"] == "constant" and not facts["name"] and bool(known)


def _number_plan(facts: dict[str, Any], look: Look) -> Plan:
    """An unnamed number written into a formula says all there is to say by itself."""
    wide = measure.width(
        line_text(facts["value"], facts["spelled"], look.digits, before(facts, "value")), theme.NUMBER_SIZE
    )
    return Plan(round(max(wide + 2 * INSET, NUMBER_WIDTH), 1), NUMBER_HEIGHT)


def _shape(facts: dict[str, Any], look: Look) -> str:
    """Return the shape and dtype of an array, as they stand in the first row; a single number shows what it is."""
    if look.values == "none" or (facts["shape"] == () and look.values != "shapes"):
        return ""
    shape = measure.fit(numbers.shape(facts["shape"]), theme.SHAPE_SIZE, SHAPE_ROOM)
    if not facts["dtype"] or not facts["shape"]:
        return shape
    return f"{shape} {measure.fit(facts['dtype'], theme.SHAPE_SIZE, DTYPE_ROOM)}"


def _drawn(facts: dict[str, Any], shows_gradient: bool) -> list[np.ndarray]:
    """Return the arrays whose numbers a box shows."""
    arrays = [facts["value"], facts["gradient"] if shows_gradient else None]
    return [array for array in arrays if array is not None]


def _pitch(facts: dict[str, Any], form: str) -> float:
    if form == TABLE:
        return tables.height(facts["shape"]) + tables.GAP
    return thumbnail.SIZE * 2 + ARROW + PAIR_GAP if form == PICTURE and before(facts, "value") else PITCH


def _width_of_name(gradient_name: str) -> float:
    return measure.width(gradient_name, theme.NUMBER_SIZE)


def _width_of_problem(facts: dict[str, Any]) -> float:
    """Return how wide a box must be so that what arises in it can be said on its upper edge."""
    if not facts["problem"]:
        return 0.0
    said = messages.say("arises_here", problem=facts["problem"])
    return measure.width(said, theme.SHAPE_SIZE) + 30 + (CHANGED_MARK if facts["change"] is not None else 0)


def _width_of_stale(facts: dict[str, Any]) -> float:
    """Return how wide a box must be so that it can be said on its lower edge that its numbers are older or newer."""
    return measure.width(messages.say(facts["stale"]), theme.SHAPE_SIZE) + 30 if facts["stale"] else 0.0


def _least(form: str, shows_gradient: bool) -> float:
    if form == NONE:
        return 0
    return LEAST_WIDTH if form == LINE or shows_gradient else LEAST_DATA_WIDTH


def _is_operation(facts: dict[str, Any]) -> bool:
    return facts["kind"] == "operation"


def _badge_width(symbol: str) -> float:
    if not symbol:
        return 0.0
    wanted = measure.width(symbol, theme.SYMBOL_SIZE) + 10
    return 2.0 * ROUND_BADGE if wanted <= 2 * ROUND_BADGE + 4 else round(wanted + 6, 1)


def _body_width(
    facts: dict[str, Any], form: str, shows_gradient: bool, pitch: float, cell_width: float, look: Look
) -> float:
    if form == NONE:
        return 40
    if form == TABLE:
        return tables.width(facts["shape"], cell_width)
    if form == PICTURE:
        last = max(measure.width(messages.say("caption_gradient"), theme.LABEL_SIZE), _reach_width(look.digits))
        if not shows_gradient:
            last = max(thumbnail.SIZE, _reach_width(look.digits))
        if before(facts, "gradient" if shows_gradient else "value"):
            last = max(thumbnail.SIZE * 2 + ARROW, 2 * _reach_width(look.digits))
        return pitch + last if shows_gradient else last
    widest = _widest(look.digits)  # wide enough for any number, so that a gradient that arrives later still fits
    lines = [widest if facts["value"] is None or facts["value"].dtype.kind != "c" else f"{widest}{widest}i"]
    for which in ("value", "gradient"):
        if before(facts, which):
            absent = schema.no_gradient(facts) if which == "gradient" and facts["cleared"] else ""
            lines.append(line_text(facts[which], absent, look.digits, before(facts, which)))
    room = max(measure.width(f"∂ {said}", theme.NUMBER_SIZE) for said in lines)
    spelled = measure.fit(facts["spelled"], theme.NUMBER_SIZE, NAME_ROOM)
    return max(room, measure.width(spelled, theme.NUMBER_SIZE))


def _widest(digits: int) -> str:
    return f"−1.{'2' * max(1, digits - 1)}e−300"


def _reach_width(digits: int) -> float:
    """Return the room of the number where a thumbnail's colours end."""
    return measure.width("±" + "8" * digits + ".e−8", theme.SHAPE_SIZE)


def _height(facts: dict[str, Any], form: str, shows_gradient: bool, picture_height: float) -> float:
    if form == TABLE:
        table = tables.height(facts["shape"])
        return 34 + table + (tables.GAP + table if shows_gradient else 0) + 8
    return {LINE: 67 if shows_gradient else 50, PICTURE: CAPTIONS + picture_height, NONE: 42}[form]


def line_text(array: np.ndarray | None, spelled: str, digits: int, old: tuple[Any, ...] = ()) -> str:
    """Return a value of one element as it stands in a box: "0.5", "—" where there is none, "0.5 → 0.47".

    >>> line_text(np.array(0.47), "", 3), line_text(None, "", 3, (0.5,))
    ('0.47', '0.5 → —')
    >>> line_text(np.array(3.0001), "", 3, (3.0,))
    '3 → 3.0001'
    """
    said = spelled
    if array is not None:
        single = numbers.is_single(array)
        said = numbers.number(numbers.only(array), digits) if single else numbers.shape(array.shape)
    said = said or "—"
    if not old:
        return said
    was = line_text(as_array(old[0]), "", digits)
    if was == said and digits < numbers.ALL_DIGITS:  # "3 → 3" would not be true
        return line_text(array, spelled, digits + 1, old)
    return f"{was} → {said}"
