"""Modules: what belongs to them, their names, states and printed trees."""

import copy
import pickle

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn
from nbgrad.core import errors
from nbgrad.nn import functional as F


def leaf(data, **options):
    return ng.tensor(data, requires_grad=True, **options)


class Block(nn.Module):
    def __init__(self, seed=0):
        self.inner = nn.Linear(3, 3, rng=seed)
        self.scale = leaf(2.0)

    def forward(self, x):
        return self.scale * F.tanh(self.inner(x))


class Net(nn.Module):
    def __init__(self):
        self.first = nn.Linear(2, 3, rng=1)
        self.offset = leaf(np.zeros(3))
        self.count = ng.tensor(np.zeros((), int))
        self._last = None
        self.blocks = [Block(2), Block(3)]
        self.heads = {"mean": nn.Linear(3, 1, rng=4, bias=False), "spread": nn.Linear(3, 1, rng=5)}
        self.title = "a net"

    def forward(self, x):
        x = self.first(x) + self.offset
        for block in self.blocks:
            x = block(x)
        self._last = ng.tensor(x)
        return self.heads["mean"](x) + self.heads["spread"](x)


PARAMETERS = {
    "first.weight": (2, 3),
    "first.bias": (3,),
    "offset": (3,),
    "blocks.0.inner.weight": (3, 3),
    "blocks.0.inner.bias": (3,),
    "blocks.0.scale": (),
    "blocks.1.inner.weight": (3, 3),
    "blocks.1.inner.bias": (3,),
    "blocks.1.scale": (),
    "heads.mean.weight": (3, 1),
    "heads.spread.weight": (3, 1),
    "heads.spread.bias": (1,),
}


def test_parameters_are_found_in_order_of_definition():
    net = Net()
    assert [(name, p.shape) for name, p in net.named_parameters()] == list(PARAMETERS.items())
    assert [p is q for p, (_, q) in zip(net.parameters(), net.named_parameters(), strict=True)] == [True] * 12
    net(np.ones((4, 2)))  # results that are kept do not belong to it
    assert [name for name, _ in net.named_parameters()] == list(PARAMETERS)


def test_modules():
    net = Net()
    paths = [
        "", "first", "blocks.0", "blocks.0.inner", "blocks.1", "blocks.1.inner", "heads.mean", "heads.spread",
    ]  # fmt: skip
    assert [path for path, _ in net.named_modules()] == paths
    assert net.modules()[0] is net
    assert net.modules()[3] is net.blocks[0].inner


def test_what_stands_in_two_places_counts_once():
    class Tied(nn.Module):
        def __init__(self):
            self.a = nn.Linear(2, 2)
            self.b = self.a
            self.w = self.a.weight
            self.me = self
            self.around = [self.a]
            self.around.append(self.around)

    tied = Tied()
    assert [name for name, _ in tied.named_parameters()] == ["a.weight", "a.bias"]
    assert [path for path, _ in tied.named_modules()] == ["", "a"]
    assert list(tied.state_dict()) == ["a.weight", "a.bias"]
    assert repr(tied).splitlines()[0].split() == ["Tied()", "6", "parameters"]


def test_parameters_are_called_by_their_places():
    net = Net()
    assert [p.name for p in net.parameters()] == list(PARAMETERS)
    own = nn.Sequential(nn.Linear(2, 2))
    own[0].weight.name = "W"
    outer = nn.Sequential(body=own)
    assert [p.name for p in outer.parameters()] == ["W", "body.0.bias"]
    with pytest.raises(errors.ShapeError, match=r"first\.weight of shape \(2, 3\)"):
        net(np.ones((4, 5)))


def test_freezing():
    net = Net()
    net.first.weight.requires_grad = False
    assert "first.weight" not in dict(net.named_parameters())
    assert "first.weight" in net.state_dict()


