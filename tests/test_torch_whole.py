"""Operations that PyTorch computes in several steps are drawn as the one that was called."""

import re

import pytest

import nbgrad as ng

torch = pytest.importorskip("torch", reason="PyTorch is not installed; its records are imitated in test_torch_walk")
functional = torch.nn.functional


def last(result, **named):
    """How the result of a drawing is computed, as its table says it."""
    text = ng.draw(result, params=named).text
    rows = [line for line in text.splitlines() if re.search(r"\w\(", line) and "  " in line]
    return re.search(r"  (\w+\(.*?\))  ", rows[-1]).group(1)


def ops(result, params=None):
    return [op for _, op in ng.to_networkx(result, params=params).nodes(data="op") if op]


def test_a_linear_layer_is_one_box():
    layer, x = torch.nn.Linear(2, 3), torch.ones(4, 2)
    named = {**dict(layer.named_parameters()), "x": x}
    result = layer(x)
    graph = ng.to_networkx(result, params=named)
    assert [name for _, name in graph.nodes(data="name")][:3] == ["weight", "bias", "x"]
    assert last(result, **named) == "linear(x, weight, bias)"
    result.sum().backward()
    assert last(result, **named) == "linear(…, weight, bias)"


@pytest.mark.parametrize(
    "make",
    [
        lambda x, layer: torch.addmm(layer.bias, x, layer.weight.t(), alpha=2),
        lambda x, layer: x @ layer.weight.detach().requires_grad_().t(),
        lambda x, layer: (layer.weight.t(), layer(x)),
        lambda x, layer: [torch.addmm(layer.bias, x, turned) + turned.sum() for turned in [layer.weight.t()]],
    ],
    ids=["with a factor", "of a tensor that is no parameter", "beside its weight", "the turned weight used twice"],
)
def test_a_transposition_that_does_not_only_serve_a_layer_is_drawn(make):
    layer = torch.nn.Linear(2, 3)
    ops = [op for _, op in ng.to_networkx(make(torch.ones(4, 2), layer)).nodes(data="op")]
    assert "t" in ops


@pytest.mark.parametrize("bias", [True, False], ids=["with a bias", "without"])
@pytest.mark.parametrize(
    "given",
    [
        lambda x: x[0],
        lambda x: x,
        lambda x: x * 1,
        lambda x: (x * 1).transpose(0, 1),
        lambda x: x.transpose(0, 1),
        lambda x: (x * 1)[None],
    ],
    ids=["a matrix", "data", "a result", "a turned result", "turned data", "four axes"],
)
def test_a_linear_layer_is_one_operation_whatever_it_is_given(given, bias):
    layer = torch.nn.Linear(4, 5, bias=bias)
    x = given(torch.randn(2, 3, 4).requires_grad_(given(torch.ones(2, 3, 4)) is not None))
    for operand in (x, x.detach()):
        result = layer(operand)
        graph = ng.to_networkx(result, params=layer)
        (node,) = (node for node, op in graph.nodes(data="op") if op == "linear")
        operands = {position: graph.nodes[u] for u, _, position in graph.in_edges(node, data="position")}
        assert [operands[place]["name"] for place in range(1, len(operands))] == ["weight", "bias"][: 1 + bias]
        assert operands[0]["shape"] == tuple(operand.shape)
        if operands[0]["value"] is not None:
            assert operands[0]["value"].tolist() == operand.tolist()
        assert graph.nodes[node]["symbol"] == ("@+" if bias else "@")
        assert graph.nodes[node]["value"].tolist() == result.tolist()
        assert not {"t", "mm", "addmm", "add"} & set(ops(result, layer))
        before = ng.draw(result, params=layer)
        result.sum().backward()
        assert ops(result, layer) == [op for _, op in graph.nodes(data="op") if op]
        assert "→" not in ng.draw(result, params=layer, compare=before).text.partition("gradient")[0]


