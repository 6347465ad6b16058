"""An optimiser's step as an equation: each of its lines with names, then with the numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbgrad.display import agreeing, numbers
from nbgrad.display.agreeing import Agreeing
from nbgrad.display.attributes import as_array
from nbgrad.display.formula import GRADIENT, PLAIN, VALUE, Token, in_one
from nbgrad.display.player.trace import Line, Update

PLACE = re.compile(r"(\{[^}]*\})")
BETWEEN = ",  "  # lines


def lines_written(update: Update, name: str, slope: str, with_numbers: bool) -> list[Token]:
    """Return "v ← μ · v + ∂loss/∂w = 0.9 × 2 + 6 = 7.8,  w ← w − lr · v = 3 − 0.1 × 7.8 = 2.22".

    name: the parameter's; slope: how its gradient is written. with_numbers: whether all of them are single numbers.
    """
    tokens: list[Token] = []
    for line in update.lines:
        signs = {**line.signs, "x": name, "g": slope}
        tokens += [Token(BETWEEN)] if tokens else []
        symbols = "".join(token.text for token in filled(line.formula, signs, {}))
        tokens.append(Token(f"{signs[line.target]} ← {symbols}"))
        if with_numbers:
            agreed = agreed_line(line)
            tokens += [Token(" = "), *in_numbers(line, agreed), Token(f" {agreed.sign} "), Token(agreed.result, VALUE)]
    return tokens


def agreed_line(line: Line) -> Agreeing:
    """Return how the numbers of a line are written, so that computing with those gives the written result."""
    given = {place: numbers.only(as_array(value)) for place, value in line.before.items()}
    told = {at: exact(given[place]) for at, place in enumerate(given) if place in line.options}

    known = line.compute
    compute = None if known is None else lambda *used: known(dict(zip(given, used, strict=True)))
    return agreeing.agreeing([*given.values()], numbers.only(as_array(line.after)), compute, exact=told)


def in_numbers(line: Line, agreed: Agreeing) -> list[Token]:
    """Return a line with numbers; one with fractions or roots as one piece, so that it can be set as such."""
    texts = dict(zip(line.before, agreed.given, strict=True))
    roles = {place: GRADIENT if place == "g" else PLAIN if place in line.options else VALUE for place in texts}
    tokens = list(filled(line.formula.replace(" · ", " × "), texts, roles))
    if any(sign in line.formula for sign in "/√²"):
        return [Token("".join(token.text for token in tokens))]
    return tokens


def filled(formula: str, texts: Mapping[str, str], roles: Mapping[str, str]) -> Iterator[Token]:
    """Yield a formula with a text in each place, in parentheses where it would not be read as one."""
    pieces = [piece for piece in PLACE.split(formula) if piece]
    for i, piece in enumerate(pieces):
        if not piece.startswith("{"):
            yield Token(piece)
            continue
        text = texts[piece[1:-1]]
        after = pieces[i + 1] if i + 1 < len(pieces) else ""
        begins = i == 0 and not after.startswith(("²", "/", "^"))
        yield Token(text if begins else as_operand(text, after), roles.get(piece[1:-1], PLAIN))


def as_operand(text: str, after: str) -> str:
    """Return what stands within a formula. after: what follows it there.

    >>> as_operand("−3", " + "), as_operand("∂l/∂w", "²"), as_operand("∂l/∂w", ""), as_operand("w", "²")
    ('(−3)', '(∂l/∂w)', '∂l/∂w', 'w')
    """
    is_fraction = text.startswith("∂") and after.startswith(("²", "/", "^"))
    if is_fraction or text.startswith(numbers.MINUS):
        return f"({text})"
    return text if text.startswith("∂") else in_one(text) if not text[:1].isdigit() else text


def exact(value: Any) -> str:
    """Write an option as it was given.

    >>> exact(0.9999), exact(1e-10)
    ('0.9999', '1e−10')
    """
    mantissa, _, exponent = f"{float(value):.12g}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", numbers.MINUS) if exponent else mantissa
