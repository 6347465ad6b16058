"""Modules that several others hold, such as a trunk that an actor and a critic share: in which one each use lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .calls import Uses
from .names import Frame, Path, common

if TYPE_CHECKING:
    import networkx as nx

Ways = Mapping[int, Sequence[Path]]  # a module's identity -> the paths to it, where there are several
Near = Mapping[int, frozenset[int]]  # an operation -> the nearest ones on parameters, in one direction


class _Use(NamedTuple):
    """One use of a shared module: its operations, and the paths to the module."""

    nodes: list[int]
    paths: list[Path]


def told_apart(
    graph: nx.MultiDiGraph, own: Mapping[int, Path], uses: Mapping[int, Uses], ways: Ways
) -> dict[int, Path]:
    """The modules of operations, where those of a shared module lie in the one that used it.

    own: the modules of each operation on parameters, in the order of creation, those of a shared one by any way to it.
    uses: the parameters of each.

    Records know nothing of calls. But what goes on to nothing but later parts of one holder was used by that one, and
    so was what comes from nothing but its earlier parts. Where neither tells, or both do, it is the network that holds
    the module by itself, if there is one; else no holder has a frame.
    """
    found = {node: path for node, path in own.items() if _module(path) not in ways}
    if len(found) == len(own):
        return found
    before, after = _nearest(graph, own, graph.predecessors), _nearest(graph, own, graph.successors)
    waiting = _each_use(own, uses, ways, before)
    untold: list[list[Path]] = []
    while waiting:
        told = ((place, path) for place, use in enumerate(waiting) if (path := _told(use, before, after, found)))
        place, path = next(told, (0, None))
        use = waiting.pop(place)
        path = path or _by_itself(use.paths)
        untold += [] if path else [use.paths]
        which, outer = (use.paths.index(path), path[:-1]) if path else (0, common(use.paths))
        for node in use.nodes:
            found[node] = (*outer, *ways[_module(own[node])][which][len(use.paths[which]) - 1 :])
    holders = {id(frame.module) for paths in untold for path in paths for frame in path[len(common(paths)) : -1]}
    return {node: _without(found[node], holders) for node in own}


def _module(path: Path) -> int:
    return id(path[-1].module) if path else 0


def to_shared(ways: Sequence[Path]) -> list[Path]:
    """The paths to the outermost module that several hold, of those to a module in it.

    >>> actor, critic, trunk, layer = (Frame(name, name) for name in ("actor", "critic", "trunk", "0"))
    >>> [[frame.title for frame in path] for path in to_shared([(actor, trunk, layer), (critic, trunk, layer)])]
    [['actor', 'trunk'], ['critic', 'trunk']]
    """
    modules = [[id(frame.module) for frame in reversed(path)] for path in ways]
    same = len(common(map(tuple, modules)))
    return [path[: len(path) - same + 1] for path in ways]


def _nearest(graph: nx.MultiDiGraph, own: Mapping[int, Path], following: Callable[[int], Iterable[int]]) -> Near:
    """For each operation the nearest ones on parameters in one direction: through others, which have none."""
    found: dict[int, frozenset[int]] = {}
    for node in graph if following == graph.predecessors else reversed(list(graph)):
        found[node] = frozenset().union(*({x} if x in own else found.get(x, ()) for x in following(node)))
    return found


def _each_use(own: Mapping[int, Path], uses: Mapping[int, Uses], ways: Ways, before: Near) -> list[_Use]:
    """Each use of a shared module: operations that follow from each other, until one comes again."""
    found: list[_Use] = []
    use_of: dict[int, _Use] = {}
    for node, path in own.items():
        if _module(path) not in ways:
            continue
        paths = to_shared(ways[_module(path)])
        following = (use_of[x] for x in sorted(before[node]) if x in use_of)
        same = (use for use in following if _module(use.paths[0]) == _module(paths[0]))
        use = next((use for use in same if uses[node] not in [uses[x] for x in use.nodes]), None)
        if use is None:
            use = _Use([], paths)
            found.append(use)
        use.nodes.append(node)
        use_of[node] = use
    return found


def _told(use: _Use, before: Near, after: Near, found: Mapping[int, Path]) -> Path | None:
    """The path by which a shared module was used, as what is known to come before it and after it tells."""
    given, followed = ({x for node in use.nodes for x in near[node]} - set(use.nodes) for near in (before, after))
    sides = [[_held(use.paths, found.get(x), place) for x in some] for place, some in enumerate((given, followed))]
    told = {path for side in sides for path in use.paths if side and all(path in held for held in side)}
    return told.pop() if len(told) == 1 else None


def _held(paths: Sequence[Path], other: Path | None, place: int) -> list[Path]:
    """Those of the paths to a shared module by which it lies in what holds the other module, too, after that one (place
    0) or before it (1)."""
    alike = [0 if other is None else len(common([path[:-1], other])) for path in paths]
    most = max(alike)
    if other is None or most <= len(common(paths)) or len(other) <= most:
        return []
    parts = [id(module) for module in other[most - 1].module.modules()]
    held = []
    for path, same in zip(paths, alike, strict=True):
        first, second = (other, path) if place == 0 else (path, other)
        at = [parts.index(id(x[most].module)) for x in (first, second)] if same == most else [0, 0]
        held += [path] if at[0] < at[1] else []
    return held


def _by_itself(paths: Sequence[Path]) -> Path | None:
    """The path by which a network holds a shared module that its other holders lie in, too."""
    return next((path for path in paths if len(path) == len(common(paths)) + 1), None)


def _without(path: Path, holders: Iterable[int]) -> Path:
    """A path without these modules; what lies in them says so in its title."""
    found: list[Frame] = []
    outer = ""
    for frame in path:
        title = frame.title if not outer or frame.title.startswith(f"{outer}.") else f"{outer}.{frame.title}"
        is_left_out = id(frame.module) in holders
        found += [] if is_left_out else [frame._replace(title=title)]
        outer = title if is_left_out else ""
    return tuple(found)
