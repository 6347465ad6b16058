"""A derivative along one edge, once more: the operand is moved a little to either side, and the result is looked at.

That is a finite difference of this one operation, weighted by the gradient that arrives at it. It knows nothing of
the gradient rule, so it can prove the rule wrong (Baydin et al. 2018, J. Mach. Learn. Res. 18(153), 1-43, section 2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.backward import Step

if TYPE_CHECKING:
    from ..display.player import Check

LARGEST = 1_000_000  # numbers among operands and result of an operation that is computed again and again
STRICT = 100.0  # times what central differences lose: (machine epsilon) ** (2/3)
COARSE = 0.1  # a tolerance that would agree with anything
CORNER = 0.02  # share by which the slopes on either side differ where the function has a corner


def checked(step: Step, position: int, contribution: Any) -> Check:
    """Compute one element of ``contribution`` again by central differences: the largest, in the operand's dtype."""
    from ..display.player import Check
    from ..display.player.learning import element_name

    x = np.asarray(step.node.args[position])
    flat = np.real(contribution).reshape(-1)  # on the way through complex numbers the real part is what counts
    if not flat.size:
        return Check("", 0.0, None, None, "check_empty")
    at = int(np.argmax(np.nan_to_num(np.abs(flat), nan=np.inf)))
    element = element_name(x.shape, at)
    ours = float(flat[at])
    if x.dtype.kind != "f":
        return Check(element, ours, None, None, "check_not_real", {"dtype": str(x.dtype)})
    if sum(np.size(value) for value in (*step.node.args, step.node.data)) > LARGEST:
        return Check(element, ours, None, None, "check_large")
    if not np.isfinite(ours) or not np.isfinite(x.reshape(-1)[at]):
        return Check(element, ours, None, None, "check_not_finite")
    tolerance = STRICT * float(np.finfo(x.dtype).eps) ** (2 / 3)
    if tolerance > COARSE:
        return Check(element, ours, None, None, "check_coarse", {"dtype": str(x.dtype)})
    with np.errstate(all="ignore"):
        return _compared(step, position, at, element, ours, tolerance)


def _compared(step: Step, position: int, at: int, element: str, ours: float, tolerance: float) -> Check:
    from ..display.player import Check

    result = weighted_result(step, position, at)
    try:
        here = result(0.0)
        same = np.array_equal(here, weight(step, step.node.data), equal_nan=True)
    except Exception:  # whatever an operation of the user's own raises when it is computed again
        same = False
    if not same:
        return Check(element, ours, None, None, "check_random", {"op": step.node.op.name})
    size = abs(float(np.asarray(step.node.args[position]).reshape(-1)[at]))
    slopes = Slopes(result, here, size, np.asarray(step.node.args[position]).dtype)
    found = slopes.central
    scale = max(abs(ours), abs(found), slopes.noise)
    if abs(found - ours) <= tolerance * scale:
        return Check(element, ours, found, True, "check_agrees_element" if element else "check_agrees")
    if not np.isfinite(found):
        return Check(element, ours, None, None, "check_not_finite")
    left, right = slopes.sides
    if abs(left - right) > CORNER * max(abs(left), abs(right)):
        return _corner(element, ours, left, right, found)
    return Check(element, ours, found, False, "check_differs")


def _corner(element: str, ours: float, left: float, right: float, found: float) -> Check:
    from ..display.numbers import number
    from ..display.player import Check

    if max(abs(left), abs(right)) > 1e4 * max(abs(ours), 1.0):  # grows without end as the move gets smaller
        return Check(element, ours, None, None, "check_jump")
    return Check(element, ours, found, None, "check_kink", {"left": number(left), "right": number(right)})


def weight(step: Step, value: Any) -> Any:
    """What ``value`` of the operation counts for: each element times the gradient that arrives at it."""
    return np.asarray(np.real(step.cotangent * value), dtype=float)


def weighted_result(step: Step, position: int, at: int) -> Callable[[float], Any]:
    """The weighted result of a step's operation, as a function of a move of one element of one operand."""
    node = step.node

    def moved(by: float) -> Any:
        x = np.array(node.args[position])  # in the same order in memory, so that sums are taken in the same order
        x[np.unravel_index(at, x.shape)] += by
        args = [*node.args]
        args[position] = x if x.ndim else x[()]
        return weight(step, node.op.forward(*args, **(node.static or {})))

    return moved


class Slopes:
    """Difference quotients of a function at 0.

    The best width depends on how fast the function bends, which nobody knows: two are tried, one for numbers of the
    size of 1 and one for those of the operand's own size, and the steadier is taken.
    """

    def __init__(self, function: Callable[[float], Any], here: Any, size: float, dtype: np.dtype):
        self.function, self.here = function, here
        eps = float(np.finfo(dtype).eps)
        width = eps ** (1 / 3)
        tried = []
        for h in dict.fromkeys((width * max(size, 1.0), width * (size or 1.0))):
            up, down = function(h), function(-h)
            twice = float(np.sum(function(2 * h) - function(-2 * h))) / (4 * h)
            once = float(np.sum(up - down)) / (2 * h)
            noise = float(np.sum(np.abs(here))) * eps / h  # what the digits of the result itself lose
            sides = float(np.sum(here - down)) / h, float(np.sum(up - here)) / h
            steadiness = abs(once - twice) if np.isfinite(once - twice) else np.inf
            tried.append((steadiness, once, noise, sides))
        _, self.central, rounding, self.sides = min(tried, key=lambda one: one[0])
        self.noise = rounding / eps ** (2 / 3)
