"""Values that are written into, made values of their own."""

from __future__ import annotations

import numpy as np

from ..listing import Line, Listing, Value, rewritten


def own_values(listing: Listing) -> Listing:
    """Give each version of an array that is changed in place a name of its own: ``y *= 2`` computes another ``y``.

    Only where nobody else sees the change, that is, where no view of the array was taken before. After it, most
    programs write into nothing, and the other passes need not ask what changes when.
    """
    owned = alone(listing)
    version: dict[Value, Value] = {}
    lines: list[Line] = []
    for line in listing.lines:
        target = line.writes
        line = rewritten(line, version)
        if target in owned:
            line = _computing(line, target)
            _inherit(line.value, version.get(target, target))
            version[target] = line.value
        elif line.value.memory in version:  # a view of it, taken later
            line.value.memory = version[line.value.memory]
        lines.append(line)
    for line in lines:
        of = line.value.gradient_of
        line.value.gradient_of = version.get(of, of) if of is not None else None
    return listing.replaced([], version).with_lines(lines)


def alone(listing: Listing) -> set[Value]:
    """The computed values that ufuncs write into, and that nobody has taken a view of until the last time."""
    written: set[Value] = set()
    spoilt: set[Value] = {value.memory for value in listing.inputs}
    viewed: set[Value] = set()
    for line in listing.lines:
        if line.writes is not None:
            target = line.writes
            written.add(target)
            whole = isinstance(line.function, np.ufunc) and target.memory is target and target.kind == "line"
            if not whole or target in viewed:
                spoilt.add(target.memory)
        elif line.value.memory is not line.value:
            viewed.add(line.value.memory)
    return {value for value in written if value.memory not in spoilt}


def _computing(line: Line, target: Value) -> Line:
    """A line that writes into ``target``, as one that computes."""
    value = line.value
    value.example = np.array(target.example, copy=True)
    value.memory = value
    new = line.with_call(line.function, *line.args, **{name: x for name, x in line.static.items() if name != "out"})
    new.writes = None
    return new


def _inherit(after: Value, before: Value) -> None:
    """The name goes to the newer version."""
    after.name, after.shown, after.gradient_of = before.name, before.shown, before.gradient_of
    before.name, before.shown, before.gradient_of = None, False, None
