"""The way into a program: is it given what it was recorded for? Then run it.

A small program runs in two or three microseconds, so the way into it must not take as long. Like the program itself, it
is a few lines of text that are made for it: one test after the other, nothing to loop over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakMethod

import numpy as np

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


def way_in(held: Sequence[Any], run: Callable, lock: threading.Lock, otherwise: Callable) -> Callable:
    """The function that runs a program if its arguments are of the kinds of ``held``, and else does ``otherwise``.

    Args:
        lock: held while it runs: its memory is used by one call at a time.
    """
    known = {"run": run, "acquire": lock.acquire, "release": lock.release, "otherwise": otherwise, "absent": ABSENT}
    names = [f"x{i}" for i in range(len(held))]
    arguments = ", ".join(names)
    return made(
        [
            f"def call({', '.join([*(f'{name}=absent' for name in names), '*more'])}):",
            f"    if {' and '.join([*tests(held, known), 'not more', 'acquire(False)'])}:",
            "        try:",
            f"            return run({arguments})",
            "        finally:",
            "            release()",
            f"    return otherwise([{', '.join([*names, '*more'])}])",
        ],
        known,
    )


def way_into_step(
    held: Sequence[Any],
    run: Callable,
    lock: threading.Lock,
    otherwise: Callable,
    tensors: Sequence[Any],
    seen: list[Any],
    optimizer: Any,
) -> Callable:
    """The same for a training step: it takes the parameters' numbers from ``tensors`` and puts the new ones there.

    Parameters that somebody else has moved in between, so that they are not what was ``seen`` last, and other options
    of the optimiser than its learning rate, are a case for ``otherwise``.
    """
    known: dict[str, Any] = {
        "run": run, "acquire": lock.acquire, "release": lock.release, "otherwise": otherwise, "optimizer": optimizer,
        "seen": seen, "absent": ABSENT,
    }  # fmt: skip
    known |= {f"p{i}": p for i, p in enumerate(tensors)}
    options = [name for name in optimizer.hyperparameters if name != "lr"]
    known |= {f"option_{name}": getattr(optimizer, name) for name in options}
    names, numbers = [f"x{i}" for i in range(len(held))], [f"w{i}" for i in range(len(tensors))]
    unmoved = [f"w{i} is seen[{i}]" for i in range(len(tensors))]
    unchanged = [f"optimizer.{name} == option_{name}" for name in options]
    conditions = [*tests(held, known), "not more", *unmoved, *unchanged, "acquire(False)"]
    return made(
        [
            f"def call({', '.join([*(f'{name}=absent' for name in names), '*more'])}):",
            *[f"    w{i} = p{i}.data" for i in range(len(tensors))],
            f"    if {' and '.join(conditions)}:",
            "        try:",
            f"            loss, {', '.join(numbers)} = run({', '.join([*names, *numbers])}, optimizer.lr)",
            *[f"            p{i}.data = seen[{i}] = w{i}" for i in range(len(tensors))],
            "            return loss",
            "        finally:",
            "            release()",
            f"    return otherwise([{', '.join([*names, '*more'])}])",
        ],
        known,
    )
