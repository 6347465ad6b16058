"""Functions of functions: from ``f`` to its gradient and its Hessian.

They take and give plain NumPy values, and nest to any depth. Each call works on fresh inputs of its own
(``identity`` nodes when the caller is itself being differentiated), so that an inner derivative never mistakes an
outer variable for its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from .backward import creation_order, leading_from, reverse_pass
from .errors import IntegerGradientError, NotScalarError
from .op import identity
from .tensor import Tensor, as_data, plain, recording

# How many transforms are at work here: inside another one, gradients must be differentiable themselves.
_depth: ContextVar[int] = ContextVar("depth", default=0)


@contextmanager
def _at_work() -> Iterator[None]:
    """One transform deeper, and recording, whatever the caller does: what is recorded here is the transform's own."""
    recorded, deeper = recording.set(True), _depth.set(_depth.get() + 1)
    try:
        yield
    finally:
        _depth.reset(deeper)
        recording.reset(recorded)


def _is_nested(args: Sequence[Any]) -> bool:
    """Whether the result shall itself be differentiable: within another transform, or at the caller's own tensors."""
    return recording.get() and (_depth.get() > 0 or any(isinstance(a, Tensor) and a.requires_grad for a in args))


def fresh(value: Any, position: int) -> Tensor:
    """A tensor of this call's own for the argument ``value``, connected with it if it is a tensor."""
    if isinstance(value, Tensor) and value.requires_grad:
        return identity(value)
    data = as_data(value)
    if data.dtype.kind == "i":  # plain whole numbers are what people type: grad(f)(3)
        data = data.astype(float) if data.ndim else np.float64(data)
    if data.dtype.kind != "f":
        raise IntegerGradientError(
            f"argument {position} holds {data.dtype}; a derivative needs numbers that can change by a little"
        )
    return Tensor(data.copy() if data is value else data, True)


def gradients(
    targets: Sequence[Tensor],
    seeds: Sequence[Any],
    sources: Sequence[Tensor],
    *,
    traced: bool,
    within: Callable[[Tensor], bool] | None = None,
) -> list[Any]:
    """The gradient of the sum of ``targets``, each weighted by its seed, with respect to each of ``sources``.

    ``None`` stands for a source that no target depends on. With ``traced`` the results are tensors that can be
    differentiated again. ``within`` bounds the graph, see :func:`creation_order`.
    """
    wanted = {source.serial for source in sources}
    nodes = creation_order(targets, within)
    if within is not None:  # what lies on the border is no more than a leaf
        nodes = [node for node in nodes if node.op is None or within(node)]
    nodes = leading_from(nodes, wanted)
    inside = {node.serial for node in nodes} | wanted
    begin: dict[int, Any] = {}
    for target, seed in zip(targets, seeds, strict=True):
        if target.serial in inside:
            begin[target.serial] = begin[target.serial] + seed if target.serial in begin else seed
    if not begin:
        return [None] * len(sources)
    arrived = reverse_pass(nodes, begin, keep=wanted, traced=traced)
    return [arrived.get(source.serial) for source in sources]


def value_and_grad(f: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """The function that gives ``f``'s value and its gradient.

    Args:
        f: a function of arrays that gives one number.
        argnums: which positional arguments to differentiate with respect to; an integer gives one gradient, a tuple
            gives a tuple of gradients.

    Raises:
        NotScalarError: ``f`` gives several numbers.

    >>> import nbgrad as ng
    >>> value, slope = ng.value_and_grad(lambda x: x**2)(3.0)
    >>> float(value), float(slope)
    (9.0, 6.0)
    """
    which = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    def wrapped(*args: Any, **static: Any) -> tuple[Any, Any]:
        nested = _is_nested(args)
        with _at_work():
            fed = list(args)
            for i in which:
                fed[i] = fresh(args[i], i)
            value = f(*fed, **static)
            value = value if isinstance(value, Tensor) else Tensor(as_data(value))
            if value.data.size != 1:
                raise NotScalarError(
                    f"{getattr(f, '__name__', 'the function')} gives an array of shape {value.shape}, and a gradient "
                    "says how one number changes; let it end in .sum() or .mean()"
                )
            sources = [fed[i] for i in which]
            found = gradients([value], [np.ones_like(value.data)[()]], sources, traced=nested)
        found = [np.zeros_like(s.data)[()] if g is None else g for s, g in zip(sources, found, strict=True)]
        if not nested:
            value, found = plain(value), [plain(g) for g in found]
        return value, found[0] if isinstance(argnums, int) else tuple(found)

    return wrapped


def grad(f: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """The function that gives ``f``'s gradient; arguments as :func:`value_and_grad`.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> float(ng.grad(np.sin)(0.0))
    1.0
    >>> float(ng.grad(ng.grad(lambda x: x**3))(2.0))
    12.0
    """
    both = value_and_grad(f, argnums)

    def wrapped(*args: Any, **static: Any) -> Any:
        return both(*args, **static)[1]

    return wrapped


def hessian(f: Callable) -> Callable:
    """The function that gives the matrix of second derivatives of ``f`` with respect to its first argument.

    For an argument of shape ``s`` the result has shape ``s + s``. The gradient is computed once, recorded, and
    differentiated once for each of its elements.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> ng.hessian(lambda p: p[0] ** 2 * p[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """

    def wrapped(x: Any, *args: Any, **static: Any) -> Any:
        nested = _is_nested((x,))
        with _at_work():
            point = fresh(x, 0)
            slope = grad(f)(point, *args, **static)
            if not isinstance(slope, Tensor) or not slope.requires_grad:
                return np.zeros(point.shape + point.shape)[()]
            rows = []
            for index in np.ndindex(point.shape):
                seed = np.zeros(point.shape, dtype=point.dtype)
                seed[index] = 1
                [row] = gradients([slope], [seed[()]], [point], traced=nested)
                rows.append(np.zeros_like(point.data)[()] if row is None else row)
        if nested:
            return np.stack(rows).reshape(point.shape + point.shape)
        return np.reshape([plain(row) for row in rows], point.shape + point.shape)[()]

    return wrapped
