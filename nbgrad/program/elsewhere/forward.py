"""The forward part of a program: the lines that lead to its value, and no gradients."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.errors import TranslationError
from ...ops.neural.dropping import uniform
from .. import passes
from ..expression import expression
from ..listing import Line, Listing, Value
from ..passes.kinds import is_random
from ..readable import Statement, Written, written
from .translation import Translation

if TYPE_CHECKING:
    from ..recording import Recording


def translated(recording: Recording, dialect: Translation) -> Written:
    """The forward part of a program as a file in another dialect.

    Raises:
        TranslationError: it computes something that the other framework has no counterpart for.
    """
    listing, rebuild = forward(recording)
    listing, drawn = drawn_outside(listing)
    title = "forward" if recording.title == "step" else recording.title
    text = written(dialect.prepared(listing), title, rebuild, dialect)
    rows = [s.text for s in text.statements]
    start = next(i for i, row in enumerate(rows) if row.startswith(f"def {title}("))
    head = next(i for i in range(start, len(rows)) if rows[i].endswith("):"))
    notes = [Statement(f"    # {text.names[value]}: random numbers, such as {how}") for value, how in drawn.items()]
    text.statements[head + 1 : head + 1] = notes
    return text


def forward(recording: Recording) -> tuple[Listing, Callable[[list], Any]]:
    """The lines that lead to the value of a program, and what puts it into its containers.

    The value is what the first reverse pass began from, the loss say; of a program without one, all that it gives, and
    what it leaves outside.

    Raises:
        TranslationError: derivatives are taken within the function: the value would be that of an inner one.
    """
    if not recording.listing.roots:
        return recording.listing, recording.put_back
    if computes_with_gradients(recording):
        raise TranslationError(
            f"derivatives are taken within {recording.title}, which is not translated: the other framework would have "
            "to take them itself; translate the function that is differentiated, or go on with the NumPy program "
            "(program.source)"
        )
    whole = before_removal(recording)  # a program of gradients alone has left the line of the loss out
    lines = whole.lines[: next((i for i, x in enumerate(whole.lines) if x.section != "forward"), None)]
    roots = whole.roots
    kept = passes.remove_dead(Listing(whole.inputs, lines, roots)).lines
    inputs = [x for x in whole.inputs if x not in of_the_update(whole)]
    return Listing(inputs, kept, roots), (lambda found: found[0]) if len(roots) == 1 else tuple


def computes_with_gradients(recording: Recording) -> bool:
    """Whether a program goes on from gradients: to something that it gives, or to further gradients."""
    lines = recording.history[0][1].lines
    sections = [line.section for line in lines]
    begun = next((i for i, section in enumerate(sections) if section.startswith("backward")), len(lines))
    if len({section for section in sections if section.startswith("backward")}) > 1:
        return True
    found = {line.value.memory for line in lines[begun:]}
    needed = {line.value.memory for line in passes.remove_dead(recording.history[0][1]).lines}
    return any(line.section == "forward" and line.value.memory in found & needed for line in lines[begun:])


def before_removal(recording: Recording) -> Listing:
    """The program as it was before lines were removed that no output needs."""
    rewritings = [rewriting for rewriting, _ in recording.history]
    return recording.history[rewritings.index(passes.remove_dead) - 1][1]


def of_the_update(listing: Listing) -> set[Value]:
    """The inputs that nothing but the update of a training step reads: the learning rate, say."""
    readers: dict[Value, set[str]] = {}
    for line in listing.lines:
        for x in line.operands:
            readers.setdefault(x, set()).add(line.section)
    return {x for x in listing.inputs if readers.get(x) == {"update"}}


# ---- random numbers


def drawn_outside(listing: Listing) -> tuple[Listing, dict[Value, str]]:
    """The program with the random numbers that it draws as inputs, in place of the generators; and for each of these
    inputs how NumPy draws it.

    Every framework has generators of its own, which give other numbers; and a function that is given its random numbers
    can be jitted, and gives the same in every framework.
    """
    lines = [line for line in listing.lines if not draws(line)]
    fed = {x for line in lines for x in line.operands} | {y for y in listing.outputs if isinstance(y, Value)}
    drawing = [line for line in listing.lines if draws(line) and line.value in fed]  # a seed of a mask is not needed
    if len(lines) == len(listing.lines):
        return listing, {}
    given: dict[Value, Any] = {}
    for i, line in enumerate(drawing):
        name = line.value.name or f"random{i + 1 if len(drawing) > 1 else ''}"
        given[line.value] = Value(line.value.example, "input", name, shown=True)
    after = listing.replaced(lines, given)
    after.inputs = [x for x in listing.inputs if not is_generator(x)] + list(given.values())
    return after, {given[line.value]: spelled(line) for line in drawing}


def draws(line: Line) -> bool:
    """Whether a line gives other random numbers in each run: drawn from a generator, or from a seed that was."""
    return is_random(line) or line.function is uniform


def spelled(line: Line) -> str:
    """How NumPy draws the numbers of a line."""
    if line.function is uniform:
        return f"rng.random({line.value.shape})"
    return ast.unparse(expression(line.function, line.args, line.static, lambda x: ast.Name(x.name or "rng")))


def is_generator(value: Value) -> bool:
    """Whether an input is a generator of random numbers."""
    return isinstance(value.example, np.random.Generator)
