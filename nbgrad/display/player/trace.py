"""What the player is told: a graph, the steps of its backward pass, and what else is to be said of them.

All of it is plain: numbers, arrays, texts and the graph's own ids. Whoever knows what was computed fills it in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from nbgrad.display.schema import Step

SLOT = 0xA000  # the operand at position i stands in a formula as chr(SLOT + i), a letter that nobody writes


def slot(position: int) -> str:
    """Return the letter that stands for the operand at ``position`` in a formula.

    >>> len(slot(0)), slot(0).isalpha(), slot(0) == slot(1)
    (1, True, False)
    """
    return chr(SLOT + position)


@dataclass(frozen=True, slots=True)
class Written:
    """How an operation is written, with a ``slot`` for each operand.

    text: in Unicode's signs, "tanh ꀀ". latex: the same as LaTeX. used: position -> the operand's value when it was
    computed, where the graph shows another. compute: position -> number, to the result; None where nobody knows it.
    born: a sentence about the NaN or infinity that arises here, "" where none does.
    """

    text: str
    latex: str = ""
    used: Mapping[int, Any] = field(default_factory=dict)
    compute: Callable[[Mapping[int, Any]], Any] | None = None
    born: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A derivative along one edge, computed once more by moving the operand a little to either side.

    element: which one, "[0, 2]", "" where there is only one. ours: the contribution of the backward pass. differences:
    the same number by finite differences, None where it could not be had. agrees: None where it cannot be told.
    said: key of the sentence; ``filled``: what its places hold.
    """

    element: str
    ours: float
    differences: float | None
    agrees: bool | None
    said: str
    filled: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an optimiser's step, such as v ← μ · v + g. target: the place that it sets. formula: with {places}.

    signs: place -> how it is written; {x}, the parameter, and {g}, its gradient, are written by their names. before:
    place -> its value when the line is computed. after: what comes out. options: places whose values are given by the
    user, and so are written in full. compute: place -> number, to what comes out; None where nobody knows it.
    """

    target: str
    formula: str
    signs: Mapping[str, str]
    before: Mapping[str, Any]
    after: Any
    options: Sequence[str] = ()
    compute: Callable[[Mapping[str, Any]], Any] | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One parameter's step: its value before and after, the gradient, and by which rule.

    rate: the learning rate where the rule is plain gradient descent, else None. rule: the optimiser's name.
    is_refused: whether the optimiser would not do the step, so that nothing moves. lines: the rule in mathematics,
    empty where it is not known. reasons: why it goes further or less far, keys of messages; learning_rate: of such a
    rule.
    """

    node: int
    before: Any
    gradient: Any
    after: Any
    rate: float | None
    rule: str
    is_refused: bool = False
    lines: Sequence[Line] = ()
    reasons: Sequence[str] = ()
    learning_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Inside:
    """The steps of the parameters in a closed group. node: the group's; names: what the parameters are called."""

    node: int
    names: Sequence[str]
    updates: Sequence[Update]


@dataclass(frozen=True, slots=True)
class Route:
    """One path from a leaf to the result: edges from the result back, and what arrives along this path alone.

    whole: the path in the whole graph, where ``edges`` are those of it that lie outside of closed groups; else ().
    """

    edges: Sequence[tuple[int, int, int]]
    factors: Sequence[Any]
    product: Any
    whole: Sequence[tuple[int, int, int]] = ()


@dataclass(frozen=True, slots=True)
class Routes:
    """All paths of one leaf: how many there are, the largest, what the others add up to (None: no others), the sum.

    inside: what the leaf is called, where ``node`` is the closed group that hides it; else "".
    """

    node: int
    count: int
    routes: Sequence[Route]
    rest: Any
    total: Any
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """The backward pass run in one order. steps: (edge or None, node that receives, its gradient then); final: the
    gradient that every parameter ends with, None where nothing arrived. outcome: "differs" from the right one, "agrees"
    because nothing here could make a difference, is the "same" all the same, or "unknown" since there is NaN in it; ""
    for the right order itself."""

    key: str
    steps: Sequence[tuple[tuple[int, int, int] | None, int, Any]]
    final: Mapping[int, Any]
    outcome: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that the player is told.

    graph: see ``schema``. steps: the backward pass. written: operation's id -> how it is written. updates: a parameter
    each; inside: those that closed groups hide. routes, orders: see there. editable: leaves. moved: node -> the value
    that it has by now, where another is shown since the pass used that. hooked: nodes with hooks, which the pass has
    left out. opaque: names that are not read as formulas, see ``formula.opaque``. unfit: operations that would give
    another result for their operands, since numbers have been changed in place. stored: leaf -> the gradient that it
    has, where that is another than the pass gives it, since several passes were added up, say.
    """

    graph: nx.MultiDiGraph
    steps: Sequence[Step]
    written: Mapping[int, Written] = field(default_factory=dict)
    updates: Sequence[Update] = ()
    inside: Sequence[Inside] = ()
    routes: Sequence[Routes] = ()
    orders: Sequence[Order] = ()
    editable: Sequence[int] = ()
    opaque: Sequence[str] = ()
    moved: Mapping[int, Any] = field(default_factory=dict)
    hooked: Sequence[int] = ()
    unfit: Sequence[int] = ()
    stored: Mapping[int, Any] = field(default_factory=dict)
