"""What the player widget gets, once: a base drawing and the frames, all text made here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbgrad.display import measure, messages, schema, svg
from nbgrad.display.frames import Frame, frames_of, root_of
from nbgrad.display.scene import TOO_MANY, build
from nbgrad.display.schema import Step
from nbgrad.display.text import to_text


def player_payload(graph: Any, steps: Iterable[Step], direction: str = "LR") -> dict[str, Any]:
    """Return the player's data, ready for JSON: title, svg (no gradient filled in), frames and text.

    Raises the errors of ``schema.normalise`` and ``schema.check_steps``.

    >>> import networkx as nx
    >>> steps = [Step(None, 1, None, 1.0, 1.0, 1.0)]
    >>> sorted(player_payload(nx.MultiDiGraph([(0, 1)]), steps))
    ['frames', 'svg', 'text', 'title']
    """
    graph = schema.normalise(graph)
    checked = schema.check_steps(graph, steps)
    title = measure.clean(schema.label(graph, root_of(checked)), 60) if len(graph) else ""
    if len(graph) > TOO_MANY:
        return {"title": title, "svg": svg.too_many(len(graph)), "frames": [], "text": to_text(graph)}
    scene = build(graph, direction)
    played = frames_of(scene, checked)
    return {
        "title": title,
        "svg": svg.picture(scene, gradients=False),
        "frames": [_plain(frame) for frame in played],
        "text": "\n".join([to_text(graph), *_told(played)]),
    }


def _told(played: list[Frame]) -> list[str]:
    """The steps in words: for screen readers, and wherever no picture is shown."""
    told = []
    for number, frame in enumerate(played, 1):
        equation = "".join(token.text for token in frame.equation)
        told += ["", f"{messages.say('step', number=number, count=len(played))}: {equation}", frame.sentence]
    return told


def _plain(frame: Frame) -> dict[str, Any]:
    return {
        "caption": frame.caption,
        "active": frame.active,
        "edge": frame.edge,
        "label": frame.label,
        "label_at": list(frame.label_at),
        "target": frame.target,
        "gradient": frame.gradient,
        "equation": [{"text": token.text, "role": token.role} for token in frame.equation],
        "sentence": frame.sentence,
    }
