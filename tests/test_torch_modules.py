"""Which module each operation of a PyTorch network is drawn in."""

import warnings

import pytest

import nbgrad as ng
from nbgrad.display import OptionError, normalise
from nbgrad.display.heat import heat_of
from nbgrad.notebook.pytorch.names import ForeignParametersWarning

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
    assert heads == [("self_attn",)] * 6  # the last one turns what the attention gives
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
    assert [group for op, group in groups(result, net) if op == "linear"] == [("one",), ("one (2)",)]


def test_modules_of_the_notebook_share_weights_too(monkeypatch):
    import __main__

    net = Tied()
    monkeypatch.setattr(__main__, "net", net, raising=False)
    monkeypatch.setattr(__main__, "table", net.e, raising=False)
    found = dict(groups(net(torch.tensor([1, 2])), None))
    assert (found["embedding"], found["linear"]) == (("net", "e"), ("net", "o"))


class Repeated(nn.Module):
    """A layer that is used three times, with an activation behind each."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)
        self.last = nn.Linear(3, 1)

    def forward(self, x):
        for _ in range(3):
            x = torch.tanh(self.inner(x))
        return self.last(x)


def test_what_is_computed_between_two_uses_of_a_module_is_not_drawn_within_it():
    net = Repeated()
    assert [found for found in groups(net(torch.ones(2, 3)), net) if found[0] in ("linear", "tanh")] == [
        ("linear", ("inner",)), ("tanh", None), ("linear", ("inner (2)",)), ("tanh", None), ("linear", ("inner (3)",)),
        ("tanh", None), ("linear", ("last",)),
    ]  # fmt: skip
    assert ("inner.weight", None) in groups(net(torch.ones(2, 3)), net)


class Stepping(nn.Module):
    """A recurrent cell, called for each of four steps."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell(3, 4)
        self.out = nn.Linear(4, 1)

    def forward(self, x):
        state = None
        for step in range(4):
            state = self.cell(x[:, step], state)
        return self.out(torch.tanh(state[0] if isinstance(state, tuple) else state))


@pytest.mark.parametrize(("cell", "steps"), [(nn.RNNCell, 4), (nn.LSTMCell, 16), (nn.GRUCell, 18)])
def test_each_call_of_a_cell_is_a_frame_with_all_that_the_cell_computes(cell, steps):
    net = Stepping(cell)
    result = net(torch.ones(2, 4, 3))
    found = groups(result, net)
    for name in ("cell", "cell (2)", "cell (3)", "cell (4)"):
        assert len([op for op, group in found if group == (name,)]) == steps, name
    assert found[-4:] == [("tanh", None), ("out.weight", ("out",)), ("out.bias", ("out",)), ("linear", ("out",))]
    rows = [row for _, row in ng.draw(result, params=net, level="module").graph.nodes(data="row") if row]
    assert [row[-3:] for row in rows] == [("cell (2)", "cell (3)", "cell (4)")]


@pytest.mark.parametrize(("layer", "dtype", "steps"), [
    (nn.RNN, torch.float32, 4), (nn.GRU, torch.float32, 18), (nn.LSTM, torch.float64, 16),
])  # fmt: skip
def test_each_step_of_a_recurrent_layer_is_a_frame(layer, dtype, steps):
    net = layer(3, 4, dtype=dtype)
    result = net(torch.ones(5, 2, 3, dtype=dtype))[0].sum()
    found = groups(result, net)
    for number in range(1, 6):
        assert len([op for op, group in found if group == (f"step {number}",)]) == steps
    assert {group for op, group in found if op in ("stack", "sum") or "weight" in op} == {None}
    drawn = ng.draw(result, params=net, level="module").graph
    assert [row for _, row in drawn.nodes(data="row") if row] == [tuple(f"step {number}" for number in range(2, 6))]


def test_a_long_sequence_is_drawn_by_its_steps():
    layer = nn.GRU(3, 4)
    drawn = ng.draw(layer(torch.ones(120, 1, 3))[0].sum(), params=layer)
    assert [len(row) for _, row in drawn.graph.nodes(data="row") if row] == [119]


