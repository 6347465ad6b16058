"""The way into a program: is it given what it was recorded for? Then run it.

A small program runs in two or three microseconds, so the way into it must not take as long. Like the program itself, it
is a few lines of text that are made for it: one test after the other, nothing to loop over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any
from weakref import WeakMethod

import numpy as np

from ..core.errors import NonFiniteError
from ..core.names import name_of
from ..core.tensor import Tensor

if TYPE_CHECKING:
    from .outside import Outside
    from .training import StepRecording, TrainingStep

ABSENT = object()  # stands for an argument that was not given


def kind_of(thing: Any) -> tuple:
    """What a recording is made for: shape and dtype of an array, the type of a number."""
    if type(thing) is np.ndarray:
        return thing.shape, thing.dtype
    return (type(thing),)


def weakly(method: Callable) -> Callable:
    """``method`` without keeping its object alive: a program and the way into it would hold each other else."""
    reference = WeakMethod(method)

    def call(args: Sequence[Any]) -> Any:
        bound = reference()
        assert bound is not None, "whoever calls it holds the object"
        return bound(args)

    return call


def tests(held: Sequence[Any], known: dict[str, Any]) -> list[str]:
    """Tests on ``x0``, ``x1``, ... that they are of the same kinds as ``held``; what they mention is put into
    ``known``."""
    found = []
    for i, thing in enumerate(held):
        if type(thing) is np.ndarray:
            known |= {f"shape{i}": thing.shape, f"dtype{i}": thing.dtype, "ndarray": np.ndarray}
            found.append(f"type(x{i}) is ndarray and x{i}.shape == shape{i} and x{i}.dtype is dtype{i}")
        else:
            known[f"type{i}"] = type(thing)
            found.append(f"type(x{i}) is type{i}")
    return found


def made(lines: Sequence[str], known: dict[str, Any]) -> Callable:
    """The function ``call`` that the lines define."""
    exec(compile("\n".join(lines), "<nbgrad program call>", "exec"), known)
    return known["call"]


def way_in(
    held: Sequence[Any], run: Callable, lock: threading.Lock, otherwise: Callable, outside: Outside | None = None
) -> Callable:
    """The function that runs a program if its arguments are of the kinds of ``held``, and else does ``otherwise``.

    Args:
        lock: held while it runs: its memory is used by one call at a time.
        outside: what it reads besides its arguments.
    """
    known = {"run": run, "acquire": lock.acquire, "release": lock.release, "otherwise": otherwise, "absent": ABSENT}
    names = [f"x{i}" for i in range(len(held))]
    conditions, given = [*tests(held, known), "not more"], list(names)
    if outside is not None:
        known["outside"] = outside.if_current
        conditions.append("(found := outside()) is not None")
        given.append("*found")
    return made(
        [
            f"def call({', '.join([*(f'{name}=absent' for name in names), '*more'])}):",
            f"    if {' and '.join([*conditions, 'acquire(False)'])}:",
            "        try:",
            f"            return run({', '.join(given)})",
            "        finally:",
            "            release()",
            f"    return otherwise([{', '.join([*names, '*more'])}])",
        ],
        known,
    )


def way_into_step(step: TrainingStep, recording: StepRecording, held: Sequence[Any], otherwise: Callable) -> Callable:
    """The same for a training step: it takes the parameters' numbers, and what the optimiser remembers of them, from
    where they are kept, and puts the new ones there.

    Parameters that somebody else has moved in between, other options of the optimiser than its learning rate, and a
    first step, before which nothing is remembered, are a case for ``otherwise``.
    """
    optimizer, tensors, lock = step.optimizer, step.tensors, recording.lock
    options = [name for name in optimizer.hyperparameters if name != "lr"]
    known: dict[str, Any] = {
        "run": recording.run, "acquire": lock.acquire, "release": lock.release, "otherwise": otherwise,
        "optimizer": optimizer, "seen": step.seen, "absent": ABSENT, "check": partial(check_moved, tensors),
        **{f"p{i}": p for i, p in enumerate(tensors)},
        **{f"option_{name}": getattr(optimizer, name) for name in options},
    }  # fmt: skip
    names, numbers = [f"x{i}" for i in range(len(held))], [f"w{i}" for i in range(len(tensors))]
    old, new = [f"s{i}" for i in range(len(recording.reads))], [f"r{i}" for i in range(len(recording.writes))]
    conditions = [
        *tests(held, known), "not more", *[f"w{i} is seen[{i}]" for i in range(len(tensors))],
        *[f"optimizer.{name} == option_{name}" for name in options], *[f"{s} is not None" for s in old],
    ]  # fmt: skip
    counted = [s for s, (_, key) in zip(old, recording.reads, strict=True) if key == "steps"]
    if recording.together and counted:
        conditions += [f"memory[{i}].get('steps') == {counted[0]}" for i in recording.moving]
    given = [*names, *numbers, *old, "optimizer.lr"]
    if recording.outside:
        known["outside"] = recording.outside.if_current
        conditions.append("(found := outside()) is not None")
        given.append("*found")
    return made(
        [
            f"def call({', '.join([*(f'{name}=absent' for name in names), '*more'])}):",
            *(["    memory = optimizer.memory"] if old or new else []),
            *[f"    w{i} = p{i}.data" for i in range(len(tensors))],
            *[f"    {s} = memory[{i}].get({key!r})" for s, (i, key) in zip(old, recording.reads, strict=True)],
            f"    if {' and '.join([*conditions, 'acquire(False)'])}:",
            "        try:",
            f"            {', '.join(['loss', *numbers, *new])} = run({', '.join(given)})",
            *([f"            check(({', '.join(numbers)},), loss)"] if new else []),
            *[f"            p{i}.data = seen[{i}] = w{i}" for i in range(len(tensors))],
            *[f"            {text}" for text in remembering(recording, new)],
            "            return loss",
            "        finally:",
            "            release()",
            f"    return otherwise([{', '.join([*names, '*more'])}])",
        ],
        known,
    )


def remembering(recording: StepRecording, new: Sequence[str]) -> list[str]:
    """The statements that let the optimiser remember what a step gives."""
    found = []
    for name, (i, key) in zip(new, recording.writes, strict=True):
        several = recording.moving if key == "steps" and recording.together else [i]
        places = " = ".join(f"memory[{k}][{key!r}]" for k in several)
        found.append(f"{places} = {f'int({name})' if key == 'steps' else name}")
    return found


def check_moved(tensors: Sequence[Tensor], moved: Sequence[Any], loss: Any) -> None:
    """Make sure that what the parameters would become is made of ordinary numbers.

    Raises:
        NonFiniteError: it is not; names the first such parameter.
    """
    for i, (p, x) in enumerate(zip(tensors, moved, strict=True)):
        flat = x.ravel()
        if isfinite(flat.dot(flat)) or np.isfinite(x).all():  # the first is quicker, but may overflow
            continue
        name = name_of(p)
        raise NonFiniteError(
            f"parameter {i}{f' ({name})' if name else ''} of shape {p.shape} would become NaN or infinite (the loss is "
            f"{float(loss):.4g}), so nothing was changed; look at the data, and try a smaller learning rate"
        )
