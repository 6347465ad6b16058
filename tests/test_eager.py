"""The eager face: tensors, operators, NumPy functions on tensors, backward."""

import copy
import math
import pickle

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core.tensor import Tensor

rng = np.random.default_rng(2)


def leaf(value, name=None):
    return ng.tensor(value, requires_grad=True, name=name)


# ---- making tensors
@pytest.mark.parametrize(
    ("data", "shape", "dtype"),
    [
        (3.0, (), float),
        (3, (), int),
        (True, (), bool),
        ([1.0, 2.0], (2,), float),
        ([[1, 2], [3, 4]], (2, 2), int),
        ((1.0,), (1,), float),
        (np.float32(2), (), np.float32),
        (np.ones((2, 0)), (2, 0), float),
        (np.ones(3, np.float16), (3,), np.float16),
        (range(3), (3,), int),
    ],
    ids=str,
)
def test_making_a_tensor(data, shape, dtype):
    x = ng.tensor(data)
    assert (x.shape, x.dtype) == (shape, dtype)
    assert (x.ndim, x.size) == (len(shape), math.prod(shape))
    assert isinstance(x.data, np.generic if not shape else np.ndarray)
    assert (x.grad, x.requires_grad, x.is_leaf, x.op, x.name) == (None, False, True, None, None)


def test_a_tensor_keeps_its_own_numbers():
    a = np.ones(3)
    x = ng.tensor(a)
    a[:] = 0
    np.testing.assert_array_equal(x.data, 1)
    view = np.ones((2, 2)).T
    y = ng.tensor(view)
    view[:] = 0
    np.testing.assert_array_equal(y.data, 1)


def test_a_tensor_made_of_a_tensor_has_no_history():
    x = leaf([1.0, 2.0])
    y = ng.tensor(x * 2)
    assert y.is_leaf
    assert not y.requires_grad
    assert not np.shares_memory(ng.tensor(x).data, x.data)


def test_names():
    assert leaf(1.0, name="W").name == "W"
    assert leaf(1.0, name="<script>").name == "<script>"


# ---- operators
@pytest.mark.parametrize("other", [2.0, 2, np.float64(2), np.array(2.0), np.array([2.0, 3.0]), [2.0, 3.0]], ids=repr)
@pytest.mark.parametrize(
    "function",
    [
        lambda x, c: x + c,
        lambda x, c: c + x,
        lambda x, c: x - c,
        lambda x, c: c - x,
        lambda x, c: x * c,
        lambda x, c: c * x,
        lambda x, c: x / c,
        lambda x, c: c / x,
        lambda x, c: x**c,
        lambda x, c: c**x,
        lambda x, c: np.maximum(c, x),
        lambda x, c: np.add(c, x) * np.multiply(x, c),
    ],
)
def test_operators_with_anything_on_the_other_side(function, other):
    data = np.array([1.5, 0.5])
    x = leaf(data)
    y = function(x, other)
    assert type(y) is Tensor  # in particular never an object array of tensors
    assert y.data.dtype == np.float64
    np.testing.assert_allclose(y.data, function(data, np.asarray(other)), rtol=1e-15)
    y.sum().backward()
    assert x.grad.shape == x.shape


def test_matrix_product_with_arrays_on_either_side():
    A, B = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    for product in (ng.tensor(A) @ B, A @ ng.tensor(B), ng.tensor(A) @ ng.tensor(B), A.tolist() @ ng.tensor(B)):
        assert type(product) is Tensor
        np.testing.assert_array_equal(product.data, A @ B)


def test_signs():
    x = leaf(-2.0)
    assert (+x) is x
    assert (-x).item() == 2.0
    assert abs(x).item() == 2.0


def test_augmented_assignment_makes_a_new_tensor():
    x = leaf([1.0, 2.0])
    y = x
    y += 1
    assert y is not x
    np.testing.assert_array_equal(x.data, [1.0, 2.0])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


# ---- Python's protocols
def test_numbers_out_of_tensors():
    x = ng.tensor(2.5)
    assert (float(x), int(x), x.item(), f"{x:.2f}", bool(x)) == (2.5, 2, 2.5, "2.50", True)
    assert math.sqrt(ng.tensor([[4.0]])) == 2.0
    assert [10, 20, 30][ng.tensor(1)] == 20
    assert ng.tensor([[1, 2]]).tolist() == [[1, 2]]
    assert not ng.tensor(0.0)


def test_arrays_out_of_tensors():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(np.asarray(x), x.data)
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    assert not np.shares_memory(np.array(x), x.data)
    assert np.asarray(leaf(3.0)).shape == ()
    np.testing.assert_array_equal(np.asarray([leaf(1.0), leaf(2.0)]), [1.0, 2.0])
    assert x.numpy() is x.data


