"""Every optimiser against its published recurrence, written out in plain NumPy; and against PyTorch where it is."""

import numpy as np
import pytest

from nbgrad import optim

LR = 0.05


def sgd(momentum=0.0, weight_decay=0.0, nesterov=False):
    def update(p, g, memory):
        g = g + weight_decay * p
        if memory["t"] == 1:
            memory["v"] = g
        else:
            memory["v"] = momentum * memory["v"] + g
        direction = g + momentum * memory["v"] if nesterov else memory["v"]
        return p - LR * direction

    return update


def adagrad(weight_decay=0.0):
    def update(p, g, memory):
        g = g + weight_decay * p
        memory["s"] = memory.get("s", np.zeros(3)) + g**2
        return p - LR * g / (np.sqrt(memory["s"]) + 1e-10)

    return update


def rmsprop(alpha=0.99, momentum=0.0, weight_decay=0.0):
    def update(p, g, memory):
        g = g + weight_decay * p
        memory["s"] = alpha * memory.get("s", np.zeros(3)) + (1 - alpha) * g**2
        memory["v"] = momentum * memory.get("v", np.zeros(3)) + g / (np.sqrt(memory["s"]) + 1e-8)
        return p - LR * memory["v"]

    return update


def adam(betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    def update(p, g, memory):
        if decoupled:
            p = p - LR * weight_decay * p
        else:
            g = g + weight_decay * p
        t = memory["t"]
        memory["m"] = betas[0] * memory.get("m", np.zeros(3)) + (1 - betas[0]) * g
        memory["v"] = betas[1] * memory.get("v", np.zeros(3)) + (1 - betas[1]) * g**2
        m, v = memory["m"] / (1 - betas[0] ** t), memory["v"] / (1 - betas[1] ** t)
        return p - LR * m / (np.sqrt(v) + eps)

    return update


CASES = [
    ("SGD", {}, sgd()),
    ("SGD", {"weight_decay": 0.3}, sgd(weight_decay=0.3)),
    ("SGD", {"momentum": 0.9}, sgd(0.9)),
    ("SGD", {"momentum": 0.9, "weight_decay": 0.3}, sgd(0.9, 0.3)),
    ("SGD", {"momentum": 0.9, "nesterov": True}, sgd(0.9, nesterov=True)),
    ("SGD", {"momentum": 0.5, "nesterov": True, "weight_decay": 0.3}, sgd(0.5, 0.3, True)),
    ("Adagrad", {}, adagrad()),
    ("Adagrad", {"weight_decay": 0.3}, adagrad(0.3)),
    ("RMSprop", {}, rmsprop()),
    ("RMSprop", {"alpha": 0.5}, rmsprop(0.5)),
    ("RMSprop", {"momentum": 0.9}, rmsprop(momentum=0.9)),
    ("RMSprop", {"momentum": 0.9, "weight_decay": 0.3}, rmsprop(momentum=0.9, weight_decay=0.3)),
    ("Adam", {}, adam()),
    ("Adam", {"betas": (0.5, 0.8)}, adam((0.5, 0.8))),
    ("Adam", {"eps": 0.1}, adam(eps=0.1)),
    ("Adam", {"weight_decay": 0.3}, adam(weight_decay=0.3)),
    ("AdamW", {}, adam(weight_decay=0.01, decoupled=True)),
    ("AdamW", {"weight_decay": 0.3}, adam(weight_decay=0.3, decoupled=True)),
]
NAMES = [f"{name}{options or ''}" for name, options, _ in CASES]


@pytest.mark.parametrize(("name", "options", "by_hand"), CASES, ids=NAMES)
def test_against_the_recurrence(name, options, by_hand, path, recurrence):
    ours = path(lambda params: getattr(optim, name)(params, LR, **options), steps=7)
    np.testing.assert_allclose(ours, recurrence(by_hand, steps=7), rtol=1e-13)


def test_the_cases_differ(path):
    """Each option changes the way; a case that does not could not fail."""
    ways = [path(lambda params, n=name, o=options: getattr(optim, n)(params, LR, **o)) for name, options, _ in CASES]
    for i, one in enumerate(ways):
        for j, other in enumerate(ways[:i]):
            assert not np.allclose(one, other, rtol=1e-6), (NAMES[i], NAMES[j])


@pytest.mark.parametrize(("name", "options", "by_hand"), CASES, ids=NAMES)
def test_against_pytorch(name, options, by_hand, path):
    torch = pytest.importorskip("torch")
    p = torch.tensor([3.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
    curvature = torch.tensor([1.0, 10.0, 0.1], dtype=torch.float64)
    optimizer = getattr(torch.optim, name)([p], lr=LR, **options)
    theirs = []
    for _ in range(7):
        optimizer.zero_grad()
        ((curvature * (p - 1) ** 2).sum() / 2).backward()
        optimizer.step()
        theirs.append(p.detach().numpy().copy())
    ours = path(lambda params: getattr(optim, name)(params, LR, **options), steps=7)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)  # a parameter of size 1 may pass near 0


def test_momentum_adds_up_to_a_longer_step(path):
    """Along a straight slope the velocity tends to g / (1 - momentum): 1, 1.5, 1.75, ... for momentum 1/2."""
    import nbgrad as ng

    p = ng.tensor(0.0, requires_grad=True)
    optimizer = optim.SGD([p], 1.0, momentum=0.5)
    places = []
    for _ in range(3):
        optimizer.zero_grad()
        (p * 1).backward()
        optimizer.step()
        places.append(p.item())
    assert places == [-1.0, -2.5, -4.25]
