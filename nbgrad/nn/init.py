"""Initial weights: random, but of a size that lets signals through a deep network neither fade nor explode.

Each function gives a new array of the wanted shape::

    W = ng.tensor(nn.init.he_normal((784, 128), rng=0), requires_grad=True)

``rng`` is a NumPy ``Generator`` or a seed. Without it the numbers come from one generator that the whole package
shares. It begins with the seed 0 in every new Python process, so that a program gives the same network each time it
is run; :func:`seed` starts it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import HyperparameterError, LayerSizeError

if TYPE_CHECKING:  # numpy.random is loaded by those who draw numbers, not by `import nbgrad`
    from numpy.random import Generator

Init = Callable[..., np.ndarray]
_shared: list[Generator] = []  # the package's generator, once it is needed


def seed(number: int = 0) -> None:
    """Start the generator again that all layers without ``rng`` draw from.

    >>> import nbgrad as ng
    >>> ng.nn.init.seed(7)
    >>> first = ng.nn.init.normal((2, 2))
    >>> ng.nn.init.seed(7)
    >>> bool((first == ng.nn.init.normal((2, 2))).all())
    True
    """
    _shared[:] = [generator(number)]


def generator(rng: Any = None) -> Generator:
    """The generator that ``rng`` stands for: itself, a new one for a seed, the shared one for ``None``.

    Raises:
        HyperparameterError: it is none of these.
    """
    if rng is None:
        if not _shared:
            seed()
        return _shared[0]
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(int(rng))
    raise HyperparameterError(
        f"rng is {rng!r}, but must be a seed (0, 1, 2, ...) or a generator (np.random.default_rng)"
    )


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """How many numbers flow into and out of one unit: ``(fan_in, fan_out)``.

    Args:
        shape: ``(inputs, outputs)`` for a linear layer, ``(outputs, inputs, *kernel)`` for a convolution.

    Raises:
        LayerSizeError: fewer than two axes.

    >>> fans((784, 128)), fans((8, 3, 5, 5))
    ((784, 128), (75, 200))
    """
    if len(shape) < 2:
        raise LayerSizeError(
            f"weights of shape {tuple(shape)} do not say what flows in and out; that takes two axes or more. For "
            "biases zeros are usual"
        )
    if len(shape) == 2:
        return shape[0], shape[1]
    return shape[1] * prod(shape[2:]), shape[0] * prod(shape[2:])


def zeros(shape: Sequence[int], *, rng: Any = None) -> np.ndarray:
    """Nothing but 0: usual for biases. (Weights that are all equal stay equal, and the layer learns one thing only.)"""
    return np.zeros(shape)


def ones(shape: Sequence[int], *, rng: Any = None) -> np.ndarray:
    """Nothing but 1: usual for the scales of a normalisation."""
    return np.ones(shape)


def constant(value: float) -> Init:
    """The initialiser that gives ``value`` everywhere.

    >>> constant(0.5)((2,))
    array([0.5, 0.5])
    """

    def filled(shape: Sequence[int], *, rng: Any = None) -> np.ndarray:
        return np.full(shape, float(value))

    return filled


def normal(shape: Sequence[int], *, std: float = 1.0, rng: Any = None) -> np.ndarray:
    """The normal distribution around 0 with the standard deviation ``std``."""
    return std * generator(rng).standard_normal(shape)


def uniform(shape: Sequence[int], *, bound: float = 1.0, rng: Any = None) -> np.ndarray:
    """Evenly between ``-bound`` and ``bound``, which has the standard deviation ``bound / √3``."""
    return bound * generator(rng).uniform(-1, 1, shape)


def xavier_uniform(shape: Sequence[int], *, gain: float = 1.0, rng: Any = None) -> np.ndarray:
    """Xavier (Glorot) initialisation, evenly within ``± gain √(6 / (fan_in + fan_out))``.

    It keeps the variance of the signal, and backwards that of the gradient, about the same from layer to layer, where
    the activation is close to the identity near 0, as tanh is (Glorot and Bengio 2010, AISTATS, PMLR 9, 249-256).

    Args:
        shape: see :func:`fans`.
        gain: a factor for the activation that follows.

    Raises:
        LayerSizeError: fewer than two axes.
    """
    return uniform(shape, bound=gain * sqrt(6 / sum(fans(shape))), rng=rng)


def xavier_normal(shape: Sequence[int], *, gain: float = 1.0, rng: Any = None) -> np.ndarray:
    """As :func:`xavier_uniform`, but normal with the standard deviation ``gain √(2 / (fan_in + fan_out))``."""
    return normal(shape, std=gain * sqrt(2 / sum(fans(shape))), rng=rng)


def he_uniform(shape: Sequence[int], *, rng: Any = None) -> np.ndarray:
    """He (Kaiming) initialisation, evenly within ``± √(6 / fan_in)``.

    For layers that a relu follows: it lets half of the signal's variance through, so the weights make up for it by
    a factor of 2 (He, Zhang, Ren and Sun 2015, ICCV, arXiv:1502.01852).

    Args:
        shape: see :func:`fans`.

    Raises:
        LayerSizeError: fewer than two axes.
    """
    return uniform(shape, bound=sqrt(6 / fans(shape)[0]), rng=rng)


def he_normal(shape: Sequence[int], *, rng: Any = None) -> np.ndarray:
    """As :func:`he_uniform`, but normal with the standard deviation ``√(2 / fan_in)``."""
    return normal(shape, std=sqrt(2 / fans(shape)[0]), rng=rng)


def orthogonal(shape: Sequence[int], *, gain: float = 1.0, rng: Any = None) -> np.ndarray:
    """Rows or columns (whichever are fewer) at right angles, each of length ``gain`` (Saxe et al. 2014, ICLR).

    A square one keeps the length of every vector, however often it is applied: what a recurrent layer needs. It is
    the Q of a QR decomposition of normal numbers, its signs set by R's diagonal, so that every orthogonal matrix is
    equally likely (Mezzadri 2007, Notices of the AMS 54(5), 592-604). Further axes count as columns.

    Raises:
        LayerSizeError: fewer than two axes.

    >>> Q = orthogonal((3, 3), rng=0)
    >>> np.allclose(Q.T @ Q, np.eye(3))
    True
    """
    fans(shape)  # checks that there are two axes
    rows, columns = shape[0], prod(shape[1:])
    q, r = np.linalg.qr(normal((max(rows, columns), min(rows, columns)), rng=rng))
    q = q * np.sign(np.diagonal(r))
    return gain * (q if rows >= columns else q.T).reshape(shape)
