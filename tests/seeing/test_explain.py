"""explain: the chain rule path by path."""

import re

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import errors
from nbgrad.graph import MSE, Linear, Placeholder, forward, topological_sort_feed_dict


def leaf(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def named(result, name):
    result.name = name
    return result


@pytest.fixture
def two_ways():
    """loss = (w x + b)^2 + 3 w at w = 3, x = 2, b = 1: the weight is used twice."""
    w, x, b = leaf(3.0, "w"), ng.tensor(2.0, name="x"), leaf(1.0, "b")
    y = named(w * x + b, "y")
    return named(y**2 + w * 3.0, "loss"), w, b


def test_scalars_are_explained_path_by_path(two_ways):
    loss, w, _ = two_ways
    told = ng.explain(loss, w)
    assert repr(told) == (
        "∂loss/∂w is the sum over 2 paths from loss back to w\n"
        "\n"
        "path 1: loss ← y² ← y ← w·x ← w\n"
        "    ∂loss/∂(y²) = 1  = 1   (add)\n"
        "  · ∂(y²)/∂y    = 2y = 14  (square)\n"
        "  · ∂y/∂(w·x)   = 1  = 1   (add)\n"
        "  · ∂(w·x)/∂w   = x  = 2   (multiply)\n"
        "  = 28\n"
        "\n"
        "path 2: loss ← w·3 ← w\n"
        "    ∂loss/∂(w·3) = 1 = 1  (add)\n"
        "  · ∂(w·3)/∂w    = 3 = 3  (multiply)\n"
        "  = 3\n"
        "\n"
        "∂loss/∂w = 28 + 3 = 31\n"
        "for b: name it as the second argument of explain"
    )
    loss.backward()
    assert told.gradient == w.grad == sum(path.contribution for path in told.paths)
    assert told.count == 2
    assert told.rest is None


def test_the_first_parameter_is_explained_unless_another_is_named(two_ways):
    loss, w, b = two_ways
    assert ng.explain(loss).parameter is w
    assert ng.explain(loss, "b").parameter is b
    assert ng.explain(loss, "b").gradient == 14.0
    assert ng.explain(loss, "y").gradient == 14.0  # an intermediate result will do as well


def test_nothing_is_changed_by_explaining(two_ways):
    loss, w, _ = two_ways
    ng.explain(loss, w)
    assert w.grad is None
    assert loss.grad is None


def test_arrays_are_explained_by_what_is_sent_back():
    rng = np.random.default_rng(0)
    W, X, t = leaf(rng.normal(size=(3, 2)), "W"), rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    loss = ((np.tanh(X @ W) - t) ** 2).mean() + (W * W).sum() * 0.1
    told = ng.explain(loss, W)
    loss.backward()
    np.testing.assert_allclose(told.gradient, W.grad, rtol=1e-14)
    np.testing.assert_allclose(sum(path.contribution for path in told.paths), W.grad, rtol=1e-13)
    assert told.count == 3
    assert [vertex.op.name for vertex, _ in told.paths[0].edges][-2:] in (["tanh", "matmul"], ["sum", "multiply"])
    assert "(5, 2)" in told.text
    assert "· ∂" in told.text  # a matrix product is written as what is sent back


def test_broadcasting_is_undone_along_each_path():
    b = leaf(np.array([1.0, 2.0]), "b")
    told = ng.explain(((np.ones((4, 2)) + b) * b).sum(), b)
    assert [path.contribution.shape for path in told.paths] == [(2,), (2,)]
    np.testing.assert_array_equal(told.gradient, [4 * (1 + 2 * 1.0), 4 * (1 + 2 * 2.0)])


@pytest.mark.parametrize(("doublings", "count"), [(5, 3**5), (200, 10**15)])
def test_many_paths_are_counted_and_the_rest_is_exact(doublings, count):
    c = h = leaf(0.9, "c")
    for _ in range(doublings):
        h = (h * h + h) * 0.5
    told = ng.explain(h, c)
    h.backward()
    assert told.count == count
    assert len(told.paths) == 8
    shown = sum(path.contribution for path in told.paths)
    np.testing.assert_allclose(shown + told.rest, c.grad, rtol=1e-13)
    assert f"{count:,} paths" in told.text
    assert repr(ng.explain(h, c)) == repr(told)


def test_of_many_paths_the_largest_are_shown():
    x = leaf(2.0, "x")
    y = x * 1.0
    for factor in range(2, 21):
        y = y + x * float(factor)
    told = ng.explain(y, x)
    assert [path.contribution for path in told.paths] == [20, 19, 18, 17, 16, 15, 14, 13]
    assert told.rest == sum(range(1, 13))
    assert told.text.endswith("+ 78 (the last for all other paths) = 210")


def test_a_long_chain_is_told_shortly_and_without_recursion():
    x = y = leaf(1.0, "x")
    for _ in range(200_000):
        y = y * 1.00001
    told = ng.explain(y, x)
    assert len(told.text.splitlines()) < 20
    assert "199,992 factors more" in told.text
    y.backward()
    np.testing.assert_allclose(told.gradient, x.grad, rtol=1e-14)


def test_the_graph_face_is_explained_too():
    x, W, b, t = (Placeholder(name=name) for name in "xWbt")
    y = Linear(x, W, b, name="y")
    loss = MSE(t, y, name="loss")
    forward(
        topological_sort_feed_dict({x: np.ones((4, 3)), W: np.ones((3, 1)), b: np.zeros(1), t: np.ones((4, 1))}, loss)
    )
    told = ng.explain(loss, W)
    assert told.parameter is W
    np.testing.assert_allclose(told.gradient, np.full((3, 1), 4.0))
    assert told.text.startswith("∂loss/∂W is the product of the slopes along the one path from loss back to W")


@pytest.mark.parametrize("code", ["zh-Hant", "zh-Hans"])
def test_in_chinese_nothing_of_english_is_left_but_names(two_ways, code):
    loss, w, _ = two_ways
    x = leaf([1.0, 2.0], "x")
    total = np.maximum(x, 1.0).sum()
    total.name = "t"
    ng.set_language(code)
    try:
        one, several = ng.explain(total, x).text, ng.explain(loss, w).text
    finally:
        ng.set_language(None)
    assert "只有一" in one
    assert "，若 x > 1；½，若相等；" in one
    assert "2 " in several.splitlines()[0]
    names = {"loss", "w", "b", "x", "t", "y", "v", "explain"}
    assert set(re.findall("[A-Za-z]+", one + several)) <= names


def test_a_result_is_its_own_derivative():
    x = leaf(3.0, "x")
    assert ng.explain(x, x).gradient == 1.0


def test_what_cannot_be_explained_says_why(two_ways):
    loss, w, _ = two_ways
    stranger = leaf(np.ones(3), "stranger")
    with pytest.raises(errors.NoGradientError, match=r"loss of shape \(\) does not depend on stranger of shape \(3,\)"):
        ng.explain(loss, stranger)
    with pytest.raises(errors.ParameterNameError, match="nothing here is called 'v'; the parameters are w, b"):
        ng.explain(loss, "v")
    with pytest.raises(errors.NotScalarError, match="mean"):
        ng.explain(stranger * 2.0)
    with pytest.raises(errors.NoGradientError):
        ng.explain(w.detach() * 2.0)
    with pytest.raises(TypeError, match=r"ng\.tensor"):
        ng.explain(3.0)


def test_an_operand_that_was_left_out_is_no_way():
    x = ng.tensor([[1.0, 2.0]], requires_grad=True, name="x")
    W = ng.tensor([[3.0], [4.0]], requires_grad=True, name="W")
    found = ng.explain(ng.nn.functional.linear(x, W).sum(), W)
    assert found.count == 1
    np.testing.assert_array_equal(found.gradient, [[1.0], [2.0]])


def test_a_parameter_of_a_list_of_layers_does_not_read_as_a_decimal_number() -> None:
    bias = ng.tensor(1.0, requires_grad=True, name="0.bias")
    loss = bias * bias
    loss.name = "loss"
    assert "∂loss/∂(0.bias) = " in str(ng.explain(loss))
    assert "∂0." not in ng.animate(loss).payload["text"]
