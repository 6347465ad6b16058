"""Where the arrays of a fast program lie: memory that is taken once, and used again by every call.

A program knows the shape of everything it will compute. So the arrays it needs on the way are made when it is compiled,
and as soon as the last line that needs an array has run, the next result may be written over it.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field

import numpy as np

from ..ops.neural.convolution import products
from .listing import Line, Listing, Value
from .passes.kinds import is_elementwise
from .spelled import astype

# Functions that can write their result into an array they are given (ufuncs can, too).
FILLING = {
    np.sum, np.prod, np.max, np.min, np.matmul, np.copy, astype, np.reshape, np.ascontiguousarray, np.concatenate,
    np.stack, np.broadcast_to, np.mean, np.cumsum, np.empty, np.empty_like, products,
}  # fmt: skip


@dataclass
class Plan:
    """Where values lie.

    Attributes:
        place: value -> number of the buffer that it is written into. A value without one gets memory of its own in each
            call: results of the program, and of functions that cannot be told where to write.
        buffers: for each buffer the value that it was made for, which tells its shape, dtype and order.
        lasting: the buffers of zeros that are written into at the same places in every call, and are zero elsewhere.
    """

    place: dict[Value, int] = field(default_factory=dict)
    buffers: list[Value] = field(default_factory=list)
    lasting: set[int] = field(default_factory=set)

    @property
    def bytes(self) -> int:
        """How much memory the buffers take."""
        return sum(value.example.nbytes for value in self.buffers)


class Shelf:
    """The buffers that nobody needs at the moment, sorted by how many numbers of which kind they hold."""

    def __init__(self) -> None:
        self._free: dict[tuple, list[int]] = {}
        self._lying: set[int] = set()

    def put(self, number: int, value: Value) -> None:
        """Put a buffer that held ``value`` back, unless it lies there already."""
        if number not in self._lying:
            self._lying.add(number)
            self._free.setdefault((value.dtype, value.size), []).append(number)

    def take(self, value: Value) -> int | None:
        """A buffer for ``value``, if there is one: that which was put back last, whose memory is still at hand."""
        fitting = self._free.get((value.dtype, value.size))
        if not fitting:
            return None
        number = fitting.pop()
        self._lying.discard(number)
        return number


def planned(listing: Listing, keep_results: bool) -> Plan:
    """Give each array of a program its place.

    Args:
        keep_results: whether results get memory of their own, which no later call overwrites.
    """
    plan, shelf = Plan(), Shelf()
    last = last_uses(listing)
    results = {y.memory for y in listing.outputs if isinstance(y, Value)}
    padded = zero_padded(listing) - results
    dying: dict[int, list[Value]] = {}
    for value, at in last.items():
        dying.setdefault(at, []).append(value)

    def release(values: list[Value]) -> None:
        for value in values:
            number = plan.place.get(value)
            if number is not None and number not in plan.lasting:
                shelf.put(number, value)

    for at, line in enumerate(listing.lines):
        value, ends = line.value, dying.get(at, [])
        sooner = fitting(ends, line)  # it may be written over while it is read: place by place
        release(sooner)
        if wants_place(line) and not (keep_results and value in results):
            alone = value in padded or value in results  # a result may be an input of the next call: only it lies there
            number = None if alone else shelf.take(value)
            if number is None:
                number = len(plan.buffers)
                plan.buffers.append(value)
            plan.place[value] = number
            if value in padded:
                plan.lasting.add(number)
        release([x for x in ends if x not in sooner])
    return plan


def fitting(ends: list[Value], line: Line) -> list[Value]:
    """Of the memories that are needed for the last time by an elementwise line, those it may write its result over:
    where an operand lies place by place as the result will lie.

    An array of one element is left alone: NumPy takes longer to write over it than to write elsewhere.
    """
    value = line.value
    if not is_elementwise(line) or line.writes is not None or value.size == 1:
        return []
    alike = [
        x.memory
        for x in line.args
        if isinstance(x, Value) and x.shape == value.shape and x.example.strides == value.example.strides
    ]
    return [x for x in ends if x in alike and x is not value and x.size == value.size]


def wants_place(line: Line) -> bool:
    """Whether a line computes an array that can be written where we say."""
    value = line.value
    if line.writes is not None or not value.is_array or value.memory is not value or not value.size:
        return False
    return is_elementwise(line) or line.function in FILLING or line.function in (np.zeros, np.zeros_like)


def order_in_memory(value: Value) -> tuple[int, ...]:
    """The axes of an array, from that with the longest steps in memory to that with the shortest."""
    array = value.example
    return tuple(sorted(range(array.ndim), key=lambda axis: (-array.strides[axis], axis)))


def last_uses(listing: Listing) -> dict[Value, int]:
    """For each value that has memory of its own, the number of the last line that needs what lies there."""
    last: dict[Value, int] = {}
    for at, line in enumerate(listing.lines):
        for x in (line.value, *line.operands):
            last[x.memory] = at
            last[x] = at
    for y in listing.outputs:
        if isinstance(y, Value):
            last[y.memory] = last[y] = len(listing.lines)
    return {value: at for value, at in last.items() if value.memory is value}


def zero_padded(listing: Listing) -> set[Value]:
    """Arrays of zeros into which nothing is done but to set the same places in every call."""
    found = {
        line.value
        for line in listing.lines
        if line.function in (np.zeros, np.zeros_like) and line.value.is_array and line.value.size
    }
    read: set[Value] = set()  # already, so that what a later line writes would be seen there in the next call
    for line in listing.lines:
        if line.writes is not None and line.writes.memory in read:
            found.discard(line.writes.memory)
        read.update(x.memory for x in line.operands if x is not line.writes)
        if line.writes is not None and line.writes.memory in found:
            index = line.args[1] if line.function is operator.setitem else None
            if line.function is not operator.setitem or line.writes.memory is not line.writes or not is_fixed(index):
                found.discard(line.writes.memory)
    return found


def is_fixed(index: object) -> bool:
    """Whether an index takes the same places in every call."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(part, int | slice | type(None) | type(...)) for part in parts)
