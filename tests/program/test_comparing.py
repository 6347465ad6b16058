"""``program.compare()``: who takes part, what is checked before, that nothing of the user's is changed. No times."""

import copy
import importlib.util

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core.errors import NotScalarError
from nbgrad.nn import functional as F
from nbgrad.program import comparing
from nbgrad.program.comparing import Comparison, Row, compare, disagreement
from nbgrad.program.elsewhere import running
from nbgrad.program.elsewhere.translation import Translation
from nbgrad.program.expression import expression

ROWS = ["eager", "program", "torch", "jax.jit"]
X = np.random.default_rng(0).normal(size=(6, 3))
W = np.random.default_rng(1).normal(size=(3, 2))
QUICK = 0.004


def loss(W, x):
    return (np.tanh(x @ W) ** 2).mean()


class InNumPy(Translation):
    framework, module, counterparts = "NumPy", "np", {}

    def unlisted(self, line, names):
        return expression(line.function, line.args, line.static, names)


class Stand(running.Framework):
    """A framework that is there on every machine."""

    name, package, dialect = "stand", "numpy", InNumPy
    off = 0.0

    def arrays(self, values):
        return [np.array(x) for x in values]

    def values(self, f, given):
        return lambda: f(*given) + self.off


@pytest.fixture
def alone(monkeypatch):
    """No framework is there but the one that is made for these tests."""
    monkeypatch.setattr(running, "FRAMEWORKS", (Stand,))


def rows(comparison):
    return {row.name: row for row in comparison.rows}


# ---- the table


def test_the_table():
    table = Comparison(
        [
            Row("eager", 1.0, ""),
            Row("program", 0.314, ""),
            Row("torch", 12.9, "2.1"),
            Row("jax.jit", None, "not installed"),
        ],
        {},
    )
    assert repr(table).splitlines() == [
        "eager        1.00",
        "program      0.31",
        "torch       12.90   (2.1)",
        "jax.jit  not installed",
    ]
    assert table.ratios == {"eager": 1.0, "program": 0.314, "torch": 12.9}


