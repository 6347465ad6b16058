"""The reference of all operations, made from their declarations: ``nbgrad.ops.reference`` and ``python -m nbgrad.ops``.

Nothing here is told about any single operation: what a declaration says is filled in, and what it computes is computed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from ...core.errors import UnknownOperationError
from ...core.numpy_protocol import NUMPY
from ...core.op import REGISTRY, Operation
from . import declared, entry, table

__all__ = ["Reference", "found", "members"]


class Reference:
    """What ``nbgrad.ops.reference`` gives: a text which a notebook shows as a formatted table or entry.

    Attributes:
        operations: those that it describes.
        text: for terminals, at most 120 columns wide.
        markdown: with formulas in LaTeX.
    """

    def __init__(self, operations: Sequence[Operation], entries: bool):
        self.operations = tuple(operations)
        if entries:
            self.text = "\n\n\n".join(entry.text_entry(op) for op in self.operations)
            self.markdown = "\n\n".join(entry.markdown_entry(op) for op in self.operations)
        else:
            self.text = table.text_table(self.operations)
            self.markdown = table.markdown_table(self.operations)

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.markdown


def members(family: str) -> list[Operation]:
    """The operations of a family; the beginning of its name will do.

    Raises:
        UnknownOperationError: there is no such family.
    """
    groups = table.grouped(list(REGISTRY.values()))
    wanted = [title for title in groups if title.lower().startswith(family.lower())]
    if not family or not wanted:
        raise UnknownOperationError(f"there is no family {family!r}; the families are {', '.join(groups)}")
    return groups[wanted[0]]


def found(name: str | Operation) -> Operation:
    """The operation of this name, which may also be one of NumPy's (``np.abs``) or that of a method.

    Raises:
        UnknownOperationError: there is none; the message names those with the most similar names.
    """
    if isinstance(name, Operation):
        return name
    short = name.removesuffix("()").rpartition(".")[2]
    if short in REGISTRY:
        return REGISTRY[short]
    aliases: dict[str, Operation] = {}
    for op in REGISTRY.values():
        for way in ways(op):
            aliases.setdefault(way.partition("(")[0].rpartition(".")[2], op)
    if short in aliases:
        return aliases[short]
    composed = {function.__name__ for function in NUMPY} - aliases.keys()
    if short in composed:
        raise UnknownOperationError(
            f"np.{short} works on tensors, but is no operation of its own: it is put together from others, which you "
            "see as its nodes when you draw it"
        )
    near = get_close_matches(short, sorted({*REGISTRY, *aliases}), n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise UnknownOperationError(f"there is no operation {name!r}{hint} (python -m nbgrad.ops lists them all)")


def ways(op: Operation) -> list[str]:
    """The names under which an operation can be looked up besides its own: NumPy's, and those of its methods."""
    functions = [declared.source(op)] if re.match(r"np\.[\w.]+\(", op.source) else []
    return [*functions, *declared.numpy_names(op), *(way for way in declared.methods(op) if way.startswith("x."))]
