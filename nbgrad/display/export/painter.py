"""Shapes painted by Matplotlib: the same picture as PNG, as PDF, and frame by frame as a film.

Matplotlib is imported when something is painted. Its figures are used without pyplot, under Matplotlib's own
defaults, so neither a user's open figures nor a user's style have a part in it, and are as they were afterwards.
Text is set in DejaVu Sans, which comes with Matplotlib and which the boxes were measured for.
"""

from __future__ import annotations

import io
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from numbers import Real
from typing import Any

from nbgrad.display import messages, theme
from nbgrad.display.export.errors import MissingGlyphWarning, TooManyPixelsError
from nbgrad.display.export.shapes import Outline, Sheet, Words, read
from nbgrad.display.look import OptionError, wrong

PER_INCH = 96.0  # px of a picture, as in CSS
POINT = 72 / PER_INCH  # points in a px
SHARP = 192.0  # dots per inch of a PNG, unless the user says otherwise: two for each px
MOST_PIXELS = 40_000_000  # of one picture: 160 MB while it is painted
MOST_ACROSS = 65_000  # dots of a side; browsers and the GIF format stop at 65,535
LEAST = 10  # dots per inch; with fewer, letters would be smaller than a dot
LEAST_FONT = 1.0  # points; smaller letters are painted as outlines
LONGEST_PAGE = 14_400  # points of a side of a PDF page: Acrobat shows no more
HAIR = 0.3  # px around crisp areas, lest a viewer lets the ground shine through between neighbours
OTHER_FONTS = (  # for what DejaVu Sans does not have, in this order, where they are installed
    "Noto Sans CJK SC",
    "Noto Sans CJK TC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Noto Sans TC",
    "Source Han Sans SC",
    "Source Han Sans TC",
    "Microsoft YaHei",
    "Microsoft JhengHei",
    "Hiragino Sans GB",
    "Heiti TC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Arial Unicode MS",
    "Noto Sans Symbols 2",
    "Noto Emoji",
    "Segoe UI Symbol",
    "Segoe UI Emoji",
)


def to_png(svg: str, dpi: float | None = None) -> bytes:
    """Return a picture of this house as PNG. dpi: dots per inch; 96 paints one dot for each px of the picture.

    By default it is painted with two dots for each px, with fewer where that would be more than 40 million dots, or
    more than 65,000 of a side. Raises TooManyPixelsError where ``dpi`` asks for more than that, and OptionError where
    it is no such number.
    """
    sheet = read(svg)
    with figure(sheet, resolution(sheet, dpi)) as canvas:
        said = {"Title": sheet.title, "Description": sheet.description, "Software": None}
        return _printed(canvas.print_png, metadata=said)


def to_pdf(svg: str) -> bytes:
    """Return a picture of this house as a PDF of one page, with text that can be searched and copied.

    A px is three quarters of a point; on a page that would be longer than Acrobat shows, 14,400 points, it is less.
    """
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    sheet = read(svg)
    shrunk = min(1.0, LONGEST_PAGE / (POINT * max(sheet.width, sheet.height)))
    with figure(sheet, PER_INCH, hair=HAIR, shrunk=shrunk) as canvas:
        unsaid = dict.fromkeys(("Creator", "Producer", "CreationDate"))  # dates and versions change, the picture not
        said = {"Title": sheet.title, "Subject": sheet.description, **unsaid}
        return _printed(FigureCanvasPdf(canvas.figure).print_pdf, metadata=said)


