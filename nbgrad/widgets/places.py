"""Where a player stands after its frames were exchanged. The page does the same, since it may be a step further."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple


class Reached(NamedTuple):
    """How far the pass has come: the same whichever groups are closed.

    phase: its key; "" where there is none. moment: as its frames say it; None is the end of the phase.
    """

    phase: str
    moment: float | None


def reached_at(payload: Mapping[str, Any], frame: int) -> Reached:
    """Return how far the pass has come at a frame. Frames without a ``moment`` have their place in the phase as such.

    >>> frames = [{"moment": moment} for moment in (0, 1, 6)]
    >>> payload = {"phases": [{"key": "backward", "first": 0, "count": 3}], "frames": frames}
    >>> [reached_at(payload, frame).moment for frame in range(3)]
    [0, 1, None]
    """
    phase = next((one for one in payload.get("phases", ()) if 0 <= frame - one["first"] < one["count"]), None)
    if phase is None:
        return Reached("", 0.0)
    place = frame - phase["first"]
    is_end = place == phase["count"] - 1
    return Reached(phase["key"], None if is_end else payload["frames"][frame].get("moment", place))


def frame_reached(payload: Mapping[str, Any], reached: Reached, otherwise: int) -> int:
    """Return the frame at which as much has happened; the first of that phase, where even that is later. Without that
    phase, ``otherwise``.

    >>> frames = [{"moment": moment} for moment in (8, 9, 0, 1, 6)]
    >>> payload = {"phases": [{"key": "backward", "first": 2, "count": 3}], "frames": frames}
    >>> [frame_reached(payload, Reached("backward", moment), 0) for moment in (1, 4, 6, -1)]
    [3, 3, 4, 2]
    """
    phase = next((one for one in payload.get("phases", ()) if one["key"] == reached.phase), None)
    if phase is None:
        return otherwise
    first, count = phase["first"], phase["count"]
    moment = math.inf if reached.moment is None else reached.moment
    places = enumerate(payload["frames"][first : first + count])
    return first + max((place for place, one in places if one.get("moment", place) <= moment), default=0)
