"""Programs as PyTorch and JAX source: where these are installed the text is run and compared; everywhere it is read."""

import importlib
import warnings

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.linalg import norm
from ops.declared import CASES, drawn

import nbgrad as ng
from nbgrad.core.containers import flatten
from nbgrad.core.errors import TranslationError
from nbgrad.nn import functional as F
from nbgrad.program.elsewhere import JAX, Torch, translated
from nbgrad.program.recording import executed

IDS = [f"{op.name}-{op.cases.index(case)}" for op, case in CASES]
DIALECTS = {"torch": Torch, "jax": JAX}
UP_TO_SIGN = {"eigenvectors", "svd_u", "svd_vh"}  # LAPACK's versions choose differently among the two unit vectors


class Torch64:
    """Running a text with PyTorch."""

    def __init__(self):
        self.torch = importlib.import_module("torch")

    def give(self, x):
        return self.torch.from_numpy(np.array(x))

    def take(self, y):
        return y.resolve_conj().resolve_neg().numpy() if hasattr(y, "numpy") else y

    def jitted(self, f):
        return f


class JAX64:
    """Running a text with JAX, in 64 bits."""

    def __init__(self):
        self.jax = importlib.import_module("jax")

    def give(self, x):
        return self.jax.numpy.asarray(x)

    def take(self, y):
        return np.asarray(y)

    def jitted(self, f):
        return self.jax.jit(f)


@pytest.fixture(params=["torch", "jax"])
def framework(request):
    """The name of a framework that is installed, and how to run texts with it."""
    module = pytest.importorskip(request.param)
    if request.param == "torch":
        yield "torch", Torch64()
        return
    before = module.config.jax_enable_x64
    module.config.update("jax_enable_x64", True)
    yield "jax", JAX64()
    module.config.update("jax_enable_x64", before)


def run(program, framework, *args, jit=False):
    """What the translated text gives for ``args``."""
    name, there = framework
    written = translated(program.recording, DIALECTS[name]())
    f = executed(written.text, program.recording.title)
    besides = [p.example for p in written.parameters[len(args) :]]
    f = there.jitted(f) if jit else f
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [there.take(y) for y in flatten(f(*map(there.give, [*args, *besides])))[0]]


def agree(got, wanted, change=np.asarray):
    wanted = flatten(wanted)[0]
    assert len(got) == len(wanted)
    for mine, expected in zip(got, wanted, strict=True):
        assert np.shape(mine) == np.shape(expected)
        assert np.asarray(mine).dtype == np.asarray(expected).dtype
        np.testing.assert_allclose(change(mine), change(expected), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("op", "case"), CASES, ids=IDS)
def test_operations(op, case, framework):
    """Every declared operation has its counterpart, in every one of its cases."""
    args = drawn(op, case)
    given = [x for x in args if x is not None]
    program = ng.compile(lambda *x: op(*x, *args[len(x) :], **case.static), *given)
    agree(run(program, framework, *given), program(*given), np.abs if op.name in UP_TO_SIGN else np.asarray)


# ---- what no operation needs

X = np.random.default_rng(1).normal(size=(4, 5))
V = np.random.default_rng(2).normal(size=5)
N = np.array([[3, 1, 2], [0, 5, 4]])


def swap_through_view(x):
    """Writes into views of views, which are looked at again afterwards."""
    y = x.copy()
    rows = y[1:3]
    column = rows[:, 0]
    flat = y.reshape(-1)
    column += 10.0
    rows[0, 1:] = 7.0
    return y * 2, rows, flat + 1, column


def transposed_out(x):
    y = np.empty_like(x)
    np.multiply(x.T, 2.0, out=y.T)
    return y


def counted(x, i):
    y = np.zeros_like(x)
    np.add.at(y, i, 1.0)
    np.subtract.at(y, (i,), x[:3])
    return y