def _printed(write: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    write(file, **options)
    return file.getvalue()


def resolution(
    sheet: Sheet, dpi: float | None, most: float = MOST_PIXELS, wanted: float = SHARP, across: float = MOST_ACROSS
) -> float:
    """Return the dots per inch to paint a sheet with: ``dpi``, by default ``wanted`` or as many as are allowed.

    most: how many dots are allowed; across: how many of a side.
    """
    allowed = PER_INCH * (most / (sheet.width * sheet.height)) ** 0.5
    allowed = min(allowed, PER_INCH * across / max(sheet.width, sheet.height))
    if dpi is None:
        return min(wanted, allowed)
    if isinstance(dpi, bool) or not isinstance(dpi, Real) or not dpi >= LEAST:  # NaN is not, either
        raise OptionError(wrong("dpi", dpi, f"a number of dots per inch from {LEAST}, such as 96 or 192"))
    if dpi > allowed:
        size = f"{sheet.width:g} × {sheet.height:g} px"
        raise TooManyPixelsError(
            messages.say("too_many_pixels", dpi=f"{dpi:g}", size=size, least=LEAST, most=int(allowed))
        )
    return float(dpi)


@contextmanager
def figure(sheet: Sheet, dpi: float, hair: float = 0.0, shrunk: float = 1.0) -> Iterator[Any]:
    """Give a canvas with the sheet on it, under Matplotlib's defaults. ``canvas.figure.artists[0].sheet`` may be
    exchanged for another of the same size. shrunk: what the sheet's lengths are multiplied by."""
    import matplotlib.style
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if _missing(sheet):
        _notice_new_fonts()
    with matplotlib.style.context("default"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # ours says it once, and what to do
        empty = Figure(figsize=(shrunk * sheet.width / PER_INCH, shrunk * sheet.height / PER_INCH), dpi=dpi)
        canvas = FigureCanvasAgg(empty)
        empty.add_artist(_painting(sheet, hair, shrunk), clip=False)
        yield canvas
    _warn_of_missing(sheet)


def _painting(sheet: Sheet, hair: float, shrunk: float) -> Any:
    """Return an artist that paints a sheet, with whatever renderer it is given."""
    from matplotlib.artist import Artist

    class Painting(Artist):
        def __init__(self) -> None:
            super().__init__()
            self.sheet = sheet

        def draw(self, renderer: Any) -> None:
            around: Any = self.get_figure()
            painter = _Painter(renderer, around.bbox.height, hair, shrunk)
            for shape in self.sheet.shapes:
                if isinstance(shape, Outline):
                    painter.outline(shape)
                else:
                    painter.words(shape)

    return Painting()


class _Painter:
    """Paints shapes with a renderer of Matplotlib's. Its y runs upwards, and its lengths are points."""

    def __init__(self, renderer: Any, height: float, hair: float, shrunk: float) -> None:
        from matplotlib.transforms import Affine2D

        self.renderer = renderer
        self.height = height
        self.hair = hair
        self.point = POINT * shrunk
        self.scale = renderer.points_to_pixels(72) / PER_INCH * shrunk
        self.transform = Affine2D().scale(self.scale, -self.scale).translate(0, height)

    def outline(self, shape: Outline) -> None:
        """Paint the area and then, if it has one, its line."""
        from matplotlib.path import Path

        codes = {"M": (Path.MOVETO,), "L": (Path.LINETO,), "C": (Path.CURVE4,) * 3, "Z": (Path.CLOSEPOLY,)}
        path = Path(
            [point for _, numbers in shape.pieces for point in _points(numbers)],
            [code for verb, _ in shape.pieces for code in codes[verb]],
        )
        if shape.fill:
            hair = self.hair if shape.crisp else 0.0
            gc = self._pen(shape.fill, shape.fill_opacity, hair)
            gc.set_antialiased(not shape.crisp)
            self.renderer.draw_path(gc, path, self.transform, gc.get_rgb()[:3])
        if shape.stroke and shape.stroke_width:
            gc = self._pen(shape.stroke, shape.stroke_opacity, shape.stroke_width)
            gc.set_capstyle({"square": "projecting"}.get(shape.cap, shape.cap))
            gc.set_joinstyle(shape.join)
            if shape.dashes:
                gc.set_dashes(0, [length * self.point for length in shape.dashes])
            self.renderer.draw_path(gc, path, self.transform)

    def words(self, shape: Words) -> None:
        """Paint a line of text, smaller where it would not fit into its room."""
        size = shape.size
        width = self._width(shape, size)
        if shape.room is not None and width > shape.room:
            size, width = size * shape.room / width, shape.room
        x = shape.x - {"start": 0.0, "middle": width / 2, "end": width}[shape.anchor]
        for text, colour, bold in shape.runs:
            if shape.seam:
                self._seam(x, shape.y, text, size, bold, shape)
            gc = self._pen(colour, shape.opacity, 0.0)
            if size * self.point < LEAST_FONT:
                self._letters(gc, x, shape.y, text, size, bold, gc.get_rgb()[:3])
            else:
                y = shape.y * self.scale
                at = y if self.renderer.flipy() else self.height - y
                self.renderer.draw_text(gc, x * self.scale, at, text, _font(size * self.point, bold), 0.0)
            x += self._advance(text, size, bold)

    def _seam(self, x: float, y: float, text: str, size: float, bold: bool, shape: Words) -> None:
        assert shape.seam is not None
        colour, width = shape.seam
        gc = self._pen(colour, shape.opacity, width)
        gc.set_joinstyle("round")
        self._letters(gc, x, y, text, size, bold)

    def _letters(self, gc: Any, x: float, y: float, text: str, size: float, bold: bool, fill: Any = None) -> None:
        """Paint the outlines of letters."""
        from matplotlib.textpath import TextPath
        from matplotlib.transforms import Affine2D

        letters = TextPath((0, 0), text, size=size, prop=_font(size * POINT, bold))
        self.renderer.draw_path(gc, letters, Affine2D().scale(1, -1).translate(x, y) + self.transform, fill)

    def _width(self, shape: Words, size: float) -> float:
        return sum(self._advance(text, size, bold) for text, _, bold in shape.runs)

    def _advance(self, text: str, size: float, bold: bool) -> float:
        """Return how far text leads in px, spaces at its end included. It is measured unshrunk, for fonts have a least
        size."""
        font = _font(size * POINT, bold)
        ends = [self.renderer.get_text_width_height_descent(said, font, False)[0] for said in (text + "|", "|")]
        return (ends[0] - ends[1]) / self.renderer.points_to_pixels(POINT)

    def _pen(self, colour: str, opacity: float, width: float) -> Any:
        gc = self.renderer.new_gc()
        gc.set_foreground(colour)
        gc.set_alpha(opacity)
        gc.set_linewidth(width * self.point)
        return gc


def _points(numbers: tuple[float, ...]) -> list[tuple[float, float]]:
    """Return numbers as points; what closes a path has one that means nothing."""
    return list(zip(numbers[::2], numbers[1::2], strict=True)) or [(0.0, 0.0)]


def _font(points: float, bold: bool) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=_families(messages.language()), size=points, weight="bold" if bold else "normal")


@cache
def _families(language: str) -> list[str]:
    """Return the fonts to be used, the best first; those of the language before all others but DejaVu Sans."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    own = [name.strip("' ") for name in theme.CHINESE.get(language, "").split(",")]
    wanted = dict.fromkeys([*own, *OTHER_FONTS])  # each once
    return ["DejaVu Sans", *(name for name in wanted if name in installed)]


@cache
def _notice_new_fonts() -> None:
    """Tell Matplotlib, once, of fonts installed since it last made its list: it keeps that list in a file for years."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {font.fname for font in fontManager.ttflist}
    for path in sorted(findSystemFonts()):
        if path not in known:
            with suppress(Exception):  # a file that is no font, or one that may not be read: whatever FreeType raises
                fontManager.addfont(path)
    _families.cache_clear()


def _missing(sheet: Sheet) -> list[str]:
    """Return the characters that no font has; they are painted as empty boxes."""
    rare = sorted({char for shape in sheet.shapes if isinstance(shape, Words) for run in shape.runs for char in run[0]})
    rare = [char for char in rare if char > "~" and unicodedata.category(char) not in ("Cf", "Mn", "Me")]
    for family in _families(messages.language()) if rare else ():
        known = _characters(family)
        rare = [char for char in rare if ord(char) not in known]
    return rare


@cache
def _characters(family: str) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family=family))).get_charmap())


def _warn_of_missing(sheet: Sheet) -> None:
    rare = _missing(sheet)
    if rare:
        shown = "".join(rare[:12]) + ("…" if len(rare) > 12 else "")
        warnings.warn(messages.say("missing_glyphs", characters=shown), MissingGlyphWarning, stacklevel=2)
