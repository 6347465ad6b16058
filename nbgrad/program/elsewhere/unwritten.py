"""Programs that write into nothing: where NumPy changes a part of an array, a new array is made.

``x[i] = v`` becomes ``x1 = set_at(x, i, v)``, and from there on the program means ``x1`` where it said ``x``. Views are
what needs care: who writes into ``rows = x[2:5]`` has changed ``x``, and every other view of it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import passes
from ..listing import Line, Listing, Value, rewritten


def set_at(x: Any, index: Any, y: Any) -> Any:
    """``x`` with ``y`` at ``index``; stands in a program for what a dialect spells its own way."""
    raise NotImplementedError


def changed_at(x: Any, ufunc: np.ufunc, index: Any, *y: Any) -> Any:
    """``x`` with ``ufunc.at`` done to it; stands in a program for what a dialect spells its own way."""
    raise NotImplementedError


def written_nowhere(listing: Listing, missing: Callable[[Line, str], Exception]) -> Listing:
    """A program that does the same and writes into nothing; ``missing`` makes the error for what cannot be done so."""
    if not listing.overwritten():
        return listing
    makers = listing.makers()
    now: dict[Value, Any] = {}  # what a value of the program has become
    views: dict[Value, list[Line]] = {}  # for each memory the lines that look at it, so far
    lines: list[Line] = []
    for line in listing.lines:
        here = rewritten(line, now)
        if line.writes is None:
            lines.append(here)
            if line.value.memory is not line.value:
                views.setdefault(line.value.memory, []).append(line)
            continue
        after = line.writes
        now[line.value] = becomes(after, lines, now, *changing(here, after, now, missing))
        up_to_date = {after}
        while after.memory is not after:  # into a view: what it is a view of has changed as well
            maker = makers.get(after)
            if maker is None:
                raise missing(line, "through this kind of view")
            whole = maker.args[0]
            becomes(whole, lines, now, *put_back(maker, line, now, missing))
            up_to_date.add(whole)
            after = whole
        for view in views.get(after, []):
            if view.value not in up_to_date:
                seen = rewritten(view, now)
                becomes(view.value, lines, now, seen.function, seen.args, seen.static, view)
    after_all = listing.replaced([], now).with_lines(lines)
    return passes.remove_dead(after_all)


def becomes(
    value: Value, lines: list[Line], now: dict[Value, Any], function: Callable, args: tuple, static: dict, like: Line
) -> Value:
    """Add the line that makes the next version of a value."""
    new = Value(value.example, "line", value.name, shown=value.shown)
    lines.append(Line(new, function, args, static, like.section, None, like.operation, like.place))
    now[value] = new
    return new


def changing(line: Line, target: Value, now: dict[Value, Any], missing: Callable[[Line, str], Exception]) -> tuple:
    """The call that gives an array as it is after a line has written into it."""
    function, args = line.function, line.args
    before = now.get(target, target)
    if function is operator.setitem:
        return set_at, (before, *args[1:]), {}, line
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc) and function.__name__ == "at":
        return changed_at, (before, owner, *args[1:]), {}, line
    if function in (np.put, np.put_along_axis, np.fill_diagonal):
        return function, (before, *args[1:]), {**line.static, "inplace": False}, line
    if function is np.copyto and set(line.static) <= {"where"}:
        if "where" in line.static:
            return np.where, (line.static["where"], args[1], before), {}, line
        return set_at, (before, ..., args[1]), {}, line
    static = {name: x for name, x in line.static.items() if name != "out"}
    if "out" not in line.static or line.value.shape != target.shape or line.value.dtype != target.dtype:
        raise missing(line, "in this form: written into an array of another shape or dtype")
    return function, args, static, line


def put_back(maker: Line, line: Line, now: dict[Value, Any], missing: Callable[[Line, str], Exception]) -> tuple:
    """The call that gives an array after a view of it, made by ``maker``, has changed."""
    whole, part = maker.args[0], now[maker.value]
    if maker.function is operator.getitem:
        return set_at, (now.get(whole, whole), maker.args[1], part), {}, line
    if maker.function is np.reshape and not maker.static:
        return np.reshape, (part, whole.shape), {}, line
    if maker.function is np.transpose:
        axes = maker.static.get("axes")
        return np.transpose, (part,), {} if axes is None else {"axes": tuple(np.argsort(axes).tolist())}, line
    raise missing(line, "through this kind of view")
