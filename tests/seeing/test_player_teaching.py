"""What the player says beside the pass: paths of arrays, questions, closed groups, the version in words."""

import re

import numpy as np

import nbgrad as ng
from nbgrad import nn
from nbgrad.display import numbers


def array(*shape, name):
    return ng.tensor(np.linspace(-1.0, 1.5, int(np.prod(shape))).reshape(shape), requires_grad=True, name=name)


def joined(equation):
    return "".join(token["text"] for token in equation)


def test_the_version_in_words_shows_the_final_gradients():
    x = ng.tensor(3.0, requires_grad=True, name="x")
    player = ng.animate(x * x)
    for text in (player.payload["text"], player._repr_mimebundle_()[0]["text/plain"]):
        assert "not yet" not in text
        assert re.search(r"x +parameter .* 3 +6\n", text)


def test_paths_of_arrays_are_chains_of_derivatives():
    w, x = array(3, 2, name="W"), array(2, name="x")
    h = np.tanh(w @ x)
    loss = (h * h).sum()
    [paths] = [paths for paths in ng.animate(loss).payload["paths"] if paths["name"] == "W"]
    for path in paths["shown"]:
        chain = joined(path["equation"])
        assert chain.count(" · ") == len(path["edges"]) - 1
        assert re.match(r"∂\S+/∂\S+ · ", chain)
        assert chain.endswith("/∂W")
        assert "<mfrac>" in path["math"]


def test_nodes_of_one_name_are_numbered_in_paths():
    m = array(2, name="m")
    loss = (np.exp(m) * 2 + np.exp(m) * 3).sum()
    [paths] = ng.animate(loss).payload["paths"]
    first, second = (path["names"] for path in paths["shown"])
    assert first != second
    assert {name for way in (first, second) for name in re.findall(r"exp\(m\)\S*", way)} == {"exp(m)₁", "exp(m)₂"}


def test_a_question_about_an_element_gives_the_numbers_that_it_needs():
    w = array(2, 3, name="w")
    a = np.tanh(w)
    payload = ng.animate((a * a).sum()).payload
    asked = [question for question in payload["quiz"] if question["element"]]
    assert asked
    for question in asked:
        given = re.findall(r" = (−?[\d.e−]+?)(?=[;.](?:\s|$))", question["question"])
        assert len(set(question["upstream"])) == 1  # of both uses it is the same number, and said once
        expected = [question["upstream"][0], *question["local"]]
        assert [f"(use {number}) =" in question["question"] for number in (1, 2, 3)] == [len(expected) > 2] * 2 + [
            False
        ]
        assert given == [numbers.number(x) for x in expected], question["question"]
    single = ng.animate(ng.tensor(2.0, requires_grad=True, name="x") ** 2).payload["quiz"]
    assert all(question["question"].count("=") == 0 for question in single)


def test_closed_groups_keep_the_update_of_their_parameters():
    net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    loss = (net(np.ones((3, 2))) ** 2).mean()
    payload = ng.animate(loss, level="module").payload
    assert [phase["key"] for phase in payload["phases"]] == ["forward", "backward", "update"]
    updates = [frame for frame in payload["frames"] if frame["phase"] == "update"]
    groups = [node for node, facts in payload["nodes"].items() if facts["kind"] == "group"]
    assert updates
    for frame in updates:
        assert str(frame["active"]) in groups
        assert frame["target"] is None  # the box shows none of the numbers that move
        assert "Open the group" in frame["sentence"]
        assert "← " in joined(frame["equation"])
        assert "−" in joined(frame["equation"])
    opened = [frame for frame in ng.animate(loss, level="tensor").payload["frames"] if frame["phase"] == "update"]
    assert not any("Open the group" in frame["sentence"] for frame in opened)


def test_a_sum_over_copies_is_told_once():
    a, b = array(4, 3, name="A"), array(3, name="b")
    frames = [frame for frame in ng.animate((a * b).sum()).payload["frames"] if frame["fold"]]
    for frame in frames:
        assert (frame["sentence"] + frame["fold"]["said"]).count("copied") == 1
        assert "4×3 → 3" in frame["fold"]["said"]


def test_a_mean_that_is_only_rounding_is_zero():
    thirds = np.array([0.1, 0.2, -0.3])
    assert thirds.mean() != 0
    assert "mean 0," in numbers.summary(thirds)
    assert "mean 0," in numbers.summary(thirds.astype(np.float32))
    assert "mean 1e−13," in numbers.summary(thirds * 0 + 1e-13 + np.array([-1.0, 1, 0]) * 1e-3)
