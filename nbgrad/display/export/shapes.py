"""A picture taken apart again: from the SVG of this house to a flat list of shapes that any painter can paint.

The pictures are written in a small part of SVG: rectangles, circles, paths and text, in groups that move, scale, dim
or hand down a colour. That part is read here, and nothing else: an element or a command that is not known is an error,
so that no export can leave something out in silence. Style sheets are for motion only, and are passed over.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

Matrix = tuple[float, float, float, float]  # (sx, sy, dx, dy): x becomes sx * x + dx, y becomes sy * y + dy
Piece = tuple[str, tuple[float, ...]]  # ("M" or "L", x and y), ("C", three points), ("Z", nothing)

ARC = 0.5522847498  # a quarter of a circle as a cubic curve: how far its handles reach, for radius 1
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Z": 0}
SILENT = {"title", "desc", "style"}
PLAIN = {
    "fill": "#000000",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-dasharray": "none",
    "stroke-linecap": "butt",
    "stroke-linejoin": "miter",
    "stroke-opacity": "1",
    "fill-opacity": "1",
    "shape-rendering": "auto",
    "vector-effect": "none",
    "font-size": "16",
    "font-weight": "normal",
    "text-anchor": "start",
    "paint-order": "normal",
}


@dataclass(frozen=True, slots=True)
class Outline:
    """A path to be filled and stroked. Lengths are px of the picture; a colour is "#rrggbb" or None; dashes: lengths
    of line and gap in turn. crisp: an area whose edges are not to be smoothed."""

    pieces: list[Piece]
    fill: str | None
    fill_opacity: float
    stroke: str | None
    stroke_opacity: float
    stroke_width: float
    dashes: tuple[float, ...]
    cap: str
    join: str
    crisp: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text. x, y: of its base line, where ``anchor`` ("start", "middle" or "end") of the text is; runs:
    (text, colour, bold) one after the other; room: the width in px that it may fill at most, or None; seam: colour
    and width in px of a line around the letters, or None."""

    x: float
    y: float
    size: float
    anchor: str
    runs: list[tuple[str, str, bool]]
    opacity: float
    room: float | None
    seam: tuple[str, float] | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture as shapes, the lowest first. width, height: in px."""

    width: float
    height: float
    title: str
    description: str
    shapes: list[Outline | Words]


def read(svg: str) -> Sheet:
    """Return the shapes of a picture of this house, given as SVG text.

    Raises ValueError where the picture says something that is not read here.

    >>> sheet = read('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="9" height="5"/></svg>')
    >>> sheet.width, sheet.shapes[0].fill
    (40.0, '#000000')
    """
    root = ET.fromstring(svg)
    _, _, width, height = (float(number) for number in root.get("viewBox", "").split())
    said = {_tag(child): child.text or "" for child in root if _tag(child) in SILENT}
    shapes = list(_shapes(root, PLAIN, (1.0, 1.0, 0.0, 0.0), 1.0))
    return Sheet(width, height, said.get("title", ""), said.get("desc", ""), shapes)


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _shapes(parent: ET.Element, look: dict[str, str], at: Matrix, opacity: float) -> Iterator[Outline | Words]:
    for element in parent:
        tag = _tag(element)
        seen = opacity * float(element.get("opacity", "1"))
        if tag in SILENT or not seen:
            continue
        own = {**look, **{name: said for name, said in element.items() if name in PLAIN}}
        if tag == "g":
            yield from _shapes(element, own, _moved(at, element.get("transform", "")), seen)
        elif tag == "rect":
            yield _outline(_rectangle(*_numbers(element, "x", "y", "width", "height", "rx")), own, at, seen)
        elif tag == "circle":
            x, y, r = _numbers(element, "cx", "cy", "r")
            yield _outline(_rectangle(x - r, y - r, 2 * r, 2 * r, r), own, at, seen)
        elif tag == "path":
            yield _outline(list(_path(element.get("d", ""))), own, at, seen)
        elif tag == "text":
            yield _words(element, own, at, seen)
        else:
            raise ValueError(f"the pictures of this house have no <{tag}>, so no painter knows it")


def _moved(at: Matrix, transform: str) -> Matrix:
    sx, sy, dx, dy = at
    for name, said in re.findall(r"(\w+)\(([^)]*)\)", transform):
        a, *rest = (float(number) for number in NUMBER.findall(said))
        if name == "translate":
            dx, dy = dx + sx * a, dy + sy * (rest[0] if rest else 0.0)
        elif name == "scale":
            sx, sy = sx * a, sy * (rest[0] if rest else a)
        else:
            raise ValueError(f"the pictures of this house are not moved by {name}(), so no painter knows it")
    return sx, sy, dx, dy


def _outline(pieces: list[Piece], look: dict[str, str], at: Matrix, opacity: float) -> Outline:
    sx, sy, dx, dy = at
    placed = [
        (verb, tuple(sy * n + dy if place % 2 else sx * n + dx for place, n in enumerate(numbers)))
        for verb, numbers in pieces
    ]
    scale = 1.0 if look["vector-effect"] == "non-scaling-stroke" else (sx * sy) ** 0.5
    dashes = () if look["stroke-dasharray"] == "none" else NUMBER.findall(look["stroke-dasharray"])
    return Outline(
        placed,
        fill=None if look["fill"] == "none" else look["fill"],
        fill_opacity=opacity * float(look["fill-opacity"]),
        stroke=None if look["stroke"] == "none" else look["stroke"],
        stroke_opacity=opacity * float(look["stroke-opacity"]),
        stroke_width=scale * float(look["stroke-width"]),
        dashes=tuple(scale * float(length) for length in dashes),
        cap=look["stroke-linecap"],
        join=look["stroke-linejoin"],
        crisp=look["shape-rendering"] == "crispEdges",
    )


def _numbers(element: ET.Element, *names: str) -> list[float]:
    return [float(element.get(name, "0")) for name in names]


def _rectangle(x: float, y: float, width: float, height: float, rx: float) -> list[Piece]:
    r = min(rx, width / 2, height / 2)
    right, bottom = x + width, y + height
    if not r:
        return [("M", (x, y)), ("L", (right, y)), ("L", (right, bottom)), ("L", (x, bottom)), ("Z", ())]
    h = r * (1 - ARC)  # from the corner of the rectangle to the handle of the curve
    return [
        ("M", (x + r, y)),
        ("L", (right - r, y)),
        ("C", (right - h, y, right, y + h, right, y + r)),
        ("L", (right, bottom - r)),
        ("C", (right, bottom - h, right - h, bottom, right - r, bottom)),
        ("L", (x + r, bottom)),
        ("C", (x + h, bottom, x, bottom - h, x, bottom - r)),
        ("L", (x, y + r)),
        ("C", (x, y + h, x + h, y, x + r, y)),
        ("Z", ()),
    ]


def _path(data: str) -> Iterator[Piece]:
    """Spell path data with absolute "M", "L", "C" and "Z" only."""
    x = y = start_x = start_y = 0.0
    for command, said in re.findall(r"([A-Za-z])([^A-Za-z]*(?:[eE][-+]?\d[^A-Za-z]*)*)", data):
        verb, relative = command.upper(), command.islower()
        if verb not in ARGUMENTS:
            raise ValueError(f"the paths of this house have no {command!r}, so no painter knows it")
        numbers = [float(number) for number in NUMBER.findall(said)]
        take = ARGUMENTS[verb]
        if not take:
            yield "Z", ()
            x, y = start_x, start_y
        for first in range(0, len(numbers), take or 1):
            given = numbers[first : first + take]
            if verb in "HV":
                given = [given[0], 0.0 if relative else y] if verb == "H" else [0.0 if relative else x, given[0]]
            if relative:
                given = [n + (y if place % 2 else x) for place, n in enumerate(given)]
            x, y = given[-2:]
            if verb == "M" and first == 0:
                start_x, start_y = x, y
                yield "M", (x, y)
            else:
                yield ("C" if verb == "C" else "L"), tuple(given)


def _words(element: ET.Element, look: dict[str, str], at: Matrix, opacity: float) -> Words:
    sx, sy, dx, dy = at
    runs = [(element.text or "", look["fill"], _is_bold(look["font-weight"]))]
    for span in element:
        weight = span.get("font-weight", look["font-weight"])
        runs.append((span.text or "", span.get("fill", look["fill"]), _is_bold(weight)))
        runs.append((span.tail or "", look["fill"], _is_bold(look["font-weight"])))
    room = element.get("textLength")
    return Words(
        sx * float(element.get("x", "0")) + dx,
        sy * float(element.get("y", "0")) + dy,
        sy * float(look["font-size"]),
        look["text-anchor"],
        [run for run in runs if run[0]],
        opacity * float(look["fill-opacity"]),
        None if room is None else sx * float(room),
        None if look["stroke"] == "none" else (look["stroke"], sy * float(look["stroke-width"])),
    )


def _is_bold(weight: str) -> bool:
    return weight == "bold" or (weight.isdigit() and int(weight) >= 600)
