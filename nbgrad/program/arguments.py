"""The arguments of a program, made what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.errors import ProgramError, UnsupportedDataError
from ..core.tensor import Tensor, as_data, plain, recording, transforming
from ..core.tracing import Tracer


def converted(thing: Any) -> Any:
    """An argument as a program takes it: an array, a number, or a generator of random numbers.

    Raises:
        ProgramError: it is none.
    """
    if isinstance(thing, np.random.Generator):
        return thing
    thing = plain(thing)
    if type(thing) in (float, int, bool, np.float64):
        return thing
    if type(thing) is np.ndarray and thing.dtype.kind in "fiubc" and thing.dtype.isnative:
        return thing
    if isinstance(thing, Tracer):
        raise ProgramError(
            "a training step cannot be a part of another program: it moves parameters; compile what computes the "
            "loss, and let one optimiser make the step"
        )
    try:
        return as_data(thing)
    except UnsupportedDataError as error:
        raise ProgramError(f"a program takes arrays and numbers, also in containers: {error}") from None


def is_recorded(thing: Any) -> bool:
    """Whether what is done with it is being recorded, for a program or for a gradient."""
    if isinstance(thing, Tensor):
        return isinstance(thing.data, Tracer) or (thing.requires_grad and recording.get() and transforming.get() > 0)
    return isinstance(thing, Tracer)


def like_given(converted: Any, given: Any) -> Any:
    """An argument as it is recorded: a tensor where a tensor was given."""
    return Tensor(converted, given.requires_grad, given.name) if isinstance(given, Tensor) else converted


def in_order(thing: Any) -> bool:
    """Whether the numbers of an array lie in memory row by row."""
    return not isinstance(thing, np.ndarray) or thing.flags.c_contiguous


def overlapping(held: Sequence[Any]) -> bool:
    """Whether two arrays share memory."""
    arrays = [x for x in held if isinstance(x, np.ndarray)]
    return any(np.may_share_memory(x, y) for i, x in enumerate(arrays) for y in arrays[:i])


def described(kind: tuple) -> str:
    return f"{kind[1]} of shape {kind[0]}" if len(kind) == 2 else kind[0].__name__
