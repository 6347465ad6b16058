"""What goes to the page is not too large to be sent: thumbnails go first, then details, in the end a message stands."""

import json
import xml.etree.ElementTree as ET

import pytest
from graphs import matrix_graph, scalar_graph

from nbgrad.display import messages
from nbgrad.display.player import Trace, payload_of
from nbgrad.display.player.sizes import size


def made(make=matrix_graph, largest=10**7):
    return payload_of(Trace(*make()), largest=largest)


def test_what_is_small_enough_stays_whole():
    whole = made()
    assert made(largest=size(whole)) == whole
    assert made(largest=size(whole) - 1) != whole


def test_size_is_that_of_the_message():
    assert size(made()) == len(json.dumps(made(), ensure_ascii=False).encode())


def test_thumbnails_are_the_first_to_go():
    whole = made()
    reduced = made(largest=size(whole) - 1)
    assert "scale(" in whole["svg"]
    assert "scale(" not in json.dumps(reduced)
    assert reduced["text"].endswith(messages.say("payload_without_thumbnails"))
    assert [frame["math"] for frame in reduced["frames"]] == [frame["math"] for frame in whole["frames"]]
    ET.fromstring(reduced["svg"])
    for frame in reduced["frames"]:
        ET.fromstring(f"<g>{frame['fragment']}</g>")
        assert "<rect" in frame["fragment"] or "<text" in frame["fragment"]


def test_then_mathematics_and_what_teaches():
    whole = made()
    plain = made(largest=size(made(largest=size(whole) - 1)) - 1)
    assert not any(frame["math"] for frame in plain["frames"])
    assert all(frame["equation"] for frame in plain["frames"])
    assert (plain["paths"], plain["orders"]) == ([], [])
    assert len(plain["frames"]) == len(whole["frames"])
    assert plain["text"].endswith(messages.say("payload_without_details"))


@pytest.mark.parametrize("make", [matrix_graph, scalar_graph])
def test_in_the_end_a_message_says_what_to_do(make):
    message = made(make, largest=5000)
    assert (message["frames"], message["nodes"]) == ([], {})
    assert message["text"] == messages.say("payload_too_large")
    assert messages.say("payload_too_large") in "".join(ET.fromstring(message["svg"]).itertext())
    assert set(message) == set(made(make))
    assert message["words"] == made(make)["words"]
