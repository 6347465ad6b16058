"""Losses of numbers: how far predictions are from what they should be, as one number or one for each example."""

import numpy as np

from ...core.errors import HyperparameterError, OptionError, ShapeError
from ...core.op import operation
from ..samples import apart, case, normal

ARRAY = np.ndarray


def reduced(values, reduction):
    """The mean of the losses, their sum, or all of them.

    Raises:
        OptionError: ``reduction`` is none of these.
    """
    if reduction == "mean":
        if type(values) is not ARRAY or values.itemsize == 2:  # of float16, NumPy's own mean adds up in float32
            return np.mean(values)
        return np.add.reduce(values, None) / values.size
    if reduction == "sum":
        return np.add.reduce(values, None)
    if reduction == "none":
        return values
    raise OptionError(f'reduction is {reduction!r}, but must be "mean", "sum" or "none"')


def share(g, count, reduction):
    """What each of ``count`` losses receives of the gradient that arrives at the reduced one."""
    return g / max(count, 1) if reduction == "mean" else g


def shape_of(x):
    """The shape; ``()`` for a plain number. Faster than ``np.shape``, which this is called too often for."""
    return getattr(x, "shape", ())


def lined_up(name, prediction, target):
    """The target in the prediction's shape, if that is a matter of axes of length 1 only.

    Raises:
        ShapeError: the shapes differ otherwise; broadcasting them would compare everything with everything.
    """
    if type(prediction) is type(target) is ARRAY and prediction.shape == target.shape:
        return target  # by far the commonest
    shapes = shape_of(prediction), shape_of(target)
    if shapes[0] == shapes[1]:
        return target
    if [n for n in shapes[0] if n != 1] != [n for n in shapes[1] if n != 1]:
        raise ShapeError(
            f"{name} compares two arrays element by element, but their shapes are {shapes[0]} and {shapes[1]}; make "
            "them equal, for example by computing one output for each target"
        )
    return np.reshape(target, shapes[0])


@operation(
    symbol="MSE", latex=r"\overline{{({prediction} - {target})^2}}", source="(({prediction} - {target}) ** 2).mean()",
    formulas=["2({prediction} − {target}) / n", "2({target} − {prediction}) / n"],
    scalar_formulas=["2({prediction} − {target})", "2({target} − {prediction})"], samples=[normal(5, 2), normal(5, 2)],
    cases=[case(normal(4), normal(4)), case(normal(), normal())],
    note="The further a prediction is off, the harder it is pulled back.",
)  # fmt: skip
def mse_loss(prediction, target, *, reduction="mean"):
    """The mean squared error of two arrays whose shapes are equal but for axes of length 1.

    In the rules ``n`` is how many losses are averaged; for the other reductions it is 1.

    Args:
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for the squared errors themselves.

    Raises:
        ShapeError: the shapes differ otherwise; broadcasting them would compare everything with everything.
        OptionError: another ``reduction``.

    >>> float(mse_loss(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
    2.0
    """
    d = prediction - lined_up("mse_loss", prediction, target)
    if reduction != "mean" or type(d) is not ARRAY or d.itemsize == 2:
        return reduced(np.square(d), reduction)
    flat = d.ravel()
    return flat.dot(flat) / d.size


def _mse_slope(g, x, other, reduction):
    return (x - lined_up("mse_loss", x, other)) * share(g * 2.0, x.size, reduction)


mse_loss.rule(
    lambda g, y, p, t, reduction="mean": _mse_slope(g, p, t, reduction),
    lambda g, y, p, t, reduction="mean": _mse_slope(g, t, p, reduction),
)


@operation(
    symbol="MAE", latex=r"\overline{{|{prediction} - {target}|}}",
    source='F.l1_loss({prediction}, {target}{keywords})',
    formulas=["sign({prediction} − {target}) / n", "sign({target} − {prediction}) / n"],
    scalar_formulas=["sign({prediction} − {target})", "sign({target} − {prediction})"],
    samples=[apart(5, 2), lambda rng: 0.1 * rng.random((5, 2))],
    cases=[case(reduction="sum"), case(reduction="none"), case(apart(), normal())],
    note="However far a prediction is off, it is pulled back equally hard, so a few outliers do not outweigh the rest "
    "(n = 1 unless it is a mean).",
)  # fmt: skip
def l1_loss(prediction, target, *, reduction="mean"):
    """The mean absolute error; where a prediction is exact, the subgradient 0 is taken.

    In the rules ``n`` is how many losses are averaged; for the other reductions it is 1.

    Shapes, arguments and errors: as ``mse_loss``.

    >>> float(l1_loss(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
    1.0
    """
    return reduced(np.abs(prediction - lined_up("l1_loss", prediction, target)), reduction)


def _l1_slope(g, x, other, reduction):
    return np.sign(x - lined_up("l1_loss", x, other)) * share(g, x.size, reduction)


l1_loss.rule(
    lambda g, y, p, t, reduction="mean": _l1_slope(g, p, t, reduction),
    lambda g, y, p, t, reduction="mean": _l1_slope(g, t, p, reduction),
)


@operation(
    symbol="Huber", latex=r"\overline{{h_\delta({prediction} - {target})}}",
    source='F.huber_loss({prediction}, {target}{keywords})',
    formulas=["({prediction} − {target} within ±{delta}) / n", "({target} − {prediction} within ±{delta}) / n"],
    scalar_formulas=["{prediction} − {target} within ±{delta}", "{target} − {prediction} within ±{delta}"],
    samples=[apart(5, 2), lambda rng: 0.1 * rng.random((5, 2))],
    cases=[case(reduction="sum"), case(reduction="none", delta=0.7), case(apart(), normal())],
    note="Small errors are pulled back in proportion, large ones no harder than delta (n = 1 unless it is a mean).",
)  # fmt: skip
def huber_loss(prediction, target, *, delta=1.0, reduction="mean"):
    """Half the squared error where it is at most ``delta``, beyond that a straight line (P. Huber, 1964).

    ``d² / 2`` for ``|d| ≤ delta``, else ``delta · (|d| − delta / 2)``, with ``d = prediction − target``; then its mean.

    In the rules ``n`` is how many losses are averaged; for the other reductions it is 1.

    Shapes, ``reduction`` and errors: as ``mse_loss``.

    Raises:
        HyperparameterError: ``delta`` is not positive.

    >>> huber_loss(np.array([0.5, 3.0]), np.zeros(2), reduction="none").tolist()
    [0.125, 2.5]
    """
    if not delta > 0:
        raise HyperparameterError(f"delta is {delta!r}, but must be positive: errors up to it count as small")
    far = np.abs(prediction - lined_up("huber_loss", prediction, target))
    near = np.minimum(far, delta)
    return reduced(near * (far - 0.5 * near), reduction)


def _huber_slope(g, x, other, delta, reduction):
    d = x - lined_up("huber_loss", x, other)
    return np.maximum(np.minimum(d, delta), -delta) * share(g, x.size, reduction)


huber_loss.rule(
    lambda g, y, p, t, delta=1.0, reduction="mean": _huber_slope(g, p, t, delta, reduction),
    lambda g, y, p, t, delta=1.0, reduction="mean": _huber_slope(g, t, p, delta, reduction),
)
