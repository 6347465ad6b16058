"""Functions of functions: from ``f`` to its gradient, and to products with its Jacobian from either side.

They take and give plain NumPy values, also in tuples, lists and dictionaries, and nest to any depth. Each call works on
fresh inputs of its own (``identity`` nodes when the caller is itself being differentiated), so that an inner
derivative never mistakes an outer variable for its own.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import wraps
from itertools import islice
from typing import Any

import numpy as np

from . import tracing
from .backward import creation_order, gradients, leading_from, one_like
from .containers import flatten, matched
from .errors import (
    ArgumentError,
    ComplexGradientError,
    IntegerGradientError,
    NotScalarError,
    ShapeError,
)
from .forward import forward_pass
from .op import identity
from .tensor import Tensor, as_data, plain, recording, transforming


class at_work:
    """One transform deeper, and recording, whatever the caller does: what is recorded here is the transform's own."""

    def __enter__(self) -> None:
        self._tokens = recording.set(True), transforming.set(transforming.get() + 1)

    def __exit__(self, *exception: object) -> None:
        recorded, deeper = self._tokens
        transforming.reset(deeper)
        recording.reset(recorded)


def _is_nested(held: Sequence[Any]) -> bool:
    """Whether the result shall itself be differentiable: within another transform, or at the caller's own tensors."""
    return recording.get() and (transforming.get() > 0 or any(isinstance(a, Tensor) and a.requires_grad for a in held))


def fresh(value: Any, position: int) -> Tensor:
    """A tensor of this call's own for ``value`` (of argument ``position``), connected with it if it is a tensor."""
    if isinstance(value, Tensor) and value.requires_grad:
        return identity(value)
    data = as_data(value)
    if data.dtype.kind == "i":  # plain whole numbers are what people type: grad(f)(3)
        data = data.astype(float) if data.ndim else tracing.call(np.float64, data)
    if data.dtype.kind == "c":
        raise ComplexGradientError(
            f"argument {position} holds complex numbers, and gradients are taken with respect to real ones; make its "
            "two parts arguments and compute with a + 1j * b"
        )
    if data.dtype.kind != "f":
        raise IntegerGradientError(
            f"argument {position} holds {data.dtype}; a derivative needs numbers that can change by a little"
        )
    return Tensor(data.copy() if data is value else data, True)


class Traced:
    """A call of ``f`` on fresh tensors, and what is needed to differentiate it.

    Attributes:
        output: what ``f`` gave.
        nodes: the results that led to it, in creation order.
        sources: the fresh tensors, in a row.
        nested: whether derivatives shall themselves be differentiable.
    """

    def __init__(self, f: Callable, args: tuple, static: dict[str, Any], argnums: int | Sequence[int]):
        self._single = not isinstance(argnums, Sequence)
        which = positions((argnums,) if self._single else argnums, args, f)  # type: ignore[arg-type]
        flat = [flatten(args[i]) for i in which]
        self._arguments = [(len(held), rebuild) for held, rebuild in flat]
        self.nested = any(_is_nested(held) for held, _ in flat)
        fed = list(args)
        self.sources: list[Tensor] = []
        with at_work():
            for i, (held, rebuild) in zip(which, flat, strict=True):
                sources = [fresh(value, i) for value in held]
                self.sources += sources
                fed[i] = rebuild(sources)
            self.output = f(*fed, **static)
        self.nodes = creation_order([y for y in flatten(self.output)[0] if isinstance(y, Tensor) and y.op is not None])
        self.nested = self.nested or (recording.get() and self._reaches_out())

    def _reaches_out(self) -> bool:
        """Whether the output depends on tensors of the caller's that require a gradient: on a network's, say."""
        ours = set(self.sources)
        for node in self.nodes:
            for x in node.inputs:
                if x.requires_grad and x.op is None and x not in ours:
                    return True
        return False

    def like_arguments(self, results: Sequence[Any], nested: bool | None = None) -> Any:
        """``results``, one for each source, in the containers of the arguments."""
        return self.put_back([self.result(x, source, nested) for x, source in zip(results, self.sources, strict=True)])

    def put_back(self, results: list[Any]) -> Any:
        """Things of any kind, one for each source, in the containers of the arguments."""
        waiting = iter(results)
        arguments = tuple([rebuild(list(islice(waiting, n))) for n, rebuild in self._arguments])
        return arguments[0] if self._single else arguments

    def result(self, value: Any, source: Tensor | None = None, nested: bool | None = None) -> Any:
        """``value`` as the caller wants it: a tensor if it shall be differentiated further, else plain."""
        if value is None and source is not None:
            value = np.zeros_like(source.data)[()]
        if self.nested if nested is None else nested:
            return value
        value = plain(value)
        return value if source is None or value.dtype == source.data.dtype else value.astype(source.data.dtype)


