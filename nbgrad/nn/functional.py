"""Networks as functions of tensors: ``from nbgrad.nn import functional as F``.

>>> import numpy as np
>>> import nbgrad as ng
>>> from nbgrad.nn import functional as F
>>> W = ng.tensor(np.zeros((2, 3)), requires_grad=True)
>>> loss = F.cross_entropy(F.linear(np.array([[1.0, -1.0]]), W), np.array([2]))
>>> loss.backward()
>>> W.grad.round(2).tolist()
[[0.33, 0.33, -0.67], [-0.33, -0.33, 0.67]]
"""

from ..ops.elementwise import elu, erf, gelu, leaky_relu, log_sigmoid, relu, sigmoid, silu, softplus, tanh
from ..ops.neural import (
    avg_pool2d,
    avg_unpool2d,
    batch_norm,
    binary_cross_entropy_with_logits,
    conv1d,
    conv2d,
    conv2d_weight,
    conv_transpose2d,
    cross_entropy,
    dropout,
    embedding,
    huber_loss,
    l1_loss,
    layer_norm,
    linear,
    log_softmax,
    max_pool2d,
    max_unpool2d,
    mse_loss,
    one_hot,
    scaled_dot_product_attention,
    softmax,
)
from ..ops.reduction import logsumexp

__all__ = [
    "avg_pool2d", "avg_unpool2d", "batch_norm", "binary_cross_entropy_with_logits", "conv1d", "conv2d",
    "conv2d_weight", "conv_transpose2d", "cross_entropy", "dropout", "elu", "embedding", "erf", "gelu", "huber_loss",
    "l1_loss", "layer_norm", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "logsumexp", "max_pool2d",
    "max_unpool2d", "mse_loss", "one_hot", "relu", "scaled_dot_product_attention", "sigmoid", "silu", "softmax",
    "softplus", "tanh",
]  # fmt: skip
