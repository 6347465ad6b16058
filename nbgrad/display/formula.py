"""The chain rule of one step, in symbols and in the step's own numbers, as tokens with a role."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np

from nbgrad.display import agreeing, latex, measure, messages, numbers, schema, stats
from nbgrad.display.agreeing import Agreeing
from nbgrad.display.attributes import as_array
from nbgrad.display.latex import is_word
from nbgrad.display.schema import Step

PLAIN, GRADIENT, VALUE, FAINT = "plain", "gradient", "value", "dim"
LONGEST = 24  # characters of a name in an equation
LONGEST_FORMULA = 120
_POWER = re.compile(r"\d+(\.\d+)?e−?\d+")  # a number such as 1e−7, which is one factor


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an equation. role: "plain", "gradient" (vermillion), "value" (blue) or "dim".

    shape: that of the value the text stands for, "16×10"; "" where it is not to be shown.
    """

    text: str
    role: str = PLAIN
    shape: str = ""


def derivative(root: str, node: str) -> str:
    """Spell the derivative of root by node.

    >>> derivative("loss", "z")
    '∂loss/∂z'
    """
    return f"∂{in_one(root)}/∂{in_one(node)}"


def in_one(name: str) -> str:
    """Put a name that is itself an expression in parentheses; an element's place behind it is no part of that.

    A parameter of a list of layers, "0.bias", gets them too, or it would look like a decimal number.

    >>> in_one("a+b"), in_one("W[0, 1]"), in_one("(A@B)[0, 1]"), in_one("0.bias"), in_one("(x·x)₂"), in_one("1e−7")
    ('(a+b)', 'W[0, 1]', '(A@B)[0, 1]', '(0.bias)', '(x·x)₂', '1e−7')
    """
    array = re.sub(r"\[[^\[\]]*\]$|[₀-₉]+$", "", name)
    if array != name and re.fullmatch(r"\([^()]*\)", array):
        return name
    if _POWER.fullmatch(array):
        return name
    wants = any(char in " ·×+−-*/@^²³ᵀ<>=" for char in array) or re.match(r"\d+\.[^\W\d]", array)
    return f"({name})" if wants else name


def is_bare(name: str) -> bool:
    """Tell whether a name can bear an index of its own: it is letters and digits, with no index yet.

    >>> is_bare("W1"), is_bare("W_1"), is_bare("x[0]"), is_bare("A@B")
    (True, False, False, False)
    """
    return re.fullmatch(r"[^\W_]+", name) is not None


def adds_copies(step: Step) -> bool:
    """Tell whether a step's formula is a sum over copies, since the operand was copied to fit.

    >>> plain = Step(1, 0, (0, 1, 0), 1.0, 3.0, 3.0, local=3.0, formula="Σ(y)")
    >>> adds_copies(plain)  # the other factor, which is called so
    False
    """
    return step.fold is not None and step.formula.startswith("Σ ")


def extent(shape: tuple[int, ...]) -> str:
    """Return a shape as equations say it: of a single number that it is one.

    >>> extent((5, 3)), extent(())
    ('5×3', 'number')
    """
    return numbers.shape(shape) if shape else messages.say("one_number")


def short(graph: nx.MultiDiGraph, node: int) -> str:
    """Return a node's label, short enough for an equation."""
    return shortened(schema.label(graph, node))


def sent_along(graph: nx.MultiDiGraph, edge: tuple[int, int, int]) -> str:
    """Return what is used along an edge, short enough for an equation: the node where it begins; of a closed group that
    has several results, the one."""
    result = graph.edges[edge].get("result")
    return short(graph, edge[0]) if result is None else shortened(result)


def receiver(graph: nx.MultiDiGraph, step: Step) -> str:
    """Return the label of what gets a step's gradient, short enough for an equation."""
    return short(graph, step.target) if step.edge is None else sent_along(graph, step.edge)


def shortened(name: str) -> str:
    """Return a name, short enough for an equation.

    >>> shortened("a name that is much longer than an equation has room for")
    'a name that is much lon…'
    """
    return measure.clean(name, LONGEST)


