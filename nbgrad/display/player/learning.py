"""What teaches: all paths of a parameter, questions to be answered, and the pass in a wrong order beside the right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from nbgrad.display import measure, numbers, schema
from nbgrad.display.formula import GRADIENT, VALUE, Token, derivative, differentiated, short
from nbgrad.display.messages import parts, say, together
from nbgrad.display.player.facts import edge_name
from nbgrad.display.player.lost import lost_gradients, step_lost
from nbgrad.display.player.mathematics import set_tokens
from nbgrad.display.player.phases import Frame
from nbgrad.display.player.trace import Order, Route, Routes, Trace
from nbgrad.display.schema import Step

MOST_QUESTIONS = 40
LARGEST_ASKED = 16  # elements of an array of which one is asked for
FEW_FACTORS = 6  # of a path that are all written out


# ---- paths
def routes_of(trace: Trace, root: int) -> list[dict[str, Any]]:
    """Return every leaf's paths, each to be lit on the drawing."""
    called = told_apart(trace.graph)
    return [_routes(trace, _without_lost(trace, routes), root, called) for routes in trace.routes]


def _without_lost(trace: Trace, routes: Routes) -> Routes:
    """Return paths without the numbers that do not belong together."""
    unfit = [any(edge[1] in trace.unfit for edge in route.edges) for route in routes.routes]
    shown = [
        replace(route, factors=(), product=None) if is_unfit else route
        for route, is_unfit in zip(routes.routes, unfit, strict=True)
    ]
    if not any(unfit) and routes.node not in lost_gradients(trace.steps):
        return routes
    return replace(routes, routes=shown, rest=None, total=None)


def told_apart(graph: nx.MultiDiGraph) -> dict[int, str]:
    """Return what each node is called; several of one name, in which a path could be mistaken, are numbered.

    >>> graph = nx.MultiDiGraph()
    >>> for node, name in enumerate(["exp(m)", "y", "exp(m)"]):
    ...     graph.add_node(node, name=name)
    >>> list(told_apart(schema.normalise(graph)).values())
    ['exp(m)₁', 'y', 'exp(m)₂']
    """
    names = {node: short(graph, node) for node in graph}
    several, met = Counter(names.values()), Counter[str]()
    for node, name in names.items():
        if several[name] > 1 and graph.nodes[node]["kind"] != "constant":
            met[name] += 1
            names[node] = f"{name}{str(met[name]).translate(BELOW)}"
    return names


BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _routes(trace: Trace, routes: Routes, root: int, called: Mapping[int, str]) -> dict[str, Any]:
    graph = trace.graph
    name, loss = short(graph, routes.node), short(graph, root)
    shown = [_route(trace, route, root, called) for route in routes.routes]
    rest = None if routes.rest is None else amount(routes.rest)
    total = "" if routes.total is None else amount(routes.total)
    several = len(routes.routes) > 1 or routes.count > len(routes.routes)
    tokens: list[Token] = []
    if routes.total is not None and np.size(routes.total) == 1:
        tokens = [Token(derivative(differentiated(graph, root), name)), Token(" = "), *_sum(routes, rest)]
        tokens += [Token(" = "), Token(total, GRADIENT)] if several else []
    said = say("paths_several" if several else "paths_one", root=loss, name=name, count=f"{routes.count:,}")
    if routes.total is None:
        said = together([said, step_lost(graph, _reason(trace, routes))])
    return {
        "node": routes.node,
        "name": name,
        "count": routes.count,
        "shown": shown,
        "rest": rest,
        "sum": total,
        "math": set_tokens(tokens, trace.opaque),
        "equation": [{"text": token.text, "role": token.role} for token in tokens],
        "sentence": said if rest is None else together([said, say("paths_rest", shown=len(shown))]),
    }


def _sum(routes: Routes, rest: str | None) -> list[Token]:
    """Return the products of all paths, with a "+" between them."""
    products = [amount(route.product) for route in routes.routes] + ([] if rest is None else [rest])
    summands = [_summand(product, place > 0) for place, product in enumerate(products)]
    return [token for summand in summands for token in (Token(" + "), summand)][1:]


