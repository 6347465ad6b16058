"""Numbers that were changed in place: the player writes nothing with numbers that do not belong together."""

import json

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core.op import REGISTRY, operation
from nbgrad.display import messages
from nbgrad.notebook.edits import EditError
from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session


def leaf(value, name):
    return ng.tensor(np.array(value), requires_grad=True, name=name)


def named(result, name):
    result.name = name
    return result


def changed():
    """(q·q)·w + b with q changed from 3 to 100 since; b is reached without passing the product."""
    q, w, b = leaf([3.0], "q"), leaf([2.0], "w"), leaf([1.0], "b")
    r = named(q * q, "r")
    loss = named(named(r * w, "p") + b, "loss")
    q.data[0] = 100.0
    return loss


def equations(payload):
    return ["".join(token["text"] for token in frame["equation"]) for frame in payload["frames"]]


def test_equations_leave_out_numbers_that_do_not_belong_together():
    payload = ng.animate(changed()).payload
    assert equations(payload) == [
        "r = q · q",
        "p = r · w = 9 × 2 = 18",
        "loss = p + b = 18 + 1 = 19",
        "∂loss/∂loss = 1",
        "∂loss/∂p = ∂loss/∂loss · 1 = 1 × 1 = 1",
        "∂loss/∂b = ∂loss/∂loss · 1 = 1 × 1 = 1",
        "∂loss/∂r = ∂loss/∂p · w = 1 × 2 = 2",
        "∂loss/∂w = ∂loss/∂p · r = 1 × 9 = 9",
        "a part of ∂loss/∂q = ∂loss/∂r · q",
        "∂loss/∂q = so far + ∂loss/∂r · q",
        "q ← q − 0.1 · ∂loss/∂q",
        "w ← w − 0.1 · ∂loss/∂w = 2 − 0.1 × 9 = 1.1",
        "b ← b − 0.1 · ∂loss/∂b = 1 − 0.1 × 1 = 0.9",
    ]


def test_that_it_was_changed_is_said_where_numbers_are_missing():
    payload = ng.animate(changed()).payload
    said = messages.say("step_lost", name="r")
    missing = [said in frame["sentence"] for frame in payload["frames"]]
    assert missing == [True, *[False] * 7, True, True, True, False, False]
    assert said in payload["nodes"]["0"]["sentence"]
    assert said in payload["nodes"][node_called(payload, "r")]["sentence"]


def node_called(payload, name):
    return next(node for node, facts in payload["nodes"].items() if facts["name"] == name)


def test_panels_quiz_paths_and_orders_leave_them_out():
    payload = ng.animate(changed()).payload
    q = payload["nodes"]["0"]
    assert (q["gradient"], q["value"]) == ("lost", "100")
    assert [local["text"] for local in payload["nodes"][node_called(payload, "r")]["locals"]] == ["", ""]
    lost = [edge for edge in payload["edges"].values() if edge["to"] == "r"]
    assert len(lost) == 2
    assert all((edge["upstream"], edge["product"], edge["check"]) == ("", "", None) for edge in lost)
    assert "q" not in [payload["nodes"][str(question["node"])]["name"] for question in payload["quiz"]]
    assert "w" in [payload["nodes"][str(question["node"])]["name"] for question in payload["quiz"]]
    paths = {path["name"]: path for path in payload["paths"]}
    assert (paths["q"]["sum"], paths["q"]["math"], paths["w"]["sum"]) == ("", "", "9")
    assert "".join(token["text"] for token in paths["q"]["shown"][0]["equation"]).startswith("∂loss/∂p · ∂p/∂r")
    assert messages.say("step_lost", name="r") in paths["q"]["sentence"]
    assert payload["orders"] == []
    assert "200" not in json.dumps(payload["nodes"]), "the false gradient"


