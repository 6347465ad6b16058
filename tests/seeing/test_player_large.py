"""Large graphs are played all the same, with what can be spared left out; what cannot be sent is told at once."""

from itertools import pairwise

import pytest

import nbgrad as ng
from nbgrad.display import messages
from nbgrad.display.player.sizes import LARGEST, MOST_DETAILED, size


def chain(length):
    x = ng.tensor(0.5, requires_grad=True, name="x")
    y = x
    for _ in range(length):
        y = y.tanh()
    return y


def products(count):
    """One value times another, again and again."""
    x, c = ng.tensor(1.0, requires_grad=True, name="x"), ng.tensor(1.001, requires_grad=True, name="c")
    y = x
    for _ in range(count):
        y = y * c
    return y


def sentence():
    return messages.say("payload_of_many", most=f"{MOST_DETAILED:,}")


def test_up_to_some_hundred_nodes_nothing_is_left_out():
    payload = ng.animate(chain(MOST_DETAILED - 1)).payload
    assert len(payload["nodes"]) == MOST_DETAILED
    assert all(frame["math"] and frame["spoken"] for frame in payload["frames"])
    assert payload["paths"]
    assert payload["orders"]
    assert payload["nodes"]["0"]["editable"]
    assert sentence() not in payload["text"]


@pytest.mark.parametrize("make", [chain, products])
def test_a_thousand_operations_are_played_with_plain_formulas(make):
    player = ng.animate(make(1000))
    payload = player.payload
    forward, backward, update = payload["phases"]
    assert (forward["count"], update["count"]) == (1000, (make is products and 2) or 1)
    assert backward["count"] in (1001, 2001)
    assert size(payload) <= LARGEST
    assert all(frame["equation"] and frame["sentence"] and frame["number"] for frame in payload["frames"])
    assert not any(frame["math"] for frame in payload["frames"])
    assert not any(node["editable"] for node in payload["nodes"].values())
    assert (payload["paths"], payload["orders"]) == ([], [])
    assert payload["text"].endswith(sentence())
    assert payload["text"] in player._repr_mimebundle_()[0]["text/plain"]


def test_what_is_surely_too_large_to_be_sent_is_not_made(monkeypatch):
    monkeypatch.setattr("nbgrad.display.player.payload.frames_of_phases", None)  # whoever calls it fails
    payload = ng.animate(products(1400)).payload
    assert payload["frames"] == []
    assert payload["text"] == messages.say("payload_too_large")
    assert "ng.animate" in payload["text"]


def test_edges_do_not_repeat_what_their_steps_say():
    payload = ng.animate(products(5)).payload
    for edge in payload["edges"].values():
        assert (edge["math"], edge["sentence"]) == (None, None)
        assert payload["frames"][edge["frame"]]["math"]
    assert all(edge["check"]["agrees"] for edge in payload["edges"].values())


def test_pieces_of_an_equation_that_look_alike_are_one():
    for frame in ng.animate(products(3)).payload["frames"]:
        roles = [token["role"] for token in frame["equation"]]
        assert all(a != b for a, b in pairwise(roles))
