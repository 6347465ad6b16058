"""Formulas as MathML; an empty text where there is nothing to be set."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from nbgrad.display.formula import Token

try:
    _mathml: Any = importlib.import_module("nbgrad.display.mathml")
except ModuleNotFoundError:
    _mathml = None


def set_tokens(tokens: Iterable[Token]) -> str:
    """Return an equation as MathML."""
    return str(_mathml.mathml(list(tokens))) if _mathml else ""


def set_text(text: str) -> str:
    """Return a formula written with Unicode's signs as MathML."""
    return str(_mathml.mathml(text)) if _mathml and text else ""
