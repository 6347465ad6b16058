"""Gradient descent and automatic differentiation, shown.

>>> import nbgrad as ng
>>> x = ng.tensor(3.0, requires_grad=True)
>>> y = x * x
>>> y.backward()
>>> float(x.grad)
6.0

In a notebook, a cell that ends in ``y`` draws its graph, and ``ng.animate(y)`` plays the backward pass.
"""

from . import nn, optim, ops
from .core import errors
from .core.backward import Step, backward_steps
from .core.tensor import Tensor, no_grad, tensor
from .core.transforms import check_gradients, grad, hessian, value_and_grad

__version__ = "0.1.0"
