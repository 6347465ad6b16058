"""Gradients of matrix products: what stands for the transposed product where vectors or stacks of matrices are in it.

"ᵀ" means each matrix of a stack by itself; "⊗" is the product of each element with each.
"""

from __future__ import annotations

from collections.abc import Sequence

Shape = tuple[int, ...]


def of_product(position: int, names: Sequence[str], a: Shape, b: Shape, made: Shape) -> str | None:
    """The template of what the operand at ``position`` of a product receives; ``None`` of single numbers.

    Args:
        names: the two operands' names.
        a, b, made: their shapes, and that of the product.

    >>> of_product(0, "ab", (2, 3), (3, 5), (2, 5)), of_product(1, "ab", (2, 3), (3, 5), (2, 5))
    ('{g} · {b}ᵀ', '{a}ᵀ · {g}')
    >>> of_product(1, "ab", (4, 2, 3), (3, 5), (4, 2, 5)), of_product(1, "ab", (3,), (3, 5), (5,))
    ('Σ {a}ᵀ · {g}', '{a} ⊗ {g}')
    """
    if not a or not b:
        return None
    mine, other = (a, b) if position == 0 else (b, a)
    another = f"{{{names[1 - position]}}}"
    if len(mine) == 1 and len(other) == 1:
        factor, sign = another, "·"
    elif len(other) == 1:  # each element of what arrives has met the same vector
        factor, sign = another, "⊗"
    else:
        factor, sign = f"{another}ᵀ", "·"
    product = f"{{g}} {sign} {factor}" if position == 0 else f"{factor} {sign} {{g}}"
    return f"Σ {product}" if len(other) > 1 and is_stacked(mine, made, other) else product


def is_stacked(mine: Shape, made: Shape, other: Shape) -> bool:
    """Whether an operand was used with several matrices of a stack, whose gradients add up."""
    axes = max(len(other) - 2, len(mine) - 2, 0)
    stack = made[:axes]
    own = mine[:-2] if len(mine) > 1 else ()
    return (1,) * (len(stack) - len(own)) + own != stack and any(n != 1 for n in stack)
