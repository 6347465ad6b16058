"""The third phase tells what the optimiser would really do."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core.errors import ArgumentError, LearningRateError


def leaf(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def updates(root, **options):
    frames = ng.animate(root, **options).payload["frames"]
    return {
        frame["caption"].removeprefix("update of "): (
            "".join(token["text"] for token in frame["equation"]),
            frame["sentence"],
        )
        for frame in frames
        if frame["phase"] == "update"
    }


@pytest.fixture
def broken():
    w, u = leaf(0.0, "w"), leaf(2.0, "u")
    with np.errstate(all="ignore"):
        return w, u, np.sqrt(w) * 0 + u * u


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_an_optimizer_that_refuses_a_nan_moves_nothing(broken):
    w, u, loss = broken
    found = updates(loss, optimizer=ng.optim.Adam([w, u], lr=0.1))
    refused = "There is NaN or ∞ in a gradient, so Adam refuses this step:"
    assert found == {
        "w": ("w ← w = 0", f"{refused} w stays as it is."),
        "u": ("u ← u = 2", f"{refused} u stays as it is."),
    }


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_plain_gradient_descent_does_not_look(broken):
    w, u, loss = broken
    found = updates(loss, optimizer=ng.optim.SGD([w, u], lr=0.1))
    assert found["w"][0].endswith("= NaN")
    assert found["u"][0].endswith("= 1.6")


class Halving(ng.optim.SGD):
    """A step of one's own."""

    def step(self):
        for p in self.params:
            p.data = p.data / 2


def test_a_step_of_ones_own_is_played_and_nothing_is_moved():
    u = leaf(2.0, "u")
    optimizer = Halving([u], lr=0.1)
    [(equation, _)] = updates(u * u, optimizer=optimizer).values()
    assert equation.endswith(": 2 → 1")
    assert u.item() == 2.0
    assert u.grad is None


@pytest.mark.parametrize("maker", [ng.optim.Adam, lambda p, lr: ng.optim.SGD(p, lr, momentum=0.9)])
def test_what_is_shown_is_what_step_does(maker):
    u = leaf(2.0, "u")
    optimizer = maker([u], lr=0.1)
    for _ in range(2):  # the second step remembers the first
        loss = u * u
        shown = updates(loss, optimizer=optimizer)["u"][0].rpartition("= ")[2]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert shown == f"{u.item():.3g}"


def test_a_learning_rate_of_zero_moves_nothing():
    u = leaf(np.ones(2), "u")
    optimizer = ng.optim.SGD([u], lr=0.1)
    optimizer.lr = 0
    assert updates((u * u).sum(), optimizer=optimizer)["u"][1] == "The learning rate is 0, so u stays as it is."


def test_an_empty_parameter_has_nothing_to_move():
    found = updates((leaf(np.zeros((0, 3)), "v") * 2).sum())
    assert found["v"][1] == "v is empty: there is nothing to move."
    assert "average" not in found["v"][0]


def test_an_optimizer_has_a_learning_rate_of_its_own():
    u = leaf(2.0, "u")
    with pytest.raises(ArgumentError, match="learning rate of its own"):
        ng.animate(u * u, learning_rate=0.3, optimizer=ng.optim.SGD([u], lr=0.1))


def test_true_is_no_learning_rate():
    u = leaf(2.0, "u")
    with pytest.raises(LearningRateError):
        ng.animate(u * u, learning_rate=True)
    with pytest.raises(LearningRateError):
        ng.optim.SGD([u], lr=True)


def test_an_empty_array_has_no_average():
    frames = ng.animate((leaf(np.zeros((0, 3)), "v") * 2).sum()).payload["frames"]
    told = ["".join(token["text"] for token in frame["equation"]) for frame in frames]
    assert told[-2].endswith("→ 0×3) empty")
    assert not [text for text in told if "average" in text]


def test_where_nothing_is_taken_from_the_count_it_stands_alone():
    x = leaf(np.array([1.0, 3.0]), "x")
    said = [np.var(x), np.var(x, ddof=1)]
    first, second = ("".join(t["text"] for t in ng.animate(y).payload["frames"][0]["equation"]) for y in said)
    assert "n − 0" not in first
    assert "n − 1" in second
