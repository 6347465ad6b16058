"""NumPy's functions on tensors: which of them lead to an operation, and what is said of the others.

NumPy asks the tensor before it computes anything (``__array_ufunc__`` of NEP 13 and ``__array_function__`` of NEP 18),
so ``np.sum(x)`` arrives here. A function with a rule becomes a node of the graph; one whose derivative is zero wherever
it exists gives a plain array; any other is an error, since a plain array would cut the graph without a word.

A call is read by NumPy's own signature: its first parameters are the operands, however they were given, an argument
that equals NumPy's default is left out, and the rest goes by name.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from .errors import AssignmentError, UnsupportedDataError, UnsupportedFunctionError
from .methods import method
from .names import name_of
from .numpy_names import INSTEAD, MOVED_BY, WITHOUT_GRADIENT, WRITES
from .tensor import Tensor, as_data, plain, recording, transforming

NUMPY: dict[Any, Callable] = {}  # NumPy's function -> our operation, filled by the declarations

# NumPy's methods of ufuncs -> the functions that say the same.
UFUNC_METHODS: dict[tuple[np.ufunc, str], Callable] = {
    (np.add, "reduce"): np.sum,
    (np.multiply, "reduce"): np.prod,
    (np.maximum, "reduce"): np.max,
    (np.minimum, "reduce"): np.min,
    (np.add, "accumulate"): np.cumsum,
    (np.multiply, "accumulate"): np.cumprod,
}
UFUNC_OPTIONS = {
    "out": None, "where": True, "casting": "same_kind", "order": "K", "dtype": None, "subok": True, "signature": None,
}  # fmt: skip
WITHOUT_EFFECT = {"subok", "optimize", "kind", "device"}  # options that change no number
CAST_FIRST = {np.sum, np.prod, np.mean, np.cumsum, np.cumprod, np.trace}  # these compute in the dtype they are given
PLOTTING = {"matplotlib", "mpl_toolkits", "seaborn", "pandas"}  # packages that want the numbers, to show them
COMPARING_OR_PRINTING = ("testing", "_core.arrayprint")  # and the parts of NumPy that do
CALLED_AS = {"RClass": "r_", "CClass": "c_", "vectorize": "vectorize"}  # classes of NumPy's that work like functions
INSTEAD_OF_LISTS = {
    "array": "np.stack([a, b])",
    "r_": "np.concatenate([a, b])",
    "c_": "np.column_stack([a, b])",
    "vectorize": "the function for whole arrays",
    "ma": "np.where(mask, 0.0, x)",
}


class Parameters(NamedTuple):
    """What NumPy says of a function's parameters.

    Attributes:
        names: those that may be given by position, in order.
        defaults: name -> default.
        collects: whether it takes any number of operands (``*arrays``).
    """

    names: tuple[str, ...]
    defaults: dict[str, Any]
    collects: bool


@cache
def numpy_parameters(function: Callable) -> Parameters:
    """NumPy's parameters of ``function``; none are known of the few in C that older versions do not describe."""
    try:
        declared = inspect.signature(function).parameters.values()
    except ValueError:
        return Parameters((), {}, collects=True)
    names = tuple(p.name for p in declared if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
    defaults = {p.name: p.default for p in declared if p.default is not p.empty}
    return Parameters(names, defaults, any(p.kind is p.VAR_POSITIONAL for p in declared))


class Accepted(NamedTuple):
    """What a rule's own parameters are called: the operands in order, and all names (``None``: any name will do)."""

    operands: tuple[str, ...]
    names: frozenset[str] | None


@cache
def accepted(rule: Any) -> Accepted:
    """The parameters of an operation, or of a plain function: there, those without a default are its operands."""
    if hasattr(rule, "operands"):
        return Accepted(rule.operands, frozenset(rule.operands + rule.keywords))
    declared = inspect.signature(rule).parameters.values()
    free = any(p.kind is p.VAR_KEYWORD for p in declared)
    operands = tuple(
        p.name for p in declared if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty
    )
    return Accepted(operands, None if free else frozenset(p.name for p in declared))


def translated(function: Callable, rule: Callable, operands: tuple, static: dict) -> tuple[tuple, dict[str, Any]]:
    """A call of NumPy's ``function`` as a call of ``rule``.

    Raises:
        UnsupportedFunctionError: an option that the rule does not know has another value than NumPy's default.
    """
    theirs, ours = numpy_parameters(function), accepted(rule)
    given = static
    if not theirs.collects:
        given, operands = {**dict(zip(theirs.names, operands, strict=False)), **static}, ()
    call: dict[str, Any] = {}
    for name, value in given.items():
        if name in theirs.defaults and is_default(value, theirs.defaults[name]):
            continue
        position = theirs.names.index(name) if name in theirs.names else len(ours.operands)
        target = ours.operands[position] if position < len(ours.operands) else name
        if target in getattr(rule, "keywords", ()) and isinstance(value, Tensor) and value.requires_grad:
            raise unsupported(function, {f"a tensor as {name}": value})
        if ours.names is None or target in ours.names:
            call[target] = value
        elif name == "out":
            raise overwriting(function.__name__, value, given)
        elif name == "dtype" and function in CAST_FIRST and np.dtype(value).kind == "f":
            first = ours.operands[0]
            call[first] = call[first].astype(value)
        elif name not in WITHOUT_EFFECT:
            raise unsupported(function, {name: value})
    if operands:
        return operands, call
    leading = []
    for name in ours.operands:  # by position, as long as none is left out: that is the quicker way to call
        if name not in call:
            break
        leading.append(call.pop(name))
    return tuple(leading), call


def is_default(value: Any, default: Any) -> bool:
    """Whether an argument says no more than NumPy's default."""
    return value is default or (
        isinstance(value, str | int | bool) and type(value) is type(default) and value == default
    )


def array_function(self: Tensor, function: Callable, types: Any, operands: tuple, static: dict) -> Any:
    """What NumPy calls when one of its functions (``np.sum``, ``np.stack``, ...) meets a tensor (NEP 18)."""
    rule = NUMPY.get(function)
    if rule is not None:
        if static or len(operands) > 1 or not hasattr(rule, "operands"):
            operands, static = translated(function, rule, operands, static)
        return rule(*operands, **static)
    if function in WITHOUT_GRADIENT:
        refuse_moving(function, operands, static)
        return function(*map(numbers, operands), **{key: numbers(value) for key, value in static.items()})
    if function in WRITES:
        raise overwriting(function.__name__, operands[0] if operands else None, {"": operands})
    raise unsupported(function)


def refuse_moving(function: Callable, operands: tuple, static: dict) -> None:
    """Raise an error if the one operand by which a function without a gradient does move is a tensor that wants one."""
    if function not in MOVED_BY or not recording.get():
        return
    position, name = MOVED_BY[function]
    value = operands[position] if position < len(operands) else static.get(name)
    if any(isinstance(x, Tensor) and x.requires_grad for x in (value if isinstance(value, list | tuple) else [value])):
        raise unsupported(function, {f"a tensor as {name}": value})


def numbers(value: Any) -> Any:
    """``value`` with the numbers of tensors in their place, in tuples and lists too."""
    if isinstance(value, tuple | list):
        return type(value)(numbers(v) for v in value) if type(value) in (tuple, list) else value
    return plain(value)


# ---- ufuncs


def array_ufunc(self: Tensor, ufunc: np.ufunc, how: str, *operands: Any, **static: Any) -> Any:
    """What NumPy calls when a ufunc (``np.add``, ``np.exp``, ...) or a method of one meets a tensor (NEP 13)."""
    if any(isinstance(x, np.ndarray) and x.dtype == object for x in operands):
        raise UnsupportedDataError(
            f"np.{spelling(ufunc, how)} of a tensor and an array of Python objects: a tensor holds numbers. If these "
            "are numbers, write array.astype(float); if they are tensors, np.stack([a, b])"
        )
    if static:
        static = {
            key: value
            for key, value in static.items()
            if key not in UFUNC_OPTIONS or not is_default(value, UFUNC_OPTIONS[key])
        }
    rule = NUMPY.get(ufunc)
    if how == "__call__" and rule is not None and not static:
        return rule(*operands)
    if "out" in static and (ufunc not in WITHOUT_GRADIENT or written_tensor(static["out"])):
        return written(ufunc, how, operands, static)
    if ufunc in WITHOUT_GRADIENT:
        refuse_moving(ufunc, operands, static)
        return getattr(ufunc, how)(*map(numbers, operands), **{key: numbers(value) for key, value in static.items()})
    if (ufunc, how) in UFUNC_METHODS:
        return reduced(UFUNC_METHODS[ufunc, how], *operands, **static)
    if how == "outer" and rule is not None and not static:
        a, b = operands
        return rule(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)
    if how == "at":
        raise overwriting(f"{ufunc.__name__}.at", operands[0], {"": operands})
    raise unsupported(ufunc, static, how)


def reduced(function: Callable, x: Any, axis: Any = 0, dtype: Any = None, out: Any = None, **static: Any) -> Any:
    """``np.add.reduce(x)`` and its like: the function that says the same, by default along the first axis."""
    options = {"dtype": dtype, "out": out, **static}
    return function(x, axis=axis, **{key: value for key, value in options.items() if value is not None})


def written_tensor(out: Any) -> bool:
    """Whether ``out`` names a tensor to write into."""
    return any(isinstance(place, Tensor) for place in (out if isinstance(out, tuple) else (out,)))


def written(ufunc: np.ufunc, how: str, operands: tuple, static: dict) -> Any:
    """``array += tensor`` and ``np.add(a, b, out=array)``: fine as long as there is no graph that it would cut."""
    wanting = any(isinstance(x, Tensor) and x.requires_grad for x in operands)
    if wanting or written_tensor(static["out"]):
        raise overwriting(ufunc.__name__, static["out"], {"": operands})
    return getattr(ufunc, how)(*map(plain, operands), **static)


# ---- errors


def overwriting(spelled: str, place: Any, given: dict) -> AssignmentError:
    """The error for writing into an array: a tensor's would be lost to the graph, a plain one has none."""
    place = place[0] if isinstance(place, tuple) and place else place
    if isinstance(place, Tensor):
        return AssignmentError(
            f"np.{spelled} would overwrite the numbers of {name_of(place) or 'a tensor'} of shape {place.shape}, which "
            "the backward pass may still need; give the result a name instead: y = x + 1, not x += 1 or out=x"
        )
    return AssignmentError(
        f"np.{spelled} would write a tensor's numbers into a plain array, which remembers nothing, so the gradient "
        "would stop there; write array = array + x instead of array += x or out=array, or x.numpy() if no gradient is "
        "wanted"
    )


def spelling(function: Any, how: str = "__call__") -> str:
    """How a learner writes the function after ``np.``: ``sum``, ``linalg.norm``, ``add.reduce``."""
    module = getattr(function, "__module__", None) or "numpy"
    prefix = f"{module.removeprefix('numpy.')}." if module in ("numpy.linalg", "numpy.fft") else ""
    return f"{prefix}{function.__name__}" + ("" if how == "__call__" else f".{how}")


def unsupported(function: Any, static: dict | None = None, how: str = "__call__") -> UnsupportedFunctionError:
    """The error for a NumPy function without a rule, naming what has one and comes nearest."""
    from difflib import get_close_matches

    spelled, name = spelling(function, how), function.__name__
    options = f" with {', '.join(key if ' ' in key else f'{key}=' for key in static)}" if static else ""
    if function in NUMPY and options:
        hint = f"; np.{spelled} without it has one"
    elif function in NUMPY:
        hint = f"; np.{spelling(function)} has one"
    elif name in INSTEAD:
        hint = f"; write {INSTEAD[name]} instead"
    else:
        known = {known.__name__: spelling(known) for known in NUMPY}
        near = get_close_matches(name, sorted(known), n=1)
        hint = f"; the nearest that has one is np.{known[near[0]]}" if near else ""
    return UnsupportedFunctionError(
        f"np.{spelled}{options} has no gradient rule here, and a plain array would cut the graph without a word"
        f"{hint}. If no gradient is wanted, write np.{spelled}(x.numpy())"
    )


# ---- out of the graph


def array(self: Tensor, dtype: Any = None, copy: bool | None = None) -> Any:
    """What ``np.asarray(x)`` and ``np.array(x)`` get: the numbers, as from ``x.numpy()``; the graph ends there.

    So tensors can be plotted, saved, and handed to any other package. Where the numbers seem to be taken by mistake,
    and a gradient would be lost without a word, it is an error instead.

    Raises:
        UnsupportedFunctionError: NumPy asks in the middle of a function that was given a *list* of tensors,
            ``np.sum([a, b])`` say: it does not ask the tensors in a list before it computes. Or anybody asks while a
            transform (``grad``, ``jacobian``, ...) is calling the function that it differentiates.
    """
    taker = mistaken_taker(sys._getframe(1)) if self.requires_grad and recording.get() else None
    if taker:
        raise UnsupportedFunctionError(
            f"np.{taker} would make plain numbers of {name_of(self) or 'a tensor'} of shape {self.shape}, and the "
            f"gradient would stop there; write {INSTEAD_OF_LISTS.get(taker, f'np.{taker}(np.stack([a, b]))')} instead. "
            "If no gradient is wanted, write x.numpy()"
        )
    return np.array(self.data, dtype=dtype, copy=copy)


def mistaken_taker(frame: Any) -> str | None:
    """The function of NumPy that is about to take the numbers of a tensor by mistake; ``None`` if they are meant.

    Looked for from ``frame`` outwards, to the first that is neither NumPy's nor ours.
    """
    taker = None
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        package, _, inner = module.partition(".")
        if package in PLOTTING or (package == "numpy" and inner.startswith(COMPARING_OR_PRINTING)):
            return None
        if package == "numpy":
            called = CALLED_AS.get(type(frame.f_locals.get("self")).__name__, frame.f_code.co_name)
            taker = "ma" if inner.startswith("ma.") else called
        elif module == as_data.__module__:  # it asks a tensor only if that stands in a list
            taker = taker or "array"
        elif package != "nbgrad":
            break
        frame = frame.f_back
    return taker or ("array" if transforming.get() else None)


method("__array_ufunc__", array_ufunc)
method("__array_function__", array_function)
method("__array__", array)
