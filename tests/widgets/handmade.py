"""A payload written by hand: loss = z·z with z = w·x, in four steps, so that z's gradient adds up from two."""

from __future__ import annotations

from typing import Any

BOXES = [  # node, kind, name, symbol, value, x, y, has a gradient
    (0, "parameter", "w", None, "3.000", 20, 20, True),
    (1, "data", "x", None, "2.000", 20, 120, False),
    (2, "operation", "z", "×", "6.000", 260, 70, True),
    (3, "operation", "<b>loss</b>", "×", "36.000", 500, 70, True),
]
EDGES = [
    ("0-2-0", "M160,53 C210,53 210,103 260,103"),
    ("1-2-0", "M160,153 C210,153 210,103 260,103"),
    ("2-3-0", "M400,103 C440,80 460,80 500,103"),
    ("2-3-1", "M400,103 C440,126 460,126 500,103"),
]


def payload() -> dict[str, Any]:
    """What nbgrad.display makes for the player, in the form that both agreed on."""
    return {
        "title": "<b>loss</b>",
        "svg": _drawing(),
        "frames": [
            _frame("loss", None, None, 3, "1.000", "∂loss/∂loss = ", "1.000", "The pass begins with 1."),
            _frame("mul", 3, "2-3-0", 2, "6.000", "∂loss/∂z = 1.000 × ", "6.000", "The first of two arrives."),
            _frame("mul", 3, "2-3-1", 2, "12.000", "∂loss/∂z = 6.000 + ", "12.000", "The second is added."),
            _frame("mul", 2, "0-2-0", 0, "24.000", "∂loss/∂w = 12.000 × ", "24.000", "It reaches w & <x>."),
        ],
        "text": "node  value\nloss  36.000",
    }


def _frame(
    caption: str,
    active: int | None,
    edge: str | None,
    target: int,
    number: str,
    before: str,
    result: str,
    sentence: str,
) -> dict[str, Any]:
    box = next(box for box in BOXES if box[0] == target)
    return {
        "caption": caption,
        "active": active,
        "edge": edge,
        "label": "" if edge is None else "× 2.000",
        "label_at": [450, 60] if edge and edge.startswith("2") else [210, 60],
        "target": target,
        "gradient": _gradient(box, number),
        "equation": [{"text": before, "role": "plain"}, {"text": result, "role": "gradient"}],
        "sentence": sentence,
    }


def _gradient(box: tuple[Any, ...], number: str) -> str:
    return f'<g><text class="ng-grad" x="{box[5] + 26}" y="{box[6] + 58}" fill="#b34700">∂ {number}</text></g>'


def _drawing() -> str:
    edges = "".join(
        f'<path class="ng-edge" data-edge="{name}" d="{path}" fill="none" stroke="#9aa4b2" stroke-width="1.6"/>'
        for name, path in EDGES
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 210" width="660" height="210" role="img" '
        'aria-labelledby="t" font-family="sans-serif" font-size="13"><title id="t">graph of loss</title>'
        '<rect class="ng-background" width="660" height="210" fill="#fff"/>'
        f"{edges}{''.join(_box(box) for box in BOXES)}</svg>"
    )


def _box(box: tuple[Any, ...]) -> str:
    node, kind, name, symbol, value, x, y, has_gradient = box
    shown = name.replace("<", "&lt;")
    badge = (
        f'<circle class="ng-badge" cx="{x}" cy="{y + 33}" r="17" fill="#f6f8fb" stroke="#9aa4b2"/>'
        f'<text class="ng-symbol" x="{x}" y="{y + 38}" text-anchor="middle">{symbol}</text>'
        if symbol
        else ""
    )
    slot = f'<g class="ng-gradient" data-gradient="{node}">{_gradient(box, "—")}</g>' if has_gradient else ""
    return (
        f'<g class="ng-node ng-{kind}" data-node="{node}">'
        f'<rect class="ng-box" x="{x}" y="{y}" width="140" height="66" rx="10" fill="#fff" stroke="#9aa4b2"/>'
        f'<text class="ng-name" x="{x + 26}" y="{y + 22}" font-weight="600">{shown}</text>'
        f'<text class="ng-value" x="{x + 26}" y="{y + 41}" fill="#0b5fa5">{value}</text>{slot}{badge}</g>'
    )
