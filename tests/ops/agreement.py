"""A function that a test calls both on arrays and on tensors."""

import numpy as np

import nbgrad as ng
from nbgrad.core.tensor import Tensor

check = ng.check_gradients


def leaf(value):
    return ng.tensor(value, requires_grad=True)


def weighted(function, *args):
    """A function that gives one number: the elements of all results, each with its own weight."""
    shapes = [np.shape(y) for y in results(function(*args))]
    weights = [np.random.default_rng(3).uniform(0.5, 1.5, shape)[()] for shape in shapes]
    return lambda *moved: sum((y * w).sum() for y, w in zip(results(function(*moved)), weights, strict=True))


def results(value):
    return value if isinstance(value, tuple) else (value,)


def agrees(function, *args, **options):
    """On tensors the same values as on arrays, and gradients that agree with finite differences."""
    expected, received = function(*args), function(*map(leaf, args))
    for e, r in zip(results(expected), results(received), strict=True):
        assert isinstance(r, Tensor)
        assert (r.dtype, r.shape) == (e.dtype, np.shape(e))
        np.testing.assert_allclose(r.data, e, rtol=1e-13, atol=1e-13)
    check(weighted(function, *args), *args, **options)
