"""Formulas of the player as MathML; an empty text where there is nothing to be set."""

from __future__ import annotations

from collections.abc import Sequence

from nbgrad.display import mathml
from nbgrad.display.formula import Token


def set_tokens(tokens: Sequence[Token], names: Sequence[str] = ()) -> str:
    """Return an equation as MathML. names: what is one name wherever it stands, see ``formula.opaque``.

    >>> set_tokens([])
    ''
    """
    return mathml.mathml(tokens, tuple(names)) if tokens else ""


def set_text(text: str, names: Sequence[str] = ()) -> str:
    """Return a formula written with Unicode's signs as MathML."""
    return mathml.mathml(text, tuple(names)) if text else ""


def set_latex(latex: str, slots: Sequence[str], names: Sequence[str]) -> str:
    """Return a formula in LaTeX as MathML, with a name in the place of each slot; names are data, never LaTeX.

    >>> made = set_latex("a = 2\u3042", ["\u3042"], ["x_1"])
    >>> made[made.index("<mi>") :]
    '<mi>a</mi><mo>=</mo><mn>2</mn><msub><mi>x</mi><mn>1</mn></msub></math>'
    """
    template = latex.replace("{", "{{").replace("}", "}}")
    for place, slot in enumerate(slots):
        template = template.replace(slot, f"{{o{place}}}")
    return mathml.from_latex(template, **{f"o{place}": name for place, name in enumerate(names)})
