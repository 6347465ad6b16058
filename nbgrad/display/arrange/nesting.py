"""Which groups get a frame, and what stands in it.

A frame is one box for what stands around it, so a path that leaves a group and comes back would have to run
backwards. Such a group gets no frame: its members stand in the frame around it, and the groups inside it are looked
at by themselves. A layer that is used twice with something else in between is of this kind.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .ranks import Edge

Path = tuple[Hashable, ...]  # names of nested groups, the outermost first
OUTSIDE = -1  # the frame of what stands in no frame


@dataclass(frozen=True)
class Frame:
    """A framed group. parent: the number of the frame around it, or OUTSIDE."""

    path: Path
    parent: int


def nested(count: int, edges: Iterable[Edge], paths: Sequence[Path]) -> tuple[list[Frame], list[int]]:
    """The frames, outer ones first, and for each node 0..count-1 the number of the innermost frame around it.

    edges: without cycles. paths: the groups of each node.

    >>> nested(3, [(0, 1), (1, 2)], [("a",), ("a", "b"), ()])
    ([Frame(path=('a',), parent=-1), Frame(path=('a', 'b'), parent=0)], [0, 1, -1])
    >>> nested(3, [(0, 1), (1, 2)], [("a",), (), ("a",)])  # the path leaves "a" and comes back
    ([], [-1, -1, -1])
    """
    frames: list[Frame] = []
    home = [OUTSIDE] * count
    waiting = [(OUTSIDE, 0, list(range(count)), list(edges))]
    for frame, depth, nodes, inside in waiting:
        group_of = _framed(nodes, inside, paths, depth)
        members: dict[Path, list[int]] = {}
        for node in nodes:
            home[node] = frame
            if node in group_of:
                members.setdefault(group_of[node], []).append(node)
        edges_of: dict[Path, list[Edge]] = {path: [] for path in members}
        for u, v in inside:
            if u in group_of and group_of[u] == group_of.get(v):
                edges_of[group_of[u]].append((u, v))
        for path, own in members.items():
            waiting.append((len(frames), len(path), own, edges_of[path]))
            frames.append(Frame(path, frame))
    return frames, home


def _framed(nodes: Sequence[int], edges: Sequence[Edge], paths: Sequence[Path], depth: int) -> dict[int, Path]:
    """The outermost groups below that depth that can be framed together, by node.

    All at once where that leads nowhere back; else one after the other, in the order of their first members.
    """
    wanted = {node: paths[node][: depth + 1] for node in nodes if len(paths[node]) > depth}
    if not wanted or _leads_forward(nodes, edges, wanted):
        return wanted
    framed: dict[int, Path] = {}
    candidates = dict.fromkeys(wanted.values())
    queue = list(candidates)
    for path in queue:
        members = [node for node in nodes if paths[node][: len(path)] == path]
        tried = {**framed, **dict.fromkeys(members, path)}
        if _leads_forward(nodes, edges, tried):
            framed = tried
        else:
            queue += dict.fromkeys(paths[node][: len(path) + 1] for node in members if len(paths[node]) > len(path))
    return framed


def _leads_forward(nodes: Sequence[int], edges: Sequence[Edge], group_of: Mapping[int, Path]) -> bool:
    """Whether there is no cycle when each group is drawn together into one node."""
    numbers: dict[int | Path, int] = {}
    unit = {node: numbers.setdefault(group_of.get(node, node), len(numbers)) for node in nodes}
    successors: list[list[int]] = [[] for _ in numbers]
    arriving = [0] * len(numbers)
    for u, v in edges:
        if unit[u] != unit[v]:
            successors[unit[u]].append(unit[v])
            arriving[unit[v]] += 1
    ready = [k for k, count in enumerate(arriving) if not count]
    for k in ready:
        for other in successors[k]:
            arriving[other] -= 1
            if not arriving[other]:
                ready.append(other)
    return len(ready) == len(numbers)
