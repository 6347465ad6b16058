"""What can be wrong with a graph or with steps that are to be drawn: one class for each mistake."""


class DisplayError(Exception):
    """The common ancestor of what can be wrong with a graph or with steps that are to be drawn."""


class NotAGraphError(DisplayError, TypeError):
    """Something that is not a directed networkx graph was given to be drawn.

    An edge ``u -> v`` says that u is an input of v, so the direction is needed. ``nbgrad.to_networkx(y)``
    makes such a graph of a tensor; ``networkx.MultiDiGraph()`` is an empty one.
    """


class CycleError(DisplayError, ValueError):
    """The graph leads back to where it started.

    A computation has an order: every value is computed from values computed before it. Remove one of the
    edges that the message names.
    """


class AttributeValueError(DisplayError, ValueError):
    """A node or an edge has an attribute that means nothing here, such as ``kind="banana"``."""


class UnknownNodeError(DisplayError, KeyError):
    """A step of the backward pass speaks of a node or an edge that is not in the graph."""

    def __str__(self) -> str:
        return str(self.args[0])
