"""The look of the pictures: colours of the light and the dark theme, fonts and sizes, in one place.

Blue, vermillion and green are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which stay apart for
colour-blind readers. Text colours are darker kin of theirs: at least 4.5:1 on white.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
# Fonts for Chinese of macOS, Windows and Linux. The two scripts write many signs a little differently, so each language
# has its own; a picture in another language leaves the choice to the reader's machine.
CHINESE = {
    "zh-Hant": "'PingFang TC', 'Microsoft JhengHei', 'Noto Sans CJK TC', 'Noto Sans TC'",
    "zh-Hans": "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC'",
}
MONOSPACED = "ui-monospace, 'SFMono-Regular', Menlo, 'DejaVu Sans Mono', monospace"

BACKGROUND = "#ffffff"
FOREGROUND = "#1b2430"
DIM = "#5f6b7a"
LINE = "#d4dae3"
EDGE = "#9aa4b2"
BOX = "#ffffff"
GROUP = "#f3f6fa"
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
    "group": ("#5f6b7a", 1.6),
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


def font(language: str = "en") -> str:
    """Return the fonts of a picture in that language, the best first, as CSS lists them.

    >>> "Noto Sans CJK TC" in font("zh-Hant"), font("en") == FONT
    (True, True)
    """
    more = CHINESE.get(language)
    return FONT if more is None else FONT.replace("sans-serif", f"{more}, sans-serif")


Channels = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme, by default the light one. Texts have a contrast of at least 4.5:1 to their ground.

    negative, zero, positive: the diverging scale of thumbnails. hot: the strongest ground of a name, and hottest the
    strongest colour of an edge, where gradients are shown as heat; strip: the grounds of a box's name, side by side,
    () for none.
    """

    background: str = BACKGROUND
    foreground: str = FOREGROUND
    dim: str = DIM
    line: str = LINE
    edge: str = EDGE
    lit_edge: str = FOREGROUND
    box: str = BOX
    group: str = GROUP
    badge: str = BADGE
    badge_line: str = BADGE_LINE
    live_badge: str = LIVE_BADGE
    forward_text: str = FORWARD_TEXT
    backward_text: str = BACKWARD_TEXT
    box_lines: dict[str, tuple[str, float]] = field(default_factory=lambda: BOX_LINES)
    negative: Channels = NEGATIVE
    zero: Channels = ZERO
    positive: Channels = POSITIVE
    not_finite: str = NOT_FINITE
    not_finite_mark: str = NOT_FINITE_MARK
    problem: str = PROBLEM
    problem_text: str = FOREGROUND
    changed: str = KEYWORD_TEXT
    changed_text: str = "#ffffff"
    hot: str = "#f08a45"
    hottest: str = "#a33f00"
    coldest: str = "#eab58a"
    strip: tuple[str, ...] = ()

    def shade(self, level: int) -> str:
        """Return the colour of a level from -LEVELS (most negative) to LEVELS (most positive).

        >>> LIGHT.shade(0), LIGHT.shade(LEVELS), LIGHT.shade(-LEVELS)
        ('#f6f8fb', '#d55e00', '#0072b2')
        """
        return _mixed(self.zero, self.positive if level > 0 else self.negative, abs(level) / LEVELS)

    @property
    def dimmed(self) -> Palette:
        """The same for what is not looked at now: no colour but that of small print, which can still be read."""
        lines = {kind: (self.line, width) for kind, (_, width) in self.box_lines.items()}
        return replace(
            self,
            foreground=self.dim,
            forward_text=self.dim,
            backward_text=self.dim,
            edge=self.line,
            badge=self.box,
            badge_line=self.line,
            box_lines=lines,
            negative=_muted(self.zero, self.negative),
            positive=_muted(self.zero, self.positive),
        )

    @property
    def lit(self) -> Palette:
        """The same for what is highlighted: boxes with strong outlines."""
        lines = dict.fromkeys(self.box_lines, (self.lit_edge, 2.6))
        return replace(self, box_lines=lines | {"parameter": (self.box_lines["parameter"][0], 3.6)})


def mix(one: str, other: str, share: float) -> str:
    """Return the colour that lies between two, at this share of the way.

    >>> mix("#000000", "#ffffff", 0.5)
    '#808080'
    """
    return _mixed(_channels(one), _channels(other), share)


def _muted(zero: Channels, full: Channels) -> Channels:
    """Return the end of a scale of which a third is left."""
    return _channels(_mixed(zero, full, 1 / 3))


def _mixed(one: Channels, other: Channels, share: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(one, other, strict=True))


def _channels(colour: str) -> Channels:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.1 defines it (https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio).

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


LIGHT = Palette()
DARK = Palette(
    background="#111418",
    foreground="#e8edf3",
    dim="#9aa7b5",
    line="#2b323b",
    edge="#6a7684",
    lit_edge="#e8edf3",
    box="#171b21",
    group="#1a2027",
    badge="#242b34",
    badge_line="#7f8b99",
    live_badge="#4a2c1a",
    forward_text="#6fc0ee",
    backward_text="#f5a46c",
    box_lines={
        "parameter": ("#33c79b", 2.0),
        "data": ("#7f8b99", 1.4),
        "constant": ("#7f8b99", 1.4),
        "operation": ("#47515d", 1.4),
        "group": ("#8794a3", 1.6),
    },
    negative=(0x56, 0xB4, 0xE9),
    zero=(0x22, 0x28, 0x30),
    positive=(0xF0, 0x80, 0x3C),
    not_finite="#b78be0",
    not_finite_mark="#17101f",
    problem="#CC79A7",
    problem_text="#111418",
    changed="#b9a7f5",
    changed_text="#111418",
    hot="#a34a10",
    hottest="#ffb27a",
    coldest="#6e4022",
)
PALETTES = {"light": LIGHT, "dark": DARK}


def shade(level: int) -> str:
    """Return the light theme's colour of a level from -LEVELS (most negative) to LEVELS (most positive).

    >>> shade(0), shade(LEVELS), shade(-LEVELS)
    ('#f6f8fb', '#d55e00', '#0072b2')
    """
    return LIGHT.shade(level)
