"""The border: the graph that this floor draws, whoever made it, and the steps that it plays.

A graph is a ``networkx.MultiDiGraph``. Node ids are whole numbers in creation order. Every attribute may be
missing:

=================  ===================================================================================
node               meaning, and what a missing attribute becomes
=================  ===================================================================================
``kind``           ``"parameter"``, ``"data"``, ``"constant"``, ``"operation"`` or ``"group"``, a collapsed group (see
                   ``levels``); by default an operation where edges arrive, else data, or a parameter if a gradient
                   is given
``op``             the operation's name, such as ``"mul"``; None for leaves
``symbol``         what the badge says, such as ``"×"``; by default ``op``
``name``           the label, a str or None. By default a node id that is a str
``shape``          a tuple of ints; a str is Graphviz's and left alone. By default the shape of ``value``,
                   else of ``gradient``, else None (unknown)
``dtype``          a str; by default that of ``value``, else of ``gradient``
``value``          an array or number, real or complex, or None (not computed yet). What is neither, such as text or
                   dates, is not drawn; its shape and dtype are. What a masked array hides is NaN
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
``each``           of a ``row``: the gradients of its layers, from the first to the last, a tuple of arrays, of tuples
                   (see ``inside``) and None; heat shows them side by side. By default ()
``inside``         of a box that stands for several and has no gradient that is known: those of the parameters in it, a
                   tuple of arrays; heat shows the size of all of them together. By default ()
``hidden``         of a box that stands for several: the gradients of all that it hides, a tuple. By default ()
``change``         None, or what a comparison says of the node, see ``compare``
``problem``        a str such as ``"NaN"`` where something goes wrong in this node that was well before; the node is
                   outlined and labelled "NaN arises here", and the table says so. By default None
``stale``          "changed" where a node's numbers are no longer those that others were computed from, "unfit" where a
                   result is not what its operands give; the picture, the tooltip and the table say so. By default None
``gone``           True where a gradient was computed, but is not known any more. By default False
``cleared``        True where a leaf had a gradient that was taken away, as ``zero_grad()`` does. By default False
``unkept``         True where whoever made the graph keeps no record: of the gradient of an operation, which may have
                   been computed, or of the numbers of data. By default False
``centring``       True of an operation that takes the mean over all axes but the second away from what it is given, as
                   batch normalisation does in training: what it hands back adds up to zero. By default False
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
order in which the edges of v were added. Its ``gradient`` is what v hands to u along this edge, or None; heat shows
its size. Of an edge that stands for those of several equal boxes, ``gradients`` are theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import agreeing, messages, numbers
from nbgrad.display.attributes import as_array, attributes, spelled, with_article, word
from nbgrad.display.errors import AttributeValueError, CycleError, NotAGraphError, UnknownNodeError
from nbgrad.display.measure import clean

Path = tuple[str, ...]  # of a group: the names of the groups around it, the outermost first, and its own
DIFFERENTIATED = ("parameter", "operation", "group")  # kinds of nodes that have a gradient


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """One contribution of the backward pass. The first step is the seed: source None, target the root, all
    ones.

    source: id of the operation whose rule ran, None for the seed. target: id of the node that receives.
    edge: (u, v, key), u the target, v the source; None for the seed.
    upstream: the gradient arriving at source, of the shape of source; None where source is a group of which
    several results lead back to target, or stands for several groups. contribution: what this rule adds to
    target, and total: the gradient of target after adding; both of the shape of target.
    index, count: this is arrival number ``index`` (from 1) of ``count`` at target.
    local: the local derivative as a number (everything scalar) or as an array (elementwise), else None.
    formula: the local derivative in symbols, "σ(z)(1 − σ(z))", or, where it says "∂", the whole contribution,
    "hᵀ · ∂loss/∂ŷ". note: a plain sentence about the operation, may be "".
    fold: what the rule gave before broadcasting was undone, where that has another shape; else None.
    factor, factor_formula: where the operand was copied to fit, the local derivative of its copies, of the shape of
    fold; where one number is made of an array, that of its elements. Else None and "".
    check: the same number by finite differences, a ``player.Check``, or None. check_at: what gives the check of
    another element of contribution, at that place of its flat numbers; None where nobody can.
    real_part: whether the product is complex, and only its real part counts, since the target is real.
    lost: id of the node whose numbers have been changed in place since, so that those of this step do not belong
    together and are not shown; None where they do.
    upstreams: where source is a group and several of its results lead back to target, the name of each of those and
    what arrives there from outside of the group; else ().
    moment: of a step between collapsed groups, its index among those of the whole pass; else None.
    before: what target's gradient was before, where the steps that are there do not tell: target may be a group with
    several results. Else None.
    unseen: None where all that arrives at target is seen. Else, of the last that is seen, how many more gradients
    arrive there within a closed group; of others 0.

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
    factor: Any = None
    factor_formula: str = ""
    check: Any = None
    check_at: Callable[[int], Any] | None = None
    upstreams: Sequence[tuple[str, Any]] = ()
    moment: int | None = None
    real_part: bool = False
    lost: int | None = None
    before: Any = None
    unseen: int | None = None


