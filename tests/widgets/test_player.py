"""The player on the kernel's side: traits, fall-backs, words. No browser."""

from __future__ import annotations

import json

import handmade
import pytest
import traitlets

from nbgrad.widgets.player import Player


@pytest.fixture
def player() -> Player:
    return Player(handmade.payload(), svg="<svg>plays</svg>")


def test_the_whole_trace_is_in_the_first_state(player):
    state = player.get_state()
    assert json.loads(json.dumps(state["payload"])) == handmade.payload()
    assert (state["frame"], state["playing"], state["speed"]) == (handmade.payload()["start"], False, 1.0)


def test_the_mimebundle_is_view_picture_and_text(player):
    data, _ = player._repr_mimebundle_()
    assert sorted(data) == ["application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"]
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == player.model_id
    assert data["image/svg+xml"] == "<svg>plays</svg>"
    assert data["text/plain"] == handmade.payload()["text"]


def test_picture_and_text_default_to_the_payload():
    data, _ = Player(handmade.payload())._repr_mimebundle_()
    assert data["image/svg+xml"] == handmade.payload()["svg"]
    data, _ = Player(handmade.payload(), text="my words")._repr_mimebundle_()
    assert data["text/plain"] == "my words"


def test_repr_can_be_read(player):
    assert repr(player) == "Player('<b>loss</b>', 7 steps)"


def test_the_page_moves_the_frame(player):
    seen = []
    player.observe(lambda change: seen.append(change["new"]), "frame")
    player.set_state({"frame": 3, "playing": True})
    assert (player.frame, player.playing, seen) == (3, True, [3])


@pytest.mark.parametrize("frame", [-1, 7, 99])
def test_a_frame_that_does_not_exist_is_refused(player, frame):
    player.frame = 2
    with pytest.raises(traitlets.TraitError, match=rf"no frame {frame}: .* 7 steps, .* frames 0 to 6"):
        player.frame = frame
    assert player.frame == 2


@pytest.mark.parametrize("speed", [0, 0.1, 5, -1])
def test_a_speed_out_of_range_is_refused(player, speed):
    with pytest.raises(traitlets.TraitError):
        player.speed = speed
    assert player.speed == 1


def test_another_payload_is_shown_and_the_frame_stays_if_it_can(player):
    player.frame = 2
    player.payload = {**handmade.payload(), "title": "other"}
    assert (player.frame, repr(player)) == (2, "Player('other', 7 steps)")
    player.payload = {**handmade.payload(), "frames": handmade.payload()["frames"][:1]}
    assert player.frame == 0


def test_with_groups_opened_and_closed_as_much_has_happened_as_before(player):
    def passed(*moments):
        frame = handmade.payload()["frames"][0]
        phases = [{"key": "forward", "first": 0, "count": 1}, {"key": "backward", "first": 1, "count": len(moments)}]
        return {**handmade.payload(), "phases": phases, "frames": [{**frame, "moment": m} for m in (9, *moments)]}

    closed, opened = passed(0, 1, 4, 8), passed(*range(12))
    for frame, there, back in ((1, 1, 1), (2, 2, 2), (3, 5, 3), (4, 12, 4)):
        player.payload = closed
        player.frame = frame
        player.payload = opened
        assert player.frame == there
        player.payload = closed
        assert player.frame == back
    player.payload = opened
    player.frame = 11
    for payload, frame in ((closed, 4), (opened, 11), (closed, 4)):
        player.payload = payload
        assert player.frame == frame, "moment 10, which is not the end, is not lost"


def test_a_payload_that_lacks_something_is_refused(player):
    with pytest.raises(traitlets.TraitError, match="here svg, frames is missing"):
        player.payload = {"title": "loss", "text": "loss"}
    assert player.payload == handmade.payload()


def asked(player, message):
    """What the player sends back when the page sends this."""
    sent = []
    player.send = lambda content, buffers=None: sent.append(content)
    player._handle_custom_msg(message, [])
    return sent


def test_the_page_asks_and_gets_a_new_payload():
    new = {**handmade.payload(), "title": "edited"}
    messages = []
    player = Player(handmade.payload(), answer=lambda message: messages.append(message) or new)
    assert asked(player, {"kind": "edit", "id": 7, "node": "0", "data": [1.0]}) == [{"kind": "done", "id": 7}]
    assert messages == [{"kind": "edit", "id": 7, "node": "0", "data": [1.0]}]
    assert player.payload["title"] == "edited"


@pytest.mark.parametrize("message", [{"kind": "edit", "id": 3}, {}, None, "edit", [1]])
def test_what_cannot_be_answered_is_told_to_the_page(message):
    def answer(message):
        raise ValueError("no such leaf")

    for player in (Player(handmade.payload(), answer=answer), Player(handmade.payload())):
        [reply] = asked(player, message)
        assert (reply["kind"], reply["id"]) == ("error", 3 if message == {"kind": "edit", "id": 3} else None)
        assert "no such leaf" in reply["text"] or "no leaf here" in reply["text"]
        assert player.payload == handmade.payload()


def test_the_page_gets_all_it_needs_in_two_texts():
    assert Player._esm.count("export default") == 1
    assert ".ng-player .ng-live" in Player._css.replace(".ng-edge", "")
    for text in (Player._esm, Player._css):
        assert "http" not in text.replace("http://www.w3.org/", "")
