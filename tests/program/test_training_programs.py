"""A compiled training step does what forward, backward and an optimiser's step do one after the other."""

import copy

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn
from nbgrad.nn import functional as F

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 5)), RNG.normal(size=(6, 2))
BATCHES = [(RNG.normal(size=(6, 5)), RNG.normal(size=(6, 2))) for _ in range(5)]


def drawn(*shape):
    return RNG.normal(size=shape)


def same(got, wanted, tolerance=1e-12):
    np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance)


class Lion(ng.optim.Optimizer):
    """A user's own optimiser: it remembers, and looks at the parameter several times."""

    remembered = ("m",)

    def moved(self, x, g, memory, lr):
        m = memory.get("m", 0.0)
        step = np.sign(0.9 * m + 0.1 * g) + 0.01 * x
        memory["m"] = 0.99 * m + 0.01 * g
        return x - lr * step + 0.001 * lr * x


class Plain(ng.optim.Optimizer):
    """One that remembers nothing, and whose result is no elementwise function of where it was."""

    def moved(self, x, g, memory, lr):
        return x - lr * g - lr * 0.1 * x.mean() * np.ones_like(x)


OPTIMIZERS = {
    "sgd": lambda ps: ng.optim.SGD(ps, 0.1),
    "sgd with decay": lambda ps: ng.optim.SGD(ps, 0.1, weight_decay=0.01),
    "momentum": lambda ps: ng.optim.SGD(ps, 0.1, momentum=0.9),
    "nesterov": lambda ps: ng.optim.SGD(ps, 0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adagrad": lambda ps: ng.optim.Adagrad(ps, 0.1, weight_decay=0.01),
    "rmsprop": lambda ps: ng.optim.RMSprop(ps, 0.01),
    "rmsprop with momentum": lambda ps: ng.optim.RMSprop(ps, 0.01, momentum=0.5, weight_decay=0.01),
    "adam": lambda ps: ng.optim.Adam(ps, 0.01),
    "adam with decay": lambda ps: ng.optim.Adam(ps, 0.01, weight_decay=0.01),
    "adamw": lambda ps: ng.optim.AdamW(ps, 0.01),
    "of one's own": lambda ps: Lion(ps, 0.01),
    "plain of one's own": lambda ps: Plain(ps, 0.01),
}
every_optimizer = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)


class Pair:
    """The same model and optimiser twice: one trained by a program, one by eager steps.

    Args:
        model: makes a module.
        loss: a function of the module and a batch.
        copy: see ``compile``.
    """

    def __init__(self, make, model, loss, batch, params=None, copy=True):
        self.models = [model(), model()]
        self.params = [(params or nn.Module.parameters)(m) for m in self.models]
        self.optimizers = [make(ps) for ps in self.params]
        self.loss = loss
        ours = self.models[0]
        self.step = self.optimizers[0].compile(lambda *batch: loss(ours, *batch), *batch, copy=copy)

    def eager(self, which, batch):
        value = self.loss(self.models[which], *batch)
        self.optimizers[which].zero_grad()
        value.backward()
        self.optimizers[which].step()
        return value.item()

    def train(self, batch, tolerance=1e-12):
        """One step each, compared."""
        same(self.step(*batch), self.eager(1, batch), tolerance)
        self.compare(tolerance)

    def compare(self, tolerance=1e-12):
        for ours, theirs in zip(*self.params, strict=True):
            assert ours.shape == theirs.shape
            assert ours.dtype == theirs.dtype
            assert type(ours.data) is type(theirs.data)
            same(ours.data, theirs.data, tolerance)
        states = [optimizer.state_dict() for optimizer in self.optimizers]
        assert states[0].keys() == states[1].keys()
        for key, wanted in states[1].items():
            same(states[0][key], wanted, tolerance)
        for ours, theirs in zip(self.models[0].buffers(), self.models[1].buffers(), strict=True):
            assert type(ours.data) is type(theirs.data)
            same(ours.data, theirs.data, tolerance)


def network():
    return nn.Sequential(nn.Linear(5, 4, rng=1), nn.Tanh(), nn.Linear(4, 2, rng=2))


def squares(net, x, y):
    return F.mse_loss(net(x), y)


