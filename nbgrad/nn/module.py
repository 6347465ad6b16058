"""The module: a part of a network that owns its parameters, and is called like a function.

A network is a class with a ``forward`` method. Whatever tensors and modules it keeps as attributes belong to it, in
the order in which they were defined; nothing needs to be registered::

    class Net(nn.Module):
        def __init__(self):
            self.hidden = nn.Linear(2, 16)
            self.output = nn.Linear(16, 1)

        def forward(self, x):
            return self.output(F.tanh(self.hidden(x)))

Lists, tuples and dictionaries of tensors and modules belong to it as well. Among the tensors, a leaf that requires a
gradient is a parameter. One that requires none is a buffer: part of the state, but not trained; unless its name
begins with an underscore.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import numpy as np

from ..core.containers import flatten
from ..core.errors import ForwardMissingError, NameClashError, StateError
from ..core.groups import Caller
from ..core.names import readable
from ..core.serials import new_serial
from ..core.states import fitting_arrays
from ..core.tensor import Tensor

NOTHING = object()  # stands for an argument that was not given
Self = TypeVar("Self", bound="Module")


class Module:
    """The common ancestor of layers and networks; see this module's docstring.

    Attributes:
        training: whether the network is being trained; dropout and batch normalisation ask for it.

    >>> import numpy as np
    >>> import nbgrad as ng
    >>> class Line(ng.nn.Module):
    ...     def __init__(self):
    ...         self.k = ng.tensor(2.0, requires_grad=True)
    ...         self.b = ng.tensor(1.0, requires_grad=True)
    ...     def forward(self, x):
    ...         return self.k * x + self.b
    >>> line = Line()
    >>> line(np.array([0.0, 1.0])).tolist()
    [1.0, 3.0]
    >>> [name for name, p in line.named_parameters()]
    ['k', 'b']
    >>> line
    Line()  2 parameters
      k ()  1
      b ()  1
    """

    __slots__ = ("__dict__", "__weakref__", "_caller")

    _caller: Caller
    training = True  # of the class: a subclass need not call super().__init__()

    def forward(self, *args: Any, **options: Any) -> Any:
        """What the module computes.

        Raises:
            ForwardMissingError: the class does not say.
        """
        raise ForwardMissingError(
            f"{type(self).__name__} does not say what it computes; give the class a method forward(self, x)"
        )

    def __call__(self, x: Any = NOTHING, /, *more: Any, **options: Any) -> Any:
        first = new_serial()  # its result keeps a note of who gave it: see nbgrad.core.groups
        given: Any = id(x)
        if more or options or x is NOTHING:
            result = self.forward(*(() if x is NOTHING else (x, *more)), **options)
            given = (given, *map(id, (*more, *options.values())))
        else:
            result = self.forward(x)  # by far the commonest, and faster without unpacking
        if type(result) is not Tensor:
            return self._several(result, first, given)
        if result.serial > first:  # not its input, handed back
            try:
                result.group = (self._caller, first, result.group, given)
            except AttributeError:
                self._caller = Caller(self)
                result.group = (self._caller, first, result.group, given)
        return result

    def _several(self, results: Any, first: int, given: Any) -> Any:
        """Several results, each with the note of which call gave it."""
        for result in flatten(results)[0]:
            if isinstance(result, Tensor) and result.serial > first:
                result.group = (Caller(self), first, result.group, given)
        return results

    def __getstate__(self) -> dict[str, Any]:
        return vars(self)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        name_parameters(name, value)

    # ---- what belongs to it
    def members(self) -> Iterable[tuple[str, Any]]:
        """Its attributes; a container gives its layers instead."""
        return vars(self).items()

    def named_modules(self) -> list[tuple[str, Module]]:
        """``(path, module)`` for itself (the path is empty) and all modules within, in order of definition."""
        return [(path, thing) for path, thing in walk(self) if isinstance(thing, Module)]

    def modules(self) -> list[Module]:
        """Itself and all modules within, in order of definition; one that stands in two places, once."""
        return [module for _, module in self.named_modules()]

    def named_parameters(self) -> list[tuple[str, Tensor]]:
        """``(path, parameter)`` in order of definition, paths such as ``"hidden.weight"``; a shared one, once."""
        return [(path, thing) for path, thing in walk(self) if is_parameter(thing)]

    def parameters(self) -> list[Tensor]:
        """All parameters, in order of definition: what an optimiser is given."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_buffers(self) -> list[tuple[str, Tensor]]:
        """``(path, buffer)`` in order of definition: what belongs to the state, but is not trained."""
        return [(path, tensor) for path, tensor in state_tensors(self) if not tensor.requires_grad]

    def buffers(self) -> list[Tensor]:
        """All buffers, in order of definition."""
        return [buffer for _, buffer in self.named_buffers()]

    # ---- what is done to all of it
    def train(self: Self, training: bool = True) -> Self:
        """Let it and all modules within behave as in training; gives the module itself."""
        for module in self.modules():
            module.training = bool(training)
        return self

    def eval(self: Self) -> Self:
        """Let it and all modules within behave as when the network is used; gives the module itself."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.grad = None

    def astype(self: Self, dtype: Any) -> Self:
        """Convert all floating parameters and buffers, to ``np.float32`` for example; gives the module itself.

        Do it before an optimiser begins to remember anything of them. Gradients are forgotten.
        """
        for _, tensor in state_tensors(self):
            if tensor.dtype.kind == "f":
                tensor.data, tensor.grad = tensor.data.astype(dtype), None
        return self

    # ---- its state
    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of all parameters and buffers, under their paths. :func:`nbgrad.nn.save` writes it to a file.

        Raises:
            NameClashError: two of them have the same path.
        """
        return {path: np.array(tensor.data) for path, tensor in state_by_path(self).items()}

    def load_state_dict(self, state: Any) -> None:
        """Take over the numbers of a state that :meth:`state_dict` gave; dtypes stay, gradients are forgotten.

        Raises:
            StateError: names are missing or not known, or shapes differ; lists them all. Or a buffer of whole numbers
                would get others. Nothing is changed then.
            NotAStateError, UnsupportedDataError: it is no dictionary from names to arrays of real numbers.
            NameClashError: two parameters or buffers have the same path.
        """
        tensors = state_by_path(self)
        shapes = {path: tensor.shape for path, tensor in tensors.items()}
        arrays = fitting_arrays(state, shapes, f"this {type(self).__name__}")
        for path, tensor in tensors.items():
            if tensor.dtype.kind in "iub" and not holds(tensor.dtype, arrays[path]):
                raise StateError(
                    f"{readable(path)!r} of this {type(self).__name__} holds {tensor.dtype} numbers, but the state has "
                    f"others, of {arrays[path].dtype}, that would be cut off; nothing was loaded"
                )
        for path, tensor in tensors.items():
            tensor.data, tensor.grad = arrays[path].astype(tensor.dtype)[()], None

    # ---- text
    def extra_repr(self) -> str:
        """What stands in the parentheses when a layer is printed: its sizes and options."""
        return ""

    def __repr__(self) -> str:
        rows = list(_tree(self))
        width = max(len(left) for left, _ in rows)
        lines = [f"{left:<{width}}  {number:,}" if number else left for left, number in rows]
        if rows[0][1]:
            lines[0] += " parameters"
        return "\n".join(lines)


