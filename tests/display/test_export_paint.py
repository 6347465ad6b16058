"""Pictures painted by Matplotlib: the same as in a browser, the same every time, and nothing of the user's touched."""

import io
import subprocess
import sys
import warnings

import networkx as nx
import numpy as np
import pytest
from graphs import _add, matrix_graph, scalar_graph, square_graph
from matplotlib import image
from matplotlib.font_manager import fontManager

from nbgrad.display import Film, Look, to_svg
from nbgrad.display.export import MissingGlyphWarning, TooManyPixelsError, painter, to_gif, to_pdf, to_png
from nbgrad.display.export.shapes import Outline, Words, read

DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">{}</svg>'


def pixels(png):
    """Rows, columns and colours from 0 to 1 of a PNG."""
    return image.imread(io.BytesIO(png), format="png")[..., :3]


def gaps_graph():
    """A graph in which something is wrong: a NaN arises, with its mark and its crossed out cells."""
    graph = nx.MultiDiGraph()
    x = _add(graph, "parameter", "x", np.array([[1.0, -1.0], [0.0, 2.0]]), gradient=np.eye(2))
    _add(graph, "operation", "y", np.array([[0.0, np.nan], [np.inf, 1.0]]), op="log", symbol="log", inputs=(x,))
    graph.nodes[1]["problem"] = "NaN"
    return graph


def graphs():
    return {
        "scalars": scalar_graph(True)[0],
        "matrices": matrix_graph(True)[0],
        "gaps": gaps_graph(),
        "foreign": nx.DiGraph([("x", "y"), ("x", "a longer name")]),
    }


# ---- reading
@pytest.mark.parametrize("name", graphs())
@pytest.mark.parametrize("look", [Look(), Look(direction="TB", theme="dark", heat=True)])
def test_everything_on_the_pictures_is_read(name, look):
    sheet = read(to_svg(graphs()[name], look=look))
    assert sheet.title
    assert any(isinstance(shape, Words) for shape in sheet.shapes)


@pytest.mark.parametrize(
    "unknown", ["<ellipse rx='3'/>", "<path d='M0,0Q1,1 2,2'/>", "<g transform='rotate(3)'><path d='M0,0'/></g>"]
)
def test_what_is_not_known_is_not_left_out_in_silence(unknown):
    with pytest.raises(ValueError, match="no painter knows it"):
        read(DRAWN.format(unknown))


def test_groups_hand_down_their_place_and_their_look():
    inside = '<g transform="translate(10,5)" opacity="0.5" stroke="#112233"><g transform="scale(2,4)">{}</g></g>'
    (shape,) = read(DRAWN.format(inside.format('<path d="m1 1h3v-1z" opacity="0.5" fill="none"/>'))).shapes
    assert isinstance(shape, Outline)
    assert shape.pieces == [("M", (12, 9)), ("L", (18, 9)), ("L", (18, 5)), ("Z", ())]
    assert (shape.stroke, shape.stroke_opacity, shape.fill) == ("#112233", 0.25, None)


def test_what_is_transparent_is_not_there():
    assert read(DRAWN.format('<g opacity="0"><rect width="9" height="9"/></g><style>rect{}</style>')).shapes == []


def test_round_corners_stay_in_the_rectangle():
    (shape,) = read(DRAWN.format('<rect x="10" y="5" width="20" height="10" rx="99"/>')).shapes
    numbers = [number for _, points in shape.pieces for number in points]
    assert (min(numbers[::2]), max(numbers[::2]), min(numbers[1::2]), max(numbers[1::2])) == (10, 30, 5, 15)


# ---- painting
def test_shapes_are_painted_where_they_are():
    painted = pixels(to_png(DRAWN.format('<rect x="10" y="5" width="20" height="10" fill="#d55e00"/>'), dpi=96))
    assert painted.shape == (50, 100, 3)
    rows, columns = np.nonzero((painted != 1).any(axis=2))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (5, 14, 10, 29)
    assert np.allclose(painted[10, 20] * 255, (0xD5, 0x5E, 0x00))


