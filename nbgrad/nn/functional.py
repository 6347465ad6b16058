"""Networks as functions of tensors: ``from nbgrad.nn import functional as F``.

>>> import numpy as np
>>> from nbgrad.nn import functional as F
>>> F.linear(np.ones((2, 3)), np.ones((3, 1)), np.zeros(1)).tolist()
[[3.0], [3.0]]
"""

from ..ops.elementwise import elu, erf, gelu, leaky_relu, log_sigmoid, relu, sigmoid, silu, softplus, tanh
from ..ops.neural import linear, mse_loss
from ..ops.reduction import logsumexp

__all__ = [
    "elu", "erf", "gelu", "leaky_relu", "linear", "log_sigmoid", "logsumexp", "mse_loss", "relu", "sigmoid", "silu",
    "softplus", "tanh",
]  # fmt: skip
