"""Debug mode: where each operation was recorded, and whether its numbers are still what they were.

The rules of the reverse pass use the operands' values of the moment when they were used. The graph keeps the arrays,
not copies of them; whoever changes such an array in place (``x.data[0] = 5``, ``X *= 2``) makes the gradients wrong
without a word. In debug mode each operation keeps a checksum of its operands and of its result, and the reverse pass
compares before it uses them.

**What the engine does.**

In ``record()``, one ``if``, which is all that a script outside debug mode pays for::

    if places.capturing:  # in notebooks, and in debug mode
        out.extras = debugging.notes(args, value, static)

``notes`` gives a new dictionary: always with ``"place"``, in debug mode also with ``"fingerprint"``. (``record()``
of an ``identity`` that the engine makes for itself may do the same; it does no harm.)

In ``reverse_pass()``, before the rules of ``node`` run, and only where it looks at ``node.extras`` anyway::

    if extras is not None and "fingerprint" in extras:
        debugging.verify(node)

It depends on the node, not on the mode: what was recorded in debug mode is verified after its end, too.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from contextlib import ContextDecorator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import places
from .errors import MutatedDataError, NbgradError
from .names import name_of
from .places import here
from .tracing import Tracer

if TYPE_CHECKING:
    from .tensor import Tensor

# Whether operations keep checksums. It holds for the whole process, as a session at the debugger does.
checking: bool = False


class debug(ContextDecorator):
    """Debug mode: slower, and more precise about mistakes.

    Within ``with ng.debug():`` each operation remembers the line that recorded it, for :func:`nbgrad.find_nan` and
    for errors, and a checksum of its numbers, which the backward pass compares: data that were changed in place in
    between raise a :class:`~nbgrad.errors.MutatedDataError`. ``ng.debug(True)`` turns it on until ``ng.debug(False)``.

    Raises:
        MutatedDataError: from ``backward()``, where an operation's numbers are no longer what they were.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> x = ng.tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> with ng.debug():
    ...     y = (x * x).sum()
    >>> x.data[0] = 5.0
    >>> y.backward()  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
        ...
    nbgrad.errors.MutatedDataError: x of shape (2,) was changed in place after multiply had used it
    """

    def __init__(self, on: bool | None = None):
        self._before: list[tuple[bool, bool]] = []  # a stack, because the same object may be entered again
        self._on = True if on is None else on
        if on is not None:
            _switch(on, on or places.shell() is not None)

    def __enter__(self) -> None:
        self._before.append((checking, places.capturing))
        _switch(self._on, self._on or places.capturing)

    def __exit__(self, *exception: object) -> None:
        _switch(*self._before.pop())

    def __repr__(self) -> str:
        return f"debug mode is {'on' if checking else 'off'}"


def _switch(check: bool, capture: bool) -> None:
    global checking
    checking = check
    places.switch(capture)


def notes(args: Sequence[Any], value: Any, static: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a node keeps for messages about mistakes: the place and, in debug mode, a fingerprint."""
    kept: dict[str, Any] = {"place": here()}
    if checking:
        kept["fingerprint"] = fingerprint(args, value)
        kept["options"] = {name: imprint(option) for name, option in (static or {}).items()}
    return kept


def fingerprint(args: Sequence[Any], value: Any) -> tuple[int | None, ...]:
    """A checksum for each operand, and one for the result."""
    return (*map(checksum, args), checksum(value))


def checksum(value: Any) -> int | None:
    """CRC-32 of an array's shape, dtype and bytes; ``None`` for a number, which nobody can change in place, and
    for a value that is being recorded, which has no numbers yet.

    >>> import numpy as np
    >>> x = np.zeros(3)
    >>> before = checksum(x)
    >>> x[1] = 1e-9
    >>> before == checksum(x), checksum(3.0)
    (False, None)
    """
    if isinstance(value, Tracer) or not isinstance(value, np.ndarray):
        return None
    header = f"{value.shape}{value.dtype.str}".encode()
    return zlib.crc32(value.tobytes(), zlib.crc32(header))


