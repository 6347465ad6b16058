"""What a declaration says of its operation, put into words for the reference: names filled into its templates."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from types import FunctionType
from typing import Any

import numpy as np

from ...core.methods import Methods
from ...core.numpy_protocol import NUMPY
from ...core.op import Operation
from .mathtext import in_text

# Family -> the modules that it is declared in: their names below ``nbgrad.ops``.
FAMILIES: dict[str, tuple[str, ...]] = {
    "elementwise": ("elementwise",),
    "reduction": ("reduction",),
    "linear algebra": ("linalg",),
    "shape and indexing": ("shape", "indexing", "joining", "rearranging", "differences"),
    "Fourier and complex": ("fourier", "complex"),
    "neural networks": ("neural",),
}
YOUR_OWN = "your own"
SEVERAL = "a, b, …"  # what stands for the operands of an operation that takes any number of them
PATHS = {"numpy": "np", "numpy.linalg": "np.linalg", "numpy.fft": "np.fft"}


def family(op: Operation) -> str:
    """The family of an operation, from the place where it is declared; what you declare is your own."""
    where = op.forward.__module__
    if not where.startswith("nbgrad."):
        return YOUR_OWN
    module = where.removeprefix("nbgrad.ops.").split(".")[0]
    return next((title for title, modules in FAMILIES.items() if module in modules), "elementwise")


def filled(op: Operation, template: str, several: str = SEVERAL, keywords: str = "") -> str:
    """A template with the operands' own names; ``g`` is the gradient that arrives and ``y`` the result."""
    names = dict.fromkeys(op.operands, several) if op.variadic else {name: name for name in op.operands}
    own = {name: name for name in op.keywords}
    text = template.format(**{**own, "y": "y", "keywords": keywords, **names, "g": "g"})
    return re.sub(r"(?<!\w)\(g\)", "g", text)  # templates make room for a longer name of the gradient


def latex(op: Operation) -> str:
    """The formula of the value in LaTeX.

    >>> from nbgrad.ops import REGISTRY
    >>> latex(REGISTRY["divide"]), value(REGISTRY["divide"])
    ('\\\\frac{a}{b}', 'a/b')
    """
    several = r"a, b, \ldots"
    names = {name: several if op.variadic else in_latex(name) for name in op.operands}
    return op.latex.format(**{name: in_latex(name) for name in op.keywords}, keywords="", **names)


def in_latex(name: str) -> str:
    """A parameter's name; upright if it is a word, which would else be read as a product of letters.

    >>> in_latex("x"), in_latex("negative_slope")
    ('x', '\\\\mathrm{negative\\\\_slope}')
    """
    escaped = name.replace("_", r"\_")
    return escaped if len(name) == 1 else rf"\mathrm{{{escaped}}}"


def value(op: Operation) -> str:
    """The formula of the value as text."""
    return in_text(latex(op))


def rules(op: Operation, formulas: Sequence[str] | None = None) -> list[str]:
    """A line for each operand: its local derivative or, after an arrow, all that it receives.

    >>> from nbgrad.ops import REGISTRY
    >>> rules(REGISTRY["divide"]), rules(REGISTRY["matmul"])
    (['∂y/∂a = 1/b', '∂y/∂b = −a/b²'], ['a ← g · bᵀ', 'b ← aᵀ · g'])
    """
    templates = op.formulas if formulas is None else formulas
    if op.variadic:
        return [f"each ← {filled(op, template)}" for template in templates]
    lines = []
    for position, (name, template) in enumerate(zip(op.operands, templates, strict=False)):
        if not has_rule(op, position):
            lines.append(f"{name}: no gradient")
        elif "{g}" in template:
            lines.append(f"{name} ← {filled(op, template)}")
        else:
            lines.append(f"∂y/∂{name} = {filled(op, template)}")
    return lines


def has_rule(op: Operation, position: int) -> bool:
    """Whether a gradient flows to this operand."""
    if isinstance(op.rules, tuple):
        return position < len(op.rules) and op.rules[position] is not None
    return True


