"""Gradients that come together: several that arrive at one place, and the copies that broadcasting had made."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbgrad.display import agreeing, numbers, theme, thumbnail
from nbgrad.display.attributes import as_array
from nbgrad.display.elements import text
from nbgrad.display.formula import adds_copies, agreeing_step, receiver
from nbgrad.display.messages import listed, say
from nbgrad.display.scene import Scene
from nbgrad.display.schema import Step


def arrival_of(step: Step, before: Any) -> dict[str, Any] | None:
    """Return what there was, what comes and what it makes, where several gradients arrive at one place.

    ``pieces`` are the same three as pictures on one scale, the first "" where nothing had arrived; None where single
    numbers say it, or where there is nothing to be seen. before: the gradient so far, None at the first arrival.
    """
    if step.count < 2 or step.lost is not None:
        return None
    three = [None if x is None else as_array(x) for x in (before, step.contribution, step.total)]
    told = ["" if array is None else numbers.summary(array) for array in three]
    sum_ = agreeing_step(step, before)[1] if numbers.is_single(np.asarray(step.contribution)) else None
    if sum_ is not None:
        told = [*sum_.given, sum_.result]
    return {
        "index": step.index,
        "count": step.count,
        **dict(zip(("before", "new", "total"), told, strict=True)),
        "sign": agreeing.EQUAL if sum_ is None else sum_.sign,
        "pieces": on_one_scale(three) if _are_pictures(three) else None,
    }


def _are_pictures(arrays: list[np.ndarray | None]) -> bool:
    return all(array is None or array.size > 1 for array in arrays)


def on_one_scale(arrays: list[np.ndarray | None]) -> list[str]:
    """Return the thumbnails of arrays, all with the same meaning of colours; "" where there is no array.

    >>> zeros, one, _ = on_one_scale([np.zeros(2), np.ones(2), None])
    >>> zeros == thumbnail.thumbnail(np.zeros(2)), one == thumbnail.thumbnail(np.ones(2)), _
    (True, True, '')
    """
    seen = [None if array is None else thumbnail.seen(array) for array in arrays]
    greatest = thumbnail.reach(*(some for some in seen if some is not None)) or 0.0
    return [
        "" if array is None or some is None else thumbnail.picture(array.shape, some, greatest, theme.LIGHT)
        for array, some in zip(arrays, seen, strict=True)
    ]


def fold_of(scene: Scene, step: Step) -> dict[str, Any] | None:
    """Return how broadcasting is undone in a step: the gradient before and after the sum, and the axes of the sum."""
    before, after = as_array(step.fold), as_array(step.contribution)
    if before is None or after is None or step.lost is not None:
        return None
    axes = summed_axes(before.shape, after.shape)
    if not axes or not before.size:
        return None
    one = len(axes) == 1
    shapes = {"before": numbers.shape(before.shape), "after": numbers.shape(after.shape)}
    times = int(np.prod([before.shape[axis] for axis in axes]))
    told = adds_copies(step)  # the sentence of the step says already that copies add up
    said = say(
        ("fold_axis" if one else "fold_axes") + "_again" * told,
        axes=listed(map(str, axes)),
        target=receiver(scene.graph, step),
        times=times,
        **shapes,
    )
    return {
        "axes": list(axes),
        **shapes,
        "fragment": thumbnail.thumbnail(before),
        "result": _result(after),
        "said": said,
    }


def _result(array: np.ndarray) -> str:
    """Return what a sum makes: the picture of an array, a single number as text."""
    if not numbers.is_single(array):
        return thumbnail.thumbnail(array)
    said = numbers.number(numbers.only(array))
    return text(0, 0, said, "ng-grad", theme.NUMBER_SIZE, theme.BACKWARD_TEXT)


def summed_axes(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, ...]:
    """Return the axes of ``before`` over which it is summed to the shape ``after``; () where it is not.

    >>> summed_axes((16, 10), (10,)), summed_axes((16, 10), (16, 1)), summed_axes((), (3,))
    ((0,), (1,), ())
    """
    extra = len(before) - len(after)
    if extra < 0:
        return ()
    stretched = [extra + axis for axis, length in enumerate(after) if length == 1 and before[extra + axis] != 1]
    return (*range(extra), *stretched)
