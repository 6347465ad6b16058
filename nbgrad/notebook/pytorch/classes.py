"""What the layers of ``torch.nn`` compute, where their parameters alone do not tell it.

A record does not know which module it was made in. That an operation used a module's parameter says much, but not all:
a penalty on weights uses them, too, and the last steps of a recurrent cell use none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# The operations of which a module of a class can tell that they are its own, where it shares its parameter.
OF_CLASSES = {
    "embedding": "Embedding", "embedding_bag": "EmbeddingBag", "bilinear": "Bilinear", "convolution": "_ConvNd",
    **dict.fromkeys(("linear", "mm", "addmm", "matmul", "bmm"), "Linear"),
}  # fmt: skip

# All that classes do with their parameters themselves.
NORMS = ("batch_norm", "repeat")
PRODUCTS = ("mm", "matmul", "bmm")  # of a weight that was turned before
OWN = {
    "Linear": ("linear", "addmm", "mv", "addmv", *PRODUCTS),
    "Embedding": ("embedding",),
    "EmbeddingBag": ("embedding_bag",),
    "_ConvNd": ("convolution",),
    "_BatchNorm": NORMS,
    "_InstanceNorm": NORMS,
    "LayerNorm": ("layer_norm",),
    "GroupNorm": ("group_norm",),
    "PReLU": ("prelu",),
}

AT_ONCE = ("linear", "addmm", "mm", "convolution", "batch_norm", "layer_norm", "group_norm")  # with weight and bias

# What classes compute after the last operation on their parameters: one of several sequences.
GATED = ("sigmoid", "sigmoid", "tanh", "sigmoid", "mul", "mul", "add", "tanh", "mul")
RESIDUAL = (("add",), ("mul", "add"))  # the second with dropout
AFTER = {
    "RNNCell": (("add", "tanh"), ("add", "relu")),
    "LSTMCell": (("add", "split", *GATED),),
    "GRUCell": (
        ("split", "add", "sigmoid", "add", "sigmoid", "mul", "add", "tanh", "sub", "mul", "add"),
    ),
}  # fmt: skip
STEPS = {"RNN": "RNNCell", "LSTM": "LSTMCell", "GRU": "GRUCell"}  # each step of a layer is as a call of the cell
NORM_FIRST = ("TransformerEncoderLayer", "TransformerDecoderLayer")  # with norm_first, they end with a sum
TURNED = (("dim0", "1"), ("dim1", "0"))  # what an attention with batch_first begins and ends with


def runs(module: Any) -> str:
    """The class of ``torch.nn`` whose ``forward`` a module runs; "" for one of the user's own, and for none.

    >>> runs(None)
    ''
    """
    for one in type(module).__mro__:
        if "forward" in vars(one):
            return one.__name__ if one.__module__.startswith("torch.nn.") else ""
    return ""


def ancestors(module: Any) -> list[str]:
    """The names of a module's class and of those that it is made from."""
    return [one.__name__ for one in type(module).__mro__]


def is_own(module: Any, op: str, is_turned: bool, used: int) -> bool:
    """Whether an operation on a module's parameters may be the module's own.

    is_turned: whether it uses one in another layout, as a linear layer does: the product with a weight as it is, is a
    step of a backward pass. used: how many it uses; a layer uses its bias where it uses its weight.

    >>> is_own(None, "square", False, 1)
    True
    """
    named = ancestors(module) if runs(module) else []
    kind = next((name for name in OWN if name in named), None)
    if kind is None:
        return True
    is_whole = op not in AT_ONCE or used >= _trained(module)
    return op in OWN[kind] and is_whole and (kind != "Linear" or is_turned or op not in PRODUCTS)


def _trained(module: Any) -> int:
    """How many of a layer's weight and bias need a gradient: a record tells of no others."""
    both = (module._parameters.get(name) for name in ("weight", "bias"))
    return sum(parameter is not None and parameter.requires_grad for parameter in both)


def ends_with(module: Any) -> Sequence[Sequence[str]]:
    """The sequences of operations, one of which a module computes after the last one on its parameters."""
    kind = runs(module)
    if kind in NORM_FIRST and module.norm_first:
        return RESIDUAL
    return AFTER.get(kind, ())


def step_of(module: Any) -> Sequence[Sequence[str]]:
    """The sequences of operations, one of which a recurrent layer computes at each step after the product with its
    state."""
    return AFTER.get(STEPS.get(next((kind for kind in STEPS if kind in ancestors(module)), ""), ""), ())


def is_cell(module: Any) -> bool:
    """Whether a module is a recurrent cell of PyTorch's."""
    return runs(module) in AFTER


def turns(module: Any) -> bool:
    """Whether a module turns what it is given, and what it gives: the axis of the batch comes first there."""
    return runs(module) == "MultiheadAttention" and bool(module.batch_first)
