"""The operations, by family. Importing this package hangs their operators and methods on the tensor."""

from ..core.op import REGISTRY
from . import elementwise, indexing, linalg, neural, reduction, shape

__all__ = ["REGISTRY", "elementwise", "indexing", "linalg", "neural", "reduction", "shape"]