def positions(argnums: Sequence[Any], args: tuple, f: Callable) -> tuple[int, ...]:
    """``argnums`` counted from the front.

    Raises:
        ArgumentError: one was not given, or is named twice.
    """
    found: list[int] = []
    for i in map(operator.index, argnums):
        if not -len(args) <= i < len(args):
            raise ArgumentError(
                f"argnums says {i}, but {named(f)} was given {len(args)} positional arguments, counted from 0; what "
                "it is differentiated by must be passed by position"
            )
        if i % len(args) in found:
            raise ArgumentError(f"argnums names argument {i % len(args)} twice; each is differentiated once")
        found.append(i % len(args))
    return tuple(found)


def named(f: Callable) -> str:
    """What messages call ``f``."""
    name = getattr(f, "__name__", "the function")
    return "the function" if name == "<lambda>" else name


def one_number(f: Callable, value: Any) -> Tensor:
    """What ``f`` gave, if that is a single number.

    Raises:
        NotScalarError, ComplexGradientError: it is not.
    """
    if isinstance(value, tuple | list | dict) and not isinstance(value, Tensor) and flatten(value)[0] != [value]:
        raise NotScalarError(
            f"{named(f)} gives a {type(value).__name__}, and a gradient says how one number changes; let it give one "
            "number, or a pair with has_aux=True, or use jacobian"
        )
    value = value if isinstance(value, Tensor) else Tensor(as_data(value))
    if value.data.size != 1:
        raise NotScalarError(
            f"{named(f)} gives an array of shape {value.shape}, and a gradient says how one number changes; let it end "
            "in .sum() or .mean(), or use jacobian"
        )
    if value.dtype.kind == "c":
        raise ComplexGradientError(
            f"{named(f)} gives a complex number, and a gradient says how one real number changes; let it end in "
            "np.real(z), np.imag(z) or np.abs(z)"
        )
    return value


