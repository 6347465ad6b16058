"""A program's forward part in the words of other frameworks, which differentiate it by themselves.

The readable text has one writer (:mod:`..readable`); what differs from one framework to the next is its *dialect*: how
a call of NumPy's is spelled there. :mod:`.torch` has PyTorch's, :mod:`.jax` JAX's. Neither imports the framework: they
make text. Only :mod:`.running`, which a comparison of times needs, does.
"""

from .forward import translated
from .jax import JAX
from .torch import Torch

__all__ = ["JAX", "Torch", "translated"]
