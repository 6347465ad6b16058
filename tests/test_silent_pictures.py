"""A picture shows what is infinite or no number, and is silent about it: the run that made it has warned already."""

import warnings

import numpy as np
import pytest

import nbgrad as ng

F = ng.nn.functional


def _leaf(value, name="x"):
    return ng.tensor(np.asarray(value, float), requires_grad=True, name=name)


def _halved(value, name="x"):
    return _leaf(np.asarray(value) / 2 - 1e300, name)


def _log_of_zero(leaf):
    return np.log(leaf([0.0, 1.0, 2.0])).sum()


def _log_of_zero_alone(leaf):
    return np.log(leaf(0.0))


def _exp_of_a_thousand(leaf):
    return np.exp(leaf([1000.0, -1000.0])).sum()


def _zero_by_zero(leaf):
    return (leaf([0.0, 1.0], "a") / leaf([0.0, 2.0], "b")).sum()


def _product_too_large(leaf):
    product = leaf(np.full((2, 3), 1e200)) @ leaf(np.full((3, 2), 1e200), "w")
    return (np.tanh(product) - product).sum()


def _squares_too_large(leaf):
    return F.mse_loss(leaf(np.full((2, 3), 1e200)), np.full((2, 3), -1e300))


def _in_a_group(leaf):
    with ng.group("layer"):
        h = np.log(leaf([0.0, 1.0])) * 0.0
    return (h * h).sum()


def _both_ways_into_a_group(leaf):
    x = leaf([0.0, 1e308])
    with ng.group("layer"):
        h = np.log(x) - x * 1e308
    return (h + h).sum()


RUNS = [
    _log_of_zero, _log_of_zero_alone, _exp_of_a_thousand, _zero_by_zero, _product_too_large, _squares_too_large,
    _in_a_group, _both_ways_into_a_group,
]  # fmt: skip
LOOKS = [
    {}, {"heat": True}, {"values": "numbers"}, {"values": "numbers", "heat": True}, {"values": "forward"},
    {"level": "module"}, {"level": "module", "heat": True}, {"level": "scalar"}, {"level": "scalar", "heat": True},
]  # fmt: skip


@pytest.fixture(params=RUNS, ids=lambda run: run.__name__)
def run(request):
    return request.param


@pytest.fixture
def result(run):
    return _done(run)


def _done(run, leaf=_leaf):
    with np.errstate(all="ignore"):
        root = run(leaf)
        root.backward()
    return root


@pytest.fixture(autouse=True)
def no_warnings():
    with np.errstate(all="raise", under="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        yield


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_drawing_is_silent(result, look):
    drawing = ng.draw(result, **look)
    bundle = drawing._repr_mimebundle_()
    assert "<svg" in bundle["image/svg+xml"]
    assert drawing.to_dot().startswith("digraph")
    assert drawing.to_mermaid().startswith("flowchart")


def test_a_drawing_is_saved_silently(result, tmp_path):
    drawing = ng.draw(result, heat=True)
    for ending in ("svg", "png", "pdf", "html"):
        assert drawing.save(tmp_path / f"a.{ending}").stat().st_size > 500


@pytest.mark.parametrize("level", [None, "module", "scalar"])
def test_a_comparison_is_silent(run, level):
    drawing = ng.draw(_done(run), compare=_done(run, _halved), level=level)
    assert "ng-changed" in drawing.svg
    assert "→" in drawing.text
    assert drawing.to_dot()


@pytest.mark.parametrize("level", [None, "module", "scalar"])
def test_a_player_is_silent_when_it_is_made_edited_and_saved(result, level, tmp_path):
    player = ng.animate(result, level=level)
    editable = [node for node, facts in player.payload["nodes"].items() if facts["editable"]]
    for node in editable[:3]:
        count = len(player.payload["nodes"][node]["editable"]["data"])
        for number in (0.0, 1e308, -1e308, 1000.0):
            changed = player._answer({"kind": "edit", "id": "1", "node": node, "data": [number] * count})
            assert changed["frames"]
            player._answer({"kind": "reset", "id": "2"})
    for ending in ("svg", "html", "gif") if level is None else ("svg",):
        assert player.save(tmp_path / f"a.{ending}").stat().st_size > 500


def test_an_explanation_is_silent(result):
    assert "path 1" in ng.explain(result).text
