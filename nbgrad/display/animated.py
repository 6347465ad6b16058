"""The moving picture: an SVG that plays the backward pass by itself, with CSS and nothing else.

Everything that is ever shown lies in the document; style rules switch it on and off. The presentation attributes show
the final frame, so with the style sheet stripped, or where motion is not wanted, it is a still picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbgrad.display import measure, messages, schema, svg, theme
from nbgrad.display.formula import Token
from nbgrad.display.frames import Frame, frames_of, root_of
from nbgrad.display.scene import TOO_MANY, Node, Scene, build
from nbgrad.display.schema import Step

SECONDS = 1.2  # a step
PAUSE = 3.0  # seconds on the final frame before it starts again
MOST_STEPS = 200  # longer passes are shown as a still picture: nobody watches four minutes, and bytes add up
CAPTION_HEIGHT = 74  # px without the sentence
EQUATION_SIZE = 15
SENTENCE_SIZE = 13
LINE_HEIGHT = 18  # of the sentence
WIDEST_EQUATION = 900.0  # px that an equation may ask for; a longer one is written smaller
LEAST_WIDTH = 560.0  # px: a small graph's sentences want some room

_COLOURS = {
    "plain": (theme.FOREGROUND, ""),
    "gradient": (theme.BACKWARD_TEXT, "600"),
    "value": (theme.FORWARD_TEXT, "600"),
    "dim": (theme.DIM, ""),
}


def to_animated_svg(graph: Any, steps: Iterable[Step], direction: str = "LR") -> str:
    """Return an SVG that plays the steps, 1.2 s each, pauses on the final frame and starts again.

    Without steps, with more than 200, or with more nodes than can be drawn, it is the still picture with the final
    gradients. Raises the errors of ``schema.normalise`` and ``schema.check_steps``.

    >>> import networkx as nx
    >>> picture = to_animated_svg(nx.MultiDiGraph([(0, 1)]), [Step(None, 1, None, 1.0, 1.0, 1.0)])
    >>> "@keyframes" in picture, "<script" in picture
    (True, False)
    """
    graph = schema.normalise(graph)
    checked = schema.check_steps(graph, steps)
    final = _with_gradients(graph, checked)
    if len(final) > TOO_MANY or not checked or len(checked) > MOST_STEPS:
        return svg.to_svg(final, direction)
    scene = build(final, direction)
    shown = frames_of(scene, checked)
    clock = _Clock(len(shown))
    top = svg.full_height(scene)
    widest = max(_equation_width(frame.equation) for frame in shown)
    width = round(max(svg.full_width(scene), LEAST_WIDTH, min(widest, WIDEST_EQUATION) + 32), 1)
    sentences = [measure.wrap(frame.sentence, SENTENCE_SIZE, width - 32) for frame in shown]
    body = [
        *(svg.edge_path(edge) for edge in scene.edges.values()),
        *_moving_edges(scene, shown, clock),
        *_boxes(scene, shown, clock),
        *_labels(shown, clock),
        svg.legend(scene) if svg.has_legend(scene) else "",
        *_captions(shown, sentences, clock, top, width),
    ]
    root = schema.label(graph, root_of(checked))
    title = messages.say("played_title", root=measure.clean(root, 60), count=len(shown))
    last = "".join(token.text for token in shown[-1].equation)
    said = messages.say("played_description", root=measure.clean(root, 60), last=last)
    text = "\n".join(part for part in body if part)
    height = top + CAPTION_HEIGHT + LINE_HEIGHT * max(len(lines) for lines in sentences)
    return svg.document(text, width, round(height, 1), title, said, clock.style())


def _with_gradients(graph: Any, steps: list[Step]) -> Any:
    """Return a copy of the graph in which every target has the total of its last step."""
    final = graph.copy()
    for node in final:
        final.nodes[node]["gradient"] = None
    for step in steps:
        if final.nodes[step.target]["kind"] in ("operation", "parameter"):
            final.nodes[step.target]["gradient"] = schema.as_numbers(step.total)
    return final


class _Clock:
    """Hands out class names for "shown from step a to step b" and writes their rules."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.length = count * SECONDS + PAUSE
        self.windows: dict[tuple[int, int | None], str] = {}

    def shown(self, first: int, end: int | None) -> str:
        """Return the class of what is seen from step ``first`` until step ``end`` starts; None: it stays."""
        return self.windows.setdefault((first, end), f"w{first}" if end is None else f"w{first}-{end}")

    def style(self) -> str:
        rules = []
        for (first, end), name in self.windows.items():
            rules.append(self._keyframes(first, end, name))
            rules.append(f"#NGID .{name}{{animation:NGID-{name} {self.length:g}s step-end infinite}}")
        rules.append("@keyframes NGID-flow{to{stroke-dashoffset:-11}}")
        rules.append("#NGID .flow{animation:NGID-flow .6s linear infinite}")
        return "@media (prefers-reduced-motion:no-preference){" + "".join(rules) + "}"

    def _keyframes(self, first: int, end: int | None, name: str) -> str:
        start = self._percent(first)
        rule = "" if start == "0%" else "0%{opacity:0}"
        rule += f"{start}{{opacity:1}}"
        if end is not None:
            rule += f"{self._percent(end)}{{opacity:0}}"
        return f"@keyframes NGID-{name}{{{rule}to{{opacity:{1 if end is None else 0}}}}}"

    def _percent(self, step: int) -> str:
        return f"{100 * step * SECONDS / self.length:.2f}".rstrip("0").rstrip(".") + "%"