def with_before(steps: Iterable[Step]) -> Iterator[tuple[Step, Any]]:
    """Return each step with what its target's gradient was before it; None where nothing had arrived."""
    so_far: dict[int, Any] = {}
    for step in steps:
        yield step, so_far.get(step.target) if step.before is None else step.before
        so_far[step.target] = step.total


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
    for mark in (UNPASSED, OF_TORCH):
        if graph.graph.get(mark) is True:
            result.graph[mark] = True
    if lost := graph.graph.get(LOST):
        result.graph[LOST] = tuple(clean(name, 40) for name in lost)
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
    return with_article(type(thing).__name__)


DONE = "nbgrad_display_normalised"  # the mark of a graph that has every attribute
UNPASSED = "unpassed"  # the mark of a graph without a backward pass: gradients of its leaves are of other runs
LOST = "lost"  # of an earlier run: names of nodes of which it is not known any more what they were
OTHERWISE = "computed_otherwise"  # the mark of a graph that was computed again from numbers changed in place
OF_TORCH = "nbgrad_torch"  # the mark of a graph of PyTorch's: it has no steps, and its parameters are as they are now


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
    nbgrad.display.errors.NotAGraphError: Only a directed networkx graph can be drawn, but this is an
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
        return agreeing.written(numbers.only(value))
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

    >>> facts = {"gone": False, "cleared": False, "unkept": False}
    >>> no_gradient(facts), no_gradient({**facts, "unkept": True}), no_gradient({**facts, "cleared": True})
    ('not yet', 'not kept', 'cleared')
    """
    key = next((which for which in ("gone", "cleared") if facts[which]), "not_kept" if facts["unkept"] else "not_yet")
    return messages.say(key)


def has_parameters_of_now(graph: nx.MultiDiGraph) -> bool:
    """Tell whether parameters are shown that may have been moved since results were computed from them.

    No parameter of PyTorch's is known for certain not to have: what is done to ``parameter.data`` is not counted.
    """
    seen = any(facts["kind"] == "parameter" and facts["value"] is not None for _, facts in graph.nodes(data=True))
    return seen and graph.number_of_edges() > 0 and bool(graph.graph.get(OF_TORCH))


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
    return word(facts, "name", 30) or clean(node, 30)


def _whole_numbers(graph: nx.Graph) -> dict[Any, int]:
    if all(isinstance(node, int | np.integer) and not isinstance(node, bool) for node in graph):
        return {node: int(node) for node in graph}
    return {node: number for number, node in enumerate(graph)}


def _edges(graph: nx.Graph) -> list[tuple[int, Any, Any, dict[str, Any]]]:
    """List (position, u, v, the gradient and, if there is one, the key) in the order of the graph; a missing position
    is the next free one."""
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
                f"The edge {clean(u, 40)} → {clean(v, 40)} has position={spelled(position)}. "
                "It is the argument's position, a whole number from 0."
            )
        given: dict[str, Any] = {"key": edge[2]} if keyed else {}
        given["gradient"] = as_array(graph.edges[edge].get("gradient"))
        rows.append((order if position is None else int(position), u, v, given))
    return rows
