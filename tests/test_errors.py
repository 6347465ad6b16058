"""One class for each mistake: raised before anything is changed, naming what was wrong and the smallest fix."""

import inspect
from fractions import Fraction

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors
from nbgrad.nn import functional as F


def leaf(value, name=None):
    return ng.tensor(value, requires_grad=True, name=name)


CLASSES = [c for c in vars(errors).values() if inspect.isclass(c) and issubclass(c, errors.NbgradError)]


@pytest.mark.parametrize("error", CLASSES, ids=lambda c: c.__name__)
def test_each_class_explains_itself_and_is_a_familiar_one(error):
    assert len(inspect.getdoc(error)) > 60
    if error is not errors.NbgradError:
        builtin = [
            c for c in error.__mro__ if c.__module__ == "builtins" and c not in (Exception, BaseException, object)
        ]
        assert builtin, "except ValueError and the like must go on working"


# ---- backward
def test_backward_of_several_numbers():
    x = leaf([1.0, 2.0], name="x")
    y = x * x
    y.name = "y"
    with pytest.raises(errors.NotScalarError, match=r"y has shape \(2,\).*y\.mean\(\)\.backward\(\)"):
        y.backward()
    with pytest.raises(RuntimeError):  # PyTorch's class
        ng.backward_steps(y)
    assert x.grad is None


def test_backward_of_what_needs_no_gradient():
    y = ng.tensor([1.0]) * 2
    with pytest.raises(errors.NoGradientError, match=r"\(1,\).*requires_grad=True"):
        y.backward()
    with pytest.raises(errors.NoGradientError):
        (leaf(1.0) * 2).detach().backward()


def test_a_seed_of_another_shape():
    x = leaf([1.0, 2.0])
    with pytest.raises(errors.ShapeError, match=r"\(3,\).*\(2,\)"):
        (x * 2).backward(np.ones(3))
    assert x.grad is None


# ---- data
@pytest.mark.parametrize("data", [3, True, [1, 2], np.arange(3)], ids=repr)
def test_whole_numbers_have_no_gradient(data):
    with pytest.raises(errors.IntegerGradientError, match=r"k of shape .* (int64|bool).*3\.0 instead of 3"):
        ng.tensor(data, requires_grad=True, name="k")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("text", "<U4"),
        (["a", "b"], "<U1"),
        ([[1.0], [1.0, 2.0]], "not equally long"),
        (None, "object"),
        ([None], "object"),
        (object(), "object"),
        (b"bytes", "S5"),
        (np.array(["2020-01-01"], "datetime64[D]"), "datetime64"),
        ({"a": 1}, "object"),
    ],
    ids=lambda v: str(v)[:20] if isinstance(v, str) else type(v).__name__,
)
def test_data_that_is_no_array_of_numbers(data, words):
    with pytest.raises(errors.UnsupportedDataError, match=words):
        ng.tensor(data)


@pytest.mark.parametrize("operand", ["a", ["a", "b"], [[1.0], [1.0, 2.0]], None, Fraction(1, 2), {}], ids=repr)
@pytest.mark.parametrize("function", [lambda x, c: x + c, lambda x, c: c * x, lambda x, c: np.maximum(x, c)])
def test_operands_that_are_no_numbers(function, operand):
    with pytest.raises((errors.UnsupportedDataError, TypeError)):
        function(leaf([1.0, 2.0]), operand)


@pytest.mark.parametrize("data", [1j, [1 + 2j], np.zeros((2, 2), np.complex64)], ids=str)
def test_complex_numbers_are_constants_only(data):
    assert ng.tensor(data).dtype.kind == "c"
    with pytest.raises(errors.ComplexGradientError, match=r"z of shape.*z = a \+ 1j \* b"):
        ng.tensor(data, requires_grad=True, name="z")


@pytest.mark.parametrize("name", [3, b"x", ["x"], 1.5])
def test_a_name_is_text(name):
    with pytest.raises(errors.NameTypeError, match="name="):
        ng.tensor(1.0, name=name)


# ---- shapes
def test_shapes_that_do_not_fit_are_named():
    x, W = leaf(np.ones((5, 3)), name="X"), leaf(np.ones((2, 3)), name="W")
    with pytest.raises(errors.ShapeError, match=r"X of shape \(5, 3\).*W of shape \(2, 3\).*W\.T"):
        x @ W
    with pytest.raises(errors.ShapeError, match=r"linear.*X of shape \(5, 3\).*W of shape \(2, 3\).*W\.T"):
        F.linear(x, W, np.zeros(2))
    y = leaf(np.ones(5), name="y")
    with pytest.raises(errors.ShapeError, match=r"y\.reshape\(-1, 1\)"):
        x + y
    with pytest.raises(errors.ShapeError, match=r"y\.reshape\(-1, 1\)"):
        y * x
    with pytest.raises(ValueError, match="lined up at the last axis"):
        leaf(np.ones(2)) - np.ones(3)
    with pytest.raises(errors.ShapeError, match="reshape"):
        x.reshape(4, 4)


@pytest.mark.parametrize("join", [np.concatenate, np.stack])
def test_arrays_that_cannot_be_joined(join):
    with pytest.raises(errors.ShapeError, match=r"\(2, 3\).*\(2,\)|\(1, 2, 3\).*\(1, 2\)"):
        join([leaf(np.ones((2, 3))), np.ones(2)])
    with pytest.raises(ValueError, match="at least one"):
        join([])


def test_single_numbers_cannot_be_concatenated():
    with pytest.raises(errors.ShapeError, match="zero-dimensional"):
        np.concatenate([leaf(1.0), leaf(2.0)])


# ---- what a tensor does not do
def test_the_truth_of_several_numbers():
    with pytest.raises(errors.TruthValueError, match=r"x of shape \(2,\).*any"):
        bool(leaf([1.0, 2.0], name="x"))


def test_assigning_to_an_element():
    x = leaf([1.0, 2.0], name="x")
    with pytest.raises(errors.AssignmentError, match=r"x\[0\].*np\.where"):
        x[0] = 5.0
    with pytest.raises(errors.AssignmentError):
        x[:] += 5.0
    np.testing.assert_array_equal(x.data, [1.0, 2.0])


# ---- optimisers
@pytest.mark.parametrize("rate", [0, -1.0, float("nan"), float("inf"), "fast", None])
def test_learning_rates(rate):
    x = leaf(1.0)
    with pytest.raises(errors.LearningRateError, match="positive number"):
        ng.optim.SGD([x], lr=rate)


def test_parameters_are_leaves_that_require_a_gradient():
    x = leaf(1.0, name="x")
    y = x * 2
    for wrong in (ng.tensor(1.0), y, 3.0, np.ones(2)):
        with pytest.raises(errors.NoGradientError, match="parameter 1"):
            ng.optim.SGD([x, wrong], lr=0.1)
