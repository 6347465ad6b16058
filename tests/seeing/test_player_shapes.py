"""Shapes in equations of the backward pass: a single number beside an array is one, whatever it was copied to fit."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session


def equation_to_x(make):
    x = ng.tensor(np.array([0.5, 1.0, 2.0]), requires_grad=True, name="x")
    s = ng.tensor(3.0, requires_grad=True, name="s")
    y = make(x, s)
    y.name = "y"
    frames = Session(picture_of(y.sum())).payload()["frames"]
    found = ["".join(token["text"] for token in frame["equation"]) for frame in frames if frame["phase"] == "backward"]
    return next(one for one in found if "/∂x = " in one)


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (lambda x, s: x * s, " · s (3 · number → 3)"),
        (lambda x, s: x / s, " · 1/s (3 · number → 3)"),
        (lambda x, s: s / x, "⊙ (−s/x²) (3 ⊙ 3 → 3)"),
        (lambda x, s: x.exp(), "⊙ y (3 ⊙ 3 → 3)"),
        (lambda x, s: x * ng.tensor(np.ones(3), name="w"), "⊙ w (3 ⊙ 3 → 3)"),
    ],
)
def test_the_shape_of_a_factor_is_its_own(make, written):
    assert written in equation_to_x(make)


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (lambda x: x.mean(axis=0), "= mean of x (4×3 → 3, axis=0) average size "),
        (lambda x: x.max(axis=1, keepdims=True), "= max x (4×3 → 4×1, axis=1) average size "),
        (lambda x: x.sum(axis=(0, 1)), "= Σ x (4×3 → number, axis=(0, 1)) = 66"),
        (lambda x: x.sum(), "= Σ x (4×3 → number) = 66"),
        (lambda x: np.concatenate([x, x], axis=1), "(4×3, 4×3 → 4×6, axis=1) average size "),
        (lambda x: x.reshape(2, 2, 3).transpose(1, 2, 0), "(2×2×3 → 2×3×2, axes=(1, 2, 0)) average size "),
        (lambda x: x.reshape(2, 2, 3).swapaxes(0, 2), "(2×2×3 → 3×2×2, axis1=0, axis2=2) average size "),
        (lambda x: x.T, "(4×3 → 3×4) average size "),
        (lambda x: np.diagonal(x, offset=1), "(4×3 → 2, offset=1) average size "),
        (lambda x: np.diff(x**3, n=2), "(4×3 → 4×1, axis=-1, n=2) average size "),
    ],
)
def test_the_forward_pass_names_the_axis(make, written):
    x = ng.tensor(np.arange(12.0).reshape(4, 3), requires_grad=True, name="x")
    y = make(x)
    y.name = "y"
    frames = Session(picture_of((y * y).sum())).payload()["frames"]
    equations = ["".join(token["text"] for token in frame["equation"]) for frame in frames]
    assert any(written in equation for equation in equations if equation.startswith("y = "))


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (lambda x: x.transpose(1, 2, 0), "= transpose(∂loss/∂y, (2, 0, 1)) (3×4×2 → 2×3×4)"),
        (lambda x: np.moveaxis(x, -1, 0), "= transpose(∂loss/∂y, (1, 2, 0)) (4×2×3 → 2×3×4)"),
        (lambda x: x.swapaxes(0, -1), "= swapaxes(∂loss/∂y, 0, −1) (4×3×2 → 2×3×4)"),
        (lambda x: x.mT, "= swapaxes(∂loss/∂y, −1, −2) (2×4×3 → 2×3×4)"),
        (lambda x: x.T, "= (∂loss/∂y)ᵀ (4×3×2 → 2×3×4)"),
        (lambda x: x[0].transpose(0, 1), "= transpose(∂loss/∂y, (0, 1)) (3×4 → 3×4)"),
        (lambda x: x[0].swapaxes(0, 1), "= (∂loss/∂y)ᵀ (4×3 → 3×4)"),
        (lambda x: np.diff(x[0]), "= −Δ ∂loss/∂y, with zeros beyond its ends (3×3 → 3×4)"),
        (lambda x: np.diff(x[0], n=2), "= Δ² ∂loss/∂y, with zeros beyond its ends (3×2 → 3×4)"),
        (lambda x: np.pad(x[0], 1, mode="edge"), "= ∂loss/∂y summed over the copies (5×6 → 3×4)"),
        (lambda x: np.pad(x[0], 1), "= ∂loss/∂y at the places of "),
    ],
)
def test_a_gradient_is_written_as_the_operation_was_set(make, written):
    x = ng.tensor(np.arange(24.0).reshape(2, 3, 4), requires_grad=True, name="x")
    y = make(x)
    y.name = "y"
    loss = (y * y).sum()
    loss.name = "loss"
    equations = [
        "".join(token["text"] for token in frame["equation"]) for frame in Session(picture_of(loss)).payload()["frames"]
    ]
    assert any(written in equation for equation in equations)
