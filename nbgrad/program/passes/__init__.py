"""Rewriting passes: small functions from a listing to a listing that computes the same, in fewer or cheaper lines.

>>> [rewriting.__name__ for rewriting in READABLE][:3]
['own_values', 'fold_constants', 'spare_broadcasts']
"""

from .arithmetic import gather_factors, spare_products, split_powers
from .broadcasts import spare_broadcasts
from .common import merge_common
from .constants import fold_constants, fold_everything
from .copies import spare_copies
from .dead import remove_dead
from .idle import drop_idle
from .reductions import sums_as_products
from .writes import own_values

READABLE = (own_values, fold_constants, spare_broadcasts, drop_idle, merge_common, spare_copies, remove_dead)
FAST = (
    spare_broadcasts, fold_everything, split_powers, spare_products, gather_factors,
    sums_as_products, merge_common, drop_idle,
    remove_dead,
)  # fmt: skip

__all__ = [
    "FAST", "READABLE", "drop_idle", "fold_constants", "fold_everything", "gather_factors", "merge_common",
    "own_values", "remove_dead", "spare_broadcasts", "spare_copies", "spare_products", "split_powers", "sums_as_products",
]  # fmt: skip
