"""Reads the formulas and equations that the player writes, and computes them: a calculator for textbook notation.

It knows nothing of the engine or of how equations are made, so it can tell whether "2 × 3 = 6" and "y = tanh 1.6 =
0.922" are true. Every number that it reads was rounded to three digits; what that leaves uncertain, it works out by
moving each number by as much.
"""

import math
import re

NUMBER = re.compile(r"(\d+\.?\d*(?:e−?\d+)?|∞|NaN|½)(i?)")
NAME = re.compile(r"[^\W\d_²³½][^\W²³½]*(?:\[[\d, ]+\])?")
SUPERSCRIPTS = {"²": 2.0, "³": 3.0}
CONSTANTS = {"π": math.pi, "e": math.e, "True": 1.0, "False": 0.0}


def guarded(function):
    """NaN where a function has no value."""

    def called(*arguments):
        try:
            return function(*arguments)
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError, TypeError):
            return math.nan

    return called


def greatest(*numbers):
    return max(numbers)


def least(*numbers):
    return min(numbers)


def below_by_tanh(x):
    """The probability that a normally distributed number is below x, nearly (D. Hendrycks and K. Gimpel, 2016)."""
    return (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


FUNCTIONS = {
    name: guarded(function)
    for name, function in {
        "ln": math.log, "log₂": math.log2, "log₁₀": math.log10, "sin": math.sin, "cos": math.cos, "tan": math.tan,
        "arcsin": math.asin, "arccos": math.acos, "arctan": math.atan, "arctan2": math.atan2, "sinh": math.sinh,
        "cosh": math.cosh, "tanh": math.tanh, "arsinh": math.asinh, "arcosh": math.acosh, "artanh": math.atanh,
        "max": greatest, "min": least, "fmax": greatest, "fmin": least, "finite": lambda x: x,
        "sign": lambda x: (x > 0) - (x < 0),
        "σ": lambda x: 1 / (1 + math.exp(-x)), "Φ": lambda x: (1 + math.erf(x / math.sqrt(2))) / 2,
        "φ": lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi), "trunc": math.trunc,
        "Φ_tanh": below_by_tanh, "φ_tanh": lambda x: (below_by_tanh(x + 1e-6) - below_by_tanh(x - 1e-6)) / 2e-6,
        "Re": lambda z: complex(z).real, "Im": lambda z: complex(z).imag, "√": math.sqrt, "∛": math.cbrt,
    }.items()
}  # fmt: skip


class Unreadable(ValueError):
    """Not in the notation of formulas: words, shapes, matrices."""