def opaque(graph: nx.MultiDiGraph) -> tuple[str, ...]:
    """Return the names of nodes in which nothing is to be read when a formula is set: those with signs in them.

    A result that was named by what it is computed from, "x²" or "exp(m)", is read as the formula that it is.

    >>> graph = nx.MultiDiGraph()
    >>> for node, name in enumerate(("2nd", "x", "x²", "a<b")):
    ...     graph.add_node(node, name=name)
    >>> _ = graph.add_edge(1, 2)
    >>> opaque(schema.normalise(graph))
    ('2nd', 'a<b')
    """
    found: dict[str, None] = {}
    for node, facts in graph.nodes(data=True):
        name = measure.clean(schema.label(graph, node))
        unnamed = facts["kind"] == "constant" and not facts["name"]
        if (
            not unnamed
            and not is_word(name)
            and not _is_number_or_empty(name)
            and not _is_expression(graph, node, name)
        ):
            found |= dict.fromkeys((short(graph, node), name))
    return tuple(found)


def _is_number_or_empty(name: str) -> bool:
    return not re.search(r"[^\W\d]|[^\w\s.]", name.removeprefix(numbers.MINUS))


def _is_expression(graph: nx.MultiDiGraph, node: int, name: str) -> bool:
    """Tell whether a result is called by what made it of its inputs."""
    given = "|".join(re.escape(schema.label(graph, u)) for u in schema.inputs(graph, node))
    one = f"(?:{given})"
    return bool(given) and bool(re.fullmatch(rf"−?{one}|{one}[+−·/@^]{one}|{one}²|\w+\({one}\)", name))


WEIGHTED = "nbgrad_display_weighted"  # of a graph: what its gradients are the derivatives of


def weighted(name: str, seed: Any) -> str:
    """Return what a pass that begins with ``seed`` differentiates: the result called ``name``, times the seed.

    Its derivative by the result itself is the seed, and so the chain rule holds from the first step on.

    >>> weighted("y", 1.0), weighted("y", 2.0), weighted("y", np.ones(3))
    ('y', '2·y', 'seed·y')
    """
    number = as_array(seed)
    if number is None or not numbers.is_single(number):
        return f"seed·{in_one(name)}"
    return name if numbers.only(number) == 1 else f"{agreeing.written(numbers.only(number))}·{in_one(name)}"


def mark_weighted(graph: nx.MultiDiGraph, steps: Sequence[Step]) -> None:
    """Remember in a graph what the pass of these steps differentiates, for ``differentiated``."""
    if steps and steps[0].source is None:
        graph.graph[WEIGHTED] = weighted(short(graph, steps[0].target), steps[0].total)


def differentiated(graph: nx.MultiDiGraph, root: int) -> str:
    """Return what stands after the ∂ of gradients: the result's name, mostly."""
    return str(graph.graph.get(WEIGHTED) or short(graph, root))


def equation(graph: nx.MultiDiGraph, step: Step, root: int, before: Any = None) -> list[Token]:
    """Return the equation of a step.

    root: the node that everything is the derivative of. before: the target's gradient before this step,
    needed where the step is a second or later arrival.

    >>> graph = schema.normalise(nx.MultiDiGraph([(0, 1)]))
    >>> step = Step(1, 0, (0, 1, 0), 2.0, 6.0, 6.0, local=3.0, formula="x")
    >>> "".join(token.text for token in equation(graph, step, 1)[3:])
    ' · x = 2 × 3 = 6'
    """
    top = differentiated(graph, root)
    left = Token(derivative(top, receiver(graph, step)))
    if step.source is None:
        return [left, Token(" = "), _number(step.total)]
    sought = [left, Token(" = ")]
    if step.index < step.count:
        said = messages.say("part_of")
        sought.insert(0, Token(said if said.endswith("：") else f"{said} ", FAINT))  # a wide colon has its own space
    symbols = _symbols(step, top, short(graph, step.source), _sign(graph, step))
    single = _is_number(step.contribution)
    if step.index > 1:
        known = single and step.lost is None
        total = agreeing_step(step, before)[1] if known else None
        so_far = Token(messages.say("so_far"), FAINT) if total is None else Token(total.given[0], GRADIENT)
        sought += [so_far, Token(" + ")]
    if step.lost is not None:
        return sought + symbols
    return sought + symbols + (_in_numbers(step, before) if single else _in_shapes(graph, step, top))


