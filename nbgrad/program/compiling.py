"""``ng.compile``: from a function to its program."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.random import bit_generator

from ..core.containers import flatten
from ..core.errors import FrozenRandomError, ProgramError
from ..core.op import identity  # noqa: F401  # the engine is complete
from ..core.tensor import Tensor, plain
from . import naming
from .arguments import is_recorded
from .compiled import Program, only
from .listing import Value
from .mistakes import where_defined
from .record import Recorder
from .recording import Recording
from .standing import Left
from .surroundings import Surroundings


def compile(f: Callable, *examples: Any, copy: bool = True, **static: Any) -> Program:
    """The NumPy program that computes what ``f`` computes.

    ``f`` is run once, on stand-ins for the examples that write down what is done with them. What it gives is a program
    that reads like one written by hand (:attr:`Program.source`) and runs faster than most.

    Args:
        f: a function of arrays and numbers, also in tuples, lists and dictionaries; a transform of one (``grad(f)``,
            ``hessian(f)``, ...) too. What it closes over may change later: arrays are read anew in each run, and so are
            the numbers of tensors; what it leaves in tensors and attributes, each run leaves there. Plain numbers
            outside are settled. Its Python code is run only now: ``if`` and ``for`` are settled by shapes and by
            keyword arguments, never by numbers.
        examples: arguments of the shapes and dtypes that the program will be given. For others it is recorded anew.
            A ``np.random.Generator`` among them is drawn from in each run.
        copy: with ``False``, results lie in memory that the next call overwrites, which saves making new arrays.
        static: keyword arguments, taken as they are.

    Raises:
        TracedValueError: ``f`` decides something by the numbers.
        TracedShapeError: ``f`` makes an array whose shape depends on the numbers.
        FrozenRandomError: ``f`` draws random numbers from a generator that is no argument.

    >>> import nbgrad as ng
    >>> import numpy as np
    >>> program = ng.compile(lambda x, y: np.sqrt(x * x + y * y), 3.0, 4.0)
    >>> float(program(6.0, 8.0))
    10.0
    """
    if not callable(f):
        raise ProgramError(f"compile takes a function, and examples of its arguments, but got {f!r:.60}")
    if any(map(is_recorded, flatten(examples)[0])):  # within a function that is being recorded itself
        return partial(f, **static)  # type: ignore[return-value]
    title = title_of(f)

    def record(args: tuple) -> Recording:
        held, rebuild = flatten(args)
        recorder = Recorder(Surroundings(f, static))
        names = argument_names(f, args)
        tracers = [like(recorder.input(plain(x), name), x) for x, name in zip(held, names, strict=True)]
        with recorder.watched(), unfrozen(recorder, f):
            output = f(*rebuild(tracers), **static)
        results, put_back = flatten(output)
        left = recorder.standing.left
        listing = recorder.listing([*(as_output(y) for y in results), *(x.value for x in left)])
        recorder.close()
        name_results(listing.outputs[: len(results)], "result" if len(results) == 1 else None)
        name_left(listing.outputs[len(results) :], left)
        back = only if output is not None and not isinstance(output, tuple | list | dict) else put_back
        return Recording(listing, title, recorder, back, copy)

    return Program(record, examples, f, static)


def like(tracer: Any, example: Any) -> Any:
    """A tracer as a tensor, if the example is one: the function may ask for what only tensors have."""
    return Tensor(tracer, example.requires_grad, example.name) if isinstance(example, Tensor) else tracer


def as_output(y: Any) -> Any:
    """Something that a function gives, as an output of a program.

    Raises:
        ProgramError: it is no array and no number.
    """
    y = plain(y)
    if isinstance(y, str) or callable(y):
        raise ProgramError(f"a program gives arrays and numbers, but the function gives {y!r:.60}")
    return y


def name_results(outputs: list[Any], name: str | None) -> None:
    """Call a result that has no name yet by this one."""
    for y in outputs:
        if isinstance(y, Value) and y.kind == "line":
            y.shown = True
            if name and y.name is None and y.gradient_of is None:
                y.name = name


def name_left(values: list[Any], left: Sequence[Left]) -> None:
    """Call what is left outside the function as the place is called."""
    for y, (place, _, _) in zip(values, left, strict=True):
        if isinstance(y, Value) and y.kind == "line":
            y.shown = True
            y.name = y.name or naming.public(place.name)


def title_of(f: Callable) -> str:
    """What the program's function is called: as ``f``, if that is a name."""
    name = getattr(f, "__name__", "")
    return name if name.isidentifier() and name != "<lambda>" else "program"


def parameters_of(f: Callable) -> list[inspect.Parameter]:
    """The parameters of a function, as far as they can be had."""
    try:
        return list(inspect.signature(getattr(f, "forward", f)).parameters.values())
    except (TypeError, ValueError):
        return []


def argument_names(f: Callable, args: tuple) -> list[str | None]:
    """A name for each array among the arguments: its parameter's, or the key of the dictionary that it stands in."""
    declared = parameters_of(f)
    names: list[str | None] = []
    for i, arg in enumerate(args):
        parameter = declared[i] if i < len(declared) else None
        known = parameter is not None and parameter.kind is not parameter.VAR_POSITIONAL
        names += leaf_names(arg, parameter.name if known and parameter is not None else None)
    return names


def leaf_names(tree: Any, name: str | None) -> list[str | None]:
    """Names for what a container holds."""
    count = len(flatten(tree)[0])
    if isinstance(tree, dict):
        return [n for key, branch in tree.items() for n in leaf_names(branch, key if naming.public(key) else name)]
    if isinstance(tree, tuple | list) and not (count == 1 and flatten(tree)[0][0] is tree):
        fields = getattr(tree, "_fields", None) or [f"{name}{i}" if name else None for i in range(len(tree))]
        return [n for field, branch in zip(fields, tree, strict=False) for n in leaf_names(branch, field)]
    return [name] * count


@contextmanager
def unfrozen(recorder: Recorder, f: Callable) -> Any:
    """Within it, random numbers that would be frozen into the program are noticed.

    Raises:
        FrozenRandomError: from the block, if a generator that is no argument was drawn from directly.
    """
    generators = [(name, x, repr(x.bit_generator.state)) for name, x in recorder.generators()]
    shared = repr(np.random.get_state()), random.getstate()
    unseeded: list[int] = []
    entropy = vars(bit_generator)["randbits"]  # what NumPy asks where a generator is made without a seed

    def noticed(bits: int) -> int:
        unseeded.append(bits)
        return entropy(bits)

    vars(bit_generator)["randbits"] = noticed
    try:
        yield
    finally:
        vars(bit_generator)["randbits"] = entropy
    moved = [name for name, x, state in generators if repr(x.bit_generator.state) != state]
    if unseeded:
        moved.append("a generator without a seed")
    if repr(np.random.get_state()) != shared[0]:
        moved.append("np.random")
    if random.getstate() != shared[1]:
        moved.append("random")
    if moved:
        raise FrozenRandomError(
            f"the function{where_defined(f)} draws random numbers from {moved[0] or 'a generator'}, and the program "
            "would use the same ones in every run; pass the generator as an argument: "
            "compile(f, X, np.random.default_rng(0))"
        )


__all__ = ["Program", "Tensor", "compile"]
