"""Each rewriting pass does what it says, to the lines that it is for and to no others; and the numbers stay the
same."""

import re

import numpy as np
import pytest

import nbgrad as ng
from nbgrad.nn import functional as F

X = np.linspace(-1.0, 2.0, 12).reshape(4, 3)
W = np.linspace(0.5, 1.5, 6).reshape(3, 2)


def around(name, f, *examples):
    """The lines before and after a pass, each as the name of its function, of the program of ``f``."""
    program = ng.compile(f, *examples)
    before = None
    for rewriting, listing in program.recording.history:
        if rewriting.__name__ == name:
            break
        before = listing
    np.testing.assert_allclose(program(*examples), f(*examples), rtol=1e-12)
    return [line.function.__name__ for line in before.lines] if before else None, listing.lines


def functions(lines):
    return [line.function.__name__ for line in lines]


def test_own_values():
    def f(x):
        y = np.exp(x)
        y *= 2.0
        y += 1.0
        return y

    _, lines = around("own_values", f, X)
    assert functions(lines) == ["exp", "multiply", "add"]
    assert all(line.writes is None for line in lines)


def test_own_values_leaves_arrays_with_views_alone():
    def f(x):
        y = np.exp(x)
        row = y[0]
        y *= 2.0
        return row

    _, lines = around("own_values", f, X)
    assert [line.writes is not None for line in lines] == [False, False, True]


def test_fold_constants():
    _, lines = around("fold_constants", lambda x: x * (np.ones_like(x).sum() / 3), X)
    assert functions(lines)[-1] == "multiply"
    assert lines[-1].args[1] == 4.0


def test_spare_broadcasts():
    before, lines = around("spare_broadcasts", lambda x: np.broadcast_to(x.sum(axis=0), x.shape) * x, X)
    assert before == ["sum", "broadcast_to", "multiply"]
    assert lines[-1].args[0] is lines[0].value


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * 1.0, lambda x: 1.0 * x, lambda x: x - 0.0, lambda x: x / 1.0, lambda x: x.T.T,
        lambda x: x.reshape(4, 3), lambda x: x.astype(float), lambda x: x.copy(), lambda x: x[...], lambda x:
        np.real(x),
    ],
)  # fmt: skip
def test_drop_idle(f):
    before, lines = around("drop_idle", lambda x: np.exp(f(x)), X)
    assert len(before) > 1
    assert functions(lines) == (["transpose", "exp"] if "transpose" in before else ["exp"])


def test_drop_idle_keeps_what_changes_something():
    def f(x):
        y = x.copy()
        y[0] = 5.0
        return y + x.astype(np.float32) + x[:4]

    before, lines = around("drop_idle", f, X)
    assert functions(lines) == before


def test_merge_common():
    before, lines = around("merge_common", lambda x: np.exp(x) * (1.0 + np.exp(x)) + (np.exp(x) + 1.0), X)
    assert before.count("exp") == 3
    assert functions(lines) == ["exp", "add", "multiply", "add"]


def test_merge_common_draws_as_often_as_it_says():
    rng = np.random.default_rng(0)
    program = ng.compile(lambda x, rng: x + rng.random(3) - rng.random(3), np.zeros(3), rng)
    assert not np.array_equal(program(np.zeros(3), np.random.default_rng(1)), np.zeros(3))


def test_spare_copies():
    def f(x):
        y = np.exp(x)
        z = y.copy()
        z[0] = 1.0
        return z

    before, lines = around("spare_copies", f, X)
    assert before == ["exp", "copy", "setitem"]
    assert functions(lines) == ["exp", "setitem"]


def test_remove_dead():
    def f(x):
        np.exp(x)
        unused = np.zeros_like(x)
        unused[0] = x[0]
        return np.sin(x)

    before, lines = around("remove_dead", f, X)
    assert len(before) == 5
    assert functions(lines) == ["sin"]


