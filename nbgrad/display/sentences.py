"""What a step means, in plain words with its numbers. The words themselves stand in ``messages``."""

from __future__ import annotations

from math import prod
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import agreeing, measure, numbers, schema
from nbgrad.display.attributes import as_numbers
from nbgrad.display.formula import adds_copies, differentiated, receiver, short
from nbgrad.display.messages import listed, say, together
from nbgrad.display.schema import Step

UNLIKE = ("divide", "power", "remainder")  # operations that hand on something else to each of their two operands


def sentence(graph: nx.MultiDiGraph, step: Step, root: int) -> str:
    """Return one to three sentences about a step.

    >>> from nbgrad.display.schema import normalise
    >>> graph = normalise(nx.MultiDiGraph([(0, 1)]))
    >>> sentence(graph, Step(1, 0, (0, 1, 0), 2.0, 6.0, 6.0, local=3.0), 1)
    'If data 0 grows by a little, operation 1 grows 3 times as much.'
    """
    if step.source is None:
        start = as_numbers(step.total)
        is_one = start is not None and numbers.is_single(start) and numbers.only(start) == 1
        if is_one:
            return say("seed", root=short(graph, root))
        return say("seed_given", root=short(graph, root), weighted=differentiated(graph, root))
    if step.lost is not None:
        return say("step_lost", name=short(graph, step.lost))
    said = [_about(graph, step)]
    if (axis := dict(graph.nodes[step.source]["settings"]).get("axis")) and _has_less(graph, step):
        said.append(say("along_axis", axis=axis.replace("-", numbers.MINUS)))
    said += _of_equal(graph, step)
    if step.count > 1 and step.index == 1:
        key = "first_seen" if step.unseen is None and _is_merged(graph, step) else "first_sentence"
        said.append(say(key, target=receiver(graph, step), count=step.count))
    elif step.count > 1:
        said.append(say("later_sentence"))
    if step.unseen:
        said.append(say("unseen_sentence", group=short(graph, step.target)))
    if not_finite_leaves := _not_finite_leaves(graph, step, said[0]):
        said.append(say("leaf_not_finite", names=listed(not_finite_leaves)))
    total = as_numbers(step.total)
    if step.index > 1 and agreeing.is_dust(step.total, [step.contribution]):
        said.append(left_by_rounding(step.total))
    if total is not None and not np.isfinite(total.astype(float)).all():
        is_leaf = graph.nodes[step.target]["kind"] == "parameter"  # from where nothing goes on
        said.append(say("not_a_number_here" if is_leaf else "not_a_number"))
    return together(said)


def _is_merged(graph: nx.MultiDiGraph, step: Step) -> bool:
    """Tell whether several gradients that arrive are seen as one, so that there are more uses than arrivals."""
    leaving = (given for *_, given in graph.out_edges(step.target, data=True))
    return any(len(given.get("stands_for") or ()) + len(given.get("others") or ()) > 1 for given in leaving)


def _of_equal(graph: nx.MultiDiGraph, step: Step) -> list[str]:
    """Say of a box that stands for equal groups beside each other whose numbers these are."""
    source, target = (graph.nodes[node] for node in (step.source, step.target))
    if source["count"] > 1 and not source["row"]:
        return [say("equal_together", name=receiver(graph, step), copies=source["count"])]
    if target["count"] > 1 and not target["row"]:
        return [say("equal_alone", copies=target["count"])]
    return []


def _has_less(graph: nx.MultiDiGraph, step: Step) -> bool:
    """Tell whether an operation makes fewer results of what it is given, but more than one."""
    given, made = (graph.nodes[node]["shape"] for node in (step.target, step.source))
    return given is not None and made is not None and 1 < prod(made) < prod(given)


def left_by_rounding(value: Any) -> str:
    """Say of a single number that it should be zero.

    >>> left_by_rounding(0.1 + 0.2 - 0.3)
    'The 5.55e−17 is what rounding in float64 has left of 0.'
    """
    array = np.asarray(value)
    return say("rounding_left", number=numbers.number(numbers.only(array)), dtype=array.dtype.name)


def _not_finite_leaves(graph: nx.MultiDiGraph, step: Step, said: str) -> list[str]:
    """Return the names of what the step's operation was computed from, if it is given and holds NaN or infinity."""
    assert step.source is not None
    leaves = (node for node in schema.inputs(graph, step.source) if graph.nodes[node]["kind"] in ("parameter", "data"))
    names = dict.fromkeys(short(graph, node) for node in leaves if not_finite(graph.nodes[node]["value"]))
    return [name for name in names if say("slope_of_nothing", name=name) not in said]


