"""The formula of an operation's result, as the operation declares it and as it was called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.op import Operation
from ...display.messages import say
from ...display.player.trace import slot
from ...ops.manual.mathtext import BAR, in_text
from ..letters import told_apart
from ..pictures import LEFT_OUT, Vertex
from ..slices import spelled
from .derivatives import written
from .products import result

CHOICE = re.compile(r"(?P<a>.+) if (?P<condition>.+) else (?P<b>.+)")
LONGEST_INDEX = 40  # characters of a list of places
SCALED = r"\frac{{{q}\,{k}^\top}}{{\sqrt{{d}}}}"  # what attention takes the softmax of
NORM = r"\right\|"  # how the LaTeX of a norm ends, of which the usual one needs no index
WHOLE_MEAN = re.compile(r"(-?)\\overline\{\{(..+)\}\}")  # of an expression, not of a single operand


def written_with_slots(vertex: Vertex, static: dict[str, Any], names: Sequence[str]) -> tuple[str, str]:
    """How the result of an operation is written, with a slot for each operand: as text and as LaTeX, which is "" where
    the text says all.

    Args:
        names: those in the picture, which no letter of the formula's own must be taken for.
    """
    op = vertex.op
    assert op is not None
    slots = [slot(i) for i in range(len(vertex.inputs))]
    shapes = [np.shape(x.value) for x in vertex.inputs]
    if "subscripts" in static and (product := result(static["subscripts"], shapes)):
        return product
    absent = [name for name, x in zip(op.operands, vertex.inputs, strict=False) if x is LEFT_OUT]
    ndim = max((np.ndim(x.value) for x in vertex.inputs if x is not LEFT_OUT), default=0)
    operands = [f"{{{one}}}" for one in slots]
    if op.name == "outer":  # of vectors; other arrays are flattened
        for i, x in enumerate(vertex.inputs):
            operands[i] = rf"\mathrm{{ravel}}({operands[i]})" if np.ndim(x.value) > 1 else operands[i]
    latex = told_apart(formula_of(op, operands, static, absent, ndim), names)
    text = _without_bars(in_text(latex))
    if static.get("label_smoothing"):  # the declared formula is that of targets as they were given
        return f"{op.name}({', '.join(slots)})", ""
    if choice := CHOICE.fullmatch(text):  # its text is set as cases, in the language that is spoken
        return say("choice", **choice.groupdict()), ""
    return text, latex


def _without_bars(text: str) -> str:
    """A formula with words for a bar: it stands over a slot, and no sign goes over whatever will stand there."""
    return re.sub(f"(.){BAR}", rf"{say('mean_of')} \1", text)


def formula_of(op: Operation, names: list[str], static: dict[str, Any], absent: list[str], ndim: int) -> str:
    """The LaTeX of an operation's result.

    A product of two operands has a sign, which numbers need. Operands that are ``absent`` are left out, with the sign
    that stands before them, or with the minimum or maximum that they would bound.

    Args:
        ndim: how many axes the operand has that an index takes from.
    """
    template = reduced(op.latex, str(static.get("reduction", "mean")))
    template = as_called(template, op, static, ndim)
    for name in absent:
        template = re.sub(rf"\s*(\\cdot|\+)\s*\{{{name}\}}", "", template)
        template = re.sub(rf"\\(?:min|max)\(((?:[^()]|\([^()]*\))*), \{{{name}\}}\)", r"\1", template)
    for a in op.operands:
        for b in op.operands:
            template = template.replace(f"{{{a}}}\\,{{{b}}}", f"{{{a}}} \\cdot {{{b}}}")
    return op.spelled(template, names, static).replace("{n - 0}", "{n}")  # what one writes where nothing is taken away


def as_called(template: str, op: Operation, static: dict[str, Any], ndim: int) -> str:
    """The LaTeX of a result with what its settings change in it: an index, the order of a norm, a direction."""
    if "{index}" in template and "index" in static:
        return template.replace("{index}", index_in_text(static["index"]))
    if "indices" in static and op.name in TAKING:
        settings = {**(op.forward.__kwdefaults__ or {}), **static}
        return TAKING[op.name](settings["indices"], settings["axis"], ndim)
    if "subscripts" in static:  # of operands that no sum can be written of
        subscripts = static["subscripts"].replace(" ", "").replace("->", r" \to ")
        return template.replace("{subscripts}", subscripts)
    if "stride" in op.keywords:
        return slid(template, {**(op.forward.__kwdefaults__ or {}), **static})
    if static.get("scale") is not None:
        return template.replace(SCALED, rf"{written(static['scale'])} \cdot {{q}}\,{{k}}^\top")
    if template.endswith(NORM) and (order := static.get("ord", 2)) != 2:
        return template + f"_{{{{{order:g}}}}}"
    if static.get("approximate") == "tanh":
        return template.replace(r"\Phi", r"\Phi_{{\tanh}}")
    if np.ndim(shift := static.get("shift", 0)) == 0 and shift < 0:
        return template.replace("- {shift}", f"+ {-shift}")
    return template


def slid(template: str, settings: dict[str, Any]) -> str:
    """The LaTeX of an operation that looks through windows, with how they are placed: their steps, the border around
    the array, the gaps within them; and how large they are.

    >>> steps = {"stride": 2, "padding": (1, 0), "dilation": 3}
    >>> slid("{x}_{{i + a,\\\\,j + b}}", steps), slid("{x}_{{i + a}}", {"stride": 1, "padding": 0, "dilation": 1})
    ('{x}_{{2i + 3a - 1,\\\\,2j + 3b}}', '{x}_{{i + a}}')
    >>> slid(r"\\max_{{\\mathrm{{window}}}} {x}", {"size": (2, 3)})
    '\\\\max_{{\\\\mathrm{{2×3\\\\ window}}}} {x}'
    """
    if "dilation" in settings:
        step, border, gap = (np.broadcast_to(settings[name], 2) for name in ("stride", "padding", "dilation"))
        for axis, (i, a) in enumerate((("i", "a"), ("j", "b"))):
            place = f"{times(step[axis], i)} + {times(gap[axis], a)}"
            place += f" - {border[axis]}" if border[axis] else ""
            template = template.replace(f"{i} + {a}", place)
    if "size" in settings:
        high, wide = np.broadcast_to(settings["size"], 2)
        template = template.replace("{{window", f"{{{{{high}×{wide}\\ window")
    return template


def times(count: int, letter: str) -> str:
    """So many times a letter, of which once is not said: ``2i``, ``i``."""
    return letter if count == 1 else f"{count}{letter}"


def taken(indices: Any, axis: int | None, ndim: int) -> str:
    """The LaTeX of what ``indices`` take along an axis; ``None``: of the flattened array.

    >>> taken([0, 2], 1, 2), taken([0, 2], None, 2), taken(1, -1, 1)
    ('{x}_{{[:, [0, 2]]}}', '\\\\mathrm{{ravel}}({x})_{{[[0, 2]]}}', '{x}_{{[1]}}')
    """
    if axis is None and ndim > 1:
        return rf"\mathrm{{{{ravel}}}}({{x}})_{{{{[{index_in_text(indices)}]}}}}"
    place = axis % ndim if axis and ndim else 0
    return f"{{x}}_{{{{[{index_in_text((*[slice(None)] * place, indices))}]}}}}"


def taken_along(indices: Any, axis: int | None, ndim: int) -> str:
    """The LaTeX of what ``indices`` take along an axis, for each position on the others.

    >>> taken_along([[1, 0, 1]], 0, 2), taken_along([[2]], -1, 2)
    ('{x}_{{[[1, 0, 1]]_{{i j}},\\\\,j}}', '{x}_{{i,\\\\,[[2]]_{{i j}}}}')
    """
    if axis is None:
        return taken(indices, None, ndim)
    letters = [*"ijklmnopqrstuvw"[:ndim]]
    at = [*letters]
    at[axis % ndim] = f"{index_in_text(indices)}_{{{{{' '.join(letters)}}}}}"
    within = r",\,".join(at)
    return f"{{x}}_{{{{{within}}}}}"


TAKING = {"take": taken, "take_along_axis": taken_along}


def reduced(template: str, reduction: str) -> str:
    """The LaTeX of a loss, whose bar stands for "mean of", with what its ``reduction`` really is.

    >>> [reduced(r"\\overline{{{a} - {b}}}", reduction) for reduction in ("mean", "sum", "none")]
    ['\\\\text{{mean of}}\\\\;{a} - {b}', '\\\\sum {a} - {b}', '{a} - {b}']
    """
    found = WHOLE_MEAN.fullmatch(template)
    if found is None or re.fullmatch(r"\{\w+\}", found[2]):
        return template
    before = {"mean": rf"\text{{{{{say('mean_of')}}}}}\;", "sum": r"\sum "}.get(reduction, "")
    return f"{found[1]}{before}{found[2]}"


def index_in_text(index: Any) -> str:
    """What stands in the brackets of an index, as one writes it.

    >>> index_in_text((slice(None), 1)), index_in_text((0, 1)), index_in_text(([0, 2], ...)), index_in_text(-1)
    (':, 1', '0, 1', '[0, 2], …', '-1')
    >>> index_in_text(()), index_in_text(np.array([[0, 1], [2, 2]]))
    ('()', '[[0, 1], [2, 2]]')
    """
    if isinstance(index, tuple):
        return ", ".join(map(index_in_text, index)) or "()"
    if isinstance(index, slice):
        return spelled((index,)).strip("[]")
    if index is Ellipsis:
        return "…"
    text = str(index.tolist() if isinstance(index, np.ndarray) else index)
    return text if len(text) <= LONGEST_INDEX else text[: LONGEST_INDEX - 2] + "…]"
