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


class Code(NamedTuple):
    """A piece of code, as its instructions.

    Attributes:
        instructions: in order.
        at: for each offset the position of the instruction that lies there. An instruction may be followed by room
            that the interpreter keeps notes in; a frame that is calling stands at its beginning or at its end.
    """

    instructions: list[dis.Instruction]
    at: dict[int, int]


@lru_cache(maxsize=256)
def read(code: CodeType) -> Code:
    """The instructions of ``code``."""
    instructions, at = list(dis.get_instructions(code)), {}
    for i, (one, after) in enumerate(pairwise(instructions)):
        at.update(dict.fromkeys(range(one.offset, after.offset, 2), i))
    return Code(instructions, at)


def stored_name(frame: FrameType | None) -> str | None:
    """The name under which the user's code stores what the call that is running in ``frame`` gives; or ``None``.

    Where a function returns it as it is, the name that the caller gives it counts.
    """
    following = instructions_after(frame)
    names = stored_by(following[0]) if following else []
    return public(names[0]) if names else None


def stored_names(frame: FrameType | None) -> list[str | None]:
    """The names of the parts of what the call gives, where the user's code unpacks it: ``u, v = np.linalg.eigh(x)``;
    or those of the parts that are taken out just now: ``x, y = p``. As far as they are certain."""
    following = unpacked_by(frame) or instructions_after(frame)
    if not following or following[0].opname != "UNPACK_SEQUENCE":
        return []
    wanted, names = following[0].arg or 0, list[str | None]()
    for instruction in following[1:]:
        stored = stored_by(instruction)
        if not stored or len(names) == wanted:
            break
        names += map(public, stored)
    return names[:wanted]


def stored_by(instruction: dis.Instruction) -> list[str]:
    """The names under which an instruction stores what is on top of the stack, and below it."""
    if instruction.opname in STORES:
        return [instruction.argval]
    if instruction.opname.startswith("STORE_FAST"):  # two instructions in one, from Python 3.13
        both = instruction.opname == "STORE_FAST_STORE_FAST"
        return list(instruction.argval if both else instruction.argval[:1])
    return []


def unpacked_by(frame: FrameType | None) -> list[dis.Instruction]:
    """The instruction that is running in ``frame`` and those after it, if it takes something to pieces."""
    if frame is None:
        return []
    instructions, at = read(frame.f_code)
    here = at.get(frame.f_lasti)
    return instructions[here:] if here is not None and instructions[here].opname.startswith("UNPACK") else []


def instructions_after(frame: FrameType | None) -> list[dis.Instruction]:
    """The instructions that get what the call gives that is running in ``frame``; in the caller, where it is returned
    as it is."""
    while frame is not None:
        instructions, at = read(frame.f_code)
        here = at.get(frame.f_lasti)
        if here is None or unpacked_by(frame):  # what gives many things at once gives no single one
            return []
        if instructions[here + 1].opname not in ("RETURN_VALUE", "RETURN_GENERATOR"):
            return instructions[here + 1 :]
        frame = frame.f_back
        while frame is not None and frame.f_code.co_filename.endswith(MODULE_CALLS) and is_ours(frame):
            frame = frame.f_back
        if frame is None or is_ours(frame):
            return []
    return []


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
