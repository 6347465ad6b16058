"""What tests of programs share: arrays, and a check of a program against its function."""

import numpy as np

import nbgrad as ng
from nbgrad.core.containers import flatten

X = np.array([1.0, -2.0, 3.0])
M = np.arange(12.0).reshape(4, 3) - 5.0
READONLY = X.copy()
READONLY.flags.writeable = False
IMAGES = np.random.default_rng(1).normal(size=(2, 2, 6, 6))
FILTERS = np.random.default_rng(2).normal(size=(3, 2, 3, 3))


def equal(got, wanted):
    """Check two answers: values, shapes, dtypes and containers. A program gives numbers where eager gives tensors."""
    mine, theirs = flatten(got)[0], flatten(wanted)[0]
    assert len(mine) == len(theirs)
    assert type(got) is type(wanted) or isinstance(wanted, ng.Tensor)
    for x, y in zip(mine, theirs, strict=True):
        y = y.data if isinstance(y, ng.Tensor) else y
        assert np.shape(x) == np.shape(y)
        assert np.asarray(x).dtype == np.asarray(y).dtype
        np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-14)


def agrees(f, *examples, **static):
    """Check a function's program on several tuples of arguments; it is compiled for the first of them."""
    program = ng.compile(f, *examples[0], **static)
    for args in examples:
        equal(program(*args), f(*args, **static))
    return program


class Scaled:
    """An object with an array, to be called."""

    def __init__(self):
        self.k = np.array([2.0, 3.0, 4.0])

    def __call__(self, x):
        return self.k * x

    def method(self, x):
        return x + self.k

    @staticmethod
    def plainly(x):
        return x * 3
