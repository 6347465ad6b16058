"""Groups: the parts that a computation is made of, so that a picture can draw each as one box.

A group is opened by hand, ``with ng.group("layer 1"):``, or by calling a module. What a tensor remembers of it must
cost next to nothing where nobody draws, so the two ways differ:

- While a group opened by hand is open, each new tensor keeps the innermost :class:`Group` it was made in. Where no
  group is open in any thread, nobody asks (``places.open_groups``, ``places.noting``).
- A module does not watch what happens within it. Only its result keeps a :data:`Call`: which module gave it, and how
  far the serial numbers had come before. What the result was computed from, and that is younger, was made in the call.

Both stand in ``Tensor.group``, as a chain: a call leads to what stood there before. Groups hold no tensors, so they
keep no graph alive. :func:`nbgrad.to_networkx` makes paths of names of them.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from . import places
from .errors import NameTypeError
from .serials import new_serial


class Group:
    """A group opened by hand, once: entering it again opens another one.

    Attributes:
        name: what the user called it.
        outer: the group around it, or ``None``.
        first: its place among the serial numbers of tensors.
    """

    __slots__ = ("first", "name", "outer")

    def __init__(self, name: str, outer: Group | None):
        self.name = name
        self.outer = outer
        self.first = new_serial()


class Caller:
    """What results remember of a module: its class, and itself as long as it lives. Copies and pickles drop it."""

    __slots__ = ("kind", "module")

    def __init__(self, module: Any):
        self.kind = type(module).__name__
        self.module = weakref.ref(module)


# That a tensor is what a module gave, as a plain tuple, which is made fastest: the caller; the serial number than which
# all is younger that was made in the call; what stood in ``group`` before: the call of a module within, or a group; and
# the identity of what the module was given, or of all that it was: arrays have no serial number, and those that a call
# was given were not made in it.
Call = tuple[Caller, int, Any, Any]
Mark = Group | Call

# The innermost group opened by hand, for the task or thread that it is in and no other.
current: ContextVar[Group | None] = ContextVar("group", default=None)


@contextmanager
def group(name: str) -> Iterator[None]:
    """What is computed within this block, or in a function decorated with it, is drawn as one part of the picture.

    Groups may stand within groups. Calling a module opens one by itself. In a picture a group is a frame around its
    nodes, or, collapsed, one box. Entering a group of the same name again opens another one, ``"name (2)"``.

    A parameter or a constant that was made outside belongs to the innermost group that holds all of its uses; other
    data belong where they were made.

    Args:
        name: what stands above the frame.

    Raises:
        NameTypeError: ``name`` is not text.

    >>> import nbgrad as ng
    >>> x = ng.tensor(2.0, requires_grad=True, name="x")
    >>> with ng.group("cube"):
    ...     y = x * x * x
    >>> [path for _, path in ng.to_networkx(y + 1.0).nodes(data="group")]
    [('cube',), ('cube',), ('cube',), (), ()]
    >>> @ng.group("halve")
    ... def halve(x):
    ...     return 0.5 * x
    >>> ng.to_networkx(halve(halve(x))).nodes[4]["group"]
    ('halve (2)',)
    """
    if not isinstance(name, str):
        raise NameTypeError(
            f"the name of a group is a piece of text, not {type(name).__name__}: ng.group({str(name)!r})"
        )
    before = current.set(Group(name, current.get()))
    places.switch(groups=1)
    try:
        yield
    finally:
        places.switch(groups=-1)
        current.reset(before)