def test_the_steps_of_several_layers_are_told_apart():
    net = nn.Module()
    net.rnn = nn.RNN(3, 4, num_layers=2)
    found = groups(net.rnn(torch.ones(2, 3))[0].sum(), net)
    assert [group for op, group in found if op == "tanh"] == [
        ("rnn", "l0 step 1"), ("rnn", "l0 step 2"), ("rnn", "l1 step 1"), ("rnn", "l1 step 2")
    ]  # fmt: skip


def test_a_network_that_is_used_several_times_has_a_frame_for_each_time():
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    once, twice = net(torch.ones(2, 3)).mean(), net(torch.zeros(2, 3)).mean()
    assert [group for op, group in groups(once - twice, net) if op in ("tanh", "mean")] == [
        ("Sequential",), None, ("Sequential (2)",), None
    ]  # fmt: skip
    assert [group for op, group in groups(once, net) if op == "tanh"] == [None]


def test_a_sequence_of_layers_has_a_frame_where_it_is_used_several_times():
    net = nn.Module()
    net.enc = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    one, two = (net.enc(torch.ones(2, 3)) for _ in range(2))
    assert [group for op, group in groups(one - torch.tanh(two), net) if op == "relu"] == [("enc",), ("enc (2)",)]
    assert [group for op, group in groups(one.sum(), net) if op == "relu"] == [None]
    lit = ng.draw(one.sum(), params=net, highlight=net.enc).text
    assert "Highlighted: enc.0.weight, enc.0.bias, linear" in lit


def test_a_sequence_of_units_ends_with_their_last_sum():
    """It hands on one result, so that two which meet right behind it have met within it."""

    class Unit(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 3)

        def forward(self, x):
            return x + self.layer(x)

    net = nn.Module()
    net.units, net.head = nn.Sequential(Unit(), Unit()), nn.Linear(3, 1)
    found = groups(net.head(net.units(torch.ones(2, 3)).relu()), net)
    assert [group for op, group in found if op in ("add", "relu")] == [("units",), ("units",), None]
    a = net.units[0](torch.ones(2, 3))
    found = groups(net.head(net.units(a) + a), net)
    assert [group for op, group in found if op == "add"][-1] is None


def test_mixed_precision_leaves_layers_their_frames():
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    with torch.autocast("cpu", torch.bfloat16):
        result = net(torch.ones(2, 3)).sum()
    drawn = ng.draw(result, params=net).text
    assert "Group 0 Linear: 0.bias, to 1, 0.weight, to 3, t 4, addmm 6." in drawn
    assert "Group 2 Linear: 2.bias, to 9, 2.weight, to 11, t 12, addmm 13." in drawn


def test_modules_whose_uses_mingle_have_no_frame_and_those_in_them_have():
    net = nn.Module()
    net.both = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    a, b = net.both[0](torch.ones(2, 3)), net.both[0](torch.zeros(2, 3))
    found = groups(net.both[1](a).mean() * net.both[1](torch.tanh(b)).mean(), net)
    assert [group for op, group in found if op == "linear"] == [
        ("both.0",), ("both.0 (2)",), ("both.1",), ("both.1 (2)",)
    ]  # fmt: skip
    assert [group for op, group in found if op in ("tanh", "mean", "mul")] == [None] * 4


def test_a_penalty_on_weights_belongs_to_no_layer():
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    loss = net(torch.ones(2, 3)).mean() + sum((p**2).sum() for p in net.parameters())
    assert {group for op, group in groups(loss, net) if op in ("square", "sum", "add")} == {None}


class Scaled(nn.Module):
    """A module with parameters of its own, and no layers."""

    def __init__(self):
        super().__init__()
        self.w, self.scale = nn.Parameter(torch.ones(4, 4)), nn.Parameter(torch.ones(4))

    def forward(self, x):
        return torch.tanh(x @ self.w) * (self.scale / self.scale.norm())


