"""What a ``Sequential`` computes before the first of its layers that has parameters, and after the last one.

It calls its layers one after the other and does nothing else, so what those without parameters compute is its own.
Operations that only lay out numbers anew are left out here: those of neighbours may be drawn as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, product, takewhile
from typing import Any

import numpy as np

from .classes import ancestors, runs

Sequences = Sequence[Sequence[str]]  # one of these sequences of operations is computed

# What layers without parameters compute. At an end of a Sequential, one that is not here, and what lies beyond it, is
# drawn outside.
COMPUTED = {
    "AdaptiveAvgPool1d": "adaptive_avg_pool2d", "AdaptiveAvgPool2d": "adaptive_avg_pool2d",
    "AdaptiveMaxPool1d": "adaptive_max_pool2d", "AdaptiveMaxPool2d": "adaptive_max_pool2d",
    "AvgPool1d": "avg_pool2d", "AvgPool2d": "avg_pool2d",
    "BatchNorm1d": "batch_norm", "BatchNorm2d": "batch_norm", "CELU": "celu", "Dropout": "dropout",
    "Dropout1d": "dropout", "Dropout2d": "dropout", "Dropout3d": "dropout", "ELU": "elu", "Flatten": "",
    "GELU": "gelu", "GLU": "glu", "Hardshrink": "hardshrink", "Hardsigmoid": "hardsigmoid", "Hardswish": "hardswish",
    "Hardtanh": "hardtanh", "Identity": "", "LayerNorm": "layer_norm", "LeakyReLU": "leaky_relu",
    "LogSigmoid": "log_sigmoid", "LogSoftmax": "log_softmax", "MaxPool1d": "max_pool2d", "MaxPool2d": "max_pool2d",
    "Mish": "mish", "PixelShuffle": "pixel_shuffle", "RReLU": "rrelu", "ReLU": "relu", "ReLU6": "hardtanh",
    "ReflectionPad2d": "reflection_pad2d", "ReplicationPad2d": "replication_pad2d", "SELU": "elu", "SiLU": "silu",
    "Sigmoid": "sigmoid", "Softmax": "softmax", "Softmax2d": "softmax", "Softmin": "neg softmax",
    "Softplus": "softplus", "Softshrink": "softshrink", "Softsign": "abs add div", "Tanh": "tanh",
    "Tanhshrink": "tanh sub", "Threshold": "threshold", "Unflatten": "", "Upsample": "", "ZeroPad2d": "pad",
}  # fmt: skip
AT_RANDOM = ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d")  # these compute nothing in evaluation
MASK = "× mask of "
UPSAMPLING = ("nearest2d", "bilinear2d", "nearest1d", "linear1d")  # depending on what is given


def is_chain(module: Any) -> bool:
    """Whether a module only calls those in it, one after the other, and hands on what each of them gives.

    >>> is_chain(None)
    False
    """
    return runs(module) == "Sequential"


def after(module: Any) -> Sequences:
    """What a ``Sequential`` computes after the last of its layers that has parameters; nothing of another module.

    >>> list(after(None))
    []
    """
    return _all_of(_computed_first(_beyond(list(module)))) if is_chain(module) else ()


def before(module: Any) -> Sequences:
    """What a ``Sequential`` computes before the first of its layers that has parameters, the last operation first;
    nothing of another module."""
    if not is_chain(module):
        return ()
    return [sequence[::-1] for sequence in _all_of(_computed_first(_beyond(list(module)[::-1]))[::-1])]


def is_open(module: Any) -> bool:
    """Whether the last layer with parameters of a ``Sequential`` is of a class of the user's own, which may compute
    anything after what it does with them."""
    layers = [layer for layer in module if _has_parameters(layer)] if is_chain(module) else []
    return bool(layers) and (runs(layers[-1]) == "" or is_open(layers[-1]))


def _has_parameters(layer: Any) -> bool:
    return any(True for _ in layer.parameters())


def _beyond(layers: list[Any]) -> list[Any]:
    """The layers behind the last one that has parameters."""
    last = max((place for place, layer in enumerate(layers) if _has_parameters(layer)), default=len(layers))
    return layers[last + 1 :]


def _computed_first(layers: list[Any]) -> list[Sequences]:
    """What each of some layers without parameters computes, up to one of which that is not known."""
    return list(takewhile(bool, map(_computed, layers)))


def _computed(layer: Any) -> Sequences:
    """What a layer without parameters computes; nothing where that is not known."""
    if is_chain(layer):
        several = [_computed(inner) for inner in layer]
        return _all_of(several) if all(several) else ()
    named = ancestors(layer) if runs(layer) else []
    kind = next((name for name in named if name in COMPUTED), "")
    if kind == "Upsample":
        return [(f"upsample_{way}",) for way in UPSAMPLING]
    if kind == "AdaptiveAvgPool2d" and layer.output_size in (1, (1, 1)):
        return (("mean",),)
    if kind not in AT_RANDOM:
        return (COMPUTED[kind].split(),) if kind else ()
    if not layer.p:
        return ((),)
    mask = f"{MASK}{1 / max(1 - layer.p, 1e-12):.6g}{'' if layer.training else '?'}"
    return ((mask,), ())  # it may have been in training, or in evaluation


def is_masked(op: str, mask: str, values: Iterable[np.ndarray | None]) -> bool:
    """Whether an operation is a dropout's. values: of the data that it uses, None where they are not known.

    mask: what ``after`` and ``before`` say of it, "× mask of 2": what is kept is multiplied by 2. With "?" behind it
    the layer is no longer in training, so that only numbers prove that it was.

    >>> is_masked("mul", "× mask of 2", [np.array([0.0, 2.0])]), is_masked("mul", "× mask of 2", [np.array([1.0, 2.0])])
    (True, False)
    >>> is_masked("mul", "× mask of 2", [None]), is_masked("mul", "× mask of 2?", [None])
    (True, False)
    """
    if op != "mul":
        return op == "dropout"
    kept = float(mask.removeprefix(MASK).rstrip("?"))
    known = [value for value in values if value is not None]
    if not known:
        return not mask.endswith("?")
    return all(bool(((value == 0) | np.isclose(value, kept, rtol=1e-3)).all()) for value in known)


def _all_of(layers: Iterable[Sequences]) -> Sequences:
    """What layers compute one after the other."""
    return [tuple(chain.from_iterable(each)) for each in product(*layers)]
