"""``ng.animate``: what it takes, what it refuses, what it leaves as it was, and what it shows where no page is."""

import json
import os
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET

import networkx as nx
import numpy as np
import pytest

import nbgrad as ng
from nbgrad import errors
from nbgrad.core.op import operation
from nbgrad.display import OptionError
from nbgrad.ops import REGISTRY

F = ng.nn.functional


def leaf(value, name="x"):
    return ng.tensor(value, requires_grad=True, name=name)


# ---- what cannot be played
def test_an_array_needs_a_gradient_to_begin_with():
    x = leaf([1.0, 2.0])
    with pytest.raises(errors.NotScalarError, match=r"shape \(2,\)"):
        ng.animate(x * 2)
    player = ng.animate(x * 2, [1.0, 10.0])
    assert player.payload["nodes"]["0"]["gradient"] == "min 2, mean 11, max 20"
    assert "gradient that was given" in player.payload["frames"][player.payload["start"]]["sentence"]


@pytest.mark.parametrize(
    ("gradient", "error"),
    [([1.0, 2.0, 3.0], errors.ShapeError), ([1j, 2.0], errors.ComplexGradientError)],
)
def test_a_gradient_that_does_not_fit_is_refused(gradient, error):
    with pytest.raises(error):
        ng.animate(leaf([1.0, 2.0]) * 2, gradient)


@pytest.mark.parametrize("value", [3.0, [1.0, 2.0]])
def test_a_leaf_has_nothing_to_be_played(value):
    with pytest.raises(errors.NothingRecordedError, match=r"x is a leaf.*animate what is computed from it"):
        ng.animate(leaf(value))


def test_what_needs_no_gradient_says_so():
    with pytest.raises(errors.NoGradientError, match="requires_grad=True"):
        ng.animate(ng.tensor(2.0) * 3)
    with pytest.raises(errors.NoGradientError):
        ng.animate((leaf(2.0) * 3).detach())


@pytest.mark.parametrize("thing", [3.0, "loss", None, np.ones(2), [1.0], nx.DiGraph([(0, 1)])])
def test_what_has_no_backward_pass_says_so(thing):
    with pytest.raises(
        errors.NotPlayableError, match=f"an object of type {type(thing).__name__} has no backward pass.*ng.draw"
    ):
        ng.animate(thing)


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf")])
def test_a_learning_rate_that_is_none_is_refused(rate):
    with pytest.raises(errors.LearningRateError):
        ng.animate(leaf(2.0) * 3, learning_rate=rate)


@pytest.mark.parametrize("optimizer", ["adam", 0.1, ng.optim.Adam])
def test_an_optimizer_that_is_none_is_refused(optimizer):
    with pytest.raises(errors.ArgumentError, match=r"ng\.optim"):
        ng.animate(leaf(2.0) * 3, optimizer=optimizer)


def test_a_node_that_was_not_computed_says_so():
    x, y = ng.graph.Placeholder(name="x"), ng.graph.Placeholder(name="y")
    with pytest.raises(errors.NotComputedError):
        ng.animate(ng.graph.MSE(x, y))


