"""Every frame of a PyTorch picture claims that its operations are computed in a call of its module: hooks tell when."""

import pytest

from nbgrad.notebook.pytorch import chains
from nbgrad.notebook.pytorch.graph import TorchGraph, operation
from nbgrad.notebook.pytorch.modules import modules_of
from nbgrad.notebook.pytorch.words import LAYING_OUT

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
nn, F = torch.nn, torch.nn.functional


class Calls:
    """When each call of a network's modules began and ended, as numbers of records."""

    def __init__(self, network):
        self._probe = torch.ones(1, requires_grad=True)
        self._open = []
        self.known = []
        for module in network.modules():
            module.register_forward_pre_hook(self._begin)
            module.register_forward_hook(self._end)

    def _now(self):
        return (self._probe * 1).grad_fn._sequence_nr()

    def _begin(self, module, given):
        self._open.append((module, self._now()))

    def _end(self, module, given, result):
        self.known.append((*self._open.pop(), self._now()))

    def around(self, function):
        number = function._sequence_nr()
        return [(module, first) for module, first, last in self.known if first < number < last]


def claims(network, result, with_rows):
    """The records of a result, each with the modules in whose frames it is drawn."""
    made = TorchGraph(result, network, with_rows).made()
    paths = modules_of(made.graph, made._parameters, made._names)
    drawn = {}
    for (function, _), node in made._nodes.items():
        if not hasattr(function, "variable"):
            shown = [frame for frame in paths[node] if not frame.is_chain]
            hidden = len(shown) - len(made.graph.nodes[node]["group"] or ())  # the network, used once
            drawn[function] = tuple(shown[hidden:])
    return drawn


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)

    def forward(self, x):
        return F.relu(x + self.norm(self.conv(x)))


class Recurrent(nn.Module):
    """A cell or a layer that is called in a loop, with a layer before and one behind."""

    def __init__(self, inner):
        super().__init__()
        self.before, self.inner, self.out = nn.Linear(3, 3), inner, nn.Linear(4, 1)

    def forward(self, x):
        state, loss = None, 0
        for step in x.unbind(1):
            state = self.inner(torch.tanh(self.before(step)), state)
            loss = loss + self.out(torch.tanh(state[0] if isinstance(state, tuple) else state)).mean()
        return loss


class Sequence(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer, self.out = layer, nn.LazyLinear(1)

    def forward(self, x):
        return self.out(torch.tanh(self.layer(x)[0][:, -1])).mean()


class Own(nn.Module):
    """A recurrent cell of the user's own."""

    def __init__(self):
        super().__init__()
        self.given, self.kept = nn.Linear(3, 4), nn.Linear(4, 4)

    def forward(self, x, state=None):
        state = torch.zeros(len(x), 4) if state is None else state
        return torch.tanh(self.given(x) + self.kept(state))


class Repeated(nn.Module):
    def __init__(self, layer, times):
        super().__init__()
        self.layer, self.times, self.out = layer, times, nn.Linear(8, 1)

    def forward(self, x):
        for _ in range(self.times):
            x = self.layer(x)
        return self.out(x).mean()


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.bias = nn.Linear(6, 3), nn.Parameter(torch.zeros(6))

    def forward(self, x):
        return F.linear(torch.sigmoid(self.encoder(x)), self.encoder.weight.t(), self.bias).mean()


def critic():
    return nn.Sequential(nn.Linear(3, 4), nn.LeakyReLU(), nn.Linear(4, 1))


class Parts(nn.Module):
    """Sequences of layers, one after the other."""

    def __init__(self, *parts):
        super().__init__()
        self.parts = nn.ModuleDict({f"part_{'abcdef'[place]}": part for place, part in enumerate(parts)})

    def forward(self, x):
        for part in self.parts.values():
            x = part(x)
        return x


class Shortcut(nn.Module):
    """A unit as those of a ResNet that halves its input."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(4, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 4, 3, 1, 1))
        self.short = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(4, 4, 1))

    def forward(self, x):
        return F.relu(self.body(x) + self.short(x))


class Experts(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Sequential(nn.Linear(3, 3), nn.Softmax(-1))
        self.experts = nn.ModuleList(nn.Sequential(nn.Dropout(0.2), nn.Linear(3, 4), nn.GELU()) for _ in range(3))

    def forward(self, x):
        shares = self.gate(x).unbind(1)
        return sum(share[:, None] * expert(x) for share, expert in zip(shares, self.experts, strict=True)).tanh()


def sequences():
    """Sequences within sequences, with and without layers that have parameters at their ends."""
    inner = nn.Sequential(nn.Linear(4, 4), nn.Tanh())
    nested = nn.Sequential(nn.ReLU(), nn.Sequential(inner, nn.Dropout(0.1)), nn.Identity(), nn.Tanh())
    return Parts(nn.Sequential(nn.Flatten(), nn.Linear(4, 4), nn.Tanh(), nn.Softsign()), nested, nn.Linear(4, 2))


def units():
    """Residual units in rows, as in a ResNet."""
    return Parts(nn.Conv2d(1, 4, 3), nn.Sequential(Residual(), Residual()), nn.Sequential(Shortcut(), Residual()))


def images():
    """Layers that see, and layers that judge."""
    seeing = nn.Sequential(nn.Conv2d(1, 4, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2), Shortcut(), nn.AdaptiveAvgPool2d(1))
    judging = nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(4, 4), nn.ReLU(inplace=True), nn.Linear(4, 2))
    return Parts(seeing, judging)


class Heads(nn.Module):
    """A layer with two results."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(3, 3), nn.Linear(3, 3)

    def forward(self, x):
        return self.a(x), self.b(x)


class Convolutions(nn.Module):
    """A part as those of a U-Net: its layers are one sequence, which ends without parameters."""

    def __init__(self, given):
        super().__init__()
        layers = [nn.Conv2d(given, 4, 3, 1, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 4, 3, 1, 1), nn.ReLU()]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


def down():
    return Parts(Convolutions(1), nn.Sequential(nn.MaxPool2d(2), Convolutions(4)), nn.Conv2d(4, 1, 1))


def layers_of_three():
    return Parts(nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3)), nn.Linear(3, 1))