def test_what_is_not_installed_is_said(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    table = ng.compile(loss, W, X).compare(seconds=QUICK)
    assert [row.name for row in table.rows] == ROWS
    assert [row.note for row in table.rows] == ["", "", "not installed", "not installed"]
    assert list(table.ratios) == list(table.seconds) == ["eager", "program"]
    assert table.ratios["eager"] == 1.0


def test_all_that_are_installed_take_part():
    table = ng.compile(loss, W, X).compare(seconds=QUICK)
    assert [row.name for row in table.rows] == ROWS
    for kind in running.FRAMEWORKS:
        assert (kind.name in table.ratios) == kind.is_installed()


# ---- what is checked before


def test_results_that_differ_are_told(alone, monkeypatch):
    program = ng.compile(loss, W, X)
    assert rows(program.compare(seconds=QUICK))["stand"].note == np.__version__
    monkeypatch.setattr(Stand, "off", 0.5)
    note = rows(program.compare(seconds=QUICK))["stand"].note
    assert note == f"{np.__version__}, other results: is off by up to 0.5"


def test_another_function_may_be_compared_with(alone):
    program = ng.compile(loss, W, X)
    table = program.compare(lambda W, x: (np.tanh(x.dot(W)) ** 2).sum() / 12, seconds=QUICK)
    assert rows(table)["program"].note == ""
    table = program.compare(lambda W, x: loss(W, x) + 1.0, seconds=QUICK)
    assert rows(table)["program"].note == "other results: is off by up to 1"


def test_other_arguments_may_be_given(alone):
    program = ng.compile(loss, W, X)
    seen = []

    def f(W, x):
        seen.append(x.shape)
        return loss(W, x)

    program.compare(f, W, X[:2], seconds=QUICK)
    assert set(seen) == {(2, 3)}
    assert program.recording.listing.inputs[1].shape == (2, 3)


@pytest.mark.parametrize(
    ("mine", "wanted", "said"),
    [
        ([1.0], [1.0 + 1e-9], ""),
        ([1.0, 2.0], [1.0], "other results: 2 of them instead of 1"),
        ([np.ones(3)], [np.ones((3, 1))], "other results: has the shape (3,) instead of (3, 1)"),
        ([1.0, 2.0], [1.0, 2.1], "other results: result 2 is off by up to 0.1"),
        ([np.float32(1.0)], [np.float32(1.0001)], ""),
        ([1.0, np.full(2, 1e-18)], [1.0, np.full(2, -2e-18)], ""),
        ([np.array([1, 2])], [np.array([1, 3])], "other results: is off by up to 1"),
        ([np.array([np.nan, 1e-12])], [np.array([np.nan, 0.0])], "other results: is off by up to 1e-12"),
        ([np.array([np.nan, 1e-12, 1.0])], [np.array([np.nan, 0.0, 1.0])], ""),
    ],
)
def test_disagreement(mine, wanted, said):
    assert disagreement(mine, wanted) == said


def test_an_error_of_a_framework_leaves_it_out(alone, monkeypatch):
    def broken(self, f, given):
        raise ValueError("no such thing\nand more")

    monkeypatch.setattr(Stand, "values", broken)
    assert rows(ng.compile(loss, W, X).compare(seconds=QUICK))["stand"] == (
        "stand", None, "left out: ValueError: no such thing",
    )  # fmt: skip


def test_an_error_of_the_users_is_raised(alone):
    with pytest.raises(NotScalarError):
        ng.compile(loss, W, X).compare(ng.grad(lambda W, x: x @ W), seconds=QUICK)


# ---- who can take part


def test_random_numbers_are_every_frameworks_own(alone):
    rng = np.random.default_rng(5)
    program = ng.compile(lambda x, rng: x + rng.normal(size=x.shape), X, rng)
    state = rng.bit_generator.state
    table = program.compare(seconds=QUICK)
    assert rows(table)["program"].note == ""  # a generator each, in the same state
    assert rows(table)["stand"].note == "left out: it draws random numbers, and every framework draws others"
    assert rng.bit_generator.state == state


@pytest.mark.parametrize("name", ["torch", "jax"])
@pytest.mark.parametrize(
    "f",
    [ng.grad(loss), ng.value_and_grad(loss, argnums=(1, 0)), lambda *a: list(ng.value_and_grad(loss)(*a))[::-1]],
    ids=["grad", "value_and_grad", "another order"],
)
def test_gradients_agree(f, name):
    pytest.importorskip(name)
    row = rows(ng.compile(f, W, X).compare(f, seconds=QUICK))[{"jax": "jax.jit"}.get(name, name)]
    assert row.ratio is not None
    assert "other results" not in row.note


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_more_than_gradients_is_left_out(name):
    pytest.importorskip(name)
    row = rows(ng.compile(ng.hessian(lambda x: (x**3).sum()), X[0]).compare(seconds=QUICK))
    note = row[{"jax": "jax.jit"}.get(name, name)].note
    assert note.startswith("left out: derivatives are taken within program, which is not translated")


def test_torch_has_one_thread_and_afterwards_as_many_as_before():
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    table = ng.compile(loss, W, X).compare(seconds=QUICK)
    assert rows(table)["torch"].note == f"{torch.__version__.split('+')[0]}, 1 thread"
    assert torch.get_num_threads() == before


def test_jax_is_left_as_it_was():
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    ng.compile(loss, W, X).compare(seconds=QUICK)
    assert jax.config.jax_enable_x64 == before


# ---- training steps


class Setting:
    """A small network, its optimiser, its program, and all that a user could see of them."""

    def __init__(self, kind, **options):
        rng = np.random.default_rng(3)
        self.params = [ng.tensor(rng.normal(size=s), requires_grad=True) for s in ((3, 4), (4,), (4, 1))]
        self.optimizer = kind(self.params, lr=0.1, **options)
        self.batch = X, rng.normal(size=(6, 1))
        self.copy = options.get("copy", True)
        self.program = self.optimizer.compile(self.loss, *self.batch)

    def loss(self, x, y):
        W1, b, W2 = self.params
        return F.mse_loss(F.sigmoid(F.linear(x, W1, b)) @ W2, y)

    def state(self):
        return [
            [p.data.copy() for p in self.params],
            [None if p.grad is None else p.grad.copy() for p in self.params],
            copy.deepcopy(self.optimizer.state_dict()),
            [x.copy() for x in self.batch],
        ]


KINDS = [
    (ng.optim.SGD, {}),
    (ng.optim.SGD, {"momentum": 0.9}),
    (ng.optim.SGD, {"weight_decay": 0.1}),
    (ng.optim.Adam, {}),
]


@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_a_training_step_is_compared_and_nothing_is_moved(kind, options):
    setting = Setting(kind, **options)
    setting.program(*setting.batch)
    setting.loss(*setting.batch).backward()
    before, identities = setting.state(), [(id(p.data), id(p.grad)) for p in setting.params]
    table = setting.program.compare(seconds=QUICK)
    assert rows(table)["program"].note == ""
    np.testing.assert_equal(setting.state(), before)
    assert [(id(p.data), id(p.grad)) for p in setting.params] == identities
    again = Setting(kind, **options)
    again.program(*again.batch)
    assert setting.program(*setting.batch) == again.program(*again.batch)


def test_steps_that_draw_random_numbers_begin_from_equal_generators():
    w = ng.tensor(np.ones((3, 8)), requires_grad=True)
    rng = np.random.default_rng(3)
    optimizer = ng.optim.SGD([w], lr=0.1)
    program = optimizer.compile(lambda x, rng: (F.dropout(x @ w, 0.5, seed=rng) ** 2).mean(), X, rng)
    state = rng.bit_generator.state
    assert rows(program.compare(seconds=QUICK))["program"].note == ""
    assert rng.bit_generator.state == state


def test_parameters_in_memory_of_the_program_are_put_back():
    w = ng.tensor(np.ones(3), requires_grad=True)
    optimizer = ng.optim.SGD([w], lr=0.1)
    program = optimizer.compile(lambda x: ((x @ w) ** 2).mean(), X, copy=False)
    program(X)
    program(X)
    before = w.data.copy()
    program.compare(seconds=QUICK)
    np.testing.assert_array_equal(w.data, before)


def test_parameters_are_put_back_after_an_error():
    setting = Setting(ng.optim.SGD)
    before = setting.state()

    def broken(x, y):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        setting.program.compare(broken)
    np.testing.assert_equal(setting.state(), before)


@pytest.mark.parametrize("name", ["torch", "jax"])
@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_only_plain_descent_is_done_elsewhere(name, kind, options):
    pytest.importorskip(name)
    row = rows(Setting(kind, **options).program.compare(seconds=QUICK))[{"jax": "jax.jit"}.get(name, name)]
    if kind is ng.optim.SGD and not options:
        assert row.ratio is not None
        assert "other results" not in row.note
    else:
        assert row.note == f"left out: {kind.__name__} is not plain SGD, and its update is not translated"


def test_what_a_layer_remembers_is_put_back():
    layer, state = ng.nn.BatchNorm(3), {"calls": np.zeros(2)}

    def f(x):
        state["calls"] = state["calls"] + 1.0
        return (layer(x) * x).sum() + state["calls"]

    program = ng.compile(f, X)
    calls, before = state["calls"], {name: np.array(x) for name, x in layer.state_dict().items()}
    table = rows(program.compare(seconds=QUICK))
    assert not any("other results" in row.note for row in table.values())
    np.testing.assert_equal(layer.state_dict(), before)
    assert state["calls"] is calls


def test_a_wrong_eager_loss_is_told():
    setting = Setting(ng.optim.SGD)
    table = setting.program.compare(lambda x, y: setting.loss(x, y) * 2.0, seconds=QUICK)
    assert rows(table)["program"].note.startswith("other results: result 1 is off by up to")


# ---- taking times


def test_everybody_has_a_turn_in_every_round():
    turns = []
    comparing.timed({name: lambda name=name: turns.append(name) for name in "abc"}, seconds=1e-9)
    assert "".join(turns).endswith("abcabcabc")  # of three rounds at least


def test_compare_is_what_the_method_calls(alone):
    program = ng.compile(loss, W, X)
    assert [row.name for row in compare(program, None, (), QUICK).rows] == ["eager", "program", "stand"]
