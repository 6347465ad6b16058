"""What goes to the page stays small enough to be sent, and to be kept in a notebook's file.

A notebook keeps the state of its widgets, so that a player works without a kernel; and a server may refuse long
messages. Where a payload is too long, it loses what can be spared, one thing after the other: the cells of the small
pictures, then formulas set as mathematics and what teaches beside the pass, in the end everything but a message.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from nbgrad.display import measure, svg
from nbgrad.display.elements import text
from nbgrad.display.look import DEFAULT
from nbgrad.display.messages import say
from nbgrad.display.thumbnail import emptied

Payload = dict[str, Any]
LEAST_OF_NODE, LEAST_OF_FRAME = 1200, 1100  # bytes, without details: measured on graphs of single numbers
MOST_DETAILED = 300  # nodes. Of more, formulas are not set as mathematics, and what teaches beside the pass is left out
# from the start: it would take seconds, only to be too large to be sent
LARGEST = 6_000_000  # bytes. JupyterLab's server takes up to 10 MB in a message


def size(payload: Payload) -> int:
    """Return how many bytes a payload has when it is sent.

    >>> size({"name": "∂"})
    15
    """
    return len(json.dumps(payload, ensure_ascii=False, allow_nan=False).encode())


def surely_too_large(nodes: int, frames: int, largest: int = LARGEST) -> bool:
    """Tell, before anything is made, whether even the least that so many nodes and frames need cannot be sent.

    >>> surely_too_large(1000, 3000), surely_too_large(1400, 4200)
    (False, True)
    """
    return nodes > MOST_DETAILED and nodes * LEAST_OF_NODE + frames * LEAST_OF_FRAME > largest


def fitted(payload: Payload, largest: int = LARGEST) -> Payload:
    """Return a payload without what makes it larger than ``largest`` bytes; what has been left out is said.

    >>> fitted({"svg": "", "text": "x", "frames": []}, 1000)
    {'svg': '', 'text': 'x', 'frames': []}
    """
    if size(payload) <= largest:
        return payload
    reduced = payload
    for reduce in (without_thumbnails, without_details):
        reduced = reduce(reduced)
        if size(reduced) <= largest:
            return reduced
    return message_instead(payload)


def without_thumbnails(payload: Payload) -> Payload:
    """Return a payload in which the small pictures of arrays are empty frames."""
    ghosts = payload["ghosts"]
    return _told("payload_without_thumbnails", payload) | {
        "svg": emptied(payload["svg"]),
        "frames": [_without_cells(frame) for frame in payload["frames"]],
        "ghosts": ghosts and {slot: _each(emptied, pieces) for slot, pieces in ghosts.items()},
    }


def _without_cells(frame: Payload) -> Payload:
    fold, arrival = frame["fold"], frame["arrival"]
    return frame | {
        "fragment": emptied(frame["fragment"]),
        "fold": fold and fold | {"fragment": emptied(fold["fragment"]), "result": emptied(fold["result"])},
        "arrival": arrival and arrival | {"pieces": arrival["pieces"] and [emptied(x) for x in arrival["pieces"]]},
    }


def without_details(payload: Payload) -> Payload:
    """Return a payload without what stands beside the pass itself: mathematics (the equations stay), paths, orders.

    Questions stay, since they are short.
    """
    return _told("payload_without_details", payload) | {
        "frames": [frame | {"math": ""} for frame in payload["frames"]],
        "nodes": _each(_without_math, payload["nodes"]),
        "paths": [],
        "orders": [],
    }


def _without_math(node: Payload) -> Payload:
    return node | {"math": "", "locals": [local | {"math": ""} for local in node["locals"]]}


def _each(change: Callable[[Any], Any], pieces: dict[str, Any]) -> dict[str, Any]:
    return {key: change(piece) for key, piece in pieces.items()}


def _told(key: str, payload: Payload) -> Payload:
    return payload | {"text": f"{payload['text']}\n\n{say(key)}"}


def message_instead(payload: Payload) -> Payload:
    """Return a payload that holds nothing but the message that the graph is too large to be played."""
    said = say("payload_too_large")
    return payload | NOTHING | {"svg": message(said), "text": said}


NOTHING: Payload = {
    "phases": [],
    "frames": [],
    "start": 0,
    "nodes": {},
    "edges": {},
    "paths": [],
    "quiz": [],
    "orders": [],
    "code": [],
    "groups": [],
    "ghosts": None,
}


def message(said: str) -> str:
    """Return a picture of a sentence."""
    width = round(measure.width(said, 15) + 40, 1)
    body = text(20, 34, said, "ng-name", 15, DEFAULT.palette.foreground)
    return svg.document(body, width, 56, said, said)
