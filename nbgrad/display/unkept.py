"""What is said of numbers of which there is no record, or that are of another moment than the rest."""

from __future__ import annotations

import networkx as nx

from nbgrad.display import messages, schema
from nbgrad.display.look import Look


def signs(graph: nx.MultiDiGraph, look: Look | None = None) -> list[str]:
    """Say what is meant by an operand "…", and by a gradient that is "not kept".

    look: of a picture, which has less room: said briefly, and only of what it shows.

    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node(0, kind="data", name="…", unkept=True)
    >>> signs(schema.normalise(graph))
    ['…: a number or an array of which PyTorch keeps no record, or none after backward()']
    """
    unkept = [facts for _, facts in graph.nodes(data=True) if facts["unkept"]]
    said = []
    if any(facts["kind"] == "data" for facts in unkept):
        said.append(messages.headed("…", messages.say("unkept_operand")))
    others = [facts for facts in unkept if facts["kind"] != "data" and facts["gradient"] is None]
    if any(look is None or (look.values in ("auto", "numbers") and not facts["bare"]) for facts in others):
        key = "unkept_gradient_found" if look is None else "unkept_gradient"
        said.append(messages.headed(messages.say("not_kept"), messages.say(key)))
    return said


def of_now(graph: nx.MultiDiGraph) -> list[str]:
    """Say that numbers of parameters are those of now, and what is known of the past."""
    if not schema.has_parameters_of_now(graph):
        return []
    marked = any(stale == "changed" for _, stale in graph.nodes(data="stale"))
    said = [messages.say("unkept_parameters_marked" if marked else "unkept_parameters")]
    parameters = (facts for _, facts in graph.nodes(data=True) if facts["kind"] == "parameter")
    if any(facts["gradient"] is not None for facts in parameters):
        said.append(messages.say("unkept_pass"))
    return said


def left_over(graph: nx.MultiDiGraph) -> list[str]:
    """Say that gradients are those of another backward pass, where a result's own has not run.

    >>> graph = nx.MultiDiGraph([("w", "y")], unpassed=True)
    >>> graph.add_node("w", kind="parameter", value=2.0, gradient=3.0)
    >>> left_over(schema.normalise(graph))
    ["What is in .grad is left from another backward pass: this result's has not run."]
    """
    kept = any(gradient is not None for _, gradient in graph.nodes(data="gradient"))
    return [messages.say("left_over")] if kept and graph.graph.get(schema.UNPASSED) else []
