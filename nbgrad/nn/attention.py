"""Attention: each place of a sequence asks all places what they know, and mixes the answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.errors import LayerSizeError, ShapeError
from . import functional as F
from .init import Init, generator, xavier_uniform
from .layers import Linear
from .module import Module
from .sizes import checked_size


class MultiHeadAttention(Module):
    """Several attentions side by side, each on a part of the features (Vaswani et al. 2017, NIPS, arXiv:1706.03762).

    ::

        head_i = softmax(Q_i K_iᵀ / √d) V_i        d = width / heads
        result = [head_1, ..., head_h] @ output.weight + output.bias

    ``Q``, ``K`` and ``V`` are linear layers of the queries, the keys and the values; ``Q_i`` and so on are the i-th
    of ``heads`` equal parts of their features. Without keys the sequence asks itself (self-attention); without values
    the keys stand for them.

    Shapes: queries (..., t, width), keys and values (..., s, width) to (..., t, width). A ``mask`` of shape (t, s), or
    what broadcasts to (..., heads, t, s), says which keys a query may attend to (``True``), or is added to the scores;
    with ``is_causal`` no query attends to a later key.

    Args:
        width: the number of features.
        heads: how many attentions; divides ``width``.
        bias: whether the linear layers have one.
        init: the initialiser of their weights.
        rng: a seed or a generator for the weights.

    Raises:
        LayerSizeError: a size is no positive whole number, or ``heads`` does not divide ``width``.
        ShapeError: when called with something else than sequences of ``width`` features.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> layer = ng.nn.MultiHeadAttention(8, heads=2, rng=0)
    >>> layer(np.ones((5, 3, 8))).shape
    (5, 3, 8)
    """

    def __init__(self, width: int, heads: int, *, bias: bool = True, init: Init = xavier_uniform, rng: Any = None):
        self.width, self.heads = checked_size("width", width), checked_size("heads", heads)
        if width % heads:
            raise LayerSizeError(f"{width} features cannot be shared out among {heads} heads: heads must divide width")
        rng = generator(rng)
        self.query = Linear(width, width, bias=bias, init=init, rng=rng)
        self.key = Linear(width, width, bias=bias, init=init, rng=rng)
        self.value = Linear(width, width, bias=bias, init=init, rng=rng)
        self.output = Linear(width, width, bias=bias, init=init, rng=rng)

    def forward(
        self, queries: Any, keys: Any = None, values: Any = None, mask: Any = None, *, is_causal: bool = False
    ) -> Any:
        keys = queries if keys is None else keys
        values = keys if values is None else values
        for name, x in (("queries", queries), ("keys", keys), ("values", values)):
            if np.ndim(x) < 2 or np.shape(x)[-1] != self.width:
                raise ShapeError(
                    f"the {name} have shape {np.shape(x)}, but this layer takes (..., steps, {self.width})"
                )
        q, k, v = self.query(queries), self.key(keys), self.value(values)
        q, k, v = self.split(q), self.split(k), self.split(v)
        mixed = F.scaled_dot_product_attention(q, k, v, mask, is_causal=is_causal)
        return self.output(self.join(mixed))

    def split(self, x: Any) -> Any:
        """The features shared out among the heads: (..., t, width) to (..., heads, t, width / heads)."""
        return x.reshape(*x.shape[:-1], self.heads, self.width // self.heads).swapaxes(-2, -3)

    def join(self, x: Any) -> Any:
        """What :meth:`split` parted, together again."""
        x = x.swapaxes(-2, -3)
        return x.reshape(*x.shape[:-2], self.width)

    def extra_repr(self) -> str:
        return f"{self.width}, heads={self.heads}"
