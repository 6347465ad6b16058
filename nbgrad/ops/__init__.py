"""The operations, by family. Importing this package hangs their operators and methods on the tensor."""

from ..core.op import REGISTRY
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
    "rearranging",
    "reduction",
    "shape",
]
