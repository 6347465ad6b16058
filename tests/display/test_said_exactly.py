"""What the player says holds to the letter: shares, numbers that are none, and what is not quite zero."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import numbers


def scalar(value, name="a"):
    return ng.tensor(value, requires_grad=True, name=name)


def frames(result, **options):
    return ng.animate(result, **options).payload["frames"]


def equations(result, **options):
    return ["".join(token["text"] for token in frame["equation"]) for frame in frames(result, **options)]


@pytest.mark.parametrize(
    ("share", "said"), [(0.9946, "99%"), (0.995384, "99.5%"), (0.99999, "almost 100%"), (1, "100%")]
)
def test_only_the_whole_is_a_hundred_per_cent(share, said):
    assert numbers.percent(share) == said


def test_a_mean_that_three_digits_tell_is_no_rounding():
    """float16 is so coarse that many roundings of it are no longer small beside its numbers."""
    assert "mean 1.5," in numbers.summary(np.float16([100, -97]))
    assert "mean 0," in numbers.summary(np.float16([0.1, 0.2, -0.3]))


def test_the_factor_beside_an_edge_tells_what_is_no_number():
    u, v = (
        ng.tensor(value, requires_grad=True, name=name) for value, name in (([4.0, 0, -1], "u"), ([1.0, 1, 1], "v"))
    )
    with np.errstate(all="ignore"):
        labels = [frame["label"] for frame in frames((np.sqrt(u) * v).sum())]
    assert "× 0.25, ∞, NaN" in labels


def test_tanh_says_what_its_equation_says():
    sentences = " ".join(frame["sentence"] for frame in frames(np.tanh(scalar(0.068))))
    assert "99.5% of the gradient" in sentences
    assert "100%" not in sentences


def forward_sentence(result, op):
    with np.errstate(all="ignore"):
        found = [f for f in frames(result) if f["phase"] == "forward" and f["caption"] == op]
    return found[0]["sentence"]


@pytest.mark.parametrize(
    ("make", "op", "said"),
    [
        (lambda: np.log(scalar(-1.0)) * 2, "log", "NaN arises here: a negative number has no real logarithm."),
        (lambda: 1 / scalar(0.0), "divide", "∞ arises here: division by 0."),
        (
            lambda: np.log(scalar([1.0, 0.0, 2.0])).sum(),
            "log",
            "−∞ arises here in 1 of 3 elements, the first at [1]: the logarithm of 0 is −∞.",
        ),
    ],
)
def test_the_step_where_nan_arises_says_so_and_why(make, op, said):
    with np.errstate(all="ignore"):
        result = make()
    assert said in forward_sentence(result, op)
    nodes = ng.animate(result).payload["nodes"].values()
    assert [node["op"] for node in nodes if said in node["sentence"]] == [op]


def test_what_passes_nan_on_is_not_blamed():
    with np.errstate(all="ignore"):
        result = np.log(scalar(-1.0)) * 2
    assert "arises" not in forward_sentence(result, "multiply")


def test_bars_need_no_brackets_within():
    assert "|b| = |−1.3| = 1.3" in equations(abs(scalar(-1.3, "b")))[0]


def test_a_choice_is_written_as_mathematics():
    a = scalar(-2.42)
    found = frames(np.where(a > 0, a, a * 0.1))
    chosen = next(frame for frame in found if frame["caption"] == "where")
    said = "".join(token["text"] for token in chosen["equation"])
    assert said.endswith("= −2.42 if False else −0.242 = −0.242")
    assert "?" not in said
    assert chosen["math"].count("<mtable") == 2
    nodes = ng.animate(np.where(a > 0, a, a * 0.1)).payload["nodes"].values()
    assert next(node for node in nodes if node["op"] == "where")["math"].count("<mtable") == 1


def test_a_choice_speaks_chinese():
    a = scalar(-2.42)
    ng.set_language("zh-Hant")
    try:
        chosen = frames(np.where(a > 0, a, a * 0.1))
    finally:
        ng.set_language("en")
    assert any("−2.42，若 False；否則 −0.242" in "".join(t["text"] for t in f["equation"]) for f in chosen)


def test_where_everything_cancels_the_chain_holds_or_is_nearly_so():
    b, c = scalar(0.0021600000000000005, "b"), scalar(3.0, "c")
    last = next(text for text in equations(b / b * c) if "(−1388.9)" in text)
    assert last.endswith("1388.9 + 3 × (−462.96) ≈ 1388.9 + (−1388.9) = 0")


def test_large_numbers_of_one_line_have_one_form():
    found = equations(scalar(1 / 3) * (-5000000.0))
    assert found[-1].endswith("= 0.333 − 0.1 × (−5e6) = 5e5")


def test_alone_a_number_below_a_million_is_written_in_full():
    assert equations(scalar(1.0) * 500000.0)[0].endswith("1 × 500000 = 500000")


def losses(reduction):
    scores = scalar(np.ones((2, 3)), "z")
    return ng.nn.functional.cross_entropy(scores, np.array([0, 1]), reduction=reduction)


@pytest.mark.parametrize(("reduction", "said"), [("mean", "= −mean of ln softmax(z)"), ("sum", "= −Σ ln softmax(z)")])
def test_a_loss_says_which_reduction_it_is(reduction, said):
    loss = losses(reduction)
    assert said in equations(loss)[0]
    node = next(node for node in ng.animate(loss).payload["nodes"].values() if node["formula"])
    assert said in node["formula"]
    assert "<mi>softmax</mi>" in node["math"]
    assert ("<mtext>mean\xa0of</mtext>" in node["math"]) == (reduction == "mean")


def test_a_mean_speaks_chinese():
    ng.set_language("zh-Hans")
    try:
        assert "= −平均 ln softmax(z)" in equations(losses("mean"))[0]
    finally:
        ng.set_language("en")
