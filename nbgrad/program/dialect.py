"""How a framework spells what a program does. The writer of readable text asks a dialect; NumPy's is this one."""

from __future__ import annotations

import ast
import operator
from typing import ClassVar

import numpy as np

from .expression import Names, array_tree, expression, index_tree, literal
from .listing import Line, Listing
from .spelled import SPELLINGS


class Dialect:
    """NumPy's own spelling; the dialects of other frameworks say where theirs differs.

    Attributes:
        reserved: names that the text needs itself, so that no variable may have them.
    """

    reserved: ClassVar[tuple[str, ...]] = ("np",)

    def head(self, listing: Listing) -> list[str]:
        """The lines at the top of the file."""
        found = {SPELLINGS[line.function].needs for line in listing.lines if line.function in SPELLINGS}
        return [*sorted(need for need in found if need), "import numpy as np"]

    def array(self, array: np.ndarray) -> ast.expr:
        """A small array, typed out."""
        return array_tree(array)

    def expression(self, line: Line, names: Names) -> ast.expr:
        """What a line computes."""
        return expression(line.function, line.args, line.static, names)

    def writing(self, line: Line, names: Names) -> str:
        """A line that writes into an array, as a statement."""
        if line.function is operator.setitem:
            target, index, value = line.args
            place = ast.unparse(ast.Subscript(literal(target, names), index_tree(index, names), ast.Load()))
            new = literal(value, names)
            if isinstance(new, ast.BinOp) and ast.unparse(new.left) == place:
                sign = ast.unparse(ast.BinOp(ast.Name("a"), new.op, ast.Name("b")))[1:-1].strip()
                return f"{place} {sign}= {ast.unparse(new.right)}"
            return f"{place} = {ast.unparse(new)}"
        return ast.unparse(self.expression(line, names))