def _symbols(step: Step, top: str, source: str, sign: str) -> list[Token]:
    formula = measure.clean(step.formula, LONGEST_FORMULA)
    if step.real_part:
        return [Token("Re("), *_symbols(replace(step, real_part=False), top, source, sign), Token(")")]
    arriving = derivative(top, source)
    if "∂" in formula:
        return [Token(formula.replace(f"∂{top}/∂{source}", arriving))]
    if not formula or (formula == "1" and not _is_number(step.contribution)):
        return [Token(arriving)]
    return [Token(arriving), Token(f" {sign} "), Token(as_factor(formula))]


def _sign(graph: nx.MultiDiGraph, step: Step) -> str:
    """Return how what arrives and the local derivative are multiplied: "⊙" element by element, "·" by a number."""
    by_number = _is_number(step.local) or _is_number(step.upstream) or _is_constant(step.formula)
    return "·" if step.local is None or by_number or _is_of_numbers(graph, step) else "⊙"


def _is_of_numbers(graph: nx.MultiDiGraph, step: Step) -> bool:
    """Tell whether a formula names single numbers only, as "1/s": that is one, too, whatever it was copied to fit."""
    assert step.source is not None
    nodes = dict.fromkeys((*schema.inputs(graph, step.source), step.source))
    named = [node for node in nodes if _names(step.formula, short(graph, node))]
    return bool(named) and all(graph.nodes[node]["shape"] == () for node in named)


def _names(formula: str, name: str) -> bool:
    return bool(re.search(rf"(?<![^\W\d]){re.escape(name)}(?![^\W²³ᵀ])", measure.clean(formula)))


def _is_constant(formula: str) -> bool:
    """Tell whether a formula is a number and names nothing."""
    return bool(re.fullmatch(r"[−\d./½]+", formula))


def as_factor(formula: str) -> str:
    """Put a formula in parentheses unless it can stand as a factor."""
    return f"({formula})" if _wants_parentheses(formula) else formula


def _wants_parentheses(formula: str) -> bool:
    """Tell whether a formula cannot stand as a factor: a sum outside all parentheses, a leading sign, a choice.

    >>> [_wants_parentheses(formula) for formula in ("y − x", "−1", "1 if x > 0 else 0", "σ(z)(1 − σ(z))")]
    [True, True, True, False]
    """
    depth = 0
    for char in "" if _POWER.fullmatch(formula) else formula:
        depth += (char == "(") - (char == ")")
        if depth == 0 and char in "+−-@":
            return True
    return any(word in formula for word in (" if ", " where ", latex.CHINESE_IF))


def _in_numbers(step: Step, before: Any) -> list[Token]:
    """Return "= upstream × local = contribution", and for later arrivals "= before + contribution =
    total"."""
    sent, total = agreeing_step(step, before)
    new = sent.result
    factors: list[Token] = []
    tokens: list[Token] = []
    if sent.given:
        upstream, local = sent.given
        wants = np.iscomplexobj(step.upstream) or (total is not None and not step.real_part)
        first = _bracketed(upstream, np.iscomplexobj(step.upstream), GRADIENT) if wants else Token(upstream, GRADIENT)
        factors = [first, Token(" × "), _bracketed(local, np.iscomplexobj(step.local))]
        if step.real_part:
            factors = [Token("Re("), *factors, Token(")")]
    if total is not None:
        so_far = Token(total.given[0], GRADIENT)
        if factors:
            tokens += [Token(" = "), so_far, Token(" + "), *factors]
        chain = [total.given[0], *sent.given]
        is_sum = not factors or agreeing.holds(chain, total.result, lambda so_far, a, b: so_far + a * b)
        # Where summands cancel, what is left of them may be no more than the rounding of the product.
        sign = agreeing.NEARLY if not is_sum else sent.sign if factors else agreeing.EQUAL
        tokens += [Token(f" {sign} "), so_far, Token(" + ")]
        tokens.append(_bracketed(new, np.iscomplexobj(step.contribution), GRADIENT))
        return [*tokens, Token(f" {total.sign} "), Token(total.result, GRADIENT)]
    if factors:
        tokens += [Token(" = "), *factors]
    elif step.upstream is not None and not _is_number(step.upstream):
        arrived, made = np.shape(step.upstream), np.shape(step.contribution)
        tokens.append(Token(f" ({extent(arrived)} → {extent(made)})", FAINT))
    return [*tokens, Token(f" {sent.sign} "), Token(new, GRADIENT)]


