"""Equations of the backward pass: which sign multiplies, what stands in the fraction, which shapes are said."""

import re

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.nn import functional as F


def steps(loss):
    frames = [frame for frame in ng.animate(loss).payload["frames"] if frame["phase"] == "backward"]
    return {frame["target"]: (said(frame), frame["math"]) for frame in frames}


def said(frame):
    return "".join(token["text"] for token in frame["equation"])


def array(*shape, name):
    return ng.tensor(np.linspace(-1.0, 1.5, int(np.prod(shape))).reshape(shape), requires_grad=True, name=name)


@pytest.mark.parametrize("make", [F.mse_loss, F.l1_loss, F.huber_loss, F.binary_cross_entropy_with_logits])
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_the_sign_of_a_product_stays_out_of_the_fraction(make, reduction):
    p = array(2, 3, name="p")
    out = make(p, np.linspace(0.0, 1.0, 6).reshape(2, 3), reduction=reduction)
    ce = out if reduction == "mean" else out.sum()
    text, math = steps(ce)[0]
    sign = " ⊙ " if reduction == "none" else " · "
    assert sign in text
    assert "Σ" not in text
    assert ("/ n" in text) == (reduction == "mean")
    assert f"<mo>{sign.strip()}</mo>" in math
    if reduction == "mean":  # else there is no fraction
        assert f"<mo>{sign.strip()}</mo><mfrac>" in math or f'<mo>{sign.strip()}</mo><mrow><mo stretchy="true"' in math
    assert not any(f"<mfrac><mrow><mo>{one}" in math for one in "·⊙")


def test_labels_of_classes_are_compared_as_one_hot_vectors():
    scores = array(4, 3, name="scores")
    loss = F.cross_entropy(scores, ng.tensor(np.array([0, 2, 1, 1]), name="label"))
    text, math = steps(loss)[0]
    assert " · (softmax(scores) − onehot(label)) / n" in text
    assert "<mo>·</mo><mfrac>" in math
    q = ng.tensor(np.full((4, 3), 1 / 3), name="q")
    text, _ = steps(F.cross_entropy(scores, q))[0]
    assert "(softmax(scores) − q) / n" in text


def test_a_factor_that_was_copied_to_fit_has_its_own_shape():
    a, c = array(2, 3, name="A"), array(2, 1, name="c")
    out = (a * c) ** 2
    found = steps(out.sum())
    text, _ = found[0]
    assert "⊙ c (2×3 ⊙ 2×1 → 2×3)" in text
    text, _ = found[1]
    assert "= Σ " in text
    assert "⊙ A (2×3 ⊙ 2×3 → 2×1)" in text


def test_a_sum_over_copies_of_a_number_says_its_factors():
    a, k = array(2, 3, name="A"), ng.tensor(2.0, requires_grad=True, name="k")
    text, _ = steps(((a * k) ** 2).sum())[1]
    assert "= Σ " in text
    assert " ⊙ A " in text


def test_a_slope_of_one_is_not_written_and_a_number_has_no_shape():
    a, b = array(2, 3, name="A"), array(2, 3, name="B")
    found = steps(((a - b) ** 2).sum())
    assert re.fullmatch(r"∂\S+/∂A = ∂\S+/∂\S+ \(2×3 → 2×3\) average size \S+", found[0][0])
    assert re.fullmatch(r"∂\S+/∂B = ∂\S+/∂\S+ · \(−1\) \(2×3 → 2×3\) average size \S+", found[1][0])


def test_a_number_is_not_said_twice():
    w = ng.tensor(0.5, requires_grad=True, name="w")
    [frame] = [frame for frame in ng.animate(-w).payload["frames"] if frame["phase"] == "forward"]
    assert "".join(token["text"] for token in frame["equation"]).count("−0.5") == 1


def test_no_underscore_is_left_in_what_is_set_as_mathematics():
    scores = array(4, 3, name="z")
    payload = ng.animate(F.cross_entropy(scores @ array(3, 3, name="W_hh"), np.array([0, 2, 1, 1]))).payload
    equations = [frame["math"] for frame in payload["frames"]]
    equations += [edge["math"] or "" for edge in payload["edges"].values()]
    assert not [math for math in equations if "_" in math]
    assert any("<msub><mi>W</mi><mi>hh</mi></msub>" in math for math in equations)
    loss = next(frame for frame in payload["frames"] if "softmax" in said(frame))
    assert re.search(r"softmax</mi><msub>.*?\)</mo></mrow><mrow>?<msub><mi>v</mi><mn>\d", loss["math"])