def source(op: Operation, keywords: str = ", …") -> str:
    """How NumPy spells the value; ``keywords`` stands for the keyword arguments."""
    return filled(op, op.source, keywords=keywords if op.keywords else "")


def spellings(op: Operation) -> list[str]:
    """All the ways to write it: NumPy's source, NumPy's functions, the tensor's methods, ``nbgrad.nn.functional``.

    >>> from nbgrad.ops import REGISTRY
    >>> spellings(REGISTRY["square"]), spellings(REGISTRY["softmax"])
    (['x * x', 'np.square', 'x.square()'], ['F.softmax(x, …)'])
    """
    found = [source(op)]
    for candidate in (*numpy_names(op), *methods(op), *functional_names(op)):
        name = candidate.split("(")[0]
        if candidate not in found and f"{name}(" not in found[0]:
            found.append(candidate)
    return found


def numpy_names(op: Operation) -> list[str]:
    """The functions of NumPy that lead here when they are called on a tensor; each once, in its shortest spelling."""
    found: dict[str, str] = {}
    for function, rule in NUMPY.items():
        if rule is op:
            path = PATHS.get(getattr(function, "__module__", None) or "numpy", "np")
            found.setdefault(function.__name__, f"{path}.{function.__name__}")
    return list(found.values())


BUILT_IN = {"__abs__": "abs(x)", "__neg__": "-x", "__getitem__": "x[index]"}


def methods(op: Operation) -> list[str]:
    """The tensor's methods and properties that this operation makes: ``x.sum()``, ``x.T``; operators are in source."""
    written = []
    for name, thing in vars(Methods).items():
        if not calls(thing, op):
            continue
        if name in BUILT_IN:
            written.append(BUILT_IN[name])
        elif isinstance(thing, property):
            written.append(f"x.{name}")
        elif name == op.name or (not name.startswith("_") and encloses(thing, op)):
            written.append(f"x.{name}()")
    return written


def calls(thing: Any, op: Operation) -> bool:
    """Whether a method or property calls the operation itself: encloses it, or names it."""
    function = thing.fget if isinstance(thing, property) else thing
    if not isinstance(function, FunctionType):
        return False
    return encloses(function, op) or any(function.__globals__.get(name) is op for name in function.__code__.co_names)


def encloses(function: FunctionType, op: Operation) -> bool:
    """Whether a function was made from the declaration of ``op``."""
    return any(cell.cell_contents is op for cell in function.__closure__ or ())


def functional_names(op: Operation) -> list[str]:
    """Its name in ``nbgrad.nn.functional``, which takes up the neural networks' operations and the activations."""
    where = op.forward.__module__
    if where.startswith(("nbgrad.ops.neural.", "nbgrad.ops.elementwise.activation")):
        return [f"F.{op.name}"]
    return []


def marks(op: Operation) -> str:
    """``e`` for elementwise, ``c`` for taking complex numbers, too."""
    return " ".join(letter for letter, holds in (("e", op.elementwise), ("c", op.takes_complex)) if holds)


def call(op: Operation) -> str:
    """The operation with its parameters and their defaults: ``sum(x, *, axis=None, keepdims=False)``."""
    return f"{op.name}{inspect.signature(op.forward)}"


def described(argument: Any) -> str:
    """An operand of the tests in words: its shape, and its kind where it is not ordinary numbers."""
    if argument is None:
        return "None"
    array = np.asarray(argument)
    kinds = {"i": " of whole numbers", "u": " of whole numbers", "b": " of true and false", "c": " of complex numbers"}
    shape = "()" if array.ndim == 0 else "×".join(map(str, array.shape))
    return shape + kinds.get(array.dtype.kind, "")


def stated(static: dict[str, Any]) -> str:
    """Keyword arguments as they are written, on one line: ``axis=0, keepdims=True``."""
    return ", ".join(f"{name}={' '.join(repr(given).split())}" for name, given in static.items())
