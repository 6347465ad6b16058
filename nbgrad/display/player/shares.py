"""What each path from the result brings to a node alone, where there are few enough for a learner to think of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbgrad.display.attributes import as_numbers
from nbgrad.display.player.trace import Trace
from nbgrad.display.schema import Step

MOST_PATHS = 6


def shares_of(trace: Trace) -> dict[int, list[np.ndarray]]:
    """Return for each node what arrives there along each path alone; nodes of more than six paths are missing, and so
    are those where it cannot be told.

    >>> import networkx as nx
    >>> steps = [
    ...     Step(None, 2, None, 1.0, 1.0, 1.0),
    ...     Step(2, 1, (1, 2, 0), 1.0, 3.0, 3.0, 1, 2, local=3.0),
    ...     Step(2, 1, (1, 2, 1), 1.0, 4.0, 7.0, 2, 2, local=4.0),
    ...     Step(1, 0, (0, 1, 0), 7.0, 14.0, 14.0, local=2.0),
    ... ]
    >>> [float(share) for share in shares_of(Trace(nx.MultiDiGraph([(0, 1), (1, 2), (1, 2)]), steps))[0]]
    [6.0, 8.0]
    """
    found: dict[int, list[np.ndarray] | None] = {}
    for step in trace.steps:
        mine, new = found.get(step.target, []), _handed_on(step, found)
        few = mine is not None and new is not None and len(mine) + len(new) <= MOST_PATHS
        found[step.target] = mine + new if few and mine is not None and new is not None else None
    for routes in trace.routes:  # of leaves the paths themselves have been followed, through any operation
        if routes.rest is None and 0 < len(routes.routes) <= MOST_PATHS:
            found[routes.node] = [np.asarray(route.product) for route in routes.routes]
    return {node: shares for node, shares in found.items() if shares is not None}


def _handed_on(step: Step, found: dict[int, list[np.ndarray] | None]) -> list[np.ndarray] | None:
    """Return what a step makes of each path's share; None where it cannot be told."""
    contribution = as_numbers(step.contribution)
    if contribution is None or np.iscomplexobj(contribution) or step.lost is not None:
        return None
    if step.source is None:
        return [contribution]
    shares = found.get(step.source)
    if shares is None or step.upstream is None or not _add_up_to(shares, step.upstream):
        return None
    if len(shares) == 1:
        return [contribution]
    local = as_numbers(step.local)
    if local is None or np.iscomplexobj(local):
        return None
    handed_on = [_times(share, local, contribution.shape) for share in shares]
    return handed_on if _add_up_to(handed_on, contribution) else None


def _times(share: np.ndarray, local: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the product, summed over the axes along which the operand of this shape was copied to fit."""
    with np.errstate(all="ignore"):
        try:
            product = np.asarray(share * local)
        except ValueError:  # these shapes are multiplied in some other way
            return np.full(shape, np.nan)
        product = product.sum(axis=tuple(range(max(0, product.ndim - len(shape)))))
        copied = tuple(axis for axis, length in enumerate(shape) if length == 1 < np.shape(product)[axis])
        return np.asarray(product.sum(axis=copied, keepdims=True))


def _add_up_to(shares: list[np.ndarray], total: Any) -> bool:
    with np.errstate(all="ignore"):  # a sum that becomes infinite is compared, not warned of
        added = sum(shares)
        return np.shape(added) == np.shape(total) and bool(np.allclose(added, total, rtol=1e-6, atol=0))
