"""The lines of the notebook's cells that gave the leaves of a graph their names: ``W = ng.tensor(...)``.

What an operation was made by is captured while it runs; of a leaf nothing is. But where it is a variable of the
notebook, the last cell that assigned to that variable made it, or at least named it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from ..core.cells import Source, cell, shell
from ..core.names import variable_names
from .pictures import LEFT_OUT, Picture

MOST_CELLS = 300  # so many of the latest are looked through
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)  # their variables are their own
Line = tuple[str, int, str]


def lines_of_leaves(picture: Picture) -> dict[int, Line]:
    """Leaf -> cell, line and text of its assignment; outside of IPython nothing."""
    compiled = getattr(shell(), "user_ns", {}).get("In")
    if not isinstance(compiled, list):
        return {}
    latest = list(enumerate(compiled))[-MOST_CELLS:]
    cells = [cell(number, text) for number, text in latest if isinstance(text, str)]  # others are the user's own In
    variables = variable_names()
    wanted: dict[str, list[int]] = {}
    for vertex in picture.vertices:
        if vertex is not LEFT_OUT and vertex.op is None and id(vertex.thing) in variables:
            wanted.setdefault(variables[id(vertex.thing)], []).append(vertex.id)
    found = assigned(cells, wanted)
    return {node: found[name] for name, nodes in wanted.items() if name in found for node in nodes}


def assigned(cells: Sequence[Source], names: Mapping[str, object]) -> dict[str, Line]:
    """Name -> where it was assigned to last. cells: in their order.

    >>> cells = [Source("In [1]", ["w = 2"]), Source("In [2]", ["a, w = 1, 3", "print(w)"])]
    >>> assigned(cells, {"w": None, "b": None})
    {'w': ('In [2]', 1, 'a, w = 1, 3')}
    """
    found: dict[str, Line] = {}
    for where, lines, above in reversed(cells):
        if len(found) == len(names):
            break
        here = {name: line for name, line in assignments("\n".join(lines)) if name in names}  # the last line stays
        for name, line in here.items():
            found.setdefault(name, (where, above + line, lines[line - 1].strip()))
    return found


def assignments(cell: str) -> Iterator[tuple[str, int]]:
    """The names that a cell assigns to, outside of functions, and the lines where it does; nothing if it is no Python.

    >>> list(assignments("with a as f:\\n    w: int = 2\\ndef g():\\n    v = 1"))
    [('w', 2)]
    """
    try:
        waiting: list[ast.AST] = [ast.parse(cell)]
    except (SyntaxError, ValueError):
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for part in (part for target in targets for part in ast.walk(target)):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    yield part.id, node.lineno
        elif not isinstance(node, SCOPES):
            waiting += reversed(list(ast.iter_child_nodes(node)))
