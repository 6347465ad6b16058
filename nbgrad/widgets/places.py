"""Where a player stands after its frames were exchanged. The page does the same, since it may be a step further."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def carried_over(frame: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """Return the frame of ``after`` at which as much has happened as at ``frame`` of ``before``; both are payloads.

    Frames have a ``moment``, by default their place in their phase; the same moment is the same number whichever groups
    are closed. The end of a phase stays its end. Without that phase, the frame is returned as it is.

    >>> phase = {"key": "backward", "first": 0, "count": 3}
    >>> closed = {"phases": [phase], "frames": [{"moment": 0}, {"moment": 1}, {"moment": 6}]}
    >>> opened = {"phases": [{**phase, "count": 9}], "frames": [{"moment": moment} for moment in range(9)]}
    >>> [carried_over(frame, closed, opened) for frame in (0, 1, 2)], carried_over(4, opened, closed)
    ([0, 1, 8], 1)
    """
    known = {phase["key"]: phase for phase in after.get("phases", ())}
    old = next((one for one in before.get("phases", ()) if 0 <= frame - one["first"] < one["count"]), None)
    if old is None or old["key"] not in known:
        return frame
    first, count = (known[old["key"]][key] for key in ("first", "count"))
    if frame == old["first"] + old["count"] - 1:
        return first + count - 1
    moment = before["frames"][frame].get("moment", frame - old["first"])
    now = enumerate(after["frames"][first : first + count])
    return first + max((place for place, one in now if one.get("moment", place) <= moment), default=0)
