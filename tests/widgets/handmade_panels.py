"""A payload for the panels, written by hand: loss = x·x + 3·x at x = 2, so that x is used three times.

Nodes: 0 is x, 1 is a = x·x, 2 is b = 3·x, 3 is loss = a + b. The gradient of x is 2 + 2 + 3 = 7.
"""

from __future__ import annotations

from typing import Any

from nbgrad.display import messages

BOXES = [  # node, kind, name, symbol, value, x, y, has a gradient
    (0, "parameter", "x", None, "2.000", 20, 80, True),
    (1, "operation", "a", "×", "4.000", 250, 20, True),
    (2, "operation", "b", "×", "6.000", 250, 140, True),
    (3, "operation", "loss", "+", "10.000", 480, 80, True),
]
EDGES = [
    ("0-1-0", "M160,105 C205,95 205,40 250,45"),
    ("0-1-1", "M160,110 C210,110 210,65 250,62"),
    ("0-2-0", "M160,120 C205,125 205,173 250,173"),
    ("1-3-0", "M390,53 C435,53 435,105 480,105"),
    ("2-3-0", "M390,173 C435,173 435,120 480,120"),
]
NAMES = {0: "x", 1: "a", 2: "b", 3: "loss"}
# edge, upstream, local, product, total so far, index, count, formula
STEPS: list[tuple[str, str, str, str, str, int, int, str]] = [
    ("1-3-0", "1.000", "1.000", "1.000", "1.000", 1, 1, "1"),
    ("2-3-0", "1.000", "1.000", "1.000", "1.000", 1, 1, "1"),
    ("0-2-0", "1.000", "3.000", "3.000", "3.000", 1, 3, "3"),
    ("0-1-0", "1.000", "2.000", "2.000", "5.000", 2, 3, "x"),
    ("0-1-1", "1.000", "2.000", "2.000", "7.000", 3, 3, "x"),
]
CODE = [
    {"where": "In [3]", "line": 1, "text": "x = ng.parameter(2.0)", "nodes": [0]},
    {"where": "In [3]", "line": 2, "text": "a = x * x", "nodes": [1]},
    {"where": "In [3]", "line": 3, "text": "b = 3 * x", "nodes": [2]},
    {"where": "In [4]", "line": 1, "text": "loss = a + b", "nodes": [3]},
]


def payload() -> dict[str, Any]:
    """What the kernel makes for the player, in the form that both agreed on."""
    return {
        "version": 2,
        "language": "en",
        "title": "loss",
        "text": "node  value\nloss  10.000",
        "svg": _drawing(),
        "phases": [
            {"key": "forward", "label": "Forward", "first": 0, "count": 3},
            {"key": "backward", "label": "Backward", "first": 3, "count": 6},
        ],
        "frames": [*_forward(), *_backward()],
        "start": 3,
        "nodes": _nodes(),
        "edges": {step[0]: _edge(index, step) for index, step in enumerate(STEPS)},
        "paths": _paths(),
        "quiz": _quiz(),
        "orders": _orders(),
        "code": CODE,
        "groups": [],
        "ghosts": None,
        "words": messages.interface(),
    }


def math(*parts: str) -> str:
    """MathML of a row of plain parts."""
    inside = "".join(f"<mi>{part}</mi>" if part.isalpha() else f"<mo>{part}</mo>" for part in parts)
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow>{inside}</mrow></math>'


def fraction(above: str, below: str) -> str:
    """MathML of the derivative of ``above`` by ``below``."""
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac>'
        f"<mrow><mo>∂</mo><mi>{above}</mi></mrow><mrow><mo>∂</mo><mi>{below}</mi></mrow></mfrac></math>"
    )


# ---- frames
def _forward() -> list[dict[str, Any]]:
    formulas = {1: ("a", "=", "x", "·", "x"), 2: ("b", "=", "3", "·", "x"), 3: ("loss", "=", "a", "+", "b")}
    return [
        _frame("forward", NAMES[node], node, [edge for edge, _ in EDGES if edge.split("-")[1] == str(node)], node)
        | {"slot": "value", "fragment": _slot(node, "value", BOXES[node][4]), "math": math(*formula), "line": node}
        for node, formula in formulas.items()
    ]


