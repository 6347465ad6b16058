"""The reference table: a row for each operation, family by family, as text and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.op import Operation
from . import declared
from .layout import GAP, code, escaped, formula, in_columns

TITLES = ("name", "symbol", "value y", "rule", "how it is written", "marks")
COLUMNS = (16, 9, 24, 36, 20, 5)  # with two spaces between them, 120
ABOUT = """\
In a rule, ∂y/∂x is the local derivative, by which the gradient g that arrives at y is multiplied (element by element);
an arrow says what x receives, where that is simpler to say. What was broadcast is summed back to the operand's shape.
Marks: e  elementwise (an element of y depends on the elements at the same place only)
       c  complex (value and rules hold for complex numbers, too)"""


def grouped(operations: Sequence[Operation]) -> dict[str, list[Operation]]:
    """The operations by family, the families in their order, the names in that of the alphabet."""
    groups: dict[str, list[Operation]] = {title: [] for title in (*declared.FAMILIES, declared.YOUR_OWN)}
    for op in sorted(operations, key=lambda op: op.name):
        groups[declared.family(op)].append(op)
    return {title: members for title, members in groups.items() if members}


def text_table(operations: Sequence[Operation]) -> str:
    """The table for a terminal, 120 columns wide."""
    lines = []
    for title, members in grouped(operations).items():
        lines += [f"{title[:1].upper()}{title[1:]} ({len(members)})", ""]
        lines += in_columns([[heading] for heading in TITLES], COLUMNS)
        lines.append(GAP.join("─" * n for n in COLUMNS))
        for op in members:
            cells = [[op.name], [op.symbol], [declared.value(op)], declared.rules(op), declared.spellings(op)]
            lines += in_columns([*cells, [declared.marks(op)]], COLUMNS)
        lines.append("")
    return "\n".join([*lines, ABOUT])


def markdown_table(operations: Sequence[Operation]) -> str:
    """The table in Markdown, the values as LaTeX."""
    lines = []
    for title, members in grouped(operations).items():
        lines += [f"### {title[:1].upper()}{title[1:]}", "", f"| {' | '.join(TITLES)} |", "|---" * len(TITLES) + "|"]
        for op in members:
            cells = [
                code(op.name),
                escaped(op.symbol),
                formula(declared.latex(op)),
                "<br>".join(escaped(line) for line in declared.rules(op)),
                "<br>".join(code(way) for way in declared.spellings(op)),
                declared.marks(op),
            ]
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    first, second, *marks = ABOUT.split("\n")
    about = " ".join([first, second]) + "\n\n" + "; ".join(" ".join(mark.split()) for mark in marks)
    return "\n".join([*lines, about])
