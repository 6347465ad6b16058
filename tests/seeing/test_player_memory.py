"""A notebook in which a player's cell is run again and again does not fill up with graphs."""

import gc
import weakref

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.display import messages
from nbgrad.display.export import FilmError
from nbgrad.widgets import player as module
from nbgrad.widgets.player import MOST_KEPT


@pytest.fixture(autouse=True)
def nobody_before(monkeypatch):
    monkeypatch.setattr(module, "_latest", [])


def played():
    """A player, and a sign of whether its graph is still there."""
    x = ng.tensor(np.ones(3), requires_grad=True, name="x")
    y = x * x
    return ng.animate(y.sum()), weakref.ref(y)


def asked(player, message):
    sent = []
    player.send = lambda content, buffers=None: sent.append(content)
    player._asked(player, message, [])
    return sent[0]


def test_only_the_latest_players_hold_their_graphs():
    gc.disable()  # counting references alone has to do
    try:
        made = [played() for _ in range(MOST_KEPT + 3)]
        assert [graph() is not None for _, graph in made] == [False] * 3 + [True] * MOST_KEPT
    finally:
        gc.enable()


def test_a_player_that_was_used_counts_as_late():
    first, graph = played()
    others = [played() for _ in range(MOST_KEPT - 1)]
    assert asked(first, {"kind": "edit", "id": 1, "node": "0", "data": [1, 2, 3]})["kind"] == "done"
    played()
    assert graph() is not None
    assert others[0][1]() is None


def test_a_closed_player_holds_nothing():
    player, graph = played()
    player.close()
    assert graph() is None
    assert asked(player, {"kind": "reset", "id": 2})["kind"] == "error"


def test_one_that_has_let_go_is_still_played_and_says_how_to_edit(tmp_path):
    player, graph = played()
    before = player.payload
    for _ in range(MOST_KEPT):
        played()
    assert graph() is None
    reply = asked(player, {"kind": "edit", "id": 7, "node": "0", "data": [1, 2, 3]})
    assert reply == {"kind": "error", "id": 7, "text": messages.say("edit_let_go", count=MOST_KEPT)}
    assert "Run its cell again" in reply["text"]
    assert player.payload is before
    assert "image/svg+xml" in player._repr_mimebundle_()[0]
    with pytest.raises(FilmError, match="Run its cell again"):
        player.save(tmp_path / "pass.svg")


def test_the_latest_can_still_be_saved(tmp_path):
    player, _ = played()
    for _ in range(MOST_KEPT - 1):
        played()
    assert player.save(tmp_path / "pass.svg").exists()
