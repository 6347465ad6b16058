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
        ahead = columns.merged[last][path[-1]].nonzero()[0]
        if not len(ahead):
            break
        path.append(int(ahead[int(dice.random() * len(ahead))]))
        last += 1
    while first and dice.random() < GO_ON:
        behind = columns.merged[first - 1][:, path[0]].nonzero()[0]
        if not len(behind):
            break
        path.insert(0, int(behind[int(dice.random() * len(behind))]))
        first -= 1
    return first, path


def reroute(columns: Columns, orders: Orders, first: int, path: Sequence[int], dice: random.Random) -> Orders:
    """Orders in which the path has its best way; of several best ways the dice choose one.

    A column in which the path's vertex stays where it is keeps its very array.
    """
    last = first + len(path) - 1
    rest = {r: orders[r] for r in (first - 1, last + 1) if 0 <= r < len(orders)}
    rest.update({first + k: orders[first + k][orders[first + k] != vertex] for k, vertex in enumerate(path)})
    whims = [np.array([dice.random() * 1e-3 for _ in range(len(rest[r]) + 1)]) for r in range(first, last + 1)]
    cost = whims[0]
    if first:
        cost = cost + _end_cost(columns.merged[first - 1].T, rest[first], rest[first - 1], path[0])
    came_from = []
    for k in range(1, len(path)):
        r = first + k - 1
        choices = cost[:, None] + _join_cost(columns.merged[r], rest[r], rest[r + 1], path[k - 1], path[k])
        came_from.append(choices.argmin(axis=0))
        cost = choices.min(axis=0) + whims[k]
    if last < len(orders) - 1:
        cost = cost + _end_cost(columns.merged[last], rest[last], rest[last + 1], path[-1])
    boundary = int(cost.argmin())
    routed = list(orders)
    for k in range(len(path) - 1, -1, -1):
        r = first + k
        if orders[r][boundary] != path[k]:
            routed[r] = np.concatenate([rest[r][:boundary], [path[k]], rest[r][boundary:]])
        if k:
            boundary = int(came_from[k - 1][boundary])
    return routed


def _end_cost(join: np.ndarray, own: np.ndarray, next_: np.ndarray, vertex: int) -> np.ndarray:
    """cost[b]: crossings that the vertex's edges to the next column take part in when it stands at boundary b
    of its own, but for a constant. `join` has a row for each member of its own column."""
    return _crossed(join[own[:, None], next_], _running(join[vertex, next_]))


def _join_cost(join: np.ndarray, here: np.ndarray, next_: np.ndarray, left: int, right: int) -> np.ndarray:
    """cost[b, c]: crossings that the path's edges take part in between its own column and the next, but for a
    constant, when its vertex `left` stands at boundary b and its vertex `right` at boundary c of the next."""
    others = join[here[:, None], next_]
    leaving, arriving = _running(join[left, next_]), _running(join[here, right])  # edges to vertices off the path
    above = np.zeros((len(here) + 1, len(next_) + 1))  # above[b, c]: edges from before b to before c
    others.cumsum(axis=0, out=above[1:, 1:])
    above[1:, 1:].cumsum(axis=1, out=above[1:, 1:])
    own = join[left, right]
    of_b = _crossed(others, leaving) + own * above[:, -1] - leaving[-1] * arriving
    of_c = _crossed(others.T, arriving) + own * above[-1] - arriving[-1] * leaving
    return of_b[:, None] + of_c + 2 * (arriving[:, None] * leaving - own * above)


def _crossed(others: np.ndarray, running: np.ndarray) -> np.ndarray:
    """By boundary b of the rows: how many of the other edges cross those of a vertex at b, but for a constant.

    Another edge that starts above crosses those that end before it, one that starts below those that end after it.
    """
    found = np.zeros(len(others) + 1)
    (others @ (running[:-1] + running[1:] - running[-1])).cumsum(out=found[1:])
    return found


def _running(weights: np.ndarray) -> np.ndarray:
    """Sums of the weights before each boundary."""
    sums = np.zeros(len(weights) + 1)
    weights.cumsum(out=sums[1:])
    return sums
