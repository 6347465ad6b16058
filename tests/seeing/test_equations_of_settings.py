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
        (lambda x: np.einsum("ij->ji", x), "y = [x_ij]_ji (", "[(∂loss/∂y)_ji]_ij"),
        (lambda x: np.einsum("...j->...", x), "y = Σ[...j → ...] Π (x)", "∂loss/∂y and the other operands,"),
    ],
)  # fmt: skip
def test_equations_say_what_an_operation_was_told(make, forward, backward):
    frames = frames_of(make)
    assert any(one.startswith(forward) for one in equations(frames, "forward")), equations(frames, "forward")
    assert any(f"∂loss/∂x = {backward}" in one or backward in one for one in equations(frames, "backward"))


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