@every_optimizer
@pytest.mark.parametrize("copy", [True, False])
def test_every_optimizer(make, copy):
    pair = Pair(make, network, squares, (X, Y), copy=copy)
    for batch in BATCHES:
        pair.train(batch)


@every_optimizer
def test_what_happens_between_steps(make):
    pair = Pair(make, network, squares, (X, Y))
    pair.train(BATCHES[0])
    for optimizer in pair.optimizers:
        optimizer.lr = optimizer.lr / 2
    pair.train(BATCHES[1])
    for params in pair.params:  # set by hand
        params[0].data = np.asfortranarray(params[0].data * 1.5)
        params[1].data[0] = 0.25
    pair.train(BATCHES[2])
    same(pair.eager(0, BATCHES[3]), pair.eager(1, BATCHES[3]))  # an eager step in between
    pair.train(BATCHES[4])
    states = [copy.deepcopy(optimizer.state_dict()) for optimizer in pair.optimizers]
    for optimizer, state in zip(pair.optimizers, states, strict=True):
        optimizer.load_state_dict(state)
    pair.train(BATCHES[0])
    weights = [model.state_dict() for model in pair.models]
    for model, state in zip(pair.models, weights, strict=True):
        model.load_state_dict(state)
    pair.train(BATCHES[1])
    pair.train((X[:3], Y[:3]))  # the last batch of an epoch
    pair.train(BATCHES[2])


@every_optimizer
def test_a_parameter_that_gets_no_gradient(make):
    class Half(nn.Module):
        def __init__(self):
            self.used, self.unused = nn.Linear(5, 2, rng=3), nn.Linear(5, 2, rng=4)

        def forward(self, x):
            return self.used(x)

    pair = Pair(make, Half, squares, (X, Y))
    for batch in BATCHES[:3]:
        pair.train(batch)


class Scalars(nn.Module):
    """A line: two parameters that are single numbers; and one weight that is used twice."""

    def __init__(self):
        self.k, self.b = ng.tensor(0.5, requires_grad=True), ng.tensor(0.0, requires_grad=True)
        self.shared = ng.tensor(np.eye(5) * 0.5, requires_grad=True)

    def forward(self, x):
        return (self.k * (x @ self.shared) @ self.shared.T)[:, :2] + self.b


@every_optimizer
def test_scalars_and_a_shared_parameter(make):
    pair = Pair(make, Scalars, squares, (X, Y))
    for batch in BATCHES:
        pair.train(batch)


@every_optimizer
def test_single_precision(make):
    pair = Pair(make, lambda: network().astype(np.float32), squares, (X.astype(np.float32), Y.astype(np.float32)))
    for x, y in BATCHES[:3]:
        pair.train((x.astype(np.float32), y.astype(np.float32)), tolerance=2e-5)


def test_schedules_go_on():
    pair = Pair(OPTIMIZERS["adam"], network, squares, (X, Y))
    schedules = [ng.optim.Schedule(optimizer, ng.optim.cosine_decay(5)) for optimizer in pair.optimizers]
    for batch in BATCHES:
        pair.train(batch)
        for schedule in schedules:
            schedule.step()


def test_options_may_be_changed():
    pair = Pair(OPTIMIZERS["momentum"], network, squares, (X, Y))
    pair.train(BATCHES[0])
    for optimizer in pair.optimizers:
        optimizer.momentum = 0.5
    pair.train(BATCHES[1])


def test_a_loss_that_depends_on_the_parameters_alone_too():
    """What is computed from parameters, and from arrays outside, without the batch, is computed in each step."""
    decay = np.full(4, 0.1)

    def loss(net, x, y):
        return (
            squares(net, x, y) + (decay * net[0].bias ** 2).sum() + (decay * decay).sum() + (net[2].weight ** 2).mean()
        )

    pair = Pair(OPTIMIZERS["sgd"], network, loss, (X, Y))
    for batch in BATCHES:
        decay *= 1.5
        pair.train(batch)


# ---- layers

IMAGES = drawn(4, 2, 6, 6)


class Recurrent(nn.Module):
    def __init__(self, layer):
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0]


