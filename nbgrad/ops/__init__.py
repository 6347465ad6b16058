"""The operations, by family. Importing this package hangs their operators and methods on the tensor.

``nbgrad.ops.reference()`` lists them with their formulas and rules, and ``python -m nbgrad.ops`` prints the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.op import REGISTRY, Operation, operation
from . import (
    complex,
    differences,
    elementwise,
    fourier,
    indexing,
    joining,
    linalg,
    neural,
    rearranging,
    reduction,
    shape,
)

if TYPE_CHECKING:
    from .manual import Reference

__all__ = [
    "REGISTRY",
    "complex",
    "differences",
    "elementwise",
    "fourier",
    "indexing",
    "joining",
    "linalg",
    "neural",
    "operation",
    "rearranging",
    "reduction",
    "reference",
    "shape",
]


def reference(*names: str | Operation, family: str | None = None) -> Reference:
    """The reference table of all operations; or the full entries of those that are named.

    Args:
        names: names such as ``"tanh"`` or ``"np.abs"``, or operations themselves.
        family: only the table of this family: ``"elementwise"``, ``"reduction"``, ``"linear algebra"``, ``"shape and
            indexing"``, ``"Fourier and complex"``, ``"neural networks"``, or ``"your own"``, which you declared.

    Raises:
        UnknownOperationError: there is no operation or no family of that name.

    >>> print(*reference("sinh").text.splitlines()[:3], sep="\\n")
    sinh   (elementwise)
    ════════════════════
    The hyperbolic sine, ``(exp(x) - exp(-x)) / 2``.
    """
    from .manual import Reference, found, members  # what makes the table is loaded when it is first asked for

    if names:
        return Reference([found(name) for name in names], entries=True)
    return Reference(members(family) if family is not None else list(REGISTRY.values()), entries=False)
