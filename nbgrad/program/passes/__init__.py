"""Rewriting passes: small functions from a listing to a listing that computes the same, in fewer or cheaper lines.

>>> [rewriting.__name__ for rewriting in READABLE][:3]
['own_values', 'fold_constants', 'spare_broadcasts']
"""

from .arithmetic import delay_factors, gather_factors, multiply_by_inverses, split_powers
from .broadcasts import spare_broadcasts
from .common import merge_common
from .constants import fold_constants, fold_everything
from .copies import spare_copies
from .dead import remove_dead
from .idle import drop_idle
from .masks import masks_of_results
from .operands import even_operands
from .reductions import sums_as_products
from .signs import subtract_plainly
from .writes import own_values

READABLE = (
    own_values, fold_constants, spare_broadcasts, drop_idle, merge_common, gather_factors, subtract_plainly,
    spare_copies, remove_dead,
)  # fmt: skip
FAST = (
    fold_everything, split_powers, multiply_by_inverses, gather_factors, sums_as_products, remove_dead, delay_factors,
    merge_common, drop_idle, masks_of_results, remove_dead, even_operands, merge_common,
)  # fmt: skip

__all__ = [
    "FAST", "READABLE", "delay_factors", "drop_idle", "even_operands", "fold_constants", "fold_everything",
    "gather_factors", "masks_of_results", "merge_common", "multiply_by_inverses", "own_values", "remove_dead",
    "spare_broadcasts", "spare_copies", "split_powers", "subtract_plainly", "sums_as_products",
]  # fmt: skip
