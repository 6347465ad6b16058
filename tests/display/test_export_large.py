"""Files of pictures that are very large, and numbers that are no resolution."""

import io
import re
import zlib

import numpy as np
import pytest
from graphs import square_graph
from matplotlib import image

from nbgrad.display import Film, OptionError, to_svg
from nbgrad.display.export import TooManyPixelsError, to_gif, to_pdf, to_png


def pixels(png):
    """Rows, columns and colours from 0 to 1 of a PNG."""
    return image.imread(io.BytesIO(png), format="png")[..., :3]


@pytest.mark.parametrize("dpi", [0, -1, 9.9, float("nan"), "a", "96", True, [96], 96j])
def test_what_is_no_resolution_is_told_so(dpi):
    svg = to_svg(square_graph()[0])
    with pytest.raises(OptionError, match=r"^dpi=.* means nothing here\. Use a number of dots per inch from 10"):
        to_png(svg, dpi=dpi)
    with pytest.raises(OptionError, match=r"^dpi="):
        to_gif(Film(*square_graph()), dpi=dpi)


@pytest.mark.parametrize("seconds", [0, "a", True, float("nan"), None])
def test_what_is_no_time_is_told_so(seconds):
    with pytest.raises(OptionError, match=r"^seconds=.* from 0\.05 to 60"):
        to_gif(Film(*square_graph()), seconds=seconds)


WIDE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} 100"><rect x="{1}" y="20" width="{2}" height="60" '
    'fill="#d55e00"/><text x="{1}" y="60" font-size="24" fill="#000000">words</text></svg>'
)


def test_a_wide_picture_has_fewer_dots_unless_told_otherwise():
    svg = WIDE.format(100_000, 50_000, 25_000)
    painted = pixels(to_png(svg))
    assert painted.shape[1] == 65_000
    coloured = np.nonzero((painted[painted.shape[0] // 3] != 1).any(axis=1))[0]
    assert coloured.min() == pytest.approx(32_500, abs=2)
    assert coloured.max() == pytest.approx(48_750, abs=2)
    with pytest.raises(TooManyPixelsError, match="from 10 to 62"):
        to_png(svg, dpi=96)


@pytest.mark.parametrize("width", [19_000, 60_000, 400_000])
def test_a_page_is_no_longer_than_readers_show(width):
    page = to_pdf(WIDE.format(width, width / 2, width / 4))
    (box,) = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", page)
    wide, high = map(float, box)
    assert wide == pytest.approx(min(width * 0.75, 14_400))
    assert high == pytest.approx(wide * 100 / width)
    content = zlib.decompress(re.findall(rb"stream\r?\n(.*?)\r?\nendstream", page, re.DOTALL)[0])
    across = {float(x) for x in re.findall(rb"([-\d.]+) [-\d.]+ [ml]\s", content)} - {0.0, wide}
    assert min(across) == pytest.approx(wide * 0.5, rel=1e-3)
    assert max(across) == pytest.approx(wide * 0.75, rel=1e-3)
