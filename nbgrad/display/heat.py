"""How large gradients are, shown as heat: on a logarithmic scale, so that a vanishing one is seen to vanish.

The size of a gradient is the root mean square of its elements. An edge is as wide and as hot as what the backward pass
carries along this very edge. Where that is not known, it is as hot as the gradient of the node that it comes from, in
which all that comes back to this node is added up. A box of several nodes whose own gradient is not known has the size
of the gradients of all parameters in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite, isnan, log10
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import messages, numbers, rounding, schema, stats, theme, unkept
from nbgrad.display.highlight import Lit

EdgeId = tuple[int, int, int]  # (u, v, key)
Sizes = tuple[float | None, ...]  # None is not known
LEAST_DECADES = 0.5  # that the scale spans, a factor of some 3: gradients of almost one size shall look so
LEAST_POWER, GREATEST_POWER = -323.3, 308.25  # powers of ten that are numbers; the scale ends there
MOST_SAID = 12  # sizes of the parts of a row
PALEST = 0.15  # of the strongest ground of a name, that of the least gradient
THINNEST, THICKEST = 1.6, 8.0  # px, of an edge
UNKNOWN = 'stroke-width="1.6" stroke-dasharray="8 6"'  # not known is not small


@dataclass(frozen=True, slots=True)
class Heat:
    """The sizes of a graph's gradients by node, and the powers of ten at which their scale begins and ends."""

    sizes: dict[int, float]
    lowest: float
    highest: float
    unknown: frozenset[int] = frozenset()  # nodes that may have a gradient of their own, which is not there
    along: Mapping[EdgeId, float] | None = None  # the sizes of what flows along edges, None where none is known
    each: Mapping[int, Sizes] = field(default_factory=dict)  # the sizes of all that a folded box stands for

    @property
    def ends(self) -> tuple[float, float] | None:
        """The least and the greatest size that have a place on the scale, None where there is none."""
        positive = _positive(self.all)
        return (min(positive), max(positive)) if positive else None

    @property
    def all(self) -> list[float]:
        """All sizes that are seen, of nodes, of what folded boxes stand for, and of edges."""
        folded = [size for sizes in self.each.values() for size in sizes if size is not None]
        return [*self.sizes.values(), *folded, *(self.along or {}).values()]

    def of(self, node: int) -> list[float]:
        """The size of a node, and those of all that a folded box stands for."""
        return [self.sizes[node], *(size for size in self.each.get(node, ()) if size is not None)]

    def is_unknown(self, edge: EdgeId) -> bool:
        """Tell whether an edge may carry something of which nothing is known."""
        return self.along is None and edge[0] in self.unknown

    def share(self, size: float) -> float:
        """Return where on the scale a size lies, from 0 to 1."""
        if size <= 0:
            return 0.0
        return min(max((log10(size) - self.lowest) / (self.highest - self.lowest), 0.0), 1.0)

    def edge(self, edge: EdgeId, paint: theme.Palette) -> str | None:
        """Return the look of an edge (u, v, key), None where nothing flows back along it."""
        size = self.sizes.get(edge[0]) if self.along is None else self.along.get(edge)
        if self.is_unknown(edge):
            return f'stroke="{paint.edge}" {UNKNOWN}'
        if size is None:
            return None
        if not isfinite(size):
            return not_finite(paint)
        if size == 0:
            return f'stroke="{paint.badge_line}" stroke-width="{THINNEST:g}" stroke-dasharray="2 5"'
        share = self.share(size)
        return f'stroke="{colour(share, paint)}" stroke-width="{thickness(share):g}"'

    def strip(self, node: int, paint: theme.Palette) -> theme.Palette:
        """Return the palette of a node's box: behind its name a strip as hot as its gradient; where it stands for
        several, as hot as theirs, side by side. What lies below keeps its ground, for the colours of thumbnails have a
        meaning of their own."""
        if node not in self.sizes:
            return paint
        sizes = self.each.get(node) or (self.sizes[node],)
        return replace(paint, strip=tuple(self._strip(size, paint) for size in sizes))

    def _strip(self, size: float | None, paint: theme.Palette) -> str:
        if size is None or size == 0:
            return paint.box
        if not isfinite(size):
            return theme.mix(paint.box, paint.not_finite, 0.3)
        return ground(self.share(size), paint)


