"""The lines of the notebook's cells that gave the leaves of a graph their names: ``W = ng.tensor(...)``.

What an operation was made by is captured while it runs; of a leaf nothing is. But where it is a variable of the
notebook, the last cell that assigned to that variable made it, or at least named it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ..core import places
from ..core.names import variable_names
from .pictures import LEFT_OUT, Picture

MOST_CELLS = 300  # so many of the latest are looked through
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)  # their variables are their own
Line = tuple[str, int, str]


def lines_of_leaves(picture: Picture) -> dict[int, Line]:
    """Leaf -> cell, line and text of its assignment; outside of IPython nothing."""
    cells = getattr(places.shell(), "user_ns", {}).get("In")
    if not isinstance(cells, list):
        return {}
    variables = variable_names()
    wanted: dict[str, list[int]] = {}
    for vertex in picture.vertices:
        if vertex is not LEFT_OUT and vertex.op is None and id(vertex.thing) in variables:
            wanted.setdefault(variables[id(vertex.thing)], []).append(vertex.id)
    found = assigned(dict(list(enumerate(cells))[-MOST_CELLS:]), wanted)
    return {node: found[name] for name, nodes in wanted.items() if name in found for node in nodes}


def assigned(cells: Mapping[int, str], names: Mapping[str, object]) -> dict[str, Line]:
    """Name -> where it was assigned to last. cells: by their numbers, in order.

    >>> assigned({1: "w = 2", 2: "a, w = 1, 3\\nprint(w)"}, {"w": None, "b": None})
    {'w': ('In [2]', 1, 'a, w = 1, 3')}
    """
    found: dict[str, Line] = {}
    for number, cell in reversed(list(cells.items())):
        if len(found) == len(names):
            break
        if not isinstance(cell, str):  # a variable of the user's own called In
            continue
        lines = cell.splitlines()
        here = {name: line for name, line in assignments(cell) if name in names}  # the last line of a name stays
        for name, line in here.items():
            found.setdefault(name, (f"In [{number}]", line, lines[line - 1].strip()))
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
