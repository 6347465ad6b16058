"""Long paths in the player: what decides their product is never left out, and sums add up as they are written."""

from __future__ import annotations

import numpy as np
import pytest
from arithmetic import computed

import nbgrad as ng
from nbgrad.display.player.paths import MOST_FACTORS, telling_factors


def paths_of(loss, name):
    return {path["name"]: path for path in ng.animate(loss).payload["paths"]}[name]


def written(equation):
    return "".join(token["text"] for token in equation)


def test_the_factor_that_makes_a_product_zero_is_told():
    w, u = ng.tensor(0.5, requires_grad=True, name="w"), ng.tensor(1.5, requires_grad=True, name="u")
    h = ng.tensor(0.0)
    for x in (1.0, -0.5, 2.0):
        h = np.tanh(w * h + u * x)
    for path in paths_of((h - 1.0) ** 2, "w")["shown"]:
        factors, product = written(path["equation"]).rsplit(" = ", 1)
        assert "…" not in factors
        assert computed(factors)[0] == pytest.approx(computed(product)[0], rel=0.02)


def test_of_very_many_factors_those_farthest_from_one_are_told():
    factors = [1.0, 1.01, 0.0, *[0.99] * 20, 3.0]
    told = telling_factors(factors)
    assert 0.0 in told
    assert told[-1] == 3.0
    assert None in told
    assert sum(factor is not None for factor in told) == MOST_FACTORS
    assert telling_factors([1.0] * 20) == [1.0, None, 1.0]


def test_the_leafs_own_local_derivative_is_never_left_out():
    assert telling_factors([2.0, *[1.0] * 8, 1.0]) == [2.0, 1.0]
    assert telling_factors([1.0, *[3.0] * 20, 1.0])[-1] == 1.0
    assert telling_factors([1.0, *[1.0] * 8, 5.0]) == [1.0, 5.0]


def test_a_long_chain_of_arrays_keeps_its_ends():
    h = ng.tensor(np.array([0.3, -0.2]), requires_grad=True, name="x")
    for layer in range(9):
        h = np.tanh(h)
        h.name = f"h{layer}"
    loss = h.sum()
    loss.name = "loss"
    chain = written(paths_of(loss, "x")["shown"][0]["equation"])
    assert chain.startswith("∂loss/∂h8 · ∂h8/∂h7 · ")
    assert chain.endswith(" · … · ∂h0/∂x")


def test_long_paths_can_be_told_apart_by_the_names_of_their_nodes():
    h = ng.tensor(0.3, requires_grad=True, name="x")
    for _ in range(14):
        h = h + np.sin(h)
    names = [path["names"] for path in paths_of(h, "x")["shown"]]
    assert any("…" in each for each in names)
    assert len(set(names)) == len(names)
    assert all(each.endswith(" ← x") for each in names)


def test_a_sum_in_which_much_cancels_adds_up_as_it_is_written():
    h = ng.tensor(3.0, requires_grad=True, name="x")
    for _ in range(40):
        h = h + np.sin(h) * 0.1
    _, *summands, total = written(paths_of(h, "x")["equation"]).split(" = ")
    assert computed(summands[0])[0] == pytest.approx(computed(total)[0], rel=0.01)
