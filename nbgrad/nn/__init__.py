"""Building blocks of networks: functions (``F``), modules, initial weights, and files that keep them.

>>> import numpy as np
>>> import nbgrad as ng
>>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
>>> y = np.array([[0.0], [1.0], [1.0], [0.0]])  # exclusive or
>>> net = ng.nn.Sequential(ng.nn.Linear(2, 8, rng=0), ng.nn.Tanh(), ng.nn.Linear(8, 1, rng=1))
>>> optimizer = ng.optim.Adam(net.parameters(), lr=0.05)
>>> for _ in range(300):
...     loss = ng.nn.functional.mse_loss(net(X), y)
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()
>>> [round(abs(float(p)), 1) for p in net(X).data[:, 0]]
[0.0, 1.0, 1.0, 0.0]
"""

from . import functional, init
from .activations import ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from .attention import MultiHeadAttention
from .containers import ModuleList, Sequential
from .convolution import AvgPool2d, Conv2d, MaxPool2d
from .layers import Embedding, Flatten, Linear
from .module import Module
from .normalisation import BatchNorm, Dropout, LayerNorm
from .recurrent import LSTM, RNN
from .saving import load, load_metadata, save

__all__ = [
    "ELU",
    "GELU",
    "LSTM",
    "RNN",
    "AvgPool2d",
    "BatchNorm",
    "Conv2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "Module",
    "ModuleList",
    "MultiHeadAttention",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "functional",
    "init",
    "load",
    "load_metadata",
    "save",
]
