"""What a picture of a PyTorch result says of numbers that were changed after results were computed from them."""

import pytest

import nbgrad as ng
from nbgrad.display.export import FormatError

torch = pytest.importorskip("torch", reason="PyTorch is not installed; its records are imitated in test_torch_walk")
NOTE = "Parameters are shown as they are now"


def stale(result, params=None):
    nodes = ng.to_networkx(result, params=params).nodes(data=True)
    return [facts["name"] for _, facts in nodes if facts.get("stale") == "changed"]


def moved(*tensors):
    with torch.no_grad():
        for tensor in tensors:
            tensor.add_(1)


def test_a_parameter_that_a_step_has_moved_is_marked():
    w, v = (torch.ones(2, requires_grad=True) for _ in range(2))
    y = (w * w + v).sum()
    named = {"w": w, "v": v}
    assert stale(y, named) == []
    moved(w, v)
    assert stale(y, named) == ["w"]  # of what was only added, nobody knows
    drawing = ng.draw(y, params=named)
    assert "Changed since results were computed from it: w." in drawing.text
    assert "Others than those that are marked may have moved, too" in drawing.text
    assert "Others than those that are marked may have moved, too" in drawing.svg
    assert "has changed since results were computed from it" in drawing.svg


def test_weights_of_layers_are_marked_where_they_were_used_turned():
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    result = net(torch.ones(4, 2)).mean()
    moved(*net.parameters())
    assert stale(result, net) == ["2.weight"]
    lstm = torch.nn.LSTM(2, 3)
    result = lstm(torch.ones(4, 1, 2))[0]
    moved(lstm.weight_hh_l0)
    assert "weight_hh_l0" in stale(result, lstm)


def test_data_and_results_that_were_changed_are_shown_as_they_are_and_marked():
    layer, x = torch.nn.Linear(2, 3), torch.ones(2, 4, 2)
    result = layer(x)
    moved(x)
    graph = ng.to_networkx(result, params={"x": x, **dict(layer.named_parameters())})
    (facts,) = (facts for _, facts in graph.nodes(data=True) if facts["name"] == "x")
    assert (facts["stale"], facts["value"].tolist()) == ("changed", x.tolist())
    a = torch.ones(2, requires_grad=True)
    e = a.exp()
    s = e.sin()
    moved(e)
    graph = ng.to_networkx([s, e], params={"a": a})
    assert [op for _, op in graph.nodes(data="op") if op] == ["exp", "sin"]
    assert [found for _, found in graph.nodes(data="stale")] == [None, "changed", None]


def test_after_a_pass_the_picture_says_that_parameters_are_those_of_now():
    w = torch.ones(2, requires_grad=True)
    y = (w * w).sum()
    y.retain_grad()
    y.backward()
    moved(w)
    drawing = ng.draw(y)
    assert stale(y) == []
    assert NOTE in drawing.text
    assert NOTE in drawing.svg
    assert [line[:3] for line in drawing.text.splitlines() if line.endswith("not kept")] == ["mul"]
    assert NOTE in ng.draw(y, compare=drawing).text


def test_gradients_are_said_to_be_those_of_any_pass():
    w = torch.ones(2, requires_grad=True)
    other = "be it of this result or of an earlier one"
    assert other not in ng.draw((w * w).sum()).text
    (w * 3).sum().backward()
    drawing = ng.draw((w * w).sum())
    assert other in drawing.text
    assert other in drawing.svg


def test_a_sparse_gradient_is_shown_and_not_awaited():
    table = torch.nn.Embedding(5, 2, sparse=True)
    result = table(torch.tensor([1, 3, 3])).sum()
    result.backward()
    (facts,) = (f for _, f in ng.to_networkx(result, params=table).nodes(data=True) if f["name"] == "weight")
    assert facts["gradient"].tolist() == [[0, 0], [1, 1], [0, 0], [2, 2], [0, 0]]
    assert "not yet" not in ng.draw(result, params=table).text


def test_a_picture_says_what_its_signs_mean():
    layer = torch.nn.Linear(2, 1)
    result = layer(torch.ones(3, 2)).mean()
    result.backward()
    picture = ng.draw(result, params=layer)
    legend = picture.svg[picture.svg.index("ng-legend") :]
    assert "…: a number or an array of which PyTorch keeps no record" in legend
    assert "not kept: PyTorch keeps the gradient of a result only after result.retain_grad()" in legend
    assert "not kept" not in ng.draw(result, params=layer, values="forward").svg.partition("ng-legend")[2]
    gradients = {line.split()[0]: line.endswith("not kept") for line in picture.text.splitlines()[1:6]}
    assert gradients == {"weight": False, "bias": False, "…": False, "linear": True, "mean": True}


def test_where_nothing_was_computed_nothing_can_have_moved():
    assert NOTE not in ng.draw(torch.ones(2, requires_grad=True)).text
    x = ng.tensor(1.0, requires_grad=True)
    assert NOTE not in ng.draw(x * x).text


def test_the_note_on_kept_gradients_says_how_they_are_found():
    def computed():
        a = torch.ones(2, requires_grad=True)
        h = a * 2
        h.retain_grad()
        loss = (h**2).sum()
        loss.backward()
        return loss, h

    loss, h = computed()
    assert "drawn along: ng.draw([loss, result])" in ng.draw(loss).text
    for drawn, kept in ((loss, 0), ([loss, h], 1)):
        gradients = [facts["gradient"] for _, facts in ng.to_networkx(drawn).nodes(data=True) if facts["op"]]
        assert sum(gradient is not None for gradient in gradients) == kept


def test_a_film_of_a_result_of_pytorchs_is_refused_with_a_reason(tmp_path):
    w = torch.ones(2, requires_grad=True)
    with pytest.raises(FormatError, match=r"PyTorch does not tell .* ng.tensor\(...\)"):
        ng.draw((w * w).sum()).save(tmp_path / "a.gif")
    w = ng.tensor(1.0, requires_grad=True)
    with pytest.raises(FormatError, match=r"A film shows a backward pass: nbgrad.animate"):
        ng.draw(w * w).save(tmp_path / "a.gif")
