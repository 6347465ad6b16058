"""A gradient compared with what it is by definition: how far the result moves when the input moves a little.

Where the two differ, the whole array is looked at: the usual mistakes leave their mark on it, and the message guesses
which one it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .containers import flatten
from .errors import GradientCheckError
from .tensor import Tensor, plain
from .transforms import grad

Close = Callable[[Any, Any], np.ndarray]


@dataclass(frozen=True, slots=True, repr=False)
class Agreement:
    """What ``check_gradients`` gives where nothing is wrong; a cell that ends in it says so.

    Attributes:
        derivatives: how many were compared, one for each number in the arguments.

    >>> Agreement(2)
    2 derivatives agree with finite differences
    """

    derivatives: int

    def __repr__(self) -> str:
        if not self.derivatives:
            return "nothing was compared: the arguments hold no numbers"
        what = "derivative agrees" if self.derivatives == 1 else "derivatives agree"
        return f"{self.derivatives:,} {what} with finite differences"


def check_gradients(f: Callable, *args: Any, eps: float = 1e-6, rtol: float = 1e-5, atol: float = 1e-7) -> Agreement:
    """Compare the gradient of ``f`` with central finite differences ``(f(x + h) - f(x - h)) / (2 h)``.

    The step ``h`` is ``eps`` times the size of the number, at least ``eps``. If ``f`` gives several numbers, their
    weighted sum is differentiated, with weights that are the same every time; so each of them counts, and differently.

    Args:
        f: a function of arrays, or of containers of arrays; it may give arrays and containers, too.
        args: the arguments, all of which are differentiated with respect to.
        eps: the size of the steps.
        rtol, atol: the error that is allowed, relative to the expected number and absolute.

    Returns:
        How many derivatives were compared. They all agree; where one does not, there is an error instead.

    Raises:
        GradientCheckError: an ``AssertionError`` that names the argument and the element, the gradient expected and
            received, and what the mistake looks like.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> ng.check_gradients(lambda x: x * np.tanh(x), np.array([0.5, -1.0]))
    2 derivatives agree with finite differences

    An operation whose rule forgets a factor:

    >>> from nbgrad.core.op import REGISTRY, operation
    >>> @operation(symbol="x³", latex="{x}^3", source="{x}**3", formulas=["{x}²"])
    ... def cube(x):
    ...     return x * x * x
    >>> cube.rule(lambda g, y, x: g * x * x)  # 3 x² would be right
    >>> ng.check_gradients(cube, np.array([1.0, 2.0]))
    Traceback (most recent call last):
    nbgrad.core.errors.GradientCheckError: argument 0, element (0,): finite differences give ..., the gradient rules ...
    >>> del REGISTRY["cube"]
    """
    number = weighted(f)
    found, _ = flatten(grad(number, argnums=tuple(range(len(args))))(*args))
    held, rebuild = flatten(args)
    whole = rebuild([np.array(plain(x), dtype=float)[()] for x in held])

    def close(a: Any, b: Any) -> np.ndarray:
        return np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True)

    values, rebuild = flatten(whole)
    for i, (place, received) in enumerate(zip(paths(args), found, strict=True)):

        def along(x: Any, i: int = i) -> float:
            fed = [Tensor(value) for value in [*values[:i], x, *values[i + 1 :]]]  # tensors: f may use their methods
            return float(plain(number(*rebuild(fed))))

        expected = finite_differences(along, values[i], eps)
        received = np.asarray(received, dtype=float)
        wrong = ~close(received, expected)
        if wrong.any():
            index = tuple(int(k) for k in np.argwhere(wrong)[0])
            many = f" ({wrong.sum()} of {wrong.size} elements differ)" if wrong.size > 1 else ""
            guess = kink(along, values[i], index, eps) or guessed(expected, received, close)
            raise GradientCheckError(
                f"{place}, element {index}: finite differences give {expected[index]:.6g}, the gradient rules give "
                f"{received[index]:.6g}{many}{f'. {guess}' if guess else ''}"
            )
    return Agreement(sum(np.size(value) for value in values))


def weighted(f: Callable) -> Callable:
    """``f`` followed by a weighted sum of all that it gives, unless that is a single number already."""

    def number(*args: Any) -> Any:
        results, _ = flatten(f(*args))
        if len(results) == 1 and np.size(plain(results[0])) == 1 and not np.iscomplexobj(plain(results[0])):
            return np.sum(results[0])
        rng = np.random.default_rng(0)
        total: Any = 0.0
        for y in results:
            total = total + np.sum(np.real(y) * rng.uniform(0.5, 1.5, np.shape(plain(y))))
            if np.iscomplexobj(plain(y)):
                total = total + np.sum(np.imag(y) * rng.uniform(0.5, 1.5, np.shape(plain(y))))
        return total

    return number


def finite_differences(along: Callable[[Any], float], x: Any, eps: float) -> np.ndarray:
    """The central difference quotient of ``along`` for each element of ``x``.

    >>> finite_differences(lambda x: float(np.sum(x * x)), np.array([1.0, -2.0]), 1e-6).round(6)
    array([ 2., -4.])
    """
    quotients = np.empty(np.shape(x))
    for index in np.ndindex(quotients.shape):
        high, low = moved(x, index, eps), moved(x, index, -eps)
        width = float(np.asarray(high)[index] - np.asarray(low)[index])  # as it was rounded
        quotients[index] = (along(high) - along(low)) / width
    return quotients


def moved(x: Any, index: tuple[int, ...], eps: float) -> Any:
    """``x`` with one element moved by ``eps`` times its size, or by ``eps`` if it is small."""
    copy = np.array(x)
    copy[index] += eps * max(1.0, abs(float(copy[index])))
    return copy[()]


def paths(args: tuple) -> Iterator[str]:
    """What the arrays held by the arguments are called: ``argument 0``, ``argument 1['W'][0]``.

    >>> list(paths((1.0, {"W": [2.0, (3.0,)], "b": None})))
    ['argument 0', "argument 1['W'][0]", "argument 1['W'][1][0]"]
    """
    waiting = [(f"argument {i}", x) for i, x in reversed(list(enumerate(args)))]
    while waiting:
        name, x = waiting.pop()
        held, _ = flatten(x)
        if len(held) == 1 and held[0] is x:
            yield name
        elif isinstance(x, dict):
            waiting += reversed([(f"{name}[{key!r}]", branch) for key, branch in x.items()])
        elif x is not None:
            waiting += reversed([(f"{name}[{i}]", branch) for i, branch in enumerate(x)])


# ---- what it looks like
def guessed(expected: np.ndarray, received: np.ndarray, close: Close) -> str:
    """The usual mistake that turns ``expected`` into ``received``, judged by the whole array; empty if none does."""
    if not np.isfinite(expected).all():
        return "the function itself is not finite around there: choose another place"
    if not np.isfinite(received).all():
        return "the gradient is not finite there, though the function is: ng.find_nan says which operation made it so"
    if not received.any():
        return (
            "the gradient is zero everywhere: is the graph cut, by detach(), .data, no_grad() or a conversion to a "
            "plain array, or is there no rule for this operand?"
        )
    if close(received, -expected).all():
        return "the sign is turned everywhere: a minus too many, or forgotten?"
    if expected.ndim > 1 and in_another_order(expected, received, close):
        return "the numbers are right, but transposed: .T forgotten, or too many?"
    if factor := constant_factor(expected, received, close):
        return said_of_factor(factor, expected)
    right = close(received, expected)
    if right.any() and (np.abs(received) <= np.abs(expected) + np.abs(expected).max() * 1e-6).all():
        return (
            "it is right at other elements, and too small here: where an element is used several times, its "
            "contributions add up; was one of them overwritten (out[i] = g) instead of added (np.add.at(out, i, g))?"
        )
    return ""


def in_another_order(expected: np.ndarray, received: np.ndarray, close: Close) -> bool:
    """Whether ``received`` has the numbers of ``expected`` by columns instead of by rows."""
    turned = expected.T.reshape(expected.shape)
    return bool(close(received, turned).all())


def constant_factor(expected: np.ndarray, received: np.ndarray, close: Close) -> float:
    """By which one number all of ``received`` must be multiplied to be right; 0 if there is none."""
    factor = float(np.vdot(received, expected) / np.vdot(received, received))  # the least-squares fit
    return factor if close(received * factor, expected).all() else 0.0


def said_of_factor(factor: float, expected: np.ndarray) -> str:
    """What a constant factor means: the length of an axis is a sum or a mean, 2 a power or an operand used twice."""
    small = abs(factor) > 1
    times = factor if small else 1 / factor
    sign = ", with its sign turned" if factor < 0 else ""
    said = f"it is {abs(times):.4g} times too {'small' if small else 'large'} everywhere{sign}: "
    lengths = {n: f"axis {i}" for i, n in reversed(list(enumerate(expected.shape)))} | {
        expected.size: "the whole array"
    }
    nearest = round(abs(times))
    if nearest > 2 and nearest in lengths and abs(abs(times) - nearest) < 1e-4 * nearest:
        said += f"{nearest} is the number of elements along {lengths[nearest]}; "
        if small:
            return f"{said}a mean taken for a sum, or a sum over the batch or over copies forgotten?"
        return f"{said}a sum taken for a mean, or one sum too many?"
    if nearest == 2 and small:
        return f"{said}a factor forgotten, or only one of two uses of the operand counted?"
    return f"{said}a factor {'forgotten' if small else 'too many'}?"


def kink(along: Callable[[Any], float], x: Any, index: tuple[int, ...], eps: float) -> str:
    """Whether the function has a corner at ``x``, where the slopes on its two sides differ."""
    low, high = moved(x, index, -eps), moved(x, index, eps)
    width = float(np.asarray(high)[index] - np.asarray(low)[index]) / 2
    left, right = (along(x) - along(low)) / width, (along(high) - along(x)) / width
    if abs(right - left) > 0.01 * max(abs(left), abs(right)) + 1e-3:  # more than curvature and rounding make
        return "the function has a corner or a jump there, where no derivative exists: choose another place"
    return ""