def caught(net):
    """What a layer within gives is added outside to what its sequence gives."""
    body, out = net.parts.values()
    kept = []
    hook = body[0].register_forward_hook(lambda module, given, result: kept.append(result))
    result = body(torch.randn(2, 3))
    hook.remove()
    return out(result + kept[0])


def one_by_one(net):
    """The layers of a sequence are called without it, and what they give is used together."""
    body, out = net.parts.values()
    x, results = torch.randn(2, 3), []
    for layer in body:
        results.append(x := layer(x))
    return out(results[0] * results[1] + results[2])


def in_evaluation(net):
    """Drawn in training, a dropout could be taken for what comes after it."""
    result = net.eval().parts["part_a"](torch.randn(2, 3)) * torch.tensor([0.0, 1.0, 1.0])
    result = net.parts["part_b"](result * torch.randn(3))
    net.train()
    return result


def dropping():
    return Parts(nn.Sequential(nn.Linear(3, 3), nn.Dropout()), nn.Sequential(nn.Dropout(0.1), nn.Linear(3, 1)))


def penalised(network):
    x = torch.randn(4, 3, requires_grad=True)
    (slope,) = torch.autograd.grad(network(x).sum(), x, create_graph=True)
    return (slope.norm(dim=1) - 1).square().mean() + network(torch.randn(4, 3)).mean()


