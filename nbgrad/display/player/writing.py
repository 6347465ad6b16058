"""Equations of the forward pass and of the update, as tokens: with names, then with the numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import agreeing, messages, numbers, stats
from nbgrad.display.attributes import as_numbers
from nbgrad.display.formula import (
    FAINT,
    GRADIENT,
    PLAIN,
    VALUE,
    Token,
    derivative,
    differentiated,
    extent,
    in_one,
    is_bare,
    sent_along,
    short,
    shortened,
)
from nbgrad.display.player.mathematics import set_latex, set_tokens
from nbgrad.display.player.steps import lines_written
from nbgrad.display.player.trace import SLOT, Inside, Update, Written, slot

SAID = (  # settings that no symbol tells
    "axis", "axes", "axis1", "axis2", "offset", "k", "n", "norm", "mode", "pad_width", "constant_values", "stride",
    "padding", "dilation", "groups", "output_padding", "is_causal", "scale", "delta", "label_smoothing",
)  # fmt: skip
FEW_RESULTS = 4  # of a closed group
FEW_RULES = 2  # of the parameters in a closed group
CHOOSING = re.compile(r" (?:if|else) |，若 |；(?:否則|否则) ")  # between the parts of "a if c else b"
MOST_OPERANDS = 64  # of one operation: as many slots are looked for


def pieces(text: str) -> list[str | int]:
    """Split a formula into texts and the positions of its slots.

    >>> pieces("tanh " + chr(SLOT))
    ['tanh ', 0]
    """
    found: list[str | int] = []
    for char in text:
        position = ord(char) - SLOT
        if 0 <= position < MOST_OPERANDS:
            found.append(position)
        elif found and isinstance(found[-1], str):
            found[-1] += char
        else:
            found.append(char)
    return found


def ways_in(graph: nx.MultiDiGraph, node: int) -> dict[int, tuple[int, int, int]]:
    """Return for each operand's position the edge along which it comes; a position that was left out is missing."""
    return {position: (u, v, key) for u, v, key, position in graph.in_edges(node, keys=True, data="position")}


def given_to(graph: nx.MultiDiGraph, node: int) -> list[str]:
    """Return what a node is computed from, by the names that equations use: its operands; of a group all that goes in.
    In a row of groups several edges may have one position, for each unit has positions of its own."""
    if graph.nodes[node]["kind"] == "group":
        edges = sorted(graph.in_edges(node, keys=True), key=lambda edge: graph.edges[edge]["position"])
        return list(dict.fromkeys(sent_along(graph, edge) for edge in edges))
    return [sent_along(graph, edge) for _, edge in sorted(ways_in(graph, node).items())]


def handed_on(graph: nx.MultiDiGraph, node: int) -> dict[str, np.ndarray | None]:
    """Return the results of a closed group and their values, if it has several."""
    if graph.nodes[node]["kind"] != "group":
        return {}
    given = (graph.edges[edge] for edge in graph.out_edges(node, keys=True))
    return {shortened(edge["result"]): edge["value"] for edge in given if edge.get("result")}


def in_names(graph: nx.MultiDiGraph, node: int, written: Written | None) -> str:
    """Return an operation with the names of its operands: "tanh z"; of an unknown one its name: "scale(x, y)"."""
    given = ways_in(graph, node)
    if written is None:
        return called(graph, node)
    return "".join(
        part if isinstance(part, str) else _name(graph, given.get(part), written.text, part)
        for part in pieces(written.text)
    )


def called(graph: nx.MultiDiGraph, node: int) -> str:
    """Return an operation as a call: its name and its operands in parentheses."""
    given = ", ".join(given_to(graph, node))
    facts = graph.nodes[node]
    name = short(graph, node) if facts["kind"] == "group" else facts["op"] or facts["kind"]
    return f"{name}({given})" if given or facts["kind"] != "group" else name


def _name(graph: nx.MultiDiGraph, edge: tuple[int, int, int] | None, text: str, position: int) -> str:
    if edge is None:
        return "0"
    name = sent_along(graph, edge)
    if bears_index(text, position) and not is_bare(name):
        return f"({name})"
    return name if stands_alone(text, position) else in_one(name)


def stands_alone(text: str, position: int) -> bool:
    """Tell whether an operand needs no parentheses of its own: it has some, or bars, or is all there is of a case.

    >>> a = chr(SLOT)
    >>> stands_alone(f"|{a}|", 0), stands_alone(f"0 if c else {a}", 0)
    (True, True)
    >>> stands_alone(f"σ({a})", 0), stands_alone(f"max(0, {a})", 0), stands_alone(f"{a}²", 0)
    (True, True, False)
    """
    text = CHOOSING.sub(",", text)
    at = text.find(chr(SLOT + position))
    before, after = text[:at].rstrip()[-1:], text[at + 1 :].lstrip()[:1]
    return (before in ("", "(", ",", "[") and after in ("", ")", ",", "]")) or before == after == "|"


