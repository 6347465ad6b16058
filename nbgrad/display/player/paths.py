"""All ways from the result back to a leaf: what each hands on is a product, and the gradient is their sum."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

import networkx as nx
import numpy as np

from nbgrad.display import numbers
from nbgrad.display.agreeing import Agreeing, agreeing, written
from nbgrad.display.attributes import as_array
from nbgrad.display.formula import GRADIENT, VALUE, Token, derivative, differentiated, short
from nbgrad.display.messages import counted, say, together
from nbgrad.display.player.facts import edge_name
from nbgrad.display.player.lost import lost_gradients, step_lost
from nbgrad.display.player.mathematics import set_tokens
from nbgrad.display.player.trace import Route, Routes, Trace

FEW_FACTORS = 6  # of a path that are all written out
MOST_FACTORS = 12  # of a longer one; and names
DIGITS = 3
BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
Item = TypeVar("Item")


def routes_of(trace: Trace, root: int, whole: nx.MultiDiGraph | None = None) -> list[dict[str, Any]]:
    """Return every leaf's paths, each to be lit on the drawing. whole: the graph with what is in closed groups."""
    called = told_apart(trace.graph if whole is None else whole)
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
    >>> from nbgrad.display.schema import normalise
    >>> list(told_apart(normalise(graph)).values())
    ['exp(m)₁', 'y', 'exp(m)₂']
    """
    names = {node: short(graph, node) for node in graph}
    several, met = Counter(names.values()), Counter[str]()
    for node, name in names.items():
        if several[name] > 1 and graph.nodes[node]["kind"] != "constant":
            met[name] += 1
            names[node] = f"{name}{str(met[name]).translate(BELOW)}"
    return names


def _routes(trace: Trace, routes: Routes, root: int, called: Mapping[int, str]) -> dict[str, Any]:
    graph = trace.graph
    name, loss = routes.inside or short(graph, routes.node), short(graph, root)
    shared = set.intersection(
        *({edge[0] for edge in route.whole or route.edges} for route in routes.routes), set(called)
    )
    shown = [_route(trace, route, root, called, shared) for route in routes.routes]
    rest = None if routes.rest is None else amount(routes.rest)
    total = "" if routes.total is None else amount(routes.total)
    several = len(routes.routes) > 1 or routes.count > len(routes.routes)
    tokens: list[Token] = []
    if routes.total is not None and np.size(routes.total) == 1:
        tokens = [Token(derivative(differentiated(graph, root), name)), Token(" = "), *_sum(routes)]
    said = say("paths_several" if several else "paths_one", root=loss, name=name, count=f"{routes.count:,}")
    if routes.total is None:
        said = together([said, step_lost(graph, _reason(trace, routes))])
    return {
        "node": routes.node,
        "name": name,
        "inside": short(graph, routes.node) if routes.inside else "",
        "count": routes.count,
        "shown": shown,
        "rest": rest,
        "others": "" if rest is None else counted("paths_others", routes.count - len(shown)),
        "sum": total,
        "math": set_tokens(tokens, trace.opaque),
        "equation": [{"text": token.text, "role": token.role} for token in tokens],
        "sentence": said if rest is None else together([said, say("paths_rest", shown=len(shown))]),
    }


def _sum(routes: Routes) -> list[Token]:
    """Return the products of all paths with a "+" between them, and what they add up to where there are several."""
    products = [route.product for route in routes.routes] + ([] if routes.rest is None else [routes.rest])
    if len(products) == 1:
        return [Token(written(numbers.only(products[0])), GRADIENT)]
    agreed = agreeing([numbers.only(x) for x in products], numbers.only(routes.total), lambda *parts: sum(parts))
    summands = [_summand(text, place > 0) for place, text in enumerate(agreed.given)]
    tokens = [token for summand in summands for token in (Token(" + "), summand)][1:]
    return [*tokens, Token(f" {agreed.sign} "), Token(agreed.result, GRADIENT)]


def _reason(trace: Trace, routes: Routes) -> int:
    """Return the operation that is to blame for a sum of paths that is lost."""
    on_paths = (edge[1] for route in routes.routes for edge in route.edges if edge[1] in trace.unfit)
    found = lost_gradients(trace.steps).get(routes.node)
    return next(on_paths) if found is None else found


def _summand(text: str, later: bool) -> Token:
    return Token(f"({text})" if later and text.startswith(numbers.MINUS) else text, GRADIENT)


def _route(trace: Trace, route: Route, root: int, called: Mapping[int, str], shared: Collection[int]) -> dict[str, Any]:
    """Return what is said of one path. called: what the nodes of the whole graph are called. shared: those that all of
    the paths beside it go through."""
    edges = [edge_name(edge) for edge in route.edges]
    nodes = [root, *(edge[0] for edge in route.edges)]
    along = [route.whole[0][1], *(edge[0] for edge in route.whole)] if route.whole else nodes
    product = "" if route.product is None else amount(route.product)
    tokens: list[Token] = []
    if route.factors:
        told = telling_factors(route.factors)
        is_real = any(map(np.iscomplexobj, route.factors)) and not np.iscomplexobj(route.product)
        agreed = _agreed(told, route.product, is_real)
        tokens = _product(told, agreed.given)
        tokens = [Token("Re("), *tokens, Token(")")] if is_real else tokens
        tokens += [Token(f" {agreed.sign} "), Token(agreed.result, GRADIENT)]
    elif len(along) > 1:
        tokens = _chain([called[node] for node in along])
    names = ["…" if node is None else called[node] for node in telling_nodes(along, shared)]
    return {
        "edges": edges,
        "nodes": nodes,
        "names": " ← ".join(names),
        "product": product,
        "math": set_tokens(tokens, trace.opaque),
        "equation": [{"text": token.text, "role": token.role} for token in tokens],
    }


def _agreed(told: Sequence[Any | None], product: Any, is_real: bool) -> Agreeing:
    """Return how the factors that are told are written, so that their product is the written one if these are all."""
    factors = [numbers.only(factor) for factor in told if factor is not None]

    def multiplied(*parts: Any) -> Any:
        made = math.prod(parts)
        return made.real if is_real else made

    return agreeing(factors, numbers.only(product), None if None in told else multiplied)


def _product(told: Sequence[Any | None], texts: Iterable[str]) -> list[Token]:
    """Return factors with a "×" between them. texts: of those that are told."""
    tokens: list[Token] = []
    left = iter(texts)
    for place, factor in enumerate(told):
        if factor is None:
            tokens.append(Token(" × …" if place else "…"))
            continue
        text = next(left)
        wants = np.iscomplexobj(factor) or (place and text.startswith(numbers.MINUS))
        tokens += [Token(" × ")] if place else []
        tokens.append(Token(f"({text})" if wants else text, VALUE))
    return tokens


def telling_factors(factors: Sequence[Any]) -> list[Any | None]:
    """Return a path's factors, of many those that decide the product; None where others are left out.

    The first stays and the last, the leaf's own local derivative. Between them a factor of 1 can go without a word; of
    the others those stay that are farthest from 1, a 0 above all.

    >>> telling_factors([0.5, 1.0, 0.0, 0.5, 1.0, 1.0, 1.0])
    [0.5, 0.0, 0.5, 1.0]
    """
    if len(factors) <= FEW_FACTORS:
        return list(factors)
    first, *between, last = factors
    told = [first, *(factor for factor in between if np.any(np.not_equal(factor, 1))), last]
    if len(told) == 2 and not np.any(np.not_equal(told, 1)):
        return [first, None, last]  # nothing but ones: a product of two would say that there are no others
    by_weight = sorted(range(1, len(told) - 1), key=lambda place: -_weight(told[place]))
    return with_gaps(told, [0, len(told) - 1, *by_weight])


def _weight(factor: Any) -> float:
    """How far a factor is from 1, as a factor: 2 is as far as ½; infinite where it is 0 or not finite."""
    size = float(np.abs(factor).max())
    return abs(math.log(size)) if 0 < size < math.inf else math.inf


def telling_nodes(nodes: Sequence[int], shared: Collection[int]) -> list[int | None]:
    """Return a path's nodes, of many its ends and those that not all paths go through; None where some are left out."""
    ends = [0, len(nodes) - 1]
    between = sorted(range(1, len(nodes) - 1), key=lambda place: nodes[place] in shared)
    return with_gaps(nodes, [*ends, *between])


def with_gaps(items: Sequence[Item], by_worth: Iterable[int]) -> list[Item | None]:
    """Return the items in the first 12 of these places, in their order, and a None for each gap.

    >>> with_gaps("abcdefghijklmno", [0, 14, *range(1, 14)])
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', None, 'o']
    """
    kept = set(list(by_worth)[:MOST_FACTORS])
    found: list[Item | None] = []
    for place, item in enumerate(items):
        if place in kept:
            found.append(item)
        elif found[-1:] != [None]:
            found.append(None)
    return found


def _chain(names: Sequence[str]) -> list[Token]:
    """Return the derivatives along a path, from the result back, whose product there is no number for."""
    factors = [derivative(above, below) for above, below in pairwise(names)]
    cut = factors if len(factors) <= FEW_FACTORS else [*factors[: FEW_FACTORS - 1], "…", factors[-1]]
    return [token for factor in cut for token in (Token(" · "), Token(factor))][1:]


def amount(value: Any, digits: int = DIGITS) -> str:
    """Write a number, or what there is to say of an array on one line.

    >>> amount(0.25), amount(np.array([1.0, 3.0]))
    ('0.25', 'min 1, mean 2, max 3')
    """
    return numbers.summary(as_array(value), digits=digits)
