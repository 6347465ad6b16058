"""Formulas and equations as MathML, which browsers set as mathematics and screen readers read out.

A formula comes as text with Unicode's signs (read by ``nbgrad.display.latex``) or as LaTeX; latex2mathml makes MathML
of it. It takes its time, so a form that was made once is kept: the second "∂loss/∂z" only fills in other names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from nbgrad.display import latex, math_elements, measure, messages
from nbgrad.display.formula import FAINT, PLAIN, Token

KEPT = 4096  # forms and formulas that are remembered
# Braces and bars that grow need a font made for mathematics, which not every machine has. So lines stand for them.
_BRACE = '<mo stretchy="true" fence="true" form="prefix">{</mo><mtable>'
_CASES = "border-left: 0.09em solid; border-radius: 0.6em 0 0 0.6em; padding-left: 0.3em"
_BAR = "border-top: 0.07em solid; padding-top: 0.1em"
_MINUS = '<mo form="prefix">−</mo>'  # a sign, not a difference
_SPACE = '<mspace width="0.167em" />'
_ENDS_IN_WORD = re.compile(r"[^\W\d_] $")
_DOLLARS = re.compile(r"\$[^$\s]+\$")  # a name in LaTeX's own signs, as for Matplotlib; it stands as it is
_LETTERS = re.compile(r'<mrow>((?:<mi mathvariant="normal">\w</mi>|<mn>\d+</mn>){2,})</mrow>')
_NUMBER = re.compile(r"−?(?:\d+(?:\.\d+)?(?:e[−-]?\d+)?|∞|NaN)")


def mathml(formula: str | Iterable[Token], names: tuple[str, ...] = ()) -> str:
    """Return a formula in Unicode's signs, or the tokens of an equation, as a ``<math>`` element.

    Coloured tokens become groups of class "ng-token-gradient", "ng-token-value" or "ng-token-dim". Text that is not
    understood stands there as text; nothing in it is interpreted as markup or LaTeX. names: what is one name wherever
    it stands, see ``formula.opaque``.

    >>> mathml("y²")
    '<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true"><msup><mi>y</mi><mn>2</mn></msup></math>'
    """
    return equation([Token(formula)] if isinstance(formula, str) else formula, names)


def equation(tokens: Iterable[Token], names: tuple[str, ...] = ()) -> str:
    """Return an equation as a ``<math>`` element; a token with a shape has it written small below.

    >>> made = equation([Token("x"), Token(" = "), Token("3", "value")])
    >>> made[made.index("<mi>"):]
    '<mi>x</mi><mo>=</mo><mrow class="ng-token-value"><mn>3</mn></mrow></math>'
    """
    return _math("".join(_token(token, names) for token in tokens))


def with_shape(name: str, shape: str) -> str:
    """Return a formula with the shape of its value below, as a piece of MathML that is to stand in ``<math>``.

    >>> with_shape("h", "16×10")
    '<munder><mi>h</mi><mtext class="ng-token-dim">16×10</mtext></munder>'
    """
    return _over_shape(_row(_formula(name, _words(), ())), shape)


def from_latex(formula: str, **names: Any) -> str:
    """Return a formula in LaTeX as a ``<math>`` element.

    names: what stands for the places in braces, in which case ``formula`` is a template for ``str.format``, as those of
    operations are. A name is data: whatever LaTeX would make of it, only an underscore between letters means something.

    >>> made = from_latex(r"\\frac{{{a}}}{{2}}", a="W_1")
    >>> made[made.index("<mfrac>"):]
    '<mfrac><msub><mi>W</mi><mn>1</mn></msub><mn>2</mn></mfrac></math>'
    """
    filled = tuple(math_elements.name(measure.clean(name)) for name in names.values())
    if names:
        slots = (chr(latex.SLOTS + place) for place in range(len(names)))
        formula = formula.format(**dict(zip(names, slots, strict=True)))
    return _math(_fill(_converted(formula), filled))


def _math(body: str) -> str:
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true">{body}</math>'


def _words() -> tuple[str, ...]:
    return messages.say("case_if"), messages.say("case_where"), messages.say("case_otherwise")


def _token(token: Token, names: tuple[str, ...]) -> str:
    if token.role == FAINT:
        said = measure.clean(token.text)
        body = math_elements.markup(
            f"{' ' * token.text.startswith(' ')}{said}{' ' * token.text.endswith(' ')}", "mtext"
        )
    elif _NUMBER.fullmatch(token.text):  # most tokens that are new in every frame
        minus, digits = token.text[:1] == "−", token.text.lstrip("−")
        body = (_MINUS if minus else "") + math_elements.power_of_ten(digits)
    else:
        present = latex.pattern(names).findall(token.text) if names else ()
        body = _formula(token.text, _words(), tuple(dict.fromkeys(present)))
        if _ENDS_IN_WORD.search(token.text):  # "tanh " before a number
            body += _SPACE
    if token.shape:
        body = _over_shape(_row(body), token.shape)
    return body if token.role == PLAIN else f'<mrow class="ng-token-{token.role}">{body}</mrow>'


def _over_shape(body: str, shape: str) -> str:
    below = math_elements.markup(measure.clean(shape), "mtext").replace("<mtext>", '<mtext class="ng-token-dim">', 1)
    return f"<munder>{body}{below}</munder>"


@lru_cache(maxsize=KEPT)
def _formula(text: str, words: tuple[str, ...], names: tuple[str, ...]) -> str:
    """Return a formula in Unicode's signs as a row of MathML; as text where it cannot be read."""
    said = measure.clean(text)
    names += tuple(_DOLLARS.findall(said))
    try:
        form, filled = latex.read(said, words, names)
    except ValueError:
        return math_elements.markup(said, "mtext")
    return _fill(_converted(form), filled)