class Reader:
    """Computes one text. names: what names stand for; bumped: which number is moved, and by how many roundings."""

    def __init__(self, text, names=None, bumped=(-1, 0.0)):
        self.text, self.at = text, 0
        self.names, self.bumped, self.count = names or {}, bumped, 0

    def value(self):
        found = self.choice()
        self.space()
        if self.at < len(self.text):
            raise Unreadable(self.text)
        return found

    def space(self):
        while self.text[self.at : self.at + 1] == " ":
            self.at += 1

    def takes(self, *signs):
        """The first of ``signs`` that comes next, which is then read; else ""."""
        self.space()
        for sign in signs:
            if self.text.startswith(sign, self.at):
                self.at += len(sign)
                return sign
        return ""

    def choice(self):
        """a if b > c else d; a if False else b."""
        found = self.sum()
        if not self.takes("if "):
            return found
        holds = self.comparison()
        self.must("else ")
        other = self.choice()
        return found if holds else other

    def comparison(self):
        left = self.sum()
        holds = bool(left)  # where nothing is compared
        self.space()
        if self.text[self.at : self.at + 1] in ("≤", "≥", "<", ">"):
            holds = True
        while sign := self.takes("≤", "≥", "<", ">"):
            right = self.sum()
            holds &= {"≤": left <= right, "≥": left >= right, "<": left < right, ">": left > right}[sign]
            left = right
        return holds

    def must(self, sign):
        if not self.takes(sign):
            raise Unreadable(self.text)

    def sum(self):
        found = -self.product() if self.takes("−") else self.product()
        while sign := self.takes("+", "−"):
            found = found + self.product() if sign == "+" else found - self.product()
        return found

    def product(self):
        found = self.power()
        while True:
            if self.takes("×", "·"):
                found = found * self.signed()
            elif self.takes("/"):
                below = self.power()
                while self.is_glued():  # 1/2y is 1/(2y)
                    below = below * self.power()
                found = found / below if below else math.nan
            elif self.takes("mod "):
                found = guarded(lambda a, b: a % b)(found, self.signed())
            elif self.begins_factor():
                found = found * self.power()
            else:
                return found

    def signed(self):
        return -self.signed() if self.takes("−") else self.power()

    def is_glued(self):
        return self.text[self.at : self.at + 1] not in ("", " ") and self.begins_factor()

    def begins_factor(self):
        self.space()
        rest = self.text[self.at :]
        if rest.startswith(("if ", "else ", "mod ")):
            return False
        return bool(rest) and (rest[0] in "(√∛⌊π" or bool(NAME.match(rest)) or bool(NUMBER.match(rest)))

    def power(self):
        found = self.atom()
        while True:
            if self.text[self.at : self.at + 1] in SUPERSCRIPTS:
                found = found ** SUPERSCRIPTS[self.text[self.at]]
                self.at += 1
            elif self.text.startswith("^", self.at):
                self.at += 1
                exponent = -self.power() if self.takes("−") else self.power()
                found = guarded(lambda a, b: a**b)(found, exponent)
            else:
                return found

    def atom(self):
        self.space()
        for opening, closing, function in (("(", ")", None), ("|", "|", abs), ("⌊", "⌋", math.floor)):
            if self.takes(opening):
                found = self.choice()
                self.must(closing)
                return function(found) if function else found
        rest = self.text[self.at :]
        # Names of variables come before functions and constants: one may be called e.
        if (match := NAME.match(rest)) and match[0] in self.names:
            self.at += len(match[0])
            return self.names[match[0]]
        if match := NUMBER.match(rest):
            self.at += len(match[0])
            return self.number(match[1]) * (1j if match[2] else 1)
        if match := re.match(r"(π|log₂|log₁₀|arctan2|[Φφ]_tanh|[√∛]|[^\W\d_²³½]+)", rest):
            self.at += len(match[0])
            return self.named(match[0])
        raise Unreadable(self.text)

    def number(self, text):
        special = {"∞": math.inf, "NaN": math.nan, "½": 0.5}
        found = special[text] if text in special else float(text.replace("−", "-"))
        place, roundings = self.bumped
        self.count += 1
        return found + roundings * half_digit(found) if self.count - 1 == place else found

    def named(self, name):
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name not in FUNCTIONS:
            raise Unreadable(f"{name} in {self.text}")
        if not self.text.startswith("(", self.at):
            inside = self.signed()
            if name in ("sin", "cos"):  # cos πa
                while self.begins_factor():
                    inside = inside * self.power()
            return FUNCTIONS[name](inside)
        self.must("(")
        arguments = [self.choice()]
        while self.takes(","):
            arguments.append(self.choice())
        self.must(")")
        return FUNCTIONS[name](*arguments)


def half_digit(x):
    """How far a number may be from the one that was rounded to it: half of its third digit, or of its units."""
    if not x or not math.isfinite(x):
        return 0.0
    places = math.floor(math.log10(abs(x)) + 1e-12) - 2
    return 0.5 * 10.0 ** (min(places, 0) if abs(x) < 1e6 else places)


def computed(text, names=None):
    """The value of a formula, and how far off it may be since its numbers were rounded."""
    reader = Reader(text, names)
    value = reader.value()
    error = 0.0
    if value in (math.inf, -math.inf):
        return value, error
    for place in range(reader.count):
        moved = [Reader(text, names, (place, roundings)).value() for roundings in (-1.0, 1.0)]
        error += max((abs(one - value) for one in moved if not is_nan(one)), default=0.0)
    return value, 1.5 * error  # functions bend


def is_nan(x):
    return x != x


def agree(one, other):
    """Whether two results of ``computed`` are the same number, as far as three digits can tell."""
    (a, wide_a), (b, wide_b) = one, other
    if is_nan(a) or is_nan(b):
        return is_nan(a) and is_nan(b)
    if a == b:
        return True
    return abs(a - b) <= wide_a + wide_b + 1e-12
