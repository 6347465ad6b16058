"""The border: the graph that this floor draws, whoever made it, and the steps that it plays.

A graph is a ``networkx.MultiDiGraph``. Node ids are whole numbers in creation order. Every attribute may be
missing:

=================  ===================================================================================
node               meaning, and what a missing attribute becomes
=================  ===================================================================================
``kind``           ``"parameter"``, ``"data"``, ``"constant"``, ``"operation"`` or ``"group"``, a collapsed group (see
                   ``levels``); by default an operation where edges arrive, else data
``op``             the operation's name, such as ``"mul"``; None for leaves
``symbol``         what the badge says, such as ``"×"``; by default ``op``
``name``           the label, a str or None. By default a node id that is a str
``shape``          a tuple of ints; a str is Graphviz's and left alone. By default the shape of ``value``,
                   else of ``gradient``, else None (unknown)
``dtype``          a str; by default that of ``value``, else of ``gradient``
``value``          an array or number, real or complex, or None (not computed yet). What is neither, such as text or
                   dates, is not drawn; its shape and dtype are
``gradient``       the same, or None: *not yet*, which is not zero
``group``          the names of the groups that it belongs to, from outermost to innermost, a tuple of str; a str
                   or whole number alone becomes a tuple of one. By default ()
``members``        of a group: how many nodes it stands for, and how many of them are operations (``operations``);
                   how many numbers its parameters hold (``parameters``). By default 1, 0 and 0
``count``          how many equal groups it stands for, by default 1
``row``            the names of these groups, a tuple of str, where each is computed from the one before: value and
                   gradient are then those of the last. By default (), for groups beside each other
``code``           the line that made the node as a tuple (where, line, text), or None:
                   ``("In [3]", 2, "h = np.tanh(x @ W)")``
``gradients``      of a box that stands for several, which has no gradient of its own: theirs, a tuple of arrays; heat
                   shows their size. By default ()
``change``         None, or what a comparison says of the node, see ``compare``
``problem``        a str such as ``"NaN"`` where something goes wrong in this node that was well before; the node is
                   outlined and labelled "NaN arises here", and the table says so. By default None
``stale``          "changed" where a node's numbers are no longer those that others were computed from, "unfit" where a
                   result is not what its operands give; the picture, the tooltip and the table say so. By default None
``gone``           True where a gradient was computed, but is not known any more. By default False
``unkept``         True where whoever made the graph keeps no record: of the gradient of an operation, which may have
                   been computed, or of the numbers of data. By default False
``settings``       what the operation was told besides its operands: names and texts, such as ``(("dim", "1"),)``.
                   By default ()
``passed``         what one backward pass gives a leaf whose ``gradient`` is another, since several were added up, say;
                   the table says both. By default None
``saved``          what the operation keeps for its gradient rule: names and shapes, such as ``(("mat1", (6, 8)),)``;
                   the tooltip says so. By default ()
``bare``           True where nothing but the structure is known: no line for value and gradient is drawn.
                   By default True when kind, shape, value and gradient are all missing
``gradient_name``  what the gradient is called, a str or None; a ``bare`` box shows it below its own name
=================  ===================================================================================

An edge ``u -> v`` says that u is an input of v; its ``position`` is the argument's position, by default the
order in which the edges of v were added.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import messages, numbers
from nbgrad.display.measure import clean

KINDS = ("parameter", "data", "constant", "operation", "group")
Path = tuple[str, ...]  # of a group: the names of the groups around it, the outermost first, and its own
DIFFERENTIATED = ("parameter", "operation", "group")  # kinds of nodes that have a gradient


class DisplayError(Exception):
    """The common ancestor of what can be wrong with a graph or with steps that are to be drawn."""


class NotAGraphError(DisplayError, TypeError):
    """Something that is not a directed networkx graph was given to be drawn.

    An edge ``u -> v`` says that u is an input of v, so the direction is needed. ``nbgrad.to_networkx(y)``
    makes such a graph of a tensor; ``networkx.MultiDiGraph()`` is an empty one.
    """


class CycleError(DisplayError, ValueError):
    """The graph leads back to where it started.

    A computation has an order: every value is computed from values computed before it. Remove one of the
    edges that the message names.
    """


class AttributeValueError(DisplayError, ValueError):
    """A node or an edge has an attribute that means nothing here, such as ``kind="banana"``."""


class UnknownNodeError(DisplayError, KeyError):
    """A step of the backward pass speaks of a node or an edge that is not in the graph."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """One contribution of the backward pass. The first step is the seed: source None, target the root, all
    ones.

    source: id of the operation whose rule ran, None for the seed. target: id of the node that receives.
    edge: (u, v, key), u the target, v the source; None for the seed.
    upstream: the gradient arriving at source, of the shape of source. contribution: what this rule adds to
    target, and total: the gradient of target after adding; both of the shape of target.
    index, count: this is arrival number ``index`` (from 1) of ``count`` at target.
    local: the local derivative as a number (everything scalar) or as an array (elementwise), else None.
    formula: the local derivative in symbols, "σ(z)(1 − σ(z))", or, where it says "∂", the whole contribution,
    "hᵀ · ∂loss/∂ŷ". note: a plain sentence about the operation, may be "".
    fold: what the rule gave before broadcasting was undone, where that has another shape; else None.
    check: the same number by finite differences, a ``player.Check``, or None.
    real_part: whether the product is complex, and only its real part counts, since the target is real.
    lost: id of the node whose numbers have been changed in place since, so that those of this step do not belong
    together and are not shown; None where they do.

    >>> Step(source=1, target=0, edge=(0, 1, 0), upstream=1.0, contribution=3.0, total=3.0, local=3.0).count
    1
    """

    source: int | None
    target: int
    edge: tuple[int, int, int] | None
    upstream: Any
    contribution: Any
    total: Any
    index: int = 1
    count: int = 1
    local: Any = None
    formula: str = ""
    note: str = ""
    fold: Any = None
    check: Any = None
    real_part: bool = False
    lost: int | None = None


def as_numbers(value: Any) -> np.ndarray | None:
    """Return value as an array of real numbers (float, int or bool), or None where it is not that.

    >>> as_numbers([1, 2]).dtype.kind, as_numbers("three") is None, as_numbers(1j) is None
    ('i', True, True)
    """
    array = _foreign(value)
    return array if array is not None and array.dtype.kind in "biuf" else None


def as_array(value: Any) -> np.ndarray | None:
    """Return value as an array of numbers, real or complex, or None where it is not that.

    >>> as_array(1j).dtype.kind, as_array("three") is None
    ('c', True)
    """
    array = _foreign(value)
    return array if array is not None and array.dtype.kind in "biufc" else None


def _foreign(value: Any) -> np.ndarray | None:
    """Return whatever it is as an array, None where NumPy makes none of it."""
    if value is None:
        return None
    try:
        return np.asarray(value)
    except Exception:  # whatever a foreign object raises when asked for its numbers, it has none to show
        return None


def normalise(graph: Any) -> nx.MultiDiGraph:
    """Return a new MultiDiGraph with int ids, int edge keys and every documented attribute present.

    Raises NotAGraphError, CycleError, AttributeValueError. The graph given is left as it is.

    >>> foreign = nx.DiGraph([("x", "y")])
    >>> dict(normalise(foreign).nodes[1])["kind"], normalise(foreign).nodes[0]["name"]
    ('operation', 'x')
    """
    if isinstance(graph, nx.MultiDiGraph) and graph.graph.get(DONE):
        return graph
    check_directed(graph)
    _check_order(graph)
    ids = _whole_numbers(graph)
    result = nx.MultiDiGraph(**{DONE: True, OTHERWISE: graph.graph.get(OTHERWISE) is True})
    for node, given in graph.nodes(data=True):
        result.add_node(ids[node], **attributes(node, given, graph.in_degree(node) > 0))
    for position, u, v, given in _edges(graph):
        result.add_edge(ids[u], ids[v], position=position, **given)
    return result


def check_directed(graph: Any) -> None:
    """Raise NotAGraphError for what is not a directed networkx graph."""
    if not isinstance(graph, nx.Graph):
        raise NotAGraphError(
            f"Only what has a graph can be drawn, and {_thing(graph)} has none. Pass a result that was computed from "
            "tensors, such as ng.draw(loss), or a directed networkx graph."
        )
    if not graph.is_directed():
        raise NotAGraphError(
            "Only a directed networkx graph can be drawn, but this is an undirected graph: without a direction an edge "
            "does not say which node is the input. Pass a networkx.DiGraph or MultiDiGraph."
        )


def _thing(thing: Any) -> str:
    """Say what was given instead of a graph."""
    if thing is None:
        return "None"
    named = type(thing).__name__
    return f"{'an' if named[:1].lower() in 'aeiou' else 'a'} {named}"


DONE = "nbgrad_display_normalised"  # the mark of a graph that has every attribute
OTHERWISE = "computed_otherwise"  # the mark of a graph that was computed again from numbers changed in place


def ids(graph: Any) -> dict[Any, int]:
    """Return the whole number that each node of a graph has once it is normalised; {} for what is no graph.

    >>> ids(nx.DiGraph([("x", "y")]))
    {'x': 0, 'y': 1}
    """
    return _whole_numbers(graph) if isinstance(graph, nx.Graph) else {}


def validate(graph: Any) -> None:
    """Raise a DisplayError where graph cannot be drawn; say nothing where it can.

    >>> validate(nx.DiGraph([(0, 1)]))
    >>> validate(nx.Graph())
    Traceback (most recent call last):
        ...
    nbgrad.display.schema.NotAGraphError: Only a directed networkx graph can be drawn, but this is an
    undirected ...
    """
    normalise(graph)


def label(graph: nx.MultiDiGraph, node: int) -> str:
    """Return what a node is called in sentences and equations.

    That is its name; else, for a constant, its number; else its operation or kind, and its id.

    >>> graph = normalise(nx.MultiDiGraph([(0, 1)]))
    >>> label(graph, 0), label(graph, 1)
    ('data 0', 'operation 1')
    """
    facts = graph.nodes[node]
    if facts["name"]:
        return facts["name"]
    value = facts["value"]
    if facts["kind"] == "constant" and value is not None and numbers.is_single(value):
        return numbers.number(numbers.only(value))
    return f"{facts['op'] or messages.kind(facts['kind'])} {node}"


def called(graph: nx.MultiDiGraph, node: int, longest: int = 40) -> str:
    """Return what a node is called in tables and lists: a short label, with "× 12" where it stands for twelve.

    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node(0, kind="group", name="head", count=12)
    >>> called(normalise(graph), 0)
    'head × 12'
    """
    return clean(label(graph, node), longest) + times(graph.nodes[node])


def no_gradient(facts: Mapping[str, Any]) -> str:
    """Return what is said where a gradient would stand and there is none.

    >>> no_gradient({"gone": False, "unkept": False}), no_gradient({"gone": False, "unkept": True})
    ('not yet', 'not kept')
    """
    return messages.say("gone" if facts["gone"] else "not_kept" if facts["unkept"] else "not_yet")


def computation(graph: nx.MultiDiGraph, node: int) -> str:
    """Return how a node is computed: its operation, its inputs, and what the operation was told besides.

    >>> graph = nx.MultiDiGraph([("x", "y")])
    >>> graph.nodes["y"].update(op="sum", settings=(("dim", "1"),))
    >>> computation(normalise(graph), 1)
    'sum(x, dim=1)'
    """
    facts = graph.nodes[node]
    given = [called(graph, u) for u in inputs(graph, node)]
    given += [clean(f"{name}={said}", 40) for name, said in facts["settings"]]
    return f"{facts['op'] or facts['kind']}({', '.join(given)})"


def times(facts: Mapping[str, Any]) -> str:
    """Return what follows the name of a node that stands for several equal groups, "" of any other.

    >>> times({"count": 12, "row": ()}), times({"count": 3, "row": ("a", "b", "c")}), times({"count": 1, "row": ()})
    (' × 12', ' × 3 in a row', '')
    """
    if facts["count"] < 2:
        return ""
    return f" {messages.say('times_in_a_row' if facts['row'] else 'times', count=facts['count'])}"


def row_said(facts: Mapping[str, Any]) -> list[str]:
    """Say which groups a node stands for that are one after the other, in a list of one sentence, else of none.

    >>> row_said({"row": ("layer 1", "layer 2", "layer 3")})
    ['layer 1 to layer 3, each computed from the one before; the numbers are those of layer 3']
    """
    if not facts["row"]:
        return []
    first, last = (clean(facts["row"][place], 40) for place in (0, -1))
    return [messages.say("row_note", first=first, last=last)]


def inputs(graph: nx.MultiDiGraph, node: int) -> list[int]:
    """Return the ids of a node's inputs in the order of its arguments, a node used twice twice.

    >>> inputs(normalise(nx.MultiDiGraph([(0, 1), (0, 1)])), 1)
    [0, 0]
    """
    edges = graph.in_edges(node, keys=True, data="position")
    return [u for u, _, key, position in sorted(edges, key=lambda edge: (edge[3], edge[0], edge[2]))]


def groups(graph: nx.MultiDiGraph) -> list[Path]:
    """Return the paths of all groups of a normalised graph, in the order in which their first members stand.

    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node(0, group=("net", "layer 1"))
    >>> groups(normalise(graph))
    [('net',), ('net', 'layer 1')]
    """
    found: dict[Path, None] = {}
    for path in dict.fromkeys(path for _, path in graph.nodes(data="group")):
        for length in range(1, len(path) + 1):
            found[path[:length]] = None
    return list(found)


def joined(path: Path) -> str:
    """Return the path of a group as one text.

    >>> joined(("net", "layers.0"))
    'net / layers.0'
    """
    return " / ".join(path)


def check_steps(graph: nx.MultiDiGraph, steps: Iterable[Step]) -> list[Step]:
    """Return steps as a list; raise UnknownNodeError where one speaks of what is not in the graph."""
    checked = list(steps)
    for number, step in enumerate(checked):
        for node in (step.source, step.target):
            if node is not None and node not in graph:
                raise UnknownNodeError(
                    f"Step {number} speaks of node {node}, but the graph has no such node "
                    f"(it has {len(graph)} nodes). Make graph and steps from the same result."
                )
        if step.edge is not None and not graph.has_edge(*step.edge):
            raise UnknownNodeError(
                f"Step {number} runs along the edge {step.edge}, but the graph has no such edge. "
                "Make graph and steps from the same result."
            )
    return checked


def _check_order(graph: nx.Graph) -> None:
    if nx.is_directed_acyclic_graph(graph):
        return
    cycle = [edge[0] for edge in nx.find_cycle(graph)]
    cycle = cycle[:6] + (["…"] if len(cycle) > 6 else []) + cycle[:1]
    way = " → ".join(_called(graph, node) for node in cycle)
    raise CycleError(
        f"The graph has a cycle, {way}: a value would be needed to compute itself. Remove one of these edges."
    )


def _called(graph: nx.Graph, node: Any) -> str:
    facts = graph.nodes[node] if node in graph else {}
    return _word(facts, "name", 30) or clean(node, 30)


def _whole_numbers(graph: nx.Graph) -> dict[Any, int]:
    if all(isinstance(node, int | np.integer) and not isinstance(node, bool) for node in graph):
        return {node: int(node) for node in graph}
    return {node: number for number, node in enumerate(graph)}


def attributes(node: Any, given: Mapping[str, Any], computed: bool = False) -> dict[str, Any]:
    """Return every attribute of a node, of which ``given`` may have some. computed: whether edges arrive there."""
    kind = given.get("kind")
    if kind is None or (isinstance(kind, str) and not kind):
        kind = "operation" if computed else "data"
    if not isinstance(kind, str) or kind not in KINDS:
        raise AttributeValueError(
            f"Node {clean(node, 40)} has kind={_spelled(kind)}, which is not known here. Use one of {', '.join(KINDS)}."
        )
    foreign, gradient = _foreign(given.get("value")), as_array(given.get("gradient"))
    value = foreign if foreign is not None and foreign.dtype.kind in "biufc" else None
    known = foreign if foreign is not None else gradient
    shape = _shape(node, given.get("shape"))
    if shape is None and known is not None:
        shape = known.shape
    name = _word(given, "name", LONGEST_NAME)
    if name is None and given.get("name") is None and isinstance(node, str):
        name = clean(node, LONGEST_NAME) or None
    bare = given.get("bare")
    missing = given.get("kind") is None and shape is None and known is None
    op = _word(given, "op")
    return {
        "kind": kind,
        "op": op,
        "symbol": _word(given, "symbol") or op,
        "name": name,
        "shape": shape,
        "dtype": _word(given, "dtype") or ("" if known is None else clean(known.dtype.name, 40)),
        "value": value,
        "gradient": gradient,
        "group": _path(node, given.get("group")),
        **{which: _count(node, which, given.get(which), least) for which, least in COUNTS},
        "row": tuple(given.get("row") or ()),
        "spelled": "" if value is not None else _spelled_value(given.get("value"), foreign),
        "code": given.get("code"),
        "problem": _word(given, "problem", 24),
        "gradients": given.get("gradients") or (),
        "change": given.get("change"),
        "stale": given.get("stale") if given.get("stale") in ("changed", "unfit") else None,
        "gone": given.get("gone") is True,
        "unkept": given.get("unkept") is True,
        "settings": given.get("settings") or (),
        "passed": as_array(given.get("passed")),
        "saved": given.get("saved") or (),
        "bare": missing if bare is None else bare is True,
        "gradient_name": _word(given, "gradient_name", LONGEST_NAME),
    }


def _path(node: Any, given: Any) -> tuple[str, ...]:
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        given = str(given)  # other tools number their groups
    names = () if given is None else (given,) if isinstance(given, str) else given
    if not isinstance(names, tuple | list) or not all(isinstance(name, str) for name in names):
        raise AttributeValueError(
            f"Node {clean(node, 40)} has group={clean(repr(given), 40)}. It is the name of its group, or a tuple of "
            'names from the outermost group to the innermost, such as ("encoder", "attention").'
        )
    return tuple(clean(name, LONGEST_NAME) or "—" for name in names)


def _count(node: Any, which: str, given: Any, least: int) -> int:
    if given is None:
        return least
    try:
        count = operator.index(given)
    except TypeError:
        count = -1
    if count < 0:
        raise AttributeValueError(
            f"Node {clean(node, 40)} has {which}={_spelled(given)}. It is a number of things, a whole number from 0."
        )
    return count


COUNTS = (("members", 1), ("operations", 0), ("parameters", 0), ("count", 1))


def _word(given: Mapping[str, Any], key: str, longest: int = 40) -> str | None:
    """Return an attribute as clean text, None where it is missing or nothing is left of it."""
    word = given.get(key)
    return None if word is None else clean(word, longest) or None


def _shape(node: Any, given: Any) -> tuple[int, ...] | None:
    if given is None or isinstance(given, str):  # a text is Graphviz's: what a box looks like
        return None
    try:
        shape = tuple(operator.index(length) for length in given)
    except TypeError:
        shape = (-1,)
    if any(length < 0 for length in shape):
        raise AttributeValueError(
            f"Node {clean(node, 40)} has shape={_spelled(given)}. It is a tuple of whole numbers from 0, "
            "such as (2, 3), and () for a single number."
        )
    return shape


def _spelled(thing: Any) -> str:
    """Spell what was given in a message: texts in quotes, what is no simple thing by its type."""
    return clean(repr(thing) if isinstance(thing, str) else thing, 40)


def _spelled_value(value: Any, foreign: np.ndarray | None) -> str:
    """Say what a value is that has no numbers: a single text or date in full, a single object by its type."""
    if foreign is None:
        return "" if value is None else clean(type(value).__name__, 40)
    if foreign.size != 1:
        return messages.say("holds_text" if foreign.dtype.kind in "US" else "holds_other")
    only = foreign.reshape(-1)[0]
    return clean(
        repr(str(only)) if foreign.dtype.kind == "U" else str(only) if foreign.dtype.kind in "mM" else only, 80
    )


LONGEST_NAME = 2000  # characters kept of a name, in the tooltip; the box shows fewer


def _edges(graph: nx.Graph) -> list[tuple[int, Any, Any, dict[str, Any]]]:
    """List (position, u, v, {"key": int} or {}) in the order of the graph; a missing position is the next
    free one."""
    counted: dict[Any, int] = {}
    rows = []
    several = graph.is_multigraph()
    keyed = several and all(isinstance(key, int) and not isinstance(key, bool) for _, _, key in graph.edges(keys=True))
    for edge in graph.edges(keys=True) if several else graph.edges():
        u, v = edge[0], edge[1]
        order = counted.get(v, 0)
        counted[v] = order + 1
        position = graph.edges[edge].get("position")
        if position is not None and not isinstance(position, int | np.integer):
            raise AttributeValueError(
                f"The edge {clean(u, 40)} → {clean(v, 40)} has position={_spelled(position)}. "
                "It is the argument's position, a whole number from 0."
            )
        given = {"key": edge[2]} if keyed else {}
        rows.append((order if position is None else int(position), u, v, given))
    return rows
