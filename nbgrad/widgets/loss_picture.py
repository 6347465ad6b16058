"""The loss curve as a still picture: SVG, light theme, the same to the byte for the same history."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape
from math import ceil, floor, isfinite, log10

from nbgrad.display import measure, messages, theme
from nbgrad.display.messages import say
from nbgrad.training.history import History

WIDTH, HEIGHT, EMPTY_HEIGHT = 560, 340, 72
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 66, 44
FONT = "system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif"
INK, DIM, LINE = "#1b2430", "#5d6877", "#e3e8ef"
TRAIN, VALIDATION, VALIDATION_TEXT = "#0072B2", "#D55E00", "#b34700"


def loss_svg(history: History, epochs: int, title: str = "Training") -> str:
    """A picture of ``history`` over ``epochs`` epochs: training blue and solid, validation vermillion and dashed.

    The axis of the losses is logarithmic where all of them are positive.

    >>> loss_svg(History([4.0, 1.0]), 2).startswith("<svg")
    True
    """
    last = max(epochs, len(history), 1)
    height = HEIGHT if len(history) else EMPTY_HEIGHT
    described = say("loss_title", title=title, said=_summary(history))
    named, told = captions(_clean(title), _clean(described))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" {named} font-family="{escape(fonts(), quote=True)}" font-size="12">',
        told,
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(16, 26, title if len(title) <= 60 else title[:59] + "…", INK, size=14, bold=True),
    ]
    if not len(history):
        return "".join([*parts, _text(16, 52, say("loss_nothing", epochs=epochs), DIM)]) + "</svg>"
    parts += _key(history)
    values = [v for v in history.train + history.validation if isfinite(v)]
    axis = Axis.over(values)
    parts += _grid(axis, last)
    for losses, colour, dash in (
        (history.validation, VALIDATION, ' stroke-dasharray="5 4"'),
        (history.train, TRAIN, ""),
    ):
        parts += _curve(losses, axis, last, colour, dash)
    return "".join(parts) + "</svg>"


def captions(title: str, description: str) -> tuple[str, str]:
    """Return what makes a screen reader read title and description of a picture, both escaped: an attribute of the
    picture, and its first elements. Their ids come from what they say, so that pictures on one page keep apart.

    >>> captions("Loss", "It falls.")[0]
    'aria-labelledby="ng0381b6121a-t ng0381b6121a-d"'
    """
    name = "ng" + hashlib.sha256(f"{title}\n{description}".encode()).hexdigest()[:10]
    told = f'<title id="{name}-t">{title}</title><desc id="{name}-d">{description}</desc>'
    return f'aria-labelledby="{name}-t {name}-d"', told


def fonts() -> str:
    """The fonts of a picture in the language that is spoken."""
    code = messages.language()
    return theme.font(code) if code in theme.CHINESE else FONT


class Axis:
    """The axis of the losses: what is on it, and where."""

    def __init__(self, low: float, high: float, ticks: Sequence[float], logarithmic: bool) -> None:
        self.ticks = ticks
        self.logarithmic = logarithmic
        self._low, self._high = self._place(low), self._place(high)

    @classmethod
    def over(cls, values: Sequence[float]) -> Axis:
        """An axis that holds all ``values``, its ends on round numbers."""
        if not values:
            return cls(0.0, 1.0, (), False)
        low, high = min(values), max(values)
        if low > 0:
            low, high = log_floor(low), log_ceil(high)
            high = high if high > low else low * 10
            return cls(low, high, log_ticks(low, high), True)
        step = nice_step((high - low) or 1.0, 5)
        low, high = floor(low / step) * step, ceil(high / step) * step
        high = high if high > low else low + step
        return cls(low, high, [low + i * step for i in range(round((high - low) / step) + 1)], False)

    def __call__(self, value: float) -> float:
        """Where ``value`` lies, in pixels from the top."""
        share = (self._place(value) - self._low) / (self._high - self._low)
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)

    def _place(self, value: float) -> float:
        return log10(value) if self.logarithmic else value


def log_floor(value: float) -> float:
    """The nearest of 1, 2, 5, 10, 20, ... that is not above ``value``."""
    decade = 10.0 ** floor(log10(value))
    return max((m * decade for m in (1, 2, 5) if m * decade <= value * (1 + 1e-12)), default=decade)


def log_ceil(value: float) -> float:
    """The nearest of 1, 2, 5, 10, 20, ... that is not below ``value``."""
    decade = 10.0 ** floor(log10(value))
    return min(m * decade for m in (1, 2, 5, 10, 20) if m * decade >= value * (1 - 1e-12))


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers from ``low`` to ``high``: 1, 2, 5 a decade, or whole decades when there are many.

    >>> log_ticks(5, 200)
    [5.0, 10.0, 20.0, 50.0, 100.0, 200.0]
    """
    first, last = floor(log10(low)), ceil(log10(high))
    stride = max(1, ceil((last - first) / 7))
    marks = (1, 2, 5) if last - first <= 3 else (1,)
    found = [m * 10.0**d for d in range(first, last + 1, stride) for m in marks]
    return [v for v in found if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]


