"""A recurrent layer is drawn as it is unrolled: each step of the sequence is a group of its own."""

import numpy as np
import pytest

import nbgrad as ng


@pytest.mark.parametrize("layer", [ng.nn.RNN, ng.nn.LSTM])
def test_each_step_of_a_sequence_is_a_group(layer):
    net = layer(3, 2, rng=0)
    states, _ = net(np.ones((4, 3)))
    names = ["step 0", "step 1", "step 2", "step 3"]
    whole = ng.draw(states.sum(), level="tensor").graph
    assert list(dict.fromkeys(path[-1] for _, path in whole.nodes(data="group") if len(path) > 1)) == names
    folded = ng.draw(states.sum(), depth=1).graph
    assert [facts["row"] for _, facts in folded.nodes(data=True) if facts["row"]] == [tuple(names)]
    for graph in (whole, folded):
        weights = [facts["name"] for _, facts in graph.nodes(data=True) if facts["kind"] == "parameter"]
        assert sorted(weights) == ["bias", "hidden_weight", "input_weight"], "all steps share them"


def test_steps_that_hand_on_their_states_are_boxes_where_they_are_too_few_to_fold():
    states, _ = ng.nn.RNN(3, 2, rng=0)(np.ones((2, 3)))
    graph = ng.draw(states.sum(), depth=1).graph
    steps = {facts["name"]: node for node, facts in graph.nodes(data=True) if facts["kind"] == "group"}
    assert list(steps) == ["step 0", "step 1"]
    assert graph.has_edge(steps["step 0"], steps["step 1"]), "the state is handed on"