def imprint(option: Any) -> Any:
    """What tells whether a keyword argument was changed in place: checksums of its arrays, and what its lists hold.

    >>> import numpy as np
    >>> index = [0, 1]
    >>> before = imprint((slice(None), index))
    >>> index[0] = 2
    >>> before == imprint((slice(None), index))
    False
    """
    if isinstance(option, Tracer):  # it may pass for a number, but cannot be compared
        return None
    if isinstance(option, list | tuple):
        return tuple(map(imprint, option))
    return option if isinstance(option, int | float | str | slice) else checksum(option)


def verify(node: Tensor) -> None:
    """Compare the numbers of ``node``, its operands and its keyword arguments with those when it was recorded.

    Raises:
        MutatedDataError: one of them was changed in place, and the gradient depends on it.
    """
    extras = node.extras or {}
    for position, (then, value) in enumerate(zip(extras["fingerprint"], (*node.args, node.data), strict=True)):
        if checksum(value) != then and matters(node, position):
            raise mutated(node, position)
    for name, then in extras["options"].items():
        option = (node.static or {})[name]
        if imprint(option) != then:
            raise changed(f"{name_of(option) or name} ({name} of {node.op.name})", node, "used")


def matters(node: Tensor, position: int) -> bool:
    """Whether some contribution of ``node`` depends on the operand at ``position``; after the operands, the result.

    It is tried: with other numbers in that array the contributions to the operands come out the same, or not.
    """
    values = [*node.args, node.data]
    if any(isinstance(value, Tracer) for value in values):  # nothing can be tried while it is being recorded
        return True
    static, g = node.static or {}, irregular(node.data)[()]
    for i, x in enumerate(node.inputs):
        rule = node.op.rules[i]
        if rule is None or not x.requires_grad:
            continue
        found: list[np.ndarray] = []
        for other in (values[position], *strange(values[position])):
            tried = [*values[:position], other, *values[position + 1 :]]
            try:
                with np.errstate(all="ignore"):
                    found.append(np.asarray(rule(g, tried[-1], *tried[:-1], **static)))
            except (IndexError, ValueError, NbgradError):  # the other numbers are not even possible here
                return True
        if not all(np.array_equal(found[0], tried, equal_nan=True) for tried in found[1:]):
            return True
    return False


def irregular(like: np.ndarray) -> np.ndarray:
    """Numbers without a pattern, all different and none of them 0, in an array of the same shape and dtype."""
    return np.cos(np.arange(1.0, np.size(like) + 1)).reshape(np.shape(like)).astype(like.dtype)


def strange(value: np.ndarray) -> list[np.ndarray]:
    """Arrays of quite different numbers: of NaN, which spreads into all that is computed from it, and in two orders.

    Where a rule asks only which number is the largest, or in the middle, it can miss the one change, but not all.
    """
    if value.dtype.kind not in "fc":
        return [~value]
    others = irregular(value)
    return [np.full_like(value, np.nan), others, np.roll(others, 1)]


def mutated(node: Tensor, position: int) -> MutatedDataError:
    """The error for data changed in place: what, used by what, and where that was."""
    thing: Any = node if position == len(node.args) else node.inputs[position]
    value = node.data if thing is node else node.args[position]
    called = name_of(thing) or name_of(value)
    if called is None:
        called = f"the result of {node.op.name}" if thing is node else f"operand {position + 1} of {node.op.name}"
    return changed(f"{called} of shape {np.shape(value)}", node, "computed" if thing is node else "used")


def changed(called: str, node: Tensor, what: str) -> MutatedDataError:
    """The error for ``called``, changed in place after ``node`` had ``what`` (used, computed) it."""
    at = places.place_of(node)
    return MutatedDataError(
        f"{called} was changed in place after {node.op.name} had {what} it"
        f"{f' ({at})' if at else ''}, and the backward pass needs the numbers of that moment; make a new array "
        "instead (x = x + 1, not x += 1 or x[…] = …), or change it after backward()"
    )
