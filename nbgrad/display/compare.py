"""Two runs of the same graph: what has changed from the one to the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import measure, messages, numbers, schema, stats
from nbgrad.display.errors import DisplayError

MOST_NAMED = 6  # of those in a group that have changed

COMPARED = "nbgrad_display_compared"  # the attribute of a graph that has been compared


class DifferentGraphsError(DisplayError, ValueError):
    """Two graphs were to be compared that are not two runs of the same computation.

    Both must have the same nodes in the same order: kinds, operations, inputs and shapes. Names and numbers may differ.
    The message names the first place where they do not agree.
    """


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What a node had before: its value and gradient then, and which of the two have changed.

    inside: of a group, the names of those in it that have changed.
    """

    value: Any
    gradient: Any
    changed: tuple[str, ...]
    inside: tuple[str, ...] = ()


NO_CHANGE = Change(None, None, ())


def compared(before: Any, after: Any) -> nx.MultiDiGraph:
    """Return the graph ``after``, normalised, with a ``change`` at each node whose value or gradient has changed.

    Raises DifferentGraphsError and the errors of ``schema.normalise``.

    >>> one, other = nx.DiGraph(), nx.DiGraph()
    >>> one.add_node("x", value=1.0)
    >>> other.add_node("x", value=2.0)
    >>> compared(one, other).nodes[0]["change"].changed
    ('value',)
    """
    one, other = schema.normalise(before), schema.normalise(after)
    _check_structure(one, other)
    result = nx.MultiDiGraph(**{**other.graph, COMPARED: True, schema.LOST: one.graph.get(schema.LOST, ())})
    for old, (node, facts) in zip(one, other.nodes(data=True), strict=True):
        had = one.nodes[old]
        known = facts["kind"] in schema.DIFFERENTIATED and not (had["gone"] or facts["gone"])
        looked_at = ("value", "gradient") if known else ("value",)
        changed = tuple(which for which in looked_at if not _same(had[which], facts[which]))
        if had["spelled"] != facts["spelled"]:
            changed = ("value", *(which for which in changed if which != "value"))
        change = Change(had["value"], had["gradient"], changed) if changed else None
        result.add_node(node, **{**facts, "change": change})
    result.add_edges_from(other.edges(keys=True, data=True))
    return result


def changes(graph: nx.MultiDiGraph, digits: int = 3, shown: Collection[str] = ("value", "gradient")) -> Iterator[str]:
    """Say of each changed node of a compared graph what it had before and what it has now; nothing of other graphs.

    shown: which of the two are told with their numbers.
    """
    if not graph.graph.get(COMPARED):
        return
    rows = [node for node in graph if graph.nodes[node]["change"] is not None]
    said_of_all = ["changes"] if rows else [] if graph.graph.get(schema.LOST) else ["no_changes"]
    yield from map(messages.say, said_of_all)
    for node in rows:
        facts = graph.nodes[node]
        said = [
            _by(
                messages.say(f"changed_{which}", before=before, after=after),
                getattr(facts["change"], which),
                facts[which],
                digits,
            )
            for which in facts["change"].changed
            if which in shown
            for absent in ["—" if which == "value" else schema.no_gradient(facts)]
            for before, after in [_said(getattr(facts["change"], which), facts[which], digits, absent)]
        ]
        said += within(facts["change"])
        name = schema.called(graph, node)
        yield "  " + (messages.headed(name, messages.parts(said)) if said else name)
    yield from lost(graph)


def lost(graph: nx.MultiDiGraph) -> list[str]:
    """Say what is not known any more of the earlier run, in a list of one sentence; of other graphs in none.

    >>> lost(nx.MultiDiGraph(lost=("x", "W")))
    ['The earlier run has lost the numbers that were changed in place; whether x, W have changed cannot be told.']
    """
    told = {schema.called(graph, node) for node, change in graph.nodes(data="change") if change is not None}
    names = [name for name in graph.graph.get(schema.LOST) or () if name not in told]
    names = names[:MOST_NAMED] + ["…"] * (len(names) > MOST_NAMED)
    return [messages.say("compared_lost", names=messages.listed(names))] if names else []


def within(change: Change) -> list[str]:
    """Say which of those in a group have changed, in a list of one sentence; an empty list of a single node.

    >>> within(Change(None, None, (), ("W", "b")))
    ['changed inside: W, b']
    """
    names = [measure.clean(name, 40) for name in change.inside[:MOST_NAMED]]
    names += ["…"] * (len(change.inside) > MOST_NAMED)
    return [messages.say("changed_inside", names=messages.listed(names))] if names else []


