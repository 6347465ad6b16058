"""Products that are summed over indices, as ``einsum`` computes them: "[Σ_j A_ij · B_jk]_ik".

The brackets make an array of their elements: what stands in them holds for each value of the indices below.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...display.formula import is_bare
from ...display.player.trace import slot

Shape = tuple[int, ...]


def indices_of(subscripts: str, shapes: Sequence[Shape]) -> tuple[list[str], str] | None:
    """The indices of the operands, and those of the result; ``None`` where letters alone do not tell what is computed:
    an ellipsis, an axis of length 1 that is copied; and where all are single numbers, which have no elements.

    >>> indices_of("ij, jk", [(2, 3), (3, 4)]), indices_of("ii->", [(2, 2)])
    ((['ij', 'jk'], 'ik'), (['ii'], ''))
    >>> indices_of("...i->...", [(2, 3)]), indices_of("ij,jk->ik", [(2, 1), (3, 4)])
    (None, None)
    """
    given, arrow, made = subscripts.replace(" ", "").partition("->")
    operands = given.split(",")
    if "." in subscripts or len(operands) != len(shapes) or not any(operands):
        return None
    lengths: dict[str, int] = {}
    for letters, shape in zip(operands, shapes, strict=True):
        if len(letters) != len(shape):
            return None
        if any(lengths.setdefault(letter, n) != n for letter, n in zip(letters, shape, strict=True)):
            return None
    if all(n == 1 for n in lengths.values()):
        return None
    return operands, made if arrow else "".join(sorted(i for i in lengths if given.count(i) == 1))


def summed(factors: Sequence[tuple[str, str]], made: str) -> tuple[str, str]:
    """A sum of products, as text and as LaTeX, from names with their indices.

    >>> summed([("A", "ij"), ("v", "j")], "i")
    ('[Σ_j A_ij · v_j]_i', '\\\\left[\\\\sum_{j} {A}_{ij} \\\\cdot {v}_{j}\\\\right]_{i}')
    """
    over = "".join(dict.fromkeys(i for _, letters in factors for i in letters if i not in made))
    text = " · ".join(f"{name}_{letters}" if letters else name for name, letters in factors)
    latex = r" \cdot ".join(f"{{{name}}}_{{{letters}}}" if letters else name for name, letters in factors)
    if over:
        text, latex = f"Σ_{over} {text}", rf"\sum_{{{over}}} {latex}"
    return (f"[{text}]_{made}", rf"\left[{latex}\right]_{{{made}}}") if made else (text, latex)


def result(subscripts: str, shapes: Sequence[Shape]) -> tuple[str, str] | None:
    """The product of all operands, with slots for them, as text and as LaTeX."""
    if (known := indices_of(subscripts, shapes)) is None:
        return None
    operands, made = known
    return summed([(slot(i), letters) for i, letters in enumerate(operands)], made)


def contribution(
    subscripts: str, shapes: Sequence[Shape], position: int, names: Sequence[str], upstream: str
) -> str | None:
    """What the operand at ``position`` receives: its place in the product is taken by what arrives at the result.

    ``None`` also where the operand is read along a diagonal, outside of which its gradient is 0.

    >>> contribution("ij,jk->ik", [(2, 3), (3, 4)], 0, ["A", "W_2"], "∂loss/∂y")
    '[Σ_k (∂loss/∂y)_ik · (W_2)_jk]_ij'
    >>> contribution("ij->i", [(2, 3)], 0, ["A"], "∂loss/∂y"), contribution("ii", [(2, 2)], 0, ["A"], "∂loss/∂y")
    ('[(∂loss/∂y)_i]_ij', None)
    """
    known = indices_of(subscripts, shapes)
    if known is None or len(set(known[0][position])) < len(known[0][position]):
        return None
    operands, made = known
    others = [(name if is_bare(name) else f"({name})", operands[i]) for i, name in enumerate(names) if i != position]
    return summed([(f"({upstream})" if made else upstream, made), *others], operands[position])[0]
