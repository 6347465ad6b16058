"""Every operation in the player: it is played, no check by finite differences disagrees, its leaves are edited."""

import json

import numpy as np
import pytest
from declared import as_tensors, differentiable, drawn, every_case

from nbgrad.notebook.pictures import picture_of
from nbgrad.seeing.session import Session


def real_sum(y):
    """A single real number made of a result."""
    return (np.real(y) if np.iscomplexobj(y.data) else y).sum() * 1.5


@every_case
@pytest.mark.filterwarnings("ignore::nbgrad.core.errors.BroadcastWarning")
def test_an_operation_is_played_checked_and_edited(op, case):
    args = drawn(op, case)
    positions = differentiable(op, args)
    if not positions:
        pytest.skip("nothing that could change by a little")
    tensors = as_tensors(args, positions)
    session = Session(picture_of(real_sum(op(*tensors, **case.static))))
    payload = session.payload()
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload
    wrong = [
        edge["check"]["said"] for edge in payload["edges"].values() if (edge["check"] or {}).get("agrees") is False
    ]
    assert not wrong
    for node, facts in payload["nodes"].items():
        if facts["editable"]:
            edited = session.answer({"kind": "edit", "node": node, "data": facts["editable"]["data"]})
            assert edited["ghosts"] == {"values": {}, "gradients": {}}, "the same numbers give the same"
            break
