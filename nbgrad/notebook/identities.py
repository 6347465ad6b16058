"""How the nodes of a picture are found by what they were made of: what ``highlight=`` is given, and two runs share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.names import name_of
from ..core.tensor import Tensor
from ..graph.nodes import Node
from .pictures import Picture
from .pytorch import is_network, is_tensor, key_of
from .scalars import ScalarPicture
from .slices import array_of

# What is said of data that cannot be found any more.
FREED = " Data of a PyTorch result are known until backward() frees them: draw before, or keep them, retain_graph=True."
# What a node was made of -> its id: tensors by serial number, so that none is kept alive. In single numbers: an array,
# or its name -> the ids of its elements.
Ids = Mapping[Any, int | tuple[int, ...]]


def ids_of(picture: Picture) -> Ids:
    """The ids by which the nodes of a picture are found."""
    ids: dict[Any, int | tuple[int, ...]] = {
        _key(vertex.thing): vertex.id for vertex in picture.vertices if vertex.thing is not None
    }
    for key, nodes in _viewed(picture).items():
        ids.setdefault(key, nodes)
    parts = picture.parts if isinstance(picture, ScalarPicture) else []
    names = {vertex.label for vertex in picture.vertices}
    for vertex, elements in parts:
        if elements and vertex.thing is not None:
            ids[_key(vertex.thing)] = elements
        if elements and vertex.label not in names:
            ids[vertex.label] = elements
    return ids


def _viewed(picture: Picture) -> dict[int, int | tuple[int, ...]]:
    """The identity of each array that data of a picture were taken from -> its node, or what was taken from it."""
    own: dict[int, int | tuple[int, ...]] = {}
    taken: dict[int, list[int]] = {}
    for vertex in picture.vertices:
        if vertex.kind == "data" and vertex.op is None and vertex.thing is not None:
            array = array_of(vertex.thing)
            own[id(array)] = vertex.id
            if array.base is not None:
                taken.setdefault(id(array.base), []).append(vertex.id)
    return {key: tuple(nodes) for key, nodes in taken.items()} | own


def _key(thing: Any) -> Any:
    """What a highlighted thing is found by: a tensor's or node's serial number, or the identity of an array."""
    if isinstance(thing, Tensor | Node):
        return isinstance(thing, Tensor), thing.serial
    if is_tensor(thing):
        return key_of(thing)
    return id(thing) if isinstance(thing, np.ndarray) or is_network(thing) else thing


def chosen(highlight: Any, ids: Ids) -> Any:
    """What is to be highlighted, with ids for tensors; a name, and what is not known, is left to the display."""
    many = isinstance(highlight, list | tuple | set | frozenset)
    if many:
        return tuple(_found(thing, ids) for thing in highlight)
    found = _found(highlight, ids)
    return (found,) if isinstance(found, tuple) else found


def _found(thing: Any, ids: Ids) -> Any:
    if isinstance(thing, bool):  # would be found as the node 1
        return thing
    try:
        found = ids.get(_key(thing), thing)
        if found is thing and isinstance(thing, Tensor | np.ndarray):
            found = ids.get(id(array_of(thing)), thing)
    except TypeError:  # nothing that could be found by its hash
        return thing
    if isinstance(found, Tensor | Node | np.ndarray) or is_tensor(found) or is_network(found):
        from ..display import OptionError

        if is_network(found):
            raise OptionError(
                f"highlight: no node of this graph is known to be of this {type(found).__name__}: PyTorch's records "
                "tell of a module by its parameters alone. Give tensors, names of nodes, or a module with parameters "
                "that is in params= or in a network of the notebook."
            )
        raise OptionError(
            f"highlight: {_said(thing)} is no part of this graph. Give a tensor that the result was computed from, or "
            "the name that a node has in the picture." + FREED * (is_tensor(found) and not found.requires_grad)
        )
    return found


def _said(thing: Any) -> str:
    """A tensor as a message names it."""
    name = name_of(thing) if isinstance(thing, Tensor) else getattr(thing, "label", None)
    shape = getattr(thing, "shape", None)
    what = f"the {type(thing).__name__} {name}" if name else f"a {type(thing).__name__}"
    return what if shape is None else f"{what} of shape {tuple(shape)}"
