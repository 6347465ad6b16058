"""A player speaks the language that it was made in, also when it is asked later, after another one was chosen."""

import pytest

import nbgrad as ng


@pytest.fixture(autouse=True)
def restored():
    before = ng.language()
    yield
    ng.set_language(before)


def chinese_player():
    ng.set_language("zh-Hant")
    x = ng.tensor(3.0, requires_grad=True, name="x")
    player = ng.animate(x * x)
    ng.set_language("en")
    return player


def test_an_edit_is_answered_in_the_language_of_the_player():
    player = chinese_player()
    words = player.payload["words"]
    player._asked(player, {"kind": "edit", "id": 1, "node": "0", "data": [5.0]}, [])
    assert player.payload["nodes"]["1"]["value"] == "25", "it has been answered"
    assert (player.payload["language"], player.payload["words"]) == ("zh-Hant", words)
    assert ng.language() == "en"


def test_a_refusal_is_told_in_the_language_of_the_player(monkeypatch):
    player, sent = chinese_player(), []
    monkeypatch.setattr(player, "send", sent.append)
    player._asked(player, {"kind": "edit", "id": 1, "node": "99", "data": [5.0]}, [])
    ng.set_language("zh-Hant")
    assert sent == [{"kind": "error", "id": 1, "text": ng.display.messages.say("edit_unknown")}]


def test_a_film_is_told_in_the_language_of_the_player(tmp_path):
    player = chinese_player()
    page = player.save(tmp_path / "pass.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hant">' in page
