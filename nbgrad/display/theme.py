"""The look of the pictures: colours of the light theme, fonts and sizes, in one place.

Blue, vermillion and green are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which stay apart for
colour-blind readers. Text colours are darker kin of theirs: at least 4.5:1 on white.
"""

from __future__ import annotations

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
MONOSPACED = "ui-monospace, 'SFMono-Regular', Menlo, 'DejaVu Sans Mono', monospace"

BACKGROUND = "#ffffff"
FOREGROUND = "#1b2430"
DIM = "#5f6b7a"
LINE = "#d4dae3"
EDGE = "#9aa4b2"
BOX = "#ffffff"
BADGE = "#eef2f7"
BADGE_LINE = "#7a8595"
LIVE_BADGE = "#fde8da"

FORWARD = "#0072B2"
FORWARD_TEXT = "#0b5fa5"
BACKWARD = "#D55E00"
BACKWARD_TEXT = "#b34700"
PARAMETER = "#009E73"
PARAMETER_TEXT = "#00704f"
KEYWORD_TEXT = "#5b4a9e"
LITERAL_TEXT = "#8a3d6e"

# kind of node: (colour of the box's line, its width)
BOX_LINES = {
    "parameter": (PARAMETER, 2.0),
    "data": ("#7a8595", 1.4),
    "constant": ("#7a8595", 1.4),
    "operation": ("#c5ccd6", 1.4),
}

NAME_SIZE = 15
SHAPE_SIZE = 11
NUMBER_SIZE = 13
LABEL_SIZE = 12
SYMBOL_SIZE = 16

# Thumbnails: a diverging scale around zero, in steps so that cells of one colour share one path.
NEGATIVE, ZERO, POSITIVE = (0x00, 0x72, 0xB2), (0xF6, 0xF8, 0xFB), (0xD5, 0x5E, 0x00)
LEVELS = 8  # steps on either side of zero
NOT_FINITE = "#5b2a86"
NOT_FINITE_MARK = "#ffffff"
PROBLEM = "#CC79A7"  # Okabe and Ito's reddish purple: 3:1 on white, more on the dark theme, 5:1 under dark text


def shade(level: int) -> str:
    """Return the colour of a level from -LEVELS (most negative) to LEVELS (most positive).

    >>> shade(0), shade(LEVELS), shade(-LEVELS)
    ('#f6f8fb', '#d55e00', '#0072b2')
    """
    end = POSITIVE if level > 0 else NEGATIVE
    part = abs(level) / LEVELS
    mixed = (round(zero + (full - zero) * part) for zero, full in zip(ZERO, end, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)
