"""What all optimisers share: dtypes, scalars, memory, states, and what they refuse."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import optim
from nbgrad.core import errors

ALL = {
    "SGD": lambda params: optim.SGD(params, 0.1),
    "momentum": lambda params: optim.SGD(params, 0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "Adagrad": lambda params: optim.Adagrad(params, 0.1, weight_decay=0.01),
    "RMSprop": lambda params: optim.RMSprop(params, 0.1, momentum=0.5, weight_decay=0.01),
    "Adam": lambda params: optim.Adam(params, 0.1, weight_decay=0.01),
    "AdamW": lambda params: optim.AdamW(params, 0.1),
}
WITH_MEMORY = [name for name in ALL if name != "SGD"]
each = pytest.mark.parametrize("name", ALL)


def leaf(data, **options):
    return ng.tensor(data, requires_grad=True, **options)


def one_step(optimizer, loss):
    optimizer.zero_grad()
    loss().backward()
    optimizer.step()


@each
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3)])
def test_dtype_and_shape_are_kept(name, dtype, shape):
    x = leaf(np.ones(shape, dtype))
    optimizer = ALL[name]([x])
    optimizer.lr = np.float64(0.1)
    for _ in range(2):
        one_step(optimizer, lambda: (x * x).sum())
    assert (x.dtype, x.shape) == (dtype, shape)
    for memory in optimizer.memory:
        assert all(np.shape(value) == shape and value.dtype == dtype for key, value in memory.items() if key != "steps")


@each
def test_a_number_moves_as_an_array_of_one(name):
    x, y = leaf(3.0), leaf([3.0])
    first, second = ALL[name]([x]), ALL[name]([y])
    for _ in range(4):
        one_step(first, lambda: x * x)
        one_step(second, lambda: (y * y).sum())
    assert x.item() == y.data[0] != 3.0
    assert type(x.data) is np.float64


@each
def test_a_step_makes_new_arrays(name):
    """A graph made before the step, and whoever kept the gradient, still hold the numbers of that moment."""
    x = leaf([2.0, -1.0])
    optimizer = ALL[name]([x])
    for _ in range(2):
        optimizer.zero_grad()
        y = (x * x).sum()
        y.backward()
        data, gradient = x.data, x.grad
        before = data.copy(), gradient.copy()
        optimizer.step()
        assert x.data is not data
        np.testing.assert_array_equal((data, gradient), before)


@each
def test_the_loss_falls(name):
    x = leaf([3.0, -2.0])
    optimizer = ALL[name]([x])
    optimizer.lr = 0.5 if name == "Adagrad" else 0.03  # its steps shrink by themselves
    for _ in range(400):
        one_step(optimizer, lambda: ((x - 1) ** 2).sum())
    assert float(((x - 1) ** 2).sum()) < 0.01


@each
def test_without_a_gradient_nothing_moves_and_nothing_is_remembered(name):
    x, y = leaf([1.0]), leaf([2.0])
    optimizer = ALL[name]([x, y])
    for _ in range(3):
        one_step(optimizer, lambda: (x * 3).sum())
    assert y.item() == 2.0
    assert optimizer.memory[1] == {}
    late = ALL[name]([leaf([2.0])])
    for other in (optimizer, late):  # the first step that counts is its own first step
        p = other.params[-1]
        one_step(other, lambda p=p: (p * 5).sum())
    assert y.item() == late.params[0].item()


@each
def test_the_rate_can_be_changed(name):
    x, y = leaf([1.0]), leaf([1.0])
    first, second = ALL[name]([x]), ALL[name]([y])
    for _ in range(2):
        second.lr = first.lr = first.lr / 2
        one_step(first, lambda: (x * x).sum())
        one_step(second, lambda: (y * y).sum())
        assert x.item() == y.item()
    second.lr = 0.5
    one_step(first, lambda: (x * x).sum())
    one_step(second, lambda: (y * y).sum())
    assert x.item() != y.item()


# ---- states
@each
def test_going_on_from_a_state_is_going_on(name):
    x = leaf([3.0, -2.0])
    y = leaf(1.5)
    optimizer = ALL[name]([x, y])

    def loss(x, y):
        return ((x - 1) ** 2).sum() * y * y

    for _ in range(3):
        one_step(optimizer, lambda: loss(x, y))
    state = optimizer.state_dict()
    x2, y2 = leaf(x), leaf(y)
    other = type(optimizer)([x2, y2], 0.7)  # none of the options: they are in the state
    other.load_state_dict(state)
    assert repr(other) == repr(optimizer)
    for _ in range(3):
        one_step(optimizer, lambda: loss(x, y))
        one_step(other, lambda: loss(x2, y2))
    np.testing.assert_array_equal(x.data, x2.data)
    assert y.item() == y2.item()
    again = type(optimizer)([leaf(x), leaf(y)], 0.7)
    again.load_state_dict(state)  # steps since then have not changed it
    assert {k: np.array(v).tolist() for k, v in again.state_dict().items()} == {
        k: np.array(v).tolist() for k, v in state.items()
    }


def test_what_a_state_holds():
    x = leaf([3.0, -2.0])
    optimizer = optim.Adam([x, leaf(1.0)], 0.1)
    assert optimizer.state_dict() == {"lr": 0.1, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0}
    one_step(optimizer, lambda: (x * x).sum())
    state = optimizer.state_dict()
    assert list(state) == ["lr", "betas", "eps", "weight_decay", "0.steps", "0.mean", "0.square"]
    np.testing.assert_allclose(state["0.mean"], [0.6, -0.4], rtol=1e-15)
    assert state["0.steps"] == 1


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda s: s.pop("eps"), errors.StateError, r"Adam.*nothing was loaded.*missing: 'eps'"),
        (lambda s: s.pop("0.mean"), errors.StateError, "missing: '0.mean'"),
        (lambda s: s.update({"1.mean": [1.0, 2.0]}), errors.StateError, "not known here: '1.mean'"),
        (lambda s: s.update({"0.velocity": [1.0, 2.0]}), errors.StateError, "not known here: '0.velocity'"),
        (lambda s: s.update({"0.mean": [1.0]}), errors.StateError, r"'0.mean' has shape \(1,\) instead of \(2,\)"),
        (lambda s: s.update({"betas": 0.9}), errors.StateError, r"'betas' has shape \(\) instead of \(2,\)"),
        (lambda s: s.update({"lr": "fast"}), errors.UnsupportedDataError, "'lr' in the state"),
        (lambda s: s.update({3: 1.0}), errors.NotAStateError, "3 is int"),
    ],
)
def test_states_that_do_not_fit_change_nothing(change, error, message):
    x = leaf([3.0, -2.0])
    optimizer = optim.Adam([x], 0.1)
    one_step(optimizer, lambda: (x * x).sum())
    state = optimizer.state_dict()
    wrong = {**state, "lr": 0.5, "0.steps": 7}
    change(wrong)
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(wrong)
    np.testing.assert_equal(optimizer.state_dict(), state)


@pytest.mark.parametrize("wrong", [None, [1, 2], "state"])
def test_what_is_no_state(wrong):
    with pytest.raises(errors.NotAStateError, match="dictionary"):
        optim.SGD([leaf(1.0)], 0.1).load_state_dict(wrong)


def test_a_long_list_of_what_is_missing_is_cut():
    state = {f"w{i}": 0.0 for i in range(20)}
    with pytest.raises(errors.StateError, match="'w7' and 12 more"):
        optim.SGD([leaf(1.0)], 0.1).load_state_dict(state)


# ---- gradients that are no numbers
@pytest.mark.parametrize("name", WITH_MEMORY)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_moves_nothing(name, bad):
    x, W = leaf([1.0, 2.0]), leaf([3.0, 4.0, 5.0], name="W")
    optimizer = ALL[name]([x, W])
    one_step(optimizer, lambda: (x * x).sum() + (W * W).sum())
    before, data = optimizer.state_dict(), (x.data, W.data)
    W.grad = np.array([1.0, bad, bad])
    with pytest.raises(errors.NonFiniteError, match=r"parameter 1 \(W\) of shape \(3,\) holds 2 numbers that are NaN"):
        optimizer.step()
    assert x.data is data[0]
    assert W.data is data[1]
    np.testing.assert_equal(optimizer.state_dict(), before)


def test_plain_descent_does_not_look_but_one_can():
    x = leaf(1.0, name="x")
    optimizer = optim.SGD([x], 0.1)
    x.grad = np.float64("nan")
    with pytest.raises(errors.NonFiniteError, match=r"\(x\) of shape \(\) holds 1 number that is NaN"):
        optim.check_finite(optimizer.params)
    optimizer.step()
    assert np.isnan(x.item())


# ---- arguments
@each
def test_parameters_are_checked(name):
    W = leaf([1.0], name="W")
    with pytest.raises(errors.NoGradientError, match=r"write \[W\]"):
        ALL[name](W)
    with pytest.raises(errors.NoGradientError, match="parameter 1"):
        ALL[name]([W, W * 2])
    with pytest.raises(errors.DuplicateParameterError, match=r"parameters 0 and 2 are the same tensor \(W\)"):
        ALL[name]([W, leaf(1.0), W])
    ALL[name]([W, leaf([1.0])])  # equal numbers are not the same parameter


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: optim.SGD(p, 0.1, momentum=1.0), "momentum is 1.0.*less than 1.*0.9"),
        (lambda p: optim.SGD(p, 0.1, momentum=-0.1), "momentum is -0.1"),
        (lambda p: optim.SGD(p, 0.1, weight_decay=-1), "weight_decay is -1"),
        (lambda p: optim.SGD(p, 0.1, weight_decay=float("inf")), "weight_decay is inf"),
        (lambda p: optim.SGD(p, 0.1, nesterov=True), "needs one; pass momentum=0.9"),
        (lambda p: optim.Adagrad(p, eps=-1), "eps is -1"),
        (lambda p: optim.RMSprop(p, alpha=1), "alpha is 1"),
        (lambda p: optim.RMSprop(p, momentum="much"), "momentum is 'much'"),
        (lambda p: optim.Adam(p, betas=0.9), "betas is 0.9, but must be two numbers"),
        (lambda p: optim.Adam(p, betas=(0.9, 1.0)), r"betas\[1\] is 1.0"),
        (lambda p: optim.Adam(p, betas=(float("nan"), 0.9)), r"betas\[0\] is nan"),
        (lambda p: optim.AdamW(p, weight_decay=None), "weight_decay is None"),
    ],
)
def test_hyperparameters_are_checked(make, message):
    with pytest.raises(errors.HyperparameterError, match=message):
        make([leaf(1.0)])


def test_they_read_well():
    x = [leaf(1.0)]
    assert repr(optim.SGD(x, 0.1)) == "SGD(1 parameters, lr=0.1)"
    assert repr(optim.SGD(x, 0.1, momentum=0.9, nesterov=True)) == (
        "SGD(1 parameters, lr=0.1, momentum=0.9, nesterov=True)"
    )
    assert repr(optim.Adam(x)) == "Adam(1 parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-08)"


def test_an_optimizer_that_does_not_say_how_to_move():
    x = leaf(1.0)
    optimizer = optim.Optimizer([x], 0.1)
    x.grad = np.float64(1.0)
    with pytest.raises(NotImplementedError, match="moved"):
        optimizer.step()