def second_derivative(network):
    """As where a network is to solve a differential equation."""
    x = torch.randn(4, 3, requires_grad=True)
    value = network(x)
    (slope,) = torch.autograd.grad(value.sum(), x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
    return (curvature + value).square().mean()


def physics_informed(network):
    t = torch.randn(6, 1, requires_grad=True)
    residual = slope = network(t)
    for _ in range(2):
        (slope,) = torch.autograd.grad(slope.sum(), t, create_graph=True)
        residual = residual + slope
    return residual.square().mean() + (network(torch.zeros(1, 1)) - 1).square().mean()


def product_with_hessian(network):
    slopes = torch.autograd.grad(network(torch.randn(4, 3)).square().mean(), network.parameters(), create_graph=True)
    return sum((slope * torch.randn_like(slope)).sum() for slope in slopes)


def attention(norm_first, batch_first, dropout=0.1):
    return nn.TransformerEncoderLayer(8, 2, 16, batch_first=batch_first, norm_first=norm_first, dropout=dropout)


SEQUENCE = (2, 4, 3)
MODELS = {
    "residual": (lambda: nn.Sequential(nn.Conv2d(1, 4, 3), Residual(), Residual(), nn.Flatten(), nn.LazyLinear(1)),
                 lambda net: net(torch.randn(2, 1, 6, 6)).sum()),
    "encoder": (lambda: nn.Sequential(nn.Linear(8, 8), *(attention(False, True) for _ in range(3))),
                lambda net: net(torch.randn(2, 3, 8)).sum()),
    "encoder, norm first": (lambda: nn.Sequential(nn.Linear(8, 8), *(attention(True, True, 0.0) for _ in range(3))),
                            lambda net: net(torch.randn(2, 3, 8)).sum()),
    "transformer": (lambda: nn.Transformer(8, 2, 2, 2, 16), lambda net: net(*torch.randn(2, 3, 2, 8)).sum()),
    "one layer three times": (lambda: Repeated(attention(False, False), 3), lambda net: net(torch.randn(2, 3, 8))),
    "RNNCell": (lambda: Recurrent(nn.RNNCell(3, 4)), lambda net: net(torch.randn(SEQUENCE))),
    "GRUCell": (lambda: Recurrent(nn.GRUCell(3, 4)), lambda net: net(torch.randn(SEQUENCE))),
    "LSTMCell": (lambda: Recurrent(nn.LSTMCell(3, 4)), lambda net: net(torch.randn(SEQUENCE))),
    "own cell": (lambda: Recurrent(Own()), lambda net: net(torch.randn(SEQUENCE))),
    "RNN": (lambda: Sequence(nn.RNN(3, 4, 2, bidirectional=True)), lambda net: net(torch.randn(SEQUENCE))),
    "GRU": (lambda: Sequence(nn.GRU(3, 4, batch_first=True)), lambda net: net(torch.randn(SEQUENCE))),
    "LSTM": (lambda: Sequence(nn.LSTM(3, 4)).double(), lambda net: net(torch.randn(SEQUENCE).double())),
    "critic of two": (critic, lambda net: net(torch.randn(4, 3)).mean() - torch.tanh(net(torch.randn(4, 3))).mean()),
    "penalty on slopes": (critic, penalised),
    "product with the Hessian": (critic, product_with_hessian),
    "physics-informed": (lambda: nn.Sequential(nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh()),
                                               nn.Linear(4, 1)), physics_informed),
    "second derivative": (lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)), second_derivative),
    "decay": (critic, lambda net: net(torch.randn(4, 3)).sum() + sum(p.square().sum() for p in net.parameters())),
    "tied": (lambda: nn.Sequential(nn.Linear(3, 6), Tied()), lambda net: net(torch.randn(4, 3))),
    "weight outside of its layer": (critic, lambda net: (net(torch.ones(2, 3)) + net[0](torch.ones(2, 3)).mean()
                                                         + F.linear(torch.ones(2, 4), net[2].weight)).sum()),
    "sequences": (sequences, lambda net: torch.tanh(net(torch.randn(2, 2, 2))).sum()),
    "sequences, twice": (sequences, lambda net: (net(torch.randn(2, 4)) * net(torch.randn(2, 4)).relu()).sum()),
    "units": (units, lambda net: net(torch.randn(2, 1, 8, 8)).square().mean()),
    "two results": (lambda: Parts(nn.Sequential(nn.Linear(3, 3), Heads())),
                    lambda net: (lambda a, b: (a * b + a).sum() + torch.cat([a, b]).mean())(*net(torch.randn(2, 3)))),
    "two results, one sum": (lambda: Parts(nn.Sequential(nn.Linear(3, 3), nn.Tanh(), Heads()), nn.Linear(3, 1)),
                             lambda net: net.parts["part_b"](sum(net.parts["part_a"](torch.randn(2, 3))))),
    "caught": (layers_of_three, lambda net: caught(net).sum()),
    "one by one": (layers_of_three, lambda net: one_by_one(net).sum()),
    "in evaluation": (dropping, lambda net: in_evaluation(net).sum()),
    "in training": (dropping, lambda net: net(torch.randn(2, 3)).sum()),
    "down": (down, lambda net: net(torch.randn(2, 1, 8, 8)).sum()),
    "images": (images, lambda net: net(torch.randn(2, 1, 8, 8)).relu().sum()),
    "experts": (Experts, lambda net: net(torch.randn(2, 3)).sum()),
    "spectral norm": (lambda: nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(3, 4)), nn.Linear(4, 1)),
                      lambda net: net(torch.randn(2, 3)).sum()),
}  # fmt: skip


