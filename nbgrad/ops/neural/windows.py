"""Windows that slide over images: how far apart they are, and how many there are."""

import numpy as np

from ...core.errors import HyperparameterError, ShapeError

Pair = tuple[int, int]


def checked_pair(name, number, least=1) -> Pair:
    """``number`` for height and for width, if it is one; both must be whole numbers from ``least`` upwards.

    Raises:
        HyperparameterError: they are not.
    """
    if type(number) is int and number >= least:  # the commonest by far
        return number, number
    pair = tuple(number) if isinstance(number, tuple | list) else (number, number)
    if len(pair) == 2 and all(isinstance(n, int | np.integer) and n >= least for n in pair):
        return pair
    raise HyperparameterError(
        f"{name} is {number!r}, but must be a whole number from {least} upwards, or two of them for height and width"
    )


def window_counts(lengths, kernel, stride, padding, dilation=(1, 1)) -> Pair:
    """How many windows there are below each other and side by side: the height and width of the result.

    Raises:
        ShapeError: not even one window fits.
    """
    rows, columns = (
        (lengths[0] + 2 * padding[0] - dilation[0] * (kernel[0] - 1) - 1) // stride[0] + 1,
        (lengths[1] + 2 * padding[1] - dilation[1] * (kernel[1] - 1) - 1) // stride[1] + 1,
    )
    if rows < 1 or columns < 1:
        around = f" with padding {padding}" if any(padding) else ""
        apart = f" and dilation {dilation}" if dilation != (1, 1) else ""
        raise ShapeError(
            f"a window of {kernel[0]} × {kernel[1]}{apart} is larger than the image of {lengths[0]} × {lengths[1]}"
            f"{around}; take a smaller window or more padding"
        )
    return rows, columns