def _reason(trace: Trace, routes: Routes) -> int:
    """Return the operation that is to blame for a sum of paths that is lost."""
    on_paths = (edge[1] for route in routes.routes for edge in route.edges if edge[1] in trace.unfit)
    found = lost_gradients(trace.steps).get(routes.node)
    return next(on_paths) if found is None else found


def _summand(text: str, later: bool) -> Token:
    return Token(f"({text})" if later and text.startswith(numbers.MINUS) else text, GRADIENT)


def _route(trace: Trace, route: Route, root: int, called: Mapping[int, str]) -> dict[str, Any]:
    edges = [edge_name(edge) for edge in route.edges]
    nodes = [root, *(edge[0] for edge in route.edges)]
    product = "" if route.product is None else amount(route.product)
    tokens: list[Token] = []
    if route.factors:
        shown = list(route.factors)
        cut = len(shown) > FEW_FACTORS
        for number, factor in enumerate(shown[:FEW_FACTORS]):
            tokens += [Token(" × ")] if number else []
            text = amount(factor)
            wants = np.iscomplexobj(factor) or (number and text.startswith(numbers.MINUS))
            tokens.append(Token(f"({text})" if wants else text, VALUE))
        tokens += [Token(" × …")] if cut else []
        if any(map(np.iscomplexobj, shown)) and not np.iscomplexobj(route.product):
            tokens = [Token("Re("), *tokens, Token(")")]
        tokens += [Token(" = "), Token(product, GRADIENT)]
    elif len(nodes) > 1:
        tokens = _chain([called[node] for node in nodes])
    names = [called[node] for node in nodes]
    if len(names) > 2 * FEW_FACTORS:
        names[FEW_FACTORS:-FEW_FACTORS] = ["…"]
    return {
        "edges": edges,
        "nodes": nodes,
        "names": " ← ".join(names),
        "product": product,
        "math": set_tokens(tokens, trace.opaque),
        "equation": [{"text": token.text, "role": token.role} for token in tokens],
    }


def _chain(names: Sequence[str]) -> list[Token]:
    """Return the derivatives along a path, from the result back, whose product there is no number for."""
    factors = [derivative(above, below) for above, below in pairwise(names)]
    cut = [*factors[:FEW_FACTORS], *["…"] * (len(factors) > FEW_FACTORS)]
    return [token for factor in cut for token in (Token(" · "), Token(factor))][1:]


def amount(value: Any) -> str:
    """Write a number, or what there is to say of an array on one line.

    >>> amount(0.25), amount(np.array([1.0, 3.0]))
    ('0.25', 'min 1, mean 2, max 3')
    """
    return numbers.summary(schema.as_array(value))


# ---- questions
class Arrived(NamedTuple):
    """One arrival at a node, as single numbers."""

    upstream: float
    local: float
    product: float


def questions_of(trace: Trace, frames: Sequence[Frame], root: int) -> list[dict[str, Any]]:
    """Return a question for each node whose gradient, or one element of it, is a product or a sum of products."""
    arrivals: dict[int, list[Step]] = {}
    lost = lost_gradients(trace.steps)
    last_frame: dict[int, int] = {}
    for index, frame in enumerate(frames):
        if frame.phase == "backward":
            last_frame[frame.target] = index
    for step in trace.steps:
        if step.source is not None:
            arrivals.setdefault(step.target, []).append(step)
    asked = []
    for node, steps in arrivals.items():
        question = _question(trace, node, steps, root) if node in last_frame and node not in lost else None
        if question is not None:
            asked.append({"node": node, "frame": last_frame[node], **question})
    return asked[:MOST_QUESTIONS]


def _question(trace: Trace, node: int, steps: list[Step], root: int) -> dict[str, Any] | None:
    total = schema.as_numbers(steps[-1].total)
    if total is None or not 0 < total.size <= LARGEST_ASKED or len(steps) != steps[-1].count:
        return None
    if not np.isfinite(total.astype(float)).all():
        return None
    at = int(np.argmax(np.abs(total)))
    arrived = [_arrived(step, at) for step in steps]
    known = [one for one in arrived if one is not None]
    if len(known) != len(arrived):
        return None
    graph = trace.graph
    name, loss = short(graph, node), differentiated(graph, root)
    answer = float(total.reshape(-1)[at])
    element = element_name(total.shape, at)
    source = steps[0].source
    assert source is not None
    question = say("quiz_question", slope=derivative(loss, name) + element)
    if element:  # of an array the picture shows no such numbers
        question = together([question, say("quiz_given", numbers=parts(_given(trace, steps, known, at, loss)))])
    return {
        "element": element,
        "question": question,
        "answer": answer,
        "text": numbers.number(answer),
        "upstream": [one.upstream for one in known],
        "local": [one.local for one in known],
        "products": [one.product for one in known],
        "hint": say("quiz_hint", source=short(graph, source), name=name)
        if len(known) == 1
        else say("quiz_hint_several", count=len(known), name=name),
    }


