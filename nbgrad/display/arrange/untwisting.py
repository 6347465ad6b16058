"""Edges that arrive at a group and mean the same operation inside it: which of them takes which place.

A group is drawn before what stands around it, so its pins have an order before anybody knows from where the edges
come. Where several pins lead to the very same place inside, their edges can be exchanged, and need not cross.
"""

from collections.abc import Mapping, Sequence

from .columns import Grid, Link

Twins = tuple[tuple[int, ...], ...]  # sets of one box's entries that lead to the same place inside it


def twins(ways: Sequence[object]) -> Twins:
    """The entries whose ways inside are the same. ways: by entry, what says where it leads.

    >>> twins(["sum", "product", "sum", "sum"])
    ((0, 2, 3),)
    """
    alike: dict[object, list[int]] = {}
    for entry, way in enumerate(ways):
        alike.setdefault(way, []).append(entry)
    return tuple(tuple(entries) for entries in alike.values() if len(entries) > 1)


def untwisted(
    grid: Grid, order: Sequence[Sequence[int]], links: Mapping[Link, int], alike: Sequence[Twins]
) -> dict[Link, Link]:
    """For each link the link that it becomes: among twins, the higher an edge comes from, the higher its entry.

    order: the vertices of each column from the top. alike: the twins of each box.
    """
    place = {vertex: k for column in order for k, vertex in enumerate(column)}
    arriving = {link[2:]: link for link in links}  # twins are a group's entries, and one value has one of these
    becomes = {link: link for link in links}
    for box, sets in enumerate(alike):
        for entries in sets:
            waiting = [arriving[box, entry] for entry in entries]
            waiting.sort(key=lambda link: (place[grid.chains[link][-2]], link[1]))
            becomes.update((link, (*link[:3], entry)) for link, entry in zip(waiting, entries, strict=True))
    return becomes