def nice_step(span: float, count: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts ``span`` into about ``count`` pieces.

    >>> nice_step(100, 5)
    20.0
    """
    decade = 10.0 ** floor(log10(span / count))
    return min((m * decade for m in (1, 2, 5, 10)), key=lambda step: abs(span / step - count))


def _grid(axis: Axis, last: int) -> list[str]:
    parts = []
    for tick in axis.ticks:
        y = axis(tick)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{LINE}"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{tick:.6g}", DIM, anchor="end"))
    step = max(1, round(nice_step(last, 5)))
    for epoch in range(0, last + 1, step):
        parts.append(_text(_x(epoch, last), HEIGHT - BOTTOM + 18, str(epoch), DIM, anchor="middle"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, say("loss_epoch"), DIM, anchor="middle"))
    return parts


def _curve(losses: Sequence[float], axis: Axis, last: int, colour: str, dash: str) -> list[str]:
    points = [(_x(i + 1, last), axis(loss)) for i, loss in enumerate(losses) if isfinite(loss)]
    if not points:
        return []
    stride = max(1, len(points) // 400)
    kept = points[::stride] if (len(points) - 1) % stride == 0 else [*points[::stride], points[-1]]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in kept)
    x, y = points[-1]
    return [
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round"{dash}/>',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>',
    ]


def _key(history: History) -> list[str]:
    """Which line is which, with the latest number of each, flush right."""
    entries = [(say("loss_training", loss=f"{history.train[-1]:.4g}"), TRAIN, "", "#0068a3")]
    if history.validation:
        said = say("loss_validation", loss=f"{history.validation[-1]:.4g}")
        entries.append((said, VALIDATION, ' stroke-dasharray="5 4"', VALIDATION_TEXT))
    parts, right = [], float(WIDTH - RIGHT)
    for label, colour, dash, text in reversed(entries):
        parts.append(_text(right, 48, label, text, anchor="end"))
        start = right - 7.2 * measure.columns(label) - 30
        parts.append(f'<path d="M{start:.1f} 44h22" stroke="{colour}" stroke-width="2.2"{dash}/>')
        right = start - 16
    return parts


def _summary(history: History) -> str:
    if not len(history):
        return say("loss_none")
    losses = {"first": f"{history.train[0]:.4g}", "last": f"{history.train[-1]:.4g}", "epoch": len(history)}
    if not history.validation:
        return say("loss_summary", **losses)
    return say("loss_summary_validation", **losses, validation=f"{history.validation[-1]:.4g}")


def _x(epoch: float, last: int) -> float:
    return LEFT + epoch / last * (WIDTH - RIGHT - LEFT)


def _text(
    x: float, y: float, words: str, colour: str, anchor: str = "start", size: int = 12, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    grown = "" if size == 12 else f' font-size="{size}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{place}{grown}{weight}>{_clean(words)}</text>'


def _clean(words: str) -> str:
    """Escaped, and without control characters, which no XML may hold."""
    return escape("".join(c if c.isprintable() else " " for c in words))
