"""The printed text, in a file of its own: it runs in a fresh interpreter that has NumPy and not this package, and gives
the same numbers to the last bit."""

import ast
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn
from nbgrad.nn import functional as F

RNG = np.random.default_rng(0)

RUNNER = """
import sys
sys.modules["nbgrad"] = None  # whoever imports it fails
import importlib.util
import numpy as np
name, text, given, results = sys.argv[1:]
spec = importlib.util.spec_from_file_location("standing", text)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
arrays = np.load(given)
args = [arrays[key][()] for key in sorted(arrays.files)]
args = [np.random.default_rng(int(x[1])) if x.shape == (2,) and x.dtype == np.uint64 else x for x in args]
answer = getattr(module, name)(*args)
answer = answer if isinstance(answer, tuple) else (answer,)
np.savez(results, **{f"{i:03}": x for i, x in enumerate(answer)})
"""


def run_alone(program, folder, *args):
    """What the program's text gives in another process."""
    text = folder / "text.py"
    text.write_text(program.source, encoding="utf-8")
    runner = folder / "runner.py"
    runner.write_text(textwrap.dedent(RUNNER), encoding="utf-8")
    stored = [np.array([0, x], np.uint64) if type(x) is int else x for x in args]  # a whole number: a generator's seed
    np.savez(folder / "given.npz", **{f"{i:03}": x for i, x in enumerate(stored)})
    title = program.recording.title
    files = [str(folder / name) for name in ("runner.py", "text.py", "given.npz", "results.npz")]
    subprocess.run([sys.executable, "-I", files[0], title, *files[1:]], check=True, cwd=folder)
    with np.load(files[3]) as found:
        return [found[key] for key in sorted(found.files)]


def readable(program, *args):
    """What the text gives here."""
    space = {}
    exec(program.source, space)
    answer = space[program.recording.title](*args)
    return answer if isinstance(answer, tuple) else (answer,)


def check(program, folder, *args, here=None):
    besides = [p.example for p in program.recording.written.parameters if p.kind == "constant"]
    alone = run_alone(program, folder, *args, *besides)
    wanted = readable(program, *(here or args), *besides)
    for got, expected in zip(alone, wanted, strict=True):
        np.testing.assert_array_equal(got, expected)
    return alone


def imports(source):
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {name.name for node in nodes for name in node.names} | {
        node.module for node in nodes if isinstance(node, ast.ImportFrom)
    }


def small_network():
    W1, b1 = ng.tensor(RNG.normal(size=(13, 10)), True, "W1"), ng.tensor(np.zeros(10), True, "b1")
    W2, b2 = ng.tensor(RNG.normal(size=(10, 1)), True, "W2"), ng.tensor(np.zeros(1), True, "b2")

    def loss(X, y):
        h = F.sigmoid(F.linear(X, W1, b1))
        prediction = F.linear(h, W2, b2)
        return F.mse_loss(prediction, y)

    return [W1, b1, W2, b2], loss


def test_the_step_of_a_small_network(tmp_path):
    params, loss = small_network()
    X, y = RNG.normal(size=(16, 13)), RNG.normal(size=(16, 1))
    step = ng.optim.SGD(params, 0.1).compile(loss, X, y)
    numbers = [p.data for p in params]
    alone = check(step, tmp_path, X, y, *numbers, 0.1)
    np.testing.assert_allclose(alone[0], step(X, y), rtol=1e-12)
    for got, p in zip(alone[1:], params, strict=True):
        np.testing.assert_allclose(got, p.data, rtol=1e-12)
    lines = step.source.rstrip().splitlines()
    assert len(lines) <= 25
    assert all(len(line) <= 100 for line in lines)
    for name in ("W1", "b1", "W2", "b2", "X", "y", "h", "prediction", "loss", "d_W1", "# forward", "# backward"):
        assert name in step.source


def test_the_step_of_a_convolutional_network(tmp_path):
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, rng=0), nn.ReLU(), nn.MaxPool2d(2), nn.BatchNorm(4), nn.Flatten(),
        nn.Linear(64, 10, rng=1),
    )  # fmt: skip
    images, labels = RNG.normal(size=(5, 1, 8, 8)), RNG.integers(10, size=5)

    def loss(images, labels):
        return F.cross_entropy(net(images), labels)

    step = ng.optim.SGD(net, 0.01).compile(loss, images, labels)
    averages = [net[3].running_mean.data, net[3].running_var.data]
    given = [images, labels, *[p.data for p in net.parameters()], 0.01, *averages]
    alone = check(step, tmp_path, *given)
    np.testing.assert_allclose(alone[0], step(images, labels), rtol=1e-12)
    for order in (np.asfortranarray, lambda x: np.repeat(x, 2, axis=-1)[..., ::2]):  # however the images lie in memory
        np.testing.assert_allclose(readable(step, order(images), *given[1:])[0], alone[0], rtol=1e-12)


def test_a_hessian(tmp_path):
    def rosenbrock(x):
        return (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()

    x = RNG.normal(size=6)
    program = ng.compile(ng.hessian(rosenbrock), x)
    [alone] = check(program, tmp_path, x)
    np.testing.assert_allclose(alone, ng.hessian(rosenbrock)(x), rtol=1e-12)


def test_dropout_from_a_generator(tmp_path):
    def dropped(x, rng):
        return F.dropout(x, 0.5, seed=rng)

    program = ng.compile(dropped, np.ones(20), np.random.default_rng(0))
    [alone] = check(program, tmp_path, np.ones(20), 7, here=(np.ones(20), np.random.default_rng(7)))
    np.testing.assert_array_equal(alone, dropped(np.ones(20), np.random.default_rng(7)))


def test_a_layer_with_dropout_of_its_own(tmp_path):
    layer = nn.Dropout(0.5, rng=0)
    program = ng.compile(layer, np.ones(20))
    seed = layer.next_seed.data
    dropped, following = check(program, tmp_path, np.ones(20), np.int64(seed))
    assert following == seed + 1
    np.testing.assert_array_equal(dropped, nn.Dropout(0.5, rng=0)(np.ones(20)))


@pytest.mark.parametrize("function", [F.gelu, np.tanh, lambda x: np.linalg.inv(x[:3] + 5 * np.eye(3))])
def test_it_imports_numpy_only(function, tmp_path):
    x = RNG.normal(size=(4, 3))
    program = ng.compile(lambda x: function(x), x)
    assert imports(program.source) <= {"numpy", "math"}
    [alone] = check(program, tmp_path, x)
    np.testing.assert_allclose(alone, function(x), rtol=1e-12)
