"""The formula of an operation as plain text with Unicode's signs, for terminals: the LaTeX of a declaration, read.

>>> in_text(r"\\frac{a}{b + 1} \\cdot \\sqrt{x^2}")
'a/(b + 1) · √(x²)'
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SIGNS = {
    r"\,": " ", r"\;": " ", r"\ ": " ", "~": " ", "-": "−", r"\_": "_", r"\|": "‖", r"\{": "{", r"\}": "}", "'": "′",
    r"\cdot": "·", r"\times": "×", r"\otimes": "⊗", r"\odot": "⊙", r"\ast": "∗", r"\top": "ᵀ", r"\pm": "±",
    r"\sum": "Σ", r"\prod": "Π", r"\int": "∫", r"\partial": "∂", r"\infty": "∞", r"\ldots": "…", r"\bmod": "mod",
    r"\le": "≤", r"\ge": "≥", r"\ne": "≠", r"\langle": "⟨", r"\rangle": "⟩", r"\lfloor": "⌊", r"\rfloor": "⌋",
    r"\alpha": "α", r"\beta": "β", r"\gamma": "γ", r"\delta": "δ", r"\Delta": "Δ", r"\epsilon": "ε",
    r"\varepsilon": "ε", r"\eta": "η", r"\theta": "θ", r"\lambda": "λ", r"\mu": "μ", r"\pi": "π", r"\rho": "ρ",
    r"\sigma": "σ", r"\Sigma": "Σ", r"\tau": "τ", r"\phi": "φ", r"\varphi": "φ", r"\Phi": "Φ", r"\omega": "ω",
    r"\cdots": "⋯", r"\leftarrow": "←", r"\to": "→", r"\left": "", r"\right": "", r"\big": "", r"\Big": "",
    r"\limits": "",
}  # fmt: skip
RAISED = dict(zip("0123456789+−ᵀ∗", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ*", strict=True))
LOWERED = dict(zip("0123456789+−", "₀₁₂₃₄₅₆₇₈₉₊₋", strict=True))
UPRIGHT = {r"\mathrm", r"\operatorname", r"\text", r"\mathbf"}  # only another fount
ROOTS = {"3": "∛", "4": "∜"}
SCRIPT = {ord("F"): "ℱ", ord("L"): "ℒ"}
BAR = "\u0305"  # combines with the letter before it


def in_text(latex: str) -> str:
    """A formula in LaTeX as text; of a command that is not known here, the name remains.

    >>> in_text(r"\\mathrm{softmax}\\left(\\frac{q\\,k^\\top}{\\sqrt{d}}\\right)v"), in_text(r"e^{x + 1} - x^{-1}")
    ('softmax((q kᵀ)/√d)v', 'e^(x + 1) − x⁻¹')
    """
    text = " ".join(_sequence(_Tokens(latex)).split())
    return text.replace("⟨ ", "⟨").replace(" ⟩", "⟩")


class _Tokens:
    """The tokens of a formula: commands, braces, and single characters (spaces only where they separate)."""

    def __init__(self, latex: str):
        self._waiting: Iterator[str] = iter(re.findall(r"\\[A-Za-z]+|\\.|\s+|.", latex, re.DOTALL))
        self.next: str | None = next(self._waiting, None)

    def take(self) -> str:
        """The next token, which is then behind us; nothing at the end."""
        token, self.next = self.next, next(self._waiting, None)
        return token or ""


def _sequence(tokens: _Tokens, end: str | None = None) -> str:
    """Everything up to the token ``end``, which is taken too."""
    pieces: list[str] = []
    after_command = False
    while tokens.next is not None and tokens.next != end:
        token = tokens.take()
        if token in ("^", "_"):
            pieces.append(_raised(_argument(tokens)) if token == "^" else _lowered(_argument(tokens)))
            continue
        piece = _piece(token, tokens)
        command = token.startswith("\\") and token not in SIGNS
        if (command or after_command) and piece[:1].isalnum() and pieces and pieces[-1][-1:].isalnum():
            pieces.append(" ")  # "2\ln{x}" shall not become "2lnx"
        pieces.append(piece)
        after_command = command
    tokens.take()
    return "".join(pieces)


def _piece(token: str, tokens: _Tokens) -> str:
    if token == "{":
        return _sequence(tokens, "}")
    if token == r"\frac":
        return f"{_factor(_argument(tokens))}/{_factor(_argument(tokens))}"
    if token == r"\sqrt":
        degree = ""
        if tokens.next == "[":
            tokens.take()
            degree = _sequence(tokens, "]")
        return ROOTS.get(degree, "√") + _factor(_argument(tokens))
    if token == r"\overline":  # over a single letter a bar; over what is longer it means the mean here
        inner = _argument(tokens)
        return inner + BAR if len(inner) == 1 else f"mean of {inner}"
    if token in UPRIGHT:
        return _argument(tokens)
    if token == r"\mathcal":
        return _argument(tokens).translate(SCRIPT)
    return SIGNS.get(token, token.removeprefix("\\"))


def _argument(tokens: _Tokens) -> str:
    """What a command applies to: a group in braces or a single token."""
    while tokens.next is not None and tokens.next.isspace():
        tokens.take()
    return _piece(tokens.take(), tokens).strip()


def _factor(text: str) -> str:
    """In parentheses, unless it is a single name, number or call."""
    return text if re.fullmatch(r"√?[^\W⁰¹²³⁴-⁹ᵀ]*|[\w.]+\([^()]*\)", text) else f"({text})"


def _raised(text: str) -> str:
    if text and all(char in RAISED for char in text):
        return "".join(RAISED[char] for char in text)
    return f"^{_factor(text)}"


def _lowered(text: str) -> str:
    if text and all(char in LOWERED for char in text):
        return "".join(LOWERED[char] for char in text)
    if len(text) == 1 or text == "tanh":  # a function is no index
        return f"_{text}"
    return text if text.startswith("[") and text.endswith("]") else f"[{text}]"  # a longer one picks: x[index]
