"""An explanation in words: the paths of the chain rule as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..core.backward import Step
from ..display import numbers
from ..display.formula import derivative
from ..display.measure import columns
from ..display.messages import called, facts, listed, say
from ..notebook.border import local_derivative
from ..notebook.formulas.derivatives import formula
from ..notebook.pictures import Picture, Vertex

if TYPE_CHECKING:
    from .paths import Path

FEW = 12  # factors that are all written out; of longer paths, the first and the last
ENDS = 4  # so many at each end
SMALL = 8  # elements of an array that are all written out


class Factor(NamedTuple):
    """One line of a path: ``∂y/∂x = 2x = 6   (square)``."""

    what: str
    formula: str
    number: str
    op: str


def amount(value: Any) -> str:
    """A number, a small array in full (indented by four), or the range of a large one.

    >>> amount(0.25), amount(np.array([1.0, -2.5])), amount(np.arange(100.0))
    ('0.25', '[1, −2.5]', 'min 0, mean 49.5, max 99')
    """
    array = np.asarray(value)
    if np.iscomplexobj(array) and array.ndim:
        return say("explain_in_size", amount=amount(np.abs(array)))
    if array.ndim == 0:
        return numbers.number(array[()])
    if array.size > SMALL or not array.size:
        return numbers.summary(array)
    return np.array2string(array, separator=", ", prefix="    ", formatter={"all": numbers.number}, threshold=SMALL + 1)


def in_sum(text: str) -> str:
    """A summand; a negative one in parentheses."""
    return f"({text})" if text.startswith("−") else text


def paths_in_words(count: int, uncountable: int) -> str:
    """``3 paths``, ``at least 1,000,000,000,000,000 paths``; ``""`` for one, which needs no sum."""
    if count == 1:
        return ""
    return say("explain_paths_at_least" if count >= uncountable else "explain_paths", count=f"{count:,}")


class Told:
    """An explanation being put into words."""

    def __init__(self, picture: Picture, target: Vertex):
        self.picture = picture
        self.root = picture.vertices[-1]
        self.target = target
        self.asked = derivative(self.root.name, target.name)

    def text(
        self,
        paths: Sequence[Path],
        counted: str,
        followed_all: bool,
        gradient: Any,
        rest: Any,
        others: Sequence[str],
        hooked: Sequence[str] = (),
    ) -> str:
        """All of it: a heading, the paths, the sum, and which results have hooks."""
        names = {"slope": self.asked, "paths": counted, "root": self.root.name, "target": self.target.name}
        of_sum = "explain_heading" if rest is None else "explain_largest" if followed_all else "explain_some"
        heading = of_sum if counted else "explain_one"
        lines = [say(heading, **names, shown=len(paths))]
        for number, path in enumerate(paths, 1):
            lines += ["", say("explain_path", number=number, route=self.route(path)), *self.factors(path)]
        lines += ["", self.total(paths, gradient, rest), *(say("hook_left_out", name=name) for name in hooked)]
        if others:
            lines.append(say("explain_others", names=listed(others)))
        return "\n".join(lines)

    def route(self, path: Path) -> str:
        """``loss ← y ← x``."""
        names = [vertex.name for vertex, _ in path.edges] + [self.target.name]
        if len(names) > FEW + 1:
            names[ENDS + 1 : -ENDS - 1] = [say("explain_more", count=f"{len(names) - 2 * ENDS - 2:,}")]
        return " ← ".join(names)

    def factors(self, path: Path) -> list[str]:
        """The local derivatives of a path, one a line, then their product."""
        single = all(np.size(value) == 1 for value in path.sent)
        places = list(range(len(path.edges)))
        cut = len(places) > FEW
        if cut:
            places[ENDS:-ENDS] = []
        shown = [self.factor(path, i, single) for i in places]
        widths = [max((columns(row[column]) for row in shown), default=0) for column in (0, 1, 2)]
        lines = []
        for i, row in enumerate(shown):
            padded = [text + " " * (width - columns(text)) for text, width in zip(row, widths, strict=False)]
            sign = "·" if single and i else " "
            lines.append(f"  {sign} {padded[0]} = {padded[1]} = {padded[2]}  ({row.op})")
        if cut:
            left_out = say("explain_factors", count=f"{len(path.edges) - 2 * ENDS:,}")
            if single:
                left_out = facts([left_out, say("explain_together", product=self.left_out(path))])
            lines.insert(ENDS, f"  {'·' if single else ' '} {left_out}")
        # Of a product of complex numbers that goes to a real one, the real part arrives.
        is_part = any(map(np.iscomplexobj, path.sent)) and not np.iscomplexobj(path.contribution)
        lines.append(f"  {'Re(…) ' if is_part else ''}= {amount(path.contribution)}")
        return lines

    def factor(self, path: Path, i: int, single: bool) -> Factor:
        """The line for the edge ``i`` of a path: the local derivative, or what is sent on."""
        vertex, position = path.edges[i]
        node = self.picture.tensor_of(vertex)
        assert node is not None
        assert vertex.op is not None
        x, g, sent = vertex.inputs[position], path.sent[i], path.sent[i + 1]
        step = Step(node, g, (node,), (position,), (sent,), (sent,))
        with np.errstate(all="ignore"):
            local = local_derivative(step, position, sent)
            if single and local is None:  # the rule is linear: sent back along it, 1 gives the factor
                rule: Any = vertex.op.rules[position]
                local = rule(np.ones_like(node.data)[()], node.data, *node.args, **(node.static or {}))
        names = [vertex.label for vertex in self.picture.vertices if vertex.label]
        text = formula(vertex, position, self.root.name, local is None, node.static, names)
        if single:
            number = amount(numbers.only(local))
            return Factor(
                derivative(vertex.name, x.name), number if "∂" in text else text, number, called(vertex.op.name)
            )
        what = derivative(vertex.name if local is not None else self.root.name, x.name)
        value = np.asarray(local if local is not None else sent)
        said = amount(value if value.ndim < 2 else value.ravel())
        return Factor(
            what,
            text,
            facts([said, say("explain_shape", shape=value.shape)]) if value.ndim else said,
            called(vertex.op.name),
        )

    def left_out(self, path: Path) -> str:
        """The product of the factors of a long path that are not written out."""
        before, after = (float(np.asarray(path.sent[i]).ravel()[0]) for i in (ENDS, -ENDS - 1))
        return numbers.number(after / before) if before else say("explain_after_zero")

    def total(self, paths: Sequence[Path], gradient: Any, rest: Any) -> str:
        """The contributions added up."""
        parts = [amount(path.contribution) for path in paths]
        if rest is not None:
            parts.append(amount(rest))
        if np.ndim(gradient):
            key = "explain_gives_one" if len(parts) == 1 else "explain_gives_all"
            others = "" if rest is None else say("explain_other_paths", amount=parts[-1]) + "\n"
            return f"{others}{say(key, slope=self.asked, shape=np.shape(gradient))}\n    {amount(gradient)}"
        said = " + ".join(text if not i else in_sum(text) for i, text in enumerate(parts))
        if rest is not None:
            said += f" {say('explain_last')}"
        return f"{self.asked} = {said}" + (f" = {amount(gradient)}" if len(parts) > 1 else "")
