"""Gradients that can be differentiated are gradients to an optimiser, too."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import optim
from nbgrad.core import errors


@pytest.mark.parametrize("make", [optim.SGD, optim.Adam, lambda p, lr: optim.SGD(p, lr, momentum=0.9)])
def test_a_step_after_backward_with_create_graph_leaves_plain_numbers(make):
    x = ng.tensor([1.0, 2.0], requires_grad=True)
    optimizer = make([x], 0.1)
    for _ in range(3):
        optimizer.zero_grad()
        (x * x).sum().backward(create_graph=True)
        ng.optim.clip_grad_norm([x], 1.0)
        optimizer.step()
        assert type(x.data) is np.ndarray
    assert all(not isinstance(value, ng.Tensor) for memory in optimizer.memory for value in memory.values())


def test_a_learning_rate_is_checked_when_it_is_changed():
    optimizer = optim.SGD([ng.tensor(1.0, requires_grad=True)], 0.1)
    with pytest.raises(errors.LearningRateError, match="nan"):
        optimizer.lr = float("nan")
    assert optimizer.lr == 0.1
