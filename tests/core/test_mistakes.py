"""Mistakes that are legal: warnings at the user's line, once for each place; and what only backward() can tell."""

import warnings

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import errors
from nbgrad.nn import functional as F


def leaf(value, name=None):
    return ng.tensor(value, requires_grad=True, name=name)


def line_of(record):
    return open(record.filename, encoding="utf-8").read().splitlines()[record.lineno - 1].strip()


# ---- a column against a row
LOSSES = [
    lambda p, t: ((p - t) ** 2).mean(),
    lambda p, t: ((t - p) ** 2).mean(),
    lambda p, t: np.mean(np.square(p - t)),
    lambda p, t: np.abs(np.subtract(t, p)).sum(),
]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shapes", [((5, 1), (5,)), ((5,), (5, 1))])
@pytest.mark.parametrize("target", [np.array, ng.tensor])
def test_a_column_minus_a_row_is_warned_of(loss, shapes, target):
    p, t = leaf(np.ones(shapes[0])), target(np.zeros(shapes[1]))
    with pytest.warns(errors.BroadcastWarning, match=r"of shape \(5, 1\)|of shape \(5,\)"):
        loss(p, t)


def test_the_warning_has_names_shapes_the_fix_and_the_users_line():
    p, t = leaf(np.ones((4, 1)), "p"), np.zeros(4)
    with pytest.warns(errors.BroadcastWarning) as caught:
        loss = ((p - t) ** 2).mean()  # here
    assert loss.data == 1.0  # it is a warning: what was asked for is computed
    [record] = caught
    assert str(record.message) == (
        "p of shape (4, 1) minus t of shape (4,) gives 4 x 4 numbers, each element of one minus every element of the "
        "other; in a loss each prediction is compared with its own target: give both the same shape, for example "
        "p.reshape(-1) (if all pairs are meant, t.reshape(1, -1) says so)"
    )
    assert line_of(record) == "loss = ((p - t) ** 2).mean()  # here"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ((p.reshape(-1) - t) ** 2).mean()  # the fix
        p - t.reshape(1, -1)  # all pairs, on purpose


def test_a_loop_is_warned_once_and_each_line_by_itself():
    p, t = leaf(np.ones((4, 1))), np.zeros(4)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            p - t
        p - t
    assert len(caught) == 2
    assert caught[0].lineno + 1 == caught[1].lineno


@pytest.mark.parametrize(
    "shapes",
    [((1, 1), (1,)), ((5, 1), (1, 5)), ((5, 1), (3,)), ((5, 5), (5,)), ((5, 1), (5, 1)), ((5,), (5,)), ((5, 1), ())],
)
def test_other_broadcasting_is_nobodys_business(shapes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        a, b = (leaf(np.ones(shape)) for shape in shapes)
        a - b
        a * b
        a + b


# ---- backward twice
def test_a_second_backward_on_the_same_result_is_warned_of():
    w = leaf(3.0, "w")
    loss = w * w
    loss.name = "loss"
    loss.backward()
    with pytest.warns(
        errors.BackwardTwiceWarning, match=r"on loss before, and w\.grad still holds.*zero_grad"
    ) as caught:
        loss.backward()
    assert line_of(caught[0]) == "loss.backward()"
    assert w.grad == 12.0


def test_what_is_no_mistake_is_not_warned_of():
    w = leaf(3.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = w * w, w * 2.0
        first.backward()
        second.backward()  # two losses share a parameter
        w.zero_grad()
        first.backward()  # the same again, from the beginning
        w.backward()  # a leaf


# ---- nothing to do
def test_a_step_without_any_gradient_is_warned_of():
    W, b = leaf(np.ones(2), "W"), leaf(0.0, "b")
    for optimizer in (ng.optim.SGD([W, b], lr=0.1), ng.optim.Adam([W, b], lr=0.1)):
        with pytest.warns(errors.NoGradientWarning, match=r"none of the 2 parameters has a gradient \(W\.grad is None"):
            optimizer.step()
        (W.sum() * 2.0).backward()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            optimizer.step()  # one of them has one
        optimizer.zero_grad()


# ---- whole numbers
@pytest.mark.parametrize("value", [3, [1, 2, 3]])
def test_whole_numbers_are_refused_even_if_requires_grad_is_set_by_hand(value):
    n = ng.tensor(value, name="n")
    n.requires_grad = True
    loss = (n * 2.0).sum()
    with pytest.raises(errors.IntegerGradientError, match=r"n of shape .* holds int64.*astype\(float\)"):
        loss.backward()
    assert n.grad is None


# ---- shapes: which axes, and the fix
@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (
            lambda x: x + np.ones(4),
            r"axis 1 of x \(3\) meets axis 0 of operand 2 \(4\); their lengths must be equal, or one of them 1",
        ),
        (lambda x: x * np.ones(5), r"operand 2 a column would do: \.reshape\(-1, 1\) of operand 2"),
        (lambda x: np.ones((3, 5)) / x, r"Transposing one of them would do: x\.T"),
        (lambda x: np.where(x > 0, x, leaf(np.ones(4), "y")), r"axis 1 of operand 1 \(3\) meets axis 0 of y \(4\)"),
        (lambda x: x @ np.ones((2, 3)), r"\.T of operand 2"),
        (
            lambda x: x @ leaf(np.ones(5), "v"),
            r"last axis of x \(3\) must be as long as the only axis of v \(5\).*x\.T",
        ),
        (lambda x: np.ones((2, 4, 5)) @ (x * np.ones((3, 5, 3))), r"\(2,\) and \(3,\) must be equal or hold a 1"),
        (lambda x: np.concatenate([x, np.ones((5, 2, 1))]), r"x of shape \(5, 3\), operand 2 of shape \(5, 2, 1\)"),
        (lambda x: F.linear(x, np.ones((3, 2)), np.ones(3)), "biases"),
    ],
)
def test_shapes_that_do_not_fit_are_told_with_their_axes(compute, message):
    with pytest.raises(errors.ShapeError, match=message):
        compute(leaf(np.ones((5, 3)), "x"))


# ---- in place
def test_in_place_operators_give_a_new_tensor_and_leave_the_old_one_alone():
    x = y = leaf([1.0, 2.0], "x")
    y += 1.0
    y *= 2.0
    assert y is not x
    np.testing.assert_array_equal(x.data, [1.0, 2.0])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])
