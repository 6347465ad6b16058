"""The moving picture: an SVG that plays the backward pass by itself, with CSS and nothing else.

Everything that is ever shown lies in the document; style rules switch it on and off. The presentation attributes show
the final frame, so with the style sheet stripped, or where motion is not wanted, it is a still picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from nbgrad.display import measure, messages, schema, svg, theme
from nbgrad.display.formula import Token
from nbgrad.display.look import Look
from nbgrad.display.moments import Frame, frames_of, root_of, with_gradients
from nbgrad.display.scene import TOO_MANY, Node, Scene, build
from nbgrad.display.schema import Step
from nbgrad.display.theme import Palette

SECONDS = 1.2  # a step
PAUSE = 3.0  # seconds on the final frame before it starts again
MOST_STEPS = 200  # longer passes are shown as a still picture: nobody watches four minutes, and bytes add up
CAPTION_HEIGHT = 74  # px without the sentence
EQUATION_SIZE = 15
SENTENCE_SIZE = 13
LINE_HEIGHT = 18  # of the sentence
WIDEST_EQUATION = 900.0  # px that an equation may ask for; a longer one is written smaller
PAGE = 960.0  # px: a wider picture shrinks on a page, and more so on paper, so its words are larger
LARGEST_WORDS = 2.0  # times their size on a narrow picture
LEAST_WIDTH = 560.0  # px: a small graph's sentences want some room


def to_animated_svg(graph: Any, steps: Iterable[Step], direction: str = "LR", look: Look | None = None) -> str:
    """Return an SVG that plays the steps, 1.2 s each, pauses on the final frame and starts again.

    Without steps, with more than 200, or with more nodes than can be drawn, it is the still picture with the final
    gradients. look: as of ``to_svg``. Raises the errors of ``schema.normalise`` and ``schema.check_steps``.

    >>> import networkx as nx
    >>> picture = to_animated_svg(nx.MultiDiGraph([(0, 1)]), [Step(None, 1, None, 1.0, 1.0, 1.0)])
    >>> "@keyframes" in picture, "<script" in picture
    (True, False)
    """
    return Film(graph, steps, direction, look).svg


class Film:
    """A backward pass as pictures: one that plays by itself, and every frame of it as a still one.

    Everything is laid out when it is first asked for. Raises the errors of ``schema.normalise`` and
    ``schema.check_steps``.

    Attributes:
        graph: the graph with the gradients of the final frame.
        count: how many frames there are, one for each step; 0 where the graph is too large to be drawn.
        plays: whether there is a moving picture: with no frame or more than 200 there is only a still one.

    >>> import networkx as nx
    >>> film = Film(nx.MultiDiGraph([(0, 1)]), [Step(None, 1, None, 1.0, 1.0, 1.0)])
    >>> film.count, film.plays, film.frame(0)[:4]
    (1, True, '<svg')
    """

    def __init__(self, graph: Any, steps: Iterable[Step], direction: str = "LR", look: Look | None = None) -> None:
        graph = schema.normalise(graph)
        self.steps = schema.check_steps(graph, steps)
        self.graph = with_gradients(graph, self.steps)
        self.look = look or Look(direction=direction)
        self.count = 0 if len(graph) > TOO_MANY else len(self.steps)
        self.plays = 0 < self.count <= MOST_STEPS

    def but(self, **options: Any) -> Film:
        """The same pass as pictures with another look: options of ``Look``. Raises OptionError."""
        return Film(self.graph, self.steps, look=self.look.but(**options))

    @property
    def root(self) -> str:
        """What the pass starts from is called."""
        return measure.clean(schema.label(self.graph, root_of(self.steps)), 60) if len(self.graph) else ""

    @property
    def title(self) -> str:
        """What the film is called, and how long it is."""
        return messages.say("played_title", root=self.root, count=self.count)

    @property
    def svg(self) -> str:
        """The picture that plays by itself, where motion is wanted."""
        return self.moving(lambda clock: f"@media (prefers-reduced-motion:no-preference){{{clock.rules()}}}")

    def moving(self, style: Callable[[Clock], str]) -> str:
        """Return the moving picture with the style sheet that ``style`` makes of its clock."""
        if not self.plays:
            return svg.to_svg(self.graph, look=self.look)
        clock = Clock(self.count)
        body = self._body(clock)
        last = "".join(token.text for token in self._frames[-1].equation)
        said = messages.say("played_description", root=self.root, last=last)
        return svg.document(body, *self._size, self.title, said, style(clock), self.look.palette)

    def frame(self, number: int | None = None) -> str:
        """Return frame ``number``, counted from 0, as a still picture; by default the final one.

        Raises IndexError where there is no such frame.
        """
        if not self.count:
            return svg.to_svg(self.graph, look=self.look)
        number = range(self.count)[-1 if number is None else number]
        shown = self._frames[number]
        title = messages.headed(self.title, messages.say("step", number=number + 1, count=self.count))
        said = "".join(token.text for token in shown.equation) + f". {shown.sentence}"
        return svg.document(self._body(_Moment(number)), *self._size, title, said, paint=self.look.palette)

    @cached_property
    def _scene(self) -> Scene:
        return build(self.graph, look=self.look)

    @cached_property
    def _frames(self) -> list[Frame]:
        return frames_of(self._scene, self.steps)

    @cached_property
    def _size(self) -> tuple[float, float]:
        """Width and height in px of the drawing with the words under it."""
        widest = max(_equation_width(frame.equation) for frame in self._frames)
        width = round(max(svg.full_width(self._scene), LEAST_WIDTH, min(widest, WIDEST_EQUATION) + 32), 1)
        lines = max(len(_words(frame, width)) for frame in self._frames)
        words = (CAPTION_HEIGHT + LINE_HEIGHT * lines) * enlarged(width)
        return width, round(svg.full_height(self._scene) + words, 1)

    def _captions(self, sentences: list[list[str]], clock: _AnyClock) -> list[str]:
        width, top, paint = self._size[0], svg.full_height(self._scene), self.look.palette
        times = enlarged(width)
        if times == 1:
            return _captions(self._frames, sentences, clock, top, width, paint)
        larger = _captions(self._frames, sentences, clock, 0, width / times, paint)
        return [f'<g transform="translate(0,{top:g}) scale({times:g})">', *larger, "</g>"]

    def _body(self, clock: _AnyClock) -> str:
        """Return everything on the picture that the clock lets be seen."""
        scene, shown, width, paint = self._scene, self._frames, self._size[0], self.look.palette
        sentences = [_words(frame, width) for frame in shown]
        parts = [
            *svg.enclosures(scene.groups, paint),
            *(svg.edge_path(edge, paint=paint) for edge in scene.edges.values()),
            *_moving_edges(scene, shown, clock),
            *_boxes(scene, shown, clock),
            *_labels(shown, clock, paint),
            svg.legend(scene) if svg.has_legend(scene) else "",
            *self._captions(sentences, clock),
        ]
        return "\n".join(part for part in parts if part)


class Clock:
    """Hands out class names for "shown from step a to step b" and writes their rules."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.length = count * SECONDS + PAUSE
        self.windows: dict[tuple[int, int | None], str] = {}

    def shown(self, first: int, end: int | None, content: str) -> str:
        """Return what is seen from step ``first`` until step ``end`` starts, as a group that the rules switch.

        None: it stays. What is not part of the final frame is transparent without the rules.
        """
        css = self.windows.setdefault((first, end), f"w{first}" if end is None else f"w{first}-{end}")
        return f'<g class="{css}"{"" if end is None else " " + HIDDEN}>{content}</g>'

    def rules(self) -> str:
        """Return the style rules of everything that was handed out."""
        rules = []
        for (first, end), name in self.windows.items():
            rules.append(self._keyframes(first, end, name))
            rules.append(f"#NGID .{name}{{animation:NGID-{name} {self.length:g}s step-end infinite}}")
        rules.append("@keyframes NGID-flow{to{stroke-dashoffset:-11}}")
        rules.append("#NGID .flow{animation:NGID-flow .6s linear infinite}")
        return "".join(rules)

    def _keyframes(self, first: int, end: int | None, name: str) -> str:
        start = self._percent(first)
        rule = "" if start == "0%" else "0%{opacity:0}"
        rule += f"{start}{{opacity:1}}"
        if end is not None:
            rule += f"{self._percent(end)}{{opacity:0}}"
        return f"@keyframes NGID-{name}{{{rule}to{{opacity:{1 if end is None else 0}}}}}"

    def _percent(self, step: int) -> str:
        return f"{100 * step * SECONDS / self.length:.2f}".rstrip("0").rstrip(".") + "%"