def _backward() -> list[dict[str, Any]]:
    seed = _frame("backward", "start", 3, [], 3) | {"fragment": _slot(3, "grad", "∂ 1.000"), "line": 3}
    frames = [seed]
    for edge, upstream, local, product, total, index, count, _ in STEPS:
        target, source = (int(part) for part in edge.split("-")[:2])
        arrival = {"index": index, "count": count, "before": "", "new": product, "total": total} if count > 1 else None
        equation = [
            {"text": f"∂loss/∂{NAMES[target]} = ", "role": "plain"},
            {"text": upstream, "role": "gradient"},
            {"text": " × ", "role": "plain"},
            {"text": local, "role": "value"},
            {"text": f" = {product}", "role": "gradient"},
        ]
        frames.append(
            _frame("backward", NAMES[source], source, [edge], target)
            | {"label": f"× {local}", "fragment": _slot(target, "grad", f"∂ {total}"), "equation": equation}
            | {"math": fraction("loss", NAMES[target]), "arrival": arrival, "line": source}
        )
    return frames


def _frame(phase: str, caption: str, active: int, edges: list[str], target: int) -> dict[str, Any]:
    sentence = f"{NAMES[target]} gets its number."
    return {
        "phase": phase,
        "caption": caption,
        "active": active,
        "edges": edges,
        "label": "",
        "label_at": [205, 30],
        "target": target,
        "slot": "gradient",
        "fragment": "",
        "math": "",
        "equation": [],
        "sentence": sentence,
        "spoken": sentence,
        "line": None,
        "fold": None,
        "arrival": None,
    }


def _slot(node: int, kind: str, text: str) -> str:
    x, y = BOXES[node][5], BOXES[node][6]
    return f'<text class="ng-{kind}" x="{x + 26}" y="{y + (41 if kind == "value" else 58)}">{text}</text>'


# ---- facts
def _nodes() -> dict[str, dict[str, Any]]:
    gradients = {0: "7.000", 1: "1.000", 2: "1.000", 3: "1.000"}
    formulas = {1: ("a", "=", "x", "·", "x"), 2: ("b", "=", "3", "·", "x"), 3: ("loss", "=", "a", "+", "b")}
    nodes = {}
    for node, kind, name, symbol, value, *_ in BOXES:
        nodes[str(node)] = {
            "name": name,
            "kind": kind,
            "op": {1: "mul", 2: "mul", 3: "add"}.get(node, ""),
            "symbol": symbol or "",
            "shape": "()",
            "dtype": "float64",
            "group": "",
            "value": value,
            "gradient": gradients[node],
            "math": math(*formulas[node]) if node in formulas else "",
            "formula": "".join(formulas.get(node, ())),
            "note": "",
            "sentence": f"{name} is computed." if node else "x is a parameter: training changes it.",
            "locals": [
                {"edge": step[0], "name": NAMES[int(step[0][0])], "math": math(step[7]), "formula": "", "text": step[2]}
                for step in STEPS
                if step[0].split("-")[1] == str(node)
            ],
            "code": node,
            "stats": [],
            "editable": {"shape": [], "data": [2.0]} if node == 0 else None,
        }
    return nodes


def _edge(index: int, step: tuple[str, str, str, str, str, int, int, str]) -> dict[str, Any]:
    edge, upstream, local, product, *_ = step
    target, source = (int(part) for part in edge.split("-")[:2])
    said = f"With {NAMES[target]} moved by 0.00001 to either side the loss changes by {product} times as much."
    return {
        "from": NAMES[target],
        "to": NAMES[source],
        "upstream": upstream,
        "local": local,
        "product": product,
        "math": fraction("loss", NAMES[target]),
        "sentence": f"If {NAMES[target]} grows by a little, {NAMES[source]} grows {local} times as much.",
        "frame": 4 + index,
        "check": {"element": "", "ours": product, "differences": product, "agrees": True, "said": said},
    }


def _paths() -> list[dict[str, Any]]:
    shown = [
        {"edges": ["0-2-0", "2-3-0"], "nodes": [0, 2, 3], "product": "3.000", "math": math("3", "·", "1")},
        {"edges": ["0-1-0", "1-3-0"], "nodes": [0, 1, 3], "product": "2.000", "math": math("x", "·", "1")},
        {"edges": ["0-1-1", "1-3-0"], "nodes": [0, 1, 3], "product": "2.000", "math": math("x", "·", "1")},
    ]
    return [
        {
            "node": 0,
            "name": "x",
            "count": 3,
            "shown": shown,
            "rest": None,
            "sum": "7.000",
            "math": fraction("loss", "x"),
            "sentence": "Along a path one multiplies; paths add up.",
        },
        {
            "node": 2,
            "name": "b",
            "count": 1,
            "shown": [{"edges": ["2-3-0"], "nodes": [2, 3], "product": "1.000", "math": math("1")}],
            "rest": None,
            "sum": "1.000",
            "math": fraction("loss", "b"),
            "sentence": "",
        },
    ]


