"""Operations as they are thought of, where PyTorch records the several steps that it computes them by.

A linear layer is a transposition of its weight and a product with a sum; for an array of more than two axes, that is
laid out as a matrix before and laid out anew behind. A product of stacks of matrices, ``q @ k``, is laid out as one
stack, multiplied, and laid out anew. Such steps need no boxes of their own, as long as nothing else uses their results
and the notebook has no names for them.

Several steps that only lay out the same numbers anew, as those that separate the heads of an attention, are one box,
too, unless each tensor is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from math import prod
from typing import TYPE_CHECKING, Any

from .operands import Operands
from .words import LAYING_OUT, REARRANGE, readable, spelled

if TYPE_CHECKING:
    from .names import Names

Function = Any
Shape = tuple[int, ...]
RESHAPES = ("ViewBackward0", "UnsafeViewBackward0", "ReshapeAliasBackward0")
WITHIN = "UnsafeViewBackward0"  # how PyTorch lays out anew within its own operations; a user's .view() is another
PRODUCTS = {"AddmmBackward0": (1, 2), "MmBackward0": (0, 1)}  # the places of x and of the turned weight


class Whole:
    """One operation of several steps.

    Attributes:
        op: what it is called.
        core: the record of its product, which keeps what the gradient rule needs; or that of its last step.
        batch: the axes of the result before those of its matrices, if the operands were laid out for the product.
        bias: the record of what is added to the product by a step of its own.
        settings: what is said of it besides its operands, as ``settings_of`` says it.
    """

    def __init__(
        self, op: str, core: Function, batch: Shape | None = None, bias: Any = None, steps: Iterable[str] = ()
    ):
        self.op = op
        self.core = core
        self.batch = batch
        self.bias = bias
        self.settings = (("steps", f"({', '.join(steps)})"),) if steps else ()

    def operands(self, given: Operands, hidden: Collection[Function]) -> Operands:
        """The operands of the whole for those of its product: in the order x, weight and bias, as they were given."""
        found = [(self._given(operand, hidden), position) for operand, position in given]
        if self.op == "linear":
            if self.core.name() == "AddmmBackward0":
                bias, x, weight = (operand for operand, _ in found)
                return [(x, 0), (weight, 1), (bias, 2)]
            return found if self.bias is None else [*found, (self.bias, 2)]
        return found

    def _given(self, operand: Any, hidden: Collection[Function]) -> Any:
        """An operand as it was before it was laid out for the product."""
        if isinstance(operand, tuple):
            while operand[0] in hidden:
                operand = operand[0].next_functions[0]
        elif self.batch is not None and hasattr(operand, "grad_fn"):
            base = _base_of(operand, self.batch)
            return _laid_out(operand, self.batch) if base is None else base
        return operand


class Wholes:
    """The operations of several steps among records.

    Attributes:
        hidden: the records of steps that need no box of their own.
        same: a record that turns a turned weight back -> the record of the weight; such are hidden, too.
        of: the record of the last step -> the whole.

    ``with_rows``: whether what is laid out anew by several steps is one operation.
    """

    def __init__(self, functions: Iterable[Function], roots: Iterable[Function], names: Names, with_rows: bool = False):
        self.hidden: dict[Function, None] = {}  # in an order that does not change
        self.same: dict[Function, Function] = {}
        self.of: dict[Function, Whole] = {}
        self._roots = set(roots)
        self._names = names
        self._users: dict[Function, list[tuple[Function, int]]] = {}
        functions = list(functions)
        for function in functions:
            for place, (operand, _) in enumerate(function.next_functions):
                if operand is not None:
                    self._users.setdefault(operand, []).append((function, place))
        for function in functions:
            self._find_turned_back(function)
        for function in functions:
            if function.name() in PRODUCTS:
                self._find_linear(function)
            elif function.name() == "BmmBackward0":
                self._find_product(function)
        for function in functions if with_rows else ():
            self._find_row(function)

    def _only_user(self, function: Function) -> Function | None:
        """The record that uses a result, if nothing else does, and if it is neither drawn itself nor named."""
        users = self._users.get(function, ())
        if len(users) != 1 or function in self._roots or self._names.of_result(function, 0) is not None:
            return None
        return users[0][0]

    def _is_step(self, function: Function | None, *names: str) -> bool:
        return function is not None and function.name() in names and self._only_user(function) is not None

    def _find_turned_back(self, function: Function) -> None:
        """A weight that was turned for a layer, and turned back for that layer's backward pass: it is the weight."""
        turned = function.next_functions[0][0] if function.name() == "TBackward0" else None
        if turned is None or turned.name() != "TBackward0" or not hasattr(turned.next_functions[0][0], "variable"):
            return
        if self._only_user(function) is None:
            return
        self.same[function] = turned.next_functions[0][0]
        self.hidden[function] = None
        self._users[turned] = [user for user in self._users[turned] if user[0] is not function]
        if not self._users[turned]:
            self.hidden[turned] = None

    def seen(self, operand: Any) -> Any:
        """An operand, or what it is in another form."""
        return (self.same[operand[0]], 0) if isinstance(operand, tuple) and operand[0] in self.same else operand

    def _find_linear(self, core: Function) -> None:
        """x @ weight.T, with or without a bias.

        A product without a bias is a layer's if the weight is a ``torch.nn.Parameter``: who writes ``x @ w.t()`` for
        other tensors has written two operations, and ``addmm`` hardly anybody writes.
        """
        at_x, at_weight = PRODUCTS[core.name()]
        turned = core.next_functions[at_weight][0]
        weight = getattr(turned.next_functions[0][0], "variable", None) if self._is_step(turned, "TBackward0") else None
        factors = (getattr(core, f"_saved_{name}", 1) for name in ("alpha", "beta"))
        if weight is None or any(factor != 1 for factor in factors):
            return
        if core.name() == "MmBackward0" and not _is_parameter(weight):
            return
        self.hidden[turned] = None
        after = self._only_user(core)
        if not self._is_laid_out(core, at_x, after):
            self.of[core] = Whole("linear", core)
            return
        self.hidden[core] = None
        self._hide(core.next_functions[at_x][0])
        batch, bias, last = _shape(after)[:-1], None, after
        added = self._only_user(after)
        if core.name() == "MmBackward0" and added is not None:
            bias = _bias_of(added, after, _shape(after)[-1])
        if bias is not None:
            self.hidden[after] = None
            last = added
        self.of[last] = Whole("linear", core, batch, bias)

    def _is_laid_out(self, core: Function, at_x: int, after: Function | None) -> bool:
        """Whether x was laid out as a matrix for a product, and the product as x was."""
        if after is None or after.name() not in RESHAPES:
            return False
        shape, width = _shape(after), _shape(core)[-1]
        if len(shape) < 3 or shape[-1] != width:
            return False
        before = core.next_functions[at_x][0]
        if before is not None:
            return self._is_step(before, *RESHAPES) and _shape(*before.next_functions[0])[:-1] == shape[:-1]
        if after.name() == WITHIN:
            return True
        try:
            x = core._saved_mat1
        except (AttributeError, RuntimeError):  # freed by a backward pass
            return True
        return self._names.of(x) is None and _base_of(x, shape[:-1]) is not None

    def _find_product(self, core: Function) -> None:
        """q @ k of stacks of matrices."""
        after = self._only_user(core)
        if after is None or after.name() != WITHIN:
            return
        self.hidden[core] = None
        for operand, _ in core.next_functions:
            self._hide(operand)
        self.of[after] = Whole("matmul", core, _shape(after)[:-2])

    def _find_row(self, first: Function) -> None:
        """Steps in a row that only lay out numbers anew, from the first to the last."""
        if not self._lays_out(first) or any(self._continues(operand) for operand, _ in first.next_functions):
            return
        row = [first]
        while self._continues(row[-1]):
            row.append(self._only_user(row[-1]))
        if len(row) > 1:
            self.hidden |= dict.fromkeys(row[:-1])
            self.of[row[-1]] = Whole(REARRANGE, row[-1], steps=[readable(spelled(step.name())) for step in row])

    def _lays_out(self, function: Function | None) -> bool:
        if function is None or function in self.hidden or function in self.of:
            return False
        return readable(spelled(function.name())) in LAYING_OUT

    def _continues(self, function: Function | None) -> bool:
        """Whether a step that only lays out numbers anew is followed by another, and used by nothing else."""
        return function is not None and self._lays_out(function) and self._lays_out(self._only_user(function))

    def _hide(self, before: Function | None) -> None:
        """Hide the steps by which an operand was laid out: a copy of what is repeated, and its new shape."""
        if before is None or not self._is_step(before, *RESHAPES):
            return
        self.hidden[before] = None
        further = before.next_functions[0][0]
        if before.name() == WITHIN and self._is_step(further, "CloneBackward0"):
            self.hidden[further] = None
            further = further.next_functions[0][0]
        if self._is_step(further, "ExpandBackward0"):
            self.hidden[further] = None