def test_training_and_using():
    net = Net()
    assert net.training
    assert net.eval() is net
    assert [m.training for m in net.modules()] == [False] * 8
    net.blocks[0].train()
    assert [m.training for m in net.modules()] == [False, False, True, True, False, False, False, False]
    assert nn.Linear(1, 1).training


def test_gradients_are_forgotten():
    net = Net()
    (net(np.ones((4, 2))) ** 2).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_as_float32():
    net = Net().astype(np.float32)
    assert {p.dtype for p in net.parameters()} == {np.dtype(np.float32)}
    assert net.count.dtype == int
    assert net(np.ones((4, 2), np.float32)).dtype == np.float32


# ---- states
def test_a_state_brings_the_same_results():
    x = np.linspace(-1, 1, 8).reshape(4, 2)
    one, other = Net(), Net()
    for p in one.parameters():
        p.data = p.data + 0.25
    one.count.data = np.array(7)
    state = one.state_dict()
    assert list(state) == ["first.weight", "first.bias", "offset", "count", *list(PARAMETERS)[3:]]
    assert not np.allclose(one(x).data, other(x).data)
    other(x).sum().backward()
    other.load_state_dict(state)
    np.testing.assert_array_equal(one(x).data, other(x).data)
    assert other.count.item() == 7
    assert all(p.grad is None for p in other.parameters())
    assert {k: v.dtype for k, v in other.state_dict().items()} == {k: v.dtype for k, v in state.items()}


def test_a_state_is_a_copy():
    net = Net()
    state = net.state_dict()
    before = net.first.weight.data.copy()
    state["first.weight"][:] = 0
    np.testing.assert_array_equal(net.first.weight.data, before)
    net.load_state_dict(state)
    state["first.weight"][:] = 5
    assert not net.first.weight.data.any()


def test_a_graph_made_before_loading_keeps_its_numbers():
    net = nn.Linear(1, 1, init=nn.init.ones)
    y = net(np.ones((1, 1)))
    net.load_state_dict({"weight": [[5.0]], "bias": [5.0]})
    assert y.item() == 1.0
    assert net(np.ones((1, 1))).item() == 10.0


def test_a_state_that_does_not_fit_changes_nothing():
    net = Net()
    state = {name: value + 1 for name, value in net.state_dict().items()}
    del state["offset"]
    del state["blocks.1.scale"]
    state["first.weight"] = state["first.weight"].T
    state["frist.bias"] = state.pop("first.bias")
    before = net.state_dict()
    with pytest.raises(errors.StateError) as caught:
        net.load_state_dict(state)
    assert str(caught.value) == (
        "the state does not fit this Net, so nothing was loaded; missing: 'first.bias', 'offset', 'blocks.1.scale'; "
        "not known here: 'frist.bias'; misshapen: 'first.weight' has shape (3, 2) instead of (2, 3)"
    )
    np.testing.assert_equal(net.state_dict(), before)


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (None, errors.NotAStateError),
        ([("weight", 1.0)], errors.NotAStateError),
        ({"weight": [["a"]], "bias": [1.0]}, errors.UnsupportedDataError),
        ({"weight": [[1j]], "bias": [1.0]}, errors.UnsupportedDataError),
    ],
)
def test_what_is_no_state(state, error):
    net = nn.Linear(1, 1)
    before = net.state_dict()
    with pytest.raises(error):
        net.load_state_dict(state)
    np.testing.assert_equal(net.state_dict(), before)


@pytest.mark.parametrize("seed", [1.7, np.nan, 2.0**70])
def test_whole_numbers_are_not_cut_off(seed):
    net = nn.Sequential(nn.Linear(2, 2, rng=0), nn.Dropout(0.5, rng=0))
    before = net.state_dict()
    state = {**before, "0.bias": np.ones(2), "1.next_seed": seed}
    with pytest.raises(errors.StateError, match=r"'1.next_seed' of this Sequential holds int64 numbers, .* of float64"):
        net.load_state_dict(state)
    np.testing.assert_equal(net.state_dict(), before)
    net.load_state_dict({**state, "1.next_seed": 7.0})
    assert net.state_dict()["1.next_seed"] == 7