def _given(trace: Trace, steps: Sequence[Step], known: Sequence[Arrived], at: int, loss: str) -> Iterator[str]:
    """Say the numbers at one element that its gradient is made of: "∂loss/∂y[0] = 0.3", "∂y/∂x[0] = 2"."""
    for step, arrived in zip(steps, known, strict=True):
        assert step.source is not None
        source, target = short(trace.graph, step.source), short(trace.graph, step.target)
        shape = np.shape(step.total)
        upstream = element_name(shape, at) if np.shape(step.upstream) == shape else ""
        yield f"{derivative(loss, source)}{upstream} = {numbers.number(arrived.upstream)}"
        yield f"{derivative(source, target)}{element_name(shape, at)} = {numbers.number(arrived.local)}"


def _arrived(step: Step, at: int) -> Arrived | None:
    """Return an arrival at element ``at`` as single numbers; None where it is no product of two."""
    upstream, local = schema.as_numbers(step.upstream), schema.as_numbers(step.local)
    product = schema.as_numbers(step.contribution)
    if upstream is None or local is None or product is None:
        return None
    try:
        parts = [np.broadcast_to(part, product.shape).reshape(-1)[at] for part in (upstream, local, product)]
    except ValueError:
        return None
    found = Arrived(*(float(part) for part in parts))
    with np.errstate(all="ignore"):
        is_product = np.isclose(found.upstream * found.local, found.product, rtol=1e-3, atol=0)
    return found if is_product and np.isfinite(found).all() else None


def element_name(shape: tuple[int, ...], at: int) -> str:
    """Return how an element is written behind a name: "[0, 2]"; "" where there is only one.

    >>> element_name((2, 3), 2), element_name((1, 1), 0)
    ('[0, 2]', '')
    """
    if int(np.prod(shape)) < 2:
        return ""
    return f"[{', '.join(str(int(place)) for place in np.unravel_index(at, shape))}]"


# ---- orders
def orders_of(trace: Trace) -> list[dict[str, Any]]:
    """Return the passes in their orders, each with what every leaf ends with and what it should.

    There are none where numbers do not belong together.
    """
    if lost_gradients(trace.steps):
        return []
    right = next((order.final for order in trace.orders if order.key == "sorted"), {})
    return [_order(trace, order, right) for order in trace.orders]


def _order(trace: Trace, order: Order, right: Any) -> dict[str, Any]:
    graph = trace.graph
    final = []
    for node, should in right.items():
        found = order.final.get(node)
        final.append(
            {
                "node": node,
                "name": short(graph, node),
                "text": say("not_yet") if found is None else amount(found),
                "right": _is_right(order, found, should),
                "should": amount(should),
            }
        )
    says = {"agrees": f"order_{order.key}_agrees", "same": "order_same", "unknown": "order_unknown"}
    sentence = say(says.get(order.outcome, f"order_{order.key}"))
    return {
        "key": order.key,
        "label": say(f"order_{order.key}_label"),
        "sentence": sentence,
        "steps": [
            {"edge": None if edge is None else edge_name(edge), "node": node, "text": measure.clean(amount(total), 60)}
            for edge, node, total in order.steps
        ],
        "final": final,
    }


def _is_right(order: Order, found: Any, should: Any) -> bool | None:
    """Tell whether a leaf ends with what it should; None where there is NaN in both, which cannot be compared."""
    is_right = found is not None and _same(found, should)
    could_differ = order.outcome in ("differs", "unknown")
    return None if is_right and could_differ and np.isnan(should).any() else is_right


def _same(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-6, atol=0, equal_nan=True))