class _Moment:
    """A clock that stands still: only what is seen at one step is there at all."""

    def __init__(self, step: int) -> None:
        self.step = step

    def shown(self, first: int, end: int | None, content: str) -> str:
        return content if first <= self.step and (end is None or self.step < end) else ""


_AnyClock = Clock | _Moment
HIDDEN = 'opacity="0"'


def _until(number: int, shown: list[Frame]) -> int | None:
    """Return the step at which frame ``number`` ends; None: it is the last and stays."""
    return number + 1 if number + 1 < len(shown) else None


def _moving_edges(scene: Scene, shown: list[Frame], clock: _AnyClock) -> list[str]:
    """Return, for each step with an edge, its flowing look and the look that stays once it is done."""
    edges = {edge.id: edge for edge in scene.edges.values()}
    parts = []
    for number, frame in enumerate(shown):
        if frame.edge is None:
            continue
        data = svg.curve(edges[frame.edge], backwards=True)
        until = _until(number, shown)
        live = (
            f'<path class="flow" d="{data}" fill="none" stroke="{theme.BACKWARD}" stroke-width="4" '
            'stroke-linecap="round" stroke-dasharray="2 9"/>'
        )
        parts.append(clock.shown(number, until, live))
        if until is not None:
            done = (
                f'<path d="{data}" fill="none" stroke="{theme.BACKWARD}" stroke-width="2.2" '
                'stroke-dasharray="7 4" stroke-opacity="0.6"/>'
            )
            parts.append(clock.shown(until, None, done))
    return parts