def heat_of(graph: nx.MultiDiGraph, lit: Lit | None = None) -> Heat:
    """Return the sizes of the gradients of a normalised graph, and their scale. lit: what is highlighted, if anything
    is; what is dimmed has no heat and does not count. A graph without a backward pass has none, whatever its leaves
    have kept of another run.

    >>> graph = nx.DiGraph()
    >>> graph.add_node("w", kind="parameter", value=1.0, gradient=1e-9)
    >>> graph.add_node("v", kind="parameter", value=1.0, gradient=1e-6)
    >>> found = heat_of(schema.normalise(graph))
    >>> found.lowest, found.highest, found.sizes
    (-9.0, -6.0, {0: 1e-09, 1: 1e-06})
    """
    able = [node for node, kind in graph.nodes(data="kind") if kind not in ("data", "constant")]
    able = [node for node in able if lit is None or node in lit.nodes]
    able = [] if graph.graph.get(schema.UNPASSED) else able
    sizes = {node: size for node in able for size in _size_at(graph.nodes[node])}
    zero = rounding.remainders(graph)
    sizes |= {node: 0.0 for node in zero if node in sizes}
    along = _along(graph, set(able), lit)
    along = along and {edge: 0.0 if size <= zero.get(edge[0], 0.0) else size for edge, size in along.items()}
    each = {node: folded for node in sizes if len(folded := _each(graph.nodes[node])) > 1}
    positive = _positive(Heat(sizes, 0.0, 0.0, along=along, each=each).all)
    lowest, highest = (log10(min(positive)), log10(max(positive))) if positive else (0.0, 0.0)
    beside = max(LEAST_DECADES - (highest - lowest), 0.0) / 2  # of a narrow range, the middle stays the middle
    unknown = frozenset(
        node for node in _learning(graph).intersection(able) if sizes and (node not in sizes or is_inside(graph, node))
    )
    return Heat(sizes, max(lowest - beside, LEAST_POWER), min(highest + beside, GREATEST_POWER), unknown, along, each)


def _positive(sizes: Iterable[float]) -> list[float]:
    return [size for size in sizes if isfinite(size) and size > 0]


def _along(graph: nx.MultiDiGraph, able: Collection[int], lit: Lit | None) -> dict[EdgeId, float] | None:
    """Return the sizes of what flows along the edges from these nodes; None where it is not known of any edge."""
    known = any(given["gradient"] is not None or given.get("gradients") for *_, given in graph.edges(data=True))
    if not known:
        return None
    edges = ((u, v, key) for u, v, key in graph.edges(keys=True) if u in able)
    lit_ones = [edge for edge in edges if lit is None or edge in lit.edges]
    return {edge: size for edge in lit_ones for size in _size_at({"gradients": (), **graph.edges[edge]})}


def is_inside(graph: nx.MultiDiGraph, node: int) -> bool:
    """Tell whether the size of a node is that of the gradients in it, for want of its own."""
    facts = graph.nodes[node]
    return bool(facts["inside"]) and facts["gradient"] is None and not facts["gradients"]


def is_together(graph: nx.MultiDiGraph, found: Heat) -> bool:
    """Tell whether edges are as hot as the nodes that they come from, though these have several: so heat does not tell
    apart what flows along each."""
    return found.along is None and any(graph.out_degree(u) > 1 and u not in found.unknown for u in found.sizes)


def _learning(graph: nx.MultiDiGraph) -> set[int]:
    """Return the nodes on the way from a parameter to a result: those that a gradient comes to."""
    found: set[int] = set()
    for node in nx.topological_sort(graph):
        facts = graph.nodes[node]
        starts = facts["kind"] == "parameter" or (facts["kind"] == "group" and facts["parameters"])
        if starts or any(before in found for before in graph.predecessors(node)):
            found.add(node)
    return found