def test_length_iteration_and_membership():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    assert len(x) == 2
    first, second = x
    assert type(first) is Tensor
    (first * second).sum().backward()
    np.testing.assert_array_equal(x.grad, [[3.0, 4.0], [1.0, 2.0]])
    assert 3.0 in x
    assert 5.0 not in x
    single = leaf(1.0)
    with pytest.raises(TypeError):
        len(single)
    with pytest.raises(TypeError):
        list(single)


def test_comparisons_give_plain_truth_values():
    x = leaf([1.0, 2.0, 3.0])
    for received, expected in [
        (x > 2, [False, False, True]),
        (x >= x, [True, True, True]),
        (x > 2, [False, False, True]),
        (x == np.array([1.0, 0.0, 3.0]), [True, False, True]),
        (np.array([1.0, 0.0, 3.0]) != x, [False, True, False]),
        (np.less(x, 2), [True, False, False]),
        (np.isnan(x), [False, False, False]),
    ]:
        assert type(received) is np.ndarray
        assert received.tolist() == expected
    assert leaf(1.0) < 2.0
    assert len({x, x, leaf(1.0)}) == 2  # tensors are themselves, whatever their numbers


def test_texts():
    x = leaf([1.0, 2.0], name="x")
    assert repr(x) == "tensor([1., 2.], requires_grad=True)"
    assert repr(ng.tensor(1.5)) == "tensor(1.5)"
    assert repr(x * 2) == "tensor([2., 4.], op=multiply)"
    assert f"{x}" == str(x) == repr(x)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_is_a_leaf_of_its_own(duplicate):
    x = leaf([1.0, 2.0], name="x")
    (x * x).sum().backward()
    twin = duplicate(x)
    assert (twin.name, twin.requires_grad, twin.is_leaf) == ("x", True, True)
    np.testing.assert_array_equal(twin.data, x.data)
    np.testing.assert_array_equal(twin.grad, x.grad)
    x.grad = twin.grad = None
    (x * 3 + twin * 5).sum().backward()  # one is not mistaken for the other
    np.testing.assert_array_equal(x.grad, [3.0, 3.0])
    np.testing.assert_array_equal(twin.grad, [5.0, 5.0])


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_of_a_result_has_its_numbers_only(duplicate):
    y = leaf([1.0, 2.0]) * 2
    twin = duplicate(y)
    assert twin.is_leaf
    assert not twin.requires_grad
    np.testing.assert_array_equal(twin.data, y.data)


# ---- NumPy
def test_numpy_functions_on_tensors_and_python_numbers_mixed():
    A, v = leaf(rng.normal(size=(4, 3))), leaf(rng.normal(size=3))
    (np.exp(A @ v) * np.sin(v.sum()) + A.mean(axis=1)).sum().backward()
    a, w = A.data, v.data
    e, s, c = np.exp(a @ w), np.sin(w.sum()), np.cos(w.sum())
    np.testing.assert_allclose(A.grad, np.outer(e * s, w) + 1 / 3, rtol=1e-12)
    np.testing.assert_allclose(v.grad, a.T @ (e * s) + e.sum() * c, rtol=1e-12)


def test_numpy_functions_without_a_slope_give_plain_arrays():
    x = leaf([3.0, 1.0, 2.0])
    assert np.argmax(x) == 0
    assert np.argsort(x).tolist() == [1, 2, 0]
    assert np.sign(x).tolist() == [1, 1, 1]
    assert np.allclose(x, x.data)
    assert np.array_equal(x, [3.0, 1.0, 2.0])
    assert np.shape(x) == (3,)
    assert np.zeros_like(x).tolist() == [0, 0, 0]
    assert not np.any(np.isnan(x))


# ---- recording
def test_detach_and_no_grad():
    x = leaf([1.0, 2.0], name="x")
    cut = (x * 2).detach()
    assert cut.is_leaf
    assert not cut.requires_grad
    with ng.no_grad():
        assert not (x * 2).requires_grad
        with ng.no_grad():
            pass
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad

    @ng.no_grad()
    def predict():
        return x * 2

    assert not predict().requires_grad
    with pytest.raises(KeyError), ng.no_grad():
        raise KeyError
    assert (x * 2).requires_grad


def test_new_numbers_for_a_leaf_leave_older_graphs_right():
    x = leaf(3.0)
    y = x * x
    x.data = np.float64(10.0)
    y.backward()
    assert x.grad == 6.0  # the slope where y was computed


def test_results_without_leaves_hold_no_history():
    y = ng.tensor(2.0) * ng.tensor(3.0)
    assert (y.requires_grad, y.inputs) == (False, ())
