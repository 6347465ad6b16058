"""The local derivative in symbols, as an operation declares it and as it was called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.op import REGISTRY, Operation
from ...core.spelling import as_source
from ...display import messages
from ...display.formula import as_factor, derivative, in_one, shortened
from ..letters import told_apart
from ..pictures import LEFT_OUT, Vertex
from .matrices import of_product
from .products import contribution


def formula(
    source: Vertex, position: int, root: str, is_sum: bool, static: dict[str, Any] | None, names: Sequence[str] = ()
) -> str:
    """The local derivative in symbols; or, where it is not a plain factor, the whole contribution.

    Args:
        root: what is differentiated.
        is_sum: whether the operand was copied to fit, so that what arrives at its copies is added up.
        names: those in the graph, which no letter of the formula's own must be taken for.
    """
    op, static = source.op, static or {}
    assert op is not None
    upstream = derivative(root, shortened(source.name))
    if "subscripts" in static:
        shapes = [np.shape(x.value) for x in source.inputs]
        named = [shortened(x.name) for x in source.inputs]
        if product := contribution(static["subscripts"], shapes, position, named, upstream):
            return product
    template = messages.formula(settled(source, position, static)).replace("{axis}", written(static.get("axis")))
    template = told_apart(without_mean(of_order(template, static), static), names)
    alone = template in [f"{{{operand}}}" for operand in (*op.operands, "y")]  # the equation sees to its parentheses
    *named, y = [shortened(x.name) if alone else in_one(shortened(x.name)) for x in (*source.inputs, source)]
    text = op.spelled(template, named, static, g=upstream, y=y)
    for name, x in zip(named, source.inputs, strict=True):
        if np.asarray(x.value).dtype.kind == "f":  # they are probabilities already
            text = text.replace(f"onehot({name})", name)
    if is_sum and "{g}" not in template:
        sign = "⊙" if holds_array(source, template) else "·"
        factor = f"({text})" if " / " in text else as_factor(text)
        return f"Σ {upstream} {sign} {factor}" if text != "1" else f"Σ {upstream}"
    return text


ALONG = {  # what declared formulas say of a whole array, and what holds of one that is reduced along an axis
    "copied to every element": "copied along axis {axis}",
    "at the largest element": "at the largest element along axis {axis}",
    "at the smallest element": "at the smallest element along axis {axis}",
    "at the middle element": "at the middle element along axis {axis}",
    "from here to the end": "from here to the end along axis {axis}",
}
OTHER_NORM = "; of another ord "  # between two formulas of which a norm has one
POWER = " · (|{x}|/{y})^(ord − 1)"  # of such a norm
TAKEN = "at the elements that were taken"
TAKEN_TWICE = f"added up {TAKEN}"  # where an index takes one of them more than once
LARGEST_SEARCHED = 1_000_000  # elements of an array in which such an index is looked for
TRANSPOSED = "({g})ᵀ"
DIFFERENCE = "−Δ {g}"
FREE = "(n − ddof)"  # what a variance divides by


def settled(source: Vertex, position: int, static: dict[str, Any]) -> str:
    """The declared formula at ``position``, without what is known not to be the case.

    A condition that is given as one constant is settled, a bound that was left out is no bound, a norm and a variance
    are of the kind that they are, and what is reduced along an axis is not reduced as a whole.
    """

    op = source.op
    assert op is not None
    template = op.formula(position, [x.value for x in source.inputs])
    operands = dict(zip(op.operands, source.inputs, strict=False))
    if (where := re.fullmatch(r"1 where (not )?\{(\w+)\}", template)) and operands[where[2]].kind == "constant":
        return "1" if bool(operands[where[2]].value) != bool(where[1]) else "0"
    for name in (name for name, x in operands.items() if x is LEFT_OUT and "≤" in template):
        template = template.replace(f"{{{name}}} ≤ ", "").replace(f" ≤ {{{name}}}", "")
        if "≤" not in template:
            return "1"
    if op.name == "pad" and static.get("mode", "constant") != "constant":
        return "{g} summed over the copies"  # of each element, itself among them
    if op.name in ("matmul", "linear") and position < 2 and "ᵀ" in template:
        a, b = (np.shape(x.value) for x in source.inputs[:2])
        return of_product(position, op.operands, a, b, np.shape(source.value)) or template
    if op.name == "outer":  # of vectors; other arrays are flattened
        for name, x in zip(op.operands, source.inputs, strict=True):
            template = template.replace(f"{{{name}}}", f"ravel({{{name}}})" if np.ndim(x.value) > 1 else f"{{{name}}}")
        return template
    if TAKEN in template and takes_twice(op, source.inputs[position].value, static):
        return template.replace(TAKEN, TAKEN_TWICE)
    if static.get("approximate") == "tanh":
        return template.replace("Φ(", "Φ_tanh(").replace("φ(", "φ_tanh(")
    if template == TRANSPOSED:
        return transposed_back(np.ndim(source.value), {**(op.forward.__kwdefaults__ or {}), **static})
    if static.get("axis") is not None:
        template = along_an_axis(template)
    if OTHER_NORM in template:
        usual, other = template.split(OTHER_NORM)
        order = static.get("ord", 2)
        if order in (0, 2):  # how many elements are not zero stays as it is
            return usual if order else "0"
        return other.replace(POWER, "") if order == 1 else other.replace("ord − 1", written(order - 1))
    if static.get("scale") is not None:
        template = template.replace("/ √d", f"· {written(static['scale'])}")
    if static.get("label_smoothing"):
        template = template.replace("onehot({target})", f"{messages.say('smoothed')} {{target}}")
    freedom = static.get("ddof", 0)
    return template.replace(FREE, f"(n − {written(freedom)})" if freedom else "n")


def transposed_back(ndim: int, static: dict[str, Any]) -> str:
    """The formula of a gradient whose axes go back to where they were: only of a matrix, or where their order was
    turned round, is that its transpose.

    >>> transposed_back(2, {"axis1": 0, "axis2": -1}), transposed_back(3, {"axis1": 0, "axis2": -1})
    ('({g})ᵀ', 'swapaxes({g}, 0, −1)')
    >>> transposed_back(3, {"axes": None}), transposed_back(3, {"axes": (1, 2, 0)})
    ('({g})ᵀ', 'transpose({g}, (2, 0, 1))')
    """
    if "axis1" in static:
        pair = [static["axis1"], static["axis2"]]
        is_matrix = ndim == 2 and pair[0] % 2 != pair[1] % 2
        return TRANSPOSED if is_matrix else f"swapaxes({{g}}, {written(pair[0])}, {written(pair[1])})"
    if static.get("axes") is None:
        return TRANSPOSED
    back = [int(axis) for axis in np.argsort([axis % ndim for axis in static["axes"]])]
    is_turned = back == [*range(ndim)][::-1]
    return TRANSPOSED if is_turned else f"transpose({{g}}, ({', '.join(map(str, back))}))"


def of_order(template: str, static: dict[str, Any]) -> str:
    """The formula of a difference that was taken several times: each time the sign turns.

    >>> of_order("−Δ {g}, with zeros beyond its ends", {"n": 2}), of_order("−Δ {g}", {"n": 3}), of_order("−Δ {g}", {})
    ('Δ² {g}, with zeros beyond its ends', '−Δ³ {g}', '−Δ {g}')
    """
    order = static.get("n", 1)
    if DIFFERENCE not in template or order == 1:
        return template
    if order == 0:
        return "{g}"
    power = str(order).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return template.replace(DIFFERENCE, f"{'−' * (order % 2)}Δ{power} {{g}}")


def takes_twice(op: Operation, x: Any, static: dict[str, Any]) -> bool:
    """Whether an index takes an element of ``x`` more than once, so that gradients add up there."""
    if np.size(x) > LARGEST_SEARCHED:
        return False
    taken = op.forward(np.arange(np.size(x)).reshape(np.shape(x)), **static)
    return np.unique(taken).size < np.size(taken)


def without_mean(template: str, static: dict[str, Any]) -> str:
    """The formula of a loss that is not a mean, in which nothing is divided by how many there are.

    >>> without_mean("(σ({x}) − {y}) / n", {"reduction": "sum"}), without_mean("{x} / n", {})
    ('σ({x}) − {y}', '{x} / n')
    """
    if static.get("reduction", "mean") == "mean":
        return template
    whole = template.removesuffix(" / n")
    alone = re.fullmatch(r"\((.*)\)", whole)
    return alone[1] if alone and whole != template else whole


def written(setting: Any) -> str:
    """A setting in a formula: ``3``, ``−0.5``, ``(0, −1)``."""
    text = f"{setting:g}" if isinstance(setting, int | float) else as_source(setting)
    return text.replace("-", "−")


def note_on(op: Operation, x: Any, static: dict[str, Any]) -> str:
    """What is said in words of the gradient of ``x``; ``""`` where what the operation declares does not hold."""
    if op.name == "getitem" and takes_twice(op, x, static):
        return messages.note("take", REGISTRY["take"].note)
    return messages.note(op.name, op.note) if is_usual(op, static) else ""


def is_usual(op: Operation, static: dict[str, Any]) -> bool:
    """Whether what is declared of an operation in words holds: it is that of the usual norm, of a difference that was
    taken once, and of a loss whose targets are as they were given."""
    is_once = op.name != "diff" or static.get("n", 1) == 1
    return static.get("ord", 2) == 2 and is_once and not static.get("label_smoothing")


def along_an_axis(template: str) -> str:
    """What a declared formula says of a whole array, of one that is reduced along an axis.

    >>> along_an_axis("{g} copied to every element")
    '{g} copied along axis {axis}'
    """
    for whole, along in ALONG.items():
        template = template.replace(whole, along)
    return template


def holds_array(source: Vertex, template: str) -> bool:
    """Whether a local derivative is an array, so that it is multiplied element by element: whether it names one."""
    assert source.op is not None
    named = [x for name, x in zip(source.op.operands, source.inputs, strict=False) if f"{{{name}}}" in template]
    return any(np.size(x.value) != 1 for x in (*named, *([source] if "{y}" in template else [])))