def _fill(form: str, filled: tuple[str, ...]) -> str:
    """Put into the slots of a form what belongs there."""

    def at(found: re.Match[str]) -> str:
        place = ord(found[1]) - latex.SLOTS
        return filled[place] if place < len(filled) else ""

    return re.sub("<mi>([\ue000-\uf8ff])</mi>", at, form)


@lru_cache(maxsize=KEPT)
def _converted(form: str) -> str:
    """Return LaTeX as a row of MathML; as text where it is not LaTeX."""
    from latex2mathml.converter import convert  # imported when a formula is first set

    if not form:
        return ""
    try:
        made = convert(form)
    except Exception:  # what latex2mathml finds wrong has no class in common
        return math_elements.markup(form, "mtext")
    return _tidied(made[made.index("<mrow>") + len("<mrow>") : -len("</mrow></math>")])


def _tidied(row: str) -> str:
    """Return a row without what browsers do not know any more, and without groups around single elements."""
    row = re.sub("&#x0*([0-9A-Fa-f]+);", _plainly, row)
    row = re.sub(r"<mi>\\([A-Za-z]+)</mi>", r"<mi>\1</mi>", row)  # a command that is not known, as \arg, by its name
    row = _LETTERS.sub(lambda found: f"<mi>{re.sub('<[^>]*>', '', found[1])}</mi>", row)  # a word is one name
    row = row.replace(' columnalign="left"', ' style="text-align: left"')
    row = row.replace(_BRACE, f'<mtable style="{_CASES}">')
    row = re.sub(r"<mrow>(<(mi|mn|mo|mtext)\b[^>]*>[^<]*</\2>)</mrow>", r"\1", row)
    row = re.sub(r'(<mo(?! stretchy="true" fence="true" form="post)[^>]*>[^<]*</mo>)<mo>−</mo>', rf"\1{_MINUS}", row)
    row = re.sub(r'<mover>(.*?)<mo accent="true">―</mo></mover>', rf'<mrow style="{_BAR}">\1</mrow>', row)
    return re.sub(r"(<mi>\w\w+</mi>)(?=<mi>)", rf"\1{_SPACE}", row)  # ln x


def _plainly(reference: re.Match[str]) -> str:
    """Return the character of a reference, except for those that mean something in markup."""
    char = chr(int(reference[1], 16))
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(char, char)


def _row(body: str) -> str:
    """Return a piece of MathML as one element."""
    single = re.fullmatch(r"<(mi|mn|mo|mtext)>[^<]*</\1>", body)
    return body if single else f"<mrow>{body}</mrow>"
