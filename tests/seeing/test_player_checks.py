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


# ---- how a step is written: a factor, or a sum over copies
def backward_frames(root):
    frames = ng.animate(root).payload["frames"]
    return [frame for frame in frames if frame["phase"] == "backward" and frame["edges"]]


def test_where_nothing_was_copied_no_sum_is_told():
    w, far = leaf(np.linspace(-1, 2, 12).reshape(3, 4)), np.ones((3, 4))
    for result in (
        F.mse_loss(w, far, reduction="none"),
        F.l1_loss(w, far, reduction="none"),
        F.huber_loss(w, far, reduction="none"),
        F.cross_entropy(w, np.array([0, 1, 2]), reduction="none"),
        F.dropout(w, 0.5, seed=0),
        np.angle(w + 1j * far),
        np.imag(w * (1 + 2j)),
        np.abs(w + 1j * far),
    ):
        for frame in backward_frames(result.sum()):
            told = "".join(token["text"] for token in frame["equation"])
            assert "Σ" not in told
            assert "copied" not in frame["sentence"]


def test_a_loss_without_a_mean_has_its_factor():
    frame = backward_frames(F.mse_loss(leaf(np.zeros((2, 2))), np.ones((2, 2)), reduction="none").sum())[-1]
    assert frame["label"] == "× −2"


def test_where_something_was_copied_the_sum_is_told():
    frame = backward_frames((leaf(np.ones(3)) * np.ones((2, 3))).sum())[-1]
    assert "".join(token["text"] for token in frame["equation"]).startswith("∂v₃/∂x = Σ ∂v₃/∂v₂")
    assert frame["sentence"] == "x was copied to fit, so what arrives at its copies adds up."
