"""Who stands above whom in each column, so that few edges cross.

Between two columns the number of crossings depends on the two orders alone, never on distances. One column is
put in order while its neighbours stand still: for each pair (a, b) we know how many crossings "a above b" costs,
and single nodes move to wherever they save most until nothing is left to save. Sweeps to and fro repeat this from
a few fixed starts, with barycentres to leave a local minimum, and the best orders seen are kept
(and `polish` works on them further).
Barycentre sweeps: K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system
structures", IEEE Transactions on Systems, Man, and Cybernetics 11(2), 1981.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

Orders = list[np.ndarray]
Pins = list[np.ndarray]  # by member of a column: the indices of its pins, from the top


@dataclass
class Columns:
    """A graph whose edges join neighbouring columns only.

    members[r] lists the vertices of column r. An edge leaves a pin of its source and arrives at a pin of its target:
    most vertices have one pin on each side, a framed group has one for each value that passes its border, in a fixed
    order from top to bottom. exits[r] and entries[r] list the pins of each member of column r; None says that each
    member has a single pin of its own index. joins[r] is the matrix of edge weights, one row for each exit of
    column r and one column for each entry of column r + 1 (float64: small whole numbers, so sums are exact).
    An order of column r is an array of indices into members[r], top to bottom.
    """

    members: list[list[int]]
    joins: list[np.ndarray]
    exits: list[Pins | None] = field(default_factory=list)
    entries: list[Pins | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        nothing: list[Pins | None] = [None] * len(self.members)
        self.exits, self.entries = self.exits or nothing, self.entries or nothing
        ends = list(zip(self.joins, self.exits, self.entries[1:], strict=False))
        self.by_source = [_summed(join, exits) for join, exits, _ in ends]  # member of r to entry of r + 1
        self.by_target = [_summed(join.T, entries).T for join, _, entries in ends]  # exit of r to member of r + 1
        self.merged = [
            _summed(join.T, entries).T for join, (_, _, entries) in zip(self.by_source, ends, strict=True)
        ]  # member to member

    def crossings(self, orders: Orders) -> int:
        """Crossing pairs of edges.

        >>> swap = Columns([[0, 1], [2, 3]], [np.array([[0.0, 1.0], [1.0, 0.0]])])
        >>> swap.crossings([np.array([0, 1]), np.array([0, 1])]), swap.crossings([np.array([1, 0]), np.array([0, 1])])
        (1, 0)
        """
        return sum(self.crossings_between(r, orders) for r in range(len(self.joins)))

    def crossings_between(self, r: int, orders: Orders) -> int:
        """Crossing pairs of edges between columns r and r + 1."""
        leaving, arriving = _in_order(self.exits[r], orders[r]), _in_order(self.entries[r + 1], orders[r + 1])
        if min(len(leaving), len(arriving)) < 2:
            return 0
        join = self.joins[r][leaving[:, None], arriving]
        # Times a triangle from the left: edges that start higher. From the right: edges that end lower.
        return int(np.vdot(_triangle(len(leaving)) @ join @ _triangle(len(arriving)), join))

    def towards(self, r: int, side: int, orders: Orders) -> np.ndarray:
        """Edge weights of column r's members (rows, unordered) to the ordered pins of column r + side."""
        if side < 0:
            return self.by_target[r - 1].T[:, _in_order(self.exits[r - 1], orders[r - 1])]
        return self.by_source[r][:, _in_order(self.entries[r + 1], orders[r + 1])]

    def sides(self, r: int) -> list[int]:
        """The directions in which column r has a neighbour."""
        return [side for side in (-1, 1) if 0 <= r + side < len(self.members)]


def _summed(join: np.ndarray, pins: Pins | None) -> np.ndarray:
    """The rows of a matrix added up over the pins of each member."""
    return join if pins is None else np.array([join[own].sum(axis=0) for own in pins])


def _in_order(pins: Pins | None, order: np.ndarray) -> np.ndarray:
    """The pins of a column whose members stand in this order."""
    return order if pins is None else np.concatenate([pins[k] for k in order])


@cache
def _triangle(count: int) -> np.ndarray:
    """Ones below the diagonal, zeros elsewhere."""
    return np.tri(count, k=-1)


def best_orders(columns: Columns, starts: Sequence[Orders], rounds: int) -> Orders:
    """Orders with the fewest crossings found from the given starts, each improved for so many rounds.

    An earlier start wins a tie, so the calmest one should come first.
    """
    best, fewest = starts[0], columns.crossings(starts[0])
    for start in starts:
        orders = list(start)
        for turn in range(rounds):
            if not fewest:
                return best
            if turn:
                _barycentre_sweep(columns, orders, forwards=turn % 2 == 1, flip_ties=turn % 4 >= 2)
            settle(columns, orders, range(len(orders)))
            found = columns.crossings(orders)
            if found < fewest:
                best, fewest = list(orders), found
    return best


def _barycentre_sweep(columns: Columns, orders: Orders, forwards: bool, flip_ties: bool) -> None:
    """Sort each column by the mean place of its neighbours in the column before (after, when going backwards)."""
    last = len(orders) - 1
    for r in range(1, last + 1) if forwards else range(last - 1, -1, -1):
        weights = columns.towards(r, -1 if forwards else 1, orders)
        degree = weights.sum(axis=1)
        order = orders[r]
        own = np.empty(len(order))
        own[order] = np.arange(len(order)) * (weights.shape[1] / len(order))
        centre = np.where(degree > 0, weights @ np.arange(weights.shape[1]) / np.maximum(degree, 1), own)
        if flip_ties:
            order = order[::-1]
        orders[r] = order[np.argsort(centre[order], kind="stable")]


def settle(columns: Columns, orders: Orders, disturbed: Iterable[int], passes: int = 8) -> None:
    """Move single vertices inside their columns until no move saves a crossing (or the passes are used up)."""
    touched = [False] * len(orders)
    for r in disturbed:
        touched[r] = True
    for turn in range(passes):
        span = range(len(orders)) if turn % 2 == 0 else range(len(orders) - 1, -1, -1)
        for r in span:
            if not touched[r]:
                continue
            touched[r] = False
            if _settle_column(columns, r, orders):
                for side in columns.sides(r):
                    touched[r + side] = True
        if not any(touched):
            return


def _settle_column(columns: Columns, r: int, orders: Orders) -> bool:
    """Best insertion moves in column r while its neighbours stand still; tells whether anything moved."""
    order = orders[r]
    if len(order) < 2:
        return False
    saved = _savings(columns, r, orders)
    moved = False
    gain = np.zeros((len(order), len(order) + 1))  # gain[i, b]: saved by moving the i-th to just before place b
    for _ in range(4 * len(order)):
        saved[order[:, None], order].cumsum(axis=1, out=gain[:, 1:])
        here = gain.diagonal()[:, None].copy()
        i, b = divmod(int((gain - here).argmax()), len(order) + 1)
        if gain[i, b] <= here[i, 0]:
            break
        changed = order.tolist()
        changed.insert(b if b <= i else b - 1, changed.pop(i))
        order = np.array(changed)
        moved = True
    if moved:
        orders[r] = order
    return moved


def _savings(columns: Columns, r: int, orders: Orders) -> np.ndarray:
    """savings[a, b]: crossings saved by b above a rather than a above b, members of column r."""
    cost = np.zeros((len(orders[r]), len(orders[r])))  # cost[a, b]: crossings when a is above b
    for side in columns.sides(r):
        weights = columns.towards(r, side, orders)
        cost += weights @ _triangle(weights.shape[1]) @ weights.T
    return cost - cost.T
