"""Pooling: each window of an image becomes one number, its largest or its mean.

The largest number (or the sum) of a window is found first along its columns and then along its rows.
"""

import numpy as np

from ...core.errors import HyperparameterError, ShapeError
from ...core.op import operation
from ...core.tensor import plain
from ...core.tracing import empty_like
from ..samples import apart, case, normal
from .windows import Pair, checked_pair, window_counts


def checked(x, size, stride, padding):
    """Size, stride (by default the size) and padding of the windows, two numbers each; and how many windows there are.

    Raises:
        ShapeError: ``x`` is no batch of images with channels, or not even one window fits.
        HyperparameterError: the numbers make no sense.
    """
    if x.ndim != 4:
        raise ShapeError(f"pooling takes images of shape (n, c, height, width), not {x.shape}")
    size = checked_pair("size", size)
    stride = size if stride is None else checked_pair("stride", stride)
    padding = checked_pair("padding", padding, least=0)
    if 2 * padding[0] > size[0] or 2 * padding[1] > size[1]:
        raise HyperparameterError(f"padding is {padding}, but must be at most half of the window's size {size}")
    return size, stride, padding, window_counts(x.shape[2:], size, stride, padding)


def framed(x, padding: Pair, filling):
    """Images (n, c, height, width) with ``filling`` around them."""
    if padding == (0, 0):
        return x
    (top, left), (height, width) = padding, x.shape[2:]
    out = np.full_like(x, filling, shape=(*x.shape[:2], height + 2 * top, width + 2 * left))
    out[:, :, top : top + height, left : left + width] = x
    return out


def places(x, offset: Pair, stride: Pair, counts: Pair):
    """The view of ``x`` (n, c, height, width) that holds what stands at ``offset`` in each of the windows."""
    (a, b), (down, right), (rows, columns) = offset, stride, counts
    return x[:, :, a : a + rows * down : down, b : b + columns * right : right]


def offsets(size: Pair):
    """The places in a window, row by row."""
    return [(a, b) for a in range(size[0]) for b in range(size[1])]


def over_windows(ufunc, x, size: Pair, stride: Pair, counts: Pair):
    """A ufunc (maximum, add) over all numbers of each window: down the columns, and along what that leaves."""
    (height, width), (down, right), (rows, columns) = size, stride, counts
    line = x[:, :, : rows * down : down]
    for a in range(1, height):
        line = ufunc(line, x[:, :, a : a + rows * down : down])
    out = line[..., : columns * right : right]
    for b in range(1, width):
        out = ufunc(out, line[..., b : b + columns * right : right])
    return out.copy() if size == (1, 1) else out  # a window of one number would leave a view into x


# ---- the largest


@operation(
    symbol="maxpool", latex=r"\max_{{\mathrm{{window}}}} {x}", source="F.max_pool2d({x}{keywords})",
    formulas=["{g} at the largest number of each window, else 0"], samples=[apart(2, 2, 4, 6)],
    cases=[
        case(size=(2, 3), stride=1), case(apart(1, 2, 5, 5), size=3, stride=2, padding=1),
        case(apart(2, 1, 5, 4), size=2, stride=3), case(apart(0, 1, 4, 4)), case(size=1),
    ],
    note="Only the largest number of each window receives the gradient, of equal ones the first.",
)  # fmt: skip
def max_pool2d(x, *, size=2, stride=None, padding=0):
    """The largest number of each window. Of several equal ones the first, row by row, receives the gradient.

    Shapes: ``x`` (n, c, height, width); the result is (n, c, oh, ow) with
    ``oh = ⌊(height + 2·padding − size) / stride⌋ + 1``, and ``ow`` likewise.

    Args:
        size: the window's; a number, or two for height and width, as for the next two.
        stride: how far apart the windows are; by default the size, so that they do not overlap.
        padding: how much of the windows may lie outside, at most half of them; nothing outside is ever the largest.

    Raises:
        ShapeError: ``x`` has other axes, or is smaller than a window.
        HyperparameterError: a size, stride or padding that makes no sense.

    >>> max_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), size=2).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    size, stride, padding, counts = checked(x, size, stride, padding)
    return over_windows(np.maximum, framed(x, padding, lowest(x.dtype)), size, stride, counts)


def lowest(dtype):
    """A number that nothing of this dtype is below."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def first_maxima(x, y, size: Pair, stride: Pair):
    """For each place in the windows, row by row: in which windows it holds the largest number, given as ``y``.

    Of several equal ones only the first counts.
    """
    free = None  # the windows whose largest number is still to come
    for offset in offsets(size):
        hit = places(x, offset, stride, y.shape[2:]) == y
        if free is None:
            free = ~hit
        else:
            hit &= free
            free ^= hit
        yield offset, hit


IMAGES = np.sin(np.arange(96.0)).reshape(2, 2, 4, 6)  # for the tests, which draw each operand by itself


