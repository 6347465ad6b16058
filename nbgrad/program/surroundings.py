"""What a function can reach outside itself, and where each thing is kept.

A function computes with more than its arguments: with variables that it closes over or finds among the global ones,
with the attributes of objects, with the numbers of a network's tensors. While it is recorded, tracers stand in all
these places (:mod:`.standing`), so that the program reads them anew in each run.
"""

from __future__ import annotations

import dis
import sys
import sysconfig
from collections import deque
from collections.abc import Iterator
from functools import lru_cache, partial
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..core import places
from ..core.tensor import Tensor

DEEPEST = 8  # steps from the function to a thing
MOST_LISTED = 100  # things of a list that are looked at
MISSING = object()  # stands for what a place held that did not exist


class Place(NamedTuple):
    """Where a thing is kept: under a key of a dictionary or a list, in a cell of a closure, in a tensor or a class,
    among the defaults of a function.

    Attributes:
        name: what it is called there.
        holder: the dictionary, list, cell, tensor, class or function.
        key: the key, the position, or the tensor's attribute.
    """

    name: str
    holder: Any
    key: Any = None

    def get(self) -> Any:
        """What is there, or ``MISSING``."""
        if isinstance(self.holder, CellType):
            try:
                return self.holder.cell_contents
            except ValueError:  # not assigned yet
                return MISSING
        if isinstance(self.holder, Tensor):
            return getattr(self.holder, self.key)
        if isinstance(self.holder, type):
            return vars(self.holder).get(self.key, MISSING)
        if isinstance(self.holder, FunctionType):
            return (self.holder.__defaults__ or ())[self.key]
        if isinstance(self.holder, list):
            return self.holder[self.key] if self.key < len(self.holder) else MISSING
        if not isinstance(self.holder, dict):  # a module
            return getattr(self.holder, self.key, MISSING)
        return self.holder.get(self.key, MISSING)

    def put(self, thing: Any) -> None:
        """Put something there; ``MISSING`` takes away what is there."""
        if self.get() is thing:
            return
        if isinstance(self.holder, Tensor | type):
            setattr(self.holder, self.key, thing)
        elif isinstance(self.holder, FunctionType):
            defaults = list(self.holder.__defaults__ or ())
            defaults[self.key] = thing
            self.holder.__defaults__ = tuple(defaults)
        elif isinstance(self.holder, CellType):
            if thing is MISSING:
                del self.holder.cell_contents
            else:
                self.holder.cell_contents = thing
        elif isinstance(self.holder, list) and self.key >= len(self.holder):
            return  # the list has become shorter
        elif thing is MISSING:
            del self.holder[self.key]
        else:
            self.holder[self.key] = thing

    def source(self, holder: str, key: str) -> str:
        """The expression that reads it, where ``holder`` and ``key`` are the names of the two."""
        if isinstance(self.holder, CellType):
            return f"{holder}.cell_contents"
        if isinstance(self.holder, FunctionType):
            return f"{holder}.__defaults__[{key}]"
        return f"{holder}[{key}]" if isinstance(self.holder, dict | list) else f"{holder}.{self.key}"


class Surroundings:
    """What ``roots`` can reach: functions, objects, containers.

    Attributes:
        named: by ``id``, each thing with its name.
        places: the places in which something may be put, each with what it holds, in the order they were found.
        settings: those of plain numbers and words in modules, such as whether one is training.
    """

    def __init__(self, *roots: Any):
        self.named: dict[int, tuple[str, Any]] = {}
        self.places: list[tuple[Place, Any]] = []
        self.settings: list[tuple[Place, Any]] = []
        waiting = deque(("", root, 0) for root in roots)
        while waiting:
            name, thing, depth = waiting.popleft()
            if id(thing) in self.named or depth > DEEPEST:
                continue
            self.named[id(thing)] = name, thing
            self.settings += settings_of(thing, name)
            for inner, held, place in parts(thing, name):
                if place is not None:
                    self.places.append((place, held))
                if held is not MISSING:
                    waiting.append((inner, held, depth + 1))

    def name(self, thing: Any) -> str | None:
        """What the function calls a thing."""
        return self.named.get(id(thing), (None, None))[0]

    @property
    def tensors(self) -> list[Tensor]:
        """The leaves among what was found."""
        return [x for _, x in self.named.values() if isinstance(x, Tensor) and x.op is None]

    @property
    def generators(self) -> list[tuple[str, np.random.Generator]]:
        """The generators of random numbers."""
        return [(name, x) for name, x in self.named.values() if isinstance(x, np.random.Generator)]


