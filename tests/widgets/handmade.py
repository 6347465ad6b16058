"""A payload written by hand: loss = z·z with z = w·x, forward, backward (z's gradient adds up from two), update."""

from __future__ import annotations

from typing import Any

from nbgrad.display import messages

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
NUMBER = '<mn class="ng-token-{role}">{text}</mn>'


def payload() -> dict[str, Any]:
    """What the player's page gets, all parts of it."""
    frames = [
        _forward("multiply", 2, ["0-2-0", "1-2-0"], "z = w × x = ", "6.000", "z is w times x."),
        _forward("multiply", 3, ["2-3-0", "2-3-1"], "loss = z × z = ", "36.000", "The loss is z times itself."),
        _backward("start", None, None, 3, "∂loss/∂loss = ", "1.000", "The pass begins with 1."),
        _backward("mul", 3, "2-3-0", 2, "∂loss/∂z = 1.000 × ", "6.000", "The first of two arrives."),
        _backward("mul", 3, "2-3-1", 2, "∂loss/∂z = 6.000 + ", "12.000", "The second is added."),
        _backward("mul", 2, "0-2-0", 0, "∂loss/∂w = 12.000 × ", "24.000", "It reaches w & <x>."),
        _update(0, "w ← 3.000 − 0.01 × 24.000 = ", "2.760", "w moves against its gradient."),
    ]
    frames[3]["arrival"] = {"index": 1, "count": 2, "before": "", "new": "6.000", "total": "6.000"}
    frames[4]["arrival"] = {"index": 2, "count": 2, "before": "6.000", "new": "6.000", "total": "12.000"}
    return {
        "version": 2,
        "language": "en",
        "title": "<b>loss</b>",
        "text": "node  value\nloss  36.000",
        "svg": drawing(),
        "phases": [
            {"key": "forward", "label": "Forward", "first": 0, "count": 2},
            {"key": "backward", "label": "Backward", "first": 2, "count": 4},
            {"key": "update", "label": "Update", "first": 6, "count": 1},
        ],
        "frames": frames,
        "start": 2,
        "nodes": {str(box[0]): _facts(box) for box in BOXES},
        "edges": {},
        "paths": [],
        "quiz": [],
        "orders": [],
        "code": [],
        "groups": [],
        "ghosts": None,
        "words": messages.interface(),
    }


def folded() -> dict[str, Any]:
    """The same, but w's gradient is first an array of 4 rows, which are summed to one."""
    made = payload()
    rows = "".join(f'<path fill="#d55e00" opacity="{0.3 + 0.2 * row}" d="M0 {row}h3v1h-3z"/>' for row in range(4))
    made["frames"][5]["fold"] = {
        "axes": [0],
        "before": "4×3",
        "after": "3",
        "fragment": f'<g transform="scale(18,13.5)">{rows}</g><text class="ng-grad" y="68">gradient</text>',
        "said": "The 4 rows add up.",
    }
    return made


def grouped() -> dict[str, Any]:
    """The same with a frame around w and z, which can be collapsed."""
    made = payload()
    made["groups"] = [{"path": "layer 1", "open": True, "members": 2, "node": None}]
    made["svg"] = drawing(
        '<g class="ng-group" data-group="layer 1"><title>layer 1</title><rect class="ng-group-frame" x="6" y="6" '
        'width="404" height="144" rx="14" fill="#f6f8fb" stroke="#9aa4b2"/><text class="ng-group-name" x="180" y="24" '
        'font-size="12">layer 1</text></g>'
    )
    return made


def drawing(before: str = "") -> str:
    """The drawing as it is before the forward pass; ``before`` lies under everything else."""
    edges = "".join(
        f'<path class="ng-edge" data-edge="{name}" d="{path}" fill="none" stroke="#9aa4b2" stroke-width="1.6"/>'
        for name, path in EDGES
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 210" width="660" height="210" role="img" '
        'aria-labelledby="t" font-family="sans-serif" font-size="13"><title id="t">graph of loss</title>'
        '<rect class="ng-background" width="660" height="210" fill="#fff"/>'
        f"{before}{edges}{''.join(_box(box) for box in BOXES)}</svg>"
    )