@pytest.mark.parametrize(
    ("tensors", "path"),
    [
        ({"a.b": leaf(1.0), "a": {"b": leaf([2.0, 3.0])}}, "d.a.b"),
        ({1: leaf(1.0), "1": leaf([2.0, 3.0])}, "d.1"),
    ],
)
def test_two_tensors_of_one_path(tensors, path):
    net = nn.Module()
    net.d = tensors
    words = rf"two tensors of this Module are called '{path}', one of shape \(\) and one of shape \(2,\)"
    with pytest.raises(errors.NameClashError, match=words):
        net.state_dict()
    with pytest.raises(errors.NameClashError, match=words):
        net.load_state_dict({path: np.ones(2)})
    assert len(net.parameters()) == 2


def test_copies_are_independent():
    net = Net()
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert [p.name for p in other.parameters()] == list(PARAMETERS)
        other.offset.data = other.offset.data + 1
        assert not net.offset.data.any()


# ---- text
def test_the_tree():
    assert repr(Net()).splitlines() == [
        "Net()                                  45 parameters",
        "  first Linear(2, 3)                   9",
        "  offset (3,)                          3",
        "  blocks.0 Block()                     13",
        "    inner Linear(3, 3)                 12",
        "    scale ()                           1",
        "  blocks.1 Block()                     13",
        "    inner Linear(3, 3)                 12",
        "    scale ()                           1",
        "  heads.mean Linear(3, 1, bias=False)  3",
        "  heads.spread Linear(3, 1)            4",
    ]


def test_one_layer_and_none():
    assert repr(nn.Linear(2000, 3)) == "Linear(2000, 3)  6,003 parameters"
    assert repr(nn.ReLU()) == "ReLU()"
    assert repr(nn.Module()) == "Module()"


# ---- mistakes
def test_without_forward():
    with pytest.raises(errors.ForwardMissingError, match=r"Empty does not say.*forward\(self, x\)"):
        type("Empty", (nn.Module,), {})()(1.0)


def test_a_list_of_modules_is_not_called():
    with pytest.raises(errors.ForwardMissingError, match="make it a Sequential"):
        nn.ModuleList([nn.ReLU()])(1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Sequential(nn.Linear(1, 1), nn.ReLU), r"layer 1 is the class ReLU itself; make one: ReLU\(...\)"),
        (lambda: nn.Sequential([nn.Linear(1, 1)]), r"layer 0 is of type list.*Sequential\(\*layers\)"),
        (lambda: nn.Sequential(act=None), "layer act is of type NoneType"),
        (lambda: nn.ModuleList([3]), "layer 0 is of type int"),
    ],
)
def test_what_is_no_layer(make, message):
    with pytest.raises(errors.NotALayerError, match=message):
        make()


def test_sequential():
    layers = nn.Linear(2, 3), F.relu, nn.Linear(3, 1)
    net = nn.Sequential(*layers, double=lambda x: 2 * x)
    x = np.array([[1.0, -2.0]])
    np.testing.assert_array_equal(net(x).data, 2 * layers[2](F.relu(layers[0](x))).data)
    assert list(net)[:3] == list(layers)
    assert (net[0], net[-2], len(net)) == (layers[0], layers[2], 4)
    assert nn.Sequential()(3.0) == 3.0


def test_a_module_can_be_given_to_an_optimizer_and_to_a_trainer():
    net = nn.Linear(1, 1, rng=0)
    x = np.linspace(-1, 1, 20).reshape(-1, 1)
    optimizer = ng.optim.SGD(net, 0.1)
    assert optimizer.params == net.parameters()
    trainer = ng.Trainer(
        lambda x, y: F.mse_loss(net(x), y), params=net, data=(x, 3 * x - 1), epochs=60, learning_rate=0.1, batch_size=5
    )
    trainer.run()
    np.testing.assert_allclose([net.weight.item(), net.bias.item()], [3, -1], atol=0.01)
