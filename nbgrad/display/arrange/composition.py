"""Everything together: drawings inside drawings, pieces side by side, and routes from end to end.

A value that is used in another group passes the borders of frames. It passes each border once, at one port, however
many operations use it behind the border; so the parts of a route are links of drawings, found by the value:

    x → exit port of x's frame | that frame's pin → pin of the user's frame | entry port → user
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .columns import Link
from .drawing import PORT, Box, Drawing, Padding, drawn
from .nesting import OUTSIDE, Frame, Path, nested
from .packing import connected_pieces, shelves
from .ranks import Edge, without_cycles
from .routes import LOOP, Point, curve, loop
from .untwisting import twins

IN, OUT = -1, -2  # as an end of a part: the frame's port of the value


@dataclass
class Composition:
    """Centres of the nodes, curves of the edges, (left, top, right, bottom) of the frames, width and height."""

    centres: list[Point]
    curves: list[list[Point]]
    frames: dict[Path, tuple[float, float, float, float]]
    width: float
    height: float


class Part(NamedTuple):
    """A piece of a route inside one frame, between things (nodes, frames) of it. value: the node whose value runs."""

    frame: int
    source: int
    target: int
    value: int


@dataclass
class _Content:
    """What one frame holds, before it is drawn."""

    things: list[int] = field(default_factory=list)
    parts: dict[Part, int] = field(default_factory=dict)  # and how many parallel edges each stands for


def compose(
    edges: Sequence[Edge],
    boxes: Sequence[tuple[float, float]],
    paths: Sequence[Path],
    padding: Padding,
    spacing: float,
) -> Composition:
    """Lay out nodes 0..len(boxes)-1 from left to right. boxes: (along, across); paths: the groups of each node."""
    weights = without_cycles(len(boxes), edges)
    frames, home = nested(len(boxes), weights, paths)
    routes = {edge: _route(edge, len(boxes), frames, home) for edge in weights}
    contents = _contents(len(boxes), frames, home, routes, weights)
    sheet = _Sheet(_roomy(edges, boxes), contents, padding, spacing)
    for number in reversed(range(len(frames))):
        sheet.draw(number)
    width, height = sheet.draw_outside()
    for number in range(len(frames)):
        sheet.place_members(number)
    centres = [sheet.at[node] for node in range(len(boxes))]
    curves = _curves(edges, centres, boxes, {edge: sheet.strands(parts) for edge, parts in routes.items()})
    return Composition(centres, curves, {frame.path: sheet.border(k) for k, frame in enumerate(frames)}, width, height)


def _roomy(edges: Sequence[Edge], boxes: Sequence[tuple[float, float]]) -> list[Box]:
    """The boxes with the room that their loops need."""
    loops = [0] * len(boxes)
    for u, v in edges:
        loops[u] += u == v
    return [
        Box(width + 2 * LOOP * count, height + 2 * LOOP * count, width)
        for (width, height), count in zip(boxes, loops, strict=True)
    ]


def _route(edge: Edge, count: int, frames: Sequence[Frame], home: Sequence[int]) -> list[Part]:
    """The parts of an edge's route, from source to target. As a thing, frame k has the number count + k."""
    u, v = edge
    out, into = _around(u, frames, home), _around(v, frames, home)
    while out and into and out[-1] == into[-1]:
        out.pop()
        into.pop()
    outermost = [*out[-1:], *into[-1:]]
    shared = frames[outermost[0]].parent if outermost else home[u]
    parts = []
    source = u
    for frame in out:
        parts.append(Part(frame, source, OUT, u))
        source = count + frame
    for inner in reversed(into):
        parts.append(Part(shared, source, count + inner, u))
        shared, source = inner, IN
    return [*parts, Part(shared, source, v, u)]


def _around(node: int, frames: Sequence[Frame], home: Sequence[int]) -> list[int]:
    """The frames around a node, the innermost first."""
    found = []
    frame = home[node]
    while frame != OUTSIDE:
        found.append(frame)
        frame = frames[frame].parent
    return found


