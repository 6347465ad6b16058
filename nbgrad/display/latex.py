"""Formulas written with Unicode's signs, "σ(z)(1 − σ(z))", read into LaTeX in which nothing is left to interpret.

Every name, number and word becomes a *slot*: one letter of Unicode's private area, which LaTeX passes on as it is.
What stood there is kept beside it, as a piece of MathML. So a name can hold whatever its user likes, and formulas of
one form, such as "∂loss/∂z" and "∂y/∂x", have one LaTeX text between them.

What is understood, besides signs that stand for themselves:

- "a/b" is a fraction of the factors beside the stroke, "a·b / c" with spaces one of the whole products;
- "x²", "xᵀ", "x⁻¹", "e^(−x)" are raised and "v₁", "Fᵢⱼ" lowered; "√(x + 1)" is a root;
- "W_xh", "y_pred" and "x_1" are names with an index, and so is "softmax(z)_label" a result with one;
- "a if c else b" and "a if c, b if d, else e" are cases, one below the other; so are "a，若 c；b，若 d；否則 e";
- brackets of all kinds grow with what they hold; "1.5e−5" is a power of ten;
- words in a row, "summed over the copies", are text.

Names that are no words, such as "2nd" or "4.weight", have to be said beforehand: they are never looked into.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nbgrad.display.math_elements import markup, name, power_of_ten

SLOTS = 0xE000  # the first letter of the private area; it has 6,400
LONGEST = 1000  # characters of a formula that is read
DEEPEST = 24  # brackets within brackets

RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀⁿ", [*"0123456789+-", r"\top ", "n"], strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₙ", "0123456789+-ijkn", strict=True))
SIGNS = {
    "+": "+", "−": "-", "-": "-", "=": "=", "<": "<", ">": ">", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ",
    "·": r"\cdot ", "×": r"\times ", "⊙": r"\odot ", "⊗": r"\otimes ", "∘": r"\circ ", "∗": r"\ast ", "→": r"\to ",
    ",": ",", "Σ": r"\sum ", "∏": r"\prod ", "∂": r"\partial ", "½": r"\frac{1}{2}",
}  # fmt: skip
PRODUCTS = frozenset("·×⊙⊗∘∗@")
BRACKETS = {"(": ")", "[": "]", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉", "{": "}", "|": "|", "‖": "‖"}
FENCES = {
    "(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "‖": r"\|", "⟨": r"\langle ", "⟩": r"\rangle ", "{": r"\{",
    "}": r"\}", "⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ",
}  # fmt: skip
FUNCTIONS = frozenset(
    ("sin", "cos", "tan", "sinh", "cosh", "tanh", "ln", "log", "exp", "sign", "det", "diag", "sym", "max", "min")
)
CHOOSING = frozenset({"if", "where"})
WORDS = ("if", "where", "otherwise")
CHINESE_IF, CHINESE_ELSE = "，若", ("；否則", "；否则")  # cases in Chinese sentences

_SCRIPTS = "".join((*RAISED, *LOWERED))
_LETTER = rf"(?:(?![{_SCRIPTS}Σ])[^\W\d])"
_INSIDE = rf"(?![{_SCRIPTS}])\w"  # a character that belongs to the word before it
_PIECES = (
    rf"(?P<space>\s+)|(?P<under>(?<=[)\]Σ])_)|(?P<number>\d+(?:\.\d+)?(?:e[−-]?\d+)?|∞|NaN)"
    rf"|(?P<word>π(?={_LETTER})|{_LETTER}(?:(?![{_SCRIPTS}])[\w\u0300-\u036f]|\.(?={_LETTER}|\d)|'(?=s\b))*…?)"
    rf"|(?P<raised>[{''.join(RAISED)}]+)|(?P<lowered>[{''.join(LOWERED)}]+)|(?P<sign>.)"
)
NAME = " "  # before the text of a name, which so is none of the signs and words that mean something


@dataclass(slots=True)
class Piece:
    """A piece of a formula: a name, number, word, raised or lowered run, sign, or a bracket with what it holds."""

    kind: str  # "name", "number", "word", "raised", "lowered", "under", "sign", "bracket"
    text: str
    spaced: int = 0  # how many spaces stood before it
    inner: list[Piece] = field(default_factory=list)


def read(text: str, words: Sequence[str] = WORDS, names: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
    """Return a formula as LaTeX with slots, and the MathML that belongs in the slots.

    words: those that stand for "if", "where" and "else" where a formula has cases. names: what is one name wherever it
    stands, whatever signs are in it.

    >>> latex, filled = read("1/(2·√x)")
    >>> latex.translate({0xE000 + place: str(place) for place in range(9)}), filled[2]
    ('\\\\frac{0}{1\\\\cdot \\\\sqrt{2}}', '<mi>x</mi>')

    Raises ValueError for a formula that is too long or has too many brackets within brackets.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a formula of {len(text)} characters; up to {LONGEST} are read")
    reader = _Reader(words)
    return reader.choice(_pieces(_cases_in_signs(text), names)), tuple(reader.filled)


