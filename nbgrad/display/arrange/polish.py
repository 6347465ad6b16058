"""The last crossings: disturb good orders a little, again and again, and keep what is no worse.

Sweeps end in orders that no single move improves. Two kinds of larger move lead out of there: a path through
several columns takes its best way (`rerouting`), or a few neighbours are turned over and all around settles anew.
Orders that are equally good are taken too, because they open other moves.
"""

import random

import numpy as np

from .ordering import Columns, Orders, settle
from .rerouting import random_path, reroute

REROUTED = 0.7  # share of the moves that reroute a path
PATIENCE = 60  # moves in a row that save nothing, before it is given up


def polished(columns: Columns, orders: Orders, moves: int) -> Orders:
    """Orders with at most as many crossings, after so many moves; of equally good ones the first found, which keep
    most of the order given. The same input gives the same answer."""
    dice = random.Random(1)  # only .random() is used: that sequence is the same in every version of Python
    crossed = [columns.crossings_between(r, orders) for r in range(len(columns.joins))]
    wide = [r for r, order in enumerate(orders) if len(order) > 1]
    best, in_vain = orders, 0
    for _ in range(moves):
        if in_vain == PATIENCE:
            break
        beside = [0, *crossed, 0]  # beside[r] and beside[r + 1]: crossings before and after column r
        hot = [r for r in wide if beside[r] or beside[r + 1]]
        if not hot:
            break
        centre = hot[int(dice.random() * len(hot))]
        if dice.random() < REROUTED:
            tried = reroute(columns, orders, *random_path(columns, centre, dice), dice)
        else:
            tried = _shaken(columns, orders, centre, dice)
        moved = [a is not b for a, b in zip(orders, tried, strict=True)]
        found = [
            columns.crossings_between(r, tried) if moved[r] or moved[r + 1] else count
            for r, count in enumerate(crossed)
        ]
        in_vain += 1
        if sum(found) < sum(crossed):
            best, in_vain = tried, 0
        if sum(found) <= sum(crossed):
            orders, crossed = tried, found
    return best


def _shaken(columns: Columns, orders: Orders, centre: int, dice: random.Random) -> Orders:
    """Orders in which some neighbours in and beside the centre column were turned over, and all has settled."""
    orders = list(orders)
    reach = int(dice.random() * 3)
    near = range(max(0, centre - reach), min(len(orders), centre + reach + 1))
    for r in near:
        orders[r] = _turned_over(orders[r], dice)
    settle(columns, orders, range(max(0, near.start - 1), min(len(orders), near.stop + 1)))
    return orders


def _turned_over(order: np.ndarray, dice: random.Random) -> np.ndarray:
    """A copy in which one stretch of two to four neighbours is reversed."""
    start = int(dice.random() * (len(order) - 1))
    stop = start + 2 + int(dice.random() * 3)
    return np.concatenate([order[:start], order[start:stop][::-1], order[stop:]])