def _about(graph: nx.MultiDiGraph, step: Step) -> str:
    assert step.source is not None
    op = graph.nodes[step.source]["op"] or ""
    local = as_numbers(step.local)
    place = None if step.edge is None else graph.edges[step.edge]["position"]
    if local is not None and numbers.is_single(local):
        is_corner = step.check is not None and step.check.said == "check_kink"
        known = _scalar(op, float(numbers.only(local)), place, is_corner)
    else:
        known = _array(op, local, place, is_mean="reduction" not in dict(graph.nodes[step.source]["settings"]))
    if adds_copies(step):
        return say("copies", target=receiver(graph, step))
    if known:
        return known
    is_nothing = op == "absolute" and local is not None and not local.any()  # nothing is handed on at its corner
    note = "" if is_nothing else _of_place(op, place) or measure.clean(step.note, 400)
    slope = _slope_of(graph, step)
    if note:
        # With several arrivals there is more to say below; the note has to do.
        return together([note, slope]) if step.count == 1 else note
    return slope or say("hands_on", target=receiver(graph, step), source=short(graph, step.source))


def _of_place(op: str, place: int | None) -> str:
    """Say what an operation hands on to one of its places, where it is not the same for both."""
    op = "remainder" if op == "fmod" else op
    return say(f"{op}_{place}") if op in UNLIKE and place in (0, 1) else ""


def _slope_of(graph: nx.MultiDiGraph, step: Step) -> str:
    """Say what the local derivative means as a number, "" where it is not one number."""
    local = as_numbers(step.local)
    if local is None or not numbers.is_single(local) or step.source is None or np.isnan(numbers.only(local)):
        return ""
    if unmeasured := [node for node in (step.target, step.source) if not_finite(graph.nodes[node]["value"])]:
        return say("slope_of_nothing", name=short(graph, unmeasured[0]))
    if step.check is not None and step.check.said == "check_kink":  # where there is a corner there is no one slope
        return say("check_kink", ours=numbers.number(step.check.ours), **step.check.filled)
    return _slope(
        float(numbers.only(local)),
        target=receiver(graph, step),
        source=short(graph, step.source),
        start=say("if" if step.count == 1 else "if_along"),
    )


def not_finite(value: Any) -> bool:
    """Tell whether there is NaN or infinity in a value; None has none.

    >>> not_finite(np.array([1.0, np.inf])), not_finite(np.array(3)), not_finite(None)
    (True, False, False)
    """
    array = np.asarray(value)
    return array.dtype.kind in "fc" and not np.isfinite(array).all()


def _scalar(op: str, local: float, place: int | None, is_corner: bool) -> str:
    if op in ("sigmoid", "tanh") and np.isfinite(local):
        return say(op, share=numbers.percent(local))
    if op == "relu":
        return say("relu_open" if local else "relu_corner" if is_corner else "relu_shut")
    if op == "linear" and place is not None and place <= 2:
        return say(("linear_scalar_input", "linear_scalar_weight", "linear_scalar_bias")[place])
    return _sum_or_difference(op, place)


def _sum_or_difference(op: str, place: int | None) -> str:
    """Say what an addition or subtraction of operands of one shape does."""
    if op in ("add", "sum"):
        return say("unchanged")
    if op in ("sub", "subtract"):
        return say("turned" if place == 1 else "unchanged_difference")
    return ""


def _array(op: str, local: Any, place: int | None, is_mean: bool) -> str:
    if op in ("sigmoid", "tanh") and local is not None and np.isfinite(local).any():
        finite = local[np.isfinite(local)]
        low, high = numbers.percent(finite.min()), numbers.percent(finite.max())
        return say(op, share=low) if low == high else say(f"{op}_array", low=low, high=high)
    if op == "relu" and local is not None and local.size:
        return say("relu_array", share=numbers.percent(np.mean(local != 0)))
    if op == "linear" and place is not None and place <= 2:
        return say(("linear_input", "linear_weight", "linear_bias")[place])
    if op in ("conv1d", "conv2d") and place in (1, 2):
        return say("conv_weight" if place == 1 else "conv_bias")
    if op in ("mse", "mse_loss") and place == 0 and is_mean:
        return say("mse_array")
    if op in ("sum", "mean"):
        return say(f"{op}_array")
    return _sum_or_difference(op, place)


def _slope(local: float, **names: str) -> str:
    if local == 0:
        return say("flat", **names)
    if np.isinf(local):
        return say("steep", **names)
    if abs(local) == 1:
        return say("as_much" if local > 0 else "as_little", **names)
    return say("grows" if local > 0 else "shrinks", factor=agreeing.written(abs(local)), **names)