@pytest.mark.parametrize(("anchor", "left", "right"), [("start", 50, 100), ("middle", 25, 75), ("end", 0, 50)])
def test_text_stands_at_its_anchor(anchor, left, right):
    said = f'<text x="50" y="30" font-size="14" text-anchor="{anchor}">model</text>'
    _, columns = np.nonzero((pixels(to_png(DRAWN.format(said), dpi=96)) != 1).any(axis=2))
    assert left <= columns.min() < left + 4 or anchor == "end"
    assert right - 4 < columns.max() + 1 <= right + 1 or anchor == "start"


def test_text_that_has_little_room_is_written_smaller():
    said = '<text x="5" y="30" font-size="30" textLength="40">wwwwww</text>'
    _, columns = np.nonzero((pixels(to_png(DRAWN.format(said), dpi=96)) != 1).any(axis=2))
    assert columns.max() <= 46


def test_dollar_signs_are_no_mathematics():
    wide = [
        np.nonzero((pixels(to_png(DRAWN.format(f'<text x="5" y="30">{said}</text>'))) != 1).any(axis=2))[1].max()
        for said in ("$x$", "x")
    ]
    assert wide[0] > wide[1] + 15


@pytest.mark.parametrize("name", graphs())
def test_it_looks_as_in_a_browser(browser, name):
    """Blurred a little, since letters are not set alike: no 16 px square differs by much."""
    svg = to_svg(graphs()[name])
    sheet = read(svg)
    width, height = int(sheet.width), int(sheet.height)
    page = browser.new_page(viewport={"width": width + 20, "height": height + 20})
    page.set_content(f'<body style="margin:0">{svg}</body>')
    page.evaluate(
        "([width, height]) => { const svg = document.querySelector('svg');"
        "svg.setAttribute('width', width); svg.setAttribute('height', height) }",
        [sheet.width, sheet.height],
    )
    shot = pixels(page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": height}))
    page.close()
    painted = pixels(to_png(svg, dpi=96))
    rows, columns = (height // 16 * 16, width // 16 * 16)
    squares = [
        part[:rows, :columns].reshape(rows // 16, 16, columns // 16, 16, 3).mean(axis=(1, 3))
        for part in (shot, painted)
    ]
    assert np.abs(squares[0] - squares[1]).max() < 0.15


def test_resolution_is_chosen_or_bounded():
    svg = to_svg(square_graph()[0])
    sheet = read(svg)
    assert pixels(to_png(svg)).shape[1] == pytest.approx(2 * sheet.width, abs=1)
    assert pixels(to_png(svg, dpi=48)).shape[1] == pytest.approx(sheet.width / 2, abs=1)
    for dpi in (1e6, float("inf")):
        with pytest.raises(TooManyPixelsError, match="choose a number from 10 to"):
            to_png(svg, dpi=dpi)
    assert pixels(to_png(svg, dpi=10)).shape[1] == pytest.approx(sheet.width * 10 / 96, abs=1)
    huge = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20000 10000"><rect width="9" height="9"/></svg>'
    painted = pixels(to_png(huge))
    assert 30_000_000 < painted.shape[0] * painted.shape[1] <= 40_100_000


# ---- the same every time, and nothing of the user's
def test_files_are_the_same_every_time():
    svg = to_svg(matrix_graph(True)[0])
    film = Film(*square_graph())
    for make in (lambda: to_png(svg), lambda: to_pdf(svg), lambda: to_gif(film)):
        assert make() == make()
    for word in (b"CreationDate", b"Matplotlib"):
        assert word not in to_pdf(svg) + to_png(svg)


def test_files_carry_title_and_description():
    svg = to_svg(square_graph()[0])
    assert b"Computation graph of y" in to_png(svg)
    assert b"Computation graph of y" in to_pdf(svg)


def test_the_users_matplotlib_is_left_alone():
    code = """
import sys, io
import matplotlib
matplotlib.rcParams.update({"text.usetex": True, "font.size": 40, "path.sketch": (1, 100, 2), "savefig.dpi": 7,
                            "savefig.bbox": "tight", "figure.facecolor": "red", "animation.ffmpeg_path": "mine"})
before = dict(matplotlib.rcParams)
sys.path.insert(0, sys.argv[1])
from graphs import square_graph
from nbgrad.display import Film, to_svg
from nbgrad.display.export import to_gif, to_pdf, to_png
svg, film = to_svg(square_graph()[0]), Film(*square_graph())
made = [to_png(svg), to_pdf(svg), to_gif(film)]
assert dict(matplotlib.rcParams) == before
assert "matplotlib.pyplot" not in sys.modules
matplotlib.rcdefaults()
assert made == [to_png(svg), to_pdf(svg), to_gif(film)]
"""
    here = __file__.rpartition("/")[0]
    done = subprocess.run([sys.executable, "-W", "error", "-c", code, here], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_pictures_need_no_matplotlib_until_they_are_painted():
    code = "import sys, nbgrad.display.export; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# ---- letters
def test_letters_that_no_font_has_are_told_once():
    with pytest.warns(MissingGlyphWarning, match="No font here has \ue0ff: boxes") as told:
        to_png(DRAWN.format('<text x="5" y="30">a\ue0ff</text>'))
    assert len(told) == 1


def test_letters_of_dejavu_sans_are_no_reason_to_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        to_png(DRAWN.format('<text x="5" y="30">∂ŷ/∂σ − × · Σ ᵀ ² … → שלום</text>'))
        to_pdf(DRAWN.format('<text x="5" y="30">∂ŷ/∂σ − × · Σ ᵀ ² … → שלום</text>'))


@pytest.fixture
def _fallback(monkeypatch):
    """Only one font besides DejaVu Sans is known: one that comes with Matplotlib, too, and has other signs."""
    monkeypatch.setattr(painter, "OTHER_FONTS", ("No Such Font", "STIXGeneral"))
    painter._families.cache_clear()
    yield
    painter._families.cache_clear()


@pytest.mark.usefixtures("_fallback")
def test_letters_that_dejavu_sans_lacks_are_painted_in_a_font_that_has_them():
    """So Chinese is painted where a font for it is installed; here a sign of mathematics stands for it."""
    sign = "\N{DOUBLE INTEGRAL}\N{MATHEMATICAL SCRIPT CAPITAL A}"
    svg = DRAWN.format(f'<text x="5" y="30" font-size="20">{sign}</text>')
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        painted = pixels(to_png(svg, dpi=96))
        assert to_pdf(svg)
    box = DRAWN.format('<text x="5" y="30" font-size="20">\N{DOUBLE INTEGRAL}\ue0ff</text>')
    with pytest.warns(MissingGlyphWarning):
        boxed = pixels(to_png(box, dpi=96))
    assert not np.array_equal(painted, boxed)


@pytest.mark.usefixtures("_fallback")
def test_a_font_installed_since_matplotlib_made_its_list_is_found(monkeypatch):
    """Matplotlib keeps its list in a file: whoever follows the warning and installs a font would be warned for ever."""
    there = [font for font in fontManager.ttflist if font.name == "STIXGeneral"]
    monkeypatch.setattr(fontManager, "ttflist", [font for font in fontManager.ttflist if font not in there])
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda: [there[0].fname, "no_font_at_all.ttf"])
    painter._notice_new_fonts.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        to_png(DRAWN.format('<text x="5" y="30" font-size="20">\N{MATHEMATICAL SCRIPT CAPITAL A}</text>'))
    assert "STIXGeneral" in painter._families("en")


def test_chinese_is_painted_or_told():
    """Whatever fonts are here: the picture has something in the place of each sign."""
    svg = DRAWN.format('<text x="5" y="30" font-size="20">損失函数</text>')
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        painted = pixels(to_png(svg, dpi=96))
    here = {font.name for font in fontManager.ttflist}
    chinese = [name for name in painter.OTHER_FONTS[:15] if name in here]
    assert [warning.category for warning in told] == ([] if chinese else [MissingGlyphWarning])
    _, columns = np.nonzero((painted != 1).any(axis=2))
    assert columns.max() > 60
