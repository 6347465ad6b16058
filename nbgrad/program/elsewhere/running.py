"""Running a translated program with its framework, where that is installed: what :meth:`Program.compare` times."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np

from ...core.containers import flatten
from .jax import JAX
from .torch import Torch
from .translation import Translation

Run = Callable[[], Any]


class Framework:
    """What is done with a function ``f`` of a framework's arrays ``given``.

    Attributes:
        name: what the row of a comparison is called.
        package: what is imported.
        dialect: how programs are written for it.
    """

    name: ClassVar[str]
    package: ClassVar[str]
    dialect: ClassVar[type[Translation]]

    def __init__(self) -> None:
        self.module: Any = importlib.import_module(self.package)

    @classmethod
    def is_installed(cls) -> bool:
        """Whether it can be imported."""
        return importlib.util.find_spec(cls.package) is not None

    @property
    def note(self) -> str:
        """Its version, and what else should be known."""
        return str(self.module.__version__).split("+")[0]

    @contextmanager
    def ready(self) -> Iterator[None]:
        """Within it, the framework computes as NumPy does: in 64 bits, in one thread."""
        yield

    def arrays(self, values: Sequence[Any]) -> list[Any]:
        """NumPy's numbers as the framework's, in memory of its own."""
        raise NotImplementedError

    def numbers(self, results: Any) -> list[np.ndarray]:
        """The framework's results as NumPy's arrays, in a row."""
        return [np.asarray(y) for y in flatten(results)[0]]

    def values(self, f: Callable, given: list[Any]) -> Run:
        """The computation of ``f``."""
        raise NotImplementedError

    def gradients(self, f: Callable, given: list[Any], which: Sequence[int]) -> Run:
        """The computation of ``f``, one number, and of its gradients with respect to some arguments."""
        raise NotImplementedError

    def step(self, f: Callable, given: list[Any], which: Sequence[int], rate: Callable[[], float]) -> Run:
        """A step of gradient descent, which moves some of the arguments: it gives the value, and where they are."""
        raise NotImplementedError


class RunningTorch(Framework):
    """PyTorch, as it is used most: eagerly."""

    name: ClassVar[str] = "torch"
    package: ClassVar[str] = "torch"
    dialect: ClassVar[type[Translation]] = Torch

    @property
    def note(self) -> str:
        threads = self.module.get_num_threads()
        return f"{super().note}, {threads} thread{'s' if threads > 1 else ''}"

    @contextmanager
    def ready(self) -> Iterator[None]:
        """One thread is enough for small arrays; several wait for each other busily, and on a machine with other
        work to do that has cost a hundred times the computation."""
        before = self.module.get_num_threads()
        self.module.set_num_threads(1)
        try:
            yield
        finally:
            self.module.set_num_threads(before)

    def arrays(self, values: Sequence[Any]) -> list[Any]:
        return [self.module.from_numpy(np.array(x)) for x in values]

    def numbers(self, results: Any) -> list[np.ndarray]:
        results = flatten(results)[0]
        return [y.detach().resolve_conj().resolve_neg().numpy() if hasattr(y, "detach") else y for y in results]

    def values(self, f: Callable, given: list[Any]) -> Run:
        return lambda: f(*given)

    def gradients(self, f: Callable, given: list[Any], which: Sequence[int]) -> Run:
        given = [x.requires_grad_() if i in which else x for i, x in enumerate(given)]
        wanted = [given[i] for i in which]
        differentiate = self.module.autograd.grad

        def run() -> tuple:
            value = f(*given)
            return (value, *differentiate(value, wanted, allow_unused=True, materialize_grads=True))

        return run

    def step(self, f: Callable, given: list[Any], which: Sequence[int], rate: Callable[[], float]) -> Run:
        compute = self.gradients(f, given, which)
        no_grad = self.module.no_grad
        moving = [given[i] for i in which]

        def run() -> tuple:
            value, *gradients = compute()
            lr = rate()
            with no_grad():
                for p, g in zip(moving, gradients, strict=True):
                    p.sub_(g, alpha=lr)
            return (value, *moving)

        return run


class RunningJAX(Framework):
    """JAX, compiled."""

    name: ClassVar[str] = "jax.jit"
    package: ClassVar[str] = "jax"
    dialect: ClassVar[type[Translation]] = JAX

    @contextmanager
    def ready(self) -> Iterator[None]:
        before = self.module.config.jax_enable_x64
        self.module.config.update("jax_enable_x64", True)
        try:
            yield
        finally:
            self.module.config.update("jax_enable_x64", before)

    def arrays(self, values: Sequence[Any]) -> list[Any]:
        return [self.module.numpy.array(x) for x in values]

    def values(self, f: Callable, given: list[Any]) -> Run:
        return self._waiting(self.module.jit(f), lambda: given)

    def gradients(self, f: Callable, given: list[Any], which: Sequence[int]) -> Run:
        both = self.module.jit(self.module.value_and_grad(f, tuple(which)))
        return self._waiting(lambda *args: (lambda y, g: (y, *g))(*both(*args)), lambda: given)

    def step(self, f: Callable, given: list[Any], which: Sequence[int], rate: Callable[[], float]) -> Run:
        both = self.module.value_and_grad(f, tuple(which))
        state = list(given)

        @self.module.jit
        def moved(lr: float, *args: Any) -> tuple:
            value, gradients = both(*args)
            return (value, *(args[i] - lr * g for i, g in zip(which, gradients, strict=True)))

        def run() -> tuple:
            results = self.module.block_until_ready(moved(rate(), *state))
            for i, x in zip(which, results[1:], strict=True):
                state[i] = x
            return results

        return run

    def _waiting(self, f: Callable, given: Callable[[], list[Any]]) -> Run:
        """``f``, until its results are there: JAX hands on what it has only begun to compute."""
        return lambda: self.module.block_until_ready(f(*given()))


FRAMEWORKS: tuple[type[Framework], ...] = (RunningTorch, RunningJAX)
