"""Normalisation: numbers shifted and scaled to mean 0 and variance 1, over the features or over the batch."""

import numpy as np

from ...core.errors import HyperparameterError, ShapeError
from ...core.op import operation
from ..samples import case, normal, nothing, positive


def standardised(x, axes, eps):
    """``(x − mean) / √(variance + eps)`` over ``axes``, and that divisor. Of arrays or of tensors."""
    if x.dtype.char == "e":  # in float16 the square of 256 would be infinite
        z, spread = standardised(x.astype(np.float32), axes, eps)
        return z.astype(np.float16), spread.astype(np.float16)
    centred = x - x.mean(axis=axes, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=axes, keepdims=True) + eps)
    return centred / spread, spread


def through(g, z, spread, axes):
    """What ``x`` receives when ``g`` arrives at ``z``, its standardised numbers.

    A shift of all of ``x``, or a stretch, changes nothing in ``z``: so the part of ``g`` that would ask for the one or
    the other, its mean and its part along ``z``, is taken out.
    """
    return (g - g.mean(axis=axes, keepdims=True) - z * (g * z).mean(axis=axes, keepdims=True)) / spread


def check_eps(eps):
    """
    Raises:
        HyperparameterError: ``eps`` is negative.
    """
    if not eps >= 0:
        raise HyperparameterError(f"eps is {eps!r}, but must not be negative: it keeps a variance of 0 from dividing")


# ---- over the features


@operation(
    symbol="lnorm",
    latex=r"\frac{{{x} - \mu}}{{\sqrt{{\sigma^2 + \epsilon}}}} \cdot {weight} + {bias}",
    source="F.layer_norm({x}, {weight}, {bias}{keywords})",
    formulas=["({g}·{weight} less its mean and its part along z) / σ,  z = standardised {x}", "Σ {g} · z", "Σ {g}"],
    samples=[normal(4, 5), normal(5), normal(5)],
    cases=[
        case(normal(2, 3, 4), nothing, nothing, axis=(1, 2), eps=0.1), case(normal(3, 4), normal(4), nothing),
        case(normal(3, 4), nothing, normal(3, 1), axis=0), case(normal(0, 3), normal(3), normal(3)),
    ],
    note="Normalisation hands back nothing of a wish to shift or stretch all features at once.",
)  # fmt: skip
def layer_norm(x, weight=None, bias=None, *, axis=-1, eps=1e-5):
    """``(x − mean) / √(variance + eps) · weight + bias``, over each example's features (J. Ba et al., 2016).

    Shapes: ``x`` (..., features); weights and biases (features,) or none, or anything that broadcasts to ``x``.

    Args:
        axis: over which axis, or tuple of axes, mean and variance are taken.
        eps: added to the variance, so that a constant ``x`` does not divide by 0.

    Raises:
        ShapeError: weights or biases have another length.
        HyperparameterError: a negative ``eps``.

    >>> layer_norm(np.array([[1.0, 2.0, 3.0]])).round(3).tolist()
    [[-1.225, 0.0, 1.225]]
    """
    check_eps(eps)
    z, _ = standardised(x, axis, eps)
    y = z if weight is None else z * weight
    y = y if bias is None else y + bias
    if y.shape != x.shape:
        raise ShapeError(f"weights and biases must fit the features of x, but would turn {x.shape} into {y.shape}")
    return y


def _layer_to_x(g, y, x, weight=None, bias=None, axis=-1, eps=1e-5):
    z, spread = standardised(x, axis, eps)
    return through(g if weight is None else g * weight, z, spread, axis)


layer_norm.rule(
    _layer_to_x,
    lambda g, y, x, weight=None, bias=None, axis=-1, eps=1e-5: g * standardised(x, axis, eps)[0],
    lambda g, y, x, weight=None, bias=None, axis=-1, eps=1e-5: g,
)

# ---- over the batch


def other_axes(x, axis):
    """All axes but that of the channels: mean and variance are taken over these."""
    return tuple(i for i in range(x.ndim) if i != axis % x.ndim)


def along(channels, x, axis):
    """One number for each channel, in a shape that broadcasts along the channels' axis of ``x``."""
    return channels.reshape(tuple(n if i == axis % x.ndim else 1 for i, n in enumerate(x.shape)))


