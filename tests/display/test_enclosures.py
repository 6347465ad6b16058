"""The names of frames: they stand clear of edges."""

import pytest

from nbgrad.display import measure, theme
from nbgrad.display.enclosures import AIR, placed

DOWN = [(80.0, -50.0), (80.0, 90.0)]  # an edge from above, through the upper side of the frame


@pytest.mark.parametrize("name", ["a", "layer 12", "a name of some length", "x" * 500])
def test_an_edge_from_above_runs_past_the_name(name):
    (frame,) = placed({(name,): (0.0, 0.0, 200.0, 90.0)}, 0.0, 0.0, [DOWN])
    right = frame.name_x + measure.width(frame.name, theme.LABEL_SIZE)
    assert frame.name
    assert 0 < frame.name_x < right < 200
    assert right <= 80 - AIR or frame.name_x >= 80 + AIR
    assert frame.name == name or frame.name.endswith("…")


def test_without_an_edge_the_name_begins_at_the_left():
    (frame,) = placed({("layer",): (10.0, 0.0, 200.0, 90.0)}, 0.0, 0.0, [])
    assert (frame.name, frame.name_x) == ("layer", 23.0)
