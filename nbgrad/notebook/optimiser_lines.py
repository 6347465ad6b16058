"""An optimiser's step as the player writes it: its own equations, with the numbers that it really remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..optim.base import Memory, Optimizer, signs_beside

if TYPE_CHECKING:
    from ..display.player.trace import Line

FORMATTER = Formatter()


def is_written(optimizer: Optimizer) -> bool:
    """Whether the class itself says how its step is written; what it inherits may not be what it does."""
    return "equations" in vars(type(optimizer))


def lines_of(
    optimizer: Optimizer, x: Any, g: Any, after: Any, memory: tuple[Memory, Memory], taken: Iterable[str] = ()
) -> list[Line]:
    """The lines of one parameter's step.

    Args:
        x, g, after: the parameter before the step, its gradient, the parameter after it.
        memory: what was remembered before the step, and what is remembered after it.
        taken: names in the graph, which no letter of the optimiser's may be taken for.
    """
    from ..display.player.trace import Line

    before, remembered = memory
    lines = optimizer.equations()
    targets = [target for target, _ in lines]
    values = {name: before.get(name, 0.0) if name in targets else remembered[name] for name in remembered}
    values |= {"x": x, "g": g}
    in_line = [places_of(formula) for _, formula in lines]
    own = (place for places in (targets, *in_line) for place in places if place not in "xg")
    signs = signs_beside(taken, own)
    found = []
    for (target, formula), places in zip(lines, in_line, strict=True):
        options = [place for place in places if place not in values]
        known = {place: option(optimizer, place) if place in options else values[place] for place in places}
        result = after if target == "x" else remembered[target]
        found.append(Line(target, formula, signs, known, result, options, computing(formula, known, result)))
        values[target] = result
    return found


def computing(formula: str, known: Mapping[str, Any], result: Any) -> Callable[[Mapping[str, Any]], Any] | None:
    """What computes a line of single numbers as it is written; ``None`` if that does not give its result.

    >>> computing("{x} − {lr} · {g}²", {"x": 3.0, "lr": 0.1, "g": 2.0}, 2.6)({"x": 1.0, "lr": 0.5, "g": 2.0})
    -1.0
    """
    text = formula
    for sign, python in (("·", "*"), ("−", "-"), ("²", "**2"), ("^", "**"), ("√", "sqrt")):
        text = text.replace(sign, python)
    for place in known:
        text = text.replace(f"{{{place}}}", f"(_[{place!r}])")
    try:
        code = compile(text, "<optimiser>", "eval")  # of a class's own formula, into which no data was put
    except SyntaxError:
        return None

    def compute(numbers: Mapping[str, Any]) -> Any:
        return eval(code, {"__builtins__": {}, "sqrt": np.sqrt, "_": numbers})

    if any(np.size(x) != 1 for x in (*known.values(), result)):
        return None
    try:
        with np.errstate(all="ignore"):
            same = np.allclose(compute(known), result, rtol=1e-4, equal_nan=True)
    except Exception:  # whatever a formula with other signs raises
        return None
    return compute if same else None


def places_of(formula: str) -> list[str]:
    """The places in a formula, each once.

    >>> places_of("{momentum} · {velocity} + {g}")
    ['momentum', 'velocity', 'g']
    """
    return list(dict.fromkeys(place for _, place, _, _ in FORMATTER.parse(formula) if place))


def option(optimizer: Optimizer, place: str) -> np.float64:
    """An option's value: of ``"momentum"``, or of ``"betas[0]"``.

    >>> import nbgrad as ng
    >>> float(option(ng.optim.Adam([ng.tensor(1.0, requires_grad=True)]), "betas[1]"))
    0.999
    """
    name, _, index = place.partition("[")
    found = getattr(optimizer, name)
    return np.float64(found[int(index.removesuffix("]"))] if index else found)