FUNCTIONS = {
    "steps": (lambda x: (x[::-1], x[3:0:-2, 1:4], x[..., ::-1], x[1:1:-1], x[:, 4:1:-1]), X),
    "index of arrays": (lambda x: (x[[0, 2], 1:3], x[1, [0, -1]], x[None, [1], ...]), X),
    "mask": (lambda x: x[:, np.array([True, False, True, False, True])], X),
    "index of numbers between": (lambda x: x.reshape(2, 2, 5)[0, :, [1, 2, 1]], X),
    "index by values": (lambda x, i: (x[i], x[:, i], x[0, i]), X, np.array([0, 2, 2])),
    "views": (swap_through_view, X),
    "transposed out": (transposed_out, np.ones((3, 3))),
    "counted": (counted, V, np.array([0, 2, 2])),
    "clip": (lambda x, v: (np.clip(x, -0.5, 0.5), np.clip(x, None, v), np.clip(x, v, 3.0), x.clip(min=0)), X, V),
    "whole numbers": (lambda n: (n / 2, np.sqrt(n), n.mean(), n // 2, n % 2, n**2, n.sum(), -n, n @ n.T, n * 0.5), N),
    "whole and fractional": (lambda n, x: (n @ x[:3], n + x[0, :3], np.maximum(n, 0.5), np.hypot(n, 1)), N, X),
    "numbers only": (lambda x: (np.where(x > 0, 1.0, 0.1), np.where(x > 0, 1, 0), np.logaddexp(x, 0.1)), X),
    "single precision": (lambda x, a: (x * 2.0, x * a, np.maximum(x, 0.1)), np.arange(6, dtype="f4"), np.float64(0.1)),
    "truth": (lambda x: ((x > 0).sum(), (x > 0).any(axis=0), (x > 0).all(), ~(x > 0) & (x < 1), (x > 0) * 1.0), X),
    "places": (lambda x: (x.argmax(), x.argmin(axis=1), np.argsort(x, axis=0), np.sort(x, axis=None)), X),
    "scans": (lambda x: (np.cumsum(x), np.cumprod(x, axis=1), np.maximum.accumulate(x, axis=1)), X),
    "quantiles": (lambda x: (np.quantile(x, 0.3), np.quantile(x, 0.3, axis=1, keepdims=True)), X),
    "extremes": (lambda x: (x.max(initial=0.0), x.min(axis=1, initial=-0.1), x.max(keepdims=True)), X),
    "joined": (lambda x, v: (np.vstack((x, v)), np.hstack((v, v)), np.concatenate((x, x), axis=None)), X, V),
    "divided": (lambda x: (*np.split(x, 2), *np.array_split(x, 3, axis=1), *np.split(x, [1, 3])), X),
    "windows": (lambda x, v: (sliding_window_view(v, 3), sliding_window_view(x.T, (2, 2))), X, V),
    "norms": (lambda x, v: (norm(x), norm(v, 1), norm(x, axis=1), norm(v, np.inf), norm(x, "nuc")), X, V),
    "select": (lambda x: np.select([x > 1, x > 0], [x, x * 10], -1.0), X),
    "searched": (lambda v: np.searchsorted(np.sort(v), np.array([0.0, 0.5])) * 1.0, V),
    "constants": (lambda x: (x + np.arange(5), x * np.eye(4, 5), x + np.full(5, 3)), X),
    "infinite": (lambda x: x[:2, :2] + np.array([[1, 2.5], [np.inf, np.nan]]), X),
    "many axes": (lambda x: (x.T, np.moveaxis(x, 0, -1), x.sum(axis=(0, -1))), X.reshape(2, 2, 5)),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name, framework):
    f, *args = FUNCTIONS[name]
    program = ng.compile(f, *args)
    agree(run(program, framework, *args), program(*args))


def images(x, K, b, W):
    y = F.max_pool2d(F.relu(F.conv2d(x, K, b, padding=1)), 2)
    return F.cross_entropy(y.reshape(len(x), -1) @ W, np.array([0, 1]))


IMAGES = [np.random.default_rng(i).normal(size=s) for i, s in enumerate([(2, 1, 6, 6), (3, 1, 3, 3), (3,), (27, 4)])]


def test_the_frameworks_differentiate_what_they_are_given(framework):
    """Of a program of gradients the value is translated; the framework's gradients of it are the program's."""
    name, there = framework
    program = ng.compile(ng.grad(images, argnums=(1, 2, 3)), *IMAGES)
    f = executed(program.to_torch() if name == "torch" else program.to_jax(), "images")
    given = list(map(there.give, IMAGES))
    if name == "torch":
        for x in given[1:]:
            x.requires_grad_()
        found = there.torch.autograd.grad(f(*given), given[1:])
    else:
        found = there.jax.jit(there.jax.grad(f, (1, 2, 3)))(*given)
    agree([there.take(g) for g in found], program(*IMAGES))


def cubes(x):
    return (x**3).sum()


WITHIN = {
    "gradients go on": lambda x: (ng.grad(cubes)(x) ** 2).sum(),
    "known gradients go on": lambda x: ng.grad(lambda x: x.sum())(x) * x,
    "a step of Newton's": lambda x: x - np.linalg.solve(ng.hessian(cubes)(x), ng.grad(cubes)(x)),
    "a second derivative": ng.hessian(cubes),
    "a gradient of a gradient": ng.grad(lambda x: (ng.grad(cubes)(x) ** 2).sum()),
}


@pytest.mark.parametrize("name", WITHIN)
def test_derivatives_within_a_function_are_not_translated_to_something_else(name):
    program = ng.compile(WITHIN[name], X[0])
    for translate in (program.to_torch, program.to_jax):
        with pytest.raises(ng.errors.TranslationError, match="derivatives are taken within"):
            translate()


def test_training_steps_are_translated_to_their_loss(framework):
    w = ng.tensor(np.ones(3), requires_grad=True, name="w")
    program = ng.optim.Adam([w], lr=0.1).compile(lambda x: ((x @ w) ** 2).mean(), X[:, :3])
    text = program.to_torch() if framework[0] == "torch" else program.to_jax()
    assert "def forward(x, w):" in text
    found = executed(text, "forward")(framework[1].give(X[:, :3]), framework[1].give(np.ones(3)))
    np.testing.assert_allclose(framework[1].take(found), (X[:, :3].sum(axis=1) ** 2).mean(), rtol=1e-12)


def test_random_numbers_are_arguments(framework):
    def noisy(x, rng):
        return F.dropout(x, 0.5, seed=rng) + rng.normal(size=5)

    name, there = framework
    program = ng.compile(noisy, V, np.random.default_rng(3))
    f = executed(program.to_torch() if name == "torch" else program.to_jax(), "noisy")
    mask, noise = np.array([0.1, 0.6, 0.7, 0.2, 0.5]), np.arange(5.0)
    found = there.jitted(f)(*map(there.give, [V, mask, noise]))
    np.testing.assert_allclose(there.take(found), V * 2.0 * (mask >= 0.5) + noise)


# ---- the text, on every machine


def layer(W, b, x):
    z = x @ W + b
    h = F.relu(z)
    return h.max(axis=1, keepdims=True).sum()


LAYER = (np.ones((3, 2)), np.zeros(2), np.ones((4, 3)))


@pytest.mark.parametrize("f", [ng.grad(layer), ng.value_and_grad(layer, argnums=(0, 1))])
def test_torch_text(f):
    assert ng.compile(f, *LAYER).to_torch() == (
        "import torch\n\n\n"
        "def layer(W, b, x):\n"
        "    z = x @ W + b                     # (4, 2)\n"
        "    h = torch.relu(z)                 # (4, 2)\n"
        "    v1 = h.amax(dim=1, keepdim=True)  # (4, 1)\n"
        "    v2 = v1.sum()                     # a number\n"
        "    return v2\n"
    )


def test_jax_text():
    def changed(x, i):
        y = x * 2.0
        y[i] = 0.0
        y[1:, 0] = x[1:, 1]
        return y[::-1]

    assert ng.compile(changed, np.ones((4, 3)), np.array([0, 2])).to_jax() == (
        "import jax.numpy as jnp\n\n\n"
        "def changed(x, i):\n"
        "    y = x * 2.0              # (4, 3)\n"
        "    y = y.at[i].set(0.0)     # (4, 3)\n"
        "    v1 = x[1:, 1]            # (3,)\n"
        "    y = y.at[1:, 0].set(v1)  # (4, 3)\n"
        "    result = y[::-1]         # (4, 3)\n"
        "    return result\n"
    )


def test_names_of_the_text_itself_are_not_given_to_variables():
    program = ng.compile(lambda torch, jnp, np: torch + jnp * np, 1.0, 2.0, 3.0)
    assert "def program(torch_2, jnp, np):" in program.to_torch()
    assert "def program(torch, jnp_2, np):" in program.to_jax()
    assert executed(program.source, "program")(1.0, 2.0, 3.0) == 7.0


def test_constants_have_their_dtype():
    text = ng.compile(lambda x: x + np.array([1.0, 2.5]) + np.zeros(2), np.ones(2)).to_torch()
    assert "torch.tensor([1.0, 2.5], dtype=torch.float64)" in text


def test_a_function_without_a_counterpart():
    program = ng.compile(lambda x: np.unwrap(x) + 1.0, V)
    with pytest.raises(TranslationError, match=r"PyTorch has no counterpart of np.unwrap \(.*test_elsewhere.py, line"):
        program.to_torch()
    assert "jnp.unwrap(x)" in program.to_jax()


def test_an_option_without_a_counterpart():
    program = ng.compile(lambda x: np.sum(x, where=x > 0), V)
    with pytest.raises(TranslationError, match=r"np.sum in this form: got an unexpected keyword argument 'where'"):
        program.to_torch()


def test_a_view_that_pytorch_copies_is_not_written_into():
    def f(x):
        y = x.copy()
        y[::-1][0] = 5.0
        return y

    with pytest.raises(TranslationError, match="as a view of an array that is written into"):
        ng.compile(f, V).to_torch()


def test_translating_changes_nothing():
    program = ng.compile(swap_through_view, X)
    before = program.source
    program.to_torch(), program.to_jax()
    assert ng.compile(swap_through_view, X).source == before
    assert program.recording.listing.overwritten()
    assert program.to_jax() == program.to_jax()