def test_the_picture_that_plays_by_itself_says_lost():
    player = ng.animate(changed())
    assert ">∂ lost<" in player._still or ">lost<" in player._still
    assert "400" not in player._still
    assert "400" not in player._text if player._text else "400" not in player.payload["text"]


def test_an_array_has_no_average_size():
    v = leaf([3.0, 2.0], "v")
    loss = named(named(v * v, "d").sum(), "loss")
    v.data[0] = 100.0
    found = equations(ng.animate(loss).payload)
    assert found[0] == "d = v · v"
    assert found[-3:] == [
        "a part of ∂loss/∂v = ∂loss/∂d ⊙ v",
        "∂loss/∂v = so far + ∂loss/∂d ⊙ v",
        "v ← v − 0.1 · ∂loss/∂v",
    ]


def test_a_number_that_arrived_truly_is_kept_until_a_lost_one_is_added():
    q = leaf([3.0], "q")
    r = named(q * q, "r")
    loss = named(r + named(q + 1.0, "s"), "loss")
    q.data[0] = 100.0
    found = equations(ng.animate(loss).payload)
    assert "r = q · q" in found
    assert "s = q + 1" in found  # it is 4, and q is 100
    assert "a part of ∂loss/∂q = ∂loss/∂s · 1" in found


def test_a_closed_group_with_such_numbers_has_none_to_show():
    q, w = leaf([3.0], "q"), leaf([2.0], "w")
    with ng.group("inside"):
        r = named((q * q) * 2.0, "r")
    loss = named(named(r * w, "p") + q, "loss")
    q.data[0] = 100.0
    payload = ng.animate(loss, depth=0).payload
    found = equations(payload)
    assert found[0] == "inside(q)"
    assert "∂loss/∂q = so far + ∂loss/∂inside · ∂inside/∂q" in found
    assert messages.say("step_lost", name="inside") in payload["text"]


def test_editing_beyond_a_change_says_that_it_was_one():
    session = Session(picture_of(changed()))
    before = session.payload()
    with pytest.raises(EditError, match="multiply does not give the same result again: numbers have been changed"):
        session.answer({"kind": "edit", "node": 0, "data": [5.0]})
    assert session.payload() == before


def test_editing_elsewhere_keeps_it_said():
    session = Session(picture_of(changed()))
    b = node_called(session.payload(), "b")
    payload = session.answer({"kind": "edit", "node": b, "data": [5.0]})
    assert equations(payload)[0] == "r = q · q"
    assert equations(payload)[2] == "loss = p + b = 18 + 5 = 23"
    assert payload["nodes"]["0"]["gradient"] == "lost"
    assert payload["ghosts"]["gradients"] == {}


def test_what_draws_at_random_still_says_so():
    @operation(symbol="?", latex="?", source="?", formulas=["1"], samples=[])
    def shaken_by_me(x):
        return x + np.random.default_rng().normal(size=np.shape(x))

    shaken_by_me.rule(lambda g, y, x: g)
    session = Session(picture_of(shaken_by_me(leaf([1.0, 2.0], "x")).sum()))
    try:
        with pytest.raises(EditError, match="at random"):
            session.answer({"kind": "edit", "node": 0, "data": [5.0, 6.0]})
    finally:
        del REGISTRY["shaken_by_me"]


def test_an_optimisers_step_leaves_all_numbers_true():
    x = leaf([3.0], "x")
    loss = named(x * x, "loss")
    loss.backward()
    ng.optim.SGD([x], lr=0.1).step()
    found = equations(ng.animate(loss).payload)
    assert found[0] == "loss = x · x = 3 × 3 = 9"
    assert found[-1] == "x ← x − 0.1 · ∂loss/∂x = 3 − 0.1 × 6 = 2.4"


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_it_is_said_in_every_language(language):
    loss = changed()
    before = messages.language()
    try:
        ng.set_language(language)
        assert messages.say("step_lost", name="r") in ng.animate(loss).payload["text"]
    finally:
        ng.set_language(before)
