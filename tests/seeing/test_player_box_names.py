"""Equations beside a closed group name its box: the nodes in it cannot be seen."""

import numpy as np
import pytest

import nbgrad as ng


def leaf(values, name):
    return ng.tensor(np.array(values), requires_grad=True, name=name)


def network():
    """tanh(x @ w) in one group; then h @ v, a product with h, and sums in another group."""
    x = ng.tensor(np.arange(6.0).reshape(3, 2) / 5, name="x")
    w, v = leaf([[1.0, 2.0], [0.5, -1.0]], "w"), leaf([[1.0], [0.3]], "v")
    with ng.group("layer 1"):
        h = np.tanh(x @ w)
    h.name = "h"
    h2 = np.tanh(h @ v) * h
    h2.name = "h2"
    with ng.group("top"):
        loss = (h2 * h2).sum() + h.sum()
    loss.name = "loss"
    return loss


def equations(payload):
    return {
        "".join(token["text"] for token in frame["equation"] if token["role"] != "dim").strip()
        for frame in payload["frames"]
        if frame["phase"] == "backward"
    }


def test_boxes_are_named_instead_of_what_is_in_them():
    payload = ng.animate(network(), depth=0).payload
    found = equations(payload)
    assert any(text.startswith("∂top/∂v = (layer 1)ᵀ · ∂top/∂(h@v)") for text in found)
    assert any("Σ ∂top/∂h2 ⊙ (layer 1)" in text for text in found)
    assert not any("∂loss" in text for text in found)
    locals_ = [local["formula"] for node in payload["nodes"].values() for local in node["locals"]]
    assert "(layer 1)ᵀ · ∂top/∂(h@v)" in locals_
    assert not any("loss" in formula for formula in locals_)


def test_shapes_of_boxes_are_known():
    shapes = [
        "".join(t["text"] for t in frame["equation"]) for frame in ng.animate(network(), depth=0).payload["frames"]
    ]
    assert any("(2×3 · 3×1 → 2×1)" in text for text in shapes)


def test_open_groups_keep_the_names_of_nodes():
    found = equations(ng.animate(network()).payload)
    assert any(text.startswith("∂loss/∂v = hᵀ · ∂loss/∂(h@v)") for text in found)


@pytest.mark.parametrize("name", ["e", "n"])
def test_signs_of_formulas_are_no_names(name):
    x = leaf([0.5, 1.0], "x")
    with ng.group("inside"):
        a = x * 2.0
    a.name = name
    payload = ng.animate(np.exp(a).mean() * 1.0, depth=0).payload
    formulas = [local["formula"] for node in payload["nodes"].values() for local in node["locals"]]
    assert not any("e^(inside)" in formula or "/(inside)" in formula.replace(" ", "") for formula in formulas)


def test_a_pass_with_another_beginning():
    x = leaf([[1.0, 2.0]], "x")
    v = leaf([[1.0], [0.3]], "v")
    with ng.group("inside"):
        loss = (x @ v).sum() * 1.0
        loss.name = "loss"
    y = loss * 2.0
    y.name = "y"
    found = equations(ng.animate(y, 3.0, depth=0).payload)
    assert any("∂(3·y)/∂y" in text for text in found)
