"""Learning-rate schedules."""

import pickle
from math import cos, pi

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import optim
from nbgrad.core import errors


def optimizer(lr=0.8):
    return optim.SGD([ng.tensor(1.0, requires_grad=True)], lr)


def rates(factor, steps, lr=0.8):
    """The rates that the steps of a training are taken with."""
    descent = optimizer(lr)
    schedule = optim.Schedule(descent, factor)
    found = []
    for _ in range(steps):
        found.append(descent.lr)
        descent.params[0].grad = np.float64(0.0)
        descent.step()
        schedule.step()
    return found


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (optim.constant(), [0.8] * 5),
        (optim.constant(0.5), [0.4] * 5),
        (optim.step_decay(2, 0.5), [0.8, 0.8, 0.4, 0.4, 0.2]),
        (optim.exponential_decay(0.5), [0.8, 0.4, 0.2, 0.1, 0.05]),
        (optim.cosine_decay(3), [0.8 * (1 + cos(pi * t / 3)) / 2 for t in range(4)] + [0.0]),
        (optim.cosine_decay(2, end=0.5), [0.8, 0.6, 0.4, 0.4, 0.4]),
        (optim.linear_warmup(4), [0.0, 0.2, 0.4, 0.6, 0.8]),
        (optim.linear_warmup(2, start=0.5), [0.4, 0.6, 0.8, 0.8, 0.8]),
        (optim.chain((2, optim.linear_warmup(2)), (2, optim.exponential_decay(0.5))), [0.0, 0.4, 0.8, 0.4, 0.2]),
        (
            optim.chain((1, optim.constant(0.5)), (1, optim.constant(0.25)), (1, optim.constant())),
            [0.4, 0.2] + [0.8] * 3,
        ),
        (lambda t: 1 / (1 + t), [0.8, 0.4, 0.8 / 3, 0.2, 0.16]),
    ],
)
def test_rates(factor, expected):
    np.testing.assert_allclose(rates(factor, 5), expected, rtol=1e-14, atol=1e-16)


def test_a_schedule_can_be_looked_at_beforehand():
    descent = optimizer()
    schedule = optim.Schedule(descent, optim.exponential_decay(0.5))
    assert [schedule.rate(t) for t in (3, 0, 1)] == [0.1, 0.8, 0.4]
    assert descent.lr == 0.8
    assert repr(schedule) == "Schedule(lr=0.8 after 0 steps, from 0.8)"


def test_going_on_from_a_state():
    descent = optimizer()
    schedule = optim.Schedule(descent, optim.cosine_decay(10))
    for _ in range(4):
        schedule.step()
    state = schedule.state_dict()
    other = optimizer(lr=123.0)
    again = optim.Schedule(other, optim.cosine_decay(10))
    again.load_state_dict(state)
    assert other.lr == descent.lr
    again.step()
    schedule.step()
    assert other.lr == descent.lr
    with pytest.raises(errors.StateError, match=r"a schedule.*missing: 'steps'"):
        again.load_state_dict({"base": 1.0})
    assert other.lr == descent.lr


FACTORS = [
    optim.constant(0.5),
    optim.step_decay(2),
    optim.exponential_decay(0.9),
    optim.cosine_decay(3),
    optim.linear_warmup(3),
    optim.chain((2, optim.linear_warmup(2)), (3, optim.cosine_decay(3))),
]


@pytest.mark.parametrize("factor", FACTORS)
def test_a_schedule_can_be_pickled(factor):
    schedule = optim.Schedule(optimizer(), factor)
    schedule.step()
    copy = pickle.loads(pickle.dumps(schedule))
    assert (copy.steps, copy.optimizer.lr) == (1, schedule.optimizer.lr)
    assert [copy.rate(t) for t in range(6)] == [schedule.rate(t) for t in range(6)]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.Schedule(optimizer(), 0.5), "factor is 0.5, but must be a function"),
        (lambda: optim.Schedule(optimizer(), lambda t: -1.0), "factor after 0 steps is -1.0"),
        (lambda: optim.Schedule(optimizer(), lambda t: None), "factor after 0 steps is None"),
        (lambda: optim.step_decay(0), "every is 0"),
        (lambda: optim.step_decay(1.5), "every is 1.5"),
        (lambda: optim.step_decay(2, factor=-1), "factor is -1"),
        (lambda: optim.exponential_decay(float("nan")), "factor is nan"),
        (lambda: optim.cosine_decay(True), "steps is True"),
        (lambda: optim.cosine_decay(10, end=-0.1), "end is -0.1"),
        (lambda: optim.linear_warmup(10, start="x"), "start is 'x'"),
        (lambda: optim.constant(-2), "value is -2"),
        (lambda: optim.chain(), "pairs of a number of steps and a schedule"),
        (lambda: optim.chain(optim.constant()), "pairs"),
        (lambda: optim.chain((0, optim.constant())), "a part's length is 0"),
    ],
)
def test_mistakes(make, message):
    with pytest.raises(errors.HyperparameterError, match=message):
        make()


def test_a_step_that_fails_leaves_the_schedule_where_it_was():
    descent = optimizer()
    schedule = optim.Schedule(descent, lambda t: 1.0 if t < 1 else float("nan"))
    for _ in range(2):
        with pytest.raises(errors.HyperparameterError, match="after 1 steps is nan"):
            schedule.step()
    assert (schedule.steps, descent.lr) == (0, 0.8)