def is_parameter(thing: Any) -> bool:
    """Whether it is a tensor that is trained: a leaf that requires a gradient."""
    return isinstance(thing, Tensor) and thing.requires_grad and thing.op is None


def walk(root: Any) -> Iterator[tuple[str, Any]]:
    """``(path, thing)`` for every module and leaf tensor within ``root`` and for itself: in order, each thing once."""
    seen: set[int] = set()
    waiting = [("", root)]
    while waiting:
        path, thing = waiting.pop()
        if not isinstance(thing, Module | Tensor | list | tuple | dict) or id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, Module) or (isinstance(thing, Tensor) and thing.op is None):
            yield path, thing
        if not isinstance(thing, Tensor):
            parts = [(f"{path}.{name}" if path else str(name), part) for name, part in _parts(thing)]
            waiting.extend(reversed(parts))


def _parts(thing: Module | list | tuple | dict) -> Iterable[tuple[Any, Any]]:
    if isinstance(thing, Module):
        return thing.members()
    return thing.items() if isinstance(thing, dict) else enumerate(thing)


def state_tensors(module: Module) -> list[tuple[str, Tensor]]:
    """``(path, tensor)`` for the parameters and buffers of ``module``."""
    return [
        (path, thing)
        for path, thing in walk(module)
        if isinstance(thing, Tensor) and (thing.requires_grad or not path.rpartition(".")[2].startswith("_"))
    ]


def state_by_path(module: Module) -> dict[str, Tensor]:
    """The parameters and buffers of ``module`` under their paths.

    Raises:
        NameClashError: two of them have the same path.
    """
    found: dict[str, Tensor] = {}
    for path, tensor in state_tensors(module):
        if path in found:
            raise NameClashError(
                f"two tensors of this {type(module).__name__} are called {readable(path)!r}, one of shape "
                f"{found[path].shape} and one of shape {tensor.shape}, and a state can hold only one of them; choose "
                "other keys for the dictionaries on the way, without points, and all of them text"
            )
        found[path] = tensor
    return found


def holds(dtype: np.dtype, array: np.ndarray) -> bool:
    """Whether all numbers of ``array`` are still the same when they are converted to ``dtype``."""
    with np.errstate(invalid="ignore"):  # of NaN, say
        return np.array_equal(array, array.astype(dtype))


def name_parameters(name: str, value: Any) -> None:
    """Let parameters be called by the place where they are, ``hidden.weight``, unless they have a name of their own.

    In drawings and messages one can then tell the weights of one layer from those of the other.
    """
    for path, thing in walk(value):
        if is_parameter(thing) and (thing.name is None or f".{path}".endswith(f".{thing.name}")):
            thing.name = f"{name}.{path}" if path else name


def _tree(root: Module) -> Iterator[tuple[str, int]]:
    """The lines of the printed tree, each with a number of parameters.

    A module is a line, those within it are indented. A module that says nothing of its sizes lists the parameters of
    its own.
    """
    inside: list[tuple[str, bool]] = []  # the modules that lead here: their paths, and whether they list parameters
    for path, thing in walk(root):
        while len(inside) > 1 and not path.startswith(f"{inside[-1][0]}."):
            inside.pop()
        above, lists = inside[-1] if inside else ("", False)
        label = "  " * len(inside) + (f"{path[len(above) + 1 if above else 0 :]} " if path else "")
        if isinstance(thing, Module):
            options = thing.extra_repr()
            size = sum(p.size for p in thing.parameters())
            yield f"{label}{type(thing).__name__}({options})", size
            inside.append((path, not options))
        elif lists and is_parameter(thing):
            yield f"{label}{thing.shape}", thing.size
