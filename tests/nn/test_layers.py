"""Layers against plain NumPy, their gradients, what they are made with, and small networks that learn."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn
from nbgrad.core import errors
from nbgrad.nn import functional as F


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def shaken(layer):
    """The layer with all its parameters, biases too, off their beginnings."""
    for i, p in enumerate(layer.parameters()):
        p.data = p.data + 0.3 * numbers(*p.shape, seed=100 + i)
    return layer


def check_layer(layer, *inputs):
    """Compare the gradients of a layer, with respect to its inputs and all its parameters, with finite differences."""
    owners = {}
    for path, module in layer.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, ng.Tensor) and value.requires_grad:
                owners[f"{path}.{name}"] = (module, name, value.data)
    weights = numbers(*np.shape(layer(*inputs)), seed=9)

    def loss(*values):
        for (module, name, _), value in zip(owners.values(), values[len(inputs) :], strict=True):
            object.__setattr__(module, name, value)
        return (layer(*values[: len(inputs)]) * weights).sum()

    ng.check_gradients(loss, *inputs, *[data for _, _, data in owners.values()], rtol=1e-4)


# ---- linear, embedding, flatten
def test_linear():
    layer = shaken(nn.Linear(3, 2, rng=0))
    x = numbers(5, 4, 3)
    np.testing.assert_allclose(layer(x).data, x @ layer.weight.data + layer.bias.data, rtol=1e-14)
    bare = nn.Linear(3, 2, bias=False, rng=0)
    np.testing.assert_allclose(bare(x).data, x @ bare.weight.data, rtol=1e-14)
    assert [name for name, _ in bare.named_parameters()] == ["weight"]
    assert nn.Linear(3, 2).bias.tolist() == [0, 0]
    check_layer(layer, numbers(5, 3))
    check_layer(bare, numbers(3))


def test_embedding():
    layer = nn.Embedding(5, 3, rng=0)
    indices = np.array([[1, 4], [4, 0]])
    y = layer(indices)
    np.testing.assert_array_equal(y.data, layer.weight.data[indices])
    y.sum().backward()
    np.testing.assert_array_equal(layer.weight.grad[:, 0], [1, 1, 0, 0, 2])
    with pytest.raises(errors.NbgradError, match="between 0 and 4"):
        layer(np.array([5]))


def test_flatten():
    for x in (numbers(4, 2, 3, 3), ng.tensor(numbers(4, 2, 3, 3)), numbers(0, 2, 3), numbers(4)):
        assert nn.Flatten()(x).shape == (len(x), int(np.prod(x.shape[1:])))
    with pytest.raises(errors.ShapeError, match="Flatten"):
        nn.Flatten()(np.float64(1.0))


# ---- images
def convolved(x, weight, bias, stride, padding, dilation, groups):
    """A convolution as its definition says, one number after the other."""
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    kernel = weight.shape[2:]
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    out = [(n - r) // s + 1 for n, r, s in zip(x.shape[2:], reach, stride, strict=True)]
    y = np.zeros((len(x), len(weight), *out))
    per_in, per_out = weight.shape[1], len(weight) // groups
    for o in range(len(weight)):
        channels = slice(o // per_out * per_in, (o // per_out + 1) * per_in)
        for i, j in np.ndindex(*out):
            top, left = i * stride[0], j * stride[1]
            window = x[:, channels, top : top + reach[0] : dilation[0], left : left + reach[1] : dilation[1]]
            y[:, o, i, j] = (window * weight[o]).sum((1, 2, 3)) + bias[o]
    return y


@pytest.mark.parametrize(
    ("size", "options"),
    [
        (3, {}),
        ((2, 3), {"stride": 2}),
        (3, {"padding": 1}),
        (2, {"stride": (1, 2), "padding": (1, 0)}),
        (2, {"dilation": 2}),
        (3, {"groups": 2}),
    ],
)
def test_conv2d(size, options):
    layer = shaken(nn.Conv2d(2, 4, size, rng=0, **options))
    x = numbers(2, 2, 6, 5)
    full = {"stride": 1, "padding": 0, "dilation": 1, **options}
    groups = full.pop("groups", 1)
    pairs = {name: value if isinstance(value, tuple) else (value, value) for name, value in full.items()}
    expected = convolved(x, layer.weight.data, layer.bias.data, groups=groups, **pairs)
    np.testing.assert_allclose(layer(x).data, expected, rtol=1e-12, atol=1e-12)


def test_conv2d_gradients_and_without_bias():
    check_layer(shaken(nn.Conv2d(2, 3, 2, stride=2, padding=1, rng=0)), numbers(1, 2, 3, 4))
    bare = nn.Conv2d(2, 3, 2, bias=False, rng=0)
    assert [name for name, _ in bare.named_parameters()] == ["weight"]
    check_layer(bare, numbers(1, 2, 3, 3))


def test_pooling():
    x = numbers(2, 3, 4, 6)
    windows = x.reshape(2, 3, 2, 2, 3, 2)
    np.testing.assert_array_equal(nn.MaxPool2d()(x), windows.max((3, 5)))
    np.testing.assert_allclose(nn.AvgPool2d()(x), windows.mean((3, 5)), rtol=1e-13)
    assert nn.MaxPool2d(3, stride=1)(x).shape == (2, 3, 2, 4)
    assert nn.AvgPool2d((2, 3), padding=(1, 0))(x).shape == (2, 3, 3, 2)
    check_layer(nn.MaxPool2d(), x)
    check_layer(nn.AvgPool2d(3, stride=2, padding=1), x)


# ---- normalisation and dropout
def test_layer_norm():
    layer = shaken(nn.LayerNorm(5, eps=0.1))
    x = numbers(2, 3, 5)
    z = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 0.1)
    np.testing.assert_allclose(layer(x).data, z * layer.weight.data + layer.bias.data, rtol=1e-12)
    check_layer(layer, numbers(2, 5))


@pytest.mark.parametrize("shape", [(6, 3), (6, 3, 4), (6, 3, 2, 2)])
def test_batch_norm(shape):
    layer = shaken(nn.BatchNorm(3, momentum=0.25, eps=0.1))
    axes = (0, *range(2, len(shape)))
    column = (3,) + (1,) * (len(shape) - 2)
    weight, bias = layer.weight.data.reshape(column), layer.bias.data.reshape(column)
    mean, variance = np.zeros(3), np.ones(3)
    for seed in range(3):
        x = 2 * numbers(*shape, seed=seed) + 1
        z = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 0.1)
        np.testing.assert_allclose(layer(x).data, z * weight + bias, rtol=1e-12)
        mean = 0.75 * mean + 0.25 * x.mean(axes)
        variance = 0.75 * variance + 0.25 * x.var(axes, ddof=1)
    np.testing.assert_allclose(layer.running_mean.data, mean, rtol=1e-13)
    np.testing.assert_allclose(layer.running_var.data, variance, rtol=1e-13)
    layer.eval()
    z = (x - mean.reshape(column)) / np.sqrt(variance.reshape(column) + 0.1)
    np.testing.assert_allclose(layer(x).data, z * weight + bias, rtol=1e-12)
    np.testing.assert_allclose(layer(x[:1]).data, layer(x).data[:1], rtol=1e-12)  # whatever else is in the batch
    np.testing.assert_allclose(layer.running_mean.data, mean, rtol=1e-13)


def test_batch_norm_gradients():
    layer = shaken(nn.BatchNorm(2))
    check_layer(layer, numbers(3, 2, 2))
    check_layer(layer.eval(), numbers(3, 2, 2))


def test_batch_norm_state():
    layer = nn.BatchNorm(2)
    layer(numbers(5, 2))
    assert list(layer.state_dict()) == ["weight", "bias", "running_mean", "running_var"]
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]
    other = nn.BatchNorm(2)
    other.load_state_dict(layer.state_dict())
    x = numbers(4, 2, seed=3)
    np.testing.assert_array_equal(other.eval()(x).data, layer.eval()(x).data)
    small = nn.BatchNorm(2).astype(np.float32)
    assert small(numbers(5, 2).astype(np.float32)).dtype == np.float32
    assert small.running_mean.dtype == small.running_var.dtype == np.float32


def test_batch_norm_mistakes():
    layer = nn.BatchNorm(3)
    for shape in ((3,), (5, 4), (3, 5, 5), ()):
        with pytest.raises(errors.ShapeError, match=r"BatchNorm\(3\) takes shape \(n, 3\)"):
            layer(np.ones(shape))
    before = layer.state_dict()
    for shape in ((1, 3), (0, 3)):
        with pytest.raises(errors.ShapeError, match=r"each feature has \d value"):
            layer(np.ones(shape))
    np.testing.assert_equal(layer.state_dict(), before)
    layer(np.ones((1, 3, 2)))
    layer.eval()(np.ones((1, 3)))


def test_dropout():
    x = np.ones((200, 50))
    layer = nn.Dropout(0.2, rng=0)
    first, second = np.array(layer(x)), np.array(layer(x))
    for y in (first, second):
        assert set(np.unique(y)) == {0.0, 1.25}
        assert abs((y == 0).mean() - 0.2) < 0.02
    assert not np.array_equal(first, second)
    again = nn.Dropout(0.2, rng=0)
    np.testing.assert_array_equal(again(x), first)
    np.testing.assert_array_equal(again(x), second)
    assert layer.eval()(x) is x
    assert nn.Dropout(0)(x) is x
    assert not np.any(nn.Dropout(1.0)(x))


def test_dropout_goes_on_from_its_state():
    x, layer = np.ones(50), nn.Dropout(rng=3)
    layer(x)
    state = layer.state_dict()
    assert list(state) == ["next_seed"]
    assert layer.parameters() == []
    expected = [layer(x) for _ in range(3)]
    other = nn.Dropout(rng=4)
    other.load_state_dict(state)
    np.testing.assert_array_equal([other(x) for _ in range(3)], expected)
    other.eval()(x)
    np.testing.assert_equal(other.state_dict(), layer.state_dict())
    nn.init.seed(3)
    np.testing.assert_equal(nn.Dropout().state_dict(), nn.Dropout(rng=3).state_dict())
    nn.init.seed()


def test_dropout_lets_gradients_through_what_was_kept():
    x = ng.tensor(np.ones(50), requires_grad=True)
    y = nn.Dropout(0.5, rng=1)(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.data)


# ---- attention
def attention_by_hand(layer, q, k, v, allowed=None):
    def of(linear, x):
        return x @ linear.weight.data + (0 if linear.bias is None else linear.bias.data)

    q, k, v = of(layer.query, q), of(layer.key, k), of(layer.value, v)
    d = layer.width // layer.heads
    heads = []
    for i in range(layer.heads):
        part = slice(i * d, (i + 1) * d)
        scores = q[..., part] @ np.swapaxes(k[..., part], -1, -2) / np.sqrt(d)
        if allowed is not None:
            scores = np.where(allowed, scores, -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        heads.append(weights / weights.sum(-1, keepdims=True) @ v[..., part])
    return of(layer.output, np.concatenate(heads, axis=-1))


def test_attention():
    layer = shaken(nn.MultiHeadAttention(6, heads=3, rng=0))
    q, k, v = numbers(2, 4, 6), numbers(2, 5, 6, seed=1), numbers(2, 5, 6, seed=2)
    np.testing.assert_allclose(layer(q).data, attention_by_hand(layer, q, q, q), rtol=1e-11)
    np.testing.assert_allclose(layer(q, k).data, attention_by_hand(layer, q, k, k), rtol=1e-11)
    np.testing.assert_allclose(layer(q, k, v).data, attention_by_hand(layer, q, k, v), rtol=1e-11)
    np.testing.assert_allclose(layer(q[0]).data, layer(q).data[0], rtol=1e-11)
    allowed = np.random.default_rng(3).random((4, 5)) < 0.7
    allowed[:, 0] = True
    np.testing.assert_allclose(layer(q, k, v, allowed).data, attention_by_hand(layer, q, k, v, allowed), rtol=1e-11)
    causal = layer(q, is_causal=True)
    np.testing.assert_allclose(causal.data, attention_by_hand(layer, q, q, q, np.tri(4, dtype=bool)), rtol=1e-11)
    changed = q.copy()
    changed[:, 2:] += 1  # the future does not reach back
    np.testing.assert_allclose(layer(changed, is_causal=True).data[:, :2], causal.data[:, :2], rtol=1e-11)


def test_attention_gradients_and_parts():
    layer = shaken(nn.MultiHeadAttention(4, heads=2, rng=0))
    check_layer(layer, numbers(3, 4), numbers(2, 4, seed=1))
    assert [path for path, _ in layer.named_modules()] == ["", "query", "key", "value", "output"]
    assert len(nn.MultiHeadAttention(4, 2, bias=False).parameters()) == 4
    weights = [linear.weight.tolist() for linear in layer.modules()[1:]]
    assert all(one != other for i, one in enumerate(weights) for other in weights[:i])


def test_attention_mistakes():
    with pytest.raises(errors.LayerSizeError, match="6 features cannot be shared out among 4 heads"):
        nn.MultiHeadAttention(6, 4)
    layer = nn.MultiHeadAttention(6, 3)
    with pytest.raises(errors.ShapeError, match=r"queries have shape \(6,\)"):
        layer(np.ones(6))
    with pytest.raises(errors.ShapeError, match=r"keys have shape \(2, 5\)"):
        layer(np.ones((2, 6)), np.ones((2, 5)))


# ---- activations
@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (nn.ReLU(), lambda x: np.maximum(x, 0)),
        (nn.Sigmoid(), lambda x: 1 / (1 + np.exp(-x))),
        (nn.Tanh(), np.tanh),
        (nn.LeakyReLU(0.1), lambda x: np.where(x > 0, x, 0.1 * x)),
        (nn.ELU(0.5), lambda x: np.where(x > 0, x, 0.5 * (np.exp(x) - 1))),
        (nn.SiLU(), lambda x: x / (1 + np.exp(-x))),
        (nn.Softplus(), lambda x: np.log(1 + np.exp(x))),
        (nn.GELU(), F.gelu),
        (nn.Softmax(), lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
        (nn.Softmax(axis=0), lambda x: np.exp(x) / np.exp(x).sum(0)),
    ],
)
def test_activations(layer, function):
    x = numbers(3, 4)
    np.testing.assert_allclose(layer(x), function(x), rtol=1e-12)
    check_layer(layer, x)
    assert layer.parameters() == []


# ---- made with
SEEDED = [
    lambda rng: nn.Linear(3, 2, rng=rng),
    lambda rng: nn.Conv2d(3, 2, 3, rng=rng),
    lambda rng: nn.Embedding(3, 2, rng=rng),
    lambda rng: nn.RNN(3, 2, rng=rng),
    lambda rng: nn.LSTM(3, 2, rng=rng),
    lambda rng: nn.MultiHeadAttention(4, 2, rng=rng),
]


@pytest.mark.parametrize("make", SEEDED)
def test_the_same_seed_gives_the_same_layer(make):
    np.testing.assert_equal(make(3).state_dict(), make(np.random.default_rng(3)).state_dict())
    with pytest.raises(AssertionError):
        np.testing.assert_equal(make(3).state_dict(), make(4).state_dict())
    nn.init.seed(3)
    first = make(None).state_dict()
    np.testing.assert_equal(first, make(3).state_dict())
    with pytest.raises(AssertionError):
        np.testing.assert_equal(first, make(None).state_dict())
    nn.init.seed()


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda init: nn.Linear(3, 2, init=init, rng=1), (3, 2)),
        (lambda init: nn.Conv2d(3, 2, 5, init=init, rng=1), (2, 3, 5, 5)),
        (lambda init: nn.Embedding(3, 2, init=init, rng=1), (3, 2)),
    ],
)
def test_any_initialiser(make, shape):
    for init in (nn.init.he_normal, nn.init.orthogonal, nn.init.ones):
        np.testing.assert_array_equal(make(init).weight.data, init(shape, rng=1))


WRONG = [
    (lambda: nn.Linear(0, 1), errors.LayerSizeError, "inputs is 0, but must be a whole number from 1 upwards"),
    (lambda: nn.Linear(1, 2.0), errors.LayerSizeError, "outputs is 2.0"),
    (lambda: nn.Embedding("3", 1), errors.LayerSizeError, "count is '3'"),
    (lambda: nn.Embedding(3, -1), errors.LayerSizeError, "width is -1"),
    (lambda: nn.Conv2d(1, True, 3), errors.LayerSizeError, "outputs is True"),
    (lambda: nn.Conv2d(1, 1, 0), errors.LayerSizeError, "size is 0"),
    (lambda: nn.Conv2d(1, 1, (1, 2, 3)), errors.LayerSizeError, r"size is \(1, 2, 3\)"),
    (lambda: nn.Conv2d(1, 1, 3, stride=0), errors.LayerSizeError, "stride is 0"),
    (lambda: nn.Conv2d(1, 1, 3, padding=-1), errors.LayerSizeError, "padding is -1"),
    (lambda: nn.Conv2d(1, 1, 3, dilation=1.5), errors.LayerSizeError, "dilation is 1.5"),
    (lambda: nn.Conv2d(4, 6, 3, groups=4), errors.LayerSizeError, "groups is 4.*4 channels in and the 6 out"),
    (lambda: nn.MaxPool2d(0), errors.LayerSizeError, "size is 0"),
    (lambda: nn.AvgPool2d(2, stride=(1, 0)), errors.LayerSizeError, r"stride is \(1, 0\)"),
    (lambda: nn.AvgPool2d(2, padding="x"), errors.LayerSizeError, "padding is 'x'"),
    (lambda: nn.LayerNorm(0), errors.LayerSizeError, "width is 0"),
    (lambda: nn.LayerNorm(3, eps=-1), errors.HyperparameterError, "eps is -1"),
    (lambda: nn.BatchNorm(None), errors.LayerSizeError, "features is None"),
    (lambda: nn.BatchNorm(3, momentum=1.5), errors.HyperparameterError, "momentum is 1.5"),
    (lambda: nn.Dropout(1.1), errors.HyperparameterError, "p is 1.1"),
    (lambda: nn.Dropout("half"), errors.HyperparameterError, "p is 'half'"),
    (lambda: nn.LeakyReLU(-1), errors.HyperparameterError, "negative_slope is -1"),
    (lambda: nn.ELU(float("nan")), errors.HyperparameterError, "alpha is nan"),
]


@pytest.mark.parametrize(("make", "error", "message"), WRONG)
def test_mistakes(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_how_they_read():
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.AvgPool2d(2, stride=1), nn.Flatten(), nn.Dropout(0.25), nn.LeakyReLU(), nn.LayerNorm(8),
        nn.Linear(8, 2, bias=False), nn.Softmax(axis=1), nn.Embedding(5, 3), nn.MultiHeadAttention(4, 2),
    )  # fmt: skip
    assert repr(net).splitlines() == [
        "Sequential()                                215 parameters",
        "  0 Conv2d(1, 8, 3, padding=1, bias=False)  72",
        "  1 BatchNorm(8)                            16",
        "  2 ReLU()",
        "  3 MaxPool2d(2)",
        "  4 AvgPool2d(2, stride=1)",
        "  5 Flatten()",
        "  6 Dropout(0.25)",
        "  7 LeakyReLU(0.01)",
        "  8 LayerNorm(8)                            16",
        "  9 Linear(8, 2, bias=False)                16",
        "  10 Softmax(axis=1)",
        "  11 Embedding(5, 3)                        15",
        "  12 MultiHeadAttention(4, heads=2)         80",
        "    query Linear(4, 4)                      20",
        "    key Linear(4, 4)                        20",
        "    value Linear(4, 4)                      20",
        "    output Linear(4, 4)                     20",
    ]


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: nn.Linear(3, 2), (4, 3)),
        (lambda: nn.Conv2d(3, 2, 2, padding=1), (2, 3, 4, 4)),
        (lambda: nn.MaxPool2d(2), (2, 3, 4, 4)),
        (lambda: nn.AvgPool2d(2), (2, 3, 4, 4)),
        (lambda: nn.LayerNorm(3), (4, 3)),
        (lambda: nn.BatchNorm(3), (4, 3)),
        (lambda: nn.BatchNorm(3).eval(), (4, 3)),
        (lambda: nn.Dropout(0.5), (4, 3)),
        (lambda: nn.MultiHeadAttention(4, 2), (3, 4)),
        (lambda: nn.Sequential(nn.Linear(3, 2), nn.GELU(), nn.ELU(), nn.LeakyReLU(), nn.SiLU(), nn.Softmax()), (4, 3)),
    ],
)
def test_float32_stays_float32(make, shape):
    layer = make().astype(np.float32)
    x = ng.tensor(numbers(*shape).astype(np.float32), requires_grad=True)
    y = layer(x)
    y.sum().backward()
    assert {y.dtype, x.grad.dtype, *(p.grad.dtype for p in layer.parameters())} == {np.dtype(np.float32)}


# ---- they learn
def train(net, loss, steps, lr):
    optimizer = ng.optim.Adam(net, lr=lr)
    losses = []
    for _ in range(steps):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


def test_a_small_convolutional_network_learns_to_tell_stripes():
    """Horizontal from vertical stripes at random places, in noise."""
    rng = np.random.default_rng(0)
    x = 0.3 * rng.standard_normal((60, 1, 6, 6))
    y = np.arange(60) % 2
    for image, kind, place in zip(x[:, 0], y, rng.integers(6, size=60), strict=True):
        if kind:
            image[place] += 1
        else:
            image[:, place] += 1
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, rng=0), nn.BatchNorm(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Dropout(0.1, rng=1), nn.Linear(36, 1, rng=2),
    )  # fmt: skip
    losses = train(net, lambda: F.mse_loss(net(x), (2.0 * y - 1).reshape(-1, 1)), 60, 0.02)
    assert losses[0] > 0.8
    assert losses[-1] < 0.2
    right = (net.eval()(x).data[:, 0] > 0) == y
    assert right.mean() > 0.95


def test_attention_learns_to_look_things_up():
    """Each sequence holds pairs of a marker and a value; the value beside the marker is asked for."""
    rng = np.random.default_rng(0)
    x = np.concatenate(
        [np.eye(5)[rng.permuted(np.tile(np.arange(5), (40, 1)), axis=1)], rng.random((40, 5, 3))], axis=2
    )
    marked = x[:, :, 0].argmax(1)
    y = x[np.arange(40), marked, 5:6]
    net = nn.Sequential(nn.MultiHeadAttention(8, 2, rng=0), lambda h: h.mean(axis=1), nn.Linear(8, 1, rng=1))
    losses = train(net, lambda: F.mse_loss(net(x), y), 200, 0.02)
    assert losses[-1] < 0.1 * losses[0]
    assert losses[-1] < 0.2 * y.var()
