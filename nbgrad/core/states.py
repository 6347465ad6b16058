"""States: dictionaries from names to arrays, as which modules and optimisers are saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .errors import NotAStateError, StateError, UnsupportedDataError
from .names import readable
from .tensor import as_data

MOST_LISTED = 8


def state_arrays(state: Any) -> dict[str, np.ndarray]:
    """``state`` as arrays of its own, in its order.

    Raises:
        NotAStateError: it is no dictionary, or one of its names is no text.
        UnsupportedDataError: a value is no array of real numbers; says which.
    """
    if not isinstance(state, Mapping):
        raise NotAStateError(f"a state is a dictionary from names to arrays, not {type(state).__name__}")
    arrays = {}
    for name, value in state.items():
        if not isinstance(name, str):
            raise NotAStateError(f"the names in a state are text, but {name!r} is {type(name).__name__}")
        try:
            arrays[name] = np.array(as_data(value))
        except UnsupportedDataError as error:
            raise UnsupportedDataError(f"{readable(name)!r} in the state: {error}") from None
        if arrays[name].dtype.kind == "c":
            raise UnsupportedDataError(
                f"{readable(name)!r} in the state holds complex numbers; a state holds real ones"
            )
    return arrays


def fitting_arrays(state: Any, shapes: Mapping[str, tuple[int, ...]], owner: str) -> dict[str, np.ndarray]:
    """The arrays of ``state``, after a check that they are those that ``owner`` expects.

    Args:
        shapes: each name that is expected, with its shape.
        owner: what the state is for, in words.

    Raises:
        StateError: names are missing or not known, or shapes differ; lists them all.
        NotAStateError, UnsupportedDataError: see :func:`state_arrays`.
    """
    arrays = state_arrays(state)
    missing = [name for name in shapes if name not in arrays]
    unexpected = [name for name in arrays if name not in shapes]
    misshapen = [
        f"{readable(name)!r} has shape {arrays[name].shape} instead of {tuple(shape)}"
        for name, shape in shapes.items()
        if name in arrays and arrays[name].shape != tuple(shape)
    ]
    problems = []
    if missing:
        problems.append(f"missing: {_listed([repr(readable(name)) for name in missing])}")
    if unexpected:
        problems.append(f"not known here: {_listed([repr(readable(name)) for name in unexpected])}")
    if misshapen:
        problems.append(f"misshapen: {_listed(misshapen)}")
    if problems:
        raise StateError(f"the state does not fit {owner}, so nothing was loaded; {'; '.join(problems)}")
    return arrays


def _listed(items: list[str]) -> str:
    more = len(items) - MOST_LISTED
    return ", ".join(items[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