@pytest.mark.parametrize("penalised", [["head.scale"], ["head.w"], ["a.weight", "a.bias", "head.w", "head.scale"]])
def test_a_penalty_on_a_modules_own_parameters_is_no_part_of_it(penalised):
    net = nn.Module()
    net.a, net.head = nn.Linear(3, 4), Scaled()
    loss = net.head(net.a(torch.ones(2, 3))).square().mean()
    own = {**dict(net.named_parameters())}
    found = groups(loss + sum(0.1 * own[name].abs().sum() for name in penalised), net)
    assert [op for op, group in found if group == ("head",)] == [
        "head.w", "mm", "tanh", "head.scale", "norm", "div", "mul"
    ]  # fmt: skip
    assert {group for op, group in found if op in ("abs", "sum", "add", "square", "mean")} == {None}


def test_a_module_of_ones_own_is_told_to_be_used_since_it_may_repeat_itself():
    class Inner(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell, self.head = nn.RNNCell(3, 4), nn.Linear(4, 1)

        def forward(self, x):
            state, results = None, []
            for step in x:
                state = self.cell(step, state)
                results.append(self.head(state))
            return torch.stack(results)

    net = nn.Sequential(Inner(), nn.Linear(1, 1))
    drawn = {group[0] for op, group in groups(net(torch.ones(3, 2, 3)).sum(), net) if op == "linear"}
    assert drawn == {"0 Inner, use 1", "0 Inner, use 2", "0 Inner, use 3", "1 Linear"}


def test_a_recorded_backward_pass_lies_in_no_module():
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    x = torch.randn(2, 3, requires_grad=True)
    (slope,) = torch.autograd.grad(net(x).sum(), x, create_graph=True)
    found = groups((slope**2).mean(), net)
    assert [(op, group) for op, group in found if "weight" not in (op or "") and "bias" not in (op or "")] == [
        (None, None), ("linear", ("0 Linear",)), ("tanh", None), ("mm", None), ("tanh_backward", None), ("mm", None),
        ("square", None), ("mean", None),
    ]  # fmt: skip


def test_a_layer_with_the_norm_first_ends_with_its_sum():
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True, dropout=0)
    net = nn.Sequential(nn.Linear(8, 8), *nn.TransformerEncoder(layer, 4, enable_nested_tensor=False).layers)
    result = net(torch.randn(2, 3, 8))
    names = [f"{place} TransformerEncoderLayer" for place in range(1, 5)]
    assert [group for op, group in groups(result, net) if op == "add"] == [(name,) for name in names for _ in range(2)]
    rows = [row for _, row in ng.draw(result, params=net, level="module").graph.nodes(data="row") if row]
    assert rows == [tuple(names)]


def test_a_network_that_has_not_computed_the_result_is_told_of():
    net, other = nn.Linear(2, 1), nn.Linear(2, 1)
    result = net(torch.ones(3, 2))
    with pytest.warns(ForeignParametersWarning, match="not computed from the parameters of this Linear"):
        assert "linear" in ng.draw(result, params=other).text
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ng.draw(result, params=net)


@pytest.mark.parametrize("form", [dict, dict.items])
def test_several_networks_are_given_by_their_names(form):
    generator, critic = nn.Sequential(nn.Linear(2, 3), nn.ReLU()), nn.Linear(3, 1)
    params = form({"G": generator, "D": critic})
    assert groups(critic(generator(torch.ones(4, 2))).sum(), params) == [
        *((name, ("G", "G.0")) for name in ("G.0.weight", "G.0.bias", "linear")),
        ("relu", ("G",)),
        *((name, ("D",)) for name in ("D.weight", "D.bias", "linear")),
        ("sum", None),
    ]
    twice = groups(generator(torch.ones(4, 2)).sum(), form({"G": generator, "H": generator}))
    assert twice[:3] == [(name, ("G.0",)) for name in ("G.0.weight", "G.0.bias", "linear")]
    with pytest.warns(ForeignParametersWarning, match="not computed from the parameters of G and D"):
        ng.draw(nn.Linear(2, 1)(torch.ones(1, 2)), params=params)
    for wrong in ([generator, critic], nn.Linear, {"G": nn.Linear}):
        with pytest.raises(OptionError, match="several by their names"):
            ng.draw(critic(torch.ones(1, 3)), params=wrong)


