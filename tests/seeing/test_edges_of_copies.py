"""The facts of an edge whose operand broadcasting has copied: what arrives, each copy's slope, the product, the sum."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import messages
from nbgrad.display.player.facts import of_shape
from nbgrad.nn import functional as F


def leaf(name, *shape):
    filled = np.arange(1.0, np.prod(shape, dtype=int) + 1).reshape(shape)
    return ng.tensor(filled if shape else 2.0, requires_grad=True, name=name)


def edge_of(loss, name):
    return next(edge for edge in ng.animate(loss).payload["edges"].values() if edge["from"] == name)


def rows(edge):
    return [edge.get(key) for key in ("upstream", "local", "each", "over", "product")]


def test_a_number_times_an_array():
    x, W = leaf("x"), leaf("W", 3, 4)
    loss = (x * W * leaf("c", 3, 4)).sum()
    copied = edge_of(loss, "x")
    c = of_shape(np.arange(1.0, 13).reshape(3, 4))
    assert copied["upstream"] == c == "3×4: min 1, mean 6.5, max 12"
    assert copied["local"] == f"W, {c}"
    assert copied["each"] == of_shape(W.data**2)
    assert copied["over"] == "sum over the axes 0, 1:"
    assert copied["product"] == "650"
    assert (W.data**2).sum() == 650
    assert rows(edge_of(loss, "W")) == [c, "x, 3×4: 2 everywhere", None, None, of_shape(2 * W.data)]


def test_a_row_that_is_added_to_a_matrix():
    b, X = leaf("b", 4), leaf("X", 3, 4)
    loss = ((b + X) * leaf("c", 3, 4)).sum()
    c = "3×4: min 1, mean 6.5, max 12"
    total = "4 elements: min 15, mean 19.5, max 24"
    assert rows(edge_of(loss, "b")) == [c, "3×4: 1 everywhere", c, "sum over axis 0:", total]
    assert rows(edge_of(loss, "X")) == [c, "3×4: 1 everywhere", None, None, c]


def test_a_column_keeps_its_axis():
    loss = (leaf("c", 3, 1) * leaf("X", 3, 4)).sum()
    edge = edge_of(loss, "c")
    assert edge["over"] == "sum over axis 1:"
    assert edge["product"].startswith("3×1: ")


@pytest.mark.parametrize(("fold", "slope"), [(np.sum, "1"), (np.mean, "0.25")])
def test_what_becomes_one_number_has_the_slope_of_each_element(fold, slope):
    edge = edge_of(fold(leaf("x", 4)), "x")
    assert rows(edge) == ["1", f"4 elements: {slope} everywhere", None, None, f"4 elements: {slope} everywhere"]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(
    ("fold", "slopes", "said"),
    [
        (np.sum, np.ones((2, 3)), "copied along axis 1"),
        (np.mean, np.full((2, 3), 1 / 3), "/ n, copied along axis 1"),
        (np.max, np.array([[0, 0, 1], [0, 0, 1]]), "at the largest element along axis 1"),
        (np.min, np.array([[1, 0, 0], [1, 0, 0]]), "at the smallest element along axis 1"),
        (np.median, np.array([[0, 1, 0], [0, 1, 0]]), "at the middle element along axis 1"),
    ],
)
def test_what_is_reduced_along_an_axis_has_the_slope_of_each_element(fold, slopes, said, keepdims):
    X = leaf("X", 2, 3)
    y = fold(X, axis=1, keepdims=keepdims)
    player = ng.animate((y**2).sum())
    edge = next(edge for edge in player.payload["edges"].values() if edge["from"] == "X")
    upstream = 2 * fold(X.data, axis=1, keepdims=True)
    assert edge["upstream"] == of_shape(upstream if keepdims else upstream[:, 0])
    assert edge["local"] == of_shape(slopes)
    assert edge["product"] == of_shape(upstream * slopes)
    assert said in "".join(part["text"] for part in player.payload["frames"][edge["frame"]]["equation"])


def steps_of(y):
    """The words of the forward step that makes y of X, and of the backward step that hands it back."""
    payload = ng.animate((y**2).sum()).payload
    edge = next(edge for edge in payload["edges"].values() if edge["from"] == "X")
    found = (payload["frames"][0], payload["frames"][edge["frame"]])
    return [("".join(part["text"] for part in frame["equation"]), frame["sentence"]) for frame in found]


@pytest.mark.parametrize(
    ("fold", "told"),
    [
        (lambda X: X.sum(axis=1), ["(axis=1)", "copied along axis 1", "So it is along axis 1, for each result"]),
        (lambda X: np.var(X, axis=0, ddof=1), ["1/(n − 1)", "(axis=0, ddof=1)", "/(n − 1) (3 →"]),
        (lambda X: np.std(X, axis=0), ["/(n·"]),
        (lambda X: np.cumsum(X, axis=1), ["(axis=1)", "from here to the end along axis 1"]),
        (lambda X: np.cumprod(X, axis=0), ["(axis=0)", "from here to the end along axis 0, / X"]),
        (lambda X: np.linalg.norm(X, axis=0), ["‖X‖ (2×3", "in the direction in which the vector points"]),
        (lambda X: np.linalg.norm(X, ord=1, axis=0), ["‖X‖₁", "(axis=0, ord=1)", "· sign X (3"]),
        (lambda X: np.linalg.norm(X, ord=3, axis=1), ["‖X‖₃", "^(2)"]),
    ],
)
def test_what_an_operation_was_told_is_said(fold, told):
    said = " | ".join(text for pair in steps_of(fold(leaf("X", 2, 3))) for text in pair)
    assert [part for part in told if part not in said] == [], said


def words_of(loss):
    payload = ng.animate(loss).payload
    edge = next(edge for edge in payload["edges"].values() if edge["from"] == "z")
    frames = (payload["frames"][0], payload["frames"][edge["frame"]])
    return " | ".join("".join(part["text"] for part in frame["equation"]) + frame["sentence"] for frame in frames)


@pytest.mark.parametrize(
    ("language", "smoothed"), [("en", "smoothed t"), ("zh-Hant", "平滑後的 t"), ("zh-Hans", "平滑后的 t")]
)
def test_smoothed_targets_are_said_to_be_so(language, smoothed):
    z, t = leaf("z", 2, 3), ng.tensor(np.array([0, 2]), name="t")
    with messages.speaking(language):
        said = words_of(F.cross_entropy(z, t, label_smoothing=0.2))
    assert f"(softmax(z) − {smoothed}) / n" in said
    assert "(label_smoothing=0.2)" in said
    assert "onehot" not in said
    assert "_t" not in said
    assert "by 1" not in said


def test_a_loss_that_is_a_sum_is_not_divided():
    z, y = leaf("z", 2, 3), ng.tensor(np.ones((2, 3)), name="y")
    said = words_of(F.mse_loss(z, y, reduction="sum"))
    assert "(reduction='sum')" in said
    assert "/ n" not in said
    assert "divided" not in said
    assert "/ n" in words_of(F.mse_loss(z, y))


def test_nothing_is_said_that_holds_otherwise_only():
    of_norm = " | ".join(text for pair in steps_of(np.linalg.norm(leaf("X", 2, 3), ord=1, axis=0)) for text in pair)
    assert "direction" not in of_norm
    of_scan = " | ".join(text for pair in steps_of(np.cumsum(leaf("X", 2, 3), axis=1)) for text in pair)
    of_all = " | ".join(text for pair in steps_of(leaf("X", 2, 3).sum(axis=(0, 1), keepdims=True)) for text in pair)
    assert "for each result" not in of_scan + of_all


@pytest.mark.parametrize(("language", "along"), [("zh-Hant", "沿著軸 (0, 2) 複製"), ("zh-Hans", "沿轴 (0, 2) 复制")])
def test_several_axes_are_said_in_chinese(language, along):
    with messages.speaking(language):
        player = ng.animate((leaf("X", 2, 3, 4).sum(axis=(0, 2)) ** 2).sum())
    edge = next(edge for edge in player.payload["edges"].values() if edge["from"] == "X")
    assert along in "".join(part["text"] for part in player.payload["frames"][edge["frame"]]["equation"])


def test_rules_that_multiply_by_no_factor_say_what_they_do():
    loss = (F.linear(leaf("X", 3, 4), leaf("W", 4, 2), leaf("b", 2)) ** 2).sum()
    for name in ("X", "W", "b"):
        edge = edge_of(loss, name)
        assert "∂" in edge["local"]
        assert "over" not in edge


def test_single_numbers_are_what_they_were():
    edge = edge_of(leaf("a") * leaf("b"), "a")
    assert [edge[key] for key in ("upstream", "local", "product")] == ["1", "2", "2"]


def test_nan_is_not_the_same_everywhere():
    assert of_shape(np.full((2, 2), np.nan)) == "2×2: 4 NaN"
    assert of_shape(np.zeros((0, 3))) == "empty"


def test_it_is_said_in_chinese():
    with messages.speaking("zh-Hant"):
        assert edge_of((leaf("b", 4) + leaf("X", 3, 4)).sum(), "b")["over"] == "沿著軸 0 的和："