def _is_parameter(tensor: Any) -> bool:
    parameter = getattr(sys.modules["torch"].nn, "Parameter", None)
    return parameter is not None and isinstance(tensor, parameter)


def _shape(function: Function, which: int = 0) -> Shape:
    """The shape of a result of a record, empty where it is not told."""
    announced = getattr(function, "_input_metadata", ())
    return tuple(announced[which].shape) if which < len(announced) else ()


def _bias_of(added: Function, product: Function, width: int) -> Any:
    """The bias that is added to a product, as an operand: a parameter with a number for each column."""
    if added.name() != "AddBackward0" or getattr(added, "_saved_alpha", 1) != 1:
        return None
    first, bias = added.next_functions
    parameter = getattr(bias[0], "variable", None)
    if first[0] is not product or not _is_parameter(parameter) or _shape(bias[0]) != (width,):
        return None
    return bias


def _base_of(tensor: Any, batch: Shape) -> Any:
    """The array that a tensor is a matrix, or a stack of matrices, of: it holds the same numbers in the same order."""
    base = getattr(tensor, "_base", None)
    if base is None or tuple(base.shape) != batch + tuple(tensor.shape[1:]):
        return None
    same = base.is_contiguous() and tensor.is_contiguous() and base.data_ptr() == tensor.data_ptr()
    return base if same else None


def _laid_out(tensor: Any, batch: Shape) -> Any:
    """A tensor that was laid out for a product, as it was before: with the axes of the result."""
    shape = batch + tuple(tensor.shape[1:])
    return tensor.detach().reshape(shape) if tensor.numel() == prod(shape) else tensor
