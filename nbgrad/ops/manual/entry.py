"""The full entry of one operation: what it is, its formulas, its Python source, and an example with its numbers."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator

from ...core.op import Operation
from . import declared, example, sources

LONG = 118  # columns
MARKS = {
    "elementwise": "elementwise: each element of y depends on the elements at the same place only",
    "takes_complex": "complex: value and rules hold for complex numbers, too",
}


def sections(op: Operation) -> Iterator[tuple[str, list[str]]]:
    """The facts of an entry, each a heading with its lines."""
    yield "value", [f"y = {declared.value(op)}"]
    yield "in LaTeX", [declared.latex(op)]
    yield "called as", [declared.call(op)]
    yield "written", declared.spellings(op)
    yield "rule", declared.rules(op) or ["none is declared yet"]
    if op.scalar_formulas:
        yield "of numbers", declared.rules(op, op.scalar_formulas)
    if op.note:
        yield "in words", [op.note]
    marks = [sentence for mark, sentence in MARKS.items() if getattr(op, mark)]
    if marks:
        yield "marks", marks
    tried = [tried_with(op, number) for number in range(len(op.cases))]
    if tried:
        yield "tested with", tried


def tried_with(op: Operation, number: int) -> str:
    """One case of the tests: the shapes of the operands, and the keyword arguments."""
    case = op.cases[number]
    args = example.drawn(case)
    names = example.operand_names(op, len(args))
    shapes = [f"{name} {declared.described(x)}" for name, x in zip(names, args, strict=True)]
    return ", ".join([*shapes, declared.stated(case.static)] if case.static else shapes)


def heading(op: Operation) -> str:
    """What stands above an entry: the name, the symbol in drawings, the family."""
    names = [op.name] if op.symbol == op.name else [op.name, op.symbol]
    return "   ".join([*names, f"({declared.family(op)})"])


def text_entry(op: Operation) -> str:
    """The entry for a terminal."""
    lines = [heading(op), "═" * len(heading(op)), *prose(op).splitlines(), ""]
    for title, facts in sections(op):
        for number, fact in enumerate(facts):
            first = f"{'' if number else title:<13}"
            lines += textwrap.wrap(
                fact, LONG, initial_indent=first, subsequent_indent=" " * 15, break_long_words=False,
                break_on_hyphens=False,
            )  # fmt: skip
    for title, text in python(op):
        lines += ["", f"{title}:", "", *textwrap.indent(text, "    ").splitlines()]
    shown = example.worked_example(op)
    if shown:
        lines += ["", f"{EXAMPLE}:", "", *textwrap.indent(aligned(shown), "    ").splitlines()]
    return "\n".join(lines)


def markdown_entry(op: Operation) -> str:
    """The entry in Markdown, with the formula as LaTeX."""
    lines = [f"### `{op.name}`", "", *in_markdown(prose(op)), "", f"$$y = {declared.latex(op)}$$", ""]
    for title, facts in sections(op):
        if title in ("value", "in LaTeX"):  # that is the formula above
            continue
        plain = title in ("in words", "marks")
        joined = "; ".join(facts) if plain else ", ".join(f"`{fact}`" for fact in facts)
        lines.append(f"- {title}: {joined}")
    for title, text in python(op):
        lines += ["", f"{title}:", "", "```python", text, "```"]
    shown = example.worked_example(op)
    if shown:
        lines += ["", f"{EXAMPLE}:", "", "```text", aligned(shown), "```"]
    return "\n".join(lines)


EXAMPLE = "An example, computed (g is the gradient that arrives at y)"


def python(op: Operation) -> Iterator[tuple[str, str]]:
    """The Python source, in two pieces: the value and the rules."""
    yield "The value in Python", sources.source_of_forward(op)
    rules = sources.source_of_rules(op)
    if rules:
        yield "The rules in Python (g: the gradient that arrives at y, y: the value, then the operands)", rules


def aligned(shown: list[tuple[str, str]]) -> str:
    """Lines ``name = numbers``; the further lines of an array stand below its first."""
    lines = []
    longest = max(len(name) for name, _ in shown)
    for name, text in shown:
        first, *further = text.splitlines()
        lines.append(f"{name:<{longest}} = {first}")
        lines += [" " * (longest + 3) + line for line in further]
    return "\n".join(lines)


def prose(op: Operation) -> str:
    """The docstring, without the marks of Sphinx."""
    return re.sub(r":\w+:`~?\.?([^`]+)`", r"``\1``", inspect.cleandoc(op.__doc__ or ""))


def in_markdown(docstring: str) -> Iterator[str]:
    """The lines of a docstring as Markdown: examples as code, and ``Args:`` and its like as lists."""
    in_example = False
    for line in docstring.splitlines():
        if line.startswith(">>>") and not in_example:
            in_example = True
            yield "```pycon"
        elif in_example and not line.strip():
            in_example = False
            yield "```"
        item = re.fullmatch(r"    (\w+): (.*)", line)
        if in_example:
            yield line
        elif re.fullmatch(r"\w+:", line):
            yield from (line, "")
        else:
            text = f"- `{item[1]}`: {item[2]}" if item else re.sub("^ {8}", "  ", line)
            yield re.sub(r"``([^`]+)``", r"`\1`", text)
    if in_example:
        yield "```"
