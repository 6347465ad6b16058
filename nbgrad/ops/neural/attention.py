"""Attention: each query takes a mean of the values, weighted by how well their keys fit it."""

import math

import numpy as np

from ...core.errors import ShapeError
from ...core.op import operation
from ..elementwise import where
from ..samples import case, normal, nothing
from .softmax import softmax


@operation(
    symbol="attn", latex=r"\mathrm{{softmax}}\left(\frac{{{q}\,{k}^\top}}{{\sqrt{{d}}}}\right){v}",
    source="F.scaled_dot_product_attention({q}, {k}, {v}, {mask}{keywords})",
    formulas=[
        "A·({g}·{v}ᵀ − Σ {g}·{y})·{k} / √d", "(A·({g}·{v}ᵀ − Σ {g}·{y}))ᵀ·{q} / √d", "Aᵀ·{g}",
        "A·({g}·{v}ᵀ − Σ {g}·{y})",
    ],
    samples=[normal(3, 4), normal(5, 4), normal(5, 2), nothing],
    cases=[
        case(normal(2, 3, 4), normal(2, 3, 4), normal(2, 3, 2), nothing, is_causal=True),
        case(normal(2, 2, 3, 4), normal(2, 1, 5, 4), normal(5, 2), normal(3, 5)),
        case(normal(3, 4), normal(5, 4), normal(5, 2), lambda rng: rng.random((3, 5)) < 0.6),
        case(normal(3, 4), normal(5, 4), normal(5, 2), nothing, scale=1.0),
    ],
    note="The values receive by how much they were attended to; queries and keys, by what attending would have gained.",
)  # fmt: skip
def scaled_dot_product_attention(q, k, v, mask=None, *, is_causal=False, scale=None):
    """``softmax(q kᵀ / √d + mask) v`` (A. Vaswani et al., "Attention is all you need", 2017).

    The backward pass computes the weights anew instead of keeping them, as T. Dao et al. (2022) do.

    Shapes: queries (..., L, d), keys (..., S, d), values (..., S, e); the result is (..., L, e).

    Args:
        mask: (L, S), or what broadcasts to (..., L, S): truth values that say which keys a query may attend to, or
            numbers that are added to the scores. A query that may attend to nothing gets 0.
        is_causal: each query attends to no later key: the i-th to the first i + 1.
        scale: what the scores are multiplied by instead of ``1 / √d``.

    Raises:
        ShapeError: queries and keys of different length, or not as many keys as values.

    >>> q = k = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> scaled_dot_product_attention(q, k, np.array([[1.0], [3.0]]), is_causal=True).round(2).tolist()
    [[1.0], [2.34]]
    """
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ShapeError(
            "the queries must have shape (..., L, d), the keys (..., S, d) and the values (..., S, e): queries and "
            "keys of one length d, and as many keys as values"
        )
    return weights(q, k, mask, is_causal, scale) @ v


def scaling(q, scale):
    """What the scores are multiplied by, so that they do not grow with the length of the queries."""
    return 1.0 / math.sqrt(q.shape[-1]) if scale is None else scale


def weights(q, k, mask, is_causal, scale):
    """How much each query attends to each key: (..., L, S), along the keys of sum 1. Of arrays or of tensors."""
    scores = q @ np.swapaxes(k, -1, -2) * scaling(q, scale)
    allowed = None
    if mask is not None:
        if mask.dtype.kind == "b":
            allowed = mask
        else:
            scores = scores + mask
    if is_causal:
        earlier = np.tri(*scores.shape[-2:]) > 0
        allowed = earlier if allowed is None else allowed & earlier
    if allowed is None:
        return softmax(scores)
    lowest = float(np.finfo(scores.dtype).min)  # not −∞, of which a row with nothing else would make NaN
    return softmax(where(allowed, scores, lowest)) * allowed


def _to_scores(g, y, q, k, v, mask, is_causal, scale):
    """What the scores receive: each by how much better its value is than the mean that was taken."""
    gain = g @ np.swapaxes(v, -1, -2) - (g * y).sum(axis=-1, keepdims=True)
    return weights(q, k, mask, is_causal, scale) * gain


def _to_q(g, y, q, k, v, mask=None, is_causal=False, scale=None):
    return _to_scores(g, y, q, k, v, mask, is_causal, scale) @ k * scaling(q, scale)


def _to_k(g, y, q, k, v, mask=None, is_causal=False, scale=None):
    return np.swapaxes(_to_scores(g, y, q, k, v, mask, is_causal, scale), -1, -2) @ q * scaling(q, scale)


def _to_v(g, y, q, k, v, mask=None, is_causal=False, scale=None):
    return np.swapaxes(weights(q, k, mask, is_causal, scale), -1, -2) @ g


def _to_mask(g, y, q, k, v, mask=None, is_causal=False, scale=None):
    return _to_scores(g, y, q, k, v, mask, is_causal, scale)


scaled_dot_product_attention.rule(_to_q, _to_k, _to_v, _to_mask)
