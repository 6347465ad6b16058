"""The polylines on which edges run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Point = tuple[float, float]
NEAREST = 4.0  # px between the points of an edge that a label or a name is held against


def closely(route: Sequence[Point]) -> np.ndarray:
    """Return a polyline's points, a row each, with more in between, so that nothing that lies across slips through."""
    corners = np.array(route, dtype=float)
    pieces = [corners[:1]]
    for a, b in pairwise(corners):
        count = int(np.hypot(*(b - a)) // NEAREST) + 1
        pieces.append(a + (np.arange(1, count + 1) / count)[:, None] * (b - a))
    return np.concatenate(pieces)


def along(route: Sequence[Point], share: float) -> tuple[float, float]:
    """Return the point at this share of a polyline's length."""
    lengths = [np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(route)]
    left = share * sum(lengths)
    for (a, b), length in zip(pairwise(route), lengths, strict=True):
        if left <= length and length > 0:
            part = left / length
            return float(a[0] + (b[0] - a[0]) * part), float(a[1] + (b[1] - a[1]) * part)
        left -= length
    return route[-1]
