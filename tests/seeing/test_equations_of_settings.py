"""Equations say what an operation was told: an index, a direction, subscripts, an approximation."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbgrad as ng
from nbgrad.display.player.trace import slot
from nbgrad.notebook.formulas.products import contribution, result
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session

F = ng.nn.functional


def frames_of(make, *, shape=(3, 4)):
    x = ng.tensor(np.linspace(-1.0, 2.0, int(np.prod(shape))).reshape(shape), requires_grad=True, name="x")
    y = make(x)
    y.name = "y"
    loss = (y * y).sum()
    loss.name = "loss"
    return Session(picture_of(loss)).payload()["frames"]


def equations(frames, phase):
    return ["".join(token["text"] for token in frame["equation"]) for frame in frames if frame["phase"] == phase]


W = np.arange(8.0).reshape(4, 2)
TWICE = "∂loss/∂y added up at the elements that were taken, else 0"
ONCE = "∂loss/∂y at the elements that were taken, else 0"


@pytest.mark.parametrize(
    ("make", "forward", "backward"),
    [
        (lambda x: np.roll(x, -1), "y = x[(i + 1) mod n] (", "∂loss/∂y rolled back"),
        (lambda x: np.roll(x, 2, axis=1), "y = x[(i − 2) mod n] (3×4 → 3×4, axis=1)", "∂loss/∂y rolled back"),
        (lambda x: x[[0, 1, 1]], "y = x[[0, 1, 1]] (", TWICE),
        (lambda x: x[[0, 2], [1, 1]], "y = x[[0, 2], [1, 1]] (", ONCE),
        (lambda x: x[1:], "y = x[1:] (", ONCE),
        (lambda x: np.take(x, [1, 3, 1], axis=1), "y = x[:, [1, 3, 1]] (", TWICE),
        (lambda x: np.take(x, 2, axis=-1), "y = x[:, 2] (", ONCE),
        (lambda x: np.take(x, [0, 11]), "y = ravel(x)[[0, 11]] (", ONCE),
        (lambda x: np.take_along_axis(x, np.array([[2, 0, 1, 1]]), 0), "y = x[[[2, 0, 1, 1]][i j], j] (", ONCE),
        (lambda x: x.max(axis=-1), "y = max x (", "∂loss/∂y at the largest element along axis −1 (equal"),
        (lambda x: F.gelu(x), "y = x Φ(x) (", "⊙ (Φ(x) + x·φ(x))"),
        (lambda x: F.gelu(x, approximate="tanh"), "y = x Φ_tanh(x) (", "⊙ (Φ_tanh(x) + x·φ_tanh(x))"),
        (lambda x: np.einsum("ij,jk->ik", x, W), "y = [Σ_j x_ij · ", "[Σ_k (∂loss/∂y)_ik · "),
        (lambda x: np.outer(x, [1.0, 2.0]), "y = ravel(x) · ", "∂loss/∂y · "),
        (lambda x: np.outer([1.0, 2.0], x), "y = v₁ · ravel(x)ᵀ (", "∂loss/∂yᵀ · v₁ (12×2 · 2 → 3×4)"),
        (lambda x: np.einsum("ij->ji", x), "y = [x_ij]_ji (", "[(∂loss/∂y)_ji]_ij"),
        (lambda x: np.einsum("...j->...", x), "y = Σ[...j → ...] Π (x)", "∂loss/∂y and the other operands,"),
    ],
)  # fmt: skip
def test_equations_say_what_an_operation_was_told(make, forward, backward):
    frames = frames_of(make)
    assert any(one.startswith(forward) for one in equations(frames, "forward")), equations(frames, "forward")
    assert any(f"∂loss/∂x = {backward}" in one or backward in one for one in equations(frames, "backward"))


K, K1 = np.ones((1, 1, 2, 2)), np.ones((1, 1, 2))


@pytest.mark.parametrize(
    ("make", "shape", "forward", "backward"),
    [
        (lambda x: F.conv2d(x, K), (1, 1, 5, 5), "x[i + a, j + b] (1×1×5×5, 1×1×2×2 → 1×1×4×4)", "laid back"),
        (lambda x: F.conv2d(x, K, stride=2, padding=1), (1, 1, 5, 5), "x[2i + a − 1, 2j + b − 1] (", "laid back"),
        (lambda x: F.conv2d(x, K, stride=(1, 2), dilation=(2, 1)), (1, 1, 5, 5), "x[i + 2a, 2j + b] (", "laid back"),
        (lambda x: F.conv1d(x, K1, padding=1), (1, 1, 5), "x[i + a − 1] (1×1×5, 1×1×2 → 1×1×6, padding=1)", "laid"),
        (lambda x: F.max_pool2d(x, 3, stride=1), (1, 1, 4, 4), "max[3×3 window] x (1×1×4×4 → 1×1×2×2, stride=1)", ""),
        (lambda x: F.avg_pool2d(x), (1, 1, 4, 4), "Σ[2×2 window] x (", "laid back onto each window"),
        (lambda x: np.pad(x, 1, constant_values=5.0), (2, 2), "pad_width=1, constant_values=5.0) average", "at the"),
        (lambda x: F.huber_loss(x, np.zeros(3), delta=0.5), (3,), "→ number, delta=0.5)", "within ±0.5) / n"),
        (lambda x: F.scaled_dot_product_attention(x, x, x, scale=0.5), (3, 4), "softmax(0.5 · x · xᵀ)x", "· 0.5"),
    ],
)  # fmt: skip
def test_windows_and_borders_are_said(make, shape, forward, backward):
    frames = frames_of(make, shape=shape)
    assert any(forward in one for one in equations(frames, "forward")), equations(frames, "forward")
    assert any(backward in one for one in equations(frames, "backward") if one.partition(" = ")[0].endswith("/∂x"))


@pytest.mark.parametrize(
    ("shape", "other", "to_x", "to_w"),
    [
        ((2, 3), (3, 5), "∂loss/∂y · wᵀ (2×5 · 5×3 → 2×3)", "xᵀ · ∂loss/∂y (3×2 · 2×5 → 3×5)"),
        ((4, 2, 3), (4, 3, 5), "∂loss/∂y · wᵀ (4×2×5 · 4×5×3 → 4×2×3)", "xᵀ · ∂loss/∂y (4×3×2 · 4×2×5 → 4×3×5)"),
        ((2, 3), (4, 3, 5), "Σ ∂loss/∂y · wᵀ (4×2×5 · 4×5×3 → 2×3)", "xᵀ · ∂loss/∂y (3×2 · 4×2×5 → 4×3×5)"),
        ((4, 2, 3), (3, 5), "∂loss/∂y · wᵀ (4×2×5 · 5×3 → 4×2×3)", "Σ xᵀ · ∂loss/∂y (4×3×2 · 4×2×5 → 3×5)"),
        ((1, 2, 3), (4, 3, 5), "Σ ∂loss/∂y · wᵀ (4×2×5 · 4×5×3 → 1×2×3)", "xᵀ · ∂loss/∂y (1×3×2 · 4×2×5 → 4×3×5)"),
        ((2, 3), (3,), "∂loss/∂y ⊗ w (2 ⊗ 3 → 2×3)", "xᵀ · ∂loss/∂y (3×2 · 2 → 3)"),
        ((3,), (3, 5), "∂loss/∂y · wᵀ (5 · 5×3 → 3)", "x ⊗ ∂loss/∂y (3 ⊗ 5 → 3×5)"),
        ((4, 2, 3), (3,), "∂loss/∂y ⊗ w (4×2 ⊗ 3 → 4×2×3)", "Σ xᵀ · ∂loss/∂y (4×3×2 · 4×2 → 3)"),
        ((3,), (4, 3, 5), "Σ ∂loss/∂y · wᵀ (4×5 · 4×5×3 → 3)", "x ⊗ ∂loss/∂y (3 ⊗ 4×5 → 4×3×5)"),
        ((3,), (3,), "∂loss/∂y · w (number · 3 → 3)", "x · ∂loss/∂y (3 · number → 3)"),
    ],
)
def test_products_of_stacks_and_vectors_have_shapes_that_fit(shape, other, to_x, to_w):
    w = ng.tensor(np.ones(other), requires_grad=True, name="w")
    frames = [frame for frame in frames_of(lambda x: x @ w, shape=shape) if frame["phase"] == "backward"]
    found = equations(frames, "backward")
    for leaf, written in (("x", to_x), ("w", to_w)):
        (at,) = [i for i, one in enumerate(found) if one.startswith(f"∂loss/∂{leaf} = {written}")]
        is_summed = written.startswith("Σ")
        assert bool(frames[at]["fold"]) == is_summed, "the axis that is summed collapses"
        assert (f"{leaf} was copied to fit" in frames[at]["sentence"]) == is_summed


def test_filters_and_biases_have_sentences_of_their_own():
    k, b = (ng.tensor(np.ones(shape), requires_grad=True, name=name) for name, shape in (("k", K.shape), ("b", (1,))))
    frames = [f for f in frames_of(lambda x: F.conv2d(x, k, b), shape=(1, 1, 4, 4)) if f["phase"] == "backward"]
    said = {
        one.partition(" = ")[0]: frame["sentence"]
        for one, frame in zip(equations(frames, "backward"), frames, strict=True)
    }
    assert said["∂loss/∂x"].startswith("A convolution lays what arrives")
    assert said["∂loss/∂k"].startswith("Each weight of a filter gathers")
    assert said["∂loss/∂b"].startswith("The bias was added at every place")


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("zh-Hant", "∂loss/∂y 放回被取出的元素並相加，其餘為 0"),
        ("zh-Hans", "∂loss/∂y 放回被取出的元素并相加，其余为 0"),
    ],
)
def test_an_index_that_takes_twice_is_said_in_chinese(language, written):
    before = ng.language()
    ng.set_language(language)
    try:
        frames = frames_of(lambda x: x[[0, 1, 1]])
    finally:
        ng.set_language(before)
    assert any(written in one for one in equations(frames, "backward"))


def test_a_sentence_says_that_what_is_taken_twice_receives_twice():
    twice, once = (frames_of(lambda x, at=at: x[at]) for at in ([0, 0], [0, 1]))
    assert any("what was taken twice, twice" in frame["sentence"] for frame in twice)
    assert not any("twice" in frame["sentence"] for frame in once)


def computed(written, arrays):
    """The value of "[Σ_k g_ik · b_jk]_ij", read by itself: the names are one letter each."""
    inner, made = re.fullmatch(r"\[(.*)\]_(\w+)", written).groups() if written.startswith("[") else (written, "")
    summed = re.match(r"Σ_(\w+) ", inner)
    factors = re.findall(r"\(?([gabc])\)?(?:_(\w+))?(?= ·|$)", inner.removeprefix(summed[0] if summed else ""))
    indices = ",".join(letters for _, letters in factors)
    lengths = {i: n for name, letters in factors for i, n in zip(letters, arrays[name].shape, strict=True)}
    assert set(summed[1] if summed else "") == set(lengths) - set(made), "every other index is summed over"
    return np.einsum(f"{indices}->{''.join(i for i in made if i in lengths)}", *[arrays[name] for name, _ in factors])


@st.composite
def products(draw):
    operands = draw(st.lists(st.lists(st.sampled_from("ijk"), max_size=3, unique=True), min_size=1, max_size=3))
    given = sorted({i for letters in operands for i in letters})
    made = draw(st.permutations(given))[: draw(st.integers(0, len(given)))]
    return ",".join("".join(letters) for letters in operands) + "->" + "".join(made)


@given(products())
def test_what_is_written_of_a_product_is_what_it_computes(subscripts):
    length = dict(zip("ijk", (2, 3, 4), strict=True))
    rng = np.random.default_rng(0)
    operands, _, made = subscripts.partition("->")
    leaves = [
        ng.tensor(rng.normal(size=[length[i] for i in letters]), requires_grad=True) for letters in operands.split(",")
    ]
    y = np.einsum(subscripts, *leaves)
    cotangent = rng.normal(size=y.shape)
    (y * cotangent).sum().backward()
    shapes, names = [x.shape for x in leaves], [*"abc"[: len(leaves)]]
    arrays = dict(zip(names, (x.data for x in leaves), strict=True)) | {"g": cotangent}
    forward = result(subscripts, shapes)
    if forward is None:
        assert not any(shapes), "only single numbers have no elements"
        return
    text = forward[0]
    for i, name in enumerate(names):
        text = text.replace(slot(i), name)
    assert np.allclose(computed(text, arrays), y.data)
    for position, leaf in enumerate(leaves):
        written = contribution(subscripts, shapes, position, names, "g")
        each = operands.split(",")
        elsewhere = made + "".join(each[:position] + each[position + 1 :])
        copied = [axis for axis, i in enumerate(each[position]) if i not in elsewhere]
        found = computed(written, arrays)
        assert np.allclose(np.broadcast_to(np.expand_dims(found, tuple(copied)), leaf.shape), leaf.grad)
