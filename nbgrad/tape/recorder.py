"""The gradient tape: the span of serial numbers in which it ran, and gradients of what was made in that span."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from ..core.backward import gradients
from ..core.errors import IntegerGradientError, ShapeError, TapeStateError, TapeUsedError
from ..core.names import name_of
from ..core.tensor import Tensor, new_serial, plain
from ..ops import joining
from .variables import Variable, constant

_running: list[GradientTape] = []


class GradientTape:
    """Records operations while its ``with`` block runs.

    Args:
        persistent: whether ``gradient`` may be called several times.
        watch_accessed_variables: whether variables are watched by themselves.

    Tapes nest: an inner tape's ``gradient``, computed while an outer tape runs, is recorded by the outer one.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self._persistent = persistent
        self._all_variables = watch_accessed_variables
        self._spans: list[list[int]] = []  # [first serial, serial after the last]; the last span may still be open
        self._watched: dict[int, Tensor] = {}
        self._used = False

    def __repr__(self) -> str:
        return f"GradientTape(persistent={self._persistent})"

    # ---- recording
    def __enter__(self) -> GradientTape:
        if self in _running:
            raise TapeStateError("this tape is running already; make a second GradientTape() to nest")
        _running.append(self)
        self._open()
        return self

    def __exit__(self, *error: Any) -> None:
        _running.remove(self)
        self._close()

    def _open(self) -> None:
        self._spans.append([new_serial(), -1])

    def _close(self) -> None:
        if self._spans[-1][1] < 0:
            self._spans[-1][1] = new_serial()

    def _recorded(self, node: Tensor) -> bool:
        serial = node.serial
        return any(first < serial and (end < 0 or serial < end) for first, end in self._spans)

    def watch(self, tensor: Any) -> None:
        """Record what is computed from ``tensor`` (or from each of a list of tensors) from now on.

        Raises:
            IntegerGradientError: it holds whole numbers.
            TapeStateError: the tape is not running.
        """
        if self not in _running:
            raise TapeStateError("watch(...) belongs inside the tape's with block, before what shall be recorded")
        wanted = list(tensor) if isinstance(tensor, list | tuple) else [tensor]
        for x in wanted:
            if not isinstance(x, Tensor):
                raise TypeError(f"a tape watches tensors, not {type(x).__name__}; make one with tf.constant(...)")
            if x.dtype.kind != "f":
                raise IntegerGradientError(
                    f"{name_of(x) or 'this tensor'} holds {x.dtype}; whole numbers have no gradient: write 3.0 for 3"
                )
        for x in wanted:
            x.requires_grad = True
            self._watched[x.serial] = x

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Within this block the tape does not record.

        Raises:
            TapeStateError: the tape is not running.
        """
        if self not in _running:
            raise TapeStateError("stop_recording() belongs inside the tape's with block")
        with self._paused():
            yield

    @contextmanager
    def _paused(self) -> Iterator[None]:
        """No recording in here; afterwards the tape goes on if it did before."""
        recording = bool(self._spans) and self._spans[-1][1] < 0
        if recording:
            self._close()
        try:
            yield
        finally:
            if recording:
                self._open()

    def reset(self) -> None:
        """Forget everything recorded so far; a running tape goes on recording."""
        self._spans, self._watched, self._used = [], {}, False
        if self in _running:
            self._open()

    def watched_variables(self) -> tuple[Tensor, ...]:
        """What was watched by hand, in order."""
        return tuple(self._watched.values())

    # ---- gradients
    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """The gradient of ``target`` (or of the sum of several) with respect to ``sources``.

        Args:
            target: a recorded tensor, or a list of tensors; of any shape, an array counts as the sum of its elements.
            sources: a tensor, or a list, tuple or dictionary of tensors; the result has the same structure.
            output_gradients: the gradient to begin with, for each target; ones by default.
            unconnected_gradients: ``"none"`` or ``"zero"``: what stands for a source that the target does not
                depend on, as far as the tape recorded.

        Raises:
            TapeUsedError: the tape is not persistent and has been used.
            ShapeError: an output gradient has another shape than its target.
        """
        if unconnected_gradients not in ("none", "zero"):
            raise ValueError(f"unconnected_gradients is 'none' or 'zero', not {unconnected_gradients!r}")
        self._check_unused()
        targets = list(target) if isinstance(target, list | tuple) else [target]
        flat, rebuild = _flattened(sources)
        seeds = self._seeds(targets, output_gradients)
        with nullcontext() if self._persistent else self._paused():  # its own gradient is none of its business
            found = gradients(
                [t for t in targets if t.requires_grad],
                [s for t, s in zip(targets, seeds, strict=True) if t.requires_grad],
                flat,
                traced=any(tape is not self or self._persistent for tape in _running),
                within=self._recorded,
            )
        self._used = True
        return rebuild([self._result(g, x, unconnected_gradients) for g, x in zip(found, flat, strict=True)])

    def _check_unused(self) -> None:
        if self._used and not self._persistent:
            raise TapeUsedError(
                "this tape has given its gradient, and a tape gives one; write GradientTape(persistent=True) to ask it "
                "several times"
            )

    @staticmethod
    def _seeds(targets: list[Any], given: Any) -> list[Any]:
        seeds = []
        wanted = list(given) if isinstance(given, list | tuple) else [given] * len(targets)
        for target, seed in zip(targets, wanted, strict=True):
            if not isinstance(target, Tensor):
                raise TypeError(f"the target is a {type(target).__name__}, not a tensor that the tape recorded")
            seed = np.ones_like(target.data) if seed is None else np.array(plain(seed), dtype=target.dtype)
            if seed.shape != target.shape:
                raise ShapeError(f"the output gradient has shape {seed.shape}, but its target {target.shape}")
            seeds.append(seed[()])
        return seeds

    def _result(self, gradient: Any, source: Tensor, unconnected: str) -> Tensor | None:
        watched = source.serial in self._watched or not source.is_leaf
        if not watched and not (isinstance(source, Variable) and source.trainable and self._all_variables):
            gradient = None
        if gradient is None:
            return constant(np.zeros_like(source.data)) if unconnected == "zero" else None
        return gradient if isinstance(gradient, Tensor) else Tensor(gradient)

    def jacobian(self, target: Tensor, source: Tensor) -> Tensor | None:
        """The derivative of each element of ``target``: of shape ``target.shape + source.shape``.

        Raises:
            TapeUsedError: the tape is not persistent and has been used.
        """
        if target.size == 0:
            return constant(np.zeros(target.shape + source.shape))
        self._check_unused()
        rows = []
        persistent, self._persistent = self._persistent, True
        try:
            for index in np.ndindex(target.shape):
                seed = np.zeros_like(target.data)
                if target.shape:
                    seed[index] = 1
                else:
                    seed = np.ones_like(target.data)
                rows.append(self.gradient(target, source, output_gradients=seed))
        finally:
            self._persistent = persistent
        if any(row is None for row in rows):
            return None
        return joining.stacked(rows).reshape(target.shape + source.shape)


def _flattened(sources: Any) -> tuple[list[Tensor], Callable[[list], Any]]:
    """The tensors of a structure in a row, and how to put results back into that structure."""
    if isinstance(sources, Mapping):
        keys = list(sources)
        return _tensors(sources.values()), lambda results: dict(zip(keys, results, strict=True))
    if isinstance(sources, list | tuple):
        return _tensors(sources), type(sources)
    return _tensors([sources]), lambda results: results[0]


def _tensors(sources: Iterable[Any]) -> list[Tensor]:
    flat = list(sources)
    for source in flat:
        if not isinstance(source, Tensor):
            raise TypeError(f"the source is a {type(source).__name__}, not a tf.Variable or a watched tensor")
        if source.dtype.kind != "f":
            raise IntegerGradientError(
                f"{name_of(source) or 'the source'} holds {source.dtype}; whole numbers have no gradient: write "
                "tf.Variable(3.0) for tf.Variable(3)"
            )
    return flat