@pytest.mark.parametrize("factor", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_played_and_told(factor):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        player = ng.animate(leaf(2.0) * factor)
    last = player.payload["frames"][-2]
    assert "NaN or ∞" in last["sentence"]
    assert json.dumps(player.payload, allow_nan=False)


def test_an_empty_array_is_played():
    player = ng.animate(leaf(np.zeros((0, 3))).sum())
    assert player.payload["edges"]["0-1-0"]["check"]["said"].startswith("There is nothing to be checked")


def test_it_can_be_played_again_after_a_backward_pass():
    x = leaf(2.0)
    loss = x * x
    loss.backward()
    before = x.grad
    assert ng.animate(loss).payload == ng.animate(loss).payload
    assert x.grad is before


# ---- nothing is changed by watching
def test_watching_changes_nothing():
    rng = np.random.default_rng(0)
    X, W = ng.tensor(rng.standard_normal((4, 3))), leaf(rng.standard_normal((3, 2)), "W")
    optimizer = ng.optim.SGD([W], lr=0.1, momentum=0.9)
    loss = (np.tanh(X @ W) ** 2).mean()
    data, state = W.data.copy(), json.dumps(optimizer.state_dict(), default=str)
    generator = np.random.get_state()[1].copy()
    X.data.flags.writeable = W.data.flags.writeable = False
    player = ng.animate(loss, optimizer=optimizer)
    assert [phase["key"] for phase in player.payload["phases"]] == ["forward", "backward", "update"]
    np.testing.assert_array_equal(W.data, data)
    assert W.grad is None
    assert json.dumps(optimizer.state_dict(), default=str) == state
    np.testing.assert_array_equal(np.random.get_state()[1], generator)


@pytest.fixture
def declared():
    """Declare an operation of one's own for one test: its forward and its rule."""
    before = set(REGISTRY)

    def declare(forward, rule):
        made = operation(symbol="?", latex="{x}", source="{x}", formulas=["1"])(forward)
        made.rule(rule)
        return made

    yield declare
    for name in set(REGISTRY) - before:
        del REGISTRY[name]


def test_an_operation_of_ones_own_that_draws_is_not_checked_and_draws_nothing_away(declared):
    def noisy(x):
        return x + np.random.standard_normal(np.shape(x))

    op = declared(noisy, lambda g, y, x: g)
    np.random.seed(3)
    loss = op(leaf(np.ones(3))).sum()
    generator = np.random.get_state()[1].copy(), np.random.get_state()[2]
    player = ng.animate(loss)
    np.testing.assert_array_equal(np.random.get_state()[1], generator[0])
    assert np.random.get_state()[2] == generator[1]
    assert player.payload["edges"]["0-1-0"]["check"]["agrees"] is None


# ---- what it shows
def test_the_check_of_a_wrong_rule_disagrees(declared):
    def doubled(x):
        return x * x

    op = declared(doubled, lambda g, y, x: g * x)  # the factor 2 is forgotten
    check = ng.animate(op(leaf(3.0)) * 2).payload["edges"]["0-1-0"]["check"]
    assert (check["agrees"], check["ours"], check["differences"]) == (False, "6", "12")


def test_every_edge_with_a_gradient_has_its_check():
    rng = np.random.default_rng(0)
    X, y = ng.tensor(rng.standard_normal((5, 3)), name="X"), ng.tensor(rng.standard_normal((5, 1)), name="y")
    W, b = leaf(rng.standard_normal((3, 1)), "W"), leaf(np.zeros(1), "b")
    payload = ng.animate(F.mse_loss(F.sigmoid(F.linear(X, W, b)), y)).payload
    checked = {name: edge["check"] for name, edge in payload["edges"].items() if edge["frame"] is not None}
    assert checked
    assert all(check["agrees"] for check in checked.values())
    weights = next(name for name, facts in payload["nodes"].items() if facts["name"] == "W")
    [check] = [check for name, check in checked.items() if name.startswith(f"{weights}-")]
    assert check["element"] in ("[0, 0]", "[1, 0]", "[2, 0]")


def test_a_sum_over_copies_is_seen_to_fold():
    b = leaf(np.zeros(3), "b")
    loss = ((ng.tensor(np.ones((4, 3)), name="X") + b) ** 2).sum()
    folds = [frame["fold"] for frame in ng.animate(loss).payload["frames"] if frame["fold"]]
    assert [(fold["axes"], fold["before"], fold["after"]) for fold in folds] == [([0], "4×3", "3")]


def test_where_no_widget_runs_the_final_frame_and_the_words_are_seen():
    player = ng.animate(leaf(3.0) * leaf(2.0, "w"))
    data, _ = player._repr_mimebundle_()
    assert ET.fromstring(data["image/svg+xml"]).tag.endswith("svg")
    assert "∂ 2" in data["image/svg+xml"]
    assert "∂ 3" in data["image/svg+xml"]
    for phase in player.payload["phases"]:
        assert f"\n{phase['label']}\n" in data["text/plain"]


def test_the_network_of_13_10_1_is_small_enough_to_be_kept():
    """13 inputs, 10 hidden units, 1 output, with all 506 rows."""
    rng = np.random.default_rng(0)
    X, y = ng.tensor(rng.standard_normal((506, 13)), name="X"), ng.tensor(rng.standard_normal((506, 1)), name="y")
    W1, b1 = leaf(rng.standard_normal((13, 10)), "W1"), leaf(np.zeros(10), "b1")
    W2, b2 = leaf(rng.standard_normal((10, 1)), "W2"), leaf(np.zeros(1), "b2")
    fused = F.mse_loss(F.linear(F.sigmoid(F.linear(X, W1, b1)), W2, b2), y)
    spelled_out = ((1 / (1 + np.exp(-(X @ W1 + b1))) @ W2 + b2 - y) ** 2).mean()
    for loss in (fused, spelled_out):
        assert len(json.dumps(ng.animate(loss).payload).encode()) < 200_000


SCRIPT = """
import hashlib, json
import numpy as np
import nbgrad as ng

rng = np.random.default_rng(0)
X, y = ng.tensor(rng.standard_normal((5, 3)), name="X"), ng.tensor(rng.standard_normal((5, 1)), name="y")
net = ng.nn.Sequential(ng.nn.Linear(3, 2), ng.nn.Tanh(), ng.nn.Linear(2, 1))
with ng.debug():
    loss = ng.nn.functional.mse_loss(net(X), y)
player = ng.animate(loss, depth=DEPTH)
leaf = next(node for node, facts in player.payload["nodes"].items() if facts["name"] == "X")
edited = player._answer({"kind": "edit", "node": leaf, "data": [1.0] * 15})
print(hashlib.sha256(json.dumps([player.payload, edited]).encode()).hexdigest())
"""


@pytest.mark.parametrize("depth", [None, 0])
def test_the_same_bytes_under_any_hash_seed(depth):
    script = SCRIPT.replace("DEPTH", str(depth))
    made = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(made) == 1


# ---- how it looks
def test_a_film_may_be_dark_and_go_from_top_to_bottom(tmp_path):
    loss = leaf(3.0, "x") * leaf(2.0, "w")
    player = ng.animate(loss, direction="TB", theme="dark")
    kept = player.save(tmp_path / "kept.svg", step=1).read_text()
    other = player.save(tmp_path / "other.svg", step=1, direction="LR", theme="light").read_text()
    page = ng.animate(loss).save(tmp_path / "page.html", theme="dark").read_text()
    live = player.payload["svg"]  # a live page follows the notebook's theme
    assert ['fill="#111418"' in text for text in (kept, other, page, live)] == [True, False, True, False]
    assert "color-scheme: dark" in page
    assert [_is_tall(picture) for picture in (kept, other, live)] == [True, False, True]


def _is_tall(picture):
    places = {
        group.attrib["data-node"]: group.find("{*}rect[@class='ng-box']").attrib
        for group in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}g")
        if "data-node" in group.attrib
    }
    first, last = places["0"], places[max(places, key=int)]
    return float(last["y"]) > float(first["y"]) + float(first["height"])


@pytest.mark.parametrize("option", [{"direction": "up"}, {"theme": "solarized"}])
def test_a_look_that_there_is_not_is_refused(option, tmp_path):
    loss = leaf(3.0) * 2
    with pytest.raises(OptionError, match=next(iter(option))):
        ng.animate(loss, **option)
    with pytest.raises(OptionError, match=next(iter(option))):
        ng.animate(loss).save(tmp_path / "page.html", **option)
