"""The smallest pieces of a picture: text that is data, lines around it, and the escape of both."""

from __future__ import annotations

from nbgrad.display import measure


def escape(text_: str) -> str:
    """Escape text for element content and for double-quoted attributes.

    >>> escape('<a b="c">&')
    '&lt;a b=&quot;c&quot;&gt;&amp;'
    """
    return text_.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def text(x: float, y: float, said: str, css: str, size: float, fill: str, weight: str = "", anchor: str = "") -> str:
    """Return a text element; text whose width nobody can know is told how wide to be."""
    more = f' font-weight="{weight}"' if weight else ""
    more += f' text-anchor="{anchor}"' if anchor else ""
    if not measure.is_plain(said):
        more += f' textLength="{measure.width(said, size):g}" lengthAdjust="spacingAndGlyphs"'
    place = f'x="{x:g}" y="{y:g}"'
    return f'<text class="{css}" {place} font-size="{size:g}" fill="{fill}"{more}>{escape(said)}</text>'
