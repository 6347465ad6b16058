"""What the player says of a derivative that it has checked by small moves: right where it is smooth, and honest where
it is not."""

import numpy as np
import pytest

import nbgrad as ng

F = ng.nn.functional


def leaf(value):
    return ng.tensor(value, requires_grad=True, name="x")


def checks(root):
    return {edge["from"]: edge["check"] for edge in ng.animate(root).payload["edges"].values() if edge["check"]}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("value", "function"),
    [
        (0.0, lambda x: x**3),
        (0.0, lambda x: x * x),
        (0.0, np.sin),
        (1.0, lambda x: x**50),
        (1e-8, lambda x: 1 / x),
        (1e-9, F.relu),
        (-1e-9, F.relu),
        (40.0, np.tanh),
        (19.0, np.exp),
        (1e-10, np.log),
        (2.5, lambda x: np.mod(x, 1.0)),
    ],
)
def test_a_right_derivative_of_a_smooth_function_agrees(value, function, dtype):
    assert all(check["agrees"] for check in checks(function(leaf(dtype(value)))).values())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_of_very_different_sizes_agree(dtype):
    W = leaf(np.random.default_rng(0).normal(size=(20, 20)).astype(dtype))
    found = checks(np.exp(W * dtype(10)).mean())
    assert [check["agrees"] for check in found.values()] == [True] * 3


def test_a_large_number_is_moved_as_finely_as_a_small_one():
    assert checks(np.cos(leaf(1e8)))["x"]["agrees"]


@pytest.mark.parametrize("value", [np.float32(1e8), 1e16])
def test_a_number_too_large_to_be_moved_finely_cannot_be_checked(value):
    check = checks(np.cos(leaf(value)))["x"]
    assert (check["agrees"], check["differences"]) == (None, "")
    assert "no steady number" in check["said"]


def test_a_large_number_in_a_product_agrees():
    assert checks(leaf(1e16) * 3.0)["x"]["agrees"]


def test_rounding_to_another_dtype_has_the_digits_of_the_result():
    assert checks((leaf(np.linspace(0.1, 1, 5)).astype(np.float32) ** 2).sum())["x"]["agrees"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("function", "left", "right", "ours"),
    [
        (np.abs, "−1", "1", "0"),
        (lambda x: 3 * np.abs(x), "−3", "3", "0"),
        (lambda x: np.maximum(x, 0.0), "0", "1", "0.5"),
        (F.relu, "0", "1", "0"),
        (F.leaky_relu, "0.01", "1", "0.01"),
    ],
)
def test_a_corner_is_called_a_corner(function, left, right, ours, dtype):
    check = checks(function(leaf(dtype(0.0))))["x"]
    said = f"There is a corner here: moving to the left gives {left}, to the right {right}. "
    assert (check["agrees"], check["said"]) == (None, f"{said}The backward pass takes {ours}.")


def test_where_several_are_the_largest_there_is_a_corner():
    assert "corner" in checks(np.max(leaf(np.array([1.0, 1.0, 0.0]))))["x"]["said"]


def test_the_words_of_the_step_do_not_call_a_corner_flat():
    frames = ng.animate(np.abs(leaf(0.0))).payload["frames"]
    [said] = [frame["sentence"] for frame in frames if frame["edges"] and frame["phase"] == "backward"]
    assert "the slope is zero here" not in said
    assert "moving to the left gives −1, to the right 1" in said


def test_a_jump_is_called_a_jump():
    check = checks(np.mod(leaf(2.0), 1.0))["x"]
    assert (check["agrees"], check["said"]) == (None, "The function jumps here, so small moves cannot tell its slope.")
