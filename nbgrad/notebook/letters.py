"""The letters that formulas bring along, beside names: e, the base of the logarithm, and n, how many elements."""

from __future__ import annotations

import re
from collections.abc import Collection

IN_BRACES, IN_PARENTHESES = r"\{((?:[^{}]|\{[^{}]*\})*)\}", r"\(((?:[^()]|\([^()]*\))*)\)"  # one level within
POWER_OF_E = re.compile(rf"(?<![\\\w])e\^(?:{IN_BRACES}|{IN_PARENTHESES})")
COUNT = re.compile(r"(?<![\\\w])n(?!\w)")


def told_apart(formula: str, names: Collection[str]) -> str:
    """A formula, as LaTeX or as text, in which no letter of its own is one of the ``names`` in the graph.

    >>> told_apart("e^{-{x}}", ["e"]), told_apart("{g} · e^({x} − {y})", ["e"]), told_apart("e^{x}", ["x"])
    ('\\\\exp(-{x})', '{g} · exp({x} − {y})', 'e^{x}')
    >>> told_apart("{g} / n", ["n"]), told_apart("{g} / n", ["n", "N"])
    ('{g} / N', '{g} / count')
    """
    if "e" in names:
        formula = POWER_OF_E.sub(as_function, formula)
    if "n" in names:
        formula = COUNT.sub("count" if "N" in names else "N", formula)
    return formula


def as_function(power: re.Match[str]) -> str:
    """A power of e as a function: in LaTeX, where braces hold the exponent, or in text."""
    return f"exp({power[2]})" if power[1] is None else f"\\exp({power[1]})"
