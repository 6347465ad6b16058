"""Losses of probabilities: how surprised the network is by the right answer, computed from its scores (logits).

The scores are not turned into probabilities first: the logarithm of a softmax or sigmoid that has been rounded to 0
would be infinite, whereas from the scores it is a small sum.
"""

import numpy as np

from ...core.errors import HyperparameterError, ShapeError
from ...core.op import operation
from ...core.tensor import plain
from ...core.tracing import call
from ..elementwise import sigmoid
from ..samples import between, case, normal, whole
from .layers import checked_indices
from .losses import lined_up, reduced, share
from .softmax import log_softmax, softmax

# ---- many classes


@operation(
    symbol="CE", latex=r"-\overline{{\ln\,\mathrm{{softmax}}({logits})_{{{target}}}}}",
    source="F.cross_entropy({logits}, {target}{keywords})",
    formulas=["(softmax({logits}) − onehot({target})) / n", "−ln softmax({logits}) / n"],
    samples=[normal(5, 3), whole(3, 5)],
    cases=[
        case(normal(4, 3), between(0.1, 1.0, 4, 3)), case(reduction="sum"), case(reduction="none"),
        case(normal(2, 3, 2), whole(3, 2, 2), axis=1, label_smoothing=0.1),
        case(normal(2, 3, 2), between(0.1, 1.0, 2, 3, 2), axis=1, reduction="none", label_smoothing=0.2),
        case(normal(3), whole(3)), case(normal(0, 3), whole(3, 0), reduction="sum"),
    ],
    note="Each score is pulled by its probability, and the right one is pushed up by 1 (n = 1 unless it is a mean).",
)  # fmt: skip
def cross_entropy(logits, target, *, reduction="mean", axis=-1, label_smoothing=0.0):
    """Minus the logarithm of the probability that softmax gives to the right class, averaged over the examples.

    With probabilities ``q`` as the target it is ``−Σ q · ln softmax(logits)`` over the classes.

    In the rules ``n`` is how many losses are averaged; for the other reductions it is 1. ``onehot(target)`` is 1 at the
    right classes and else 0; probabilities stand there as they are.

    Shapes: ``logits`` (..., classes); the target either (...,) whole numbers from 0 to classes − 1, or probabilities of
    the shape of ``logits``.

    Args:
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for one loss for each example.
        axis: that of the classes; for images of scores (n, classes, height, width) it is 1.
        label_smoothing: the part of the target that is spread evenly over all classes (C. Szegedy et al., 2016).

    Raises:
        ShapeError: the target's shape is neither of the two.
        IndexKindError: it has the shape of indices, but is no whole numbers.
        IndexRangeError: a class is negative or not less than their number.
        HyperparameterError: ``label_smoothing`` is not between 0 and 1.
        OptionError: another ``reduction``.

    >>> round(float(cross_entropy(np.array([[2.0, 0.0], [0.0, 2.0]]), np.array([0, 1]))), 4)
    0.1269
    """
    return _loss_and_probabilities(logits, target, reduction, axis, label_smoothing)[0]


@cross_entropy.saves
def _loss_and_probabilities(logits, target, reduction="mean", axis=-1, label_smoothing=0.0):
    """The loss, and the probabilities (the classes first) from which its gradient is made, if it is quickly made."""
    if not 0.0 <= label_smoothing <= 1.0:
        raise HyperparameterError(f"label_smoothing is {label_smoothing!r}, but must be between 0 and 1")
    hard = are_classes(logits, target, axis)
    scores = classes_first(logits, axis)
    scores = scores - np.maximum.reduce(scores)
    p = np.exp(scores)
    total = np.add.reduce(p)
    surprise = np.log(total)  # of a class: this less its score
    if hard and not label_smoothing:
        p /= total
        right = scores.reshape(len(scores), -1)[right_places(target)]
        return reduced(surprise - right.reshape(surprise.shape), reduction), p
    q = classes_first(probabilities(logits, target, axis, label_smoothing), axis)
    return reduced(np.add.reduce(q * (surprise - scores)), reduction), None


def are_classes(logits, target, axis):
    """Whether the target tells the right classes by their numbers, rather than by probabilities.

    Raises:
        ShapeError, IndexKindError, IndexRangeError: it does neither, see ``cross_entropy``.
    """
    target = call(np.asarray, target)
    if target.dtype.kind == "f" and target.shape == logits.shape:
        return False
    expected = list(logits.shape)
    classes = expected.pop(axis)
    if target.shape != tuple(expected):
        hint = "; pass axis=1" if logits.ndim > 2 and target.shape == logits.shape[:1] + logits.shape[2:] else ""
        raise ShapeError(
            f"the scores have shape {logits.shape} with the {classes} classes on axis {axis}, so the target must have "
            f"shape {tuple(expected)} (whole numbers) or {logits.shape} (probabilities), not {target.shape}{hint}"
        )
    checked_indices(target, classes, "the classes in the target")
    return True


