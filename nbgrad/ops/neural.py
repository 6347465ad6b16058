"""Operations of neural networks: fused, so that the graph shows layers rather than their arithmetic."""

import numpy as np

from ..core.errors import ShapeError
from ..core.op import operation
from .samples import normal


@operation(
    symbol="@+", latex=r"{x}\,{W} + {b}", source="{x} @ {W} + {b}",
    formulas=["{g} · {W}ᵀ", "{x}ᵀ · {g}", "{g} summed over the rows"],
    scalar_formulas=["{W}", "{x}", "1"], samples=[normal(5, 3), normal(3, 2), normal(2)],
    note="A linear layer sends back what arrived, weighted by its weights.",
)  # fmt: skip
def linear(x, W, b):
    """``x @ W + b`` for a batch ``x`` (n, i), weights (i, o) and biases (o,); for scalars ``x * W + b``."""
    return (x.dot(W) if np.ndim(x) and np.ndim(W) else x * W) + b


def _linear_to_x(g, y, x, W, b):
    return g @ W.T if np.ndim(x) and np.ndim(W) else g * W


def _linear_to_W(g, y, x, W, b):
    if not (np.ndim(x) and np.ndim(W)):
        return g * x
    return x.T @ g if x.ndim > 1 else np.reshape(x, (-1, 1)) * g


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
    if np.shape(prediction) != np.shape(target) and without_ones(prediction) != without_ones(target):
        raise ShapeError(
            f"mse_loss compares two arrays element by element, but their shapes are {np.shape(prediction)} and "
            f"{np.shape(target)}; make them equal, for example by computing one output for each target"
        )
    d = np.ravel(prediction) - np.ravel(target)
    return d.dot(d) / d.size


def without_ones(x):
    """The shape of ``x`` without axes of length 1."""
    return tuple(n for n in np.shape(x) if n != 1)


def _pull(g, x, other):
    return (g * (2.0 / x.size)) * (x - np.reshape(other, x.shape))


mse_loss.rule(lambda g, y, p, t: _pull(g, p, t), lambda g, y, p, t: _pull(g, t, p))