def _contents(
    count: int,
    frames: Sequence[Frame],
    home: Sequence[int],
    routes: dict[Edge, list[Part]],
    weights: dict[Edge, int],
) -> dict[int, _Content]:
    """What each frame holds, things in the order of their first nodes."""
    contents = {number: _Content() for number in [OUTSIDE, *range(len(frames))]}
    known = [False] * len(frames)
    for node in range(count):
        contents[home[node]].things.append(node)
        for frame in _around(node, frames, home):
            if not known[frame]:
                known[frame] = True
                contents[frames[frame].parent].things.append(count + frame)
    for edge, parts in routes.items():
        for part in parts:
            contents[part.frame].parts[part] = weights[edge] if part.target == edge[1] else 1
    return contents


class _Sheet:
    """The drawings, and where everything in them stands. Drawings are numbered like their frames; the pieces that
    stand in no frame have the numbers -1, -2, ..."""

    def __init__(self, boxes: Sequence[Box], contents: dict[int, _Content], padding: Padding, spacing: float) -> None:
        self.count = len(boxes)
        self.contents, self.padding, self.spacing = contents, padding, spacing
        self.boxes = dict(enumerate(boxes))  # by thing
        self.pins: dict[tuple[int, int, int], int] = {}  # (thing, IN or OUT, value) -> number of the pin on that side
        self.ports: dict[tuple[int, int, int], int] = {}  # (thing, IN or OUT, pin) -> that port in the thing's drawing
        self.links: dict[Part, tuple[int, Link]] = {}  # number of the drawing, and the link in it
        self.drawings: dict[int, Drawing] = {}
        self.corners: dict[int, Point] = {}  # of the drawings, on the sheet
        self.at: dict[int, Point] = {}  # by thing: its centre on the sheet
        self.known: dict[tuple[object, ...], Drawing] = {}  # what is repeated is drawn once

    def draw(self, number: int) -> None:
        """Draw a frame; from then on it is a box. Frames inside it must be boxes already."""
        content = self.contents[number]
        ins = sorted({part.value: None for part in content.parts if part.source == IN})
        outs = sorted({part.value: None for part in content.parts if part.target == OUT})
        drawing = self._drawn(number, content, ins, outs)
        thing, inner = self.count + number, len(content.things)
        middle = drawing.extent[1] / 2
        sides = []
        for side, values, first in ((OUT, outs, inner + len(ins)), (IN, ins, inner)):
            ports = sorted((drawing.centres[first + k][1], k) for k in range(len(values)))
            self.pins.update({(thing, side, values[k]): pin for pin, (_, k) in enumerate(ports)})
            self.ports.update({(thing, side, pin): first + k for pin, (_, k) in enumerate(ports)})
            sides.append(tuple(round(y - middle, 1) for y, _ in ports))
        width, height = drawing.extent
        alike = twins(self._ways(thing, content, len(ins)))
        self.boxes[thing] = Box(width, height, width, exits=sides[0], entries=sides[1], is_group=True, twins=alike)

    def _ways(self, thing: int, content: _Content, entering: int) -> list[tuple[object, ...]]:
        """Where each of a frame's entries leads."""
        ways: list[tuple[object, ...]] = [()] * entering
        for part, weight in content.parts.items():
            if part.source == IN:
                _, (_, _, target, entry) = self.links[part]
                ways[self.pins[thing, IN, part.value]] += ((target, entry, weight),)
        return ways

    def draw_outside(self) -> tuple[float, float]:
        """Draw what stands in no frame, in pieces side by side; return width and height of everything."""
        content = self.contents[OUTSIDE]
        local = {thing: k for k, thing in enumerate(content.things)}
        ends = [(local[part.source], local[part.target]) for part in content.parts]
        pieces = connected_pieces(len(local), ends)
        piece_of = {content.things[k]: number for number, piece in enumerate(pieces) for k in piece}
        shares = [_Content([content.things[k] for k in piece]) for piece in pieces]
        for part, weight in content.parts.items():
            shares[piece_of[part.source]].parts[part] = weight
        numbers = range(OUTSIDE, OUTSIDE - len(pieces), -1)
        extents = [self._drawn(*numbered).extent for numbered in zip(numbers, shares, strict=True)]
        corners, width, height = shelves(extents)
        for number, share, corner in zip(numbers, shares, corners, strict=True):
            self._place(number, share.things, corner)
        return width, height

    def _drawn(self, number: int, content: _Content, ins: Sequence[int] = (), outs: Sequence[int] = ()) -> Drawing:
        inner = len(content.things)
        local = {thing: k for k, thing in enumerate(content.things)}
        enters = {value: inner + k for k, value in enumerate(ins)}
        leaves = {value: inner + len(ins) + k for k, value in enumerate(outs)}
        link_of: dict[Part, Link] = {}
        for part in content.parts:
            source = enters[part.value] if part.source == IN else local[part.source]
            target = leaves[part.value] if part.target == OUT else local[part.target]
            exit_ = self.pins.get((part.source, OUT, part.value), 0)
            link_of[part] = (source, exit_, target, self.pins.get((part.target, IN, part.value), 0))
        links = {link_of[part]: weight for part, weight in content.parts.items()}
        boxes = [self.boxes[thing] for thing in content.things] + [PORT] * (len(ins) + len(outs))
        padding = None if number <= OUTSIDE else self.padding
        same = (tuple(boxes), tuple(links.items()), len(ins), len(outs), padding)
        if same not in self.known:
            self.known[same] = drawn(boxes, links, self.spacing, len(ins), len(outs), padding)
        drawing = self.drawings[number] = self.known[same]
        for part, link in link_of.items():
            self.links[part] = (number, drawing.becomes[link])
            if drawing.becomes[link] != link:
                self._enter_elsewhere(part.target, part.value, drawing.becomes[link][3])
        return drawing

    def _enter_elsewhere(self, thing: int, value: int, entry: int) -> None:
        """Let a value enter a drawn frame by a twin of its entry."""
        frame = thing - self.count
        for part in self.contents[frame].parts:
            if part.source == IN and part.value == value:
                self.links[part] = (frame, (self.ports[thing, IN, entry], *self.links[part][1][1:]))

    def place_members(self, number: int) -> None:
        """Give what stands in a frame its place. The frame itself must have one."""
        x, y = self.at[self.count + number]
        width, height = self.drawings[number].extent
        self._place(number, self.contents[number].things, (round(x - width / 2, 1), round(y - height / 2, 1)))

    def _place(self, number: int, things: Sequence[int], corner: Point) -> None:
        self.corners[number] = corner
        for thing, centre in zip(things, self.drawings[number].centres, strict=False):  # ports are no things
            self.at[thing] = _moved(centre, corner)

    def border(self, number: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a frame on the sheet."""
        left, top, right, bottom = self.drawings[number].frame
        corner = self.corners[number]
        return *_moved((left, top), corner), *_moved((right, bottom), corner)

    def strands(self, route: Sequence[Part]) -> list[list[Point]]:
        """Stations of each parallel edge of a route. They part behind the last border only."""
        number, link = self.links[route[-1]]
        return [self._joined(route, strand) for strand in range(len(self.drawings[number].strands[link]))]

    def _joined(self, route: Sequence[Part], strand: int) -> list[Point]:
        points: list[Point] = []
        for part in route:
            number, link = self.links[part]
            strands = self.drawings[number].strands[link]
            own = [_moved(point, self.corners[number]) for point in strands[strand if part is route[-1] else 0]]
            if part.source == IN:
                points.pop()  # the point on the border is the port's
            elif points:
                own = own[1:]
            points += own
        return points


def _moved(point: Point, by: Point) -> Point:
    return round(point[0] + by[0], 1), round(point[1] + by[1], 1)


def _curves(
    edges: Sequence[Edge],
    centres: Sequence[Point],
    boxes: Sequence[tuple[float, float]],
    strands: dict[Edge, list[list[Point]]],
) -> list[list[Point]]:
    """The control points of each edge: parallel edges take their strands in turn, turned edges run backwards."""
    looped = [0] * len(boxes)
    curves = []
    for u, v in edges:
        if u == v:
            curves.append(loop(*centres[u], *boxes[u], looped[u]))
            looped[u] += 1
        elif (u, v) in strands:
            curves.append(curve(strands[u, v].pop(0)))
        else:
            curves.append(curve(strands[v, u].pop(0))[::-1])
    return curves