def _group(css: str, content: str, final: bool) -> str:
    """Return a group that the clock switches; one that is not part of the final frame is transparent without it."""
    return f'<g class="{css}"{"" if final else " " + HIDDEN}>{content}</g>'


HIDDEN = 'opacity="0"'


def _moving_edges(scene: Scene, shown: list[Frame], clock: _Clock) -> list[str]:
    """Return, for each step with an edge, its flowing look and the look that stays once it is done."""
    edges = {edge.id: edge for edge in scene.edges.values()}
    parts = []
    for number, frame in enumerate(shown):
        if frame.edge is None:
            continue
        data = svg.curve(edges[frame.edge], backwards=True)
        last = number == len(shown) - 1
        live = (
            f'<path class="flow" d="{data}" fill="none" stroke="{theme.BACKWARD}" stroke-width="4" '
            'stroke-linecap="round" stroke-dasharray="2 9"/>'
        )
        parts.append(_group(clock.shown(number, None if last else number + 1), live, last))
        if not last:
            done = (
                f'<path d="{data}" fill="none" stroke="{theme.BACKWARD}" stroke-width="2.2" '
                'stroke-dasharray="7 4" stroke-opacity="0.6"/>'
            )
            parts.append(_group(clock.shown(number + 1, None), done, True))
    return parts


def _labels(shown: list[Frame], clock: _Clock) -> list[str]:
    """Return what floats beside the edges, "× 0.187", over everything else and with a white seam around."""
    seam = f'stroke="{theme.BACKGROUND}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
    parts = []
    for number, frame in enumerate(shown):
        if frame.label:
            x, y = frame.label_at
            said = svg.text(x, y, frame.label, "ng-label", theme.LABEL_SIZE, theme.BACKWARD_TEXT, "600", "middle")
            last = number == len(shown) - 1
            css = clock.shown(number, None if last else number + 1)
            parts.append(_group(css, f"<g {seam}>{said}</g>", last))
    return parts


def _boxes(scene: Scene, shown: list[Frame], clock: _Clock) -> list[str]:
    """Return every node's box, its gradient slot holding all that it ever shows, and its line while it is active."""
    slots: dict[int, list[tuple[int, str]]] = {}
    active: dict[int, list[int]] = {}
    for number, frame in enumerate(shown):
        slots.setdefault(frame.target, []).append((number, frame.gradient))
        if frame.active is not None:
            active.setdefault(frame.active, []).append(number)
    parts = []
    for node in scene.nodes.values():
        frame_line = "".join(_now(node, first, end, len(shown), clock) for first, end in _spans(active.get(node.id)))
        slot = _slot(node, slots.get(node.id), clock)
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


def _now(node: Node, first: int, end: int, count: int, clock: _Clock) -> str:
    last = end == count
    line = (
        f'<rect x="{node.x:g}" y="{node.y:g}" width="{node.width:g}" height="{node.height:g}" rx="10" '
        f'fill="none" stroke="{theme.BACKWARD}" stroke-width="3"/>'
    )
    badge = svg.badge(node.badge, theme.LIVE_BADGE, theme.BACKWARD, 2.4) if node.badge else ""
    return _group(clock.shown(first, None if last else end), line + badge, last)


def _slot(node: Node, contents: list[tuple[int, str]] | None, clock: _Clock) -> str | None:
    """Return what lies in a gradient slot: "not yet" until the first arrival, then each total until the next."""
    if not node.shows_gradient or not contents:
        return None
    first = contents[0][0]
    parts = [_group(clock.shown(0, first), svg.gradient_fragment(node, None), False)] if first > 0 else []
    for place, (number, fragment) in enumerate(contents):
        last = place == len(contents) - 1
        until = None if last else contents[place + 1][0]
        parts.append(_group(clock.shown(number, until), fragment, last))
    return "".join(parts)


def _captions(shown: list[Frame], sentences: list[list[str]], clock: _Clock, top: float, width: float) -> list[str]:
    """Return under the picture, for each step, its number and name, its equation and its sentence."""
    parts = [f'<path d="M16,{top + 2:g}H{width - 16:g}" stroke="{theme.LINE}" stroke-width="1"/>']
    for number, frame in enumerate(shown):
        last = number == len(shown) - 1
        step = messages.say("step", number=number + 1, count=len(shown))
        content = svg.text(16, top + 26, f"{step} · {frame.caption}", "ng-shape", SENTENCE_SIZE, theme.DIM)
        content += equation_text(16, top + 51, frame.equation, width - 32)
        for line, words in enumerate(sentences[number]):
            y = round(top + 76 + LINE_HEIGHT * line, 1)
            content += svg.text(16, y, words, "ng-shape", SENTENCE_SIZE, theme.DIM)
        parts.append(_group(clock.shown(number, None if last else number + 1), content, last))
    return parts


def equation_text(x: float, y: float, tokens: Iterable[Token], room: float) -> str:
    """Return an equation as one line of text, made smaller where it would not fit into ``room`` px."""
    pieces = list(tokens)
    wide = _equation_width(pieces)
    size = EQUATION_SIZE if wide <= room else max(round(EQUATION_SIZE * room / wide, 1), 6)
    spans = []
    for token in pieces:
        colour, weight = _COLOURS[token.role]
        bold = f' font-weight="{weight}"' if weight else ""
        spans.append(f'<tspan fill="{colour}"{bold}>{svg.escape(token.text)}</tspan>')
    more = f'font-size="{size:g}" xml:space="preserve"'
    return f'<text class="ng-equation" x="{x:g}" y="{y:g}" {more}>{"".join(spans)}</text>'


def _equation_width(tokens: Iterable[Token]) -> float:
    return measure.width("".join(token.text for token in tokens), EQUATION_SIZE)