def test_fold_everything():
    _, lines = around("fold_everything", lambda x: x + np.arange(3.0) * np.ones_like(x), X)
    assert functions(lines) == ["add"]


@pytest.mark.parametrize(
    ("exponent", "instead"),
    [(3, ["square", "multiply"]), (4, ["square", "square"]), (0.5, ["sqrt"]), (-1, ["divide"]), (2.5, ["power"])],
)
def test_split_powers(exponent, instead):
    _, lines = around("split_powers", lambda x: x**exponent, X + 2.0)
    assert functions(lines) == instead


def test_gather_factors():
    _, lines = around("gather_factors", lambda x: -(2.0 * ((x + x) / 16.0)), X)
    assert lines[-1].args[0] == -0.25
    program = ng.compile(lambda x: 2.0 * (x / 16.0), X)
    assert functions(program.recording.fast_listing.lines) == ["multiply"]


def test_gather_factors_leaves_what_others_use():
    def f(x):
        half = x / 2.0
        return half * 3.0 + np.exp(half)

    _, lines = around("gather_factors", f, X)
    assert functions(lines) == ["divide", "multiply", "exp", "add"]


@pytest.mark.parametrize(
    ("f", "instead"),
    [
        (lambda x: x.sum(axis=0), ["matmul"]), (lambda x: x.sum(axis=1), ["matmul"]),
        (lambda x: (x * x).sum(), ["reshape", "matmul"]), (lambda x: (x**2).mean(), ["reshape", "matmul", "divide"]),
        (lambda x: x.sum(axis=1, keepdims=True), ["matmul"]), (lambda x: x[0].sum(), ["getitem", "sum"]),
    ],
)  # fmt: skip
def test_sums_as_products(f, instead):
    program = ng.compile(f, X)
    np.testing.assert_allclose(program(X), f(X), rtol=1e-12)
    assert functions(program.recording.fast_listing.lines) == instead


def test_delay_factors():
    def f(x, y):
        d = 0.02 * x
        return d @ y + d @ x

    _, lines = around("delay_factors", f, X[:, 0].copy(), X[:, 1].copy())
    assert functions(lines) == ["matmul", "multiply", "matmul", "multiply", "add"]
    assert not any(line.value.is_array for line in lines)


def test_masks_of_results():
    program = ng.compile(ng.value_and_grad(lambda x: F.relu(x).sum()), X)
    lines = program.recording.fast_listing.lines
    relu, mask = (line for line in lines if line.function in (np.maximum, np.greater))
    assert relu.function is np.maximum
    assert mask.args[0] is relu.value
    np.testing.assert_array_equal(program(X)[1], X > 0)


def test_even_operands():
    _, lines = around("even_operands", lambda x, b: np.exp(x) * (x > b) + b, X, X[0].copy())
    assert functions(lines) == ["exp", "broadcast_to", "greater", "astype", "multiply", "broadcast_to", "add"]


def test_the_table_of_passes():
    program = ng.compile(ng.value_and_grad(lambda W: (F.sigmoid(X @ W) ** 2).mean()), W)
    table = program.passes
    assert [row[0] for row in table][:3] == ["own_values", "fold_constants", "spare_broadcasts"]
    assert all(before >= 0 and after >= 0 and what for _, before, after, what in table)
    assert table[-1][1] == len(program.recording.fast_listing.lines)
    several = len(set(re.findall(r"^(m\d+) = ", program.fast_source, re.MULTILINE)))
    assert several > 1
    assert table[-1][3] == f"Write results into {several} arrays that every call uses again"
    assert str(table).count("\n") == len(table) - 1


def test_subtract_plainly():
    before, lines = around("subtract_plainly", lambda x: np.exp(x) + -np.sin(x), X)
    assert before == ["exp", "sin", "negative", "add"]
    assert lines[-1].function is np.subtract
    assert lines[-1].args == (lines[0].value, lines[1].value)