def _quiz() -> list[dict[str, Any]]:
    return [
        {
            "node": 2,
            "frame": 5,
            "question": "What is ∂loss/∂b?",
            "answer": 1.0,
            "text": "1.000",
            "upstream": [1.0],
            "local": [1.0],
            "products": [1.0],
            "hint": "An addition hands the gradient on unchanged.",
        },
        {
            "node": 0,
            "frame": 6,
            "question": "What is ∂loss/∂x?",
            "answer": 7.0,
            "text": "7.000",
            "upstream": [1.0, 1.0, 1.0],
            "local": [3.0, 2.0, 2.0],
            "products": [3.0, 2.0, 2.0],
            "hint": "x is used three times.",
        },
    ]


def _orders() -> list[dict[str, Any]]:
    def steps(*named: tuple[str | None, int, str], wrong: int | None = None) -> list[dict[str, Any]]:
        return [
            {"edge": edge, "node": node, "text": text, "right": number != wrong}
            for number, (edge, node, text) in enumerate(named)
        ]

    def final(*named: tuple[int, str, str]) -> list[dict[str, Any]]:
        return [
            {"node": node, "name": NAMES[node], "text": text, "right": text == should, "should": should}
            for node, text, should in named
        ]

    return [
        {
            "key": "sorted",
            "label": "Sorted",
            "sentence": "A node passes its gradient on only when all of it has arrived.",
            "steps": steps((None, 3, "1.000"), *((step[0], int(step[0][0]), step[4]) for step in STEPS)),
            "final": final((0, "7.000", "7.000"), (1, "1.000", "1.000"), (2, "1.000", "1.000")),
        },
        {
            "key": "depth_first",
            "label": "Depth first, unsorted",
            "sentence": "Whoever is reached passes on at once.",
            "steps": steps(
                (None, 3, "1.000"),
                ("1-3-0", 1, "1.000"),
                ("0-1-0", 0, "2.000"),
                ("0-1-1", 0, "4.000"),
                ("2-3-0", 2, "1.000"),
                ("0-2-0", 0, "7.000"),
            ),
            "final": final((0, "7.000", "7.000"), (1, "1.000", "1.000"), (2, "1.000", "1.000")),
        },
        {
            "key": "overwrite",
            "label": "With = for +=",
            "sentence": "The last gradient that arrives replaces all others.",
            "steps": steps(
                (None, 3, "1.000"),
                ("1-3-0", 1, "1.000"),
                ("2-3-0", 2, "1.000"),
                ("0-2-0", 0, "3.000"),
                ("0-1-0", 0, "2.000"),
                ("0-1-1", 0, "2.000"),
                wrong=5,
            ),
            "final": final((0, "2.000", "7.000"), (1, "1.000", "1.000"), (2, "1.000", "1.000")),
        },
    ]


# ---- drawing
def _drawing() -> str:
    edges = "".join(
        f'<path class="ng-edge" data-edge="{name}" d="{path}" fill="none" stroke="#9aa4b2" stroke-width="1.6"/>'
        for name, path in EDGES
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 226" width="640" height="226" role="img" '
        'aria-labelledby="t" font-family="sans-serif" font-size="13"><title id="t">graph of loss</title>'
        '<rect class="ng-background" width="640" height="226" fill="#fff"/>'
        f"{edges}{''.join(_box(box) for box in BOXES)}</svg>"
    )


def _box(box: tuple[Any, ...]) -> str:
    node, kind, name, symbol, value, x, y, _ = box
    badge = (
        f'<circle class="ng-badge" cx="{x}" cy="{y + 33}" r="17" fill="#f6f8fb" stroke="#9aa4b2"/>'
        f'<text class="ng-symbol" x="{x}" y="{y + 38}" text-anchor="middle">{symbol}</text>'
        if symbol
        else ""
    )
    shown = value if kind == "parameter" else "—"
    return (
        f'<g class="ng-node ng-{kind}" data-node="{node}">'
        f'<rect class="ng-box" x="{x}" y="{y}" width="140" height="66" rx="10" fill="#fff" stroke="#9aa4b2"/>'
        f'<text class="ng-name" x="{x + 26}" y="{y + 22}" font-weight="600">{name}</text>'
        f'<g class="ng-values" data-value="{node}">{_slot(node, "value", shown)}</g>'
        f'<g class="ng-gradient" data-gradient="{node}">{_slot(node, "grad", "∂ —")}</g>{badge}</g>'
    )
