"""What to say of a function that cannot be recorded, and where in it the reason lies."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from ..core import places
from ..core.cells import source
from ..core.errors import NoGradientWarning, ProgramError, TracedShapeError, TracedValueError
from ..core.mistakes import warn
from ..core.names import name_of


def user_line() -> str:
    """The user's line that is running, for a message: " (file.py, line 3:  if x > 0:)"."""
    frame = places.user_frame()
    return "" if frame is None else f" ({places.place(places.mark_of(frame))})"


ASKED = {
    "__bool__": "whether it is true", "__index__": "a whole number, for an index or a length", "__int__": "int(x)",
    "__float__": "float(x)", "__complex__": "complex(x)", "__contains__": "whether a number is in it",
    "__array__": "all of its numbers", "__hash__": "its number, to look it up", "item": "x.item()",
    "tolist": "x.tolist()",
}  # fmt: skip
SMALL_FIX = {
    "__float__": "Write np.sin(x) for math.sin(x), np.stack([a, b]) for np.array([a, b]), and no float(x)",
    "__int__": "Keep whole numbers in arrays: x.astype(int), and np.floor(x) for int(x)",
    "__array__": (
        "Leave np.asarray(x) out; write np.stack([x, y]) for np.array([x, y]), np.concatenate for np.r_, "
        "np.take(table, x, axis=0) for table[x], and make an array that x is assigned into by np.zeros_like(x)"
    ),
    "__contains__": "Write (x == number).any()",
    "__index__": "Write np.take(table, i, axis=0) for table[i]; a length, or how often, is a plain number",
}  # fmt: skip


LOOKED_AT = ("__float__", "item", "tolist")
TO_LOOK_AT = "To look at the numbers, return the value from the function, and look at what the program gives"
TO_DECIDE = (
    "Three ways out: compute both and choose, np.where(condition, a, b); decide before the function is called, and "
    "compile one function for each case; or pass what decides by keyword, compile(f, x, flag=True), which is taken as "
    "it is"
)


def frozen_numbers(tracer: Any, asked: str) -> TracedValueError:
    """The error for code that asks a recorded value for its numbers, through the method ``asked``."""
    value = tracer.value
    called = value.name or f"a value of shape {value.shape}"
    fix = f"{SMALL_FIX[asked]}. " if asked in SMALL_FIX else ""
    return TracedValueError(
        f"{called} was asked for {ASKED.get(asked, 'its numbers')}{user_line()}, but it has no numbers yet: the "
        "function is being recorded, and what it does must not depend on the numbers of the example. "
        f"{fix}{TO_LOOK_AT if asked in LOOKED_AT else TO_DECIDE}"
    )


def not_traced(tracer: Any, name: str) -> AttributeError:
    """The error for an attribute that an array may have, but not a value that is being recorded."""
    return AttributeError(
        f"{tracer.value.name or 'a value'} of shape {tracer.shape} is being recorded{user_line()}, and has no "
        f"attribute {name!r}; it has the methods and operators of arrays, and NumPy's functions take it"
    )


def not_drawn(name: str) -> ProgramError:
    """The error for what a generator of random numbers has, but a recorded one has not."""
    instead = "; write x = rng.permutation(x), which makes a new array" if name == "shuffle" else ""
    return ProgramError(f"rng.{name} of a generator that is being recorded{user_line()} is not written down{instead}")


def written_outside(target: Any) -> ProgramError:
    """The error for a call that writes recorded numbers into an array that is none of the program's own."""
    kept = getattr(target, "memory", None)
    name = getattr(kept, "name", None)
    if name or getattr(kept, "kind", None) == "captured":
        return ProgramError(
            f"the function writes into {name or 'an array'}, which lies outside it{user_line()}; a program leaves "
            "arrays that it only finds as they are: compute a new array and return it, or pass this one as an argument"
        )
    return ProgramError(
        f"the function writes recorded numbers into an array that is not recorded{user_line()}; make it like one "
        "that is: np.zeros_like(x), np.empty_like(x, shape=...)"
    )


def takes_function(function: Any) -> ProgramError:
    """The error for a function of NumPy's that calls a function of the user's."""
    return ProgramError(
        f"np.{function.__name__} calls a function with plain arrays{user_line()}, which cannot be recorded; compute "
        "with the whole array, and axis= where there is one"
    )


def recording_over() -> ProgramError:
    """The error for a value that was kept from a recording that is over."""
    return ProgramError(
        "a value of a function that was being compiled is used after that is done: the function kept it somewhere, in "
        "a global variable or a list; let the function return it instead, and use what the program gives"
    )


def unknown_shape(function: Any) -> TracedShapeError:
    """The error for a call whose result has a shape that only the numbers tell."""
    name = "x[mask]" if function.__name__ == "getitem" else f"np.{function.__name__}"
    return TracedShapeError(
        f"the shape of {name} depends on the numbers{user_line()}, and a program is recorded for shapes that are known "
        "beforehand; keep all elements and weigh them instead: np.where(mask, x, 0.0).sum() for x[mask].sum()"
    )


def warn_if_unmoved(found: Sequence[Any], params: Sequence[Any]) -> None:
    """Warn if the loss of a training step gives none of the parameters a gradient, so that the step moves nothing."""
    if all(g is None for g in found):
        names = [name for name in map(name_of, params) if name]
        warn(
            f"the loss depends on none of the {len(found)} parameters{f' ({commas(names)})' if names else ''}, so a "
            "step moves nothing; compute the loss from these very parameters, and not within no_grad() or from x.data",
            NoGradientWarning,
        )


def commas(names: Sequence[str]) -> str:
    """The first few of some names."""
    return ", ".join(names[:3]) + ", …" * (len(names) > 3)


def needs_function(given: Any) -> ProgramError:
    """The error for something else than a function of a batch that gives the loss."""
    what = "None" if given is None else f"a {type(given).__name__}"
    return ProgramError(
        f"optimizer.compile takes the function that computes the loss, not its value, but got {what}: "
        "optimizer.compile(loss, X, y), and not optimizer.compile(loss(X, y), X, y)"
    )


def needs_example(names: Sequence[str]) -> ProgramError:
    """The error for a loss that takes a batch, and was given none."""
    return ProgramError(
        f"the loss takes {', '.join(names)}, and compile takes a batch as an example: "
        f"optimizer.compile(loss, {', '.join(names)})"
    )


def gives_nothing(title: str) -> ProgramError:
    """The error for a loss without a result."""
    return ProgramError(f"{title} gives nothing (None), and the loss is one number; does it lack a return?")


def where_defined(f: Any) -> str:
    """The file and the line of a function, for a message."""
    inner = inspect.unwrap(f)  # of a transform, what the user wrote
    code = getattr(getattr(inner, "__func__", inner), "__code__", None)
    if code is None:
        return ""
    found = source(code)
    return f" ({found.where}, line {found.above + code.co_firstlineno})"


def not_recorded(function: Any, error: Exception) -> Exception:
    """An error of NumPy's from a call that was being recorded, with the user's line."""
    error.add_note(f"while np.{getattr(function, '__name__', function)} was recorded{user_line()}")
    return error
