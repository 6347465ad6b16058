"""Operations of neural networks: fused, so that the graph shows layers rather than their arithmetic."""

import numpy as np

from ..core.errors import ShapeError
from ..core.op import operation
from .linalg import for_left, for_right
from .samples import normal


def ndim(x):
    """The number of axes; 0 for a plain number. Faster than ``np.ndim``, which this is called too often for."""
    return getattr(x, "ndim", 0)


@operation(
    symbol="@+", latex=r"{x}\,{W} + {b}", source="{x} @ {W} + {b}",
    formulas=["{g} · {W}ᵀ", "{x}ᵀ · {g}", "{g} summed over the rows"],
    scalar_formulas=["{W}", "{x}", "1"], samples=[normal(5, 3), normal(3, 2), normal(2)],
    note="A linear layer sends back what arrived, weighted by its weights.",
)  # fmt: skip
def linear(x, W, b):
    """``x @ W + b`` for a batch ``x`` (n, i), weights (i, o) and biases (o,); for scalars ``x * W + b``."""
    product = x.dot(W) if type(x) is np.ndarray else np.dot(x, W)
    if ndim(W) > 2 or (ndim(b) and np.shape(b) not in ((product.shape[-1:]), (1, *product.shape[-1:]), (1,))):
        raise ShapeError(
            "the weights of a linear layer have shape (inputs, outputs) and its biases (outputs,), but here the "
            f"weights have shape {np.shape(W)} and the biases {np.shape(b)}"
        )
    return product + b


def _linear_to_x(g, y, x, W, b):
    if ndim(W) == 2 == x.ndim:
        return g @ W.T  # not g.dot: an array's own dot would take a tensor for an array, and cut the graph
    return for_left(g, x, W) if x.ndim and ndim(W) else g * W


def _linear_to_W(g, y, x, W, b):
    if W.ndim == 2 == ndim(x):
        return x.T @ g
    return for_right(g, x, W) if W.ndim and ndim(x) else g * x


linear.rule(_linear_to_x, _linear_to_W, lambda g, y, x, W, b: g)  # over the rows of the batch the reverse pass sums


@operation(
    symbol="MSE", latex=r"\overline{{({prediction} - {target})^2}}", source="(({prediction} - {target}) ** 2).mean()",
    formulas=["2({prediction} − {target}) / n", "2({target} − {prediction}) / n"],
    scalar_formulas=["2({prediction} − {target})", "2({target} − {prediction})"], samples=[normal(5, 2), normal(5, 2)],
    note="The further a prediction is off, the harder it is pulled back.",
)  # fmt: skip
def mse_loss(prediction, target):
    """The mean squared error of two arrays whose shapes are equal but for axes of length 1.

    Raises:
        ShapeError: the shapes differ otherwise; broadcasting them would compare everything with everything.
    """
    if np.shape(prediction) != np.shape(target):
        prediction, target = _lined_up(prediction, target)
    d = prediction - target
    if not ndim(d):
        return d * d
    flat = d.ravel()
    return flat.dot(flat) / d.size


def _lined_up(prediction, target):
    """The target in the prediction's shape, if that is a matter of axes of length 1 only."""
    shapes = np.shape(prediction), np.shape(target)
    if [n for n in shapes[0] if n != 1] != [n for n in shapes[1] if n != 1]:
        raise ShapeError(
            f"mse_loss compares two arrays element by element, but their shapes are {shapes[0]} and {shapes[1]}; make "
            "them equal, for example by computing one output for each target"
        )
    return prediction, np.reshape(target, shapes[0])


def _pull(g, x, other):
    difference = x - (other if np.shape(other) == x.shape else np.reshape(other, x.shape))
    return difference * (g * (2.0 / x.size))


mse_loss.rule(lambda g, y, p, t: _pull(g, p, t), lambda g, y, p, t: _pull(g, t, p))