def classes_first(x, axis):
    """The axis of the classes moved to the front, where NumPy reduces over it fastest."""
    return call(np.ascontiguousarray, x.T if x.ndim == 2 and axis in (-1, 1) else np.moveaxis(x, axis, 0))


def right_places(target):
    """The index that takes the score of the right class of each example: from (classes, examples)."""
    target = call(np.asarray, target).ravel()
    return target, np.arange(target.size)


def probabilities(logits, target, axis, label_smoothing):
    """The target as probabilities of the shape of ``logits``."""
    classes = logits.shape[axis]
    if plain(target).dtype.kind != "f":
        along = [1] * logits.ndim
        along[axis] = classes
        target = (np.expand_dims(plain(target), axis) == np.arange(classes).reshape(along)).astype(logits.dtype)
    return (1.0 - label_smoothing) * target + label_smoothing / classes if label_smoothing else target


def less_one(p, target, axis):
    """The gradient of the sum of the losses: the probabilities (the classes first), less 1 for the right classes."""
    slope = p.copy()
    slope.reshape(len(p), -1)[right_places(target)] -= 1.0
    return slope.T if p.ndim == 2 and axis in (-1, 1) else np.moveaxis(slope, 0, axis)


def _for_each(g, logits, reduction, axis):
    """What arrives at the loss of each example, with an axis of length 1 for the classes."""
    if reduction == "none":
        return np.expand_dims(g, axis)
    return share(g, logits.size // max(logits.shape[axis], 1), reduction)


def _to_logits(g, y, logits, target, reduction="mean", axis=-1, label_smoothing=0.0, saved=None):
    if saved is not None:
        slope = less_one(saved, plain(target), axis)  # the quick way, on arrays
    else:
        q = probabilities(logits, target, axis, label_smoothing)
        slope = softmax(logits, axis=axis) * q.sum(axis=axis, keepdims=True) - q
    return slope * _for_each(g, logits, reduction, axis)


def _to_probabilities(g, y, logits, target, reduction="mean", axis=-1, label_smoothing=0.0, saved=None):
    slope = (label_smoothing - 1.0) * log_softmax(logits, axis=axis)
    return slope * _for_each(g, logits, reduction, axis)


cross_entropy.rule(_to_logits, _to_probabilities)

# ---- two classes


@operation(
    symbol="BCE",
    latex=r"-\overline{{\left({target} \ln \sigma({logits}) + (1 - {target}) \ln(1 - \sigma({logits}))\right)}}",
    source="F.binary_cross_entropy_with_logits({logits}, {target}{keywords})",
    formulas=["(σ({logits}) − {target}) / n", "−{logits} / n"],
    scalar_formulas=["σ({logits}) − {target}", "−{logits}"],
    samples=[normal(5, 2), between(0.0, 1.0, 5, 2)],
    cases=[case(reduction="sum"), case(reduction="none"), case(normal(), between(0.0, 1.0))],
    note="Each score is pulled by the difference of its probability and the target (n = 1 unless it is a mean).",
)  # fmt: skip
def binary_cross_entropy_with_logits(logits, target, *, reduction="mean"):
    """``−t ln σ(x) − (1 − t) ln(1 − σ(x))``, averaged: the surprise at yes-or-no answers ``t`` whose scores are ``x``.

    Computed as ``max(x, 0) − x·t + ln(1 + exp(−|x|))``, in which nothing overflows.

    In the rules ``n`` is how many losses are averaged; for the other reductions it is 1.

    Shapes: the scores and the target have shapes equal but for axes of length 1; the target holds 0 and 1, truth values
    or probabilities.

    Args:
        reduction: ``"mean"``, ``"sum"``, or ``"none"`` for the losses themselves.

    Raises:
        ShapeError: the shapes differ otherwise; broadcasting them would compare everything with everything.
        OptionError: another ``reduction``.

    >>> binary_cross_entropy_with_logits(np.array([1000.0, 0.0]), np.array([1.0, 1.0]), reduction="none").round(4)
    array([0.    , 0.6931])
    """
    target = lined_up("binary_cross_entropy_with_logits", logits, target)
    return reduced(np.maximum(logits, 0.0) - logits * target + np.log1p(np.exp(-np.abs(logits))), reduction)


def _bce_to_logits(g, y, x, t, reduction="mean"):
    t = lined_up("binary_cross_entropy_with_logits", x, t)
    return (sigmoid(x) - t) * share(g, x.size, reduction)


def _bce_to_target(g, y, x, t, reduction="mean"):
    x = lined_up("binary_cross_entropy_with_logits", t, x)
    return -x * share(g, t.size, reduction)


binary_cross_entropy_with_logits.rule(_bce_to_logits, _bce_to_target)