def bears_index(text: str, position: int) -> bool:
    """Tell whether an operand has an index below, as both have in "a_ij · b_jk".

    >>> bears_index(f"{chr(SLOT)}_ij", 0), bears_index(f"max {chr(SLOT)}", 0)
    (True, False)
    """
    return f"{chr(SLOT + position)}_" in text


def wants_parentheses(text: str, position: int) -> bool:
    """Tell whether a negative number in this place needs parentheses.

    >>> a, b = chr(SLOT), chr(SLOT + 1)
    >>> [wants_parentheses(f"{a} · {b}", place) for place in (0, 1)], wants_parentheses(f"{a}²", 0)
    ([False, True], True)
    """
    at = text.find(chr(SLOT + position))
    begins = not text[:at].strip() and text[at + 1 : at + 2] in ("", " ") and text[at + 1 : at + 6] != " mod "
    return not begins and not stands_alone(text, position)


def set_formula(graph: nx.MultiDiGraph, node: int, written: Written | None, names: Sequence[str] = ()) -> str:
    """Return "h = tanh z" as MathML. names: see ``formula.opaque``."""
    name = short(graph, node)
    if written is None or not written.latex:
        return set_tokens([Token(name), Token(" = "), Token(in_names(graph, node, written))], names)
    given = ways_in(graph, node)
    positions = [part for part in pieces(written.latex) if isinstance(part, int)]
    filled = [_name(graph, given.get(part), written.text, part) for part in positions]
    slots = [slot(part) for part in positions]
    return set_latex(f"{slot(MOST_OPERANDS)} = {written.latex}", [slot(MOST_OPERANDS), *slots], [name, *filled])


def forward_equation(graph: nx.MultiDiGraph, node: int, written: Written | None, is_unfit: bool = False) -> list[Token]:
    """Return "h = tanh z = tanh 0.5 = 0.462"; of arrays with shapes, the axis and the average size of the result.

    is_unfit: whether the numbers do not belong together, so that they are left out.
    """
    name, symbols = short(graph, node), in_names(graph, node, written)
    is_group = graph.nodes[node]["kind"] == "group"
    tokens = [Token(symbols if is_group else name)]
    if not is_group and bare(name) != bare(symbols):
        tokens += [Token(" = "), Token(symbols)]
    value, ways = graph.nodes[node]["value"], ways_in(graph, node)
    given = {position: graph.edges[edge].get("value", graph.nodes[edge[0]]["value"]) for position, edge in ways.items()}
    if value is None or is_unfit:
        return tokens
    if written is not None:
        given |= {position: np.asarray(used) for position, used in written.used.items()}
    if written is not None and all(x is not None and numbers.is_single(x) for x in given.values()):
        texts, ending = _agreed(written, given, value)
        filled = _in_numbers(written, given, texts)
        said = "".join(token.text for token in filled)
        if said != symbols and [said] != [token.text for token in ending[1:]]:  # as −z = −0.5 may be
            return [*tokens, Token(" = "), *filled, *ending]
    else:
        along = "".join(f", {name}={said}" for name, said in graph.nodes[node]["settings"] if name in SAID)
        tokens.append(Token(f" ({_shapes(given, value)}{along})", FAINT))
    return tokens + result(value, VALUE)


def within_equation(graph: nx.MultiDiGraph, node: int) -> list[Token]:
    """Return "s, t = k(a, r) = 2.48, 3.72" of a closed group with several results; of one that stands for equal groups
    beside each other "head(X) (3×4 → 4 × (3×2))"."""
    facts, results = graph.nodes[node], handed_on(graph, node)
    values = (graph.edges[e].get("value", graph.nodes[e[0]]["value"]) for e in ways_in(graph, node).values())
    given = ", ".join(extent(x.shape) for x in values if x is not None)
    arrow = f"{given} → " if given else ""
    if not results:
        shape = None if facts["shape"] is None else extent(facts["shape"])
        each = f" ({arrow}{facts['count']} × {f'({shape})' if '×' in str(shape) else shape})"
        return [Token(called(graph, node)), *([Token(each, FAINT)] if shape else ())]
    more = ["…"] * (len(results) > FEW_RESULTS)
    tokens = [Token(f"{', '.join([*results][:FEW_RESULTS] + more)} = {called(graph, node)}")]
    few = [value for value in [*results.values()][:FEW_RESULTS] if value is not None]
    if not few:
        return tokens
    if all(numbers.is_single(value) for value in few):
        told = [token for value in few for token in (Token(", "), _number(value, VALUE))][1:]
        return [*tokens, Token(" = "), *told, *(Token(f", {said}") for said in more)]
    made = ", ".join([extent(value.shape) for value in few] + more)
    return [*tokens, Token(f" ({arrow}{made})", FAINT)]


def bare(text: str) -> str:
    """Return a formula without spaces and parentheses: "tanh(z)" says the same as "tanh z"."""
    return "".join(char for char in text if char not in " ()")


def result(value: Any, role: str, said: str = "average_size") -> list[Token]:
    """Return "= 0.462" or, of an array, "average size 0.462"."""
    if numbers.is_single(value):
        return [Token(" = "), _number(value, role)]
    if not value.size:
        return [Token(f" {messages.say('empty')}", FAINT)]
    return [Token(f" {messages.say(said)} ", FAINT), Token(numbers.number(size_of(value)), role)]


