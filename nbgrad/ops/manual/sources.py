"""The Python source of an operation: what its declaration really runs, read from where it was written."""

from __future__ import annotations

import ast
import dis
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from ...core.op import EachOperand, Operation

NOT_THERE = "(its source is not at hand)"
HINTS = re.compile(r"\s*# (fmt: skip|noqa|type: ignore).*")  # for the tools that check the source, not for its readers


def source_of_forward(op: Operation) -> str:
    """The function that computes the value, without the declaration above it and the docstring in it.

    >>> from nbgrad.ops import REGISTRY
    >>> print(source_of_forward(REGISTRY["tanh"]))
    def tanh(x):
        return np.tanh(x)
    """
    return written(op.forward, docstring=False)


def source_of_rules(op: Operation) -> str:
    """The rules as they are declared, and then the functions of the same file that they call.

    >>> from nbgrad.ops import REGISTRY
    >>> print(source_of_rules(REGISTRY["tanh"]))
    tanh.rule(lambda g, y, x: g * (1.0 - y * y))
    """
    if isinstance(op.rules, EachOperand):
        given: list[Any] = [op.rules[0].func]  # type: ignore[attr-defined]
    else:
        given = [rule for rule in op.rules if rule is not None]
    functions = [rule for rule in given if isinstance(rule, FunctionType)]
    parts = [written(function) for function in (*functions, *called_by(functions, besides=op.forward))]
    return "\n\n".join(dict.fromkeys(parts))  # two rules that stand in one statement: that statement once


def called_by(functions: Iterable[FunctionType], besides: Callable) -> list[FunctionType]:
    """The functions of the same module that ``functions`` call, and those that these call, in that order."""
    known: list[Callable] = [*functions, besides]
    found: list[FunctionType] = []
    waiting = list(functions)
    for function in waiting:  # the list grows while it is walked
        for name in names_in(function.__code__):
            thing = function.__globals__.get(name)
            if isinstance(thing, FunctionType) and thing.__module__ == function.__module__ and thing not in known:
                for row in (known, found, waiting):
                    row.append(thing)
    return found


def names_in(code: CodeType) -> list[str]:
    """The global names that some code uses, those in functions within it included; ``np.sort`` uses ``np`` only."""
    names = [step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names += names_in(constant)
    return names


def written(function: Callable, docstring: bool = True) -> str:
    """The statement in which a function is written: its ``def`` without decorators, or the statement of a lambda.

    Python tells where a function begins; which statement that is, the syntax tree of the file knows.
    """
    try:
        lines, _ = inspect.findsource(function)
    except (OSError, TypeError):
        return NOT_THERE
    line = function.__code__.co_firstlineno
    around = [node for node in statements("".join(lines)) if first_line(node) <= line <= (node.end_lineno or 0)]
    if not around:
        return NOT_THERE
    node = max(around, key=first_line)  # the innermost
    kept = set(range(node.lineno, (node.end_lineno or 0) + 1))
    if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) and not docstring:
        kept -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    text = "".join(HINTS.sub("", lines[number - 1].rstrip("\n")) + "\n" for number in sorted(kept))
    return textwrap.dedent(text).strip("\n")


@lru_cache(64)
def statements(text: str) -> list[ast.stmt]:
    """All statements of a file, those within others too."""
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]


def first_line(node: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