def test_data_that_were_laid_out_for_a_product_are_the_tensor_of_the_notebook():
    layer, x = torch.nn.Linear(4, 5), torch.randn(2, 3, 4)
    assert last(layer(x), x=x, W=layer.weight, b=layer.bias) == "linear(x, W, b)"


def test_a_view_that_is_not_undone_is_drawn():
    layer = torch.nn.Linear(4, 5)
    x = (torch.ones(6, 4, requires_grad=True) * 1).view(2, 3, 4)
    assert ops(layer(x.view(6, 4)).view(3, 2, 5), layer) == ["mul", "view", "view", "linear", "view"]
    assert ops(layer((x * 1).view(6, 4)), layer) == ["mul", "view", "mul", "view", "linear"]
    flat = x.view(6, 4)
    assert ops([layer(flat).view(2, 3, 5), flat], layer) == ["mul", "view", "view", "linear", "view"]


def test_an_addition_that_is_no_bias_is_drawn():
    layer = torch.nn.Linear(4, 5, bias=False)
    x, beside = torch.ones(2, 3, 4), torch.nn.Parameter(torch.ones(3, 5))
    assert ops(layer(x) + beside, layer) == ["linear", "add"]
    assert ops(torch.add(layer(x), beside[0], alpha=2), layer) == ["linear", "select", "add"]


def test_a_product_of_stacks_is_one_operation():
    q, k = (torch.randn(2, 3, 4, 5, requires_grad=True) for _ in range(2))
    assert ops(q @ k.transpose(-2, -1)) == ["transpose", "matmul"]
    assert last(q @ k.transpose(-2, -1).detach(), q=q) == "matmul(q, data 1)"
    data = torch.randn(3, 5, 4)
    graph = ng.to_networkx(q @ data, params={"q": q, "data": data})
    assert [facts["shape"] for _, facts in graph.nodes(data=True)] == [(2, 3, 4, 5), (2, 3, 5, 4), (2, 3, 4, 4)]
    assert ops(torch.bmm(q[0], k[0].mT)) == ["select", "select", "transpose", "bmm"]


@pytest.mark.filterwarnings("ignore::nbgrad.notebook.earlier.ParametersOfNowWarning")
def test_steps_in_a_row_that_only_lay_out_numbers_anew_are_one_box():
    x = torch.randn(2, 3, 4, requires_grad=True)
    result = x.view(2, 3, 2, 2).transpose(1, 2).sum()
    drawing = ng.draw(result, params={"x": x})
    assert "rearrange(x, steps=(view, transpose))" in drawing.text
    assert [facts["shape"] for _, facts in drawing.graph.nodes(data=True)] == [(2, 3, 4), (2, 2, 3, 2), ()]
    assert ops(result) == ["view", "transpose", "sum"]
    each = ng.draw(result, level="tensor")
    assert "rearrange" not in each.text
    result.backward()
    for earlier, said in ((drawing, True), (each, False), (ng.to_networkx(result), False), (x.view(6, 4).sum(), None)):
        if said is None:
            with pytest.raises(ng.display.DifferentGraphsError):
                ng.draw(result, compare=earlier)
        else:
            assert ("rearrange" in ng.draw(result, compare=earlier).text) is said
    assert "rearrange" in ng.draw(result, compare=x.view(2, 3, 2, 2).transpose(1, 2).sum()).text


def test_a_step_that_is_used_or_named_is_not_hidden_in_a_row(monkeypatch):
    import __main__

    x = torch.randn(2, 3, requires_grad=True)
    first = x.t()
    assert "rearrange" not in ng.draw(first.unsqueeze(0) + first).text
    result = x.t().unsqueeze(0).clone().sum()
    assert "steps=(t, unsqueeze, clone)" in ng.draw(result).text
    monkeypatch.setattr(__main__, "turned", first, raising=False)
    text = ng.draw(first.unsqueeze(0).clone().sum()).text
    assert "turned" in text
    assert "steps=(unsqueeze, clone)" in text
