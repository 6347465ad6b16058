"""A program: a computation that was recorded once, as text that can be read and as text that runs fast."""

from __future__ import annotations

import inspect
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from ..core import debugging
from ..core.containers import flatten
from ..core.errors import ProgramError, RecompiledWarning
from ..core.shown import ShownAlive
from ..core.tensor import Tensor
from ..core.tensor import recording as grad_enabled
from .arguments import converted, described, in_order, is_recorded, like_given, overlapping
from .calling import ABSENT, kind_of, way_in, weakly
from .passes.table import Passes, table
from .recording import Recording

if TYPE_CHECKING:
    from .comparing import Comparison, Setting

MOST_VARIANTS = 8  # recordings for different shapes that a program keeps


class Program(ShownAlive):
    """A computation as a NumPy program, made by :func:`nbgrad.compile`. Call it as the function that it was made from.

    Attributes:
        source: the program as text: a complete file that imports NumPy and defines one function.
        fast_source: the same as the text that runs.
        passes: the rewriting passes, with the number of lines before and after each.
        recording: the recording that was used last.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> def f(x):
    ...     y = np.sin(x) * x
    ...     return y.sum()
    >>> program = ng.compile(ng.grad(f), np.array([0.0, 1.0]))
    >>> program.source.splitlines()[3:]
    ['def f(x):', '    # forward', '    v1 = np.sin(x)                # (2,)', '    # backward', ...]
    >>> program(np.array([1.0, 2.0])).round(3).tolist()
    [1.382, 0.077]
    """

    picture_kind: ClassVar[str] = "program"

    def __init__(
        self,
        record: Callable[[tuple], Recording],
        examples: tuple,
        function: Callable | None = None,
        static: dict[str, Any] | None = None,
        parameters: Sequence[str] = (),
        signature: Callable | None = None,
    ):
        self._record = record
        self._function = function
        self._static = static or {}
        self._parameters = tuple(parameters)
        self._signature = signature or function  # whose parameters are those of the program
        self._recordings: OrderedDict[tuple, Recording] = OrderedDict()
        self._recording_lock = threading.RLock()
        self._shape: tuple = ()
        self._call: Callable | None = None
        self._takes_tensors = [isinstance(x, Tensor) for x in flatten(examples)[0]]
        self._enter(examples)

    # ---- its text
    @property
    def source(self) -> str:
        """The program as text that can be read, and run without this package."""
        return self.recording.written.text

    @property
    def fast_source(self) -> str:
        """The program as the text that runs."""
        return self.recording.fast_source

    def to_torch(self) -> str:
        """The same function as a complete file for PyTorch; forward only, since PyTorch differentiates by itself.

        Of a program with gradients in it (``value_and_grad(f)``, a training step) it is the value: the loss, as a
        function of the inputs and the parameters. Arguments are tensors, a number one without axes, of the shapes and
        dtypes that the program was recorded for. Random numbers become arguments, in place of the generator: every
        framework draws others.

        Raises:
            TranslationError: PyTorch has no counterpart of a function; or derivatives are taken within the function,
                and something else is computed from them.

        >>> import nbgrad as ng
        >>> import numpy as np
        >>> def loss(W, x):
        ...     y = x @ W
        ...     return y.max(axis=0).sum()
        >>> program = ng.compile(ng.grad(loss), np.ones((3, 2)), np.ones((4, 3)))
        >>> print(program.to_torch())
        import torch
        <BLANKLINE>
        <BLANKLINE>
        def loss(W, x):
            y = x @ W            # (4, 2)
            v1 = y.amax(dim=0)   # (2,)
            v2 = v1.sum()        # a number
            return v2
        """
        from .elsewhere import Torch, translated

        return translated(self.recording, Torch()).text

    def to_jax(self) -> str:
        """The same function as a complete file for JAX, which differentiates and compiles it by itself; see
        :meth:`to_torch`.

        JAX's arrays never change: what the program writes into an array makes a new one. JAX computes in 32 bits unless
        it is told ``jax.config.update("jax_enable_x64", True)``.

        Raises:
            TranslationError: as :meth:`to_torch`.

        >>> import nbgrad as ng
        >>> import numpy as np
        >>> def first(x):
        ...     y = x * 2.0
        ...     y[0] = 1.0
        ...     return y
        >>> print(ng.compile(first, np.ones(3)).to_jax())
        import jax.numpy as jnp
        <BLANKLINE>
        <BLANKLINE>
        def first(x):
            y = x * 2.0          # (3,)
            y = y.at[0].set(1.0)  # (3,)
            return y
        """
        from .elsewhere import JAX, translated

        return translated(self.recording, JAX()).text

    # ---- beside others
    def compare(self, f: Callable | None = None, *args: Any, seconds: float = 1.0) -> Comparison:
        """How long the program takes for a call, beside the function that it was made from, PyTorch and JAX.

        All of them do the same: the values of a function; the gradients, too, of ``grad(f)`` and ``value_and_grad(f)``;
        the whole of a training step, if its optimiser is plain SGD. They run in turns in this process, PyTorch eagerly
        and in one thread, JAX compiled by ``jax.jit``; who is not installed, or cannot take part, is listed with the
        reason. Making arrays
        of theirs is not counted, compiling neither. First their results are compared, and a difference is told.

        Nothing of yours is changed: arrays and generators are copied, and parameters, their gradients and what an
        optimiser remembers are put back. Only what ``f`` does besides, printing say, happens many times.

        Args:
            f: the function to compare with; by default the one that was compiled. Of a training step, its loss.
            args: its arguments; by default those that the program was recorded with.
            seconds: for about how long to measure.

        Returns:
            A :class:`Comparison`: it prints as a table of CPU times, as multiples of the function's own; ``.ratios``
            has them by name. CPU time is that of all threads together.

        >>> import nbgrad as ng
        >>> import numpy as np
        >>> program = ng.compile(ng.grad(lambda x: (x * x).sum()), np.ones(3))
        >>> comparison = program.compare(seconds=0.01)
        >>> [row.name for row in comparison.rows]
        ['eager', 'program', 'torch', 'jax.jit']
        >>> comparison.ratios["eager"]
        1.0
        """
        from .comparing import compare

        return compare(self, f, args, seconds)

    @property
    def examples(self) -> tuple:
        """The arguments that it was recorded with last."""
        return self._shape

    def set_aside(self, f: Callable | None, args: tuple) -> AbstractContextManager[Setting]:
        """Within it, the program and ``f`` can be run on ``args`` without changing anything of the user's."""
        from .comparing import unmoved

        return unmoved(self, f or (self._function and partial(self._function, **self._static)), args)

    @property
    def passes(self) -> Passes:
        """The rewriting passes: name, lines before, lines after, and what each does."""
        rows = table(self.recording.lines_recorded, self.recording.history)
        rows.append(("reuse_memory", rows[-1][2], *self.recording.in_memory))
        return rows

    def __repr__(self) -> str:
        return self.source.rstrip()

    # ---- running it
    def __call__(self, *args: Any, **named: Any) -> Any:
        if named:
            args = self._in_order(args, named)
        return self._call(*args) if self._call is not None else self._carefully(args)

    def _in_order(self, args: tuple, named: dict[str, Any]) -> tuple:
        """Arguments of which some were given by name, in the order of the examples.

        Raises:
            ProgramError: there is no such argument, or it was settled when the function was compiled.
        """
        settled = [name for name in named if name in self._static]
        try:
            bound = self._declared().bind(*args, **named)
        except TypeError as error:
            raise ProgramError(f"the program takes what the function takes that it was made from: {error}") from None
        if settled or bound.kwargs:
            raise ProgramError(
                f"{', '.join(settled or bound.kwargs)} is given by keyword, and was settled when the function was "
                "compiled: compile it once more, with the other value"
            )
        return bound.args

    def _declared(self) -> inspect.Signature:
        """What arguments it takes."""
        f = self._signature or (lambda *batch: None)
        return inspect.signature(getattr(f, "forward", f))

    def _carefully(self, args: Sequence[Any]) -> Any:
        """A call that is not just like the last one: other shapes, containers, tensors for arrays, another thread."""
        given = tuple([x for x in args if x is not ABSENT])
        held = flatten(given)[0]
        if self._function is not None and (any(map(is_recorded, held)) or self._loses_gradient(held)):
            return self._function(*given, **self._static)  # within another program, or a gradient
        numbers, recording = self._found(given)
        outputs = recording(numbers)
        return outputs if recording.finishes else recording.rebuild(list(outputs))

    def _loses_gradient(self, held: Sequence[Any]) -> bool:
        """Whether a tensor that wants a gradient was given where the example was an array: a program gives arrays, and
        the gradient would stop there without a word."""
        known = self._takes_tensors
        return grad_enabled.get() and any(
            isinstance(x, Tensor) and x.requires_grad and not (i < len(known) and known[i]) for i, x in enumerate(held)
        )

    def _found(self, args: tuple) -> tuple[list[Any], Recording]:
        """The arguments in a row, as arrays; and the recording for such arguments, which is used from now on, made if
        need be."""
        if len(args) != len(self._shape):
            raise ProgramError(
                f"the program takes {counted(len(self._shape))}{self._called()}, but {len(args)} "
                f"{'was' if len(args) == 1 else 'were'} given"
            )
        given = flatten(args)[0]
        held = [converted(x) for x in given]
        with self._recording_lock:
            key = self._key(args, given, held)
            if key not in self._recordings or not self._is_current(self._recordings[key]):
                self._say_why(key)
                self._enter(args)
            else:
                self._recordings.move_to_end(key)
                self._use(self._recordings[key], args, given)
            recording = self.recording
        if recording.writes_into_inputs and not all(map(in_order, held)):
            raise ProgramError(
                "the function writes into its argument, which lies in memory in another order than the program knows; "
                "pass np.ascontiguousarray(x), or let the function write into a copy"
            )
        if recording.writes_into_inputs and overlapping(held):
            raise ProgramError(
                "the function writes into an argument that shares memory with another one, and the program takes the "
                "two for different arrays; pass a copy of one of them"
            )
        return held, recording

    def _is_current(self, recording: Recording) -> bool:
        """Whether a recording holds for what is outside now."""
        return recording.outside.is_current()

    def _key(self, args: tuple, given: list[Any], held: list[Any]) -> tuple:
        """What a recording is found by."""
        tensors = tuple((i, x.requires_grad) for i, x in enumerate(given) if isinstance(x, Tensor))
        return (repr(flatten(args)[1]([None] * len(held))), *map(kind_of, held), tensors, self._state_key())

    def _state_key(self) -> tuple:
        """What else than its arguments a recording depends on."""
        return ()

    def _called(self) -> str:
        names: Sequence[str] = self._parameters
        if not names:
            with suppress(TypeError, ValueError):  # of some functions written in C nothing is known
                names = list(self._declared().bind(*self._shape).arguments)
        return f" ({', '.join(names)})" if len(names) == len(self._shape) > 0 else ""

    def _say_why(self, key: tuple) -> None:
        """In debug mode, tell that another recording is made, and for what."""
        if not debugging.checking or not self._recordings:
            return
        before = next(reversed(self._recordings))
        changed = [
            f"{self._name(i)} is {described(new)} instead of {described(old)}"
            for i, (old, new) in enumerate(zip(before[1:], key[1:], strict=False))
            if old != new
        ]
        what = "; ".join(changed) or "the arguments come in other containers"
        warnings.warn(RecompiledWarning(f"{self.recording.title} was recorded anew: {what}"), stacklevel=4)

    def _name(self, i: int) -> str:
        inputs = self.recording.listing.inputs
        return self.recording.written.names.get(inputs[i], f"input {i}") if i < len(inputs) else f"input {i}"

    def _enter(self, args: tuple) -> None:
        given, rebuild = flatten(args)
        held = [converted(x) for x in given]
        recording = self._record(rebuild([like_given(new, x) for new, x in zip(held, given, strict=True)]))
        self._shape = args
        self._recordings[self._key(args, given, held)] = recording
        self._use(recording, args, given)
        if len(self._recordings) > MOST_VARIANTS:
            self._recordings.popitem(last=False)

    def _use(self, recording: Recording, args: tuple, given: list[Any]) -> None:
        """Run this recording from now on."""
        self.recording = recording
        plainly = (
            len(given) == len(args)
            and not any(isinstance(x, Tensor) for x in given)
            and recording.finishes
            and not recording.writes_into_inputs
        )
        self._call = self._way_in(recording, [converted(x) for x in given]) if plainly else None

    def _way_in(self, recording: Recording, held: list[Any]) -> Callable | None:
        """The quick way into a recording, if there is one."""
        outside = recording.outside if recording.outside else None
        return way_in(held, recording.run, recording.lock, weakly(self._carefully), outside)


def counted(arguments: int) -> str:
    return f"{arguments} argument{'s' * (arguments != 1)}"


def only(outputs: list[Any]) -> Any:
    """The rebuilding of a single output."""
    return outputs[0]