def _labels(shown: list[Frame], clock: _AnyClock, paint: Palette) -> list[str]:
    """Return what floats beside the edges, "× 0.187", over everything else and with a seam of the ground around."""
    seam = f'stroke="{paint.background}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
    parts = []
    for number, frame in enumerate(shown):
        if frame.label:
            x, y = frame.label_at
            said = svg.text(x, y, frame.label, "ng-label", theme.LABEL_SIZE, paint.backward_text, "600", "middle")
            width = round(measure.width(frame.label, theme.LABEL_SIZE), 1)
            ground = (  # where the label stands on its edge, no dash of it is read as a sign
                f'<rect x="{x - width / 2:g}" y="{y - 10:g}" width="{width:g}" height="13" rx="3" '
                f'fill="{paint.background}"/>'
            )
            parts.append(clock.shown(number, _until(number, shown), f"{ground}<g {seam}>{said}</g>"))
    return parts


def _boxes(scene: Scene, shown: list[Frame], clock: _AnyClock) -> list[str]:
    """Return every node's box, its gradient slot holding all that it ever shows, and its line while it is active."""
    slots: dict[int, list[tuple[int, str]]] = {}
    active: dict[int, list[int]] = {}
    for number, frame in enumerate(shown):
        slots.setdefault(frame.target, []).append((number, frame.gradient))
        if frame.active is not None:
            active.setdefault(frame.active, []).append(number)
    parts, paint = [], scene.look.palette
    for node in scene.nodes.values():
        frame_line = "".join(_now(node, window, len(shown), clock, paint) for window in _spans(active.get(node.id)))
        slot = _slot(node, slots.get(node.id), clock, scene.look)
        parts.append(svg.box(scene, node, slot, frame_line))
    return parts


def _spans(numbers: list[int] | None) -> list[tuple[int, int]]:
    """Join neighbouring steps: [1, 2, 5] gives (1, 3), (5, 6)."""
    spans: list[tuple[int, int]] = []
    for number in numbers or ():
        if spans and spans[-1][1] == number:
            spans[-1] = (spans[-1][0], number + 1)
        else:
            spans.append((number, number + 1))
    return spans


