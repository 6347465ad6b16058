"""A derivative along one edge, once more: the operand is moved a little to either side, and the result is looked at.

That is a finite difference of this one operation, weighted by the gradient that arrives at it. It knows nothing of
the gradient rule, so it can prove the rule wrong (Baydin et al. 2018, J. Mach. Learn. Res. 18(153), 1-43, section 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.backward import Step

if TYPE_CHECKING:
    from ..display.player import Check

LARGEST = 1_000_000  # numbers among operands and result of an operation that is computed again and again
STRICT = 100.0  # times what central differences lose: (machine epsilon) ** (2/3)
COARSE = 0.1  # a tolerance that would agree with anything
CORNER = 0.02  # share by which the slopes on either side differ where the function has a corner
JUMP = 1.5  # at a jump the difference of those slopes doubles as the move is halved; at a corner it stays
FINEST = 64  # times the distance between neighbouring numbers: a smaller move is badly rounded


def checked(step: Step, position: int, contribution: Any, at: int | None = None) -> Check:
    """Compute one element of ``contribution`` again by central differences, in the operand's dtype.

    Args:
        at: the element's place among the flat numbers; by default that of the largest.
    """
    from ..display.player import Check
    from ..display.player.learning import element_name

    x = np.asarray(step.node.args[position])
    flat = np.real(contribution).reshape(-1)  # on the way through complex numbers the real part is what counts
    if not flat.size:
        return Check("", 0.0, None, None, "check_empty")
    at = int(np.argmax(np.nan_to_num(np.abs(flat), nan=np.inf))) if at is None else at
    element = element_name(x.shape, at)
    ours = float(flat[at])
    if x.dtype.kind != "f":
        return Check(element, ours, None, None, "check_not_real", {"dtype": str(x.dtype)})
    if sum(np.size(value) for value in (*step.node.args, step.node.data)) > LARGEST:
        return Check(element, ours, None, None, "check_large")
    if not np.isfinite(ours) or not np.isfinite(x.reshape(-1)[at]):
        return Check(element, ours, None, None, "check_not_finite")
    coarsest = coarser(x.dtype, np.asarray(step.node.data).dtype)
    if STRICT * float(np.finfo(coarsest).eps) ** (2 / 3) > COARSE:
        return Check(element, ours, None, None, "check_coarse", {"dtype": str(coarsest)})
    with np.errstate(all="ignore"):
        return _compared(step, position, at, element, ours, float(np.finfo(coarsest).eps))


def coarser(a: np.dtype, b: np.dtype) -> np.dtype:
    """Which of two dtypes has fewer digits; of an operation that rounds its operand, that of the result."""
    return b if b.kind in "fc" and np.finfo(b).eps > np.finfo(a).eps else a


def _compared(step: Step, position: int, at: int, element: str, ours: float, eps: float) -> Check:
    from ..display.numbers import number
    from ..display.player import Check

    result = weighted_result(step, position, at)
    try:
        here = result(0.0)
        same = np.array_equal(here, weight(step, step.node.data), equal_nan=True)
    except Exception:  # whatever an operation of the user's own raises when it is computed again
        same = False
    if not same:
        return Check(element, ours, None, None, "check_random", {"op": step.node.op.name})
    operand = np.asarray(step.node.args[position])
    best = steadiest(result, here, operand, at, eps)
    if best is None:
        return Check(element, ours, None, None, "check_unsteady")
    found = best.central
    tolerance = STRICT * eps ** (2 / 3)
    largest = float(np.max(np.abs(step.cotangent), initial=0.0))
    scale, apart = max(abs(ours), abs(found)), abs(found - ours)
    allowed = tolerance * scale + best.error
    agrees = apart == 0 or apart <= allowed <= max(COARSE * scale, tolerance * largest)
    if not agrees and finest_move(operand, at) > eps ** (1 / 3):
        # So large a number is moved by more than 1, and nobody knows what the function does within that.
        return Check(element, ours, None, None, "check_unsteady")
    if best.jumps:
        return Check(element, ours, None, None, "check_jump")
    if best.has_corner:
        filled = {"left": number(best.left), "right": number(best.right)}
        return Check(element, ours, found, None, "check_kink", filled)
    if not np.isfinite(found):
        return Check(element, ours, None, None, "check_not_finite")
    if agrees:
        return Check(element, ours, found, True, "check_agrees_element" if element else "check_agrees")
    if apart <= allowed + 2 * eps * largest or not best.is_steady:
        return Check(element, ours, None, None, "check_unsteady")
    return Check(element, ours, found, False, "check_differs")


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
    """Difference quotients of a function of a move, for one width.

    There are two of them, of the move and of twice the move. How they differ tells how fast the function bends, and
    extrapolation to a move of nothing takes the bend out (Richardson 1911).

    Args:
        function: the move -> an array, whose sum is meant.
        here: the function at no move.
        h: the width.
        eps: machine epsilon of the numbers that are computed with.

    Attributes:
        central: the slope.
        error: how far off it may be: what the bend and the rounding leave uncertain.
        left, right: the slopes on either side.
        has_corner, jumps: whether these two are not one, and whether that is since the function jumps.
    """

    def __init__(self, function: Callable[[float], Any], here: Any, h: float, eps: float):
        self.width = h
        down, up, down2, up2 = function(-h), function(h), function(-2 * h), function(2 * h)
        self.left, self.right = _sum(here - down) / h, _sum(up - here) / h
        left2, right2 = _sum(here - down2) / (2 * h), _sum(up2 - here) / (2 * h)
        once, twice = (self.left + self.right) / 2, (left2 + right2) / 2
        moves = (up != here) | (down != here)
        size = _sum(np.abs(here)[moves]) if np.any(moves) else _sum(np.abs(here))  # what does not move is rounded alike
        self.rounding = STRICT * size * eps / h
        self.central = (4 * once - twice) / 3
        self.error = abs(once - twice) + self.rounding
        apart, apart2 = self.right - self.left, right2 - left2
        stays = 2 * apart - apart2  # what stays apart as the move goes to nothing
        self.has_corner = abs(stays) > CORNER * max(abs(self.left), abs(self.right)) + 4 * self.rounding
        self.jumps = self.has_corner and abs(apart) > JUMP * abs(apart2)

    @property
    def doubt(self) -> float:
        """How far off the slope may be, as a share of it."""
        doubt = self.error / abs(self.central) if self.central else np.inf
        return np.inf if np.isnan(doubt) else doubt

    @property
    def is_steady(self) -> bool:
        """Whether the two quotients tell the same: up to a small share, or to what rounding leaves."""
        return self.doubt <= COARSE or self.error <= 2 * self.rounding


def steadiest(function: Callable[[float], Any], here: Any, operand: np.ndarray, at: int, eps: float) -> Slopes | None:
    """The slopes for the best width; ``None`` where the number cannot be moved finely enough.

    Which width is best nobody knows: tried are those for numbers of the size of 1, of the operand's largest and of the
    one that is moved. Where one sees a corner, finer ones look whether it is really there or only near.
    """
    x = operand.reshape(-1)[at]
    sizes = np.abs(operand, dtype=float)
    scales = (1.0, float(np.max(sizes, where=np.isfinite(sizes), initial=0.0)), abs(float(x)))
    finest = finest_move(operand, at)
    tried: list[Slopes] = []
    for width in powers_of_two([eps ** (1 / 3) * scale for scale in scales], finest):
        tried.append(Slopes(function, here, width, eps))
        if tried[-1].doubt <= STRICT * eps ** (2 / 3) and not tried[-1].has_corner:
            return tried[-1]
    best = min(tried, key=lambda one: one.doubt, default=None)
    if best is not None and best.has_corner:
        closer = [Slopes(function, here, h, eps) for h in powers_of_two([best.width / 64, best.width / 4096], finest)]
        smooth = [one for one in (*tried, *closer) if one.width < best.width and not one.has_corner]
        return next((one for one in smooth if one.is_steady), best)
    return best


def finest_move(operand: np.ndarray, at: int) -> float:
    """The smallest move of an element that is hardly rounded."""
    return FINEST * float(np.spacing(np.abs(operand.reshape(-1)[at])))


def powers_of_two(widths: Iterable[float], least: float) -> list[float]:
    """The powers of two that are nearest to these widths, each once: moves that are rounded as little as can be.

    >>> powers_of_two([1.1, 0.9, 0.3, 0.0], least=0.1)
    [1.0, 0.25]
    """
    return list(dict.fromkeys(float(2.0 ** np.round(np.log2(width))) for width in widths if 0 < width >= least))


def _sum(value: Any) -> float:
    return float(np.sum(value))
