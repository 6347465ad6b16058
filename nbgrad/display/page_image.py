"""A picture as an image of a page, with a text for those who do not see it, and with what its boxes say on hover.

JupyterLab and Notebook 7 show an SVG as an image without a word for screen readers and without tooltips, and where a
notebook is not trusted they show none. An ``<img>`` with tooltips laid over it is the same picture everywhere; the
filters through which untrusted HTML goes leave the image and its text.
"""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET
from base64 import b64encode

from nbgrad.display import measure, messages

SVG = "{http://www.w3.org/2000/svg}"
LEAST = 0.75  # of its width, to which a picture shrinks on a narrow page; from there on it scrolls
NARROWEST = 330.0  # px that a page has at least
LEAST_IN_MOTION = 0.5  # of one that plays by itself: nothing scrolls to where it happens, so all of it is in view
ON_PAPER = 880.0  # the size of letters, in px, times how many of them stand in a line of a printed page
LETTERS, LEAST_LETTERS = 12.0, 5.0  # px
# On paper nothing scrolls: a picture is small, but whole, and on one page. nbconvert, with which JupyterLab prints too,
# says nothing of pictures that are outputs by themselves, and cuts them off.
PRINTED = (
    "<style>@media print { .ng-still-sheet { max-width: 100% !important } "
    ".ng-still-sheet > img, .jp-RenderedSVG > img { max-width: 100% !important; height: auto !important; "
    "max-height: 95vh; object-fit: contain; object-position: 0 0 } "
    ".ng-still + details, .ng-still-hint { display: none } .ng-on-paper { display: block !important } }</style>"
)


def image_with_tooltips(svg: str, css: str = "ng-still") -> str:
    """Return a picture, such as ``to_svg`` makes, as HTML; ``css`` is the class of the element around it.

    >>> import networkx as nx
    >>> from nbgrad.display import to_svg
    >>> page = image_with_tooltips(to_svg(nx.DiGraph([("x", "y")])))
    >>> page.count("<img "), page.count("title=")
    (1, 2)
    """
    root = ET.fromstring(svg)
    least = LEAST_IN_MOTION if is_moving(svg) else LEAST
    width, height = root.attrib["width"], root.attrib["height"]
    needed = float(width) * least
    about = [root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")]
    called = html.escape(". ".join(filter(None, about)))
    source = b64encode(svg.encode()).decode()
    return (
        f"{_hint(needed)}"
        f'<div class="{css}" style="overflow-x: auto">{PRINTED}<div class="ng-still-sheet" style="position: relative; '
        f'width: {width}px; max-width: max(100%, {needed:.0f}px)">'
        f'<img src="data:image/svg+xml;base64,{source}" alt="{called}" width="{width}" height="{height}" '
        f'style="display: block; width: 100%; max-width: none; height: auto"/>{_tooltips(root)}</div></div>'
    )


def _hint(needed: float) -> str:
    """Return a line that is seen where a page has less room than these px, so that the picture has to be scrolled; many
    machines show no scroll bar until one scrolls. Nothing for a picture that has room on every page.

    Without a script, and without a style sheet, its height tells: a padding knows how wide the page is. A screen
    reader, for which nothing has to be scrolled, would find it on any page.

    >>> _hint(320.0), "(1200px - 100%)" in _hint(1200.0)
    ('', True)
    """
    if needed <= NARROWEST:
        return ""
    said = html.escape(messages.say("wider_than_page"))
    return (
        f'<div class="ng-still-hint" aria-hidden="true" style="position: relative; overflow: hidden; height: 0; '
        f'padding-top: clamp(0px, calc(({needed:.0f}px - 100%) * 999), 22px)">'
        '<span style="position: absolute; left: 0; top: 2px; white-space: nowrap; font-size: 12px; opacity: 0.8">'
        f"{said}</span></div>"
    )


def is_moving(svg: str) -> bool:
    """Whether a picture plays by itself.

    >>> is_moving("<svg><style>@keyframes step { from { opacity: 0 } }</style></svg>"), is_moving("<svg/>")
    (True, False)
    """
    return "@keyframes" in svg


def image_with_table(svg: str, text: str) -> str:
    """Return a picture as HTML, and below it, folded away, the same as a table: ``text``, such as ``to_text`` makes.

    Some viewers of notebooks remove images that lie in the notebook itself. The table is then still there.

    >>> import networkx as nx
    >>> from nbgrad.display import to_svg, to_text
    >>> graph = nx.DiGraph([("x", "y")])
    >>> image_with_table(to_svg(graph), to_text(graph)).count("<pre")
    1
    """
    return (
        f"{image_with_tooltips(svg)}<details><summary>{html.escape(messages.say('as_table'))}</summary>"
        f'<pre style="font-family: monospace; white-space: pre; overflow-x: auto">{html.escape(text)}</pre></details>'
    )


def only_on_paper(text: str) -> str:
    """Return a text that is printed, in letters so small that its lines fit on a page, and is not seen on a screen.
    Where even the smallest do not fit, lines go on in the next one: no number is cut.

    A picture that moves is printed as it stands at that moment; a table can say there how it ends.

    >>> only_on_paper("x  3")
    '<pre class="ng-on-paper" style="display: none; font: 12px monospace; white-space: pre-wrap">x  3</pre>'
    """
    longest = max(map(measure.columns, text.splitlines()), default=1)
    size = min(LETTERS, max(LEAST_LETTERS, ON_PAPER / longest))
    style = f"display: none; font: {size:.3g}px monospace; white-space: pre-wrap"
    return f'<pre class="ng-on-paper" style="{style}">{html.escape(text)}</pre>'


def _tooltips(root: ET.Element) -> str:
    """Return an empty place over each box that has a title; in shares of the picture, with which they shrink."""
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    places = []
    for node in root.iter(f"{SVG}g"):
        box, said = node.find(f"{SVG}rect[@class='ng-box']"), node.find(f"{SVG}title")
        if "data-node" in node.attrib and box is not None and said is not None:
            x, y, wide, high = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
            shares = ((x - left) / width, (y - top) / height, wide / width, high / height)
            style = "; ".join(
                f"{name}: {100 * share:.2f}%"
                for name, share in zip(("left", "top", "width", "height"), shares, strict=True)
            )
            places.append(f'<span style="position: absolute; {style}" title="{html.escape(said.text or "")}"></span>')
    return "".join(places)