def value(number: str) -> str:
    """What stands in a box's value slot."""
    return f'<text class="ng-value" x="0" y="0" fill="#0b5fa5">{number}</text>'


def gradient(number: str) -> str:
    """What stands in a box's gradient slot."""
    return f'<text class="ng-grad" x="0" y="0" fill="#b34700">∂ {number}</text>'


def _forward(caption: str, target: int, edges: list[str], before: str, result: str, said: str) -> dict[str, Any]:
    frame = _frame("forward", caption, target, before, result, said)
    return {**frame, "active": target, "edges": edges, "slot": "value", "fragment": value(result)}


def _backward(
    caption: str, active: int | None, edge: str | None, target: int, before: str, result: str, said: str
) -> dict[str, Any]:
    frame = _frame("backward", caption, target, before, result, said)
    return {
        **frame,
        "active": active,
        "edges": [] if edge is None else [edge],
        "label": "" if edge is None else "× 2.000",
        "label_at": [450, 60] if edge and edge.startswith("2") else [210, 60],
        "slot": "gradient",
        "fragment": gradient(result),
    }


def _update(target: int, before: str, result: str, said: str) -> dict[str, Any]:
    frame = _frame("update", "update", target, before, result, said)
    return {**frame, "active": target, "edges": [], "slot": "value", "fragment": value(result)}


def _frame(phase: str, caption: str, target: int, before: str, result: str, said: str) -> dict[str, Any]:
    role = "gradient" if phase == "backward" else "value"
    return {
        "phase": phase,
        "caption": caption,
        "label": "",
        "label_at": [0, 0],
        "target": target,
        "math": "",
        "equation": [{"text": before, "role": "plain"}, {"text": result, "role": role}],
        "sentence": said,
        "spoken": f"Spoken: {said}",
        "line": None,
        "fold": None,
        "arrival": None,
    }


def _facts(box: tuple[Any, ...]) -> dict[str, Any]:
    _, kind, name, symbol, shown, _, _, _ = box
    return {
        "name": name,
        "kind": kind,
        "op": "mul" if symbol else None,
        "symbol": symbol,
        "shape": "()",
        "dtype": "float64",
        "group": [],
        "value": shown,
        "gradient": None,
        "math": "",
        "note": "",
        "sentence": "",
        "locals": [],
        "code": None,
        "stats": [],
        "editable": None,
    }


def _box(box: tuple[Any, ...]) -> str:
    node, kind, name, symbol, shown, x, y, has_gradient = box
    called = name.replace("<", "&lt;")
    badge = (
        f'<circle class="ng-badge" cx="{x}" cy="{y + 33}" r="17" fill="#f6f8fb" stroke="#9aa4b2"/>'
        f'<text class="ng-symbol" x="{x}" y="{y + 38}" text-anchor="middle">{symbol}</text>'
        if symbol
        else ""
    )
    known = value("—" if kind == "operation" else shown)
    slots = f'<g class="ng-values" data-value="{node}" transform="translate({x + 26},{y + 41})">{known}</g>'
    if has_gradient:
        place = f'transform="translate({x + 26},{y + 58})"'
        slots += f'<g class="ng-gradient" data-gradient="{node}" {place}>{gradient("—")}</g>'
    return (
        f'<g class="ng-node ng-{kind}" data-node="{node}"><title>{called}</title>'
        f'<rect class="ng-box" x="{x}" y="{y}" width="140" height="66" rx="10" fill="#fff" stroke="#9aa4b2"/>'
        f'<text class="ng-name" x="{x + 26}" y="{y + 22}" font-weight="600">{called}</text>{slots}{badge}</g>'
    )
