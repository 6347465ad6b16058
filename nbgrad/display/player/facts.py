"""Facts about nodes and edges, for whoever clicks on one."""

from __future__ import annotations

import re
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import agreeing, boxes, measure, messages, numbers, schema, stats
from nbgrad.display.attributes import as_array, as_numbers
from nbgrad.display.formula import agreeing_step, derivative, receiver, sent_along, short
from nbgrad.display.messages import say
from nbgrad.display.moments import root_of
from nbgrad.display.player.gathering import summed_axes
from nbgrad.display.player.lost import lost_gradients, step_lost
from nbgrad.display.player.mathematics import set_text
from nbgrad.display.player.phases import BACKWARD, Frame, born, computed, listed, moved_since
from nbgrad.display.player.trace import Check, Trace
from nbgrad.display.player.writing import handed_on, in_names, set_formula
from nbgrad.display.schema import Step

MOST_EDITABLE = 64  # numbers of a leaf that can be edited
MOST_TOLD = 4  # gradients that arrive at a closed group's results


def edge_name(edge: tuple[int, int, int]) -> str:
    """Return the name that the drawing gives to an edge.

    >>> edge_name((0, 3, 1))
    '0-3-1'
    """
    return "{}-{}-{}".format(*edge)


# ---- nodes
def nodes_of(trace: Trace, lines: dict[int, int], mathematics: bool = True) -> dict[str, dict[str, Any]]:
    """Return the facts about every node. lines: node -> index of its line of code.

    mathematics: whether formulas are set as such; they are there as text in any case.
    """
    arrived: dict[int, Any] = {step.target: step.total for step in trace.steps if step.lost is None}
    lost = lost_gradients(trace.steps)
    towards: dict[int, list[Step]] = {}
    for step in trace.steps:
        if step.source is not None:
            towards.setdefault(step.source, []).append(step)
    found = {
        str(node): _node(trace, node, arrived.get(node), lost.get(node), towards.get(node, []), lines.get(node))
        for node in trace.graph
    }
    if mathematics:
        for node, facts in zip(trace.graph, found.values(), strict=True):
            _set(trace, node, facts)
    return found


def _node(
    trace: Trace, node: int, gradient: Any, lost: int | None, sent: list[Step], line: int | None
) -> dict[str, Any]:
    graph = trace.graph
    facts = graph.nodes[node]
    has_formula = facts["kind"] == "operation"
    symbols = in_names(graph, node, trace.written.get(node)) if has_formula else ""
    results = list(handed_on(graph, node))
    known = None if gradient is None or results else numbers.summary(as_array(gradient))
    said = [*remarks(trace, node, known), *([] if lost is None or node in trace.unfit else [step_lost(graph, lost)])]
    said += [say("several_results", name=short(graph, node), results=listed(results))] if results else []
    return {
        "name": measure.clean(schema.label(graph, node), 200),
        "about": messages.parts(boxes.described(graph, node)),
        "kind": facts["kind"],
        "op": messages.operation(facts["op"]) if facts["op"] else "",
        "symbol": facts["symbol"] or "",
        "shape": numbers.shape(facts["shape"]),
        "dtype": facts["dtype"],
        "group": group_name(facts["group"]),
        "value": numbers.summary(facts["value"]),
        "gradient": known if lost is None else say("gone"),
        "math": "",
        "formula": f"{short(graph, node)} = {symbols}" if has_formula else "",
        "note": measure.clean(next((step.note for step in sent if step.note), ""), 400),
        "sentence": messages.together([about(graph, node), *said]),
        "locals": [_local(trace, step) for step in sent],
        "code": line,
        "stats": statistics(facts["value"]),
        "editable": _editable(facts["value"]) if node in trace.editable else None,
        "results": results,
    }


def _set(trace: Trace, node: int, facts: dict[str, Any]) -> None:
    """Set the formulas of a node as mathematics."""
    if facts["formula"]:
        facts["math"] = set_formula(trace.graph, node, trace.written.get(node), trace.opaque)
    for local in facts["locals"]:
        local["math"] = set_text(local["formula"], trace.opaque)


def group_name(group: Any) -> str:
    """Return a group's path as one text: "layer 1 / attention"."""
    if not group:
        return ""
    return measure.clean(group if isinstance(group, str) else " / ".join(map(str, group)), 200)


def about(graph: nx.MultiDiGraph, node: int) -> str:
    """Say what a node is."""
    kind, name = graph.nodes[node]["kind"], short(graph, node)
    if kind in ("parameter", "data", "constant"):
        return say(f"about_{kind}", name=name)
    if kind == "group":
        count, row = f"{graph.nodes[node]['members']:,}", graph.nodes[node]["row"]
        if row:
            return say(
                "about_row", name=name, count=count, first=measure.clean(row[0], 40), last=measure.clean(row[-1], 40)
            )
        if graph.nodes[node]["count"] > 1:
            return say("about_equal", name=name, count=count, copies=graph.nodes[node]["count"])
        return say("about_group", name=name, count=count)
    return computed(graph, node)


