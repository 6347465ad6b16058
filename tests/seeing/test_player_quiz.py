"""What a question of the quiz tells, and that it knows what every path alone brings, even from far up."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.nn import functional as F


def parameter(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def questions(loss, **options):
    payload = ng.animate(loss, **options).payload
    return {payload["nodes"][str(question["node"])]["name"]: question for question in payload["quiz"]}


def fork(w):
    """Two ways from z to the loss, one from w to z."""
    z = w * 2.0
    z.name = "z"
    return np.tanh(z) * 0.9 + z * z * -0.3


def test_a_leaf_behind_a_fork_knows_both_paths():
    asked = questions(fork(parameter(0.4, "w")))
    paths = asked["w"]["paths"]
    assert len(asked["w"]["products"]) == 1
    # d tanh(z)·0.9/dz · 2, and twice −0.3·z · 2: z·z has two edges
    expected = sorted([0.9 * (1 - np.tanh(0.8) ** 2) * 2, -0.48, -0.48])
    assert sorted(paths) == pytest.approx(expected)
    assert sum(paths) == pytest.approx(asked["w"]["answer"])


def test_where_every_arrival_is_one_path_nothing_is_said_twice():
    asked = questions(fork(parameter(0.4, "w")))
    assert asked["z"]["paths"] == []
    assert questions(np.tanh(parameter(0.4, "w") * 2.0))["w"]["paths"] == []


def test_results_behind_a_fork_know_them_too():
    w = parameter(0.4, "w")
    y = w * 1.5
    y.name = "y"
    asked = questions(fork(y * 1.1))
    assert len(asked["y"]["paths"]) == 3
    assert sum(asked["y"]["paths"]) == pytest.approx(asked["y"]["answer"])


def test_more_paths_than_anybody_thinks_of_are_left_out():
    z = parameter(1.1, "w") * 1.0
    for _ in range(3):
        z = z * z
    assert questions(z)["w"]["paths"] == []


def test_elements_of_arrays_have_their_own_paths():
    w = parameter(np.array([0.1, -0.7, 0.3]), "w")
    question = questions(fork(w).sum())["w"]
    assert question["element"]
    assert len(question["paths"]) == 3
    assert sum(question["paths"]) == pytest.approx(question["answer"])


def test_a_matrix_product_on_the_way_is_followed_for_leaves():
    w = parameter(np.array([[0.1, -0.7], [0.3, 0.2]]), "w")
    h = (w * 1.5) @ np.array([1.0, 2.0])
    h.name = "h"
    question = questions((np.tanh(h) + h * 0.5).sum())["w"]
    assert len(question["paths"]) == 2
    assert sum(question["paths"]) == pytest.approx(question["answer"])


def test_closed_groups_keep_paths_true():
    w = parameter(0.4, "w")
    with ng.group("fork"):
        loss = fork(w * 3.0)
    for question in questions(loss, level="module").values():
        if question["paths"]:
            assert sum(question["paths"]) == pytest.approx(question["answer"])


def test_no_answer_gives_away_a_later_one():
    w, x, b = (
        ng.tensor(value, requires_grad=name != "x", name=name) for name, value in (("w", 0.5), ("x", 2.0), ("b", -0.4))
    )
    z = w * x + b
    payload = ng.animate(np.tanh(z) * z - z * w).payload
    frames = [question["frame"] for question in payload["quiz"]]
    assert len(frames) > 4
    assert frames == sorted(frames)


RULES = {
    F.mse_loss: lambda p, t, n: 2 * (p - t) / n,
    F.l1_loss: lambda p, t, n: np.sign(p - t) / n,
    F.binary_cross_entropy_with_logits: lambda p, t, n: (1 / (1 + np.exp(-p)) - t) / n,
}


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("loss", RULES)
def test_what_goes_straight_into_the_loss_is_asked_for_by_its_rule(loss, reduction):
    """There the local derivative is the very number that is asked for."""
    p = ng.tensor([[0.3], [1.5], [-0.7]], requires_grad=True, name="p")
    t = ng.tensor([[1.0], [0.0], [1.0]], name="t")
    (question,) = ng.animate(loss(p, t, reduction=reduction)).payload["quiz"]
    said, given = question["question"].removesuffix(".").split(" Given: ")
    assert said.startswith("What is ∂v₁/∂p[")
    assert "Element by element, ∂v₁/∂p = " in said
    told = dict(part.split(" = ") for part in given.split("; "))
    place = question["element"]
    numbers = [float(told[name].replace("−", "-")) for name in (f"p{place}", f"t{place}")]
    assert told.keys() == {f"p{place}", f"t{place}", *(["n"] if reduction == "mean" else [])}
    assert ("/ n" in said) == (reduction == "mean")
    assert RULES[loss](*numbers, int(told.get("n", 1))) == pytest.approx(question["answer"], rel=1e-4)
    assert question["text"] not in question["question"]


def test_what_cannot_be_said_at_one_element_is_not_asked_for():
    z = ng.tensor([[0.3, -0.1], [1.5, 0.2]], requires_grad=True, name="z")
    assert ng.animate(F.cross_entropy(z, np.array([0, 1]))).payload["quiz"] == []
