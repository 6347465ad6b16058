"""The operands of PyTorch's records that no gradient flows to: data and numbers, as far as the records keep them.

A record has a place for each operand that could have had a gradient, and leads to nothing where it had none. What it
keeps of such an operand, for its gradient rule, has a name; and the name says which place is its own. Where nothing is
kept, as of the 5 in ``x + 5``, there is still an operand, of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .names import Names
    from .values import Saved

UNKNOWN = object()  # an operand that was there, and is not kept
Operands = list[tuple[Any, int]]  # with their positions

# What a rule keeps besides its operands: results, statistics, seeds. They start with one of these words.
OUTCOMES = (
    "result", "output", "logsumexp", "philox", "rng", "running_", "save", "total_weight", "offset2bag",
    "bag_size", "maximum_indices", "reserve", "workspace",
)  # fmt: skip

# What PyTorch calls the operands that gradients could flow to, in the order of their places. Those named here are
# always given, as tensors or as numbers; others after them may be.
TWO = ("self", "other")
PLACES = {
    **dict.fromkeys(("add", "sub", "rsub", "mul", "div", "maximum", "minimum", "remainder", "fmod", "where"), TWO),
    **dict.fromkeys(("atan2", "hypot", "xlogy", "logaddexp", "logaddexp2"), TWO),
    **dict.fromkeys(("mm", "bmm"), ("self", "mat2")),
    **dict.fromkeys(("mse_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy"), ("self", "target")),
    **dict.fromkeys(("binary_cross_entropy_with_logits", "kl_div", "soft_margin_loss"), ("self", "target")),
    **dict.fromkeys(("addcmul", "addcdiv"), ("self", "tensor1", "tensor2")),
    "pow": ("self", "exponent"),
    "masked_fill": ("self", "value"),
    "index_put": ("self", "values"),
    "index_add": ("self", "source"),
    "scatter": ("self", "src"),
    "scatter_add": ("self", "src"),
    "mv": ("self", "vec"),
    "dot": ("self", "tensor"),
    "addmm": ("self", "mat1", "mat2"),
    "addmv": ("self", "mat", "vec"),
    "baddbmm": ("self", "batch1", "batch2"),
    "lerp": ("self", "end"),
    "complex": ("real", "imag"),
    "convolution": ("input", "weight"),
    "native_layer_norm": ("input",),
    "native_group_norm": ("input",),
    "native_batch_norm": ("input",),
    "cudnn_batch_norm": ("input",),
    "mkldnn_rnn_layer": ("input", "weight0", "weight1", "weight2", "weight3", "hx_", "cx_"),
}  # fmt: skip
LISTS = ("cat", "stack")  # every place is that of an operand

# Where an operand stands in the call, by its place in the record: the second less the first; lstm(x, h, c, weights).
AS_CALLED = {"rsub": (1, 0), "mkldnn_rnn_layer": (0, 3, 4, 5, 6, 1, 2)}

# Operands that no gradient ever flows to, so that a record has no place for them, and the position where they stand.
BESIDE = {
    "where": {"condition": 0},
    "masked_fill": {"mask": 1},
    "nll_loss": {"target": 1},
    "nll_loss2d": {"target": 1},
    "embedding": {"indices": 1},
    "index": {"indices": 1},
    "index_put": {"indices": 1},
    "index_add": {"index": 1},
    "index_select": {"index": 1},
    "scatter": {"index": 1},
    "scatter_add": {"index": 1},
    "masked_select": {"mask": 1},
    "embedding_bag": {"indices": 1, "offsets": 2},
    "gather": {"index": 1},
}


SEVERAL = ("indices",)  # such as those of x[rows, columns]


def operands_of(function: Any, op: str, saved: Saved, names: Names) -> Operands:
    """The operands of a record with their positions: (record, number of its result), tensors, numbers, or UNKNOWN."""
    labels, beside = PLACES.get(op, ()), BESIDE.get(op, {})
    many = max(len(function.next_functions), len(labels))
    places = [position for position in range(many + len(beside)) if position not in beside.values()][:many]
    named = dict(zip(labels, places, strict=False)) | beside
    numbers = _numbers(function, labels)
    found: dict[int, Any] = {named[label]: number for label, number in numbers.items()}
    taken = [place for place in places if place not in found]  # a number has no place of its own
    for place, operand in zip(taken, function.next_functions, strict=False):
        if operand[0] is not None:
            found[place] = operand
    free = [place for place in taken[: len(function.next_functions)] if place not in found]
    _place(found, saved, names, named, [place for place in free if place not in named.values()])
    for place in free if op in LISTS else named.values():
        found.setdefault(place, UNKNOWN)
    if getattr(function, "_saved_has_biases", None) is False:  # what stands in their places is computed with by nobody
        found = {place: operand for place, operand in found.items() if labels[place] not in ("weight2", "weight3")}
    if order := AS_CALLED.get(op):
        found = {order[place] if place < len(order) else place: operand for place, operand in found.items()}
    return [(found[place], place) for place in sorted(found)]


def _numbers(function: Any, labels: Sequence[str]) -> dict[str, int | float | complex]:
    """The operands of a record that were plain numbers, by what PyTorch calls them."""
    kept = {label: _kept(function, label) for label in labels}
    return {label: number for label, number in kept.items() if isinstance(number, int | float | complex)}


def _kept(function: Any, name: str) -> Any:
    """What a record keeps that is no tensor: to ask for a tensor could compute it anew."""
    if hasattr(type(function), f"_raw_saved_{name}"):
        return None
    try:
        return getattr(function, f"_saved_{name}", None)
    except RuntimeError:  # freed by a backward pass
        return None


def _place(found: dict[int, Any], saved: Saved, names: Names, named: Mapping[str, int], unnamed: list[int]) -> None:
    """Give each tensor that a record keeps and that needs no gradient its place among the operands.

    What it calls ``weight``, say, and has no certain place comes to the places that are left, in their order. Others
    are known for operands if the notebook has a name for them.
    """
    for name, tensor in saved:
        if tensor.requires_grad or name.startswith(OUTCOMES) or any(tensor is other for other in found.values()):
            continue
        place = named.get(name)
        if place is not None and place not in found:
            found[place] = tensor
        elif place is None and unnamed:
            found[unnamed.pop(0)] = tensor
        elif names.of(tensor) or (place is not None and name in SEVERAL):
            found[max([*found, *named.values()]) + 1] = tensor


# Facts about operands that the drawing says already, or that do not say anything to a reader.
NOT_TOLD = (
    "exponent", "input_scale", "training", "bidirectional", "normalized_shape", "storage_offset", "scales",
    "scales_h", "scales_w", "normalization", "N", "C", "HxW",
)  # fmt: skip
USUAL = {
    "alpha": ("1", "1.0"), "beta": ("1", "1.0"), "value": ("1",), "padding_idx": ("-1",),
    "delta": ("1",), "scale": ("1", "1.0"), "step": ("1",),
    "reduction": ("1",), "ignore_index": ("-100",), "groups": ("1",), "approximate": ("none",), "stride": ("1",),
    "padding": ("0",), "dilation": ("1",), "output_padding": ("0",), "start": ("0",),
    "dropout_p": ("0",), "diagonal": ("0",), "offset": ("0",), "correction": ("1",),
    "count_include_pad": ("True",), "left": ("True",), "full_matrices": ("True",), "eps": ("1e-05",), "ord": ("2",),
}  # fmt: skip
USUAL_OF = (("softplus", "threshold", "20"),)
PARTS = ("split", "split_with_sizes", "unsafe_split", "unsafe_split_with_sizes", "unbind")  # have several results
LAYERS = ("mkldnn_rnn_layer", "cudnn_rnn", "trilinear")  # told two dozen things, which their operands say
ORDER = {"max": 1, "end": 1, "step": 2, "keepdim": 1}  # what one says later than the order of the alphabet has it
REDUCTIONS = {"0": "none", "2": "sum"}
EVERYWHERE = ("stride", "padding", "dilation", "output_padding", "kernel_size")  # mostly the same along each axis


def settings_of(function: Any, op: str) -> tuple[tuple[str, str], ...]:
    """What the operation of a record was told besides its operands, as far as it is not what is usual.

    >>> import types
    >>> settings_of(types.SimpleNamespace(_saved_dim=(2**64 - 1,), _saved_keepdim=False), "sum")
    (('dim', '-1'),)
    """
    told: list[tuple[str, str]] = []
    if op in LAYERS:
        return ()
    for attribute in dir(function):
        name = attribute.removeprefix("_saved_")
        if (
            name == attribute
            or name in NOT_TOLD
            or name.endswith("_sizes")
            or "_sym_" in name
            or name in PLACES.get(op, ())
        ):
            continue
        value = _kept(function, name)
        if name in EVERYWHERE and isinstance(value, list | tuple) and len(set(value)) == 1:
            value = value[0]
        said = _said(value)
        if said and said not in USUAL.get(name, ()) and (op, name, said) not in USUAL_OF:
            told.append((name, REDUCTIONS.get(said, said) if name == "reduction" else said))
    return tuple(sorted(told, key=lambda setting: ORDER.get(setting[0], 0)))


def _said(value: Any) -> str:
    """A setting in words; "" where it is none, or switched off."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return "True" if value else ""
    if isinstance(value, int):  # the last axis of all is kept as a number without a sign; an open end as the largest
        return "" if value == 2**63 - 1 else str(value - 2**64 if value >= 2**63 else value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple) and value and all(isinstance(one, int) for one in value):
        said = [_said(one) for one in value]
        return said[0] if len(said) == 1 else f"({', '.join(said)})"
    return ""