def size_of(value: Any) -> float:
    """Return the mean magnitude of an array, real or complex, 0 of an empty one."""
    magnitudes = np.abs(stats.magnitudes(np.asarray(value)))
    return stats.mean_of(magnitudes) if magnitudes.size else 0.0


def _agreed(written: Written, given: dict[int, Any], value: Any) -> tuple[Sequence[str], list[Token]]:
    """Return how an operation's numbers are written so that computing with those gives the written result, and that."""
    operands, compute = [numbers.only(x) for x in given.values()], written.compute
    if not numbers.is_single(value):
        return [agreeing.written(x) for x in operands], result(value, VALUE)
    again = None if compute is None else lambda *used: compute(dict(zip(given, used, strict=True)))
    agreed = agreeing.agreeing(operands, numbers.only(value), again)
    return agreed.given, [Token(f" {agreed.sign} "), Token(agreed.result, VALUE)]


def _in_numbers(written: Written, given: dict[int, Any], texts: Sequence[str]) -> list[Token]:
    """Return an operation with its numbers; a choice as one piece, so that it can be set as cases."""
    tokens = []
    text_of = dict(zip(given, texts, strict=True))
    for part in pieces(written.text):
        if isinstance(part, str):
            tokens.append(Token(part.replace(" · ", " × ")))
        elif part in given:
            text = text_of[part]
            negative = text.startswith(numbers.MINUS) and wants_parentheses(written.text, part)
            several = np.iscomplexobj(given[part]) and not stands_alone(written.text, part)
            tokens.append(Token(f"({text})" if negative or several else text, VALUE))
        else:
            tokens.append(Token("0"))
    return [Token("".join(token.text for token in tokens))] if CHOOSING.search(written.text) else tokens


def _shapes(given: dict[int, Any], value: Any) -> str:
    known = [extent(x.shape) for _, x in sorted(given.items()) if x is not None]
    made = extent(value.shape)
    return f"{', '.join(known)} → {made}" if known else made


def update_equation(graph: nx.MultiDiGraph, update: Update, root: int, is_lost: bool = False) -> list[Token]:
    """Return "w ← w − 0.1 · ∂loss/∂w = 0.5 − 0.1 × 0.4 = 0.46"; without the numbers where the gradient is lost."""
    name = short(graph, update.node)
    after = as_numbers(update.after)
    before, gradient = as_numbers(update.before), as_numbers(update.gradient)
    assert after is not None
    if update.is_refused:
        return [_rule(update, name, ""), *(result(after, VALUE) if numbers.is_single(after) else ())]
    slope = derivative(differentiated(graph, root), name)
    with_numbers = numbers.is_single(after) and not is_lost
    tokens = lines_written(update, name, slope, with_numbers) or [_rule(update, name, differentiated(graph, root))]
    if update.lines and with_numbers:
        return tokens
    if is_lost:
        return tokens
    if update.rate is None:
        if numbers.is_single(after):
            tokens += [Token(": "), _number(before, VALUE), Token(" → "), _number(after, VALUE)]
            return tokens
    else:
        if numbers.is_single(after):
            known = [numbers.only(before), update.rate, numbers.only(gradient)]
            agreed = agreeing.agreeing(known, numbers.only(after), lambda x, rate, slope: x - rate * slope)
            x, rate, slope = agreed.given
            slope = f"({slope})" if slope.startswith(numbers.MINUS) else slope
            tokens += [Token(" = "), Token(x, VALUE), Token(f" − {rate} × "), Token(slope, GRADIENT)]
            return [*tokens, Token(f" {agreed.sign} "), Token(agreed.result, VALUE)]
    tokens.append(Token(f" ({numbers.shape(after.shape)})", FAINT))
    with np.errstate(all="ignore"):  # from infinity to infinity is no number, and is shown as that
        move = after - before
    return tokens + result(move, VALUE, "average_move")


def _rule(update: Update, name: str, root: str) -> Token:
    """Return "w ← w − 0.1 · ∂loss/∂w"; of a step that is refused "w ← w"."""
    if update.is_refused:
        return Token(f"{name} ← {name}")
    slope = derivative(root, name)
    if update.rate is None:
        return Token(f"{name} ← {update.rule}({name}, {slope})")
    return Token(f"{name} ← {name} − {numbers.number(update.rate)} · {slope}")


def inside_equation(graph: nx.MultiDiGraph, inside: Inside, root: int) -> list[Token]:
    """Return the rules by which the first parameters in a closed group move."""
    top = differentiated(graph, root)
    rules = [_rule(update, name, top) for update, name in zip(inside.updates, inside.names, strict=True)]
    shown = [*rules[:FEW_RULES], *[Token("…")] * (len(rules) > FEW_RULES)]
    return [token for rule in shown for token in (Token(",  "), rule)][1:]


def _number(array: Any, role: str = PLAIN) -> Token:
    return Token(agreeing.written(numbers.only(array)), role)
