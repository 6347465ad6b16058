"""How often modules were used: each time is a frame of its own, as each call of a module of ours is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

from ...display.messages import say
from .chains import is_chain
from .classes import OF_CLASSES, runs
from .names import Frame, Path

Uses = tuple[Hashable, ...]  # the parameters that an operation uses, each as that of one module


def each_time(
    own: Mapping[int, Path], uses: Mapping[int, Uses], ops: Mapping[int, str], whole: Frame | None = None
) -> dict[int, Path]:
    """The modules of operations, in which those that are used several times are told apart: "cell", "cell (2)", or
    "net, use 1", "net, use 2".

    own: the modules of each operation on parameters, in the order of creation. uses: the parameters of each. ops: what
    it is called. whole: a network; if a single module in it was used, that was used several times, and not the network.

    A Sequential that was used once has no frame if it is all that is there.

    A module was used as often as all of its parameters were, if the same was done each time. If not, as where two uses
    of it mingle, it has no frame, and those in it have. Whether it was called each time, or once, and does the same
    several times itself, is known only of PyTorch's own classes; of others it is told that they were used.

    >>> from nbgrad.notebook.pytorch.names import Frame
    >>> found = each_time({1: (Frame("cell"),), 2: (Frame("cell"),)}, {1: ("w",), 2: ("w",)}, {1: "mul", 2: "mul"})
    >>> [frame.title for path in found.values() for frame in path]
    ['cell, use 1', 'cell, use 2']
    """
    found: dict[int, Path] = {}
    waiting: list[tuple[list[int], int, Path]] = [(list(own), 0, ())]  # nodes within the same modules up to a depth
    while waiting:
        nodes, depth, outer = waiting.pop()
        found |= {node: outer for node in nodes if len(own[node]) == depth}
        within: dict[Frame, list[int]] = {}
        for node in nodes:
            if len(own[node]) > depth:
                within.setdefault(own[node][depth], []).append(node)
        for frame, some in within.items():
            parts = {own[node][depth + 1 : depth + 2] for node in some}
            alone = frame == whole and len(parts) == 1 and () not in parts
            times = [some] if alone else _times(some, uses, ops)
            is_alone = len(some) == len(nodes) and not _lies_in_chain(outer, whole)
            if not times or (frame.is_chain and len(times) == 1 and is_alone):
                waiting.append((some, depth + 1, (*outer, frame) if times else outer))
                continue
            is_called = any(all(map(_calls_once, own[node][depth:])) for node in some)
            for number, part in enumerate(times, 1):
                title = _title(frame.title, number, is_called) if len(times) > 1 else frame.title
                waiting.append((part, depth + 1, (*outer, frame._replace(title=title, is_chain=False))))
    return {node: found[node] for node in own}


def _lies_in_chain(outer: Path, whole: Frame | None) -> bool:
    """Whether the innermost of these modules is a ``Sequential``, but not the whole network."""
    return (
        bool(outer)
        and not outer[-1].is_chain
        and is_chain(outer[-1].module)
        and (whole is None or outer[-1].module is not whole.module)
    )


def _calls_once(frame: Frame) -> bool:
    """Whether a module is known to call the modules in it once, and so to use its parameters, whenever it is called."""
    return runs(frame.module) not in ("", "Module")


def _title(name: str, number: int, is_called: bool) -> str:
    """What a frame is titled that is one of several uses of a module."""
    if not is_called:
        return say("frame_use", name=name, number=number)
    return name if number == 1 else f"{name} ({number})"


def _times(nodes: list[int], uses: Mapping[int, Uses], ops: Mapping[int, str]) -> list[list[int]]:
    """A module's operations, those of each use of it together; nothing if they cannot be told apart."""
    often = Counter(parameter for node in nodes for parameter in uses[node])
    times = min(often.values(), default=1)
    if times == 1:
        return [nodes]
    length, rest = divmod(len(nodes), times)
    parts = [nodes[start : start + length] for start in range(0, len(nodes), max(length, 1))]
    # Where a second pass uses its weight, too, a linear layer is seen as a product and a sum, bias first.
    done = [[(OF_CLASSES.get(ops[node], ops[node]), Counter(uses[node])) for node in part] for part in parts]
    is_same = not rest and all(part == done[0] for part in done)
    return parts if is_same else []