@operation(
    symbol="maxᵀ", latex=r"\sum_{{\mathrm{{windows}}}} {x}\,[{images} = {maxima}]",
    source="F.max_unpool2d({x}, {images}, {maxima}{keywords})",
    formulas=["{g} at the largest number of each window", "0", "0"],
    samples=[normal(2, 2, 2, 3), lambda rng: IMAGES, lambda rng: max_pool2d(IMAGES)],
    cases=[case(normal(2, 2, 3, 4), lambda rng: IMAGES, lambda rng: max_pool2d(IMAGES, padding=1), padding=1)],
    note="It puts numbers at places, so each of them gets back what arrived at its place.",
)  # fmt: skip
def max_unpool2d(x, images, maxima, *, size=2, stride=None, padding=0):
    """Each number of ``x`` put where ``images`` have the (first) largest number of that window, and zeros elsewhere.

    It is what the backward pass of ``max_pool2d`` does to a gradient; ``maxima`` is what that made of ``images``.

    Shapes: ``x`` and ``maxima`` (n, c, oh, ow), ``images`` and the result (n, c, height, width).
    Arguments and errors: as ``max_pool2d``.

    >>> images = np.arange(4.0).reshape(1, 1, 2, 2)
    >>> max_unpool2d(np.array([[[[7.0]]]]), images, max_pool2d(images)).tolist()
    [[[[0.0, 0.0], [0.0, 7.0]]]]
    """
    size, stride, padding, counts = checked(images, size, stride, padding)
    (top, left), (height, width) = padding, images.shape[2:]
    images = framed(images, padding, lowest(images.dtype))
    out = empty_like(images, x)
    out.fill(0.0)  # the same as np.zeros_like, but faster
    arriving = empty_like(maxima, x)  # x in the order in which the others lie in memory, for speed
    arriving[...] = x
    overlapping = stride[0] < size[0] or stride[1] < size[1]
    for offset, hit in first_maxima(images, maxima, size, stride):
        there = places(out, offset, stride, counts)
        if overlapping:
            there += arriving * hit
        else:
            np.multiply(arriving, hit, out=there)
    return out[:, :, top : top + height, left : left + width] if top or left else out


def index_of_maxima(x, y, size, stride, padding):
    """The index that takes the largest number of each window out of the images."""
    size, stride, padding, counts = checked(x, size, stride, padding)
    framed_x = framed(x, padding, lowest(x.dtype))
    rows = np.arange(counts[0])[:, None] * stride[0] - padding[0]
    columns = np.arange(counts[1]) * stride[1] - padding[1]
    for (down, right), hit in first_maxima(framed_x, y, size, stride):
        rows = rows + down * hit
        columns = columns + right * hit
    examples, channels = np.ogrid[: len(x), : x.shape[1]]
    return examples[..., None, None], channels[..., None, None], rows, columns


max_pool2d.rule(
    lambda g, y, x, size=2, stride=None, padding=0: max_unpool2d(
        g, plain(x), plain(y), size=size, stride=stride, padding=padding
    )
)
max_unpool2d.rule(
    lambda g, y, x, images, maxima, size=2, stride=None, padding=0: g[
        index_of_maxima(plain(images), plain(maxima), size, stride, padding)
    ],
    None,
    None,
)

# ---- the mean


@operation(
    symbol="avgpool", latex=r"\frac{{1}}{{n}} \sum_{{\mathrm{{window}}}} {x}", source="F.avg_pool2d({x}{keywords})",
    formulas=["{g} / n, laid back onto each window"], samples=[normal(2, 2, 4, 6)],
    cases=[
        case(size=(2, 3), stride=1), case(normal(1, 2, 5, 5), size=3, stride=2, padding=1),
        case(normal(2, 1, 5, 4), size=2, stride=3), case(normal(0, 1, 4, 4)), case(size=1),
    ],
    note="Each of the n numbers of a window receives an n-th of the gradient.",
)  # fmt: skip
def avg_pool2d(x, *, size=2, stride=None, padding=0):
    """The mean of each window (Y. LeCun et al., 1989); the zeros of the padding count.

    Shapes, arguments and errors: as ``max_pool2d``.

    >>> avg_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), size=2).tolist()
    [[[[2.5, 4.5], [10.5, 12.5]]]]
    """
    size, stride, padding, counts = checked(x, size, stride, padding)
    return over_windows(np.add, framed(x, padding, 0.0), size, stride, counts) / (size[0] * size[1])


@operation(
    symbol="avgᵀ", latex=r"\frac{{1}}{{n}} \sum_{{\mathrm{{windows}}}} {x}", source="F.avg_unpool2d({x}{keywords})",
    formulas=["the mean of {g} over each window"], samples=[normal(2, 2, 2, 2)],
    cases=[case(size=3, stride=1, padding=1, shape=(2, 2)), case(size=(2, 1), stride=(2, 3), shape=(5, 4))],
    note="It spreads numbers over windows, so each of them gets back the mean of what arrived at its window.",
)  # fmt: skip
def avg_unpool2d(x, *, size=2, stride=None, padding=0, shape=(4, 4)):
    """Each number of ``x`` spread evenly over its window in images of height and width ``shape``.

    It is what the backward pass of ``avg_pool2d`` does to a gradient. Where windows overlap, they add up.

    Shapes: ``x`` (n, c, oh, ow), the result (n, c, \\*shape). Arguments and errors: as ``max_pool2d``.

    >>> avg_unpool2d(np.array([[[[4.0]]]]), size=2, shape=(2, 2)).tolist()
    [[[[1.0, 1.0], [1.0, 1.0]]]]
    """
    size = checked_pair("size", size)
    stride = size if stride is None else checked_pair("stride", stride)
    top, left = checked_pair("padding", padding, least=0)
    out = np.zeros_like(x, shape=(*x.shape[:2], shape[0] + 2 * top, shape[1] + 2 * left))
    part = x / (size[0] * size[1])
    for offset in offsets(size):
        there = places(out, offset, stride, x.shape[2:])
        there += part
    return out[:, :, top : top + shape[0], left : left + shape[1]]


avg_pool2d.rule(
    lambda g, y, x, size=2, stride=None, padding=0: avg_unpool2d(
        g, size=size, stride=stride, padding=padding, shape=x.shape[2:]
    )
)
avg_unpool2d.rule(
    lambda g, y, x, size=2, stride=None, padding=0, shape=(4, 4): avg_pool2d(
        g, size=size, stride=stride, padding=padding
    )
)
