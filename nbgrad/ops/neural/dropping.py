"""Dropout: numbers left out at random while training."""

import numpy as np

from ...core.errors import HyperparameterError
from ...core.op import operation
from ...core.tracing import Tracer, call
from ..samples import case, normal


def uniform(seed, shape):
    """Random numbers from 0 to 1, the same for the same ``seed``."""
    return np.random.default_rng(seed).random(shape)


def factors(x, p, seed):
    """The factors of dropout: 0 for what is left out, ``1 / (1 − p)`` for what is kept; the same for the same seed."""
    if p == 1:
        return np.zeros(x.shape, x.dtype)
    drawn = call(uniform, seed, x.shape) >= p
    return drawn.astype(x.dtype) * (1.0 / (1.0 - p))


@operation(
    symbol="dropout", latex=r"\frac{{{x} \odot m}}{{1 - {p}}}", source="F.dropout({x}, {p}, seed={seed})",
    formulas=["1/(1 − {p}) where {x} was kept, else 0"], samples=[normal(3, 4)],
    cases=[case(p=0.2, seed=3), case(p=1.0), case(p=0.0), case(normal()), case(normal(0, 3))],
    note="What was left out receives nothing, and what was kept receives as much more as it counted.",
)  # fmt: skip
def dropout_(x, *, p=0.5, seed=0):
    """``x ⊙ m / (1 − p)``, where ``m`` is 0 with probability ``p``, else 1: the same ``m`` for the same ``seed``.

    >>> dropout_(np.ones(4), p=0.5, seed=0).tolist()
    [2.0, 0.0, 0.0, 0.0]
    """
    return x * factors(x, p, seed)


dropout_.rule(lambda g, y, x, p=0.5, seed=0: g * factors(x, p, seed))  # drawn again from the seed: the same numbers


def drawn(generator):
    """A seed from a generator."""
    seed = generator.integers(2**63)
    return seed if isinstance(seed, Tracer) else int(seed)


def dropout(x, p=0.5, *, seed, training=True):
    """``x`` with each number set to 0 with probability ``p`` and the others divided by ``1 − p`` (N. Srivastava, 2014).

    So the mean of what a number contributes stays the same, and nothing need be changed for evaluation. What is left
    out depends on nothing but ``seed``; the backward pass, and the pass back through that, leave out the same.

    Args:
        p: the probability, from 0 to 1.
        seed: a whole number, or a ``np.random.Generator``, from which one is drawn: then each call leaves out others.
        training: without it, ``x`` is handed on as it is.

    Raises:
        HyperparameterError: ``p`` is not between 0 and 1.

    >>> dropout(np.ones(8), 0.25, seed=0).round(2).tolist()
    [1.33, 1.33, 0.0, 0.0, 1.33, 1.33, 1.33, 1.33]
    """
    if not 0.0 <= p <= 1.0:
        raise HyperparameterError(f"the probability of dropout is {p!r}, but must be between 0 and 1")
    if not training:
        return x
    return dropout_(x, p=p, seed=drawn(seed) if hasattr(seed, "integers") else seed)
