"""Pieces of a graph that nothing connects, and how they share the paper."""

from collections.abc import Iterable, Sequence

PIECE_GAP = 48.0


def connected_pieces(count: int, edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Nodes 0..count-1 in connected pieces: the largest first, then the one created first.

    >>> connected_pieces(4, [(1, 3)])
    [[1, 3], [0], [2]]
    """
    touching: list[list[int]] = [[] for _ in range(count)]
    for u, v in edges:
        touching[u].append(v)
        touching[v].append(u)
    seen = [False] * count
    pieces = []
    for start in range(count):
        if seen[start]:
            continue
        seen[start] = True
        piece = [start]
        for node in piece:
            for other in touching[node]:
                if not seen[other]:
                    seen[other] = True
                    piece.append(other)
        pieces.append(sorted(piece))
    return sorted(pieces, key=len, reverse=True)


def shelves(
    extents: Sequence[tuple[float, float]],
) -> tuple[list[tuple[float, float]], float, float]:
    """Left top corners for boxes of these extents, in rows from left to right, and the whole width and height.

    A row is as wide as the widest box, or as a square that would hold them all.

    >>> shelves([(300, 100), (60, 26), (60, 26)])
    ([(0.0, 0.0), (0.0, 148.0), (108.0, 148.0)], 300.0, 174.0)
    """
    area = sum((width + PIECE_GAP) * (height + PIECE_GAP) for width, height in extents)
    limit = max([width for width, _ in extents] + [area**0.5])
    corners = []
    x = y = row_height = total = 0.0
    for width, height in extents:
        if x and x + width > limit:
            x, y, row_height = 0.0, y + row_height + PIECE_GAP, 0.0
        corners.append((x, y))
        total = max(total, x + width)
        x += width + PIECE_GAP
        row_height = max(row_height, height)
    return corners, float(total), float(y + row_height)