def value_and_grad(f: Callable, argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable:
    """The function that gives ``f``'s value and its gradient.

    Args:
        f: a function of arrays, or of tuples, lists and dictionaries of arrays, that gives one number.
        argnums: which positional arguments to differentiate with respect to; an integer gives one gradient, a tuple
            gives a tuple of gradients. A gradient has the shape of its argument, or its containers.
        has_aux: whether ``f`` gives a pair: the number, and something else to be handed through. The result is then
            ``((value, aux), gradient)``.

    The results are plain numbers and arrays. Where ``f`` closes over tensors that require a gradient, a network's
    parameters say, they are tensors that depend on those; within ``no_grad()`` they are plain there, too.

    Raises:
        NotScalarError: ``f`` gives several numbers.
        ArgumentError: ``argnums`` names an argument that was not given.

    >>> import nbgrad as ng
    >>> value, slope = ng.value_and_grad(lambda x: x**2)(3.0)
    >>> float(value), float(slope)
    (9.0, 6.0)
    """

    @wraps(f)
    def wrapped(*args: Any, **static: Any) -> tuple[Any, Any]:
        call = Traced(f, args, static, argnums)
        value, aux = _pair(f, call.output) if has_aux else (call.output, None)
        value = one_number(f, value)
        with at_work():
            found = gradients([value], [one_like(value.data)], call.sources, traced=call.nested, nodes=call.nodes)
        slope = call.like_arguments(found)
        if not has_aux:
            return call.result(value), slope
        others, rebuild = flatten(aux)
        return (call.result(value), rebuild([call.result(x) for x in others])), slope

    return wrapped


def _pair(f: Callable, output: Any) -> tuple[Any, Any]:
    """What a function that is said to hand something through gave.

    Raises:
        ArgumentError: no pair.
    """
    if isinstance(output, tuple | list) and len(output) == 2:
        return output[0], output[1]
    raise ArgumentError(f"with has_aux=True {named(f)} gives a pair, (value, aux), but here it gave {output!r:.60}")


def grad(f: Callable, argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable:
    """The function that gives ``f``'s gradient; arguments as :func:`value_and_grad`.

    With ``has_aux`` it gives ``(gradient, aux)``.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> float(ng.grad(np.sin)(0.0))
    1.0
    >>> float(ng.grad(ng.grad(lambda x: x**3))(2.0))
    12.0
    >>> ng.grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 5.0})
    {'a': np.float64(5.0), 'b': np.float64(2.0)}
    """
    both = value_and_grad(f, argnums, has_aux)

    @wraps(f)
    def wrapped(*args: Any, **static: Any) -> Any:
        value, slope = both(*args, **static)
        return (slope, value[1]) if has_aux else slope

    return wrapped


def vjp(f: Callable, *primals: Any) -> tuple[Any, Callable]:
    """``f(*primals)``, and the function that pulls a cotangent back: a vector times the Jacobian (reverse mode).

    Args:
        f: a function of arrays, of any shape of result; arguments and result may be containers.

    Returns:
        The value, and a function from a cotangent (of the value's shape and containers) to a tuple with the
        contribution to each of ``primals``. It may be called several times.

    Raises:
        ShapeError: from that function, if the cotangent has another shape than the value.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> value, pull = ng.vjp(lambda x, y: x * y, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    >>> pull(np.array([1.0, 10.0]))
    (array([ 3., 40.]), array([ 1., 20.]))
    """
    call = Traced(f, primals, {}, tuple(range(len(primals))))
    outputs, rebuild = as_tensors(call.output)

    def pull(cotangent: Any) -> tuple:
        given = _fitting(matched(cotangent, call.output, "cotangents"), outputs, "cotangent", "the value")
        nested = call.nested or _is_nested(given)
        with at_work():
            found = gradients(outputs, given, call.sources, traced=nested, nodes=call.nodes)
        return call.like_arguments(found, nested)

    return rebuild([call.result(y) for y in outputs]), pull


def jvp(f: Callable, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """``f(*primals)``, and how it moves when ``primals`` move along ``tangents``: the Jacobian times a vector.

    Forward mode: the tangents are carried along from the inputs to the result.

    Args:
        primals: the arguments; arrays or containers of arrays.
        tangents: as many, of the same shapes and containers.

    Returns:
        The value, and its tangent, of the value's shape and containers.

    Raises:
        ShapeError: a tangent has another shape than its primal.
        ArgumentError: they are no tuples, or their containers differ.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> value, moved = ng.jvp(np.sin, (0.0,), (2.0,))
    >>> float(value), float(moved)
    (0.0, 2.0)
    """
    if not (isinstance(primals, tuple | list) and isinstance(tangents, tuple | list)):
        raise ArgumentError(
            "primals and tangents are tuples, with one entry for each argument: write ng.jvp(f, (x,), (t,))"
        )
    call = Traced(f, tuple(primals), {}, tuple(range(len(primals))))
    outputs, rebuild = as_tensors(call.output)
    given = _fitting(matched(tuple(tangents), tuple(primals), "tangents"), call.sources, "tangent", "its primal")
    call.nested = call.nested or _is_nested(given)
    moved = tangents_of(outputs, call.sources, given, traced=call.nested, batched=False)
    return rebuild([call.result(y) for y in outputs]), rebuild([call.result(t) for t in moved])


def as_tensors(output: Any) -> tuple[list[Tensor], Callable]:
    """The results of a function in a row, as tensors, and how to put them back into their containers."""
    held, rebuild = flatten(output)
    return [y if isinstance(y, Tensor) else Tensor(as_data(y)) for y in held], rebuild


def _fitting(given: Sequence[Any], like: Sequence[Tensor], what: str, whose: str) -> list[Any]:
    """The arrays ``given``, each of the shape and dtype of its counterpart in ``like``, and not the caller's own.

    Raises:
        ShapeError: one has another shape.
    """
    fitting = []
    for i, (t, x) in enumerate(zip(given, like, strict=True)):
        t = t if isinstance(t, Tensor) else as_data(t)
        if t.shape != x.shape:
            raise ShapeError(f"{what} {i} has shape {t.shape}, but {whose} has shape {x.shape}; they must be equal")
        fitting.append(t if isinstance(t, Tensor) and t.dtype == x.dtype else t.astype(x.dtype))
    return fitting


def tangents_of(
    outputs: Sequence[Tensor], sources: Sequence[Tensor], tangents: Sequence[Any], *, traced: bool, batched: bool
) -> list[Any]:
    """The tangents of ``outputs`` when ``sources`` move along ``tangents``; zeros where nothing moves."""
    nodes = leading_from(creation_order([y for y in outputs if y.op is not None]), sources)
    with at_work():
        moving = forward_pass(nodes, dict(zip(sources, tangents, strict=True)), traced=traced, batched=batched)
    front = (len(tangents[0]),) if batched else ()
    return [moving[y] if y in moving else np.zeros(front + y.shape, y.dtype)[()] for y in outputs]
