"""Which module each operation of a PyTorch network is drawn in."""

import pytest

import nbgrad as ng

torch = pytest.importorskip("torch", reason="PyTorch is not installed; its records are imitated in test_torch_walk")
nn = torch.nn


@pytest.fixture(autouse=True)
def _same_numbers():
    torch.manual_seed(0)


def groups(result, params):
    """The module of each operation, and of each parameter by its name."""
    graph = ng.to_networkx(result, params=params)
    facts = [facts for _, facts in graph.nodes(data=True) if facts["kind"] in ("operation", "parameter")]
    return [(facts["op"] or facts["name"], facts["group"]) for facts in facts]


def test_what_is_laid_out_anew_between_two_modules_belongs_to_neither():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 1))
    found = dict(groups(net(torch.randn(2, 1, 4, 4)), net))
    assert (found["convolution"], found["view"], found["linear"]) == (("0 Conv2d",), None, ("2 Linear",))


def test_an_input_that_needs_a_gradient_is_no_parameter_of_a_module():
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.Linear(3, 1))
    x = torch.randn(2, 2, 2, requires_grad=True)
    assert groups(net(x), net)[:5] == [
        (None, None), ("view", None), ("1.weight", ("1 Linear",)), ("1.bias", ("1 Linear",)), ("linear", ("1 Linear",))
    ]  # fmt: skip


def test_heads_are_merged_by_the_attention_and_not_by_the_layer_behind():
    encoder = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    found = groups(encoder(torch.randn(2, 3, 8)), encoder)
    place = next(place for place, (op, _) in enumerate(found) if op == "permute")
    assert found[place : place + 3] == [(op, ("self_attn",)) for op in ("permute", "clone", "view")]
    drawn = ng.draw(encoder(torch.randn(2, 3, 8)), params=encoder, depth=2).graph
    heads = [facts["group"] for _, facts in drawn.nodes(data=True) if facts["op"] == "rearrange"]
    assert heads == [*[("self_attn",)] * 5, None]  # the last one turns what the attention gives
    assert [group for op, group in found if op == "linear"] == [
        ("self_attn",), ("self_attn", "out_proj"), ("linear1",), ("linear2",)
    ]  # fmt: skip


class Tied(nn.Module):
    """A table of words that is used to look up, and to score."""

    def __init__(self, bias=False):
        super().__init__()
        self.e = nn.Embedding(6, 4)
        self.o = nn.Linear(4, 6, bias=bias)
        self.o.weight = self.e.weight

    def forward(self, words):
        return self.o(torch.tanh(self.e(words)))


@pytest.mark.parametrize("bias", [True, False])
def test_operations_on_a_shared_weight_belong_to_their_own_modules(bias):
    net = Tied(bias)
    found = dict(groups(net(torch.tensor([1, 2])), net))
    assert (found["embedding"], found["tanh"], found["linear"]) == (("e",), None, ("o",))


def test_a_shared_weight_does_not_draw_a_layer_into_another_where_only_its_first_name_is_known():
    net = Tied(bias=True)
    found = dict(groups(net(torch.tensor([1, 2])), dict(net.named_parameters())))
    assert (found["embedding"], found["tanh"], found["linear"]) == (("e",), None, None)


def test_names_without_modules_do_not_tell_whose_a_shared_weight_is():
    net = Tied()
    both = dict(net.named_parameters(remove_duplicate=False))
    found = dict(groups(net(torch.tensor([1, 2])), both))
    assert (found["embedding"], found["linear"]) == (None, None)
    assert found["e.weight"] == ("e",)


def test_a_module_with_two_names_shares_its_weight_with_nobody():
    net = nn.Module()
    net.one = net.other = nn.Linear(3, 3)
    result = net.other(net.one(torch.ones(2, 3)))
    assert [group for op, group in groups(result, net) if op == "linear"] == [("one",), ("one",)]


def test_modules_of_the_notebook_share_weights_too(monkeypatch):
    import __main__

    net = Tied()
    monkeypatch.setattr(__main__, "net", net, raising=False)
    monkeypatch.setattr(__main__, "table", net.e, raising=False)
    found = dict(groups(net(torch.tensor([1, 2])), None))
    assert (found["embedding"], found["linear"]) == (("net", "e"), ("net", "o"))
