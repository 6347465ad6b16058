"""The best way for a whole path of vertices through the columns, while all else stands still.

Moving one vertex of a long path rarely pays: its edges to the next vertex of the path then cross what lies between.
Here the path is taken out and put back in the best place of all, column by column, by a shortest-path recursion.
In a column of n other vertices there are n + 1 boundaries where the path's vertex can stand; what a pair of
boundaries in neighbouring columns costs does not depend on the rest of the path.
"""

import random
from collections.abc import Sequence

import numpy as np

from .ordering import Columns, Orders

GO_ON = 0.85  # probability that a random path takes one more step


def random_path(columns: Columns, through: int, dice: random.Random) -> tuple[int, list[int]]:
    """First column, and a path's vertices in the columns from there on, each an index of its column.

    The path leads through a vertex of the given column, forwards and backwards as the dice say.
    """
    path = [int(dice.random() * len(columns.members[through]))]
    first = last = through
    while last < len(columns.joins) and dice.random() < GO_ON:
        ahead = columns.joins[last][path[-1]].nonzero()[0]
        if not len(ahead):
            break
        path.append(int(ahead[int(dice.random() * len(ahead))]))
        last += 1
    while first and dice.random() < GO_ON:
        behind = columns.joins[first - 1][:, path[0]].nonzero()[0]
        if not len(behind):
            break
        path.insert(0, int(behind[int(dice.random() * len(behind))]))
        first -= 1
    return first, path


def reroute(columns: Columns, orders: Orders, first: int, path: Sequence[int], dice: random.Random) -> Orders:
    """Orders in which the path has its best way; of several best ways the dice choose one."""
    last = first + len(path) - 1
    rest = {r: orders[r] for r in (first - 1, last + 1) if 0 <= r < len(orders)}
    rest.update({first + k: orders[first + k][orders[first + k] != vertex] for k, vertex in enumerate(path)})
    whims = [np.array([dice.random() * 1e-3 for _ in range(len(rest[r]) + 1)]) for r in range(first, last + 1)]
    cost = whims[0]
    if first:
        cost = cost + _join_cost(columns, rest, first - 1, None, path[0])[0]
    came_from = []
    for k in range(1, len(path)):
        choices = cost[:, None] + _join_cost(columns, rest, first + k - 1, path[k - 1], path[k])
        came_from.append(choices.argmin(axis=0))
        cost = choices.min(axis=0) + whims[k]
    if last < len(orders) - 1:
        cost = cost + _join_cost(columns, rest, last, path[-1], None)[:, 0]
    boundary = int(cost.argmin())
    routed = list(orders)
    for k in range(len(path) - 1, -1, -1):
        order = rest[first + k].tolist()
        order.insert(boundary, path[k])
        routed[first + k] = np.array(order)
        if k:
            boundary = int(came_from[k - 1][boundary])
    return routed


def _join_cost(
    columns: Columns, rest: dict[int, np.ndarray], r: int, left: int | None, right: int | None
) -> np.ndarray:
    """cost[b, c]: crossings between columns r and r + 1 that the path's edges take part in, when its vertex `left`
    stands at boundary b of column r and its vertex `right` at boundary c of the next (None: no vertex there)."""
    join = columns.joins[r]
    others = join[rest[r][:, None], rest[r + 1]]
    n, m = others.shape
    above = np.zeros((n + 1, m + 1))  # above[b, c]: edges from before boundary b to before boundary c
    others.cumsum(axis=0, out=above[1:, 1:])
    above[1:, 1:].cumsum(axis=1, out=above[1:, 1:])
    cost = np.zeros((n + 1, m + 1))
    if left is not None:  # its edges to vertices off the path
        leaving = join[left, rest[r + 1]]
        cost += (above[:, m] * leaving.sum() - (above[:, 1:] + above[:, :-1] - above[n, :-1]) @ leaving)[:, None]
    if right is not None:
        arriving = join[rest[r], right]
        cost += above[n] * arriving.sum() - arriving @ (above[1:] + above[:-1] - above[:-1, m:])
    if left is not None and right is not None:
        cost += join[left, right] * (above[:, m:] + above[n] - 2 * above)
        before_b, before_c = np.zeros(n + 1), np.zeros(m + 1)
        arriving.cumsum(out=before_b[1:])
        leaving.cumsum(out=before_c[1:])
        cost += before_b[:, None] * before_c + (before_b[n] - before_b)[:, None] * (before_c[m] - before_c)
    return cost