@pytest.mark.parametrize("with_rows", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_what_is_drawn_within_a_module_is_computed_in_a_call_of_it(name, with_rows):
    torch.manual_seed(0)
    make, run = MODELS[name]
    network = make()
    run(network)  # lazy layers have their parameters from now on
    calls = Calls(network)
    check_frames(network, run(network), calls, with_rows)


def check_frames(network, result, calls, with_rows=True):
    """Every frame's operations are computed in a call of its module, and those of one frame in one call."""
    drawn = claims(network, result, with_rows)
    called = {module for module, *_ in calls.known}
    frames = {}
    for function, path in drawn.items():
        around = calls.around(function)
        for depth, frame in enumerate(path):
            if frame.module in called:
                here = [first for module, first in around if module is frame.module]
                assert here, (function, path)
                frames.setdefault(path[: depth + 1], set()).update(here)
    assert any(path for path in drawn.values())
    assert {path: times for path, times in frames.items() if len(times) > 1} == {}


def check_sequences_are_whole(network, result, calls):
    """All that is computed in a call of a Sequential lies in its frame, but for what only lays out numbers anew."""
    sequence_of = {id(module): module for module in network.modules() if type(module) is nn.Sequential}
    drawn = claims(network, result, True)
    framed = {id(frame.module) for path in drawn.values() for frame in path}
    alone = {id(part.layers) for part in network.modules() if isinstance(part, Convolutions)}
    assert set(sequence_of) - framed == alone
    sequence_of = {key: module for key, module in sequence_of.items() if key not in alone} | {
        id(part): part for part in network.modules() if isinstance(part, Convolutions)
    }
    for function, path in drawn.items():
        around = {id(module) for module, _ in calls.around(function)} & set(sequence_of)
        if operation(function) not in LAYING_OUT:
            assert around == {id(frame.module) for frame in path} & set(sequence_of), (function, path)


@pytest.mark.parametrize("name", ["sequences", "sequences, twice", "images", "experts", "in training", "down"])
def test_what_a_sequence_of_layers_computes_is_drawn_within_it(name):
    torch.manual_seed(0)
    make, run = MODELS[name]
    network = make()
    calls = Calls(network)
    check_sequences_are_whole(network, run(network), calls)


GIVEN = {  # what layers without parameters are made with
    "AdaptiveAvgPool1d": (2,), "AdaptiveAvgPool2d": (2,), "AdaptiveMaxPool1d": (2,), "AdaptiveMaxPool2d": (2,),
    "AvgPool1d": (2,), "AvgPool2d": (2,), "BatchNorm1d": (4, 1e-5, None, False),
    "BatchNorm2d": (4, 1e-5, None, False), "LayerNorm": (4, 1e-5, False), "LogSoftmax": (1,), "MaxPool1d": (2,),
    "MaxPool2d": (2,), "PixelShuffle": (2,), "ReflectionPad2d": (1,), "ReplicationPad2d": (1,), "Softmax": (1,),
    "Softmin": (1,), "Threshold": (0.1, 0.0), "Unflatten": (1, (2, 2)), "Upsample": (None, 2), "ZeroPad2d": (1,),
}  # fmt: skip


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", chains.COMPUTED)
def test_each_layer_without_parameters_is_known_by_what_it_computes(kind, training):
    axes = next((axes for axes in (1, 2, 3) if kind.endswith(f"{axes}d")), 2)
    convolve = getattr(nn, f"Conv{axes}d")
    layer = getattr(nn, kind)(*GIVEN.get(kind, ()))
    end = nn.Sequential(nn.Flatten(), nn.LazyLinear(2), nn.Softplus())
    for parts in ((nn.Sequential(convolve(1, 4, 1), layer), end), (convolve(1, 4, 1), nn.Sequential(layer, *end))):
        network = Parts(*parts).train(training)
        given = torch.randn(2, 1, *(4,) * axes)
        network(given)
        calls = Calls(network)
        check_sequences_are_whole(network, network(given).softmax(1).sum(), calls)
