"""``program.compare()``: the function that was compiled, its program, PyTorch and JAX, timed side by side."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..core.containers import flatten
from ..core.errors import ProgramError, TranslationError
from ..core.tensor import plain
from .listing import Value
from .readable import Written

if TYPE_CHECKING:
    from .compiled import Program
    from .elsewhere.running import Framework

ROUNDS = 15
AGREEMENT = {"f8": 1e-6, "f4": 1e-3}  # how far results may be apart, relative to the largest of their numbers

Run = Callable[[], Any]


class Row(NamedTuple):
    """A line of a comparison.

    Attributes:
        name: who computes.
        ratio: its CPU time divided by that of the first row; ``None`` where there is none.
        note: its version, what differs, or why there is no time.
    """

    name: str
    ratio: float | None
    note: str


class Comparison:
    """Who takes how long for the same; it prints as a table.

    Attributes:
        rows: eager, program, torch, jax.jit.
        ratios: for each that was timed the CPU time, as a multiple of the first one's.
        seconds: for each that was timed the CPU time of a call.
    """

    def __init__(self, rows: Sequence[Row], seconds: dict[str, float]):
        self.rows = list(rows)
        self.seconds = seconds

    @property
    def ratios(self) -> dict[str, float]:
        return {row.name: row.ratio for row in self.rows if row.ratio is not None}

    def __repr__(self) -> str:
        width = max(len(row.name) for row in self.rows)
        lines = []
        for name, ratio, note in self.rows:
            number = f"{ratio:8.2f}" if ratio is not None else ""
            lines.append(f"{name:<{width}}  {number}{f'   ({note})' if note and number else note}")
        return "\n".join(line.rstrip() for line in lines)


class LeftOut(Exception):
    """Why somebody does not take part."""


class Contender:
    """Somebody who does the same.

    Attributes:
        run: does it once.
        results: of what a run gave, NumPy's arrays in the order of the program's outputs.
    """

    def __init__(self, name: str, note: str, run: Run, results: Callable[[Any], list[Any]]):
        self.name, self.note, self.run, self.results = name, note, run, results


def compare(program: Program, f: Callable | None, args: tuple, seconds: float) -> Comparison:
    """See :meth:`Program.compare`."""
    from .elsewhere.running import FRAMEWORKS  # only here: it may import frameworks

    args = args or program.examples
    with ExitStack() as stack:
        setting = stack.enter_context(program.set_aside(f, args))
        contenders = [setting.eager, setting.program]
        wanted = [setting.first_results(contender) for contender in contenders]
        notes = {setting.program.name: disagreement(wanted[1], wanted[0])}
        missing: dict[str, str] = {}
        for kind in FRAMEWORKS:
            if not kind.is_installed():
                missing[kind.name] = "not installed"
                continue
            try:
                framework = kind()
                stack.enter_context(framework.ready())
                contender = setting.elsewhere(framework, wanted[1])
                notes[kind.name] = disagreement(setting.first_results(contender), wanted[1])
                contenders.append(contender)
            except (LeftOut, TranslationError) as reason:
                missing[kind.name] = f"left out: {reason}"
            except Exception as error:  # a framework's own; whatever it is, the others are still compared
                missing[kind.name] = f"left out: {type(error).__name__}: {str(error).splitlines()[0]:.100}"
        setting.hold_still()
        times = timed({contender.name: contender.run for contender in contenders}, seconds)
    base = times[setting.eager.name]
    rows = []
    for name in ("eager", "program", *(kind.name for kind in FRAMEWORKS)):
        if name in missing:
            rows.append(Row(name, None, missing[name]))
            continue
        contender = next(c for c in contenders if c.name == name)
        ratio = statistics.median(mine / first for mine, first in zip(times[name], base, strict=True))
        rows.append(Row(name, ratio, ", ".join(filter(None, (contender.note, notes.get(name, ""))))))
    return Comparison(rows, {name: statistics.median(rounds) for name, rounds in times.items()})


def disagreement(results: Sequence[Any], wanted: Sequence[Any]) -> str:
    """How far results are from those that are wanted; nothing if they agree."""
    if len(results) != len(wanted):
        return f"other results: {len(results)} of them instead of {len(wanted)}"
    size = largest(wanted)
    for i, (mine, expected) in enumerate(zip(map(np.asarray, results), map(np.asarray, wanted), strict=True)):
        which = f"result {i + 1} " if len(wanted) > 1 else ""
        if mine.shape != expected.shape:
            return f"other results: {which}has the shape {mine.shape} instead of {expected.shape}"
        if not close(mine, expected, size):
            with np.errstate(all="ignore"):
                return f"other results: {which}is off by up to {np.nanmax(np.abs(mine - expected)):.1g}"
    return ""


def largest(results: Sequence[Any]) -> float:
    """The size of the largest number: rounding is measured by it. A gradient that is zero but for rounding has no
    size of its own."""
    return max((float(np.max(np.abs(y), initial=0.0, where=np.isfinite(y))) for y in results), default=0.0)


def close(mine: np.ndarray, expected: np.ndarray, size: float) -> bool:
    """Whether two arrays are the same but for rounding, among numbers of this size."""
    if mine.dtype.kind not in "fc":
        return bool(np.array_equal(mine, expected))
    rtol = AGREEMENT.get(np.real(expected).dtype.str[1:], 1e-6)
    return bool(np.allclose(mine, expected, rtol=rtol, atol=max(rtol * size, 1e-14), equal_nan=True))


def timed(runs: dict[str, Run], seconds: float) -> dict[str, list[float]]:
    """For each the CPU time of a call, in each of the rounds. In a round everybody has a turn, so that whatever slows
    the machine down for a while slows all of them down."""
    share = seconds / (len(runs) * (ROUNDS + 1))
    counts, total = {}, 0.0
    for name, run in runs.items():
        once = max(cpu_time(run, 1), 1e-7)
        again = cpu_time(run, max(1, int(0.2 * share / once)))  # the first call is slower than the others
        counts[name] = max(1, int(share / max(min(once, again), 1e-7)))
        total += counts[name] * min(once, again)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(max(3, min(ROUNDS, int(seconds / max(total, 1e-7))))):
        for name, run in runs.items():
            times[name].append(max(cpu_time(run, counts[name]), 1e-9))
    return times


def cpu_time(run: Run, count: int) -> float:
    """The CPU time of a call, in seconds, as a mean over ``count`` calls; that of all threads is counted."""
    start = time.process_time()
    for _ in range(count):
        run()
    return (time.process_time() - start) / count


# ---- what is compared


class Setting:
    """A program, the function that it was made from, and arguments for both of them.

    Attributes:
        eager, program: the two that are always there.
    """

    def __init__(self, program: Program, f: Callable, args: tuple):
        own, others = copied(args), copied(args)
        self._program = program
        self._args = args
        self.eager = Contender("eager", "", lambda: f(*own), results_of)
        self.program = Contender("program", "", lambda: program(*others), results_of)

    def first_results(self, contender: Contender) -> list[Any]:
        """What somebody gives at first, from the state in which the user left everything."""
        with left_alone(self._program):
            return [np.array(y) for y in contender.results(contender.run())]

    def hold_still(self) -> None:
        """From now on every run does the same."""

    def elsewhere(self, framework: Framework, wanted: Sequence[Any]) -> Contender:
        """The same in another framework.

        Raises:
            LeftOut, TranslationError: it cannot take part.
        """
        f, given = self._translated(framework)
        if not self._program.recording.listing.roots:
            run = framework.values(f, given())
            return Contender(framework.name, framework.note, run, lambda y: framework.numbers(y)[: len(wanted)])
        floats = [i for i, x in enumerate(framework.numbers(given())) if x.dtype.kind == "f"]
        found = framework.numbers(framework.gradients(f, given(), floats)())
        order = [index_of(y, found, largest(wanted)) for y in wanted]
        which = sorted({floats[i - 1] for i in order if i}) or floats[:1]
        place = {0: 0, **{1 + floats.index(i): 1 + at for at, i in enumerate(which)}}

        def results(given: Any) -> list[Any]:
            numbers = framework.numbers(given)
            return [numbers[place[i]] for i in order]

        return Contender(framework.name, framework.note, framework.gradients(f, given(), which), results)

    def _translated(self, framework: Framework) -> tuple[Callable, Callable[[], list[Any]]]:
        """The function in another framework, and what makes arguments for it."""
        from .elsewhere import translated
        from .recording import executed

        recording = self._program.recording
        written = translated(recording, framework.dialect())
        self._parameters = written.parameters
        f = executed(written.text, function_name(written))
        values = [self._value(p) for p in written.parameters]
        return f, lambda: framework.arrays(values)

    def _value(self, parameter: Value) -> Any:
        """The numbers of a parameter of the translated function."""
        recording = self._program.recording
        if parameter.kind != "input":
            now = dict(zip(recording.outside.values, recording.outside.numbers(), strict=False))
            return now.get(parameter, parameter.example)
        inputs = recording.listing.inputs
        if parameter not in inputs:
            raise LeftOut("it draws random numbers, and every framework draws others")
        return self._inputs()[inputs.index(parameter)]

    def _inputs(self) -> list[Any]:
        """The inputs of the program, in a row."""
        return [plain(x) for x in flatten(self._args)[0]]


def function_name(written: Written) -> str:
    """What the function is called that a text defines last."""
    return [s.text for s in written.statements if s.text.startswith("def ")][-1][4:].partition("(")[0]


def index_of(wanted: Any, found: Sequence[np.ndarray], size: float) -> int:
    """Which of a value and its gradients a result of the program is.

    Raises:
        LeftOut: none of them.
    """
    for i, y in enumerate(found):
        if y.shape == np.shape(wanted) and close(y, np.asarray(wanted), size):
            return i
    alike = [i for i, y in enumerate(found) if y.shape == np.shape(wanted)]
    if not alike:
        raise LeftOut("the program gives something else than a value and its gradients")
    return alike[0]  # of the right shape, but not the same: the disagreement is told


def results_of(given: Any) -> list[Any]:
    """What a function gives, in a row."""
    return [plain(y) for y in flatten(given)[0]]


def copied(args: tuple) -> tuple:
    """Arguments with generators of random numbers of their own, and arrays that nobody else writes into."""
    held, rebuild = flatten(args)
    return rebuild([copy.deepcopy(x) if isinstance(x, np.ndarray | np.random.Generator) else x for x in held])


@contextmanager
def unmoved(program: Program, f: Callable | None, args: tuple) -> Iterator[Setting]:
    """The setting for a program that moves nothing; what it leaves outside is put back."""
    if f is None:
        raise ProgramError("compare() does not know the function that this program was made from; pass it")
    with left_alone(program):
        program(*copied(args))  # recorded for these shapes
        yield Setting(program, f, args)


@contextmanager
def left_alone(program: Program) -> Iterator[None]:
    """After it, what the function leaves outside itself (the statistics of a layer, say) is as it was before."""
    before = [(place, place.get()) for place, _ in program.recording.left]
    try:
        yield
    finally:
        for place, thing in before:
            place.put(thing)
