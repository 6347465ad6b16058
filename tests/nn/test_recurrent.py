"""Recurrent layers against their equations in plain NumPy, and their gradients."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import nn
from nbgrad.core import errors

X = np.random.default_rng(0).standard_normal((2, 4, 3))  # batch, steps, inputs


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def shaken(layer):
    """The layer with all its parameters, biases too, off their beginnings."""
    rng = np.random.default_rng(1)
    for p in layer.parameters():
        p.data = p.data + 0.3 * rng.standard_normal(p.shape)
    return layer


def rnn_by_hand(layer, x, h, act=np.tanh):
    W, U, b = (p.data for p in layer.parameters())
    states = []
    for t in range(x.shape[1]):
        h = act(x[:, t] @ W + h @ U + b)
        states.append(h)
    return np.array(states).transpose(1, 0, 2), h


def lstm_by_hand(layer, x, h, c):
    n = layer.units
    W, U, b = (p.data for p in layer.parameters())
    W_i, W_f, W_g, W_o = (W[:, k * n : (k + 1) * n] for k in range(4))
    U_i, U_f, U_g, U_o = (U[:, k * n : (k + 1) * n] for k in range(4))
    b_i, b_f, b_g, b_o = b.reshape(4, n)
    states = []
    for t in range(x.shape[1]):
        x_t = x[:, t]
        i, f = sigmoid(x_t @ W_i + h @ U_i + b_i), sigmoid(x_t @ W_f + h @ U_f + b_f)
        g, o = np.tanh(x_t @ W_g + h @ U_g + b_g), sigmoid(x_t @ W_o + h @ U_o + b_o)
        c = f * c + i * g
        h = o * np.tanh(c)
        states.append(h)
    return np.array(states).transpose(1, 0, 2), h, c


@pytest.mark.parametrize(("activation", "act"), [("tanh", np.tanh), ("relu", lambda x: np.maximum(x, 0))])
def test_rnn(activation, act):
    layer = shaken(nn.RNN(3, 5, activation=activation, rng=0))
    states, last = layer(X)
    expected, h = rnn_by_hand(layer, X, np.zeros((2, 5)), act)
    np.testing.assert_allclose(states.data, expected, rtol=1e-12)
    np.testing.assert_allclose(last.data, h, rtol=1e-12)


def test_lstm():
    layer = shaken(nn.LSTM(3, 5, rng=0))
    states, (h, c) = layer(X)
    expected = lstm_by_hand(layer, X, np.zeros((2, 5)), np.zeros((2, 5)))
    for ours, by_hand in zip((states, h, c), expected, strict=True):
        np.testing.assert_allclose(ours.data, by_hand, rtol=1e-12)


@pytest.mark.parametrize("make", [nn.RNN, nn.LSTM])
def test_a_sequence_in_two_pieces_is_the_sequence(make):
    layer = shaken(make(3, 5, rng=0))
    whole, last = layer(X)
    first, state = layer(X[:, :2])
    second, other = layer(X[:, 2:], state)
    np.testing.assert_array_equal(np.concatenate([first.data, second.data], axis=1), whole.data)
    np.testing.assert_array_equal(np.array(other), np.array(last))


@pytest.mark.parametrize("make", [nn.RNN, nn.LSTM])
def test_without_a_batch_and_with_two(make):
    layer = shaken(make(3, 5, rng=0))
    whole, _ = layer(X)
    single, _ = layer(X[1])
    np.testing.assert_allclose(single.data, whole.data[1], rtol=1e-13)
    many, _ = layer(X.reshape(2, 1, 4, 3))
    np.testing.assert_allclose(many.data, whole.data[:, None], rtol=1e-13)


@pytest.mark.parametrize("make", [nn.RNN, nn.LSTM])
def test_gradients(make):
    layer = shaken(make(3, 2, rng=0))
    weights = np.random.default_rng(2).standard_normal((2, 4, 2))
    names = [name for name, _ in layer.named_parameters()]

    def loss(x, *values):
        for name, value in zip(names, values, strict=True):
            object.__setattr__(layer, name, value)
        return (layer(x)[0] * weights).sum()

    ng.check_gradients(loss, X, *[p.data for p in layer.parameters()])


@pytest.mark.parametrize("make", [nn.RNN, nn.LSTM])
def test_float32_stays(make):
    layer = make(3, 5, rng=0).astype(np.float32)
    states, _ = layer(X.astype(np.float32))
    assert states.dtype == np.float32


def test_how_they_begin():
    layer = nn.LSTM(3, 4, rng=0)
    assert layer.bias.data.reshape(4, 4).tolist() == [[0] * 4, [1] * 4, [0] * 4, [0] * 4]
    for k in range(4):
        U = layer.hidden_weight.data[:, 4 * k : 4 * k + 4]
        np.testing.assert_allclose(U @ U.T, np.eye(4), atol=1e-12)
    U = nn.RNN(3, 4, rng=0).hidden_weight.data
    np.testing.assert_allclose(U @ U.T, np.eye(4), atol=1e-12)
    for make in (nn.RNN, nn.LSTM):
        np.testing.assert_equal(make(3, 4, rng=7).state_dict(), make(3, 4, rng=7).state_dict())
        assert not np.array_equal(make(3, 4, rng=7).input_weight.data, make(3, 4, rng=8).input_weight.data)


def test_an_rnn_learns_to_remember():
    """Whether the first number of a sequence was positive is asked at its end."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((64, 5, 1))
    y = (x[:, 0] > 0) * 2.0 - 1
    for make in (nn.RNN, nn.LSTM):
        layer, read = make(1, 8, rng=1), nn.Linear(8, 1, rng=2)
        optimizer = ng.optim.Adam([*layer.parameters(), *read.parameters()], lr=0.02)
        losses = []
        for _ in range(150):
            states, _ = layer(x)
            loss = ((read(states[:, -1]) - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[0] > 0.9
        assert losses[-1] < 0.2


@pytest.mark.parametrize("make", [nn.RNN, nn.LSTM])
def test_what_is_no_sequence(make):
    layer = make(3, 5)
    for wrong in (np.ones(3), np.ones((2, 0, 3)), np.float64(1.0)):
        with pytest.raises(errors.ShapeError, match=rf"{make.__name__} reads a sequence.*this one has shape"):
            layer(wrong)
    with pytest.raises(errors.ShapeError, match=r"input_weight of shape \(3, "):
        layer(np.ones((2, 4, 7)))


def test_mistakes():
    for make in (nn.RNN, nn.LSTM):
        for wrong in (0, -1, 2.0, True, "3", None):
            with pytest.raises(errors.LayerSizeError, match="inputs is"):
                make(wrong, 5)
            with pytest.raises(errors.LayerSizeError, match="units is"):
                make(3, wrong)
    with pytest.raises(errors.HyperparameterError, match="activation is 'sin'"):
        nn.RNN(3, 5, activation="sin")
    assert repr(nn.RNN(3, 5, activation="relu")) == "RNN(3, 5, 'relu')  45 parameters"
    assert repr(nn.LSTM(3, 5)) == "LSTM(3, 5)  180 parameters"