@pytest.mark.parametrize("level", [None, "module"])
def test_a_module_is_lit_by_itself_and_by_its_place(level):
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    result = net(torch.ones(3, 2))
    by = [ng.draw(result, params=net, highlight=what, level=level).text for what in (net[0], "0", "0 Linear")]
    assert len(set(by)) == 1
    assert ("Highlighted: 0 Linear." if level else "Highlighted: 0.weight, 0.bias, linear") in by[0]
    with pytest.raises(OptionError, match="known to be of this Tanh: PyTorch's records tell of a module by its param"):
        ng.draw(result, params=net, highlight=net[1], level=level)
    with pytest.raises(OptionError, match=r"no such node. There are: .* Groups: '0 Linear', '2 Linear'\."):
        ng.draw(result, params=net, highlight="layer")


def hot(net, result, **options):
    """The sizes that heat has for boxes, by their names, and those of the layers of a row."""
    drawing = ng.draw(result, params=net, heat=True, **options)
    heat = heat_of(normalise(drawing.graph))
    return {facts["name"]: heat.sizes.get(node) for node, facts in drawing.graph.nodes(data=True)}, heat, drawing


@pytest.mark.parametrize("options", [{"level": "module"}, {"depth": 0}])
def test_a_closed_box_is_as_hot_as_the_parameters_in_it(options):
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    result = net(torch.ones(3, 2)).sum()
    assert "There are no gradients yet." in ng.draw(result, params=net, heat=True, **options).text
    result.backward()
    sizes, heat, drawing = hot(net, result, **options)
    expected = torch.cat([p.grad.flatten() for p in net[0].parameters()]).square().mean().sqrt().item()
    assert sizes["0 Linear"] == pytest.approx(expected)
    assert "There are no gradients yet." not in drawing.text
    assert drawing.text.count("A closed box whose own gradient is not known") == 1
    assert "A closed box whose own gradient is not known" in drawing.svg.partition("ng-legend")[2]
    assert all(
        heat.is_unknown(edge) for edge in drawing.graph.edges(keys=True) if drawing.graph.nodes[edge[0]]["inside"]
    )


def test_vanishing_is_seen_along_a_row_of_layers():
    net = nn.Sequential(*(part for _ in range(6) for part in (nn.Linear(4, 4), nn.Sigmoid())))
    result = net(torch.ones(3, 4)).sum()
    result.backward()
    _, heat, _ = hot(net, result, level="module")
    (sizes,) = heat.each.values()
    assert len(sizes) == 5
    assert list(sizes) == sorted(sizes)


def test_a_bias_that_a_batch_normalisation_takes_away_has_no_gradient_but_rounding():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(32, 4), nn.BatchNorm1d(4))
    images = torch.randn(5, 1, 6, 6)

    def noisy(result):
        net.zero_grad()
        result.backward()
        return [line.split()[0] for line in ng.draw(result, params=net).text.splitlines() if "as good as zero" in line]

    assert noisy(net(images).square().sum()) == ["0.bias", "3.bias"]
    assert heat_of(normalise(ng.to_networkx(net(images).sum(), params=net))).sizes[1] == 0
    assert noisy(net.eval()(images).square().sum()) == []


def test_the_bias_of_a_layer_over_sequences_makes_a_difference():
    """Where the channels are those of the second axis, and the layer's the last."""
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(5))
    result = (net(torch.randn(6, 5, 3)) * torch.arange(4.0)).sum()
    result.backward()
    assert net[0].bias.grad.abs().max() > 0.1
    assert "as good as zero" not in ng.draw(result, params=net).text


@pytest.mark.parametrize(("layer", "used", "given"), [
    (nn.Linear(4, 3), torch.nn.functional.linear, (2, 4)),
    (nn.Conv2d(1, 2, 2), torch.nn.functional.conv2d, (1, 1, 3, 3)),
    (nn.LayerNorm(4), lambda x, weight: torch.nn.functional.layer_norm(x, (4,), weight), (2, 4)),
])  # fmt: skip
def test_a_weight_that_is_used_without_its_bias_is_used_outside_of_its_layer(layer, used, given):
    net = nn.Sequential(layer)
    x = torch.randn(given)
    first, second, product = (
        group for op, group in groups(net(x) * used(x, layer.weight), net) if op and "." not in op and op != "view"
    )
    assert (first, second, product) == ((f"0 {type(layer).__name__}",), None, None)
