"""Convolutions of images and of sequences, by matrix products.

A convolution takes, at each place of the result, a small window of the image, and multiplies it with each filter. With
all windows written into the columns of one matrix, that is a matrix product (K. Chellapilla et al., "High performance
convolutional neural networks for document processing", 2006). As everywhere in deep learning the filter is not turned
round, so strictly speaking it is a cross-correlation.

A convolution is linear in the image and linear in the weights. So three operations are enough for derivatives of any
order: the convolution; ``conv_transpose2d``, which sends a gradient back to the image; and ``conv2d_weight``, which
sends it to the weights. The rules of each of them are the other two.

Inside, the examples of the batch come last, in the order channel, height, width, example: what is done at one place of
the image is then done to a whole batch of neighbouring numbers at once.
"""

import numpy as np

from ...core.errors import HyperparameterError, ShapeError
from ...core.op import operation
from ...core.tracing import call, zeros
from ..samples import case, normal, nothing
from .windows import Pair, checked_pair, window_counts

# ---- the matrix of windows, and back


def batch_last(x):
    """(n, c, h, w) as (c, h, w, n): only the order of the axes, the numbers stay where they are."""
    return x.transpose(1, 2, 3, 0)


def batch_first(x):
    """(c, h, w, n) as (n, c, h, w)."""
    return x.transpose(3, 0, 1, 2)


def window_columns(x, kernel, stride: Pair, padding: Pair, dilation: Pair):
    """All windows of the images ``x`` (n, c, h, w), as an array (c, kh, kw, oh, ow, n)."""
    rows, columns = window_counts(x.shape[2:], kernel, stride, padding, dilation)
    images = call(np.ascontiguousarray, batch_last(x)) if padding == (0, 0) else padded(batch_last(x), padding)
    channel, down, right, example = images.strides  # how far apart in memory neighbours along each axis lie
    # window (i, j) begins i·stride further, its element (a, b) a·dilation
    shape = (len(images), *kernel, rows, columns, images.shape[3])
    steps = (channel, down * dilation[0], right * dilation[1], down * stride[0], right * stride[1], example)
    return call(strided, images, shape, steps)


def strided(images, shape: tuple[int, ...], steps: tuple[int, ...]):
    """The view of ``images`` with ``steps`` bytes between neighbours along each axis: no number is copied."""
    return np.ndarray(shape, images.dtype, images, strides=steps)


def padded(images, padding: Pair):
    """Images (c, h, w, n) with zeros around them."""
    (channels, height, width, examples), (top, left) = images.shape, padding
    out = zeros((channels, height + 2 * top, width + 2 * left, examples), like=images)
    out[:, top : top + height, left : left + width] = images
    return out


def add_windows(columns, shape: Pair, stride: Pair, padding: Pair, dilation: Pair):
    """The transpose of ``window_columns``: each window is added to its place in images (n, c, \\*shape).

    Where windows overlap they add up, as contributions to one number always do.
    """
    channels, kernel_height, kernel_width, rows, width, examples = columns.shape
    (top, left), (down, right) = padding, stride
    out = zeros((channels, shape[0] + 2 * top, shape[1] + 2 * left, examples), like=columns)
    for a in range(kernel_height):
        for b in range(kernel_width):
            y, x = a * dilation[0], b * dilation[1]
            out[:, y : y + rows * down : down, x : x + width * right : right] += columns[:, a, b]
    return batch_first(out[:, top : top + shape[0], left : left + shape[1]])


def products(W, columns):
    """``W`` (groups, p, q) times ``columns`` (groups, q, height, length): (groups, p, height, length).

    One product for each row of the image: that is small enough for the processor's cache, and so twice as fast.
    """
    y = np.empty((*W.shape[:2], *columns.shape[2:]), np.result_type(W, columns))
    np.matmul(W, columns.transpose(2, 0, 1, 3), out=y.transpose(2, 0, 1, 3))
    return y


# ---- the three operations


