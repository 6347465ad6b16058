"""A recurrent layer is drawn as it is unrolled: each step of the sequence is a group of its own."""

import numpy as np
import pytest

import nbgrad as ng


@pytest.mark.parametrize("layer", [ng.nn.RNN, ng.nn.LSTM])
def test_each_step_of_a_sequence_is_a_group(layer):
    net = layer(3, 2, rng=0)
    states, _ = net(np.ones((4, 3)))
    graph = ng.draw(states.sum(), depth=1).graph
    steps = {facts["name"]: node for node, facts in graph.nodes(data=True) if facts["kind"] == "group"}
    assert list(steps) == ["step 0", "step 1", "step 2", "step 3"]
    for earlier, later in zip(list(steps), list(steps)[1:], strict=False):
        assert graph.has_edge(steps[earlier], steps[later]), "the state is handed on"
    weights = [facts["name"] for _, facts in graph.nodes(data=True) if facts["kind"] == "parameter"]
    assert sorted(weights) == ["bias", "hidden_weight", "input_weight"], "all steps share them"
