"""All first derivatives of a function at once, and all second ones: Jacobians, Hessians, and products with Hessians.

Many cotangents (or tangents) travel together, as one batch, through one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any

import numpy as np

from .backward import creation_order, gradients, one_like
from .errors import ArgumentError
from .tensor import Tensor
from .transforms import Traced, as_tensors, at_work, grad, jvp, one_number, tangents_of

LARGEST_BATCH = 2**22  # numbers that the cotangents of one node may hold: larger Jacobians are computed in parts,
FEW = 64  # of at least so many rows


def jacobian(f: Callable, argnums: int | Sequence[int] = 0, mode: str = "auto") -> Callable:
    """The function that gives all first derivatives of ``f``: how each number of the result depends on each argument's.

    For a result of shape ``r`` and an argument of shape ``s`` it is an array of shape ``r + s``. Where results or
    arguments are containers, it is the results' container, holding the arguments' containers.

    All cotangents (or tangents) travel together, as one batch, through one pass.

    Args:
        argnums: as in :func:`value_and_grad`.
        mode: ``"reverse"`` sends a cotangent back from each number of the result, ``"forward"`` a tangent forward
            from each number of the arguments; ``"auto"`` takes the fewer.

    Raises:
        ArgumentError: ``mode`` or ``argnums`` is something else.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> ng.jacobian(lambda x: np.array([[2.0, 1.0]]) @ x)(np.array([1.0, 5.0]))
    array([[2., 1.]])
    """
    if mode not in ("auto", "forward", "reverse"):
        raise ArgumentError(f"mode is 'auto', 'forward' or 'reverse', not {mode!r}")

    @wraps(f)
    def wrapped(*args: Any, **static: Any) -> Any:
        call = Traced(f, args, static, argnums)
        outputs, rebuild = as_tensors(call.output)
        fewer_inputs = sum(x.size for x in call.sources) < sum(y.size for y in outputs)
        if mode == "forward" or (mode == "auto" and fewer_inputs):
            columns = [_columns(outputs, call, i) for i in range(len(call.sources))]
            blocks = [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in outputs]
        else:
            blocks = [_rows(y, call) for y in outputs]
        return rebuild([call.like_arguments(row) for row in blocks])

    return wrapped


def _rows(y: Tensor, call: Traced) -> list[Any]:
    """The Jacobian of ``y`` with respect to each source, by cotangents sent back from each of its numbers."""
    if not y.requires_grad or not y.size:
        return [np.zeros(y.shape + x.shape, x.dtype)[()] for x in call.sources]
    parts = []
    with at_work():
        for seeds in _unit_vectors(y, [y]):
            found = gradients([y], [seeds], call.sources, traced=call.nested, batched=True)
            if y.dtype.kind == "c":  # a gradient is real: that of the real part, and that of the imaginary one
                turned = gradients([y], [-1j * seeds], call.sources, traced=call.nested, batched=True)
                found = [None if re is None else re + 1j * im for re, im in zip(found, turned, strict=True)]
            parts.append(found)
    blocks = []
    for x, rows in zip(call.sources, zip(*parts, strict=True), strict=True):
        if rows[0] is None:
            blocks.append(np.zeros(y.shape + x.shape, x.dtype)[()])
        else:
            joined = rows[0] if len(rows) == 1 else np.concatenate(rows)
            blocks.append(joined.reshape(y.shape + x.shape))
    return blocks


def _columns(outputs: Sequence[Tensor], call: Traced, number: int) -> list[Any]:
    """The Jacobian of each output with respect to one source, by tangents sent forward from each of its numbers."""
    x = call.sources[number]
    if not x.size:
        return [np.zeros(y.shape + x.shape, x.dtype) for y in outputs]
    parts = [
        tangents_of(outputs, [x], [seeds], traced=call.nested, batched=True) for seeds in _unit_vectors(x, outputs)
    ]
    blocks = []
    for y, moved in zip(outputs, zip(*parts, strict=True), strict=True):
        joined = moved[0] if len(moved) == 1 else np.concatenate(moved)
        blocks.append(np.moveaxis(joined, 0, -1).reshape(y.shape + x.shape))
    return blocks


def _unit_vectors(x: Tensor, targets: Sequence[Tensor]) -> Iterator[np.ndarray]:
    """A 1 at each number of ``x`` in turn, zeros elsewhere: as batches, none of them too large for the memory.

    A batch travels through the graph of ``targets``, and grows with its largest node.
    """
    n = at_once = x.size
    if n > FEW:
        nodes = creation_order([y for y in targets if y.op is not None])
        at_once = max(FEW, LARGEST_BATCH // max([1, n, *(operand.size for node in nodes for operand in node.inputs)]))
    for start in range(0, n, at_once):
        rows = min(at_once, n - start)
        units = np.zeros((rows, n), x.dtype)
        units.ravel()[start :: n + 1] = 1
        yield units.reshape((rows, *x.shape))


def hessian(f: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """The function that gives the matrix of second derivatives of ``f``, by default with respect to its first argument.

    For an argument of shape ``s`` the result has shape ``s + s``; for containers, a container of containers. The
    gradient is computed once, recorded, and differentiated once, all its elements as one batch.

    Raises:
        NotScalarError: ``f`` gives several numbers.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> ng.hessian(lambda p: p[0] ** 2 * p[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """

    @wraps(f)
    def wrapped(*args: Any, **static: Any) -> Any:
        call = Traced(f, args, static, argnums)
        value = one_number(f, call.output)
        with at_work():
            found = gradients([value], [one_like(value.data)], call.sources, traced=True, nodes=call.nodes)
        rows = []
        for g, x in zip(found, call.sources, strict=True):
            slope = g if isinstance(g, Tensor) else Tensor(np.zeros_like(x.data) if g is None else g)
            rows.append(call.like_arguments(_rows(slope, call)))
        return call.put_back(rows)

    return wrapped


def hvp(f: Callable) -> Callable:
    """The function ``(x, v, *others) -> H v``, with ``H`` the Hessian of ``f`` at ``x``, which is never built.

    The gradient's directional derivative along ``v``: forward mode over reverse mode (Pearlmutter 1994, "Fast exact
    multiplication by the Hessian", Neural Computation 6, 147-160).

    Args:
        f: a function that gives one number; its first argument ``x`` may be a container, and ``v`` is one like it.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> ng.hvp(lambda p: p[0] ** 2 * p[1])(np.array([3.0, 5.0]), np.array([1.0, 0.0]))
    array([10.,  6.])
    """

    @wraps(f)
    def wrapped(x: Any, v: Any, *others: Any, **static: Any) -> Any:
        def slope(x: Any) -> Any:
            return grad(f)(x, *others, **static)

        return jvp(slope, (x,), (v,))[1]

    return wrapped
