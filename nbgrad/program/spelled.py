"""How the few functions that are not NumPy's are written in a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..ops.elementwise.activation import erf_of_each
from ..ops.neural.convolution import products, strided
from ..ops.neural.dropping import uniform


class Spelling(NamedTuple):
    """The text of a call.

    Attributes:
        template: with ``{0}``, ``{1}``, ... for the arguments.
        needs: what else must be imported for it.
    """

    template: str
    needs: str = ""


def astype(x: Any, dtype: Any) -> Any:
    """``x.astype(dtype)`` as a function: NumPy has one only from version 2.1 on."""
    return x.astype(dtype)


SPELLINGS: dict[Callable, Spelling] = {
    uniform: Spelling("np.random.default_rng({0}).random({1})"),
    products: Spelling("np.matmul({0}, {1}.transpose(2, 0, 1, 3)).transpose(1, 2, 0, 3)"),
    strided: Spelling("np.lib.stride_tricks.as_strided({0}, {1}, {2})"),
    erf_of_each: Spelling("np.vectorize(math.erf, otypes=[float])({0})", needs="import math"),
}