def remarks(trace: Trace, node: int, gradient: str | None) -> list[str]:
    """Say what is to be kept in mind about a node's numbers. gradient: what the pass gives it."""
    said = [moved_since(trace, node)] if node in trace.moved else []
    if node in trace.stored and gradient is not None:
        stored = numbers.summary(as_array(trace.stored[node]))
        said.append(say("stored_otherwise", name=short(trace.graph, node), passed=gradient, stored=stored))
    said += [step_lost(trace.graph, node)] if node in trace.unfit else []
    said += born(trace, node)
    return said + ([say("hook_left_out", name=short(trace.graph, node))] if node in trace.hooked else [])


def _local(trace: Trace, step: Step) -> dict[str, Any]:
    graph = trace.graph
    assert step.edge is not None
    assert step.source is not None
    local = None if step.lost is not None else as_numbers(step.local)
    name = receiver(graph, step)
    formula = step.formula
    if graph.nodes[step.source]["kind"] == "group":  # whose chain rule ends with what is differentiated within it
        formula = (
            "∂" + formula.rpartition(" · ∂")[2] if " · ∂" in formula else derivative(short(graph, step.source), name)
        )
    return {
        "edge": edge_name(step.edge),
        "name": name,
        "math": "",
        "formula": measure.clean(formula, 120),
        "text": "" if local is None else _told(local),
    }


def _told(local: np.ndarray) -> str:
    return agreeing.written(numbers.only(local)) if numbers.is_single(local) else of_shape(local)


def statistics(value: np.ndarray | None) -> list[list[str]]:
    """Return least, mean and greatest of an array, and how many elements are NaN and infinite, if any; [] for one
    number.

    >>> statistics(np.array([1.0, 2.0, np.nan]))
    [['min', '1'], ['mean', '1.5'], ['max', '2'], ['NaN', '1']]
    """
    if value is None or value.size < 2:
        return []
    found = stats.statistics(value)
    known = (("stats_min", found.low), ("stats_mean", found.mean), ("stats_max", found.high))
    rows = [[say(key), numbers.number(x)] for key, x in known if x is not None]
    odd = (("NaN", found.nans), (say("stats_infinite"), found.infinite))
    return rows + [[label, str(count)] for label, count in odd if count]


def _editable(value: np.ndarray | None) -> dict[str, Any] | None:
    """Return a leaf's numbers, those that JSON has no word for as JavaScript spells them; None where it cannot be
    edited."""
    if value is None or not 0 < value.size <= MOST_EDITABLE or value.dtype.kind not in "fiu":
        return None
    flat = [x if np.isfinite(x) else _in_javascript(x) for x in value.reshape(-1).tolist()]
    return {"shape": list(value.shape), "data": flat}


def _in_javascript(x: float) -> str:
    return "NaN" if np.isnan(x) else "Infinity" if x > 0 else "-Infinity"


# ---- edges
def edges_of(trace: Trace, frames: list[Frame]) -> dict[str, dict[str, Any]]:
    """Return the facts about every edge. frames: those of all phases.

    What the step of an edge says of it is not sent twice: ``math`` and ``sentence`` are None where they are those of
    the edge's ``frame``.
    """
    graph = trace.graph
    steps = {edge_name(step.edge): step for step in trace.steps if step.edge is not None}
    backward = [(index, frame) for index, frame in enumerate(frames) if frame.phase == BACKWARD and frame.edges]
    frame_of = {frame.edges[0]: index for index, frame in backward}
    root = root_of(list(trace.steps))
    before = {step.edge: total for step, total in schema.with_before(trace.steps)}
    found = {}
    for edge in graph.edges(keys=True):
        name = edge_name(edge)
        index = frame_of.get(name)
        frame = None if index is None else frames[index]
        found[name] = _edge(trace, edge, steps.get(name), frame, root, before.get(edge)) | {"frame": index}
    return found


def _edge(
    trace: Trace, edge: tuple[int, int, int], step: Step | None, frame: Frame | None, root: int, before: Any
) -> dict[str, Any]:
    """Return the facts about an edge. before: the gradient at its beginning before this edge's step."""
    graph = trace.graph
    ends = {"from": sent_along(graph, edge), "to": short(graph, edge[1])}
    if step is None or frame is None:
        sentence = say("edge_without", source=ends["to"], target=ends["from"], root=short(graph, root))
        nothing = dict.fromkeys(("upstream", "local", "product", "math"), "")
        return {**ends, **nothing, "sentence": sentence, "check": None}
    if step.lost is not None:
        nothing = dict.fromkeys(("upstream", "product"), "")
        formula = measure.clean(step.formula, 120)
        return {**ends, **nothing, "local": formula, "math": None, "sentence": None, "check": None}
    said = {
        "upstream": _arriving(graph, step),
        "local": _local_of_edge(step),
        "product": of_shape(as_array(step.contribution)),
        "sign": agreeing.EQUAL,
        **_sum_of_copies(step),
    }
    if numbers.is_single(np.asarray(step.contribution)):
        sent = agreeing_step(step, before)[0]
        said |= {"product": sent.result, "sign": sent.sign}
        said |= dict(zip(("upstream", "local"), sent.given, strict=True)) if sent.given else {}
    return {
        **ends,
        **said,
        "math": None,
        "sentence": None,
        "check": check_of(step.check, said_of_one_use(graph, edge)),
    }