def _said(old: np.ndarray | None, new: np.ndarray | None, digits: int, absent: str) -> tuple[str, str]:
    """Return what a value was and is, single numbers with as many digits as tell them apart. absent: what is said of
    one that is not there any more."""
    was, now = numbers.summary(old, "—", digits), numbers.summary(new, absent, digits)
    single = all(array is not None and numbers.is_single(array) for array in (old, new))
    return _said(old, new, digits + 1, absent) if was == now and single and digits < numbers.ALL_DIGITS else (was, now)


def _by(said: str, old: np.ndarray | None, new: np.ndarray | None, digits: int) -> str:
    """Add to what is said of a change how far the element went that went farthest."""
    if old is None or new is None or numbers.is_single(new):
        return said
    return with_greatest_change(said, old, new, digits)


def with_greatest_change(said: str, old: np.ndarray, new: np.ndarray, digits: int) -> str:
    """Add how far the element went that went farthest; nothing where that is no number, as when one became NaN.

    >>> with_greatest_change("it changed", np.zeros(2), np.array([0.0, 0.5]), 3)
    'it changed (by up to 0.5)'
    >>> with_greatest_change("it changed", np.zeros(2), np.array([0.0, np.nan]), 3)
    'it changed'
    """
    most = greatest_change(old, new)
    return said if np.isnan(most) else messages.say("changed_by", said=said, most=numbers.number(most, digits))


def greatest_change(old: np.ndarray, new: np.ndarray) -> float:
    """Return the greatest magnitude by which an element has changed; NaN where one became NaN, or is one no more.

    >>> greatest_change(np.array([1.0, 2.0]), np.array([1.5, 2.0]))
    0.5
    """
    if old.shape != new.shape or not new.size:
        return float("nan")
    one, other = stats.seen(old), stats.seen(new)
    kind = complex if "c" in (one.dtype.kind, other.dtype.kind) else float
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.abs(other.astype(kind) - one.astype(kind))
    same = (one == other) | ((one != one) & (other != other))
    return float(np.where(same, 0.0, difference).max())


def _same(old: np.ndarray | None, new: np.ndarray | None) -> bool:
    if old is None or new is None or old is new:
        return old is new
    if old.shape != new.shape:
        return False
    old, new = stats.seen(old), stats.seen(new)
    return bool(((old == new) | ((old != old) & (new != new))).all())


def _check_structure(one: nx.MultiDiGraph, other: nx.MultiDiGraph) -> None:
    place = {node: number for number, node in enumerate(one)}, {node: number for number, node in enumerate(other)}
    for number, (old, new) in enumerate(zip(one, other, strict=False)):
        had, has = one.nodes[old], other.nodes[new]
        inputs = [place[0][u] for u in schema.inputs(one, old)] == [place[1][u] for u in schema.inputs(other, new)]
        if (had["kind"], had["op"], had["shape"]) != (has["kind"], has["op"], has["shape"]) or not inputs:
            raise DifferentGraphsError(
                "These are not two runs of the same graph. They differ first at node "
                f"{number}: before it is {_described(one, old)}, after it is {_described(other, new)}. "
                "Compare results of the same code."
            )
    if len(one) != len(other):
        longer, node = (one, list(one)[len(other)]) if len(one) > len(other) else (other, list(other)[len(one)])
        raise DifferentGraphsError(
            f"These are not two runs of the same graph: before it has {_nodes(one)}, after it has {len(other)}. "
            f"The first that only one of them has is {_described(longer, node)}. Compare results of the same code."
        )


def _described(graph: nx.MultiDiGraph, node: int) -> str:
    facts = graph.nodes[node]
    name = measure.clean(schema.label(graph, node), 40)
    given = ", ".join(measure.clean(schema.label(graph, u), 20) for u in schema.inputs(graph, node)[:6])
    made = f"{facts['op'] or facts['kind']}({given})" if facts["kind"] == "operation" else facts["kind"]
    shape = numbers.shape(facts["shape"])
    return f"{name} = {made}" + (f" of shape {shape}" if shape else "")


def _nodes(graph: nx.MultiDiGraph) -> str:
    return f"{len(graph)} node{'s' * (len(graph) != 1)}"
