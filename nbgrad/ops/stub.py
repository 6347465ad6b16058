"""``python -m nbgrad.ops.stub`` writes ``nbgrad/core/methods.pyi``: what editors and type checkers know of a tensor.

The operators and methods of ``Tensor`` are hung on it by the declarations of the operations, which no editor runs. The
stub beside ``nbgrad/core/methods.py`` spells them out; the tests compare it with the declarations.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..core import methods
from ..core.op import Operation
from . import REGISTRY

PATH = Path(methods.__file__).with_suffix(".pyi")
HEADER = '''"""Written by ``python -m nbgrad.ops.stub`` from the declarations of the operations; not by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .tensor import Tensor

class Methods:
    __slots__ = ()

'''
FOOTER = "\ndef method(name: str, function: Callable) -> None: ...\n"


def operation_behind(function: Callable) -> Operation | None:
    """The operation that a method calls: the one it encloses, or the only one that it names."""
    names = inspect.getclosurevars(function)
    used = [thing for thing in (*names.nonlocals.values(), *names.globals.values()) if isinstance(thing, Operation)]
    return used[0] if used else None


def parameters(function: Callable) -> str:
    """The parameters of a method as a stub writes them, ``self`` first."""
    enclosed = inspect.getclosurevars(function).nonlocals.get("op")
    if isinstance(enclosed, Operation):  # made from a declaration: its keyword arguments may be given by position too
        declared = list(inspect.signature(enclosed.forward).parameters.values())
        unary = "rest" in inspect.signature(function).parameters
        if not unary:
            return "self, other: Any"
    else:
        declared = list(inspect.signature(function).parameters.values())
    return ", ".join(["self", *map(parameter, declared[1:])])


def parameter(declared: inspect.Parameter) -> str:
    """One parameter after ``self``."""
    if declared.kind is declared.VAR_POSITIONAL:
        return f"*{declared.name}: Any"
    if declared.kind is declared.VAR_KEYWORD:
        return f"**{declared.name}: Any"
    value = f'"{declared.default}"' if isinstance(declared.default, str) else repr(declared.default)
    default = "" if declared.default is declared.empty else f" = {value}"
    return f"{declared.name}: Any{default}"


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, for one line."""
    line = text.strip().splitlines()[0]
    return line if ". " not in line else f"{line.split('. ')[0]}."


def entry(name: str, thing: Any) -> str:
    """A method or property, with the first sentence of what it or its operation says of itself."""
    decorator = ""
    if isinstance(thing, property):
        thing, decorator = thing.fget, "    @property\n"
    text = thing.__doc__ or (op.__doc__ if (op := operation_behind(thing)) else None) or name
    stated = str(inspect.signature(thing).return_annotation)
    result = stated if stated == "None" or stated.startswith(("Callable", "np.", "tuple")) else "Tensor"
    result = "Any" if name.startswith("__array") else result  # NumPy's own protocol
    return f'{decorator}    def {name}({parameters(thing)}) -> {result}:\n        """{first_sentence(text)}"""\n'


def stub() -> str:
    """The text of the stub.

    >>> print(stub()[stub().index("    def tanh") :].split("    def")[1].strip())
    tanh(self) -> Tensor:
            \"\"\"The hyperbolic tangent.\"\"\"
    """
    assert REGISTRY  # importing the package has hung everything on the class
    hung = {
        name: thing for name, thing in vars(methods.Methods).items() if callable(thing) or isinstance(thing, property)
    }
    return HEADER + "\n".join(entry(name, thing) for name, thing in hung.items()) + FOOTER


if __name__ == "__main__":
    PATH.write_text(stub(), encoding="utf-8")
    print(f"wrote {PATH}")
