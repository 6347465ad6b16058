"""Every declared operation unfolded into single numbers: the values and gradients are those of the engine."""

import warnings

import numpy as np
import pytest
from declared import as_real, differentiable, drawn, every_case, every_operation, through

import nbgrad as ng
from nbgrad.nn import functional as F
from nbgrad.notebook.border import drawn_steps
from nbgrad.notebook.drawing import TooLarge
from nbgrad.notebook.scalars import ScalarPicture, unfolded


def computed(op, args, static):
    """The weighted sum of a result, after its backward pass, and the leaves; a leaf is named by its position."""
    operands, leaves = list(args), {}
    for i in differentiable(op, args):
        leaf = leaves[f"operand{i}"] = ng.tensor(np.real(args[i]), requires_grad=True, name=f"operand{i}")
        operands[i] = through(args[i], leaf)
    result = op(*operands, **static)
    if not isinstance(result, ng.Tensor):
        return None, {}
    weights = np.random.default_rng(7).uniform(0.5, 1.5, result.shape)[()]
    total = (as_real(result) * weights).sum()
    if not total.requires_grad:
        return None, {}
    total.backward()
    return total, leaves


def number_named(name, leaves):
    """The value and the gradient of the element that ``operand0[1, 2]`` stands for."""
    array, _, place = name.partition("[")
    at = tuple(int(i) for i in place.rstrip("]").split(",")) if place else ()
    leaf = leaves[array]
    return np.asarray(leaf.data)[at], None if leaf.grad is None else np.asarray(leaf.grad)[at]


def check(total, leaves):
    """Compare a result's picture in single numbers with the engine: what is shown, and what its own pass gives."""
    drawing = ng.draw(total, level="scalar")
    assert not isinstance(drawing, TooLarge)
    picture = unfolded(total)
    if not isinstance(picture, ScalarPicture):  # no number that a gradient could reach
        return
    arrived = {step.target: step.total for step in drawn_steps(picture)}
    for id_, shown in drawing.graph.nodes(data=True):
        assert shown["dtype"] != "object", shown
        if shown["kind"] == "parameter":
            value, gradient = number_named(shown["name"], leaves)
            np.testing.assert_equal((shown["value"], shown["gradient"]), (value, gradient))
            assert shown["passed"] is None, shown
            np.testing.assert_allclose(arrived.get(id_, 0.0), gradient or 0.0, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(picture.vertices[-1].value, total.data, rtol=1e-9)


@every_case
def test_declared_samples_unfold_to_the_numbers_of_the_engine(op, case):
    total, leaves = computed(op, drawn(op, case), case.static)
    if total is not None:
        check(total, leaves)


SMALL = {
    "0-d": lambda x: x.reshape(-1)[0] if x.size else x,
    "one": lambda x: x.reshape(-1)[:1],
    "1-d": lambda x: x.reshape(-1)[:3],
    "ones": lambda x: x[tuple(slice(0, 1) for _ in x.shape)],
}


@pytest.mark.parametrize("size", SMALL)
@every_operation
def test_small_operands_unfold_and_play(op, size):
    """Whatever an operation takes of these: one number, an array of one, a vector, an array with sizes of 1."""
    played = None
    for case in op.cases:
        args = [x if x is None or x.dtype.kind not in "fc" else SMALL[size](x) for x in drawn(op, case)]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                total, leaves = computed(op, args, case.static)
        except Exception:  # the operation does not take them
            continue
        if total is None:
            continue
        check(total, leaves)
        if not played:
            played = ng.animate(total, level="scalar")
            assert any(frame["phase"] == "backward" for frame in played.payload["frames"])
            assert "stored in .grad" not in played.payload["text"]


# ---- results that are leaves once they are unfolded
def leaf(value, name):
    return ng.tensor(value, requires_grad=True, name=name)


def facts_of(drawing):
    return {facts["name"]: facts for _, facts in drawing.graph.nodes(data=True)}


@pytest.mark.parametrize("total", [lambda a: np.sum(a[0]), lambda a: np.mean(a[:1]), lambda a: a[0].reshape(1)])
def test_a_result_that_is_a_leaf_has_its_gradient_once(total):
    a = leaf([2.0, 3.0], "a")
    r = total(a)
    r.backward()
    drawing = ng.draw(r, level="scalar")
    assert {name: facts["gradient"] for name, facts in facts_of(drawing).items()} == {"a[0]": 1.0}
    assert "stored" not in drawing.text
    frames = ng.animate(r, level="scalar").payload["frames"]
    assert [frame["phase"] for frame in frames].count("backward") == 1


def test_a_leaf_among_the_last_elements_has_what_all_of_them_give_it():
    a = leaf([2.0, 3.0], "a")
    r = np.stack([a[0], a[0], a[0] * a[1]])
    r.backward(np.array([1.0, 10.0, 100.0]))
    shown = facts_of(ng.draw(r, level="scalar"))
    assert (shown["a[0]"]["gradient"], shown["a[1]"]["gradient"]) == (311.0, 200.0)
    assert shown["a[0]"]["passed"] is None


def test_a_linear_layer_of_one_number_keeps_its_bias():
    x, w, b = leaf([1.0, 2.0], "x"), leaf([1.0, 3.0], "w"), leaf(0.5, "b")
    y = F.linear(x, w, b)
    y.backward()
    shown = facts_of(ng.draw(y, level="scalar"))
    assert (shown["b"]["kind"], shown["b"]["value"], shown["b"]["gradient"]) == ("parameter", 0.5, 1.0)
    assert ng.animate(y, level="scalar").payload["nodes"]


def test_a_mean_of_one_number_is_not_divided():
    a = leaf([2.0, 3.0], "a")
    assert [facts["op"] for facts in facts_of(ng.draw(np.mean(a[:1]) * a[1], level="scalar")).values()] == [
        None,
        None,
        "multiply",
    ]
