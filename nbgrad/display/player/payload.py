"""What the page gets: a drawing, the frames of three phases, and everything that can be asked about them. Plain JSON.

``svg`` is the drawing before anything has happened: operations without values, nothing with a gradient. A frame says
which slot (``slot``, ``target``) gets which piece (``fragment``); all that came before stays. So the page can show any
frame from the start, and needs nobody to compute.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from nbgrad.display import measure, messages, schema, svg
from nbgrad.display.formula import Token, mark_weighted, opaque
from nbgrad.display.levels import View
from nbgrad.display.moments import root_of, with_gradients
from nbgrad.display.player.facts import edges_of, nodes_of
from nbgrad.display.player.ghosts import ghosts_of
from nbgrad.display.player.learning import questions_of
from nbgrad.display.player.lost import marked
from nbgrad.display.player.mathematics import set_tokens
from nbgrad.display.player.orders import orders_of
from nbgrad.display.player.paths import routes_of
from nbgrad.display.player.phases import BACKWARD, FORWARD, UPDATE, Frame, frames_of_phases
from nbgrad.display.player.seen import moments_of, seen
from nbgrad.display.player.sizes import LARGEST, MOST_DETAILED, NOTHING, fitted, message_instead, surely_too_large
from nbgrad.display.player.trace import Trace
from nbgrad.display.scene import TOO_MANY, Scene, build
from nbgrad.display.text import to_text

VERSION = 2


def payload_of(
    trace: Trace, before: Trace | None = None, closed: Iterable[schema.Path] = (), largest: int = LARGEST
) -> dict[str, Any]:
    """Return what the player's page is made of.

    before: the trace that was shown first, of the same graph with other numbers. Everything stands where it stood, and
    what has changed leaves a ghost.
    closed: the groups that are one box each, see ``levels``.
    largest: how many bytes it may have as JSON. Where it is larger, it loses what can be spared, see ``sizes``.

    Raises the errors of ``schema.normalise`` and ``schema.check_steps``. A graph that is too large to be drawn gives a
    message and no frames.

    >>> import networkx as nx
    >>> graph = nx.MultiDiGraph([(0, 1)])
    >>> steps = [schema.Step(None, 1, None, 1.0, 1.0, 1.0)]
    >>> payload_of(Trace(graph, steps))["phases"]
    [{'key': 'backward', 'label': 'Backward', 'first': 0, 'count': 1}]
    """
    return payload_seen(*viewed(trace, frozenset(closed)), before, largest)


def payload_seen(
    trace: Trace, view: View, before: Trace | None = None, largest: int = LARGEST, direction: str = "LR"
) -> dict[str, Any]:
    """Return the payload of what is ``viewed`` of a trace. before, largest: as for ``payload_of``; direction: of the
    drawing, "LR" or "TB"."""
    graph = trace.graph
    detailed = len(graph) <= MOST_DETAILED
    names = dict.fromkeys((*opaque(graph), *opaque(view.whole)))  # formulas may speak of what is in a closed group
    trace = replace(trace, opaque=tuple(names), editable=trace.editable if detailed else ())
    root = root_of(list(trace.steps))
    title = measure.clean(schema.label(graph, root), 60) if len(graph) else ""
    made = {"version": VERSION, "language": messages.language(), "title": title}
    if len(graph) > TOO_MANY:
        return {
            **made,
            **NOTHING,
            "svg": svg.too_many(len(graph)),
            "text": to_text(graph),
            "words": messages.interface(),
        }
    if surely_too_large(len(graph), counted(trace), largest):
        return message_instead({**made, "words": messages.interface()})
    first = None if before is None else viewed(before, view.closed)[0]
    scene = replace(build(graph if first is None else first.graph, direction), graph=graph)
    frames = frames_of_phases(scene, trace)
    phases = phases_of(frames)
    lines, line_of = code_of(view)
    moments = moments_of(frames, trace, view)
    words = told(frames, phases) if detailed else ["", messages.say("payload_of_many", most=f"{MOST_DETAILED:,}")]
    payload = {
        **made,
        "text": "\n".join([to_text(with_gradients(graph, trace.steps)), *words]),
        "svg": base_drawing(scene),
        "phases": phases,
        "frames": [
            {**_plain(frame, line_of, trace.opaque, detailed), "moment": moment}
            for frame, moment in zip(frames, moments, strict=True)
        ],
        "start": next((phase["first"] for phase in phases if phase["key"] == BACKWARD), 0),
        "nodes": nodes_of(trace, line_of, detailed),
        "edges": edges_of(trace, frames),
        "paths": routes_of(trace, root, view.whole) if detailed else [],
        "quiz": questions_of(trace, frames, root),
        "orders": orders_of(trace, view) if detailed else [],
        "code": lines,
        "groups": view.groups,
        "ghosts": None if first is None else ghosts_of(scene, trace, first),
        "words": messages.interface(),
    }
    return fitted(payload, largest)


def counted(trace: Trace) -> int:
    """Return about how many frames a trace gives: one for each operation, each step and each parameter that moves."""
    kinds = [kind for _, kind in trace.graph.nodes(data="kind")]
    return kinds.count("operation") + len(trace.steps) + len(trace.updates)


def viewed(trace: Trace, closed: frozenset[schema.Path]) -> tuple[Trace, View]:
    """Return what is to be seen of a trace while these groups are closed, and the view that it is."""
    graph = schema.normalise(trace.graph)
    view = View(graph, closed)
    shown = seen(replace(trace, graph=graph, steps=schema.check_steps(graph, trace.steps)), view)
    mark_weighted(shown.graph, shown.steps)
    return replace(shown, steps=marked(shown.steps, shown.unfit)), view


def phases_of(frames: Sequence[Frame]) -> list[dict[str, Any]]:
    """Return where each phase begins and how many frames it has; one without frames is left out."""
    found = []
    for key in (FORWARD, BACKWARD, UPDATE):
        places = [index for index, frame in enumerate(frames) if frame.phase == key]
        if places:
            found.append({"key": key, "label": messages.say(f"phase_{key}"), "first": places[0], "count": len(places)})
    return found


def code_of(view: View) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """Return the lines of code that made the nodes, in their own order, and for each node its line's index.

    A node in a closed group is marked where that stands; a closed group's own line is that of its last member.
    """
    nodes: dict[tuple[str, int, str], list[int]] = {}
    for node, code in view.whole.nodes(data="code"):
        if code is not None:
            made = nodes.setdefault(code, [])
            if view.shown[node] not in made:
                made.append(view.shown[node])
    ordered = sorted(nodes, key=lambda line: (_natural(line[0]), line[1]))
    place_of = {line: place for place, line in enumerate(ordered)}
    index = {node: place_of[code] for node, code in view.whole.nodes(data="code") if code is not None}
    lines = [
        {
            "where": measure.clean(code[0], 80),
            "line": code[1],
            "text": measure.clean(code[2], 400),
            "nodes": nodes[code],
        }
        for code in ordered
    ]
    return lines, index


def _natural(where: str) -> list[Any]:
    """A key that puts "In [9]" before "In [10]"."""
    return [(int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", where)]


def base_drawing(scene: Scene) -> str:
    """Return the drawing before the forward pass: the leaves have values, the operations have none."""
    empty = scene.graph.copy()
    for node, facts in empty.nodes(data=True):
        if facts["kind"] in ("operation", "group"):
            facts["value"] = None
        facts["gradient"] = facts["problem"] = None
        facts["gone"] = False
        del node
    return with_slots(svg.picture(replace(scene, graph=empty), gradients=False))


def with_slots(picture: str) -> str:
    """Say of each place of a value whose it is, as places of gradients say it already."""
    node = ""
    pieces = re.split(r'(data-node="\d+"|class="ng-values")', picture)
    for place, piece in enumerate(pieces):
        if piece.startswith("data-node"):
            node = piece[len('data-node="') : -1]
        elif piece == 'class="ng-values"':
            pieces[place] = f'{piece} data-value="{node}"'
    return "".join(pieces)


def told(frames: Sequence[Frame], phases: Sequence[dict[str, Any]]) -> list[str]:
    """The frames in words: for screen readers, and wherever no picture is shown."""
    lines = []
    for phase in phases:
        lines += ["", phase["label"]]
        for number, frame in enumerate(frames[phase["first"] : phase["first"] + phase["count"]], 1):
            equation = "".join(token.text for token in frame.equation)
            step = messages.say("step", number=number, count=phase["count"])
            lines += ["", messages.headed(step, equation), frame.sentence]
            if frame.fold:
                lines.append(frame.fold["said"])
    return lines


def in_runs(tokens: Iterable[Token]) -> Iterator[tuple[str, str]]:
    """Join neighbouring pieces of an equation that have one role.

    >>> list(in_runs([Token("y"), Token(" = "), Token("3", "value")]))
    [('y = ', 'plain'), ('3', 'value')]
    """
    for role, run in groupby(tokens, key=lambda token: token.role):
        yield "".join(token.text for token in run), role


def _plain(frame: Frame, line_of: dict[int, int], names: Sequence[str], detailed: bool) -> dict[str, Any]:
    return {
        "phase": frame.phase,
        "caption": frame.caption,
        "active": frame.active,
        "edges": list(frame.edges),
        "label": frame.label,
        "label_at": list(frame.label_at),
        "target": frame.target,
        "slot": frame.slot,
        "fragment": frame.fragment,
        "number": frame.number,
        "math": set_tokens(frame.equation, names) if detailed else "",
        "equation": [{"text": text, "role": role} for text, role in in_runs(frame.equation)],
        "sentence": frame.sentence,
        "spoken": frame.spoken if detailed else None,  # the page speaks the sentence and the number
        "line": None if frame.active is None else line_of.get(frame.active),
        "fold": frame.fold,
        "arrival": frame.arrival,
    }
