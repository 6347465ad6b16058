"""What repeats one after the other folds into one box, also where a part is more than one group."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn


def rows(result, **options):
    """Name, count, and first and last part of each folded row."""
    graph = ng.draw(result, **{"level": "module", **options}).graph
    folded = [facts for _, facts in graph.nodes(data=True) if facts["row"]]
    return [(facts["name"], facts["count"], facts["row"][0], facts["row"][-1]) for facts in folded]


def layers(*kinds, count=6):
    return nn.Sequential(*[kind() for _ in range(count) for kind in kinds])


def linear():
    return nn.Linear(4, 4, rng=0)


X = np.random.default_rng(0).normal(size=(3, 4))


@pytest.mark.parametrize("activation", [nn.Tanh, nn.Sigmoid, nn.ReLU])
def test_layers_with_their_activations_are_one_row(activation):
    net = layers(linear, activation)
    name = activation.__name__.lower()
    loss = (net(X) ** 2).mean()
    assert rows(loss) == [(f"Linear, {name}", 6, f"0 Linear, {name}", f"10 Linear, {name}")]
    assert f"Linear, {name} × 6 in a row" in ng.draw(loss, level="module").svg


def test_a_last_layer_without_activation_stays_by_itself():
    net = nn.Sequential(*[part for _ in range(4) for part in (linear(), nn.Tanh())], nn.Linear(4, 1, rng=0))
    loss = (net(X) ** 2).mean()
    assert [row[:2] for row in rows(loss)] == [("Linear, tanh", 4)]
    names = [facts["name"] for _, facts in ng.draw(loss, level="module").graph.nodes(data=True)]
    assert "8 Linear" in names


def test_layers_that_alternate_fold_two_by_two():
    net = layers(linear, nn.Tanh, linear, nn.Sigmoid, count=3)
    assert [row[:2] for row in rows((net(X) ** 2).mean())] == [("Linear, tanh, Linear, sigmoid", 3)]


def test_units_that_are_added_one_by_one_are_a_row():
    units = [linear() for _ in range(5)]
    h = ng.tensor(np.zeros_like(X), name="start")
    for unit in units:
        h = h + unit(X)
    assert [row[:2] for row in rows((h**2).sum())] == [("Linear, add", 5)]


def test_the_first_unit_may_be_added_to_what_all_of_them_read():
    units = [linear() for _ in range(5)]
    x = ng.tensor(X, name="x")
    h = x
    for unit in units:
        h = h + unit(x)
    assert [row[:2] for row in rows((h**2).sum())] == [("Linear, add", 5)]


def test_residual_layers_are_a_row():
    units = [linear() for _ in range(5)]
    h = X
    for unit in units:
        h = h + np.tanh(unit(h))
    assert [row[:2] for row in rows((h**2).sum())] == [("Linear, tanh, add", 5)]


def test_numbers_of_a_part_are_folded_with_it():
    units = [linear() for _ in range(5)]
    h = X
    for unit in units:
        h = unit(h) * 0.5
    loss = (h**2).sum()
    assert [row[1] for row in rows(loss)] == [5]
    assert not [f for _, f in ng.draw(loss, level="module").graph.nodes(data=True) if f["value"] is not None
                and f["kind"] == "constant"]  # fmt: skip


@pytest.mark.parametrize("which", [{1, 3}, {0, 4}, {4, 1}, {2}])
def test_a_result_that_is_used_elsewhere_too_is_not_hidden(which):
    units = [linear() for _ in range(5)]
    h, kept = X, []
    for number, unit in enumerate(units):
        h = np.tanh(unit(h))
        kept += [h] * (number in which)
    loss = (np.stack([*kept, h * 2.0]) ** 2).sum()
    assert all(count < 5 for _, count, *_ in rows(loss))
    names = {facts["name"] or facts["op"] for _, facts in ng.draw(loss, level="module").graph.nodes(data=True)}
    assert len(names) > 3


def test_what_collects_the_results_of_all_hides_none():
    """As a recurrent network does that stacks the states of all steps."""
    units = [linear() for _ in range(5)]
    h, kept = X, []
    for unit in units:
        h = np.tanh(unit(h))
        kept.append(h)
    loss = (np.stack(kept) ** 2).sum()
    assert [row[:2] for row in rows(loss)] == [("Linear, tanh", 5)]


@pytest.mark.parametrize("cell", [nn.RNN, nn.LSTM])
def test_the_steps_of_a_recurrent_network_are_a_row(cell):
    states, _ = cell(4, 2, rng=0)(np.random.default_rng(0).normal(size=(6, 4)))
    loss = (states**2).sum()
    assert [row[:2] for row in rows(loss)] == [("step", 6)]
    said = [
        "".join(token["text"] for token in frame["equation"])
        for frame in ng.animate(loss, level="module").payload["frames"]
    ]
    assert any(
        text.endswith("= stack(step) (2 → 6×2, axis=-2) average size " + text.rpartition(" ")[2]) for text in said
    )
    assert not any(", 0, 0" in text for text in said), "what is not drawn is not written as zero"


def test_operations_alone_are_no_row():
    x = ng.tensor(0.5, requires_grad=True, name="x")
    with ng.group("begin"):
        y = np.tanh(x) * 2.0
    for _ in range(8):
        y = np.sin(y)
    assert rows(y) == []


def test_the_steps_of_a_folded_row_are_played():
    net = layers(linear, nn.Tanh)
    loss = (net(X) ** 2).mean()
    payload = ng.animate(loss, level="module").payload
    names = [facts["name"] for facts in payload["nodes"].values()]
    assert any(name.startswith("Linear, tanh") for name in names)
    targets = {frame["target"] for frame in payload["frames"] if frame["phase"] == "backward"}
    assert targets <= {int(node) for node in payload["nodes"]}


def test_a_long_network_folds_by_itself():
    net = layers(linear, nn.Tanh, count=14)
    graph = ng.draw((net(X) ** 2).mean()).graph
    assert [facts["count"] for _, facts in graph.nodes(data=True) if facts["row"]] == [14]


def test_steps_that_hand_on_two_results_are_a_row():
    _, (last, _) = nn.LSTM(4, 2, rng=0)(np.random.default_rng(0).normal(size=(6, 4)))
    assert [row[:2] for row in rows((last**2).sum())] == [("step", 6)]