def agreeing_step(step: Step, before: Any) -> tuple[Agreeing, Agreeing | None]:
    """Return a step between single numbers as it is written: "upstream × local = contribution", the given numbers
    left out where it is no such product, and "before + contribution = total", None at the first arrival.

    The contribution is written the same in both, with the digits that the sum needs.
    """
    total = None
    beside = [step.upstream, step.local, step.contribution, *([before, step.total] if step.index > 1 else ())]
    full = numbers.in_full(_only(x) for x in beside if _is_number(x))
    if step.index > 1 and _is_number(before):
        summands = [_only(before), _only(step.contribution)]
        total = agreeing.agreeing(summands, _only(step.total), operator.add, full=full)
    digits = agreeing.DIGITS if total is None else total.digits
    made = _only(step.contribution)
    if step.local is None or not _is_number(step.local) or not _is_number(step.upstream):
        return agreeing.agreeing([], made, None, digits, full=full), total
    times = _real_product if step.real_part else operator.mul
    return agreeing.agreeing([_only(step.upstream), _only(step.local)], made, times, digits, full=full), total


def _real_product(a: Any, b: Any) -> Any:
    return (a * b).real


def _only(value: Any) -> Any:
    array = as_array(value)
    return numbers.only(array)


def _in_shapes(graph: nx.MultiDiGraph, step: Step, top: str) -> list[Token]:
    """Return the shapes in parentheses and one number that says how large the result is."""
    shapes = _factor_shapes(graph, step, top) or extent(np.shape(step.upstream))
    total, made = np.abs(np.asarray(step.total)), extent(np.shape(step.contribution))
    arrow = Token(f" ({made})" if step.upstream is None else f" ({shapes} → {made})", FAINT)
    if not total.size:
        return [arrow, Token(f" {messages.say('empty')}", FAINT)]
    size = stats.mean_of(total)
    return [
        arrow,
        Token(f" {messages.say('average_size')} ", FAINT),
        Token(numbers.number(size), GRADIENT),
    ]


def _factor_shapes(graph: nx.MultiDiGraph, step: Step, top: str) -> str:
    """Spell the shapes of a product's factors, "10×16 · 16×1"; "" where a factor is not simply a name."""
    assert step.source is not None
    known = {short(graph, node): graph.nodes[node]["shape"] for node in schema.inputs(graph, step.source)}
    known |= {in_one(name): shape for name, shape in known.items()}
    formula = measure.clean(step.formula)
    if _is_constant(formula):
        return ""
    if step.local is not None and "∂" not in formula:
        # A factor that was copied to fit has its own shape.
        local = () if _is_of_numbers(graph, step) else known.get(formula) or np.shape(step.local)
        return f"{extent(np.shape(step.upstream))} {_sign(graph, step)} {extent(local)}"
    source = short(graph, step.source)
    known |= dict.fromkeys((derivative(top, source), f"∂{top}/∂{source}"), np.shape(step.upstream))
    found = []
    for part in re.split("( [·⊙⊗] )", formula.removeprefix("Σ ")):
        shape = known.get(part.removesuffix("ᵀ"))
        if shape is None and part not in (" · ", " ⊙ ", " ⊗ "):
            return ""
        turned = part.endswith("ᵀ") and shape is not None  # of a stack, each matrix by itself
        found.append(part if shape is None else extent((*shape[:-2], *shape[-2:][::-1]) if turned else shape))
    return "".join(found)


def _is_number(value: Any) -> bool:
    array = as_array(value)
    return array is not None and numbers.is_single(array)


def _number(value: Any, role: str = GRADIENT) -> Token:
    array = as_array(value)
    single = array is not None and numbers.is_single(array)
    return Token(agreeing.written(numbers.only(array)) if single else numbers.summary(array), role)


def _bracketed(text: str, is_complex: bool, role: str = VALUE) -> Token:
    """Return a factor or summand; a negative one in parentheses, as one writes it after a sign."""
    return Token(f"({text})" if is_complex or text.startswith(numbers.MINUS) else text, role)
