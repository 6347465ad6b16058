"""Networks as functions of tensors: ``from nbgrad.nn import functional as F``.

>>> import numpy as np
>>> from nbgrad.nn import functional as F
>>> F.linear(np.ones((2, 3)), np.ones((3, 1)), np.zeros(1)).tolist()
[[3.0], [3.0]]
"""

from ..ops.elementwise import relu, sigmoid, tanh
from ..ops.neural import linear, mse_loss

__all__ = ["linear", "mse_loss", "relu", "sigmoid", "tanh"]