LAYERS = {
    "Linear": (lambda: nn.Linear(5, 3, rng=0), drawn(4, 5)),
    "Linear without bias": (lambda: nn.Linear(5, 3, bias=False, rng=0), drawn(4, 5)),
    "Embedding": (lambda: nn.Embedding(7, 3, rng=0), RNG.integers(7, size=(4, 5))),
    "Flatten": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(72, 2, rng=0)), IMAGES),
    "Conv2d": (lambda: nn.Conv2d(2, 3, 3, rng=0), IMAGES),
    "Conv2d with padding and stride": (lambda: nn.Conv2d(2, 3, 3, stride=2, padding=1, rng=0), IMAGES),
    "MaxPool2d": (lambda: nn.Sequential(nn.Conv2d(2, 3, 3, rng=0), nn.MaxPool2d(2)), IMAGES),
    "AvgPool2d": (lambda: nn.Sequential(nn.Conv2d(2, 3, 3, rng=0), nn.AvgPool2d(2)), IMAGES),
    "LayerNorm": (lambda: nn.LayerNorm(5), drawn(4, 5)),
    "BatchNorm": (lambda: nn.BatchNorm(5), drawn(4, 5)),
    "BatchNorm of images": (lambda: nn.BatchNorm(2, momentum=0.3), IMAGES),
    "Dropout": (lambda: nn.Sequential(nn.Linear(5, 8, rng=0), nn.Dropout(0.5, rng=1)), drawn(4, 5)),
    "two Dropouts": (
        lambda: nn.Sequential(nn.Dropout(0.2, rng=0), nn.Linear(5, 8, rng=0), nn.Dropout(0.5, rng=1)),
        drawn(4, 5),
    ),
    "RNN": (lambda: Recurrent(nn.RNN(3, 4, rng=0)), drawn(2, 5, 3)),
    "RNN with relu": (lambda: Recurrent(nn.RNN(3, 4, activation="relu", rng=0)), drawn(2, 5, 3)),
    "LSTM": (lambda: Recurrent(nn.LSTM(3, 4, rng=0)), drawn(2, 5, 3)),
    "MultiHeadAttention": (lambda: nn.MultiHeadAttention(6, 2, rng=0), drawn(2, 5, 6)),
    **{
        kind.__name__: (lambda kind=kind: nn.Sequential(nn.Linear(5, 4, rng=0), kind()), drawn(4, 5))
        for kind in (nn.ELU, nn.GELU, nn.LeakyReLU, nn.ReLU, nn.Sigmoid, nn.SiLU, nn.Softmax, nn.Softplus, nn.Tanh)
    },
}


def test_every_layer_is_here():
    kinds = {type(m).__name__ for make, _ in LAYERS.values() for m in make().modules()}
    layers = {name for name in nn.__all__ if isinstance(getattr(nn, name), type)}
    assert layers - kinds == {"Module", "ModuleList"}


def weighted(net, x):
    y = net(x)
    return (y * np.cos(np.arange(y.size)).reshape(y.shape)).mean()


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("training", [True, False], ids=["training", "in use"])
def test_every_layer(name, training):
    make, x = LAYERS[name]
    other = x if x.dtype.kind == "i" else x[::-1] * 1.5
    pair = Pair(OPTIMIZERS["nesterov"], lambda: make().train(training), weighted, (x,))
    for batch in (x, other, np.asfortranarray(x), x):
        pair.train((batch,), tolerance=1e-11)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("training", [True, False], ids=["training", "in use"])
def test_every_layer_as_a_program(name, training):
    make, x = LAYERS[name]
    ours, theirs = make().train(training), make().train(training)
    before = [b.data for b in ours.buffers()]
    program = ng.compile(ours, x)
    assert all(b.data is data for b, data in zip(ours.buffers(), before, strict=True))  # recording changes nothing
    for batch in (x, x[::-1], np.asfortranarray(x)):
        same(program(batch), theirs(batch).data)
        for mine, other in zip(ours.buffers(), theirs.buffers(), strict=True):
            same(mine.data, other.data)
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        mine.data = other.data = other.data * 0.5
    same(program(x), theirs(x).data)


def test_the_mode_of_a_network_is_asked_in_each_run():
    net = nn.Sequential(nn.Linear(3, 4, rng=0), nn.BatchNorm(4), nn.Dropout(0.5, rng=0))
    x = np.random.default_rng(0).normal(size=(5, 3))
    program = ng.compile(net.eval(), x)
    with ng.no_grad():
        same(program(x), net(x))
        net.train()
        assert (program(x) == 0).any()
        net.eval()
        same(program(x), net(x))
        net.modules()[2].eps = 0.1
        same(program(x), net(x))


