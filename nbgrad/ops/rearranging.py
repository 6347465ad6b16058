"""Operations that turn, shift, repeat and surround the numbers of an array."""

import numpy as np

from ..core.errors import UnsupportedFunctionError
from ..core.numpy_protocol import NUMPY, unsupported
from ..core.op import operation
from ..core.tensor import plain
from .indexing import along, positions, put
from .samples import case, normal
from .shape import swapaxes

# ---- turned and shifted


@operation(
    symbol="flip", latex=r"{x}_{{n - 1 - i}}", source="np.flip({x}{keywords})", formulas=["{g} turned back"],
    numpy=np.flip, batched=True, takes_complex=True, samples=[normal(3, 4)],
    cases=[case(axis=0), case(axis=(0, -1)), case(normal(2, 3, 2), axis=-1), case(normal(0), axis=0)],
    note="The gradient is turned round in the same way.",
)  # fmt: skip
def flip(x, *, axis=None):
    """The order along ``axis`` (an integer, a tuple, or ``None`` for all) turned round.

    Raises:
        ShapeError: there is no such axis.

    >>> flip(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=1).tolist()
    [[2.0, 1.0], [4.0, 3.0]]
    """
    return np.flip(x, axis)


def _turned_back(g, y, axis):
    axes = range(y.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return np.flip(g, tuple(a % y.ndim - y.ndim for a in axes))  # from the end, where no batch is


flip.rule(lambda g, y, x, axis=None: _turned_back(g, y, axis))


@operation(
    symbol="roll", latex=r"{x}_{{(i - {shift}) \bmod n}}", source="np.roll({x}{keywords})",
    formulas=["{g} rolled back"], numpy=np.roll, takes_complex=True,
    cases=[
        case(normal(3, 4), shift=2), case(normal(3, 4), shift=-1, axis=1), case(normal(3, 4), shift=1, axis=(0, 1)),
        case(normal(3, 4), shift=(1, 2), axis=(0, 1)), case(normal(3, 4), shift=(1, 1), axis=(0, 0)),
        case(normal(0), shift=2), case(normal(), shift=1),
    ],
    note="The gradient is rolled back.",
)  # fmt: skip
def roll(x, *, shift, axis=None):
    """The elements moved on by ``shift`` places along ``axis``, those that leave at the end coming in at the front.

    Args:
        shift: how many places; several, one for each of the axes in ``axis``; negative ones go towards the front.
        axis: an integer or a tuple; ``None``: the flattened array is rolled, and put into its shape again.

    Raises:
        ShapeError: there is no such axis.

    >>> roll(np.array([1.0, 2.0, 3.0]), shift=1).tolist()
    [3.0, 1.0, 2.0]
    """
    return np.roll(x, shift, axis)


def _rolled_back(g, shift, axis):
    return np.roll(g, tuple(-int(places) for places in shift) if np.ndim(shift) else -shift, axis)


roll.rule(lambda g, y, x, shift, axis=None: _rolled_back(g, shift, axis))


def fliplr(m):
    """Left and right exchanged.

    >>> fliplr(np.array([[1.0, 2.0]])).tolist()
    [[2.0, 1.0]]
    """
    return flip(m, axis=1)


def flipud(m):
    """Top and bottom exchanged.

    >>> flipud(np.array([[1.0], [2.0]])).tolist()
    [[2.0], [1.0]]
    """
    return flip(m, axis=0)


def rot90(m, k=1, axes=(0, 1)):
    """Turned by ``k`` right angles in the plane of two axes, from the first towards the second.

    >>> rot90(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[2.0, 4.0], [1.0, 3.0]]
    """
    first, second = axes
    k %= 4
    if k == 2:
        return flip(m, axis=tuple(axes))
    if k == 1:
        return swapaxes(flip(m, axis=second), axis1=first, axis2=second)
    return flip(swapaxes(m, axis1=first, axis2=second), axis=second) if k else m


NUMPY[np.fliplr], NUMPY[np.flipud], NUMPY[np.rot90] = fliplr, flipud, rot90

# ---- repeated


@operation(
    symbol="repeat", latex=r"\mathrm{{repeat}}({x})", source="np.repeat({x}{keywords})", methods=["repeat"],
    formulas=["{g} summed over the repetitions"], numpy=np.repeat, takes_complex=True,
    cases=[
        case(normal(3, 4), repeats=3), case(normal(3, 4), repeats=2, axis=1), case(normal(3, 4), repeats=0, axis=0),
        case(normal(3, 4), repeats=[0, 2, 1], axis=0), case(normal(3, 4), repeats=[1, 2, 0, 3], axis=-1),
        case(normal(), repeats=3), case(normal(2, 0), repeats=2, axis=1),
    ],
    note="What was repeated adds up.",
)  # fmt: skip
def repeat(x, *, repeats, axis=None):
    """Each element so many times, along ``axis`` (``None``: of the flattened array).

    Args:
        repeats: a whole number, or one for each element along the axis.

    Raises:
        ShapeError: there is no such axis, or there are not as many ``repeats`` as elements.

    >>> repeat(np.array([1.0, 2.0, 3.0]), repeats=[2, 0, 1]).tolist()
    [1.0, 1.0, 3.0]
    """
    return np.repeat(x, plain(repeats), axis)


def _repetitions_added(g, x, repeats, axis):
    shape, axis = ((x.size,), 0) if axis is None or not x.ndim else (x.shape, axis % x.ndim)
    if np.ndim(repeats) == 0:
        runs = (*shape[: axis + 1], int(plain(repeats)), *shape[axis + 1 :])
        return g.reshape(runs).sum(axis=axis + 1).reshape(x.shape)
    origin = np.repeat(np.arange(shape[axis]), plain(repeats))
    return put(g, index=along(axis, len(shape), origin), shape=shape).reshape(x.shape)


repeat.rule(lambda g, y, x, repeats, axis=None: _repetitions_added(g, x, repeats, axis))


@operation(
    symbol="tile", latex=r"{x}_{{i \bmod n}}", source="np.tile({x}, {reps})", numpy=np.tile, takes_complex=True,
    formulas=["{g} summed over the copies"],
    cases=[
        case(normal(3, 4), reps=2), case(normal(3, 4), reps=(2, 3)), case(normal(3, 4), reps=(2, 1, 1)),
        case(normal(2, 3, 2), reps=(2, 1)), case(normal(), reps=3), case(normal(3, 4), reps=(0, 1)),
        case(normal(0, 2), reps=(2, 2)),
    ],
    note="What was copied adds up.",
)  # fmt: skip
def tile(x, *, reps):
    """``x`` laid out like tiles: ``reps`` copies along each axis.

    Shapes: each axis becomes so many times longer; the shorter of ``reps`` and the shape gets ones in front.

    >>> tile(np.array([1.0, 2.0]), reps=(2, 2)).tolist()
    [[1.0, 2.0, 1.0, 2.0], [1.0, 2.0, 1.0, 2.0]]
    """
    return np.tile(x, plain(reps))


def _copies_added(g, x, reps):
    """Each axis of ``g`` is one of copies and one within a copy; the first is summed over."""
    reps = np.ravel(plain(reps)).tolist()
    ndim = max(len(reps), x.ndim)
    reps = [1] * (ndim - len(reps)) + reps
    shape = (1,) * (ndim - x.ndim) + x.shape
    pairs = tuple(n for pair in zip(reps, shape, strict=True) for n in pair)
    return g.reshape(pairs).sum(axis=tuple(range(0, 2 * ndim, 2))).reshape(x.shape)


tile.rule(lambda g, y, x, reps: _copies_added(g, x, reps))

# ---- surrounded

COPYING = ("edge", "reflect", "symmetric", "wrap")  # the modes of np.pad whose new elements are copies of old ones


@operation(
    symbol="pad", latex=r"\mathrm{{pad}}({x})", source="np.pad({x}{keywords})", formulas=["{g} at the places of {x}"],
    takes_complex=True,
    cases=[
        case(normal(3, 4), pad_width=((1, 0), (0, 2)), constant_values=3.0), case(normal(2, 2), pad_width=2),
        case(normal(3, 4), pad_width=(1, 2), mode="edge"), case(normal(3, 4), pad_width=4, mode="reflect"),
        case(normal(3, 4), pad_width=((2, 5),), mode="symmetric"), case(normal(), pad_width=1),
        case(normal(3, 4), pad_width=((0, 3), (5, 1)), mode="wrap"), case(normal(0), pad_width=(1, 2)),
    ],
    note="The gradient of the border goes to the elements that it was copied from; constants have none.",
)  # fmt: skip
def pad(x, *, pad_width, mode="constant", constant_values=0):
    """``x`` with a border.

    Args:
        pad_width: how wide it is: a number, two (before and behind), or two for each axis.
        mode: ``"constant"``, or of copies, as in ``np.pad``: ``"edge"``, ``"reflect"``, ``"symmetric"``, ``"wrap"``.
        constant_values: what a constant border is made of.

    Raises:
        ShapeError: the widths do not fit the axes, or are negative.

    >>> pad(np.array([1.0, 2.0]), pad_width=(1, 2)).tolist()
    [0.0, 1.0, 2.0, 0.0, 0.0]
    >>> pad(np.array([1.0, 2.0]), pad_width=1, mode="edge").tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    if mode == "constant":
        return np.pad(x, pad_width, constant_values=constant_values)
    return np.pad(x, pad_width, mode)


def _border_back(g, x, pad_width, mode):
    """Cut the border off; or, where it holds copies, add its gradient to that of the elements that were copied: an
    array of their positions, surrounded in the same way, says which."""
    if mode == "constant":
        widths = np.broadcast_to(pad_width, (x.ndim, 2)).tolist()
        return g[tuple(slice(a, a + n) for (a, _), n in zip(widths, x.shape, strict=True))]
    origin = np.pad(positions((), x.shape), pad_width, mode)
    return put(g, index=(origin,), shape=(x.size,)).reshape(x.shape)


pad.rule(lambda g, y, x, pad_width, mode="constant", constant_values=0: _border_back(g, x, pad_width, mode))


def _pad(array, pad_width, mode="constant", **options):
    """``np.pad`` in the modes that have a derivative.

    Raises:
        UnsupportedFunctionError: another mode, or an option that changes what the border is made of.
    """
    if getattr(options.get("constant_values"), "requires_grad", False):
        raise unsupported(np.pad, {"a tensor as constant_values": None})
    given = {key: value for key, value in options.items() if not (key == "reflect_type" and value == "even")}
    if mode not in ("constant", *COPYING) or given.keys() - {"constant_values"}:
        odd = ", ".join([f"mode={mode!r}", *(f"{key}=" for key in given)])
        raise UnsupportedFunctionError(
            f"np.pad with {odd} has no gradient rule here; the modes that have one are constant, {', '.join(COPYING)}"
        )
    return pad(array, pad_width=_for_each_axis(pad_width, np.ndim(array)), mode=mode, **given)


def _for_each_axis(pad_width, ndim):
    """The widths of a dictionary from axes to widths as two for each axis; others as they are."""
    if not isinstance(pad_width, dict):
        return pad_width
    widths = [(0, 0)] * ndim
    for axis, width in pad_width.items():
        widths[axis] = tuple(width) if isinstance(width, tuple | list) else (width, width)
    return widths


NUMPY[np.pad] = _pad
