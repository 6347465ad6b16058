"""All paths from the leaves of a picture to its result, for the player to light them on the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.backward import gradients
from ..notebook.border import edge_key, real_as
from ..notebook.pictures import Picture, Vertex
from ..notebook.scalars import ScalarPicture
from ..notebook.trace import leaves
from .paths import FOLLOWED, SHOWN, Path, complex_sent_back, followed, passable, some_paths, tensor_of, ways_to

if TYPE_CHECKING:
    from ..display import Step as DrawnStep
    from ..display.player import Route, Routes

MOST_LEAVES = 60
BUDGET = 20_000  # rules that may be run to follow paths; leaves that it does not reach have no paths shown


def routes_of(picture: Picture, steps: Sequence[DrawnStep]) -> list[Routes]:
    """The paths of each parameter and of each other leaf that has a gradient and a name, in the picture's order."""
    if not steps:
        return []
    seed = steps[0].total
    arrived = {step.target: step.total for step in steps}
    found: list[Routes] = []
    left = BUDGET
    for leaf in leaves(picture):
        if len(found) == MOST_LEAVES or left <= 0:
            break
        if leaf.label is None or not passable(picture, leaf):
            continue
        if leaf.kind == "data" and isinstance(picture, ScalarPicture):  # only its unfolded copy wants a gradient
            continue
        ways = ways_to(picture, leaf)
        if ways[-1]:
            total = arrived.get(leaf.id)
            # What comes along the only path of an array has been computed already; a number's has factors to be shown.
            is_known = ways[-1] == 1 and total is not None and np.size(total) > 1
            paths = [
                Path(tuple(edges), (seed, total)) if is_known else followed(picture, edges, seed)
                for edges in some_paths(picture, leaf, ways, min(FOLLOWED, left))
            ]
            left -= sum(len(path.edges) for path in paths)
            found.append(ranked(picture, leaf, ways[-1], paths, total, seed))
    return found


def ranked(picture: Picture, leaf: Vertex, count: int, paths: list[Path], total: Any, seed: Any) -> Routes:
    """A leaf's paths, the largest first, with what all the others add up to."""
    from ..display.player import Routes

    if total is None:  # data of the graph face have a gradient that is not drawn
        with np.errstate(all="ignore"):
            [total] = gradients([tensor_of(picture, picture.vertices[-1])], [seed], [tensor_of(picture, leaf)])
    paths.sort(key=lambda path: -path.size)  # a stable sort: paths of one size stay in order
    shown = paths[:SHOWN]
    with np.errstate(all="ignore"):
        rest = total - sum(path.contribution for path in shown) if count > len(shown) else None
    return Routes(leaf.id, count, [route(picture, path) for path in shown], rest, total)


def route(picture: Picture, path: Path) -> Route:
    """A path in the display's terms; factors only where everything on it is a single number."""
    from ..display.player import Route

    edges = [(vertex.inputs[i].id, vertex.id, edge_key(vertex, i)) for vertex, i in path.edges]
    factors: list[Any] = []
    seed = path.sent[0]
    if all(np.size(value) == 1 for value in path.sent):
        factors += [] if np.all(np.equal(seed, 1)) else [seed]
        with np.errstate(all="ignore"):
            for vertex, position in path.edges:
                node = tensor_of(picture, vertex)
                factors.append(complex_sent_back(node, position, np.ones_like(node.data)[()]))
            product = np.prod([np.asarray(factor).reshape(()) for factor in factors])
        if np.iscomplexobj(product) and not np.allclose(real_as(path.contribution, product), path.contribution):
            factors = []  # real parts were taken on the way, so that the product of all is another
    return Route(edges, factors, path.contribution)