def settings_of(thing: Any, name: str) -> list[tuple[Place, Any]]:
    """Plain numbers and words among the attributes of a module, such as ``training``, which its class has at first."""
    if isinstance(thing, type) or not callable(getattr(thing, "parameters", None)):
        return []
    found = {"training": getattr(thing, "training", None), **getattr(thing, "__dict__", {})}
    return [(Place(name, thing, key), x) for key, x in found.items() if type(x) in (bool, int, float, str)]


Part = tuple[str, Any, Place | None]


def parts(thing: Any, name: str) -> Iterator[Part]:
    """What a thing holds: (name, what it is, the place where it is kept, if something else can be put there)."""
    if isinstance(thing, np.ndarray | Tensor | ModuleType | str | int | float | complex | None):
        return
    function = getattr(thing, "__func__", thing)
    if isinstance(function, FunctionType):
        yield "", getattr(thing, "__self__", None), None
        yield from of_function(function)
    elif isinstance(thing, partial):
        yield "", thing.func, None
        yield from ((str(i), x, None) for i, x in enumerate(thing.args))
        yield from of_dictionary(thing.keywords, "")
    elif isinstance(thing, list):
        yield from ((f"{name}{i}", x, Place(f"{name}{i}", thing, i)) for i, x in enumerate(thing[:MOST_LISTED]))
    elif isinstance(thing, tuple):
        yield from ((f"{name}{i}", x, None) for i, x in enumerate(thing[:MOST_LISTED]))
    elif isinstance(thing, dict):
        yield from of_dictionary(thing, name)
    elif isinstance(thing, type):
        if is_users(thing):
            yield from ((key, x, Place(key, thing, key)) for key, x in vars(thing).items() if not key.startswith("__"))
    elif is_users(type(thing)):
        yield from of_dictionary(getattr(thing, "__dict__", {}), name)
        yield from (
            ("", kind, None) for kind in type(thing).__mro__
        )  # what it has from them, and their methods mention


def of_function(function: FunctionType) -> Iterator[Part]:
    """What a function closes over, the global variables that it mentions, and its defaults; of one of ours what it
    wraps."""
    code = function.__code__
    if places.is_ours(code.co_filename):
        yield "", getattr(function, "__wrapped__", None), None
        cells = [cell.cell_contents for cell in function.__closure__ or () if is_set(cell)]
        yield from (("", x, None) for x in cells if callable(x))  # a partial result of ours
        return
    for variable, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
        place = Place(variable, cell)
        yield variable, place.get(), place
    space = function.__globals__
    for variable in dict.fromkeys(mentioned(code)):
        if isinstance(space.get(variable), ModuleType) and is_users_file(getattr(space[variable], "__file__", None)):
            held = vars(space[variable])
            yield from ((n, held[n], Place(n, held, n)) for n in dict.fromkeys(mentioned(code)) if n in held)
        if variable in space or is_assigned(code, variable):
            yield variable, space.get(variable, MISSING), Place(variable, space, variable)
    first = code.co_argcount - len(function.__defaults__ or ())
    for i, default in enumerate(function.__defaults__ or ()):
        parameter = code.co_varnames[first + i]
        yield parameter, default, Place(parameter, function, i)
    yield from of_dictionary(function.__kwdefaults__ or {}, "")


def is_set(cell: CellType) -> bool:
    """Whether the variable of a closure has been assigned."""
    return Place("", cell).get() is not MISSING


def of_dictionary(thing: dict, name: str) -> Iterator[Part]:
    for key, x in list(thing.items())[:MOST_LISTED]:
        called = key if isinstance(key, str) else name
        yield called, x, Place(called, thing, key)


def mentioned(code: CodeType) -> list[str]:
    """The global names that a function mentions, those in functions within it too."""
    names = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names += mentioned(constant)
    return names


def is_assigned(code: CodeType, name: str) -> bool:
    """Whether a function assigns a global variable of this name that does not exist yet."""
    return False if name not in code.co_names else name in assigned_globals(code)


@lru_cache(maxsize=256)
def assigned_globals(code: CodeType) -> frozenset[str]:
    """The global variables that a function assigns."""
    return frozenset(i.argval for i in dis.get_instructions(code) if i.opname == "STORE_GLOBAL")


LIBRARIES = tuple(
    {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)  # where classes lie that are not the user's own


def is_users(kind: type) -> bool:
    """Whether a class is the user's own, or one of our modules: what its objects hold is looked at."""
    if kind.__module__ == "__main__" or callable(getattr(kind, "parameters", None)):
        return True
    return is_users_file(getattr(sys.modules.get(kind.__module__), "__file__", None))


def is_users_file(file: str | None) -> bool:
    """Whether a file of code is the user's own."""
    return file is not None and not places.is_ours(file) and not file.startswith(LIBRARIES)