def _arriving(graph: nx.MultiDiGraph, step: Step) -> str:
    """Return what arrives at the operation of a step; of a closed group at each result that leads to the step's target,
    and of equal groups beside each other how many gradients there are."""
    facts = graph.nodes[step.source]
    if facts["count"] > 1 and not facts["row"]:
        return say("edge_one_each", count=facts["count"])
    if not step.upstreams:
        return of_shape(as_array(step.upstream))
    told = [messages.headed(name, of_shape(as_array(gradient))) for name, gradient in step.upstreams]
    return messages.parts(told[:MOST_TOLD] + ["…"] * (len(told) > MOST_TOLD))


def said_of_one_use(graph: nx.MultiDiGraph, edge: tuple[int, int, int]) -> str:
    """Say that a check moves a node in one of its uses only, where it has several; else ""."""
    count, used = graph.out_degree(edge[0]), graph.edges[edge].get("result")
    if used is not None:  # one of several results of a group
        count = sum(result == used for _, _, result in graph.out_edges(edge[0], data="result"))
    return say("check_one_use", name=sent_along(graph, edge), count=count) if count > 1 else ""


def _local_of_edge(step: Step) -> str:
    """Return the local derivative with its shape, and by name where it is an array; else what the formula says."""
    for local, formula in ((step.local, step.formula), (step.factor, step.factor_formula)):
        known = as_numbers(local)
        if known is not None:
            named = bool(re.search(r"[^\W\d_]", formula)) and "∂" not in formula and not numbers.is_single(known)
            return messages.facts([measure.clean(formula, 60)] * named + [of_shape(known)])
    return measure.clean(step.formula, 120)


def _sum_of_copies(step: Step) -> dict[str, str]:
    """Return what arrives at the copies of an operand that was copied to fit, and over which axes that is summed."""
    before, after = as_array(step.fold), as_array(step.contribution)
    if before is None or after is None or step.factor is None:
        return {}
    axes = summed_axes(before.shape, after.shape)
    over = say("edge_over_axis" if len(axes) == 1 else "edge_over_axes", axes=messages.listed(map(str, axes)))
    return {"each": of_shape(before), "over": over} if axes else {}


def of_shape(array: np.ndarray | None) -> str:
    """Return an array in one line, with its shape; one whose elements are all the same says so.

    >>> of_shape(np.array([1.0, 3.0])), of_shape(np.ones((3, 4))), of_shape(np.array(2.0))
    ('2 elements: min 1, mean 2, max 3', '3×4: 1 everywhere', '2')
    """
    if array is None or array.size == 0 or numbers.is_single(array):
        return numbers.summary(array)
    shape = numbers.shape(array.shape)
    return messages.headed(say("of_length", count=shape) if array.ndim == 1 else shape, in_one_line(array))


def in_one_line(array: np.ndarray) -> str:
    """Return the range of an array; of one whose elements are all the same, but for rounding, that number.

    >>> in_one_line(np.array([1.0, 3.0])), in_one_line(np.full(3, 0.1 + 0.2))
    ('min 1, mean 2, max 3', '0.3 everywhere')
    """
    first = array.flat[0]
    if not np.isfinite(first) or not np.allclose(array, first, rtol=stats.noise(array.dtype), atol=0):
        return numbers.summary(array)
    return say("everywhere", number=numbers.number(first))


def check_of(check: Check | None, more: str = "") -> dict[str, Any] | None:
    """Return a check by finite differences as the page shows it. more: what else is to be said of it."""
    if check is None:
        return None
    ours = precisely(check.ours)
    other = "" if check.differences is None else precisely(check.differences)
    said = say(check.said, element=check.element, ours=ours, differences=other, **check.filled)
    said = messages.together([said, more]) if check.differences is not None else said
    return {"element": check.element, "ours": ours, "differences": other, "agrees": check.agrees, "said": said}


def precisely(x: float) -> str:
    """Write a number with six significant digits: a comparison wants more than three.

    >>> precisely(0.41021234), precisely(-3.0), precisely(-0.0), precisely(float("nan"))
    ('0.410212', '−3', '0', 'NaN')
    """
    if not np.isfinite(x):
        return numbers.number(x)
    text = f"{x + 0.0:.6g}"  # no −0
    mantissa, _, exponent = text.partition("e")
    return (f"{mantissa}e{int(exponent)}" if exponent else mantissa).replace("-", numbers.MINUS)
