"""NumPy's functions called on tensors, in NumPy's own spelling."""

import inspect

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.core.numpy_protocol import translated


def leaf(data, **options):
    return ng.tensor(data, requires_grad=True, **options)


# ---- reading a call
@pytest.mark.parametrize(
    ("call", "keywords"),
    [
        (lambda x: np.sum(x, 0), {"axis": 0}),
        (lambda x: np.sum(a=x, axis=(0, 1)), {"axis": (0, 1)}),
        (lambda x: np.sum(x, None, None, None, True), {"keepdims": True}),
        (lambda x: np.sum(x, axis=None, dtype=None, out=None), None),
        (lambda x: np.mean(x, 1, keepdims=True), {"axis": 1, "keepdims": True}),
        (lambda x: np.transpose(x, (1, 0)), {"axes": (1, 0)}),
        (lambda x: np.swapaxes(x, axis2=0, axis1=1), {"axis1": 1, "axis2": 0}),
        (lambda x: np.broadcast_to(x, shape=(5, 2, 3), subok=False), {"shape": (5, 2, 3)}),
    ],
)
def test_arguments_by_position_and_by_name(call, keywords):
    array = np.arange(6.0).reshape(2, 3)
    y = call(leaf(array))
    assert y.requires_grad
    assert (y.static or None) == keywords
    np.testing.assert_array_equal(y.data, call(array))


def test_ufuncs_with_numpys_defaults_spelled_out():
    x = leaf([1.0, 2.0])
    y = np.add(x, 1.0, out=None, where=True, casting="same_kind", order="K", dtype=None, subok=True)
    np.testing.assert_array_equal(y.data, [2.0, 3.0])
    assert y.requires_grad


def test_a_function_that_numpy_does_not_describe_takes_its_arguments_as_they_come():
    """The few functions in C of which an older NumPy tells no signature."""
    undescribed = min  # a builtin whose signature Python cannot read
    with pytest.raises(ValueError, match="no signature"):
        inspect.signature(undescribed)
    assert translated(undescribed, lambda arrays, axis=0: None, ([1],), {"axis": 1}) == (([1],), {"axis": 1})


def test_the_dtype_of_a_sum():
    x = leaf(np.array([1.0, 2.0], np.float32))
    y = np.sum(x, dtype=np.float64)
    assert y.dtype == np.float64
    y.backward()
    assert x.grad.dtype == np.float32


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda x: np.add.reduce(x), lambda x: np.sum(x, axis=0)),
        (lambda x: np.add.reduce(x, axis=None), lambda x: np.sum(x)),
        (lambda x: np.add.reduce(x, 1, keepdims=True), lambda x: np.sum(x, axis=1, keepdims=True)),
        (lambda x: np.maximum.reduce(x, axis=1), lambda x: np.max(x, axis=1)),
        (lambda x: np.minimum.reduce(x), lambda x: np.min(x, axis=0)),
        (lambda x: np.multiply.outer(x, x), lambda x: x[:, :, None, None] * x),
        (lambda x: np.subtract.outer(x, [1.0, 2.0]), lambda x: x[:, :, None] - np.array([1.0, 2.0])),
    ],
)
def test_methods_of_ufuncs(call, expected):
    array = np.random.default_rng(2).normal(size=(2, 3))
    y = call(leaf(array))
    np.testing.assert_allclose(y.data, expected(array))
    assert y.requires_grad


# ---- functions without a rule
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: np.i0(x), r"np\.i0 has no gradient rule"),
        (lambda x: np.percentile(x, 30), r"np\.percentile.*write np\.sort"),
        (lambda x: np.interp(x, [0, 1], [0, 1]), r"np\.interp.*np\.searchsorted"),
        (lambda x: np.linspace(0, x, 3), r"np\.linspace.*a \+ \(b - a\) \* t"),
        (lambda x: np.select([x > 1], [x]), r"np\.select.*np\.where"),
        (lambda x: np.linalg.eigvals(np.ones((2, 2)) * x), r"np\.linalg\.eigvals"),
        (lambda x: np.linalg.lstsq(np.ones((2, 2)) * x, x), r"np\.linalg\.solve"),
        (lambda x: np.modf(x), r"np\.modf"),
        (lambda x: np.add.reduceat(x, [0, 1]), r"np\.add\.reduceat.*np\.add has one"),
        (lambda x: np.subtract.reduce(x), r"np\.subtract\.reduce.*np\.subtract has one"),
        (lambda x: np.sum(x, where=np.array([True, False])), r"np\.sum with where=.*np\.sum without it has one"),
        (lambda x: np.sum(x, initial=3.0), r"np\.sum with initial="),
        (lambda x: np.add(x, x, where=np.array([True, False])), r"np\.add with where="),
        (lambda x: np.add(x, x, dtype=np.float32), r"np\.add with dtype="),
    ],
)
def test_numpy_functions_without_a_rule_say_so(call, words):
    x = leaf([1.0, 2.0])
    with pytest.raises(errors.UnsupportedFunctionError, match=words):
        call(x)
    np.testing.assert_array_equal(x.data, [1.0, 2.0])


def test_the_way_out_that_the_message_names_works():
    x = leaf([1.0, 2.0])
    with pytest.raises(errors.UnsupportedFunctionError, match=r"np\.i0\(x\.numpy\(\)\)"):
        np.i0(x)
    np.testing.assert_array_equal(np.i0(x.numpy()), np.i0([1.0, 2.0]))


# ---- writing into arrays
def in_place_operators():
    total, x = np.zeros(2), leaf([1.0, 2.0])
    total += x


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.exp(x, out=np.empty(2)),
        lambda x: np.add(x, x, np.empty(2)),
        lambda x: np.sum(x, out=np.empty(())),
        lambda x: np.concatenate([x, x], out=np.empty(4)),
        lambda x: np.multiply(1.0, x, out=(np.empty(2),)),
        lambda x: np.copyto(np.empty(2), x),
        lambda x: np.put(np.empty(2), [0, 1], x),
        lambda x: np.add.at(np.empty(2), [0, 1], x),
        lambda x: np.add.reduce(x, out=np.empty(())),
        lambda x: in_place_operators(),
    ],
)
def test_a_tensor_is_not_written_into_an_array(call):
    with pytest.raises(errors.AssignmentError, match="plain array, which remembers nothing"):
        call(leaf([1.0, 2.0]))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.add(x, 1.0, out=x),
        lambda x: np.add(np.ones(2), np.ones(2), out=x),
        lambda x: np.copyto(x, np.ones(2)),
        lambda x: np.fill_diagonal(x, 0.0),
        lambda x: np.add.at(x, [0], 1.0),
        lambda x: np.isnan(np.ones(2), out=x),
    ],
)
def test_a_tensor_is_not_overwritten(call):
    x = leaf([[1.0, 2.0], [3.0, 4.0]], name="w")
    with pytest.raises(errors.AssignmentError, match=r"overwrite the numbers of w of shape \(2, 2\)"):
        call(x)
    np.testing.assert_array_equal(x.data, [[1.0, 2.0], [3.0, 4.0]])


def test_a_tensor_without_a_graph_may_be_added_into_an_array():
    total = np.zeros(2)
    total += ng.tensor([1.0, 2.0])
    np.testing.assert_array_equal(total, [1.0, 2.0])


def test_adding_to_a_name_makes_a_new_tensor():
    x = before = leaf([1.0, 2.0])
    x += 1.0
    assert x is not before
    assert x.inputs[0] is before
    np.testing.assert_array_equal(before.data, [1.0, 2.0])
