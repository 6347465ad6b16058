"""Indices of every kind, and NumPy's functions that take elements out of arrays."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.ops.indexing import getitem, is_basic, put

rng = np.random.default_rng(6)
T = rng.normal(size=(3, 4, 5))
MASK = rng.random((3, 4)) < 0.5

INDICES = [
    0, -1, np.int64(1), slice(1, 3), slice(None, None, -2), ..., None, (), (1, 2, 3), (0, ..., -1), (None, 1, None),
    (slice(None), slice(2, 0, -1)), [0, 2, 2], np.array([[0, 1], [1, 0]]), ([0, 0], [1, 1]), (slice(None), [1, 1, 3]),
    (0, slice(None), [4, 4]), ([0, 1], slice(1, 3), [4, 4]), (slice(None), 2, [0, 0]), (None, [0, 0], ..., [1, 1]),
    T > 0.5, MASK, (MASK, 2), (slice(None), [True, False, True, True]), (MASK.any(axis=1), 0), True, False,
    np.array([], int), (np.int32(1), np.array(2)), np.ix_([0, 2, 2], [1, 1]), (np.uint8(2), slice(1, 1)),
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_any_index_that_numpy_takes(index):
    expected = T[index]
    weights = rng.uniform(0.5, 1.5, expected.shape)
    x = ng.tensor(T, requires_grad=True)
    np.testing.assert_array_equal(x[index].data, expected)
    (x[index] * weights).sum().backward()
    added = np.zeros_like(T)
    np.add.at(added, index, weights)
    np.testing.assert_allclose(x.grad, added, rtol=1e-14)
    # the slope of the cubes is 3 x² times the added weights, and that of its squares 4 · 9 x³ times their squares
    second = ng.grad(lambda x: (ng.grad(lambda x: (x[index] ** 3 * weights).sum())(x) ** 2).sum())(T)
    np.testing.assert_allclose(second, 36 * T**3 * added**2, rtol=1e-12)


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_putting_is_the_transpose_of_taking(index):
    g = rng.normal(size=T[index].shape)[()]
    placed = put(g, index=index, shape=T.shape)
    assert placed.shape == T.shape
    np.testing.assert_allclose((placed * T).sum(), (g * T[index]).sum(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ng.grad(lambda g: (put(g, index=index, shape=T.shape) * T).sum())(g), T[index])


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_forward_mode(index):
    """The tangent of ``x[index]`` is that of ``x``, indexed."""
    tangent = rng.normal(size=T.shape)
    np.testing.assert_array_equal(ng.jvp(lambda x: x[index] * 1.0, (T,), (tangent,))[1], tangent[index])


def test_which_indices_are_basic():
    assert all(map(is_basic, (0, slice(2), None, ..., (), (0, None, slice(1), ...), np.int64(3))))
    assert not any(map(is_basic, (True, [0], np.array([0]), (0, [1]), (True, 0), ng.tensor(1))))


@pytest.mark.parametrize(
    ("index", "same"),
    [
        (ng.tensor(1), 1),
        (ng.tensor([2, 0, 2]), [2, 0, 2]),
        ((0, ng.tensor([1, 1])), (0, [1, 1])),
        (ng.tensor(T > 0), T > 0),
    ],
)
def test_tensors_as_indices(index, same):
    x = ng.tensor(T, requires_grad=True)
    for y in (x[index], getitem(x, index=index)):
        np.testing.assert_array_equal(y.data, T[same])
        x.zero_grad()
        y.sum().backward()
        added = np.zeros_like(T)
        np.add.at(added, same, 1.0)
        np.testing.assert_array_equal(x.grad, added)


def test_an_index_out_of_range_is_numpys_error():
    x = ng.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(IndexError, match="out of bounds"):
        x[2]
    with pytest.raises(IndexError):
        x[0, 0]
    with pytest.raises(IndexError):
        x["a"]


def test_the_gradient_of_repeated_rows_in_float32():
    x = ng.tensor(T.astype(np.float32), requires_grad=True)
    x[[0, 0, 1]].sum().backward()
    assert x.grad.dtype == np.float32
    np.testing.assert_array_equal(x.grad[:, 0, 0], [2, 1, 0])


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.take(x, [0, 0, 2], axis=1),
        lambda x: np.take(x, [[5, -1]]),
        lambda x: np.take(x, [7, -9], 0, mode="wrap"),
        lambda x: np.take(x, [7, -9], axis=2, mode="clip"),
        lambda x: x.take([1, 1], axis=0),
        lambda x: np.take(x, 2, axis=-1),
        lambda x: np.take_along_axis(x, np.argsort(x, axis=1), axis=1),
        lambda x: np.take_along_axis(x, np.argmax(x, axis=-1, keepdims=True), axis=-1),
        lambda x: np.take_along_axis(x, np.array([0, 0, 3]), axis=None),
        lambda x: np.compress([True, False, True], x, axis=0),
        lambda x: x.compress([True, False, True]),
        lambda x: np.extract(x > 0, x),
        lambda x: np.where(x > 0, x, x**2),
        lambda x: x[np.where(x > 0)],
        lambda x: x[np.nonzero(x < 0)],
        lambda x: x[np.argwhere(x > 1)[:, 0]],
    ],
)
def test_functions_that_take(function):
    expected = function(T)
    y = function(ng.tensor(T, requires_grad=True))
    np.testing.assert_array_equal(y.data, expected)
    assert y.requires_grad
    weights = rng.uniform(0.5, 1.5, expected.shape)
    ng.check_gradients(lambda x: (np.sin(function(x)) * weights).sum(), T)
    slope = ng.grad(lambda x: (np.sin(function(x)) * weights).sum())
    ng.check_gradients(lambda x: (slope(x) ** 2).sum(), T, rtol=1e-4)


def test_a_number_is_taken_from_as_if_it_had_one_element():
    for options in ({}, {"axis": 0}, {"axis": -1}):
        assert ng.grad(lambda x, o=options: np.take(x, [0, 0], **o).sum())(3.0) == 2.0
        assert ng.grad(lambda x, o=options: np.take(x, 5, mode="clip", **o).sum())(3.0) == 1.0


def test_where_with_one_argument_is_nonzero():
    x = ng.tensor([[1.0, 0.0], [0.0, -2.0]], requires_grad=True)
    for found in (np.where(x), np.nonzero(x), x.nonzero(), np.where(x != 0)):
        assert isinstance(found, tuple)
        np.testing.assert_array_equal(found, [[0, 1], [0, 1]])
    np.testing.assert_array_equal(np.argwhere(x), [[0, 0], [1, 1]])
    np.testing.assert_array_equal(np.flatnonzero(x), [0, 3])
    assert type(np.argwhere(x)) is np.ndarray
