"""Modules that several others hold: each use is drawn in the one that called it, as hooks tell, or in none."""

import random

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
nn = torch.nn

from test_torch_frames import Calls, check_frames, physics_informed  # noqa: E402

import nbgrad as ng  # noqa: E402


class Chain(nn.Module):
    """Calls its parts one after the other, as a user's own module; with what it was given added, if so wished."""

    def __init__(self, *parts, adds=False):
        super().__init__()
        self.adds = adds
        for place, part in enumerate(parts):
            setattr(self, f"part_{place}", part)

    def forward(self, x):
        y = x
        for part in self.children():
            y = torch.relu(part(y))
        return x + y if self.adds else y


class Both(nn.Module):
    """An actor and a critic over one trunk, which only they hold."""

    def __init__(self, held=False):
        super().__init__()
        trunk = nn.Sequential(nn.Linear(3, 4), nn.Tanh())
        if held:
            self.trunk = trunk
        self.actor = nn.Sequential(trunk, nn.Linear(4, 2), nn.LogSoftmax(1))
        self.critic = nn.Sequential(trunk, nn.Linear(4, 1))

    def forward(self, x):
        return self.actor(x)[:, 0].mean() + self.critic(x).mean()


class Together(Both):
    """The same, but the trunk is called once, and neither actor nor critic as a whole."""

    def forward(self, x):
        h = self.actor[0](x)
        return self.actor[1](h).mean() + self.critic[1](h).mean()


class Translation(nn.Module):
    """Two modules of the user's own that look words up in one table."""

    def __init__(self):
        super().__init__()
        table = nn.Embedding(9, 4)
        self.encoder, self.decoder = Words(table, 4), Words(table, 9)

    def forward(self, given, wanted):
        return self.decoder(wanted, self.encoder(given).mean(1, keepdim=True)).mean()


class Words(nn.Module):
    def __init__(self, table, size):
        super().__init__()
        self.table, self.out = table, nn.Linear(4, size)

    def forward(self, words, beside=0.0):
        return self.out(self.table(words) + beside)


class Probed(nn.Module):
    """A network one of whose parts is held by a probe, too, which is made first and not called."""

    def __init__(self):
        super().__init__()
        encoder = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
        self.probe, self.encoder, self.out = nn.Sequential(encoder, nn.Linear(4, 1)), encoder, nn.Linear(4, 2)

    def forward(self, x):
        return self.out(self.encoder(x)).mean()


def one_after_the_other():
    shared = nn.Linear(4, 4)
    return nn.Sequential(nn.Sequential(nn.Linear(3, 4), shared), nn.Sequential(shared, nn.Linear(4, 1)))


def blocks():
    shared = nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 4))
    return nn.Sequential(*(Chain(nn.Linear(4, 4), shared, adds=True) for _ in range(3)), nn.Linear(4, 1))


def words():
    return torch.tensor([[1, 2, 3], [4, 5, 6]])


MODELS = {
    "one after the other": (one_after_the_other, lambda net: net(torch.randn(2, 3)).mean(), {"0", "1"}),
    "actor and critic": (Both, lambda net: net(torch.randn(5, 3)), {"actor", "critic"}),
    "trunk held by itself": (lambda: Both(held=True), lambda net: net(torch.randn(5, 3)), {"actor", "critic"}),
    "trunk called once": (Together, lambda net: net(torch.randn(5, 3)), set()),
    "one table": (Translation, lambda net: net(words(), words()), {"encoder", "decoder"}),
    "probe": (Probed, lambda net: net(torch.randn(5, 3)), {"encoder"}),
    "blocks": (blocks, lambda net: net(torch.randn(5, 4)).mean(), {"0", "1", "2"}),
}


@pytest.mark.parametrize("name", MODELS)
def test_what_is_shared_lies_in_the_module_that_used_it(name):
    torch.manual_seed(0)
    make, run, framed = MODELS[name]
    network = make()
    calls = Calls(network)
    result = run(network)
    check_frames(network, result, calls)
    graph = ng.draw(result, params=network, depth=9).graph
    groups = {group[0].split(" ")[0] for _, group in graph.nodes(data="group") if group}
    holders = {name for name, part in network.named_children() if len(list(part.children())) > 1}
    assert groups & (holders | framed) == framed


def test_a_closed_box_shows_the_result_of_its_module():
    torch.manual_seed(0)
    network = one_after_the_other()
    x = torch.randn(2, 3)
    graph = ng.draw(network(x).mean(), params=network, depth=0).graph
    [first] = [facts for _, facts in graph.nodes(data=True) if facts["name"] == "0 Sequential"]
    assert first["value"] == pytest.approx(network[0](x).detach().numpy())


def test_parts_of_what_cannot_be_told_say_where_they_are():
    torch.manual_seed(0)
    network = Together()
    text = ng.draw(network(torch.randn(5, 3)), params=network).text
    groups = {line.partition(":")[0] for line in text.splitlines() if line.startswith("Group ")}
    assert groups == {"Group actor.0", "Group actor.0 / actor.0.0", "Group actor.1", "Group critic.1"}


def built(rng, pool, depth):
    """A random module for four numbers; now and then one that is there already."""
    kind = rng.random()
    if pool and kind < 0.15:
        return rng.choice(pool)
    if depth == 0 or kind < 0.5:
        made = rng.choice([lambda: nn.Linear(4, 4), lambda: nn.Sequential(nn.Linear(4, 4), nn.Tanh())])()
        pool += [made] if rng.random() < 0.5 else []
        return made
    parts = [built(rng, pool, depth - 1) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.5:
        return Chain(*parts, adds=rng.random() < 0.5)
    return nn.Sequential(*(one for part in parts for one in ([part, nn.ReLU()] if rng.random() < 0.5 else [part])))


@pytest.mark.parametrize("seed", range(60))
def test_no_frame_of_random_networks_with_shared_parts_claims_what_is_computed_elsewhere(seed):
    rng, pool = random.Random(seed), []
    torch.manual_seed(seed)
    network = Chain(*(built(rng, pool, 2) for _ in range(3)))
    calls = Calls(network)
    check_frames(network, network(torch.randn(3, 4)).mean(), calls)


def test_a_second_derivative_leaves_the_calls_apart():
    network = nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1))
    graph = ng.draw(physics_informed(network), params=network).graph
    groups = [facts["group"] for _, facts in graph.nodes(data=True) if facts["op"] in ("linear", "addmm")]
    assert [group[0] for group in groups] == ["Sequential"] * 3 + ["Sequential (2)"] * 3
