"""Names, numbers and words as elements of MathML: what stands in the slots of a formula."""

from __future__ import annotations

import re
from html import escape

MOST_BELOW = 2  # words below a name
_INDEXED = re.compile(r"[\w.\u0300-\u036f]+")  # letters with their accents, digits, and dots of modules' parts


def markup(text: str, tag: str = "mi") -> str:
    """Return text as one MathML element; spaces at its ends are kept.

    >>> markup("a<b"), markup("7", "mn")
    ('<mi>a&lt;b</mi>', '<mn>7</mn>')
    """
    body = escape(text, quote=False)
    if tag == "mtext":
        body = re.sub(r"^ +| +$", lambda found: "\xa0" * len(found[0]), body)
    return f"<{tag}>{body}</{tag}>"


def name(text: str) -> str:
    """Return a name as MathML, in which an underscore sets what follows below; one with more than two is no index.

    >>> name("W_xh"), name("h_t_1"), name("_hidden"), name("rate_of_the_loss")
    ('<msub><mi>W</mi><mi>xh</mi></msub>', \
'<msub><mi>h</mi><mrow><mi>t</mi><mo>,</mo><mn>1</mn></mrow></msub>', '<mi>_hidden</mi>', '<mi>rate_of_the_loss</mi>')
    """
    before, dot, last = text.rpartition(".")
    base, *below = last.split("_")
    is_index = 1 <= len(below) <= MOST_BELOW and all((base, *below)) and "_" not in before
    if not is_index or not _INDEXED.fullmatch(text):
        return markup(text)
    under = "<mo>,</mo>".join(markup(part, "mn" if part.isdecimal() else "mi") for part in below)
    return f"<msub>{markup(before + dot + base)}{under if len(below) == 1 else f'<mrow>{under}</mrow>'}</msub>"


def power_of_ten(text: str) -> str:
    """Return a number as MathML, one like "1.5e−5" as 1.5 × 10⁻⁵.

    >>> power_of_ten("2e6")
    '<mrow><mn>2</mn><mo>×</mo><msup><mn>10</mn><mn>6</mn></msup></mrow>'
    """
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return markup(text, "mn")
    raised = markup(exponent.lstrip("−-"), "mn")
    if exponent[0] in "−-":
        raised = f"<mrow><mo>−</mo>{raised}</mrow>"
    return f"<mrow>{markup(mantissa, 'mn')}<mo>×</mo><msup><mn>10</mn>{raised}</msup></mrow>"
