"""As much of PyTorch as a drawing looks at: tensors, and the records of how they were computed."""

from __future__ import annotations

import types

import numpy as np


class Tensor:
    """An array with a record. As in PyTorch, a result's gradient is not kept."""

    output_nr = 0
    retains_grad = False

    def __init__(self, numbers, requires_grad=False, grad_fn=None):
        self.numbers = np.asarray(numbers)
        self.shape, self.dtype, self.ndim = self.numbers.shape, f"torch.{self.numbers.dtype}", self.numbers.ndim
        self.requires_grad = requires_grad or grad_fn is not None
        self.grad_fn = grad_fn
        self.is_leaf = grad_fn is None
        self.grad = None

    def is_inference(self):
        return False

    def numel(self):
        return self.numbers.size

    def detach(self):
        return self

    cpu = resolve_conj = resolve_neg = detach

    def numpy(self):
        return self.numbers


class Module:
    """Nothing but the name of the class."""


class Record:
    """A ``grad_fn``. saved: what it keeps, by PyTorch's names for it."""

    count = 0

    def __init__(self, name, operands=(), shape=(), **saved):
        self.called, self.shape = name, shape
        self.next_functions = tuple((operand, 0) for operand in operands)
        self._input_metadata = (types.SimpleNamespace(shape=list(shape), dtype="torch.float64"),)
        self.number = Record.count
        Record.count += 1
        for key, value in saved.items():
            setattr(self, key, value)

    def name(self):
        return self.called

    def _sequence_nr(self):
        return self.number


def leaf(tensor):
    """The record that gathers the gradient of a leaf."""
    record = Record("torch::autograd::AccumulateGrad", shape=tensor.shape, variable=tensor)
    record.number = 2**64 - 1
    return record


def module():
    """What stands in ``sys.modules``."""
    return types.SimpleNamespace(Tensor=Tensor, nn=types.SimpleNamespace(Module=Module))