@operation(
    symbol="∗", latex=r"\sum_{{a,\,b}} {weight}_{{a b}}\,{x}_{{i + a,\,j + b}} + {bias}",
    source="F.conv2d({x}, {weight}, {bias}{keywords})",
    formulas=["{g} laid back through {weight}", "{g} times the windows of {x}", "{g} summed over examples and places"],
    samples=[normal(2, 2, 5, 4), normal(3, 2, 3, 2), normal(3)],
    cases=[
        case(normal(2, 2, 4, 5), normal(2, 2, 2, 3), nothing, stride=(2, 1), padding=(1, 2)),
        case(normal(1, 2, 6, 6), normal(3, 2, 3, 2), nothing, stride=2, dilation=2),
        case(normal(2, 4, 3, 3), normal(4, 2, 2, 2), normal(4), groups=2, padding=1),
        case(normal(0, 1, 3, 3), normal(2, 1, 2, 2), normal(2)),
    ],
    note="A convolution lays what arrives, times its filters, back onto every window it came from.",
)  # fmt: skip
def conv2d(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """The convolution of images with filters (Y. LeCun et al., 1989).

    ``y[n, o, i, j] = bias[o] + Σ_{c, a, b} weight[o, c, a, b] · x[n, c, i·stride + a·dilation, j·stride + b·dilation]``

    Shapes: ``x`` (n, c, height, width), weights (o, c / groups, kh, kw), biases (o,) or none; the result is
    (n, o, oh, ow) with ``oh = ⌊(height + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1``, and ``ow`` likewise.

    Args:
        stride: how far apart the windows are; a number, or two for height and width, as for the next two.
        padding: how many zeros are laid around the image on each side.
        dilation: how far apart the elements of a window are.
        groups: image and result are cut into so many groups of channels, each with filters of its own.

    Raises:
        ShapeError: shapes that do not go together, or a filter that is larger than the padded image.
        HyperparameterError: a stride, padding, dilation or number of groups that is no such number.

    >>> conv2d(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2))).tolist()
    [[[[8.0, 12.0], [20.0, 24.0]]]]
    """
    check_shapes(x, weight, bias, groups, "(n, c, height, width)", "(o, c / groups, kh, kw)")
    columns = window_columns(x, weight.shape[2:], *slide(stride, padding, dilation))
    channels, kernel_height, kernel_width, rows, width, examples = columns.shape
    filters, window = len(weight), channels // groups * kernel_height * kernel_width
    y = call(
        products,
        weight.reshape(groups, filters // groups, window),
        columns.reshape(groups, window, rows, width * examples),
    ).reshape(filters, rows, width, examples)
    if bias is not None:
        bias = bias[:, None, None, None]
        new = type(y) is np.ndarray and y.dtype == bias.dtype
        y = np.add(y, bias, out=y) if new else y + bias  # nobody else has y yet
    return batch_first(y)


def slide(stride, padding, dilation):
    """How the window slides, checked: two numbers each, for height and width."""
    return checked_pair("stride", stride), checked_pair("padding", padding, least=0), checked_pair("dilation", dilation)


def check_shapes(x, weight, bias, groups, images, filters):
    """
    Raises:
        ShapeError: ``x``, ``weight`` and ``bias`` do not have the shapes that the texts ``images`` and ``filters`` say.
        HyperparameterError: ``groups`` is no positive whole number.
    """
    checked_pair("groups", groups)
    axes = images.count(",") + 1
    if x.ndim != axes or weight.ndim != axes:
        hint = "; one example becomes a batch of one by x[None], and one channel is made by x[:, None]"
        raise ShapeError(f"the shapes must be {images} and {filters}{hint if x.ndim < axes else ''}")
    channels, count = x.shape[1], len(weight)
    if channels % groups or count % groups:
        raise ShapeError(f"groups={groups} must divide the number of channels ({channels}) and of filters ({count})")
    if channels != weight.shape[1] * groups:
        raise ShapeError(
            f"the shapes must be {images} and {filters}: {channels} channels in {groups} "
            f"group{'s' if groups > 1 else ''} need filters with {channels // groups} channels, not {weight.shape[1]}"
        )
    if bias is not None and bias.shape != (count,):
        raise ShapeError(f"the biases must have shape ({count},), one for each filter, not {bias.shape}")


@operation(
    symbol="∗ᵀ", latex=r"{weight} \ast^\top {x}", source="F.conv_transpose2d({x}, {weight}{keywords})",
    formulas=["{weight} ∗ {g}", "{x} times the windows of {g}"], samples=[normal(2, 3, 3, 3), normal(3, 2, 3, 2)],
    cases=[
        case(normal(1, 2, 3, 4), normal(2, 1, 2, 3), stride=(3, 2), padding=(1, 1), output_padding=(2, 0)),
        case(normal(2, 4, 2, 2), normal(4, 1, 2, 2), groups=2, dilation=2),
    ],
    note="The transpose of a convolution hands back the convolution of what arrives.",
)  # fmt: skip
def conv_transpose2d(x, weight, *, stride=1, padding=0, output_padding=0, dilation=1, groups=1):
    """The transposed convolution: each number of ``x`` lays its multiple of the filters into the result.

    It is what the backward pass of ``conv2d`` does to a gradient, and turns small images into larger ones (M. Zeiler et
    al., "Deconvolutional networks", 2010).

    Shapes: ``x`` (n, o, oh, ow), weights (o, c / groups, kh, kw); the result is (n, c, height, width) with
    ``height = (oh − 1)·stride − 2·padding + dilation·(kh − 1) + 1 + output_padding``, and ``width`` likewise.

    Args:
        output_padding: rows and columns more at the far ends, fewer than ``stride``: so many heights have windows for
            the same ``oh``.
        For the others see ``conv2d``.

    Raises:
        ShapeError: shapes that do not go together, or nothing is left of the image within its padding.
        HyperparameterError: a number that is no such number.

    >>> conv_transpose2d(np.array([[[[1.0, 2.0]]]]), np.ones((1, 1, 2, 2))).tolist()
    [[[[1.0, 3.0, 2.0], [1.0, 3.0, 2.0]]]]
    """
    slid = stride, padding, dilation = slide(stride, padding, dilation)
    more = checked_pair("output_padding", output_padding, least=0)
    if more[0] >= slid[0][0] or more[1] >= slid[0][1]:
        raise HyperparameterError(
            f"output_padding is {output_padding!r}, but must be less than stride {stride}: of an image with more rows "
            "or columns a convolution would give a larger one than x"
        )
    checked_pair("groups", groups)
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != len(weight) or len(weight) % groups:
        raise ShapeError(
            "the shapes must be (n, o, height, width) and (o, c / groups, kh, kw), with an o that groups divides"
        )
    images = call(np.ascontiguousarray, batch_last(x))
    filters, rows, width, examples = images.shape
    channels, *kernel = weight.shape[1:]
    shape = tuple(
        (count - 1) * s - 2 * p + d * (k - 1) + 1 + m
        for count, k, m, s, p, d in zip((rows, width), kernel, more, *slid, strict=True)
    )
    if min(shape) < 1:
        raise ShapeError(f"with padding {padding} nothing is left of the result; take less padding")
    columns = call(
        products,
        weight.reshape(groups, filters // groups, channels * kernel[0] * kernel[1]).transpose(0, 2, 1),
        images.reshape(groups, filters // groups, rows, width * examples),
    ).reshape(channels * groups, *kernel, rows, width, examples)
    return add_windows(columns, shape, *slid)


@operation(
    symbol="∗ᵂ", latex=r"{arriving} \ast {x}", source="F.conv2d_weight({arriving}, {x}{keywords})",
    formulas=["{g} ∗ {x}", "{g} laid back through {arriving}"], samples=[normal(2, 3, 3, 3), normal(2, 2, 5, 4)],
    cases=[
        case(normal(1, 2, 2, 3), normal(1, 2, 4, 5), kernel=(2, 3), stride=(2, 2), padding=(0, 1)),
        case(normal(2, 4, 2, 2), normal(2, 2, 4, 4), kernel=(2, 2), groups=2, dilation=2),
    ],
    note="What arrives and the image meet as an image and its filters do, and each receives what such a pair does.",
)  # fmt: skip
def conv2d_weight(arriving, x, *, kernel=(3, 2), stride=1, padding=0, dilation=1, groups=1):
    """What the weights of ``conv2d`` receive: the gradient that arrives at its result, times each window, summed.

    Shapes: ``arriving`` (n, o, oh, ow), ``x`` (n, c, height, width); the result is (o, c / groups, \\*kernel).

    Args:
        kernel: height and width of the filters; the others as for ``conv2d``.

    Raises:
        HyperparameterError: a stride, padding or dilation that is no such number.
        ShapeError: not even one window fits.

    >>> conv2d_weight(np.ones((1, 1, 2, 2)), np.arange(9.0).reshape(1, 1, 3, 3), kernel=(2, 2)).tolist()
    [[[[8.0, 12.0], [20.0, 24.0]]]]
    """
    columns = window_columns(x, kernel, *slide(stride, padding, dilation))
    arriving = call(np.ascontiguousarray, batch_last(arriving))
    channels, filters, places = len(columns) // groups, len(arriving), arriving[0].size
    windows = columns.reshape(groups, channels * kernel[0] * kernel[1], places)
    W = np.matmul(arriving.reshape(groups, filters // groups, places), windows.transpose(0, 2, 1))
    return W.reshape(filters, channels, *kernel)


def left_over(lengths, kernel, stride, padding, dilation):
    """How many rows and columns at the far ends no window of the convolution reaches."""
    slid = slide(stride, padding, dilation)
    return tuple(
        (length + 2 * p - d * (k - 1) - 1) % s for length, k, s, p, d in zip(lengths, kernel, *slid, strict=True)
    )


# ---- their rules


def _to_image(g, weight, lengths, stride, padding, dilation, groups):
    more = left_over(lengths, weight.shape[2:], stride, padding, dilation)
    return conv_transpose2d(
        g, weight, stride=stride, padding=padding, output_padding=more, dilation=dilation, groups=groups
    )


conv2d.rule(
    lambda g, y, x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1: _to_image(
        g, weight, x.shape[2:], stride, padding, dilation, groups
    ),
    lambda g, y, x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1: conv2d_weight(
        g, x, kernel=weight.shape[2:], stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda g, y, x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1: g.sum(axis=(0, 2, 3)),
)
conv_transpose2d.rule(
    lambda g, y, x, weight, stride=1, padding=0, output_padding=0, dilation=1, groups=1: conv2d(
        g, weight, None, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda g, y, x, weight, stride=1, padding=0, output_padding=0, dilation=1, groups=1: conv2d_weight(
        x, g, kernel=weight.shape[2:], stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
)
conv2d_weight.rule(
    lambda g, y, arriving, x, kernel=(3, 2), stride=1, padding=0, dilation=1, groups=1: conv2d(
        x, g, None, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda g, y, arriving, x, kernel=(3, 2), stride=1, padding=0, dilation=1, groups=1: _to_image(
        arriving, g, x.shape[2:], stride, padding, dilation, groups
    ),
)

# ---- sequences


@operation(
    symbol="∗", latex=r"\sum_a {weight}_a\,{x}_{{i + a}} + {bias}", source="F.conv1d({x}, {weight}, {bias}{keywords})",
    formulas=["{g} laid back through {weight}", "{g} times the windows of {x}", "{g} summed over examples and places"],
    samples=[normal(2, 2, 6), normal(3, 2, 3), normal(3)],
    cases=[
        case(normal(2, 2, 7), normal(4, 1, 2), nothing, stride=2, padding=1, dilation=2, groups=2),
        case(normal(2, 1, 4), normal(2, 1, 4), normal(2)),
    ],
    note="A convolution lays what arrives, times its filters, back onto every window it came from.",
)  # fmt: skip
def conv1d(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """The convolution of sequences with filters: that of images which are one pixel high.

    Shapes: ``x`` (n, c, length), weights (o, c / groups, k), biases (o,) or none; the result is (n, o, places) with
    ``places = ⌊(length + 2·padding − dilation·(k − 1) − 1) / stride⌋ + 1``.

    Args:
        stride, padding, dilation, groups: whole numbers, see ``conv2d``.

    Raises:
        ShapeError: shapes that do not go together, or a filter that is longer than the padded sequence.
        HyperparameterError: a stride, padding, dilation or number of groups that is no such number.

    >>> conv1d(np.arange(4.0).reshape(1, 1, 4), np.array([[[-1.0, 1.0]]])).tolist()
    [[[1.0, 1.0, 1.0]]]
    """
    check_shapes(x, weight, bias, groups, "(n, c, length)", "(o, c / groups, k)")
    return conv2d.forward(x[:, :, None], weight[:, :, None], bias, **flat(stride, padding, dilation, groups))[:, :, 0]


def flat(stride, padding, dilation, groups):
    """How a window of height 1 slides along an image of height 1."""
    return {"stride": (1, stride), "padding": (0, padding), "dilation": (1, dilation), "groups": groups}


def _to_sequence(g, y, x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    more = left_over((1, x.shape[2]), (1, weight.shape[2]), (1, stride), (0, padding), (1, dilation))
    slid = flat(stride, padding, dilation, groups)
    return conv_transpose2d(g[:, :, None], weight[:, :, None], output_padding=more, **slid)[:, :, 0]


def _to_filter(g, y, x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    kernel, slid = (1, weight.shape[2]), flat(stride, padding, dilation, groups)
    return conv2d_weight(g[:, :, None], x[:, :, None], kernel=kernel, **slid)[:, :, 0]


conv1d.rule(
    _to_sequence,
    _to_filter,
    lambda g, y, x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1: g.sum(axis=(0, 2)),
)
