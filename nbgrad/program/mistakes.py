"""What to say of a function that cannot be recorded, and where in it the reason lies."""

from __future__ import annotations

from typing import Any

from ..core import places
from ..core.errors import TracedShapeError, TracedValueError


def user_line() -> str:
    """The user's line that is running, for a message: " (file.py, line 3:  if x > 0:)"."""
    frame = places.user_frame()
    return "" if frame is None else f" ({places.place((frame.f_code, frame.f_lasti))})"


WANTED = {
    "__bool__": "whether it is true", "__int__": "its number", "__float__": "its number", "__index__": "its number",
    "__complex__": "its number", "__contains__": "whether a number is in it", "__array__": "its numbers as an array",
}  # fmt: skip


def frozen_numbers(tracer: Any) -> TracedValueError:
    """The error for code that asks a recorded value for its numbers."""
    value = tracer.value
    called = value.name or f"a value of shape {value.shape}"
    return TracedValueError(
        f"{called} has no numbers yet{user_line()}: the function is being recorded, and what it does must not depend "
        "on the numbers of the example. Three ways out: compute both and choose, np.where(condition, a, b); decide "
        "before the function is called, and compile one function for each case; or pass what decides by keyword, "
        "compile(f, x, flag=True), which is taken as it is"
    )


def unknown_shape(function: Any) -> TracedShapeError:
    """The error for a call whose result has a shape that only the numbers tell."""
    name = "x[mask]" if function.__name__ == "getitem" else f"np.{function.__name__}"
    return TracedShapeError(
        f"the shape of {name} depends on the numbers{user_line()}, and a program is recorded for shapes that are known "
        "beforehand; keep all elements and weigh them instead: np.where(mask, x, 0.0).sum() for x[mask].sum()"
    )


def not_recorded(function: Any, error: Exception) -> Exception:
    """An error of NumPy's from a call that was being recorded, with the user's line."""
    error.add_note(f"while np.{getattr(function, '__name__', function)} was recorded{user_line()}")
    return error