def _now(node: Node, window: tuple[int, int], count: int, clock: _AnyClock, paint: Palette) -> str:
    """Return the line around a box, and its badge, while it is active: from one step until before another."""
    first, end = window
    line = (
        f'<rect x="{node.x:g}" y="{node.y:g}" width="{node.width:g}" height="{node.height:g}" rx="10" '
        f'fill="none" stroke="{theme.BACKWARD}" stroke-width="3"/>'
    )
    badge = svg.badge(node.badge, paint.live_badge, theme.BACKWARD, 2.4, paint) if node.badge else ""
    return clock.shown(first, None if end == count else end, line + badge)


def _slot(node: Node, contents: list[tuple[int, str]] | None, clock: _AnyClock, look: Look) -> str | None:
    """Return what lies in a gradient slot: "not yet" until the first arrival, then each total until the next."""
    if not node.shows_gradient or not contents:
        return None
    first = contents[0][0]
    absent = svg.gradient_fragment(node, None, look.palette, look.digits)
    parts = [clock.shown(0, first, absent)] if first > 0 else []
    for place, (number, fragment) in enumerate(contents):
        until = None if place == len(contents) - 1 else contents[place + 1][0]
        parts.append(clock.shown(number, until, fragment))
    return "".join(parts)


def enlarged(width: float) -> float:
    """Return how many times larger the words under a picture of this width are, so that they can be read on paper.

    >>> enlarged(600.0), enlarged(1440.0), enlarged(3000.0)
    (1.0, 1.5, 2.0)
    """
    return round(min(max(width / PAGE, 1.0), LARGEST_WORDS), 3)


def _words(frame: Frame, width: float) -> list[str]:
    """Return the lines of a sentence under a picture of this width."""
    return measure.wrap(frame.sentence, SENTENCE_SIZE, width / enlarged(width) - 32)


def _captions(
    shown: list[Frame], sentences: list[list[str]], clock: _AnyClock, top: float, width: float, paint: Palette
) -> list[str]:
    """Return under the picture, for each step, its number and name, its equation and its sentence."""
    parts = [f'<path d="M16,{top + 2:g}H{width - 16:g}" stroke="{paint.line}" stroke-width="1"/>']
    for number, frame in enumerate(shown):
        step = messages.say("step", number=number + 1, count=len(shown))
        content = svg.text(16, top + 26, f"{step} · {frame.caption}", "ng-shape", SENTENCE_SIZE, paint.dim)
        content += equation_text(16, top + 51, frame.equation, width - 32, paint)
        for line, words in enumerate(sentences[number]):
            y = round(top + 76 + LINE_HEIGHT * line, 1)
            content += svg.text(16, y, words, "ng-shape", SENTENCE_SIZE, paint.dim)
        parts.append(clock.shown(number, _until(number, shown), content))
    return parts


def equation_text(x: float, y: float, tokens: Iterable[Token], room: float, paint: Palette) -> str:
    """Return an equation as one line of text, made smaller where it would not fit into ``room`` px."""
    pieces = list(tokens)
    wide = _equation_width(pieces)
    size = EQUATION_SIZE if wide <= room else max(round(EQUATION_SIZE * room / wide, 1), 6)
    colours = {
        "plain": (paint.foreground, ""),
        "gradient": (paint.backward_text, "600"),
        "value": (paint.forward_text, "600"),
        "dim": (paint.dim, ""),
    }
    spans = []
    for token in pieces:
        colour, weight = colours[token.role]
        bold = f' font-weight="{weight}"' if weight else ""
        spans.append(f'<tspan fill="{colour}"{bold}>{svg.escape(token.text)}</tspan>')
    more = f'font-size="{size:g}" xml:space="preserve"'
    return f'<text class="ng-equation" x="{x:g}" y="{y:g}" {more}>{"".join(spans)}</text>'


def _equation_width(tokens: Iterable[Token]) -> float:
    return measure.width("".join(token.text for token in tokens), EQUATION_SIZE)
