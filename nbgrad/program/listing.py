"""A recorded program as data: values, and the lines that compute them one after the other.

Everything else in this part of the house reads or rewrites a :class:`Listing`: the recorder makes one, each pass gives
a new one, and two writers turn it into text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(eq=False, slots=True)
class Value:
    """Something that a program computes with: an input, a constant, or what a line gives.

    Attributes:
        example: what it was when the program was recorded: an array or a number, which tells shape and dtype.
        kind: ``"input"``; ``"captured"`` for an array that the function found outside; ``"constant"``; ``"line"``.
        name: what the user calls it, where that is known.
        gradient_of: the value that this is the gradient of, if it is one.
        shown: whether it has a line of its own in the readable program, rather than a place within another line.
        memory: the value in whose memory its numbers lie: its own, or another's that it is a view of.
    """

    example: Any
    kind: str = "line"
    name: str | None = None
    gradient_of: Value | None = None
    shown: bool = False
    _lies_in: Value | None = None  # not itself, so that values go when nobody needs them

    @property
    def memory(self) -> Value:
        return self if self._lies_in is None else self._lies_in

    @memory.setter
    def memory(self, other: Value) -> None:
        self._lies_in = None if other is self else other

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.example)

    @property
    def ndim(self) -> int:
        return np.ndim(self.example)

    @property
    def size(self) -> int:
        return int(np.size(self.example))

    @property
    def dtype(self) -> np.dtype:
        return np.result_type(self.example) if isinstance(self.example, float | int) else self.example.dtype

    @property
    def is_array(self) -> bool:
        return isinstance(self.example, np.ndarray)


@dataclass(eq=False, slots=True)
class Line:
    """One call of a NumPy function.

    Attributes:
        value: what it gives.
        function: the function, of several spellings of the same always the same one (see :mod:`.canonical`).
        args, static: positional and keyword arguments: values, plain numbers, and tuples, lists and slices of them.
        section: ``"forward"``, ``"backward"``, ``"update"``.
        writes: the value into whose memory the call writes; ``None`` for most, which only compute.
        operation: the name of the declared operation that this is a part of, where there is one.
        place: the user's code that was running, and how far it had got.
    """

    value: Value
    function: Callable
    args: tuple
    static: dict[str, Any] = field(default_factory=dict)
    section: str = "forward"
    writes: Value | None = None
    operation: str | None = None
    place: tuple | None = None
    operands: list[Value] = field(
        init=False
    )  # the values among its arguments, in order, one that stands there twice twice

    def __post_init__(self) -> None:
        self.operands = list(values_in(self.args))
        if self.static:
            self.operands += values_in(self.static)

    def with_call(self, function: Callable, *args: Any, **static: Any) -> Line:
        """The same line, computing its value in another way."""
        return Line(self.value, function, args, static, self.section, self.writes, self.operation, self.place)


@dataclass(eq=False)
class Listing:
    """A program.

    Attributes:
        inputs: what it is given, in order.
        lines: what it does.
        outputs: what it gives: values, or plain constants.
        roots: what the first reverse pass in it began from: the loss, say. Empty where nothing is differentiated.
    """

    inputs: list[Value]
    lines: list[Line]
    outputs: list[Any]
    roots: list[Any] = field(default_factory=list)

    def with_lines(self, lines: Sequence[Line]) -> Listing:
        """The same program with other lines."""
        return Listing(self.inputs, list(lines), self.outputs, self.roots)

    def replaced(self, lines: Sequence[Line], instead: dict[Value, Any]) -> Listing:
        """The program with ``lines``, in which the keys of ``instead`` are replaced by what stands there."""
        if not instead:
            return self.with_lines(lines)
        for line in lines:
            value = line.value
            if value.gradient_of in instead:
                value.gradient_of = origin(value.gradient_of, instead)
            if value.memory in instead:  # a view of what is no longer computed looks into what stands for it
                value.memory = (origin(value.memory, instead) or value).memory
        swap = substitution(instead)
        lines = [rewritten(line, instead) for line in lines]
        return Listing(self.inputs, lines, [swap(y) for y in self.outputs], [swap(y) for y in self.roots])

    def users(self) -> dict[Value, list[Line]]:
        """For each value the lines that use it, one that uses it twice twice."""
        found: dict[Value, list[Line]] = {}
        for line in self.lines:
            for x in line.operands:
                found.setdefault(x, []).append(line)
        return found

    def makers(self) -> dict[Value, Line]:
        """For each computed value its line."""
        return {line.value: line for line in self.lines}

    def overwritten(self) -> set[Value]:
        """The memories that some line writes into: what lies there changes as the program runs."""
        return {line.writes.memory for line in self.lines if line.writes is not None}

    def constants(self) -> list[Value]:
        """The arrays that it uses and that are neither inputs nor computed, in the order of their first use."""
        found: dict[Value, None] = {}
        for line in self.lines:
            found.update((x, None) for x in line.operands if x.kind in ("captured", "constant"))
        found.update((y, None) for y in self.outputs if isinstance(y, Value) and y.kind in ("captured", "constant"))
        return list(found)


def values_in(tree: Any) -> Iterator[Value]:
    """The values in nested tuples, lists, dictionaries and slices."""
    if isinstance(tree, Value):
        yield tree
    elif isinstance(tree, tuple | list):
        for branch in tree:
            yield from values_in(branch)
    elif isinstance(tree, dict):
        for branch in tree.values():
            yield from values_in(branch)


def mapped(tree: Any, change: Callable[[Any], Any]) -> Any:
    """``tree`` with ``change`` done to everything that it holds; itself, if nothing was changed."""
    if isinstance(tree, tuple | list):
        branches = [mapped(branch, change) for branch in tree]
        if all(new is old for new, old in zip(branches, tree, strict=True)):
            return tree
        return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
    if isinstance(tree, dict):
        changed = {key: mapped(branch, change) for key, branch in tree.items()}
        return tree if all(changed[key] is tree[key] for key in tree) else changed
    return change(tree)


def origin(value: Value | None, instead: dict[Value, Any]) -> Value | None:
    """The value that stands for ``value`` now, if a value does."""
    while isinstance(value, Value) and value in instead:
        value = instead[value]
    return value if isinstance(value, Value) else None


def rewritten(line: Line, instead: dict[Value, Any]) -> Line:
    """The line with operands replaced, see :meth:`Listing.replaced`."""
    if not any(x in instead for x in line.operands):
        return line
    swap = substitution(instead)
    new = line.with_call(line.function, *swap(line.args), **swap(line.static))
    new.writes = swap(line.writes)
    return new


def substitution(instead: dict[Value, Any]) -> Callable[[Any], Any]:
    """The function that puts what stands in ``instead`` in the place of its keys, through chains of them."""

    def final(leaf: Any) -> Any:
        while isinstance(leaf, Value) and leaf in instead:
            leaf = instead[leaf]
        return leaf

    return lambda tree: mapped(tree, final)
