"""Graphs of real PyTorch results."""

import gc
import re

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core.errors import NoHistoryError
from nbgrad.display import TOO_MANY

torch = pytest.importorskip("torch", reason="PyTorch is not installed; its records are imitated in test_torch_walk")


@pytest.fixture(autouse=True)
def _same_numbers():
    torch.manual_seed(0)


def mlp():
    net = torch.nn.Sequential(torch.nn.Linear(13, 10), torch.nn.Sigmoid(), torch.nn.Linear(10, 1))
    return net, torch.randn(16, 13), torch.randn(16, 1)


def facts_of(graph, op):
    (found,) = (facts for _, facts in graph.nodes(data=True) if facts["op"] == op)
    return found


def test_a_network_with_its_names_shapes_values_and_gradients():
    net, x, y = mlp()
    loss = torch.nn.functional.mse_loss(net(x), y)
    before = ng.to_networkx(loss, params=net)
    loss.backward()
    after = ng.to_networkx(loss, params=dict(net.named_parameters()))
    for graph in (before, after):
        names = {facts["name"]: facts for _, facts in graph.nodes(data=True) if facts["kind"] == "parameter"}
        assert list(names) == ["0.weight", "0.bias", "2.weight", "2.bias"]
        assert [facts["shape"] for facts in names.values()] == [(10, 13), (10,), (1, 10), (1,)]
        assert names["0.bias"]["dtype"] == "float32"
        np.testing.assert_array_equal(names["0.bias"]["value"], net[0].bias.detach().numpy())
        if graph is before:
            assert names["0.bias"]["gradient"] is None
        else:
            np.testing.assert_array_equal(names["0.bias"]["gradient"], net[0].bias.grad.numpy())
    sigmoid = facts_of(before, "sigmoid")
    np.testing.assert_allclose(sigmoid["value"], net[1](net[0](x)).detach().numpy())
    assert (sigmoid["shape"], sigmoid["symbol"], sigmoid["saved"]) == ((16, 10), "σ", (("result", (16, 10)),))
    data = [facts["value"] for _, facts in before.nodes(data=True) if facts["kind"] == "data"]
    np.testing.assert_array_equal(data[0], x.numpy())
    np.testing.assert_array_equal(data[1], y.numpy())
    assert facts_of(after, "sigmoid")["value"] is None  # freed by the pass
    assert facts_of(after, "mse_loss")["value"] == loss.item()


def test_names_come_from_the_notebook(monkeypatch):
    import __main__

    net, x, _ = mlp()
    hidden = net[0](x)
    hidden.retain_grad()
    result = hidden.sum()
    result.backward()
    for name, thing in {"net": net, "x": x, "hidden": hidden, "result": result}.items():
        monkeypatch.setattr(__main__, name, thing, raising=False)
    graph = ng.to_networkx(result)
    assert [facts["name"] for _, facts in graph.nodes(data=True)] == [
        "net.0.weight", "net.0.bias", "…", "hidden", "result"
    ]  # fmt: skip
    assert facts_of(graph, "linear")["gradient"].tolist() == np.ones((16, 10)).tolist()
    del hidden
    assert "hidden" in ng.draw(result).svg


def test_modules_are_groups():
    encoder = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    graph = ng.to_networkx(encoder(torch.randn(2, 3, 8)).sum(), params=encoder)
    groups = dict.fromkeys(group for _, group in graph.nodes(data="group"))
    assert list(groups) == [
        ("self_attn",), None, ("self_attn", "out_proj"), ("norm1",), ("linear1",), ("linear2",), ("norm2",)
    ]  # fmt: skip
    assert facts_of(graph, "softmax")["group"] == ("self_attn",)
    assert facts_of(graph, "relu")["group"] is None
    assert facts_of(graph, "sum")["group"] is None


def test_each_result_of_a_record_that_is_used_has_its_node():
    x = torch.arange(6.0, requires_grad=True)
    first, _, third = x.split(2)
    graph = ng.to_networkx(first * third)
    splits = [facts for _, facts in graph.nodes(data=True) if facts["op"] == "split"]
    assert [facts["value"].tolist() for facts in splits] == [[0, 1], [4, 5]]
    assert sorted(graph.edges(data="position")) == [(0, 1, 0), (0, 2, 0), (1, 3, 0), (2, 3, 1)]
    assert len(ng.to_networkx((first, third))) == 3


def test_functions_of_the_users_own():
    class DoubleReLU(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x)
            return 2 * x.clamp(min=0) * y

        @staticmethod
        def backward(ctx, g):
            return g, None

    x = torch.tensor(2.0, requires_grad=True)
    graph = ng.to_networkx(DoubleReLU.apply(x * 1, torch.tensor(3.0)))
    facts = facts_of(graph, "DoubleReLU")
    assert (facts["value"], facts["saved"], facts["symbol"]) == (12.0, (("tensor", ()),), "DoubleReLU")


def test_operands_stand_in_their_order():
    norm = torch.nn.LayerNorm(3)
    graph = ng.to_networkx(norm(torch.randn(2, 3)), params=norm)
    assert [name for _, name in graph.nodes(data="name")][:2] == ["weight", "bias"]


