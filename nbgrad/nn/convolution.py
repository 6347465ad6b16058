"""Layers for images: convolution and pooling."""

from __future__ import annotations

from typing import Any

from ..core.errors import LayerSizeError
from . import functional as F
from .init import Init, generator, xavier_uniform, zeros
from .layers import parameter
from .module import Module
from .sizes import checked_pair, checked_size

Size = int | tuple[int, int]


def _listed(size: Size, **options: tuple[Any, Any]) -> str:
    """What stands in the printed layer: the size, and the options, ``name=(value, usual)``, that are not as usual."""
    return ", ".join([str(size), *[f"{name}={value}" for name, (value, usual) in options.items() if value != usual]])


class Conv2d(Module):
    """A convolution: small filters that look at every place of an image (LeCun et al. 1989, Neural Comput. 1, 541).

    Shapes: ``x`` (n, inputs, height, width) to (n, outputs, oh, ow) with ``oh = (height + 2 padding - size) // stride
    + 1`` and ``ow`` likewise (see :func:`nbgrad.nn.functional.conv2d` for ``dilation``). The weights have the shape
    (outputs, inputs / groups, size, size), the biases (outputs,).

    Args:
        inputs: the channels of the image, 3 if it is coloured.
        outputs: the number of filters, which is that of the channels that come out.
        size: the side of a filter; this and the next three: one number, or two for height and width.
        stride: how far apart the places are that a filter looks at.
        padding: how many zeros are laid around the image on each side.
        dilation: how far apart the elements of a filter are.
        groups: the channels are cut into so many groups, each with filters of its own.
        bias: whether to add one.
        init: the initialiser of the weights; the bias begins at 0.
        rng: a seed or a generator for the weights.

    Raises:
        LayerSizeError: a size is no positive whole number, or ``groups`` does not divide both numbers of channels.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> layer = ng.nn.Conv2d(3, 8, 5, padding=2, rng=0)
    >>> layer(np.ones((10, 3, 28, 28))).shape
    (10, 8, 28, 28)
    >>> layer
    Conv2d(3, 8, 5, padding=2)  608 parameters
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: Size,
        *,
        stride: Size = 1,
        padding: Size = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        init: Init = xavier_uniform,
        rng: Any = None,
    ):
        self.inputs, self.outputs = checked_size("inputs", inputs), checked_size("outputs", outputs)
        self.groups = checked_size("groups", groups)
        if inputs % groups or outputs % groups:
            raise LayerSizeError(f"groups is {groups}, but must divide the {inputs} channels in and the {outputs} out")
        self.size, self.stride, self.padding, self.dilation = size, stride, padding, dilation
        checked_pair("stride", stride)
        checked_pair("padding", padding, least=0)
        checked_pair("dilation", dilation)
        shape = (self.outputs, self.inputs // self.groups, *checked_pair("size", size))
        self.weight = parameter(init, shape, generator(rng))
        self.bias = parameter(zeros, (self.outputs,)) if bias else None

    def forward(self, x: Any) -> Any:
        return F.conv2d(
            x,
            self.weight,
            self.bias,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
        )

    def extra_repr(self) -> str:
        options = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
        listed = _listed(self.size, **{name: (getattr(self, name), usual) for name, usual in options.items()})
        return f"{self.inputs}, {self.outputs}, {listed}" + ("" if self.bias is not None else ", bias=False")


class _Pool2d(Module):
    """What the two kinds of pooling have in common."""

    def __init__(self, size: Size = 2, *, stride: Size | None = None, padding: Size = 0):
        checked_pair("size", size)
        checked_pair("stride", size if stride is None else stride)
        checked_pair("padding", padding, least=0)
        self.size, self.stride, self.padding = size, stride, padding

    def extra_repr(self) -> str:
        return _listed(self.size, stride=(self.stride, None), padding=(self.padding, 0))


class MaxPool2d(_Pool2d):
    """The largest number of each window of an image: (n, channels, height, width) to (n, channels, oh, ow).

    Args:
        size: the side of a window; this and the next two: one number, or two for height and width.
        stride: how far apart the windows are; by default they lie side by side.
        padding: how far the windows reach over the edges.

    Raises:
        LayerSizeError: a size is no positive whole number.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> ng.nn.MaxPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4)).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """

    def forward(self, x: Any) -> Any:
        return F.max_pool2d(x, size=self.size, stride=self.stride, padding=self.padding)


class AvgPool2d(_Pool2d):
    """The mean of each window of an image: (n, channels, height, width) to (n, channels, oh, ow).

    Args:
        size: the side of a window; this and the next two: one number, or two for height and width.
        stride: how far apart the windows are; by default they lie side by side.
        padding: how far the windows reach over the edges.

    Raises:
        LayerSizeError: a size is no positive whole number.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> ng.nn.AvgPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4)).tolist()
    [[[[2.5, 4.5], [10.5, 12.5]]]]
    """

    def forward(self, x: Any) -> Any:
        return F.avg_pool2d(x, size=self.size, stride=self.stride, padding=self.padding)