def is_word(text: str) -> bool:
    """Tell whether a name is read as a single name by itself: a word, with a number below or an index behind.

    >>> [is_word(name) for name in ("W1", "v₁", "h[0, 2]", "net.0.weight", "0.weight", "2nd", "p(y|x)", "x²")]
    [True, True, True, True, False, False, False, False]
    """
    kinds = [piece.kind for piece in _pieces(re.sub(r"(?<=\w)\[[\d, ]+\]$", "", text))] if len(text) <= LONGEST else []
    return kinds in (["word"], ["word", "lowered"])


@lru_cache(maxsize=64)
def pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern that finds any of these names, where it is not a part of a longer word.

    >>> pattern(("2nd", "a/b")).findall("22nd · 2nd + a/b + a/bc + 2ndᵀ")
    ['2nd', 'a/b', '2nd']
    """
    return re.compile("|".join(_alone(name) for name in sorted(names, key=lambda name: (-len(name), name))))


def _alone(name: str) -> str:
    before = r"(?:(?<![\w.])|(?<=[)\]]_))" if re.match(r"\w", name) else ""
    after = f"(?!{_INSIDE})" if re.search(r"\w$", name) else ""
    return f"{before}{re.escape(name)}{after}"


@lru_cache(maxsize=64)
def _all_pieces(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?P<name>{pattern(names).pattern})|{_PIECES}" if names else _PIECES, re.DOTALL)


def _cases_in_signs(text: str) -> str:
    """Write the cases of a formula in Chinese with the signs that the reader knows.

    >>> _cases_in_signs("1，若 a > b；½，若相等；否則 0")
    '1 if  a > b, ½ if 相等, else  0'
    """
    if CHINESE_IF not in text:
        return text
    for otherwise in CHINESE_ELSE:
        text = text.replace(otherwise, ", else ")
    return text.replace("；", ", ").replace(CHINESE_IF, " if ")


def _pieces(text: str, names: tuple[str, ...] = ()) -> list[Piece]:
    """Cut a formula into pieces and put what stands in brackets into them; a bracket without its partner is a sign."""
    open_: list[tuple[Piece, list[Piece]]] = []
    row: list[Piece] = []
    spaced = 0
    for found in _all_pieces(names).finditer(text):
        kind, said = str(found.lastgroup), found[0]
        if kind == "space":
            spaced = len(said)
            continue
        piece, spaced = Piece(kind, NAME + said if kind == "name" else said, spaced), 0
        if kind == "sign" and open_ and said == BRACKETS[open_[-1][0].text] and (said not in BRACKETS or row):
            bracket, outer = open_.pop()
            bracket.kind, bracket.inner = "bracket", row
            row = [*outer, bracket]
        elif kind == "sign" and said in BRACKETS:
            if len(open_) == DEEPEST:
                raise ValueError(f"more than {DEEPEST} brackets within brackets")
            open_.append((piece, row))
            row = []
        else:
            row.append(piece)
    while open_:
        alone, outer = open_.pop()
        row = [*outer, alone, *row]
    return row


class _Reader:
    """Turns pieces into LaTeX and keeps what belongs into the slots."""

    def __init__(self, words: Sequence[str]) -> None:
        self.filled: list[str] = []
        self.words = dict(zip(("if", "where", "else"), words, strict=True))

    def slot(self, mathml: str) -> str:
        self.filled.append(mathml)
        return chr(SLOTS + len(self.filled) - 1)

    def text(self, said: str) -> str:
        return self.slot(markup(said, "mtext"))

    # ---- a choice: a if c else b

    def choice(self, row: Sequence[Piece]) -> str:
        """What may choose: cases below each other, or simply a row."""
        rows = _cases(row)
        if not rows:
            return self.row(row)
        lines = []
        for value, condition in rows:
            said = f"{self.text(f'{self.words[condition[0].text]} ')}{self.row(condition[1:])}" if condition else None
            lines.append(f"{self.row(value)}&{said or self.text(self.words['else'])}")
        return r"\begin{cases}" + r"\\".join(lines) + r"\end{cases}"

    # ---- a row: terms between signs

    def row(self, row: Sequence[Piece]) -> str:
        """Terms and the signs between them."""
        made: list[str] = []
        term: list[Piece] = []
        for place, piece in enumerate(row):
            if _ends_term(piece) and not (place and row[place - 1].text == "^"):
                made += [self.term(term), self.sign(piece.text)]
                term = []
            else:
                term.append(piece)
        return "".join([*made, self.term(term)])

    def term(self, term: list[Piece]) -> str:
        """A product; a stroke with spaces makes a fraction of all that stands before it, if that is no tower."""
        strokes = [place for place, piece in enumerate(term) if _is_wide_stroke(term, place)]
        if not strokes:
            return self.factors(term)
        place = strokes[-1]
        above, below = term[:place], term[place + 1 :]
        rest = next((number for number, piece in enumerate(below) if number and piece.spaced), len(below))
        if _holds_fraction(above):
            return f"{self.term(above)}{self.slot('<mo>/</mo>')}{self.factors(below)}"
        return f"\\frac{{{self.bare(above)}}}{{{self.bare(below[:rest])}}}{self.factors(below[rest:])}"

    def factors(self, factors: list[Piece]) -> str:
        """Factors side by side: words in a row are text, and a stroke between two factors makes a fraction."""
        made: list[str] = []
        place = 0
        while place < len(factors):
            words = _words(factors, place)
            if words > 1:
                made += [self.space(factors[place], factors[:place]), self.in_words(factors[place : place + words])]
                place += words
                continue
            space = self.space(factors[place], factors[:place])
            end = _factor_end(factors, place)
            if end < len(factors) - 1 and factors[end].text == "/" and place < end:
                last = _factor_end(factors, end + 1, divisor=True)
                made.append(space + self.fraction(factors[place:end], factors[end + 1 : last]))
                place = last
            else:
                made.append(space + self.factor(factors[place:end]))
                place = end
        return "".join(made)

    def in_words(self, words: Sequence[Piece]) -> str:
        return self.text(" ".join(piece.text for piece in words))

    def fraction(self, above: list[Piece], below: list[Piece]) -> str:
        """A fraction; what is raised behind a derivative, "∂y/∂xᵀ", is meant for all of it."""
        raised = ""
        if below[0].text == "∂" and below[-1].kind == "raised":
            raised = "".join(RAISED[char] for char in below.pop().text)
        made = f"\\frac{{{self.bare(above)}}}{{{self.bare(below)}}}"
        return f"\\left({made}\\right)^{{{raised}}}" if raised else made

    def bare(self, factors: list[Piece]) -> str:
        """What stands above or below a stroke: round brackets around all of it are not needed there."""
        only = len(factors) == 1 and factors[0].kind == "bracket" and factors[0].text == "("
        return self.choice(factors[0].inner) if only else self.term(factors)

    def factor(self, factor: list[Piece]) -> str:
        """Pieces without a space between them, with what is raised and lowered."""
        made: list[str] = []
        place = 0
        while place < len(factor):
            piece = factor[place]
            place += 1
            if piece.text == "√" and place < len(factor):
                base = f"\\sqrt{{{self.bare([factor[place]])}}}"
                place += 1
            else:
                base = self.atom(piece)
            low, high = "", ""
            if end := _index_end(factor, place):
                low, place = self.index(factor[place + 1 : end]), end
            while place < len(factor):
                script = factor[place]
                if script.kind == "lowered" and not low:
                    low = "".join(LOWERED[char] for char in script.text)
                elif script.kind == "raised" and not high:
                    high = "".join(RAISED[char] for char in script.text)
                elif script.text == "^" and not high and place + 1 < len(factor):
                    place += 1
                    signed = factor[place].text in "+−-" and place + 1 < len(factor)
                    high = self.bare(factor[place : place + 1 + signed])
                    place += signed
                else:
                    break
                place += 1
            made.append(base + (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else ""))
        return "".join(made)

    def index(self, said: Sequence[Piece]) -> str:
        """What an underscore behind a bracket sets below: a name with its number and brackets."""
        first, *others = said
        made = self.atom(first)
        for piece in others:
            made += (
                f"_{{{''.join(LOWERED[char] for char in piece.text)}}}" if piece.kind == "lowered" else self.atom(piece)
            )
        return made

    def atom(self, piece: Piece) -> str:
        if piece.kind == "number":
            return self.slot(power_of_ten(piece.text))
        if piece.kind == "word":
            return self.slot(name(piece.text))
        if piece.kind == "name":
            return self.slot(markup(piece.text.removeprefix(NAME)))
        if piece.kind == "bracket":
            left, right = FENCES[piece.text], FENCES[BRACKETS[piece.text]]
            if _cases(piece.inner):  # their own brace is enough
                return self.choice(piece.inner)
            return f"\\left{left}{self.choice(piece.inner)}\\right{right}"
        if piece.kind in ("raised", "lowered"):
            scripts = RAISED if piece.kind == "raised" else LOWERED
            return f"{{}}{'^' if piece.kind == 'raised' else '_'}{{{''.join(scripts[char] for char in piece.text)}}}"
        return self.sign(piece.text)

    def sign(self, sign: str) -> str:
        return SIGNS.get(sign) or self.slot(markup(sign, "mo"))

    def space(self, piece: Piece, before: Sequence[Piece]) -> str:
        """The space that stood before a piece, where the signs beside it do not bring their own."""
        if not piece.spaced or not before or (piece.kind == "sign" and piece.text not in "Σ∏√∂"):
            return ""
        if before[-1].text in FUNCTIONS or before[-1].text in "Σ∏":
            return r"\,"
        return "" if before[-1].kind == "sign" else r"\ "


def _cases(row: Sequence[Piece]) -> list[tuple[Sequence[Piece], Sequence[Piece]]]:
    """Return (value, condition) for each case of "a if c else b"; nothing for a row that has no "else" of this kind."""
    ends = [place for place, piece in enumerate(row) if piece.kind == "word" and piece.text == "else"]
    starts = [place for place, piece in enumerate(row) if piece.kind == "word" and piece.text in CHOOSING]
    if len(ends) != 1 or not starts or starts[-1] > ends[0]:
        return []
    found = []
    begin = 0
    for place in starts:
        following = [comma for comma in range(place, ends[0]) if row[comma].text == ","]
        end = following[0] if following else ends[0]
        found.append((row[begin:place], row[place:end]))
        begin = end + 1
    return [*found, (row[ends[0] + 1 :], [])]


def _index_end(factor: Sequence[Piece], place: int) -> int:
    """Return where an index ends whose underscore is here; 0 where none is, or nothing follows it."""
    if place + 1 >= len(factor) or factor[place].kind != "under":
        return 0
    following = (at for at in range(place + 2, len(factor)) if factor[at].kind not in ("lowered", "bracket"))
    return next(following, len(factor))


def _ends_term(piece: Piece) -> bool:
    return piece.kind == "sign" and piece.text in "+−-=<>≤≥≠→,:;，：；"


def _is_wide_stroke(term: Sequence[Piece], place: int) -> bool:
    return 0 < place < len(term) - 1 and term[place].text == "/" and term[place].spaced > 0


def _holds_fraction(pieces: Sequence[Piece]) -> bool:
    return any(piece.text in "/½" or _holds_fraction(piece.inner) for piece in pieces)


def _words(factors: Sequence[Piece], place: int) -> int:
    """Count the words in a row from here: at least two letters each, no names of code, a space between them."""
    count = 0
    for piece in factors[place:]:
        named = len(piece.text) < 2 or piece.text in FUNCTIONS or "_" in piece.text
        if piece.kind != "word" or named or (count and not piece.spaced):
            break
        count += 1
    after = place + count
    calls = after < len(factors) and not factors[after].spaced and factors[after].kind in ("bracket", "raised")
    return count - calls


def _factor_end(factors: Sequence[Piece], place: int, divisor: bool = False) -> int:
    """Return where a factor ends that begins here: at a space, a sign of multiplication or a stroke.

    A divisor is shorter: one name or number with its scripts, or a call. In "1/(a)(b)" only a divides.
    """
    end = place
    while end < len(factors):
        piece = factors[end]
        if end > place and (piece.spaced or piece.text == "/" or piece.text in PRODUCTS):
            break
        if divisor and end > place and not _belongs(factors[end - 1], piece):
            break
        end += 1
        if piece.text in PRODUCTS:
            break
    return max(end, min(place + 1, len(factors)))


def _belongs(before: Piece, piece: Piece) -> bool:
    """Tell whether a piece belongs to the divisor that ends before it."""
    if piece.kind in ("raised", "lowered", "under") or piece.text == "^" or before.text in ("∂", "√", "^", "_"):
        return True
    return piece.kind == "bracket" and (before.kind in ("word", "name", "lowered") or before.text in ("Σ", "∏"))
