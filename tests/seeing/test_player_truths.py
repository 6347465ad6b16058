"""What the sentences claim holds at the edges too: other stored gradients, NaN and infinity, corners, zeros."""

import numpy as np
import pytest

import nbgrad as ng

NOT_FINITE = "There is NaN or ∞ in"


def leaf(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def sentences(root, phase, **options):
    frames = ng.animate(root, **options).payload["frames"]
    return [frame["sentence"] for frame in frames if frame["phase"] == phase]


# ---- what step() would use
def test_the_step_tells_of_a_gradient_that_was_added_to():
    x = leaf(3.0, "x")
    for _ in range(2):
        loss = x**2
        loss.backward()
    optimizer = ng.optim.SGD([x], lr=0.1)
    for options in ({}, {"optimizer": optimizer}):
        [said] = sentences(loss, "update", **options)
        assert said.endswith("the gradient that is stored in .grad: 12, not the 6 of this pass.")
    x.grad = None
    loss.backward()
    assert ".grad" not in sentences(loss, "update", optimizer=optimizer)[0]


@pytest.mark.parametrize("make", [ng.optim.SGD, ng.optim.Adam])
def test_the_step_tells_of_a_gradient_that_was_clipped(make):
    x = leaf(3.0, "x")
    loss = x**2
    loss.backward()
    ng.optim.clip_grad_norm([x], 1.0)
    [said] = sentences(loss, "update", optimizer=make([x], lr=0.1))
    assert ".grad: 1, not the 6 of this pass" in said


# ---- NaN and infinity
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("number", "other"), [(np.nan, 2.0), (np.inf, 0.0), (-np.inf, 2.0)])
def test_nothing_is_said_of_small_changes_of_what_is_no_number(number, other):
    x, y = leaf(number, "x"), leaf(other, "y")
    loss = x * y
    back = sentences(loss, "backward")[1]
    assert back.endswith(f"{NOT_FINITE} x, so nothing can be told of small changes here.")
    [update, *_] = sentences(loss, "update")
    assert update == f"{NOT_FINITE} x itself: no step leads from there back to ordinary numbers."


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_way_is_downhill_in_nan():
    x, y = leaf(np.nan, "x"), leaf(2.0, "y")
    loss = x + y
    loss.name = "loss"
    said = sentences(loss, "update")
    assert said[1] == f"{NOT_FINITE} loss, so the gradient of y does not tell which way is downhill."


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_an_infinite_slope_is_not_so_many_times_as_much():
    for function in (np.sqrt, np.log, lambda x: 1 / x, lambda x: np.exp(1000 + x)):
        told = " ".join(sentences(function(leaf(0.0, "x")), "backward"))
        assert "∞ times" not in told
    [_, said] = sentences(np.sqrt(leaf(0.0, "x")), "backward")
    assert "is infinitely steep in x here" in said


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_orders_with_nan_cannot_be_compared():
    x, w = leaf(np.nan, "x"), leaf(1.0, "w")
    h = x * 2
    for result in (h * np.sin(h), h * np.sin(h) + w):
        right, *wrong = ng.animate(result).payload["orders"]
        assert right["final"][0]["right"] is True
        for order in wrong:
            assert "NaN cannot be compared" in order["sentence"]
            assert order["final"][0]["right"] is None
            assert [leaf_["right"] for leaf_ in order["final"][1:]] in ([], [True])


def test_orders_that_happen_to_agree_still_say_so():
    x = leaf(0.0, "x")
    h = x * 2
    _, *wrong = ng.animate(h * h * h).payload["orders"]
    assert any("happen to come out the same" in order["sentence"] for order in wrong)
    assert all(order["final"][0]["right"] for order in wrong)


# ---- corners and zeros
@pytest.mark.parametrize("function", [lambda x: np.max(x), lambda x: ng.nn.functional.relu(x).sum()])
def test_elements_without_a_gradient_stay(function):
    [said] = sentences(function(leaf(np.array([3.0, -1.0, 3.0]), "x")), "update")
    assert said.startswith("Each number in x whose gradient is not zero moves against it")
    [said] = sentences((leaf(np.array([3.0, -1.0, 3.0]), "x") * 2).sum(), "update")
    assert said.startswith("Every number in x")


def test_relu_at_its_corner():
    [_, said] = sentences(ng.nn.functional.relu(leaf(0.0, "x")), "backward")
    assert "exactly 0 here, at its corner" in said
    [_, said] = sentences(ng.nn.functional.relu(leaf(-1.0, "x")), "backward")
    assert said == "ReLU is shut here, its input is not positive: nothing passes."