def _size_at(facts: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the size of a node's gradient, of a box that stands for several that of theirs; () if there is none. Of a
    leaf to whose gradient other passes have added theirs, what this pass gives counts."""
    own = facts["gradient"] if facts.get("passed") is None else facts["passed"]
    known = facts["gradients"] if own is None else (own,)
    if not known and facts.get("inside"):
        return (size_of_all(facts["inside"]),)
    sizes = [size_of(gradient) for gradient in known if gradient.size]
    return (size_of(np.array(sizes)),) if len(sizes) > 1 else tuple(sizes)


def _each(facts: Mapping[str, Any]) -> Sizes:
    """Return the sizes of the gradients of all that a folded box stands for, from the first to the last."""
    beside = facts["gradients"] if len(facts["gradients"]) == facts["count"] else ()
    gradients = facts["each"] or beside
    several = (given if isinstance(given, tuple) else () if given is None else (given,) for given in gradients)
    return tuple(size_of_all(one) if any(gradient.size for gradient in one) else None for one in several)


def size_of(gradient: np.ndarray) -> float:
    """Return the root mean square of an array's elements; NaN or ∞ where there is such an element.

    >>> size_of(np.array([3.0, 4.0, 0.0, 0.0])), size_of(np.array([1e200, 1e200]))
    (2.5, 1e+200)
    """
    real = np.abs(stats.magnitudes(stats.seen(gradient)))
    greatest = float(real.max())
    if not isfinite(greatest) or greatest == 0:
        return float("nan") if isnan(greatest) else greatest
    with np.errstate(under="ignore"):  # what is lost of the least beside the greatest does not count
        return greatest * float(np.sqrt(np.mean((real / greatest) ** 2)))  # divided first, so that no square overflows


def size_of_all(gradients: Iterable[np.ndarray]) -> float:
    """Return the root mean square of all elements of several arrays together.

    >>> size_of_all([np.array([3.0, 4.0, 0.0]), np.array(0.0)]), size_of_all([np.zeros(2)])
    (2.5, 0.0)
    """
    several = [(size_of(gradient), gradient.size) for gradient in gradients if gradient.size]
    greatest = size_of(np.array([size for size, _ in several]))
    if not isfinite(greatest) or greatest == 0:
        return greatest
    greatest = max(size for size, _ in several)
    squares = sum(count * (size / greatest) ** 2 for size, count in several)
    return greatest * float(np.sqrt(squares / sum(count for _, count in several)))


def colour(share: float, paint: theme.Palette) -> str:
    """Return the colour of an edge at this share of the scale."""
    return theme.mix(paint.coldest, paint.hottest, share)


def ground(share: float, paint: theme.Palette) -> str:
    """Return the ground of a name at this share of the scale. The least has one, too: only zero has none."""
    return theme.mix(paint.box, paint.hot, PALEST + (1 - PALEST) * share)


def not_finite(paint: theme.Palette) -> str:
    """Return the look of an edge whose gradient has NaN or ∞ in it."""
    return f'stroke="{paint.not_finite}" stroke-width="{THICKEST:g}" stroke-dasharray="10 4"'


def thickness(share: float) -> float:
    """Return the width in px of an edge at this share of the scale.

    >>> thickness(0), thickness(1)
    (1.6, 8.0)
    """
    return round(THINNEST + (THICKEST - THINNEST) * share, 1)


def sentence(graph: nx.MultiDiGraph, digits: int = 3, lit: Lit | None = None) -> str:
    """Say in words what heat shows: the least and the greatest size of a gradient, and where they are."""
    return messages.together(sentences(graph, digits, lit))


def sentences(graph: nx.MultiDiGraph, digits: int = 3, lit: Lit | None = None) -> list[str]:
    """Say the same in a sentence each."""
    heat = heat_of(graph, lit)
    said = [messages.say("heat_lit")] if lit and heat.sizes else []
    heat = heat if heat.sizes else heat_of(graph)
    sizes = heat.sizes
    finite = {node: size for node, size in sizes.items() if isfinite(size)}
    if not sizes:
        return [] if unkept.left_over(graph) else [messages.say("heat_none")]
    if finite:
        shown = [(size, node) for node in finite for size in heat.of(node) if isfinite(size)]
        (least, least_at), (most, most_at) = min(shown), max(shown, key=lambda one: one[0])
        places: dict[str, Any] = {"least": numbers.number(least, digits), "least_at": _name(graph, least_at)}
        places |= {"greatest": numbers.number(most, digits), "greatest_at": _name(graph, most_at)}
        if places["least"] == places["greatest"] and len(finite) == len(sizes):
            said.append(messages.say("heat_equal", size=places["least"]))
        else:
            said.append(messages.say("heat_range", **places))
        said += _hidden(graph, sizes, (min(shown)[0], max(shown)[0]), digits)
        said += _rows(graph, heat, digits)
    wrong = [_name(graph, node) for node in sizes if node not in finite]
    if wrong:
        said.append(messages.say("heat_not_finite", names=messages.listed(wrong[:6] + ["…"] * (len(wrong) > 6))))
    said += [messages.say("heat_inside")] * any(is_inside(graph, node) for node in sizes)
    if is_together(graph, heat):
        said.append(messages.say("heat_together"))
    elif heat.along is not None:
        said.append(messages.say("heat_along"))
    return said


def _hidden(graph: nx.MultiDiGraph, shown: Iterable[int], ends: tuple[float, float], digits: int) -> list[str]:
    """Say of each box that hides smaller or larger gradients than any that are shown how far those go. ends: the least
    and the greatest size that is shown."""
    said = []
    for node in shown:
        sizes = [size_of(gradient) for gradient in graph.nodes[node]["hidden"] if gradient.size]
        sizes = [size for size in sizes if isfinite(size)]
        if sizes and (min(sizes) < ends[0] or max(sizes) > ends[1]):
            least, greatest = (numbers.number(size, digits) for size in (min(sizes), max(sizes)))
            said.append(messages.say("heat_hidden", name=_name(graph, node), least=least, greatest=greatest))
    return said


def _rows(graph: nx.MultiDiGraph, heat: Heat, digits: int) -> list[str]:
    """Say of each folded row how large the gradients of its parts are, one after the other."""
    said = []
    for node, sizes in heat.each.items():
        if graph.nodes[node]["row"]:
            spelled = ["—" if size is None else numbers.number(size, digits) for size in sizes]
            if len(spelled) > MOST_SAID:
                spelled[MOST_SAID // 2 : -MOST_SAID // 2] = ["…"]
            said.append(messages.say("heat_row", name=_name(graph, node), sizes=messages.parts(spelled)))
    return said


def _name(graph: nx.MultiDiGraph, node: int) -> str:
    return schema.called(graph, node)
