"""The names that the user's code gives to what it computes.

While a function is recorded, each call can look at the code that made it. ``h = F.relu(z)`` says what the result is
called: the instruction after the call stores it under a name. And a function's parameters are names for what it is
given.
"""

from __future__ import annotations

import dis
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from types import CodeType, FrameType
from typing import Any, NamedTuple

from ..core import op as operations
from ..core import places
from ..core.tensor import Tensor
from ..core.tracing import Tracer

STORES = ("STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF")
OPERATION_CALLS = operations.__file__  # where calls of operations run
MODULE_CALLS = ("module.py", "containers.py")  # files of nn through which a layer hands on its result as it is


@lru_cache(maxsize=256)
def following(code: CodeType) -> dict[int, dis.Instruction]:
    """For each offset in ``code`` the instruction after the one that lies there.

    An instruction may be followed by room that the interpreter keeps notes in; a frame that is calling stands at its
    beginning or at its end.
    """
    found = {}
    for one, after in pairwise(dis.get_instructions(code)):
        found.update(dict.fromkeys(range(one.offset, after.offset, 2), after))
    return found


def stored_name(frame: FrameType | None) -> str | None:
    """The name under which the user's code stores what the call that is running in ``frame`` gives; or ``None``.

    Where a function returns it as it is, the name that the caller gives it counts.
    """
    while frame is not None:
        after = following(frame.f_code).get(frame.f_lasti)
        if after is None:
            return None
        if after.opname in STORES:
            return public(after.argval)
        if after.opname.startswith("STORE_FAST"):  # two instructions in one, from Python 3.13
            return public(after.argval[0])
        if after.opname not in ("RETURN_VALUE", "RETURN_GENERATOR"):
            return None
        frame = frame.f_back
        while frame is not None and frame.f_code.co_filename.endswith(MODULE_CALLS) and is_ours(frame):
            frame = frame.f_back
        if frame is None or is_ours(frame):
            return None
    return None


def public(name: Any) -> str | None:
    """``name``, unless it is one that only fills a place: ``_``."""
    return name if isinstance(name, str) and name.strip("_") and name.isidentifier() else None


def is_ours(frame: FrameType) -> bool:
    """Whether a frame runs code of this package or of NumPy."""
    return places.is_ours(frame.f_code.co_filename)


class Callers(NamedTuple):
    """Who called.

    Attributes:
        user: the user's innermost frame.
        top: the frame of ours that it called.
        operation: the outermost call of an operation between the user and the recorder.
    """

    user: FrameType | None
    top: FrameType | None
    operation: FrameType | None


def callers(frame: FrameType | None, end: FrameType | None = None) -> Callers:
    """Who called, looked for from ``frame`` outwards, as far as ``end``."""
    top = operation = None
    while frame is not None and is_ours(frame):
        if frame is end:
            return Callers(None, top, operation)
        if frame.f_code.co_filename == OPERATION_CALLS:
            operation = frame
        top, frame = frame, frame.f_back
    return Callers(frame, top, operation)


def called_operation(call: FrameType | None) -> str | None:
    """The name of the operation that a frame of ``core/op.py`` calls."""
    if call is None:
        return None
    seen = call.f_locals
    op = seen.get("op") or seen.get("self")
    return op.name if isinstance(op, operations.Operation) else None


def name_parameters(frame: FrameType, name: Callable[[Any, str], None]) -> None:
    """Call ``name`` with each tensor or tracer that a function was given, and the name of the parameter."""
    code = frame.f_code
    for parameter in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
        thing = frame.f_locals.get(parameter)
        if isinstance(thing, Tracer | Tensor) and public(parameter) and parameter != "self":
            name(thing, parameter)


def owner(array: Any, frame: FrameType | None) -> Tensor | None:
    """The tensor whose numbers ``array`` is, if a call that is running holds one: its leaf, a network's weights say."""
    while frame is not None:
        for thing in frame.f_locals.values():
            for x in thing if type(thing) in (tuple, list) and len(thing) < 20 else (thing,):
                if isinstance(x, Tensor) and x.data is array:
                    return x
        if not is_ours(frame):
            return None
        frame = frame.f_back
    return None