@operation(
    symbol="bnorm",
    latex=r"\frac{{{x} - \mu_c}}{{\sqrt{{\sigma_c^2 + \epsilon}}}} \cdot {weight} + {bias}",
    source="F.batch_norm({x}, {weight}, {bias}, {mean}, {var}{keywords})",
    formulas=[
        "({g}·{weight} less its mean and its part along z) / σ,  z = standardised {x} (mean given: {g}·{weight} / σ)",
        "Σ {g} · z", "Σ {g}",
        "−Σ {g}·{weight} / σ", "−Σ {g}·{weight}·({x} − {mean}) / (2σ³)",
    ],
    samples=[normal(5, 3), normal(3), normal(3), nothing, nothing],
    cases=[
        case(normal(3, 2, 2, 2), normal(2), normal(2), nothing, nothing, eps=0.1),
        case(normal(5, 3), nothing, nothing, nothing, nothing, axis=0),
        case(normal(3, 2, 2), normal(2), normal(2), normal(2), positive(2)),
        case(normal(3, 2), nothing, nothing, normal(2), positive(2)),
    ],
    note="Normalisation hands back nothing of a wish to shift or stretch a channel of the whole batch.",
)  # fmt: skip
def batch_norm(x, weight=None, bias=None, mean=None, var=None, *, axis=1, eps=1e-5):
    """``(x − mean) / √(variance + eps) · weight + bias`` for each channel (S. Ioffe and C. Szegedy, 2015).

    While training, mean and variance are those of the batch; for evaluation, give those that were gathered before.

    Shapes: ``x`` (n, channels, ...); weights, biases, mean and variance (channels,) or none.

    Args:
        axis: that of the channels.
        eps: added to the variance, so that a constant channel does not divide by 0.

    Raises:
        ShapeError: weights, biases, mean or variance have another length, or only one of the last two is given.
        HyperparameterError: a negative ``eps``.

    >>> batch_norm(np.array([[1.0], [3.0]]), eps=0.0).tolist()
    [[-1.0], [1.0]]
    >>> batch_norm(np.array([[1.0], [3.0]]), mean=np.array([1.0]), var=np.array([4.0]), eps=0.0).tolist()
    [[0.0], [1.0]]
    """
    check_eps(eps)
    channels = x.shape[axis : axis + 1] if axis != -1 else x.shape[-1:]
    given = {"weight": weight, "bias": bias, "mean": mean, "var": var}
    for name, value in given.items():
        if value is not None and np.shape(value) != channels:
            raise ShapeError(
                f"{name} must have shape {channels}, one number for each channel (axis {axis} of x), not "
                f"{np.shape(value)}"
            )
    if (mean is None) != (var is None):
        raise ShapeError("mean and var go together: give both, or neither for those of the batch")
    z, _ = _normalised(x, mean, var, axis, eps)
    y = z if weight is None else z * along(weight, x, axis)
    return y if bias is None else y + along(bias, x, axis)


def _normalised(x, mean, var, axis, eps):
    """``x`` less the mean, over the spread: those of the batch, or those that are given; and that spread."""
    if mean is None:
        return standardised(x, other_axes(x, axis), eps)
    spread = np.sqrt(along(var, x, axis) + eps)
    return (x - along(mean, x, axis)) / spread, spread


def _weighted(g, x, weight, axis):
    """What arrives before the weights."""
    return g if weight is None else g * along(weight, x, axis)


def _batch_to_x(g, y, x, weight=None, bias=None, mean=None, var=None, axis=1, eps=1e-5):
    z, spread = _normalised(x, mean, var, axis, eps)
    g = _weighted(g, x, weight, axis)
    return through(g, z, spread, other_axes(x, axis)) if mean is None else g / spread


def _batch_to_weight(g, y, x, weight=None, bias=None, mean=None, var=None, axis=1, eps=1e-5):
    return (g * _normalised(x, mean, var, axis, eps)[0]).sum(axis=other_axes(x, axis))


def _batch_to_bias(g, y, x, weight=None, bias=None, mean=None, var=None, axis=1, eps=1e-5):
    return g.sum(axis=other_axes(x, axis))


def _batch_to_mean(g, y, x, weight=None, bias=None, mean=None, var=None, axis=1, eps=1e-5):
    _, spread = _normalised(x, mean, var, axis, eps)
    return -(_weighted(g, x, weight, axis) / spread).sum(axis=other_axes(x, axis))


def _batch_to_var(g, y, x, weight=None, bias=None, mean=None, var=None, axis=1, eps=1e-5):
    z, spread = _normalised(x, mean, var, axis, eps)
    return (_weighted(g, x, weight, axis) * z / (-2.0 * spread * spread)).sum(axis=other_axes(x, axis))


batch_norm.rule(_batch_to_x, _batch_to_weight, _batch_to_bias, _batch_to_mean, _batch_to_var)
