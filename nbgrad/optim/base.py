"""What all optimisers have in common: their parameters, their learning rate, and what they remember."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, count
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..core.arguments import as_number
from ..core.errors import (
    DuplicateParameterError,
    LearningRateError,
    NoGradientError,
    NonFiniteError,
    NoParametersError,
)
from ..core.mistakes import warn_if_no_gradient
from ..core.names import name_of
from ..core.states import fitting_arrays, state_arrays
from ..core.tensor import Tensor, plain

if TYPE_CHECKING:
    from ..program.training import TrainingStep

Memory = dict[str, Any]
Lines = tuple[tuple[str, str], ...]
SIGNS = {  # how what an optimiser is made of is written; what is not here is written by its name
    "momentum": "μ",
    "weight_decay": "λ",
    "eps": "ε",
    "alpha": "α",
    "betas[0]": "β₁",
    "betas[1]": "β₂",
    "velocity": "v",
    "square": "s",
    "mean": "m",
    "steps": "t",
}
WORDS = {"lr": "learning_rate", "betas[0]": "beta1", "betas[1]": "beta2"}  # of the others: their own names
BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def signs_beside(taken: Iterable[str], places: Iterable[str] = ()) -> dict[str, str]:
    """How everything in ``SIGNS``, the learning rate and other ``places`` are written beside names that are ``taken``.

    A letter that is the name of something else gives way to a word: a velocity beside a parameter ``v`` is no ``v``.

    >>> [signs_beside(names)["velocity"] for names in (["w"], ["v"], ["v", "velocity"])]
    ['v', 'velocity', 'velocity₁']
    """
    used = set(taken)
    found: dict[str, str] = {}
    for place in dict.fromkeys((*places, *SIGNS, "lr")):  # what is really written comes first
        word = WORDS.get(place, place)
        numbered = (word + str(number).translate(BELOW) for number in count(1))
        found[place] = next(sign for sign in chain((SIGNS.get(place, place), word), numbered) if sign not in used)
        used.add(found[place])
    return found


def checked_rate(rate: Any) -> float:
    """``rate`` as a number.

    Raises:
        LearningRateError: it is not positive and finite.
    """
    number = float("nan") if isinstance(rate, bool | np.bool) else as_number(rate)
    if not (np.isfinite(number) and number > 0):
        raise LearningRateError(f"the learning rate is {rate!r}, but must be a positive number, for example 0.01")
    return number


def checked_parameters(params: Any) -> list[Tensor]:
    """``params`` as a list of leaves that require a gradient; a module stands for its parameters.

    Raises:
        NoGradientError: something among them is not such a leaf.
        NoParametersError: there is none.
        DuplicateParameterError: one of them stands there twice.
    """
    if isinstance(params, Tensor):
        raise NoGradientError(
            f"an optimiser moves a list of parameters, but {name_of(params) or 'a tensor'} was given by itself; write "
            f"[{name_of(params) or 'W'}]"
        )
    listed = list(params.parameters() if callable(getattr(params, "parameters", None)) else params)
    if not listed:
        raise NoParametersError(
            "the list of parameters is empty, so nothing would ever move; if it came from a generator, that may have "
            "been used up before"
        )
    seen: dict[int, int] = {}
    for i, p in enumerate(listed):
        if not isinstance(p, Tensor) or not p.requires_grad or p.op is not None:
            raise NoGradientError(
                f"parameter {i} ({name_of(p) or type(p).__name__}) is not a leaf that requires a gradient; "
                "create it as ng.tensor(..., requires_grad=True)"
            )
        if p.serial in seen:
            raise DuplicateParameterError(
                f"parameters {seen[p.serial]} and {i} are the same tensor{called(p)}, and each step would move it "
                "twice; give it once"
            )
        seen[p.serial] = i
    return listed


def called(p: Tensor) -> str:
    """The name of a parameter for a message, if it has one."""
    name = name_of(p)
    return f" ({name})" if name else ""


def check_finite(params: Iterable[Tensor]) -> None:
    """Make sure that every gradient is made of ordinary numbers.

    Raises:
        NonFiniteError: a gradient holds a NaN or an infinity; names its parameter.

    >>> import nbgrad as ng
    >>> x = ng.tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> (x * float("nan")).sum().backward()
    >>> ng.optim.check_finite([x])
    Traceback (most recent call last):
    nbgrad.core.errors.NonFiniteError: the gradient of parameter 0 (x) of shape (2,) holds 2 numbers that are NaN or ...
    """
    for i, p in enumerate(params):
        if p.grad is not None and not np.isfinite(p.grad).all():
            many = int(np.size(p.grad) - np.count_nonzero(np.isfinite(p.grad)))
            raise NonFiniteError(
                f"the gradient of parameter {i}{called(p)} of shape {p.shape} holds {many} "
                f"number{'s' if many > 1 else ''} that {'are' if many > 1 else 'is'} NaN or infinite, so nothing was "
                "changed; look at the loss and the data, and try a smaller learning rate, or clip the gradients "
                "(ng.optim.clip_grad_norm) before they grow so large"
            )


def in_parentheses(formula: str) -> str:
    """A formula as a factor: a sum in parentheses.

    >>> in_parentheses("{g}"), in_parentheses("{g} + {x}")
    ('{g}', '({g} + {x})')
    """
    return f"({formula})" if " + " in formula else formula


class Optimizer:
    """The common part of all optimisers; a new one gives :meth:`moved` and says what it remembers.

    Args:
        params: leaves that require a gradient, of any shape; or a module, which stands for its parameters.
        lr: the learning rate, positive; ``optimizer.lr`` may be changed at any time.

    Attributes:
        params: the parameters as a list.
        memory: for each parameter what is remembered of earlier steps; empty before its first step.

    Raises:
        NoGradientError: something among ``params`` does not require a gradient.
        DuplicateParameterError: a parameter was given twice.
        LearningRateError: ``lr`` is not positive and finite.

    >>> import nbgrad as ng
    >>> class SignDescent(ng.optim.Optimizer):
    ...     def moved(self, x, g, memory, lr):
    ...         return x - lr * np.sign(g)
    >>> x = ng.tensor(3.0, requires_grad=True)
    >>> optimizer = SignDescent([x], lr=0.5)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> x.item()
    2.5
    """

    hyperparameters: ClassVar[tuple[str, ...]] = ("lr",)
    remembered: ClassVar[tuple[str, ...]] = ()  # the names in each parameter's memory; "steps" is a count

    def __init__(self, params: Any, lr: float):
        self.params = checked_parameters(params)
        self.lr = checked_rate(lr)
        self.memory: list[Memory] = [{} for _ in self.params]

    @property
    def lr(self) -> float:
        """The learning rate; it may be changed at any time, also to 0, where many schedules end.

        Raises:
            LearningRateError: it is set to what is negative or not finite.
        """
        return self._lr

    @lr.setter
    def lr(self, rate: float) -> None:
        self._lr = 0.0 if isinstance(rate, int | float) and rate == 0 else checked_rate(rate)

    def __repr__(self) -> str:
        options = [f"{name}={_shown(getattr(self, name))}" for name in self.hyperparameters if getattr(self, name)]
        return f"{type(self).__name__}({len(self.params)} parameters, {', '.join(options)})"

    def zero_grad(self) -> None:
        """Forget the gradients, so that the next backward pass begins anew."""
        for p in self.params:
            p.grad = None

    def step(self) -> None:
        """Move each parameter; one without a gradient stays where it is, and so does what is remembered of it.

        Raises:
            NonFiniteError: a gradient holds a NaN or an infinity. Nothing has moved then: what the optimiser
                remembers would carry the NaN into every later step.
        """
        check_finite(self.params)
        if self.params and self.params[-1].grad is None:
            warn_if_no_gradient(self.params)
        lr = float(self.lr)  # a plain number, so that float32 parameters stay float32
        for p, memory in zip(self.params, self.memory, strict=True):
            if p.grad is not None:
                p.data = self.moved(p.data, plain(p.grad), memory, lr)

    def compile(self, loss: Callable, *examples: Any, copy: bool = True) -> TrainingStep:
        """A whole step of training as one NumPy program: forward, backward and update.

        Args:
            loss: a function of a batch that gives the loss, computed with this optimiser's parameters.
            examples: a batch, of the shapes and dtypes that the program will be given; for others it is recorded anew.
            copy: with ``False`` the parameters lie in memory that the next step overwrites. An optimiser that remembers
                earlier steps makes new arrays in any case, so that a step that goes astray can be refused.

        Returns:
            The program. Called with a batch, it moves the parameters and gives the loss.

        Raises:
            NotScalarError: ``loss`` gives several numbers.
            TracedValueError, TracedShapeError, FrozenRandomError: see :func:`nbgrad.compile`.

        >>> import nbgrad as ng
        >>> w = ng.tensor(0.0, requires_grad=True, name="w")
        >>> step = ng.optim.SGD([w], lr=0.1).compile(lambda x, y: ((w * x - y) ** 2).mean(), 2.0, 6.0)
        >>> [round(float(step(2.0, 6.0)), 3) for _ in range(3)]
        [36.0, 1.44, 0.058]
        >>> round(w.item(), 3)
        2.976
        """
        from ..program.training import TrainingStep

        return TrainingStep(self, loss, examples, copy)

    def moved(self, x: Any, g: Any, memory: Memory, lr: float) -> Any:
        """Where a parameter at ``x`` with the gradient ``g`` goes: a new array; what shall be remembered is put into
        ``memory``."""
        raise NotImplementedError(f"{type(self).__name__} does not say how a parameter moves; give it moved()")

    def equations(self) -> Lines:
        """The step in mathematics, as :meth:`moved` does it: what each line sets, and to what.

        ``{x}`` is the parameter, ``{g}`` its gradient; the other places are options and what is remembered, see
        ``SIGNS``. A name means its old value until its own line has set it; what no line sets has its new value.
        Empty where nothing is written; a class inherits no equations, since its :meth:`moved` may be another.

        >>> import nbgrad as ng
        >>> ng.optim.SGD([ng.tensor(1.0, requires_grad=True)], lr=0.1).equations()
        (('x', '{x} − {lr} · {g}'),)
        """
        return ()

    def reasons(self) -> tuple[str, ...]:
        """Why the step is another than the learning rate times the gradient: keys ``update_by_...`` of messages."""
        return ()

    # ---- its state
    def state_dict(self) -> dict[str, Any]:
        """Everything that decides how the next steps go, as copies under names such as ``"lr"`` and ``"0.steps"``.

        :func:`nbgrad.nn.save` writes it to a file as it is.
        """
        state = {name: getattr(self, name) for name in self.hyperparameters}
        for i, memory in enumerate(self.memory):
            state.update((f"{i}.{name}", np.array(value)) for name, value in memory.items())
        return state

    def load_state_dict(self, state: Any) -> None:
        """Go on from a state that :meth:`state_dict` gave.

        Raises:
            StateError: it belongs to another optimiser or to other parameters; nothing is changed then.
        """
        arrays = state_arrays(state)
        shapes: dict[str, tuple[int, ...]] = {name: np.shape(getattr(self, name)) for name in self.hyperparameters}
        for i, p in enumerate(self.params):
            if any(f"{i}.{name}" in arrays for name in self.remembered):  # its first step was done
                shapes.update((f"{i}.{name}", () if name == "steps" else p.shape) for name in self.remembered)
        arrays = fitting_arrays(arrays, shapes, repr(self))
        for name in self.hyperparameters:
            setattr(self, name, _like(getattr(self, name), arrays[name]))
        self.memory = [
            {name: _remembered(name, arrays[f"{i}.{name}"]) for name in self.remembered if f"{i}.{name}" in arrays}
            for i in range(len(self.params))
        ]


def _shown(option: Any) -> str:
    return str(option) if isinstance(option, bool | tuple) else f"{float(option):g}"


def _like(present: Any, loaded: np.ndarray) -> Any:
    """A loaded option as the kind of thing that the present one is."""
    if isinstance(present, tuple):
        return tuple(loaded.tolist())
    return bool(loaded) if isinstance(present, bool) else float(loaded)


def _remembered(name: str, loaded: np.ndarray) -> Any:
    return int(loaded) if name == "steps" else loaded[()]  # a scalar for a parameter that is one number
