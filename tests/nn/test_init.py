"""Initial weights."""

import subprocess
import sys

import numpy as np
import pytest

from nbgrad import nn
from nbgrad.core import errors
from nbgrad.nn import init

WIDE = (300, 200)
KERNEL = (64, 32, 5, 5)  # outputs, inputs, height, width


@pytest.mark.parametrize(
    ("make", "shape", "std"),
    [
        (init.xavier_uniform, WIDE, np.sqrt(2 / 500)),
        (init.xavier_normal, WIDE, np.sqrt(2 / 500)),
        (init.he_uniform, WIDE, np.sqrt(2 / 300)),
        (init.he_normal, WIDE, np.sqrt(2 / 300)),
        (init.xavier_uniform, KERNEL, np.sqrt(2 / (25 * 96))),
        (init.xavier_normal, KERNEL, np.sqrt(2 / (25 * 96))),
        (init.he_uniform, KERNEL, np.sqrt(2 / (25 * 32))),
        (init.he_normal, KERNEL, np.sqrt(2 / (25 * 32))),
        (init.normal, WIDE, 1.0),
        (init.uniform, WIDE, 1 / np.sqrt(3)),
    ],
)
def test_spread(make, shape, std):
    numbers = make(shape, rng=0)
    assert numbers.shape == shape
    np.testing.assert_allclose(numbers.std(), std, rtol=0.01)
    assert abs(numbers.mean()) < 0.02 * std
    if "uniform" in make.__name__:
        assert 0.999 < abs(numbers).max() / (std * np.sqrt(3)) <= 1
    else:
        assert abs(numbers).max() > 3.5 * std


def test_gain_bound_and_std():
    for make, option in ((init.xavier_uniform, "gain"), (init.xavier_normal, "gain"), (init.normal, "std")):
        np.testing.assert_allclose(make(WIDE, rng=0, **{option: 3.0}), 3 * make(WIDE, rng=0), rtol=1e-14)
    np.testing.assert_allclose(init.uniform(WIDE, bound=3.0, rng=0), 3 * init.uniform(WIDE, rng=0), rtol=1e-14)


def test_xavier_keeps_the_variance_of_a_deep_network():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 256))
    for make, follow in ((init.xavier_normal, lambda x: x), (init.he_normal, lambda x: np.maximum(x, 0) * np.sqrt(1))):
        y = x
        for _ in range(20):
            y = follow(y @ make((256, 256), rng=rng))
        assert 0.3 < (y**2).mean() / (x**2).mean() < 3


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (4, 2, 3)])
def test_orthogonal(shape):
    Q = init.orthogonal(shape, rng=0, gain=2.0).reshape(shape[0], -1) / 2
    small = Q @ Q.T if Q.shape[0] <= Q.shape[1] else Q.T @ Q
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)


def test_orthogonal_matrices_are_equally_likely():
    """Without the correction of signs, the diagonal would be mostly negative."""
    rng = np.random.default_rng(0)
    diagonal = [init.orthogonal((2, 2), rng=rng)[0, 0] for _ in range(400)]
    assert abs(np.mean(np.sign(diagonal))) < 0.15


def test_plain_ones():
    assert init.zeros((2,)).tolist() == [0, 0]
    assert init.ones((2,)).tolist() == [1, 1]
    assert init.constant(0.5)((1, 2)).tolist() == [[0.5, 0.5]]


# ---- generators
def test_generators_and_seeds():
    rng = np.random.default_rng(5)
    first, second = init.normal((3,), rng=rng), init.normal((3,), rng=rng)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, init.normal((3,), rng=5))
    np.testing.assert_array_equal(first, init.normal((3,), rng=np.int64(5)))


def test_the_shared_generator():
    init.seed(3)
    layers = nn.Linear(2, 2), nn.Linear(2, 2)
    assert not np.array_equal(layers[0].weight.data, layers[1].weight.data)
    init.seed(3)
    again = nn.Linear(2, 2), nn.Linear(2, 2)
    for one, other in zip(layers, again, strict=True):
        np.testing.assert_array_equal(one.weight.data, other.weight.data)
    rng = np.random.default_rng(3)
    np.testing.assert_array_equal(layers[0].weight.data, nn.Linear(2, 2, rng=rng).weight.data)
    init.seed()


def test_every_process_begins_alike_and_importing_draws_nothing():
    code = (
        "import sys, nbgrad\nprint('numpy.random' in sys.modules)\n"
        "from nbgrad import nn\nprint(nn.Linear(2, 1).weight.tolist() == nn.Linear(2, 1, rng=0).weight.tolist())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"], done.stderr


@pytest.mark.parametrize("rng", ["seed", -1, 1.5, True, [1]])
def test_what_is_no_generator(rng):
    with pytest.raises(errors.HyperparameterError, match="must be a seed"):
        nn.Linear(1, 1, rng=rng)


def test_biases_have_no_fans():
    for make in (init.he_normal, init.xavier_uniform, init.orthogonal):
        with pytest.raises(errors.LayerSizeError, match=r"shape \(3,\).*two axes"):
            make((3,))