def test_data_constants_and_exponents():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    graph = ng.to_networkx((x**3 * 2.5).sum())
    constants = [facts["value"] for _, facts in graph.nodes(data=True) if facts["kind"] == "constant"]
    assert constants == [3, 2.5]
    table = torch.nn.Embedding(5, 2)
    graph = ng.to_networkx(table(torch.tensor([1, 3, 3])).sum())
    (rows,) = (facts for _, facts in graph.nodes(data=True) if facts["kind"] == "data")
    assert rows["value"].tolist() == [1, 3, 3]
    graph = ng.to_networkx(torch.nn.functional.nll_loss(x.view(1, 2), torch.tensor([1])))
    assert [facts["value"].tolist() for _, facts in graph.nodes(data=True) if facts["kind"] == "data"] == [[1]]


def test_what_a_record_computed_by_the_way_is_no_operand():
    norm = torch.nn.BatchNorm1d(3, affine=False)
    x = torch.randn(4, 3, requires_grad=True)
    for result in (norm(x), x.max(dim=0).values, torch.nn.functional.layer_norm(x, (3,))):
        assert [kind for _, kind in ng.to_networkx(result).nodes(data="kind")] == ["parameter", "operation"]


def test_numbers_that_are_not_what_numpy_has():
    for make in (
        lambda: torch.ones(3, dtype=torch.bfloat16, requires_grad=True) * 2,
        lambda: torch.ones(3, dtype=torch.complex64, requires_grad=True).conj() * 2,
        lambda: torch.ones(3, device="meta", requires_grad=True) * 2,
        lambda: torch.eye(3).to_sparse().requires_grad_() * 2,
        lambda: torch.ones(0, 3, requires_grad=True) * 2,
        lambda: torch.full((3,), float("nan"), requires_grad=True) * 2,
    ):
        drawing = ng.draw(make())
        assert "mul" in drawing.text
        assert "<svg" in drawing.svg


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.parametrize("layout", [torch.strided, torch.jagged])
def test_nested_tensors_have_no_shape(layout):
    rows = torch.ones(2, 3, requires_grad=True), torch.ones(4, 3, requires_grad=True)
    nested = torch.nested.as_nested_tensor(list(rows), layout=layout)
    graph = ng.to_networkx(torch.nested.to_padded_tensor(nested * 2, 0.0).sum())
    shapes = {facts["op"]: facts["shape"] for _, facts in graph.nodes(data=True)}
    assert (shapes["mul"], shapes["to_padded_tensor"], shapes["sum"]) == (None, (2, 4, 3), ())
    assert "mul" in ng.draw(nested * 2).svg


def test_what_was_changed_in_place_is_drawn_without_its_old_numbers():
    x = torch.ones(3, requires_grad=True)
    y = x.tanh()
    z = y**3
    y.mul_(2)
    assert facts_of(ng.to_networkx(z), "tanh")["value"] is None
    part = x * 1
    part[1:].mul_(5)
    assert facts_of(ng.to_networkx(part), "copy_slices")["value"].tolist() == [1, 5, 5]


def test_what_is_computed_anew_on_demand_is_not_demanded():
    from torch.utils.checkpoint import checkpoint

    calls = []

    def costly(x):
        calls.append(1)
        return torch.tanh(x) * x

    x = torch.ones(3, requires_grad=True)
    ng.draw(checkpoint(costly, x, use_reentrant=False))
    assert len(calls) == 1


def test_derivatives_of_derivatives():
    x = torch.tensor(3.0, requires_grad=True)
    (slope,) = torch.autograd.grad(x**3, x, create_graph=True)
    assert facts_of(ng.to_networkx(slope), "square")["symbol"] == "²"


def test_recurrent_results_are_drawn_together():
    net = torch.nn.LSTM(4, 3)
    graph = ng.to_networkx(net(torch.randn(2, 1, 4)), params=net)
    assert "weight_ih_l0" in [name for _, name in graph.nodes(data="name")]


def test_huge_graphs_are_told_at_once():
    x = torch.ones(1, requires_grad=True)
    for _ in range(TOO_MANY + 5000):
        x = x + 1
    drawing = ng.draw(x)
    assert re.search(r"6,50\d nodes", drawing.text)
    assert "<svg" in drawing.svg


def test_a_large_network_is_drawn_by_its_modules():
    net = torch.nn.Sequential(*(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Tanh()) for _ in range(400)))
    result = net(torch.randn(3, 2)).sum()
    assert len(ng.to_networkx(result)) > TOO_MANY
    drawing = ng.draw(result, params={f"layers.{name}": tensor for name, tensor in net.named_parameters()})
    assert "up to" not in drawing.text
    assert len(drawing.graph) < TOO_MANY
    assert "up to" in ng.draw(result).text


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: torch.ones(2), "requires_grad=True"),
        (lambda: torch.ones(2, requires_grad=True).sum().detach(), r"\.detach\(\)"),
        (lambda: torch.inference_mode()(lambda: torch.ones(2) + 1)(), "inference_mode"),
    ],
)
def test_no_history(make, said):
    with pytest.raises(NoHistoryError, match=said):
        ng.draw(make())


def test_the_graph_is_left_as_it_was():
    net, x, y = mlp()
    loss = torch.nn.functional.mse_loss(net(x), y)
    drawing = ng.draw(loss)
    svg = drawing.svg
    loss.backward()
    with torch.no_grad():
        net[0].weight.mul_(0)
    assert drawing.svg == svg
    gc.collect()
    assert ng.draw(net(x).sum()).svg == ng.draw(net(x).sum()).svg


def test_two_draws_give_the_same_bytes():
    def one():
        torch.manual_seed(3)
        net, x, y = mlp()
        return ng.draw(torch.nn.functional.mse_loss(net(x), y), params=net)

    assert one().svg == one().svg
    assert one().text == one().text
    assert one().to_dot() == one().to_dot()
