"""An earlier run that is compared with a later one: its parameters as that run used them, where this is still known.

Both runs share their parameters. The recorded operations keep the numbers that they were computed with, also after
``W.data`` has been given others, as an optimiser does; what was changed in place is lost.
"""

from __future__ import annotations

from ..core import mistakes
from .pictures import LEFT_OUT, Picture
from .recorded import as_recorded


class ParametersOfNowWarning(UserWarning):
    """A result is compared with an earlier one, and what its parameters were at that time is not known any more.

    Both were computed from the very same parameters, and these have been changed in place since, as ``W.data -= step``
    does and as PyTorch's optimisers do. A drawing keeps the numbers of its moment: draw before the step, and compare
    with that.
    """


def as_it_was(picture: Picture) -> tuple[str, ...]:
    """Give the leaves of an earlier run the numbers that it used, and the gradients that its own pass gave them.

    Where it has had no backward pass, what ``W.grad`` holds is of another run; so it is where numbers were changed in
    place, for then its own pass cannot be run again. Warns with ParametersOfNowWarning in that case.

    Returns:
        The names of which it is not known any more what they were, for one of their numbers was changed in place.
    """
    lost = _lost(picture)
    as_recorded(picture)
    passed = any(vertex.op is not None and vertex.gradient is not None for vertex in picture.vertices)
    for vertex in picture.vertices:
        if vertex.op is None:
            of_the_pass = vertex.gradient if vertex.passed is None else vertex.passed
            vertex.gradient = of_the_pass if passed and not lost else None
            vertex.gone = passed and bool(lost)
            vertex.cleared = False
    return lost


def _lost(picture: Picture) -> tuple[str, ...]:
    """The names of operands that do not give their result any more; warns where there are any."""
    unfit = [vertex for vertex in picture.vertices if vertex.unfit]
    if not unfit:
        return ()
    changed = unfit[0]
    used = " and ".join(dict.fromkeys(x.name for x in changed.inputs if x is not LEFT_OUT and x.kind != "constant"))
    mistakes.warn(
        f"compare= was given a result whose numbers have been changed in place since: {changed.name} is not what "
        f"{used} give now, and what they were is not known any more. Draw before the change, "
        "before = ng.draw(loss), and give compare=before.",
        ParametersOfNowWarning,
    )
    operands = (x for vertex in unfit for x in vertex.inputs)
    return tuple(dict.fromkeys(x.name for x in operands if x is not LEFT_OUT and x.kind != "constant"))