def test_dropout_from_a_generator_stays_random():
    def loss(x, rng):
        return F.dropout(x, 0.5, seed=rng)

    program = ng.compile(loss, np.ones(50), np.random.default_rng(0))
    mine, other = np.random.default_rng(7), np.random.default_rng(7)
    results = [program(np.ones(50), mine) for _ in range(3)]
    for result in results:
        same(result, loss(np.ones(50), other))
    assert not np.array_equal(results[0], results[1])


def test_names_of_a_networks_parameters():
    class Net(nn.Module):
        def __init__(self):
            self.hidden, self.output = nn.Linear(5, 4, rng=0), nn.Linear(4, 2, rng=0)

        def forward(self, x):
            h = F.tanh(self.hidden(x))
            return self.output(h)

    net = Net()
    step = ng.optim.SGD(net, 0.1).compile(lambda x, y: F.mse_loss(net(x), y), X, Y)
    head = step.source.split("):")[0]
    assert head.endswith("def step(x, y, hidden_weight, hidden_bias, output_weight, output_bias, lr")
    assert "d_hidden_weight" in step.source
    assert "def program(x, hidden_weight, hidden_bias, output_weight, output_bias):" in ng.compile(net, X).source


# ---- steps written by hand


def test_a_step_written_by_hand():
    """``backward()`` and the update within the function: what they leave in the tensors is left there in each run."""
    nets = [network(), network()]

    def step(net, x, y):
        for p in net.parameters():
            p.grad = None
        loss = squares(net, x, y)
        loss.backward()
        for p in net.parameters():
            p.data = p.data - 0.1 * p.grad
        return loss

    ours = nets[0]
    program = ng.compile(lambda x, y: step(ours, x, y), X, Y)
    for batch in BATCHES:
        same(program(*batch), step(nets[1], *batch).data)
        for mine, other in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
            same(mine.data, other.data)
            same(mine.grad, other.grad)


def test_gradients_that_add_up():
    W, V = (ng.tensor(np.arange(3.0), requires_grad=True) for _ in range(2))

    def pull(W, x):
        loss = (x * W * W).sum()
        loss.backward()
        return loss

    program = ng.compile(lambda x: pull(W, x), np.ones(3))
    for x in (np.ones(3), np.arange(3.0), np.full(3, 2.0)):
        same(program(x), pull(V, x).data)
        same(W.grad, V.grad)


def test_numbers_of_a_tensor_changed_in_place():
    W = ng.tensor(np.arange(3.0), requires_grad=True)

    def move(x):
        W.data -= 0.5 * x
        return W.data.sum()

    program = ng.compile(move, np.ones(3))
    same(program(np.ones(3)), 1.5)
    same(program(np.ones(3)), 0.0)
    same(W.data, np.arange(3.0) - 1)


def test_nothing_moves_where_a_parameter_would_become_nan():
    W = ng.tensor(np.ones(3), requires_grad=True, name="W")
    optimizer = ng.optim.Adam([W], 0.1)
    step = optimizer.compile(lambda x: (W * x).sum(), np.ones(3))
    step(np.ones(3))
    before, state = W.data.copy(), optimizer.state_dict()
    with pytest.raises(ng.errors.NonFiniteError, match="W"):
        step(np.array([np.nan, 1.0, 1.0]))
    same(W.data, before)
    assert {k: np.array(v).tolist() for k, v in state.items()} == {
        k: np.array(v).tolist() for k, v in optimizer.state_dict().items()
    }


def test_a_step_is_quick_again_after_somebody_else_has_moved_the_parameters(monkeypatch):
    W = ng.tensor(np.ones(3), requires_grad=True)
    step = ng.optim.SGD([W], 0.1).compile(lambda x: (W * x).sum(), np.ones(3))
    looked, found = [], step._found
    monkeypatch.setattr(step, "_found", lambda args: looked.append(args) or found(args))
    for _ in range(3):
        step(np.ones(3))
    W.data = W.data * 2.0
    for _ in range(3):
        step(np.ones(3))
    assert len(looked) == 1
    same(W.data, (1 - 0.3) * 2 - 0.3)
