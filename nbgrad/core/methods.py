"""Where operations hang their operators and methods on the tensor.

``Tensor`` stands on the ground floor and knows no operation; ``x * y`` and ``x.sum()`` belong to operations a floor
above. ``Tensor`` inherits from the empty class below, and each declaration of an operation adds its own operator
to it. Python finds ``__mul__`` through the class exactly as if it had been written there, so nothing is slower.

Editors and type checkers read ``methods.pyi`` beside this file, which is generated from the declarations
(``python -m nbgrad.ops.stub``) and compared with them by the tests.
"""

from collections.abc import Callable


class Methods:
    """Operators and methods of ``Tensor``, filled in by the declarations of the operations."""

    __slots__ = ()


def method(name: str, function: Callable) -> None:
    """Hang ``function`` on the tensor under ``name``."""
    setattr(Methods, name, function)
